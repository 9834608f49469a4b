"""Wrong files from good ones: bytes, JSON, and the two containers that hold JSON."""

import copy
import io
import json
import zipfile
from typing import Any

import numpy as np

HEAD = 300  # bytes: where most formats keep what decides how the rest is read
BYTES = (0, 1, 2, 127, 128, 254, 255)
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    1,
    -1,
    2,
    0.5,
    1e308,
    2**31,
    2**63,
    10**12,
    "",
    "x",
    "NaN",
    [],
    {},
    [[]],
)
NUMBERS = (0.0, -1.0, 1e-40, 3e38, -3e38, float("nan"), float("inf"))


def mutated_bytes(content: bytes, rng: np.random.Generator) -> bytes:
    """One to eight edits: a byte changed, a stretch doubled, moved or cut, the end cut off."""
    data = bytearray(content)
    for _ in range(rng.integers(1, 9)):
        span = max(1, len(data) if rng.random() < 0.5 else min(len(data), HEAD))
        place, length = int(rng.integers(span)), int(rng.integers(1, 9))
        edit = rng.random()
        if edit < 0.6 and data:
            data[place] = int(rng.choice(BYTES)) if rng.random() < 0.5 else int(rng.integers(256))
        elif edit < 0.7 and data:
            data[place] ^= 1 << int(rng.integers(8))
        elif edit < 0.8:
            data[place:place] = data[place : place + length] * int(rng.integers(1, 50))
        elif edit < 0.9:
            del data[place : place + length]
        elif edit < 0.95:
            other = int(rng.integers(span))
            data[place : place + length] = data[other : other + length]
        else:
            del data[int(rng.integers(len(data) + 1)) :]
    return bytes(data)


def mutated_json(value: Any, rng: np.random.Generator) -> Any:
    """One to three values of it replaced, removed or doubled."""
    value = copy.deepcopy(value)
    for _ in range(rng.integers(1, 4)):
        nodes = list(_nodes(value))
        if not nodes:
            break
        inside, key = nodes[rng.integers(len(nodes))]
        edit = rng.random()
        if edit < 0.7:
            inside[key] = copy.deepcopy(VALUES[rng.integers(len(VALUES))])
        elif edit < 0.85:
            del inside[key]
        elif isinstance(inside, list):
            inside.insert(key, copy.deepcopy(inside[key]))
        else:
            other, name = nodes[rng.integers(len(nodes))]
            inside[key] = copy.deepcopy(other[name])
    return value


def _nodes(value: Any) -> Any:
    """Where each value inside stands: (list or dict, index or key)."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _nodes(inner)


def mutated_safetensors(content: bytes, rng: np.random.Generator) -> bytes:
    """Bytes anywhere, the JSON of the header, the JSON inside it, or numbers of the arrays."""
    edit = rng.random()
    if edit < 0.25:
        return mutated_bytes(content, rng)
    size = int.from_bytes(content[:8], "little")
    header, arrays = json.loads(content[8 : 8 + size]), content[8 + size :]
    if edit < 0.4:
        header = mutated_json(header, rng)
    elif edit < 0.85:
        (name,) = header["__metadata__"]
        inner = json.loads(header["__metadata__"][name])
        header["__metadata__"][name] = json.dumps(mutated_json(inner, rng))
    else:
        numbers = np.frombuffer(arrays, np.float32).copy()
        start, length = rng.integers(numbers.size), rng.integers(1, numbers.size + 1)
        numbers[start : start + length] = NUMBERS[rng.integers(len(NUMBERS))]
        arrays = numbers.tobytes()
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + arrays


def mutated_keras(content: bytes, rng: np.random.Generator) -> bytes:
    """Bytes of the archive, or of one member, or the JSON of its description."""
    edit = rng.random()
    if edit < 0.25:
        return mutated_bytes(content, rng)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if edit < 0.6:
        members["config.json"] = json.dumps(
            mutated_json(json.loads(members["config.json"]), rng)
        ).encode()
    else:
        name = "model.weights.h5" if edit < 0.9 else str(rng.choice(list(members)))
        members[name] = mutated_bytes(members[name], rng)
    stream = io.BytesIO()
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    method = methods[rng.choice(4, p=(0.6, 0.3, 0.05, 0.05))]
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return stream.getvalue()
