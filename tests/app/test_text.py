"""Numbers and names as people read them."""

import pytest

from mnist_app.text import percent, printable


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (0.99054, 2, "99.05 %"),
        (1.0, 2, "100.00 %"),
        (0.99999, 2, "99.99 %"),
        (0.99999, 1, "99.9 %"),
        (0.0, 1, "0.0 %"),
        (None, 2, "-"),
    ],
)
def test_percent(share: float | None, decimals: int, text: str) -> None:
    assert percent(share, decimals) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sept \u202f7é日🎈.png", "sept \u202f7é日🎈.png"),
        ("\udce9.png", "\udce9.png"),  # a byte that is no UTF-8: the stream's own business
        ("a\x1b[31m\n\x07\x9b.png", r"a\x1b[31m\n\x07\x9b.png"),
        ("a\u202egnp.exe", r"a\u202egnp.exe"),
    ],
)
def test_no_name_commands_the_terminal(name: str, text: str) -> None:
    assert printable(name) == text
