"""A training that is watched is `fit`'s, bit by bit; it pauses, ends, fails and is listened to."""

import http.client
import json
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnist_app.page.bugs import BUGS
from mnist_app.page.experiment import Settings, build
from mnist_app.page.live import Live, dead_units
from mnist_app.page.port import ADDRESS
from mnist_app.page.tabs import TRAINED, mnist_once
from tests.app.processes import PROGRAM, running
from tests.page.client import TOKEN, Page, unpacked
from tinynet import Progress, fit

KNOBS: dict[str, Any] = {
    "network": "cnn-small",
    "optimizer": "Adam",
    "rate": 0.002,
    "batch": 32,
    "scale": 1,
    "shuffle": True,
    "seed": 0,
}


class Enough(Exception):
    pass


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def live(**knobs: Any) -> Iterator[Live]:
    settings = Settings(**({"batch": 32} | knobs))
    training = Live(build(settings, mnist_once()))
    try:
        yield training
    finally:
        training.close()


@pytest.mark.parametrize("shuffle", [True, False])
def test_ten_batches_are_those_of_fit(shuffle: bool) -> None:
    losses: list[float] = []

    def stop(progress: Progress) -> None:
        losses.append(progress.loss)
        if len(losses) == 10:
            raise Enough

    alone = build(Settings(batch=32, shuffle=shuffle), mnist_once())
    with pytest.raises(Enough):
        fit(alone.model, alone.images, alone.labels, on_batch=stop, **alone.arguments())
    with live(shuffle=shuffle) as training:
        training.go(1)
        until(lambda: len(training.losses) == 1)
        training.go(9)
        until(lambda: len(training.losses) == 10)
        for name, parameter in training.copy().parameters().items():
            np.testing.assert_array_equal(
                parameter.value, alone.model.parameters()[name].value, name
            )
        seen = np.array(training.losses)
        np.testing.assert_allclose(np.cumsum(seen) / np.arange(1, 11), losses, rtol=1e-9)


def test_what_it_tells_is_what_the_network_is() -> None:
    with live() as training:
        first = training.news()
        assert first["batch"] == 0
        assert not first["running"]
        training.go(5)
        until(lambda: training.news()["batch"] == 5 and not training.news()["running"])
        news, model = training.news(), training.copy()
        later = training.news(3, news["looks"])
        assert [k for k, _, _ in later["curve"]] == [4, 5]
        assert later["validation"] == []
        assert "look" not in later
        look = news["look"]
        assert [k for k, _, _ in news["curve"]] == [1, 2, 3, 4, 5]
        images, labels = training.experiment.validation
        outputs = model.predict(images)
        batch, loss, accuracy = news["validation"][-1]
        assert batch == 5
        assert loss == training.experiment.loss(outputs, labels)[0]
        assert accuracy == (outputs.argmax(axis=1) == labels).mean()
        kernel = model.parameters()["conv2d_1.kernel"].value
        np.testing.assert_array_equal(unpacked(look["kernels"]), kernel.reshape(3, 3, 8))
        assert look["dead"] == dead_units(model, images[:256])
        assert sum(look["histograms"]["dense_1.kernel"]["counts"]) == 400 * 32
        sure = [mistake["confidence"] for mistake in look["mistakes"]]
        assert len(sure) == 20
        assert sure == sorted(sure, reverse=True)
        assert all(mistake["label"] != mistake["answer"] for mistake in look["mistakes"])
    with live() as training:  # the last update, and not one before it
        training.go(4)
        until(lambda: training.news()["batch"] == 4 and not training.news()["running"])
        before = training.copy().parameters()["conv2d_1.kernel"].value
        ratio = np.linalg.norm(kernel - before) / np.linalg.norm(before)
        assert look["ratios"]["conv2d_1.kernel"] == pytest.approx(ratio, rel=1e-4)


def test_dead_units_are_counted() -> None:
    model = build(Settings(), mnist_once()).model
    assert dead_units(model, mnist_once().test_images[:50])["relu_1"] < 0.5
    model.parameters()["conv2d_1.bias"].value[:4] = -100
    assert dead_units(model, mnist_once().test_images[:50])["relu_1"] >= 0.5
    model.parameters()["conv2d_1.bias"].value[:] = -100
    assert dead_units(model, mnist_once().test_images[:50])["relu_1"] == 1


def test_it_pauses_and_goes_on() -> None:
    with live() as training:
        training.go(None)
        until(lambda: len(training.losses) > 3)
        training.go(0)
        until(lambda: not training.news()["running"])
        time.sleep(0.1)
        count = len(training.losses)
        time.sleep(0.2)
        assert len(training.losses) == count
        training.go(1)
        until(lambda: len(training.losses) == count + 1)


def test_a_copy_of_a_running_training_is_that_of_a_whole_batch() -> None:
    with live() as training:
        training.go(None)
        until(lambda: len(training.losses) > 2)
        training.copy()
        count = len(training.losses)
        until(lambda: len(training.losses) > count + 1)  # it goes on
        training.go(0)
        stopped = training.copy()
        taken = len(training.losses)
    with live() as twin:
        twin.go(taken)
        until(lambda: len(twin.losses) == taken)
        for name, parameter in twin.copy().parameters().items():
            np.testing.assert_array_equal(parameter.value, stopped.parameters()[name].value)


def test_a_loss_that_is_no_number_is_told() -> None:
    with live() as training:
        training.experiment.model.parameters()["dense_2.bias"].value[0] = np.inf
        training.go(None)
        until(lambda: training.failed != "")
        assert "the loss is not a number" in training.news()["failed"]
        training.go(None)
        count = len(training.losses)
        time.sleep(0.1)
        assert len(training.losses) == count


def test_training_over_the_wire(page: Page) -> None:
    assert "set up a training" in page.refused("train-start")
    answer = page.ask("train-set", **KNOBS)
    assert set(answer["bugs"]) == set(BUGS)
    assert answer["layers"][1]["name"] == "conv2d_1"
    for _ in range(3):
        page.ask("train-batch")
        time.sleep(0.05)
    findings = [page.ask("train-check", check=name) for name in answer["checks"]]
    assert [finding["ok"] for finding in findings] == [True] * 7
    assert [finding["name"] for finding in findings] == answer["checks"]
    assert page.ask("train-use")["network"] == TRAINED
    page.ask("network", network=TRAINED)
    page.ask("sample", place=0)
    live = page.tabs.tabs[page.tab].live
    assert live is not None
    until(lambda: len(live.losses) > 0)
    expected = page.ask("train-use") and page.ask("again")["probabilities"]
    logits = live.copy().predict(mnist_once().test_images[:1])[0].astype(float)
    np.testing.assert_allclose(expected, np.exp(logits) / np.exp(logits).sum(), rtol=1e-4)
    page.ask("train-set", **KNOBS)
    assert live._thread is not None
    assert not live._thread.is_alive()


def test_knobs_that_are_out_of_range(page: Page) -> None:
    for wrong in (
        {"network": "resnet"}, {"optimizer": "Lion"}, {"rate": 0}, {"rate": "1"}, {"batch": 0},
        {"batch": 1.5}, {"scale": -1}, {"shuffle": 1}, {"seed": -1}, {"bug": "none"},
    ):  # fmt: skip
        name = next(iter(wrong))
        assert f"'{name}' must be" in page.refused("train-set", **(KNOBS | wrong))
    dense = KNOBS | {"network": "mlp-small", "bug": "pool"}
    assert "does not fit the network" in page.refused("train-set", **dense)
    plain = KNOBS | {"optimizer": "SGD", "rate": 0.1, "bug": "adam"}
    assert "and the optimizer" in page.refused("train-set", **plain)


def test_a_planted_bug_is_checked(page: Page) -> None:
    page.ask("train-set", **KNOBS, bug="pool")
    assert "max_pool_1: MaxPool(): dx[" in page.ask("train-check", check="layers")["text"]
    page.ask("train-set", **KNOBS)  # which forgets what was found
    assert page.ask("train-check", check="layers")["ok"]
    assert "'check' must be one of" in page.refused("train-check", check="all")


def test_a_quiz_is_answered_in_two_tries_and_says_why(page: Page) -> None:
    page.ask("train-set", **KNOBS)
    assert "start the quiz" in page.refused("quiz-answer", bug="pool")
    for guesses in ([True], [False, True], [False, False]):
        answer = page.ask("quiz-start")
        planted = page.tabs.tabs[page.tab].bug
        assert planted is not None
        assert "bug" not in answer
        wrong = next(name for name in BUGS if name != planted)
        for count, right in enumerate(guesses, 1):
            result = page.ask("quiz-answer", bug=planted if right else wrong)
            assert result["right"] == right
            if right or count == 2:
                assert result["bug"] == planted
                assert result["evidence"] == BUGS[planted].evidence
                assert result["finding"]["name"] == BUGS[planted].found_by
                assert not result["finding"]["ok"]
            else:
                assert result["bug"] is None
                assert result["finding"]["name"] == BUGS[wrong].found_by
        assert "start the quiz" in page.refused("quiz-answer", bug=planted)


def test_the_quiz_asks_every_bug_before_one_comes_again(page: Page) -> None:
    page.ask("train-set", **KNOBS)
    tab = page.tabs.tabs[page.tab]
    fitting = {name for name, bug in BUGS.items() if bug.fits(tab.experiment(None))}
    for _ in range(2):
        asked = []
        for _ in fitting:
            page.ask("quiz-start")
            asked.append(tab.bug)
        assert set(asked) == fitting


@contextmanager
def listening(page: Page) -> Iterator[Iterator[dict[str, Any]]]:
    connection = http.client.HTTPConnection(ADDRESS, page.port, timeout=30)
    try:
        connection.request("GET", f"/{TOKEN}/api/events?tab={page.tab}")
        response = connection.getresponse()
        assert response.status == 200
        yield (json.loads(line[6:]) for line in response if line.startswith(b"data: "))
    finally:
        connection.close()


def test_news_come_and_training_stops_when_nobody_listens(page: Page) -> None:
    page.ask("train-set", **KNOBS)
    with listening(page) as news:
        assert next(news)["batch"] == 0
        page.ask("train-start")
        seen = [next(news) for _ in range(5)]
        assert seen[-1]["running"]
        assert seen[-1]["batch"] > seen[0]["batch"] - 1
    live = page.tabs.tabs[page.tab].live
    assert live is not None
    until(lambda: not live.news()["running"])


@pytest.mark.parametrize("busy", ["training", "checking"])
def test_a_signal_ends_it_without_a_word_while_it_is_busy(tmp_path: Path, busy: str) -> None:
    with running([*PROGRAM, "page", "--no-browser", "--port", "0"], cwd=tmp_path) as process:
        assert process.stdout is not None
        found = re.search(r":(\d+)/([\w-]+)/", process.stdout.readline())
        assert found is not None
        client = http.client.HTTPConnection(ADDRESS, int(found[1]), timeout=30)

        def post(action: str, tab: str, **body: Any) -> Any:
            client.request("POST", f"/{found[2]}/api/{action}", json.dumps(body), {"tab": tab})
            return json.loads(client.getresponse().read())

        tab = post("open", "")["tab"]
        post("train-set", tab, **KNOBS | {"network": "cnn"})
        post("train-start", tab)
        with socket.create_connection((ADDRESS, int(found[1]))) as listener:
            asked = f"GET /{found[2]}/api/events?tab={tab} HTTP/1.1"
            listener.sendall(f"{asked}\r\nHost: {ADDRESS}:{found[1]}\r\n\r\n".encode())
            assert listener.recv(10)
            if busy == "checking":  # for some seconds
                body = json.dumps({"check": "layers"})
                client.request("POST", f"/{found[2]}/api/train-check", body, {"tab": tab})
                time.sleep(0.3)
            process.send_signal(signal.SIGINT if busy == "training" else signal.SIGTERM)
            _, errors = process.communicate(timeout=10)
        client.close()
    assert process.returncode == (130 if busy == "training" else -signal.SIGTERM)
    assert errors == ""
