"""`forget N` deletes a past conversation."""

import asyncio
import sys
from typing import Any

import pytest

from chatgame.core.seats import Seat
from tests.kit.records import Home, chat


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(
    ("answer", "status", "words", "left"),
    [
        ("y\n", 0, "Conversation 1 is deleted.", 0),
        (" YES \n", 0, "Conversation 1 is deleted.", 0),
        ("\n", 1, "chatgame: Nothing was deleted.", 1),
        ("no\n", 1, "chatgame: Nothing was deleted.", 1),
        ("\x04", 1, "chatgame: Nothing was deleted.", 1),
        ("\x03", 130, "", 1),
    ],
)
def test_asks_on_a_terminal_and_shows_what_would_be_gone(
    home: Home, spawn: Any, answer: str, status: int, words: str, left: int
) -> None:
    """Only a clear yes deletes."""
    home.write(Seat.CLIENT, chat("Hello"), ended=True)
    command = spawn("forget", "1")
    command.expect_exact("1 turn with the server, as the client at localhost:1059\r\n")
    command.expect_exact("Delete conversation 1? It cannot be brought back. [y/N] ")
    command.send(answer)
    from tests.kit.terminals import ends  # which is skipped where there are no terminals

    assert words in ends(command, status)
    with home.store() as store:
        assert len(store.history()) == left


def test_without_a_terminal_nothing_is_deleted_unless_that_was_said(home: Home) -> None:
    """Nobody can be asked there."""
    number = home.write(Seat.CLIENT, chat("Hello"), ended=True)
    assert "add --yes" in home.complaint("forget", number)
    assert "Hello" in home.shown("export", number)


def test_conversation_is_gone_and_the_others_are_not(home: Home) -> None:
    """Its number is not given to another."""
    home.write(Seat.CLIENT, chat("first"), ended=True)
    home.write(Seat.CLIENT, chat("second"), ended=True)
    home.shown("forget", "2", "--yes")
    assert "There is no conversation 2." in home.complaint("export", "2")
    assert home.write(Seat.CLIENT, chat("third")) == "3"
    assert [line.split()[0] for line in home.shown("history").splitlines()[:-1]] == ["1", "3"]


def test_nothing_of_it_stays_on_the_disk(home: Home) -> None:
    """Its words are gone, and no file of its own is left."""
    home.write(Seat.CLIENT, chat("a secret word"), ended=True)
    home.shown("forget", "1", "--yes")
    assert [path.name for path in home.journal.parent.iterdir()] == ["journal.db"]
    assert b"a secret word" not in home.journal.read_bytes()


def test_conversation_that_a_program_goes_on_with_is_refused(home: Home) -> None:
    """It stays as it was; one can look at it meanwhile."""
    number = home.write(Seat.CLIENT, chat("Hello"))

    async def go_on() -> None:
        with home.store() as store:
            async with store.conversation(int(number)):
                assert "in another program" in home.complaint("forget", number, "--yes")
                assert "Hello" in home.shown("export", number)

    asyncio.run(go_on())


def test_what_is_damaged_can_be_forgotten(home: Home) -> None:
    """It is of no other use."""
    number = home.write(Seat.CLIENT, chat("Hello"), ended=True)
    home.sql("UPDATE turns SET kind = 'sing'")
    home.sql("UPDATE conversations SET seat = 'judge'")
    assert "add --yes" in home.complaint("forget", number)
    home.shown("forget", number, "--yes")
    assert home.shown("history") == "No conversations yet.\n"
