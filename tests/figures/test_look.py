"""The style, the size and the file of every figure."""

import os
from pathlib import Path
from typing import Any

import pytest
from matplotlib import rcParams
from matplotlib.figure import Figure
from PIL import Image

from mnist_app.figures.look import BLUE, FORMATS, STYLE, save_figure, shortened


def draw_square(figure: Figure, colour: str, title: str = "") -> None:
    """Two inches of one colour with a title."""
    figure.set_size_inches(2, 1)
    figure.set_facecolor(colour)
    figure.suptitle(title)


def test_a_figure_has_its_size_at_130_dots_an_inch(tmp_path: Path) -> None:
    save_figure(tmp_path / "a.png", draw_square, BLUE)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (260, 130)
        assert picture.convert("RGB").getpixel((5, 5)) == tuple(bytes.fromhex(BLUE[1:]))


def test_the_style_holds_while_a_figure_is_drawn_and_no_longer(tmp_path: Path) -> None:
    def styles() -> dict[Any, Any]:
        return {name: rcParams[name] for name in STYLE}

    before, seen = styles(), {}
    save_figure(tmp_path / "a.png", lambda figure: seen.update(styles()))
    assert seen == STYLE | {"font.family": ["DejaVu Sans"]}
    assert styles() == before != seen


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("title", ["7.png", r"cost $\frac$.png", "sieben\ufffd.png", "日本🎈.png"])
def test_any_name_in_any_format(tmp_path: Path, extension: str, title: str) -> None:
    path = tmp_path / f"figure{extension}"
    save_figure(path, draw_square, "white", title=title)
    assert path.stat().st_size > 500
    assert os.listdir(tmp_path) == [path.name]


def test_a_figure_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(OSError, match="directory"):
        save_figure(tmp_path / "taken.png", draw_square, BLUE)
    assert os.listdir(tmp_path) == ["taken.png"]


def test_a_disk_that_fills_leaves_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_half(figure: Figure, path: Path, **_: object) -> None:
        Path(path).write_text("half")
        raise OSError(28, "disk full")

    monkeypatch.setattr(Figure, "savefig", write_half)
    (tmp_path / "old.png").write_text("old")
    with pytest.raises(OSError, match="disk full"):
        save_figure(tmp_path / "old.png", draw_square, BLUE)
    assert (tmp_path / "old.png").read_text() == "old"
    assert os.listdir(tmp_path) == ["old.png"]


def test_a_figure_that_cannot_be_drawn_leaves_the_older_one(tmp_path: Path) -> None:
    def fail(figure: Figure) -> None:
        raise ZeroDivisionError

    (tmp_path / "old.png").write_text("old")
    with pytest.raises(ZeroDivisionError):
        save_figure(tmp_path / "old.png", fail)
    assert (tmp_path / "old.png").read_text() == "old"
    assert os.listdir(tmp_path) == ["old.png"]


def test_long_names_keep_their_end_or_their_start() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "…cdefg"
    assert shortened("abcdefg", 6, from_start=True) == "abcde…"
    assert shortened("a\nb\x1b[1m.png") == "a?b?[1m.png"
