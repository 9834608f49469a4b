"""The blanks of the tables are judged number by number."""

from pathlib import Path

import pytest

from tests.tutorials.sources import SOURCES, markdown
from tutorials import files, tables

TEXT = """
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
# | `s` | `2 / 3` | 0.6667 |
# | `few` | `0.45` | 0.45 |
# | `root` | `0.1 / sqrt(3)` | 0.0577 |
# | `six` | `9 * s` | 6 |
# | `count` | `1600 * 64 + 64` | 102464 |
# | `large` | `np.arange(16).reshape(4, 4) + 3` | [[3, 4, 5, 6], [7, 8, 9, 10], [11, 12, 13, 14], [15, 16, 17, 18]] |
#
# | name | if you have | then |
# | --- | --- | --- |
# | `six` | `6 * s` | three halves are missing. |
# | `six` | `8 * s` | a third is missing. |
# | `p` | `0.9489` | the step is subtracted. |
# | `y` | `[[7, 3]]` | the second weight is added. |
"""  # noqa: E501
ROWS = tables.tables(TEXT)[0]


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("y", [[7, -1]], "right."),
        ("y", ..., "still blank."),
        ("y", [[7, 1]], "wrong at [0, 1]. It comes from `x @ w`."),
        ("y", None, "still blank."),
        ("y", [[7, None]], "still blank at [0, 1]."),
        ("y", [7, -1], "one pair of brackets too few."),
        ("y", [[[[7, -1]]]], "2 pairs of brackets too many."),
        ("y", 7, "one number, where 1 row of 2 should stand."),
        ("y", [7, -1, 0], "a list of 3 numbers, where 1 row of 2 should stand."),
        ("y", [[-7, 1]], "this is what the row `y_2` asks for."),
        ("y", [[7, 3]], "the second weight is added."),
        ("y", [[8, 0]], "every number is too large, or every one too small, by the same amount."),
        ("y", [[7.01, -1]], "close, but this one is exact: is it computed from a rounded number?"),
        ("y", [[7.1, -1]], "wrong at [0, 0]"),
        ("y", "seven", "a number, or a list of numbers, is needed."),
        ("y_2", [[-7, 1]], "right."),
        ("p", 0.731, "right."),
        ("p", 0.73, "rounded too far: three digits are needed."),
        ("p", 0.7, "rounded too far"),
        ("p", 0.734, "close, but three digits are needed"),
        ("p", 0.732, "right, to the digits that you carried."),
        ("dw", [[0.73, -0.73], [1.463, -1.463]], "right, to the digits that you carried."),
        ("p", -0.731, "the sign is wrong."),
        ("p", 73.1, "100 times too large: is it in percent?"),
        ("p", 0.5345, "this is the square of what is asked for."),
        ("p", 0.6667, "this is what the row `s` asks for."),
        ("s", 0.67, "rounded too far"),
        ("six", 6.003, "close, but this one is exact"),
        ("six", 5.33, "a third is missing."),
        ("p", 0.949, "the step is subtracted."),
        ("p", 0.951, "wrong."),
        ("count", 102401, "close, but this one is exact. It comes from"),
        ("six", 4, "three halves are missing."),
        ("large", 4 * [[3, 4, 5, 6]], "wrong at 12 of 16 places, the first is [1, 0]."),
        ("p", 0.2, "wrong. It comes from `1 / (1 + exp(-1))`."),
        ("p", 0.2689, "this is 1 minus what is asked for."),
        ("few", 0.55, "wrong."),  # 1 minus 0.45, but so is much else
        ("dw", [[0.7311, -0.7311], [1.4621, -1.4622]], "right."),
        ("dw", [[0.7311, 1.4621], [-0.7311, -1.4621]], "the transpose of what is expected"),
        ("dw", [[1.4621, -1.4621], [2.9242, -2.9242]], "2 times too large"),
        ("dw", [[0.7311, 0], [0, -1.4621]], "wrong at [0, 1], [1, 0]."),
        ("half", 0.5, "right."),
        ("half", 0.6, "wrong."),
        ("small", 0.00026, "right."),
        ("small", 0.0003, "rounded too far"),
        ("small", 0.0004, "wrong."),
        ("root", 0.1, "wrong."),
        ("root", 0.06, "rounded too far"),
        ("dw", [[-2.7, 2.7], [-5.4, 5.4]], "wrong at [0, 0], [0, 1], [1, 0], [1, 1]."),
        (
            "dw",
            [[1, -1], [1, -1]],
            "is the same for every index of axis 0, where it should vary. It",
        ),
    ],
)
def test_one_number_or_array_is_judged(name: str, answer: object, said: str) -> None:
    row, value = {each: (row, value) for each, row, value in tables.computed(ROWS)}[name]
    right = {each: value for each, _, value in tables.computed(ROWS)}
    known = tables.recognized(ROWS, tables.mistakes(TEXT, 1), right)
    judged = tables.judge(answer, row, value, known=known[name])
    assert said in judged
    assert "expected 7" not in judged  # the solution stays folded


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_mistake_of_a_table_gets_its_sentence(source: Path) -> None:
    text = "\n".join(markdown(source))
    for place, table in enumerate(tables.tables(text), start=1):
        wrong = tables.mistakes(text, place)
        known = tables.recognized(table, wrong, {})
        for name, row, value in tables.computed(table):
            listed = [sentence for sentence in wrong if sentence.name == name]
            for mistake, (sentence, mistaken) in zip(listed, known[name], strict=False):
                said = tables.judge(mistaken, row, value, known=known[name])
                assert sentence == mistake.value
                assert said.startswith(sentence), mistake


def test_a_learner_sees_one_line_for_each_blank(capsys: pytest.CaptureFixture[str]) -> None:
    tables.by_hand("03.2", dW=..., wrong_1=..., wrong_2=...)
    assert capsys.readouterr().out.startswith("Nothing is filled in yet.")
    right, wrong = [[1, 5], [2, 6]], [[1, 3], [3, 6]]
    tables.by_hand("03.2", dW=right, wrong_1=wrong, wrong_2=...)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "dW: right.",
        "wrong_1: wrong at [1, 1]. It comes from `X @ dY`.",
        "wrong_2: still blank.",
    ]


def test_the_commonest_slips_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    tables.by_hand("01.3", derivative=..., above=..., below=-1.1e-5, slope=...)
    assert "below: x - h is negative, and the ReLU makes it 0." in capsys.readouterr().out
    blank = dict.fromkeys(["h", "z", "p", "L", "dz", "dW2", "db2", "dh", "da", "dW1", "db1"], ...)
    tables.by_hand("05.1", a=[[-1, 1]], **blank)
    assert "a: the weights are transposed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("table", "answers", "said"),
    [
        pytest.param(
            "02.1",
            {"b": 5, "c": 6, "p": 10, "q": 60, "dq": 1, "dc": 10, "dp": 6, "db": 22, "da": 66},
            {
                "b": "3 is multiplied, not added",
                **dict.fromkeys(["c", "p", "q", "dc", "dp", "db", "da"], "follows from your `b`"),
            },
            id="one slip at the beginning",
        ),
        pytest.param(
            "02.1",
            {"b": 6, "c": 7, "p": 12, "q": 84, "dq": 1, "dc": 7, "dp": 12, "db": 31, "da": 93},
            {
                "dc": "the slope of a product is the *other* factor",
                "db": "follows from your `dc` by the right rule: put that right first.",
                "da": "follows from your `dc`",
            },
            id="two rows exchanged",
        ),
        pytest.param(
            "02.1",
            {"b": 6, "db": 19, "da": 57, "expected": 84},
            {"dq": "still blank", "db": "a slope is missing", "da": "follows from your `db`"},
            id="blanks are filled in by the rule",
        ),
        pytest.param(
            "02.1",
            {"b": 5, "c": 7, "da": 72},
            {"c": "right.", "da": "follows from your `b`"},
            id="blanks between, and a right number from a wrong one",
        ),
        pytest.param(
            "02.1",
            {"b": 5, "da": 60},
            {"b": "3 is multiplied", "da": "wrong."},
            id="what does not follow",
        ),
        pytest.param(
            "02.2",
            {"s": 1, "y": 0.731, "ds": 0.73, "dw": [-0.73, -1.46], "db": 0.73, "dx": [1.46, -2.19]},
            {"dw": "follows from your `ds`", "db": "follows from your `ds`"},
            id="rounded on the way",
        ),
        pytest.param(
            "05.1",
            {"a": [[-1, 1]], "h": [[0, 1]], "z": [-2, 4], "p": [[0, "x"], 1], "L": 0.0024},
            {
                "h": "follows from your `a`",
                "z": "one pair of brackets too few",
                "p": "a number, or a list of numbers, is needed",
                "L": "wrong.",
            },
            id="no arrays",
        ),
        pytest.param(
            "05.1",
            {
                "a": [[3, -1]],
                "h": [[3, -1]],
                "dz": [[0.5, -0.5]],
                "dW2": [[1.5, -1.5], [-0.5, 0.5]],
                "dh": [[1, 0.5]],
                "da": [[1, 0.5]],
                "dW1": [[1, 0.5], [2, 1]],
            },
            {
                "h": "this is what the row `a` asks for",
                "dz": "follows from your `h`",
                "dW2": "follows from your `h`",
                "dh": "follows from your `h`",
                "da": "the ReLU is missing",
                "dW1": "follows from your `da`",
            },
            id="a backward pass by the right rules",
        ),
        pytest.param(
            "06.1",
            {"dw": 1, "v": -0.1, "w": 0.9, "dw_2": 1.8, "v_2": -0.27, "w_2": 0.63},
            {
                "v": "follows from your `dw`",
                "dw_2": "follows from",
                "w_2": "follows from your `dw`",
            },
            id="a name that comes twice",
        ),
        pytest.param(
            "02.1",
            {"b": 5, "c": 6, "p": 10, "dp": 10},
            {"p": "follows from your `b`", "dp": "the slope of a product is the *other* factor"},
            id="a mistake in the learner's own numbers",
        ),
    ],
)
def test_what_follows_from_a_wrong_number_is_no_mistake(
    table: str, answers: dict[str, object], said: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    number, _, place = table.partition(".")
    source = files.find(number, files.FOLDER).read_text("utf-8")
    rows = tables.computed(tables.tables(source)[int(place) - 1])
    tables.by_hand(table, **{name: answers.get(name, ...) for name, _, _ in rows})
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    for name, sentence in said.items():
        assert lines[name].startswith(sentence), (name, lines[name])


def test_a_rule_that_is_to_be_derived_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [[9, 0], [4, -1], [6, -3]]
    tables.by_hand("03.1", Y=..., dW=wrong, db=..., dX=...)
    assert "dW: wrong at [0, 0].\n" in capsys.readouterr().out
