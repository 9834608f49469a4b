"""What tinynet, Keras and PyTorch are compared in."""

from functools import partial
from pathlib import Path

from benchmarks.jobs import Job, Values
from benchmarks.machine import installed_megabytes, library_megabytes, program_megabytes
from benchmarks.processes import import_seconds, measured, seconds_of
from benchmarks.results import SIDES, Row
from benchmarks.settings import EPOCH_STEPS, Size

MODULES = {"tinynet": "tinynet", "keras": "keras", "pytorch": "torch"}  # what one imports
DISTRIBUTIONS = {"keras": "tensorflow", "pytorch": "torch"}  # what one installs
PICTURE = "digit.png"
MODELS = {"tinynet": "cnn.safetensors", "keras": "cnn.keras"}


def rows() -> dict[str, Row]:
    """The rows of the table, empty; the columns are the sides."""
    return {
        "epoch_cnn": Row("Training epoch, `cnn`, 60,000 images", "s"),
        "epoch_mlp": Row("Training epoch, `mlp`, 60,000 images", "s"),
        "epoch_cnn-large": Row("Training epoch, `cnn-large`, 60,000 images", "s"),
        "epoch_distorted": Row("Training epoch, `cnn`, 60,000 distorted images", "s"),
        "evaluation": Row("Evaluating 10,000 images, `cnn`", "s"),
        "predict": Row("One image, `model.predict`", "ms"),
        "call": Row("One image, calling the model directly", "ms"),
        "predict_on_batch": Row("One image, Keras's `predict_on_batch`", "ms"),
        "cold_predict": Row("The whole `predict` command, cold start", "s"),
        "import": Row("Importing the package", "s"),
        "memory": Row("Peak memory of training `cnn`", "MB"),
        "installed": Row("Installed size, the library and what it needs", "MB"),
        "installed_program": Row("Installed size, with `mnist_app` and its data", "MB"),
    }


def prepare(size: Size, folder: str) -> None:
    """Write what the `predict` commands read: a picture, and a network with random weights."""
    measured("tinynet", "write_picture", size, path=str(Path(folder) / PICTURE))
    for side, name in MODELS.items():
        measured(side, "write_model", size, path=str(Path(folder) / name))


def jobs(size: Size, folder: str) -> list[list[Job]]:
    """Groups of measurements to be made one after the other, as they are compared."""
    picture = str(Path(folder) / PICTURE)
    model = {side: str(Path(folder) / name) for side, name in MODELS.items()}
    commands = {
        "tinynet": ["-m", "mnist_app", "predict", picture, "--model", model["tinynet"]],
        "keras": ["benchmarks/keras_predict.py", model["keras"], picture],
    }
    return [
        [job("training cnn", side, partial(training, side, size, "cnn")) for side in SIDES],
        [job("training mlp", side, partial(training, side, size, "mlp")) for side in SIDES],
        [
            job("training cnn-large", side, partial(training, side, size, "cnn-large"))
            for side in SIDES
        ],
        [job("distorted images", side, partial(distorted, side, size)) for side in SIDES],
        [job("evaluation", side, partial(evaluation, side, size)) for side in SIDES],
        [job("one image", side, partial(one_image, side, size)) for side in SIDES],
        [job("predict command", side, partial(cold_predict, commands[side])) for side in commands],
        [job("import", side, partial(importing, MODULES[side])) for side in MODULES],
    ]


def job(what: str, side: str, measure: partial[Values]) -> Job:
    """A job whose column is a side."""
    return Job(f"{what}, {SIDES[side]}", side, measure)


def training(side: str, size: Size, network: str) -> Values:
    """An epoch's time, and for `cnn` the memory that it takes."""
    found = measured(side, "training", size, network=network)
    memory = {"memory": found["peak"]} if network == "cnn" else {}
    return {f"epoch_{network}": found["step"] * EPOCH_STEPS, **memory}


def distorted(side: str, size: Size) -> Values:
    """The time of an epoch whose images are turned, shifted and stretched, each time anew."""
    found = measured(side, "training", size, network="cnn", distorted=True)
    return {"epoch_distorted": found["step"] * EPOCH_STEPS}


def evaluation(side: str, size: Size) -> Values:
    """The time of one evaluation."""
    return {"evaluation": measured(side, "evaluation", size)["evaluation"]}


def one_image(side: str, size: Size) -> Values:
    """The time of each way to predict one image."""
    found = measured(side, "one_image", size)
    return {
        way: found[way] * 1e3 for way in ("predict", "call", "predict_on_batch") if way in found
    }


def cold_predict(command: list[str]) -> Values:
    """The time of a `predict` command, from the shell's point of view."""
    return {"cold_predict": seconds_of(command)}


def importing(module: str) -> Values:
    """The time of an import."""
    return {"import": import_seconds(module)}


def add_installed_sizes(rows: dict[str, Row]) -> None:
    """Sizes on disk: looked up once, as they do not change."""
    rows["installed"].add("tinynet", library_megabytes())
    rows["installed_program"].add("tinynet", program_megabytes())
    for side, name in DISTRIBUTIONS.items():
        rows["installed"].add(side, installed_megabytes([name]))
