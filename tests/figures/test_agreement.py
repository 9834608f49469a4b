"""Who is right: every test image in its one case."""

import numpy as np
from matplotlib.figure import Figure

from mnist_app.figures.agreement import draw_agreement
from mnist_app.figures.look import BLUE, FAINT, ORANGE
from tests.figures.samples import bars, drawn, texts

LABELS = np.array([0] * 1 + [1] * 2 + [2] * 3 + [3] * 4 + [0] * 5)
OURS = np.array([0] * 1 + [3] * 2 + [3] * 3 + [3] * 4 + [1] * 5)
THEIRS = np.array([0] * 1 + [3] * 2 + [0] * 3 + [1] * 4 + [0] * 5)
CASES = {
    "both right": (1, BLUE),
    "both wrong, the same": (2, FAINT),
    "both wrong, differently": (3, FAINT),
    "only tinynet right": (4, ORANGE),
    "only Keras right": (5, ORANGE),
}


def figure() -> Figure:
    """1, 2, 3, 4 and 5 images of the five cases."""
    return drawn(draw_agreement, OURS, THEIRS, LABELS, "cnn")


def test_each_case_is_counted_beside_its_name() -> None:
    axes = figure().axes[1]
    names = [tick.get_text() for tick in axes.get_yticklabels()]
    lengths = [bars(axes)[place] for place in range(5)]
    assert dict(zip(names, lengths, strict=True)) == CASES
    said = {y: text for (_, y), text in texts(axes).items()}
    assert [said[place] for place in range(5)] == ["1", "2", "3", "4", "5"]
    assert axes.yaxis_inverted()  # the first is at the top


def test_rows_are_tinynets_answers_and_columns_keras() -> None:
    axes = figure().axes[0]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("answer of tinynet", "answer of Keras")
    counts = texts(axes)
    assert len(counts) == 16
    assert counts[0, 3] == "3"  # x is Keras's answer, y tinynet's
    assert counts[1, 3] == "4"
    assert counts[0, 1] == "5"
    assert counts[3, 0] == counts[3, 1] == "0"


def test_the_title_counts_equal_answers() -> None:
    assert figure().get_suptitle() == "cnn: the same answer to 3 of 15 test images"


def test_a_class_that_only_one_of_them_names_has_its_row() -> None:
    zeros = np.zeros(2, int)
    matrix, _ = drawn(draw_agreement, zeros, zeros, np.array([0, 4]), "cnn").axes
    assert len(texts(matrix)) == 25
