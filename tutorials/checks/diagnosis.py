"""From a wrong number to a sentence that helps.

A check calls the learner's function through `call`, then compares with `expect`. Both raise
`WrongAnswer`; the sentence says what is wrong with what, and where possible why.
"""

import inspect
import math
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinynet.gradient_check import constant_ratio

Array = NDArray[Any]


class WrongAnswer(AssertionError):
    """An answer that is not right; the message is the diagnosis, and all that Jupyter shows."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not right yet. {self}"]


def call(answer: Callable[..., Any], *arguments: Any, returns: bool = True) -> Any:
    """answer(*arguments), with its accidents told in words.

    Raises WrongAnswer if it fails, returns nothing (unless it need not: returns=False), or
    writes into an array it was given. NotImplementedError passes: nobody has answered yet.
    """
    kept = [a.copy() if isinstance(a, np.ndarray) else a for a in arguments]
    try:
        with np.errstate(all="ignore"):
            result = answer(*arguments)
    except (NotImplementedError, WrongAnswer):
        raise
    except Exception as error:
        code = getattr(inspect.unwrap(answer), "__code__", call.__code__)
        path = Path(code.co_filename)
        text, reason = _call_text(answer, kept), describe(error, path)
        if len(text) > 120:  # the reason first
            raise WrongAnswer(
                f"{_title(answer)} fails: {reason}. It was called as {text}."
            ) from error
        raise WrongAnswer(f"{text} fails: {reason}.") from error
    for name, before, after in zip(_names(answer, arguments), kept, arguments, strict=True):
        if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True):
            advice = "work on a copy, or put back what you move."
            if before.shape == after.shape and np.allclose(before, after):
                advice = "x + h - h is not x in floating point, so put back a copy of it."
            raise WrongAnswer(
                f"{_title(answer)} changes its argument {name}, which belongs to the caller: "
                f"{advice}"
            )
    if result is None and returns:
        raise WrongAnswer(f"{_call_text(answer, kept)} returns None: is a return missing?")
    return result


def describe(error: Exception, path: Path) -> str:
    """An exception in one line, with the last line of the learner's file that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path]
    if isinstance(error, SyntaxError):
        lines = [error.lineno]
    file = path.name if path.exists() else "the cell"
    place = f", line {lines[-1]} of {file}" if lines else ""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    if text.startswith("The truth value of an array"):
        text += " (`if`, `and` and `max` want one value; np.where, & and np.maximum take arrays)"
    if "inhomogeneous shape" in text:
        text += " (the pieces differ in size: is something cut off at an edge?)"
    if "remapped shapes" in text:
        text = text.rstrip() + " (in einsum, one letter stands for axes of different lengths)"
    pair = re.search(r"broadcast together with shapes \(([\d,]+)\) \(([\d,]+)\)", text)
    if pair:
        one, other = ([int(n) for n in shape.split(",") if n] for shape in pair.groups())
        if len(one) != len(other) and math.prod(one) == math.prod(other):
            text = f"{text.rstrip()} (both hold {math.prod(one)} numbers: is a reshape missing?)"
    return f"{type(error).__name__}: {text}{place}"


def expect(
    got: Any,
    expected: Any,
    what: str,
    *,
    mistakes: Mapping[str, Any] | None = None,
    batch: int = 0,
    rtol: float = 1e-9,
    scale: float | None = None,
) -> None:
    """WrongAnswer unless `got` has the shape and the values of `expected`.

    `what` names the quantity in the message ("dW", "the loss"). `mistakes` maps a diagnosis to
    the value that this mistake would give; the first that fits is the message. Otherwise the
    shape, the dtype, NaN, a constant factor, the order of the entries are looked at in turn.
    `batch` is the number of examples, so that a factor of 1/N can be called by its name.
    `scale` is the size whose rounding is forgiven everywhere: the largest entry, unless given.
    """
    expected = np.asarray(expected)
    values = _as_numbers(got, what, expected.shape)
    if scale is None:
        scale = float(np.abs(expected).max(initial=0.0))
    recognize(values, expected, what, mistakes or {}, rtol, scale)
    if values.shape != expected.shape:
        raise WrongAnswer(f"{what} {_shape_text(values.shape, expected.shape)}")
    if expected.dtype == bool:
        if values.dtype != bool:
            raise WrongAnswer(f"{what} should hold True and False, not {values.dtype} numbers.")
    elif (
        np.issubdtype(expected.dtype, np.floating)
        and values.dtype != expected.dtype
        and isinstance(got, np.ndarray | np.generic)  # Python's own numbers lose nothing
    ):
        raise WrongAnswer(
            f"{what} has dtype {values.dtype}; expected {expected.dtype}. "
            "Digits (or everything after the decimal point) are lost on the way."
        )
    if isinstance(got, list) and expected.ndim > 1:  # a list of rows
        raise WrongAnswer(f"{what} should be an array, not list: use np.array.")
    if not _close(values, expected, rtol, scale):
        raise WrongAnswer(f"{what} {_value_text(values, expected, batch, rtol, scale)}")


def recognize(
    got: Any,
    expected: Array,
    what: str,
    mistakes: Mapping[str, Any],
    rtol: float = 1e-9,
    scale: float = 1.0,
) -> None:
    """WrongAnswer if one of the mistakes fits; nothing is said about other wrong values."""
    values = _as_numbers(got, what, expected.shape)
    for diagnosis, mistaken in mistakes.items():
        mistaken = np.asarray(mistaken)
        differs = mistaken.shape != expected.shape or not _close(mistaken, expected, rtol, scale)
        if differs and mistaken.shape == values.shape and _close(values, mistaken, rtol, scale):
            raise WrongAnswer(f"{what}: {diagnosis}")


def expect_order(got: Sequence[Any], expected: Mapping[str, Array]) -> None:
    """WrongAnswer if these are the right arrays in another order than that of `expected`."""
    order = [
        name
        for each in got
        for name, array in expected.items()
        if np.shape(each) == array.shape and np.allclose(each, array)
    ]
    if sorted(order) == sorted(expected) and order != list(expected):
        raise WrongAnswer(
            f"these are {', '.join(order)}, each of them right. The order asked for is "
            f"{', '.join(expected)}."
        )


def multiple(got: Any, start: Array, direction: Array, rtol: float = 1e-9) -> float | None:
    """The t that makes start + t * direction what was received, or None.

    Names a whole family of mistakes at once, such as a leaky slope of any size. t is never 0.
    """
    values = np.asarray(got)
    if values.shape != start.shape or not np.issubdtype(values.dtype, np.number):
        return None
    difference = values - start
    largest = np.unravel_index(np.abs(direction).argmax(), direction.shape)
    t = float(difference[largest] / direction[largest])
    scale = float(np.abs(start).max(initial=0.0))
    if not np.isfinite(t) or abs(t) < 1e-6 or not _close(difference, t * direction, rtol, scale):
        return None
    return t


def _as_numbers(got: Any, what: str, shape: tuple[int, ...]) -> Array:
    try:
        values = np.asarray(got)
    except ValueError:
        values = np.asarray(None)
    if values.dtype != bool and not np.issubdtype(values.dtype, np.number):
        wanted = "an array of numbers" if shape else "one number"
        raise WrongAnswer(f"{what} should be {wanted}, not {type(got).__name__}.")
    return values


def _close(a: Array, b: Array, rtol: float, scale: float) -> bool:
    return bool(np.allclose(a, b, rtol=rtol, atol=rtol * scale, equal_nan=True))


def _shape_text(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    text = f"has shape {got}; expected {expected}."
    if len(got) > 1 and got == expected[::-1]:
        return text + " It is the transpose: which index is summed over, and which come out?"
    if got == ():
        return text + " A single number came out: is a sum taken over too many axes?"
    if expected == () and set(got) == {1}:
        return text + " Asked for is a plain number, not an array that holds one."
    if len(got) > len(expected) + 1 and tuple(n for n in got if n > 1) == expected:
        return text + " Axes of length 1 are left over: is keepdims in it?"
    if len(got) == len(expected) + 1 and got == (1, *expected):
        return text + " The batch axis is still there, of length 1: was it summed with keepdims?"
    if len(got) == len(expected) + 1 and got[1:] == expected:
        return text + " The batch axis is still there: it has to be summed over."
    if sorted(got) == sorted(expected):
        return text + " These are the right axes in another order."
    return text


def _value_text(got: Array, expected: Array, batch: int, rtol: float, scale: float) -> str:
    if not np.isfinite(got).all() and np.isfinite(expected).all():
        index = tuple(map(int, np.argwhere(~np.isfinite(got))[0]))
        place = f" at {_index_text(index)}" if index else ""
        return (
            f"is {got[index]}{place}, where {expected[index]:.6g} is expected. Is something "
            "divided by 0, or a logarithm taken of 0, or an exponential of a large number?"
        )
    factor = _factor_text(got, expected, batch)
    if got.shape == ():
        # Any one number is some multiple of another: only small factors tell anything.
        small = re.search(r"exactly \d{1,2} |wrong sign", factor)
        exact = factor.replace("Every entry", "That") if small else ""
        exact = exact or _other_function(got, expected, rtol, scale)
        return f"is {_pair(got, expected)}. {exact}".rstrip()
    if factor:
        return f"is wrong{' by one factor' if 'exactly' in factor else ''}. {factor}"
    if got.ndim == 2 and got.shape == got.T.shape and _close(got.T, expected, rtol, scale):
        return "is the transpose of what is expected; the shape is square and hides it."
    for axis in range(got.ndim):
        if got.shape[axis] > 1 and _close(np.flip(got, axis), expected, rtol, scale):
            return f"has the right numbers in reverse order along axis {axis}."
    if got.ndim >= 2 and _close(np.flip(got), expected, rtol, scale):
        return "has the right numbers, turned by 180 degrees."
    common = _common_text(got, expected, rtol, scale)
    if common:
        return common
    first = _first_text(got, expected, rtol, scale)
    if got.size > 1 and _close(np.sort(got, None), np.sort(expected, None), rtol, scale):
        return f"has the right numbers in the wrong places. {first}"
    return f"has wrong values. {first}"


def _factor_text(got: Array, expected: Array, batch: int) -> str:
    if got.dtype == bool or expected.dtype == bool:
        return ""
    text = constant_ratio(got.astype(float).ravel(), expected.astype(float).ravel(), batch)
    text = text.removeprefix(". ").replace("The gradient", "It")
    if batch > 1 and f"exactly {batch} times too small" in text:
        return f"{text} Is 1/N applied twice?"
    if batch > 1 and f"exactly {batch} times too large" in text:
        return f"{text} Is 1/N missing?"
    return text


def _common_text(got: Array, expected: Array, rtol: float, scale: float) -> str:
    """What all wrong entries of an array have in common, or "" if that is nothing known."""
    if got.dtype == bool or got.size < 2 or not np.isfinite(expected).all():
        return ""
    function = _other_function(got, expected, rtol, scale)
    if function:
        return f"has other numbers. {function} {_first_text(got, expected, rtol, scale)}"
    off = got - expected
    if _close(off, np.full_like(off, off.flat[0]), rtol, scale):
        size, word = abs(off.flat[0]), "large" if off.flat[0] > 0 else "small"
        return f"is off by one number: every entry is {size:.6g} too {word}."
    wrong = ~np.isclose(got, expected, rtol=rtol, atol=rtol * scale)
    count = f"{wrong.sum()} of {wrong.size} entries"
    if not wrong.all() and not got[wrong].any():
        return (
            f"is 0 in {count}, where it should not be, and right in all others. Is something left "
            "out there, by a mask, a bound, or a loop that ends too early?"
        )
    if not wrong.all() and not expected[wrong].any():
        return f"is not 0 in {count}, where it should be, and right in all others."
    for axis in range(got.ndim):
        others = tuple(k for k in range(got.ndim) if k != axis)
        right = np.flatnonzero(~wrong.any(axis=others))
        all_others = wrong.sum() * got.shape[axis] == wrong.size * (got.shape[axis] - len(right))
        if others and 0 < len(right) < got.shape[axis] and all_others:
            places = ", ".join(map(str, right))
            return f"is right at index {places} of axis {axis}, and wrong at all others there."
    for axis in range(got.ndim - 1):
        alike = np.broadcast_to(got.take([0], axis), got.shape)
        if got.shape[axis] > 1 and _close(got, alike, rtol, scale):
            return (
                f"is the same for every index of axis {axis}, where it should vary: is a sum or a "
                "mean over this axis taken too early?"
            )
    if np.abs(expected).min() > 0:
        ratio = got / expected
        for axis in range(got.ndim):
            own = np.broadcast_to(ratio.take([0], axis), ratio.shape)
            if min(got.shape) > 1 and _close(ratio, own, 1e-6, 1.0):
                return (
                    f"is wrong by one factor along axis {axis}, and by another one for each index "
                    "of the other axes: is something that has one number for each of these "
                    "forgotten, or there twice, or is something summed over the wrong axis?"
                )
    return ""


def _other_function(got: Array, expected: Array, rtol: float, scale: float) -> str:
    """A sentence if the numbers are a well-known function of the right ones.

    Of one whole number it says nothing: log 1 is 0, and so is much else.
    """
    if got.size == 1 and float(np.ravel(got)[0]).is_integer():
        return ""
    with np.errstate(all="ignore"):
        functions = {
            "These are the right numbers without their signs.": np.abs(expected),
            "This is the square of what is asked for.": np.square(expected),
            "This is the root of what is asked for.": np.sqrt(expected),
            "This is the logarithm of what is asked for.": np.log(expected),
            "This is the exponential of what is asked for.": np.exp(expected),
            "This is one over what is asked for.": 1 / expected,
            "This is 1 minus what is asked for.": 1 - expected,
        }
    for digits in (2, 3, 4, 5, 6):
        functions[f"This is rounded to {digits} digits after the point."] = np.round(
            expected, digits
        )
    for sentence, values in functions.items():
        differs = np.isfinite(values).all() and not _close(values, expected, rtol, scale)
        if differs and _close(got, values, rtol, float(np.abs(values).max())):
            return sentence
    return ""


def _first_text(got: Array, expected: Array, rtol: float, scale: float) -> str:
    wrong = ~np.isclose(got, expected, rtol=rtol, atol=rtol * scale, equal_nan=True)
    index = tuple(map(int, np.argwhere(wrong)[0]))
    count = f"{wrong.sum()} of {wrong.size} entries differ"
    return f"At {_index_text(index)} it is {_pair(got[index], expected[index])} ({count})."


def _pair(got: Any, expected: Any) -> str:
    """Both numbers, with as many digits as it takes to tell them apart."""
    if np.asarray(got).dtype == bool or np.asarray(expected).dtype == bool:
        return f"{got}; expected {expected}"
    for digits in range(6, 18):
        one, other = f"{got:.{digits}g}", f"{expected:.{digits}g}"
        if one != other:
            break
    text = f"{one}; expected {other}"
    if digits > 6:
        text += f", so {digits - 1} digits are right: is something rounded, or approximated?"
    return text


def _index_text(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]"


def _call_text(answer: Callable[..., Any], arguments: list[Any]) -> str:
    shown = []
    for name, value in zip(_names(answer, arguments), arguments, strict=True):
        if isinstance(value, np.ndarray):
            shown.append(f"{name} of shape {value.shape}")
        elif isinstance(value, tuple | list) and any(isinstance(a, np.ndarray) for a in value):
            shown.append(f"{name} of shapes {', '.join(str(np.shape(a)) for a in value)}")
        elif isinstance(value, int | float | str | tuple):
            shown.append(f"{name}={value!r}")
        else:
            shown.append(name)
    return f"{_title(answer)}({', '.join(shown)})"


def _title(answer: Callable[..., Any]) -> str:
    return getattr(answer, "__name__", "the answer")


def _names(answer: Callable[..., Any], arguments: Sequence[Any]) -> list[str]:
    """What the answer calls its arguments; a number where it has no name for one."""
    try:
        names = list(inspect.signature(answer).parameters)
    except ValueError:  # of NumPy's own functions
        names = []
    return [names[k] if k < len(names) else str(k + 1) for k in range(len(arguments))]
