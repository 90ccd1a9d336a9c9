"""The search: it finds what can be found, in any game whose rules list its moves."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import pytest

from chatgame.core.board import Board
from chatgame.core.rules import Both, Chance, Outcome, Rules, Secrets, ToAct
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.players.bot.bot import SIMULATIONS
from chatgame.players.bot.level import Level
from chatgame.players.bot.search import best_move, prospect, search
from tests.strength.games import against, lines_of_play
from tests.strength.opponents import at_random, bot

CONNECT4 = BUILT_IN["connect4"]


@pytest.mark.parametrize("seat", Seat)
def test_hard_bot_never_loses_at_tic_tac_toe(seat: Seat) -> None:
    """Every line of play is tried against it."""
    winners = lines_of_play(BUILT_IN["tictactoe"], seat, 1_500, 1)
    assert len(winners) > 50
    assert seat.other not in winners


def test_search_takes_a_win_and_stops_one() -> None:
    """It sees one ply and two plies ahead in connect four."""
    position = CONNECT4.start(Seat.CLIENT, "")
    for move in (1, 7, 1, 7, 1):
        position = CONNECT4.apply(position, move)
    for level in (Level.MEDIUM, Level.HARD):
        assert best_move(CONNECT4, position, range(SIMULATIONS[level]), Random(1)) == 1  # else X completes the column
    position = CONNECT4.apply(position, 7)
    assert best_move(CONNECT4, position, range(0), Random(1)) == 1


def test_hard_bot_beats_random_play_at_connect_four() -> None:
    """These are a few games; `python -m tests.strength` plays more, and better opponents."""
    for number in range(4):
        chance = Random(number)
        assert against(CONNECT4, number, bot(CONNECT4, 300, chance), at_random(CONNECT4, chance)) == 1


def test_the_same_random_numbers_lead_to_the_same_move() -> None:
    """So a seed repeats a game."""
    position = CONNECT4.start(Seat.CLIENT, "")
    moves = {best_move(CONNECT4, position, range(50), Random(seed)) for seed in range(20)}
    assert len(moves) > 1
    for seed in range(3):
        first, second = (best_move(CONNECT4, position, range(50), Random(seed)) for _ in range(2))
        assert first == second


def test_search_is_over_when_its_budget_is_spent() -> None:
    """Without any, a move is chosen at random."""
    position = CONNECT4.start(Seat.CLIENT, "")
    assert search(CONNECT4, position, range(7), Random(1)).visits == 7
    assert len({best_move(CONNECT4, position, (), Random(seed)) for seed in range(20)}) > 3


def test_what_is_proved_is_not_searched_any_longer() -> None:
    """Nor is anything where only one move is legal."""
    position = BUILT_IN["tictactoe"].start(Seat.CLIENT, "")
    for cell in (5, 1, 9, 3):
        position = BUILT_IN["tictactoe"].apply(position, cell)
    root = search(BUILT_IN["tictactoe"], position, range(10_000), Random(1))
    assert root.proved == 0.5
    assert root.visits < 1_000
    assert prospect(BUILT_IN["tictactoe"], position, range(10_000), Random(1)) == 0.5
    assert best_move(Dare(), Stake(9, Seat.CLIENT), iter(lambda: 1 / 0, 1), Random(1)) == "take"


class Stake(NamedTuple):
    """What the next roll is for, and whose turn it is; a roll that is awaited, and who has won."""

    points: int
    turn: Seat
    rolling: bool = False
    winner: Seat | None = None


class Dare(Rules[Stake, str]):
    """Take what is sure, or roll a die for more: a plugin as small as it can be that has `Chance` and lists moves.

    Whoever takes loses with less than 8 points; a roll of 0 loses, and any other adds 3 points.
    """

    name = "dare"
    title = "dare"

    def start(self, inviter: Seat, options: str) -> Stake:
        """Nothing is won yet."""
        return Stake(0, inviter.other)

    def to_act(self, position: Stake) -> ToAct:
        """The seat, or the die."""
        return Chance(6) if position.rolling else position.turn

    def asks(self, position: Stake, seat: Seat) -> str:
        """Not asked here."""
        raise NotImplementedError

    def parse(self, position: Stake, seat: Seat, text: str) -> str:
        """Not asked here."""
        raise NotImplementedError

    def legal_moves(self, position: Stake) -> Sequence[str]:
        """With 9 points there is only one."""
        return ["take"] if position.points >= 9 else ["take", "roll"]

    def apply(self, position: Stake, move: object) -> Stake:
        """A move, or what was rolled."""
        if move == "take":
            return position._replace(winner=position.turn if position.points >= 8 else position.turn.other)
        if move == "roll":
            return position._replace(rolling=True)
        if move == 0:
            return position._replace(winner=position.turn.other)
        return position._replace(points=position.points + 3, rolling=False)

    def outcome(self, position: Stake) -> Outcome | None:
        """When somebody has won."""
        return Outcome(position.winner, "so") if position.winner else None

    def board(self, position: Stake, viewer: Seat | None, secrets: Secrets, before: Stake | None) -> Board:
        """Not asked here."""
        raise NotImplementedError


@pytest.mark.parametrize(("points", "move"), [(0, "roll"), (6, "roll"), (8, "take")])
def test_search_weighs_what_the_dice_may_bring(points: int, move: str) -> None:
    """It rolls while taking loses, and takes what wins."""
    for seat in Seat:
        assert best_move(Dare(), Stake(points, seat), range(200), Random(1)) == move


@pytest.mark.parametrize("seat", Seat)
def test_prospect_is_the_chance_of_the_seat_that_acts(seat: Seat) -> None:
    """Three good rolls are needed, each with five chances of six."""
    assert prospect(Dare(), Stake(0, seat), range(3_000), Random(1)) == pytest.approx((5 / 6) ** 3, abs=0.05)


def test_search_does_not_foresee_what_no_rules_list() -> None:
    """It says so."""

    class Unforeseen(Dare):
        def to_act(self, position: Stake) -> ToAct:
            return Both() if position.rolling else position.turn

    with pytest.raises(NotImplementedError, match="Both"):
        search(Unforeseen(), Stake(0, Seat.CLIENT), range(10), Random(1))
