"""Imports run one way, and heavy libraries wait until they are needed (DESIGN.md).

Each rule is a function of the sources that returns what breaks it. So a test can plant an import,
and see that the rule notices.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# The parts of each package: one may import those that stand before it, and no other.
ORDER = {
    "tinynet": (
        "types",
        "parameter",
        "textbook",
        "initializers",
        "layers",
        "losses",
        "optimizers",
        "schedules",
        "model",
        "gradient_check",
        "inspection",
        "serialization",
        "layer_contract",
        "history",
        "memory",
        "helpers",
        "workers",
        "training",
    ),
    "mnist_app": (
        "text",
        "data",
        "pictures",
        "reading",
        "training",
        "keras",
        "onnx",
        "figures",
        "page",
        "cli",
        "__main__",
    ),
}
LIBRARIES = {  # where each may be imported
    "numpy": ("tinynet", "mnist_app"),
    "threadpoolctl": ("tinynet.workers",),
    "safetensors": ("tinynet.serialization", "mnist_app.keras"),
    "cv2": ("mnist_app.pictures", "mnist_app.training.non_digits", "mnist_app.training.styles"),
    "PIL": ("mnist_app.pictures", "mnist_app.figures"),
    "matplotlib": ("mnist_app.figures", "mnist_app.training.styles"),
    "tensorflow": ("mnist_app.keras",),
    "keras": ("mnist_app.keras",),
    "h5py": ("mnist_app.keras",),
    "onnx": ("mnist_app.onnx",),
    "typer": ("mnist_app.cli",),
    "rich": ("mnist_app.cli",),
    "anyio": ("mnist_app.page",),
    "starlette": ("mnist_app.page",),
    "uvicorn": ("mnist_app.page",),
}
LATE = {"matplotlib", "tensorflow", "keras", "h5py", "onnx"}  # only inside functions
NOT_AT_THE_START = {
    *("cv2", "h5py", "keras", "matplotlib", "onnx", "rich", "scipy", "tensorflow", "torch"),
    *("anyio", "starlette", "uvicorn"),
}

Sources = Mapping[str, str]  # the text of each module by its name


def module(path: Path) -> str:
    """tinynet/layers/dense.py -> tinynet.layers.dense"""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES: Sources = {
    module(path): path.read_text(encoding="utf-8")
    for package in ORDER
    for path in sorted((ROOT / package).rglob("*.py"))
}


def imports(name: str, sources: Sources) -> Iterator[tuple[str, bool]]:
    """(module, whether it is imported as the file is loaded) of every import in a module."""
    for origin, taken, early in imported(sources[name]):
        whole = f"{origin}.{taken}"
        yield (whole if whole in sources else origin), early


@cache  # most tests change one module of all
def imported(text: str) -> tuple[tuple[str, str, bool], ...]:
    """(module, what is taken from it or "", whether as the file is loaded) of every import."""
    tree = ast.parse(text)
    late = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test))
        for node in ast.walk(block)
    }
    found = list[tuple[str, str, bool]]()
    for node in ast.walk(tree):
        early = id(node) not in late
        if isinstance(node, ast.Import):
            found += [(alias.name, "", early) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import: {ast.unparse(node)}"
            found += [(str(node.module), alias.name, early) for alias in node.names]
    return tuple(found)


def inside(name: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of the packages, or in one."""
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


# --- the rules -------------------------------------------------------------------------------


def against_the_order(sources: Sources) -> list[str]:
    """Imports of a later part by an earlier one, and of parts that ORDER does not know."""
    wrong = []
    for name in sources:
        package, _, rest = name.partition(".")
        if not rest:
            continue  # the package's front door, which shows what is behind it
        order = ORDER[package]
        for other, _ in imports(name, sources):
            if inside(other, (package,)):
                part = other.split(".")[1] if "." in other else other
                if part not in order[: order.index(rest.split(".")[0]) + 1]:
                    wrong.append(f"{name} imports {other}")
    return wrong


def circle(sources: Sources) -> list[str]:
    """The modules of a circle of imports, late ones and those for types included."""
    graph = {name: {other for other, _ in imports(name, sources)} for name in sources}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def out_of_place(sources: Sources) -> list[str]:
    """Imports of libraries where they do not belong, or earlier than they may be."""
    wrong = []
    for name in sources:
        for other, early in imports(name, sources):
            library = other.split(".")[0]
            if library in sys.stdlib_module_names or library == "tinynet":
                continue
            if library == "mnist_app":
                allowed = inside(name, ("mnist_app",))
            else:
                allowed = inside(name, LIBRARIES.get(library, ()))
            if not allowed or (early and library in LATE):
                wrong.append(f"{name} imports {other}")
    return wrong


# --- they hold -------------------------------------------------------------------------------


def test_there_is_something_to_read() -> None:
    assert {"tinynet", "tinynet.layers.conv2d", "mnist_app", "mnist_app.data"} <= set(SOURCES)
    assert ("numpy", True) in set(imports("tinynet.model", SOURCES))
    assert ("mnist_app.keras.read", False) in set(imports("mnist_app.cli.convert", SOURCES))


def test_parts_import_only_what_stands_before_them() -> None:
    assert against_the_order(SOURCES) == []


def test_there_is_no_circle() -> None:
    assert circle(SOURCES) == []


def test_libraries_have_their_places_and_heavy_ones_load_late() -> None:
    assert out_of_place(SOURCES) == []


@pytest.mark.parametrize(
    ("name", "unwanted"),
    [
        ("tinynet", NOT_AT_THE_START | {"PIL", "mnist_app"}),
        ("mnist_app.reading.classifier", NOT_AT_THE_START | {"PIL"}),
        ("mnist_app.cli", NOT_AT_THE_START),
    ],
)
def test_importing_loads_nothing_heavy(name: str, unwanted: set[str]) -> None:
    script = f"import sys, {name}; print(*sorted({unwanted!r} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []


# --- and they can be broken ------------------------------------------------------------------


def planted(name: str, line: str) -> Sources:
    """The sources with one more line in a module."""
    return {**SOURCES, name: f"{SOURCES[name]}\n{line}\n"}


@pytest.mark.parametrize(
    ("name", "line", "imported"),
    [
        ("tinynet.losses", "import tinynet.model", "tinynet.model"),
        ("tinynet.initializers", "from tinynet.layers import Dense", "tinynet.layers"),
        (
            "mnist_app.data.idx",
            "from mnist_app.pictures import decode",
            "mnist_app.pictures.decode",
        ),
        ("mnist_app.reading.score", "import mnist_app.training.run", "mnist_app.training.run"),
        (
            "mnist_app.training.run",
            "def draw():\n    from mnist_app.figures import run",
            "mnist_app.figures.run",
        ),
        ("mnist_app.reading.score", "import mnist_app.newcomer", "mnist_app.newcomer"),
        ("mnist_app.reading.score", "import mnist_app", "mnist_app"),
    ],
)
def test_an_import_of_a_later_part_is_noticed(name: str, line: str, imported: str) -> None:
    assert f"{name} imports {imported}" in against_the_order(planted(name, line))


@pytest.mark.parametrize(
    "line",
    [
        "import mnist_app.data.splits",
        "def late():\n    from mnist_app.data import splits",
        "from mnist_app.data import split",
    ],
)
def test_a_circle_is_noticed(line: str) -> None:
    assert "mnist_app.data.idx" in circle(planted("mnist_app.data.idx", line))


@pytest.mark.parametrize(
    ("name", "line", "wrong"),
    [
        ("tinynet.model", "import scipy.signal", True),
        ("tinynet.model", "import mnist_app.text", True),
        ("tinynet.model", "import threadpoolctl", True),
        ("mnist_app.cli.train", "import torch", True),
        ("mnist_app.cli.train", "import matplotlib.pyplot", True),
        ("mnist_app.cli.train", "def draw():\n    import matplotlib", True),
        ("mnist_app.reading.classifier", "import cv2", True),
        ("mnist_app.data.idx", "from tests import conftest", True),
        ("mnist_app.figures", "import matplotlib", True),
        ("mnist_app.figures", "def draw():\n    import matplotlib", False),
        ("mnist_app.keras", "from tensorflow import keras", True),
        ("mnist_app.keras", "def fit():\n    from tensorflow import keras", False),
    ],
)
def test_a_library_out_of_place_is_noticed(name: str, line: str, wrong: bool) -> None:
    assert len(out_of_place(planted(name, line))) == wrong
