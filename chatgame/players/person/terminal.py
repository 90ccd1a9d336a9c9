"""The program's own standard streams: a console on them, a bot's notices, one question, and how they show text."""

import asyncio
import importlib.util
import locale
import os
import re
import select
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from queue import SimpleQueue
from typing import Any, NoReturn, TextIO

from aioconsole import stream

from chatgame.core import sentences
from chatgame.core.errors import ChatgameError, OutputLost, PlayerLeft, unwrapped
from chatgame.core.seats import Seat
from chatgame.players.person.console import OUTPUT_LOST, Console
from chatgame.players.person.lines import LONGEST, Lines
from chatgame.players.person.look import Boards, Look
from chatgame.players.person.screen import KEEP_TITLE, RESTORE_TITLE, shown

THREAD_TIME = 0.05
"""In seconds: how long a line that was pasted before the prompt may take to pass through the reading thread."""

DRAIN_TIME = 1.0
"""In seconds: how long the last output may take when the program ends."""


def look_of_output(*, plain: bool = False, boards: Boards = "auto") -> Look:
    """How standard output shows text now: in colours if it is a screen with colours (https://no-color.org).

    Boards are drawn in Unicode only if that is asked for: `console_at` does so by itself where it looks right.
    """
    look = Look(plain=plain, unicode=boards == "unicode")
    if not (sys.stdout and sys.stdout.isatty()):
        return look
    coloured = takes_codes() and not plain and not os.environ.get("NO_COLOR")
    with suppress(OSError):
        width, height = os.get_terminal_size(sys.stdout.fileno())
        return look._replace(colour=coloured, width=width or None, titled=coloured, height=height or None)
    return look._replace(colour=coloured)


def draws_unicode() -> bool:
    """Whether a terminal that edits lines is likely to draw boards in Unicode well.

    In Chinese, Japanese and Korean locales, terminals make lines and discs two columns wide (UAX 11, "ambiguous").
    """
    locales = [locale.setlocale(locale.LC_CTYPE), *map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))]
    wide = any(re.match(r"(?i)(?:zh|ja|ko)(?:[_.]|$)|chinese|japanese|korean", name or "") for name in locales)
    return look_of_output().colour and sys.stdout.encoding.lower() == "utf-8" and not wide


def takes_codes() -> bool:
    """Whether a terminal here obeys control sequences. Windows sets no TERM; its new terminal sets WT_SESSION."""
    return os.environ.get("TERM", "dumb") != "dumb" or "WT_SESSION" in os.environ


def _edits(*, plain: bool) -> bool:
    """Whether lines are edited: on a terminal that can, unless the user does not want it, with the extra `edit`."""
    return (
        sys.stdin.isatty()
        and sys.stdout.isatty()
        and (sys.platform == "win32" or takes_codes())
        and not plain  # a screen reader reads what is drawn again
        and os.environ.get("CHATGAME_EDITOR") != "no"
        and importlib.util.find_spec("prompt_toolkit") is not None
    )


@asynccontextmanager
async def console_at(
    seat: Seat, name: str = "", *, opposite: str = "", plain: bool = False, boards: Boards = "auto"
) -> AsyncIterator[Console]:
    """The console on the program's own streams, which reads for as long as the context lasts.

    On a terminal lines are edited if the extra `edit` is installed, unless the environment says CHATGAME_EDITOR=no or
    TERM=dumb, or `plain` is set.

    Raises:
        PlayerLeft: the input ended, in the middle of the context.
        OutputLost: nobody reads the output any more.
        ChatgameError: there are no standard streams.
    """
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        raise ChatgameError("chatgame needs open standard input, output and error. Start it without closing them.")
    terminal = sys.stdin.isatty()
    sit: Callable[..., Console]
    opened: Sequence[Any]
    if _edits(plain=plain):
        from chatgame.players.person.editor import EditedConsole, terminal_editor  # which needs an extra

        writer = editor = await terminal_editor()
        opened, threaded = [editor], sys.platform == "win32"
        sit = partial(EditedConsole, seat, editor)
        if boards == "auto" and draws_unicode():
            boards = "unicode"
    else:
        reader, writer, opened = await _standard_streams()
        threaded = not opened
        sit = partial(Console, seat, reader, writer, terminal=terminal)

    async def settled() -> None:
        await asyncio.sleep(THREAD_TIME if terminal and threaded else 0)
        # Lines wait in the kernel, which sets no event.
        while terminal and not threaded and select.select([sys.stdin], [], [], 0)[0]:  # noqa: ASYNC110
            await asyncio.sleep(0)

    def ended() -> None:
        # A terminal that was hung up is no longer one. The program dies of it without a goodbye: the partner waits.
        if sys.platform != "win32" and terminal and not sys.stdin.isatty():
            signal.raise_signal(signal.SIGHUP)

    look = partial(look_of_output, plain=plain, boards=boards)
    console = sit(look=look, name=name, opposite=opposite, settled=settled, ended=ended)
    if look().titled:
        console.write(KEEP_TITLE)
    try:
        with unwrapped():
            async with asyncio.TaskGroup() as tasks:
                background = [tasks.create_task(console.read()), tasks.create_task(console.write_out())]
                if isinstance(writer, asyncio.StreamWriter):
                    background.append(tasks.create_task(_until_lost(writer, ended)))
                yield console
                for task in background:
                    task.cancel()
    except PlayerLeft:
        console.show(sentences.SHUTTING_DOWN)
        raise
    except asyncio.CancelledError:
        console.interrupt()
        console.show(sentences.SHUTTING_DOWN)
        raise
    finally:
        if console.in_line:
            console.end_line()
        if look().titled:
            console.write(RESTORE_TITLE)
        with suppress(TimeoutError, OutputLost):
            async with asyncio.timeout(DRAIN_TIME):
                await console.drain()
        for way in opened:
            way.close()


async def _standard_streams() -> tuple[Lines, Any, Sequence[asyncio.BaseTransport]]:
    """The lines of standard input, a writer to standard output, and what carries both, unless threads do.

    They are opened one by one. aioconsole's own function for this has one protocol for all: if the output or standard
    error is no longer read, the input ends too, and an assertion fails over what is typed after that.
    """
    if not all(map(stream.is_pipe_transport_compatible, (sys.stdin, sys.stdout))):
        return Lines(stream.NonFileStreamReader(_Bytes()).readline), stream.NonFileStreamWriter(sys.stdout), ()
    loop, reader, nothing = asyncio.get_running_loop(), asyncio.StreamReader(), asyncio.StreamReader()
    inward, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), stream.ProtectedPipe(sys.stdin)
    )
    outward, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(nothing), stream.ProtectedPipe(sys.stdout)
    )
    outward.set_write_buffer_limits(0)
    writer = asyncio.StreamWriter(outward, protocol, None, loop)
    return Lines(partial(reader.read, LONGEST)), writer, (inward, outward)


class _Bytes:
    """Standard input for a thread that reads it: bytes of it, up to the end of a line or so many as are of use."""

    def readline(self) -> bytes:
        """What comes next, in UTF-8; nothing at the end."""
        stdin = sys.stdin  # as long as a thread reads it, the interpreter must not close it
        line = stdin.buffer.readline(LONGEST)
        return line.decode(stdin.encoding).encode() if sys.platform == "win32" else line


async def _until_lost(writer: asyncio.StreamWriter, ended: Callable[[], object]) -> NoReturn:
    """Wait until nobody reads the output any more.

    Raises:
        OutputLost: nobody does.
    """
    with suppress(OSError):
        await writer.wait_closed()
    ended()
    raise OutputLost(OUTPUT_LOST)


def give_up(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere: the interpreter would try to write it at the end, and complain."""
    with open(os.devnull, "w") as nowhere, suppress(OSError, ValueError):
        os.dup2(nowhere.fileno(), stream.fileno())


@contextmanager
def notices() -> Iterator[Callable[..., None]]:
    """Yields a function that writes sentences to standard output, for a bot, which needs no terminal.

    Nothing stops or delays it. Standard input is not read, so a shell cannot stop the program for that in the
    background (SIGTTIN), nor may a terminal stop it for writing (SIGTTOU). A thread writes, so an output that is full
    holds up nothing, and what cannot be written is given up.
    """
    texts: SimpleQueue[str | None] = SimpleQueue()

    def write_all() -> None:
        while (text := texts.get()) is not None:
            try:
                if sys.stdout:  # which may have been closed before the start
                    sys.stdout.write(text)
                    sys.stdout.flush()
            except (OSError, ValueError):
                give_up(sys.stdout)

    if sys.platform != "win32":
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    writer = threading.Thread(target=write_all)
    writer.start()
    try:
        yield lambda *lines: texts.put("".join(shown(line, look_of_output()) for line in lines))
    finally:
        texts.put(None)
        writer.join(DRAIN_TIME)


async def answered(question: str) -> str:
    """The line that is typed at the terminal in answer to a question; empty at the end of input."""
    reader, writer, transports = await _standard_streams()
    writer.write(question.encode())
    await writer.drain()
    line = await reader.readline()
    for transport in transports:
        transport.close()
    return line.decode(errors="replace").strip()


@contextmanager
def streams_restored() -> Iterator[None]:
    """Put the standard streams back into blocking mode, which aioconsole changes and a following `cat` needs."""
    if sys.platform == "win32":
        yield
        return
    blocking = {}
    for descriptor in range(3):
        with suppress(OSError):
            blocking[descriptor] = os.get_blocking(descriptor)
    try:
        yield
    finally:
        for descriptor, was_blocking in blocking.items():
            with suppress(OSError):
                os.set_blocking(descriptor, was_blocking)
