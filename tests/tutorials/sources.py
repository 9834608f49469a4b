"""What the tests read in the notebooks: cells, prose, tables, calls."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from tutorials import build, files

SOURCES = files.notebooks()
NUMBER = r"-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?"


@cache
def read(source: Path) -> NotebookNode:
    """The notebook that a source describes."""
    return build.read_source(source)


def markdown(source: Path) -> list[str]:
    """The text of all Markdown cells."""
    return [cell.source for cell in read(source).cells if cell.cell_type == "markdown"]


def code(source: Path) -> list[str]:
    """The text of all code cells."""
    return [cell.source for cell in read(source).cells if cell.cell_type == "code"]


def calls(source: Path, function: str) -> list[ast.Call]:
    """All calls of a function in the code cells."""
    return [
        node
        for text in code(source)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == function
    ]


def literals(source: Path, function: str, position: int) -> list[str]:
    """The string that stands at one position in each call of a function."""
    found = [call.args[position] for call in calls(source, function)]
    values = [each.value for each in found if isinstance(each, ast.Constant)]
    return [value for value in values if isinstance(value, str)]


@dataclass(frozen=True)
class Row:
    """A row of a table `name | how | value`."""

    name: str
    how: str
    value: str


def by_hand(source: Path) -> list[list[Row]]:
    """The tables with the header `| name | how | value |`."""
    tables: list[list[Row]] = []
    for text in markdown(source):
        inside = False
        for line in text.splitlines():
            if re.fullmatch(r"\|\s*name\s*\|\s*how\s*\|\s*value\s*\|", line.strip()):
                tables.append([])
                inside = True
            elif not line.strip().startswith("|"):
                inside = False
            elif inside and not re.fullmatch(r"[\s|:-]+", line):
                cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
                tables[-1].append(Row(*cells))
    return tables


def prose(source: Path) -> str:
    """The Markdown without tables, code and formulas."""
    text = "\n".join(markdown(source))
    text = re.sub(r"^\|.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"```.*?```|\$\$.*?\$\$", "", text, flags=re.DOTALL)
    return re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", text)
