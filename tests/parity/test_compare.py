"""`compare`, for real but small: both processes, the numbers that they bring, and the files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mnist_app.figures.comparison import save_comparison_figures
from mnist_app.keras import compare as keras_compare
from mnist_app.keras.comparison import FILES, Comparison
from tests.app.idx_files import write_dataset

EPOCHS = 2


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, list[Any]]:
    """mlp-small on 13,000 images, so that there are 100 steps and a short last batch."""
    data = write_dataset(tmp_path_factory.mktemp("data") / "some", train=13_000, test=1000)
    told: list[Any] = []
    result = keras_compare.compare(
        "mlp-small", EPOCHS, 1, data, on_epoch=lambda *epoch: told.append(epoch)
    )
    return result, told


def test_both_do_the_same(compared: tuple[Comparison, list[Any]]) -> None:
    """float32: rounding at first, which Adam's divisions then magnify."""
    (distances,) = compared[0].distances
    assert {name for name in distances if name.startswith("gradient ")} == {
        f"gradient dense_{i}.{name}" for i in (1, 2, 3) for name in ("kernel", "bias")
    }
    for name, distance in distances.items():
        if not name.startswith("step"):
            assert distance < 1e-5, name
        if name.startswith("step 1 "):
            assert distance < 1e-3, name
    assert sum(name.startswith("step 100 ") for name in distances) == 6
    ours, theirs = (compared[0].accuracies(framework)[0] for framework in ("tinynet", "keras"))
    assert ours > 85
    assert abs(ours - theirs) < 1
    (answers,) = compared[0].answers
    assert np.mean(answers["tinynet"] == answers["keras"]) > 0.98


def test_losses_go_together(compared: tuple[Comparison, list[Any]]) -> None:
    curves = [np.array(compared[0].measured[0][f]["curve"]) for f in ("tinynet", "keras")]
    assert len(curves[0]) == EPOCHS * 7  # 102 batches, a point for every 16
    np.testing.assert_allclose(curves[0][:, 0], curves[1][:, 0])
    np.testing.assert_allclose(curves[0][:, 1], curves[1][:, 1], rtol=0.05)


def test_each_epoch_is_told(compared: tuple[Comparison, list[Any]]) -> None:
    told = compared[1]
    assert [(f, seed, epoch["epoch"]) for f, seed, epoch in told] == [
        ("tinynet", 0, 1),
        ("tinynet", 0, 2),
        ("keras", 0, 1),
        ("keras", 0, 2),
    ]
    last = {f: epoch["test_accuracy"] for f, _, epoch in told}
    assert {f: 100 * accuracy for f, accuracy in last.items()} == {
        f: compared[0].accuracies(f)[0] for f in last
    }


def test_it_can_be_printed_saved_and_drawn(
    compared: tuple[Comparison, list[Any]], tmp_path: Path
) -> None:
    result = compared[0]
    assert {row.measure for row in result.rows()} >= {
        "outputs of the first batch",
        "its gradient dense_1.kernel",
        "weights after 1 step",
        "weights after 10 steps",
        "weights after 100 steps",
        "test images with the same answer",
    }
    notes = " ".join(result.notes())
    for said in ("python 3.", "tensorflow 2.", "numpy ", " cores", "steps_per_execution=16"):
        assert said in notes
    keras_compare.save_comparison(result, tmp_path)
    save_comparison_figures(result, tmp_path)
    for name in ("comparison_curves.png", "agreement.png"):
        with Image.open(tmp_path / name) as picture:
            assert min(picture.size) > 300
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
