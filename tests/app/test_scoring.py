"""`score`: what counts as right, which columns group, where pictures are found, and errors."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_app.cli.score import SHEET
from mnist_app.data.dataset import load_mnist
from mnist_app.figures.contact_sheet import COLUMNS
from mnist_app.figures.grids import LARGEST_GRID
from mnist_app.pictures.pipeline import preprocess
from mnist_app.reading.calibration import expected_calibration_error
from mnist_app.reading.predict import Answer
from mnist_app.reading.score import MOST_GROUPS, Score, Scored
from tests.app.conftest import Cli
from tinynet import Softmax

CLEAR = {7: 0, 2: 1, 1: 2, 0: 3}  # digits, and test images that no network of ours misreads


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four readable digits in images/, a blank page beside the CSV, and a broken file."""
    (tmp_path / "images").mkdir()
    for digit, index in CLEAR.items():
        save(tmp_path / "images" / f"{digit}.png", 255 - load_mnist().test_images[index])
    save(tmp_path / "blank.png", np.full((40, 40), 255, np.uint8))
    (tmp_path / "broken.png").write_text("not a picture")
    return tmp_path


def save(path: Path, pixels: np.ndarray) -> None:
    Image.fromarray(pixels).save(path)


def labels(folder: Path, *lines: str, name: str = "labels.csv") -> Path:
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name


def test_counts_over_all_and_by_column(cli: Cli, folder: Path) -> None:
    path = labels(
        folder, "file,label,kind,size", "7.png,7,scan,1", "2.png,3,scan,2", "1.png,1,photo,3",
        "0.png,0,photo,4", "blank.png,5,photo,5", "broken.png,5,photo,6",
    )  # fmt: skip
    result = cli("score", path, "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["pictures"] == 6
    assert report["accuracy"] == pytest.approx(3 / 6)
    assert report["groups"] == {
        "kind": {"scan": {"right": 1, "pictures": 2}, "photo": {"right": 2, "pictures": 4}}
    }
    assert [mistake["label"] for mistake in report["mistakes"]] == [3, 5, 5]
    wrong, blank, broken = report["mistakes"]
    assert wrong["digit"] == 2
    assert blank["problem"] == "nothing drawn"
    assert "broken.png" in broken["error"]
    assert 0.2 < report["calibration_error"] < 0.3  # one of four sure answers is wrong


def test_tables_and_the_picture_of_mistakes(cli: Cli, folder: Path) -> None:
    path = labels(folder, "file,label", "7.png,7", "2.png,3", "blank.png,5", "broken.png,5")
    result = cli("score", path, "--output", folder / "out")
    assert result.stdout.startswith("25.00 % right (1 of 4)\n")
    rows = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    assert ["2.png", "3", "2, 99.99 %"] in rows
    assert ["blank.png", "5", "nothing drawn"] in rows
    with Image.open(folder / "out" / SHEET) as sheet:
        assert min(sheet.size) > 200


def test_a_byte_order_mark_is_no_part_of_the_first_column(cli: Cli, folder: Path) -> None:
    path = folder / "labels.csv"
    path.write_text("file,label\n7.png,7\n", encoding="utf-8-sig")
    assert json.loads(cli("score", path, "--json").stdout)["accuracy"] == 1


@pytest.mark.parametrize(("count", "bins"), [(39, 1), (40, 2), (299, 14), (600, 15)])
def test_a_bin_of_the_calibration_error_has_twenty_pictures(count: int, bins: int) -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (count, 10))
    rows, labels = Softmax().forward(logits), (logits + rng.gumbel(size=logits.shape)).argmax(1)
    stages = preprocess(255 - load_mnist().test_images[0])
    answers = [Answer("7.png", stages.grey, stages, row, None) for row in rows]
    found = Score(
        [Scored("7.png", int(label), {}, a) for label, a in zip(labels, answers, strict=True)]
    ).calibration_error()
    assert found == expected_calibration_error(rows, labels, bins)
    if bins < 15:
        assert found != expected_calibration_error(rows, labels, 15)


def test_no_mistakes(cli: Cli, folder: Path) -> None:
    path = labels(folder, "file,label", *(f"{digit}.png,{digit}" for digit in CLEAR))
    result = cli("score", path, "--output", folder)
    assert result.stdout.startswith("100.00 % right (4 of 4)\n")
    assert (folder / SHEET).is_file()


def test_a_folder_of_the_files_name_comes_before_images(cli: Cli, folder: Path) -> None:
    (folder / "mine").mkdir()
    save(folder / "mine" / "7.png", 255 - load_mnist().test_images[CLEAR[2]])
    path = labels(folder, "file,label", "7.png,2", name="mine.csv")
    assert json.loads(cli("score", path, "--json").stdout)["accuracy"] == 1


def test_a_column_with_a_value_for_each_picture_is_no_group(cli: Cli, folder: Path) -> None:
    many = [f"7.png,7,{i}" for i in range(MOST_GROUPS + 1) for _ in range(2)]
    path = labels(folder, "file,label,size", *many)
    assert json.loads(cli("score", path, "--json").stdout)["groups"] == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no column 'file'; expected a first line with the columns file,label"),
        ("file,digit\n7.png,7\n", "has no column 'label'; expected a first line with the columns "
         "file,label"),
        ("file,label\n", "names no pictures"),
        ("file,label\n7.png,seven\n", "line 2: expected a file and a digit. Received: '7.png', "
         "'seven'"),
        ("file,label\n7.png,7\n8.png\n", "line 3: expected a file and a digit. Received: '8.png', "
         "None"),
        ("file,label\n,7\n", "line 2: expected a file and a digit. Received: '', '7'"),
        ("file,label\n7.png,7\n\n\n8.png,x\n", "line 5: expected a file"),
        ('file,label,note\n7.png,7,"two\nlines"\n8.png,x,\n', "line 4: expected a file"),
        ('file,label,note\n7.png,x,"two\nlines"\n', "line 2: expected a file"),
        ("file,label,Label\n7.png,7,8\n", "has two columns 'label'; expected each column once"),
        ("file,label,kind,kind\n7.png,7,a,b\n", "has two columns 'kind'"),
        (b"file,label\n\xff\xfe,7\n", "is not a CSV file ("),
    ],
)  # fmt: skip
def test_csv_files_that_are_not_usable(
    cli: Cli, tmp_path: Path, text: str | bytes, message: str
) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = cli("score", path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: '{path}'")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "lines",
    [
        ("File;LABEL;Kind", "7.png;7;a", "2.png;2;b"),
        ("file\tlabel", "7.png\t7", "2.png\t2"),
        ("file , label", "7.png, 7", '2.png, "2"'),
        ("file,label,,", "7.png,7,,", "", " ", ",,,", "2.png,2,,"),
    ],
)
def test_what_spreadsheets_write(cli: Cli, folder: Path, lines: tuple[str, ...]) -> None:
    result = cli("score", labels(folder, *lines), "--json")
    assert result.stderr == ""
    report = json.loads(result.stdout)
    assert (report["pictures"], report["accuracy"]) == (2, 1)


def test_a_row_with_a_dash_is_a_file_and_not_standard_input(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    labels(folder, "file,label", "-,7")
    picture = (folder / "images" / "7.png").read_bytes()
    result = cli("score", "labels.csv", "--json", stdin=picture)
    (mistake,) = json.loads(result.stdout)["mistakes"]
    assert mistake["error"].startswith("cannot read '-': No such file or directory")
    (folder / "-").write_bytes(picture)
    assert json.loads(cli("score", "labels.csv", "--json").stdout)["accuracy"] == 1


def test_rows_that_cannot_be_read_do_not_stop_the_others(cli: Cli, folder: Path) -> None:
    os.mkfifo(folder / "fifo.png")
    bad = ["fifo.png", "/dev/zero", "images", "a" * 300, "7.png/7.png", "\x00"]
    path = labels(folder, "file,label", *(f"{name},7" for name in bad), "7.png,7")
    report = json.loads(cli("score", path, "--json").stdout)
    assert report["pictures"] == 7
    assert all("error" in mistake for mistake in report["mistakes"])
    assert len(report["mistakes"]) == 6


def test_a_table_without_end(cli: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.csv")
    with (tmp_path / "sparse.csv").open("wb") as file:
        file.truncate(2**40)
    for name, message in {
        "/dev/zero": "is not a file; expected a CSV file of labels",
        tmp_path / "fifo.csv": "is not a file; expected a CSV file of labels",
        tmp_path / "sparse.csv": "has more than 64 MiB; expected a CSV file of labels",
    }.items():
        result = cli("score", name)
        assert (result.exit_code, result.stderr) == (1, f"Error: '{name}' {message}\n")


def test_a_csv_file_that_is_missing(cli: Cli, tmp_path: Path) -> None:
    result = cli("score", tmp_path / "no.csv")
    assert result.exit_code == 1
    assert result.stderr == f"Error: '{tmp_path}/no.csv': No such file or directory\n"


def test_explain_draws_stages_and_pixels(cli: Cli, folder: Path) -> None:
    figure = folder / "why.png"
    result = cli("predict", folder / "images", folder / "blank.png", "--explain", figure)
    assert result.exit_code == 0
    with Image.open(figure) as picture:
        width, height = picture.size
    assert width > 1500
    assert height > 5 * 200  # a row for each picture
    before = figure.read_bytes()
    again = cli("predict", folder / "images" / "7.png", "--explain", folder / "no" / "why.png")
    assert again.exit_code == 2
    assert "'--explain'" in again.stderr
    assert figure.read_bytes() == before


def test_a_sheet_of_the_most_confident_of_many_mistakes(cli: Cli, folder: Path) -> None:
    many = ["blank.png,1", "broken.png,1", *("7.png,1" for _ in range(LARGEST_GRID))]
    result = cli("score", labels(folder, "file,label", *many), "--output", folder)
    start = result.stdout.splitlines().index("Mistakes: file, label, answer") + 1
    files = [line.split()[0] for line in result.stdout.splitlines()[start : start + 42]]
    assert files == ["7.png"] * LARGEST_GRID + ["blank.png", "broken.png"]
    with Image.open(folder / SHEET) as sheet:
        rows = LARGEST_GRID / COLUMNS
        assert sheet.height / sheet.width == pytest.approx(rows / COLUMNS * 46 / 64, rel=0.05)


def test_a_guess_beside_a_problem_is_not_right(cli: Cli, folder: Path) -> None:
    """A digit and a blob beside it, which is none."""
    sheet = np.full((40, 60), 255, np.uint8)
    sheet[6:34, :28] = 255 - load_mnist().test_images[CLEAR[7]]
    sheet[12:24, 38:50] = 0
    save(folder / "two.png", sheet)
    path = labels(folder, "file,label", "two.png,7", "two.png,2")
    report = json.loads(cli("score", path, "--json").stdout)
    assert report["accuracy"] == 0
    assert report["calibration_error"] is None
    assert {mistake["problem"] for mistake in report["mistakes"]} == {"more than one digit"}
    shown = cli("predict", folder / "two.png").stdout
    guess = report["mistakes"][0]["digit"]
    assert shown == (
        f"{folder}/two.png: more than one digit; the one with the most ink reads as {guess}\n"
    )


def test_several_digits_are_not_the_one_of_the_label(cli: Cli, folder: Path) -> None:
    sheet = np.full((40, 60), 255, np.uint8)
    for index, left in ((CLEAR[7], 0), (CLEAR[2], 32)):
        sheet[6:34, left : left + 28] = 255 - load_mnist().test_images[index]
    save(folder / "two.png", sheet)
    path = labels(folder, "file,label", "two.png,7", "two.png,2")
    report = json.loads(cli("score", path, "--json").stdout)
    assert report["accuracy"] == 0
    assert report["calibration_error"] is None
    assert [mistake["number"] for mistake in report["mistakes"]] == ["72", "72"]


def test_the_interval_over_all_and_over_sources(cli: Cli, folder: Path) -> None:
    """Two of four right: 15 to 85 %, as tables of Wilson's interval have it."""
    lines = ["7.png,7,a", "2.png,2,a", "1.png,7,b", "0.png,7,b"]
    path = labels(folder, "file,label,source", *lines)
    report = json.loads(cli("score", path, "--json").stdout)
    assert report["interval"] == pytest.approx([0.1500, 0.8500], abs=1e-4)
    over = report["over_sources"]
    assert (over["sources"], over["mean"], over["interval"]) == (2, 0.5, [0, 1])
    shown = cli("score", path).stdout.splitlines()
    assert shown[1:3] == [
        "95 % interval 15.00 % to 85.00 %",
        "over 2 sources: mean 50.00 %, 95 % interval 0.00 % to 100.00 %",
    ]
    one = labels(folder, "file,label,source", "7.png,7,a", "2.png,3,a")
    assert json.loads(cli("score", one, "--json").stdout)["over_sources"] is None
