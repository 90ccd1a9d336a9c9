"""Finds what a test leaves behind, so that the test itself fails, and not a later one."""

import asyncio
import gc
import os
import signal
import stat
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

MOMENT = 1.0
"""Seconds that a task, a thread or a process has to end by itself."""

KINDS = {stat.S_IFSOCK: "socket", stat.S_IFIFO: "pipe", stat.S_IFCHR: "device", stat.S_IFREG: "file"}

SIGNALS = signal.Signals if sys.platform == "win32" else set(signal.Signals) - {signal.SIGALRM}
"""All signals but the one with which pytest-timeout ends a test."""


class Snapshot(NamedTuple):
    """What is open and set before a test.

    Attributes:
        opened: descriptions of what has to be closed.
        settings: settings of the whole process, by description.
    """

    opened: set[str]
    settings: dict[str, Any]


def snapshot() -> Snapshot:
    """Take a snapshot; objects that exist now are not among those that `dropped` finds later."""
    gc.freeze()
    return Snapshot(opened(), settings())


def opened() -> set[str]:
    """The threads, the child processes and the open file descriptors."""
    return {*(f"thread {thread.name}" for thread in threading.enumerate()), *children(), *descriptors()}


def children() -> Iterator[str]:
    """Yields one description if there is any child process."""
    if sys.platform != "win32":
        with suppress(ChildProcessError):
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            yield "child process"


def descriptors() -> Iterator[str]:
    """The open file descriptors, each with its number and inode, if the system lists them."""
    folder = Path("/dev/fd")
    for name in os.listdir(folder) if folder.exists() else ():
        with suppress(OSError):  # the descriptor that read the list is closed already
            found = os.fstat(int(name))
            yield f"{KINDS.get(stat.S_IFMT(found.st_mode), 'descriptor')} {name} ({found.st_ino})"


def settings() -> dict[str, Any]:
    """The handlers of signals, and the settings of the terminal, if there is one."""
    found: dict[str, Any] = {f"handler of {number.name}": signal.getsignal(number) for number in SIGNALS}
    if sys.platform != "win32":
        import termios

        with suppress(OSError), open("/dev/tty", "rb", buffering=0) as terminal:
            found["settings of the terminal"] = termios.tcgetattr(terminal)
    return found


def left_since(before: Snapshot) -> list[str]:
    """What was dropped without being closed, is still open, or was changed since then."""
    with dropped() as warnings:
        pass
    until = time.monotonic() + MOMENT
    while (more := opened() - before.opened) and time.monotonic() < until:
        time.sleep(0.01)
    changed = [name for name, value in settings().items() if value != before.settings[name]]
    return [*warnings, *sorted(more), *changed]


@contextmanager
def dropped() -> Iterator[list[str]]:
    """Collects the warnings of objects that were dropped without being closed."""
    warnings: list[str] = []
    hook = sys.unraisablehook
    sys.unraisablehook = lambda failure: warnings.append(str(failure.exc_value))
    try:
        yield warnings
        gc.collect()
    finally:
        sys.unraisablehook = hook


def drop(error: BaseException | None) -> None:
    """Release everything that the frames of an error hold."""
    with dropped():
        while error:
            traceback.clear_frames(error.__traceback__)
            for frame, _ in traceback.walk_tb(error.__traceback__):
                _ = frame.f_locals  # before Python 3.13 this is a copy, and reading it updates it
            error = error.__cause__ or error.__context__


async def tasks_left() -> list[str]:
    """The tasks of this loop that have not ended."""
    if left := asyncio.all_tasks() - {asyncio.current_task()}:
        _, left = await asyncio.wait(left, timeout=MOMENT)
    return [f"task {task.get_coro()}" for task in left]
