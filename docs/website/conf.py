"""Sphinx's settings for the site; `docs/build.py` runs it."""

import functools
import re
from typing import Any

from sphinx.application import Sphinx

from docs.website.lines import definitions, file_of, read
from tinynet import __version__

project = "tinynet"
author = "the authors of tinynet"
release = __version__
language = "en"
smartquotes = False  # they would make a dash of --help
extensions = [
    "myst_nb",
    "docs.website.mathml",
    "sphinx.ext.linkcode",
]
nb_execution_mode = "off"  # the committed outputs are shown
nb_render_markdown_format = "myst"
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 4
myst_update_mathjax = False
highlight_language = "text"
toc_object_entries_show_parents = "hide"

ICON = "_static/icon.svg"
html_theme = "pydata_sphinx_theme"
html_title = "tinynet"
html_math_renderer = "mathml"
html_static_path = ["static", "../../mnist_app/page/client/icon.svg"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_favicon = "../../mnist_app/page/client/icon.svg"
html_context = {"default_mode": "auto"}
html_copy_source = False
html_show_sphinx = False
html_sidebars: dict[str, list[str]] = {
    name: [] for name in ("index", "tour", "teach", "commands", "contributing", "changelog")
}
html_theme_options = {
    "logo": {"text": "tinynet", "image_light": ICON, "image_dark": ICON, "alt_text": ""},
    "header_links_before_dropdown": 7,
    "navbar_persistent": ["search-button"],
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "show_nav_level": 1,
    "footer_start": [],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
DESCRIPTION = "A neural network from scratch in NumPy, small enough to read in an evening"


@functools.cache
def starts(file: str) -> dict[str, tuple[int, int]]:
    """Where each definition of a file stands."""
    return definitions(read(file))


def linkcode_resolve(domain: str, info: dict[str, str]) -> str | None:
    """From a description in the reference to its line on the page of the source."""
    file = file_of(info["module"])
    first, _ = starts(file).get(info["fullname"], (0, 0))
    return f"../source/{file}.html#L-{first}" if first else None


def tell_who_shares(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """What other sites show when somebody posts a link to a page; whole addresses if known."""
    base = app.config.html_baseurl
    picture = f"{base}_static/card.png" if base else context["pathto"]("_static/card.png", 1)
    about = {
        "og:type": "website",
        "og:site_name": "tinynet",
        "og:title": re.sub("<[^>]+>", "", context.get("title") or "tinynet"),
        "og:description": DESCRIPTION,
        "og:image": picture,
        "og:image:alt": "tinynet, and digits that people wrote",
        "twitter:card": "summary_large_image",
        **({"og:url": f"{base}{page}.html"} if base else {}),
    }
    tags = [f'<meta property="{name}" content="{value}" />' for name, value in about.items()]
    tags.append(f'<meta name="description" content="{DESCRIPTION}" />')
    context["metatags"] = context.get("metatags", "") + "\n".join(tags)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", tell_who_shares)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
