"""The code in the text of the tour: pieces of it, and links to lines, found when the site is built.

{line}`FILE: TEXT` becomes a link to the only line of FILE that holds TEXT. A line {show} FILE NAME
becomes the function or class NAME as it stands there, with its numbers.
"""

import re

from docs.reading_path import READING_PATH
from docs.website.lines import definition, line, read

LINE = re.compile(r"\{line\}`([^`:]+): ([^`]+)`")
SHOW = re.compile(r"^\{show\} (\S+) (\S+)$", re.MULTILINE)


def with_lines(text: str) -> str:
    """The text with its links and pieces of code; LostPlace if one is no longer there."""
    text = text.replace("{reading path}", reading_path())
    return SHOW.sub(_piece, LINE.sub(_link, text))


def reading_path() -> str:
    """The files to read to understand how a convolutional network is trained, in their order."""
    rows = ["| | file | lines |", "| ---: | --- | ---: |"]
    for number, name in enumerate(READING_PATH, start=1):
        file = f"tinynet/{name}"
        rows.append(f"| {number} | [{file}](../../{file}) | {len(read(file).splitlines())} |")
    return "\n".join(rows)


def _link(match: re.Match[str]) -> str:
    file, text = match.groups()
    number = line(file, text)
    return f"{_to(file, number)}<code>{file}</code>, line {number}</a>"


def _piece(match: re.Match[str]) -> str:
    file, name = match.groups()
    first, text = definition(file, name)
    head = f"{_to(file, first)}<code>{file}</code>, from line {first}</a>"
    code = f"```{{code-block}} python\n:lineno-start: {first}\n\n{text}\n```"
    return f'<p class="from">{head}</p>\n\n{code}'


def _to(file: str, number: int) -> str:
    """The beginning of a link from a page at the site's root to a line of a file's page."""
    return f'<a href="source/{file}.html#L-{number}">'
