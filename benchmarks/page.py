"""`python -m benchmarks page`: how fast the page answers, starts and trains, and what it keeps.

A stroke is timed as a client sees it: a request over a socket, until the answer is unpacked. The
browser's own drawing is not in it.
"""

import contextlib
import http.client
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.processes import ROOT
from mnist_app.data.dataset import load_mnist
from mnist_app.page.experiment import Settings, build
from tinynet import Progress, fit

TIMEOUT = 3600  # seconds: a computer that sleeps in between breaks nothing
KNOBS: dict[str, Any] = {
    "network": "cnn",
    "optimizer": "Adam",
    "rate": 0.001,
    "batch": 128,
    "scale": 1,
    "shuffle": True,
    "seed": 0,
}


@dataclass
class Client:
    """The page's server in a process of its own, and a tab."""

    process: "subprocess.Popen[str]"
    port: int
    token: str
    ready: float  # seconds from the command to the first answer
    tab: str = ""

    def ask(self, action: str, **body: Any) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            path = f"/{self.token}/api/{action}"
            connection.request("POST", path, json.dumps(body), {"tab": self.tab})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def news(self) -> Generator[dict[str, Any], None, None]:
        """What the page is told of its training, until one stops to listen: then it pauses."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request("GET", f"/{self.token}/api/events?tab={self.tab}")
            for line in connection.getresponse():
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])
        finally:
            connection.close()

    def memory(self) -> float:
        """MB that the server has in memory."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as status:
            found = re.search(r"VmRSS:\s+(\d+)", status.read())
        return int(found[1]) / 1024 if found else 0.0


@contextmanager
def serving() -> Iterator[Client]:
    """A server, which ends with the block."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "mnist_app", "page", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r":(\d+)/([\w-]+)/", process.stdout.readline())
        assert found is not None
        client = Client(process, int(found[1]), found[2], 0.0)
        client.tab = client.ask("open")["tab"]
        client.ready = time.perf_counter() - started
        try:
            yield client
        finally:
            process.terminate()


def strokes(client: Client, count: int) -> list[float]:
    """Milliseconds from a drawn digit to its answer."""
    times = []
    for k in range(count):
        shift = k % 7 / 50
        points = [[0.3 + shift, 0.25], [0.7, 0.25 + shift], [0.45, 0.8 - shift]]
        started = time.perf_counter()
        client.ask("draw", strokes=[points])
        times.append(1000 * (time.perf_counter() - started))
    return times


def watched(client: Client, seconds: float) -> tuple[float, float]:
    """Batches a second, and news a second, of a training on the page."""
    client.ask("train-set", **KNOBS)
    client.ask("train-start")
    seen: list[tuple[float, int]] = []  # when, and how many batches there were
    with contextlib.closing(client.news()) as news:
        for told in news:
            seen.append((time.perf_counter(), told["batch"]))
            if seen[-1][0] - seen[0][0] > seconds:
                break
    (start, first), (end, last) = seen[len(seen) // 5], seen[-1]  # it has to warm up
    return (last - first) / (end - start), len(seen) / (end - seen[0][0])


def alone(seconds: float) -> float:
    """Batches a second of the same training by `fit`, without a page."""
    experiment = build(Settings(**KNOBS), load_mnist())
    times: list[float] = []

    def count(progress: Progress) -> None:
        times.append(time.perf_counter())
        if times[-1] - times[0] > seconds:
            raise TimeoutError

    with contextlib.suppress(TimeoutError):
        fit(
            experiment.model,
            experiment.images,
            experiment.labels,
            epochs=100,
            on_batch=count,
            **experiment.arguments(),
        )
    start = len(times) // 5
    return (len(times) - 1 - start) / (times[-1] - times[start])


def measure(rounds: int, quick: bool) -> list[tuple[str, str]]:
    """The rows of the table: what, and how much."""
    count, seconds = (20, 1.0) if quick else (200, 10.0)
    starts, ratios, frames = [], [], []
    for _ in range(rounds):
        with serving() as client:
            starts.append(client.ready)
    with serving() as client:
        strokes(client, 10)
        times = sorted(strokes(client, count))
        for _ in range(rounds):
            speed, shown = watched(client, seconds)
            ratios.append(alone(seconds) / speed)
            frames.append(shown)
    return [
        ("from the command to the first answer, median", f"{statistics.median(starts):.2f} s"),
        ("from a stroke to its answer, median", f"{statistics.median(times):.0f} ms"),
        ("from a stroke to its answer, 95 %", f"{times[int(0.95 * len(times))]:.0f} ms"),
        ("a step of `cnn` on the page : by `fit` alone", f"{statistics.median(ratios):.2f}"),
        ("news of the training a second", f"{statistics.median(frames):.1f}"),
    ]


def to_markdown(rows: list[tuple[str, str]]) -> str:
    """The table, in Markdown."""
    lines = ["| | |", "| --- | ---: |", *(f"| {what} | {much} |" for what, much in rows)]
    return "\n".join(lines) + "\n"
