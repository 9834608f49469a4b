"""The tables "By hand": read from a notebook's source, computed anew, and judged number by number.

A table has the header `| name | how | value |`. A row's `how` is "given", or an expression of
Python that uses earlier names. The learner sees blanks, and the table itself folded. A second
table behind it, `| name | if you have | then |`, says what likely wrong values come from.
"""

import ast
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorials import files
from tutorials.checks.diagnosis import WrongAnswer, expect

NUMBER = r"-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?"
NAMES = {"np": np, "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "tanh": np.tanh}


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


def computed(table: list[Row]) -> Iterator[tuple[str, Row, NDArray[np.float64]]]:
    """The rows that are not given, each with what its expression gives.

    Each has a name of its own: a row `w` that comes a second time is called `w_2`.
    """
    names, counts = dict(NAMES), dict[str, int]()
    for row in table:
        if row.how == "given":
            names[row.name] = np.array(row.shown) if isinstance(row.shown, list) else row.shown
            continue
        names[row.name] = value = eval(row.how, {"__builtins__": __builtins__, **names})
        counts[row.name] = count = counts.get(row.name, 0) + 1
        yield (
            row.name if count == 1 else f"{row.name}_{count}",
            row,
            np.asarray(value, dtype=np.float64),
        )


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
    known = recognized(folded, mistakes(source, int(place)))
    for name, row, value in rows:
        judged = judge(answers[name], row, value, name not in to_derive, known.get(name, {}))
        print(f"{name}: {judged}")


def recognized(table: list[Row], wrong: list[Row]) -> dict[str, dict[str, NDArray[np.float64]]]:
    """For each name of a table, what wrong values mean: its mistakes, then the other rows."""
    given = [(row.name, row, np.asarray(row.shown)) for row in table if row.how == "given"]
    rows, names = list(computed(table)), dict(NAMES)
    names |= {name: value for name, _, value in given + rows}
    known: dict[str, dict[str, NDArray[np.float64]]] = {name: {} for name, _, _ in rows}
    for row in wrong:
        value = eval(row.how, {"__builtins__": __builtins__, **names})
        known[row.name][row.value] = np.asarray(value, np.float64)
    for name in known:
        for other, _, value in rows:
            if other != name and _telling(value):
                known[name][f"this is what the row `{other}` asks for."] = value
    return known


def _telling(value: NDArray[np.float64]) -> bool:
    """Is it unlikely to come up by accident?  Small whole numbers are everywhere."""
    if value.size > 1:
        return bool(np.ptp(value) > 0)
    return bool(abs(value) >= 100 or value != np.rint(value))


def judge(
    answer: Any,
    row: Row,
    value: NDArray[np.float64],
    given_rule: bool = True,
    known: Mapping[str, NDArray[np.float64]] | None = None,
) -> str:
    """One sentence on one answer: blank, right, or what is wrong, and its rule if that is given.

    `known` maps a sentence to the wrong value that it explains.
    """
    if answer is ... or answer is None:
        return "still blank."
    try:
        got = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        return "a number, or a list of numbers, is needed."
    if np.isnan(got).any():
        return f"still blank at {_places(np.isnan(got))}."
    rule = f" It comes from `{row.how}`." if given_rule else ""
    rtol = 2e-3 if "." in row.value else 1e-9
    for sentence, mistaken in (known or {}).items():
        off = _three_digits(mistaken)
        if mistaken.shape == got.shape and np.allclose(got, mistaken, rtol=0, atol=off):
            off = max(off, _three_digits(value))
            if got.shape != value.shape or not np.allclose(got, value, rtol=0, atol=off):
                return sentence + rule
    if got.shape != value.shape:
        return _shapes(got, value) + rule
    pairs = zip(row.numbers, value.flat, strict=True)
    allowed = np.reshape([_allowed(text, float(number)) for text, number in pairs], value.shape)
    wrong = ~(np.abs(got - value) <= allowed)
    if not wrong.any():
        return "right."
    if allowed[wrong].min() > 1e-9 * max(1.0, np.abs(value).max()) and _carried(got, value):
        return "right, to the digits that you carried."
    if np.all(_rounded(got[wrong], value[wrong])):
        return f"what you have is rounded too far: three digits are needed.{rule}"
    if np.allclose(got, value, rtol=5e-3, atol=0):
        exact = allowed[wrong].max() <= 1e-9 * max(1.0, np.abs(value).max())
        if exact and np.all(got == np.rint(got)):  # it does not come from a rounded fraction
            return f"close, but this one is exact.{rule}"
        advice = "but this one is exact" if exact else "but three digits are needed"
        return f"close, {advice}: is it computed from a rounded number?{rule}"
    try:
        expect(got, value, "what you have", rtol=rtol)
    except WrongAnswer as diagnosis:
        told = str(diagnosis)
        if not value.shape:
            told = _scalar(got, value, told)
        elif re.search(r"At \[|; expected [-.\d]| all others", told):  # it shows the solution
            told = f"wrong at {_places(wrong)}."
        return told + rule
    return f"wrong.{rule}"


def _scalar(got: NDArray[np.float64], value: NDArray[np.float64], told: str) -> str:
    """What may be said of one wrong number without showing the right one."""
    if value and np.isclose(got, -value, rtol=2e-3):
        return "the sign is wrong."
    if value and np.isclose(got, 100 * value, rtol=6e-3):
        return "100 times too large: is it in percent?"
    function = re.search(r"This is .* what is asked for\.", told)
    return function.group() if function and _telling(value) else "wrong."


def _carried(got: NDArray[np.float64], value: NDArray[np.float64]) -> bool:
    """Is this what rounded numbers give: three digits, of which the last may be off by one?"""
    unit = 10.0 ** (math.floor(math.log10(np.abs(value).max())) - 2)
    shown = not np.allclose(got, np.round(got / unit / 10) * unit * 10, rtol=0, atol=unit / 100)
    return shown and bool(np.abs(got - value).max() <= 1.5 * unit)


def _rounded(got: NDArray[np.float64], value: NDArray[np.float64]) -> list[bool]:
    """Is each answer the right number, rounded to the digits that the answer shows?"""
    digits = [len(f"{number:.12g}".partition(".")[2]) for number in got]
    return [
        0 < places < 12 and bool(number) and bool(np.isclose(round(float(right), places), number))
        for number, right, places in zip(got, value, digits, strict=True)
    ]


def _places(wrong: NDArray[np.bool_]) -> str:
    """Where they are; of many, how many, and the first."""
    places = [f"[{', '.join(map(str, place))}]" for place in np.argwhere(wrong)]
    if len(places) <= 4:
        return ", ".join(places)
    return f"{len(places)} of {wrong.size} places, the first is {places[0]}"


def _shapes(got: NDArray[np.float64], value: NDArray[np.float64]) -> str:
    """What is asked for in place of this, in rows and brackets."""
    if got.size == value.size and np.squeeze(got).shape == np.squeeze(value).shape:
        word = "too many" if got.ndim > value.ndim else "too few"
        pairs = abs(got.ndim - value.ndim)
        if pairs:
            return f"{'one pair' if pairs == 1 else f'{pairs} pairs'} of brackets {word}."
    return f"{_in_words(got.shape)}, where {_in_words(value.shape)} should stand."


def _in_words(shape: tuple[int, ...]) -> str:
    if len(shape) < 2:
        return f"a list of {shape[0]} numbers" if shape else "one number"
    if len(shape) == 2:
        return f"{shape[0]} row{'s' * (shape[0] > 1)} of {shape[1]}"
    return f"a nested list of {' by '.join(map(str, shape))}"


def _three_digits(value: NDArray[np.float64]) -> float:
    """How far numbers lie from these that show three of their digits; whole ones are exact."""
    largest = float(np.abs(value).max(initial=0.0))
    if np.allclose(value, np.rint(value), rtol=1e-9, atol=0):
        return 1e-9 * largest
    return 0.5000001 * 10.0 ** (math.floor(math.log10(largest)) - 2)


def _allowed(text: str, number: float) -> float:
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
