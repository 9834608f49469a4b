"""Sphinx's sources, from the repository: its documents, notebooks and code as pages of one site.

Everything keeps its path, so that pages and pictures find each other, but for those in PLACES. A
link to any other file leads to a page that shows this file.
"""

import ast
import importlib
import json
import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer, TextLexer

from docs.website.lines import ROOT, definitions
from docs.website.reference import reference
from docs.website.tour import with_lines

HERE = Path(__file__).resolve().parent
PLACES = {
    "README.md": "guide/index.md",
    "tutorials/README.md": "tutorials/index.md",
    "benchmarks/README.md": "benchmarks/index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
PICTURES = {".png", ".svg", ".gif"}
LINK = re.compile(r"(\]\()([^)\s#]+)((?:#[^)\s]*)?\))")
HELP = {  # the commands, and what prints the help of each
    "python -m mnist_app": ["-m", "typer", "mnist_app.cli", "utils", "docs", "--name"],
    "python -m tutorials": ["-m", "typer", "tutorials.__main__", "utils", "docs", "--name"],
}


def write_pages(folder: Path) -> None:
    """Write all sources of the site into an empty folder."""
    Pages(folder).write_all()


class Pages:
    """The pages being written; `shown` are the files that have a page of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shown: set[str] = set()

    def write_all(self) -> None:
        for name in ("index.md", "tour.md", "teach.md"):
            text = (HERE / name).read_text(encoding="utf-8")
            self.write(name, self.with_links(with_lines(text), "docs/website"))
        self.write_guide()
        self.write_tutorials()
        for name in ("benchmarks/README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
            self.write(PLACES[name], self.with_links(text_of(name), posixpath.dirname(name)))
        self.write("commands.md", commands())
        self.write_reference()
        for name in sorted(self.shown):
            self.write(f"source/{name}.md", source_page(name))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def with_links(self, text: str, folder: str) -> str:
        """Markdown whose links to files, relative to `folder`, lead to their pages."""

        def lead(match: re.Match[str]) -> str:
            name = posixpath.normpath(posixpath.join(folder, match[2]))
            if ":" in match[2] or not (ROOT / name).is_file():
                return match[0]
            return f"{match[1]}{self.place(name)}{match[3]}"

        return LINK.sub(lead, text)

    def place(self, name: str) -> str:
        """Where a file of the repository is in the site."""
        suffix = Path(name).suffix
        if suffix in PICTURES:
            target = self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
            return f"/{name}"
        if name in PLACES or suffix == ".ipynb":
            return f"/{PLACES.get(name, name)}"
        self.shown.add(name)
        return f"/source/{name}.md"

    def write_guide(self) -> None:
        """The README, a page for each of its sections."""
        _, *sections = re.split(r"^## ", self.with_links(text_of("README.md"), ""), flags=re.M)
        names = []
        for section in sections:
            title, _, text = section.partition("\n")
            names.append(re.sub(r"\W+", "-", title.lower()).strip("-"))
            self.write(f"guide/{names[-1]}.md", f"# {title}\n{text}")
        self.write("guide/index.md", "# Guide\n\n" + contents(names, hidden=False))

    def write_tutorials(self) -> None:
        """The notebooks with their outputs, in their order, and all exercises on one page."""
        notebooks = sorted((ROOT / "tutorials").glob("[0-9][0-9]_*.ipynb"))
        for path in notebooks:
            self.write(f"tutorials/{path.name}", self.notebook(path))
        index = self.with_links(text_of("tutorials/README.md"), "tutorials")
        names = [path.stem for path in notebooks]
        self.write("tutorials/index.md", index + "\n" + contents([*names, "exercises"]))
        self.write("tutorials/exercises.md", exercises(notebooks))

    def notebook(self, path: Path) -> str:
        """A notebook: links to pages, what only draws folded, pictures with their alt texts."""
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if cell["cell_type"] == "markdown":
                cell["source"] = self.with_links("".join(cell["source"]), "tutorials")
            elif cell["metadata"].get("jupyter", {}).get("source_hidden"):
                cell["metadata"]["tags"] = ["hide-input"]
            for output in cell.get("outputs", []):
                about = output.get("metadata", {}).get("image/png", {})
                if about:
                    look = {"alt": about["alt"], "width": f"{about['width']}px"}
                    cell["metadata"]["mystnb"] = {"image": look}
        return json.dumps(notebook)

    def write_reference(self) -> None:
        """A page for each module of tinynet, and for each package of mnist_app."""
        tinynet = [module_of(path) for path in sources("tinynet")]
        packages: dict[str, list[str]] = {}
        for path in sources("mnist_app"):
            module = module_of(path)
            package = ".".join(module.split(".")[:2])
            if package not in ("mnist_app", "mnist_app.cli", "mnist_app.__main__"):
                packages.setdefault(package, []).append(module)
        for title, modules in {**{name: [name] for name in tinynet}, **packages}.items():
            self.write(f"api/{title}.rst", api_page(title, modules))
        self.shown |= {
            str(path.relative_to(ROOT)) for path in [*sources("tinynet"), *sources("mnist_app")]
        }
        self.write("api/index.md", api_index(tinynet, packages))


def text_of(name: str) -> str:
    """A document of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def sources(package: str) -> list[Path]:
    """All modules of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def module_of(path: Path) -> str:
    """tinynet/layers/dense.py -> tinynet.layers.dense"""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def file_of(module: str) -> str:
    """tinynet.layers -> tinynet/layers/__init__.py"""
    name = module.replace(".", "/")
    return f"{name}/__init__.py" if (ROOT / name).is_dir() else f"{name}.py"


def contents(names: list[str], hidden: bool = True) -> str:
    """What Sphinx calls a toctree."""
    mark = ":hidden:\n" if hidden else ":maxdepth: 1\n"
    return "```{toctree}\n" + mark + "\n" + "\n".join(names) + "\n```\n"


def exercises(notebooks: list[Path]) -> str:
    """Every exercise as it is given, and folded below it one solution."""
    parts = ["# All exercises", "", EXERCISES]
    for path in notebooks:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        title = cells[0]["source"][0].strip("# \n")
        parts += ["", f"## {title}", "", f"In [its notebook]({path.name})."]
        given = text_of(f"tutorials/exercises/{path.stem}.py")
        solved = text_of(f"tutorials/solutions/{path.stem}.py")
        answers = definitions(solved)
        for exercise, (first, last) in definitions(given).items():
            parts += ["", f"### {path.name[:2]}.{exercise}", "", *block(given, first, last)]
            parts += ["", "<details><summary>One solution</summary>", ""]
            parts += [*block(solved, *answers[exercise]), "", "</details>"]
    return "\n".join(parts) + "\n"


EXERCISES = """
`python -m tutorials start` puts them into `tutorials/mine`, where you write; `python -m tutorials`
tells which answers are right, and what is wrong with the others. Each belongs to a place in its
notebook, which says what it takes to find the answer. The solutions are folded.
"""


def block(source: str, first: int, last: int) -> list[str]:
    """Lines of Python as a block."""
    return ["```python", *source.splitlines()[first - 1 : last], "```"]


def commands() -> str:
    """What every command answers to --help."""
    parts = ["# Commands\n"]
    for name, arguments in HELP.items():
        parts.append(re.sub("^#", "##", run([*arguments, name]), flags=re.M))
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
        parts += [f":doc:`{file} </source/{file}>`", "", reference(module, text_of(file)), ""]
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


def summary(module: str) -> str:
    """The first line of a module's docstring."""
    docstring = ast.get_docstring(ast.parse(text_of(file_of(module)))) or ""
    return docstring.splitlines()[0].replace("|", "\\|") if docstring else ""


def source_page(name: str) -> str:
    """A file with its line numbers, each of which is the end of a link: #L-12."""
    lexer = PythonLexer() if name.endswith(".py") else TextLexer()
    form = HtmlFormatter(linenos="inline", lineanchors="L", anchorlinenos=True, wrapcode=True)
    page = highlight(text_of(name), lexer, form)
    front = "---\norphan: true\nnosearch: true\n---\n"
    return f"{front}# {name}\n\n{FENCE}{{raw}} html\n{page}{FENCE}\n"


FENCE = "`" * 8
