"""Sequential: building, shapes, names, data as it is stored, and its errors."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinynet
from tests.tinynet.strategies import Array, normal
from tests.tinynet.test_contract import held
from tinynet import (
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPool,
    ReLU,
    Residual,
    Sequential,
    Softmax,
    check_model,
    fit,
    predict,
)
from tinynet.layer_contract import MEMORY_ORDERS
from tinynet.model import PREDICT_BATCH, snake_case
from tinynet.parameter import vectors_of


def cnn(dtype: type = np.float64, seed: int = 0) -> Sequential:
    """A small convolutional network with every kind of seam in it."""
    return Sequential(
        [
            Conv2D(3, 3),
            ReLU(),
            MaxPool(2),
            Conv2D(4, (2, 3), strides=(2, 1), padding="same"),
            ReLU(),
            Flatten(),
            Dense(6),
            ReLU(),
            Dense(5),
        ],
        input_shape=(9, 8, 2),
        seed=seed,
        dtype=dtype,
    )


def test_layers_run_in_order_and_back() -> None:
    model, x = cnn(), normal((3, 9, 8, 2), 0)
    y = x
    for layer in model.layers:
        y = layer.forward(y)
    np.testing.assert_array_equal(model.forward(x), y)
    assert y.shape == (3, *model.output_shape) == (3, 5)
    model.forward(x, training=True, keep=True)
    dy = normal(y.shape, 1)
    dx = model.backward(dy)
    expected = dy
    for layer in reversed(model.layers):
        expected = layer.backward(expected)
    np.testing.assert_array_equal(dx, expected)


def test_parameters_by_name_and_shape() -> None:
    shapes = {name: p.value.shape for name, p in cnn().parameters().items()}
    assert list(shapes.items()) == [
        ("conv2d_1.kernel", (3, 3, 2, 3)),
        ("conv2d_1.bias", (3,)),
        ("conv2d_2.kernel", (2, 3, 3, 4)),
        ("conv2d_2.bias", (4,)),
        ("dense_1.kernel", (2 * 3 * 4, 6)),
        ("dense_1.bias", (6,)),
        ("dense_2.kernel", (6, 5)),
        ("dense_2.bias", (5,)),
    ]


def normalized() -> Sequential:
    """With two kinds of parameters: learned ones, and moving averages between them."""
    return Sequential([Dense(3), BatchNormalization(), Dense(2)], (4,), dtype=np.float64)


def test_parameters_are_views_of_two_vectors() -> None:
    """Values of all in one, gradients in another: first the learned ones, then the others."""
    model = normalized()
    vectors = vectors_of(model.parameters())
    assert vectors.trainable == 4 * 3 + 3 + 3 + 3 + 3 * 2 + 2
    assert len(vectors.values) == len(vectors.grads) == vectors.trainable + 3 + 3
    for whole, kind in ((vectors.values, "value"), (vectors.grads, "grad")):
        whole[...] = np.arange(len(whole))
        in_turn = sorted(model.parameters().values(), key=lambda p: not p.trainable)
        seen = np.concatenate([getattr(p, kind).reshape(-1) for p in in_turn])
        np.testing.assert_array_equal(seen, whole)


def test_a_parameter_is_written_in_place() -> None:
    parameter = normalized().parameters()["dense_1.kernel"]
    value, grad = parameter.value, parameter.grad
    parameter.value = np.full((4, 3), 2.0)
    parameter.value *= 2
    parameter.grad = np.ones((4, 3))
    np.testing.assert_array_equal(value, np.full((4, 3), 4.0))
    np.testing.assert_array_equal(grad, np.ones((4, 3)))
    with pytest.raises(ValueError, match="broadcast"):
        parameter.value = np.ones((3, 4))


@pytest.mark.parametrize("copied", [lambda model: model, copy.deepcopy])
def test_a_replica_has_gradients_of_its_own(copied: Callable[[Sequential], Sequential]) -> None:
    model = copied(normalized())
    theirs, mine = vectors_of(model.replica().parameters()), vectors_of(model.parameters())
    assert theirs.values is mine.values
    assert not np.shares_memory(theirs.grads, mine.grads)
    for name, parameter in model.replica().parameters().items():
        assert np.shares_memory(parameter.value, mine.values), name
        assert not np.shares_memory(parameter.grad, mine.grads), name


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_trains_by_itself(copied: Callable[[Sequential], Sequential]) -> None:
    model = cnn()
    before = {name: p.value.copy() for name, p in model.parameters().items()}
    images, labels = normal((4, 9, 8, 2), 0), np.arange(4)
    clone, twin = copied(model), cnn()
    for each in (clone, twin):  # several steps: each must see what the one before has done
        fit(each, images, labels, epochs=3, batch_size=2, workers=2)
    for name, parameter in model.parameters().items():
        np.testing.assert_array_equal(parameter.value, before[name])
        trained = clone.parameters()[name].value
        np.testing.assert_array_equal(trained, twin.parameters()[name].value)


def test_blocks_nest_and_names_with_them() -> None:
    inner = Sequential([Dense(4), BatchNormalization()])
    model = Sequential([Dense(4), Residual(inner), Sequential([Dense(2)])], (3,), dtype=np.float64)
    assert list(model.parameters()) == [
        "dense_1.kernel",
        "dense_1.bias",
        "residual_1.dense_1.kernel",
        "residual_1.dense_1.bias",
        "residual_1.batch_normalization_1.gamma",
        "residual_1.batch_normalization_1.beta",
        "residual_1.batch_normalization_1.moving_mean",
        "residual_1.batch_normalization_1.moving_variance",
        "sequential_1.dense_1.kernel",
        "sequential_1.dense_1.bias",
    ]
    assert model.output_shape == (2,)
    check_model(model, normal((5, 3), 0))
    x = model.prepare(normal((5, 3), 0))
    np.testing.assert_array_equal(model.replica().forward(x), model.forward(x))


def test_a_part_of_a_stack_is_made_of_the_same_layers() -> None:
    model, x = cnn(), normal((3, 9, 8, 2), 0)
    head, tail = model[:-2], model[-2:]
    assert head.layers == model.layers[:-2]
    assert (head.input_shape, head.output_shape) == ((9, 8, 2), (6,))
    assert (tail.input_shape, tail.output_shape) == ((6,), (5,))
    np.testing.assert_array_equal(tail.forward(head.forward(x)), model.forward(x))
    with pytest.raises(ValueError, match="expected neighbouring layers, and at least one"):
        model[5:5]
    with pytest.raises(ValueError, match="expected neighbouring layers"):
        model[::2]


@pytest.mark.parametrize("layer", [Dense(3), Conv2D(2, 3), MaxPool(2), Sequential([Dense(3)])])
def test_an_unbuilt_layer_says_what_to_do(layer: Layer) -> None:
    with pytest.raises(AttributeError, match=r"before it is built; put it into Sequential\("):
        layer.forward(normal((2, 4, 4, 1), 0))
    assert not hasattr(layer, "kernel")
    assert type(copy.deepcopy(layer)) is type(layer)  # which asks for attributes that are not there


@pytest.mark.parametrize(
    ("name", "snake"),
    [("Conv2D", "conv2d"), ("MaxPool", "max_pool"), ("ReLU", "relu"), ("Dense", "dense")],
)
def test_names_of_layers(name: str, snake: str) -> None:
    assert snake_case(name) == snake


def test_the_seed_fixes_the_weights() -> None:
    first, again, other = cnn(seed=3), cnn(seed=3), cnn(seed=4)
    for name, parameter in first.parameters().items():
        np.testing.assert_array_equal(parameter.value, again.parameters()[name].value)
        if name.endswith("kernel"):
            assert (parameter.value != other.parameters()[name].value).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_everything_stays_in_the_dtype(dtype: type) -> None:
    model = cnn(dtype)
    x = model.prepare(np.random.default_rng(0).integers(0, 256, (3, 9, 8, 2), np.uint8))
    y = model.forward(x, training=True, keep=True)
    assert {x.dtype, y.dtype, model.backward(y).dtype} == {np.dtype(dtype)}
    for parameter in model.parameters().values():
        assert {parameter.value.dtype, parameter.grad.dtype} == {np.dtype(dtype)}


@pytest.mark.parametrize("order", MEMORY_ORDERS)
def test_memory_order_changes_nothing(order: str) -> None:
    model, x = cnn(), normal((3, 9, 8, 2), 0)
    y, dy = model.forward(x, keep=True), normal((3, 5), 1)
    dx = model.backward(dy)
    other = model.forward(model.prepare(MEMORY_ORDERS[order](x)), keep=True)
    np.testing.assert_allclose(other, y, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(model.backward(MEMORY_ORDERS[order](dy)), dx, rtol=1e-12, atol=1e-14)


def test_backward_parameters_is_backward_without_dx() -> None:
    model, x = cnn(), normal((3, 9, 8, 2), 0)
    dy = normal((3, 5), 1)
    model.forward(x, training=True, keep=True)
    model.backward(dy)
    expected = {name: p.grad.copy() for name, p in model.parameters().items()}
    for parameter in model.parameters().values():
        parameter.grad[...] = np.nan
    model.backward_parameters(dy)
    for name, parameter in model.parameters().items():
        np.testing.assert_allclose(parameter.grad, expected[name], rtol=1e-12, atol=1e-14)
    bare = Sequential([Flatten(), Softmax()], (2, 2, 1), dtype=np.float64)
    bare.forward(normal((1, 2, 2, 1), 0), training=True)
    bare.backward_parameters(normal((1, 4), 0))  # nothing to do, and nothing wrong


class TestPrepare:
    def test_bytes_become_fractions(self) -> None:
        model = Sequential([Flatten(), Dense(2)], (2, 2, 1))
        x = model.prepare(np.array([[[0, 51], [102, 255]]], np.uint8))
        assert (x.shape, x.dtype) == ((1, 2, 2, 1), np.dtype(np.float32))
        np.testing.assert_array_equal(x.ravel(), np.array([0, 0.2, 0.4, 1], np.float32))

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
    def test_other_numbers_are_cast(self, dtype: type) -> None:
        model = Sequential([Flatten(), Dense(2)], (2, 2, 1), dtype=np.float64)
        images: Array = np.array([[[0, 1], [2, 3]]], dtype)
        x = model.prepare(images)
        assert x.dtype == np.float64
        np.testing.assert_array_equal(x[..., 0], images)

    def test_flat_examples_and_lists(self) -> None:
        model = Sequential([Dense(2)], (3,))
        assert model.prepare([[0.5, 1, 2]]).tolist() == [[0.5, 1, 2]]  # type: ignore[arg-type]

    def test_the_images_are_only_read(self) -> None:
        for images in (normal((2, 9, 8, 2), 0), np.zeros((2, 9, 8, 2), np.uint8)):
            images.setflags(write=False)
            cnn().predict(images)


def test_no_images_give_no_outputs() -> None:
    layers = [Conv2D(3, 3), MaxPool(2), BatchNormalization(), ReLU(), Flatten(), Dense(2)]
    model = Sequential([*layers, BatchNormalization()], (6, 5, 1))
    assert model.forward(np.zeros((0, 6, 5, 1), np.float32)).shape == (0, 2)


class TestPredict:
    @pytest.mark.parametrize("count", [0, 1, PREDICT_BATCH - 1, PREDICT_BATCH, PREDICT_BATCH + 1])
    def test_any_number_of_images(self, count: int) -> None:
        model = cnn()
        images = np.random.default_rng(0).integers(0, 256, (count, 9, 8, 2), np.uint8)
        y = model.predict(images)
        assert (y.shape, y.dtype) == ((count, 5), np.dtype(np.float64))
        if count:
            expected = model.forward(model.prepare(images))
            np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-14)
        for workers in (1, 2, 3):
            np.testing.assert_array_equal(predict(model, images, workers), y)

    def test_no_caches_stay(self) -> None:
        model = cnn()
        model.forward(normal((2, 9, 8, 2), 0), training=True)
        model.predict(normal((3 * PREDICT_BATCH, 9, 8, 2), 0))
        assert [held(layer) for layer in model.layers] == [[]] * 9
        with pytest.raises(RuntimeError, match=r"^dense_2: .*call forward\(x, keep=True\)"):
            model.backward(normal((2, 5), 0))

    def test_a_copy_has_no_caches(self) -> None:
        model = cnn()
        model.forward(normal((2, 9, 8, 2), 0), keep=True)
        assert any(held(layer) for layer in model.layers)
        assert [held(layer) for layer in copy.deepcopy(model).layers] == [[]] * 9


def test_summary_and_repr_describe_the_network() -> None:
    model = cnn(np.float32)
    count = sum(p.value.size for p in model.parameters().values())
    lines = model.summary().splitlines()
    assert len(lines) == len(model.layers) + 4
    assert lines[2].split() == ["conv2d_1:", "Conv2D(3,", "(3,", "3))", "(7,", "6,", "3)", "57"]
    assert lines[-1] == f"input (9, 8, 2), {count:,} parameters, float32"
    again = eval(repr(model), vars(tinynet))
    assert repr(again) == repr(model)
    assert again.output_shapes == model.output_shapes


def wrong(x: Array) -> Callable[[], object]:
    return lambda: cnn().forward(x)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Sequential([]), ValueError, "a Sequential needs at least one layer."),
        (
            lambda: Sequential([Flatten()], (28, 28, 1), dtype=np.int32),
            ValueError,
            "dtype must be float32 or float64. Received: dtype=int32",
        ),
        (
            lambda: Sequential([Flatten(), Conv2D(1, 3)], (28, 28, 1)),
            ValueError,
            "Conv2D(1, (3, 3)) expects examples with the axes H, W, C. Received: (784,)",
        ),
        (
            lambda: Sequential([Dense(3)], (28, 28, 1)),
            ValueError,
            "Dense(3) expects examples with the axes features. Received: (28, 28, 1)",
        ),
        (
            wrong(np.zeros((2, 8, 9, 2))),
            ValueError,
            "the model expects inputs of shape (N, 9, 8, 2). Received: (2, 8, 9, 2)",
        ),
        (
            wrong(np.zeros((9, 8, 2))),
            ValueError,
            "the model expects inputs of shape (N, 9, 8, 2). Received: (9, 8, 2)",
        ),
        (
            wrong(np.array(3.0)),
            ValueError,
            "the model expects inputs of shape (N, 9, 8, 2). Received: ()",
        ),
        (
            wrong(np.zeros((2, 9, 8, 2), np.uint8)),
            TypeError,
            "the model works in float64; pass x through model.prepare(x) first. Received: uint8",
        ),
        (
            lambda: cnn().prepare(np.zeros((2, 9, 8))),
            ValueError,
            "the model expects inputs of shape (N, 9, 8, 2). Received: (2, 9, 8)",
        ),
        (
            lambda: Sequential([Flatten()], (28, 28, 1)).predict(np.zeros((28, 28), np.uint8)),
            ValueError,
            "the model expects inputs of shape (N, 28, 28, 1). Received: (28, 28)",
        ),
    ],
)
def test_errors_say_what_was_expected(
    make: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        make()
    assert str(caught.value) == message


@pytest.mark.parametrize("layer", [ReLU(), Dense(4)], ids=repr)
def test_a_layer_belongs_to_one_place(layer: Any) -> None:
    """Twice in a stack, it would keep the second pass's values and forget the first's."""
    with pytest.raises(ValueError, match="is in the stack twice; make a new one for each place"):
        Sequential([layer, layer], (4,))
