"""What signals do: they cancel the command that runs, so that it can tell the partner and restore the terminal."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from chatgame.core.errors import ChatgameError


class Stopped(Exception):  # not an error
    """A signal asked the program to stop."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Finished(Exception):  # not an error
    """A service was asked to stop, and has done so; SIGTERM, the usual way to ask, then ends it with status 0."""


class Signals:
    """Handles SIGINT and SIGTERM.

    SIGHUP is left alone: when a terminal is closed, the program ends as if it was killed, and the partner waits.

    Attributes:
        number: the first signal that came, or 0.
    """

    def __init__(self) -> None:
        self.number = 0
        self._task: asyncio.Task[None] | None = None
        self._pending = False  # a signal came, and the event loop has not noticed it yet

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals, apart from those that the parent process had set to be ignored."""
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        handled = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
        try:
            for number in handled:
                signal.signal(number, self._handle)
            yield
        finally:
            for number in handled:
                signal.signal(number, before[number])

    async def run(self, command: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a command, which a signal cancels.

        Raises:
            Stopped: a signal came.
            ChatgameError: the command failed.
        """
        self._task = asyncio.current_task()
        try:
            with _woken_by_signals(asyncio.get_running_loop()):
                if not self.number:
                    await command()
        except Finished:
            if self.number == signal.SIGTERM:
                return
        except (asyncio.CancelledError, ChatgameError):
            if not self.number:
                raise
        finally:
            self._task, self._pending = None, False
        if self.number:
            raise Stopped(self.number)

    def _handle(self, number: int, _: object) -> None:
        task, pending = self._task, self._pending
        self.number = self.number or number
        if not task:
            return  # the program is only starting, or is ending already
        if pending:
            self._task = None
            raise KeyboardInterrupt  # the event loop is stuck, for example in the rules of a game
        self._pending = True
        task.get_loop().call_soon_threadsafe(self._cancel, task)

    def _cancel(self, task: "asyncio.Task[None]") -> None:
        self._pending = False
        task.cancel()


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let a signal wake the event loop even if it comes just before the loop begins to wait.

    Otherwise Python would handle that signal only after something else has woken the loop.
    """
    if sys.platform == "win32":  # where the event loop does so by itself
        yield
        return
    ours, python = socket.socketpair()
    with ours, python:
        ours.setblocking(False)
        python.setblocking(False)
        loop.add_reader(ours, ours.recv, 1024)
        before = signal.set_wakeup_fd(python.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(ours)
