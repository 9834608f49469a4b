"""Plant the bugs of the catalogue one by one and list those that no test notices."""

import argparse
import random
import sys
from datetime import date
from pathlib import Path

from tests.planted.catalogue import catalogue
from tests.planted.runner import NOTICED, try_bugs

ROOT = Path(__file__).parent.parent.parent


def main() -> int:
    """Exit code 0 if every bug was noticed and every entry was sound, else 1."""
    parser = argparse.ArgumentParser("python -m tests.planted", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="names or files with this text")
    parser.add_argument("--sample", type=int, metavar="N", help="N bugs, other ones every day")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (2)")
    options = parser.parse_args()

    bugs = [bug for bug in catalogue() if options.only in bug.name or options.only in bug.file]
    if not bugs:
        parser.error(f"no planted bug has {options.only!r} in its name or file")
    if options.sample is not None and options.sample < len(bugs):
        seed = date.today().toordinal()
        print(f"{options.sample} of {len(bugs)} bugs, drawn with seed {seed}")
        bugs = random.Random(seed).sample(bugs, options.sample)

    bad = []
    for outcome in try_bugs(bugs, ROOT, options.jobs):
        print(outcome, flush=True)
        if outcome.verdict != NOTICED:
            bad.append(outcome)
    print(f"\n{len(bugs)} planted bugs, {len(bad)} not noticed or broken", flush=True)
    for outcome in bad:
        print(f"{outcome}\n    {outcome.bug.file}, {outcome.bug.tests}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
