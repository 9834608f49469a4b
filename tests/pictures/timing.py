"""How long a picture of 400x400 pixels takes to read:  python -m tests.pictures.timing

Of each kind of desk.py ten pictures, stretched to this size; each is read five times, and the
fastest counts, since other programs may have been busy during the others.
"""

import statistics
import time

import cv2
import numpy as np

from mnist_app.data.dataset import load_mnist
from mnist_app.pictures.pixels import Pixels
from mnist_app.reading.classifier import Classifier, load_classifier
from mnist_app.reading.predict import read_picture
from tests.pictures.desk import KINDS

SIDE, PICTURES, TIMES = 400, 10, 5


def milliseconds(classifier: Classifier, picture: Pixels) -> float:
    """From the pixels to the answer, by the clock."""
    took = []
    for _ in range(TIMES):
        started = time.perf_counter()
        read_picture(classifier, picture, "")
        took.append(time.perf_counter() - started)
    return 1000 * min(took)


def main() -> None:
    """A line for each kind, and one for all."""
    classifier, images, everything = load_classifier(), load_mnist().test_images, []
    print(f"{'':16} median  slowest, in ms")
    for number, (name, draw) in enumerate(KINDS.items()):
        rng, took = np.random.default_rng([1, number]), []
        for image in images[:PICTURES]:
            picture = cv2.resize(draw(image, rng), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            took.append(milliseconds(classifier, picture.astype(np.float32) / np.float32(255)))
        print(f"{name:16} {statistics.median(took):6.1f}  {max(took):7.1f}", flush=True)
        everything += took
    print(f"{'all':16} {statistics.median(everything):6.1f}  {max(everything):7.1f}")


if __name__ == "__main__":
    main()
