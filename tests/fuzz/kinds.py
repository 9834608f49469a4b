"""What is fuzzed: for each kind of file good ones to begin with, and what the program does with it.

A case is good if it ends in a result, or in errors of one line each. It is broken by any other
exception, by output that is no JSON (NaN is none), and by memory beyond the bound.
"""

import functools
import gzip
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from typer.testing import CliRunner

from mnist_app.cli import app
from mnist_app.data import DatasetError, load_dataset
from mnist_app.data.splits import split
from mnist_app.keras.write import save_keras
from mnist_app.reading.probabilities import ends_in_logits
from mnist_app.training.folder import CHECKPOINT, RunError
from mnist_app.training.options import Options
from mnist_app.training.run import resume_run, start_run
from tests import drawn_pictures
from tests.app.idx_files import NAMES, mnist, write_dataset
from tests.fuzz import mutations
from tests.keras.files import MODELS
from tests.pictures.slow_files import READ
from tests.pictures.test_decode import CONTAINERS
from tests.pictures.test_pnm import FILES as PNM_FILES
from tinynet import ModelFileError, save_model

Mutate = Callable[[bytes, np.random.Generator], bytes]
OWN_ERRORS = (DatasetError, ModelFileError, RunError)


class BrokenError(Exception):
    """What must not happen; the message says what did."""


@dataclass(frozen=True)
class Kind:
    """Good files, how they are mutated, and what is done with one.

    run  gets the path of a file in a folder of its own; raises what it likes if it breaks
    """

    name: str
    seeds: Callable[[], list[bytes]]
    mutate: Mutate
    run: Callable[[Path], None]

    def case(self, seed: int, index: int) -> bytes:
        """The same file for the same numbers; every file is one of the seeds, mutated."""
        rng = np.random.default_rng([seed, index])
        seeds = self.seeds()
        return self.mutate(seeds[rng.integers(len(seeds))], rng)


def command(*arguments: object) -> None:
    """A command that prints JSON, in this process; BrokenError unless it ends as it should."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    errors = result.stderr.splitlines()
    said = bool(errors) or '"error"' in result.stdout
    if result.exit_code not in (0, 1) or (result.exit_code == 1) > said:
        raise BrokenError(f"exit {result.exit_code}, and stderr says {result.stderr!r}")
    if not all(error.startswith("Error: ") for error in errors):
        raise BrokenError(f"stderr says {result.stderr!r}")
    if "memory" in result.output.lower():
        raise MemoryError(result.output)
    if "--json" in arguments:
        for line in result.stdout.splitlines():
            json.loads(line, parse_constant=_no_number)


def _no_number(name: str) -> None:
    raise BrokenError(f"{name} in JSON")


def own_errors_only(run: Callable[[], object]) -> None:
    """Do it; one of our own errors is as good as a result, if it is one line."""
    try:
        run()
    except OWN_ERRORS as error:
        if "\n" in str(error):
            raise BrokenError(f"an error of several lines: {error}") from error


# --- good files ------------------------------------------------------------------------------


@functools.cache
def drawing() -> Image.Image:
    pixels = drawn_pictures.draw(mnist().test_images[0], (60, 80), 0.7)
    return Image.fromarray(drawn_pictures.as_bytes(pixels))


@functools.cache
def pictures() -> list[bytes]:
    """A digit in every container, and small files that are odd."""
    drawn = [container(drawing()) for container in CONTAINERS.values()]
    return [*drawn, *PNM_FILES.values(), *(make() for make in READ.values())]


def saved(save: Callable[[Path], object]) -> bytes:
    """What this writes to a path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        save(path)
        return path.read_bytes()


@functools.cache
def models() -> list[bytes]:
    settings = {"dataset": "mnist", "temperature": 1.25}
    return [saved(partial(save_model, make(), settings=settings)) for make in MODELS.values()]


@functools.cache
def keras_files() -> list[bytes]:
    models = [make() for make in MODELS.values()]
    return [saved(partial(save_keras, m, from_logits=ends_in_logits(m))) for m in models]


@functools.cache
def idx_folder() -> Path:
    """A data set in a folder that stays as long as the process."""
    return write_dataset(Path(tempfile.mkdtemp(prefix="fuzz-")), 100, 20)


@functools.cache
def idx_files() -> list[bytes]:
    plain = [(idx_folder() / name).read_bytes() for name in NAMES]
    return plain + [gzip.compress(content, 1, mtime=0) for content in plain]


CSV_FILES = [
    b"file,label\na.png,7\n",
    b"file,label,paper,pen\na.png,7,white,blue\nb.png,1,,\n'c,d.png',0,x,y\n",
    b'\xef\xbb\xbfname,label,file\r\n"a\nb",3,"a.png"\r\n\r\n,5,a.png\r\n',
    b"File;Label\na.png;7\n",
]


def csv_files() -> list[bytes]:
    return CSV_FILES


@functools.cache
def run_folder() -> Path:
    """A run of two epochs, and the data that it was trained on."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-")) / "run"
    options = Options("mlp-small", 2, workers=1, data=str(idx_folder()))
    with start_run(folder, options) as run:
        run.train()
    return folder


def checkpoints() -> list[bytes]:
    return [(run_folder() / CHECKPOINT).read_bytes()]


# --- what is done with a file ----------------------------------------------------------------


def read_picture(path: Path) -> None:
    command("predict", path, "--model", "cnn", "--json")


def read_with_model(path: Path) -> None:
    picture = path.with_name("seven.png")
    drawing().save(picture)
    command("predict", picture, "--model", path, "--json")
    command("convert", path.rename(path.with_suffix(".safetensors")), path.with_name("out.keras"))


def convert_keras(path: Path) -> None:
    source, target = path.with_suffix(".keras"), path.with_suffix(".safetensors")
    command("convert", path.rename(source), target)
    if target.exists():
        read_with_model(target)


def load_idx(path: Path) -> None:
    """As each of the four files; the others are good."""
    content = path.read_bytes()
    for name in NAMES:
        folder = path.parent / f"as {name}"
        shutil.copytree(idx_folder(), folder)
        (folder / name).write_bytes(content)
        own_errors_only(partial(load_and_split, folder))


def load_and_split(folder: Path) -> None:
    split(load_dataset(folder), 0.1, np.random.default_rng(0))


def score_csv(path: Path) -> None:
    for name in ("a.png", "b.png"):
        drawing().save(path.with_name(name))
    command("score", path.rename(path.with_name("labels.csv")), "--model", "cnn", "--json")


def resume_checkpoint(path: Path) -> None:
    folder = path.parent / "run"
    shutil.copytree(run_folder(), folder)
    path.rename(folder / CHECKPOINT)
    own_errors_only(partial(resume, folder))


def resume(folder: Path) -> None:
    with resume_run(folder, {"data": str(idx_folder())}) as run:
        run.history.best()


KINDS = {
    kind.name: kind
    for kind in (
        Kind("pictures", pictures, mutations.mutated_bytes, read_picture),
        Kind("models", models, mutations.mutated_safetensors, read_with_model),
        Kind("keras", keras_files, mutations.mutated_keras, convert_keras),
        Kind("idx", idx_files, mutations.mutated_bytes, load_idx),
        Kind("csv", csv_files, mutations.mutated_bytes, score_csv),
        Kind("checkpoints", checkpoints, mutations.mutated_safetensors, resume_checkpoint),
    )
}
