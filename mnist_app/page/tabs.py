"""One tab of the browser: a network, a picture, a label, and what each view made of them."""

import functools
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mnist_app.data.dataset import SIDE, Dataset, load_mnist
from mnist_app.data.labels import DIGITS
from mnist_app.page import messages
from mnist_app.page.answers import read_image, read_pixels
from mnist_app.page.bugs import BUGS
from mnist_app.page.checks import CHECKS, Finding
from mnist_app.page.experiment import NETWORKS, Experiment, Settings, build
from mnist_app.page.experiment import OPTIMIZERS as TRAINERS
from mnist_app.page.inside import Inside, describe
from mnist_app.page.live import Live
from mnist_app.page.messages import Body, WrongRequest
from mnist_app.page.networks import opened
from mnist_app.page.step import OPTIMIZERS, OneStep
from mnist_app.pictures.decode import decode
from mnist_app.pictures.drawing import draw_strokes, drawn_on
from mnist_app.pictures.pixels import Image28, Pixels
from mnist_app.reading.classifier import Classifier
from mnist_app.reading.predict import thumbnail
from tinynet.types import Array

MOST_TABS = 12  # each keeps up to 40 MB
OTHERS = 300  # of the training images: does a step on one picture spoil them?
MOST_GUESSES = 2  # in the quiz
TRAINED = "trained here"  # the name of the network that the tab has trained itself


@dataclass(frozen=True)
class Shown:
    """A picture file, or an image of MNIST with its label."""

    picture: Pixels | None
    image: Image28
    label: int | None


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
        self.under: Shown | None = None  # what the pen draws on, if it is not blank paper
        self.inside: Inside | None = None
        self.step: OneStep | None = None
        self.live: Live | None = None
        self.settings = Settings()
        self.bug: str | None = None
        self.quiz = False  # the bug is not told
        self.guesses = 0
        self.asked: set[str] = set()  # in the quiz; none comes again before all have come
        self.findings: dict[str, Finding] = {}  # of the experiment as it is set
        self.trained: Classifier | None = None
        self.misread_before: set[int] = set()  # places of misread images that were shown
        self.rng = np.random.default_rng()

    @property
    def classifier(self) -> Classifier:
        """The chosen network."""
        if self.name == TRAINED and self.trained is not None:
            return self.trained
        return opened(self.choices[self.name])

    def answer(self, action: str, body: Body) -> Any:
        """What an action of ACTIONS says."""
        with self.lock, np.errstate(all="ignore"):  # numbers that are none are told, not warned of
            self.used = time.monotonic()
            return ACTIONS[action](self, body)

    # --- the network and the picture ------------------------------------------------------------

    def choose_network(self, body: Body) -> Any:
        trained = () if self.trained is None else (TRAINED,)
        self.name = messages.choice(body, "network", (*self.choices, *trained))
        self.inside = self.step = None
        return self.described()

    def described(self) -> dict[str, Any]:
        """The chosen network: its layers, and what its classes are called."""
        classifier = self.classifier
        return describe(classifier.model) | {
            "classes": classifier.classes,
            "temperature": classifier.temperature,
        }

    def draw(self, body: Body) -> Any:
        """The answer to pen and rubber strokes, on blank paper or over what was shown before."""
        strokes = messages.strokes(body)
        rubber = messages.flags(body, "rubber", len(strokes))
        if not messages.flag(body, "over"):
            self.under = None
        under, self.label = self.under, None
        if under is None:
            self.source = draw_strokes(strokes, rubber)
        elif not strokes:
            self.source, self.image, self.label = under.picture, under.image, under.label
        elif under.picture is not None:
            self.source = draw_strokes(strokes, rubber, under.picture)
        else:
            self.source, self.image = None, drawn_on(under.image, strokes, rubber)
        return self.again(body)

    def picture(self, content: bytes, as_drawn: bool) -> Any:
        """The answer to a picture file, by its bytes; raises PictureError."""
        with self.lock, np.errstate(all="ignore"):
            self.used = time.monotonic()
            self.source, self.label = decode(content), None
            self.under = Shown(self.source, self.image, None)
            grey = (thumbnail(self.source).mean(axis=2) * 255).astype(np.uint8)
            return self.again({"as_drawn": as_drawn}) | {"picture": messages.packed(grey)}

    def sample(self, body: Body) -> Any:
        """A random digit of MNIST's test images, one that is misread, or a certain one."""
        mnist = mnist_once()
        last = len(mnist.test_images) - 1
        if "place" in body:
            place = messages.whole(body, "place", 0, last)
        elif messages.flag(body, "misread"):
            place = self.misread(mnist.test_images, mnist.test_labels)
        else:
            place = int(self.rng.integers(last + 1))
        self.image, self.label = mnist.test_images[place], int(mnist.test_labels[place])
        self.source, self.under = None, Shown(None, self.image, self.label)
        return self.again(body) | {"place": place}

    def misread(self, images: Array, labels: Array) -> int:
        """The place of a random image that the chosen network reads wrongly."""
        order = self.rng.permutation(len(images))
        for places in np.array_split(order, 20):
            answers = self.classifier.probabilities(images[places]).argmax(axis=1)
            wrong = places[answers != labels[places]]
            new = [int(place) for place in wrong if place not in self.misread_before]
            if new:
                self.misread_before.add(new[0])
                return new[0]
        if self.misread_before:  # all have been shown: from the beginning
            self.misread_before.clear()
            return self.misread(images, labels)
        raise WrongRequest("this network reads every test image right")

    def again(self, body: Body) -> Any:
        """The picture that is there, read by the network that is chosen, the way that is chosen."""
        as_drawn = messages.flag(body, "as_drawn")
        if self.source is not None:
            reading = read_pixels(self.classifier, self.source, as_drawn)
        else:
            reading = read_image(self.classifier, self.image, self.way())
        self.image = reading.image
        self.inside = self.step = None
        return reading.report() | {"label": self.label}

    def way(self) -> str:
        """How an image that is no drawing and no picture file came to the network."""
        changed = self.under is not None and not np.array_equal(self.image, self.under.image)
        return "as MNIST has it, with what was drawn on it" if changed else "as MNIST has it"

    # --- inside ---------------------------------------------------------------------------------

    def look_inside(self) -> Inside:
        if self.inside is None:
            classifier = self.classifier
            self.inside = Inside(classifier.model, self.image, classifier.temperature)
        return self.inside

    def values(self, body: Body) -> Any:
        return self.look_inside().report()

    def saliency(self, body: Body) -> Any:
        return self.look_inside().saliency(*self.compared(body))

    def cell(self, body: Body) -> Any:
        inside = self.look_inside()
        layer = messages.whole(body, "layer", 0, len(inside.values) - 1)
        return inside.cell(layer, messages.index(body, "index", inside.values[layer].shape))

    def compared(self, body: Body) -> tuple[int | None, int | None]:
        """The two classes that are compared, None where it is not said which."""
        classes = self.classifier.model.output_shape[0]
        answer, rival = (
            None if body.get(name) is None else messages.whole(body, name, 0, classes - 1)
            for name in ("answer", "rival")
        )
        return answer, rival

    def why(self, body: Body) -> Any:
        return self.look_inside().why(*self.compared(body))

    def why_part(self, body: Body) -> Any:
        """What one place of the last map gave to the difference, or a map; or a number's slope."""
        inside = self.look_inside()
        evidence = inside.evidence(*inside.pair(*self.compared(body)))
        if evidence is None:
            raise WrongRequest("no sum tells which part of the picture spoke in this network")
        if "map" in body:
            return evidence.of_map(messages.whole(body, "map", 0, evidence.x.shape[2] - 1))
        if "slope" in body:
            return evidence.slope(messages.index(body, "slope", evidence.x.shape))
        i, j = messages.index(body, "place", evidence.x.shape[:2])
        return evidence.at_place(i, j)

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
        others = None
        if self.classifier.reads_digits:
            mnist = mnist_once()
            others = mnist.train_images[-OTHERS:], mnist.train_labels[-OTHERS:]
        self.step = OneStep(self.classifier.model, self.image, label, others)
        return self.step.report()

    def one_step(self) -> OneStep:
        if self.step is None:
            raise WrongRequest("choose the true label first")
        return self.step

    def value_gradient(self, body: Body) -> Any:
        step = self.one_step()
        layer = messages.whole(body, "layer", 0, len(step.values) - 1)
        return step.of_value(layer, messages.index(body, "index", step.values[layer].shape[1:]))

    def step_cell(self, body: Body) -> Any:
        step = self.one_step()
        card = messages.whole(body, "layer", 0, len(step.values) - 1)
        return step.of_activation(card, messages.index(body, "index", step.values[card].shape[1:]))

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

    # --- train and break ------------------------------------------------------------------------

    def set_training(self, body: Body) -> Any:
        """A new network to train, with the knobs as they are set, and the bug that is chosen."""
        self.settings = Settings(
            messages.choice(body, "network", NETWORKS),
            messages.choice(body, "optimizer", TRAINERS),
            messages.number(body, "rate", 1e-9, 1e6),
            messages.whole(body, "batch", 1, 4096),
            messages.number(body, "scale", 0, 1000),
            messages.flag(body, "shuffle"),
            messages.whole(body, "seed", 0, 2**32),
        )
        bug = None if body.get("bug") is None else messages.choice(body, "bug", BUGS)
        return self.begin_training(bug, quiz=False)

    def start_quiz(self, body: Body) -> Any:
        """The same network again, with a bug that is not told."""
        sound = self.experiment(None)
        fitting = {name for name, bug in BUGS.items() if bug.fits(sound)}
        if fitting <= self.asked:
            self.asked.clear()
        bug = str(self.rng.choice(sorted(fitting - self.asked)))
        self.asked.add(bug)
        return self.begin_training(bug, quiz=True)

    def answer_quiz(self, body: Body) -> Any:
        """Whether the guess is right, and what speaks for or against it; a wrong one is told once.

        After the second wrong guess, what it was.
        """
        if not self.quiz or self.bug is None:
            raise WrongRequest("start the quiz first")
        guess = messages.choice(body, "bug", BUGS)
        self.guesses += 1
        right, told = guess == self.bug, BUGS[self.bug]
        if not right and self.guesses < MOST_GUESSES:
            asked = self.finding(BUGS[guess].found_by)
            return {"right": False, "over": False, "finding": asked, "bug": None}
        self.quiz = False
        finding = self.finding(told.found_by)
        return {"right": right, "over": True, "finding": finding, "bug": self.bug, **told.words()}

    def experiment(self, bug: str | None) -> Experiment:
        """As it is set, before the first step."""
        made = build(self.settings, mnist_once())
        if bug is not None:
            if not BUGS[bug].fits(made):
                raise WrongRequest("this bug does not fit the network and the optimizer")
            BUGS[bug].plant(made)
        return made

    def begin_training(self, bug: str | None, quiz: bool) -> Any:
        experiment = self.experiment(bug)
        self.end_training()
        self.bug, self.quiz, self.guesses = bug, quiz, 0
        self.findings.clear()
        self.live = Live(experiment)
        fits = {name: it.title for name, it in BUGS.items() if it.fits(experiment)}
        return {
            "settings": self.settings,
            "bugs": fits,
            "checks": list(CHECKS),
            **describe(experiment.model),
        }

    def end_training(self) -> None:
        if self.live is not None:
            self.live.close()

    def training(self) -> Live:
        if self.live is None:
            raise WrongRequest("set up a training first")
        return self.live

    def start_training(self, body: Body) -> Any:
        self.training().go(None)

    def one_batch(self, body: Body) -> Any:
        self.training().go(1)

    def pause_training(self, body: Body) -> Any:
        self.training().go(0)

    def check_training(self, body: Body) -> Any:
        """What one check says of the experiment that is being trained, from its first step on."""
        self.training()
        return self.finding(messages.choice(body, "check", CHECKS))

    def finding(self, name: str) -> Finding:
        """What a check says; it is asked once, and the training rests meanwhile."""
        if name not in self.findings:
            with self.training().resting():
                self.findings[name] = CHECKS[name](self.experiment(self.bug))
        return self.findings[name]

    def use_trained(self, body: Body) -> Any:
        """The network as it is now becomes one that the other views can choose."""
        model = self.training().copy()
        self.trained = Classifier(model, 1.0, Path(TRAINED), DIGITS, True)
        return {"network": TRAINED}


ACTIONS: dict[str, Callable[[Tab, Body], Any]] = {
    "network": Tab.choose_network,
    "draw": Tab.draw,
    "sample": Tab.sample,
    "again": Tab.again,
    "values": Tab.values,
    "saliency": Tab.saliency,
    "cell": Tab.cell,
    "why": Tab.why,
    "why-part": Tab.why_part,
    "kernel": Tab.kernel,
    "step": Tab.start_step,
    "step-cell": Tab.step_cell,
    "value-gradient": Tab.value_gradient,
    "parameter-gradient": Tab.parameter_gradient,
    "parameter": Tab.parameter,
    "take": Tab.take_step,
    "undo": Tab.undo_step,
    "change": Tab.change,
    "train-set": Tab.set_training,
    "train-start": Tab.start_training,
    "train-pause": Tab.pause_training,
    "train-batch": Tab.one_batch,
    "train-check": Tab.check_training,
    "train-use": Tab.use_trained,
    "quiz-start": Tab.start_quiz,
    "quiz-answer": Tab.answer_quiz,
}


class Tabs:
    """The open tabs by their random names; the one used longest ago makes room for a new one."""

    def __init__(self, choices: Mapping[str, str]) -> None:
        self.choices = choices
        self.tabs: dict[str, Tab] = {}
        self.lock = threading.Lock()
        self.closed = False  # the server ends

    def open(self) -> dict[str, Any]:
        """A new tab: its name, the networks, and the first of them."""
        tab, key = Tab(self.choices), secrets.token_urlsafe(16)
        with self.lock:
            if len(self.tabs) >= MOST_TABS:
                oldest = min(self.tabs, key=lambda key: self.tabs[key].used)
                self.tabs.pop(oldest).end_training()
            self.tabs[key] = tab
        return {
            "tab": key,
            "networks": list(self.choices),
            "network": tab.name,
            **tab.described(),
        }

    def get(self, key: str) -> Tab | None:
        """The tab, or None if it is unknown or had to make room."""
        return self.tabs.get(key)

    def close(self) -> None:
        """End all trainings, and what waits for news of them."""
        self.closed = True
        for tab in self.tabs.values():
            tab.end_training()


@functools.cache
def mnist_once() -> Dataset:
    """MNIST, read when it is needed first, and kept for all tabs."""
    return load_mnist()
