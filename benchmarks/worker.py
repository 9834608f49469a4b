"""One measurement in a process of its own: `python -m benchmarks.worker SIDE FUNCTION JSON`.

Prints the function's results and the process's peak memory as one line of JSON.
"""

import importlib
import json
import sys
from typing import Any

from benchmarks.settings import Size
from benchmarks.timing import peak_megabytes


def measure(side: str, function: str, size: Size, **arguments: object) -> dict[str, Any]:
    """Call with_SIDE.FUNCTION(size, **arguments), in this process."""
    module = importlib.import_module(f"benchmarks.with_{side}")
    results = getattr(module, function)(size, **arguments)
    helpers = results.pop("helpers", 0.0)
    return {**results, "peak": peak_megabytes() + helpers}


if __name__ == "__main__":
    side, function, arguments = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    print(json.dumps(measure(side, function, Size(**arguments.pop("size")), **arguments)))
