"""The console: a person at standard input and output.

One task reads standard input for the life of the program, and is not cancelled before the end. All output goes
through one writer, and all of it is made inert first.
A line that a person enters on a terminal before the prompt is not sent, and the console says so at once; an editor
keeps it. Lines from a pipe wait for their turn.
After the console has taken a line, it reads on when the line's turn has been written or the prompt opens again. So
the end of input never overtakes a line: when it is found, the person is waiting or is being asked, and leaves.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn, Protocol

from chatgame.core import sentences
from chatgame.core.board import Board
from chatgame.core.errors import OutputLost, PlayerLeft
from chatgame.core.limits import MAX_TEXT
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.players.person.answers import answer, now
from chatgame.players.person.inert import inert
from chatgame.players.person.lines import LONGEST
from chatgame.players.person.look import Look
from chatgame.players.person.narration import (
    NOBODY,
    Names,
    Role,
    ShellCommand,
    Showable,
    known_names,
    named,
    narrate,
    recalled,
)
from chatgame.players.person.screen import prompt, shown_together, titled

CUT_AT = 1024 if sys.platform == "darwin" else 4095
"""In bytes: a terminal silently drops the rest of a longer line (MAX_CANON on macOS, N_TTY_BUF_SIZE less the line end
on Linux)."""

BELL, BELL_TIME = "\a", 5.0
"""The character that rings a terminal's bell, and the seconds of waiting after which it rings at one's turn."""

OUTPUT_LOST = "The output was closed, or is full, so the conversation ended."


class Reader(Protocol):
    """Where lines come from; an `asyncio.StreamReader` is one."""

    async def readline(self) -> bytes:
        """The next line with its line end, or what there is of it at the end of input."""


class Writer(Protocol):
    """Where text goes; an `asyncio.StreamWriter` is one."""

    def write(self, data: bytes, /) -> Any:
        """Take bytes to write."""

    async def drain(self) -> None:
        """Wait until they are written."""

    def is_closing(self) -> bool:
        """Whether the output is closed, so that nothing can be written."""


class Console:
    """A person who types lines and reads the screen.

    Args:
        seat: where the person sits.
        reader: the lines typed; None where an editor reads the keys.
        writer: the screen.
        terminal: whether a terminal echoes the lines; otherwise they come from a pipe or a file.
        look: returns how the screen shows text at this moment.
        name: the person's name, or an empty string.
        opposite: what the partner is called if it is not a person, as in "the bot", or an empty string.
        bell: whether a bell rings when it is the person's turn and they have waited for some time.
        timestamps: whether what comes begins with the time of day.
        settled: waits until all lines entered so far have been read.
        ended: called when the input has ended.
    """

    how_to_leave = "Ctrl-C leaves at any time."

    def __init__(
        self,
        seat: Seat,
        reader: Reader | None,
        writer: Writer,
        *,
        terminal: bool,
        look: Callable[[], Look] = Look,
        name: str = "",
        opposite: str = "",
        bell: bool = False,
        timestamps: bool = False,
        settled: Callable[[], Any] = lambda: asyncio.sleep(0),
        ended: Callable[[], object] = lambda: None,
    ) -> None:
        self._seat = seat
        self._reader = reader
        self._writer = writer
        self._terminal = terminal
        self._look = look
        self._name = name
        self._roles: Names = {seat.other: Role(opposite)} if opposite else NOBODY
        self._names = self._roles
        self._table: Table | None = None  # as the person has seen it so far
        self._secret: str | None = None
        self._watchers, self._how_to_watch = 0, ""
        self._since = ""  # the time of day when the table came to this state
        self._bell = bell and terminal
        self._timestamps = timestamps
        self._waits_from: float | None = None  # by the loop's clock; None while the person has the turn
        self.early: Callable[[str], str | None] = lambda _line: None
        self._settled = settled
        self._ended = ended
        self._asked: asyncio.Future[str] | None = None
        self._prompted = asyncio.Event()  # a line is asked for
        self._reading = asyncio.Event()  # cleared while a line was taken and its turn is not written yet
        self._draining: asyncio.Future[None] | None = None
        self._unwritten = asyncio.Event()  # something was shown whose caller could not wait until it is written
        if terminal:
            self._reading.set()
        self.in_line = False  # the cursor is on the prompt's line
        self.looks_away = False  # the window is known not to be in front
        self._banner: tuple[str, ...] = sentences.BANNER
        self._broken = False
        self._interrupted = False

    async def read(self) -> None:
        """Read lines until the input ends; runs concurrently with everything else.

        Raises:
            PlayerLeft: the input ended while no line was being asked for; otherwise `ask` raises it.
            OutputLost: the output is closed, too.
        """
        self._waits_from = asyncio.get_running_loop().time()
        with suppress(OSError):  # the terminal is gone: its input has ended
            await self._read_lines()
        self._ended()
        await self._reading.wait()
        end = OutputLost(OUTPUT_LOST) if self._writer.is_closing() else PlayerLeft("The input ended.")
        if not self._open_question:
            raise end
        self._open_question.set_exception(end)

    async def _read_lines(self) -> None:
        """Read lines until the input ends."""
        await self._reading.wait()
        while await self._read_line():
            await self._reading.wait()

    async def _read_line(self) -> bool:
        """Read one line and take or refuse it; False at the end of input."""
        assert self._reader, "an editor has a way of its own to read lines"
        text: str | None = None
        refusal: Showable | None = None
        try:
            line = await self._reader.readline()
            text = line.decode().removesuffix("\n").removesuffix("\r")
        except ValueError:
            refusal = sentences.NO_TEXT
        else:
            if not line or (self._terminal and not line.endswith(b"\n")):
                return False  # a line that its writer has not ended is not sent
            if self._terminal and len(line.removesuffix(b"\n")) >= CUT_AT:
                refusal = sentences.CUT.format(most=CUT_AT)
            elif len(line.removesuffix(b"\n")) > LONGEST:
                refusal = sentences.TOO_LONG.format(most=LONGEST, limit=MAX_TEXT)
        if self._terminal:
            self.in_line = False  # the terminal has echoed the line with its end
            if not self._open_question and text is not None:
                refusal = self._answer(text) or self.early(text) or self._too_early(text)
        else:
            await self._prompted.wait()
        if refusal:
            self._show_answer(refusal)
            await self.drain()
            self._prompt()
        elif self._open_question and text is not None:
            if not self._terminal:
                self.write(f"{inert(text)}\n")
                self.in_line = False
            self._reading.clear()
            self._open_question.set_result(text)
        return True

    @property
    def _open_question(self) -> asyncio.Future[str] | None:
        """The line that is being asked for, unless it has come or the wait for it was cancelled."""
        return self._asked if self._asked and not self._asked.done() else None

    def _answer(self, line: str) -> Showable | None:
        """The answer to a line that was entered before the prompt, if it is a question or blank."""
        found = self._table and answer(
            line, self._table, self._seat, self._secret, self._watchers, self._how_to_watch
        )
        if found:
            return named(found, self._names)
        return None if line.strip() else self._waiting

    def _too_early(self, line: str) -> str:
        """What to say about any other line that was entered before the prompt."""
        if line.startswith("/") and self._table:
            return sentences.AT_THE_PROMPT.format(how_to_leave=self.how_to_leave)
        return f"{sentences.TOO_EARLY.format(line=_shortened(line))}\n{self._waiting}"

    @property
    def _waiting(self) -> str:
        """What the conversation waits for, and since when."""
        if not self._table:
            return sentences.NOBODY_YET.format(how_to_leave=self.how_to_leave)
        return named(sentences.WAITING_SINCE.format(since=self._since, now=now(self._table, self._seat)), self._names)

    async def ask(self, table: Table) -> str:
        """Open the prompt, answer questions, and return the first line that is not one.

        Raises:
            PlayerLeft: the input ended instead.
            OutputLost: the prompt cannot be shown.
        """
        while True:
            line = await self._line()
            found = answer(line, table, self._seat, self._secret, self._watchers, self._how_to_watch)
            if found is None:
                return line
            self._show_answer(named(found, self._names))
            await self.drain()

    async def _line(self) -> str:
        """Open the prompt, and return the line that is typed at it."""
        self._reading.set()
        await self._settled()
        self._show_banner()
        self._asked = asyncio.get_running_loop().create_future()
        # If the input ends while the screen is stopped, nobody may come to await this, and asyncio would complain.
        self._asked.add_done_callback(lambda asked: asked.cancelled() or asked.exception())
        self._prompted.set()
        self._entitle("your turn")
        self._ring()
        self._prompt()
        try:
            await self.drain()
            return await self._asked
        finally:
            self._asked = None
            self._prompted.clear()

    def _ring(self) -> None:
        """Ring the bell, if the person may have turned to something else while they waited."""
        if self._waits_from is None:
            return
        waited, self._waits_from = asyncio.get_running_loop().time() - self._waits_from, None
        if self._bell and (waited >= BELL_TIME or self.looks_away):
            self.write(BELL)

    async def see(self, step: Step) -> None:
        """Show a turn. A screen that has been stopped delays nothing before the next prompt."""
        self._come_to(step.after, step.secret)
        if step.after.playing:
            self._show_banner()  # which would stand between what is asked for and the prompt
        self.show(*self._stamped(narrate(step, self._seat, self._names)))
        if step.after.token and step.turn.seat is self._seat:
            self._reading.set()
        self._unwritten.set()

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Show who the partner is, and the last lines of a conversation that continues."""
        self._names = {**self._roles, **known_names({self._seat: self._name, self._seat.other: partner})}
        self._come_to(table, steps[-1].secret if steps else None)
        name = self._names.get(self._seat.other)
        if name and not isinstance(name, Role):
            self.show(sentences.PARTNER_IS.format(name=name))
        if steps:
            self._show_banner()
            self.show(*recalled(steps, self._seat, self._names))
        await self.drain()

    def _come_to(self, table: Table, secret: str | None) -> None:
        self._table, self._secret = table, secret
        self._since = time.strftime("%H:%M")
        if table.token not in (None, self._seat):
            if self._waits_from is None:
                self._waits_from = asyncio.get_running_loop().time()
            self._entitle(named(f"waiting for the {table.token} since {self._since}", self._names))

    def _entitle(self, state: str) -> None:
        """Show the state in the title of the terminal's window."""
        look = self._look()
        if look.titled:
            self.write(titled(f"chatgame: {state}"))

    def _stamped(self, texts: Sequence[Showable]) -> Sequence[Showable]:
        """Texts, the first of which begins with the time of day if the person wants that."""
        if not (self._timestamps and texts and isinstance(texts[0], str)):
            return texts
        first = texts[0]
        return [type(first)(f"{time.strftime('%H:%M')} {first}"), *texts[1:]]

    def _show_banner(self) -> None:
        self.show(*self._banner)
        self._banner = ()

    async def hear(self, text: str) -> None:
        """Show a sentence that is for this person alone."""
        self._show_answer(text)
        await self.drain()

    def _show_answer(self, text: Showable) -> None:
        if isinstance(text, Board):
            self.show(text)
        else:  # what begins with the program's name is there to be copied
            self.show(*(ShellCommand(row) if row.startswith("chatgame ") else row for row in text.split("\n")))

    def show(self, *texts: Showable) -> None:
        """Show boards, and other texts each on a line, all made inert. They are written when the loop next runs."""
        if texts and self.in_line:
            self.end_line()
        self.write(shown_together(texts, self._look()))

    def notify(self, *texts: str) -> None:
        """Show sentences about what goes on around the conversation, and the prompt again if it was open."""
        task = asyncio.current_task()
        leaving = task is not None and task.cancelling() > 0
        asked = self.in_line and not leaving
        if leaving:
            self.interrupt()
        self.show(*self._stamped([named(text, self._names) for text in texts]))
        if asked:
            self._prompt()
        self._unwritten.set()

    def count_watchers(self, count: int, how: str) -> None:
        """Note how many watch, for anyone who asks and for a line of state."""
        self._watchers, self._how_to_watch = count, how

    def interrupt(self) -> None:
        """Go to the line below the ^C that the terminal shows, once."""
        if not (self._interrupted or self.in_line):  # otherwise the next text that is shown does so
            self.end_line()
        self._interrupted = True

    async def write_out(self) -> NoReturn:
        """Write what was shown without waiting; runs concurrently with everything else.

        Raises:
            OutputLost: the output cannot be written.
        """
        while True:
            await self._unwritten.wait()
            self._unwritten.clear()
            await self.drain()

    def end_line(self) -> None:
        """Go to the beginning of the next line."""
        self.in_line = False
        self.write("\n")

    def continued(self) -> None:
        """Show an open prompt again, after other programs had the terminal."""
        if self._terminal and self._open_question:
            self.write("\r")  # where it stands already, it stands there once
            self._prompt()
            self._unwritten.set()

    def _prompt(self) -> None:
        if self._open_question:
            self.in_line = True
            self.write(prompt(self._look()))

    def write(self, text: str) -> None:
        """Write inert text, or control sequences of the program's own."""
        if self._writer.is_closing():  # asyncio would complain about more
            return
        try:
            self._writer.write(text.encode())
        except OSError:  # an earlier write failed, in the thread that writes
            self._broken = True

    async def drain(self) -> None:
        """Wait until everything is written. Cancelling the wait does not cancel the writing.

        Raises:
            OutputLost: the output cannot be written.
        """
        self._draining = draining = asyncio.ensure_future(self._drained(self._draining))
        try:
            await asyncio.shield(draining)
        except asyncio.CancelledError:
            draining.add_done_callback(lambda draining: draining.cancelled() or draining.exception())
            raise

    async def _drained(self, before: "asyncio.Future[None] | None") -> None:
        if before:
            await asyncio.wait({before})  # of two drains at once, aioconsole's writing thread forgets one
        with suppress(OSError):
            if not (self._broken or self._writer.is_closing()):  # draining might wait forever then
                await self._writer.drain()
                # aioconsole's writing thread leaves what was written while it flushed; a second round takes it.
                self._writer.write(b"")
                await self._writer.drain()
                return
        raise OutputLost(OUTPUT_LOST)


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."
