"""The strategies for games that are not searched."""

from random import Random
from statistics import mean

import pytest

from chatgame.core.seats import Seat
from chatgame.games.battleship import CELLS
from chatgame.games.pig import Position
from chatgame.players.bot import fleets, letters
from chatgame.players.bot.level import Level
from chatgame.players.bot.strategies import roll_or_hold
from chatgame.protocol.words import WORDS
from tests.strength.games import shots_to_clear, solves


def waters(**marks: str) -> str:
    """A sea with these marks, by cell."""
    return "".join(marks.get(cell, ".") for cell in CELLS)


@pytest.mark.parametrize(
    ("marks", "cells"),
    [
        ({"c3": "x", "d3": "x"}, {"b3", "e3"}),
        ({"a1": "x", "a2": "o"}, {"b1"}),
        ({"e5": "x", "e4": "x", "e6": "3"}, None),
        ({"a1": "x", "b1": "x", "c1": "2", "a2": "o"}, None),
    ],
)
def test_shot_follows_up_a_hit(marks: dict[str, str], cells: set[str] | None) -> None:
    """It goes where a ship that was hit goes on, and nowhere near one that is sunk; it goes to no cell twice."""
    for seed in range(5):
        cell = CELLS[fleets.likeliest(waters(**marks), 100, Random(seed))]
        assert cell not in marks
        assert cells is None or cell in cells


def test_better_bot_clears_the_sea_faster() -> None:
    """This is a sample; `python -m tests.strength` measures more."""
    levels = (Level.EASY, Level.MEDIUM)
    easy, medium = (mean(shots_to_clear(level, Random(seed)) for seed in range(20)) for level in levels)
    assert medium < easy


@pytest.mark.parametrize(
    ("shown", "tried", "letter"),
    [("q___t", "q", "u"), ("_uestion", "uestion", "q"), ("ation__", "ation", "s"), ("somethin_", "somethin", "g")],
)
def test_letter_follows_from_its_neighbours(shown: str, tried: str, letter: str) -> None:
    """The words need not be in the list."""
    assert letters.likeliest(shown, set(tried), letters.LONGEST) == letter


def test_without_neighbours_the_most_frequent_letter_is_guessed() -> None:
    """That is how an easy bot plays on."""
    guessed: list[str] = []
    for _ in range(6):
        guessed.append(letters.likeliest("________", {*guessed}, 1))
    assert sorted(guessed) == sorted("eiarns")


def test_every_level_finds_more_words_than_the_one_below() -> None:
    """They are words that the bot has not learnt from."""
    unknown = sorted({*WORDS} - {*letters.learnt()})[::4]
    found = [sum(solves(word, level) for word in unknown) for level in Level]
    assert found == sorted({*found})


@pytest.mark.parametrize(
    ("held", "other", "points", "moves"),
    [
        (0, 0, 9, ["roll", "roll", "roll"]),
        (0, 0, 12, ["hold", "roll", "roll"]),
        (0, 0, 20, ["hold", "hold", "roll"]),
        (0, 0, 21, ["hold", "hold", "hold"]),
        (0, 48, 26, ["hold", "hold", "roll"]),
        (20, 75, 60, ["hold", "hold", "roll"]),
    ],
)
def test_better_levels_at_pig_dare_more(held: int, other: int, points: int, moves: list[str]) -> None:
    """The best keeps pace with the other, and near the end rolls until somebody wins."""
    position = Position(Seat.CLIENT, held, other, points, "6")
    assert [roll_or_hold(position, Seat.CLIENT, level, Random(1)) for level in Level] == moves
