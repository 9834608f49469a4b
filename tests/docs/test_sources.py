"""What the site is made of: places in the code, docstrings, links, and the command's own errors."""

import re
from pathlib import Path

import pytest

from docs import build
from docs.website.docstrings import as_rst
from docs.website.lines import ROOT, LostPlace, definition, line
from docs.website.made_pages import source_page
from docs.website.pages import Pages
from docs.website.reference import reference
from docs.website.tour import with_lines

WEBSITE = ROOT / "docs" / "website"
README = (ROOT / "README.md").read_text(encoding="utf-8")


# --- places in the code ----------------------------------------------------------------------


def test_the_tour_finds_all_its_places() -> None:
    text = with_lines((WEBSITE / "tour.md").read_text(encoding="utf-8"))
    assert "{line}" not in text
    assert "{show}" not in text
    assert "outputs = model.forward(model.prepare(images), training=True, keep=True)" in text
    assert "doutputs)  # `backward`, without dL/dimages" in text


def test_a_link_leads_to_the_line_that_holds_the_text() -> None:
    text = with_lines("{line}`tinynet/training.py: optimizer.update(` ends it.")
    found = re.fullmatch(
        r'<a href="source/tinynet/training.py.html#L-(\d+)"><code>tinynet/training.py</code>, '
        r"line (\d+)</a> ends it.",
        text,
    )
    assert found is not None
    lines = (ROOT / "tinynet" / "training.py").read_text(encoding="utf-8").splitlines()
    assert lines[int(found[1]) - 1].strip() == "optimizer.update(model.parameters())"
    assert found[1] == found[2]


def test_a_piece_of_code_is_numbered_as_in_its_file() -> None:
    first, text = definition("tinynet/layers/conv2d.py", "Conv2D.backward")
    assert text.startswith("    def backward(self, dy: Array) -> Array:")
    assert text.endswith("return from_memory(crop(dx, self._windows))")
    assert first == line("tinynet/layers/conv2d.py", "def backward(self")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{line}`tinynet/training.py: optimizer.upgrade(`", "has 0 lines with"),
        ("{line}`tinynet/training.py: return`", "one was expected"),
        ("{line}`tinynet/train.py: return`", "there is no file tinynet/train.py"),
        ("{show} tinynet/training.py train_stop", "tinynet/training.py defines no train_stop"),
    ],
)
def test_a_place_that_is_gone_is_said(text: str, said: str) -> None:
    with pytest.raises(LostPlace, match=re.escape(said)):
        with_lines(text)


# --- pages -----------------------------------------------------------------------------------


def test_the_front_page_says_what_the_readme_says() -> None:
    text = (WEBSITE / "index.md").read_text(encoding="utf-8")
    plain = README.replace("*", "")
    for number in re.findall(r"\d[\d.,]* %|\d{3},\d{3}|1e-12|\d+ public sources", text):
        assert number in plain, number
    for command in re.findall(r"^```\n(.*?)\n```", text, re.MULTILINE | re.DOTALL):
        assert command in README


def test_links_lead_to_pages_pictures_and_sources(tmp_path: Path) -> None:
    pages = Pages(tmp_path)
    text = (
        "[a](../tinynet/model.py) [b](README.md) [c](02_chain_rule.ipynb) [d](https://x.org/a.py) "
        "![e](figures/02_chain_rule_backward_pass.gif) [f](../README.md) [g](#here) [h](gone.py)"
    )
    assert re.findall(r"\((.*?)\)", pages.with_links(text, "tutorials")) == [
        "/source/tinynet/model.py.md",
        "/tutorials/index.md",
        "/tutorials/02_chain_rule.ipynb",
        "https://x.org/a.py",
        "/tutorials/figures/02_chain_rule_backward_pass.gif",
        "/guide/index.md",
        "#here",
        "gone.py",
    ]
    assert pages.shown == {"tinynet/model.py"}
    assert (tmp_path / "tutorials/figures/02_chain_rule_backward_pass.gif").exists()


def test_every_line_of_a_source_is_the_end_of_a_link() -> None:
    page = source_page("tinynet/types.py")
    lines = (ROOT / "tinynet" / "types.py").read_text(encoding="utf-8").splitlines()
    anchors = [int(number) for number in re.findall(r'id="L-(\d+)"', page)]
    assert anchors == list(range(1, len(lines) + 1))


# --- the reference ---------------------------------------------------------------------------

MODULE = '''"""Little things."""

from dataclasses import dataclass

from tinynet.types import Array

WIDTH = 100  # of a line


@dataclass
class Box(Lid):
    """A box.  (N, W) -> (N,)

    y[n] = sum_w x[n,w] * *w
    See `open` and `a | b`.
    """

    size: int = 3  # in all
    _hidden: int = 0

    def open(self, by: "Array | None" = None, *, wide: bool = True) -> Array:
        """Look inside."""

    @property
    def full(self) -> bool:
        """Whether nothing fits in."""


def _secret() -> None:
    """Not for others."""
'''


def test_the_reference_shows_what_is_public_as_it_is_written() -> None:
    text = reference("little", MODULE)
    for expected in (
        ".. py:module:: little\n\nLittle things.\n",
        ".. py:data:: WIDTH\n   :value: 100\n\n   of a line\n",
        ".. py:class:: Box(size: int = 3, _hidden: int = 0)\n\n   A :py:obj:`Lid`.\n",
        "   A box.  (N, W) -> (N,)\n",
        "   | ``y[n] = sum_w x[n,w] * *w``\n   | See :py:obj:`open` and ``a | b``.\n",
        "   .. py:attribute:: size\n      :type: int\n      :value: 3\n\n      in all\n",
        "   .. py:method:: open(by: ~tinynet.types.Array | None=None, *, wide: bool=True)"
        " -> ~tinynet.types.Array\n\n      Look inside.\n",
        "   .. py:property:: full\n      :type: bool\n",
    ):
        assert expected in text
    assert "_secret" not in text
    assert ":: _hidden" not in text


def test_wrapped_lines_of_a_docstring_flow_and_short_ones_stay() -> None:
    long = "word " * 18 + "end of it"
    assert as_rst(f"First.\n\n{long}\nwhich goes on.\nAnother_ line.", 0) == [
        "First.",
        "",
        f"| {long} which goes on.",
        r"| Another\_ line.",
        "",
    ]
    assert as_rst("name    what it is\nother   more", 4) == [
        "::",
        "",
        "   name    what it is",
        "   other   more",
        "",
    ]


# --- the command -----------------------------------------------------------------------------


def test_a_missing_extra_names_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "NEEDED", ("json", "latex3mathml"))
    assert build.main([f"--output={tmp_path / 'site'}"]) == 1
    assert capsys.readouterr().err == (
        'Error: latex3mathml is not installed; install the extra "docs": '
        'python -m pip install -e ".[docs]"\n'
    )
    assert list(tmp_path.iterdir()) == []


def a_site(folder: Path) -> Path:
    """An older site."""
    folder.mkdir()
    (folder / "searchindex.js").write_text("old")
    return folder


def test_a_site_is_replaced_only_by_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = a_site(tmp_path / "site")

    def half(pages: Path, target: Path, base_url: str) -> None:
        a_site(target).joinpath("index.html").write_text("new")
        raise build.BuildError("tour.md:3: WARNING: no such page")

    monkeypatch.setattr(build, "make", half)
    assert build.main([f"--output={site}"]) == 1
    assert capsys.readouterr().err == "Error: tour.md:3: WARNING: no such page\n"
    assert [path.name for path in tmp_path.rglob("*")] == ["site", "searchindex.js"]

    def whole(pages: Path, target: Path, base_url: str) -> None:
        assert base_url == "https://example.org/tinynet/"
        a_site(target).joinpath("index.html").write_text("new")

    monkeypatch.setattr(build, "make", whole)
    assert build.main([f"--output={site}", "--base-url=https://example.org/tinynet"]) == 0
    assert (site / "index.html").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_that_is_no_site_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "make", lambda pages, target, base_url: a_site(target))
    (tmp_path / "thesis.txt").write_text("years of work")
    assert build.main([f"--output={tmp_path}"]) == 1
    assert "is no site that this program made" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
