"""Pig, a dice game: roll as often as you dare, then hold to keep the points; a 1 loses the points of the turn.

The first player to have 100 points, including those of the turn, wins at once. A turn begins with a roll, since there
is nothing to hold before it.

Rules: https://en.wikipedia.org/wiki/Pig_(dice_game)
"""

from typing import NamedTuple

from chatgame.core.board import Board, Choice
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Chance, Outcome, Rules, Secrets, known_as, whose
from chatgame.core.seats import Seat

GOAL = 100


class Position(NamedTuple):
    """Whose turn it is, the points that this seat and the other have held, the points of this turn, and the last die.

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
    version = 2
    about = "Roll as often as you dare, then hold to keep the points; a 1 loses those of the turn. 100 points win."

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
                    raise IllegalMove("You have no points to hold in this turn yet. Roll first.")
                return move
        raise InvalidMove(f'"{text}" is not a move. Choose roll or hold; r or h will do.')

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
        total = position.held + position.points
        return Outcome(position.turn, f"{total} points") if total >= GOAL else None

    def legal_moves(self, position: Position) -> list[str]:
        return ["roll", "hold"] if position.points else ["roll"]

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        turn, held, other, points, _ = position
        scores = {turn: held, turn.other: other}
        score = ", ".join(f"{known_as(seat, viewer)} {scores[seat]}" for seat in Seat)
        now = f"{whose(turn, viewer).capitalize()} turn: {points} points so far."
        return Board([f"Points held: {score}.", now], [Choice(move) for move in self.legal_moves(position)])

    def tell(self, position: Position, came: str | int, viewer: Seat | None) -> str:
        who = known_as(position.turn, viewer).capitalize()
        match came:
            case "roll":
                return ""
            case "hold":
                return f"{who} held {position.points} points."
            case 0:
                return f"{who} rolled a 1: the points of this turn are lost."
        return f"{who} rolled a {int(came) + 1}."
