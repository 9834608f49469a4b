"""The exercises: stubs, solutions, and wrong answers that must be recognized as such."""

import inspect
from collections import Counter
from pathlib import Path

import pytest

from tests.tutorials.wrong_answers import CATALOGUE, WrongAnswer
from tutorials import files
from tutorials.checks import EXERCISES, SOLUTIONS, all_checks, find_answer, verdict

for _path in sorted((Path(__file__).parent / "wrong_answers").glob("[0-9][0-9]_*.py")):
    files.load(_path)


@pytest.mark.parametrize("name", all_checks())
def test_a_stub_is_not_attempted_and_says_what_its_solution_does(name: str) -> None:
    stub, solution = find_answer(name, EXERCISES), find_answer(name, SOLUTIONS)
    assert verdict(name, stub).status == "not attempted"
    assert stub.__doc__
    assert stub.__doc__ == solution.__doc__
    assert inspect.signature(stub) == inspect.signature(solution)


@pytest.mark.parametrize("name", all_checks())
def test_a_solution_is_right(name: str) -> None:
    judged = verdict(name, find_answer(name, SOLUTIONS))
    assert judged.status == "right", judged.diagnosis


@pytest.mark.parametrize(
    "case", CATALOGUE, ids=lambda case: f"{case.exercise}-{case.answer.__name__}"
)
def test_a_wrong_answer_gets_its_diagnosis(case: WrongAnswer) -> None:
    judged = verdict(case.exercise, case.answer)
    assert judged.status == "wrong"
    assert case.diagnosis in judged.diagnosis


def test_each_exercise_has_three_wrong_answers_and_each_function_its_check() -> None:
    counts = Counter(case.exercise for case in CATALOGUE)
    assert {name: counts[name] for name in all_checks() if counts[name] < 3} == {}
    for folder in (EXERCISES, SOLUTIONS):
        functions = {
            f"{path.name[:2]}.{name}"
            for path in folder.glob("*.py")
            for name, value in vars(files.load(path)).items()
            if inspect.isfunction(value) and value.__code__.co_filename == str(path)
            if not name.startswith("_")
        }
        assert functions == set(all_checks())
