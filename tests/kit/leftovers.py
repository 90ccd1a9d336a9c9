"""What a test leaves behind, so that the test itself fails for it, and not another one later."""

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
"""All but the one by which pytest-timeout ends a test."""


class Snapshot(NamedTuple):
    """What there is before a test.

    Attributes:
        opened: what has to be closed, by what it is.
        settings: what belongs to the whole process, by what it is.
    """

    opened: set[str]
    settings: dict[str, Any]


def snapshot() -> Snapshot:
    """What there is now; all of it is left out when objects are looked for that were dropped since."""
    gc.freeze()
    return Snapshot(opened(), settings())


def opened() -> set[str]:
    """The threads, the child processes and the open file descriptors."""
    return {*(f"thread {thread.name}" for thread in threading.enumerate()), *children(), *descriptors()}


def children() -> Iterator[str]:
    """Whether there are any."""
    if sys.platform != "win32":
        with suppress(ChildProcessError):
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            yield "child process"


def descriptors() -> Iterator[str]:
    """Each with its number and its inode, where the system lists them."""
    folder = Path("/dev/fd")
    for name in os.listdir(folder) if folder.exists() else ():
        with suppress(OSError):  # the one that has read the list is closed again
            found = os.fstat(int(name))
            yield f"{KINDS.get(stat.S_IFMT(found.st_mode), 'descriptor')} {name} ({found.st_ino})"


def settings() -> dict[str, Any]:
    """The handlers of signals, and the settings of the terminal, where there is one."""
    found: dict[str, Any] = {f"handler of {number.name}": signal.getsignal(number) for number in SIGNALS}
    if sys.platform != "win32":
        import termios

        with suppress(OSError), open("/dev/tty", "rb", buffering=0) as terminal:
            found["settings of the terminal"] = termios.tcgetattr(terminal)
    return found


def left_since(before: Snapshot) -> list[str]:
    """What has been dropped before it was closed, is still open or has been changed since then."""
    with dropped() as warnings:
        pass
    until = time.monotonic() + MOMENT
    while (more := opened() - before.opened) and time.monotonic() < until:
        time.sleep(0.01)
    changed = [name for name, value in settings().items() if value != before.settings[name]]
    return [*warnings, *sorted(more), *changed]


@contextmanager
def dropped() -> Iterator[list[str]]:
    """The warnings of objects that are dropped inside, or were before, and were not closed."""
    warnings: list[str] = []
    hook = sys.unraisablehook
    sys.unraisablehook = lambda failure: warnings.append(str(failure.exc_value))
    try:
        yield warnings
        gc.collect()
    finally:
        sys.unraisablehook = hook


def drop(error: BaseException | None) -> None:
    """Let go of all that the frames of an error hold."""
    with dropped():
        while error:
            traceback.clear_frames(error.__traceback__)
            for frame, _ in traceback.walk_tb(error.__traceback__):
                _ = frame.f_locals  # before Python 3.13 this is a copy, which reading it brings up to date
            error = error.__cause__ or error.__context__


async def tasks_left() -> list[str]:
    """The tasks of this loop that have not ended."""
    if left := asyncio.all_tasks() - {asyncio.current_task()}:
        _, left = await asyncio.wait(left, timeout=MOMENT)
    return [f"task {task.get_coro()}" for task in left]
