"""How many pieces a picture file is cut into, counted before a reader takes one after the other.

Pillow walks through segments, chunks, blocks and tiles in Python, some microseconds for each. A
file of a few megabytes can have millions of them, but no camera or drawing program writes such.
"""

import re
from collections.abc import Callable, Iterator

MOST_PIECES = 2**16
# Weights, in pieces: what Pillow or libjpeg needs far more time for than for others.
CAMERA_DATA = 2**12  # what came before is copied each time
COLOUR_PROFILE = 2**10  # may unpack to a thousand times its size
SCAN = 3300  # goes over all pixels again; a progressive CMYK picture has 18
SUB_BLOCK = 2**4  # what came before is copied, but 255 bytes at most are new
ICON = 2**6  # pixels of a picture inside an ICO file that weigh one piece: in all 4 million

SCAN_ENDS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
WITHOUT_LENGTH = {0x00, 0x01, *range(0xD0, 0xDA)}  # of JPEG's markers
PNG = b"\x89PNG\r\n\x1a\n"
BYTES = {1, 2, 7}  # types of TIFF's values that are not taken one by one


def check_pieces(content: bytes) -> None:
    """ValueError if a JPEG, PNG, GIF, TIFF or ICO file has more pieces than any sane one."""
    for magic, pieces in WALKS.items():
        if content.startswith(magic):
            total = 0
            for weight in pieces(content):
                total += weight
                if total > MOST_PIECES:
                    raise ValueError("it is cut into far too many pieces")


def _number(content: bytes, place: int, size: int, order: str = "big") -> int:
    """What stands there, 0 behind the end."""
    return int.from_bytes(content[place : place + size], "little" if order == "little" else "big")


def _of_jpeg(content: bytes) -> Iterator[int]:
    """Segments and scans, and whatever stands where one should begin."""
    place = 2
    while place < len(content) and content[place] == 0xFF:
        code = _number(content, place + 1, 1)
        if code in WITHOUT_LENGTH or code == 0xFF:
            place += 1 if code == 0xFF else 2
            yield 1
            continue
        data = content[place + 4 : place + 10]
        place += 2 + _number(content, place + 2, 2)
        if code == 0xDA:
            end = SCAN_ENDS.search(content, place)
            place = len(content) if end is None else end.start()
            yield SCAN
        else:
            yield CAMERA_DATA if code == 0xE1 and data == b"Exif\0\0" else 1


def _of_png(content: bytes, start: int = 0) -> Iterator[int]:
    """Chunks."""
    place = start + len(PNG)
    while place < len(content):
        yield COLOUR_PROFILE if content[place + 4 : place + 8] == b"iCCP" else 1
        place += 12 + _number(content, place, 4)


def _of_gif(content: bytes) -> Iterator[int]:
    """Blocks of the extensions that stand before the first frame."""
    flags = _number(content, 10, 1)
    place = 13 + (3 << (flags & 7) + 1 if flags & 128 else 0)
    while place < len(content) and content[place : place + 1] != b",":
        if content[place : place + 1] == b"!":
            place += 2
            while size := _number(content, place, 1):
                yield SUB_BLOCK
                place += 1 + size
        yield 1
        place += 1


def _of_tiff(content: bytes) -> Iterator[int]:
    """Numbers that the first directory holds or points to: above all, where each tile is."""
    order = "little" if content.startswith(b"II") else "big"
    first, size, head, entry = (8, 8, 8, 20) if 43 in content[2:4] else (4, 4, 2, 12)  # BigTIFF?
    place = _number(content, first, size, order)
    begin, entries = place + head, _number(content, place, head, order)
    for start in range(begin, min(begin + entries * entry, len(content)), entry):
        kind = _number(content, start + 2, 2, order)
        count = _number(content, start + 4, size, order)
        yield 1 if kind in BYTES else 1 + count


def _of_ico(content: bytes) -> Iterator[int]:
    """The pictures inside by their pixels, and the chunks of each that is a PNG."""
    for entry in range(6, 6 + 16 * _number(content, 4, 2, "little"), 16):
        start = _number(content, entry + 12, 4, "little")
        if content.startswith(PNG, start):
            yield from _of_png(content, start)
            width, height = (_number(content, start + skip, 4) for skip in (16, 20))
        else:  # a BMP without its file header; nobody compresses these
            width, height = (_number(content, start + skip, 4, "little") for skip in (4, 8))
            yield MOST_PIECES * _number(content, start + 16, 4, "little")
        yield 1 + width * min(height, 2**32 - height) // ICON


WALKS: dict[bytes, Callable[[bytes], Iterator[int]]] = {
    b"\xff\xd8\xff": _of_jpeg,
    PNG: _of_png,
    b"GIF8": _of_gif,
    b"II": _of_tiff,
    b"MM": _of_tiff,
    b"\0\0\1\0": _of_ico,
}
