"""How text comes onto a screen: in colours or without, drawn or in words, in rows that are wide enough."""

import re
from collections.abc import Iterator
from itertools import chain, groupby, zip_longest
from typing import NamedTuple

from chatgame.core.board import Board
from chatgame.players.person.inert import inert
from chatgame.players.person.narration import PROMPT, Over, Said, Typed, Waiting

_SGR = r"\x1b\[[0-9;]*m"
_MARK = r"(?<!\S)\S(?!\S)"
_BOLD, _FAINT, _REVERSE, _RED, _GREEN, _YELLOW, _BLUE, _CYAN = 1, 2, 7, 31, 32, 33, 34, 36  # SGR, ECMA-48 8.3.117
_COLOURS = {"X": _CYAN, "O": _YELLOW, "o": _BLUE, "x": _RED, "#": _RED, "*": _GREEN}

GAP = "    "
"""Between boards side by side."""

READABLE = 100
"""In columns: a line that is longer is hard to follow, however wide the screen is."""

_STYLES: dict[type[str], tuple[int, ...]] = {Said: (_CYAN,), Waiting: (_FAINT,), Over: (_BOLD,)}


class Look(NamedTuple):
    """How a screen shows what it is given.

    Attributes:
        colour: whether it has colours; without their codes the text is the same.
        plain: whether boards are told in words, for who hears the screen.
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
    # What goes on in the next row is indented, so that nobody can write what looks like another line.
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
    """Text with these SGR codes, if any, which end behind it."""
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
    """A line as rows of a screen, broken between words, which drops blanks there; rows that follow are indented."""
    if width is None or columns(line) <= width:
        return [line]
    import wcwidth

    rows, limit = [line], width
    while limit and any(columns(row) > width for row in rows):
        rows = wcwidth.wrap(line, limit, subsequent_indent="  ", break_on_hyphens=False) or [""]
        limit //= 2  # for the characters that only some terminals join
    return rows


def columns(text: str) -> int:
    """How many columns a text takes at the most: terminals differ in what characters they join."""
    bare = uncoloured(text)
    if bare.isascii():
        return len(bare)
    import wcwidth  # takes 30 ms, and few lines need it

    return max(wcwidth.width(bare), sum(max(wcwidth.wcwidth(character), 0) for character in bare))


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
