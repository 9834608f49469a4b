"""Processes that help in training: what happens when they, or their parent, fail or are killed."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tinynet.helpers
from tests.tinynet.test_model import cnn
from tests.tinynet.test_workers import data, steps, team
from tinynet import SGD, Adam, Dense, Dropout, Sequential, fit, softmax_cross_entropy
from tinynet.helpers import Helper, can_fork
from tinynet.losses import Loss
from tinynet.memory import shared
from tinynet.parameter import vectors_of
from tinynet.types import Array

ROOT = Path(__file__).parent.parent.parent
forks = pytest.mark.skipif(sys.platform != "linux", reason="helpers are threads there")


@pytest.fixture(params=["processes", "threads"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "threads":
        monkeypatch.setattr(tinynet.helpers, "can_fork", lambda: False)
    elif sys.platform != "linux":
        pytest.skip("there are only threads")
    before = threading.active_count()
    yield request.param
    assert not multiprocessing.active_children()
    assert threading.active_count() == before


def trained(workers: int = 2, steps_taken: int = 6) -> dict[str, Array]:
    model = Sequential([Dense(300), Dropout(0.3), Dense(4)], (300,))
    optimizer = Adam()
    x = np.random.default_rng(0).normal(size=(steps_taken, 8, 300)).astype(np.float32)
    labels = np.random.default_rng(1).integers(0, 4, (steps_taken, 8))
    steps(model, x, labels, workers, optimizer)
    values = {name: p.value for name, p in model.parameters().items()}
    return {**values, **optimizer.state}


@forks
@pytest.mark.parametrize("workers", [2, 3])
def test_processes_and_threads_make_the_same_bits(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_processes = trained(workers)
    monkeypatch.setattr(tinynet.helpers, "can_fork", lambda: False)
    for name, values in trained(workers).items():
        np.testing.assert_array_equal(by_processes[name], values, err_msg=name)


def test_views_of_the_parameters_stay_theirs(kind: str) -> None:
    """Who holds an array from before the training sees in it what was learned."""
    model, optimizer = cnn(), SGD(0.1, momentum=0.9)
    before = vectors_of(model.parameters())
    values = before.values.copy()
    with team(model, 2, optimizer) as two:
        two.step(*data(8))
        seen = vectors_of(model.parameters()).values.copy()
    assert vectors_of(model.parameters()) is before
    np.testing.assert_array_equal(before.values, seen)
    assert not np.array_equal(before.values, values)
    assert optimizer.state["velocity"].any()
    assert optimizer.state["velocity"].base is None

    def forget(history: Any) -> None:
        before.values[...] = 0
        optimizer.state["velocity"][...] = 0

    fit(model, *data(8), epochs=2, workers=2, optimizer=optimizer, on_epoch=forget)
    assert not vectors_of(model.parameters()).values.any()
    assert not optimizer.state["velocity"].any()


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "XZ"


class Unsendable(Exception):
    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} and {second}")


def failing(error: Exception) -> Loss:
    def loss(outputs: Array, labels: Array) -> tuple[float, Array]:
        if 3 in labels:
            raise error
        return softmax_cross_entropy(outputs, labels)

    return loss


@forks
def test_a_helper_that_fails_at_its_work_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    def serve(connection: Any) -> None:
        raise ZeroDivisionError("of ours")

    with Helper(serve) as helper, pytest.raises(ChildProcessError, match=r"\(exit code 1\)"):
        helper.receive()
    assert "ZeroDivisionError: of ours" in capfd.readouterr().err


def test_an_error_arrives_as_itself_or_in_words(kind: str) -> None:
    images, labels = data(8)
    labels[...], labels[7] = 1, 3
    with team(cnn(), 2, loss=failing(KeyError("a", 1))) as two:
        with pytest.raises(KeyError) as error:
            two.step(images, labels)
        assert error.value.args == ("a", 1)
        assert "in loss" in error.value.__notes__[0]
    unsendable = team(cnn(), 2, loss=failing(Unsendable(1, 2)))
    with unsendable as two, pytest.raises(RuntimeError, match="Unsendable: 1 and 2"):
        two.step(images, labels)


@forks
def test_a_killed_helper_is_said() -> None:
    with team(cnn(), 2) as two:
        two.step(*data(8))
        os.kill(two.helpers[0].process.pid, signal.SIGKILL)
        for _ in range(2):
            with pytest.raises(ChildProcessError, match=r"ended \(exit code -9\).*workers=1"):
                two.step(*data(8))


@forks
def test_a_helper_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tinynet.helpers, "SECONDS_TO_END", 0.1)
    with Helper(lambda connection: time.sleep(1000)) as helper:
        pid = helper.process.pid
        assert is_alive(pid)
    assert not is_alive(pid)


@forks
def test_a_helper_holds_no_connection_of_others() -> None:
    """A server that trains can still end a connection: the other side hears of it."""
    server, client = socket.socketpair()
    with client, team(cnn(), 2) as two:
        two.step(*data(8))
        server.close()
        client.settimeout(20)
        assert client.recv(1) == b""


def test_several_trainings_at_once(kind: str) -> None:
    expected, found = trained(), []
    threads = [threading.Thread(target=lambda: found.append(trained())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    for values in found:
        for name, array in expected.items():
            np.testing.assert_array_equal(values[name], array, err_msg=name)


def test_a_training_within_a_training(kind: str) -> None:
    x, labels = np.ones((4, 3), np.float32), np.zeros(4, int)
    inner, outer = Sequential([Dense(2)], (3,)), Sequential([Dense(2)], (3,))
    twice = Sequential([Dense(2)], (3,))

    def again(history: Any) -> None:
        fit(inner, x, labels, workers=2)

    fit(outer, x, labels, epochs=2, workers=2, on_epoch=again)
    fit(twice, x, labels, workers=2)
    fit(twice, x, labels, workers=2)
    for name, parameter in twice.parameters().items():
        np.testing.assert_array_equal(inner.parameters()[name].value, parameter.value)


def in_daemon(connection: Any) -> None:
    connection.send((can_fork(), trained()))


@forks
def test_a_process_that_may_have_no_children_takes_threads() -> None:
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=in_daemon, args=(there,), daemon=True)
    process.start()
    there.close()
    forked, values = here.recv()
    process.join()
    assert not forked
    for name, array in trained().items():
        np.testing.assert_array_equal(values[name], array, err_msg=name)


def test_shared_memory_of_nothing() -> None:
    assert shared(np.empty((0, 3), np.float32)).shape == (0, 3)


TRAINING = """
import os, sys, time
import numpy as np
from tinynet import Dense, Sequential, fit
x, labels = np.ones((64, 784), np.float32), np.zeros(64, int)
said = False
def say(progress):
    global said
    if not said:
        print("training", flush=True)
    said = True
model = Sequential([Dense(500), Dense(10)], (784,))
try:
    fit(model, x, labels, epochs=10**9, workers=3, on_batch=say)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


Training = tuple["subprocess.Popen[str]", list[int]]


@pytest.fixture
def training() -> Iterator[Training]:
    """A process that trains, and its helpers."""
    process = subprocess.Popen(
        [sys.executable, "-c", TRAINING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "training\n"
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    helpers = [int(pid) for pid in children.split()]
    yield process, helpers
    for pid in filter(is_alive, helpers):  # of a test that failed
        os.kill(pid, signal.SIGKILL)
    process.kill()
    process.communicate()


@forks
def test_ctrl_c_ends_all(training: Training) -> None:
    process, helpers = training
    assert len(helpers) == 2
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the helpers too
    assert process.communicate(timeout=20) == ("interrupted\n", "")
    assert process.returncode == 0
    assert not any(map(is_alive, helpers))


@forks
def test_nothing_is_left_of_a_killed_training(
    training: Training,
) -> None:
    process, helpers = training
    before = set(Path("/dev/shm").iterdir())
    assert len(helpers) == 2
    process.kill()
    until = time.monotonic() + 20
    while any(map(is_alive, helpers)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(is_alive, helpers))
    assert set(Path("/dev/shm").iterdir()) <= before
