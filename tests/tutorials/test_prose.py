"""The text of the notebooks: its form, and every number in it."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from nbformat import NotebookNode

from tests.tutorials.sources import (
    SOURCES,
    by_hand,
    calls,
    code,
    literals,
    markdown,
    prose,
    read,
)
from tutorials import files
from tutorials.cells import rounds_to
from tutorials.checks import all_checks
from tutorials.tables import NUMBER, Row, computed, tables

every_notebook = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)

ENDINGS = ["In short.", "In other libraries.", "The best of others."]
HEADINGS = [
    "Question",
    "Predict",
    "Derive",
    "By hand",
    "Code it",
    "Check it",
    "Compare",
    "Break it",
    "Measure",
    "What this cannot tell you",
    "Next",
]


@every_notebook
def test_headings_stand_in_their_order(source: Path) -> None:
    text = "\n".join(markdown(source))
    parts = re.split(r"^## Part .*$", text, flags=re.MULTILINE)
    found = [re.findall(r"^## (.*)$", part, re.MULTILINE) for part in parts]
    for headings in found:
        assert headings == [each for each in HEADINGS if each in headings]
    assert {each for headings in found for each in headings} == set(HEADINGS)
    assert (found[0][0], found[-1][-1]) == ("Question", "Next")
    assert re.findall(r"^# (\d\d) ", text, re.MULTILINE) == [source.name[:2]]


@every_notebook
def test_each_notebook_leads_to_its_neighbours_and_to_the_contents(source: Path) -> None:
    place = SOURCES.index(source)
    around = [SOURCES[k] for k in (place - 1, place + 1) if 0 <= k < len(SOURCES)]
    links = re.findall(r"\]\(([^)]+)\)", markdown(source)[0].splitlines()[2])
    assert [link for link in links if link != "README.md"] == [p.stem + ".ipynb" for p in around]
    assert "README.md" in links


@every_notebook
def test_each_notebook_ends_with_what_was_learned_and_where_to_go(source: Path) -> None:
    text = "\n".join(markdown(source))
    places = [text.index(f"**{title}**") for title in ENDINGS] + [text.index("## Next")]
    assert places == sorted(places)
    best = text[places[-2] : places[-1]]
    assert 3 <= len(re.findall(r"\]\(https?://", re.sub(r"\s", "", best))) <= 5


@every_notebook
def test_a_notebook_is_short_and_asks_every_exercise_once(source: Path) -> None:
    assert len(code(source)) <= 30
    assert 1 <= len(calls(source, "show")) <= 8
    assert code(source)[0].startswith('import sys\n\nsys.path[:0] = ["..", "."]')
    tagged = [cell.source for cell in read(source).cells if "exercise" in tags(cell)]
    asked = [name for text in tagged for name in re.findall(r'check\("([^"]+)"\)', text)]
    assert asked == [name for name in all_checks() if name[:2] == source.name[:2]]


def tags(cell: NotebookNode) -> list[str]:
    found: list[str] = cell["metadata"].get("tags", [])
    return found


@every_notebook
def test_the_tables_by_hand_are_right(source: Path) -> None:
    tables = by_hand(source)
    assert tables
    for table in tables:
        recompute(table)


def recompute(table: list[Row]) -> None:
    """Evaluate a table's rows one after the other, and compare every number that is shown."""
    for _, row, value in computed(table):
        assert np.shape(value) == np.shape(row.shown), row
        numbers = np.ravel(value)
        assert len(row.numbers) == len(numbers), row
        for text, number in zip(row.numbers, numbers, strict=True):
            assert rounds_to(text, number), f"{row}: computed {number!r}"


@every_notebook
def test_every_table_is_blank_until_it_is_unfolded(source: Path) -> None:
    text = "\n".join(markdown(source))
    folded = re.findall(r"<details>.*?</details>", text, re.DOTALL)
    assert sum(len(tables(each)) for each in folded) == len(by_hand(source))
    asked = {
        each.args[0].value: [keyword.arg for keyword in each.keywords]
        for each in calls(source, "by_hand")
        if isinstance(each.args[0], ast.Constant)
        if all(ast.unparse(keyword.value) == "..." for keyword in each.keywords)
    }
    assert asked == {
        f"{source.name[:2]}.{k}": [name for name, _, _ in computed(table)]
        for k, table in enumerate(by_hand(source), start=1)
    }


@pytest.mark.parametrize(
    "value", ["0.7312", "[1, 3]", "1"], ids=["last digit", "shape", "not exact"]
)
def test_a_wrong_table_is_noticed(value: str) -> None:
    with pytest.raises(AssertionError):
        recompute([Row("y", "1 / (1 + exp(-1))", value)])


@every_notebook
def test_stated_numbers_stand_in_the_text(source: Path) -> None:
    text = "\n".join([*markdown(source), *literals(source, "show", 2)])
    shown = re.findall(rf"{NUMBER}(?: ?%)?", text)
    spelled = {each.replace(" ", "") for each in shown} | {each.rstrip(" %,.") for each in shown}
    for number in literals(source, "stated", 0):
        assert number.replace(" ", "") in spelled, number


@every_notebook
def test_numbers_in_the_text_stand_in_a_cell(source: Path) -> None:
    """Decimals, percentages, powers of ten and numbers with a comma; others are counts."""
    text = "\n".join([prose(source), *literals(source, "show", 2)])
    cells = "\n".join(code(source))
    known = {*literals(source, "stated", 0)}
    known |= {number for table in by_hand(source) for row in table
              for number in re.findall(NUMBER, f"{row.how} {row.value}")}  # fmt: skip
    number = r"\d[\d,]*\.\d+(?:e-?\d+)?|\d+e-?\d+|\d{1,3}(?:,\d{3})+|\d+(?= ?%)"
    pattern = rf"(?<![\w.,-])({number})( ?%)?"
    for number, percent in re.findall(pattern, text):
        spellings = {number, number.replace(",", ""), number.replace(",", "_"), f"{number} %"}
        spellings |= {f"{float(number.replace(',', '')) / 100:g}"} if percent else set()
        assert spellings & known or any(
            re.search(rf"(?<![\d.]){re.escape(each)}(?![\d.]*\d)", cells) for each in spellings
        ), f"{number}{percent} is in the text, but in no cell"


@every_notebook
def test_formulas_render_everywhere(source: Path) -> None:
    for text in markdown(source):
        assert r"\begin{align" not in text
        assert len(re.findall(r"(?<!\$)\$(?!\$)", text)) % 2 == 0, text
        for line in text.splitlines():
            if "$$" in line:
                assert re.fullmatch(r"\$\$[^$]+\$\$|\$\$", line.strip()), line


@pytest.mark.parametrize("path", [*SOURCES, files.FOLDER / "README.md"], ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8") if path.suffix == ".md" else "\n".join(markdown(path))
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith(("https://", "http://")):
            assert (path.parent / target).exists(), target
