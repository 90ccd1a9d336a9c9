"""What `chatgame` alone offers on a terminal: a few things to do, one key each."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from chatgame.core.errors import JournalFailed
from chatgame.core.seats import Seat
from chatgame.folders import journal_path
from chatgame.journal.reader import Reader, Record
from chatgame.net.addresses import ANY
from chatgame.players.person.asking import answered, single_keys
from chatgame.players.person.output import look_of_output, write_output
from chatgame.players.person.screen import shown

JOIN = "client"
"""The command that needs an address and perhaps a code, which are asked for."""


END_OF_INPUT, ESCAPE = "\x04", "\x1b"
"""The keys Ctrl-D and Escape, as a terminal sends them."""

SEQUENCE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|O?.)")
"""What a key such as an arrow sends (ECMA-48, 5.4). The letters in it are not keys of the menu."""


class Entry(NamedTuple):
    """Something to do.

    Attributes:
        key: what to press.
        text: what it does.
        command: the words after `chatgame` that do it; or none where a second menu follows.
    """

    key: str
    text: str
    command: Sequence[str] = ()


LEAVE = Entry("q", "leave")


async def choose(
    relays: Callable[[], Sequence[str]], is_understood: Callable[[Sequence[str]], bool]
) -> Sequence[str]:
    """Offer a few things to do, one key each; returns the words after `chatgame` that do what was chosen, or none.

    `relays` returns those of the user's settings; `is_understood` whether such words are right, and says what is not.

    Raises:
        ChatgameError: nobody can be asked; the sentence says why, and what to do.
    """
    last = None
    with suppress(JournalFailed), Reader(journal_path()) as past:
        last = past.newest()
    write_output(shown("chatgame: talk and play with a friend, terminal to terminal. Press a key:", look_of_output()))
    chosen = await _chosen(entries(last))
    if not chosen.command and chosen is not LEAVE:
        chosen = await _chosen(places(relays()))
    return await _asked_where(relays(), is_understood) if chosen.command == (JOIN,) else chosen.command


async def _chosen(offered: Sequence[Entry]) -> Entry:
    """The entry of a menu whose key is pressed."""
    with single_keys() as pressed:
        write_output("".join(shown(line, look_of_output()) for line in shown_as(offered).splitlines()))
        while not (entry := pressed_entry(offered, await pressed())):
            pass
    return entry


async def _asked_where(relays: Sequence[str], is_understood: Callable[[Sequence[str]], bool]) -> Sequence[str]:
    """The command by which a person joins a friend's table, with the words that name the table."""
    for line in tables(relays):
        write_output(shown(line, look_of_output()))
    words: Sequence[str] = ()
    while not words or not is_understood(words):
        words = [JOIN, *where_in(await answered("Where? "))]
    return words


def places(relays: Sequence[str]) -> list[Entry]:
    """Return where a table can be opened; also at the first of `relays`, those of the user's settings."""
    offered = [
        Entry("t", "the friend is at this computer, in another terminal", ("server",)),
        Entry("e", "the friend is elsewhere; a code lets them in", ("server", "--host", ANY[0])),
        LEAVE,
    ]
    if relays:
        offered.insert(2, Entry("r", f"the friend is anywhere; you meet at {relays[0]}", ("server", "--relay")))
    return offered


def entries(last: Record | None = None) -> list[Entry]:
    """Return what there is to do; also to go on with the `last` conversation, if there is one."""
    offered = [
        Entry("b", "play a bot", ("solo",)),
        Entry("o", "open a table for a friend"),
        Entry("j", "join a friend's table", (JOIN,)),
        Entry("d", "watch the demo", ("demo",)),
        Entry("h", "see all commands", ("--help",)),
        LEAVE,
    ]
    if last:
        whom = last.partner or f"the {Seat(last.seat).other}"
        turns = "1 turn" if last.turns == 1 else f"{last.turns} turns"
        what = f"continue your conversation with {whom}, after {turns}"
        offered.insert(0, Entry("c", what, ("continue", str(last.number))))
    return offered


def tables(relays: Sequence[str]) -> list[str]:
    """Return the lines that say how a person names the table to join; one may be at the relays of their settings."""
    lines = [
        "Type the friend's address and code, as in 192.0.2.2 7-guitar-island, or the command that they tell you.",
        "Only Enter joins a table on this computer.",
    ]
    return lines + [f"The code alone joins a table at {relays[0]}." for _ in relays[:1]]


def where_in(line: str) -> list[str]:
    """Return the words that name a table, from a line that may be a whole command as a friend tells it."""
    words = line.split()
    return words[2:] if words[:2] == ["chatgame", JOIN] else words


def shown_as(offered: Sequence[Entry]) -> str:
    """Return the lines of a menu."""
    return "".join(f"  {entry.key}  {entry.text}\n" for entry in offered)


def pressed_entry(offered: Sequence[Entry], keys: str) -> Entry | None:
    """Return the entry whose key is among those that were pressed; "" stands for the end of input."""
    if keys in ("", END_OF_INPUT, ESCAPE):
        return LEAVE
    typed = SEQUENCE.sub("", keys).lower()
    return next((entry for entry in offered if entry.key in typed), None)
