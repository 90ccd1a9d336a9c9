"""What is measured, and how its results are told."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from random import Random
from statistics import mean, stdev
from typing import Any, NamedTuple

from chatgame.contest import CONFIDENT, Score
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.games.eights import choices
from chatgame.players.bot.bot import SIMULATIONS
from chatgame.players.bot.level import Level
from chatgame.players.bot.strategies import lay_card, move_checkers
from tests.strength.cards import play_cards
from tests.strength.games import against, against_openspiel, lines_of_play, seat_of, shots_to_clear, solves, worth
from tests.strength.opponents import at_random, bot, one_ply
from tests.strength.words import to_find

THEIRS = 1000
"""Simulations that OpenSpiel may use for a move."""


class Measure(NamedTuple):
    """One thing to measure.

    Attributes:
        what: in words.
        games: how many are played if nobody asks for another number.
        play: the result of a game, by its number.
        tell: all results in words.
    """

    what: str
    games: int
    play: Callable[[int], float]
    tell: Callable[[Sequence[float]], str]


def score(results: Sequence[float]) -> str:
    """Games that count 1, 0.5 or 0, and their average in percent, with its 95 % interval."""
    found = Score(won=results.count(1), drawn=results.count(0.5), lost=results.count(0))
    low, high = found.interval
    counts = f"{found.won} won, {found.drawn} drawn, {found.lost} lost"
    return f"{found.games} games: {counts}, {100 * found.share:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def average(what: str, results: Sequence[float]) -> str:
    """The average of a count, with its 95 % interval."""
    wide = CONFIDENT * stdev(results) / len(results) ** 0.5 if len(results) > 1 else 0.0
    return (
        f"{len(results)} games: {mean(results):.1f} {what} ({mean(results) - wide:.1f} to {mean(results) + wide:.1f})"
    )


def all_measures(hard: int) -> dict[str, Measure]:
    """All that is measured, by name; `hard` is how many simulations the hard bot may use for a move."""

    def tictactoe(number: int) -> float:
        seat = list(Seat)[number % 2]
        return lines_of_play(BUILT_IN["tictactoe"], seat, hard, number).count(seat.other)

    def pig(number: int) -> float:
        from tests.strength.pig import chance_of

        return chance_of(list(Level)[number])

    def openspiel(game: str) -> Callable[[int], float]:
        return lambda number: against_openspiel(game, number, hard, THEIRS)

    peer = f"{hard} simulations a move, against OpenSpiel's MCTS with {THEIRS}"
    found = {
        "tictactoe": Measure("tic-tac-toe, every line of play", 6, tictactoe, partial(average, "of them lost")),
        "connect4": Measure(f"connect four, {peer}", 100, openspiel("connect4"), score),
        "reversi": Measure(f"reversi, {peer}", 40, openspiel("reversi"), score),
        "pig": Measure(
            "pig, chance to win against the best play",
            3,
            pig,
            lambda chances: ", ".join(f"{level} {chance:.4f}" for level, chance in zip(Level, chances, strict=False)),
        ),
    }
    for level in Level:
        found[f"eights-{level}"] = Measure(
            f"crazy eights, {level}, against random cards that fit", 1000, partial(_eights, level), score
        )
        found[f"backgammon-{level}"] = Measure(
            f"backgammon, {level}, against random moves", 200, partial(_backgammon, level), score
        )
        found[f"battleship-{level}"] = Measure(
            f"battleship, {level}, random fleets", 500, partial(_shots, level), partial(average, "shots")
        )
        found[f"hangman-{level}"] = Measure(
            f"hangman, {level}, frequent words that it does not know",
            2000,
            partial(_found, level),
            score,
        )
        for game in ("tictactoe", "connect4", "reversi"):
            found[f"{game}-{level}"] = Measure(
                f"{BUILT_IN[game].title}, {level}, against a beginner",
                50,
                partial(_beginner, game, SIMULATIONS[level]),
                score,
            )
    return found


def _found(level: Level, number: int) -> float:
    return float(solves(_words()[number], level))


_words = cache(to_find)


def _eights(level: Level, number: int) -> float:
    rules, seat, chance = BUILT_IN["eights"], seat_of(number), Random(number)

    def ours(position: Any, hand: Sequence[str]) -> str:
        return lay_card(position, hand, level, chance)

    def theirs(position: Any, hand: Sequence[str]) -> str:
        return chance.choice(choices(position, hand))

    return worth(play_cards(rules, {seat: ours, seat.other: theirs}, chance), seat)


def _backgammon(level: Level, number: int) -> float:
    rules, chance = BUILT_IN["backgammon"], Random(number)

    def ours(position: Any) -> str:
        seat = rules.to_act(position)
        assert isinstance(seat, Seat), "asked only when it is to move"
        return move_checkers(position, seat, level, chance)

    return against(rules, number, ours, at_random(rules, chance))


def _shots(level: Level, number: int) -> float:
    return shots_to_clear(level, Random(number))


def _beginner(game: str, simulations: int, number: int) -> float:
    rules, chance = BUILT_IN[game], Random(number)
    return against(rules, number, bot(rules, simulations, chance), one_ply(rules, chance))
