"""How a screen shows text: with what codes, and in rows of what width."""

import re
from typing import NamedTuple

_SGR = r"\x1b\[[0-9;]*m"
BOLD, FAINT, REVERSE, RED, GREEN, YELLOW, BLUE, CYAN = 1, 2, 7, 31, 32, 33, 34, 36  # SGR, ECMA-48 8.3.117

READABLE = 100
"""In columns: a line that is longer is hard to follow, however wide the screen is."""


class Look(NamedTuple):
    """How a screen shows what it is given.

    Attributes:
        colour: whether it has colours; without their codes the text is the same.
        plain: whether boards are told in words, for those who hear the screen.
        width: in columns, or None where lines are not to be broken.
        titled: whether its window has a title to tell the state in.
        unicode: whether boards are drawn in Unicode, and not in ASCII.
    """

    colour: bool = False
    plain: bool = False
    width: int | None = None
    titled: bool = False
    unicode: bool = False


def styled(text: str, *codes: int) -> str:
    """Text with these SGR codes, if any, which end behind it."""
    return text if not codes else f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m"


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
