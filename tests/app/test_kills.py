"""A few kills of a real training; `python -m tests.fuzz kills` is for many."""

import pytest

from tests.fuzz.kills import main


@pytest.mark.slow
def test_a_killed_training_goes_on_as_if_never_killed() -> None:
    assert main(count=2, seed=1) == 0
