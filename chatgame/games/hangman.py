"""Hangman: the inviter hides a word, the other seat guesses letters of it or the whole; six wrong guesses lose.

Rules: https://en.wikipedia.org/wiki/Hangman_(game)
"""

from textwrap import fill
from typing import NamedTuple

from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Answer, Outcome, Rules, Secret, known_as
from chatgame.core.seats import Seat

LENGTHS = range(3, 21)
WRONG = 6
GALLOWS = "+---+\n|   |\n|   1\n|  324\n|  5 6\n|"
"""Each digit is a part of the body, drawn at that wrong guess."""


class Position(NamedTuple):
    """Whose the word is, its letters, what was tried, and the guess that waits for its answer, if any.

    The letters are nothing before there is a word, `?` before its length is told, then `_` for each closed letter.
    """

    owner: Seat
    letters: str
    tried: tuple[str, ...]
    guess: str


class Hangman(Rules[Position, str]):
    """Hangman; a guess is a letter or a word, its answer the places as in `2,5` or `none`, or `yes` or `no`."""

    name = "hangman"
    title = "hangman"
    about = "Who starts it hides a word. The other guesses letters, or the word, and loses at the sixth wrong guess."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position(inviter, "", (), "")

    def to_act(self, position: Position) -> Seat | Secret | Answer:
        if not position.letters:
            return Secret(position.owner)
        if position.guess or position.letters == "?":
            return Answer(position.owner)
        return position.owner.other

    def asks(self, position: Position, seat: Seat) -> str:
        if not position.letters:
            return f"a word of {LENGTHS[0]} to {LENGTHS[-1]} letters, a to z, for the other to guess"
        return f"a letter, or the whole word of {len(position.letters)} letters"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        match self.to_act(position):
            case Secret():
                if not (text.isascii() and text.isalpha() and len(text) in LENGTHS):
                    raise InvalidMove(f'"{text}" is no word of {LENGTHS[0]} to {LENGTHS[-1]} letters, a to z.')
                return text.lower()
            case Answer() if not position.guess and text in map(str, LENGTHS):
                return text
            case Answer() if position.guess and text == self.answer(position, self.apply(position, text).letters):
                return text
            case Answer():
                raise InvalidMove(f'"{text}" is no answer: a length, places as in 2,5, none, yes or no is due.')
        if not (text.isascii() and text.isalpha() and len(text) in (1, len(position.letters))):
            raise InvalidMove(f'"{text}" is no guess; try {self.asks(position, seat)}, of a to z.')
        if text.lower() in position.tried:
            raise IllegalMove(f"{text.lower()} was tried already; guess another.")
        return text.lower()

    def apply(self, position: Position, move: str | None) -> Position:
        if move is None:
            return position._replace(letters="?")
        if position.letters == "?":
            return position._replace(letters="_" * int(move))
        if not position.guess:
            return position._replace(guess=move)
        guess, places = position.guess, move.split(",")
        opened = [guess if mark == "_" and str(n) in places else mark for n, mark in enumerate(position.letters, 1)]
        return Position(position.owner, guess if move == "yes" else "".join(opened), (*position.tried, guess), "")

    def outcome(self, position: Position) -> Outcome | None:
        if position.letters.isalpha():
            return Outcome(position.owner.other, "the word is known")
        return Outcome(position.owner, "six wrong guesses") if len(_wrong(position)) == WRONG else None

    def answer(self, position: Position, secret: str) -> str:
        if not position.guess:
            return str(len(secret))
        if len(position.guess) > 1:
            return "yes" if position.guess == secret else "no"
        return ",".join(str(n) for n, letter in enumerate(secret, 1) if letter == position.guess) or "none"

    def render(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        body = "O|/\\/\\"[: len(_wrong(position))].ljust(WRONG)
        lines = [
            *GALLOWS.translate(str.maketrans("123456", body)).split("\n"),
            " ".join(position.letters or "?"),
            *([f"the word: {secret}"] if secret else []),
            fill(f"tried: {' '.join(position.tried) or 'nothing yet'}", 40),
            f"word: {known_as(position.owner, viewer)}, guesses: {known_as(position.owner.other, viewer)}",
        ]
        return "\n".join(line.rstrip() for line in lines)

    def describe(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        owner, letters, tried, _ = position
        wrong = _wrong(position)
        lines = [
            f"The word is from {known_as(owner, viewer)}, the guesses from {known_as(owner.other, viewer)}.",
            *([f"It is {secret}."] if secret else []),
            *([f"It has {len(letters)} letters: {_spoken(letters)}."] if letters not in ("", "?") else []),
            f"Tried: {', '.join(tried) or 'nothing yet'}.",
            f"Wrong, {len(wrong)} of {WRONG}: {', '.join(wrong) or 'none'}.",
        ]
        return "\n".join(lines)

    def tell(self, position: Position, move: str) -> str:
        if not isinstance(self.to_act(position), Answer):
            return ""
        guess, after = position.guess, self.apply(position, move)
        if not guess:
            return f"The word has {move} letters."
        if move in ("no", "none"):
            return f"{guess} is not {'in ' * (move == 'none')}the word: wrong guess {len(_wrong(after))} of {WRONG}."
        if move == "yes":
            return f"{guess} is the word."
        return f"{guess} is letter {move.replace(',', ' and ')}. The word: {_spoken(after.letters)}."


def _spoken(letters: str) -> str:
    return ", ".join(letters).replace("_", "blank")


def _wrong(position: Position) -> list[str]:
    return [guess for guess in position.tried if guess not in position.letters]
