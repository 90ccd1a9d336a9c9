"""A match: one game played at the table, from the `play` that opened it to its outcome."""

from typing import Any

from msgspec import Struct, json
from msgspec.structs import replace

from chatgame.core.errors import Refused
from chatgame.core.rules import AnyRules, Outcome
from chatgame.core.seats import Seat


class Match(Struct, frozen=True):
    """A position and what led to it.

    Attributes:
        rules: of the game played.
        inviter: the seat that asked for the match.
        position: the public position.
        outcome: how it ended, or None while it goes on.
    """

    rules: AnyRules
    inviter: Seat
    position: Any
    outcome: Outcome | None = None

    @classmethod
    def open(cls, rules: AnyRules, inviter: Seat, options: str) -> "Match":
        """A new match.

        Raises:
            Refused: the game has no such options.
        """
        return cls(rules, inviter, rules.start(inviter, options))

    @property
    def to_act(self) -> Seat:
        """Whose move it is."""
        return self.rules.to_act(self.position)

    @property
    def asks(self) -> str:
        """What the seat to act is asked for."""
        return self.rules.asks(self.position)

    def move(self, text: str) -> "Match":
        """The match after the move that `text` is the notation of, by the seat to act.

        Raises:
            InvalidMove: `text` is not the notation of a move.
            IllegalMove: the move is not allowed now.
            Refused: it can be read, but is not how the game writes that move.
        """
        move = self.rules.parse(self.position, text)
        if str(move) != text:
            raise Refused(f"The move {move} was written in another notation.")
        position = self.rules.apply(self.position, move)
        return replace(self, position=position, outcome=self.rules.outcome(position))

    def resign(self, seat: Seat) -> "Match":
        """The match lost by the seat that gives up."""
        return replace(self, outcome=Outcome(seat.other, f"the {seat} resigned"))

    @property
    def notation(self) -> bytes:
        """The public position as JSON, for the digest."""
        return json.encode(self.position)
