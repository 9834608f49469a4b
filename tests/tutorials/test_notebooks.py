"""The notebooks run from top to bottom, and what is committed is what they give."""

import inspect
import re
import textwrap
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from PIL import Image

from tests.tutorials.sources import SOURCES, code, literals, markdown, read
from tutorials import animations, build, files, style
from tutorials.checks import task
from tutorials.value import Value

every_notebook = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Two processes: the kernels' clients leave sockets and event loops behind."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="module")
def runs(pool: ProcessPoolExecutor) -> dict[Path, Future[NotebookNode]]:
    """All notebooks in their fast mode, two at a time."""
    return {source: pool.submit(build.execute, source, fast=True) for source in SOURCES}


@every_notebook
def test_an_untouched_notebook_runs(source: Path, runs: dict[Path, Future[NotebookNode]]) -> None:
    expect_good_outputs(runs[source].result())


@every_notebook
def test_the_committed_notebook_is_the_source_executed(source: Path) -> None:
    notebook = nbformat.reads(built(source).read_text("utf-8"), as_version=4)
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        (cell.cell_type, cell.source) for cell in read(source).cells
    ]
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    expect_good_outputs(notebook)


@every_notebook
def test_the_committed_notebook_shows_each_stub_as_it_is(source: Path) -> None:
    notebook = nbformat.reads(built(source).read_text("utf-8"), as_version=4)
    cells = [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]
    assert cells
    for cell in cells:
        for name in re.findall(r'check\("([^"]+)"\)', cell.source):
            assert textwrap.indent(task(name), "    ") in cell.outputs[0].text


def built(source: Path) -> Path:
    path = source.with_suffix(".ipynb")
    assert path.exists(), f"run python tutorials/build.py {source.name[:2]}"
    return path


def expect_good_outputs(notebook: NotebookNode) -> None:
    """No errors, no warnings, no NaN; every picture with alt text and a caption."""
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        for place, output in enumerate(outputs):
            assert output.output_type in ("stream", "display_data", "execute_result"), output
            assert output.get("name") != "stderr", output.text
            if output.output_type == "stream":
                assert not re.search(r"\bnan\b", output.text, re.IGNORECASE), output.text
            elif "image/png" in output.data:
                alt, caption = output.metadata["image/png"]["alt"], outputs[place + 1].data
                assert len(alt) > 60, alt
                assert 20 < len(caption["text/plain"]) < 200, caption
                assert caption["text/markdown"] == f"*{caption['text/plain']}*"


@every_notebook
def test_every_figure_is_saved_as_svg(source: Path) -> None:
    names = {f"{source.stem}_{name}.svg" for name in literals(source, "show", 1)}
    saved = {path.name for path in (files.FOLDER / "figures").glob(f"{source.stem}_*.svg")}
    assert saved == names
    for name in names:
        text = (files.FOLDER / "figures" / name).read_text("utf-8")
        assert "<title>" in text
        assert "<dc:description>" in text


@pytest.mark.parametrize("name", animations.ANIMATIONS)
def test_an_animation_is_made_and_shown_with_words(name: str, tmp_path: Path) -> None:
    committed = files.FOLDER / "figures" / f"{name}.gif"
    path = tmp_path / committed.name
    animations.save(animations.ANIMATIONS[name](), path)
    with Image.open(committed) as old, Image.open(path) as new:
        assert getattr(old, "n_frames", 1) == getattr(new, "n_frames", 1) > 5
        assert old.size == new.size
    source = next(path for path in SOURCES if name.startswith(path.stem))
    found = re.search(rf"!\[([^]]+)\]\(figures/{name}.gif\)", "\n".join(markdown(source)))
    assert found is not None
    assert len(found[1]) > 60


def test_a_script_run_by_itself_prints_no_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    style.show(style.new_figure(), "name", "A caption.", "What it shows.")
    assert capsys.readouterr().out == "[figure: A caption.]\n"


def test_the_witness_is_the_class_of_notebook_02() -> None:
    source = next(path for path in SOURCES if path.name.startswith("02"))
    assert any(inspect.getsource(Value).strip() in text for text in code(source))


def test_measured_times_are_not_drift_but_everything_else_is() -> None:
    def notebook(tag: str, text: str) -> str:
        cell = nbformat.v4.new_code_cell("1", metadata={"tags": [tag]})
        cell.outputs = [nbformat.v4.new_output("stream", text=text)]
        return build.as_text(build.without_ids(nbformat.v4.new_notebook(cells=[cell])))

    assert build.comparable(notebook("timing", "1 s")) == build.comparable(
        notebook("timing", "2 s")
    )
    assert build.comparable(notebook("check", "1 s")) != build.comparable(notebook("check", "2 s"))


@pytest.mark.slow
@every_notebook
def test_a_full_run_gives_what_the_committed_notebook_shows(
    source: Path, pool: ProcessPoolExecutor
) -> None:
    """Not byte by byte: another processor rounds differently. The cells assert their numbers."""
    new = pool.submit(build.execute, source).result()
    expect_good_outputs(new)
    committed = nbformat.reads(built(source).read_text("utf-8"), as_version=4)
    assert kinds_of_outputs(new) == kinds_of_outputs(committed)


def kinds_of_outputs(notebook: NotebookNode) -> list[list[list[str]]]:
    """For each cell, what each of its outputs is: a text, a table, a picture."""
    cells = [cell.get("outputs", []) for cell in notebook.cells]
    return [[[o.output_type, *sorted(o.get("data", {}))] for o in outputs] for outputs in cells]
