"""A program at a seat: it is asked for lines and told of turns as a person is, over its standard streams."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from chatgame.core import sentences
from chatgame.core.errors import Refused, unwrapped
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.players.program.command import Command
from chatgame.players.program.exchange import TRIES, Exchange
from chatgame.players.program.process import Process, running


class Program:
    """A player that is a program of its own.

    Args:
        process: the program, which runs.
        limit: seconds that it has for each line.
        notify: tells the person who started chatgame that the program had to resign a game.
    """

    def __init__(self, process: Process, limit: float, notify: Callable[[str], object]) -> None:
        self._process = process
        self._limit = limit
        self._notify = notify
        self._exchange = Exchange(limit)
        self._asking = False
        self._over = False  # whether the last conversation has come to its end

    def at(self, seat: Seat) -> "Program":
        """The same program, which sits at `seat` from now on."""
        self._exchange.seat = seat
        return self

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Tell the program that a conversation begins."""
        self._over = False
        await self._tell(self._exchange.began(table, partner, steps))

    async def see(self, step: Step) -> None:
        """Tell it of a turn."""
        self._over = step.after.token is None
        await self._tell(self._exchange.saw(step))

    async def hear(self, text: str) -> None:
        """Tell it a sentence; one that says why its line was refused is told with the next ask."""
        self._process.write(self._exchange.heard(text))

    async def ask(self, table: Table) -> str:
        """The next line that it writes in answer.

        If it does not answer in time, or writes five lines that are refused, it resigns the game.

        Raises:
            ProgramFailed: it has ended, or does not answer or writes such lines in chat.
        """
        self._asking = True
        try:
            while self._exchange.tries > 0:
                async with asyncio.timeout(self._limit):
                    self._process.write(self._exchange.asked(table))
                    if (line := await self._answer()) is not None:
                        return line
        except TimeoutError:
            why = " and has written nothing so far (is its output flushed?)" if self._process.silent else ""
            return self._given_up(table, f"did not answer within {self._limit:g} seconds{why}")
        finally:
            self._asking = False
        last = self._exchange.refused.rstrip(".")
        return self._given_up(table, f"wrote {TRIES} lines in a row that were refused (the last: {last})")

    async def watch(self) -> None:
        """Wait until it has ended.

        Raises:
            ProgramFailed: it has ended, and nothing that it has written waits to be judged.
        """
        await self._process.ended.wait()
        if not (self._asking or self._exchange.judging or self._over):  # or else these see that it has ended
            raise await self._process.failure()

    async def _tell(self, line: bytes) -> None:
        self._process.write(line)
        if self._process.ended.is_set() and not self._over:
            raise await self._process.failure()

    async def _answer(self) -> str | None:
        """The line in its next answer; None if that is refused."""
        while True:
            try:
                line = self._exchange.read(await self._process.readline())
            except Refused as error:
                self._exchange.refuse(str(error))
                return None
            if line is not None:
                return line

    def _given_up(self, table: Table, what: str) -> str:
        if not table.playing or self._exchange.resigning:  # what resigned was not taken, since the journal is full
            raise self._process.failed(what)
        name, last_words = self._process.name, self._process.last_words
        self._notify(sentences.PROGRAM_RESIGNS.format(name=name, what=what, last_words=last_words))
        return self._exchange.resign()


@asynccontextmanager
async def program_at_seat(command: Command, limit: float, notify: Callable[[str], object]) -> AsyncIterator[Program]:
    """Run a command as a player, as long as the context lasts.

    Raises:
        ChatgameError: it cannot be started.
        ProgramFailed: it has ended, inside the context.
    """
    async with running(command) as process:
        program = Program(process, limit, notify)
        with unwrapped():
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(program.watch())
                yield program
                watching.cancel()
