"""The checks of notebook 14: a shortcut, a block, a projection, growing squares, a gate."""

from collections.abc import Callable
from typing import Any

import numpy as np

from tinynet.gradient_check import numerical_gradient
from tutorials.checks import Answer, exercise
from tutorials.checks.diagnosis import Array, WrongAnswer, call, expect, expect_order


def _several(result: Any, *names: str) -> tuple[Any, ...]:
    if not isinstance(result, tuple | list) or len(result) != len(names):
        raise WrongAnswer(f"{len(names)} arrays should be returned: {', '.join(names)}.")
    return tuple(result)


@exercise
def residual_backward(answer: Answer) -> None:
    """A linear body; one that hands out its own array; one that returns dy itself."""
    rng = np.random.default_rng(14)
    dy, w = rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
    kept = np.empty_like(dy)
    calls = 0

    def linear(dy: Array) -> Array:
        nonlocal calls
        calls += 1
        return dy @ w.T

    def identity(dy: Array) -> Array:
        return dy

    def keeper(dy: Array) -> Array:
        """A body that still needs what it returns, such as a layer with a cache."""
        kept[...] = dy @ w.T
        return kept

    for name, body in [("linear", linear), ("one that keeps", keeper), ("the identity", identity)]:
        through = dy @ w.T if body is not identity else dy
        got = call(answer, dy, body)
        if isinstance(got, tuple | list):
            raise WrongAnswer(
                "one array is asked for, dx. Both ways lead from the same x, so what they send "
                "back is added up."
            )
        expect(got, dy + through, f"dx, where the body is {name}", mistakes={
            "the shortcut is forgotten: x reaches y directly too, with the slope 1.": through,
            "the body is forgotten: its gradient is lost, or the shortcut has overwritten it.": dy,
            "the two ways are multiplied. They are a sum forwards, and so they are backwards.": (
                dy * through
            ),
            "the mean of the two ways is taken. Each passes all of dy.": (dy + through) / 2,
            "the sum has gone through the body, or the body through itself: it gets dy, once.": (
                dy + through @ w.T
            ),
            "the body's gradient is subtracted.": dy - through,
            "the body has got 2 dy, the shortcut nothing. Each way gets dy, once.": 2 * through,
            "the shortcut counts twice. It passes dy once.": 2 * dy + through,
            "the shortcut's slope, 1, is added. What it passes is 1 times dy.": 1 + through,
            "what the body sends back counts twice: it has got 2 dy, or is added twice. It gets "
            "dy, once.": dy + 2 * through,
            "the body has got the sum of both ways. It gets dy alone, once.": (
                dy + through + (through @ w.T if body is not identity else dy)
            ),
            "dy is multiplied by what the body sends back. That is a gradient already, J^T dy: the "
            "two ways are added.": dy * (1 + through),
            "the body is run twice, one run behind the other. It gets dy, once.": (
                dy + (through @ w.T if body is not identity else dy)
            ),
            "the body is asked for its slope with ones, and that is multiplied by dy. A body with "
            "many outputs has no single slope: give it dy.": (
                dy + dy * (np.ones_like(dy) @ w.T) if body is not identity else dy + through
            ),
        }, batch=len(dy))  # fmt: skip
        if body is linear and calls != 1:
            raise WrongAnswer(
                f"the numbers are right, but the body's backward pass has run {calls} times. Each "
                "run costs, and adds its parameters' gradients once more: run it once, for the "
                "whole batch."
            )
        if body is keeper and not np.array_equal(kept, dy @ w.T):
            raise WrongAnswer(
                "the array that the body has returned is changed. It belongs to the body: make a "
                "new one, a + b, in place of a += b."
            )


@exercise
def relu_block_backward(answer: Answer) -> None:
    """Against differences: a square block, with numbers of both signs."""
    rng = np.random.default_rng(15)
    for n in (4, 3):
        x, w, dy = rng.normal(size=(n, 3)), rng.normal(size=(3, 3)), rng.normal(size=(n, 3))

        def loss(x: Array = x, w: Array = w, dy: Array = dy) -> float:
            return float(np.sum(dy * (x + np.maximum(x @ w, 0))))

        dx, dw = numerical_gradient(loss, x), numerical_gradient(loss, w)
        mask = x @ w > 0
        da = dy * mask
        outside = x + np.maximum(x @ w, 0) > 0
        got = _several(call(answer, x, w, dy), "dx", "dw")
        expect(got[0], dx, "dx", rtol=1e-6, mistakes={
            "the shortcut is forgotten: x reaches y directly too.": da @ w.T,
            "the branch is forgotten.": dy,
            "the ReLU's mask lies on the shortcut too. The ReLU is inside of the branch.": (
                da + da @ w.T
            ),
            "the mask is forgotten in the branch.": dy + dy @ w.T,
            "w is not transposed on the way back.": dy + da @ w,
            "the mask is made of y, the block's output. The ReLU looks at x w.": (
                dy + (dy * outside) @ w.T
            ),
            "the mask is made of x. The ReLU looks at x w.": dy + (dy * (x > 0)) @ w.T,
            "the mask is applied behind the matrix, to dx. It belongs before it, to dy.": (
                dy + (dy @ w.T) * mask
            ),
            "the mask is the wrong way round: where x w is positive, the gradient passes.": (
                dy + (dy * ~mask) @ w.T
            ),
            "dy is multiplied by what the ReLU gives. Its *slope* is 1 or 0.": (
                dy + (dy * np.maximum(x @ w, 0)) @ w.T
            ),
            "dx and dw have changed places.": dw,
            "the mask lies on all of it, the shortcut's share too. The ReLU is inside of the "
            "branch, and looks at x w.": (dy + dy @ w.T) * mask,
            "the mask is made of x times the transpose of w.": dy + (dy * (x @ w.T > 0)) @ w.T,
            "the shortcut's slope, 1, is added. What it passes is 1 times dy.": 1 + da @ w.T,
        }, batch=n)  # fmt: skip
        expect(got[1], dw, "dw", rtol=1e-6, mistakes={
            "the mask is forgotten.": x.T @ dy,
            "this is the transpose: w_ij is indexed by the input first.": da.T @ x,
            "the shortcut is in it: x itself has no weights.": x.T @ (dy + da),
            "the gradient that reached x is used. dw needs that of x w.": x.T @ dx,
            "y stands in the place of x. w multiplies x.": (x + np.maximum(x @ w, 0)).T @ da,
            "x is not transposed: dw sums over the examples.": x @ da if n == 3 else dw,
            "it is divided by N; dy holds the loss's 1/N already.": dw / n,
            "only the first example is in it. All use the same w: add up.": (
                np.outer(x[0], da[0])
            ),
        }, batch=n)  # fmt: skip
    # all of x w is exactly 0: there, as in notebook 05, a ReLU passes nothing
    _at_the_bend(_several(call(answer, x, np.zeros((3, 3)), dy), "dx", "dw")[1], x, dy)


def _at_the_bend(dw: Any, x: Array, dy: Array) -> None:
    if np.shape(dw) == (3, 3) and np.allclose(dw, x.T @ dy):
        raise WrongAnswer(
            "dw: where x w is exactly 0, the ReLU passes the gradient. By our convention, that of "
            "notebook 05, it passes where x w > 0."
        )


@exercise
def projection_backward(answer: Answer) -> None:
    """Against differences: a block that changes the number of features, and a square one."""
    rng = np.random.default_rng(18)
    for n, inputs, outputs in ((20, 3, 2), (20, 3, 3)):  # so many that no two masks are the same
        x, w, v = (rng.normal(size=s) for s in ((n, inputs), (inputs, outputs), (inputs, outputs)))
        dy = rng.normal(size=(n, outputs))
        x[::5] *= 0.01  # near the bend

        def loss(x: Array = x, w: Array = w, v: Array = v, dy: Array = dy) -> float:
            return float(np.sum(dy * (x @ v + np.maximum(x @ w, 0))))

        dx, dw, dv = (numerical_gradient(loss, each) for each in (x, w, v))
        da = dy * (x @ w > 0)
        got = _several(call(answer, x, w, v, dy), "dx", "dw", "dv")
        expect_order(got, {"dx": dx, "dw": dw, "dv": dv})

        def masked(mask: Array, dy: Array = dy, w: Array = w, v: Array = v) -> Array:
            return np.asarray(dy @ v.T + (dy * mask) @ w.T)

        expect(got[0], dx, "dx", rtol=1e-6, mistakes={
            "the way through the projection is forgotten: x reaches y through v too.": da @ w.T,
            "the way through the branch is forgotten.": dy @ v.T,
            "the shortcut passes dy as it is. It has a matrix, v, to go back through.": (
                dy + da @ w.T if inputs == outputs else dx
            ),
            "the mask lies on the projection too.": da @ v.T + da @ w.T,
            "the mask is forgotten.": dy @ v.T + dy @ w.T,
            "v and w are exchanged.": dy @ w.T + da @ v.T,
            "the mask is made of y, the block's output. The ReLU looks at x w.": (
                dy @ v.T + (dy * (x @ v + np.maximum(x @ w, 0) > 0)) @ w.T
            ),
            "the mask is made of x v. The ReLU looks at x w.": (
                dy @ v.T + (dy * (x @ v > 0)) @ w.T
            ),
            "the mask is the wrong way round: where x w is positive, the gradient passes.": (
                dy @ v.T + (dy * (x @ w <= 0)) @ w.T
            ),
            "dy is multiplied by what the ReLU gives. Its *slope* is 1 or 0.": (
                dy @ v.T + (dy * np.maximum(x @ w, 0)) @ w.T
            ),
            "the mask lets pass what x w or x v lets pass. The ReLU looks at x w alone.": (
                masked((x @ w > 0) | (x @ v > 0))
            ),
            "the mask asks both x w and x v. The ReLU looks at x w alone.": (
                masked((x @ w > 0) & (x @ v > 0))
            ),
            "the mask is made of x w and x v together. The ReLU looks at x w alone.": (
                masked(x @ (w + v) > 0)
            ),
            "the mask of x w and x v together lies on both ways. The ReLU looks at x w alone, and "
            "the projection has none.": (dy * (x @ (w + v) > 0)) @ (v + w).T,
            "the mask of y, the block's output, lies on both ways. The ReLU looks at x w alone, "
            "and the projection has none.": (
                (dy * (x @ v + np.maximum(x @ w, 0) > 0)) @ (v + w).T
            ),
            "the projection has got a ReLU of its own. It has none.": (
                da @ w.T + (dy * (x @ v > 0)) @ v.T
            ),
            "v is not transposed on the way back.": (
                dy @ v + da @ w.T if inputs == outputs else dx
            ),
            "w is not transposed on the way back.": (
                dy @ v.T + da @ w if inputs == outputs else dx
            ),
        }, batch=n)  # fmt: skip
        expect(got[1], dw, "dw", rtol=1e-6, mistakes={
            "the mask is forgotten.": x.T @ dy,
            "the shortcut's gradient is in it, too. w meets what the ReLU has let pass.": (
                x.T @ (dy + da)
            ),
            "the ReLU is laid on x. It lies on x w, and x itself meets w.": np.maximum(x, 0).T @ dy,
            "the ReLU is laid on x, too. x itself meets w.": np.maximum(x, 0).T @ da,
            "the mask is made of x v. The ReLU looks at x w.": x.T @ (dy * (x @ v > 0)),
            "this is the transpose: w_ij is indexed by the input first.": dw.T,
            "it is divided by N; dy holds the loss's 1/N already.": dw / n,
        }, batch=n)  # fmt: skip
        expect(got[2], dv, "dv", rtol=1e-6, mistakes={
            "the projection's gradient is forgotten: v learns too.": np.zeros_like(v),
            "the branch's gradient is in it, too. v meets dy alone.": x.T @ (dy + da),
            "the mask is in it. The ReLU does not touch the shortcut.": x.T @ da,
            "the ReLU is laid on x. The projection meets x itself.": np.maximum(x, 0).T @ dy,
            "x v stands in the place of x. v multiplies x.": (x @ v).T @ dy,
            "this is the transpose.": dv.T,
            "it is divided by N; dy holds the loss's 1/N already.": dv / n,
        }, batch=n)  # fmt: skip
    zeros = np.zeros((3, 3))
    _at_the_bend(_several(call(answer, x, zeros, v, dy), "dx", "dw", "dv")[1], x, dy)


@exercise
def mean_square(answer: Answer) -> None:
    """All cases before the verdict; expected is the factor of one block, block after block."""
    cases = [(1, 1.0), (10, 1.0), (3, 0.5), (40, 0.1), (0, 2.0), (5, 0.0), (2, 2.0), (2, -0.5)]

    def blocks(depth: int, scale: float) -> float:
        square = 1.0
        for _ in range(depth):
            square += scale**2 * square
        return square

    mistakes: dict[str, Callable[[int, float], float]] = {
        "the scale is not squared. A number times scale has scale^2 times the square.": (
            lambda depth, scale: (1 + scale) ** depth
        ),
        "the block's factor is added for each block. The next one enlarges what this one made: "
        "multiply.": lambda depth, scale: 1 + depth * scale**2,
        "the numbers are added as if they were equal, (1 + scale)^2. Uncorrelated numbers add "
        "their squares.": lambda depth, scale: (1 + scale) ** (2 * depth),
        "every block is taken to double the square, whatever its scale.": (
            lambda depth, scale: 2.0**depth
        ),
        "the shortcut is forgotten: x itself is in the sum.": (
            lambda depth, scale: scale ** (2 * depth)
        ),
        "there is one block too few. One block has a factor of 1 + scale^2.": (
            lambda depth, scale: (1 + scale**2) ** (depth - 1)
        ),
        "there is one block too many. No block at all leaves 1.": (
            lambda depth, scale: (1 + scale**2) ** (depth + 1)
        ),
        "a cross term is in it. The mean of x f(x) is 0: they are uncorrelated.": (
            lambda depth, scale: (1 + scale + scale**2) ** depth
        ),
        "this is what very many small blocks come near to. Here the number of blocks is given: "
        "multiply that often.": lambda depth, scale: float(np.exp(depth * scale**2)),
        "only the branch is multiplied up. The shortcut is added in *every* block.": (
            lambda depth, scale: 1 + scale ** (2 * depth)
        ),
        "the scale is not squared, and a block's factor is added, not multiplied.": (
            lambda depth, scale: 1 + depth * scale
        ),
        "the factors are added up. The next block enlarges what this one made: multiply.": (
            lambda depth, scale: (1 + scale**2) * depth
        ),
        "the scale is not in it. It is an argument.": lambda depth, scale: 1.25**depth,
        "the depth is not in it. It is an argument.": lambda depth, scale: (1 + scale**2) ** 10,
        "the depth is not in it. This is what a single block does.": (
            lambda depth, scale: 1 + scale**2
        ),
        "the powers are added up, as if each block added its own. The next one enlarges all that "
        "is there: multiply.": lambda depth, scale: sum(scale ** (2 * k) for k in range(depth + 1)),
        "the shortcut is multiplied by the scale too. It passes x as it is.": (
            lambda depth, scale: (2 * scale**2) ** depth
        ),
        "int() or // has taken away what stands behind the point.": (
            lambda depth, scale: float(int((1 + scale**2) ** depth + 1e-9))
        ),
        "this is by how much it grows. Asked for is the factor: 1 if nothing grows.": (
            lambda depth, scale: (1 + scale**2) ** depth - 1
        ),
        "a ReLU's half is in it. Here f keeps the mean square, by assumption.": (
            lambda depth, scale: (1 + scale**2 / 2) ** depth
        ),
        "the sign of the scale is in it. A square has none.": (
            lambda depth, scale: (1 + scale * abs(scale)) ** depth
        ),
        "this is the root of the mean square.": lambda depth, scale: (1 + scale**2) ** (depth / 2),
    }
    got = np.array([call(answer, *case) for case in cases], dtype=float)
    right = np.array([blocks(*case) for case in cases])
    wrong = ~np.isclose(got, right, rtol=1e-9)
    if not wrong.any():
        return
    k = int(np.argmax(wrong))
    first = f"For depth {cases[k][0]} and scale {cases[k][1]:g} you have {got[k]:.6g}."
    for diagnosis, formula in mistakes.items():
        if np.allclose(got, [formula(*case) for case in cases], rtol=1e-9):
            raise WrongAnswer(f"{diagnosis} {first}")
    if np.allclose(got, right, rtol=0.3):
        raise WrongAnswer(f"nearly right. Was it simulated? A formula is asked for. {first}")
    raise WrongAnswer(f"wrong in {wrong.sum()} of {len(cases)} cases. {first}")


@exercise
def gated_backward(answer: Answer) -> None:
    """Against differences: gates of both signs."""
    rng = np.random.default_rng(17)
    for n in (4, 1):
        x, dy, gate = rng.normal(size=(n, 3)), rng.normal(size=(n, 3)), np.array([0.5, -2.0, 1.2])

        def loss(x: Array = x, dy: Array = dy, gate: Array = gate) -> float:
            s = 1 / (1 + np.exp(-gate))
            return float(np.sum(dy * (s * np.tanh(x) + (1 - s) * x)))

        dx, dgate = numerical_gradient(loss, x), numerical_gradient(loss, gate)
        s, t = 1 / (1 + np.exp(-gate)), np.tanh(x)
        got = _several(call(answer, x, gate, dy), "dx", "dgate")
        expect(got[0], dx, "dx", rtol=1e-6, mistakes={
            "the shortcut is forgotten: 1 - s of dy comes straight through.": dy * s * (1 - t**2),
            "the branch is forgotten.": dy * (1 - s),
            "the shortcut passes all of dy. The gate lets 1 - s of it through.": (
                dy * (s * (1 - t**2) + 1)
            ),
            "s and 1 - s are exchanged.": dy * ((1 - s) * (1 - t**2) + s),
            "tanh itself stands where its slope belongs, 1 - tanh(x)^2.": dy * (s * t + 1 - s),
            "the slope of tanh is missing, 1 - tanh(x)^2: the branch bends.": dy,
            "the slope of tanh has a square in it: 1 - tanh(x)^2.": dy * (s * (1 - t) + 1 - s),
            "the slope of tanh is written with its *value*: 1 - tanh(x)^2, not 1 - x^2.": (
                dy * (s * (1 - x**2) + 1 - s)
            ),
            "dx and dgate have changed places.": dgate,
            "dy is forgotten.": s * (1 - t**2) + 1 - s,
            "the square is in the wrong place: 1 - tanh(x)^2, not (1 - tanh(x))^2.": (
                dy * (s * (1 - t) ** 2 + 1 - s)
            ),
            "dgate is in dx. The gate does not depend on x: it is a parameter.": dx + dgate,
            "the gate itself takes the place of s: a sigmoid lies between.": (
                dy * (gate * (1 - t**2) + 1 - gate)
            ),
        }, batch=n)  # fmt: skip
        expect(got[1], dgate, "dgate", rtol=1e-6, mistakes={
            "the slope of the sigmoid is missing, s (1 - s).": (dy * (t - x)).sum(axis=0),
            "the gate also closes the shortcut: s appears twice, in s and in 1 - s.": (
                (dy * t).sum(axis=0) * s * (1 - s)
            ),
            "dy is forgotten.": (t - x).sum(axis=0) * s * (1 - s),
            "1 - s is there, but s is missing: the slope of the sigmoid has two factors.": (
                (dy * (t - x)).sum(axis=0) * (1 - s)
            ),
            "the sign is wrong: opening the gate takes x away and brings tanh(x).": -dgate,
            "nothing is summed: all examples use the same gate.": dy * (t - x) * s * (1 - s),
            "s is there, but 1 - s is missing: the slope of the sigmoid has two factors.": (
                (dy * (t - x)).sum(axis=0) * s
            ),
            "the slope of the sigmoid is written with its *value*: s (1 - s), not "
            "gate (1 - gate).": (dy * (t - x)).sum(axis=0) * gate * (1 - gate),
            "1 - s^2 is the slope of tanh, written with its value. The sigmoid's is s (1 - s).": (
                (dy * (t - x)).sum(axis=0) * (1 - s**2)
            ),
            "tanh's slope is in it, 1 - tanh(x)^2. Along s, y has the slope tanh(x) - x.": (
                (dy * (1 - t**2 - x)).sum(axis=0) * s * (1 - s)
            ),
            "the shortcut's share has the wrong sign: it is 1 - s that lets x through.": (
                (dy * (t + x)).sum(axis=0) * s * (1 - s)
            ),
            "it is summed over the features, one number for each example. The gate is used by all "
            "examples: sum over axis 0.": (dy * (t - x) * s * (1 - s)).sum(axis=1),
            "this is summed over the features too. Each has a gate of its own.": dgate.sum(),
            "this is the mean over the examples; dy holds the loss's 1/N already.": dgate / n,
        }, batch=n)  # fmt: skip
