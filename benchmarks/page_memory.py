"""`python -m benchmarks page --minutes N`: does the page's server keep what it should forget?"""

import contextlib
import dataclasses
import http.client
import random
import statistics
import threading
import time

from benchmarks.page import KNOBS, Client, serving, strokes

PAUSE = 1.0  # seconds between two visitors
TURN = 20  # visitors for whom the training goes on, or rests


def visit(client: Client, rng: random.Random) -> None:
    """What a visitor does in some seconds: a drawing, all views, clicks, a checked training."""
    visitor = dataclasses.replace(client, tab=client.ask("open")["tab"])
    visitor.ask("network", network=rng.choice(("cnn", "cnn-large")))
    strokes(visitor, 10)
    visitor.ask("sample", place=rng.randrange(10_000))
    visitor.ask("saliency")
    visitor.ask("why")
    visitor.ask("step", label=rng.randrange(10))
    for layer, values in enumerate(visitor.ask("values")["values"]):
        index = [rng.randrange(size) for size in values["shape"]]
        visitor.ask("cell", layer=layer, index=index)
        visitor.ask("value-gradient", layer=layer, index=index)
    for _ in range(2):
        visitor.ask("take", optimizer="Adam", rate=0.001)
    visitor.ask("undo")
    bug = rng.choice((None, "pool", "adam"))
    made = visitor.ask("train-set", **KNOBS | {"network": "cnn-small", "bug": bug})
    visitor.ask("train-batch")
    for check in made["checks"]:
        visitor.ask("train-check", check=check)


def listen(client: Client) -> None:
    """Take the news of a training, until the server ends."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        for _ in client.news():
            pass


def memory_rows(minutes: float) -> list[tuple[str, str]]:
    """A server in use, while one tab trains on and off: its memory in the end, and its slope.

    The first fifth does not count: all that is read once, or kept for tabs, comes then.
    """
    rng = random.Random(0)
    hours: list[float] = []
    memory: list[float] = []
    with serving() as client:
        client.ask("train-set", **KNOBS)
        threading.Thread(target=listen, args=[client], daemon=True).start()
        start = time.perf_counter()
        while not hours or 60 * hours[-1] < minutes:
            if len(hours) % TURN == 0:
                client.ask("train-pause" if len(hours) // TURN % 2 else "train-start")
            visit(client, rng)
            time.sleep(PAUSE)
            hours.append((time.perf_counter() - start) / 3600)
            memory.append(client.memory())
    first = len(hours) // 5
    slope = statistics.linear_regression(hours[first:], memory[first:])[0] if first > 1 else 0.0
    return [
        (f"memory after {minutes:g} minutes and {len(hours)} visits", f"{memory[-1]:.0f} MB"),
        ("its slope, after the first fifth", f"{slope:+.1f} MB an hour"),
        ("the most of it", f"{max(memory):.0f} MB"),
    ]
