"""What holds for all tests, and what several files of them start."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the journal of whoever runs it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "chatgame"


@pytest.fixture
def start() -> Iterator[Any]:
    """Starts a command on a pseudo-terminal of its own, and leaves nothing behind."""
    if sys.platform == "win32":
        pytest.skip("pseudo-terminals are POSIX")
    from tests.kit.terminals import on_a_terminal

    started: list[Any] = []

    def start(*command: str, **env: str) -> Any:
        started.append(on_a_terminal(*command, **env))
        return started[-1]

    yield start
    for process in started:
        process.close(force=True)


@pytest.fixture
def spawn(start: Any) -> Any:
    """Starts chatgame on a pseudo-terminal, perhaps through a shell."""
    from tests.kit.command import COMMAND

    def spawn(*arguments: str, through: str = "", **env: str) -> Any:
        command = [*COMMAND, *arguments]
        if through:
            command = ["/bin/sh", "-c", through.format(" ".join(command))]
        return start(*command, **env)

    return spawn


@pytest.fixture
def server(spawn: Any) -> Any:
    """A server that listens; its port is in `port`."""
    process = spawn("server", "--port", "0")
    process.expect(r"Server listening on: localhost on port: (\d+)\r\n")
    process.port = process.match.group(1)
    return process
