"""The words that hangman is measured on, and the list that the bot learns from: no word is in both.

`python -m tests.strength.words` writes that list anew. Both come from the PyPI package wordfreq, which sorts English
words by frequency; a hash divides them.
"""

from hashlib import sha256
from pathlib import Path

from chatgame.games.hangman import LENGTHS
from chatgame.players.bot import letters
from chatgame.protocol.words import WORDS

FREQUENT = 10_000
"""The bot learns from this many of the most frequent words, or rather from half of them."""

TO_FIND = 2_000

VULGAR = ("bitch", "cunt", "fuck", "shit", "whore")
"""No word that is learnt from has one of these in it."""


def to_find() -> list[str]:
    """The most frequent words of seven letters or more that the bot has not learnt from."""
    known = {*letters.learnt(), *WORDS}
    return [word for word in _words(100_000) if len(word) >= 7 and _other_half(word) and word not in known][:TO_FIND]


def to_learn() -> list[str]:
    """The words that the bot learns from, by frequency."""
    words = [word for word in _words(FREQUENT) if len(word) >= 4 and not _other_half(word)]
    return [word for word in words if not any(vulgar in word for vulgar in VULGAR)]


def _words(number: int) -> list[str]:
    from wordfreq import top_n_list

    found = top_n_list("en", number)
    return [word for word in found if word.isascii() and word.isalpha() and len(word) in LENGTHS]


def _other_half(word: str) -> bool:
    return sha256(word.encode()).digest()[0] % 2 == 1


if __name__ == "__main__":
    head = letters.LIST.read_text().partition("\n\n")[0]
    Path(letters.LIST).write_text(f"{head}\n\n" + "\n".join(sorted(to_learn())) + "\n")
