"""Tables: aligned, whole lines everywhere, and every cell as it is."""

import pytest

from mnist_app.cli.console import console, print_table

ROWS = [("one", "1,000", "9.50 %"), ("twenty-two", "2", "100.00 %")]
SHOWN = [
    "word        count     share",
    "---------------------------",
    "one         1,000    9.50 %",
    "twenty-two      2  100.00 %",
]


@pytest.mark.parametrize("terminal", [False, True])
@pytest.mark.parametrize("columns", ["5", "20", "100"])
def test_the_first_column_is_left_and_the_others_are_right(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    columns: str,
    terminal: bool,
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    out = console()
    assert out.is_terminal == terminal
    print_table(out, ("word", "count", "share"), ROWS)
    assert capsys.readouterr().out.splitlines() == SHOWN


def test_a_long_line_is_neither_cut_nor_broken(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a long name " * 50
    print_table(console(), ("file", "label"), [(name + "end", "3"), ("b", "12")])
    header, line, long, short = capsys.readouterr().out.splitlines()
    assert long == f"{name}end      3"
    assert {len(header), len(line), len(short)} == {len(long)}
    assert line == "-" * len(long)


def test_cells_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(console(), ("", "n"), [("[red]7[/red] :smile:", "1"), ("", "")])
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "[red]7[/red] :smile:  1"
    assert lines[0].split() == ["n"]
    assert lines[3].split() == []
