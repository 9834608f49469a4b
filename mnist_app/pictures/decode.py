"""Opens a picture file: whatever its format, mode and orientation, it becomes an array of pixels.

A file that is no picture becomes a `PictureError` of one line. Later stages see neither files nor
formats.
"""

import io
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_app.pictures.pieces import check_pieces
from mnist_app.pictures.pixels import Pixels
from mnist_app.pictures.pnm import is_pnm, read_pnm
from mnist_app.pictures.transparency import on_visible_background

# Without a handler, Pillow's log of odd files would go to stderr.
logging.getLogger("PIL").addHandler(logging.NullHandler())

# Raster formats that people's pictures come in; naming them keeps EPS away from Ghostscript.
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "TGA", "ICO")
# Larger pictures are averaged down while decoding: a digit that fills a tenth of the frame
# still has 100 pixels, five times what the network sees.
LONGEST_SIDE = 1024
# Formats that must be decoded whole take up to 85 ns a pixel; 20 million stay below 2 s and
# 0.5 GB. Baseline JPEG decodes at an eighth, so it may have as many pixels as Pillow allows.
MOST_PIXELS = 20_000_000
# Pillow unpacks runs of equal pixels in a BMP in Python: 400 ns for a pixel or two bytes.
MOST_IN_RUNS = 2_000_000
# Two pixels of stroke and one of paper on either side: nothing smaller shows a digit.
SHORTEST_SIDE = 4
WHITE = np.float32(255)
# Warnings and stderr belong to the whole process, so threads decode one after the other.
DECODING = threading.Lock()


class PictureError(ValueError):
    """A picture that cannot be used: one line with what is wrong, what was expected, what to do."""


def decode(source: str | os.PathLike[str] | bytes) -> Pixels:
    """A picture file, by path or as its bytes -> upright (H, W, 3) float32 RGB in [0, 1].

    The content decides the format, not the extension. An animation gives its first frame, a
    transparent picture gets a background that shows the ink, and a large one is averaged down to
    at most 1024 pixels on the longest side.
    Raises PictureError if the file is missing, unreadable, damaged, too large or too small.
    """
    name = "the picture" if isinstance(source, bytes) else f"{os.fspath(source)!r}"
    content = source if isinstance(source, bytes) else _read(Path(source), name)
    if not content:
        raise PictureError(f"{name} is empty (0 bytes); expected a picture file")
    with DECODING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            return _pixels(_load(content, name), name)
        except PictureError:
            raise
        except UnidentifiedImageError:
            raise PictureError(
                f"{name} is not a picture in a known format; expected PNG, JPEG, GIF, WebP, "
                "TIFF or BMP content: export it as PNG or JPEG"
            ) from None
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise PictureError(
                f"{name} is too large; expected at most {MOST_PIXELS:,} pixels: scale it down"
            ) from None
        except Exception as error:  # Pillow's readers raise nearly any class on damaged files
            raise PictureError(
                f"{name} is damaged ({_first_line(error)}); expected a complete picture file: "
                "save it again"
            ) from None


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a valid path"
        raise PictureError(
            f"cannot read {name}: {reason}; expected the path of a picture file"
        ) from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _load(content: bytes, name: str) -> Image.Image:
    """The first frame, upright and at most LONGEST_SIDE long."""
    image = read_pnm(content, MOST_PIXELS) if is_pnm(content) else _open(content)
    if min(image.size) < SHORTEST_SIDE:
        raise PictureError(
            f"{name} is {image.width} by {image.height} pixels; expected at least "
            f"{SHORTEST_SIDE} by {SHORTEST_SIDE}: use a larger picture"
        )
    if image.width * image.height > _most_pixels(image):
        raise Image.DecompressionBombError
    if _has_runs(image) and max(image.width * image.height, len(content) // 2) > MOST_IN_RUNS:
        raise PictureError(
            f"{name} is too large for a BMP of runs (RLE); expected at most {MOST_IN_RUNS:,} "
            "pixels: export it as PNG"
        )
    image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # JPEG decodes at 1/2, 1/4, 1/8 for less
    with _silent_libtiff() if image.format == "TIFF" else nullcontext():
        image.load()
    # Bits, palettes and 16-bit values cannot be averaged; sums of 32-bit integers overflow.
    if image.mode in ("1", "P", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode.startswith("I;16"):
        image = image.convert("I")
    elif image.mode == "I":
        image = image.convert("F")
    factor = -(-max(image.size) // LONGEST_SIDE)  # rounded up
    return ImageOps.exif_transpose(image.reduce(factor) if factor > 1 else image)


def _open(content: bytes) -> Image.Image:
    """The picture before its pixels are read, in a file that is not built to keep us busy."""
    check_pieces(content)
    image: Image.Image = Image.open(io.BytesIO(content), formats=FORMATS)
    check_pieces(image.info.get("exif", b"").removeprefix(b"Exif\0\0"))  # the layout of TIFF
    return image


def _has_runs(image: Image.Image) -> bool:
    return any(tile[0] == "bmp_rle" for tile in getattr(image, "tile", ()))


@contextmanager
def _silent_libtiff() -> Iterator[None]:
    """Closes the process's own stderr to libtiff, which prints warnings there from C."""
    try:
        stderr = os.dup(2)
    except OSError:  # there is none
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def _most_pixels(image: Image.Image) -> int:
    decodes_reduced = image.format in ("JPEG", "MPO") and "progressive" not in image.info
    return Image.MAX_IMAGE_PIXELS or MOST_PIXELS if decodes_reduced else MOST_PIXELS


def _pixels(image: Image.Image, name: str) -> Pixels:
    if image.mode in ("I", "F"):
        grey = _unit_range(np.asarray(image, np.float32), name)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        return on_visible_background(np.asarray(image.convert("RGBA"), np.float32) / WHITE)
    return np.asarray(image.convert("RGB"), np.float32) / WHITE


def _unit_range(deep: Pixels, name: str) -> Pixels:
    """Deep grey values -> [0, 1]: 1 is the smallest usual white level that none exceeds."""
    if not np.isfinite(deep).all():
        raise PictureError(
            f"{name} has NaN or infinite pixels; expected finite values: export it as PNG"
        )
    raised = deep - np.float64(min(deep.min(), 0))  # float64: the span of float32 overflows float32
    top = float(raised.max())
    white = next((level for level in (1.0, 255.0, 4095.0, 65535.0) if top <= level), top)
    return (raised / white).astype(np.float32)
