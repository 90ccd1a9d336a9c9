"""Pig, a game of dice: roll as often as you dare and hold to keep the points; a 1 loses those of the turn.

The first who holds 100 points wins. A turn begins with a roll, since there is nothing to hold before.

Rules: https://en.wikipedia.org/wiki/Pig_(dice_game)
"""

from typing import NamedTuple

from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Chance, Outcome, Rules, known_as
from chatgame.core.seats import Seat

GOAL = 100


class Position(NamedTuple):
    """Whose turn it is, what that seat holds and what the other, the points of this turn, and the last die.

    The die is `-` before the first roll and `?` while it rolls.
    """

    turn: Seat
    held: int
    other: int
    points: int
    die: str


class Pig(Rules[Position, str]):
    """Pig; a move is `roll` or `hold`, or its first letter."""

    name = "pig"
    title = "pig"
    about = "Roll as often as you dare, or hold to keep the points; a 1 loses those of the turn. 100 points win."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position(inviter.other, 0, 0, 0, "-")

    def to_act(self, position: Position) -> Seat | Chance:
        return Chance(6) if position.die == "?" else position.turn

    def asks(self, position: Position, seat: Seat) -> str:
        return " or ".join(self.legal_moves(position))

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        for move in ("roll", "hold"):
            if text.lower() in (move, move[0]):
                if move not in self.legal_moves(position):
                    raise IllegalMove("There are no points to hold in this turn yet: roll first.")
                return move
        raise InvalidMove(f'"{text}" is neither roll nor hold, nor r or h.')

    def apply(self, position: Position, move: str | int) -> Position:
        turn, held, other, points, die = position
        match move:
            case "roll":
                return Position(turn, held, other, points, "?")
            case "hold":
                return Position(turn.other, other, held + points, 0, die)
            case 0:
                return Position(turn.other, other, held, 0, "1")
        rolled = int(move) + 1
        return Position(turn, held, other, points + rolled, str(rolled))

    def outcome(self, position: Position) -> Outcome | None:
        return Outcome(position.turn.other, f"{position.other} points") if position.other >= GOAL else None

    def legal_moves(self, position: Position) -> list[str]:
        return ["roll", "hold"] if position.points else ["roll"]

    def render(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        turn, held, other, points, die = position
        client, server = (held, other) if turn is Seat.CLIENT else (other, held)
        state = "since a 1 was rolled" if die == "1" else f"points: {points}, die: {die}"
        return (
            f"{client:>3} {known_as(Seat.CLIENT, viewer)}\n"
            f"{server:>3} {known_as(Seat.SERVER, viewer)}\n"
            f"turn: {known_as(turn, viewer)}, {state}"
        )

    def describe(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        turn, held, other, points, die = position
        mover, waiter = known_as(turn, viewer), known_as(turn.other, viewer)
        last = {
            "-": "no die was rolled yet",
            "?": "the die is rolling",
            "1": "the last die was a 1, so the turn passed",
        }.get(die, f"the last die was a {die}")
        return (
            f"Points held by {mover}: {held}, by {waiter}: {other}.\nOn turn: {mover}, with {points} to hold; {last}."
        )
