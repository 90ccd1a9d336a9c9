"""A small strategy for each game whose moves the bot cannot search, or not well: what it types in a given position.

Sources: for pig, Neller and Presser, "Practical play of the dice game Pig" (2010), whose policy "end race or keep
pace" loses less than 1 percent to the best play that there is.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from chatgame.core.seats import Seat
from chatgame.games import battleship, eights, hangman, pig, rps
from chatgame.players.bot import fleets, letters
from chatgame.players.bot.level import Level
from chatgame.protocol.words import WORDS

Strategy = Callable[[Any, Seat, Level, Random], str]
"""Takes a position, one's own seat, how well to play and a source of random choices, and returns what to type."""

HandStrategy = Callable[[Any, Sequence[str], Level, Random], str]
"""The same for a game with cards: takes one's own hand in place of the seat."""

STRETCH = {Level.EASY: 1, Level.MEDIUM: 3, Level.HARD: letters.LONGEST}
"""How many letters that stand side by side are looked at in hangman."""

FLEETS = {Level.EASY: 1, Level.MEDIUM: 8, Level.HARD: 300}
"""How many fleets that could be the other's are imagined in battleship."""


def throw_hands(position: rps.Position, seat: Seat, level: Level, chance: Random) -> str:  # noqa: ARG001  # nothing helps
    """Choose at random, each with the same chance, which no opponent can exploit."""
    return chance.choice(list(rps.BEATS))


def roll_or_hold(position: pig.Position, seat: Seat, level: Level, chance: Random) -> str:  # noqa: ARG001  # no need of chance
    """Hold at ten points or at twenty; or keep pace with the other, and near the end roll until somebody wins."""
    enough = {Level.EASY: 10, Level.MEDIUM: 20, Level.HARD: 21 + round((position.other - position.held) / 8)}[level]
    if level is Level.HARD and max(position.held, position.other) >= 71:
        enough = pig.GOAL
    return "hold" if position.points >= enough else "roll"


def guess_word(position: hangman.Position, seat: Seat, level: Level, chance: Random) -> str:
    """Hide a word of the list; guess the letter that is likeliest to be in the word."""
    if position.owner is seat:
        return chance.choice(WORDS)
    return letters.likeliest(position.letters, {*position.tried}, STRETCH[level])


def shoot(position: battleship.Position, seat: Seat, level: Level, chance: Random) -> str:  # noqa: ARG001  # only asked on turn
    """Place the fleet at random; shoot where most of the fleets that could be there have a ship."""
    if position.fleets < 2:
        return "random"
    return battleship.CELLS[fleets.likeliest(position.target, FLEETS[level], chance)]


STRATEGIES: dict[str, Strategy] = {
    "rps": throw_hands,
    "pig": roll_or_hold,
    "hangman": guess_word,
    "battleship": shoot,
}


def lay_card(position: eights.Position, hand: Sequence[str], level: Level, chance: Random) -> str:
    """Lay a card of the suit that the hand has most of; keep eights for when nothing else fits. Or lay any card."""
    if level is Level.EASY:
        return chance.choice(eights.choices(position, hand))
    suits = Counter(card[-1] for card in hand if card[0] != "8")
    moves = eights.choices(position, hand)
    chance.shuffle(moves)
    return max(moves, key=lambda move: (move[0] != "8", suits[move.partition(" ")[2][:1] or move[-1]]))


HANDS: dict[str, HandStrategy] = {"eights": lay_card}
