"""Names of classes on their way: from the data set into the model's file, and into every answer."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from mnist_app.data.labels import DIGITS, numbers
from mnist_app.figures.confusion import draw_confusion
from mnist_app.figures.grids import draw_mistakes
from mnist_app.reading.classifier import INCLUDED, MODEL, load_classifier
from mnist_app.reading.datasets import load_data
from mnist_app.reading.predict import Answer, predict_file
from mnist_app.training.networks import build_network
from tests.app.class_folders import CLASSES, rows_of_ink, write_classes
from tests.app.conftest import Cli
from tests.app.idx_files import NAMES, idx_bytes, mnist, write_dataset
from tests.figures.samples import distinct_images, evaluation
from tinynet import Dense, Flatten, ModelFileError, Sequential, load_model, save_model


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("shapes") / "shapes", 12)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, shapes: Path, cli: Cli) -> Path:
    """A run that has learned bars, i's and rings."""
    folder = tmp_path_factory.mktemp("run") / "run"
    result = cli(
        "train", "--data", shapes, "--output", folder, "--epochs=12", "--batch-size=8", "--seed=1"
    )
    assert result.exit_code == 0, result.output
    assert "It begins with what the included cnn has learned of digits." in result.stdout
    assert "Note: 48 steps are few to learn from so few images" in result.stderr
    return folder


def test_training_begins_with_what_is_included_but_its_last_layer(run: Path) -> None:
    model, settings = load_model(run / MODEL)
    assert (settings["classes"], settings["start"]) == (list(CLASSES), "cnn")
    assert model.output_shape == (3,)
    learned, _ = load_model(INCLUDED["cnn"])
    fresh = build_network("cnn", 3, seed=1)
    for name in ("conv2d_1.kernel", "dense_1.kernel"):
        kernel, before, random = (m.parameters()[name].value for m in (model, learned, fresh))
        assert np.abs(kernel - before).mean() < np.abs(kernel - random).mean() / 3


def test_predict_answers_with_names(cli: Cli, run: Path, shapes: Path) -> None:
    pictures = [next((shapes / name).iterdir()) for name in CLASSES]
    for name, picture in zip(CLASSES, pictures, strict=True):
        first, *bars = cli("predict", "--model", run, picture).stdout.splitlines()
        assert first.startswith(f"{picture}: {name}, ")
        assert [bar[2:12].strip() for bar in bars] == list(CLASSES)
        report = json.loads(cli("predict", "--json", "--model", run, picture).stdout)
        assert report["class"] == name
        assert "digit" not in report
        assert list(report["probabilities"]) == list(CLASSES)
        assert report["probabilities"][name] == report["confidence"]
        assert report["problem"] is None


def test_a_shape_need_not_look_like_a_digit(run: Path, shapes: Path) -> None:
    """By the rules of digits an i loses its dot, or is none."""
    classifier = load_classifier(str(run))
    assert not classifier.reads_digits
    for picture in (shapes / "i with dot").iterdir():
        answer = predict_file(classifier, str(picture))
        assert isinstance(answer, Answer)
        assert (answer.name, answer.problem) == ("i with dot", None)
        assert rows_of_ink(answer.stages.image) > 1


def test_evaluate_and_metrics_use_names(cli: Cli, run: Path, shapes: Path) -> None:
    text = cli("evaluate", run, "--data", shapes).stdout
    assert any(line.split()[:2] == ["class", "images"] for line in text.splitlines())
    assert any(line.startswith("i with dot ") for line in text.splitlines())
    report = json.loads(cli("evaluate", run, "--data", shapes, "--json").stdout)
    assert [row["class"] for row in report["classes"]] == list(CLASSES)
    metrics = json.loads((run / "metrics.json").read_text())
    assert [row["class"] for row in metrics["test"]["classes"]] == list(CLASSES)
    assert report["images"] == 6


def test_evaluate_finds_classes_by_their_names(cli: Cli, run: Path, tmp_path: Path) -> None:
    """A data set with fewer classes, which has other numbers for them."""
    fewer = write_classes(tmp_path / "fewer", 10, CLASSES[1:], seed=3)
    report = json.loads(cli("evaluate", run, "--data", fewer, "--json").stdout)
    assert report["accuracy"] == 1
    assert [row["images"] for row in report["classes"]] == [0, 2, 2]
    other = write_classes(tmp_path / "other", 5, ("ring", "square"))
    result = cli("evaluate", run, "--data", other)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "the model does not know the class 'square' of the data set 'other'" in result.stderr


def test_score_takes_names_as_labels(cli: Cli, run: Path, shapes: Path) -> None:
    table = shapes / "labels.csv"
    table.write_text("file,label\nring/000.png,ring\nbar/000.png,ring\n")
    report = json.loads(cli("score", table, "--model", run, "--json").stdout)
    assert report["accuracy"] == 0.5
    (mistake,) = report["mistakes"]
    assert (mistake["label"], mistake["class"]) == ("ring", "bar")
    assert "bar/000.png  ring  bar, " in cli("score", table, "--model", run).stdout
    table.write_text("file,label\nring/000.png,7\n")
    result = cli("score", table, "--model", run)
    table.unlink()
    assert "line 2: expected a file and a class of the model (bar, i with dot, ring)" in (
        result.stderr
    )


def test_pictures_that_are_left_out_are_told(cli: Cli, run: Path, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "shapes")
    for number in range(7):
        (folder / "bar" / f"x{number}.png").write_bytes(b"spoilt")
    result = cli("evaluate", run, "--data", folder)
    lines = result.stderr.splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("Note: left out: ")
    assert "bar/x0.png' is not a picture in a known format" in lines[0]
    assert lines[5] == "Note: and 2 more pictures left out"


def test_a_resumed_run_keeps_the_names(cli: Cli, run: Path, shapes: Path) -> None:
    result = cli("train", "--resume", "--output", run)
    assert result.exit_code == 0, result.stderr
    assert load_model(run / MODEL)[1]["classes"] == list(CLASSES)


# --- names in a model's file -------------------------------------------------------------------


def saved(folder: Path, outputs: int, settings: dict[str, Any]) -> str:
    model = Sequential([Flatten(), Dense(outputs)], (28, 28, 1))
    save_model(model, folder / "a.safetensors", settings)
    return str(folder / "a.safetensors")


@pytest.mark.parametrize(
    ("outputs", "settings", "classes", "reads_digits"),
    [
        (10, {}, DIGITS, True),
        (10, {"dataset": "mnist"}, DIGITS, True),
        (10, {"dataset": "fashion"}, DIGITS, False),
        (27, {"dataset": "mnist"}, numbers(27), False),
        (2, {"classes": ["3", "7"], "dataset": "mine"}, ("3", "7"), True),
        (2, {"classes": ["o", "7"], "dataset": "mnist"}, ("o", "7"), False),
    ],
)
def test_files_without_names_are_read_as_before(
    tmp_path: Path,
    outputs: int,
    settings: dict[str, Any],
    classes: tuple[str, ...],
    reads_digits: bool,
) -> None:
    found = load_classifier(saved(tmp_path, outputs, settings))
    assert (found.classes, found.reads_digits) == (classes, reads_digits)


@pytest.mark.parametrize(
    "names", [["a"], ["a", "a"], ["a", ""], ["a", 1], "ab", {"a": 1, "b": 2}, 7, ["a", "b", "c"]]
)
def test_names_that_are_none(tmp_path: Path, names: Any) -> None:
    with pytest.raises(ModelFileError, match=r"its classes must be 2 different names\. Received"):
        load_classifier(saved(tmp_path, 2, {"classes": names}))


def test_names_cannot_command_the_terminal(cli: Cli, tmp_path: Path, shapes: Path) -> None:
    """A model's file may come from somebody else; `cli` looks for control characters."""
    path = saved(tmp_path, 2, {"classes": ["\x1b[31mred", "b\nlue"]})
    picture = next((shapes / "ring").iterdir())
    assert "\\x1b[31mred" in cli("predict", "--model", path, picture).stdout
    table = tmp_path / "labels.csv"
    table.write_text(f"file,label\n{picture},\x1b[31mred\n{picture},x\n")
    result = cli("score", table, "--model", path)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)


# --- many classes ------------------------------------------------------------------------------


def test_of_many_classes_the_ten_most_probable_are_shown(
    cli: Cli, tmp_path: Path, shapes: Path
) -> None:
    names = [f"sign {number}" for number in range(30)]
    path = saved(tmp_path, 30, {"classes": names})
    picture = next((shapes / "ring").iterdir())
    first, *bars = cli("predict", "--model", path, picture).stdout.splitlines()
    shares = [float(line.split()[2]) for line in bars]
    assert len(bars) == 10
    assert shares == sorted(shares, reverse=True)
    assert bars[0].split()[:2] == first.split(": ")[1].split(",")[0].split()
    assert cli("predict", "--model", path, picture, "--explain", tmp_path / "a.png").exit_code == 0


def test_figures_show_names() -> None:
    found = evaluation([0, 1, 2, 2], [0, 2, 2, 1], [0.9, 0.8, 0.7, 0.6], classes=3)
    found = type(found)(
        found.loss,
        found.probabilities,
        found.labels,
        found.confusion,
        ("alpha", "omega", "digamma"),
    )
    figure = Figure()
    draw_confusion(figure, found)
    (axes,) = figure.axes
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == ["alpha", "omega", "digamma"]
    figure = Figure()
    draw_mistakes(figure, distinct_images(4), found)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["omega → digamma\n80.0 %", "digamma → omega\n60.0 %"]


# --- EMNIST ------------------------------------------------------------------------------------


def write_emnist(folder: Path, kind: str, labels: np.ndarray, mapping: str | None) -> Path:
    """Files with EMNIST's own names, in which pictures lie on their sides."""
    write_dataset(folder / kind, len(labels), len(labels))
    for name in NAMES:
        content = (folder / kind / name).read_bytes()
        if "labels" in name:
            content = idx_bytes(labels.astype(np.uint8))
        own = f"emnist-{kind}-{name.replace('t10k', 'test')}"
        (folder / own).write_bytes(content)
    if mapping is not None:
        (folder / f"emnist-{kind}-mapping.txt").write_text(mapping)
    return folder


LETTERS = "".join(f"{k + 1} {65 + k} {97 + k} \n" for k in range(26))
BALANCED = "".join(f"{k} {ord(c)}\n" for k, c in enumerate("0123456789ABab"))


def test_emnist_as_it_comes(cli: Cli, tmp_path: Path) -> None:
    """Several data sets in one folder, letters from 1 on, and characters as codes."""
    folder = write_emnist(tmp_path / "gzip", "letters", np.arange(52) % 26 + 1, LETTERS)
    write_emnist(folder, "balanced", np.arange(28) % 14, BALANCED)
    with pytest.raises(ValueError, match="files of several data sets"):
        load_data(folder)
    letters = load_data(folder / "emnist-letters")
    assert (letters.name, letters.classes) == ("emnist-letters", 26)
    assert letters.names is not None
    assert (letters.names[0], letters.names[25]) == ("Aa", "Zz")
    assert letters.train_labels.tolist() == [*range(26), *range(26)]
    np.testing.assert_array_equal(
        letters.train_images, mnist().train_images[:52].transpose(0, 2, 1)
    )
    balanced = load_data(folder / "emnist-balanced")
    assert balanced.names == tuple("0123456789ABab")
    run = tmp_path / "run"
    assert cli(
        "train", "--data", folder / "emnist-letters", "--output", run, "--epochs=1",
        "--model=mlp-small",
    ).exit_code == 0  # fmt: skip
    assert load_classifier(str(run)).classes[:2] == ("Aa", "Bb")
    report = json.loads(cli("evaluate", run, "--data", folder / "emnist-letters", "--json").stdout)
    assert report["classes"][25]["class"] == "Zz"


def test_letters_without_their_mapping(tmp_path: Path) -> None:
    write_emnist(tmp_path, "letters", np.arange(52) % 26 + 1, None)
    for path in tmp_path.iterdir():
        if path.is_dir():
            for file in path.iterdir():
                file.unlink()
            path.rmdir()
    found = load_data(tmp_path)
    assert found.names == tuple(str(number) for number in range(1, 27))
    assert found.test_labels.min() == 0


def test_emnists_digits_are_digits(tmp_path: Path) -> None:
    mapping = "".join(f"{k} {48 + k}\n" for k in range(10))
    write_emnist(tmp_path, "digits", np.arange(30) % 10, mapping)
    assert load_data(tmp_path / "emnist-digits").names == DIGITS


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ("1 65\n1 66\n", "has the line '1 66'; expected a label and the codes"),
        ("1 65\n2\n", "has the line '2'"),
        ("1 65\ntwo 66\n", "has the line 'two 66'"),
        ("1 65\n2 1114112\n", "has the line '2 1114112'"),
        ("1 65\n2 10\n", "has the line '2 10'"),
        ("1 65\n2 65\n", "does not name two classes or more, each another way"),
        ("", "does not name two classes or more"),
        ("1 65\n300 66\n", "has the line '300 66'"),
        ("1 65\n2 66\n", "has the labels 3-26, for which its mapping file has no name"),
    ],
)
def test_a_mapping_that_is_none(tmp_path: Path, mapping: str, words: str) -> None:
    write_emnist(tmp_path, "letters", np.arange(52) % 26 + 1, mapping)
    with pytest.raises(ValueError, match="mapping") as caught:
        load_data(tmp_path / "emnist-letters")
    assert words in str(caught.value)
