"""A real Chromium, and what one does by hand: drawing, dropping, looking at numbers."""

import base64
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.page.client import Page as Server

Stroke = Sequence[tuple[float, float]]
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}
# In percent of the drawing area: x, y, x, y, ...; strokes are divided by a slash.
WRITTEN = (
    "50 20 35 30 32 50 38 72 50 80 62 72 68 50 64 30 50 20",
    "50 20 50 80",
    "33 33 40 22 55 20 66 30 62 45 32 80 70 80",
    "35 24 55 20 66 32 60 45 46 49 62 54 68 68 55 80 33 76",
    "40 20 33 52 68 52 / 62 25 60 82",
    "66 20 40 20 37 46 55 43 67 56 62 74 48 80 33 75",
    "60 20 42 38 35 60 42 77 56 79 65 67 58 54 45 56 37 66",
    "30 25 70 25 45 80",
    "62 28 50 20 38 29 44 43 60 57 64 71 50 81 36 71 42 56 57 43 62 28",
    "63 36 54 22 40 25 36 40 46 51 60 46 64 30 62 55 56 82",
)


def points(written: str) -> Stroke:
    """One stroke of WRITTEN, in [0, 1]."""
    numbers = [int(number) / 100 for number in written.split()]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


DIGITS = {
    digit: [points(stroke) for stroke in written.split("/")]
    for digit, written in enumerate(WRITTEN)
}
SEVEN = DIGITS[7]


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser that the system has."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path is not None, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(browser: Browser, server: Server, view: str = "", **options: Any) -> Iterator[Page]:
    """A tab with the page; in the end, no error and no request to anybody else may have been."""
    width, height = WIDTHS[options.pop("width", "desktop")]
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    try:
        page = context.new_page()
        wrong: list[str] = []
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(server.address) else wrong.append(asked.url),
        )
        page.goto(server.address + view)
        page.wait_for_selector("body[data-ready]")
        yield page
        # A refused request is logged by the browser itself; the page shows why (test_errors).
        assert [line for line in wrong if "status of 400" not in line] == []
    finally:
        context.close()


def places(page: Page, stroke: Stroke) -> list[tuple[float, float]]:
    """Where points of the drawing area are in the window."""
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    assert box is not None
    return [
        (round(box["x"] + x * box["width"]), round(box["y"] + y * box["height"])) for x, y in stroke
    ]


def draw(page: Page, strokes: Sequence[Stroke]) -> None:
    """With the mouse."""
    for stroke in strokes:
        first, *others = places(page, stroke)
        page.mouse.move(*first)
        page.mouse.down()
        for place in others:
            page.mouse.move(*place, steps=5)
        page.mouse.up()
    settle(page)


def touch(page: Page, strokes: Sequence[Stroke]) -> None:
    """With a finger."""
    session = page.context.new_cdp_session(page)
    for stroke in strokes:
        kind = "touchStart"
        for x, y in places(page, stroke):
            session.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
            kind = "touchMove"
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settle(page)


def settle(page: Page) -> None:
    """Until the last question is answered."""
    for _ in range(2):  # an answer may ask again
        page.wait_for_timeout(50)
        page.wait_for_selector("body[aria-busy=false]")


def drop(page: Page, content: bytes, name: str = "digit.png") -> None:
    """A file, dropped onto the page."""
    page.evaluate(
        """([data, name]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name));
            const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
            document.getElementById("pad").dispatchEvent(new DragEvent("drop", options));
        }""",
        [base64.b64encode(content).decode(), name],
    )
    settle(page)


def pick(page: Page, canvas: str, x: float, y: float) -> None:
    """Click on a picture of numbers, at a share of its width and height."""
    node = page.locator(canvas).first
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    assert box is not None
    node.click(position={"x": x * box["width"], "y": y * box["height"]})
    settle(page)
