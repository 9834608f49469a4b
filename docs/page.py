"""Take the pictures of the page for the README:  python docs/page.py, in the clone.

Needs Chromium and the extra `test`. A 2 is drawn, opened inside, and taught to be a 3.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from tests.page.browser import DIGITS, chromium, draw, pick, settle, visiting  # noqa: E402
from tests.page.client import serving  # noqa: E402

COLOURS = 256  # of a picture: enough for the orange and blue of small cells


def save(page: Page, name: str, height: int) -> None:
    """The upper part of the page, as a small PNG."""
    clip = {"x": 0, "y": 0, "width": 1280, "height": height}
    page.evaluate("scrollTo(0, 0)")
    content = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
    picture = (
        Image.open(io.BytesIO(content)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    )
    picture.save(FOLDER / f"page_{name}.png", optimize=True)


def main() -> None:
    """Draw, look inside, open a gradient."""
    with serving() as server, chromium() as browser, visiting(browser, server) as page:
        draw(page, DIGITS[2])
        save(page, "draw", 1060)
        page.click('nav a[href="#inside"]')
        settle(page)
        save(page, "inside", 1170)
        page.click('nav a[href="#step"]')
        page.click("#labels button:nth-child(4)")
        settle(page)
        page.click('button[aria-label="gradient of conv2d_1.kernel"]')
        settle(page)
        pick(page, "#step-detail canvas.maps", 0.5, 0.5)
        page.evaluate("document.getElementById('step-layers').scrollLeft = 0")
        save(page, "step", 1170)


if __name__ == "__main__":
    main()
