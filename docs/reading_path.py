"""How much there is to read, and how far it is to a gradient:  python docs/reading_path.py

Prints the lines of all files that a reader needs to understand how the network `cnn` is trained,
those of all of tinynet, and the way from the training step to the convolution's gradient.
"""

import ast
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from mnist_app.training.networks import build_network  # noqa: E402
from tinynet import Adam, softmax_cross_entropy, train_step  # noqa: E402

TINYNET = ROOT / "tinynet"
READING_PATH = (  # in the order in which they are best read
    "training.py",
    "model.py",
    "layers/layer.py",
    "parameter.py",
    "types.py",
    "initializers.py",
    "textbook.py",
    "layers/dense.py",
    "layers/relu.py",
    "layers/flatten.py",
    "layers/conv2d.py",
    "layers/max_pool.py",
    "layers/windows.py",
    "layers/layout.py",
    "losses.py",
    "optimizers.py",
)


def count(files: list[Path]) -> str:
    """Lines in all, of code, and of docstrings; the rest is blank or a comment."""
    lines = code = docstrings = 0
    for file in files:
        source = file.read_text(encoding="utf-8")
        lines += len(source.splitlines())
        documented = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
                first = node.body[0]
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    documented |= set(range(first.lineno, (first.end_lineno or 0) + 1))
        docstrings += len(documented)
        for number, line in enumerate(source.splitlines(), start=1):
            text = line.strip()
            code += bool(text) and not text.startswith("#") and number not in documented
    return f"{lines:,} lines, of them {code:,} code and {docstrings:,} docstrings"


def way_to_the_gradient() -> list[str]:
    """The functions, each called by the one before, from `train_step` to `Conv2D.backward`."""
    found: list[str] = []

    def look(frame: FrameType, event: str, _: Any) -> None:
        at: FrameType | None = frame
        if event == "call" and not found and frame.f_code.co_qualname == "Conv2D.backward":
            while at is not None and at.f_code.co_name != "way_to_the_gradient":
                file = Path(at.f_code.co_filename).relative_to(TINYNET)
                found.insert(0, f"{at.f_code.co_qualname} ({file})")
                at = at.f_back

    images = np.zeros((8, 28, 28), np.uint8)
    sys.setprofile(look)
    train_step(build_network("cnn"), images, np.arange(8), softmax_cross_entropy, Adam())
    sys.setprofile(None)
    return found


if __name__ == "__main__":
    print("to understand how cnn is trained:", count([TINYNET / name for name in READING_PATH]))
    print("all of tinynet:", count(sorted(TINYNET.rglob("*.py"))))
    print("from the step to a gradient:", " -> ".join(way_to_the_gradient()))
