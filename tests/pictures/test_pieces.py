"""A file that asks too much of a reader is refused before, in one line; sane files are read."""

import pytest
from PIL import Image

from mnist_app.pictures.decode import PictureError, decode
from tests.pictures.slow_files import PIECES, READ, REFUSED


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_of_too_many_pieces_is_refused_before_it_is_read(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(self: Image.Image) -> None:
        raise AssertionError("Pillow reads it")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    make, reason = REFUSED[case]
    with pytest.raises(PictureError) as caught:
        decode(make())
    assert reason in str(caught.value)
    assert "expected" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("case", READ)
def test_an_odd_file_of_few_pieces_is_read(case: str) -> None:
    assert decode(READ[case]()).ndim == 3


@pytest.mark.parametrize(
    "case", [case for case in REFUSED if REFUSED[case][1] == PIECES and "EXIF" not in case]
)
def test_pillow_does_not_open_it(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To open it is what took so long. EXIF data is only kept then, and read later."""
    monkeypatch.setattr("PIL.Image.open", None)
    with pytest.raises(PictureError, match=PIECES):
        decode(REFUSED[case][0]())
