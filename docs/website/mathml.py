"""Formulas as MathML, which browsers draw by themselves: no script, no fonts to fetch."""

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger
from sphinx.writers.html5 import HTML5Translator

SIGN = re.compile(r"((?:&#x00028;|&#x0002C;|&#x0003D;)</mo>)<mo>(&#x02212;)")  # after ( , and =


def mathml(node: nodes.Node, display: str) -> str:
    """The formula of a node; a warning, and so an error, if not all of it is understood."""
    try:
        found: str = convert(node.astext(), display=display)
    except Exception as error:  # each fault of a formula is a class of its own
        found = f"\\{type(error).__name__}"
    if "\\" in found:
        getLogger(__name__).warning("no MathML for %s", node.astext(), location=node)
    return SIGN.sub(r'\1<mo form="prefix">\2', found)


def inline(translator: HTML5Translator, node: nodes.math) -> None:
    """A formula within a sentence."""
    translator.body.append(mathml(node, "inline"))
    raise nodes.SkipNode


def block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """A formula on a line of its own, which scrolls by itself where it is too long."""
    translator.body.append(f'<div class="formula">{mathml(node, "block")}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx's `html_math_renderer = "mathml"`."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
