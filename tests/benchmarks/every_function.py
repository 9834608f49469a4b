"""Call every measuring function of a side: `python -m tests.benchmarks.every_function SIDE`.

The tests run this in a process of its own: where TensorFlow and PyTorch come into one process,
it may die without a word. Prints the results as one line of JSON.
"""

import json
import sys
from typing import Any

from benchmarks.settings import QUICK
from benchmarks.worker import measure


def results(side: str) -> dict[str, dict[str, Any]]:
    """What each function of benchmarks/with_SIDE.py returns, with hardly anything to do."""
    return {
        "versions": measure(side, "versions", QUICK),
        "training cnn": measure(side, "training", QUICK, network="cnn"),
        "training mlp": measure(side, "training", QUICK, network="mlp"),
        "training cnn-large": measure(side, "training", QUICK, network="cnn-large"),
        "training distorted": measure(side, "training", QUICK, network="cnn", distorted=True),
        "evaluation": measure(side, "evaluation", QUICK),
        "one_image": measure(side, "one_image", QUICK),
    }


if __name__ == "__main__":
    print(json.dumps(results(sys.argv[1])))
