"""Where modules, functions and lines stand, so that no page holds a number written by hand."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class LostPlace(ValueError):
    """A page points at something that is no longer in the code; the message says at what."""


def read(file: str) -> str:
    """A file of the repository; LostPlace if there is none."""
    try:
        return (ROOT / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LostPlace(f"there is no file {file}") from None


def definitions(source: str) -> dict[str, tuple[int, int]]:
    """First and last line of every function and class, by name: `Conv2D`, `Conv2D.forward`."""
    found: dict[str, tuple[int, int]] = {}

    def look(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                found[prefix + node.name] = (first, node.end_lineno or node.lineno)
                if isinstance(node, ast.ClassDef):
                    look(node.body, f"{prefix}{node.name}.")

    look(ast.parse(source).body, "")
    return found


def definition(file: str, name: str) -> tuple[int, str]:
    """The first line of a function or class, and its text; LostPlace if it is not there."""
    source = read(file)
    try:
        first, last = definitions(source)[name]
    except KeyError:
        raise LostPlace(f"{file} defines no {name}") from None
    return first, "\n".join(source.splitlines()[first - 1 : last])


def line(file: str, text: str) -> int:
    """The number of the only line that holds a text; LostPlace if none does, or several."""
    lines = read(file).splitlines()
    found = [number for number, each in enumerate(lines, start=1) if text in each]
    if len(found) != 1:
        raise LostPlace(f"{file} has {len(found)} lines with {text!r}; one was expected")
    return found[0]


def sources(package: str) -> list[Path]:
    """All modules of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def module_of(path: Path) -> str:
    """tinynet/layers/dense.py -> tinynet.layers.dense"""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def file_of(module: str) -> str:
    """tinynet.layers -> tinynet/layers/__init__.py"""
    name = module.replace(".", "/")
    return f"{name}/__init__.py" if (ROOT / name).is_dir() else f"{name}.py"
