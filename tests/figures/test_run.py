"""The pictures of a run: each name holds what it says."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from mnist_app.figures import run as figures
from mnist_app.figures.confusion import draw_confusion
from mnist_app.figures.curves import draw_curves
from mnist_app.figures.grids import draw_mistakes, draw_predictions
from mnist_app.figures.variations import draw_variations
from mnist_app.training.run import TrainingRun
from tests.figures.samples import distinct_images, evaluation
from tinynet import Epoch, History

TESTED = evaluation([7, 2], [7, 3], [0.9, 0.8])


def run_in(folder: Path, augment: bool) -> TrainingRun:
    """As much of a finished run as its pictures need."""
    images = distinct_images(20)
    run = SimpleNamespace(
        folder=folder,
        options=SimpleNamespace(augment=augment, seed=3),
        training=(images[:10], np.zeros(10)),
        test=(images[10:12], TESTED.labels),
        history=History([Epoch(1, 1.0, 0.5)]),
    )
    return cast(TrainingRun, run)


@pytest.mark.parametrize("augment", [True, False])
def test_each_file_holds_what_its_name_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, augment: bool
) -> None:
    told: dict[str, tuple[Any, ...]] = {}

    def tell(path: Path, draw: Callable[..., object], *args: Any) -> None:
        assert path.parent == tmp_path
        told[path.name] = (draw, *args)

    monkeypatch.setattr(figures, "save_figure", tell)
    run = run_in(tmp_path, augment)
    figures.save_run_figures(run, TESTED)
    images, _ = run.test
    variations = told.pop("augmentation.png", None)
    assert told == {
        "curves.png": (draw_curves, run.history),
        "confusion_matrix.png": (draw_confusion, TESTED),
        "predictions.png": (draw_predictions, images, TESTED),
        "mistakes.png": (draw_mistakes, images, TESTED),
    }
    assert (variations is not None) == augment
    if variations is not None:
        draw, copies = variations
        assert draw is draw_variations
        assert copies.shape == (8, 10, 28, 28)
        np.testing.assert_array_equal(copies[:, 0], run.training[0][:8])
    with Image.open(tmp_path / "digit.png") as picture:
        pixels = np.asarray(picture).astype(float).reshape(28, 10, 28, 10).mean(axis=(1, 3))
    assert np.corrcoef(pixels.ravel(), 255.0 - images[0].ravel())[0, 1] > 0.9


def test_a_finished_run_is_drawn(tmp_path: Path) -> None:
    figures.save_run_figures(run_in(tmp_path, augment=True), TESTED)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "augmentation.png", "confusion_matrix.png", "curves.png", "digit.png", "mistakes.png",
        "predictions.png",
    ]  # fmt: skip
    for path in tmp_path.iterdir():
        with Image.open(path) as picture:
            assert min(picture.size) >= 200
