"""One entry in the catalogue of planted bugs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """One wrong edit of one file, and the tests that must fail because of it.

    `name` says in words what is wrong. `old` stands exactly once in `file`, a path from the root
    of the project; `new` takes its place. `tests` holds one or more pytest node ids, separated by
    spaces; quote one that has a space in it.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str


def bugs(file: str, *entries: tuple[str, str, str, str]) -> list[Bug]:
    """Several entries of one file: name, old, new, tests."""
    return [Bug(name, file, old, new, tests) for name, old, new, tests in entries]
