"""One tab of the browser: a network, a picture, a label, and what each view made of them."""

import functools
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mnist_app.data.dataset import SIDE, Dataset, load_mnist
from mnist_app.page import messages
from mnist_app.page.answers import read_image, read_pixels
from mnist_app.page.inside import Inside, describe
from mnist_app.page.messages import Body, WrongRequest
from mnist_app.page.networks import opened
from mnist_app.page.step import OPTIMIZERS, OneStep
from mnist_app.pictures.decode import decode
from mnist_app.pictures.drawing import draw_strokes
from mnist_app.pictures.pixels import Pixels
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.predict import thumbnail

MOST_TABS = 24


class Tab:
    """What one tab has chosen.  Its requests come one at a time; other tabs see none of it."""

    def __init__(self, choices: Mapping[str, str]) -> None:
        self.choices = choices
        self.lock = threading.Lock()
        self.used = time.monotonic()
        self.name = next(iter(choices))
        self.image = np.zeros((SIDE, SIDE), np.uint8)
        self.label: int | None = None
        self.source: Pixels | None = None  # the drawing or the picture file that `image` is from
        self.inside: Inside | None = None
        self.step: OneStep | None = None
        self.rng = np.random.default_rng()

    @property
    def classifier(self) -> Classifier:
        """The chosen network."""
        return opened(self.choices[self.name])

    def answer(self, action: str, body: Body) -> Any:
        """What an action of ACTIONS says."""
        with self.lock, np.errstate(all="ignore"):  # numbers that are none are told, not warned of
            self.used = time.monotonic()
            return ACTIONS[action](self, body)

    # --- the network and the picture ------------------------------------------------------------

    def choose_network(self, body: Body) -> Any:
        self.name = messages.choice(body, "network", tuple(self.choices))
        self.inside = self.step = None
        return describe(self.classifier.model)

    def draw(self, body: Body) -> Any:
        """The answer to pen strokes."""
        self.source, self.label = draw_strokes(messages.strokes(body)), None
        return self.again(body)

    def picture(self, content: bytes, as_drawn: bool) -> Any:
        """The answer to a picture file, by its bytes; raises PictureError."""
        with self.lock, np.errstate(all="ignore"):
            self.used = time.monotonic()
            self.source, self.label = decode(content), None
            grey = (thumbnail(self.source).mean(axis=2) * 255).astype(np.uint8)
            return self.again({"as_drawn": as_drawn}) | {"picture": messages.packed(grey)}

    def sample(self, body: Body) -> Any:
        """A random digit of MNIST's test images, or a certain one."""
        mnist = mnist_once()
        last = len(mnist.test_images) - 1
        place = int(self.rng.integers(last + 1))
        if "place" in body:
            place = messages.whole(body, "place", 0, last)
        self.image, self.label = mnist.test_images[place], int(mnist.test_labels[place])
        self.source = None
        return self.again(body) | {"place": place}

    def again(self, body: Body) -> Any:
        """The picture that is there, read by the network that is chosen, the way that is chosen."""
        as_drawn = messages.flag(body, "as_drawn")
        if self.source is not None:
            reading = read_pixels(self.classifier, self.source, as_drawn)
        else:
            reading = read_image(self.classifier, self.image, "as MNIST has it")
        self.image = reading.image
        self.inside = self.step = None
        return reading.report() | {"label": self.label}

    # --- inside ---------------------------------------------------------------------------------

    def look_inside(self) -> Inside:
        if self.inside is None:
            self.inside = Inside(self.classifier.model, self.image)
        return self.inside

    def values(self, body: Body) -> Any:
        return self.look_inside().report()

    def saliency(self, body: Body) -> Any:
        return self.look_inside().saliency()

    def cell(self, body: Body) -> Any:
        inside = self.look_inside()
        layer = messages.whole(body, "layer", 0, len(inside.values) - 1)
        return inside.cell(layer, messages.index(body, "index", inside.values[layer].shape))

    def kernel(self, body: Body) -> Any:
        inside = self.look_inside()
        layer = messages.whole(body, "layer", 1, len(inside.values) - 1)
        kernel = inside.model.layers[layer - 1].parameters().get("kernel")
        if kernel is None:
            raise WrongRequest("this layer has no kernel")
        return inside.kernel(layer, messages.whole(body, "unit", 0, kernel.shape[-1] - 1))

    # --- one step -------------------------------------------------------------------------------

    def start_step(self, body: Body) -> Any:
        classes = self.classifier.model.output_shape[0]
        label = messages.whole(body, "label", 0, classes - 1)
        self.label = label
        self.step = OneStep(self.classifier.model, self.image, label)
        return self.step.report()

    def one_step(self) -> OneStep:
        if self.step is None:
            raise WrongRequest("choose the true label first")
        return self.step

    def value_gradient(self, body: Body) -> Any:
        step = self.one_step()
        layer = messages.whole(body, "layer", 0, len(step.values) - 1)
        return step.of_value(layer, messages.index(body, "index", step.values[layer].shape[1:]))

    def parameter_gradient(self, body: Body) -> Any:
        step = self.one_step()
        name = messages.choice(body, "parameter", step.grads)
        return step.of_parameter(name, messages.index(body, "index", step.grads[name].shape))

    def parameter(self, body: Body) -> Any:
        step = self.one_step()
        name = messages.choice(body, "parameter", step.grads)
        return {
            "value": messages.packed(step.learned()[name].value),
            "gradient": messages.packed(step.grads[name]),
        }

    def take_step(self, body: Body) -> Any:
        optimizer = messages.choice(body, "optimizer", OPTIMIZERS)
        return self.one_step().take(optimizer, messages.number(body, "rate", 1e-9, 1e6))

    def undo_step(self, body: Body) -> Any:
        return self.one_step().undo()

    def change(self, body: Body) -> Any:
        step = self.one_step()
        return step.change(messages.choice(body, "parameter", step.grads))


ACTIONS: dict[str, Callable[[Tab, Body], Any]] = {
    "network": Tab.choose_network,
    "draw": Tab.draw,
    "sample": Tab.sample,
    "again": Tab.again,
    "values": Tab.values,
    "saliency": Tab.saliency,
    "cell": Tab.cell,
    "kernel": Tab.kernel,
    "step": Tab.start_step,
    "value-gradient": Tab.value_gradient,
    "parameter-gradient": Tab.parameter_gradient,
    "parameter": Tab.parameter,
    "take": Tab.take_step,
    "undo": Tab.undo_step,
    "change": Tab.change,
}


class Tabs:
    """The open tabs by their random names; the one used longest ago makes room for a new one."""

    def __init__(self, choices: Mapping[str, str]) -> None:
        self.choices = choices
        self.tabs: dict[str, Tab] = {}
        self.lock = threading.Lock()

    def open(self) -> dict[str, Any]:
        """A new tab: its name, the networks, and the first of them."""
        tab, key = Tab(self.choices), secrets.token_urlsafe(16)
        with self.lock:
            if len(self.tabs) >= MOST_TABS:
                del self.tabs[min(self.tabs, key=lambda key: self.tabs[key].used)]
            self.tabs[key] = tab
        return {
            "tab": key,
            "networks": list(self.choices),
            "network": tab.name,
            **describe(tab.classifier.model),
        }

    def get(self, key: str) -> Tab | None:
        """The tab, or None if it is unknown or had to make room."""
        return self.tabs.get(key)


@functools.cache
def mnist_once() -> Dataset:
    """MNIST, read when it is needed first, and kept for all tabs."""
    return load_mnist()
