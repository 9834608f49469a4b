"""The detective: one check for each place where a bug can hide.  Curves are not asked.

Each check takes an experiment before its first step, and may change its weights.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mnist_app.page.corner import Corner, wrong_corner
from mnist_app.page.experiment import OPTIMIZERS, Experiment
from mnist_app.text import percent
from tinynet import (
    Dense,
    GradientError,
    Sequential,
    check_layer,
    check_model,
    in_float64,
    train_step,
)
from tinynet.gradient_check import TOLERANCE, constant_ratio, numerical_gradient, relative_error
from tinynet.losses import one_hot
from tinynet.types import Array

EXAMPLES = 2  # in the batches of the gradient checks
LABELLED = 2000  # images whose labels are compared with the mean pictures
LEAST_LIKE = 0.5  # of them must fit; of MNIST's own, 0.8 do, and of shuffled ones 0.1
LARGEST_RATIO = 0.3  # of an update to the weights; usual ones are 0.001 to 0.05


@dataclass(frozen=True)
class Finding:
    """What a check says; `text` names array, index and numbers if something is wrong.

    `corner` shows neighbours of the wrong number, where a layer is to blame.
    """

    name: str
    ok: bool
    text: str
    corner: Corner | None = None


def check_network(experiment: Experiment) -> Finding:
    """The whole network along random directions (`tinynet.check_model`)."""
    twin = in_float64(experiment.model)
    try:
        report = check_model(twin, numbers(EXAMPLES, *twin.input_shape))
    except GradientError as error:
        numbers_alone = str(error).split(". Every entry")[0]  # a direction is one number only
        return Finding("network", False, numbers_alone)
    return Finding("network", True, f"check_model: relative errors up to {report.worst:.0e}.")


def check_layers(experiment: Experiment) -> Finding:
    """Each layer by itself, so that the guilty one is named (`tinynet.check_layer`)."""
    twin = in_float64(experiment.model)
    shape = twin.input_shape
    for layer, output_shape in zip(twin.layers, twin.output_shapes, strict=True):
        try:
            check_layer(layer, numbers(EXAMPLES, *shape))
        except GradientError as error:
            wrong = wrong_corner(layer, numbers(EXAMPLES, *shape))
            return Finding("layers", False, of_the_check(f"{layer.name}: {error}"), wrong)
        shape = output_shape
    return Finding("layers", True, f"check_layer: all {len(twin.layers)} are right.")


def check_loss(experiment: Experiment) -> Finding:
    """The loss's gradient against its difference quotients."""
    outputs = 1 / (1 + np.exp(-numbers(8, 10)))  # fits losses of logits and of (0, 1)
    labels = np.arange(8)
    _, gradient = experiment.loss(outputs, labels)
    numeric = numerical_gradient(lambda: experiment.loss(outputs, labels)[0], outputs)
    errors = relative_error(gradient, numeric)
    worst = np.unravel_index(int(errors.argmax()), errors.shape)
    if errors[worst] <= TOLERANCE:
        return Finding("loss", True, f"Its gradient is right: {errors[worst]:.0e} at most.")
    index = ", ".join(map(str, worst))
    return Finding(
        "loss",
        False,
        f"doutputs[{index}]: the loss says {gradient[worst]:.6g}, the difference quotient "
        f"{numeric[worst]:.6g}{of_the_check(constant_ratio(gradient, numeric, batch=8))}",
    )


def of_the_check(text: str) -> str:
    """Says whose batch size is meant: the training has another one."""
    return text.replace("is the batch size", "is how many examples it takes")


def check_optimizer(experiment: Experiment) -> Finding:
    """Two steps on random gradients, against tinynet's own optimizer of that name and rate."""
    made = experiment.make_optimizer()
    name = next(n for n, kind in OPTIMIZERS.items() if isinstance(made, kind))  # type: ignore[arg-type]
    right = OPTIMIZERS[name](made.rate())
    steps = []  # the changes of the kernel, by both optimizers
    for optimizer in (made, right):
        model = Sequential([Dense(3)], (4,), dtype=np.float64)
        kernel = model.parameters()["dense_1.kernel"]
        values = [kernel.value.copy()]
        for gradient in numbers(2, 4, 3):
            kernel.grad = gradient
            optimizer.update(model.parameters())
            values.append(kernel.value.copy())
        steps.append(np.diff(values, axis=0))
    for which, changed, formula in zip(("first", "second"), *steps, strict=True):
        if relative_error(changed, formula).max() > TOLERANCE:
            ratio = float(np.median(changed / formula))
            seen = f": {ratio:.3g} times as much" if which == "first" else "; its first is right"
            return Finding(
                "optimizer",
                False,
                f"{name}'s {which} step changes kernel[0, 0] by {changed[0, 0]:.4g}, its formula "
                f"by {formula[0, 0]:.4g}{seen}.",
            )
    return Finding("optimizer", True, f"Its first two steps are {name}'s formula.")


def check_labels(experiment: Experiment) -> Finding:
    """Do images look like the mean picture of their label?"""
    images = experiment.images[::7][:LABELLED].reshape(LABELLED, -1) / np.float32(255)
    labels = experiment.labels[::7][:LABELLED]
    if not experiment.settings.shuffle:  # they come by their digit: take some of each
        places = np.linspace(0, len(experiment.labels) - 1, LABELLED).astype(int)
        images = experiment.images[places].reshape(LABELLED, -1) / np.float32(255)
        labels = experiment.labels[places]
    rows = one_hot(labels.astype(int), np.empty((LABELLED, 10), np.float32))
    means = (rows.T @ images) / rows.sum(axis=0)[:, None]
    distances = (means**2).sum(axis=1) - 2 * images @ means.T
    fits = float((distances.argmin(axis=1) == labels).mean())
    text = f"{percent(fits, 0)} of the images are nearest to the mean picture of their label"
    return Finding("labels", fits >= LEAST_LIKE, f"{text}; by chance, 10 % would be.")


def check_weights(experiment: Experiment) -> Finding:
    """Can the units of a layer become different from each other?"""
    for name, parameter in experiment.model.parameters().items():
        if name.endswith("kernel") and not np.ptp(parameter.value):
            return Finding(
                "initial weights",
                False,
                f"{name}: all {parameter.size:,} values are {parameter.value.flat[0]:g}, so all "
                "units of a layer get the same gradient, and stay the same for ever.",
            )
    return Finding("initial weights", True, "Random, different for every unit.")


def check_rate(experiment: Experiment) -> Finding:
    """How large the first update is beside the weights."""
    model, size = experiment.model, experiment.settings.batch
    before = {n: p.value.copy() for n, p in model.parameters().items() if n.endswith("kernel")}
    batch = experiment.images[:size], experiment.labels[:size]
    train_step(model, *batch, experiment.loss, experiment.make_optimizer())
    ratios = {
        name: float(np.linalg.norm(model.parameters()[name].value - value) / np.linalg.norm(value))
        for name, value in before.items()
        if value.any()
    }
    if not ratios:
        return Finding("learning rate", True, "Cannot be judged: all weights are zero.")
    name = max(ratios, key=lambda name: ratios[name])
    text = f"The first step changes {name} by {percent(ratios[name])} of its size"
    ok = ratios[name] <= LARGEST_RATIO
    return Finding("learning rate", ok, f"{text}; some percent are usual, more at first.")


def numbers(*shape: int) -> Array:
    """Random numbers, the same every time."""
    return np.random.default_rng(0).normal(size=shape)


CHECKS: dict[str, Callable[[Experiment], Finding]] = {
    "network": check_network,
    "layers": check_layers,
    "loss": check_loss,
    "optimizer": check_optimizer,
    "labels": check_labels,
    "initial weights": check_weights,
    "learning rate": check_rate,
}
