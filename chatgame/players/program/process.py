"""A program that runs beside chatgame, and the three streams between them.

Whatever it does costs no more than itself: what it writes is read only when it is wanted, what it does not read is
bounded, and its standard error is drained. When chatgame ends, the program is ended with all that it has started; if
chatgame is killed, its input ends.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, cast

from chatgame.core.errors import ChatgameError, ProgramFailed
from chatgame.core.limits import MAX_PAYLOAD
from chatgame.players.person.inert import inert
from chatgame.players.program.command import Command

MAX_UNREAD = 4 * 2**20
"""Bytes that may wait until the program reads them: some hundred boards. No program lags so far behind."""

TAIL = 2000
"""Bytes of its standard error that are kept: the end, which says why a program failed."""

QUOTED = 300
"""Characters of it that a complaint quotes."""

TASKKILL_TIME = 5.0
"""Seconds that Windows may take to end a program and those that it has started."""

GRACE = 0.5
"""Seconds in which a program may end by itself once its input has ended."""


class Process(asyncio.SubprocessProtocol):
    """A program that runs, line by line.

    Args:
        name: what to call it in a complaint.

    Attributes:
        ended: set when the program has ended, or writes no more.
        silent: whether it has written nothing yet.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.ended = asyncio.Event()
        self._exited = asyncio.Event()
        self._written = bytearray()  # what was not taken yet
        self._skipping = False  # the rest of a line that was too long
        self._more = asyncio.Event()
        self._errors = b""
        self.silent = True
        self._reads = True  # whether its input is still open
        self._full = False  # whether it is stopped from writing more
        self._transport: asyncio.SubprocessTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It was started."""
        self._transport = cast("asyncio.SubprocessTransport", transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """It has written something."""
        if fd == 2:
            self._errors = (self._errors + data)[-TAIL:]
            return
        self.silent = False
        self._written += data
        if len(self._written) > MAX_PAYLOAD and not self._full:
            self._full = True
            self._pipe(1).pause_reading()
        self._more.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002  # the way does not matter
        """It has closed one of its streams."""
        if fd == 0:
            self._reads = False
        elif fd == 1:
            self._end()

    def process_exited(self) -> None:
        """It has ended; a program that it has started may still hold its streams."""
        self._exited.set()
        asyncio.get_running_loop().call_later(GRACE, self._end)

    def _end(self) -> None:
        self.ended.set()
        self._more.set()

    def _pipe(self, fd: int) -> Any:
        return self._transport.get_pipe_transport(fd)

    def write(self, line: bytes) -> None:
        """Let it read a line, without waiting for that.

        Raises:
            ProgramFailed: it has not read what came before.
        """
        if not self._reads:
            return
        stdin = self._pipe(0)
        stdin.write(line)
        if stdin.get_write_buffer_size() > MAX_UNREAD:
            raise self.failed("does not read what it is told")

    async def readline(self) -> bytes:
        """The next line that it has written, without its end; of a line that is too long only the beginning.

        Raises:
            ProgramFailed: it has ended.
        """
        while True:
            end = self._written.find(b"\n") + 1
            whole = bool(end)
            if not whole and (len(self._written) > MAX_PAYLOAD or self.ended.is_set()):
                end = len(self._written)
            if end:
                line = bytes(self._written[: min(end, MAX_PAYLOAD + 1)])
                del self._written[:end]
                skipped, self._skipping = self._skipping, not whole
                self._read_on()
                if not skipped:
                    return line.removesuffix(b"\n")
            elif self.ended.is_set():
                raise await self.failure()
            else:
                self._more.clear()
                await self._more.wait()

    def _read_on(self) -> None:
        if self._full and len(self._written) <= MAX_PAYLOAD and not self.ended.is_set():
            self._full = False
            self._pipe(1).resume_reading()

    async def failure(self) -> ProgramFailed:
        """Return the error that says how it has ended."""
        with suppress(TimeoutError):  # it has only closed its output
            async with asyncio.timeout(GRACE):
                await self._exited.wait()
        status = self._transport.get_returncode()
        if status is None:
            return self.failed("has closed its output")
        if status < 0:
            with suppress(ValueError):
                return self.failed(f"was ended by {signal.Signals(-status).name}")
        return self.failed(f"has ended with status {status}")

    def failed(self, what: str) -> ProgramFailed:
        """The error that says what is wrong with it."""
        return ProgramFailed(f"{self.name} {what}.{self.last_words}")

    @property
    def number(self) -> int:
        """The system's number of the process."""
        return self._transport.get_pid()

    @property
    def last_words(self) -> str:
        """A sentence with the end of its standard error, made inert; empty where there is nothing."""
        lines = self._errors.decode(errors="replace").split("\n")
        words = inert(" / ".join(line.strip() for line in lines if line.strip()))
        if not words:
            return ""
        cut = len(words) > QUOTED
        return f" Its standard error ends: {'...' * cut}{words[-QUOTED:]}"

    async def stop(self) -> None:
        """Let it end by itself, for a moment, and then end it with all that it has started."""
        try:
            if self._reads:
                self._pipe(0).close()
            async with asyncio.timeout(GRACE):
                await self._exited.wait()
        except TimeoutError:
            pass
        finally:
            _kill(self.number)
            self._transport.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self._exited.wait()


def _kill(number: int) -> None:
    """End a process with its group, or on Windows with those that it has started."""
    if sys.platform == "win32":
        with suppress(OSError, subprocess.TimeoutExpired):
            command = ["taskkill", "/F", "/T", "/PID", str(number)]
            subprocess.run(command, capture_output=True, check=False, timeout=TASKKILL_TIME)  # noqa: S603  # ours
        return
    with suppress(ProcessLookupError, PermissionError):  # PermissionError is macOS's word for a group of zombies
        os.killpg(number, signal.SIGKILL)


@asynccontextmanager
async def running(command: Command) -> AsyncIterator[Process]:
    """Run a command as long as the context lasts.

    Raises:
        ChatgameError: it cannot be started.
    """
    path = shutil.which(command.words[0])
    if not path:
        raise ChatgameError(_why_not(command))
    # A group of its own can be ended as a whole; in a session of its own it cannot read this terminal, either.
    own: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        own = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    starting = asyncio.create_task(_started(command, path, own))
    try:
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:  # a start that is cancelled on its way may hang (CPython's issue 125502)
        await (await starting).stop()
        raise
    with _ended_on_hangup(process.number):
        try:
            yield process
        finally:
            await process.stop()


async def _started(command: Command, path: str, own: dict[str, Any]) -> Process:
    loop = asyncio.get_running_loop()
    try:
        _, process = await loop.subprocess_exec(lambda: Process(command.name), path, *command.words[1:], **own)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ChatgameError(f"{command.name} cannot be started ({why}).") from error
    return process


def _why_not(command: Command) -> str:
    """Say why there is no such program to run."""
    path, whole = command.words[0], " ".join(command.words)
    if os.path.isdir(path):
        return f"{inert(path)} is a folder, not a program."
    if os.path.isfile(path):
        return f"{inert(path)} is not executable. Put what runs it in front of it, as in: python3 {inert(path)}"
    if os.path.exists(whole):
        return f"There is a space in {inert(whole)}. Put quotation marks around it that are part of the command."
    return f'There is no program "{inert(path)}" here. Check its spelling, or write the path to it.'


@contextmanager
def _ended_on_hangup(number: int) -> Iterator[None]:
    """End the process also when the terminal is closed, which ends chatgame at once."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGHUP)
    if before is signal.SIG_IGN:
        yield
        return

    def end(hangup: int, frame: Any) -> None:
        _kill(number)
        if callable(before):
            before(hangup, frame)
        else:
            signal.signal(hangup, signal.SIG_DFL)
            signal.raise_signal(hangup)

    signal.signal(signal.SIGHUP, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
