"""What the tests read in the notebooks: cells, prose, tables, calls."""

import ast
import re
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from tutorials import build, files
from tutorials.tables import Row, tables

SOURCES = files.notebooks()


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


def by_hand(source: Path) -> list[list[Row]]:
    """The tables with the header `| name | how | value |`."""
    return tables("\n".join(markdown(source)))


def prose(source: Path) -> str:
    """The Markdown without tables, code and formulas."""
    text = "\n".join(markdown(source))
    text = re.sub(r"^\|.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"```.*?```|\$\$.*?\$\$", "", text, flags=re.DOTALL)
    return re.sub(r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)", "", text)
