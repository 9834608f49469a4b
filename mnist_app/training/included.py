"""The included weights, made anew: `python -m mnist_app.training.included FOLDER`.

Trains both networks and the detector, in an hour and a half on two cores, and says of each whether
it has the bits of the included file. Run again, it goes on where it was interrupted.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mnist_app.reading.classifier import INCLUDED, MODEL, WEIGHTS
from mnist_app.training.digit_detector import train_detector
from mnist_app.training.folder import CHECKPOINT
from tinynet import load_model, save_model

DETECTOR = "digit_detector.safetensors"

# What `train` is told for each folder, in this order; the second run begins with the first's
# weights. Another number of workers gives other bits.
RUNS = {
    "plain": "--model cnn-large --augment --epochs 20",
    "cnn-large": "--model cnn-large --augment --styles --start plain --learning-rate 0.001 "
    "--epochs 3",
    "cnn": "--augment --epochs 20",
}
WORKERS = "--workers 2"


def make(folder: Path) -> None:
    """Train what is not finished; CalledProcessError where `train` fails, which has said why."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, options in RUNS.items():
        if (folder / name / CHECKPOINT).exists():
            options = "--resume"
        train = f"-m mnist_app train {options} {WORKERS} --output {name}"
        subprocess.run([sys.executable, *train.split()], cwd=folder, check=True)
    if not (folder / DETECTOR).exists():
        save_model(train_detector(), folder / DETECTOR)


def compared(folder: Path) -> Iterator[tuple[str, float]]:
    """For each included file, the largest distance of a number in it from the one made here."""
    for name, included in INCLUDED.items():
        yield name, distance(folder / name / MODEL, included)
    yield "digit_detector", distance(folder / DETECTOR, WEIGHTS / DETECTOR)


def distance(one: Path, other: Path) -> float:
    """The largest difference of two models' numbers, 0 for the same bits; inf for other layers."""
    here, there = load_model(one)[0], load_model(other)[0]
    if list(map(repr, here.layers)) != list(map(repr, there.layers)):
        return float("inf")
    pairs = zip(here.parameters().values(), there.parameters().values(), strict=True)
    return max(float(np.abs(a.value - b.value).max()) for a, b in pairs)


def main(folder: Path) -> int:
    """Make and compare; the exit code is 1 if any file differs from the included one."""
    try:
        make(folder)
    except subprocess.CalledProcessError as error:
        return error.returncode
    except OSError as error:
        print(f"Error: cannot write to '{folder}' ({error.strerror})", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on after the last epoch.", file=sys.stderr)
        return 130
    same = True
    for name, away in compared(folder):
        print(f"{name}: " + ("the same bits" if away == 0 else f"up to {away:.2g} away"))
        same = same and away == 0
    return 0 if same else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    sys.exit(main(parser.parse_args().folder))
