"""The tables "By hand": read from a notebook's source, computed anew, and judged number by number.

A table has the header `| name | how | value |`. A row's `how` is "given", or an expression of
Python that uses earlier names. The learner sees blanks, and the table itself folded.
"""

import ast
import math
import re
from collections.abc import Iterator
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


def by_hand(table: str, **answers: Any) -> None:
    """Judge the numbers that the learner has filled in for a table such as "05.1".

    `...` is a blank. Prints a line for each number or array; a wrong one is told where it is
    wrong, and its rule, unless that is what the learner has to derive.
    """
    number, _, place = table.partition(".")
    source = files.find(number, files.FOLDER).read_text("utf-8")
    rows = list(computed(tables(source)[int(place) - 1]))
    asked = tables(source, "name | rule | number")[int(place) - 1]
    to_derive = {row.name for row in asked if row.how.startswith("derive it")}
    if all(answers[name] is ... for name, _, _ in rows):
        print("Nothing is filled in yet. Replace each ... by a number, or by a list such as")
        print(
            "[[1, 0], [2, 3]], and run this cell again. Three digits are enough, if there are more."
        )
        return
    for name, row, value in rows:
        print(f"{name}: {judge(answers[name], row, value, name not in to_derive)}")


def judge(answer: Any, row: Row, value: NDArray[np.float64], given_rule: bool = True) -> str:
    """One sentence on one answer: blank, right, or what is wrong, and its rule if that is given."""
    if answer is ...:
        return "still blank."
    try:
        got = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        return "a number, or a list of numbers, is needed."
    if got.shape == value.shape:
        pairs = zip(row.numbers, value.flat, strict=True)
        allowed = np.reshape([_allowed(text, float(number)) for text, number in pairs], value.shape)
        wrong = ~(np.abs(got - value) <= allowed)
        if not wrong.any():
            return "right."
    rule = f" It comes from `{row.how}`." if given_rule else ""
    try:
        expect(got, value, "what you have", rtol=2e-3 if "." in row.value else 1e-9)
    except WrongAnswer as diagnosis:
        told = str(diagnosis)
        if re.search(r"At \[|; expected [-.\d]| all others", told):  # it shows the solution
            places = [f"[{', '.join(map(str, place))}]" for place in np.argwhere(wrong)]
            told = f"wrong at {', '.join(places)}." if value.shape else "wrong."
        return told + rule
    return f"what you have is rounded too far.{rule}"


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
