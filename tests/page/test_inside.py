"""Every number inside is tinynet's, and every sum of products makes the number that it explains."""

from typing import Any

import numpy as np
import pytest

from mnist_app.page.evidence import Evidence
from mnist_app.page.inside import Inside, describe
from mnist_app.page.step import OneStep
from mnist_app.page.tabs import mnist_once
from mnist_app.reading.classifier import load_classifier
from mnist_app.reading.explain import up_to_logits
from mnist_app.training.networks import build_network, loss_of, mlp_small
from tests.page.client import Page, unpacked
from tinynet import (
    SGD,
    Adam,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPool,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    activations,
    train_step,
)
from tinynet.gradient_check import relative_error
from tinynet.types import Array


def every_layer() -> Sequential:
    """All kinds of layers, with borders and strides, and numbers that no rounding hides."""
    layers = [
        Conv2D(3, 3, strides=2, padding="same"),
        BatchNormalization(),
        ReLU(),
        Conv2D(4, (3, 2)),
        MaxPool(3, strides=2, padding="same"),
        Dropout(0.5),
        Conv2D(5, 2),
        GlobalAveragePooling2D(),
        Dense(6),
        Sigmoid(),
        Dense(10),
    ]
    model = Sequential(layers, (28, 28, 1), dtype=np.float64)
    rng = np.random.default_rng(1)
    for parameter in model.parameters().values():
        parameter.value = rng.uniform(0.2, 1, parameter.shape) * rng.choice(
            [1, -1, 1], parameter.shape
        )
    for name in ("moving_variance", "gamma"):
        model.parameters()[f"batch_normalization_1.{name}"].value = rng.uniform(0.5, 1, 3)
    return model


def small() -> Sequential:
    return Sequential([Flatten(), Dense(20), ReLU(), Dense(10), Sigmoid()], (28, 28, 1))


MODELS = {
    "every layer": every_layer,
    "cnn": lambda: load_classifier("cnn").model,
    "cnn-large": lambda: load_classifier("cnn-large").model,
    "sigmoid": small,
}


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest) -> Sequential:
    made: Sequential = MODELS[request.param]()
    return made


def places(shape: tuple[int, ...], count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Both corners, and some in between."""
    drawn = [tuple(int(rng.integers(size)) for size in shape) for _ in range(count)]
    return [(0,) * len(shape), tuple(size - 1 for size in shape), *drawn]


def test_outputs_are_the_sums_that_are_shown(model: Sequential) -> None:
    image = mnist_once().test_images[0]
    inside = Inside(model, image)
    kept = activations(model, model.prepare(image[np.newaxis]))
    rng, explained = np.random.default_rng(0), 0
    for k, (value, array) in enumerate(zip(inside.values, kept, strict=True)):
        np.testing.assert_array_equal(value, array[0])
        for index in places(value.shape, 6, rng):
            for step in inside.cell(k, index)["steps"]:
                number = inside.values[step["card"]][step["index"]]
                assert step["value"] == number
                if step["sum"] is not None:
                    explained += 1
                    assert step["sum"]["total"] == pytest.approx(number, rel=1e-4, abs=1e-5)
                    check_places(step["sum"], x=inside.values)
    assert explained >= 8 * (
        len(model.layers) - 1 - sum(isinstance(it, Sigmoid) for it in model.layers)
    )


def check_places(told: dict[str, Any], **arrays: list[Array]) -> None:
    """Each number of a sum stands where the sum says that it does; beside a picture there is 0."""
    for group in told["groups"]:
        for side, factor in enumerate(("a", "b")):
            card, places = told["cards"][side], group["at"][side]
            if card is None or places is None:
                continue
            for value, place in zip(
                group[factor].ravel(), places.reshape(-1, places.shape[-1]), strict=True
            ):
                whole = arrays[told["factors"][side]][card]
                assert value == (0 if min(place) < 0 else whole[tuple(place)]), place


def test_gradients_are_the_sums_that_are_shown_and_the_numerical_derivatives(
    model: Sequential,
) -> None:
    step = OneStep(model, mnist_once().test_images[0], 3)
    rng, smooth, explained = np.random.default_rng(0), 0, 0
    answers = []
    for k, value in enumerate(step.values):
        count = 1 if k else 12
        answers += [step.of_value(k, index) for index in places(value.shape[1:], count, rng)]
    for name, grad in step.grads.items():
        answers += [step.of_parameter(name, index) for index in places(grad.shape, 0, rng)]
    for answer in answers:
        if answer["smooth"]:
            smooth += 1
            assert answer["error"] <= 1e-6, answer
            assert answer["verdict"].startswith("Equal")
        if answer["sum"] is not None:
            explained += 1
            assert answer["sum"]["total"] == pytest.approx(answer["gradient"], rel=1e-9, abs=1e-15)
            values, slopes = ([array[0] for array in it] for it in (step.values, step.slopes))
            check_places(answer["sum"], x=values, dy=slopes)
    assert smooth > len(answers) * 0.6
    assert explained >= len(answers) - 5 * 5


def test_a_wrong_gradient_is_seen() -> None:
    step = OneStep(load_classifier("cnn").model, mnist_once().test_images[0], 3)
    step.grads["dense_2.kernel"] *= 1.001
    largest = np.unravel_index(np.abs(step.grads["dense_2.kernel"]).argmax(), (64, 10))
    wrong = step.of_parameter("dense_2.kernel", tuple(map(int, largest)))
    assert wrong["error"] > 1e-4
    assert wrong["verdict"].startswith("They differ")


def test_no_derivative_at_a_tie_of_a_pool() -> None:
    step = OneStep(load_classifier("cnn").model, np.zeros((28, 28), np.uint8), 3)
    answers = [step.of_value(0, (h, h, 0)) for h in range(2, 10)]
    assert not all(answer["smooth"] for answer in answers)
    kink = next(answer for answer in answers if not answer["smooth"])
    assert kink["verdict"].startswith("There is no derivative here")


def test_no_derivative_of_an_output_that_is_nearer_to_0_than_the_step() -> None:
    model = small()
    model.parameters()["dense_2.bias"].value[2] = -14
    step = OneStep(model, mnist_once().test_images[0], 2)
    assert step.values[-1][0, 2] < 1e-5
    assert not step.of_value(5, (2,))["smooth"]
    assert step.of_value(5, (3,))["verdict"].startswith("Equal")
    assert step.of_value(4, (2,))["verdict"].startswith("Equal")


@pytest.mark.parametrize(("name", "optimizer"), [("SGD", SGD(0.001)), ("Adam", Adam(0.001))])
def test_a_step_is_train_step_and_can_be_taken_back(name: str, optimizer: SGD | Adam) -> None:
    image = mnist_once().test_images[0]
    step = OneStep(load_classifier("cnn").model, image, 3)
    twin = OneStep(load_classifier("cnn").model, image, 3).model
    start = {key: p.value.copy() for key, p in twin.parameters().items()}
    for _ in range(3):
        answer = step.take(name, 0.001)
        loss, _ = train_step(twin, image[np.newaxis], np.array([3]), loss_of(twin), optimizer)
        assert answer["before"]["loss"] == loss
    for key, parameter in twin.parameters().items():
        np.testing.assert_array_equal(step.model.parameters()[key].value, parameter.value)
    assert answer["after"]["loss"] < answer["before"]["loss"]
    for left in (2, 1, 0):
        assert step.undo()["step"]["undo"] == left
    for key, value in start.items():
        np.testing.assert_array_equal(step.model.parameters()[key].value, value)


def test_describe_knows_formula_and_notebook_of_each_layer() -> None:
    layers = describe(load_classifier("cnn").model)["layers"]
    assert layers[1]["formula"].startswith("y[n,i,j,f] = bias[f] + sum_{u,v,c} x[n, i*s+u")
    assert layers[1]["backward"].startswith("dx[n,h,w,c] = sum_{u,v,f} kernel[u,v,c,f] * dy")
    assert layers[3]["formula"] == "y = max(x, 0)"
    assert layers[3]["backward"].startswith("dx = dy where x > 0, else 0")
    assert layers[8]["formula"] == "y[n,j] = bias[j] + sum_i x[n,i] * kernel[i,j]"
    assert all(layer["notebook"] or layer["kind"] == "Flatten" for layer in layers[1:])


def test_inside_over_the_wire(page: Page) -> None:
    page.ask("sample", place=0)
    answer = page.ask("values")
    model = load_classifier("cnn").model
    kept = activations(model, model.prepare(mnist_once().test_images[:1]))
    for packed, array in zip(answer["values"], kept, strict=True):
        np.testing.assert_array_equal(unpacked(packed), array[0])
    taken = unpacked(answer["winners"]["1"])
    pooled = kept[1][0] * taken
    assert taken[:26, :26].reshape(13, 2, 13, 2, 32).sum(axis=(1, 3)).max() == 1
    np.testing.assert_allclose(
        pooled.reshape(13, 2, 13, 2, 32).sum(axis=(1, 3)), kept[2][0], rtol=1e-6
    )
    kernel = page.ask("kernel", layer=1, unit=5)["kernel"]
    np.testing.assert_array_equal(unpacked(kernel), model.layers[0].kernel.value[..., 5])  # type: ignore[attr-defined]
    assert unpacked(page.ask("kernel", layer=8, unit=5)["kernel"]).shape == (5, 5, 64)
    assert "no kernel" in page.refused("kernel", layer=2, unit=0)


def test_why_is_the_difference_of_two_logits(page: Page) -> None:
    page.ask("sample", place=0)
    inside = Inside(load_classifier("cnn").model, mnist_once().test_images[0])
    logits = inside.values[-1]
    for asked in ({}, {"answer": 3, "rival": 8}, {"answer": 1}):
        why = page.ask("why", **asked)
        gap = logits[why["answer"]] - logits[why["rival"]]
        products = [unit["value"] * unit["weight"] for unit in why["units"]]
        assert sum(products) + why["bias"] == pytest.approx(gap, rel=1e-4)
        assert why["difference"] == pytest.approx(gap, rel=1e-4)
        assert len(products) + why["silent"] == 64
        sizes = [abs(unit["product"]) for unit in why["units"]]
        assert sizes == sorted(sizes, reverse=True)
        assert {**asked, "answer": why["answer"]} == {"answer": 7, **asked}
    assert why["rival"] == 7  # of a class that is not the answer, the answer is the rival
    assert "'rival' must be" in page.refused("why", rival=10)


@pytest.mark.parametrize("name", ["cnn", "cnn-large", "mlp-small", "averaged"])
def test_the_parts_of_the_picture_add_up_to_the_logits(name: str) -> None:
    model = EVIDENCE[name]()
    inside = Inside(model, mnist_once().test_images[0])
    for answer, rival in ((7, 3), (1, 8)):
        told = inside.why(answer, rival)
        found, logits = told["evidence"], told["logits"]
        expected = [logits[answer], logits[rival], logits[answer] - logits[rival]]
        biases = np.sum(list(found["biases"].values()), axis=0)
        for parts in (unpacked(found["places"]).sum(axis=(1, 2)), unpacked(found["maps"]).sum(1)):
            np.testing.assert_allclose(parts, found["total"], rtol=1e-4, atol=1e-4)
            np.testing.assert_allclose(parts + biases, expected, rtol=1e-4, atol=1e-4)
        check_biases(inside.model, found["biases"], answer, rival)
        evidence = inside.evidence(answer, rival)
        assert evidence is not None
        rows, columns, maps = evidence.x.shape
        for i, j in ((0, 0), (rows // 2, columns // 2), (rows - 1, columns - 1)):
            part = evidence.at_place(i, j)
            assert part["total"] == pytest.approx(unpacked(found["places"])[2, i, j], rel=1e-4)
            check_places(part, **standing(evidence))
            for c in (0, maps - 1):
                slope = evidence.slope((i, j, c))["total"]
                assert slope == pytest.approx(evidence.slopes[2, i, j, c], rel=1e-4, abs=1e-6)
        part = evidence.of_map(maps - 1)
        assert part["total"] == pytest.approx(unpacked(found["maps"])[2, -1], rel=1e-4, abs=1e-6)
        check_places(part, **standing(evidence))


def standing(evidence: Evidence) -> dict[str, list[Array]]:
    """Where the numbers of its sums stand: on the card of the last map."""
    count = evidence.card + 1
    return {"x": [evidence.x] * count, "slope": [evidence.slopes[2]] * count}


def check_biases(model: Sequential, told: dict[str, Array], answer: int, rival: int) -> None:
    """Of a dense layer: each bias times the logit's gradient by it."""
    logits = up_to_logits(model)
    outputs = activations(logits, model.prepare(mnist_once().test_images[:1]), keep=True)[-1]
    for row, k in enumerate((answer, rival)):
        dy = np.zeros_like(outputs)
        dy[0, k] = 1
        logits.backward(dy)
        for layer in logits.layers:
            if layer.name in told and isinstance(layer, Dense):
                share = layer.bias.value @ layer.bias.grad
                assert told[layer.name][row] == pytest.approx(share, rel=1e-3, abs=2e-4)


def averaged() -> Sequential:
    layers = [Conv2D(4, 3), ReLU(), GlobalAveragePooling2D(), BatchNormalization(), Dense(10)]
    return Sequential(layers, (28, 28, 1), dtype=np.float64)


EVIDENCE = {
    "cnn": lambda: load_classifier("cnn").model,
    "cnn-large": lambda: load_classifier("cnn-large").model,
    "mlp-small": lambda: Sequential(mlp_small(10), (28, 28, 1), dtype=np.float64),
    "averaged": averaged,
}


def test_each_place_of_the_last_map_sees_its_window(page: Page) -> None:
    page.ask("sample", place=0)
    found = page.ask("why")["evidence"]
    assert found["seen"] == [[[4 * k, 4 * k + 9] for k in range(5)]] * 2
    part = page.ask("why-part", answer=7, rival=3, place=[2, 3])
    assert part["products"] == 64
    whole = page.ask("why-part", answer=7, rival=3, map=5)
    assert (whole["products"], whole["groups"][0]["label"]) == (25, "map 5")
    assert "place in an array of shape (5, 5)" in page.refused("why-part", place=[5, 0])
    assert "'map' must be" in page.refused("why-part", map=64)
    slope = page.ask("why-part", answer=7, rival=3, slope=[2, 3, 5])
    assert (slope["products"], slope["layer"]) == (64, 8)  # a way through each unit of dense_1
    curved = Inside(Sequential([Flatten(), Dense(9), Sigmoid(), Dense(10)], (28, 28, 1)), BLANK)
    assert curved.why(1, 2)["evidence"] is None


BLANK = np.zeros((28, 28), np.uint8)


def test_the_softmax_is_that_of_the_answer(page: Page) -> None:
    answer = page.ask("sample", place=4)
    softmax = page.ask("values")["softmax"]
    assert softmax["probabilities"] == answer["probabilities"]
    shares = np.array(softmax["weights"]) / softmax["sum"]
    np.testing.assert_allclose(shares, answer["probabilities"], rtol=1e-4)
    assert softmax["temperature"] == load_classifier("cnn").temperature != 1
    dense = Inside(small(), mnist_once().test_images[0])
    softmax = dense.report()["softmax"]
    assert not softmax["logits"]
    np.testing.assert_allclose(softmax["weights"] / softmax["sum"], softmax["probabilities"])
    assert dense.why(None, None)["card"] == 4


def test_a_number_is_followed_to_the_pixels_that_it_sees() -> None:
    inside = Inside(load_classifier("cnn").model, mnist_once().test_images[0])
    found = inside.cell(7, (864,))  # of flatten_1: [2, 3, 32] of relu_2
    assert [step["card"] for step in found["steps"]] == [7, 6, 5, 4]
    assert found["steps"][1]["index"] == (2, 3, 32)
    i, j, _ = found["steps"][-1]["index"]  # of conv2d_2, under the pool's window
    assert (i // 2, j // 2) == (2, 3)
    assert found["seen"] == [2 * i, 2 * i + 7, 2 * j, 2 * j + 7]
    image = np.zeros((28, 28), np.uint8)
    top, bottom, left, right = found["seen"]
    image[top : bottom + 1, left : right + 1] = (
        255 * inside.values[0][top : bottom + 1, left : right + 1, 0]
    )
    alone = Inside(inside.model, image)  # nothing else of the picture matters
    assert alone.values[4][i, j, 32] == pytest.approx(inside.values[4][i, j, 32], rel=1e-6)
    assert inside.cell(8, (5,))["seen"] is None
    border = Inside(every_layer(), image)
    assert border.cell(1, (0, 0, 0))["seen"][::2] == [0, 0]


def test_a_block_of_layers_is_a_sum_of_its_two_ways() -> None:
    block = Residual(Sequential([Dense(20), ReLU(), Dense(20)]))
    model = Sequential([Flatten(), Dense(20), block, Dense(10)], (28, 28, 1))
    inside = Inside(model, mnist_once().test_images[0])
    step = inside.cell(3, (7,))["steps"][0]
    assert step["sum"]["total"] == pytest.approx(inside.values[3][7], rel=1e-5)
    answer = OneStep(model, mnist_once().test_images[0], 3).of_value(2, (7,))
    assert answer["sum"]["total"] == pytest.approx(answer["gradient"], rel=1e-9)
    assert answer["error"] <= 1e-6


def test_inside_of_a_network_with_blocks() -> None:
    """A block's sum has two ways; its own weights have gradients and twins, and no sum."""
    model = build_network("resnet")
    image = mnist_once().test_images[0]
    inside = Inside(model, image)
    block = [layer.name for layer in model.layers].index("residual_2") + 1
    found = inside.cell(block, (2, 3, 5))
    assert found["steps"][0]["sum"]["total"] == pytest.approx(
        inside.values[block][2, 3, 5], rel=1e-4
    )
    assert found["seen"] is None
    assert len(inside.report()["values"]) == len(model.layers) + 1
    answer = OneStep(model, image, 3).of_parameter("residual_2.conv2d_1.kernel", (1, 1, 5, 6))
    assert answer["sum"] is None
    assert answer["error"] <= 1e-6


@pytest.mark.parametrize("asked", [{}, {"rival": 2}, {"answer": 4, "rival": 9}])
def test_saliency_is_the_slope_of_the_two_logits_of_why(page: Page, asked: dict[str, int]) -> None:
    page.ask("sample", place=0)
    answer, why = page.ask("saliency", **asked), page.ask("why", **asked)
    first, second = answer["answer"], answer["rival"]
    assert (first, second) == (why["answer"], why["rival"])
    assert {"answer": 7, **asked}.items() <= answer.items()
    model = load_classifier("cnn").model.replica()
    x = model.prepare(mnist_once().test_images[:1])
    dy = np.zeros_like(model.forward(x, keep=True))
    dy[0, first], dy[0, second] = 1, -1
    np.testing.assert_array_equal(unpacked(answer["slopes"][0]), model.backward(dy)[0])


def test_one_step_over_the_wire(page: Page) -> None:
    page.ask("sample", place=0)
    page.ask("step", label=3)
    assert page.ask("again")["label"] == 7  # what one tries is not the truth
    step = page.ask("step", label=7)
    assert step["loss"] == pytest.approx(-np.log(step["probabilities"][7]), rel=1e-6)
    assert sum(step["p_minus_y"]) == pytest.approx(0, abs=1e-12)
    assert step["norms"][-1] == pytest.approx(np.linalg.norm(step["p_minus_y"]))
    gradient = unpacked(page.ask("parameter", parameter="conv2d_1.kernel")["gradient"])
    one = page.ask("parameter-gradient", parameter="conv2d_1.kernel", index=[1, 2, 0, 4])
    assert relative_error(gradient[1, 2, 0, 4], one["gradient"]) < 1e-6
    assert one["sum"]["products"] == 26 * 26
    x = page.ask("step-cell", layer=9, index=[5])["steps"]
    assert x[0]["value"] == max(0, x[1]["value"])
    assert 0.9 < step["others"] <= 1
    taken = page.ask("take", optimizer="SGD", rate=0.1)
    assert taken["after"]["loss"] < taken["before"]["loss"]
    change = unpacked(page.ask("change", parameter="dense_2.bias")["values"])
    assert np.linalg.norm(change) == pytest.approx(
        taken["changes"]["dense_2.bias"]["change_norm"], rel=1e-5
    )
    assert page.ask("undo")["step"]["loss"] == step["loss"]
    assert "no step" in page.refused("undo")
    assert "take a step" in page.refused("change", parameter="dense_2.bias")


def test_numbers_that_are_none_say_so(page: Page) -> None:
    page.ask("sample", place=0)
    loss = page.ask("step", label=3)["loss"]
    page.ask("take", optimizer="SGD", rate=0.001)
    step = page.tabs.tabs[page.tab].step
    assert step is not None
    step.model.parameters()["dense_2.bias"].value[0] = np.inf
    page.ask("take", optimizer="SGD", rate=0.001)
    gradient = page.ask("parameter-gradient", parameter="dense_2.bias", index=[1])
    assert gradient["gradient"] == "not a number"
    assert "not a number" in gradient["verdict"]
    assert "undo the last step" in page.refused("take", optimizer="SGD", rate=0.001)
    page.ask("undo")
    assert page.ask("undo")["step"]["loss"] == loss


def test_the_rest_of_a_sum_is_told() -> None:
    inside = Inside(load_classifier("cnn").model, mnist_once().test_images[0])
    found = inside.cell(8, (5,))["steps"][0]["sum"]  # dense_1, of 1,600 inputs
    assert found["products"] == 1600
    assert found["rest"]["groups"] == 1600 - len(found["groups"])
    shown = sum(group["total"] for group in found["groups"])
    whole = shown + found["rest"]["total"] + found["constant"][1]
    assert whole == pytest.approx(inside.values[8][5], rel=1e-4)
    assert found["rest"]["total"] != 0


def test_a_small_gradient_keeps_its_digits() -> None:
    step = OneStep(load_classifier("cnn").model, mnist_once().test_images[0], 7)
    step.model.parameters()["dense_2.kernel"].value *= 1.7  # the network is right, and too sure
    step.look()
    assert 1e-9 < step.loss < 1e-6
    index = np.unravel_index(np.abs(step.grads["dense_2.kernel"]).argmax(), (64, 10))
    answer = step.of_parameter("dense_2.kernel", tuple(map(int, index)))
    assert answer["numerical"] == pytest.approx(answer["gradient"], rel=1e-7)
