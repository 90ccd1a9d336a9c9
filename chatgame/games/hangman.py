"""Hangman: the inviter hides a word, and the other seat guesses letters or the whole word; six wrong guesses lose.

Rules: https://en.wikipedia.org/wiki/Hangman_(game)
"""

from string import ascii_lowercase
from typing import NamedTuple

from chatgame.core.board import Board, Cell, Choice, Grid, Mark, Part, Picture
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Answer, Outcome, Revealed, Rules, Secret, Secrets, known_as
from chatgame.core.seats import Seat

LENGTHS = range(3, 21)
WRONG = 6
GALLOWS = "+---+\n|   |\n|   1\n|  324\n|  5 6\n|"
FRAMED = "┌───┐\n│   │\n│   1\n│  324\n│  5 6\n┴"
"""Each digit is a part of the body, drawn at that wrong guess."""

SPOKEN = {"_": "blank", "?": "not known yet"}
WITH_AN = "aefhilmnorsx"


class Position(NamedTuple):
    """Whose word it is, its letters, the guesses that were answered, and a guess that waits for its answer, if any.

    The letters are empty before there is a word, `?` before its length is known, then `_` for each closed letter.
    """

    owner: Seat
    letters: str
    tried: tuple[str, ...]
    guess: str


class Hangman(Rules[Position, str]):
    """Hangman; a guess is a letter, answered by places as in `2,5` or `none`, or a word, answered `yes` or `no`."""

    name = "hangman"
    title = "hangman"
    about = (
        "The player who starts the game hides a word. "
        "The other guesses letters of it, or the whole word, and loses at the sixth wrong guess."
    )

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
                    raise InvalidMove(f'"{text}" is not a word of {LENGTHS[0]} to {LENGTHS[-1]} letters, a to z.')
                return text.lower()
            case Answer() if not position.guess and text in map(str, LENGTHS):
                return text
            case Answer() if position.guess and text == self.answer(position, self.apply(position, text).letters):
                if not _can_be(self.apply(position, text).letters, position):
                    raise IllegalMove(f'"{text}" cannot be true of {position.guess} after the answers so far.')
                return text
            case Answer():
                raise InvalidMove(
                    f'"{text}" is not an answer. An answer is a length, places as in 2,5, none, yes or no.'
                )
        if not (text.isascii() and text.isalpha() and len(text) in (1, len(position.letters))):
            raise InvalidMove(
                f'"{text}" is not a guess. Choose {self.asks(position, seat)}, with letters from a to z.'
            )
        if text.lower() in position.tried:
            raise IllegalMove(f"{text.lower()} was tried already. Guess another.")
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

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        owner, letters, tried, _ = position
        was, wrong = (before or position).letters, len(_wrong(position))
        body = str.maketrans("123456", "O|/\\/\\"[:wrong].ljust(WRONG))
        gallows = Picture(GALLOWS.translate(body), f"{wrong} wrong guesses of {WRONG}.", FRAMED.translate(body))
        cells = []
        for n, letter in enumerate(letters or "?", 1):
            mark, fresh = Mark(letter, SPOKEN.get(letter, letter)), was[n - 1 : n] == "_" != letter
            cells.append(Cell(f"place {n}", mark, fresh, hidden=letter in SPOKEN))
        word = Grid(cells, len(cells), spoken=f"The letters: {', '.join(cell.mark.name for cell in cells)}.")
        secret = [f"The word: {secrets[owner]}"] if owner in secrets else []
        parts: list[Part] = [gallows, word, *secret, f"Tried: {' '.join(tried) or 'nothing yet'}"]
        if "_" not in letters:
            return Board(parts)
        choices = [Choice(letter) for letter in ascii_lowercase if letter not in tried]
        return Board(parts, choices, f"the whole word of {len(letters)} letters")

    def tell(self, position: Position, came: str | Revealed | None, viewer: Seat | None) -> str:
        owner, guess = position.owner, position.guess
        if isinstance(came, Revealed):
            return f"The word was {came.secret}."
        if came is None:
            return f"{known_as(owner, viewer).capitalize()} {'have' if owner is viewer else 'has'} hidden a word."
        if position.letters == "?":
            return f"The word has {came} letters."
        if not guess:
            return f"{known_as(owner.other, viewer).capitalize()} guessed {came}."
        if came in ("yes", "no"):
            return f"That is {'not ' * (came == 'no')}the word."
        if came == "none":
            return f"There is no {guess} in it."
        *first, last = came.split(",")
        places = f"places {', '.join(first)} and {last}" if first else f"place {last}"
        return f"There is {'an' if guess in WITH_AN else 'a'} {guess} in {places}."


def _can_be(letters: str, before: Position) -> bool:
    """Whether these letters can be next: known ones stay, and neither a new letter nor the word was tried before."""
    pairs = zip(letters, before.letters, strict=True)
    opened = all(letter == was or (was == "_" and letter not in before.tried) for letter, was in pairs)
    return opened and letters not in before.tried


def _wrong(position: Position) -> list[str]:
    return [guess for guess in position.tried if guess not in position.letters]
