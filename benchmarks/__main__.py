"""`python -m benchmarks`: see README.md."""

import argparse
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from benchmarks.processes import ROOT, MeasurementError, measured
from benchmarks.settings import QUICK, Size
from tinynet.serialization import write_whole

NEEDED = {"tensorflow": "TensorFlow", "torch": "PyTorch"}
NETWORKS = ("cnn", "mlp")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and save; the exit code."""
    options = parse(arguments)
    size = QUICK if options.quick else Size(minutes=options.minutes)
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        WHAT[options.what](options.rounds, size, options.output)
    except (MeasurementError, OSError) as error:
        return complain(str(error))
    except KeyboardInterrupt:
        complain("interrupted; nothing was saved")
        return 130
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks",
        description="Measure tinynet beside Keras and PyTorch, or its layers one by one. "
        "Close other programs first: both cores are needed.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=tuple(WHAT),
        default="compare",
        help="compare: the three side by side (15 minutes on 2 cores); layers: each layer of "
        "tinynet against the arithmetic limit (half a minute); step: what a step on all cores "
        "costs beyond its arithmetic (half a minute); page: how fast the page answers and trains "
        "(8 minutes)",
    )
    parser.add_argument("--rounds", type=positive, default=5, metavar="N", help="default: 5")
    parser.add_argument(
        "--output",
        type=Path,
        default=ROOT / "benchmarks" / "results",
        metavar="DIR",
        help="where tables (.md), numbers (.json) and charts (.png) go; "
        "default: benchmarks/results",
    )
    parser.add_argument(
        "--minutes",
        type=positive,
        default=Size.minutes,
        metavar="N",
        help="how long to use the page while its memory is watched; default: %(default)s",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="only a few steps of everything, to see that it works: the numbers mean nothing",
    )
    return parser.parse_args(arguments)


def positive(text: str) -> int:
    """An int >= 1, for argparse."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def compare(rounds: int, size: Size, output: Path) -> None:
    """The three side by side. Raises MeasurementError if one of them is not installed."""
    from benchmarks import charts
    from benchmarks.rounds import measure_everything

    for module, name in NEEDED.items():
        if importlib.util.find_spec(module) is None:
            raise MeasurementError(
                f'{name} is not installed; install the extra "benchmark": '
                'python -m pip install "tinynet-mnist[benchmark]"'
            )
    results = measure_everything(rounds, size, say)
    publish(output / "comparison", results.to_markdown(), results.to_json())
    charts.save_comparison(results, output / "comparison.png")
    charts.save_growth(results, output / "growth.png")


def layers(rounds: int, size: Size, output: Path) -> None:
    """The layers of the networks against the arithmetic limit."""
    from benchmarks import charts
    from benchmarks.layers import Profile

    profiles = []
    for network in NETWORKS:
        say(f"{network}, layer by layer")
        numbers = measured("tinynet", "layers", size, network=network, rounds=rounds)
        profiles.append(Profile.from_json(numbers))
    text = "\n".join(each.to_markdown() for each in profiles)
    publish(output / "layers", text, [each.to_json() for each in profiles])
    charts.save_layers(profiles, output / "layers.png")


def step(rounds: int, size: Size, output: Path) -> None:
    """The parts of a training step on all cores."""
    from benchmarks.step import StepProfile

    profiles = []
    for network in (*NETWORKS, "cnn-large"):
        say(f"{network}, part by part")
        numbers = measured("tinynet", "step", size, network=network, rounds=rounds)
        del numbers["peak"]
        profiles.append(StepProfile(**numbers))
    text = "\n".join(each.to_markdown() for each in profiles)
    publish(output / "step", text, [each.to_json() for each in profiles])


def page(rounds: int, size: Size, output: Path) -> None:
    """How fast the page answers, starts and trains, and whether its memory stays flat."""
    from benchmarks.page import measure, to_markdown
    from benchmarks.page_memory import memory_rows

    rows = measure(rounds, size == QUICK) + memory_rows(size.minutes)
    publish(output / "page", to_markdown(rows), dict(rows))


WHAT = {"compare": compare, "layers": layers, "step": step, "page": page}


def publish(path: Path, markdown: str, numbers: Any) -> None:
    """Print the tables; write them and all numbers beside each other."""
    console = Console()
    if console.is_terminal:
        console.print(Markdown(markdown))
    else:  # a file or another program gets the text as it is saved
        print(markdown)
    text = json.dumps(numbers, indent=1) + "\n"
    write_whole(path.with_suffix(".md"), lambda file: file.write_text(markdown, encoding="utf-8"))
    write_whole(path.with_suffix(".json"), lambda file: file.write_text(text, encoding="utf-8"))
    say(f"saved in {path.parent}")


def say(line: str) -> None:
    """Progress, apart from the results."""
    print(line, file=sys.stderr, flush=True)


def complain(message: str) -> int:
    """One line about what went wrong; the exit code."""
    say(f"Error: {message}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
