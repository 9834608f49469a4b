"""The style, the size and the file of every figure."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import rcParams
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from mnist_app.figures.confusion import draw_counts
from mnist_app.figures.look import (
    BLUE,
    FAINT,
    FORMATS,
    INK,
    RED,
    STYLE,
    is_figure,
    save_figure,
    shortened,
)


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


def luminance(colour: str) -> float:
    """Of a colour such as #2a6f97, as the guidelines for accessible pages (WCAG) define it."""
    shares = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: str, other: str) -> float:
    """From 1, the same, to 21, black on white."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [INK, FAINT, RED])
def test_text_can_be_read_on_white(colour: str) -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast(colour, "#ffffff") >= 4.5


def test_counts_can_be_read_on_their_shades() -> None:
    counts = np.append(0, np.geomspace(1, 1000, 143).astype(int)).reshape(12, 12)
    axes = Figure().subplots()
    draw_counts(axes, counts)
    shades, look = axes.images[0].get_array(), axes.images[0].get_cmap()
    assert shades is not None
    for text in axes.texts:
        column, row = map(int, text.get_position())
        assert contrast(to_hex(text.get_color()), to_hex(look(shades[row, column]))) >= 4.4


@pytest.mark.parametrize("extension", FORMATS)
def test_a_figure_is_known_again_and_a_photo_is_not(tmp_path: Path, extension: str) -> None:
    figure, photo = tmp_path / f"figure{extension}", tmp_path / f"photo{extension}"
    save_figure(figure, draw_square, BLUE)
    assert is_figure(figure)
    if extension in (".png", ".jpg", ".webp"):
        Image.new("RGB", (9, 9)).save(photo)
    else:
        Figure().savefig(photo)
    assert not is_figure(photo)
    assert not is_figure(tmp_path)
