"""How text comes onto a screen: in colours or without, drawn or in words, in rows that are wide enough."""

import re
from collections.abc import Iterator
from itertools import chain, groupby, repeat, zip_longest
from typing import NamedTuple

from chatgame.core.board import Board
from chatgame.players.person.inert import inert
from chatgame.players.person.narration import PROMPT, Over, Said, Typed, Waiting

_SGR = r"\x1b\[[0-9;]*m"
_MARK = r"(?<!\S)\S(?!\S)"
_BOLD, _FAINT, _REVERSE, _RED, _GREEN, _YELLOW, _BLUE, _CYAN = 1, 2, 7, 31, 32, 33, 34, 36  # SGR, ECMA-48 8.3.117
_COLOURS = {"X": _CYAN, "O": _YELLOW, "o": _BLUE, "x": _RED, "#": _RED, "*": _GREEN}

_INDENT = "  "

GAP = "    "
"""Between boards side by side."""

READABLE = 100
"""In columns: a line that is longer is hard to follow, however wide the screen is."""

_STYLES: dict[type[str], tuple[int, ...]] = {Said: (_CYAN,), Waiting: (_FAINT,), Over: (_BOLD,)}


class Look(NamedTuple):
    """How a screen shows what it is given.

    Attributes:
        colour: whether it has colours; without their codes the text is the same.
        plain: whether boards are told in words, for screen readers.
        width: in columns, or None where lines are not to be broken.
        titled: whether its window has a title to tell the state in.
    """

    colour: bool = False
    plain: bool = False
    width: int | None = None
    titled: bool = False


def shown(text: str, look: Look) -> str:
    """A board, or another text on one line, made inert and ready for a screen."""
    if isinstance(text, Board):
        if look.plain:
            return "".join(shown(line, look) for line in text.spoken.split("\n"))
        return "".join(f"{row}\n" for row in _drawn(text, look))
    # What continues in the next row is indented, so that nobody can write what looks like another line.
    rows = wrapped(inert(text), look.width and min(look.width, READABLE))
    if look.colour and isinstance(text, Typed):
        rows[0] = rows[0].replace(PROMPT, prompt(look), 1)
    elif look.colour:
        rows = [styled(row, *_STYLES.get(type(text), ())) for row in rows]
    return "".join(f"{row}\n" for row in rows)


def prompt(look: Look) -> str:
    """The prompt."""
    return styled(PROMPT, _BOLD, _GREEN) if look.colour else PROMPT


def styled(text: str, *codes: int) -> str:
    """Text with these SGR codes, if any, which end after it."""
    return text if not codes else f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m"


KEEP_TITLE, RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""What makes a terminal remember the title of its window, and go back to it (xterm's XTWINOPS)."""


def titled(title: str) -> str:
    """What gives the window of a terminal a title (xterm's control sequence OSC 2)."""
    return f"\x1b]2;{inert(title)}\x07"


def uncoloured(text: str) -> str:
    """The same text without its SGR codes."""
    return re.sub(_SGR, "", text)


def wrapped(line: str, width: int | None) -> list[str]:
    """A line as rows of a screen, broken between words, which drops blanks there; rows that follow are indented.

    What is wider than a row is broken too: a word, or if need be a character that is joined of several. The work
    grows with the length of the line and no faster, whatever is in it, since partners write lines to show.
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
    """How many columns a text takes at the most: terminals differ in what characters they join."""
    bare = uncoloured(text)
    return len(bare) if bare.isascii() else sum(size for _, size in _graphemes(bare))


def _graphemes(text: str) -> Iterator[tuple[str, int]]:
    """The characters that a reader sees (UAX 29), each with the columns that it takes at the most."""
    import wcwidth  # takes 30 ms, and few lines need it

    # One by one, since wcwidth 0.9 goes back to the beginning of a row of flags at each flag.
    for grapheme in wcwidth.iter_graphemes(text):
        yield grapheme, max(wcwidth.width(grapheme), sum(max(wcwidth.wcwidth(part), 0) for part in grapheme))


def _pieces(line: str, room: int) -> Iterator[tuple[str, str, int]]:
    """What stays whole in rows that have this much room: the blanks before it, the text, and its columns."""
    for blanks, word in re.findall("( *)([^ ]+)", line.rstrip()):  # each blank at the end would be tried as the first
        size = columns(word)
        parts = [(word, size)] if size <= room else _parts(word, room)
        for gap, (part, taken) in zip(chain([blanks], repeat("")), parts, strict=False):
            yield gap, part, taken


def _parts(word: str, room: int) -> Iterator[tuple[str, int]]:
    """The characters of a word, each with its columns, and the codes of its colours, which take none."""
    for number, part in enumerate(re.split(f"({_SGR})", word)):
        if number % 2:
            yield part, 0
            continue
        for grapheme, size in zip(part, repeat(1)) if part.isascii() else _graphemes(part):
            if size <= room:
                yield grapheme, size
            else:
                yield from ((character, columns(character)) for character in grapheme)


def _drawn(board: Board, look: Look) -> Iterator[str]:
    """The rows of a board; boards side by side stand one below the other where the screen is too narrow."""
    rows = (_row(row, number, board, look) for number, row in enumerate(board.split("\n")))
    for several, group in groupby(rows, lambda row: "\t" in row):
        if not several:
            for row in group:
                yield from wrapped(row, look.width)
            continue
        boards = list(zip_longest(*(row.split("\t") for row in group), fillvalue=""))
        widths = [max(map(columns, board)) for board in boards]
        if look.width and sum(widths) + len(GAP) * (len(widths) - 1) > look.width:
            for row in chain(*boards):
                yield from wrapped(row, look.width)
        else:
            for parts in zip(*boards, strict=True):
                padded = (part + " " * (width - columns(part)) for part, width in zip(parts, widths, strict=True))
                yield GAP.join(padded).rstrip()


def _row(row: str, number: int, board: Board, look: Look) -> str:
    """A row of a board, with the marks that stand alone in colours: reversed the new ones, green those that won."""
    text = "\t".join(map(inert, row.split("\t")))
    if not look.colour or text != row:  # what had to be made inert is no longer where it was
        return text

    def coloured(mark: re.Match[str]) -> str:
        codes = [_COLOURS[mark[0]]] if mark[0] in _COLOURS else []
        if (number, mark.start()) in board.line:
            codes = [_GREEN, _REVERSE]
        elif (number, mark.start()) in board.fresh:
            codes.append(_REVERSE)
        return styled(mark[0], *codes)

    return re.sub(_MARK, coloured, text)
