"""A digit as a picture file."""

from pathlib import Path

import numpy as np
from PIL import Image

from mnist_app.figures.digit import save_digit
from mnist_app.pictures.decode import decode
from mnist_app.pictures.pipeline import preprocess
from tests.app.idx_files import mnist


def test_it_is_black_on_white_and_ten_times_as_large(tmp_path: Path) -> None:
    image = mnist().test_images[0]
    save_digit(image, tmp_path / "digit.png")
    with Image.open(tmp_path / "digit.png") as picture:
        assert picture.mode == "L"
        pixels = np.asarray(picture).astype(float)
    assert pixels.shape == (280, 280)
    assert pixels[0, 0] == 255
    means = pixels.reshape(28, 10, 28, 10).mean(axis=(1, 3))
    assert np.abs(means - (255.0 - image)).mean() < 5  # bicubic: the edges are a little softer
    assert np.corrcoef(means.ravel(), image.ravel())[0, 1] < -0.98


def test_it_can_be_read_back(tmp_path: Path) -> None:
    image = mnist().test_images[0]
    save_digit(image, tmp_path / "digit.png")
    seen = preprocess(decode(tmp_path / "digit.png")).image
    assert np.corrcoef(seen.ravel(), image.ravel())[0, 1] > 0.8
