"""PBM, PGM, PPM and PFM: the same pixels as Pillow reads, which is slow; damage in one line."""

import io

import numpy as np
import pytest
from PIL import Image

from mnist_app.pictures.decode import PictureError, decode
from mnist_app.pictures.pnm import read_pnm

H, W = 6, 11  # a row of a PBM does not end with a byte


def binary(kind: str, top: int, channels: int = 1) -> bytes:
    values = np.random.default_rng(top).integers(0, top + 1, H * W * channels)
    header = f"P{kind}\n# drawn\n{W} {H}\n{top}\n".encode()
    return header + values.astype("u1" if top < 256 else ">u2").tobytes()


def text(kind: str, top: int, channels: int = 1, between: str = " ") -> bytes:
    values = np.random.default_rng(top).integers(0, top + 1, H * W * channels)
    largest = "" if kind == "1" else f"{top}\n"
    return f"P{kind} {W}\t{H}\n{largest}{between.join(map(str, values))}\n".encode()


def floats(order: str) -> bytes:
    values = np.random.default_rng(0).random((H, W)).astype(f"{order}f4")
    return f"Pf\n{W} {H}\n{'-' if order == '<' else ''}1.0\n".encode() + values.tobytes()


FILES = {
    "P1": text("1", 1),
    "P1 without spaces": text("1", 1, between=""),
    "P1 with comments": text("1", 1, between="# 0 1\n"),
    "P2": text("2", 255),
    "P2 of 9": text("2", 9),
    "P2 of 4095": text("2", 4095),
    "P2 with comments": text("2", 9, between="# 7\r\n"),
    "P3": text("3", 255, 3),
    "P3 of 99": text("3", 99, 3),
    "P4": f"P4 {W} {H}\n".encode() + bytes(range(0, 240, 20)),
    "P5": binary("5", 255),
    "P5 of 9": binary("5", 9),
    "P5 of 4095": binary("5", 4095),
    "P5 of 65535": binary("5", 65535),
    "P6": binary("6", 255, 3),
    "P6 of 100": binary("6", 100, 3),
    "P6 of 65535": binary("6", 65535, 3),
    "P5 beyond its largest value": f"P5 {W} {H} 9\n".encode() + bytes(range(H * W)),
    "little-endian PFM": floats("<"),
    "big-endian PFM": floats(">"),
}


@pytest.mark.parametrize("name", FILES)
def test_pixels_are_those_that_pillow_reads(name: str) -> None:
    ours = read_pnm(FILES[name], 99)
    with Image.open(io.BytesIO(FILES[name])) as theirs:
        np.testing.assert_allclose(
            np.asarray(ours, np.float64),
            np.asarray(theirs, np.float64) * (255 if theirs.mode == "1" else 1),
            atol=1 if "100" in name or "4095" in name or "99" in name else 0,
        )


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_a_picture(name: str) -> None:
    assert decode(FILES[name]).shape == (H, W, 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"P5\n#" + b"comment" * 20_000, "header is not complete"),
        (b"P5 11 6", "header is not complete"),
        (b"P5 11 -6 255\n" + bytes(66), "header is not complete"),
        (b"P5 11 6 0\n" + bytes(66), "largest value is 0"),
        (b"P5 11 6 65536\n" + bytes(132), "largest value is 65536"),
        (b"P5 11 6 nought\n" + bytes(66), "header is not complete"),
        (b"P5 11 6 1e2\n" + bytes(66), "is damaged"),
        (b"P5 11 6 255\n" + bytes(65), "ends too early"),
        (b"P4 11 6\n" + bytes(11), "ends too early"),
        (b"Pf 11 6 1.0\n" + bytes(263), "ends too early"),
        (b"P2 11 6 9\n" + b"1 " * 65, "66 values from 0 to 9"),
        (b"P2 11 6 9\n" + b"1 " * 65 + b"10", "66 values from 0 to 9"),
        (b"P2 11 6 9\n" + b"1 " * 65 + b"-1", "66 values from 0 to 9"),
        (b"P2 11 6 9\n" + b"1 " * 65 + b"seven", "is damaged"),
        (b"P1 11 6\n" + b"1 " * 65 + b"2", "66 values from 0 to 1"),
        (b"P1 11 6\n" + b"1 " * 65, "66 values from 0 to 1"),
        (b"P5 0 0 255\n", "is 0 by 0 pixels"),
        (b"P6 100000 100000 255\n", "too large"),
        (b"P7 11 6 255\n" + bytes(66), "not a picture in a known format"),
    ],
)
def test_damage_is_said_in_one_line(content: bytes, reason: str) -> None:
    with pytest.raises(PictureError) as caught:
        decode(content)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
