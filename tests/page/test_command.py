"""`python -m mnist_app page`: where it listens, what it says, how it ends."""

import http.client
import re
import signal
import socket
import time
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mnist_app.cli import app
from mnist_app.page import port as ports
from mnist_app.page.networks import choices
from mnist_app.reading.classifier import INCLUDED
from tests.app.processes import PROGRAM, running
from tinynet import ModelFileError


def test_it_says_its_address_answers_there_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    command = [*PROGRAM, "page", "--no-browser", "--port", "0"]
    with running(command, cwd=tmp_path) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)(/[\w-]{22}/)", line)
        assert found is not None, line
        with closing(http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=10)) as client:
            client.request("GET", found[2])
            assert b"tinynet" in client.getresponse().read()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert errors == ""
    assert process.returncode == 130


def test_a_port_that_is_in_use_is_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = str(taken.getsockname()[1])
        result = CliRunner().invoke(app, ["page", "--no-browser", "--port", number])
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: port {number} is in use")
    assert result.output.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_that_is_none(port: str) -> None:
    result = CliRunner().invoke(app, ["page", "--port", port])
    assert result.exit_code == 2


def test_the_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        first = taken.getsockname()[1]
        monkeypatch.setattr(ports, "FIRST_PORT", first)
        monkeypatch.setattr(ports, "LAST_PORT", min(first + 50, 65535))
        with ports.listen(None) as listener:
            assert first < listener.getsockname()[1] <= first + 50
            assert listener.getsockname()[0] == "127.0.0.1"
        monkeypatch.setattr(ports, "LAST_PORT", first)
        with pytest.raises(ports.PortError, match="all in use"):
            ports.listen(None)


def test_the_networks_that_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(choices()) == ["cnn", "cnn-large"]
    run = tmp_path / "runs" / "mine"
    run.mkdir(parents=True)
    (run / "model.safetensors").write_bytes(INCLUDED["cnn"].read_bytes())
    assert list(choices()) == ["cnn", "cnn-large", "runs/mine"]
    assert list(choices(str(run))) == [str(run), "cnn", "cnn-large", "runs/mine"]
    with pytest.raises(ModelFileError, match="there is no model 'nothing'"):
        choices("nothing")


def test_ctrl_c_does_not_wait_for_a_client_that_keeps_its_connection(tmp_path: Path) -> None:
    command = [*PROGRAM, "page", "--no-browser", "--port", "0"]
    with running(command, cwd=tmp_path) as process:
        assert process.stdout is not None
        found = re.search(r":(\d+)/", process.stdout.readline())
        assert found is not None
        with socket.create_connection(("127.0.0.1", int(found[1]))) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\n")  # and never the rest
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)
    assert process.returncode == 130
