"""The docstrings of this repository, which are plain text, as reStructuredText.

Lines wrapped at the margin flow together. A line that ends earlier than it had to stays a line,
as the formulas do.
"""

import itertools
import re

WIDTH = 100
FORMULA = re.compile(r"[\w', ]+(\[[^\]]*\])? = ")  # y[n,j] = ..., loss = ...


def as_rst(docstring: str, indent: int) -> list[str]:
    """The lines of a docstring that stood `indent` columns from the margin."""
    lines: list[str] = []
    for paragraph in re.findall(r"(?:.+\n?)+", docstring):
        rows = paragraph.splitlines()
        if any(row.startswith(" ") or "   " in row for row in rows):  # a table, or code
            lines += ["::", "", *(f"   {row}" for row in rows), ""]
            continue
        kept = [marked_up(row) for row in unwrapped(rows, indent)]
        lines += [*(kept if len(kept) == 1 else [f"| {row}" for row in kept]), ""]
    return lines


def unwrapped(rows: list[str], indent: int) -> list[str]:
    """The rows, joined where the next one's first word would not have fitted."""
    joined = [rows[0]]
    for before, row in itertools.pairwise(rows):
        if indent + len(before) + 1 + len(row.split()[0]) > WIDTH:
            joined[-1] += f" {row}"
        else:
            joined.append(row)
    return joined


def marked_up(row: str) -> str:
    """A formula, or text in which only backticks mean something."""
    if FORMULA.match(row) and "`" not in row:
        return f"``{row}``"
    parts = re.split(r"`+([^`]+)`+", row)
    parts[::2] = [re.sub(r"([\\*|_])", r"\\\1", part) for part in parts[::2]]
    parts[1::2] = [code(part) for part in parts[1::2]]
    return "".join(parts)


def code(text: str) -> str:
    """Code within a sentence; a name leads to what it names, if that is in the reference."""
    return f":py:obj:`{text}`" if re.fullmatch(r"[A-Za-z][\w.]*", text) else f"``{text}``"
