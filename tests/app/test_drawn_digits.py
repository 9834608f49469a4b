"""The digits that training draws in styles that MNIST lacks, and how they join a run."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mnist_app.data.dataset import load_dataset
from mnist_app.pictures.mnist_style import stroke_width
from mnist_app.reading.classifier import MODEL
from mnist_app.training import run as training_run
from mnist_app.training.folder import RunError
from mnist_app.training.options import Options
from mnist_app.training.run import KEPT, TrainingRun, resume_run, start_run
from mnist_app.training.styles import pens
from mnist_app.training.styles.digits import draw_digits, draw_style, reduced, with_styles
from mnist_app.training.styles.hand import Hand
from mnist_app.training.styles.others import letter, question_mark, shape
from mnist_app.training.styles.pens import HEIGHT, INK, PENS
from mnist_app.training.styles.printed import FONTS, printed, seven_segments
from mnist_app.training.styles.scribbles import BLOT, scribble
from mnist_app.training.styles.skeletons import STYLES
from tinynet import ModelFileError, load_model


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_digits_are_drawn_by_the_seed() -> None:
    images, labels = draw_digits(300, rng(1))
    assert images.shape == (300, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert images.any(axis=(1, 2)).all()
    assert set(labels) == set(range(10))
    again = draw_digits(300, rng(1))
    assert np.array_equal(images, again[0])
    assert np.array_equal(labels, again[1])
    assert len(np.unique(np.concatenate([images, draw_digits(300, rng(2))[0]]), axis=0)) > 590


@pytest.mark.parametrize("style", STYLES)
def test_every_style_in_every_pen_is_whole_and_inside_of_the_sheet(style: str) -> None:
    for pen in PENS:
        sheet = draw_style(style, pen, rng(3))
        ink = np.argwhere(sheet > INK)
        low, high = ink.min(axis=0), ink.max(axis=0)
        assert sheet.dtype == np.float32
        assert 0 < low.min() < high.max() < pens.SIDE - 1
        assert max(high - low) > 0.75 * pens.HEIGHT
        assert reduced(sheet).any()


@pytest.mark.parametrize("style", [name for name in STYLES if "flag" in name])
def test_a_flag_falls_so_steeply_that_the_digit_is_no_7(style: str) -> None:
    for seed in range(50):
        stem, flag = STYLES[style][1](Hand(rng(seed))).lines[:2]
        along, tip = stem[1] - stem[0], flag[-1] - flag[0]
        angle = np.degrees(np.arccos(along @ tip / np.linalg.norm(along) / np.linalg.norm(tip)))
        assert 12 < angle < (75 if "foot" in style or "short" in style else 62)


@pytest.mark.parametrize("style", [name for name in STYLES if name.startswith("7")])
def test_the_bar_of_a_7_is_nearly_level(style: str) -> None:
    for seed in range(50):
        bar = STYLES[style][1](Hand(rng(seed))).lines[0]
        left, right = bar[1 if "hooked" in style else 0], bar[-1]
        assert abs(left[1] - right[1]) < 0.4 * (right[0] - left[0])


def test_fonts_and_segments() -> None:
    for font in FONTS:
        assert len({printed(str(digit), font, rng()).tobytes() for digit in range(10)}) == 10
    shown = [seven_segments(digit, rng()) for digit in range(10)]
    assert len({sheet.tobytes() for sheet in shown}) == 10
    assert shown[8].sum() == max(sheet.sum() for sheet in shown)
    assert shown[1].sum() == min(sheet.sum() for sheet in shown)


def test_letters_shapes_and_scribbles_are_drawn_by_the_seed() -> None:
    for draw in (letter, shape, question_mark, scribble):
        sheets = [draw(rng(seed)) for seed in range(30)]
        assert all(reduced(sheet).any() for sheet in sheets)
        assert len({sheet.tobytes() for sheet in sheets}) == 30
        assert np.array_equal(sheets[7], draw(rng(7)))


def test_no_scribble_runs_together_to_a_blot() -> None:
    """A bold 0 or 1 is one."""
    assert max(stroke_width(scribble(rng(seed))) for seed in range(200)) < BLOT * HEIGHT


def test_a_question_mark_has_a_dot_below_its_stem() -> None:
    for seed in range(40):
        ink = question_mark(rng(seed)) > INK
        count, _, boxes, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
        tops = np.sort(boxes[1:count, cv2.CC_STAT_TOP])
        assert count == 2 or (count == 3 and tops[1] > tops[0] + HEIGHT / 2)


def test_drawn_digits_follow_the_others() -> None:
    images, labels = np.full((10, 28, 28), 7, np.uint8), np.arange(10, dtype=np.uint8)
    mixed, mixed_labels = with_styles((images, labels), rng())
    assert len(mixed) == len(mixed_labels) == 15
    assert np.array_equal(mixed[:10], images)
    assert np.array_equal(mixed_labels[:10], labels)


def test_a_run_with_styles(tmp_path: Path, options: Options) -> None:
    """Both parts grow by half; their first images are those of a run without."""
    with start_run(tmp_path / "plain", options) as plain:
        pass
    with start_run(tmp_path / "styled", replace(options, styles=True, epochs=1)) as styled:
        styled.train()
    assert plain.validation is not None
    assert styled.validation is not None
    assert (len(styled.training[0]), len(styled.validation[0])) == (1350, 150)
    assert np.array_equal(styled.training[0][:900], plain.training[0])
    assert np.array_equal(styled.validation[1][:100], plain.validation[1])
    assert not np.array_equal(styled.training[0][900:950], styled.validation[0][100:])
    with resume_run(tmp_path / "styled", {}) as resumed:
        assert resumed.options.styles
        assert np.array_equal(resumed.training[0], styled.training[0])


def test_styles_are_digits(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = replace(load_dataset(data), names=tuple("abcdefghij"))
    monkeypatch.setattr(training_run, "load_data", lambda path: letters)
    with (
        pytest.raises(RunError, match="--styles draws the ten digits, and the data set"),
        start_run(tmp_path, Options(styles=True)),
    ):
        pass


def test_a_run_begins_with_another_s_weights(
    tmp_path: Path, options: Options, finished: TrainingRun
) -> None:
    start = str(finished.folder)
    with start_run(tmp_path / "more", replace(options, start=start, epochs=1)) as more:
        values = more.model.parameters()
        for name, learned in load_model(finished.folder / MODEL)[0].parameters().items():
            assert np.array_equal(values[name].value, learned.value)
        more.train()
    _, settings = load_model(more.folder / MODEL)
    assert settings["start"] == finished.folder.name  # and not where it lay
    with (
        pytest.raises(ModelFileError, match="is another network than the one to train"),
        start_run(tmp_path / "other", replace(options, model="mlp", start=start)),
    ):
        pass


def test_a_network_trained_further_keeps_a_part_of_its_start(
    tmp_path: Path, options: Options, finished: TrainingRun
) -> None:
    """Once: a run that is finished a second time keeps no more."""
    start = load_model(finished.folder / MODEL)[0].parameters()
    with start_run(tmp_path, replace(options, start=str(finished.folder), epochs=1)) as more:
        more.train()
        trained = load_model(tmp_path / MODEL)[0].parameters()
        more.finish()
        more.finish()
    for name, parameter in load_model(tmp_path / MODEL)[0].parameters().items():
        expected = KEPT * start[name].value + (1 - KEPT) * trained[name].value
        np.testing.assert_allclose(parameter.value, expected, rtol=1e-6)
