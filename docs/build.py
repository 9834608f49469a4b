"""Make the site:  python docs/build.py [--output DIR] [--base-url URL], in the clone, extra `docs`.

Nothing is executed: the notebooks come with their committed outputs. The site needs no network. It
replaces an older one only when it is whole; a warning of any kind is an error.
"""

import argparse
import contextlib
import importlib.util
import io
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))
NEEDED = ("sphinx", "myst_nb", "pydata_sphinx_theme", "latex2mathml")


class BuildError(Exception):
    """The site cannot be made; the message says why in a line, or in one for each fault."""


def build(output: Path, base_url: str) -> int:
    """Write the site, in place of an older one; the number of its pages."""
    if output.exists() and not (output / "searchindex.js").is_file():
        raise BuildError(f"{output} is no site that this program made; choose another --output.")
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".site-", dir=output.parent) as folder:
        new = Path(folder, "new")
        make(Path(folder, "pages"), new, base_url)
        pages = len(list(new.rglob("*.html")))
        if output.exists():
            output.rename(Path(folder, "old"))
        new.rename(output)
    return pages


def make(pages: Path, target: Path, base_url: str) -> None:
    """Sphinx's sources from the repository, and the site from them."""
    for package in NEEDED:
        if importlib.util.find_spec(package) is None:
            raise BuildError(
                f'{package} is not installed; install the extra "docs": '
                'python -m pip install -e ".[docs]"'
            )
    from sphinx.cmd.build import main as sphinx

    from docs.website.card import draw_card
    from docs.website.pages import write_pages

    write_pages(pages)
    told = io.StringIO()
    with contextlib.redirect_stderr(told):
        failed = sphinx(
            [
                *("-q", "-N", "-W", "-b", "html", "-c", str(FOLDER / "website")),
                *("-d", str(pages.parent / "doctrees"), "-D", f"html_baseurl={base_url}"),
                *(str(pages), str(target)),
            ]
        )
    if failed:
        raise BuildError(re.sub(rf"{re.escape(str(pages))}/?", "", told.getvalue()).strip())
    draw_card(target / "_static" / "card.png")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(description="Make the site from the repository.")
    parser.add_argument(
        "--output", type=Path, default=FOLDER / "_site", help="a folder; default: docs/_site"
    )
    parser.add_argument(
        "--base-url", default="", help="where the site will be, for those who share links to it"
    )
    options = parser.parse_args(arguments)
    base_url = options.base_url and options.base_url.rstrip("/") + "/"
    try:
        pages = build(options.output, base_url)
    except KeyboardInterrupt:
        print("Error: interrupted; nothing was changed.", file=sys.stderr)
        return 130
    except (BuildError, ValueError, RuntimeError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    print(f"{pages} pages in {options.output}; open {options.output / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
