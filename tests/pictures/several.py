"""Numbers as people write and crop them:  python -m tests.pictures.several [SEED]

Two to four of MNIST's test digits side by side, enlarged, in ink on paper. On a page, cropped
nearly to their box, and one digit alone between neighbours that the frame cuts off. What the
program does about these was found with other drawings, of training digits.
"""

import sys
from collections.abc import Callable, Iterator

import cv2
import numpy as np

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.pixels import Pixels, box_of
from mnist_app.reading.classifier import load_classifier
from mnist_app.reading.predict import read_picture
from tests.pictures.desk import Count, Image8, Rng, show_counts

HEIGHT, EACH = 160, 200  # pixels of a digit, pictures of a kind
Row = list[Pixels]  # the ink of each digit, (H, W)
Kind = Callable[[Row, Rng], Pixels]


def row(digits: Image8, rng: Rng) -> Row:
    """The digits, enlarged to about the same height, each cropped to its ink."""
    inks = []
    for digit in digits:
        ink = digit[box_of(digit > 60)].astype(np.float32) / 255
        scale = HEIGHT * rng.uniform(0.85, 1.1) / len(ink)
        inks.append(cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
    return inks


def side_by_side(inks: Row, rng: Rng, margins: tuple[int, int, int, int]) -> Pixels:
    """In one line that is not quite level; margins: top, right, bottom, left, in pixels."""
    gaps = rng.integers(25, 70, len(inks) - 1)
    downs = rng.integers(0, 12, len(inks))
    height = max(len(ink) + down for ink, down in zip(inks, downs, strict=True))
    padded = [
        np.pad(ink, ((down, height - down - len(ink)), (0, gap)))
        for ink, down, gap in zip(inks, downs, [*gaps, 0], strict=True)
    ]
    top, right, bottom, left = margins
    return np.pad(np.concatenate(padded, axis=1), ((top, bottom), (left, right)))


def on_a_page(inks: Row, rng: Rng) -> Pixels:
    top, right, bottom, left = rng.integers(HEIGHT // 3, HEIGHT, 4).tolist()
    return side_by_side(inks, rng, (top, right, bottom, left))


def tight(inks: Row, rng: Rng) -> Pixels:
    top, right, bottom, left = rng.integers(0, 12, 4).tolist()
    return side_by_side(inks, rng, (top, right, bottom, left))


def between_neighbours(inks: Row, rng: Rng) -> Pixels:
    """The second digit of three; of the others, up to 45 % of their width are in the picture."""
    first, own, last = inks[:3]
    cut = int(first.shape[1] * rng.uniform(0.55, 0.95))
    kept = max(1, int(last.shape[1] * rng.uniform(0.05, 0.45)))
    top, bottom = rng.integers(8, 60, 2).tolist()
    return side_by_side([first[:, cut:], own, last[:, :kept]], rng, (top, 0, bottom, 0))


NEIGHBOURS = "neighbours"  # of these three digits, the second alone is to be read
KINDS: dict[str, Kind] = {
    "on a page": on_a_page,
    "tight": tight,
    NEIGHBOURS: between_neighbours,
}


def coloured(cover: Pixels, rng: Rng) -> Pixels:
    """Grey ink on lighter paper, a little blurred and noisy."""
    paper, ink = rng.uniform(0.7, 1), rng.uniform(0, 0.4)
    blurred = cv2.GaussianBlur(cover.clip(0, 1), (0, 0), rng.uniform(0.5, 2))
    noisy = paper + (ink - paper) * blurred + rng.normal(0, 0.01, cover.shape)
    return noisy.clip(0, 1).astype(np.float32)


def measured(seed: int) -> Iterator[tuple[str, Count]]:
    """Each kind, and what the program says of its pictures."""
    classifier, mnist = load_classifier(), load_mnist()
    for number, (name, draw) in enumerate(KINDS.items()):
        rng, count = np.random.default_rng([seed, number]), Count()
        for _ in range(EACH):
            places = rng.integers(0, len(mnist.test_images), int(rng.integers(2, 5)))
            if name == NEIGHBOURS:
                places = rng.integers(0, len(mnist.test_images), 3)
            picture = coloured(draw(row(mnist.test_images[places], rng), rng), rng)
            label = "".join(map(str, mnist.test_labels[places]))
            answer = read_picture(classifier, picture, "")
            count.add(answer, label[1] if name == NEIGHBOURS else label)
        yield name, count


if __name__ == "__main__":
    show_counts(measured(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
