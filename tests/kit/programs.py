"""Programs for a seat, written as a few lines of Python, and conversations with them."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Turn
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory
from chatgame.players.program.command import Command
from chatgame.players.program.program import program_at_seat
from chatgame.players.script import Script
from chatgame.session.play import converse

HEAD = """
import json, os, signal, subprocess, sys, time

def messages():
    for line in sys.stdin:
        yield json.loads(line)

def asks():
    return (message for message in messages() if message["type"] == "ask")

def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()

def answer(ask, line):
    write(json.dumps({"id": ask["id"], "line": line}) + "\\n")

"""

PLAYS = "for ask in asks(): answer(ask, (ask['choices'] or ['Well'])[0])\n"
"""A program that does its part."""

LONG = 20.0
"""Seconds that no program of a test needs."""


def python(code: str) -> Command:
    """The command that runs a program."""
    return Command((sys.executable, "-I", "-S", "-c", HEAD + code))


class Meeting(NamedTuple):
    """What came of a conversation between a script and a program.

    Attributes:
        log: the turns.
        notices: what the person who has started the program was told.
        result: how it ended at the program's seat.
    """

    log: Sequence[Turn]
    notices: Sequence[str]
    result: Table | BaseException

    @property
    def said(self) -> list[str]:
        """The turns of the program's seat."""
        return [f"{turn.kind} {turn.text}".rstrip() for turn in self.log if turn.seat is Seat.SERVER]


async def meet(
    code: str,
    *lines: str,
    limit: float = LONG,
    games: Mapping[str, AnyRules] = BUILT_IN,
    theirs: Callable[[Seat], InMemory] = InMemory,
) -> Meeting:
    """Let a script at the client's seat say these lines to a program at the server's, whose journal is `theirs`."""
    notices: list[str] = []
    journal = InMemory(Seat.CLIENT)

    async def sit() -> Table:
        async with program_at_seat(python(code), limit, notices.append) as program:
            started.set_result(None)
            return await converse(program.at(Seat.SERVER), server, games, theirs(Seat.SERVER))

    async with asyncio.timeout(LONG):
        client, server = linked_in_memory(games)
        started = asyncio.get_running_loop().create_future()
        sitting = asyncio.create_task(sit())
        await asyncio.wait([started, sitting], return_when=asyncio.FIRST_COMPLETED)
        _, result = await asyncio.gather(
            converse(Script(lines), client, games, journal), sitting, return_exceptions=True
        )
    return Meeting(journal.log, notices, result)
