"""The blanks of the tables are judged number by number."""

import pytest

from tutorials import tables

ROWS = tables.tables("""
# | name | how | value |
# | --- | --- | --- |
# | `x` | given | [[1, 2]] |
# | `w` | given | [[3, -1], [2, 0]] |
# | `y` | `x @ w` | [[7, -1]] |
# | `p` | `1 / (1 + exp(-1))` | 0.7311 |
# | `dw` | `np.outer([1, 2], [p, -p])` | [[0.7311, -0.7311], [1.4621, -1.4621]] |
# | `y` | `-y` | [[-7, 1]] |
# | `half` | `1 / 2` | 0.5 |
# | `small` | `0.00025975` | 0.00025975 |
""")[0]


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("y", [[7, -1]], "right."),
        ("y", ..., "still blank."),
        ("y", [[7, 1]], "wrong at [0, 1]. It comes from `x @ w`."),
        ("y", [7, -1], "has shape (2,); expected (1, 2)"),
        ("y", [[-7, 1]], "wrong sign"),
        ("y", [[7.01, -1]], "wrong at [0, 0]"),
        ("y", "seven", "a number, or a list of numbers, is needed."),
        ("y_2", [[-7, 1]], "right."),
        ("p", 0.731, "right."),
        ("p", 0.73, "rounded too far"),
        ("p", 0.2689, "wrong. It comes from `1 / (1 + exp(-1))`."),
        ("dw", [[0.7311, -0.7311], [1.4621, -1.4622]], "right."),
        ("dw", [[0.7311, 1.4621], [-0.7311, -1.4621]], "the transpose of what is expected"),
        ("dw", [[1.4621, -1.4621], [2.9242, -2.9242]], "2 times too large"),
        ("dw", [[0.7311, 0], [0, -1.4621]], "wrong at [0, 1], [1, 0]."),
        ("half", 0.5, "right."),
        ("half", 0.6, "wrong."),
        ("small", 0.00026, "right."),
        ("small", 0.0003, "wrong."),
    ],
)
def test_one_number_or_array_is_judged(name: str, answer: object, said: str) -> None:
    row, value = {each: (row, value) for each, row, value in tables.computed(ROWS)}[name]
    judged = tables.judge(answer, row, value)
    assert said in judged
    assert "expected 7" not in judged  # the solution stays folded


def test_a_learner_sees_one_line_for_each_blank(capsys: pytest.CaptureFixture[str]) -> None:
    tables.by_hand("03.2", dW=..., wrong_1=..., wrong_2=..., wrong_3=..., wrong_4=...)
    assert capsys.readouterr().out.startswith("Nothing is filled in yet.")
    right, wrong = [[1, 5], [2, 6]], [[1, 3], [3, 6]]
    tables.by_hand("03.2", dW=right, wrong_1=wrong, wrong_2=..., wrong_3=..., wrong_4=...)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "dW: right.",
        "wrong_1: wrong at [1, 1]. It comes from `X @ dY`.",
        "wrong_2: still blank.",
    ]


def test_a_rule_that_is_to_be_derived_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [[9, 0], [4, -1], [6, -3]]
    tables.by_hand("03.1", Y=..., dW=wrong, db=..., dX=...)
    assert "dW: wrong at [0, 0].\n" in capsys.readouterr().out
