"""Digits as they lie on a desk, and how many are read:  python -m tests.pictures.desk

An MNIST digit is pasted on a page in a pen's colour. Then a shadow falls on it, or somebody
underlines, circles, boxes or strikes it, or the page is photographed askew on a dark desk, or
cropped to the digit. What the program does about these was found with other drawings of MNIST's
training digits (desk_for_tuning.py); these here, of test digits, only measure.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.pixels import Pixels
from mnist_app.reading.classifier import load_classifier
from mnist_app.reading.predict import Answer, read_picture

Image8 = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.float32]
Rng = np.random.Generator


@dataclass
class Page:
    """A page in the making: which part of each pixel the ink covers, and where the digit is."""

    cover: Mask
    top: int
    left: int
    bottom: int
    right: int
    pen: int
    paper: npt.NDArray[np.float64]
    ink: npt.NDArray[np.float64]

    @property
    def middle(self) -> npt.NDArray[np.float64]:
        return np.array([self.left + self.right, self.top + self.bottom]) / 2

    @property
    def size(self) -> npt.NDArray[np.int64]:
        """Width and height of the digit."""
        return np.array([self.right - self.left, self.bottom - self.top])

    def line(self, points: npt.NDArray[np.float64], closed: bool = False) -> None:
        """A line with the pen that wrote the digit, through points (x, y)."""
        fixed = np.round(points * 16).astype(np.int32)
        drawn = np.zeros(self.cover.shape, np.uint8)
        cv2.polylines(drawn, [fixed], closed, 255, self.pen, cv2.LINE_AA, 4)
        self.cover = np.maximum(self.cover, drawn / np.float32(255))

    def coloured(self) -> Pixels:
        amount = self.cover[:, :, None]
        return np.asarray((1 - amount) * self.paper + amount * self.ink, np.float32)


def pasted(digit: Image8, rng: Rng, thicker: int = 0) -> Page:
    """The digit, enlarged, somewhere on a page with room around it."""
    rows, columns = np.nonzero(digit > 60)
    box = digit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = rng.uniform(4, 7)
    size = [max(1, round(side * scale)) for side in box.shape[::-1]]
    large = cv2.resize(box / np.float32(255), size, interpolation=cv2.INTER_CUBIC).clip(0, 1)
    large = np.pad(((large - 0.3) / 0.4).clip(0, 1), thicker + 1)
    if thicker:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * thicker + 1,) * 2)
        large = cv2.dilate(large, kernel)
    height, width = large.shape
    room = rng.integers(height * 2 // 3, height * 3 // 2, 4)
    cover = np.pad(large, (tuple(room[:2]), tuple(room[2:]))).astype(np.float32)
    pen = max(2, round(2.6 * scale * rng.uniform(0.7, 1)))
    top, left = int(room[0]), int(room[2])
    paper = rng.uniform(0.78, 0.98) * np.array([1, rng.uniform(0.96, 1), rng.uniform(0.88, 1)])
    ink = rng.uniform(0.05, 0.35, 3)
    return Page(cover, top, left, top + height, left + width, pen, paper, ink)


def photographed(picture: Pixels, rng: Rng) -> Image8:
    """With a camera's blur and noise."""
    blurred = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.4, 1.2))
    noisy = blurred + rng.normal(0, rng.uniform(0.002, 0.02), picture.shape)
    return np.round(noisy.clip(0, 1) * 255).astype(np.uint8)


def plain(digit: Image8, rng: Rng) -> Image8:
    return photographed(pasted(digit, rng).coloured(), rng)


def shadow(digit: Image8, rng: Rng) -> Image8:
    """One with a hard edge, that crosses the digit or passes beside it."""
    page = pasted(digit, rng)
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[: page.cover.shape[0], : page.cover.shape[1]]
    far = (x - page.middle[0]) * np.cos(angle) + (y - page.middle[1]) * np.sin(angle)
    shade = np.where(far > rng.uniform(-0.6, 0.6) * page.size.max(), rng.uniform(0.45, 0.75), 1)
    return photographed((page.coloured() * shade[:, :, None]).astype(np.float32), rng)


def wobbly(points: npt.NDArray[np.float64], rng: Rng, amount: float) -> npt.NDArray[np.float64]:
    """The points as a hand meets them."""
    steps = rng.normal(0, 1, points.shape)
    smooth = np.stack([np.convolve(step, np.ones(7) / 7, "same") for step in steps.T], axis=1)
    return points + amount * smooth


def across(page: Page, rng: Rng, height: float) -> npt.NDArray[np.float64]:
    """A line across the page at a height, longer than the digit is wide."""
    half = page.size[0] * rng.uniform(0.55, 0.9) + page.pen
    x = np.linspace(-half, half, 30)
    y = height + x * rng.uniform(-0.06, 0.06)
    return wobbly(np.stack([page.middle[0] + x, y], axis=1), rng, page.pen / 3)


def underlined(digit: Image8, rng: Rng) -> Image8:
    page = pasted(digit, rng)
    page.line(across(page, rng, page.bottom + page.size[1] * rng.uniform(0.06, 0.25)))
    return photographed(page.coloured(), rng)


def struck(digit: Image8, rng: Rng) -> Image8:
    page = pasted(digit, rng)
    page.line(across(page, rng, page.middle[1] + page.size[1] * rng.uniform(-0.15, 0.15)))
    return photographed(page.coloured(), rng)


def circled(digit: Image8, rng: Rng) -> Image8:
    """By a hand that does not quite meet the beginning again."""
    page = pasted(digit, rng)
    turn = np.linspace(0, 2 * np.pi * rng.uniform(0.97, 1.08), 60) + rng.uniform(0, 6)
    radius = page.size.max() * rng.uniform(0.7, 0.9) * np.array([rng.uniform(0.85, 1.1), 1])
    radius = radius * np.linspace(1, rng.uniform(0.95, 1.07), 60)[:, None]
    points = page.middle + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    page.line(wobbly(points, rng, page.pen / 2))
    return photographed(page.coloured(), rng)


def boxed(digit: Image8, rng: Rng) -> Image8:
    page = pasted(digit, rng)
    half = page.size / 2 + page.size.max() * rng.uniform(0.15, 0.4)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    page.line(page.middle + corners + rng.normal(0, page.pen / 2, (4, 2)), closed=True)
    return photographed(page.coloured(), rng)


def tilted(digit: Image8, rng: Rng) -> Image8:
    """A note on a dark desk with a grain, turned by 12 degrees."""
    page = pasted(digit, rng)
    note = page.coloured()
    height, width = note.shape[:2]
    side = round(1.5 * max(height, width))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 12 * rng.choice([-1, 1]), 1)
    turn[:, 2] += (side - np.array([width, height])) / 2
    turned = cv2.warpAffine(note, turn, (side, side), flags=cv2.INTER_AREA)
    seen = cv2.warpAffine(np.ones((height, width), np.float32), turn, (side, side))[:, :, None]
    grain = cv2.resize(rng.normal(0, 0.03, (side // 4, 4)), (side, side))
    desk = rng.uniform(0.12, 0.4) * np.array([1, 0.8, 0.6]) + grain[:, :, None]
    return photographed((turned + (1 - seen) * desk).astype(np.float32), rng)


def tight(digit: Image8, rng: Rng, thicker: int = 0) -> Image8:
    """Cropped to the ink and a few pixels more."""
    page = pasted(digit, rng, thicker)
    rows, columns = np.nonzero(page.cover > 0.5)
    top, left, bottom, right = rng.integers(0, 4, 4)
    box = (
        slice(rows.min() - top, rows.max() + 1 + bottom),
        slice(columns.min() - left, columns.max() + 1 + right),
    )
    return photographed(page.coloured()[box], rng)


def bold_and_tight(digit: Image8, rng: Rng) -> Image8:
    return tight(digit, rng, thicker=int(rng.integers(3, 8)))


Kinds = Mapping[str, Callable[[Image8, Rng], Image8]]
KINDS: Kinds = {
    "plain": plain,
    "shadow": shadow,
    "underlined": underlined,
    "struck": struck,
    "circled": circled,
    "boxed": boxed,
    "tilted": tilted,
    "tight": tight,
    "bold_and_tight": bold_and_tight,
}


@dataclass
class Count:
    """How many were right, refused in words, and wrong; of these, more than 90 % sure."""

    right: int = 0
    refused: int = 0
    wrong: int = 0
    sure_and_wrong: int = 0

    def add(self, answer: Answer, label: int | str) -> None:
        """An answer to a picture of one digit, or of a number in one line."""
        is_right = (answer.lines or [str(answer.digit)]) == [str(label)]
        is_wrong = answer.problem is None and not is_right
        self.right += answer.problem is None and is_right
        self.refused += answer.problem is not None
        self.wrong += is_wrong
        self.sure_and_wrong += is_wrong and answer.confidence > 0.9


def measured(
    kinds: Kinds, images: Image8, labels: npt.NDArray[np.integer], seed: int = 0
) -> Iterator[tuple[str, Count]]:
    """Each kind drawn around each digit, and what the program says of them."""
    classifier = load_classifier()
    for number, (name, draw) in enumerate(kinds.items()):
        rng, count = np.random.default_rng([seed, number]), Count()
        for image, label in zip(images, labels.tolist(), strict=True):
            picture = draw(image, rng)
            count.add(
                read_picture(classifier, picture.astype(np.float32) / np.float32(255), ""), label
            )
        yield name, count


def show(kinds: Kinds, images: Image8, labels: npt.NDArray[np.integer], seed: int = 0) -> None:
    """Measure, and print a line a kind."""
    show_counts(measured(kinds, images, labels, seed))


def show_counts(counts: Iterable[tuple[str, Count]]) -> None:
    """A line a kind."""
    print(f"{'':16} right  refused  wrong  wrong and > 90 % sure")
    for name, count in counts:
        print(
            f"{name:16} {count.right:5}  {count.refused:7}  {count.wrong:5}  "
            f"{count.sure_and_wrong:5}",
            flush=True,
        )


def main() -> None:
    """Measure with the first test digits."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures.desk", description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="pictures of each kind")
    count = parser.parse_args().count
    mnist = load_mnist()
    show(KINDS, mnist.test_images[:count], mnist.test_labels[:count])


if __name__ == "__main__":
    main()
