"""The benchmarks measure what they say, and their tables say what was measured.

No test looks at a clock: each measuring function runs once, with very little work.
"""

import contextlib
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import __main__ as program
from benchmarks import (
    comparison,
    growth,
    layers,
    page,
    page_memory,
    processes,
    rounds,
    step,
    worker,
)
from benchmarks.jobs import Job
from benchmarks.machine import describe
from benchmarks.results import Results, Row, comparison_table, growth_table, markdown_table, number
from benchmarks.settings import BATCH_SIZE, QUICK, Size
from benchmarks.timing import StepClock, helpers_megabytes, peak_megabytes
from mnist_app.data.dataset import load_mnist
from mnist_app.training.networks import build_network
from tinynet import Adam, Sequential, softmax_cross_entropy
from tinynet.helpers import Helper
from tinynet.training import train_step
from tinynet.types import Array
from tinynet.workers import Part, Workers

INSTALL = 'install the extra "benchmark": python -m pip install "tinynet-mnist[benchmark]"'
needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason=f"PyTorch is not installed; {INSTALL}"
)


def filled_results(rounds: int = 3) -> Results:
    """Results as a whole run leaves them, with made-up numbers: Keras takes twice the time."""
    results = Results(
        {"processor": "abacus, 2 cores"}, rounds, Size(), comparison.rows(), growth.rows()
    )
    for round_ in range(1, rounds + 1):
        for name, row in results.rows.items():
            row.add("tinynet", 1.0 * round_)
            if name != "installed_program":
                row.add("keras", 2.0 * round_)
        for row in results.growth.values():
            for size in (1, 2, 1024):
                row.add(str(size), 1.0 * size)
    return results


# --- measuring ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "ways"),
    [
        ("tinynet", {"predict", "call", "predict_on_batch"}),
        pytest.param("keras", {"predict", "call", "predict_on_batch"}, marks=pytest.mark.slow),
        pytest.param("pytorch", {"call"}, marks=[needs_torch, pytest.mark.slow]),
    ],
)
def test_a_side_is_measured(side: str, ways: set[str]) -> None:
    found = json.loads(processes.run(["-m", "tests.benchmarks.every_function", side]))
    assert found.pop("versions")
    assert set(found.pop("one_image")) == {*ways, "peak"}
    assert found["evaluation"]["evaluation"] > 0
    for network in ("cnn", "mlp", "cnn-large", "distorted"):
        assert found[f"training {network}"]["step"] > 0
        assert found[f"training {network}"]["peak"] > 10


def test_a_whole_epoch_of_tinynet_is_measured() -> None:
    assert worker.measure("tinynet", "whole_epoch", QUICK, images=200)["epoch"] > 0


def test_a_missing_package_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else object()
    )
    assert program.main(["--output", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"Error: PyTorch is not installed; {INSTALL}\n"


def test_the_three_train_the_same_networks_on_the_same_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """tinynet's first batch is the one that the other two take from the same permutation."""
    from benchmarks import with_keras, with_tinynet

    seen: list[Array] = []
    prepare = Sequential.prepare

    def watched(model: Sequential, x: Array) -> Array:
        seen.append(x.copy())
        return prepare(model, x)

    monkeypatch.setattr(Sequential, "prepare", watched)
    with_tinynet.training(QUICK, "mlp", workers=1)
    fitted: list[tuple[Array, dict[str, Any]]] = []

    class Network:
        """Stands for the Keras network and keeps what `fit` is given."""

        def fit(self, images: Array, labels: Array, **options: Any) -> None:
            fitted.append((images, options))
            for callback in options["callbacks"]:
                for batch in range(QUICK.warm_up + QUICK.steps):
                    callback.on_train_batch_end(batch)

    monkeypatch.setattr(with_keras, "compiled", lambda network, steps_per_call: Network())
    with_keras.training(QUICK, "mlp")
    ((images, options),) = fitted
    assert images[:BATCH_SIZE, ..., 0] * 255 == pytest.approx(seen[0])
    assert options["batch_size"] == BATCH_SIZE
    assert options["shuffle"] is False


def test_growth_in_filters_changes_the_filters_alone() -> None:
    from benchmarks.with_tinynet import with_filters

    model = with_filters(build_network("cnn"), 8)
    shapes = {name: p.value.shape for name, p in model.parameters().items()}
    assert shapes["conv2d_1.kernel"] == (3, 3, 1, 8)
    assert shapes["conv2d_2.kernel"] == (3, 3, 8, 16)
    assert model.output_shape == (10,)
    assert [type(a) for a in model.layers] == [type(b) for b in build_network("cnn").layers]


def test_the_clock_leaves_the_warm_up_out(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([100.0, 110.0, 111.0, 112.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(times))
    clock = StepClock(Size(warm_up=2, steps=2))
    assert [clock.tick(step) for step in (1, 2, 3, 4)] == [False, False, False, True]
    assert clock.seconds() == 1.0


def test_peak_memory_is_what_was_held_before_too() -> None:
    code = (
        "import numpy as np; from benchmarks.timing import peak_megabytes as peak; before = peak();"
        "np.ones(100_000_000, np.uint8); print(peak() - before)"
    )
    assert 90 < float(processes.run(["-c", code])) < 110


@pytest.mark.skipif(sys.platform != "linux", reason="helpers are threads there")
def test_memory_of_helpers_is_what_they_alone_hold() -> None:
    held = np.ones(30_000_000, np.uint8)

    def serve(connection: Any) -> None:
        own = np.ones(connection.recv(), np.uint8)
        connection.send(int(held.sum()) + int(own.sum()))
        connection.recv()

    with contextlib.suppress(EOFError), Helper(serve) as helper:
        before = helpers_megabytes()
        helper.send(50_000_000)
        assert helper.receive() == 80_000_000
        assert 50 <= helpers_megabytes() - before < 60


def test_memory_of_helpers_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.with_tinynet.evaluation", lambda size: {"helpers": 10_000.0})
    found = worker.measure("tinynet", "evaluation", QUICK)
    assert found["peak"] > 10_000
    assert "helpers" not in found


def test_peak_memory_leaves_out_what_the_starting_process_holds() -> None:
    held = np.ones(300_000_000, np.uint8)
    code = "from benchmarks.timing import peak_megabytes; print(peak_megabytes())"
    assert float(processes.run(["-c", code])) < 100 < held.nbytes / 1e6 < peak_megabytes()


# --- children ----------------------------------------------------------------------------------


def test_a_measurement_in_a_process_of_its_own() -> None:
    found = processes.measured("tinynet", "training", QUICK, network="mlp", workers=1)
    assert found["step"] > 0
    assert 20 < found["peak"] < 1000
    assert processes.import_seconds("json") > 0


def test_settings_of_kernels_and_threads_are_not_passed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each library chooses for itself; the notes say what was left out."""
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("TOOTHBRUSH", "red")
    code = "import os; print(*(os.environ.get(n) for n in ('OPENBLAS_CORETYPE', 'TOOTHBRUSH')))"
    assert processes.run(["-c", code]).split() == ["None", "red"]
    found = describe([])["BLAS and thread settings found, not passed on"]
    assert "OMP_NUM_THREADS=1" in found
    assert "OPENBLAS_CORETYPE=Nehalem" in found
    assert "TOOTHBRUSH" not in found


def test_a_failing_child_is_one_line() -> None:
    with pytest.raises(processes.MeasurementError, match=r"failed with code 1: .*unknown") as error:
        processes.measured("tinynet", "training", QUICK, network="nothing")
    assert "\n" not in str(error.value)


def test_every_job_fills_rows_that_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = dict.fromkeys(
        ("step", "peak", "epoch", "evaluation", "predict", "call", "predict_on_batch"), 1.0
    )
    for module in (comparison, growth):
        monkeypatch.setattr(module, "measured", lambda *_, **__: found)
    monkeypatch.setattr(comparison, "seconds_of", lambda command: 1.0)
    monkeypatch.setattr(comparison, "import_seconds", lambda name: 1.0)
    monkeypatch.setattr(rounds, "describe", lambda sides: {"processor": "abacus"})
    monkeypatch.setattr(comparison, "add_installed_sizes", lambda rows: None)
    said: list[str] = []
    results = rounds.measure_everything(2, QUICK, said.append)
    assert len(said) == len(set(said))
    for name, row in results.rows.items():
        if not name.startswith("installed"):
            assert row.values
    for row in (*results.rows.values(), *results.growth.values()):
        assert all(len(values) == 2 for values in row.values.values())
    assert results.rows["epoch_cnn"].values["keras"] == [468.75, 468.75]
    assert results.growth["batch size"].values["32"] == [1e6 / 32] * 2


def test_the_sides_take_turns() -> None:
    group = [Job(name, name, dict) for name in "abc"]
    firsts = [rounds.rotated(group, round_)[0].column for round_ in range(4)]
    assert firsts == ["a", "b", "c", "a"]


def test_installed_sizes_count_what_is_required_once() -> None:
    from benchmarks.machine import installed_megabytes, program_megabytes

    pytest_alone = installed_megabytes(["iniconfig"])
    assert pytest_alone > 0
    assert installed_megabytes(["pytest", "iniconfig"]) == installed_megabytes(["pytest"])
    assert installed_megabytes(["pytest"]) > pytest_alone
    assert program_megabytes() > 11  # the four MNIST files alone


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_page_is_measured() -> None:
    rows = dict(page.measure(1, quick=True) + page_memory.memory_rows(QUICK.minutes))
    number = {name: float(value.split()[0]) for name, value in rows.items()}
    assert number["from a stroke to its answer, median"] > 0
    assert number["news of the training a second"] > 0
    assert number["memory after 0 minutes and 1 visits"] > 30
    assert "| from a stroke to its answer, median | " in page.to_markdown(list(rows.items()))


# --- layers ------------------------------------------------------------------------------------


def test_the_arithmetic_of_the_cnn() -> None:
    """Against the sizes written out: output positions x window x channels x filters x 2."""
    model = build_network("cnn")
    counts = [
        layers.operations(layer, shape)
        for layer, shape in zip(model.layers, model.output_shapes, strict=True)
    ]
    assert [count for count in counts if count] == [
        2 * 26 * 26 * 9 * 32,
        2 * 11 * 11 * 9 * 32 * 64,
        2 * 1600 * 64,
        2 * 64 * 10,
    ]


@pytest.mark.parametrize("network", ["cnn", "mlp"])
def test_layers_are_measured_forwards_and_backwards(network: str) -> None:
    profile = layers.profile(network, 1, QUICK)
    model = build_network(network)
    assert len(profile.lines) == len(model.layers) + 3  # scaling, loss, Adam
    first = layers.first_with_parameters(model)
    for position, line in enumerate(profile.lines[1:-2]):
        assert line.forward > 0
        assert (line.backward > 0) == (position >= first)
    limits = [line.backward_limit for line in profile.lines if line.forward_limit]
    forward = [line.forward_limit for line in profile.lines if line.forward_limit]
    assert [b / f for b, f in zip(limits, forward, strict=True)] == [1.0] + [2.0] * (
        len(limits) - 1
    )
    assert profile.total().forward == pytest.approx(sum(line.forward for line in profile.lines))
    assert profile.to_json()["lines"][0]["name"] == "scaling the images"


def test_a_watched_step_is_the_same_step_and_leaves_no_part_out() -> None:
    mnist = load_mnist()
    images, labels = mnist.train_images[:64], mnist.train_labels[:64]
    stopwatch, watched, plain = layers.Stopwatch(), build_network("mlp"), build_network("mlp")
    optimizer = Adam()
    stopwatch.watch(watched, optimizer)
    loss = stopwatch.timed("loss", softmax_cross_entropy)
    train_step(watched, images, labels, loss, optimizer)
    train_step(plain, images, labels, softmax_cross_entropy, Adam())
    for name, parameter in watched.parameters().items():
        np.testing.assert_array_equal(parameter.value, plain.parameters()[name].value)
    calls = {name: len(seconds) for name, seconds in stopwatch.seconds.items()}
    names = [layer.name for layer in plain.layers]
    assert calls == dict.fromkeys(
        [
            "prepare",
            *(f"{name} forward" for name in names),
            "loss",
            *(f"{name} backward" for name in names if name != "flatten_1"),
            "update",
        ],
        1,
    )


def test_a_time_is_the_median_of_the_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 0.001, 10.0, 19.0, 20.0, 20.003])
    monkeypatch.setattr("time.perf_counter", lambda: next(times))
    stopwatch = layers.Stopwatch()
    call = stopwatch.timed("call", int)
    assert [call(text) for text in "123"] == [1, 2, 3]
    assert stopwatch.milliseconds("call") == pytest.approx(3)
    assert stopwatch.milliseconds("never called") == 0


# --- step --------------------------------------------------------------------------------------


def test_a_timed_step_is_the_same_step() -> None:
    mnist = load_mnist()
    timed, plain = build_network("mlp"), build_network("mlp")
    with step.TimedWorkers(timed, 2) as team:
        team.step(mnist.train_images[:64], mnist.train_labels[:64])
    with Workers(train_step, plain, softmax_cross_entropy, Adam(), 2) as team:
        team.step(mnist.train_images[:64], mnist.train_labels[:64])
    for name, parameter in timed.parameters().items():
        np.testing.assert_array_equal(parameter.value, plain.parameters()[name].value)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_parts_of_a_step_are_the_step(workers: int) -> None:
    profile = step.profile_step("mlp", 1, QUICK, workers)
    assert len(profile.parts) == workers
    for parts in profile.parts:
        assert all(part > 0 for part in parts)
        assert sum(parts) == pytest.approx(profile.step)  # medians of two are means
    shares = 2 * (2 * 784 * 512 + 3 * 512 * 512 + 3 * 512 * 10) * BATCH_SIZE / workers
    assert profile.limit == pytest.approx(shares / profile.rate / 1e6)


def test_waiting_is_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is first waits for the other, who sleeps before it begins."""
    share = Workers._share

    def late(self: Workers, part: Part, begin: Callable[[], None]) -> tuple[float, int]:
        if part.worker == 1:
            time.sleep(0.5)
        return share(self, part, begin)

    monkeypatch.setattr(Workers, "_share", late)
    first, second = step.profile_step("mlp", 1, QUICK, 2).parts
    work, waiting = 1, 2
    assert first[waiting] > 300 > first[work]
    assert second[work] > 300 > second[waiting]


def test_a_step_is_a_table_of_workers() -> None:
    profile = step.StepProfile("mlp", 80.0, 3.0, 0.5, 9.5, [[1.0] * 5, [2.0] * 5])
    text = profile.to_markdown()
    assert "`mlp`, 128 images: 10.0 ms, of them 0.500 for gathering" in text
    assert "3.00 ms at 80 GFLOP/s" in text
    assert "30% of the step" in text
    assert "|  | worker 1 | worker 2 |\n" in text
    assert text.count("| 1.00 | 2.00 |\n") == len(step.PARTS)


# --- tables, files, command line -----------------------------------------------------------------


def test_a_table_has_medians_spread_and_ratios() -> None:
    row = Row("An epoch", "s", {"tinynet": [8.0, 9.0, 10.0], "keras": [16.0, 9.0, 40.0]})
    assert comparison_table([row]).splitlines() == [
        "|  | tinynet | Keras | PyTorch | tinynet : Keras | tinynet : PyTorch |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| An epoch | 9.00 s (8.00 - 10.0) | 16.0 s (9.00 - 40.0) |  | 0.500 |  |",
    ]


def test_growth_is_a_line_of_medians() -> None:
    row = Row("a step", "ms", {"32": [1.0, 3.0, 2.0], "1024": [70.0]})
    assert growth_table("batch size", row).splitlines() == [
        "| batch size | 32 | 1,024 |",
        "| --- | ---: | ---: |",
        "| a step, ms | 2.00 | 70.0 |",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.03123, "0.0312"), (8.704, "8.70"), (11.42, "11.4"), (1127.6, "1,128"), (0.0, "0")],
)
def test_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_a_run_leaves_tables_numbers_and_charts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(rounds, "measure_everything", lambda *_: filled_results())
    assert program.main(["--quick", "--output", str(tmp_path / "new")]) == 0
    printed = capsys.readouterr().out
    assert "tinynet : Keras" in printed
    assert "abacus, 2 cores" in printed
    assert "1024 workers are 0.000977 times as fast as one." in printed
    files = {path.name: path for path in (tmp_path / "new").iterdir()}
    assert set(files) == {"comparison.md", "comparison.json", "comparison.png", "growth.png"}
    assert files["comparison.md"].read_text(encoding="utf-8").strip() == printed.strip()
    saved = json.loads(files["comparison.json"].read_text(encoding="utf-8"))
    assert saved["rows"]["epoch_cnn"]["values"] == {
        "tinynet": [1.0, 2.0, 3.0],
        "keras": [2.0, 4.0, 6.0],
    }
    assert saved["rounds"] == 3


def test_a_terminal_gets_tables_without_markdown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    markdown = markdown_table(["", "Keras"], [["An epoch", "9.00 s"]])
    program.publish(tmp_path / "plain", markdown, [])
    assert capsys.readouterr().out == f"{markdown}\n"
    monkeypatch.setenv("FORCE_COLOR", "1")
    program.publish(tmp_path / "terminal", markdown, [])
    printed = capsys.readouterr().out
    assert "9.00 s" in printed
    assert "|" not in printed
    assert (tmp_path / "terminal.md").read_text(encoding="utf-8") == markdown


def test_the_layers_mode_leaves_its_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert program.main(["layers", "--quick", "--rounds", "1", "--output", str(tmp_path)]) == 0
    assert "| Dense(512) → (512,) |" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"layers.md", "layers.json", "layers.png"}
    saved = json.loads((tmp_path / "layers.json").read_text(encoding="utf-8"))
    assert [profile["network"] for profile in saved] == ["cnn", "mlp"]


@pytest.mark.slow
def test_the_step_mode_leaves_its_files(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert program.main(["step", "--quick", "--rounds", "1", "--output", str(tmp_path)]) == 0
    assert "| waiting for the others' gradients |" in capsys.readouterr().out
    assert {path.name for path in tmp_path.iterdir()} == {"step.md", "step.json"}
    saved = json.loads((tmp_path / "step.json").read_text(encoding="utf-8"))
    assert [profile["network"] for profile in saved] == ["cnn", "mlp", "cnn-large"]


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--rounds", "many"], ["everything"]])
def test_wrong_usage_ends_with_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        program.main(arguments)
    assert end.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_an_output_that_is_a_file_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert program.main(["layers", "--quick", "--output", str(tmp_path / "file")]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert error.count("\n") == 1
