"""The machine, and what the packages take on its disk."""

import importlib.metadata
import os
import platform
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.processes import ROOT, measured, overruling
from benchmarks.settings import QUICK

LIBRARY_NEEDS = ("numpy", "safetensors", "threadpoolctl")  # tinynet's own imports, no more


def describe(sides: Iterable[str]) -> dict[str, str]:
    """Processor, cores, load, Python, and each side's versions and threads."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    not_passed_on = [f"{name}={value}" for name, value in sorted(overruling().items())]
    lines = {
        "processor": f"{processor()}, {cores} cores",
        "load before": f"{os.getloadavg()[0]:.2f}",
        "Python": f"{platform.python_version()} on {platform.system()}",
        "BLAS and thread settings found, not passed on": ", ".join(not_passed_on) or "none",
    }
    for side in sides:
        versions = measured(side, "versions", QUICK)
        lines.update({name: text for name, text in versions.items() if name != "peak"})
    return lines


def processor() -> str:
    """The processor's name, where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def installed_megabytes(requirements: Iterable[str]) -> float:
    """The files of these distributions and of all that they require, in 10^6 bytes."""
    waiting, seen, size = list(requirements), set(), 0
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if name in seen or not wanted:
            continue
        seen.add(name)
        distribution = importlib.metadata.distribution(name)
        paths = (Path(str(file.locate())) for file in distribution.files or [])
        size += sum(path.stat().st_size for path in paths if path.is_file())
        waiting += distribution.requires or []
    return size / 1e6


def library_megabytes() -> float:
    """tinynet and what it imports."""
    return folder_megabytes("tinynet") + installed_megabytes(LIBRARY_NEEDS)


def program_megabytes() -> float:
    """tinynet, mnist_app with its data, and all that they require."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = folder_megabytes("tinynet") + folder_megabytes("mnist_app")
    return own + installed_megabytes(project["dependencies"])


def folder_megabytes(name: str) -> float:
    """The files of a package of the repository, without compiled ones."""
    files = [path for path in (ROOT / name).rglob("*") if "__pycache__" not in path.parts]
    return sum(path.stat().st_size for path in files if path.is_file()) / 1e6
