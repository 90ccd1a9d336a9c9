"""What it costs to continue a long conversation, compared with what SQLite itself needs for its rows."""

import asyncio
import atexit
import sqlite3
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from time import perf_counter

from chatgame.core.log import steps
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.conversation import OnDisk
from chatgame.journal.store import Store
from tests.benchmarks.games import MOVES
from tests.benchmarks.measure import Bound, Row
from tests.kit.journals import edit
from tests.kit.logs import SESSION

BETWEEN_GAMES = 1000
"""Turns of chat between two games."""


def said(turns: int) -> Iterator[Turn]:
    """The turns of a conversation: chat, and a game now and then."""
    table = Table.open(SESSION, BUILT_IN)
    while True:
        opening = [(Kind.PLAY, "tictactoe"), *((Kind.MOVE, move) for move in MOVES)]
        chat = [(Kind.SAY, f"This is line {number}, and so it goes on.") for number in range(BETWEEN_GAMES)]
        for kind, text in chat + opening:
            if table.number == turns:
                return
            assert table.token, "nobody quits"
            turn, table = table.write(table.token, kind, text)
            yield turn


class LongTalk:
    """A conversation of `turns` turns in a store of its own."""

    def __init__(self, turns: int) -> None:
        self._turns = turns
        folder = tempfile.TemporaryDirectory()
        atexit.register(folder.cleanup)
        self._path = Path(folder.name, "journal.db")
        asyncio.run(self._write(said(turns)))

    async def _write(self, turns: Iterator[Turn]) -> None:
        with Store(self._path) as store:
            self._number = store.create(Seat.CLIENT, "localhost", 1059)
            async with store.conversation(self._number) as kept:
                await kept.keep_partner(SESSION, None, "")
                for turn in turns:
                    kept.take(turn)

    def resume(self) -> float:
        """Seconds that it takes to compute the table at its end."""

        async def resume() -> float:
            began = perf_counter()
            with Store(self._path) as store:
                async with store.conversation(self._number) as kept:
                    assert self._table(kept).number == self._turns, "it was read to its end"
                    return perf_counter() - began

        return asyncio.run(resume())

    def read(self) -> float:
        """Seconds that SQLite takes to return the same rows."""
        began = perf_counter()
        db = sqlite3.connect(self._path)
        rows = db.execute(
            "SELECT number, seat, kind, text, digest, opening, written FROM turns WHERE conversation = ? "
            "ORDER BY number",
            (self._number,),
        ).fetchall()
        db.close()
        assert len(rows) == self._turns, "all were read"
        return perf_counter() - began

    def write_more(self, turns: int) -> float:
        """Seconds that it takes to write and keep one more turn of one's own."""

        async def write() -> float:
            with Store(self._path) as store:
                async with store.conversation(self._number) as kept:
                    table = self._table(kept)
                    began = perf_counter()
                    for _ in range(turns):
                        assert table.token, "nobody quits"
                        turn, table = table.write(table.token, Kind.SAY, "And one more.")
                        await kept.keep(turn)
                    return perf_counter() - began

        took = asyncio.run(write())
        edit(self._path, "DELETE FROM turns WHERE number >= ?", self._turns)
        return took / turns

    @staticmethod
    def _table(kept: OnDisk) -> Table:
        table = Table.open(SESSION, BUILT_IN)
        for step in steps(table, kept.entries()):
            table = step.after
        return table


def rows(*, quick: bool) -> list[Row]:
    """The rows of this file."""
    turns, more = (1000, 20) if quick else (100_000, 300)
    talk = cache(LongTalk)  # made when it is first needed
    return [
        Row(
            f"resume of {turns} turns",
            "SQLite, the same rows",
            Bound(3.0, least=False),
            "s",
            lambda: talk(turns).resume(),
            lambda: talk(turns).read(),
        ),
        Row(
            f"one more turn after {turns}, kept",
            "one more after 10",
            Bound(1.1, least=False),
            "s",
            lambda: talk(turns).write_more(more),
            lambda: talk(10).write_more(more),
        ),
    ]
