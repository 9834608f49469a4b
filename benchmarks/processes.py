"""Children: each measurement starts afresh, so that no memory or thread of another counts."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.settings import Size

ROOT = Path(__file__).resolve().parent.parent
QUIET_AND_ON_THE_CPU = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
BLAS_AND_THREADS = (  # how variables begin that overrule a library's own choice of kernels
    "BLIS_",
    "DNNL_",
    "GOMP_",
    "GOTO_",
    "KMP_",
    "MKL_",
    "OMP_",
    "ONEDNN_",
    "OPENBLAS_",
    "TF_ENABLE_",
    "TF_NUM_",
    "VECLIB_",
    "XLA_",
)


class MeasurementError(RuntimeError):
    """A child that failed; the message is its last line."""


def overruling() -> dict[str, str]:
    """The variables of this environment that say which kernels and how many threads to use."""
    return {name: value for name, value in os.environ.items() if name.startswith(BLAS_AND_THREADS)}


def run(command: Sequence[str]) -> str:
    """What `python COMMAND` prints, started in the repository. Raises MeasurementError.

    No BLAS or thread setting is passed on: every library makes its own choice, as on a machine
    where nobody has set anything.
    """
    inherited = {name: os.environ[name] for name in os.environ.keys() - overruling().keys()}
    completed = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**inherited, **QUIET_AND_ON_THE_CPU},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if completed.returncode != 0:
        lines = completed.stderr.strip().splitlines() or ["it printed nothing"]
        raise MeasurementError(
            f"python {' '.join(command)} failed with code {completed.returncode}: {lines[-1]}"
        )
    return completed.stdout


def measured(side: str, function: str, size: Size, **arguments: Any) -> dict[str, Any]:
    """The results of benchmarks.worker.measure in a child."""
    text = json.dumps({"size": asdict(size), **arguments})
    results: dict[str, Any] = json.loads(run(["-m", "benchmarks.worker", side, function, text]))
    return results


def seconds_of(command: Sequence[str]) -> float:
    """The wall time of a whole command, the start of Python included."""
    started = time.perf_counter()
    run(command)
    return time.perf_counter() - started


def import_seconds(module: str) -> float:
    """The time of an import in a fresh interpreter, its start not included."""
    code = f"import time; s = time.perf_counter(); import {module}; print(time.perf_counter() - s)"
    return float(run(["-c", code]))
