"""The pages that are made from code: exercises, commands, the API, and files with line numbers."""

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, TextLexer

from docs.website.lines import ROOT, definition, definitions, file_of, read
from docs.website.reference import reference

EXERCISES = """
`python -m tutorials start` puts them into `tutorials/mine`, where you write; `python -m tutorials`
tells which answers are right, and what is wrong with the others. Each belongs to a place in its
notebook, which says what it takes to find the answer. The solutions are folded.
"""
FENCE = "`" * 8  # more than any file has
HELP = {  # the commands, and what prints the help of each
    "python -m mnist_app": ["-m", "typer", "mnist_app.cli", "utils", "docs", "--name"],
    "python -m tutorials": ["-m", "typer", "tutorials.__main__", "utils", "docs", "--name"],
}


def exercises(notebooks: list[Path]) -> str:
    """Every exercise as it is given, and folded below it one solution."""
    parts = ["# All exercises", "", EXERCISES]
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        title = cells[0]["source"][0].strip("# \n")
        parts += ["", f"## {title}", "", f"In [its notebook]({path.name})."]
        given, solved = (f"tutorials/{kind}/{path.stem}.py" for kind in ("exercises", "solutions"))
        for exercise in definitions(read(given)):
            parts += ["", f"### {path.name[:2]}.{exercise}", "", block(given, exercise)]
            parts += ["", "<details><summary>One solution</summary>", ""]
            parts += [block(solved, exercise), "", "</details>"]
    return "\n".join(parts) + "\n"


def block(file: str, name: str) -> str:
    """A function as a block of Python."""
    _, text = definition(file, name)
    return f"```python\n{text}\n```"


def commands() -> str:
    """What every command answers to --help."""
    parts = ["# Commands\n"]
    for name, arguments in HELP.items():
        text = re.sub(r"\*\*Commands\*\*:\n\n(?:\* .*\n)+", "", run([*arguments, name]))
        parts.append(re.sub("^#", "##", text, flags=re.M))
    text = run(["-m", "benchmarks", "--help"])
    parts.append(f"## `python -m benchmarks`\n\n```text\n{text}```\n")
    return "\n".join(parts)


def run(arguments: list[str]) -> str:
    """What a command of Python prints; RuntimeError with its last line if it fails."""
    command = [sys.executable, *arguments]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if process.returncode:
        reason = (process.stderr.strip() or "no word").splitlines()[-1]
        raise RuntimeError(f"python {' '.join(arguments)} failed: {reason}")
    return process.stdout


def api_page(title: str, modules: list[str]) -> str:
    """The reference of one module, or of those of a package one after the other."""
    parts = [title, "=" * len(title), ""]
    for module in modules:
        if module != title:
            parts += ["", module, "-" * len(module), ""]
        file = file_of(module)
        parts += [f":doc:`{file} </source/{file}>`", "", reference(module, read(file)), ""]
    return "\n".join(parts)


def api_index(tinynet: list[str], packages: dict[str, list[str]]) -> str:
    """What there is in each module, in its first line of text."""
    public: dict[str, list[str]] = {}
    front = importlib.import_module("tinynet")
    for name in front.__all__:
        public.setdefault(getattr(front, name).__module__, []).append(f"`{name}`")
    parts = ["# API", "", "`from tinynet import ...` finds all that is named here:", ""]
    parts += ["| module | holds | names |", "| --- | --- | --- |"]
    for module in tinynet:
        names = ", ".join(public.get(module, []))
        parts.append(f"| [{module}]({module}.rst) | {summary(module)} | {names} |")
    parts += ["", "The program's own parts, without the commands:", ""]
    parts += ["| package | holds |", "| --- | --- |"]
    parts += [f"| [{package}]({package}.rst) | {summary(package)} |" for package in packages]
    return "\n".join(parts) + "\n\n" + contents([*tinynet, *packages])


def contents(names: list[str], hidden: bool = True) -> str:
    """What Sphinx calls a toctree."""
    mark = ":hidden:\n" if hidden else ":maxdepth: 1\n"
    return "```{toctree}\n" + mark + "\n" + "\n".join(names) + "\n```\n"


def summary(module: str) -> str:
    """The first line of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(read(file_of(module)))) or ""
    return docstring.splitlines()[0].replace("|", "\\|") if docstring else ""


def source_page(name: str) -> str:
    """A file with its line numbers, each of which is the end of a link: #L-12."""
    lexer = PythonLexer() if name.endswith(".py") else TextLexer()
    form = HtmlFormatter(linenos="inline", lineanchors="L", anchorlinenos=True, wrapcode=True)
    page = highlight(read(name), lexer, form)
    front = "---\norphan: true\nnosearch: true\n---\n"
    return f"{front}# {name}\n\n{FENCE}{{raw}} html\n{page}{FENCE}\n"
