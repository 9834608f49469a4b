"""What a learner sees: `python -m tutorials`, and the cells of a notebook."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutorials import cells, checks
from tutorials.__main__ import app
from tutorials.checks.diagnosis import WrongAnswer
from tutorials.files import FOLDER


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's folder: 01.crosses_kink right, 01.relative_error wrong, the rest untouched."""
    folder = tmp_path / "mine"
    monkeypatch.setattr(checks, "MINE", folder)
    checks.start()
    path = folder / "01_is_my_derivative_right.py"
    text = path.read_text("utf-8")
    for function, line in [
        ("relative_error", "return np.abs(a - n)"),
        ("crosses_kink", "return np.abs(x) < h"),
    ]:
        before, after = text.split(f"def {function}")
        text = f"{before}def {function}{after.replace('raise NotImplementedError', line, 1)}"
    path.write_text(text)
    monkeypatch.setattr(cells, "UNTOUCHED", False)
    return path


def test_the_table_shows_every_exercise_with_its_diagnosis(desk: Path) -> None:
    result = CliRunner().invoke(app, env={"COLUMNS": "200"})
    assert result.exit_code == 0
    lines = result.output.splitlines()
    rows = {name: line for line in lines for name in checks.CHECKS if name in line}
    assert set(rows) == set(checks.all_checks())
    assert "not attempted" in rows["01.numerical_gradient"]
    assert "right" in rows["01.crosses_kink"]
    assert "wrong: the relative error: this is the absolute difference" in rows["01.relative_error"]
    assert f"1 of {len(rows)} exercises are right." in result.output


@pytest.mark.parametrize(
    ("exercise", "exit_code", "text"),
    [
        ("01.crosses_kink", 0, "01.crosses_kink: right."),
        ("01.relative_error", 1, "01.relative_error: wrong. the relative error"),
        ("01.numerical_gradient", 1, "not attempted"),
        ("01.typo", 2, "Error: there is no exercise '01.typo'; there are 01.numerical_gradient"),
        ("8.conv_dw", 2, "Error: there is no exercise '8.conv_dw'; did you mean 08.conv_dw?"),
        ("conv_dw", 2, "did you mean 08.conv_dw?"),
    ],
)
def test_one_exercise(desk: Path, exercise: str, exit_code: int, text: str) -> None:
    result = CliRunner().invoke(app, ["check", exercise])
    assert result.exit_code == exit_code
    assert text in result.output


def test_a_finished_function_that_calls_an_unwritten_one_is_told_so(desk: Path) -> None:
    text = desk.read_text("utf-8")
    stub = "    raise NotImplementedError"
    place = text.index(stub)
    finished = "    return relative_gradient(f, x, h)"
    helper = "\n\ndef relative_gradient(f, x, h):\n    raise NotImplementedError\n"
    desk.write_text(text[:place] + finished + text[place + len(stub) :] + helper)
    judged = checks.verdict("01.numerical_gradient")
    assert judged.status == "wrong"
    assert judged.diagnosis == "it calls relative_gradient, which is not written yet."


def test_start_copies_the_stubs_and_never_replaces_what_is_there(desk: Path) -> None:
    files = sorted(path.name for path in desk.parent.iterdir())
    assert files == sorted(path.name for path in checks.EXERCISES.glob("[0-9]*.py"))
    mine = desk.read_text("utf-8")
    desk.write_text(mine.replace("def relative_error", "def my_error"))
    (desk.parent / "02_chain_rule.py").unlink()
    result = CliRunner().invoke(app, ["start"])
    assert result.output.splitlines()[:2] == [
        "tutorials/mine/01_is_my_derivative_right.py",
        "tutorials/mine/02_chain_rule.py",
    ]
    kept = desk.read_text("utf-8")
    assert kept.startswith(mine.replace("def relative_error", "def my_error"))
    assert checks.verdict("01.relative_error").status == "not attempted"
    assert checks.verdict("01.crosses_kink").status == "right"
    assert "has its file already" in CliRunner().invoke(app, ["start"]).output
    assert desk.read_text("utf-8") == kept


def test_learners_files_are_not_tracked() -> None:
    assert "tutorials/mine/" in (FOLDER.parent / ".gitignore").read_text().split()
    assert checks.MINE == FOLDER / "mine"


def test_a_function_from_a_cell_is_judged_and_gone_on_with(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def mine(x: float, h: float) -> bool:
        return abs(x) < h

    assert cells.check("01.crosses_kink", mine) is mine
    assert capsys.readouterr().out == "01.crosses_kink: right.\n"
    with pytest.raises(WrongAnswer, match="takes 0 positional arguments but 2 were given"):
        cells.check("01.crosses_kink", lambda: mine)


def test_a_cell_goes_on_with_the_right_function(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = cells.check("01.crosses_kink")
    assert mine.__code__.co_filename == str(desk)
    assert capsys.readouterr().out == "01.crosses_kink: right.\n"
    solution = cells.check("01.numerical_gradient")
    assert solution.__code__.co_filename.startswith(str(checks.SOLUTIONS))
    assert "not attempted yet" in capsys.readouterr().out
    with pytest.raises(WrongAnswer, match="absolute difference"):
        cells.check("01.relative_error")


def test_the_capstone_takes_right_answers_and_solutions(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = {name: cells.my_answer(f"01.{name}") for name in ("crosses_kink", "relative_error")}
    assert taken["crosses_kink"].__code__.co_filename == str(desk)
    assert taken["relative_error"].__code__.co_filename.startswith(str(checks.SOLUTIONS))
    assert capsys.readouterr().out.splitlines() == [
        "01.crosses_kink          yours",
        "01.relative_error        the solution, until yours is right",
    ]


def test_the_notebooks_are_built_without_the_learners_answers(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "UNTOUCHED", True)
    cells.check("01.relative_error")


def test_jupyter_shows_only_the_diagnosis() -> None:
    assert WrongAnswer("too large.")._render_traceback_() == ["Not right yet. too large."]


@pytest.mark.parametrize(
    ("text", "diagnosis"),
    [
        ("def crosses_kink(x, h)\n", "SyntaxError: expected ':', line 1"),
        ("import numpi\n", "ModuleNotFoundError: No module named 'numpi', line 1"),
        ("def kink(x, h): ...\n", "holds no function crosses_kink: was it renamed?"),
        ("def crosses_kink(x, h):\n    return x / 'h'\n", "TypeError"),
    ],
)
def test_a_broken_file_is_a_wrong_answer(desk: Path, text: str, diagnosis: str) -> None:
    desk.write_text(text)
    judged = checks.verdict("01.crosses_kink")
    assert judged.status == "wrong"
    assert diagnosis in judged.diagnosis
    assert "\n" not in judged.diagnosis
