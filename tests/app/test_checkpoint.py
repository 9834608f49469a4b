"""Checkpoints: what is in the file, and that a forged one is refused in one line."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file
from safetensors.numpy import save as to_bytes

from mnist_app.reading.classifier import MODEL
from mnist_app.training.folder import CHECKPOINT
from mnist_app.training.options import Options
from mnist_app.training.run import TrainingRun, resume_run, start_run
from tinynet import ModelFileError, load_model
from tinynet.serialization import FORMAT, ArrayFile, save_arrays


def test_names_in_the_file_stay_so_that_older_runs_resume(finished: TrainingRun) -> None:
    path = finished.folder / CHECKPOINT
    sizes = {name: array.shape for name, array in load_file(path).items()}
    assert sizes == {
        "value.dense_1.kernel": (784, 50),
        "value.dense_1.bias": (50,),
        "value.dense_2.kernel": (50, 50),
        "value.dense_2.bias": (50,),
        "value.dense_3.kernel": (50, 10),
        "value.dense_3.bias": (10,),
        "optimizer.learned.m": (42_310,),
        "optimizer.learned.v": (42_310,),
    }
    with ArrayFile(path) as file:
        saved = file.metadata["checkpoint"]
    assert set(saved) == {
        "options", "data_sha256", "history", "iterations", "rng", "arrays_sha256",
    }  # fmt: skip
    assert saved["options"] == asdict(finished.options)
    assert saved["history"] == finished.history.rows()
    assert saved["rng"]["bit_generator"] == "PCG64"


def forge(path: Path, change: Callable[[dict[str, np.ndarray], dict[str, Any]], object]) -> None:
    """Rewrite a checkpoint with other arrays or another state, and without checksums."""
    arrays = load_file(path)
    with ArrayFile(path) as file:
        metadata = file.metadata
    del metadata["checksum"], metadata["checkpoint"]["arrays_sha256"]
    change(arrays, metadata["checkpoint"])
    save_arrays(path, arrays, metadata)


def with_nan(arrays: dict[str, np.ndarray], _: dict[str, Any]) -> None:
    next(iter(arrays.values())).flat[0] = np.nan


STATE = "its state of the run is not usable"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_nan, "holds NaN or infinite numbers"),
        (lambda arrays, _: arrays.pop("value.dense_1.kernel"), "'value.dense_1.kernel' is missing"),
        (lambda arrays, _: arrays.pop("optimizer.learned.m"), "is missing"),
        (lambda arrays, _: arrays.update(x=np.zeros(3)), "there is an array 'x'"),
        (lambda _, saved: saved.pop("rng"), STATE),
        (lambda _, saved: saved.update(rng={"bit_generator": "PCG64"}), STATE),
        (lambda _, saved: saved["rng"].update(bit_generator="MT19937"), STATE),
        (lambda _, saved: saved["rng"]["state"].update(state=-1), STATE),
        (lambda _, saved: saved["rng"]["state"].update(state=2**200), STATE),
        (lambda _, saved: saved["rng"]["state"].update(state="x"), STATE),
        (lambda _, saved: saved.update(rng=[]), STATE),
        (lambda _, saved: saved.update(iterations=-5), STATE),
        (lambda _, saved: saved.update(iterations="many"), STATE),
        (lambda _, saved: saved.update(history=[]), STATE),
        (lambda _, saved: saved.update(history=5), STATE),
        (lambda _, saved: saved["history"].reverse(), STATE),
        (lambda _, saved: saved["history"][0].update(loss="low"), STATE),
        (lambda _, saved: saved["history"][0].update(loss=None), STATE),
        (lambda _, saved: saved["history"][0].update(val_loss=float("nan")), STATE),
        (lambda _, saved: saved["history"][0].update(colour="red"), STATE),
        (lambda _, saved: saved["options"].update(model="rnn"), "not a checkpoint"),
        (lambda _, saved: saved["options"].update(batch_size=0), "not a checkpoint"),
        (lambda _, saved: saved["options"].update(workers=True), "not a checkpoint"),
        (lambda _, saved: saved["options"].update(learning_rate="fast"), "not a checkpoint"),
        (lambda _, saved: saved["options"].update(validation_split=1), "not a checkpoint"),
        (lambda _, saved: saved["options"].update(data=7), "not a checkpoint"),
        (lambda _, saved: saved.pop("options"), "not a checkpoint"),
    ],
)
def test_a_forged_checkpoint_is_refused(
    tmp_path: Path, options: Options, change: Callable[..., object], message: str
) -> None:
    path = tmp_path / CHECKPOINT
    with start_run(tmp_path, replace(options, epochs=2)) as run:
        run.train()
    forge(path, change)
    with pytest.raises(ModelFileError, match=message) as caught, resume_run(tmp_path, {}):
        pass
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("; train anew into another folder (--output)")
    assert "\n" not in str(caught.value)


def test_a_checkpoint_without_checksums_resumes(tmp_path: Path, options: Options) -> None:
    with start_run(tmp_path, replace(options, epochs=2)) as run:
        run.train()
    forge(tmp_path / CHECKPOINT, lambda *_: None)
    with resume_run(tmp_path, {}) as resumed:
        assert resumed.history == run.history


def test_a_flipped_bit_is_noticed_or_changes_nothing(tmp_path: Path, finished: TrainingRun) -> None:
    """Any single bit: of the header, whose spaces do not matter, of the state, of the arrays."""
    whole = (finished.folder / CHECKPOINT).read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    rng = np.random.default_rng(0)
    places = [*rng.choice(8 * header, 150, replace=False), *rng.integers(8 * len(whole), size=50)]
    expected = everything(finished)
    refused = 0
    for place in places:
        damaged = bytearray(whole)
        damaged[place // 8] ^= 1 << place % 8
        (tmp_path / CHECKPOINT).write_bytes(damaged)
        try:
            with resume_run(tmp_path, {}) as run:
                assert everything(run) == expected
        except ModelFileError:
            refused += 1
    assert refused > 150


def test_a_flipped_bit_is_called_damage(tmp_path: Path, finished: TrainingRun) -> None:
    whole = (finished.folder / CHECKPOINT).read_bytes()
    seed = whole.index(b'seed\\": 0')
    for place in (seed + len('seed\\": '), len(whole) - 1):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        (tmp_path / CHECKPOINT).write_bytes(damaged)
        with pytest.raises(ModelFileError) as caught, resume_run(tmp_path, {}):
            pass
        assert str(caught.value) == (
            f"{tmp_path / CHECKPOINT}: it has changed since it was written (its checksum differs); "
            "train anew into another folder (--output)"
        )


def everything(run: TrainingRun) -> tuple[object, ...]:
    """All that decides how a run goes on."""
    state = [array.tobytes() for array in run.optimizer.state.values()]
    values = [parameter.value.tobytes() for parameter in run.model.parameters().values()]
    rng = run.rng.bit_generator.state
    return run.options, run.history, run.optimizer.iterations, rng, state, values


@pytest.mark.parametrize("content", [b"", b"text", b"\xff" * 100], ids=["empty", "text", "ones"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CHECKPOINT).write_bytes(content)
    error = pytest.raises(ModelFileError, match="not a whole safetensors file")
    with error, resume_run(tmp_path, {}):
        pass


def test_a_state_of_any_depth_is_refused(tmp_path: Path) -> None:
    for depth in range(600, 1000):  # from what Python reads and writes to what it does neither
        deep = "[" * depth + "]" * depth
        text = f'{{"checkpoint": {deep}, "checksum": "x"}}'
        (tmp_path / CHECKPOINT).write_bytes(to_bytes({}, {FORMAT: text}))
        with pytest.raises(ModelFileError), resume_run(tmp_path, {}):
            pass


def test_a_model_is_no_checkpoint(tmp_path: Path, finished: TrainingRun) -> None:
    (tmp_path / CHECKPOINT).write_bytes((finished.folder / MODEL).read_bytes())
    error = pytest.raises(ModelFileError, match="not a checkpoint of a training run")
    with error, resume_run(tmp_path, {}):
        pass


def test_a_checkpoint_is_no_model(finished: TrainingRun) -> None:
    with pytest.raises(ModelFileError) as caught:
        load_model(finished.folder / CHECKPOINT)
    assert str(caught.value) == (
        f"{finished.folder / CHECKPOINT}: it holds a 'checkpoint', not a model; expected a "
        "model's file, in the folder of a training run model.safetensors"
    )
