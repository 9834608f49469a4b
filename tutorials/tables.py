"""The tables "By hand": read from a notebook's source, computed anew, and judged number by number.

A table has the header `| name | how | value |`. A row's `how` is "given", or an expression of
Python that uses earlier names. The learner sees blanks, and the table itself folded. A second
table behind it, `| name | if you have | then |`, says what likely wrong values come from.
"""

import ast
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorials import files
from tutorials.checks.diagnosis import WrongAnswer, expect

Array = NDArray[Any]

NUMBER = r"-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?"
NAMES: dict[str, Any] = {"np": np, "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "tanh": np.tanh}


@dataclass(frozen=True)
class Row:
    """A row of a table `name | how | value`."""

    name: str
    how: str
    value: str

    @property
    def shown(self) -> Any:
        """The value as it is printed: a number, or a nested list."""
        return ast.literal_eval(self.value)

    @property
    def numbers(self) -> list[str]:
        """The printed numbers one by one, with the digits that they show."""
        return re.findall(NUMBER, re.sub(r"(?<=\d),(?=\s|-)", " ", self.value))


def tables(text: str, header: str = "name | how | value") -> list[list[Row]]:
    """All tables of a text; lines may begin with the # of a percent-format source."""
    found: list[list[Row]] = []
    inside = False
    for line in text.splitlines():
        line = line.removeprefix("#").strip()
        if re.sub(r"\s+", " ", line) == f"| {header} |":
            found.append([])
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not re.fullmatch(r"[\s|:-]+", line):
            cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
            found[-1].append(Row(*cells))
    return found


def computed(
    table: list[Row], own: Mapping[str, Array] | None = None
) -> Iterator[tuple[str, Row, Array]]:
    """The rows that are not given, each with what its expression gives.

    Each has a name of its own: a row `w` that comes a second time is called `w_2`. With `own`,
    the learner's numbers, each expression is evaluated with these in place of the earlier rows;
    what they do not fit becomes NaN.
    """
    names, counts = dict(NAMES), dict[str, int]()
    for row in table:
        if row.how == "given":
            names[row.name] = np.array(row.shown) if isinstance(row.shown, list) else row.shown
            continue
        value = _value(row.how, names) if own is None else _with_own(row.how, names)
        counts[row.name] = count = counts.get(row.name, 0) + 1
        name = row.name if count == 1 else f"{row.name}_{count}"
        names[row.name] = value if own is None else own.get(name, value)
        yield name, row, np.asarray(value, dtype=np.float64)


def _value(how: str, names: Mapping[str, Any]) -> Any:
    return eval(how, {"__builtins__": __builtins__, **names})


def _with_own(how: str, names: Mapping[str, Any]) -> Array:
    """What an expression gives for the learner's own numbers, or NaN."""
    try:
        with np.errstate(all="ignore"):
            return np.asarray(_value(how, names), dtype=np.float64)
    except Exception:  # of any kind: the numbers may have any shape, and be 0
        return np.array(np.nan)


def mistakes(text: str, place: int) -> list[Row]:
    """The mistakes that stand behind the table of this place: `| name | if you have | then |`."""
    parts = re.split(r"\|\s*name\s*\|\s*how\s*\|\s*value\s*\|", text)
    found = tables(parts[place], "name | if you have | then")
    return found[0] if found else []


def by_hand(table: str, **answers: Any) -> None:
    """Judge the numbers that the learner has filled in for a table such as "05.1".

    `...` is a blank. Prints a line for each number or array; a wrong one is told where it is
    wrong, and its rule, unless that is what the learner has to derive.
    """
    number, _, place = table.partition(".")
    source = files.find(number, files.FOLDER).read_text("utf-8")
    folded = tables(source)[int(place) - 1]
    rows = list(computed(folded))
    asked = tables(source, "name | rule | number")[int(place) - 1]
    to_derive = {row.name for row in asked if row.how.startswith("derive it")}
    if all(answers[name] is ... for name, _, _ in rows):
        print("Nothing is filled in yet. Replace each ... by a number, or by a list such as")
        print(
            "[[1, 0], [2, 3]], and run this cell again. Three digits are enough, if there are more."
        )
        return
    own = filled_in(rows, answers)
    origins = carried(folded, own)
    known = recognized(folded, mistakes(source, int(place)), own)
    for name, row, value in rows:
        judged = judge(answers[name], row, value, name not in to_derive, known[name])
        if name in origins:
            judged = f"follows from your `{origins[name]}` by the right rule: put that right first."
        print(f"{name}: {judged}")


def filled_in(rows: list[tuple[str, Row, Array]], answers: Mapping[str, Any]) -> dict[str, Array]:
    """The answers that are numbers, in the brackets that belong to them."""
    own = {}
    for name, _, value in rows:
        try:
            number = np.asarray(answers[name])
        except ValueError:  # a list whose rows have different lengths
            continue
        if np.issubdtype(number.dtype, np.number):
            own[name] = number.reshape(value.shape) if _same_numbers(number, value) else number
    return own


def carried(table: list[Row], own: Mapping[str, Array]) -> dict[str, str]:
    """Which wrong numbers follow by their rules from an earlier wrong one, and from which."""
    right = {name: (row, value) for name, row, value in computed(table)}
    origins, wrong = dict[str, str](), dict[str, str]()
    for name, row, value in computed(table, own):
        used = {node.id for node in ast.walk(ast.parse(row.how)) if isinstance(node, ast.Name)}
        origin = next((wrong[other] for other in wrong if other in used), "")
        wrong.pop(row.name, None)  # what an earlier row of this name has left
        if name not in own:
            wrong |= {row.name: origin} if origin else {}
        elif not _accepted(own[name], *right[name]):
            if origin and _meets(own[name], value, units=1.5):
                origins[name] = origin
            wrong[row.name] = origins.get(name, name)
    return origins


def recognized(
    table: list[Row], wrong: list[Row], own: Mapping[str, Array]
) -> dict[str, list[tuple[str, Array]]]:
    """For each name of a table, what wrong values mean: its mistakes, then the other rows.

    A mistake is evaluated with the right numbers, and with the learner's own earlier ones.
    """
    given = [(row.name, row, np.asarray(row.shown)) for row in table if row.how == "given"]
    rows = list(computed(table))
    names = NAMES | {name: value for name, _, value in given + rows}
    earlier = dict(names)
    known = {}
    for name, _, value in rows:
        listed = [row for row in wrong if row.name == name]
        known[name] = [
            *((row.value, np.asarray(_value(row.how, names), np.float64)) for row in listed),
            *((row.value, _with_own(row.how, earlier)) for row in listed),
            *(
                (f"this is what the row `{other}` asks for.", asked)
                for other, _, asked in rows
                if other != name and other in own and asked.shape == value.shape and _telling(asked)
            ),
        ]
        earlier[name] = own.get(name, value)
    return known


def _telling(value: Array) -> bool:
    """Is it unlikely to come up by accident?  Numbers of one or two digits are everywhere."""
    if value.size > 1:
        return bool(np.ptp(value) > 0)
    return not np.isclose(value, float(f"{value:.2g}"), rtol=1e-9, atol=0)


def judge(
    answer: Any,
    row: Row,
    value: Array,
    given_rule: bool = True,
    known: Sequence[tuple[str, Array]] = (),
) -> str:
    """One sentence on one answer: blank, right, or what is wrong, and its rule if that is given.

    `known` holds sentences, each with the wrong value that it explains.
    """
    if answer is ... or answer is None:
        return "still blank."
    try:
        got = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        return "a number, or a list of numbers, is needed."
    if np.isnan(got).any():
        return f"still blank at {_places(np.isnan(got))}."
    right = _right(got, row, value)
    if right.all():
        return "right."
    rule = f" It comes from `{row.how}`." if given_rule else ""
    for sentence, mistaken in known:
        if _meets(got, mistaken):
            return sentence + rule
    if got.shape != value.shape:
        return _shapes(got, value) + rule
    if _right_as_carried(got, row, value):
        return "right, to the digits that you carried."
    wrong = ~right
    if _rounded(got[wrong], value[wrong]):
        return f"what you have is rounded too far: three digits are needed.{rule}"
    if np.allclose(got, value, rtol=5e-3, atol=0):
        exact = _exact(row, value)[wrong].any()
        if exact and np.all(got == np.rint(got)):  # it does not come from a rounded fraction
            return f"close, but this one is exact.{rule}"
        advice = "this one is exact" if exact else "three digits are needed"
        return f"close, but {advice}: is it computed from a rounded number?{rule}"
    try:
        expect(got, value, "what you have", rtol=2e-3 if "." in row.value else 1e-9)
    except WrongAnswer as diagnosis:
        told = _scalar(got, value, str(diagnosis)) if not value.shape else _pattern(str(diagnosis))
        return (told or f"wrong at {_places(wrong)}.") + rule
    return f"wrong.{rule}"


def _scalar(got: Array, value: Array, told: str) -> str:
    """What may be said of one wrong number without showing the right one."""
    if value and np.isclose(got, -value, rtol=2e-3):
        return "the sign is wrong."
    if value and np.isclose(got, 100 * value, rtol=6e-3):
        return "100 times too large: is it in percent?"
    function = re.search(r"This is (.* what is asked for\.)", told)
    return f"this is {function.group(1)}" if function and _telling(value) else "wrong."


def _pattern(told: str) -> str:
    """What all wrong numbers of a list have in common, without the right ones, or ""."""
    if "off by one number" in told:
        return "every number is too large, or every one too small, by the same amount."
    common = re.match(
        r".*(exactly \d+ times|wrong sign|transpose|reverse order|by 180 degrees"
        r"|right numbers in the wrong places|should vary)[^:(]*",
        told.partition(" At [")[0],
    )
    return f"{common.group().rstrip('. ')}." if common else ""


def _right(got: Array, row: Row, value: Array) -> NDArray[np.bool_]:
    """Which numbers are right; none, if the shape is another one."""
    if got.shape != value.shape:
        return np.array(False)
    return np.asarray(np.abs(got - value) <= _allowed(row, value))


def _right_as_carried(got: Array, row: Row, value: Array) -> bool:
    """Are these what rounded numbers give: three digits, of which the last may be off by one?"""
    if not _meets(got, value, units=1.5) or _exact(row, value)[~_right(got, row, value)].any():
        return False
    tens = 10 * _third_digit(value)
    return bool(np.abs(got - np.round(got / tens) * tens).max() > tens / 1000)


def _accepted(got: Array, row: Row, value: Array) -> bool:
    return bool(_right(got, row, value).all()) or _right_as_carried(got, row, value)


def _meets(got: Array, value: Array, units: float = 0.5) -> bool:
    """Are these the numbers, to within so many units of their third digit?"""
    if got.shape != value.shape or not np.isfinite(value).all():
        return False
    off = float(np.abs(got - value).max(initial=0.0))
    return off <= units * _third_digit(value) * (1 + 1e-6)


def _third_digit(value: Array) -> float:
    """What one in the third digit of the largest number is worth; whole numbers are exact."""
    largest = float(np.abs(value).max(initial=0.0))
    if np.allclose(value, np.rint(value), rtol=1e-9, atol=1e-15):
        return max(1e-9 * largest, 1e-15)
    return 10.0 ** (math.floor(math.log10(largest)) - 2)


def _rounded(got: Array, value: Array) -> bool:
    """Are these the right numbers, rounded to the digits that they show?"""
    digits = [len(f"{number:.12g}".partition(".")[2]) for number in got]
    return all(
        0 < places < 12
        and round(float(right), places) == number
        and abs(number - right) < 0.2 * abs(right)  # of 0.0577, 0.1 shows no digit
        for number, right, places in zip(got, value, digits, strict=True)
    )


def _places(wrong: NDArray[np.bool_]) -> str:
    """Where they are; of many, how many, and the first."""
    places = [f"[{', '.join(map(str, place))}]" for place in np.argwhere(wrong)]
    if len(places) <= 4:
        return ", ".join(places)
    return f"{len(places)} of {wrong.size} places, the first is {places[0]}"


def _shapes(got: Array, value: Array) -> str:
    """What is asked for in place of this, in rows and brackets."""
    if _same_numbers(got, value):
        word = "too many" if got.ndim > value.ndim else "too few"
        pairs = abs(got.ndim - value.ndim)
        if pairs:
            return f"{'one pair' if pairs == 1 else f'{pairs} pairs'} of brackets {word}."
    return f"{_in_words(got.shape)}, where {_in_words(value.shape)} should stand."


def _same_numbers(got: Array, value: Array) -> bool:
    """Do the shapes differ by axes of length 1 only, which are brackets?"""
    return got.size == value.size and np.squeeze(got).shape == np.squeeze(value).shape


def _in_words(shape: tuple[int, ...]) -> str:
    if len(shape) < 2:
        return f"a list of {shape[0]} numbers" if shape else "one number"
    if len(shape) == 2:
        return f"{shape[0]} row{'s' * (shape[0] > 1)} of {shape[1]}"
    return f"a nested list of {' by '.join(map(str, shape))}"


def _allowed(row: Row, value: Array) -> Array:
    """How far each number of an answer may lie from the right one."""
    pairs = zip(row.numbers, value.flat, strict=True)
    return np.reshape([_slack(text, float(number)) for text, number in pairs], value.shape)


def _exact(row: Row, value: Array) -> NDArray[np.bool_]:
    """Which numbers have to be met."""
    return np.asarray(_allowed(row, value) <= 1e-9 * np.maximum(1.0, np.abs(value)))


def _slack(text: str, number: float) -> float:
    """How far an answer may lie from a number, which is shown as this text.

    Whole numbers and others of up to three digits have to be met, if the text is exact. Of all
    others three digits are enough.
    """
    digits, _, exponent = text.replace(",", "").partition("e")
    fraction = digits.partition(".")[2]
    exact = 1e-9 * max(1.0, abs(number))
    few = not fraction or len(digits.lstrip("-0.").replace(".", "")) <= 3
    if few and abs(float(digits) * 10.0 ** int(exponent or 0) - number) <= exact:
        return exact
    third = math.floor(math.log10(abs(number))) - 2
    return 0.5000001 * 10.0 ** max(int(exponent or 0) - len(fraction), third)
