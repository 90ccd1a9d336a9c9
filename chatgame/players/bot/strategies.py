"""A small strategy for each game whose moves cannot be searched: what a bot types, given a position.

Sources: hold at twenty, from Neller and Presser, "Optimal play of the dice game Pig" (2004); the letters of English
by how often they stand in a dictionary's words, from https://en.wikipedia.org/wiki/Letter_frequency; for battleship,
to shoot where most ships could still lie, from http://www.datagenetics.com/blog/december32011/.
"""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from chatgame.core.seats import Seat
from chatgame.games import battleship, hangman, pig, rps
from chatgame.protocol.words import WORDS

Strategy = Callable[[Any, Seat, Random], str]
"""What to type at a position, given one's seat and a source of chance."""

THROUGH_HIT = 40
"""How much likelier each hit that it explains makes a ship's place: far, since every hit is of some ship."""

BY_FREQUENCY = "esiarntolcdupmghbyfvkwzxjq"


def throw_hands(position: rps.Position, seat: Seat, chance: Random) -> str:  # noqa: ARG001  # any is as good
    """One of the three, evenly, which nobody can exploit."""
    return chance.choice(list(rps.BEATS))


def roll_or_hold(position: pig.Position, seat: Seat, chance: Random) -> str:  # noqa: ARG001  # no need of chance
    """Hold at twenty points in the turn."""
    return "hold" if position.points >= 20 else "roll"


def guess_word(position: hangman.Position, seat: Seat, chance: Random) -> str:
    """Hide one of the words of the list; guess the letter that stands in most words that are still possible."""
    if position.owner is seat:
        return chance.choice(WORDS)
    words = [word for word in WORDS if _fits(word, position)]
    if len(words) == 1:
        return words[0]
    counts = Counter(letter for word in words for letter in set(word) if letter not in position.tried)
    letters = sorted(set(BY_FREQUENCY) - set(position.tried), key=BY_FREQUENCY.index)
    return max(letters, key=lambda letter: counts[letter])


def _fits(word: str, position: hangman.Position) -> bool:
    if len(word) != len(position.letters) or word in position.tried:
        return False
    closed = {guess for guess in position.tried if len(guess) == 1}
    return all(
        letter == shown if shown != "_" else letter not in closed
        for letter, shown in zip(word, position.letters, strict=True)
    )


def shoot(position: battleship.Position, seat: Seat, chance: Random) -> str:  # noqa: ARG001  # only asked on turn
    """Place the fleet at random; shoot where most of the ships still afloat could lie, through open hits first."""
    if position.fleets < 2:
        return "random"
    waters = position.target
    sunk = [at for at, mark in enumerate(waters) if mark.isdigit()]
    afloat = Counter(battleship.LENGTHS) - Counter(int(waters[at]) for at in sunk)
    gone = {cell for at in sunk for cell in battleship.sunk_by(waters, at)}
    chances: Counter[int] = Counter()
    for length, ships in afloat.items():
        for ship in battleship.places(length):
            marks = [waters[at] for at in ship]
            if "o" not in marks and gone.isdisjoint(ship):
                weight = ships * THROUGH_HIT ** (length - marks.count("."))
                chances.update({at: weight for at, mark in zip(ship, marks, strict=True) if mark == "."})
    targets = [at for at, mark in enumerate(waters) if mark == "."]
    if all(at in gone for at, mark in enumerate(waters) if mark not in ".o"):
        targets = _diagonals(targets, chances, min(afloat, default=1))
    best = max(chances[at] for at in targets)
    return battleship.CELLS[chance.choice([at for at in targets if chances[at] == best])]


def _diagonals(cells: list[int], chances: Counter[int], length: int) -> list[int]:
    """Those on every so many-th diagonal: no ship of that length slips through, and none need be shot at twice."""
    combs = [[at for at in cells if (at // 10 + at % 10) % length == comb and chances[at]] for comb in range(length)]
    return min(filter(None, combs), key=len, default=cells)


STRATEGIES: dict[str, Strategy] = {
    "rps": throw_hands,
    "pig": roll_or_hold,
    "hangman": guess_word,
    "battleship": shoot,
}
