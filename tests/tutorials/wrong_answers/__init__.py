"""Wrong answers to the exercises, and what the checks must say about them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WrongAnswer:
    """An answer that a learner could give, and a part of the diagnosis that it deserves."""

    exercise: str
    diagnosis: str
    answer: Callable[..., Any]


CATALOGUE: list[WrongAnswer] = []


def wrong(exercise: str, diagnosis: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter the decorated function as a wrong answer to an exercise such as "08.conv_dx"."""

    def enter(answer: Callable[..., Any]) -> Callable[..., Any]:
        CATALOGUE.append(WrongAnswer(exercise, diagnosis, answer))
        return answer

    return enter
