"""Saving and loading: exact for our own files, one clear line for everything else."""

import contextlib
import copy
import json
import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinynet.strategies import Array, normal, seeds
from tests.tinynet.test_contract import EXAMPLES
from tests.tinynet.test_model import cnn
from tinynet import (
    Conv2D,
    Dense,
    Flatten,
    MaxPool,
    ModelFileError,
    ReLU,
    Sequential,
    load_model,
    save_model,
)
from tinynet.serialization import ArrayFile, architecture, save_arrays, write_whole

CODES = {np.dtype(np.float32): "F32", np.dtype(np.float64): "F64", np.dtype(np.float16): "F16"}


def small() -> Sequential:
    return Sequential([Flatten(), Dense(3), ReLU(), Dense(2)], (2, 2, 1), seed=1)


def raw(header: dict[str, Any], data: bytes = b"") -> bytes:
    """A safetensors file from its parts: length, JSON, numbers."""
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def tampered(
    model: Sequential,
    arrays: dict[str, Array | None] | None = None,
    metadata: str | None = None,
    **described: Any,
) -> bytes:
    """The model's file with other arrays, metadata, or parts of its description.

    An array that is None and a part that is ... are left out. Written by hand, so that it does
    not depend on what is tested.
    """
    contents: dict[str, Array | None] = {n: p.value for n, p in model.parameters().items()}
    contents.update(arrays or {})
    description = {**architecture(model), **described}
    if metadata is None:
        kept = {part: value for part, value in description.items() if value is not ...}
        metadata = json.dumps({"model": kept, "settings": {}})
    header: dict[str, Any] = {"__metadata__": {"tinynet 1": metadata}}
    data = b""
    for name, array in contents.items():
        if array is not None:
            place = [len(data), len(data) + array.nbytes]
            header[name] = {
                "dtype": CODES[array.dtype],
                "shape": list(array.shape),
                "data_offsets": place,
            }
            data += array.tobytes()
    return raw(header, data)


def refuse(path: Path, content: bytes) -> str:
    """Write the content, load it, and return the one line of the error, without the path."""
    path.write_bytes(content)
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_round_trip_is_exact(path: Path, dtype: type) -> None:
    model = cnn(dtype, seed=3)
    settings = {"loss": "softmax", "epochs": 3, "nested": {"a": [1, 2.5, None, True, "é"]}}
    save_model(model, path, settings)
    loaded, kept = load_model(path)
    assert kept == settings
    assert repr(loaded) == repr(model)
    assert loaded.dtype == dtype
    for name, parameter in model.parameters().items():
        again = loaded.parameters()[name]
        np.testing.assert_array_equal(again.value, parameter.value)
        assert again.value.dtype == dtype
        assert again.value.flags.writeable
    x = normal((3, 9, 8, 2), 0, dtype)
    np.testing.assert_array_equal(loaded.forward(x), model.forward(x))
    loaded.forward(x, training=True, keep=True)
    loaded.backward(normal((3, 5), 0, dtype))


@pytest.mark.parametrize(
    ("layer", "shape"), EXAMPLES, ids=[f"{layer!r}-{len(shape)}" for layer, shape in EXAMPLES]
)
def test_every_layer_is_rebuilt_from_its_file(path: Path, layer: Any, shape: Any) -> None:
    model = Sequential([type(layer)(**copy.deepcopy(layer.config()))], shape)
    for parameter in model.parameters().values():
        parameter.value[...] = normal(parameter.shape, 0)
    save_model(model, path)
    loaded, settings = load_model(path)
    assert settings == {}
    assert architecture(loaded) == architecture(model)
    assert list(loaded.parameters()) == list(model.parameters())
    for name, parameter in model.parameters().items():
        np.testing.assert_array_equal(loaded.parameters()[name].value, parameter.value)


def test_other_tools_read_the_arrays_by_name(path: Path) -> None:
    from safetensors.numpy import load_file

    model = small()
    model.parameters()["dense_1.kernel"].value[...] = np.arange(12).reshape(4, 3)
    save_model(model, path)
    arrays = load_file(path)
    assert sorted(arrays) == sorted(model.parameters())
    assert arrays["dense_1.kernel"].tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]


def test_our_own_hand_written_file_loads(path: Path) -> None:
    """So that the refusals below are for what was changed."""
    path.write_bytes(tampered(small()))
    assert repr(load_model(path)[0]) == repr(small())


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.safetensors"):
        load_model(tmp_path / "nothing.safetensors")
    with pytest.raises(ModelFileError, match=r"not a file$"):
        load_model(tmp_path)
    with pytest.raises(ModelFileError, match=r"^/dev/zero: not a file$"):
        load_model("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ModelFileError, match=r"not a file$"):
        load_model(tmp_path / "pipe")  # opening it would wait for ever


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.safetensors")
    save_model(small(), path)
    assert repr(load_model(path)[0]) == repr(small())


@given(st.data())
def test_truncated_files(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    whole = tampered(small())
    length = data.draw(st.integers(0, len(whole) - 1))
    path = tmp_path_factory.mktemp("truncated") / "model.safetensors"
    assert refuse(path, whole[:length]).startswith("not a whole safetensors file (")


@given(st.binary(max_size=200), seeds)
def test_random_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes, seed: int) -> None:
    path = tmp_path_factory.mktemp("random") / "model.safetensors"
    refuse(path, content)
    whole = bytearray(tampered(small()))
    rng = np.random.default_rng(seed)
    whole[rng.integers(8, 60)] = rng.integers(0, 9)  # in the header, where it is never JSON
    refuse(path, bytes(whole))


@given(seeds)
def test_a_changed_byte_is_refused_or_loads(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Whatever one byte does to a file, nothing but ModelFileError comes out."""
    rng = np.random.default_rng(seed)
    whole = bytearray(tampered(small()))
    whole[rng.integers(0, len(whole))] = rng.integers(0, 256)
    path = tmp_path_factory.mktemp("changed") / "model.safetensors"
    path.write_bytes(whole)
    with contextlib.suppress(ModelFileError):
        model, _ = load_model(path)
        assert all(np.isfinite(p.value).all() for p in model.parameters().values())


def test_files_of_others(path: Path) -> None:
    assert "not a whole safetensors file" in refuse(path, b"epoch,loss\n1,0.5\n" * 50)
    foreign = "not a tinynet file (its header has no 'tinynet 1')"
    assert refuse(path, raw({})) == foreign
    assert refuse(path, raw({"__metadata__": {"format": "pt"}})) == foreign
    assert refuse(path, raw({"__metadata__": {"tinynet 2": "{}"}})) == foreign
    longer = tampered(small()) + b"\0"
    assert "not a whole safetensors file" in refuse(path, longer)


ZEROS = np.zeros((4, 3), np.float32)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"dense_2.bias": None}, "the array 'dense_2.bias' is missing"),
        ({"dense_9.bias": ZEROS}, "there is an array 'dense_9.bias' that the model does not have"),
        (
            {"dense_1.kernel": ZEROS.T},
            "'dense_1.kernel' has shape (3, 4); expected (4, 3)",
        ),
        ({"dense_1.kernel": ZEROS.ravel()}, "'dense_1.kernel' has shape (12,); expected (4, 3)"),
        (
            {"dense_1.kernel": ZEROS.astype(np.float64)},
            "'dense_1.kernel' has dtype F64; expected float32",
        ),
        (
            {"dense_1.kernel": ZEROS.astype(np.float16)},
            "'dense_1.kernel' has dtype F16; expected float32",
        ),
        (
            {"dense_1.kernel": np.where(np.eye(4, 3), np.nan, ZEROS).astype(np.float32)},
            "'dense_1.kernel' holds NaN or infinite numbers",
        ),
        (
            {"dense_2.bias": np.array([0, -np.inf], np.float32)},
            "'dense_2.bias' holds NaN or infinite numbers",
        ),
    ],
)
def test_arrays_that_do_not_fit(path: Path, arrays: dict[str, Array | None], message: str) -> None:
    assert refuse(path, tampered(small(), arrays)) == message


DENSE = {"type": "Dense", "units": 3}
UNUSABLE = "its description of the model is not usable"


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ({"layers": [{"type": "Lambda"}]}, "unknown layer 'Lambda'; known are "),
        ({"layers": [{"type": "Layer"}]}, "unknown layer 'Layer'; known are "),
        ({"layers": [{"type": "Parameter", "shape": [1]}]}, "unknown layer 'Parameter'"),
        ({"layers": [{"type": "__class__"}]}, "unknown layer '__class__'"),
        (
            {"layers": [{"type": "Sequential", "layers": [], "input_shape": [10**12]}]},
            "a block of layers has layers, and nothing else",
        ),
        ({"layers": [{"type": "Residual", "body": {"type": "Lambda"}}]}, "unknown layer 'Lambda'"),
        ({"layers": [{"type": "Residual", "body": 3}]}, "is not usable"),
        ({"layers": [{"type": ["Dense"]}]}, UNUSABLE),
        ({"layers": [{"units": 3}]}, "its description of the model has no 'type'"),
        (
            {"layers": [{"type": "Dense", "units": -1}]},
            f"{UNUSABLE} (units must be a positive integer. Received: units=-1)",
        ),
        ({"layers": [{"type": "Dense", "units": "3"}]}, f"{UNUSABLE} (units must be a positive"),
        ({"layers": [{"type": "Dense", "units": 3.0}]}, f"{UNUSABLE} (units must be a positive"),
        ({"layers": [{"type": "Dense", "units": None}]}, f"{UNUSABLE} (units must be a positive"),
        ({"layers": [{"type": "Dense", "units": [3]}]}, f"{UNUSABLE} (units must be a positive"),
        ({"layers": [{"type": "Dense"}]}, UNUSABLE),
        ({"layers": [{**DENSE, "activation": "relu"}]}, f"{UNUSABLE} (Dense.__init__() got an un"),
        ({"layers": [{**DENSE, "self": 1}]}, UNUSABLE),
        ({"layers": [DENSE]}, f"{UNUSABLE} (Dense(3) expects examples with the axes features."),
        ({"layers": "Dense"}, UNUSABLE),
        ({"layers": ["Dense"]}, UNUSABLE),
        ({"layers": [None]}, UNUSABLE),
        ({"layers": [[["type", "Dense"]]]}, UNUSABLE),
        ({"layers": [{"type": "Flatten"}]}, "there is an array 'dense_1.bias' that the model"),
        ({"layers": None}, UNUSABLE),
        ({"layers": ...}, "its description of the model has no 'layers'"),
        ({"input_shape": [2, 2]}, None),
        ({"input_shape": [2, 2, 0]}, f"{UNUSABLE} (input_shape must be a positive integer. Rec"),
        ({"input_shape": [2, -2, 1]}, f"{UNUSABLE} (input_shape must be"),
        ({"input_shape": [2, 2, True]}, f"{UNUSABLE} (input_shape must be"),
        ({"input_shape": [2, 2, 1.0]}, f"{UNUSABLE} (input_shape must be"),
        ({"input_shape": "abc"}, f"{UNUSABLE} (input_shape must be"),
        ({"input_shape": 4}, UNUSABLE),
        ({"input_shape": ...}, "its description of the model has no 'input_shape'"),
        ({"dtype": "int32"}, f"{UNUSABLE} (dtype is 'int32')"),
        ({"dtype": "object"}, f"{UNUSABLE} (dtype is 'object')"),
        ({"dtype": "float16"}, f"{UNUSABLE} (dtype is 'float16')"),
        ({"dtype": ["f4", "f4"]}, f"{UNUSABLE} (dtype is "),
        ({"dtype": None}, f"{UNUSABLE} (dtype is None)"),
        ({"dtype": "float64"}, "has dtype F32; expected float64"),
        ({"dtype": ...}, "its description of the model has no 'dtype'"),
    ],
    ids=repr,
)
def test_descriptions_that_are_wrong(
    path: Path, described: dict[str, Any], message: str | None
) -> None:
    content = tampered(small(), **described)
    if message is None:  # the same four numbers in another shape: a model all the same
        path.write_bytes(content)
        load_model(path)
    else:
        assert message in refuse(path, content)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("{", "its metadata is not a JSON object ("),
        ("", "its metadata is not a JSON object ("),
        ("[" * 100_000, "its metadata is not a JSON object ("),
        ('{"model":' * 100_000, "its metadata is not a JSON object ("),
        ("1" * 100_000, "its metadata is not a JSON object ("),
        ("{'model': 1}", "its metadata is not a JSON object ("),
        ("[1]", "its metadata is not a JSON object ("),
        ("null", "its metadata is not a JSON object ("),
        ("NaN", "its metadata is not a JSON object ("),
        ("{}", "its description of the model has no 'model'"),
        ('{"model": {}}', "its description of the model has no 'settings'"),
        ('{"model": {}, "settings": {}}', "its description of the model has no 'dtype'"),
        ('{"model": {}, "settings": [1]}', f"{UNUSABLE} (settings are not a JSON object)"),
        ('{"model": [], "settings": {}}', f"{UNUSABLE} (expected a JSON object. Received: [])"),
        ('{"model": null, "settings": {}}', UNUSABLE),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_metadata_that_is_wrong(path: Path, metadata: str, message: str) -> None:
    assert refuse(path, tampered(small(), metadata=metadata)).startswith(message)


HUGE = 10**12


@pytest.mark.parametrize(
    ("layers", "input_shape"),
    [
        ([{"type": "Flatten"}, {"type": "Dense", "units": HUGE}], [28, 28, 1]),
        ([{"type": "Conv2D", "filters": HUGE, "kernel_size": 3}], [28, 28, 1]),
        (
            [{"type": "Conv2D", "filters": 1, "kernel_size": HUGE, "padding": "same"}],
            [28, 28, 1],
        ),
        ([{"type": "Flatten"}, {"type": "Dense", "units": 1}], [HUGE, HUGE, HUGE]),
        ([{"type": "Flatten"}, {"type": "Dense", "units": 1}], [10**4000] * 2),
        ([{"type": "BatchNormalization"}], [HUGE]),
    ],
)
def test_sizes_are_compared_before_memory_is_taken(
    path: Path, layers: list[dict[str, Any]], input_shape: list[int]
) -> None:
    names = {
        "Dense": ("dense_1.kernel", "dense_1.bias"),
        "Conv2D": ("conv2d_1.kernel", "conv2d_1.bias"),
        "BatchNormalization": tuple(
            f"batch_normalization_1.{name}"
            for name in ("gamma", "beta", "moving_mean", "moving_variance")
        ),
    }[layers[-1]["type"]]
    arrays: dict[str, Array | None] = {"dense_2.kernel": None, "dense_2.bias": None}
    arrays |= {"dense_1.kernel": None, "dense_1.bias": None, **dict.fromkeys(names, ZEROS)}
    content = tampered(small(), arrays, layers=layers, input_shape=input_shape)
    tracemalloc.start()
    refuse(path, content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("length", [2**63, 2**40, 100])
def test_headers_that_promise_more_than_the_file_holds(path: Path, length: int) -> None:
    content = struct.pack("<Q", length) + tampered(small())[8:60]
    assert "not a whole safetensors file" in refuse(path, content)


@pytest.mark.parametrize("offsets", [[0, HUGE], [4, 0], [-1, 3], [0, 4]])
def test_offsets_outside_the_file(path: Path, offsets: list[int]) -> None:
    entry = {"dtype": "F32", "shape": [HUGE // 4], "data_offsets": offsets}
    content = raw({"__metadata__": {"tinynet 1": "{}"}, "a": entry}, bytes(8))
    assert "not a whole safetensors file" in refuse(path, content)


@pytest.mark.parametrize("layers", [[], {}])
def test_a_model_without_layers(path: Path, layers: Any) -> None:
    nothing = dict.fromkeys(small().parameters())
    assert "at least one layer" in refuse(path, tampered(small(), nothing, layers=layers))


def test_pickles_are_not_opened(path: Path) -> None:
    import pickle

    assert "not a whole safetensors file" in refuse(path, pickle.dumps({"a": 1}))
    assert "not a whole safetensors file" in refuse(path, b"\x93NUMPY\x01\x00" + bytes(200))


class TestArrayFile:
    def test_arrays_and_metadata_come_back(self, path: Path) -> None:
        arrays = {"a": normal((2, 3), 0), "b": normal((0, 4), 0), "c": normal((), 0)}
        save_arrays(path, arrays, {"numbers": [1, {"x": None}]})
        with ArrayFile(path) as file:
            assert file.metadata == {"numbers": [1, {"x": None}]}
            found = {name: np.full_like(array, 9) for name, array in arrays.items()}
            file.read_into(found)
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[name], array)

    def test_any_memory_order_is_saved(self, path: Path) -> None:
        a = normal((4, 6), 0)
        arrays = {"t": a.T, "r": a[::-1], "s": a[:, ::2], "f": np.asfortranarray(a)}
        save_arrays(path, arrays, {})
        with ArrayFile(path) as file:
            found = {name: np.zeros(array.shape) for name, array in arrays.items()}
            file.read_into(found)
        for name, array in arrays.items():
            np.testing.assert_array_equal(found[name], array)

    def test_all_arrays_are_filled_or_none(self, path: Path) -> None:
        save_arrays(path, {"a": np.ones(2), "b": np.array([1, np.nan])}, {})
        found = {"a": np.zeros(2), "b": np.zeros(2)}
        with ArrayFile(path) as file, pytest.raises(ModelFileError, match="'b' holds NaN"):
            file.read_into(found)
        assert [array.tolist() for array in found.values()] == [[0, 0], [0, 0]]
        for wrong in (
            {"a": np.zeros(2)},
            {**found, "c": np.zeros(1)},
            {"a": np.zeros(2), "b": np.zeros(3)},
        ):
            with ArrayFile(path) as file, pytest.raises(ModelFileError):
                file.read_into(wrong)
            assert not any(array.any() for array in wrong.values())


class TestWriteWhole:
    def test_the_old_file_stays_until_the_new_one_is_complete(self, path: Path) -> None:
        path.write_text("old")

        def write(temporary: Path) -> None:
            assert temporary.parent == path.parent
            assert temporary.suffix == path.suffix
            temporary.write_text("new")
            assert path.read_text() == "old"

        write_whole(path, write)
        assert path.read_text() == "new"
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()], ids=repr)
    def test_a_failed_writer_leaves_the_old_file_alone(
        self, path: Path, error: BaseException
    ) -> None:
        path.write_text("old")

        def write(temporary: Path) -> None:
            temporary.write_text("half")
            raise error

        with pytest.raises(type(error)):
            write_whole(path, write)
        assert path.read_text() == "old"
        assert list(path.parent.iterdir()) == [path]

    def test_a_failed_save_leaves_nothing(self, path: Path) -> None:
        with pytest.raises(TypeError, match="not JSON serializable"):
            save_model(small(), path, {"rng": np.random.default_rng()})
        assert list(path.parent.iterdir()) == []
        path.mkdir()
        with pytest.raises(OSError, match=r"model\.safetensors"):
            save_model(small(), path)
        assert list(path.parent.iterdir()) == [path]

    def test_what_a_dead_process_left_is_removed(self, path: Path) -> None:
        program = (
            "import os, sys, tinynet.serialization as files\n"
            "files.write_whole(sys.argv[1], lambda temporary: os._exit(7))"
        )
        assert subprocess.run([sys.executable, "-c", program, str(path)]).returncode == 7
        (left,) = path.parent.iterdir()
        assert left.suffix == path.suffix
        others = [path.parent / name for name in (".tinynet-1-abcdefgh", ".tinynet-x", ".own.png")]
        for other in others:  # of a process that is alive, and of people
            other.touch()
        write_whole(path, lambda temporary: temporary.write_text("new"))
        assert not left.exists()
        assert sorted(path.parent.iterdir()) == sorted([path, *others])

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "no such folder" / "model.safetensors"
        with pytest.raises(FileNotFoundError) as caught:
            save_model(small(), path)
        assert caught.value.filename == str(path)

    def test_the_file_has_the_usual_rights(self, path: Path) -> None:
        save_model(small(), path)
        usual = path.parent / "usual"
        usual.touch()
        assert path.stat().st_mode == usual.stat().st_mode


def test_the_same_model_is_the_same_file(tmp_path: Path) -> None:
    contents: list[bytes] = []
    for name in ("a", "b"):
        model = Sequential([Conv2D(2, 3), MaxPool(), Flatten(), Dense(2)], (28, 28, 1))
        save_model(model, tmp_path / name, {"epochs": 1, "rate": 0.1})
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1]
