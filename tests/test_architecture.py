"""Imports run one way, and heavy packages wait until they are needed (DESIGN.md)."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"matplotlib", "PIL", "scipy", "tensorflow", "keras", "torch", "mnist_app"}
ALLOWED = {  # which parts of tinynet each part may import
    "initializers": {"layers"},  # only the names of types, from layers.base
    "layers": {"initializers"},
    "schedules": set(),
    "losses": {"layers"},
    "optimizers": {"layers"},
    "model": {"layers", "initializers"},
    "workers": {"layers", "model", "optimizers"},
    "gradient_check": {"layers", "model"},
    "serialization": {"layers", "model"},
    "training": {"layers", "model", "losses", "optimizers", "parallel"},
}
TINYNET = sorted((ROOT / "tinynet").rglob("*.py"))
APP = sorted((ROOT / "mnist_app").rglob("*.py"))


def module(path: Path) -> str:
    """tinynet/layers/base.py -> tinynet.layers.base"""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """(module, whether it is imported as the file is loaded) of every import in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test))
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) not in late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            names = whole if node.module in ("tinynet", "mnist_app") else [str(node.module)]
            yield from ((name, id(node) not in late) for name in names)


def top(name: str) -> str:
    return name.split(".")[0]


def test_there_is_something_to_read() -> None:
    assert {"tinynet.layers.conv2d", "tinynet.model"} <= {module(path) for path in TINYNET}
    assert {"mnist_app", "mnist_app.figures.plots"} <= {module(path) for path in APP}
    assert ("numpy", True) in set(imports(ROOT / "tinynet" / "model.py"))


@pytest.mark.parametrize("path", TINYNET, ids=module)
def test_tinynet_needs_numpy_and_little_else(path: Path) -> None:
    allowed = {"numpy", "tinynet"} | set(sys.stdlib_module_names)
    if path.stem == "workers":
        allowed.add("threadpoolctl")
    if path.stem == "serialization":
        allowed.add("safetensors")
    assert {top(name) for name, _ in imports(path)} - allowed == set()


@pytest.mark.parametrize("path", TINYNET, ids=module)
def test_imports_in_tinynet_run_one_way(path: Path) -> None:
    name = module(path)
    if name == "tinynet":  # the front door, which shows everything
        return
    part = name.split(".")[1]
    used = {other for other, _ in imports(path) if top(other) == "tinynet"}
    parts = {other.split(".")[1] for other in used}
    assert parts - {part} <= ALLOWED[part]
    if part in ("initializers", "losses", "optimizers"):
        assert used <= {"tinynet.layers.base"}


def test_no_cycles_among_the_files() -> None:
    graph = {module(p): {n for n, early in imports(p) if early} for p in TINYNET + APP}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail, name])
        if name in done or name not in graph:
            return
        for other in graph[name]:
            visit(other, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", APP, ids=module)
def test_heavy_packages_have_their_places_and_load_late(path: Path) -> None:
    used = set(imports(path))
    name = module(path)
    for other, early in used:
        if top(other) in ("tensorflow", "keras"):
            assert name.startswith(("mnist_app.keras.networks", "mnist_app.keras.compare")), other
            assert not early, f"{other} is imported as the file is loaded"
        if top(other) == "matplotlib":
            assert name == "mnist_app.figures.plots", other
            assert not early, f"{other} is imported as the file is loaded"
        assert top(other) not in ("torch", "tests", "tutorials", "benchmarks")


@pytest.mark.parametrize("name", ["tinynet", "mnist_app.cli"])
def test_importing_loads_nothing_heavy(name: str) -> None:
    unwanted = HEAVY if name == "tinynet" else HEAVY - {"PIL", "mnist_app"}
    script = f"import sys, {name}; print(*sorted({unwanted!r} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []
