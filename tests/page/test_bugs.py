"""Every planted bug is found by the check that is meant for it; without one, none complains."""

import re

import numpy as np
import pytest

from mnist_app.page.bugs import BUGS
from mnist_app.page.checks import CHECKS, Finding, check_labels, check_layers
from mnist_app.page.corner import Corner
from mnist_app.page.experiment import NETWORKS, Experiment, Settings, build
from mnist_app.page.tabs import mnist_once
from tinynet import fit


def experiment(network: str, optimizer: str = "Adam") -> Experiment:
    rate = {"Adam": 0.002, "SGD": 0.1}[optimizer]
    return build(Settings(network, optimizer, rate), mnist_once())


def failing(findings: list[Finding]) -> set[str]:
    return {finding.name for finding in findings if not finding.ok}


@pytest.mark.parametrize(("network", "optimizer"), [("cnn-small", "Adam"), ("mlp-small", "SGD")])
def test_without_a_bug_all_is_well(network: str, optimizer: str) -> None:
    findings = [check(experiment(network, optimizer)) for check in CHECKS.values()]
    assert len(findings) == 7
    assert failing(findings) == set(), findings


@pytest.mark.parametrize("bug", BUGS)
def test_each_bug_is_found_and_named(bug: str) -> None:
    planted = experiment("cnn-small")
    assert BUGS[bug].fits(planted)
    BUGS[bug].plant(planted)
    in_a_layer = BUGS[bug].found_by == "layers"  # only then are the layers asked, for a second
    findings = [
        check(planted) for check in CHECKS.values() if in_a_layer or check is not check_layers
    ]
    wrong = failing(findings)
    expected = {BUGS[bug].found_by} | ({"network"} if in_a_layer else set())
    assert wrong == expected, findings
    text = next(finding.text for finding in findings if finding.name == BUGS[bug].found_by)
    named = {
        "mask": "relu_1: ReLU(): dx[",
        "kernel": "conv2d_1: Conv2D(8, (3, 3)): dx[",
        "pool": "max_pool_1: MaxPool(): dx[",
        "assign": "conv2d_1: Conv2D(8, (3, 3)): dx[",
        "bias": "Every entry is exactly 2 times too small (2 is how many examples it takes)",
        "twice": "exactly 8 times too small (8 is how many examples it takes)",
        "never": "exactly 8 times too large (8 is how many examples it takes)",
        "adam": "3.16 times as much",
        "sums": "Adam's second step changes kernel[0, 0] by ",
        "labels": "nearest to the mean picture",
        "zeros": "conv2d_1.kernel: all 72 values are 0",
        "rate": "The first step changes",
    }
    assert named[bug] in text
    if in_a_layer:
        corner = next(finding.corner for finding in findings if finding.name == "layers")
        check_corner(bug, corner)
        check_same_numbers(corner, text)


def check_same_numbers(corner: Corner | None, text: str) -> None:
    """If the number that the text names lies in the corner, it is the same there."""
    assert corner is not None
    place = re.search(r"dx\[0, (\d), (\d), 0\]: backward says (\S+), .* quotient (\S+);", text)
    if place is not None and max(map(int, place.groups()[:2])) < len(corner.backward):
        i, j, backward, quotient = (float(it) for it in place.groups())
        assert corner.backward[int(i), int(j)] == pytest.approx(backward)
        assert corner.numerical[int(i), int(j)] == pytest.approx(quotient)


def check_corner(bug: str, corner: Corner | None) -> None:
    """What tells this bug from the others is to be seen in the corner."""
    assert corner is not None
    assert corner.name == ("dbias[:4]" if bug == "bias" else "dx[0, :4, :4, 0]")
    backward, right = corner.backward, corner.numerical
    fits = np.isclose(backward, right, rtol=1e-5, atol=1e-8)
    if bug == "kernel":
        assert not fits.any()
    elif bug == "assign":
        assert (fits[0, 0], fits.sum()) == (True, 1)
    elif bug == "bias":
        np.testing.assert_allclose(2 * backward, right, rtol=1e-5)
    else:  # the numbers that should be 0 got something
        assert not fits.all()
        np.testing.assert_allclose(right[~fits], 0, atol=1e-8)
        assert backward[~fits].all()


def test_bugs_of_convolutions_do_not_fit_a_dense_network() -> None:
    dense = experiment("mlp-small")
    assert {name for name, bug in BUGS.items() if not bug.fits(dense)} == {
        "kernel",
        "pool",
        "assign",
    }


@pytest.mark.slow
@pytest.mark.parametrize("bug", ["mask", "kernel", "pool", "assign", "bias", "adam"])
def test_the_curve_hides_these_bugs(bug: str) -> None:
    planted = experiment("cnn-small")
    BUGS[bug].plant(planted)
    losses = []
    images, labels = planted.images[:8000], planted.labels[:8000]
    fit(
        planted.model, images, labels, **planted.arguments(),
        on_epoch=lambda history: losses.append(history.epochs[-1]), epochs=2,
    )  # fmt: skip
    assert losses[-1].accuracy > 0.7


def test_the_knobs_turn() -> None:
    plain, mnist = experiment("cnn-small"), mnist_once()
    doubled = build(Settings(scale=2.0), mnist)
    kernel = "conv2d_1.kernel"
    np.testing.assert_array_equal(
        doubled.model.parameters()[kernel].value, 2 * plain.model.parameters()[kernel].value
    )
    in_order = build(Settings(shuffle=False), mnist)
    assert (np.diff(in_order.labels.astype(int)) >= 0).all()
    np.testing.assert_array_equal(in_order.arguments()["rng"].permutation(5), np.arange(5))
    assert check_labels(in_order).ok
    other = build(Settings(seed=1), mnist).model.parameters()[kernel].value
    assert not np.array_equal(other, plain.model.parameters()[kernel].value)
    assert set(NETWORKS) == {"cnn-small", "mlp-small", "cnn"}
    assert len(plain.images) == 59_000
    assert len(plain.validation[0]) == 1_000
