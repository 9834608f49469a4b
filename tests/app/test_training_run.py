"""A run that stops anywhere continues to the same bits; what it reads is checked."""

import csv
import json
import os
import signal
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mnist_app.figures.run import save_run_figures
from mnist_app.reading.classifier import MODEL
from mnist_app.training.evaluation import Evaluation, evaluate_images
from mnist_app.training.folder import (
    AUGMENTATION,
    CHECKPOINT,
    CURVES,
    DIGIT,
    FILES,
    HISTORY,
    LAST,
    METRICS,
    RunError,
)
from mnist_app.training.options import Options
from mnist_app.training.run import TrainingRun, resume_run, start_run
from tests.app.idx_files import NAMES, write_dataset
from tests.app.processes import PROGRAM, TIMEOUT, running, wait_for
from tinynet import History, Progress, load_model, softmax_cross_entropy


def same_weights(one: Path, other: Path) -> bool:
    """Whether two runs saved the same bytes: the best model and the last."""
    return all((one / n).read_bytes() == (other / n).read_bytes() for n in (MODEL, LAST))


def same_history(one: Path, other: Path) -> bool:
    """Whether two runs measured the same, but for the time that it took."""
    texts = [(run / HISTORY).read_text().splitlines() for run in (one, other)]
    first, second = ([line.rpartition(",")[0] for line in text] for text in texts)
    return first == second


def stop_in(epoch: int, share: float = 0.5) -> Callable[[Progress], None]:
    """An on_batch that is interrupted in the middle of an epoch."""

    def on_batch(progress: Progress) -> None:
        if progress.epoch == epoch and progress.done >= share * progress.total:
            raise KeyboardInterrupt

    return on_batch


def interrupted_run(folder: Path, options: Options, epoch: int = 2) -> TrainingRun:
    with pytest.raises(KeyboardInterrupt), start_run(folder, options) as run:
        run.train(stop_in(epoch))
    return run


def test_a_finished_run_has_every_file_and_no_other(finished: TrainingRun) -> None:
    assert sorted(os.listdir(finished.folder)) == sorted(FILES)
    for name in FILES:
        if name.endswith(".png"):
            with Image.open(finished.folder / name) as picture:
                picture.load()
                assert min(picture.size) >= 280


def test_without_augmentation_there_is_no_picture_of_it(tmp_path: Path, options: Options) -> None:
    with start_run(tmp_path, replace(options, augment=False, epochs=1)) as run:
        run.train()
        save_run_figures(run, run.finish())
    assert sorted(os.listdir(tmp_path)) == sorted(set(FILES) - {AUGMENTATION})


def test_the_saved_temperature_fits_the_validation_images(forgetful: TrainingRun) -> None:
    model, settings = load_model(forgetful.folder / MODEL)
    assert forgetful.validation is not None
    images, labels = forgetful.validation
    logits = model.predict(images).astype(np.float64)

    def loss(temperature: float) -> float:
        return softmax_cross_entropy(logits / temperature, labels)[0]

    best = settings["temperature"]
    assert best != 1
    assert loss(best) < min(loss(0.99 * best), loss(1.01 * best))


def test_the_learning_rate_falls_to_zero_over_all_epochs(finished: TrainingRun) -> None:
    assert finished.optimizer.iterations == 3 * 29  # 900 images in batches of 32
    schedule = finished.optimizer.learning_rate
    assert callable(schedule)
    assert schedule(0) == 0.005
    assert schedule(3 * 29 // 2) == pytest.approx(0.0025, rel=0.05)
    assert finished.optimizer.rate() == 0


@pytest.mark.parametrize(("model", "decay"), [("resnet", 0.1), ("mlp-small", 0)])
def test_only_resnet_is_trained_with_weight_decay(
    tmp_path: Path, options: Options, model: str, decay: float
) -> None:
    with start_run(tmp_path / "run", replace(options, model=model)) as run:
        assert run.optimizer.weight_decay == decay


def test_the_same_options_give_the_same_bits(
    tmp_path: Path, options: Options, finished: TrainingRun
) -> None:
    with start_run(tmp_path / "again", options) as again:
        again.train()
    assert same_weights(again.folder, finished.folder)
    with start_run(tmp_path / "other", replace(options, seed=1)) as other:
        other.train()
    assert not same_weights(other.folder, finished.folder)


def test_augmentation_is_an_option(tmp_path: Path, options: Options, finished: TrainingRun) -> None:
    with start_run(tmp_path, replace(options, augment=False)) as plain:
        plain.train()
    with_it, without = (weights(run.folder / LAST) for run in (finished, plain))
    assert all((with_it[name] != without[name]).any() for name in with_it)


@pytest.mark.parametrize("epoch", [2, 3])
def test_an_interrupted_run_resumes_to_the_same_bits(
    tmp_path: Path, options: Options, finished: TrainingRun, epoch: int
) -> None:
    interrupted_run(tmp_path, options, epoch)
    with resume_run(tmp_path, {}) as run:
        assert len(run.history.epochs) == epoch - 1
        run.train()
    assert same_weights(tmp_path, finished.folder)
    assert [replace(e, seconds=0) for e in run.history.epochs] == [
        replace(e, seconds=0) for e in finished.history.epochs
    ]


def test_nothing_is_saved_before_the_first_epoch_ends(tmp_path: Path, options: Options) -> None:
    interrupted_run(tmp_path, options, epoch=1)
    assert os.listdir(tmp_path) == []
    with start_run(tmp_path, options):  # may begin again in the same folder
        pass


def test_a_killed_run_resumes_to_the_same_bits(tmp_path: Path, data: Path) -> None:
    options = [
        "--model=mlp-small", f"--data={data}", "--epochs=30", "--batch-size=8", "--workers=1",
    ]  # fmt: skip
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    with running([*PROGRAM, "train", *options, f"--output={killed}"]) as process:
        wait_for(killed / CHECKPOINT, process)
        process.kill()
        assert process.wait(TIMEOUT) == -signal.SIGKILL
    with resume_run(killed, {}) as resumed:
        assert 1 <= len(resumed.history.epochs) < 30
        resumed.train()
    with start_run(whole, resumed.options) as run:
        run.train()
    assert same_weights(killed, whole)


def test_the_best_epoch_and_the_last_are_kept(tmp_path: Path, data: Path) -> None:
    seen: list[dict[str, np.ndarray]] = []
    options = Options("mlp-small", 8, batch_size=8, learning_rate=0.03, workers=1, data=str(data))
    with start_run(tmp_path, options) as run:

        def remember(history: History) -> None:
            seen.append({name: p.value.copy() for name, p in run.model.parameters().items()})

        run.train(on_epoch=remember)
    best = run.history.best().epoch
    assert best < 8  # steps so large that the last epoch is not the best
    for name, epoch in ((MODEL, best), (LAST, 8)):
        np.testing.assert_equal(weights(tmp_path / name), seen[epoch - 1])
        assert load_model(tmp_path / name)[1]["epoch"] == epoch


def weights(path: Path) -> dict[str, np.ndarray]:
    model, _ = load_model(path)
    return {name: parameter.value for name, parameter in model.parameters().items()}


def metrics_of(run: TrainingRun) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run.folder / METRICS).read_text())
    return found


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(evaluation.report()))
    return found


def test_the_test_result_is_the_best_network_s_with_its_temperature(forgetful: TrainingRun) -> None:
    model, settings = load_model(forgetful.folder / MODEL)
    assert settings["epoch"] == 2
    metrics = metrics_of(forgetful)
    found = evaluate_images(model, *forgetful.test, temperature=settings["temperature"])
    assert metrics["test"] == as_json(found)
    assert metrics["test"] != as_json(evaluate_images(model, *forgetful.test))
    last, _ = load_model(forgetful.folder / LAST)
    assert metrics["test"]["accuracy"] > evaluate_images(last, *forgetful.test).accuracy


def test_the_validation_of_the_metrics_is_the_best_network_s(forgetful: TrainingRun) -> None:
    model, _ = load_model(forgetful.folder / MODEL)
    assert forgetful.validation is not None
    found = evaluate_images(model, *forgetful.validation)
    metrics = metrics_of(forgetful)
    assert metrics["best_epoch"] == 2
    assert metrics["validation"] == {"loss": pytest.approx(found.loss), "accuracy": found.accuracy}


def test_the_validation_loss_is_the_one_that_training_minimizes(finished: TrainingRun) -> None:
    """For outputs in (0, 1) that is another function than for logits."""
    model, _ = load_model(finished.folder / LAST)
    assert finished.validation is not None
    loss = evaluate_images(model, *finished.validation).loss
    assert finished.history.epochs[-1].val_loss == pytest.approx(loss)


def test_metrics_and_history_are_what_was_measured(finished: TrainingRun) -> None:
    metrics = metrics_of(finished)
    model, settings = load_model(finished.folder / MODEL)
    assert metrics["test"] == as_json(evaluate_images(model, *finished.test))
    assert metrics["options"] == asdict(finished.options)
    assert metrics["best_epoch"] == settings["epoch"] == finished.history.best().epoch
    assert metrics["parameters"] == 42_310
    with (finished.folder / HISTORY).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["val_accuracy"]) for row in rows] == [
        epoch.val_accuracy for epoch in finished.history.epochs
    ]


@pytest.mark.parametrize("epoch", [1, 2, 3])
@pytest.mark.parametrize("name", [MODEL, HISTORY, LAST])
def test_whatever_could_not_be_written_the_run_goes_on(
    tmp_path: Path, options: Options, finished: TrainingRun, name: str, epoch: int
) -> None:
    def block(progress: Progress) -> None:
        if progress.epoch == epoch and not (tmp_path / name).is_dir():
            (tmp_path / name).unlink(missing_ok=True)
            (tmp_path / name).mkdir()

    with pytest.raises(OSError, match="directory"), start_run(tmp_path, options) as run:
        run.train(block)
    (tmp_path / name).rmdir()
    with resume_run(tmp_path, {}) as resumed:
        assert len(resumed.history.epochs) == epoch
        resumed.train()
    assert same_weights(tmp_path, finished.folder)
    assert same_history(tmp_path, finished.folder)


def test_settings_name_no_folder_of_this_computer(finished: TrainingRun, data: Path) -> None:
    assert str(data).encode() not in (finished.folder / MODEL).read_bytes()


def test_without_validation_the_training_chooses(tmp_path: Path, options: Options) -> None:
    with start_run(tmp_path, replace(options, validation_split=0.0, epochs=1)) as run:
        run.train()
        run.finish()
    assert run.validation is None
    assert len(run.training[0]) == 1000
    assert (tmp_path / HISTORY).read_text().splitlines()[1].split(",")[3:5] == ["", ""]


def test_a_run_is_never_overwritten(finished: TrainingRun, options: Options) -> None:
    before = (finished.folder / MODEL).read_bytes()
    other = replace(options, seed=1)
    with pytest.raises(RunError) as caught, start_run(finished.folder, other):
        pass
    assert str(caught.value) == (
        f"'{finished.folder}' already holds a run (model.safetensors); continue it with --resume, "
        "or give another folder with --output"
    )
    assert (finished.folder / MODEL).read_bytes() == before


def test_a_foreign_file_is_never_overwritten(tmp_path: Path, options: Options) -> None:
    for name in (DIGIT, CURVES):
        (tmp_path / name).write_text("somebody's own")
    for starting in (start_run(tmp_path, options), resume_run(tmp_path, {})):
        with pytest.raises(RunError) as caught, starting:
            pass
        assert str(caught.value) == (
            f"'{tmp_path}' has no checkpoint.safetensors to resume from, but files that a run "
            "would replace (curves.png, digit.png); move them away and train without --resume, "
            "or give another folder with --output"
        )
    assert {path.read_text() for path in tmp_path.iterdir()} == {"somebody's own"}


def test_a_finished_run_resumes_to_itself(finished: TrainingRun) -> None:
    before = (finished.folder / MODEL).read_bytes()
    with resume_run(finished.folder, {}) as run:
        run.train()
        run.finish()
    assert (finished.folder / MODEL).read_bytes() == before


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": 7}, "has --seed 0, not 7; resume it without this option, or start another run "
         "with --output"),
        ({"model": "cnn"}, "has --model mlp-small, not cnn; resume it without this option, or "
         "start another run with --output"),
        ({"batch_size": 64, "epochs": 9}, "has --batch-size 32, not 64; resume it without this "
         "option, or start another run with --output"),
        ({"epochs": 9}, "has --epochs 3 and cannot have 9: its learning rate falls to zero over "
         "just as many; train anew with --epochs 9 into another folder (--output)"),
    ],
)  # fmt: skip
def test_other_options_do_not_resume(
    finished: TrainingRun, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunError) as caught, resume_run(finished.folder, given):
        pass
    assert str(caught.value) == f"the run in '{finished.folder}' {message}"


def test_the_data_may_move_but_not_change(
    tmp_path: Path, options: Options, finished: TrainingRun, data: Path
) -> None:
    interrupted_run(tmp_path / "run", options)
    moved = write_dataset(tmp_path / "little")
    with resume_run(tmp_path / "run", {"data": str(moved)}) as run:
        run.train()
    np.testing.assert_equal(weights(tmp_path / "run" / LAST), weights(finished.folder / LAST))
    fewer = write_dataset(tmp_path / "fewer", train=999)
    relabelled = write_dataset(tmp_path / "relabelled")
    content = bytearray((relabelled / NAMES[1]).read_bytes())
    content[-1] ^= 1
    (relabelled / NAMES[1]).write_bytes(content)
    for other in (fewer, relabelled):
        error = pytest.raises(RunError, match="was trained on other data; give it with --data")
        with error, resume_run(tmp_path / "run", {"data": str(other)}):
            pass


def test_nothing_to_resume(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(RunError) as caught, resume_run(folder, {}):
            pass
        assert str(caught.value) == (
            f"'{folder}' has no checkpoint.safetensors to resume from; train without --resume"
        )
    assert os.listdir(tmp_path) == []


def test_a_run_that_diverges_says_so(tmp_path: Path, options: Options) -> None:
    options = replace(options, learning_rate=1e30)
    with pytest.raises(RunError) as caught, start_run(tmp_path, options) as run:
        run.train()
    assert str(caught.value) == (
        "training diverged: the loss of epoch 1 is not a number any more; try a --learning-rate "
        "below 1e+30"
    )
    assert os.listdir(tmp_path) == []
