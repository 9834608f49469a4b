"""The portable formats PBM, PGM, PPM and PFM, whose pixels stand one by one in the file.

Pillow reads most of them in Python, pixel by pixel; NumPy reads all of them at once.
"""

import re
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

LONGEST_HEADER = 2**16
LARGEST_TEXT = 2**24  # bytes: pixels written as decimal numbers take 40 ns each
GAP = rb"(?:\s|#[^\r\n]*+)++"
HEADER = re.compile(
    rb"P(?:([14])|[2356]|f)%b(\d{1,9})%b(\d{1,9})(?(1)|%b([-+.\deE]{1,20}))\s" % (GAP, GAP, GAP)
)
COMMENT = re.compile(rb"#[^\r\n]*")
Numbers = npt.NDArray[Any]


def is_pnm(content: bytes) -> bool:
    """Whether the file begins as these formats do."""
    return re.match(rb"P[1-6f][\s#]", content) is not None


def read_pnm(content: bytes, most_pixels: int) -> Image.Image:
    """The picture: 8 bits in colour, 8 or 16 bits or floats in grey.

    Raises ValueError if the file is damaged, DecompressionBombError if it has too many pixels.
    """
    header = HEADER.match(content[:LONGEST_HEADER])
    if header is None:
        raise ValueError("its header is not complete")
    kind, (width, height) = content[1:2], (int(header[2]), int(header[3]))
    if width * height > most_pixels:
        raise Image.DecompressionBombError
    shape = (height, width, 3) if kind in b"36" else (height, width)
    if kind == b"f":
        order = "<" if float(header[4]) < 0 else ">"
        return Image.fromarray(_binary(content, header.end(), shape, f"{order}f4")[::-1])
    if kind == b"4":
        packed = _binary(content, header.end(), (height, -(-width // 8)), "u1")
        return Image.fromarray(np.unpackbits(~packed, axis=1, count=width) * np.uint8(255))
    top = 1 if kind == b"1" else int(header[4])
    if not 0 < top < 2**16:
        raise ValueError(f"its largest value is {top}")
    if kind in b"123":
        values = _text(content[header.end() :], kind, shape, top)
    else:
        values = _binary(content, header.end(), shape, "u1" if top < 256 else ">u2")
    return Image.fromarray(_scaled(1 - values if kind == b"1" else values, top))


def _binary(content: bytes, start: int, shape: tuple[int, ...], dtype: str) -> Numbers:
    count = int(np.prod(shape))
    if len(content) - start < count * np.dtype(dtype).itemsize:
        raise ValueError("it ends too early")
    return np.frombuffer(content, dtype, count, start).reshape(shape)


def _text(text: bytes, kind: bytes, shape: tuple[int, ...], top: int) -> Numbers:
    """Numbers between spaces and comments; the digits of a PBM need no spaces."""
    if len(text) > LARGEST_TEXT:
        raise ValueError(f"it has over {LARGEST_TEXT // 2**20} MiB of pixels as text")
    text, count = COMMENT.sub(b"", text), int(np.prod(shape))
    if kind == b"1":
        values = np.frombuffer(b"".join(text.split()), np.uint8)[:count] - np.uint8(ord("0"))
    else:
        values = np.fromstring(text, np.int64, count, sep=" ")
    if len(values) < count or values.min() < 0 or values.max() > top:
        raise ValueError(f"it does not have {count:,} values from 0 to {top}")
    return values.astype(np.uint8 if top < 256 else np.uint16).reshape(shape)


def _scaled(values: Numbers, top: int) -> Numbers:
    """From 0 ... top to 0 ... 255, or to 0 ... 65535 if it is grey and deep."""
    white = 255 if top < 256 or values.ndim == 3 else 65535
    kind = np.uint8 if white == 255 else np.uint16
    table = np.minimum(np.round(np.arange(2**16) * (white / top)), white).astype(kind)
    scaled = np.empty(values.size, kind)
    for start in range(0, values.size, 2**20):  # an index takes 8 bytes, so not all at once
        part = slice(start, start + 2**20)
        scaled[part] = table[values.reshape(-1)[part]]
    return scaled.reshape(values.shape)
