"""The journal of one conversation, on disk."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from chatgame.core.commitments import Opening
from chatgame.core.errors import JournalFailed
from chatgame.core.log import Entry
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.journal.database import Database
from chatgame.journal.identity import Identity
from chatgame.journal.reader import turns
from chatgame.journal.writer import Writer
from chatgame.protocol.messages import Hex32, PersonName
from chatgame.protocol.resume import Held

LAST_KIND = "(SELECT kind FROM turns WHERE conversation = id ORDER BY number DESC LIMIT 1)"
"""Of the last turn of a conversation."""

OVER = "ended = ?, token = NULL, seed = NULL, pinned = NULL, place = NULL, code = NULL, gate = NULL"
"""The changes to a conversation that is over: nothing is kept by which it could be taken up again."""


class _Row(Struct, frozen=True, array_like=True):
    """What is kept of a conversation in addition to its log."""

    seat: Seat
    session: Hex32 | None
    token: Hex32 | None
    pinned: str | None
    place: Hex32 | None
    relays: str
    gate: str
    seed: Annotated[str, Meta(pattern=r"\A(?:[0-9A-F]{64})?\Z")]
    spent: Annotated[int, Meta(ge=0)]
    name: PersonName
    partner: PersonName


class OnDisk(Identity):
    """Conversation `number` of a journal: a `Journal` for its session, and what its link has to keep.

    The writer's thread makes all changes, one after another.

    Attributes:
        ended: whether both sides know that it is over.
        gate: as the server over a relay, where people came to watch, as of when the program began; or nothing.

    Raises:
        JournalFailed: from every method, where the journal cannot be read or written.
    """

    def __init__(self, database: Database, writer: Writer, number: int) -> None:
        self._database = database
        self._writer = writer
        self._number = number
        (kept,) = database.read(
            "SELECT seat, session, token, pinned, place, relays, ifnull(gate, ''), ifnull(hex(seed), ''), spent, "
            "name, partner FROM conversations WHERE id = ?",
            (number,),
            list[_Row],
        )
        partners = database.read(
            "SELECT number FROM turns WHERE conversation = ? AND seat != ? ORDER BY number DESC LIMIT 1",
            (number, kept.seat),
            list[tuple[int]],
        )
        since = partners[0][0] if partners else 0
        held = Held.of(kept.seat, [entry.turn for entry, _ in turns(database, number, since)])
        unsaid = kept.seat is Seat.CLIENT and not held.number  # then any session will do
        super().__init__(
            held,
            bytes.fromhex(kept.seed),
            spent=kept.spent,
            session=None if unsaid else kept.session,
            token=kept.token,
            pinned=kept.pinned,
            place=None if unsaid else kept.place,
            name=kept.name,
            partner=kept.partner,
        )
        self.gate = kept.gate
        self._relayed = bool(kept.relays)
        self.ended = False
        self._spoken = bool(held.number)
        self._quit = False
        self._taken: list[tuple[object, ...]] = []  # turns of the partner's that are not safe yet

    @property
    def goes_on(self) -> bool:
        """Whether there is a conversation to go on with."""
        return not (self.ended or self._quit) and bool(self._spoken or self._taken)

    @property
    def unheard(self) -> bool:
        """Whether one has quit, and the partner may not know it."""
        return self._quit and not self.ended

    def damaged(self, error: Exception) -> JournalFailed:
        """The error that says that what is kept makes no sense."""
        return self._database.damaged(error)

    def entries(self) -> Iterator[Entry]:
        """What is kept so far."""
        return (entry for entry, _ in turns(self._database, self._number))

    async def keep(self, turn: Turn, opening: Opening | None = None) -> None:
        """Make the log safe up to a turn of one's own, and what opens it if it is a commitment."""
        await self._writer.do(partial(self.save, self._row(turn, opening)))
        self._quit = turn.kind is Kind.QUIT

    def take(self, turn: Turn) -> None:
        """Take the partner's next turn, which is safe only with one's own next, or at the end."""
        self._taken.append(self._row(turn))

    async def end(self) -> None:
        """Keep that the conversation is over and both sides know it, and nothing by which it could go on."""
        await self._writer.do(self._end)

    async def keep_partner(self, session: str, token: str | None, partner: str, place: str | None = None) -> None:
        """Keep which session it is, as the server the client's token, the names of both, and a new session's place.

        With a new session, what was unfinished at the same address is abandoned. Over relays it goes on beside it.
        """
        if session != self.session and not self._relayed:
            await self._writer.do(self._abandon_others)
        await super().keep_partner(session, token, partner, place)

    async def keep_relays(self, relays: str) -> None:
        """Keep over which relays the two talk now."""
        await self._change(relays=relays)

    async def keep_gate(self, gate: str) -> None:
        """Keep where people come to watch, so that they find it again if this program is killed."""
        await self._change(gate=gate)

    async def _change(self, **columns: object) -> None:
        assignments = ", ".join(f"{column} = ?" for column in columns)
        await self._writer.do(partial(self._update, assignments, *columns.values()))

    def save(self, *rows: tuple[object, ...]) -> None:
        """As the writer: make safe what was taken, and these rows."""
        taken = self._taken[:]
        self._database.write("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *taken, *rows)
        self._spoken = self._spoken or bool(taken or rows)
        del self._taken[: len(taken)]

    def _end(self) -> None:
        self.save()
        self._update(OVER, time.time())
        self.ended = True

    def _abandon_others(self) -> None:
        self._database.write(
            f"UPDATE conversations SET {OVER} WHERE ended IS NULL AND {LAST_KIND} != 'quit' AND id != ? "  # noqa: S608
            "AND (seat, host, port) = (SELECT seat, host, port FROM conversations WHERE id = ?)",
            (time.time(), self._number, self._number),
        )

    def _update(self, assignments: str, *values: object) -> None:
        statement = f"UPDATE conversations SET {assignments} WHERE id = ?"  # noqa: S608  # written in this file
        self._database.write(statement, (*values, self._number))

    def _row(self, turn: Turn, opening: Opening | None = None) -> tuple[object, ...]:
        opened = opening and str(opening)
        return self._number, turn.number, turn.seat, turn.kind, turn.text, turn.digest, opened, time.time()
