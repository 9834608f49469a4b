"""One framework's part of `compare`, in a process of its own.

`python -m mnist_app.keras.worker tinynet FOLDER` (or keras) reads job.json and
initial.safetensors from the folder, prints a line of JSON after each epoch, and leaves
tinynet.safetensors and tinynet.json there. Nothing that one framework holds in memory or runs
in its threads can then count for the other.
"""

import json
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from safetensors.numpy import save_file

from mnist_app.data.dataset import load_dataset
from mnist_app.keras.networks import STEPS_PER_CALL, KerasContender, Weights
from mnist_app.training.networks import build_network, loss_of
from tinynet import Adam, Progress, fit, load_model, predict, train_step
from tinynet.types import Array
from tinynet.workers import default_workers

INITIAL, JOB = "initial.safetensors", "job.json"
STEPS = (1, 10, 100)  # after which the weights are compared


@dataclass(frozen=True)
class Job:
    """What both frameworks train, and on what."""

    network: str
    epochs: int
    seed: int
    batch_size: int = 128
    learning_rate: float = 0.001
    data: str | None = None


class Contender(Protocol):
    """What the comparison asks of a framework."""

    def versions(self) -> dict[str, str]:
        """What calculates here."""

    def start(self, weights: Weights, every_step: bool = False) -> None:
        """Begin from these weights with a new optimizer; every_step: report each one."""

    def weights(self) -> Weights:
        """A copy of all weights."""

    def outputs_and_gradients(self, images: Array, labels: Array) -> tuple[Array, Weights]:
        """Of one batch; it may take a step, so `start` again before training."""

    def train(
        self,
        images: Array,
        labels: Array,
        rng: np.random.Generator,
        on_step: Callable[[int, float], None],
    ) -> None:
        """One epoch in the order that rng draws; on_step(steps, mean loss so far)."""

    def predict(self, images: Array) -> Array:
        """Outputs for many images."""


class TinynetContender:
    """tinynet's side: `fit`, on all cores."""

    def __init__(self, network: str, classes: int, batch_size: int, learning_rate: float) -> None:
        self.model = build_network(network, classes)
        self.loss = loss_of(self.model)
        self.batch_size, self.learning_rate = batch_size, learning_rate

    def versions(self) -> dict[str, str]:
        return {"numpy": np.__version__}

    def start(self, weights: Weights, every_step: bool = False) -> None:
        for name, parameter in self.model.parameters().items():
            parameter.value[...] = weights[name]
        self.optimizer = Adam(self.learning_rate)

    def weights(self) -> Weights:
        return {name: p.value.copy() for name, p in self.model.parameters().items()}

    def outputs_and_gradients(self, images: Array, labels: Array) -> tuple[Array, Weights]:
        _, outputs = train_step(self.model, images, labels, self.loss, self.optimizer)
        return outputs, {name: p.grad.copy() for name, p in self.model.parameters().items()}

    def train(
        self,
        images: Array,
        labels: Array,
        rng: np.random.Generator,
        on_step: Callable[[int, float], None],
    ) -> None:
        def on_batch(progress: Progress) -> None:
            on_step(-(-progress.done // self.batch_size), progress.loss)

        fit(
            self.model,
            images,
            labels,
            batch_size=self.batch_size,
            optimizer=self.optimizer,
            loss=self.loss,
            rng=rng,
            on_batch=on_batch,
        )

    def predict(self, images: Array) -> Array:
        return predict(self.model, images)


CONTENDERS: dict[str, Callable[[str, int, int, float], Contender]] = {
    "tinynet": TinynetContender,
    "keras": KerasContender,
}


def measure(framework: str, folder: Path) -> None:
    """Do the job in the folder with this framework, and leave the results there."""
    job = Job(**json.loads((folder / JOB).read_text()))
    dataset = load_dataset(None if job.data is None else Path(job.data))
    initial = {n: p.value for n, p in load_model(folder / INITIAL)[0].parameters().items()}
    images, labels = dataset.train_images, dataset.train_labels.astype(np.int64)
    contender = CONTENDERS[framework](
        job.network, dataset.classes, job.batch_size, job.learning_rate
    )
    arrays = first_steps(contender, initial, images, labels, job)

    contender.start(initial)
    epochs, curve = [], []
    for epoch in range(1, job.epochs + 1):
        means: dict[int, float] = {}
        # A generator for each epoch: `fit` goes on drawing from it after the order.
        rng = np.random.default_rng([job.seed, epoch])
        contender.train(images, labels, rng, means.__setitem__)
        curve += [(epoch - 1 + done, loss) for done, loss in windows(means)]
        outputs = contender.predict(dataset.test_images)
        right = int(np.count_nonzero(outputs.argmax(axis=1) == dataset.test_labels))
        epochs.append({"test_accuracy": right / len(outputs)})
        print(json.dumps({"epoch": epoch, **epochs[-1]}), flush=True)
    results = {
        "job": asdict(job),
        "versions": {"python": platform.python_version(), **contender.versions()},
        "cores": default_workers(),
        "epochs": epochs,
        "curve": curve,
    }
    save_file({**arrays, "test outputs": outputs}, folder / f"{framework}.safetensors")
    (folder / f"{framework}.json").write_text(json.dumps(results))


def first_steps(
    contender: Contender, initial: Weights, images: Array, labels: Array, job: Job
) -> dict[str, Array]:
    """Outputs and gradients of the first batch, and the weights after some of the first steps."""
    contender.start(initial, every_step=True)
    batch = np.random.default_rng(job.seed).permutation(len(images))[: job.batch_size]
    outputs, gradients = contender.outputs_and_gradients(images[batch], labels[batch])
    contender.start(initial, every_step=True)
    arrays = {"outputs": outputs, **{f"gradient {n}": g for n, g in gradients.items()}}

    def keep(step: int, _: float) -> None:
        if step in STEPS:
            arrays.update({f"step {step} {n}": w for n, w in contender.weights().items()})

    some = min(len(images), max(STEPS) * job.batch_size)
    contender.train(images[:some], labels[:some], np.random.default_rng(job.seed), keep)
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def windows(means: dict[int, float]) -> list[tuple[float, float]]:
    """(share of the epoch done, mean loss since the last), from mean losses since its start.

    One for every STEPS_PER_CALL steps, which is how often Keras reports.
    """
    last = max(means)
    marks = [step for step in means if step % STEPS_PER_CALL == 0 or step == last]
    points, before = [], 0
    for step in marks:
        total = step * means[step] - before * means.get(before, 0.0)
        points.append((step / last, total / (step - before)))
        before = step
    return points


if __name__ == "__main__":
    measure(sys.argv[1], Path(sys.argv[2]))
