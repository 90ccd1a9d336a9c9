"""A past conversation is deleted, after asking."""

import asyncio
import time

from chatgame.core.errors import ChatgameError, JournalFailed, NotKept
from chatgame.folders import journal_path
from chatgame.journal.reader import Reader
from chatgame.journal.store import Store
from chatgame.players.person.asking import answered, is_at_a_terminal
from chatgame.players.person.output import look_of_output, write_output
from chatgame.players.person.screen import shown
from chatgame.records.history import described


async def forget(number: int, *, ask: bool) -> None:
    """Delete a conversation from the journal.

    Raises:
        JournalFailed: the journal cannot be written.
        ChatgameError: the person said no, or cannot be asked.
    """
    with Reader(journal_path()) as past:
        line = _described(past, number)
    if ask:
        await _confirm(f"{line}Delete conversation {number}? It cannot be brought back. [y/N] ")
    with Store(journal_path()) as store:
        store.forget(number)
    write_output(f"Conversation {number} is deleted.\n")


def _described(past: Reader, number: int) -> str:
    """A conversation's line in the history; empty if it is damaged, since it can be deleted all the same."""
    try:
        return shown(described(past.record(number), time.time()), look_of_output())
    except NotKept:
        raise
    except JournalFailed:
        return ""


async def _confirm(question: str) -> None:
    if not is_at_a_terminal():
        raise ChatgameError("There is no terminal to ask you on. To delete it without being asked, add --yes.")
    try:
        answer = await answered(question)
    except asyncio.CancelledError:
        write_output("\n")
        raise
    if answer.lower() not in ("y", "yes"):
        raise ChatgameError("Nothing was deleted.")
