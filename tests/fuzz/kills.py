"""Kill training at random moments, and compare what is left with a run that never stopped.

Each process is killed by SIGKILL, every second one while it writes a file; a run is killed one to
four times before it may end. After every kill the checkpoint, and at the end every file, must be
those of the uninterrupted run, bit by bit.
"""

import json
import os
import random
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from safetensors.numpy import load_file

from mnist_app.figures.run import save_run_figures
from mnist_app.training.checkpoint import STATE
from mnist_app.training.folder import CHECKPOINT, FILES, HISTORY, METRICS
from mnist_app.training.lock import LOCK
from mnist_app.training.options import Options
from mnist_app.training.run import start_run
from tests.app.idx_files import write_dataset
from tests.app.processes import PROGRAM
from tinynet import History
from tinynet.serialization import TEMPORARY, ArrayFile

ROOT = Path(__file__).parents[2]
LONGEST = 600  # seconds until a process that hangs is a failure, on a busy machine too
WITH_TIMES = (HISTORY, METRICS, CHECKPOINT)  # every other file is the same, byte by byte


def main(count: int = 100, seed: int = 0) -> int:
    """Kill `count` processes; AssertionError if one leaves anything that is not as it should be."""
    rng = random.Random(seed)
    with TemporaryDirectory(prefix="kills-") as folder:
        whole, run = Path(folder, "whole"), Path(folder, "run")
        data = write_dataset(Path(folder, "data"), 300, 60)
        started = time.monotonic()
        checkpoints = train_whole(whole, data)
        longest = time.monotonic() - started
        arguments = [f"--{name}" for name in ("model=mlp", "epochs=6", "batch-size=32")]
        arguments += ["--workers=2", "--augment", f"--data={data}"]
        killed, saving, nothing, runs = 0, 0, 0, 0
        while killed < count:
            for _ in range(min(rng.randint(1, 4), count - killed)):
                process = start(run, arguments)
                until = time.monotonic() + longest * rng.random() ** 3  # early rather than late
                if not kill(process, run, until, while_saving=killed % 2 == 1):
                    break
                killed += 1
                saving += writes(process, run)
                nothing += not (run / CHECKPOINT).exists()
                check(run, checkpoints)
            else:
                process = start(run, arguments)
            finish(process, run, whole)
            runs += 1
    print(
        f"{killed} kills, {saving} of them while a file was written, {nothing} before the first "
        f"checkpoint; {runs} runs went on to the same end, bit by bit (seed {seed})"
    )
    return 0


def train_whole(folder: Path, data: Path) -> list[dict[str, Any]]:
    """The run that nobody interrupts; returns what its checkpoint held after each epoch."""
    checkpoints: list[dict[str, Any]] = []

    def remember(_: History) -> None:
        checkpoints.append(content(folder / CHECKPOINT))

    options = Options("mlp", 6, batch_size=32, workers=2, augment=True, data=str(data))
    with start_run(folder, options) as run:
        run.train(on_epoch=remember)
        save_run_figures(run, run.finish())
    return checkpoints


def start(run: Path, arguments: list[str]) -> "subprocess.Popen[str]":
    """A process that trains into the folder, once it has the folder for itself."""
    if (run / CHECKPOINT).exists():
        arguments = ["--resume"]
    process = subprocess.Popen(
        [*PROGRAM, "train", f"--output={run}", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not has(process, run) and process.poll() is None:
        time.sleep(0.001)
    return process


def has(process: "subprocess.Popen[str]", run: Path) -> bool:
    """Whether the folder's lock names the process."""
    try:
        return f"process {process.pid} " in (run / LOCK).read_text()
    except FileNotFoundError:
        return False


def writes(process: "subprocess.Popen[str]", run: Path) -> bool:
    """Whether there is a file that the process has begun to write."""
    found = (TEMPORARY.fullmatch(name) for name in os.listdir(run))
    return any(match and int(match[1]) == process.pid for match in found)


def kill(process: "subprocess.Popen[str]", run: Path, until: float, while_saving: bool) -> bool:
    """Kill at a time, or in the first writing of a file after it; False if it ended before."""
    while process.poll() is None:
        if time.monotonic() >= until and (not while_saving or writes(process, run)):
            process.kill()
            process.communicate()
            return process.returncode != 0
    return False


def check(run: Path, checkpoints: list[dict[str, Any]]) -> None:
    """After a kill: a checkpoint is whole and as it should be, and no file is a stranger."""
    if (run / CHECKPOINT).exists():
        found = content(run / CHECKPOINT)
        assert found == checkpoints[len(found["history"]) - 1]
    for name in os.listdir(run):
        assert name in FILES or name == LOCK or TEMPORARY.fullmatch(name), name


def finish(process: "subprocess.Popen[str]", run: Path, whole: Path) -> None:
    """Compare the run of a process that ends by itself, and remove it."""
    try:
        _, errors = process.communicate(timeout=LONGEST)
    finally:
        process.kill()
    assert (process.returncode, errors) == (0, "")
    assert sorted(os.listdir(run)) == sorted(FILES)
    for name in FILES:
        if name not in WITH_TIMES:
            assert (run / name).read_bytes() == (whole / name).read_bytes(), name
    assert content(run / CHECKPOINT) == content(whole / CHECKPOINT)
    tests = [json.loads((folder / METRICS).read_text())["test"] for folder in (run, whole)]
    assert tests[0] == tests[1]
    shutil.rmtree(run)


def content(path: Path) -> dict[str, Any]:
    """Everything in a checkpoint, but for how long its epochs took."""
    with ArrayFile(path) as file:
        state: dict[str, Any] = file.metadata[STATE]
    for epoch in state["history"]:
        del epoch["seconds"]
    return state | {name: array.tobytes() for name, array in load_file(path).items()}
