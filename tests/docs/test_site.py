"""The whole site: built once, its links followed, and used in a real Chromium without a network."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from docs import build
from docs.website import pages as page_sources
from docs.website.lines import ROOT
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
        self.about: dict[str, str] = {}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.ids.add(given.get("id", ""))
        if tag == "a" and "href" in given:
            self.leads.append(given["href"])
        elif tag == "link":
            self.fetched.append(given["href"])
        elif tag == "meta" and "property" in given:
            self.about[given["property"]] = given["content"]
        self.fetched += [given[name] for name in ("src", "data", "poster") if name in given]


@pytest.fixture(scope="session")
def found(site: Path) -> dict[Path, Links]:
    return {path: Links(path) for path in site.rglob("*.html")}


def test_every_link_leads_somewhere(site: Path, found: dict[Path, Links]) -> None:
    lost = []
    for path, links in found.items():
        for link in [*links.leads, *links.fetched]:
            address, fragment = urldefrag(link)
            if urlsplit(address).scheme in ("http", "https", "mailto", "data"):
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            known = found[target].ids if target in found else set()
            if not target.is_file() or (fragment and unquote(fragment) not in known):
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
    for module in page_sources.sources("tinynet"):
        assert (site / "api" / f"{page_sources.module_of(module)}.html").exists()
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
    assert len([link for link in page.fetched if "/_images/" in link]) >= len(alts) > 0
    shown = re.findall(r'<img alt="([^"]*)"', text)
    assert {html.escape(alt) for alt in alts} <= set(shown)
    markdown = "".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
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


def test_a_page_with_a_fault_is_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(folder: Path) -> None:
        folder.mkdir()
        (folder / "index.md").write_text("# Title\n\n[lost](/nowhere.md)\n")

    monkeypatch.setattr(page_sources, "write_pages", faulty)
    assert build.main([f"--output={tmp_path / 'site'}"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("Error: index.md:3: WARNING: ")
    assert "nowhere" in told
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


@contextmanager
def reading(
    browser: Browser, site: Path, view: str, width: str = "desktop", scheme: str = "light"
) -> Iterator[Page]:
    """A page from the disk, with the network off; in the end, nobody may have asked for it."""
    size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}
    context = browser.new_context(viewport=size, color_scheme=scheme, offline=True)  # type: ignore
    try:
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda asked: wrong.append(asked.url))
        page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith(("file:", "data:")) else wrong.append(asked.url)
            ),
        )
        page.goto(f"{site.as_uri()}/{view}")
        yield page
        assert wrong == []
    finally:
        context.close()


@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light"), ("phone", "dark")])
@pytest.mark.parametrize("view", VIEWS)
def test_everybody_can_read_it(
    browser: Browser, site: Path, view: str, width: str, scheme: str
) -> None:
    with reading(browser, site, view, width, scheme) as page:
        assert page.locator("html").get_attribute("data-theme") == scheme
        if view.startswith("search"):
            expect(page.locator("#search-results li").first).to_be_visible()
        faults = Axe().run(page).response["violations"]
        serious = [each for each in faults if each["impact"] in ("serious", "critical")]
        nodes = [(each["id"], node["html"]) for each in serious for node in each["nodes"]]
        assert nodes == []
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width][0]


def test_the_search_finds_a_layer(browser: Browser, site: Path) -> None:
    with reading(browser, site, "index.html") as page:
        page.keyboard.press("Control+k")
        page.keyboard.type("Conv2D")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search.html?q=Conv2D")
        results = page.locator("#search-results")
        expect(results.locator("a[href*='tinynet.layers.conv2d.html']").first).to_be_visible()


def test_formulas_are_drawn_by_the_browser_itself(browser: Browser, site: Path) -> None:
    with reading(browser, site, "tutorials/08_convolution_backward.html") as page:
        formula = page.locator(".formula math", has=page.locator("munder")).first
        box = formula.bounding_box()
        assert box is not None
        assert box["height"] > 30  # what stands under the sum is under it


def test_a_solution_unfolds_by_keyboard(browser: Browser, site: Path) -> None:
    with reading(browser, site, "tutorials/exercises.html") as page:
        folded = page.locator("main details").first
        expect(folded.locator("pre")).to_be_hidden()
        folded.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(folded.locator("pre")).to_be_visible()


def test_the_tour_leads_to_the_line(browser: Browser, site: Path) -> None:
    with reading(browser, site, "tour.html") as page:
        link = page.locator('a[href*="relu.py.html#L-"]').first
        link.click()
        page.wait_for_url("**/relu.py.html#L-*")
        at = page.evaluate("document.querySelector(':target').getBoundingClientRect().top")
        assert 0 <= at < WIDTHS["desktop"][1]
        row = page.evaluate("document.querySelector(':target').nextSibling.parentNode.textContent")
        assert "def forward" in row


def test_light_and_dark_by_hand(browser: Browser, site: Path) -> None:
    with reading(browser, site, "index.html") as page:
        button = page.locator(".theme-switch-button:visible").first
        seen = set()
        for _ in range(3):
            button.click()
            seen.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert len(seen) == 2
