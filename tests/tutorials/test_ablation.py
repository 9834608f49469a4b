"""The ablation of notebook 15: what each recipe leaves out, and a file that goes on."""

import json
from pathlib import Path

import numpy as np
import pytest

from mnist_app.data import load_mnist
from mnist_app.training.networks import cnn_large
from tinynet import BatchNormalization, Conv2D, Dropout, Layer, Sequential
from tutorials import ablation


def kinds(layers: list[Layer]) -> list[str]:
    return [type(layer).__name__ for layer in layers]


@pytest.mark.parametrize("kind", [BatchNormalization, Dropout])
def test_a_part_is_left_out_and_nothing_else(kind: type[Layer]) -> None:
    whole = kinds(cnn_large(10))
    assert kinds(ablation.without(kind)(10)) == [each for each in whole if each != kind.__name__]


def test_one_convolution_goes_with_its_normalization_and_its_relu() -> None:
    gone = kinds(cnn_large(10))
    for kind in ("Conv2D", "BatchNormalization", "ReLU"):
        gone.remove(kind)
    layers = ablation.one_convolution_less(10)
    assert sorted(kinds(layers)) == sorted(gone)
    assert sum(isinstance(layer, Conv2D) for layer in layers) == 3
    Sequential(layers, (28, 28, 1))


def test_a_recipe_is_trained_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def fit(model: Sequential, images: np.ndarray, labels: np.ndarray, **settings: object) -> None:
        seen.append((model, images, settings))

    monkeypatch.setattr(ablation, "fit", fit)
    for recipe in ablation.RECIPES.values():
        ablation.train(recipe, 1, images=100, epochs=2)
    optimizers = [settings["optimizer"] for _, _, settings in seen]
    changes = {
        name: (
            len(model.layers),
            settings["augment"] is not None,
            callable(optimizer.learning_rate),  # type: ignore[attr-defined]
            optimizer.rate(),  # type: ignore[attr-defined]
            optimizer.weight_decay,  # type: ignore[attr-defined]
            {layer.momentum for layer in model.layers if isinstance(layer, BatchNormalization)},
        )
        for name, (model, _, settings), optimizer in zip(
            ablation.RECIPES, seen, optimizers, strict=True
        )
    }
    assert changes == {
        "as it is": (21, True, True, 0.002, 0.0, {0.9}),
        "no distortion": (21, False, True, 0.002, 0.0, {0.9}),
        "no normalization": (16, True, True, 0.002, 0.0, set()),
        "no dropout": (19, True, True, 0.002, 0.0, {0.9}),
        "one convolution less": (18, True, True, 0.002, 0.0, {0.9}),
        "constant rate": (21, True, False, 0.002, 0.0, {0.9}),
        "weight decay 0.05": (21, True, True, 0.002, 0.05, {0.9}),
        "cnn instead": (10, True, True, 0.001, 0.0, set()),
        "no distortion, slow averages": (21, False, True, 0.002, 0.0, {0.99}),
        "slow averages": (21, True, True, 0.002, 0.0, {0.99}),
    }
    assert all(len(images) == 100 for _, images, _ in seen)


def test_a_run_that_was_stopped_trains_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []

    def train(recipe: ablation.Recipe, seed: int) -> tuple[ablation.Recipe, int]:
        trained.append((recipe, seed))
        return recipe, seed

    monkeypatch.setattr(ablation, "train", train)
    monkeypatch.setattr(ablation, "wrong", lambda model: [model[1]])
    path = tmp_path / "ablation.json"
    path.write_text(json.dumps({"as it is": [[7], [8]]}), "utf-8")
    ablation.main(path)
    assert ablation.read(path) == {
        name: [[7], [8], [2]] if name == "as it is" else [[0], [1], [2]]
        for name in ablation.RECIPES
    }
    assert len(trained) == 3 * len(ablation.RECIPES) - 2
    ablation.main(path)
    assert len(trained) == 3 * len(ablation.RECIPES) - 2


def test_the_places_of_wrong_answers_are_counted_from_the_first_validation_image() -> None:
    model = ablation.train(ablation.RECIPES["cnn instead"], 0, images=50, epochs=1)
    places = ablation.wrong(model, count=300)
    data = load_mnist()
    answers = model.predict(data.train_images[-300:]).argmax(axis=1)
    assert 0 < len(places) < 300
    assert places == [k for k in range(300) if answers[k] != data.train_labels[-300:][k]]


def test_the_committed_file_holds_every_recipe_with_every_seed() -> None:
    results = ablation.read()
    assert list(results) == list(ablation.RECIPES)
    for found in results.values():
        assert len(found) == len(ablation.SEEDS)
        for places in found:
            assert places == sorted(set(places))
            assert 0 <= places[0] <= places[-1] < ablation.VALIDATION
