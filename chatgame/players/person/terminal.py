"""The program's own standard streams: a console on them, a bot's notices, a question to confirm, and their look."""

import asyncio
import importlib
import importlib.util
import locale
import os
import re
import select
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from queue import SimpleQueue
from typing import Any, NoReturn, TextIO

from chatgame.core import sentences
from chatgame.core.errors import ChatgameError, OutputLost, PlayerLeft, unwrapped
from chatgame.core.seats import Seat
from chatgame.players.person.console import OUTPUT_LOST, Console
from chatgame.players.person.lines import LONGEST, Lines
from chatgame.players.person.look import Boards, Look
from chatgame.players.person.screen import KEEP_TITLE, RESTORE_TITLE, shown
from chatgame.signals import Stopped

THREAD_TIME = 0.05
"""Seconds that a line pasted before the prompt may take to pass through the thread that reads."""

BROKEN_PIPE = 13
"""The number of SIGPIPE, which ends a program when nothing reads its output, as in `chatgame export 1 | head`."""

DRAIN_TIME = 1.0
"""Seconds that the last output may take when the program ends."""


def look_of_output(*, plain: bool = False, boards: Boards = "auto") -> Look:
    """How standard output shows text now: with colours if it is a terminal that has them (https://no-color.org).

    Boards are drawn in Unicode only if `boards` says so; with "auto", `console_at` decides.
    """
    look = Look(plain=plain, unicode=boards == "unicode")
    if not (sys.stdout and sys.stdout.isatty()):
        return look
    coloured = takes_codes() and not plain and not os.environ.get("NO_COLOR")
    with suppress(OSError):
        width, height = os.get_terminal_size(sys.stdout.fileno())
        return look._replace(colour=coloured, width=width or None, titled=coloured, height=height or None)
    return look._replace(colour=coloured)


def complain(sentence: str) -> None:
    """Write a sentence to standard error; on a terminal, in rows that break between words.

    Raises:
        OSError: it cannot be written.
    """
    if not sys.stderr:
        return
    width = None
    with suppress(OSError):  # it is not a terminal
        width = os.get_terminal_size(sys.stderr.fileno()).columns or None
    sys.stderr.write(shown(sentence, Look(width=width)))
    sys.stderr.flush()


def write_output(text: str) -> None:
    """Write text to standard output, and flush it.

    Raises:
        OutputLost: it cannot be written.
        Stopped: nothing reads it.
    """
    if not sys.stdout:
        raise OutputLost("There is no standard output to write to.")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        give_up(sys.stdout)
        raise Stopped(BROKEN_PIPE) from None
    except OSError as error:
        give_up(sys.stdout)
        raise OutputLost(f"The output cannot be written ({error.strerror}).") from error


def is_at_a_terminal() -> bool:
    """Whether somebody can be asked: both standard input and standard output are a terminal."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty())


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
    """Whether lines are edited: if the extra `edit` is installed, the terminal can do it, and the user wants it."""
    return (
        sys.stdin.isatty()
        and sys.stdout.isatty()
        and (sys.platform == "win32" or takes_codes())
        and not plain  # a screen reader would read the line again each time it is drawn
        and os.environ.get("CHATGAME_EDITOR") != "no"
        and importlib.util.find_spec("prompt_toolkit") is not None
    )


@asynccontextmanager
async def console_at(
    seat: Seat,
    name: str = "",
    *,
    opposite: str = "",
    plain: bool = False,
    boards: Boards = "auto",
    bell: bool = False,
    timestamps: bool = False,
) -> AsyncIterator[Console]:
    """A console on the program's own streams, which reads as long as the context lasts.

    On a terminal, lines are edited if the extra `edit` is installed, unless the environment says CHATGAME_EDITOR=no
    or TERM=dumb, or `plain` is set.

    Raises:
        PlayerLeft: the input ended, inside the context.
        OutputLost: nothing reads the output.
        ChatgameError: there are no standard streams.
    """
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        raise ChatgameError("chatgame needs open standard input, output and error. Start it without closing them.")
    terminal = sys.stdin.isatty()
    sit: Callable[..., Console]
    opened: Sequence[Any]
    if _edits(plain=plain):
        from chatgame.players.person.edited_console import EditedConsole  # which needs an extra
        from chatgame.players.person.editor import terminal_editor

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
        # After a hang-up, standard input is no longer a terminal. The program dies without a goodbye, so that the
        # partner waits.
        if sys.platform != "win32" and terminal and not sys.stdin.isatty():
            signal.raise_signal(signal.SIGHUP)

    def continued(*_: object) -> None:
        with suppress(OSError):  # there is no terminal
            if os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp():  # and not in the background
                loop.call_soon_threadsafe(console.continued)

    loop = asyncio.get_running_loop()
    look = partial(look_of_output, plain=plain, boards=boards)
    console = sit(
        look=look,
        name=name,
        opposite=opposite,
        bell=bell and sys.stdout.isatty(),
        timestamps=timestamps,
        settled=settled,
        ended=ended,
    )
    if look().titled:
        console.write(KEEP_TITLE)
    if sys.platform != "win32":
        before = signal.signal(signal.SIGCONT, continued)
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
        if sys.platform != "win32":
            signal.signal(signal.SIGCONT, before)
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
    """The lines of standard input, a writer to standard output, and their transports, if threads do not carry them.

    The streams are opened one by one. aioconsole's own function uses one protocol for all of them: when nothing reads
    the output or standard error any more, the input ends too, and an assertion fails when more is typed.
    """
    stream = _aioconsole_stream()
    if not all(map(stream.is_pipe_transport_compatible, (sys.stdin, sys.stdout))):
        return _lines_of_a_thread(), stream.NonFileStreamWriter(sys.stdout), ()
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


def _lines_of_a_thread() -> Lines:
    return Lines(_aioconsole_stream().NonFileStreamReader(_Bytes()).readline)


def _aioconsole_stream() -> Any:
    """Import `aioconsole.stream` alone: the rest of aioconsole takes a seventh of the start, for other consoles."""
    loaded, found = sys.modules.get("aioconsole"), importlib.util.find_spec("aioconsole")
    if not loaded and found:
        sys.modules["aioconsole"] = importlib.util.module_from_spec(found)  # which is not run
    try:
        return importlib.import_module("aioconsole.stream")
    finally:
        if not loaded:
            sys.modules.pop("aioconsole", None)


class _Bytes:
    """Standard input for a thread that reads it: its bytes, a line at a time, or less of a line that is too long."""

    def readline(self) -> bytes:
        """The next bytes, in UTF-8; none at the end of input."""
        stdin = sys.stdin  # the interpreter must not close it while a thread reads it
        line = stdin.buffer.readline(LONGEST)
        return line.decode(stdin.encoding).encode() if sys.platform == "win32" else line


async def _until_lost(writer: asyncio.StreamWriter, ended: Callable[[], object]) -> NoReturn:
    """Wait until nothing reads the output.

    Raises:
        OutputLost: nothing does.
    """
    with suppress(OSError):
        await writer.wait_closed()
    ended()
    raise OutputLost(OUTPUT_LOST)


def give_up(stream: TextIO) -> None:
    """Discard what a stream still holds: the interpreter would try to write it at exit, and complain."""
    with open(os.devnull, "w") as nowhere, suppress(OSError, ValueError):
        os.dup2(nowhere.fileno(), stream.fileno())


@contextmanager
def notices() -> Iterator[Callable[..., None]]:
    """Yields a function that writes sentences to standard output, for a bot, which needs no terminal.

    Nothing stops or delays the bot. It does not read standard input, so in the background no shell stops it for that
    (SIGTTIN), and it ignores the signal that would stop it for writing (SIGTTOU). A thread writes, so a full output
    delays nothing, and sentences that cannot be written are dropped.
    """
    texts: SimpleQueue[str | None] = SimpleQueue()

    def write_all() -> None:
        while (text := texts.get()) is not None:
            try:
                if sys.stdout:  # it may have been closed before the program started
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


@asynccontextmanager
async def each_line(act: Callable[[], object]) -> AsyncIterator[bool]:
    """Call `act` for each line that is typed at the terminal; yields whether there is a terminal."""
    if not (sys.stdin and sys.stdin.isatty()):
        yield False
        return
    if sys.platform == "win32":  # whose loop cannot wait for a terminal, so that a thread has to
        with unwrapped():
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(_act_on_lines(act))
                yield True
                reading.cancel()
        return
    # A thread would read at once, and the shell would stop a program in the background for that.
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()

    def read() -> None:
        with suppress(OSError):  # the terminal is gone
            if os.read(descriptor, LONGEST):
                act()
                return
        loop.remove_reader(descriptor)

    loop.add_reader(descriptor, read)
    try:
        yield True
    finally:
        loop.remove_reader(descriptor)


async def _act_on_lines(act: Callable[[], object]) -> None:
    lines = _lines_of_a_thread()
    while await lines.readline():
        act()


async def answered(question: str) -> str:
    """What a person types at the terminal in answer to a question; empty at the end of input."""
    reader, writer, transports = await _standard_streams()
    writer.write(question.encode())
    await writer.drain()
    line = await reader.readline()
    for transport in transports:
        transport.close()
    return line.decode(errors="replace").strip()


@contextmanager
def single_keys() -> Iterator[Callable[[], Awaitable[str]]]:
    """Yields a function that waits for keys, without Enter and without an echo; it returns "" at the end of input.

    Keys that come together, and the sequence that a key such as an arrow makes, are returned together.
    """
    if sys.platform == "win32":
        import msvcrt

        yield lambda: asyncio.to_thread(msvcrt.getwch)
        return
    import termios

    keyboard = sys.stdin.fileno()

    async def pressed() -> str:
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(keyboard, ready.set)
        try:
            await ready.wait()
            return os.read(keyboard, 1024).decode(errors="replace")
        except OSError:  # the terminal is gone
            return ""
        finally:
            loop.remove_reader(keyboard)

    before = termios.tcgetattr(keyboard)
    at_once = [*before[:3], before[3] & ~(termios.ICANON | termios.ECHO), *before[4:]]
    termios.tcsetattr(keyboard, termios.TCSADRAIN, at_once)
    try:
        yield pressed
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@contextmanager
def streams_restored() -> Iterator[None]:
    """Restore the blocking mode of the standard streams, which aioconsole changes and a later `cat` needs."""
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
