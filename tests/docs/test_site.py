"""The whole site: built once, its links followed, and used in a real Chromium without a network."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from docs.website.lines import ROOT, module_of, sources
from tests.page.browser import WIDTHS, chromium

pytestmark = pytest.mark.slow
NOTEBOOKS = sorted((ROOT / "tutorials").glob("[0-9][0-9]_*.ipynb"))
BASE = "https://example.org/tinynet/"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, from the command that the README tells."""
    output = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "docs/build.py", f"--output={output}", f"--base-url={BASE}"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    assert process.stderr == ""
    return output


class Links(HTMLParser):
    """What a page has: ids, where it leads, and what the browser fetches for it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.leads: list[str] = []
        self.fetched: list[str] = []
        self.alts: set[str] = set()
        self.about: dict[str, str] = {}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.ids.add(given.get("id", ""))
        if tag == "a" and "href" in given:
            self.leads.append(given["href"])
        elif tag == "link":
            self.fetched.append(given["href"])
        elif tag == "img":
            self.alts.add(given["alt"])
        elif tag == "meta" and "property" in given:
            self.about[given["property"]] = given["content"]
        self.fetched += [given[name] for name in ("src", "data", "poster") if name in given]


@pytest.fixture(scope="session")
def found(site: Path) -> dict[Path, Links]:
    return {path: Links(path) for path in site.rglob("*.html") if "_static" not in path.parts}


def test_every_link_leads_somewhere(site: Path, found: dict[Path, Links]) -> None:
    lost = []
    for path, links in found.items():
        for link in [*links.leads, *links.fetched]:
            to = urlsplit(link)
            if to.scheme in ("http", "https", "mailto", "data"):
                continue
            target = (path.parent / unquote(to.path)).resolve() if to.path else path
            known = found[target].ids if target in found else set()
            if not target.is_file() or (to.fragment and unquote(to.fragment) not in known):
                lost.append(f"{path.relative_to(site)}: {link}")
    assert lost == []


def test_nothing_is_fetched_from_elsewhere(site: Path, found: dict[Path, Links]) -> None:
    for path, links in found.items():
        own = [link for link in links.fetched if not link.startswith((BASE, "data:"))]
        assert not [link for link in own if urlsplit(link).scheme or link.startswith("//")], path
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.findall(r"(?:url\(|@import )[\"']?(?:https?:)?//[^)\"']+", text), path


def test_everything_has_its_page(site: Path) -> None:
    for path in NOTEBOOKS:
        assert (site / "tutorials" / f"{path.stem}.html").exists()
    for module in sources("tinynet"):
        assert (site / "api" / f"{module_of(module)}.html").exists()
    commands = (site / "commands.html").read_text(encoding="utf-8")
    for command in ("train", "evaluate", "predict", "score", "page", "compare", "convert"):
        assert f"python -m mnist_app {command}" in re.sub("<[^>]+>", "", commands)
    assert "--recursive" in commands
    assert "Why <code" in (site / "benchmarks" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem[:2])
def test_a_chapter_has_the_committed_outputs_and_all_formulas(site: Path, notebook: Path) -> None:
    text = (site / "tutorials" / f"{notebook.stem}.html").read_text(encoding="utf-8")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    alts = [o["metadata"]["image/png"]["alt"] for o in outputs if "image/png" in o.get("data", {})]
    page = Links(site / "tutorials" / f"{notebook.stem}.html")
    assert alts
    assert set(alts) <= page.alts
    markdown = "".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    markdown += "".join("".join(o.get("data", {}).get("text/markdown", "")) for o in outputs)
    markdown = re.sub(r"`[^`]*`", "", markdown)
    formulas = len(re.findall(r"\$\$[^$]+\$\$|\$[^$]+\$", markdown))
    assert text.count("<math") == formulas
    assert text.count("<details") >= markdown.count("<details>") > 0


def test_who_posts_a_link_gets_a_picture(site: Path, found: dict[Path, Links]) -> None:
    about = found[site / "tutorials" / "08_convolution_backward.html"].about
    assert about["og:title"] == "08 Convolution, backwards"
    assert about["og:url"] == f"{BASE}tutorials/08_convolution_backward.html"
    assert about["og:image"] == f"{BASE}_static/card.png"
    with Image.open(site / "_static" / "card.png") as card:
        assert card.size == (1200, 630)


FAULTY = """
import sys
from docs import build
from docs.website import pages

def write_pages(folder):
    folder.mkdir()
    (folder / "index.md").write_text("# Title\\n\\n[lost](/nowhere.md)\\n\\n$x^a^b$\\n")

pages.write_pages = write_pages
sys.exit(build.main(sys.argv[1:]))
"""


def test_a_page_with_a_fault_is_no_page(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FAULTY, f"--output={tmp_path / 'site'}"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert process.returncode == 1
    lost, formula = process.stderr.splitlines()
    assert re.fullmatch(r"Error: index\.md:3: WARNING: .*/nowhere\.md.*", lost)
    assert formula == "index.md:5: WARNING: no MathML for x^a^b"
    assert list(tmp_path.iterdir()) == []


# --- in the browser --------------------------------------------------------------------------

VIEWS = (
    "index.html",
    "tutorials/08_convolution_backward.html",
    "tutorials/exercises.html",
    "tour.html",
    "teach.html",
    "guide/the-page.html",
    "guide/held-against-keras.html",
    "commands.html",
    "api/index.html",
    "api/tinynet.layers.conv2d.html",
    "benchmarks/index.html",
    "source/tinynet/layers/conv2d.py.html",
    "search.html?q=convolution",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and tells nobody."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served from this computer, as it would be from the web."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def reading(
    browser: Browser, address: str, view: str, width: str = "desktop", dark: bool = False
) -> Iterator[Page]:
    """A page of the site; in the end, no error and no request to anybody else may have been."""
    context = browser.new_context(
        viewport={"width": WIDTHS[width][0], "height": WIDTHS[width][1]},
        color_scheme="dark" if dark else "light",
        offline=address.startswith("file:"),
    )
    try:
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda asked: wrong.append(f"{asked.url}: {asked.failure}"))
        page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith((address, "data:")) else wrong.append(asked.url)
            ),
        )
        page.goto(address + view)
        yield page
        # What the search was still reading when the tab was closed is no fault.
        assert [each for each in wrong if "ERR_ABORTED" not in each] == []
    finally:
        context.close()


@pytest.mark.parametrize(("width", "dark"), [("desktop", False), ("phone", True)])
@pytest.mark.parametrize("view", VIEWS)
def test_everybody_can_read_it(
    browser: Browser, address: str, view: str, width: str, dark: bool
) -> None:
    with reading(browser, address, view, width, dark) as page:
        expect(page.locator("html")).to_have_attribute("data-theme", "dark" if dark else "light")
        if view.startswith("search"):
            expect(page.locator("#search-results li").first).to_be_visible()
        faults = Axe().run(page, options={"preload": False}).response["violations"]
        serious = [each for each in faults if each["impact"] in ("serious", "critical")]
        assert [(each["id"], node["html"]) for each in serious for node in each["nodes"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]


def test_the_search_finds_a_layer(browser: Browser, address: str) -> None:
    with reading(browser, address, "index.html") as page:
        page.keyboard.press("Control+k")
        page.keyboard.type("Conv2D")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=Conv2D")
        found = page.locator("#search-results a[href*='api/tinynet.layers.conv2d.html']")
        expect(found.first).to_be_visible()


def test_formulas_are_drawn_without_a_network(browser: Browser, site: Path) -> None:
    chapter = "tutorials/08_convolution_backward.html"
    with reading(browser, f"{site.as_uri()}/", chapter) as page:
        formula = page.locator(".formula math", has=page.locator("munder")).first
        line = formula.locator("mi").first.bounding_box()
        whole = formula.bounding_box()
        assert line is not None
        assert whole is not None
        assert whole["height"] > 2 * line["height"]  # what stands under the sum is under it


def test_a_solution_unfolds_by_keyboard(browser: Browser, address: str) -> None:
    with reading(browser, address, "tutorials/exercises.html") as page:
        folded = page.locator("article details").first
        expect(folded.locator("pre")).to_be_hidden()
        folded.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(folded.locator("pre")).to_be_visible()


def test_the_tour_leads_to_the_line(browser: Browser, address: str) -> None:
    with reading(browser, address, "tour.html") as page:
        page.locator('a[href*="relu.py.html#L-"]').first.click()
        page.wait_for_url("**/relu.py.html#L-*")
        top = page.evaluate("document.querySelector(':target').getBoundingClientRect().top")
        assert 60 < top < WIDTHS["desktop"][1]  # on the screen, below the bar
        row = page.locator(":target + a")
        assert row.text_content() == page.url.partition("#L-")[2]
        assert row.locator("span").evaluate("e => getComputedStyle(e).color") != "rgb(0, 0, 0)"


def test_light_and_dark_by_hand(browser: Browser, address: str) -> None:
    with reading(browser, address, "index.html") as page:
        seen = []
        for theme in ("light", "dark"):
            page.locator(".theme-switch-button:visible").first.click()
            page.locator(f".theme-change-button[data-mode={theme}]:visible").click()
            seen.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert seen == ["rgb(255, 255, 255)", "rgb(20, 24, 30)"]
