"""How a screen shows text: with which control codes, and in rows of which width."""

import re
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Literal, NamedTuple

_SGR = r"\x1b\[[0-9;]*m"
BOLD, FAINT, REVERSE, RED, GREEN, YELLOW, BLUE, CYAN = 1, 2, 7, 31, 32, 33, 34, 36  # SGR, ECMA-48 8.3.117

Boards = Literal["auto", "ascii", "unicode"]
"""How the user wants boards to be drawn."""

_INDENT = "  "

_SHORT_COMMAND = r"(?:chatgame [a-z]{1,12}|chatgame|pip install) [^ ]{1,20}(?![^ ])"
"""What a sentence tells people to type into a shell, such as ``chatgame client --help``."""

READABLE = 100
"""In columns: longer lines are hard to read, however wide the screen is."""


class Look(NamedTuple):
    """How a screen shows what it is given.

    Attributes:
        colour: whether it shows colours; apart from their codes, the text is the same.
        plain: whether boards are described in words, for screen readers.
        width: in columns, or None if lines are not broken.
        titled: whether the program shows the state in the window's title.
        unicode: whether boards are drawn in Unicode instead of ASCII.
        height: in rows, or None if nothing scrolls away.
    """

    colour: bool = False
    plain: bool = False
    width: int | None = None
    titled: bool = False
    unicode: bool = False
    height: int | None = None


def styled(text: str, *codes: int) -> str:
    """Text with these SGR codes, if any, and a reset after it."""
    return text if not codes else f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m"


def uncoloured(text: str) -> str:
    """The same text without its SGR codes."""
    return re.sub(_SGR, "", text)


def wrapped(line: str, width: int | None) -> list[str]:
    """A line as rows of a screen, broken between words, without the blanks there; rows after the first are indented.

    A word that is wider than a row is broken too, and so is a character joined from several. A short command for a
    shell counts as a word. Whatever is in the line, the time grows only in proportion to its length, since partners
    decide what the lines are.
    """
    if width is None or columns(line) <= width:
        return [line]
    rows: list[str] = []
    row, left, room = "", width, max(width - len(_INDENT), 1)
    for blanks, piece, size in _pieces(line, room):
        taken = len(blanks) + size
        if taken <= left:
            row, left = row + blanks + piece, left - taken
        else:
            rows += [row] if row.strip() else []
            start, full = (_INDENT, room) if rows else ("", width)
            row, left = start + piece, full - size
    return [*rows, row]


def columns(text: str) -> int:
    """The columns that a text takes at most: terminals differ in which characters they join."""
    bare = uncoloured(text) if "\x1b" in text else text
    return len(bare) if bare.isascii() else sum(size for _, size in _graphemes(bare))


def _graphemes(text: str) -> Iterator[tuple[str, int]]:
    """The characters that a reader sees (UAX 29), each with the columns that it takes at most."""
    import wcwidth  # takes 30 ms, and few lines need it

    # One by one, since wcwidth 0.9 goes back to the beginning of a row of flags at each flag.
    for grapheme in wcwidth.iter_graphemes(text):
        yield grapheme, max(wcwidth.width(grapheme), sum(max(wcwidth.wcwidth(part), 0) for part in grapheme))


def _pieces(line: str, room: int) -> Iterator[tuple[str, str, int]]:
    """The parts that stay whole in rows with this much room, as blanks before the part, the part, and its columns."""
    for blanks, word in re.findall(
        f"( *)({_SHORT_COMMAND}|[^ ]+)", line.rstrip()
    ):  # each blank at the end would be tried as the first
        size = columns(word)
        parts = [(word, size)] if size <= room else _parts(word, room)
        for gap, (part, taken) in zip(chain([blanks], repeat("")), parts, strict=False):
            yield gap, part, taken


def _parts(word: str, room: int) -> Iterator[tuple[str, int]]:
    """The characters of a word, each with its columns, and its colour codes, which take none."""
    for number, part in enumerate(re.split(f"({_SGR})", word)):
        if number % 2:
            yield part, 0
            continue
        for grapheme, size in zip(part, repeat(1)) if part.isascii() else _graphemes(part):
            if size <= room:
                yield grapheme, size
            else:
                yield from ((character, columns(character)) for character in grapheme)
