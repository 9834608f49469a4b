"""Numbers as people read them."""

import pytest

from mnist_app.text import percent


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
