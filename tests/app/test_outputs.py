"""What a command writes: never over something of the user's, and tried before the work."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mnist_app.cli.compare import REPORT_START
from mnist_app.cli.predict import LARGEST_FIGURE
from mnist_app.cli.score import SHEET
from mnist_app.figures.answers import draw_answers
from mnist_app.figures.explanations import draw_explanations
from mnist_app.figures.look import FORMATS, save_figure
from mnist_app.training.folder import CONFUSION, MISTAKES
from mnist_app.training.run import TrainingRun
from tests.app.conftest import Cli
from tests.figures.samples import answer

NO_FIGURE = "was not made by this program, and would be replaced; give another name, or --overwrite"


@pytest.fixture
def photos(finished: TrainingRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with three photos a.png, b.png and c.png in trap."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "trap").mkdir()
    for name in "abc":
        shutil.copy(finished.folder / "digit.png", tmp_path / "trap" / f"{name}.png")
    return tmp_path / "trap"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--json --save-figure trap/a.png trap/b.png trap/c.png", f"'trap/a.png' {NO_FIGURE}. "
         "A shell makes many names of a pattern such as *.png; only one goes here (see"),
        ("trap/b.png --save-figure trap/b.png", "'trap/b.png' is to be read, and would be "
         "replaced; give another name (see"),
        ("trap/b.png --save-figure trap/b.png --overwrite", "'trap/b.png' is to be read"),
        ("trap/b.png --save-figure trap/../trap/b.png", "'trap/../trap/b.png' is to be read"),
        ("--explain trap/a.png trap/b.png", f"'trap/a.png' {NO_FIGURE}. A shell makes"),
        ("trap --save-figure trap/a.png", f"'trap/a.png' {NO_FIGURE} (see"),
        ("trap --save-figure new.png --explain ./new.png", "'new.png' is the file of "
         "--save-figure too (see"),
    ],
)  # fmt: skip
def test_a_figure_replaces_no_photo(cli: Cli, photos: Path, arguments: str, message: str) -> None:
    before = contents(photos)
    result = cli("predict", *arguments.split())
    assert message in result.stderr
    assert (result.exit_code, result.stdout) == (2, "")
    assert contents(photos) == before
    assert [path.name for path in photos.parent.iterdir()] == ["trap"]


def test_links_lead_to_the_same_file(cli: Cli, photos: Path) -> None:
    (photos.parent / "link.png").symlink_to(photos / "a.png")
    (photos.parent / "hard.png").hardlink_to(photos / "a.png")
    before = contents(photos)
    for name in ("link.png", "hard.png"):
        result = cli("predict", "trap/a.png", "--save-figure", name)
        assert "is to be read" in result.stderr
    (photos.parent / "nowhere.png").symlink_to(photos.parent / "later.png")
    assert NO_FIGURE in cli("predict", "trap/a.png", "--explain", "nowhere.png").stderr
    assert contents(photos) == before


@pytest.mark.parametrize("extension", FORMATS)
def test_a_figure_replaces_an_older_figure(
    cli: Cli, finished: TrainingRun, photos: Path, extension: str
) -> None:
    figure = f"figure{extension}"
    arguments = ["predict", "--model", finished.folder, "--save-figure", figure]
    assert cli(*arguments, "trap/a.png").exit_code == 0
    one = Path(figure).read_bytes()
    assert cli(*arguments, "trap").exit_code == 0
    assert Path(figure).read_bytes() != one


def test_other_files_are_replaced_if_told(cli: Cli, finished: TrainingRun, photos: Path) -> None:
    arguments = ["--model", finished.folder, "--save-figure", "trap/a.png", "trap/b.png"]
    before = contents(photos)
    assert cli("predict", *arguments, "--overwrite").exit_code == 0
    after = contents(photos)
    assert before.pop("a.png") != after.pop("a.png")
    assert before == after


@pytest.mark.parametrize("name", [CONFUSION, MISTAKES])
def test_evaluate_replaces_no_picture(
    cli: Cli, finished: TrainingRun, data: Path, photos: Path, name: str
) -> None:
    (photos / "a.png").rename(photos / name)
    before = contents(photos)
    arguments = ["evaluate", finished.folder, "--data", data, "--output", "trap"]
    result = cli(*arguments)
    assert f"'trap/{name}' {NO_FIGURE}" in result.stderr
    assert (result.exit_code, result.stdout, contents(photos)) == (2, "", before)
    assert cli(*arguments, "--overwrite").exit_code == 0
    assert cli(*arguments).exit_code == 0
    assert contents(photos)[name] != before[name]


def test_score_replaces_no_picture(cli: Cli, finished: TrainingRun, photos: Path) -> None:
    (photos / "a.png").rename(photos / SHEET)
    (photos / "labels.csv").write_text(f"file,label\n{SHEET},7\n")
    before = contents(photos)
    result = cli("score", "trap/labels.csv", "--output", "trap", "--model", finished.folder)
    assert NO_FIGURE in result.stderr
    assert (result.exit_code, contents(photos)) == (2, before)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("--json nodir/x.json", 1, "'nodir/x.json': No such file or directory"),
        ("--json trap", 2, "'trap' is a folder; expected a file"),
        ("--json trap/a.png", 2, f"'trap/a.png' {NO_FIGURE}"),
        ("--output trap/a.png", 2, "'trap/a.png' is a file"),
        ("--output /proc/here", 1, "'/proc/here': No such file or directory"),
        ("--output taken", 2, f"'taken/agreement.png' {NO_FIGURE}"),
    ],
)
def test_compare_tries_its_outputs_before_it_trains(
    cli: Cli,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: str,
    code: int,
    message: str,
) -> None:
    def train(*_: object, **__: object) -> None:
        raise AssertionError("trained before the outputs were tried")

    monkeypatch.setattr("mnist_app.keras.compare.compare", train)
    (photos.parent / "taken").mkdir()
    shutil.copy(photos / "a.png", photos.parent / "taken" / "agreement.png")
    before = contents(photos)
    result = cli("compare", *arguments.split())
    assert message in result.stderr
    assert (result.exit_code, result.stdout) == (code, "")
    assert contents(photos) == before


def test_a_report_of_compare_is_known_again() -> None:
    assert json.dumps({"network": "cnn"}, indent=1).encode().startswith(REPORT_START)


@pytest.mark.parametrize("command", ["evaluate", "score"])
@pytest.mark.parametrize("as_json", [True, False])
def test_results_are_printed_before_they_are_drawn(
    cli: Cli,
    finished: TrainingRun,
    data: Path,
    photos: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    as_json: bool,
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device", "trap/figure.png")

    (photos / "labels.csv").write_text("file,label\na.png,7\n")
    arguments: dict[str, list[Any]] = {
        "evaluate": [finished.folder, "--data", data],
        "score": ["trap/labels.csv", "--model", finished.folder],
    }
    monkeypatch.setattr(sys.modules[f"mnist_app.cli.{command}"], "save_figure", no_room)
    flags = ["--output", "out", *(["--json"] if as_json else [])]
    result = cli(command, *arguments[command], *flags)
    assert result.stderr == "Error: 'trap/figure.png': No space left on device\n"
    assert result.exit_code == 1
    if as_json:
        assert 0 <= json.loads(result.stdout)["accuracy"] <= 1
    else:
        assert "calibration error" in result.stdout
        assert "Saved" not in result.stdout


def test_convert_does_not_write_over_what_it_reads(
    cli: Cli, finished: TrainingRun, photos: Path
) -> None:
    model = photos / "model.safetensors"
    shutil.copy(finished.folder / model.name, model)
    before = contents(photos)
    (photos.parent / "same.keras").hardlink_to(model)
    result = cli("convert", model, "same.keras")
    assert result.exit_code == 2
    assert "'same.keras' is to be read, and would be replaced" in result.stderr
    assert contents(photos) == before


def test_convert_takes_runs_and_included_models(
    cli: Cli, finished: TrainingRun, photos: Path
) -> None:
    assert cli("convert", finished.folder, "run.keras").stdout.endswith("Saved run.keras\n")
    assert cli("convert", "cnn", "cnn.keras").exit_code == 0
    none = cli("convert", "no-such-model", "b.keras")
    assert (none.exit_code, none.stdout) == (1, "")
    assert none.stderr.startswith("Error: there is no model 'no-such-model'; expected ")


@pytest.mark.slow
@pytest.mark.parametrize("extension", [".webp", ".png", ".jpg"])
def test_the_largest_figure_fits_every_format(tmp_path: Path, extension: str) -> None:
    answers = [answer("7.png", 4, [0.1] * 10)] * LARGEST_FIGURE
    save_figure(tmp_path / f"a{extension}", draw_answers, answers)
    with Image.open(tmp_path / f"a{extension}") as picture:
        assert max(picture.size) <= 16_383


@pytest.mark.slow
def test_the_largest_explanations_fit_webp(tmp_path: Path) -> None:
    answers = [answer("7.png", 4, [0.1] * 10)] * LARGEST_FIGURE
    maps = [each.stages.image.astype(float) for each in answers]
    save_figure(tmp_path / "a.webp", draw_explanations, answers, maps)
    with Image.open(tmp_path / "a.webp") as picture:
        assert max(picture.size) <= 16_383
