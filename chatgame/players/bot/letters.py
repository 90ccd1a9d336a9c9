"""Which letter is likely to be in a word that is half known, from the letters that stand side by side in others.

Each blank gets a chance for each letter, from the stretches of a word list that agree with the letters around it:
first from how many words have the letter, then from longer and longer stretches. A stretch that was seen more often
counts more. This is the smoothing of Witten and Bell, as in Chen and Goodman, "An empirical study of
smoothing techniques for language modeling" (1999).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import ascii_lowercase

LIST = Path(__file__).with_name("words.txt")

BLANK = "_"

LONGEST = 5
"""Letters in the longest stretch that is learnt, counting the ends of a word as letters."""


def learnt() -> list[str]:
    """The words that all is learnt from."""
    return LIST.read_text(encoding="ascii").partition("\n\n")[2].split()


def likeliest(shown: str, tried: set[str], longest: int) -> str:
    """The letter not yet tried that is most likely to be in a word, of which the letters in `shown` are known.

    Only stretches of up to `longest` letters are looked at; for 1, only how frequent each letter is.
    """
    letters = [letter for letter in ascii_lowercase if letter not in tried]
    absent = dict.fromkeys(letters, 1.0)
    word = f"^{shown}$"
    for at, mark in enumerate(word):
        if mark == BLANK:
            for letter, chance in _chances(word, at, letters, longest).items():
                absent[letter] *= 1.0 - chance
    return min(letters, key=absent.__getitem__)


def _chances(word: str, at: int, letters: list[str], longest: int) -> dict[str, float]:
    """How likely each of these letters is for the blank at one place of a word."""
    in_words = _stretches()[BLANK]
    number = sum(in_words[letter] for letter in letters) + len(letters)
    chances = {letter: (in_words[letter] + 1) / number for letter in letters}
    for length in range(2, longest + 1):
        seen: Counter[str] = Counter()
        for start in range(max(0, at - length + 1), min(at, len(word) - length) + 1):
            seen.update(_stretches().get(word[start : start + length], {}))
        counts = [seen[letter] for letter in letters]
        if number := sum(counts):
            different = sum(count > 0 for count in counts)
            for letter, count in zip(letters, counts, strict=True):
                chances[letter] = (count + different * chances[letter]) / (number + different)
    return chances


@cache
def _stretches() -> Mapping[str, Counter[str]]:
    """How often each letter was seen in the blank of each stretch; for the blank alone, in how many words."""
    stretches: dict[str, Counter[str]] = defaultdict(Counter)
    for word in learnt():
        stretches[BLANK].update(set(word))
        for stretch, letter in _with_a_blank(f"^{word}$"):
            stretches[stretch][letter] += 1
    return stretches


def _with_a_blank(word: str) -> Iterator[tuple[str, str]]:
    """Each stretch of a word with each of its letters in turn left blank, and that letter."""
    for at in range(1, len(word) - 1):
        for length in range(2, LONGEST + 1):
            for start in range(max(0, at - length + 1), min(at, len(word) - length) + 1):
                yield word[start:at] + BLANK + word[at + 1 : start + length], word[at]
