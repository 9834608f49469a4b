"""The checks of all exercises, and the verdict on an answer.

The checks of notebook 08 are the functions of `tutorials/checks/notebook_08.py` marked with
`@exercise`; each takes the learner's function and raises `WrongAnswer` with a diagnosis. A
check named `conv_dx` there belongs to exercise "08.conv_dx", which is the function `conv_dx`
of the file `tutorials/exercises/08_*.py`. Learners write into copies of these files, in
`tutorials/mine`, which git ignores.
"""

import ast
import importlib
import inspect
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any, Literal

from tutorials import files
from tutorials.checks.diagnosis import WrongAnswer, describe

Answer = Callable[..., Any]
Check = Callable[[Answer], None]

EXERCISES = files.FOLDER / "exercises"
SOLUTIONS = files.FOLDER / "solutions"
MINE = files.FOLDER / "mine"
CHECKS: dict[str, Check] = {}


@dataclass(frozen=True)
class Verdict:
    """What became of one exercise; the diagnosis is empty unless the answer is wrong."""

    status: Literal["not attempted", "right", "wrong"]
    diagnosis: str = ""


def exercise(check: Check) -> Check:
    """Enter a check under its notebook's number and its own name."""
    number = check.__module__.rpartition("_")[2]
    CHECKS[f"{number}.{check.__name__}"] = check
    return check


def all_checks() -> dict[str, Check]:
    """Every check by name, in the order of the notebooks."""
    for path in sorted(Path(__file__).parent.glob("notebook_[0-9][0-9].py")):
        importlib.import_module(f"{__name__}.{path.stem}")
    return {name: CHECKS[name] for name in sorted(CHECKS, key=lambda name: name[:2])}


def find_check(name: str) -> Check:
    """The check of an exercise such as "08.conv_dx"; KeyError if there is no such exercise."""
    try:
        return all_checks()[name]
    except KeyError:
        meant = [each for each in CHECKS if each[3:] == name.rpartition(".")[2]]
        if meant:
            known = f"did you mean {' or '.join(meant)}?"
        else:
            of_notebook = [each for each in CHECKS if each[:2] == name[:2]]
            known = f"there are {', '.join(of_notebook or CHECKS)}."
        raise KeyError(f"there is no exercise {name!r}; {known}") from None


def find_answer(name: str, folder: Path | None = None) -> Answer:
    """The function that answers an exercise, in the learner's file unless a folder is given.

    Without such a file it is the stub. Raises WrongAnswer if the file cannot be run or has lost
    the function.
    """
    number, _, function = name.partition(".")
    path = files.find(number, folder or EXERCISES)
    if folder is None and (MINE / path.name).exists():
        path = MINE / path.name
    try:
        module = files.load(path)
    except Exception as error:
        raise WrongAnswer(f"{path.name} cannot be run: {describe(error, path)}.") from error
    if not callable(getattr(module, function, None)):
        raise WrongAnswer(
            f"{path.name} holds no function {function}: was it renamed? "
            "`python -m tutorials start` puts its stub back."
        )
    answer: Answer = getattr(module, function)
    return answer


def verdict(name: str, answer: Answer | None = None) -> Verdict:
    """Judge an answer, by default the one in the learner's file; never raises WrongAnswer."""
    check = find_check(name)
    try:
        attempt = find_answer(name) if answer is None else answer
        check(attempt)
    except NotImplementedError as error:
        unwritten = _who_raised(error)
        if unwritten is inspect.unwrap(attempt).__code__:
            return Verdict("not attempted")
        return Verdict("wrong", f"it calls {unwritten.co_name}, which is not written yet.")
    except WrongAnswer as wrong:
        return Verdict("wrong", str(wrong))
    return Verdict("right")


def _who_raised(error: NotImplementedError) -> CodeType:
    """The function whose line raised it."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return frames[-1][0].f_code


def task(name: str) -> str:
    """What an exercise asks for: the first lines of its function, up to the docstring's end."""
    lines = inspect.getsource(find_answer(name, SOLUTIONS)).splitlines()
    definition = ast.parse("\n".join(lines)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return "\n".join(lines[: definition.body[0].end_lineno])


def where(name: str) -> str:
    """The file in which to write an answer, as seen from the clone."""
    return f"tutorials/mine/{files.find(name[:2], EXERCISES).name}"


def start() -> list[Path]:
    """Copy the stubs to where the learner writes; return the files that are new or longer.

    What stands there is never changed. A stub that such a file lacks is added at its end.
    """
    MINE.mkdir(exist_ok=True)
    written = []
    for template in sorted(EXERCISES.glob("[0-9][0-9]_*.py")):
        path, text = MINE / template.name, template.read_text("utf-8")
        if not path.exists():
            path.write_text(text, "utf-8")
            written.append(path)
        elif missing := _missing_stubs(text, path.read_text("utf-8")):
            with path.open("a", encoding="utf-8") as file:
                file.write("".join(f"\n\n{stub}\n" for stub in missing))
            written.append(path)
    return written


def _missing_stubs(template: str, mine: str) -> list[str]:
    """The functions of a template that a learner's file does not define."""
    functions = [node for node in ast.parse(template).body if isinstance(node, ast.FunctionDef)]
    segments = {node.name: ast.get_source_segment(template, node) or "" for node in functions}
    return [
        segment
        for name, segment in segments.items()
        if not re.search(rf"^def {name}\b", mine, re.MULTILINE)
    ]
