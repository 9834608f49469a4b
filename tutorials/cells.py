"""What the cells of a notebook call, apart from tinynet itself.

TUTORIALS_FAST=1 makes every measurement small (the tests run the notebooks so), and
TUTORIALS_UNTOUCHED=1 leaves the learner's answers aside (the notebooks are built so).
"""

import os
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

from tutorials.checks import SOLUTIONS, Answer, Verdict, find_answer, task, verdict, where
from tutorials.checks.diagnosis import WrongAnswer

FAST = os.environ.get("TUTORIALS_FAST") == "1"
UNTOUCHED = os.environ.get("TUTORIALS_UNTOUCHED") == "1"


def check(name: str, answer: Answer | None = None) -> Answer:
    """Judge an exercise and return the function to go on with.

    The answer is read afresh from the learner's file, or given as a function. Not attempted:
    says what to do, and returns the solution. Right: says so. Wrong: raises WrongAnswer.
    """
    solution = find_answer(name, SOLUTIONS)
    aside = UNTOUCHED and answer is None
    judged = Verdict("not attempted") if aside else verdict(name, answer)
    if judged.status == "wrong":
        raise WrongAnswer(f"{name}: {judged.diagnosis}")
    if judged.status == "right":
        print(f"{name}: right.")
        return find_answer(name) if answer is None else answer
    print(f"{name}: not attempted yet.\n\n{textwrap.indent(task(name), '    ')}\n")
    print(
        f"Write it in {where(name)} (`python -m tutorials start` makes that file),\n"
        "save, and run this cell again. Until then the notebook goes on with the solution."
    )
    return solution


def my_answer(name: str) -> Answer:
    """The learner's answer to an exercise of another notebook if it is right, else the solution.

    For what is built of many notebooks' pieces; says which of the two it is.
    """
    own = not UNTOUCHED and verdict(name).status == "right"
    print(f"{name:24} {'yours' if own else 'the solution, until yours is right'}")
    return find_answer(name, None if own else SOLUTIONS)


def reveal(prediction: str | None, answer: str, because: str) -> None:
    """Compare the choice that the reader committed to with what came out."""
    if prediction is None:
        print(f"The answer is {answer}. {because}")
    elif prediction.strip().lower() == answer:
        print(f"You predicted {answer}, and so it is. {because}")
    else:
        print(f"You predicted {prediction}; it is {answer}. {because}")


def stated(text: str, value: float) -> None:
    """Hold a number of the prose against the computed one.

    The text stands in the prose letter by letter: "0.7311", "3,500", "7e-6" or "97.4 %" (of a
    value from 0 to 1). Raises AssertionError unless the value rounds to it.
    """
    if not rounds_to(text, float(value)):
        raise AssertionError(f"the text says {text}, but the value is {value!r}")


def rounds_to(text: str, value: float) -> bool:
    """Does the value agree with every digit that the text shows?  Whole numbers: exactly."""
    percent = text.endswith("%")
    number = text.rstrip("% ").replace(",", "")
    match = re.fullmatch(r"[+-]?\d*(?:\.(\d*))?(?:e([+-]?\d+))?", number)
    if match is None:
        raise ValueError(f"not a number: {text!r}")
    fraction, exponent = match.groups()
    digits = len(fraction or "") - int(exponent or 0)
    whole = fraction is None and exponent is None and not percent
    tolerance = 1e-9 * max(1.0, abs(value)) if whole else 0.5000001 * 10.0**-digits
    return abs((100 * value if percent else value) - float(number)) <= tolerance


@contextmanager
def quiet() -> Iterator[None]:
    """Drop what is written to the standard error stream meanwhile, past Python as well.

    TensorFlow greets there, in words that change with the machine.
    """
    kept = os.dup(2)
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
