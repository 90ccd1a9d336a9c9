"""Checks and settings for all tests, and fixtures that several files use."""

import os
import signal
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from itertools import count
from typing import Any

import pytest

from tests.kit import leftovers


def pytest_configure() -> None:
    """Handle Ctrl-C, which shells ignore in background jobs: all programs that the tests start would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Use two more workers than cores, since tests that wait for a process or a clock leave their core idle."""
    return (os.cpu_count() or 1) + 2


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Let a worker that has nothing left take tests from another, since a few tests take as long as a thousand."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


NUMBERS = count()
BEFORE = pytest.StashKey[leftovers.Snapshot]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Note what is open before a test."""
    item.stash[BEFORE] = leftovers.snapshot()
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Fail a test that leaves anything behind."""
    yield
    if left := leftovers.left_since(item.stash[BEFORE]):
        pytest.fail(f"The test leaves behind: {', '.join(left)}", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Close what a failed test has left open, so that no other test is blamed for it."""
    report = yield
    if call.excinfo and not item.config.option.usepdb:
        leftovers.drop(call.excinfo.value)
    return report


@pytest.fixture
async def no_task_left() -> AsyncIterator[None]:
    """Fails a test that leaves a task running."""
    yield
    if left := await leftovers.tasks_left():
        pytest.fail(f"The test leaves behind: {', '.join(left)}", pytrace=False)


@pytest.fixture(autouse=True)
def no_task_left_by_a_coroutine(request: pytest.FixtureRequest) -> None:
    """Use `no_task_left` in each test that is a coroutine."""
    if request.node.get_closest_marker("asyncio"):
        request.getfixturevalue("no_task_left")


@pytest.fixture(autouse=True)
def own_state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep each test away from the files of the person who runs it, and from those of other tests."""
    for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(tmp_path_factory.getbasetemp() / f"folder-{next(NUMBERS)}"))
    for variable in ("NAME", "BOARDS", "BELL", "TIMESTAMPS", "RELAY"):
        monkeypatch.delenv(f"CHATGAME_{variable}", raising=False)


@pytest.fixture
def start() -> Iterator[Any]:
    """A function that starts a command on a pseudo-terminal; the program is closed after the test."""
    if sys.platform == "win32":
        pytest.skip("pseudo-terminals are POSIX")
    from tests.kit.terminals import on_a_terminal

    started: list[Any] = []

    def start(*command: str, **env: str) -> Any:
        started.append(on_a_terminal(*command, **env))
        return started[-1]

    yield start
    for process in started:
        process.kill(
            signal.SIGKILL
        )  # gentler ways take up to half a second, and on a busy machine even that is short
        process.wait()
        process.close()


@pytest.fixture
def spawn(start: Any) -> Any:
    """A function that starts chatgame on a pseudo-terminal, on request through a shell."""
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
