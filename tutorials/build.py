"""Make the executed notebooks from their sources:  python tutorials/build.py [--check] [NN ...]

Every NN_name.py (percent format) becomes NN_name.ipynb, and every figure that it shows
figures/NN_name_figure.svg. Cell ids, execution times and version numbers are left out, so two
builds agree byte for byte, except in the outputs of cells tagged `timing`. --check executes
too, writes nothing, and tells which files would change.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parent
CELL_SECONDS = 1800  # a busy machine takes many times what a quiet one does
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "name": "python"},
}


def read_source(source: Path) -> NotebookNode:
    """The notebook that a percent-format file describes, without outputs."""
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = nbformat.from_dict(METADATA)
    return without_ids(notebook)


def execute(source: Path, figures: Path | None = None, fast: bool = False) -> NotebookNode:
    """Run a source from top to bottom in a fresh kernel, with every exercise untouched.

    Figures are also saved as SVG, if a folder is given. Raises CellExecutionError at the first
    cell that fails.
    """
    notebook = read_source(source)
    settings = {
        "TUTORIALS_FAST": "1" if fast else "0",
        "TUTORIALS_UNTOUCHED": "1",
        "TUTORIALS_FIGURES": "" if figures is None else str(figures / source.stem),
        "OMP_NUM_THREADS": "2",
    }
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        record_timing=False,
        coalesce_streams=True,  # else what the kernel sends at once varies
        resources={"metadata": {"path": str(FOLDER)}},
        extra_arguments=["--HistoryManager.enabled=False"],
    )
    with open(os.devnull, "w") as devnull:  # the kernel's own warnings about its ports
        client.execute(env={**os.environ, **settings}, stderr=devnull)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata = nbformat.from_dict(METADATA)
    return without_ids(notebook)


def without_ids(notebook: NotebookNode) -> NotebookNode:
    """Cell ids are random, and the format before 4.5 does without."""
    notebook.nbformat, notebook.nbformat_minor = 4, 4
    for cell in notebook.cells:
        cell.pop("id", None)
    return notebook


def as_text(notebook: NotebookNode) -> str:
    """The .ipynb file's text."""
    content = nbformat.v4.rwbase.split_lines(nbformat.from_dict(notebook))
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def comparable(text: str) -> str:
    """The .ipynb file's text without the outputs that hold measured times."""
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        if "timing" in cell.metadata.get("tags", []):
            cell.outputs = []
    return as_text(without_ids(notebook))


def build(source: Path, check: bool) -> list[str]:
    """Execute one source; write the notebook and its figures, or name those that differ."""
    target = source.with_suffix(".ipynb")
    saved = FOLDER / "figures"
    with tempfile.TemporaryDirectory() as folder:
        new = as_text(execute(source, Path(folder)))
        drawn = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
    old = {path.name: path.read_bytes() for path in saved.glob(f"{source.stem}_*.svg")}
    if check:
        changed = [name for name in drawn.keys() | old.keys() if drawn.get(name) != old.get(name)]
        same = target.exists() and comparable(target.read_text("utf-8")) == comparable(new)
        return sorted(changed) + ([] if same else [target.name])
    for name in old.keys() - drawn.keys():
        (saved / name).unlink()
    for name, data in drawn.items():
        (saved / name).write_bytes(data)
    target.write_text(new, "utf-8")
    return []


def main() -> int:
    """The command line; the exit code is 1 if a cell failed or --check found a difference."""
    parser = argparse.ArgumentParser(description="Make the executed notebooks from their sources.")
    parser.add_argument("--check", action="store_true", help="write nothing, tell what differs")
    parser.add_argument("numbers", nargs="*", metavar="NN", help="such as 08; default: all")
    arguments = parser.parse_args()
    sources = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
    unknown = set(arguments.numbers) - {source.name[:2] for source in sources}
    if unknown:
        parser.error(f"there is no notebook {', '.join(sorted(unknown))}")
    failed = False
    for source in sources:
        if arguments.numbers and source.name[:2] not in arguments.numbers:
            continue
        try:
            changed = build(source, arguments.check)
        except CellExecutionError as error:
            print(f"{source.name}: a cell failed\n{error}", file=sys.stderr)
            failed = True
            continue
        for name in changed:
            print(f"{name} differs: run python tutorials/build.py {source.name[:2]}")
        failed = failed or bool(changed)
        if not changed:
            print(f"{source.stem}: {'as built' if arguments.check else 'built'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
