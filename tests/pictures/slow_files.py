"""Files that are small for what they ask of a reader: each took seconds to minutes once."""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

SIDE = 99
BEYOND = 2**17  # pieces
PIECES = "too many pieces"


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def blank(form: str, **options: object) -> bytes:
    return encoded(Image.new("L", (SIDE, SIDE)), form, **options)


def jpeg_with(extra: bytes) -> bytes:
    """Segments, or what should be some, right after the beginning."""
    whole = blank("JPEG")
    return whole[:2] + extra + whole[2:]


def jpeg_of_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes so many times more."""
    whole = blank("JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + count * last + whole[-2:]


def png_with(kind: bytes, data: bytes, count: int, whole: bytes | None = None) -> bytes:
    whole = whole or blank("PNG")
    after_header = 8 + 12 + 13
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    chunk = struct.pack(">I", len(data)) + kind + data + checksum
    return whole[:after_header] + count * chunk + whole[after_header:]


def gif_with(block: bytes, count: int) -> bytes:
    whole = blank("GIF")
    first_frame = whole.index(b",\0\0\0\0")
    return whole[:first_frame] + b"!\xfe" + count * block + b"\0" + whole[first_frame:]


def tiff_of_tiles(count: int, side: int, order: str = "<", big: bool = False) -> bytes:
    """A grey picture cut into tiles of one pixel, which all lie at the same place."""
    word, head, first = ("Q", "Q", 16) if big else ("I", "H", 8)
    numbers = [(256, side), (257, side), (258, 8), (259, 1), (262, 1), (277, 1)]
    numbers += [(322, 1), (323, 1), (324, 0)]
    kind = 16 if big else 4
    size = struct.calcsize(f"{order}HH{word}{word}")
    end = first + struct.calcsize(order + head) + len(numbers) * size + struct.calcsize(word)
    entries = b"".join(
        struct.pack(f"{order}HH{word}{word}", tag, kind, 1, value) for tag, value in numbers[:-1]
    )
    entries += struct.pack(f"{order}HH{word}{word}", 324, kind, count, end)
    mark = b"II" if order == "<" else b"MM"
    version = struct.pack(f"{order}HHHQ", 43, 8, 0, 16) if big else struct.pack(f"{order}HI", 42, 8)
    directory = struct.pack(order + head, len(numbers)) + entries + struct.pack(order + word, 0)
    places = np.full(count, first, f"{order}u{8 if big else 4}")
    return mark + version + directory + places.tobytes()


def exif_of_numbers(count: int) -> bytes:
    """An orientation that has so many values."""
    header = b"MM\0*\0\0\0\x08" + struct.pack(">HHHIII", 1, 0x112, 3, count, 26, 0)
    return header + count * b"\0\1"


def ico(inside: bytes) -> bytes:
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 64, 64, 0, 0, 1, 8, len(inside), 22) + inside


def bmp_of_runs(side: int, data: bytes) -> bytes:
    palette = bytes(1024)
    start = 14 + 40 + len(palette)
    header = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, len(data), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + palette + data


# What is refused, and words of the reason.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty segments": (lambda: jpeg_with(BEYOND * b"\xff\xe9\0\2"), PIECES),
    "padding instead of segments": (lambda: jpeg_with(BEYOND * b"\xff"), PIECES),
    "beginnings instead of segments": (lambda: jpeg_with(BEYOND * b"\xff\xd8"), PIECES),
    "camera data": (
        lambda: jpeg_with(20 * (b"\xff\xe1\xff\xffExif\0\0" + bytes(65527))),
        PIECES,
    ),
    "scans": (lambda: jpeg_of_scans(30), PIECES),
    "empty chunks": (lambda: png_with(b"abCd", b"", BEYOND), PIECES),
    "colour profiles": (
        lambda: png_with(b"iCCP", b"x\0\0" + zlib.compress(bytes(2**20)), 99),
        PIECES,
    ),
    "EXIF of numbers": (
        lambda: png_with(b"eXIf", exif_of_numbers(BEYOND), 1),
        PIECES,
    ),
    "blocks of a comment": (lambda: gif_with(b"\1a", BEYOND), PIECES),
    "tiles": (lambda: tiff_of_tiles(BEYOND, 3000), PIECES),
    "tiles, big-endian": (lambda: tiff_of_tiles(BEYOND, 3000, ">"), PIECES),
    "tiles of a BigTIFF": (lambda: tiff_of_tiles(BEYOND, 3000, "<", True), PIECES),
    "chunks in an icon": (lambda: ico(png_with(b"abCd", b"", BEYOND)), PIECES),
    "pixels in an icon": (
        lambda: ico(encoded(Image.new("1", (3000, 3000)), "PNG")),
        PIECES,
    ),
    "runs in an icon": (lambda: ico(bmp_of_runs(64, b"\0\1")[14:]), PIECES),
    "runs of a large picture": (lambda: bmp_of_runs(1500, b"\0\1"), "at most 2,000,000 pixels"),
    "runs without pixels": (lambda: bmp_of_runs(64, bytes(5_000_000)), "at most 2,000,000 pixels"),
    "16 MiB of text": (lambda: b"P2 64 64 9 " + b"7 " * (2**23 + 1), "over 16 MiB"),
    "large text": (lambda: b"P2 9999 9999 9 7", "too large"),
}

# What is as odd, but small enough to be read.
READ: dict[str, Callable[[], bytes]] = {
    "segments": lambda: jpeg_with(500 * b"\xff\xe9\0\2"),
    "padding": lambda: jpeg_with(99 * b"\xff"),
    "scans of a CMYK picture": lambda: encoded(
        Image.new("CMYK", (SIDE, SIDE)), "JPEG", progressive=True
    ),
    "chunks": lambda: png_with(b"abCd", b"", 20_000),
    "EXIF": lambda: png_with(b"eXIf", exif_of_numbers(2), 1),
    "comment": lambda: gif_with(b"\1a", 3000),
    "tiles": lambda: tiff_of_tiles(32 * 32, 32),
    "tiles, big-endian": lambda: tiff_of_tiles(32 * 32, 32, ">"),
    "tiles of a BigTIFF": lambda: tiff_of_tiles(32 * 32, 32, "<", True),
    "icon": lambda: ico(blank("PNG")),
    "icon of several sizes": lambda: encoded(Image.new("RGB", (256, 256)), "ICO"),
    "icon of a BMP": lambda: encoded(
        Image.new("RGBA", (64, 64)), "ICO", bitmap_format="bmp", sizes=[(64, 64)]
    ),
    "runs": lambda: bmp_of_runs(64, 64 * (b"\x40\7\0\0") + b"\0\1"),
}
