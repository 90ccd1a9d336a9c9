"""Past conversations, for tests of the commands that show them.

They are real ones, of two consoles over a connection to this host, or written turn by turn into a journal, where one
that is unfinished, slow, damaged or hostile is wanted.
"""

import asyncio
import json
import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.journal.store import Store
from tests.kit.command import COMMAND
from tests.kit.consoles import journal_in, talk
from tests.kit.journals import edit
from tests.kit.logs import EMPTY, SESSION

CLIENT, SERVER = Seat

Wanted = tuple[Seat, Kind, str] | tuple[Seat, Kind, str, Opening]
"""A turn to write: by whom, what, its text, and what opens it if it is a commitment of the journal's owner."""

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b[31m \x9b31m \x7f \u202e 1\r\n2 é 🎲"
"""Escape sequences of 7 and of 8 bits, and other characters that change what a terminal shows."""


def finished(command: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """The status, output and complaints of a command that has been started."""
    output, complaint = command.communicate(timeout=10)
    return command.returncode, output, complaint


class Home:
    """The state folder of one user, and the commands that the user types."""

    def __init__(self, path: Path) -> None:
        self.env = os.environ | {"XDG_STATE_HOME": str(path)}
        self.journal = journal_in(path)

    def store(self) -> Store:
        """The journal, open."""
        return Store(self.journal)

    def sql(self, statement: str, *values: object) -> None:
        """Edit the journal."""
        edit(self.journal, statement, *values)

    def start(self, *arguments: str, **env: str) -> "subprocess.Popen[str]":
        """Start a command, its output in a pipe."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding=env.get("PYTHONIOENCODING", "utf-8"),
        )

    def type(self, *arguments: str, **env: str) -> tuple[int, str, str]:
        """Run a command to its end."""
        return finished(self.start(*arguments, **env))

    def all_shown(self, *commands: Sequence[str]) -> list[str]:
        """What commands write that do their work; they run at the same time."""
        outputs = [finished(command) for command in [self.start(*arguments) for arguments in commands]]
        assert [(status, complaint) for status, _, complaint in outputs] == [(0, "")] * len(commands)
        return [output for _, output, _ in outputs]

    def shown(self, *arguments: str) -> str:
        """What a command writes that does its work."""
        return self.all_shown(arguments)[0]

    def complaint(self, *arguments: str) -> str:
        """The one line of a command that fails, and shows nothing else."""
        status, output, complaint = self.type(*arguments)
        assert output == ""
        assert re.fullmatch(r"chatgame: [^\n]+\n", complaint), complaint
        assert status == 1
        return complaint

    def write(self, seat: Seat, turns: Iterable[Wanted], *, pause: float = 0.0, ended: bool = False) -> str:
        """Write a conversation as the program at `seat` does, a turn each `pause` seconds; returns its number."""
        number = asyncio.run(self._write(seat, turns, ended=ended))
        self.sql("UPDATE turns SET written = 1e9 + number * ? WHERE conversation = ?", pause, number)
        return str(number)

    async def _write(self, seat: Seat, turns: Iterable[Wanted], *, ended: bool) -> int:
        table = EMPTY
        with self.store() as store:
            number = store.create(seat, "localhost", 1059)
            async with store.conversation(number) as kept:
                await kept.keep_partner(SESSION, None, "")
                for who, kind, text, *opening in turns:
                    turn, table = table.write(who, kind, text)
                    if who is seat:
                        await kept.keep(turn, *opening)
                    else:
                        kept.take(turn)
                if ended:
                    await kept.end()
        return number


def talked(path: Path, client: Sequence[str], server: Sequence[str]) -> list[tuple[Home, str]]:
    """The state folder of each seat after a whole conversation of two consoles, and its screen."""
    return [(Home(path / seat), screen) for seat, screen in asyncio.run(talk(path, client, server)).items()]


def below_header(text: str) -> str:
    """What an exported text holds of the screen."""
    header, _, screen = text.partition("\n\n")
    assert header.startswith("A conversation of ")
    return screen


def uncoloured(text: str) -> str:
    """The text without the codes for colours."""
    return re.sub(r"\x1b\[[\d;]+m", "", text)


def unwrapped(text: str) -> str:
    """What a terminal shows, with its lines whole again."""
    return text.replace("\r\n  ", " ")


def chat(*texts: str) -> list[Wanted]:
    """Turns that say these texts, and no more."""
    return [(Seat.CLIENT if n % 2 == 0 else Seat.SERVER, Kind.SAY, text) for n, text in enumerate(texts)]


def exported(home: Home, number: str) -> dict[str, Any]:
    """A conversation as data."""
    data: dict[str, Any] = json.loads(home.shown("export", number, "--format", "json"))
    return data


def cast(home: Home, number: str) -> list[Any]:
    """The lines of a recording."""
    return [json.loads(line) for line in home.shown("export", number, "--format", "asciicast").splitlines()]


ASSIGNMENT = ["Hello", "Good. You?", "Bye", "/q"], ["How are you?", "Good", "Bye"]

CONVERSATIONS = {
    "quit at once": (["/q"], []),
    "chat": (["//text", HOSTILE.replace("\n", ""), "bye"], ["//", "\x1b[2J", "/q"]),
    "board": (
        ["play tictactoe", "5", "/say what?", "1", "so?", "play connect4", "4", "/q"],
        ["2", "3", "/resign", "I do", "ok", "4", "/say quick", "/resign", "no"],
    ),
    "offers": (
        ["play tictactoe", "1", "/decline", "2", "/accept", "/draw", "2", "/accept", "bye"],
        ["5", "/undo", "/say please", "9", "/undo", "3", "/decline", "/draw", "well", "/q"],
    ),
    "hidden": (
        ["play rps 3", "/say hm", "rock", "paper", "paper", "play hangman", "secret", "roll", "/resign", "/q"],
        ["scissors", "/say oh", "paper", "rock", "again?", "x", "e", "secret", "play pig"],
    ),
    "watched": (["/watch", "Hi", "/watch off", "/q"], ["/accept", "well"]),
    "not watched": (["Hi", "/decline", "/q"], ["/watch", "well"]),
    "cards": (["play eights", "/q"], ["draw", "/resign", "Well dealt"]),
}

CHOSEN = Opening(bytes(32), "rock")

INVITED: list[Wanted] = [
    (CLIENT, Kind.PLAY, "rps"),
    (SERVER, Kind.COMMIT, "f" * 64),
]
"""The server has made a choice, which the client cannot know."""

CHOICE: Wanted = CLIENT, Kind.COMMIT, commitment(Place(SESSION, 0, 0, CLIENT), CHOSEN), CHOSEN
