"""One image of the data set as a picture file, to try `predict` on."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tinynet.serialization import write_whole


def save_digit(image: NDArray[np.uint8], path: Path) -> None:
    """A (28, 28) image as black ink on white paper, ten times as large."""
    picture = Image.fromarray(255 - image).resize((280, 280), Image.Resampling.BICUBIC)
    write_whole(path, lambda temporary: picture.save(temporary))
