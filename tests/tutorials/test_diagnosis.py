"""A wrong number gets a sentence that helps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tutorials.cells import rounds_to
from tutorials.checks.diagnosis import WrongAnswer, call, expect, multiple

A = np.array([[1.0, 2.0, 4.0], [-3.0, 5.0, 0.5]])
SQUARE = A[:, :2]


@pytest.mark.parametrize(
    ("got", "expected", "diagnosis"),
    [
        (A / 3, A, "exactly 3 times too small (3 is the batch size). Is 1/N applied twice?"),
        (A * 3, A, "exactly 3 times too large (3 is the batch size). Is 1/N missing?"),
        (A * 2, A, "exactly 2 times too large"),
        (-A, A, "wrong sign"),
        (A * 0, A, "zero everywhere"),
        (A.T, A, "shape (3, 2); expected (2, 3). It is the transpose"),
        (A.sum(), A, "a single number came out".capitalize()),
        (A[np.newaxis], A, "batch axis"),
        (A[:1, np.newaxis], A[0], "Axes of length 1 are left over: is keepdims in it?"),
        (np.array([8.0]), 8.0, "a plain number, not an array that holds one"),
        (A.tolist(), A, "should be an array, not list"),
        (A[np.newaxis, :, :, np.newaxis], A[:, :, np.newaxis, np.newaxis], "another order"),
        (SQUARE.T, SQUARE, "the transpose of what is expected"),
        (A[::-1], A, "reverse order along axis 0"),
        (A[::-1, ::-1], A, "turned by 180 degrees"),
        (A.ravel()[[1, 0, 2, 3, 4, 5]].reshape(2, 3), A, "wrong places. At [0, 0]"),
        (A + np.eye(2, 3), A, "At [0, 0] it is 2; expected 1 (2 of 6 entries differ)"),
        (np.where(A == 5, np.nan, A), A, "is nan at [1, 1], where 5 is expected"),
        (np.round(A).astype(int), A, "dtype int64"),
        ("text", A, "not str"),
        ([[1, 2], [3]], A, "not list"),
        (1.0 * (A > 0), A > 0, "True and False"),
        (A <= 0, A > 0, "At [0, 0] it is False; expected True"),
        (7.0, 8.0, "is 7; expected 8."),
        (0.2067831, 0.2067834, "is 0.2067831; expected 0.2067834, so 6 digits are right"),
        (-np.inf, 8.0, "is -inf, where 8 is expected. Is something divided by 0"),
        (np.array([2.0, 0.0]), np.array([1.0, 0.0]), "At [0] it is 2; expected 1 (1 of 2"),
        (8.0, 4.0, "is 8; expected 4. That is exactly 2 times too large"),
        (np.log(8.1), 8.1, "This is the logarithm of what is asked for."),
        (A + 1, A, "one too many"),
    ],
)
def test_the_sentence_names_the_mistake(got: Any, expected: Any, diagnosis: str) -> None:
    with pytest.raises(WrongAnswer) as caught:
        expect(got, expected, "dW", mistakes={"one too many": A + 1}, batch=3)
    assert diagnosis in str(caught.value)
    assert str(caught.value).startswith("dW")


def test_a_right_answer_passes_even_if_a_mistake_would_give_the_same() -> None:
    expect(A.copy(), A, "dW", mistakes={"nothing is wrong": A})


def test_a_large_factor_between_two_numbers_tells_nothing() -> None:
    with pytest.raises(WrongAnswer) as caught:
        expect(358399.0, 3.01554, "the slope")
    assert str(caught.value) == "the slope is 358399; expected 3.01554."


def test_a_plain_whole_number_is_as_right_as_a_float() -> None:
    expect(1, 1.0, "de")
    with pytest.raises(WrongAnswer, match="is 0; expected"):
        expect(0, 0.5, "de")


def test_one_whole_number_is_not_taken_for_a_function_of_another() -> None:
    with pytest.raises(WrongAnswer) as caught:
        expect(0, 1.0, "dq")
    assert str(caught.value) == "dq is 0; expected 1."


def test_small_entries_count_if_they_are_held_against_their_own_size() -> None:
    large_and_small, off = np.array([1e6, 1e-6]), np.array([1e6, 1.1e-6])
    expect(off, large_and_small, "v")
    with pytest.raises(WrongAnswer, match=r"1\.1e-06; expected 1e-06"):
        expect(off, large_and_small, "v", scale=0.0)


def test_a_family_of_mistakes_is_recognized_by_its_one_number() -> None:
    start, direction = A, np.array([[0.0, 2.0, -1.0], [3.0, 0.0, 1.0]])
    assert multiple(start + 0.3 * direction, start, direction) == pytest.approx(0.3)
    assert multiple(start, start, direction) is None
    assert multiple(start + 0.3 * direction + np.eye(2, 3), start, direction) is None
    assert multiple("text", start, direction) is None


def test_accidents_are_told_in_words() -> None:
    def fails(x: Any) -> Any:
        return x[7]

    def writes(x: Any) -> Any:
        x += 1
        return x

    def puts_back_nearly(x: Any) -> Any:
        x += 0.1
        x -= 0.1
        return x

    def forgets(x: Any) -> None:
        x + 1

    def takes_two(x: Any, y: Any) -> Any:
        return x

    accidents: list[tuple[Callable[..., Any], str]] = [
        (takes_two, "missing 1 required positional argument: 'y'"),
        (lambda: A, "takes 0 positional arguments but 1 was given"),
        (fails, "IndexError"),
        (writes, "changes its argument x"),
        (puts_back_nearly, "x + h - h is not x in floating point"),
        (forgets, "is a return missing"),
    ]
    for answer, diagnosis in accidents:
        with pytest.raises(WrongAnswer) as caught:
            call(answer, A.copy())
        assert diagnosis in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value", "agrees"),
    [
        ("0.7311", 0.73106, True),
        ("0.7311", 0.73116, False),
        ("3,500", 3500, True),
        ("3,500", 3501, False),
        ("7e-6", 7.2e-6, True),
        ("7e-6", 7.6e-6, False),
        ("97.4 %", 0.97389, True),
        ("97.4 %", 0.9746, False),
        ("-12", -12.0, True),
        ("0.7", float("nan"), False),
    ],
)
def test_stated_numbers_hold_to_their_last_digit(text: str, value: float, agrees: bool) -> None:
    assert rounds_to(text, value) is agrees
