"""Rock, paper, scissors: both choose at once; rock blunts scissors, scissors cut paper, paper wraps rock.

The player who wins more than half of the rounds wins; a drawn round is played again.

Rules: https://en.wikipedia.org/wiki/Rock_paper_scissors
"""

from typing import NamedTuple

from chatgame.core.board import Board, Choice
from chatgame.core.errors import InvalidMove, Refused
from chatgame.core.rules import Both, Choices, Outcome, Rules, Secrets, known_as
from chatgame.core.seats import Seat

BEATS = {"rock": "scissors", "paper": "rock", "scissors": "paper"}
BEST_OF = tuple(str(rounds) for rounds in range(1, 100, 2))


class Position(NamedTuple):
    """The most rounds that count, the rounds that each seat has won, and the choices in the last round."""

    best_of: int
    client: int
    server: int
    last: Choices | None


class RockPaperScissors(Rules[Position, str]):
    """Rock, paper, scissors; a choice is one of the three words, or its first letter."""

    name = "rps"
    title = "rock, paper, scissors"
    about = "Both choose at once: rock beats scissors, scissors beat paper, paper beats rock. A draw is repeated."

    def start(self, inviter: Seat, options: str) -> Position:
        if options and options not in BEST_OF:
            raise Refused(f'"{options}" is not an odd number from 1 to 99. For the best of three, type "play rps 3".')
        return Position(int(options or "1"), 0, 0, None)

    def to_act(self, position: Position) -> Both:
        return Both()

    def asks(self, position: Position, seat: Seat) -> str:
        return "rock, paper or scissors"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        for choice in BEATS:
            if text.lower() in (choice, choice[0]):
                return choice
        raise InvalidMove(f'"{text}" is not a choice. Choose rock, paper or scissors; r, p or s will do.')

    def apply(self, position: Position, move: Choices) -> Position:
        return position._replace(
            client=position.client + (BEATS[move.client] == move.server),
            server=position.server + (BEATS[move.server] == move.client),
            last=move,
        )

    def outcome(self, position: Position) -> Outcome | None:
        if not position.last or max(position.client, position.server) <= position.best_of // 2:
            return None
        winner = Seat.CLIENT if position.client > position.server else Seat.SERVER
        return Outcome(winner, f"{position.last.of(winner)} beats {position.last.of(winner.other)}")

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        won = [
            f"{known_as(seat, viewer)} {position.client if seat is Seat.CLIENT else position.server}" for seat in Seat
        ]
        score = (
            f"Best of {position.best_of} rounds: {', '.join(won)}." if position.best_of > 1 else "One round decides."
        )
        return Board([score], [Choice(choice) for choice in BEATS])

    def tell(self, position: Position, came: Choices, viewer: Seat | None) -> str:
        if came.client == came.server:
            return f"A draw: both chose {came.client}. Again."
        first, second = (viewer, viewer.other) if viewer else Seat
        chose = f"{known_as(first, viewer)} chose {came.of(first)}, {known_as(second, viewer)} {came.of(second)}."
        return chose[0].upper() + chose[1:]
