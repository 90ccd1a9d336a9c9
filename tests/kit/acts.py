"""A game of any acts in any order, and a match of it."""

from typing import NamedTuple

from chatgame.core.board import Board
from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.match import Match
from chatgame.core.rules import Answer, Both, Chance, Outcome, Rules, Secret, Secrets, ToAct
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from tests.kit.logs import SESSION

INVITED, INVITER = Seat.SERVER, Seat.CLIENT

ACTS: dict[str, ToAct] = {
    "move": INVITED,
    "counter": INVITER,
    "both": Both(),
    "chance": Chance(6),
    "secret": Secret(INVITER),
    "rival": Secret(INVITED),
    "answer": Answer(INVITER),
    "reply": Answer(INVITED),
}


class Position(NamedTuple):
    """What is still to come, and what has happened."""

    acts: tuple[str, ...]
    happened: tuple[str, ...] = ()


class Acts(Rules[Position, str]):
    """A game of the acts that its options name, in that order, which the invited seat wins; words are lower case."""

    name = "acts"
    title = "acts"

    def start(self, inviter: Seat, options: str) -> Position:
        """All is to come."""
        return Position(tuple(options.split()))

    def to_act(self, position: Position) -> ToAct:
        """The next act."""
        return ACTS[position.acts[0]]

    def asks(self, position: Position, seat: Seat) -> str:
        """Any word."""
        return "a word"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        """Any word of small letters, but "no"."""
        if not text.isalpha():
            raise InvalidMove("That is not a word.")
        if text == "no":
            raise IllegalMove("No is not allowed.")
        return text.lower()

    def apply(self, position: Position, move: object) -> Position:
        """It has happened."""
        if move == "crash":
            raise ZeroDivisionError
        return Position(position.acts[1:], (*position.happened, str(move)))

    def outcome(self, position: Position) -> Outcome | None:
        """When nothing is to come."""
        return None if position.acts else Outcome(INVITED, "all is done")

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        """What has happened, what is new of it, and the secrets."""
        new = position.happened[len(before.happened) :] if before else ()
        return Board([" ".join(position.happened), f"New: {' '.join(new)}", f"Secrets: {' '.join(secrets.values())}"])

    def answer(self, position: Position, secret: str) -> str:
        """The secret backwards."""
        return secret[::-1]


class Playing:
    """A match, and what was hidden in it."""

    def __init__(self, acts: str) -> None:
        self.match = Match.open(Acts(), SESSION, 0, INVITER, acts)

    def write(self, kind: Kind, text: str = "", seat: Seat | None = None) -> "Playing":
        """The seat that is waited for writes."""
        assert self.match.duty
        self.match = self.match.after(seat or self.match.duty.seat, kind, text)
        return self

    def commit(self, shown: Opening) -> "Playing":
        """It commits to what `shown` shows."""
        assert self.match.duty
        return self.write(Kind.COMMIT, commitment(Place(SESSION, 0, self.match.ply, self.match.duty.seat), shown))

    @property
    def waits_for(self) -> tuple[Seat, Kind, bool] | None:
        """Whom the match waits for, what for, and whether a person is asked."""
        return self.match.duty[:3] if self.match.duty else None
