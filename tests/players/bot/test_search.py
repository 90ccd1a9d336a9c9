"""The search: it finds what can be found, in any game whose rules list its moves."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import pytest

from chatgame.core.board import Board
from chatgame.core.match import Match
from chatgame.core.rules import Answer, Both, Chance, Outcome, Rules, Secret, Secrets, ToAct
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.players.bot.bot import SIMULATIONS
from chatgame.players.bot.level import Level
from chatgame.players.bot.search import best_move, prospect, search
from chatgame.players.bot.worlds import worlds_of
from tests.kit.logs import SESSION
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
    assert prospect(BUILT_IN["tictactoe"], position, range(10_000), Random(1)) == (0.5, True)
    assert best_move(Dare(), Stake(9, Seat.CLIENT), iter(lambda: 1 / 0, 1), Random(1)) == "take"


class Stake(NamedTuple):
    """What the next roll is for, and whose turn it is; a roll that is awaited, and who has won."""

    points: int
    turn: Seat
    rolling: bool = False
    winner: Seat | None = None


class Dare(Rules[Stake, str]):
    """Take what is sure, or roll a die for more: a plugin as small as it can be that has `Chance` and lists moves.

    The seat that takes loses with less than 8 points; a roll of 0 loses, and any other adds 3 points.
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
    value, certain = prospect(Dare(), Stake(0, seat), range(3_000), Random(1))
    assert value == pytest.approx((5 / 6) ** 3, abs=0.05)
    assert not certain


def test_search_does_not_foresee_what_no_rules_list() -> None:
    """It says so."""

    class Unforeseen(Dare):
        def to_act(self, position: Stake) -> ToAct:
            return Both() if position.rolling else position.turn

    with pytest.raises(NotImplementedError, match="Both"):
        search(Unforeseen(), Stake(0, Seat.CLIENT), range(10), Random(1))


class Seek(NamedTuple):
    """A number that the server hides and the client seeks: whether it is hidden, the guesses left, and the last."""

    hidden: bool
    guesses: int
    guess: int
    found: bool


class Number(Rules[Seek, int]):
    """The server hides a number from 1 to 7; the client has three guesses, each answered by where it is."""

    name = "number"
    title = "number"

    def start(self, inviter: Seat, options: str) -> Seek:
        """It is hidden first."""
        return Seek(False, 3, 0, False)

    def to_act(self, position: Seek) -> ToAct:
        """The server answers each guess."""
        if not position.hidden:
            return Secret(Seat.SERVER)
        return Answer(Seat.SERVER) if position.guess else Seat.CLIENT

    def asks(self, position: Seek, seat: Seat) -> str:
        """A number."""
        return "a number"

    def parse(self, position: Seek, seat: Seat, text: str) -> int:
        """It is not checked here."""
        return int(text)

    def any_secret(self, position: Seek, seed: int) -> str:
        """Any of the numbers."""
        return str(seed % 7 + 1)

    def answer(self, position: Seek, secret: str) -> int:
        """-1 if the number is lower, 1 if it is higher, or 0."""
        return (int(secret) > position.guess) - (int(secret) < position.guess)

    def legal_moves(self, position: Seek) -> Sequence[int]:
        """All numbers, also those that the answers rule out."""
        return range(1, 8)

    def apply(self, position: Seek, move: int | None) -> Seek:
        """What is known of the number does not become part of the position."""
        if move is None:
            return position._replace(hidden=True)
        if not position.guess:
            return position._replace(guess=move)
        return position._replace(guess=0, guesses=position.guesses - 1, found=move == 0)

    def outcome(self, position: Seek) -> Outcome | None:
        """The number is found, or the guesses are used up."""
        if position.found:
            return Outcome(Seat.CLIENT, "it is found")
        return None if position.guesses else Outcome(Seat.SERVER, "it is not found")

    def board(self, position: Seek, viewer: Seat | None, secrets: Secrets, before: Seek | None) -> Board:
        """There is nothing to see."""
        return Board([])


def number_after(*guesses: int, secret: int) -> Match:
    """The match in which these numbers were guessed."""
    match = Match.open(Number(), SESSION, 0, Seat.SERVER, "").after(Seat.SERVER, Kind.COMMIT, "0" * 64)
    for guess in guesses:
        match = match.after(Seat.CLIENT, Kind.MOVE, str(guess))
        match = match.after(Seat.SERVER, Kind.ANSWER, Side(match, Seat.SERVER, str(secret)).answer())
    return match


def move_in(match: Match, seed: int) -> int:
    """What the client plays in a match, from what it knows."""
    guess = worlds_of(Side(match, Seat.CLIENT, None), Random(seed))
    return int(best_move(match.rules, match.position, range(3_000), Random(seed), guess))


@pytest.mark.parametrize("seed", range(3))
def test_what_is_hidden_is_guessed_from_the_answers(seed: int) -> None:
    """With two guesses left for three numbers it tries the middle one; then it knows."""
    assert move_in(number_after(4, secret=3), seed) == 2
    assert move_in(number_after(4, 2, secret=3), seed) == 3


def test_own_secret_is_not_guessed() -> None:
    """In its own worlds the seat that hides answers from what it has hidden."""
    match = number_after(secret=3).after(Seat.CLIENT, Kind.MOVE, "2")
    guess = worlds_of(Side(match, Seat.SERVER, "3"), Random(1))
    assert guess
    assert {guess(Random(seed)).event(match.position, Answer(Seat.SERVER)) for seed in range(5)} == {1}
    assert worlds_of(Side(Match.open(CONNECT4, SESSION, 0, Seat.CLIENT, ""), Seat.CLIENT, None), Random(1)) is None


def test_secret_that_cannot_be_guessed_is_said_to_be_so() -> None:
    """The answers contradict each other."""
    match = number_after(4, secret=3)
    match = match.after(Seat.CLIENT, Kind.MOVE, "4").after(Seat.SERVER, Kind.ANSWER, "1")
    with pytest.raises(NotImplementedError, match="cannot guess what the server hides"):
        worlds_of(Side(match, Seat.CLIENT, None), Random(1))


def test_secret_to_come_is_any() -> None:
    """A search that begins before the secret is hidden tries many."""
    root = search(Number(), Number().start(Seat.SERVER, ""), range(300), Random(1))
    assert 0 < root.value < 1
