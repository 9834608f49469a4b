"""Sphinx's sources, from the repository: its documents, notebooks and code as pages of one site.

Everything keeps its path, so that pages and pictures find each other, but for those in PLACES. A
link to any other file leads to a page that shows this file.
"""

import json
import posixpath
import re
import shutil
from pathlib import Path

from docs.website.lines import ROOT, module_of, read, sources
from docs.website.made_pages import (
    api_index,
    api_page,
    commands,
    contents,
    exercises,
    source_page,
)
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
            self.write(PLACES[name], self.with_links(read(name), posixpath.dirname(name)))
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
        _, *sections = re.split(r"^## ", self.with_links(read("README.md"), ""), flags=re.M)
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
        index = self.with_links(read("tutorials/README.md"), "tutorials")
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
