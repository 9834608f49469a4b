"""Draw before_after.png and explained.png:  python docs/before_after.py, in the clone.

Four pictures as people make them, from MNIST digits on drawn paper; what a plain "grey, invert
if bright, resize to 28x28" makes of them, and what `predict` does, with the network's answers.
"""

import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from mnist_app.cli import app  # noqa: E402
from mnist_app.data.dataset import load_mnist  # noqa: E402
from mnist_app.figures.answers import frame  # noqa: E402
from mnist_app.figures.look import INK_ON_PAPER, save_figure  # noqa: E402
from mnist_app.reading.classifier import Classifier, load_classifier  # noqa: E402
from mnist_app.reading.predict import read_picture  # noqa: E402
from tests import drawn_pictures as drawn  # noqa: E402

Picture = np.ndarray


def pictures() -> dict[str, Picture]:
    """A photo on squared paper, a hair-thin pen in a corner, a blackboard, a scan with edges."""
    digits, rng = load_mnist().test_images, np.random.default_rng(4)
    squared = drawn.draw(digits[1], (480, 420), ink=(0.15, 0.15, 0.4))
    beige, corner = (0.93, 0.9, 0.82), (0.3, 0.75)
    thin = drawn.draw(digits[4], (500, 560), height=0.3, pen=0.03, centre=corner, paper=beige)
    board = drawn.draw(digits[7], (420, 420), paper=(0.12, 0.2, 0.16), ink=(0.9, 0.9, 0.85))
    scan = drawn.draw(digits[0], (420, 360), ink=(0.55, 0.55, 0.55))
    return {
        "squared paper, uneven light": drawn.shade(drawn.rule(squared, rng), rng),
        "thin pen, far from the middle": drawn.cast_shadow(thin, rng),
        "blackboard": drawn.add_noise(board, rng),
        "pale pencil, edges of a scan": drawn.add_edge(drawn.add_specks(scan, rng), rng),
    }


def number() -> Picture:
    """2026 with a line below it."""
    digits, sheet = load_mnist().test_images, np.ones((300, 560, 3), np.float32)
    for place, index in enumerate((1, 3, 1, 21)):
        digit = drawn.draw(digits[index], (300, 560), 0.4, centre=(0.45, 0.2 + 0.2 * place))
        sheet = np.minimum(sheet, digit)
    return cv2.line(sheet, (40, 225), (520, 215), (0.1, 0.1, 0.1), 9, cv2.LINE_AA)


def plainly(picture: Picture) -> Picture:
    """What most programs do: grey, black and white exchanged if bright, resized to 28x28."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    grey = 255 - grey if grey.mean() > 127 else grey
    return cv2.resize(grey, (28, 28), interpolation=cv2.INTER_AREA)


def draw(figure: Figure, sheets: dict[str, Picture], classifier: Classifier) -> None:
    """A column each: the picture, what plain resizing leaves of it, and what tinynet reads."""
    figure.set_size_inches(2.1 * len(sheets), 6.2)
    cells = figure.subplots(3, len(sheets))
    for (original, *small), (name, sheet) in zip(cells.T, sheets.items(), strict=True):
        original.imshow(sheet)
        original.set_title(name)
        frame(original)
        answer = read_picture(classifier, sheet.astype(np.float32) / np.float32(255), name)
        ways = {"resized": plainly(sheet), "tinynet": answer.stages.image}
        for axes, (way, image) in zip(small, ways.items(), strict=True):
            axes.imshow(image, **INK_ON_PAPER)
            row = classifier.probabilities(image[np.newaxis])[0]
            axes.set_title(f"{way}: {row.argmax()}, {row.max():.0%}")
            frame(axes)


def main() -> None:
    """Write both pictures."""
    sheets = {name: drawn.as_bytes(sheet) for name, sheet in pictures().items()}
    save_figure(FOLDER / "before_after.png", draw, sheets, load_classifier())
    explained = dict(list(sheets.items())[:2]) | {"a number, underlined": drawn.as_bytes(number())}
    with tempfile.TemporaryDirectory() as folder:
        files = [str(Path(folder, f"{name}.png")) for name in explained]
        for file, picture in zip(files, explained.values(), strict=True):
            Image.fromarray(picture).save(file)
        app(["predict", *files, "--explain", str(FOLDER / "explained.png"), "--overwrite"])


if __name__ == "__main__":
    main()
