"""Whatever file a digit comes in, the same digit comes out, or a one-line error."""

import io
import os
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.decode import LONGEST_SIDE, MOST_PIXELS, PictureError, decode
from mnist_app.pictures.pipeline import preprocess
from tests import drawn_pictures

Image8 = npt.NDArray[np.uint8]
ORIENTATION = 0x0112  # the EXIF tag


@pytest.fixture(scope="module")
def drawing() -> Image.Image:
    """A seven of MNIST in black on white, upright, 120 pixels wide and 160 high."""
    digit = load_mnist().test_images[0]
    return Image.fromarray(drawn_pictures.as_bytes(drawn_pictures.draw(digit, (160, 120), 0.7)))


@pytest.fixture(scope="module")
def expected(drawing: Image.Image) -> Image8:
    return preprocess(np.asarray(drawing)).image


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def grey(drawing: Image.Image) -> npt.NDArray[np.float32]:
    return np.asarray(drawing.convert("L"), np.float32) / np.float32(255)


def ink_on_nothing(drawing: Image.Image, ink: tuple[int, int, int]) -> Image.Image:
    """The strokes in one colour on transparent pixels of the same colour."""
    picture = Image.new("RGBA", drawing.size, ink)
    picture.putalpha(drawing.convert("L").point(lambda level: 255 - level))
    return picture


def on_transparent_margin(drawing: Image.Image) -> Image.Image:
    picture = Image.new("RGBA", (drawing.width + 60, drawing.height + 60), (0, 0, 0, 0))
    picture.paste(drawing.convert("RGBA"), (30, 30))
    return picture


def palette_with_identical_colours(drawing: Image.Image) -> Image.Image:
    ink = (grey(drawing) < 0.5).astype(np.uint8)
    picture = Image.fromarray(ink, "P")
    picture.putpalette([0, 0, 0] * 2)
    return picture


def deep(drawing: Image.Image, white: float, kind: npt.DTypeLike) -> Image.Image:
    return Image.fromarray((grey(drawing) * np.float32(white)).astype(kind))


CONTAINERS: dict[str, Callable[[Image.Image], bytes]] = {
    "PNG": lambda d: encoded(d, "PNG"),
    "grey PNG": lambda d: encoded(d.convert("L"), "PNG"),
    "1-bit PNG": lambda d: encoded(d.convert("1", dither=Image.Dither.NONE), "PNG"),
    "palette PNG": lambda d: encoded(d.quantize(16), "PNG"),
    "opaque RGBA PNG": lambda d: encoded(d.convert("RGBA"), "PNG"),
    "16-bit PNG": lambda d: encoded(deep(d, 65535, np.uint16), "PNG"),
    "12 bits in a 16-bit TIFF": lambda d: encoded(deep(d, 4095, np.uint16), "TIFF"),
    "big-endian 16-bit TIFF": lambda d: encoded(deep(d, 65535, ">u2"), "TIFF"),
    "32-bit TIFF": lambda d: encoded(deep(d, 2e9, np.int32), "TIFF"),
    "float TIFF": lambda d: encoded(deep(d, 1, np.float32), "TIFF"),
    "JPEG": lambda d: encoded(d, "JPEG", quality=95),
    "progressive JPEG": lambda d: encoded(d, "JPEG", quality=95, progressive=True),
    "CMYK JPEG": lambda d: encoded(d.convert("CMYK"), "JPEG", quality=95),
    "MPO": lambda d: encoded(d, "MPO", quality=95, save_all=True, append_images=[d.rotate(180)]),
    "GIF": lambda d: encoded(d, "GIF"),
    "1-bit GIF": lambda d: encoded(d.convert("1", dither=Image.Dither.NONE), "GIF"),
    "1-bit TIFF": lambda d: encoded(d.convert("1", dither=Image.Dither.NONE), "TIFF"),
    "palette with alpha": lambda d: encoded(d.convert("RGBA").quantize(16), "PNG"),
    "animated GIF": lambda d: encoded(d, "GIF", save_all=True, append_images=[d.rotate(180)]),
    "WebP": lambda d: encoded(d, "WEBP", lossless=True),
    "animated WebP": lambda d: encoded(
        d, "WEBP", lossless=True, save_all=True, append_images=[d.rotate(180)]
    ),
    "TIFF": lambda d: encoded(d, "TIFF", compression="tiff_lzw"),
    "BMP": lambda d: encoded(d, "BMP"),
    "PPM": lambda d: encoded(d, "PPM"),
    "black on transparent black": lambda d: encoded(ink_on_nothing(d, (0, 0, 0)), "PNG"),
    "white on transparent white": lambda d: encoded(ink_on_nothing(d, (255, 255, 255)), "PNG"),
    "red on transparent": lambda d: encoded(ink_on_nothing(d, (255, 0, 0)), "PNG"),
    "grey with alpha": lambda d: encoded(ink_on_nothing(d, (0, 0, 0)).convert("LA"), "PNG"),
    "palette of one colour with tRNS": lambda d: encoded(
        palette_with_identical_colours(d), "PNG", transparency=0
    ),
    "sheet with transparent margin": lambda d: encoded(on_transparent_margin(d), "PNG"),
}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("scale", [1, 10])
def test_every_container_gives_the_same_digit(
    scale: int, container: str, drawing: Image.Image, expected: Image8
) -> None:
    """Also at 1200 by 1600 pixels, which are averaged down."""
    picture = drawing.resize((scale * drawing.width, scale * drawing.height))
    pixels = decode(CONTAINERS[container](picture))
    assert max(pixels.shape) <= LONGEST_SIDE
    difference = np.abs(preprocess(pixels).image.astype(int) - expected)
    assert difference.mean() < 3, "JPEG and 1 bit leave less; a 7 turned around leaves 30"


# Each EXIF orientation, and how a camera's pixels are stored for it.
STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("scale", [1, 10])
def test_exif_orientation_is_applied(
    scale: int, orientation: int, form: str, drawing: Image.Image
) -> None:
    """Also to pictures that are averaged down, which are all photos of a telephone."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    turn = STORED[orientation]
    picture = drawing.resize((scale * drawing.width, scale * drawing.height))
    stored = picture if turn is None else picture.transpose(turn)
    pixels = decode(encoded(stored, form, exif=exif))
    height, width, _ = pixels.shape
    assert max(height, width) <= LONGEST_SIDE
    assert height / width == 160 / 120
    upright = grey(picture.resize((width, height), Image.Resampling.BOX))
    assert np.abs(pixels[:, :, 0] - upright).mean() < 0.02


def test_pixels_are_float32_rgb_between_0_and_1(drawing: Image.Image) -> None:
    pixels = decode(encoded(drawing, "PNG"))
    assert pixels.dtype == np.float32
    assert pixels.shape == (160, 120, 3)
    assert (pixels.min(), pixels.max()) == (0, 1)


def test_a_path_is_read_by_its_content_and_not_its_extension(
    drawing: Image.Image, tmp_path: Path
) -> None:
    path = tmp_path / "seven.jpg"
    path.write_bytes(encoded(drawing, "PNG"))
    np.testing.assert_array_equal(decode(path), decode(str(path)))
    np.testing.assert_array_equal(decode(path), decode(path.read_bytes()))


@pytest.mark.parametrize(("side", "left"), [(1023, 1023), (1024, 1024), (1025, 513), (3073, 769)])
def test_large_pictures_are_averaged_down_by_a_whole_number(side: int, left: int) -> None:
    stripes = np.zeros((40, side), np.uint8)
    stripes[:, ::2] = 255
    pixels = decode(encoded(Image.fromarray(stripes), "PNG"))
    assert pixels.shape[1] == left
    if left < side:
        np.testing.assert_allclose(pixels[:, :-1], 0.5, atol=0.01)


def test_an_eps_file_is_one_that_pillow_would_open() -> None:
    """So that the bad picture "PostScript" is refused for its format, before Ghostscript runs."""
    with Image.open(io.BytesIO(BAD["PostScript"][0]())) as picture:
        assert picture.format == "EPS"


def test_faint_16_bit_noise_is_not_stretched_into_ink() -> None:
    noise = np.random.default_rng(0).integers(30000, 30020, (60, 60)).astype(np.uint16)
    assert np.ptp(decode(encoded(Image.fromarray(noise), "PNG"))) < 0.001


def with_nan() -> bytes:
    pixels = np.zeros((9, 9), np.float32)
    pixels[3, 4] = np.nan
    return encoded(Image.fromarray(pixels), "TIFF")


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "is empty"),
    "text": (lambda: b"7 seven\n" * 99, "not a picture in a known format"),
    "PostScript": (lambda: encoded(Image.new("L", (40, 40)), "EPS"), "not a picture in a known"),
    "truncated": (lambda: encoded(Image.effect_noise((99, 99), 9), "PNG")[:-999], "is damaged"),
    "header only": (lambda: encoded(Image.new("L", (99, 99)), "JPEG")[:200], "is damaged"),
    "1 by 1": (lambda: encoded(Image.new("L", (1, 1)), "PNG"), "is 1 by 1 pixels"),
    "1 by 5000": (lambda: encoded(Image.new("L", (1, 5000)), "PNG"), "is 1 by 5000 pixels"),
    "NaN": (with_nan, "NaN or infinite"),
    "100 megapixels": (lambda: encoded(Image.new("1", (10**4, 10**4)), "PNG"), "is too large"),
    "bomb": (lambda: encoded(Image.new("1", (20000, 20000)), "PNG"), "is too large"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_picture_is_a_one_line_error_and_nothing_else(
    case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    make, reason = BAD[case]
    path = tmp_path / "digit.png"
    path.write_bytes(make())
    with pytest.raises(PictureError) as caught:
        decode(path)
    message = str(caught.value)
    assert reason in message
    assert str(path) in message
    assert "expected" in message
    assert "\n" not in message
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_the_pixel_limit_is_for_formats_that_decode_whole(drawing: Image.Image) -> None:
    side = int(MOST_PIXELS**0.5) + 8
    picture = Image.new("L", (side, side), 255)
    assert decode(encoded(picture, "JPEG")).min() == 1
    with pytest.raises(PictureError, match="too large"):
        decode(encoded(picture, "PNG", compress_level=1))


@pytest.mark.parametrize("path", ["missing.png", ".", "nul\0byte.png"])
def test_an_unreadable_path_is_a_one_line_error(path: str) -> None:
    with pytest.raises(PictureError, match="cannot read"):
        decode(path)


def test_mutated_files_give_a_picture_or_a_one_line_error(
    drawing: Image.Image, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    rng = np.random.default_rng(7)
    seeds = [make(drawing) for make in CONTAINERS.values()]
    messages, images = [], []
    for index in range(20 * len(seeds)):
        content = bytearray(seeds[index % len(seeds)])
        for _ in range(rng.integers(1, 8)):
            span = len(content) if rng.random() < 0.5 else min(len(content), 200)
            content[rng.integers(span)] = rng.integers(256)
        if rng.random() < 0.1:
            del content[rng.integers(len(content)) :]
        try:
            stages = preprocess(decode(bytes(content)))
        except PictureError as error:
            messages.append(str(error))
        else:
            images.append(stages.image)
    assert min(len(messages), len(images)) > 50
    assert not any("\n" in message for message in messages)
    assert {image.shape for image in images} == {(28, 28)}
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_threads_leave_stderr_and_the_filters_of_warnings_as_they_are(drawing: Image.Image) -> None:
    content = encoded(drawing, "TIFF")
    before = os.fstat(2), list(warnings.filters)
    threads = [
        threading.Thread(target=lambda: [decode(content) for _ in range(300)]) for _ in range(4)
    ]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert (os.fstat(2), list(warnings.filters)) == before
