"""A small strategy for each game whose moves the bot cannot search: what it types in a given position.

Sources: for pig, to hold at twenty, Neller and Presser, "Optimal play of the dice game Pig" (2004); for hangman, how
often each letter occurs in the words of a dictionary, https://en.wikipedia.org/wiki/Letter_frequency; for battleship,
to shoot where most ships could still lie, http://www.datagenetics.com/blog/december32011/.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from chatgame.core.seats import Seat
from chatgame.games import battleship, eights, hangman, pig, rps
from chatgame.protocol.words import WORDS

Strategy = Callable[[Any, Seat, Random], str]
"""Takes a position, one's own seat and a source of random choices, and returns what to type."""

HandStrategy = Callable[[Any, Sequence[str], Random], str]
"""The same for a game with cards: takes one's own hand in place of the seat."""

THROUGH_HIT = 40
"""How much likelier a place becomes with each hit in it. Much likelier, since every hit belongs to some ship."""

BY_FREQUENCY = "esiarntolcdupmghbyfvkwzxjq"


def throw_hands(position: rps.Position, seat: Seat, chance: Random) -> str:  # noqa: ARG001  # nothing helps
    """Choose at random, each with the same chance, which no opponent can exploit."""
    return chance.choice(list(rps.BEATS))


def roll_or_hold(position: pig.Position, seat: Seat, chance: Random) -> str:  # noqa: ARG001  # no need of chance
    """Hold at twenty points in the turn."""
    return "hold" if position.points >= 20 else "roll"


def guess_word(position: hangman.Position, seat: Seat, chance: Random) -> str:
    """Hide a word of the list; guess the letter that occurs in most of the words that are still possible."""
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
    """Place the fleet at random; shoot where most ships could still lie, beginning with places that explain hits."""
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
    """The cells on every `length`-th diagonal: each place of a ship of that length has one of them."""
    combs = [[at for at in cells if (at // 10 + at % 10) % length == comb and chances[at]] for comb in range(length)]
    return min(filter(None, combs), key=len, default=cells)


STRATEGIES: dict[str, Strategy] = {
    "rps": throw_hands,
    "pig": roll_or_hold,
    "hangman": guess_word,
    "battleship": shoot,
}


def lay_card(position: eights.Position, hand: Sequence[str], chance: Random) -> str:
    """Lay a card of the suit that the hand has most of; keep eights for when nothing else fits."""
    suits = Counter(card[-1] for card in hand if card[0] != "8")
    moves = eights.choices(position, hand)
    chance.shuffle(moves)
    return max(moves, key=lambda move: (move[0] != "8", suits[move.partition(" ")[2][:1] or move[-1]]))


HANDS: dict[str, HandStrategy] = {"eights": lay_card}
