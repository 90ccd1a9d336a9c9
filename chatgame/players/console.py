"""The console: a person at standard input and output.

One task reads standard input for the life of the program; nothing else does, and it is not cancelled before the
end. All output goes through one writer, and all of it is made inert first.
On a terminal, a line entered before the prompt is not sent, and the person is told at once. From a pipe, lines
wait for their turn.
After a line was taken, reading goes on when its turn is written or the prompt opens again. So an end of input
that is found then is the leaving of somebody who waits or is asked, and overtakes no line.
"""

import asyncio
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, NoReturn, Protocol

import aioconsole

from chatgame.core.errors import ChatgameError, OutputLost, PlayerLeft, unwrapped
from chatgame.core.log import Step
from chatgame.core.match import Board
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.players.inert import inert
from chatgame.players.screen import BANNER, GOODBYE, PROMPT, narrate, recalled, shown

CUT_AT = 1024 if sys.platform == "darwin" else 4095
"""In bytes: a terminal keeps no more of a line than this and drops the rest without a word (MAX_CANON on macOS,
N_TTY_BUF_SIZE less the line end on Linux)."""

THREAD_TIME = 0.05
"""In seconds: how long a line that was pasted before the prompt may take through aioconsole's reading thread."""

OUTPUT_LOST = "The output was closed, or is full, so the conversation ended."

DRAIN_TIME = 1.0
"""In seconds: how long the last output may take when the program ends."""


class Reader(Protocol):
    """Where lines come from; an `asyncio.StreamReader` is one."""

    async def readline(self) -> bytes:
        """The next line with its end, or what there is of it at the end of input."""


class Writer(Protocol):
    """Where text goes to; an `asyncio.StreamWriter` is one."""

    def write(self, data: bytes, /) -> Any:
        """Take bytes to write."""

    async def drain(self) -> None:
        """Wait until they are written."""

    def is_closing(self) -> bool:
        """Whether nothing can be written any more."""


class Console:
    """A person who types lines and reads the screen.

    Args:
        seat: where the person sits.
        reader: the lines typed.
        writer: the screen.
        terminal: whether a terminal echoes the lines; otherwise they come from a pipe or a file.
        colour: whether the screen has colours.
        settled: waits until lines that were entered before now have been read.
        ended: called when the input has ended.
    """

    def __init__(
        self,
        seat: Seat,
        reader: Reader,
        writer: Writer,
        *,
        terminal: bool,
        colour: bool = False,
        settled: Callable[[], Any] = lambda: asyncio.sleep(0),
        ended: Callable[[], object] = lambda: None,
    ) -> None:
        self._seat = seat
        self._reader = reader
        self._writer = writer
        self._terminal = terminal
        self._colour = colour
        self._settled = settled
        self._ended = ended
        self._asked: asyncio.Future[str] | None = None
        self._prompted = asyncio.Event()  # a line is asked for
        self._reading = asyncio.Event()  # no line that was taken is in work
        self._told = asyncio.Event()  # something was shown by who cannot wait until it is written
        if terminal:
            self._reading.set()
        self.in_line = False  # the cursor stands behind the prompt
        self._banner: tuple[str, ...] = BANNER
        self._broken = False
        self._interrupted = False

    async def read(self) -> None:
        """Read lines until the input ends; runs beside all the rest.

        Raises:
            PlayerLeft: the input ended while no line was asked for; otherwise `ask` raises it.
            OutputLost: nobody reads the output any more, which aioconsole tells by an end of the input.
        """
        with suppress(OSError):  # the terminal is gone: its input has ended
            await self._reading.wait()
            while await self._read_line():
                await self._reading.wait()
        self._ended()
        end = OutputLost(OUTPUT_LOST) if self._writer.is_closing() else PlayerLeft("The input ended.")
        if not self._open_question:
            raise end
        self._open_question.set_exception(end)

    async def _read_line(self) -> bool:
        """Read one line and take or refuse it; False at the end of input."""
        text = refusal = None
        try:
            line = await self._reader.readline()
            text = line.decode().removesuffix("\n").removesuffix("\r")
        except ValueError:
            refusal = "That line is not UTF-8 text, so it was not sent."
        else:
            if not line or (self._terminal and not line.endswith(b"\n")):
                return False  # whoever leaves in the middle of a line does not send it
            if self._terminal and len(line.removesuffix(b"\n")) >= CUT_AT:
                refusal = f"A terminal cuts lines at {CUT_AT} bytes, so this one was not sent. Send it in parts."
        if self._terminal:
            self.in_line = False  # the terminal has echoed the line with its end
            if not self._open_question:
                refusal = f"Not your turn yet, so this was not sent: {_shortened(text or '')}"
                if text and text.startswith("/"):
                    refusal = "Commands work at the prompt, when it is your turn. Ctrl-C leaves at any time."
        else:
            await self._prompted.wait()
        if refusal:
            await self.hear(refusal)
            self._prompt()
        elif self._open_question and text is not None:
            if not self._terminal:
                self._write(f"{inert(text)}\n")
                self.in_line = False
            self._reading.clear()
            self._open_question.set_result(text)
        return True

    @property
    def _open_question(self) -> asyncio.Future[str] | None:
        """The line that is asked for, unless it has come or nobody waits for it any more."""
        return self._asked if self._asked and not self._asked.done() else None

    async def ask(self, table: Table) -> str:  # noqa: ARG002  # the person has seen the table
        """Open the prompt, and return the line that is typed at it.

        Raises:
            PlayerLeft: the input ended instead.
            OutputLost: the prompt cannot be shown.
        """
        self._reading.set()
        await self._settled()
        self._show_banner()
        self._asked = asyncio.get_running_loop().create_future()
        self._prompted.set()
        self._prompt()
        try:
            await self.drain()
            return await self._asked
        finally:
            self._asked = None
            self._prompted.clear()

    async def see(self, step: Step) -> None:
        """Show a turn."""
        if step.after.playing:
            self._show_banner()  # which would stand between what is asked for and the prompt
        self.show(*narrate(step, self._seat))
        if step.after.token and step.turn.seat is self._seat:
            self._reading.set()
        await self.drain()

    async def recall(self, steps: Sequence[Step]) -> None:
        """Show what the conversation has come to."""
        self._show_banner()
        self.show(*recalled(steps, self._seat))
        await self.drain()

    def _show_banner(self) -> None:
        self.show(*self._banner)
        self._banner = ()

    async def hear(self, text: str) -> None:
        """Show an answer."""
        self.show(*[text] if isinstance(text, Board) else text.split("\n"))
        await self.drain()

    def show(self, *texts: str) -> None:
        """Show boards, and other texts each on one line, all made inert; they are written when the loop next runs."""
        if texts and self.in_line:
            self.end_line()
        self._write("".join(shown(text, colour=self._colour) for text in texts))

    def tell(self, *texts: str) -> None:
        """Show what has happened meanwhile, and open the prompt again where it was open."""
        task = asyncio.current_task()
        leaving = task is not None and task.cancelling() > 0
        asked = self.in_line and not leaving
        if leaving:
            self.interrupt()
        self.show(*texts)
        if asked:
            self._prompt()
        self._told.set()

    def interrupt(self) -> None:
        """Go behind the ^C that the terminal shows, once."""
        if not (self._interrupted or self.in_line):  # or else whatever is shown next does so
            self.end_line()
        self._interrupted = True

    async def write_out(self) -> NoReturn:
        """See that what was told is written; runs beside all the rest.

        Raises:
            OutputLost: it cannot be.
        """
        while True:
            await self._told.wait()
            self._told.clear()
            await self.drain()

    def end_line(self) -> None:
        """Go to a line of its own."""
        self.in_line = False
        self._write("\n")

    def _prompt(self) -> None:
        if self._open_question:
            self.in_line = True
            self._write(PROMPT)

    def _write(self, text: str) -> None:
        try:
            self._writer.write(text.encode())
        except OSError:  # of what was written before, where a thread writes
            self._broken = True

    async def drain(self) -> None:
        """Wait until all is written.

        Raises:
            OutputLost: it cannot be.
        """
        with suppress(OSError):
            if not (self._broken or self._writer.is_closing()):  # draining might wait forever then
                await _unharmed(self._writer.drain())
                # aioconsole's writing thread leaves what was written while it flushed; a second round takes it.
                self._writer.write(b"")
                await _unharmed(self._writer.drain())
                return
        raise OutputLost(OUTPUT_LOST)


async def _unharmed(drain: Coroutine[Any, Any, None]) -> None:
    """Wait for output to be written; who is cancelled meanwhile does not cancel the writing with it."""
    writing = asyncio.ensure_future(drain)
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        writing.add_done_callback(lambda writing: writing.cancelled() or writing.exception())
        raise


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."


def coloured_output() -> bool:
    """Whether standard output is a screen with colours (https://no-color.org)."""
    return (
        bool(sys.stdout and sys.stdout.isatty())
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "dumb") != "dumb"
    )


@asynccontextmanager
async def console_at(seat: Seat) -> AsyncIterator[Console]:
    """The console on the program's own streams, reading for as long as the context lasts.

    Raises:
        PlayerLeft: the input ended, in the middle of the context.
        OutputLost: nobody reads the output any more.
        ChatgameError: there are no standard streams.
    """
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        raise ChatgameError("chatgame needs open standard input, output and error. Start it without closing them.")
    reader, writer = await aioconsole.get_standard_streams()
    terminal = sys.stdin.isatty()
    threaded = not isinstance(reader, asyncio.StreamReader)

    async def settled() -> None:
        await asyncio.sleep(THREAD_TIME if terminal and threaded else 0)
        # What is awaited stands in the kernel, which sets no event.
        while terminal and not threaded and select.select([sys.stdin], [], [], 0)[0]:  # noqa: ASYNC110
            await asyncio.sleep(0)

    def ended() -> None:
        # A terminal that was hung up is none any more. To be killed by that is no leaving: the partner waits for us.
        if sys.platform != "win32" and terminal and not sys.stdin.isatty():
            signal.raise_signal(signal.SIGHUP)

    colour = coloured_output()
    console = Console(seat, reader, writer, terminal=terminal, colour=colour, settled=settled, ended=ended)
    try:
        with unwrapped():
            async with asyncio.TaskGroup() as tasks:
                background = [tasks.create_task(console.read()), tasks.create_task(console.write_out())]
                yield console
                for task in background:
                    task.cancel()
    except PlayerLeft:
        console.show(GOODBYE)
        raise
    except asyncio.CancelledError:
        console.interrupt()
        console.show(GOODBYE)
        raise
    finally:
        if console.in_line:
            console.end_line()
        with suppress(TimeoutError, OutputLost):
            async with asyncio.timeout(DRAIN_TIME):
                await console.drain()


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
