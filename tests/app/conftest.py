"""What the tests of the program share: a little data, a small trained run, the command line."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mnist_app.cli import app
from mnist_app.figures.run import save_run_figures
from mnist_app.training.options import Options
from mnist_app.training.run import TrainingRun, start_run
from tests.app.idx_files import write_dataset
from tinynet import History

Cli = Callable[..., Result]
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 1,000 training and 200 test images."""
    return write_dataset(tmp_path_factory.mktemp("data") / "little")


@pytest.fixture(scope="session")
def options(data: Path) -> Options:
    """Three epochs that take a second, with everything that training draws at random."""
    return Options(
        "mlp-small", 3, batch_size=32, learning_rate=0.005, workers=2, augment=True, data=str(data)
    )


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, options: Options) -> TrainingRun:
    """A run that has never been interrupted, with everything that it writes."""
    with start_run(tmp_path_factory.mktemp("runs") / "finished", options) as run:
        run.train()
        save_run_figures(run, run.finish())
    return run


@pytest.fixture(scope="session")
def forgetful(tmp_path_factory: pytest.TempPathFactory, options: Options) -> TrainingRun:
    """A tested run of a network with logits whose best epoch is the second, and not the last.

    After the second epoch it forgets all, and the third, of small steps, is too short to recover.
    """
    options = replace(options, model="mlp", augment=False)
    with start_run(tmp_path_factory.mktemp("runs") / "forgetful", options) as run:
        values = [parameter.value for parameter in run.model.parameters().values()]
        untrained = [value.copy() for value in values]

        def forget(history: History) -> None:
            if len(history.epochs) == 2:
                for value, start in zip(values, untrained, strict=True):
                    value[...] = start

        run.train(on_epoch=forget)
        run.finish()
    assert [epoch.epoch for epoch in run.history.epochs] == [1, 2, 3]
    assert run.history.best().epoch == 2
    return run


@pytest.fixture(scope="session")
def cli() -> Cli:
    """Run a command in this process: no tracebacks, no control characters, errors in one line."""

    def invoke(*arguments: object, stdin: bytes | None = None) -> Result:
        result = CliRunner().invoke(
            app, [str(argument) for argument in arguments], stdin, prog_name="mnist_app"
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert not CONTROL.search(result.output)
        assert "Traceback" not in result.output
        return result

    return invoke
