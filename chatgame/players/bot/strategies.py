"""A small strategy for each game whose moves the bot cannot search, or not well: what it types in a given position.

Sources: for pig, Neller and Presser, "Practical play of the dice game Pig" (2010), whose policy "end race or keep
pace" loses less than 1 percent to the best play that there is; for backgammon, what beginners are taught: to run, to
hit, to make points, and to leave few checkers alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from chatgame.core.seats import Seat
from chatgame.games import backgammon, battleship, eights, hangman, pig, rps
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


MADE, HOME, LEFT_ALONE = 3.0, 6.0, 12.0
"""In pips: what a point that is held by two or more is worth, what it is worth more at home, and what is lost by one
checker alone on the opponent's last point; less the nearer it is to its start."""


BACKGAMMON = backgammon.Backgammon()

MOVES = {Level.EASY: 1, Level.MEDIUM: 4, Level.HARD: 1000}
"""How many of the possible moves are looked at in backgammon."""


def move_checkers(position: backgammon.Position, seat: Seat, level: Level, chance: Random) -> str:  # noqa: ARG001  # only asked on turn
    """Play the move after which the position looks best, without a look at what the other may roll."""
    moves = list(BACKGAMMON.legal_moves(position))
    chance.shuffle(moves)
    return max(moves[: MOVES[level]], key=lambda move: _standing(BACKGAMMON.apply(position, move)))


def _standing(position: backgammon.Position) -> float:
    """How much better the seat that has just moved stands, in pips."""
    ours, theirs = position.other, position.own
    standing = float(backgammon.pips(theirs) - backgammon.pips(ours))
    last = max((point for point, count in enumerate(theirs) if count), default=0)
    for point in range(1, 25):
        if 25 - point > last:
            continue  # all of theirs have come past it
        if ours[point] > 1:
            standing += MADE + HOME * (point <= 6)
        elif ours[point]:
            standing -= LEFT_ALONE * (25 - point) / 24
    return standing


AHEAD = {Level.EASY: -4, Level.MEDIUM: 0, Level.HARD: 2}
"""How many plies are looked at in chess after the move and before four captures; below 0, so many captures fewer."""


def win_material(position: Any, seat: Seat, level: Level, chance: Random) -> str:  # noqa: ARG001  # only asked on turn
    """Play the move that wins most material; at `Level.EASY`, without a look at how the other can take back."""
    from chatgame.players.bot.material import best_move  # which needs an extra

    return best_move(position, AHEAD[level], chance)


def chess_prospect(position: Any, level: Level) -> tuple[float, bool]:
    """How well the side to move stands in chess, from 0 for a loss to 1 for a win; and whether that is certain."""
    from chatgame.players.bot.material import prospect

    return prospect(position, AHEAD[level])


STRATEGIES: dict[str, Strategy] = {
    "rps": throw_hands,
    "pig": roll_or_hold,
    "hangman": guess_word,
    "battleship": shoot,
    "backgammon": move_checkers,
    "chess": win_material,
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
