"""What goes between page and server: JSON that is checked on the way in, arrays on the way out."""

import base64
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np

from tinynet.types import Array

Body = Mapping[str, Any]
MOST_STROKES, MOST_POINTS = 500, 20_000


class WrongRequest(ValueError):
    """A request that cannot be answered: one line with what is wrong and what was expected."""


def parse(content: bytes) -> Body:
    """A JSON object without NaN and infinity; WrongRequest for anything else."""
    try:
        body = json.loads(content or b"{}", parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise WrongRequest("the request is not JSON; expected one object") from None
    if not isinstance(body, dict):
        raise WrongRequest("expected a JSON object")
    return body


def _refuse(name: str) -> float:
    raise ValueError(name)


def number(body: Body, name: str, least: float, most: float) -> float:
    """A number of the request in [least, most]."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise WrongRequest(f"'{name}' must be a number from {least:g} to {most:g}")
    return float(value)


def whole(body: Body, name: str, least: int, most: int) -> int:
    """A whole number of the request in [least, most]."""
    value = number(body, name, least, most)
    if value != int(value):
        raise WrongRequest(f"'{name}' must be a whole number")
    return int(value)


def flag(body: Body, name: str) -> bool:
    """True or false, false if it is not there."""
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise WrongRequest(f"'{name}' must be true or false")
    return value


def choice(body: Body, name: str, allowed: Mapping[str, Any] | tuple[str, ...]) -> str:
    """One of the allowed words."""
    value = body.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise WrongRequest(f"'{name}' must be one of: {', '.join(allowed)}")
    return value


def index(body: Body, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The place of one number in an array of this shape."""
    value = body.get(name)
    if (
        not isinstance(value, list)
        or len(value) != len(shape)
        or not all(type(k) is int and 0 <= k < size for k, size in zip(value, shape, strict=True))
    ):
        raise WrongRequest(f"'{name}' must be a place in an array of shape {shape}")
    return tuple(value)


def strokes(body: Body) -> list[list[tuple[float, float]]]:
    """Pen strokes: lists of points [x, y] in [0, 1], or a little outside."""
    value = body.get("strokes")
    wrong = WrongRequest(
        f"'strokes' must be at most {MOST_STROKES} lists of points [x, y] in [0, 1], "
        f"{MOST_POINTS} points in all"
    )
    if not isinstance(value, list) or len(value) > MOST_STROKES:
        raise wrong
    if not all(isinstance(stroke, list) and stroke for stroke in value):
        raise wrong
    points = [point for stroke in value for point in stroke]
    if len(points) > MOST_POINTS:
        raise wrong
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            raise wrong
        for place in point:
            if type(place) not in (int, float) or not -1 <= place <= 2:
                raise wrong
    return [[(point[0], point[1]) for point in stroke] for stroke in value]


def flags(body: Body, name: str, count: int) -> list[bool]:
    """So many times true or false, all false if it is not there."""
    value = body.get(name, [False] * count)
    if not isinstance(value, list) or len(value) != count or not {*map(type, value)} <= {bool}:
        raise WrongRequest(f"'{name}' must be {count} times true or false")
    return value


def packed(array: Array) -> dict[str, Any]:
    """An array for the page: bytes stay bytes, other numbers become float32."""
    kind = "u1" if array.dtype in (np.uint8, np.bool_) else "f4"
    with np.errstate(over="ignore"):  # a number too large for float32 is shown as infinite
        content = np.ascontiguousarray(array, dtype=f"<{kind}")
    data = base64.b64encode(content.tobytes()).decode()
    return {"shape": list(array.shape), "kind": kind, "data": data}


def plain(value: Any) -> Any:
    """The value as JSON knows it.  Arrays become lists, and a number that is none says so."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return "not a number" if math.isnan(value) else "infinite"
    return value
