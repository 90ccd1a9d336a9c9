"""Past conversations: the list of them, and what was written in each."""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Annotated, NamedTuple, Self

from msgspec import Meta

from chatgame.core.commitments import Opening
from chatgame.core.errors import NotKept, Refused
from chatgame.core.log import Entry
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.journal.database import Database

PAGE = 500
"""Turns that are read at a time: enough to cost little each, and few enough to take little memory."""

A_MATCH = "a match"
"""What stands for the host of a match of two programs, which has no address, and does not go on."""

Moment = Annotated[float, Meta(ge=0, lt=1e11)]
"""In seconds since 1970; the bound keeps out what no calendar has."""


class Record(NamedTuple):
    """What a list of conversations says of one.

    Attributes:
        number: by which a person names it.
        seat: one's own.
        host, port: where.
        relays: over which relays, as people type them; none on a direct line.
        pinned: 1 if connections are secure.
        began, ended: in seconds since 1970; not ended until both sides know that it is over.
        turns: how many were written.
        games: how many of them opened one.
        last: when the last of them was written, in seconds since 1970.
        session: the session's identifier.
        name, partner: what the two want to be called, or nothing.
        older: 1 if it is from an older chatgame, whose logs this one does not read; otherwise 0.
        quit: 1 if one of the two has quit, which the other may not know; otherwise 0.
    """

    number: int
    seat: Seat
    host: str
    port: int
    began: Moment
    ended: Moment | None
    turns: int
    games: int
    last: Moment
    session: str
    name: str
    partner: str
    older: int
    relays: str = ""
    pinned: int = 0
    quit: int = 0

    @property
    def goes_on(self) -> bool:
        """Whether it can be gone on with."""
        return not (self.ended or self.older or self.quit or self.host == A_MATCH)


class Reader:
    """The conversations in the journal at `path`, as they are now; closed as a context manager.

    It needs no permission to write, and makes and changes nothing. Where there is no journal, there are none.

    Raises:
        JournalFailed: from every method, where the journal cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database.to_read(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._database.close()

    def history(self) -> list[Record]:
        """All conversations in which anything was written, the oldest first."""
        return self._records()

    def record(self, number: int) -> Record:
        """The same of one conversation.

        Raises:
            NotKept: there is none of this number.
        """
        for record in self._records("WHERE id = ?", number):
            return record
        raise unknown(number)

    def newest(self) -> Record | None:
        """The conversation that was written in last, of those that go on; None if there is none."""
        open_ones = (record for record in self.history() if record.goes_on)
        return max(open_ones, key=lambda record: record.last, default=None)

    def log(self, number: int) -> list[tuple[Entry, float]]:
        """The turns of a conversation, each with the time when it was written, in seconds since 1970."""
        return list(turns(self._database, number))

    def _records(self, condition: str = "", *values: int) -> list[Record]:
        return self._database.read(
            "SELECT id, conversations.seat, host, port, began, ended, count(*), sum(kind = ?), "  # noqa: S608
            "cast(max(written) AS REAL), session, name, partner, older, relays, pinned IS NOT NULL, max(kind = ?) "
            f"FROM conversations JOIN turns ON conversation = id {condition} GROUP BY id ORDER BY id",
            (Kind.PLAY, Kind.QUIT, *values),
            list[Record],
        )


class _Row(NamedTuple):
    """A turn as it is stored."""

    number: int
    seat: Seat
    kind: Kind
    text: str
    digest: str
    opening: str | None
    written: Moment


def turns(database: Database, conversation: int, first: int = 0) -> Iterator[tuple[Entry, float]]:
    """The turns of a conversation from the `first` on, each with the time when it was written, in seconds since 1970.

    They are read a page at a time, so that few of them are in memory.

    Raises:
        JournalFailed: they cannot be read.
    """
    while True:
        rows = database.read(
            "SELECT number, seat, kind, text, digest, opening, written FROM turns "
            "WHERE conversation = ? AND number >= ? ORDER BY number LIMIT ?",
            (conversation, first, PAGE),
            list[_Row],
        )
        for number, seat, kind, text, digest, opening, written in rows:
            try:
                opened = None if opening is None else Opening.parse(opening)
            except Refused as error:
                raise database.damaged(error) from error
            yield Entry(Turn(number, seat, kind, text, digest), opened), written
        if len(rows) < PAGE:
            return
        first = rows[-1].number + 1


def unknown(number: int) -> NotKept:
    """The error that says that a conversation is not kept."""
    return NotKept(f"There is no conversation {number}. To see which there are, type: chatgame history")
