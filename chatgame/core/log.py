"""Reading a log from its beginning: what each turn found, did and left.

Code that shows, replays, exports or continues a conversation reads it here, through the same checks that its turns
passed when they were written. So a log that was damaged or edited is noticed.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.errors import JournalFailed, Refused
from chatgame.core.table import Table
from chatgame.core.turn import Turn


class Entry(NamedTuple):
    """A turn as one side keeps it.

    Attributes:
        turn: what both sides have.
        opening: what only this side has, if the turn is its commitment.
    """

    turn: Turn
    opening: Opening | None = None


class Step(Struct, frozen=True):
    """A turn, the tables around it, and what only the reader knows.

    Attributes:
        before: the table that the turn found.
        turn: what was written.
        after: the table that it left.
        opening: what the reader committed to by this turn, if they did.
        secret: what the reader hides in the match until it is over: a secret, or the seeds of the shuffles.
    """

    before: Table
    turn: Turn
    after: Table
    opening: Opening | None
    secret: str | None

    @property
    def move(self) -> str:
        """The move of a turn to move, without the proofs that follow it where it lays cards."""
        assert self.before.playing, "a move is made in a match"
        return self.before.playing.cards.parted(self.turn.text)[0]

    @classmethod
    def to(cls, before: Table, turn: Turn, after: Table, opening: Opening | None, secret: str | None) -> "Step":
        """The step from one table to the next, for a side that has hidden `secret` so far."""
        if after.matches != before.matches:
            secret = None
        if opening and before.playing:
            from chatgame.core.side import Side  # which a conversation without games does without

            secret = Side(before.playing, turn.seat, secret).secret_with(opening.value)
        return cls(before, turn, after, opening, secret)


def steps(table: Table, log: Iterable[Entry]) -> Iterator[Step]:
    """What the turns of a log do, one by one, to an empty `table`.

    Raises:
        JournalFailed: a turn does not fit.
    """
    secret = None
    for turn, opening in log:
        try:
            after = table.again(turn)
            if opening:
                _check(table, turn, opening)
        except Refused as error:
            raise JournalFailed(
                f"The journal of this conversation makes no sense at turn {turn.number} ({str(error).rstrip('.')}): "
                "it was damaged or edited, or a game in it is missing or has changed. Begin afresh with --new, or "
                "delete it with `chatgame forget`."
            ) from error
        step = Step.to(table, turn, after, opening, secret)
        yield step
        table, secret = after, step.secret


def _check(table: Table, turn: Turn, opening: Opening) -> None:
    """Check that an opening belongs to the commitment in the turn."""
    match = table.playing
    if not match or turn.text != commitment(Place(table.session, match.number, match.ply, turn.seat), opening):
        raise Refused("What opens it is of another commitment.")
