"""What a game is: pure rules over immutable positions, with no I/O, clock or randomness.

A position is any immutable value that msgspec can write as JSON without a mapping or a float in it: a
`NamedTuple` of strings and integers is best. The table puts that JSON into each turn's digest, so both sides know
that their boards agree. A move is any value whose `str` is its notation, the only text that travels for it.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from chatgame.core.errors import Refused
from chatgame.core.seats import Seat

Position = TypeVar("Position")
Move = TypeVar("Move")


class Outcome(NamedTuple):
    """How a match ended: the winner, or None for a draw, and why, as in "three in a row"."""

    winner: Seat | None
    reason: str


class Rules(ABC, Generic[Position, Move]):
    """The rules of one game; what is marked abstract is what an author must write.

    Attributes:
        name: what one types after `play`: lower-case letters, digits, `-` and `_`.
        title: the name for people.
        version: raised when the rules or the position change; both sides must have the same.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    version: ClassVar[int] = 1

    @abstractmethod
    def start(self, inviter: Seat, options: str) -> Position:
        """The first position; where both sides are alike, the seat opposite `inviter` moves first.

        Raises:
            Refused: the game has no such options; the sentence says which it has.
        """

    @abstractmethod
    def to_act(self, position: Position) -> Seat:
        """Whose move it is; not asked once there is an outcome."""

    @abstractmethod
    def asks(self, position: Position) -> str:
        """What the seat to act is asked for, as in "a cell, 1 to 9"."""

    @abstractmethod
    def parse(self, position: Position, text: str) -> Move:
        """The move that `text` stands for.

        Raises:
            InvalidMove: it cannot be read as a move.
            IllegalMove: it is not allowed now.
        """

    @abstractmethod
    def apply(self, position: Position, move: Move) -> Position:
        """The position after a move that `parse` has let through."""

    @abstractmethod
    def outcome(self, position: Position) -> Outcome | None:
        """How the match has ended, or None while it goes on."""

    @abstractmethod
    def render(self, position: Position, viewer: Seat | None) -> str:
        """The position in ASCII for the player at `viewer`, or for an onlooker."""

    def without_options(self, options: str) -> None:
        """For `start` in a game that has no options.

        Raises:
            Refused: there are some.
        """
        if options:
            raise Refused(f'{self.title} has no options: type "play {self.name}" alone.')


AnyRules = Rules[Any, Any]


def known_as(seat: Seat, viewer: Seat | None) -> str:
    """What to call a seat on the screen of the player at `viewer`."""
    return "you" if seat is viewer else f"the {seat}"
