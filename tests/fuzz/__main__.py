"""The fuzzer's command line; `python -m tests.fuzz --help`."""

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from tests.fuzz.kinds import KINDS, Kind
from tests.fuzz.runner import Child, cases

KILLS = "kills"
FOLDER = Path(tempfile.gettempdir(), "tinynet-fuzz")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "kinds", nargs="*", help=f"{', '.join(KINDS)}, {KILLS} (all but {KILLS})", metavar="KIND"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--count", type=int, help="how many cases of each kind")
    length.add_argument("--seconds", type=float, default=60, help="for all kinds together (60)")
    parser.add_argument("--seed", type=int, default=0, help="another one draws other cases (0)")
    length.add_argument("--case", type=Path, metavar="FILE", help="one case, as it was saved")
    options = parser.parse_args()
    if unknown := set(options.kinds) - {*KINDS, KILLS}:
        parser.error(f"unknown: {', '.join(unknown)}")
    broken = 0
    kinds = options.kinds or list(KINDS)
    for name in kinds:
        if name == KILLS:
            broken += import_module(f"tests.fuzz.{KILLS}").main(options.count or 100, options.seed)
        elif options.case is not None:
            broken += repeat(KINDS[name], options.case)
        else:
            seconds = None if options.count else options.seconds / len(kinds)
            broken += fuzz(KINDS[name], options.count, seconds, options.seed)
    return 1 if broken else 0


def fuzz(kind: Kind, number: int | None, seconds: float | None, seed: int) -> int:
    """Run the cases of a kind, and save those that break; how many do."""
    done = broken = 0
    with Child(kind) as child:
        for index in cases(number, seconds):
            content = kind.case(seed, index)
            done += 1
            if wrong := child.run(content):
                broken += 1
                FOLDER.mkdir(exist_ok=True)
                path = FOLDER / f"{kind.name}-{seed}-{index}"
                path.write_bytes(content)
                print(f"\n{wrong.strip()}\n{path}")
                print(f"again: python -m tests.fuzz {kind.name} --case {path}")
    print(f"{kind.name}: {done:,} cases, {broken:,} broken (seed {seed})", flush=True)
    return broken


def repeat(kind: Kind, path: Path) -> int:
    """Run one saved case; 1 if it breaks."""
    with Child(kind) as child:
        wrong = child.run(path.read_bytes())
    print(wrong or f"{path}: passes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
