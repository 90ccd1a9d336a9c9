"""A board: a position as text, and what of it a screen can mark.

The marks are found by comparing drawings, so no game has to know of them.
"""

import re

Marks = frozenset[tuple[int, int]]
"""Characters of a drawing, each by its row and column."""

_ALONE = r"(?<!\S)[^\s.*_](?!\S)"
"""What stands on a cell; a dot, a star or a line is what free or hidden cells show."""


class Board(str):
    """A position as text, so that a screen can tell it from other text.

    Attributes:
        spoken: what to tell in words instead, for who hears the screen.
        fresh: what the last turn has changed.
        line: what has won.
    """

    __slots__ = ("fresh", "line", "spoken")
    spoken: str
    fresh: Marks
    line: Marks

    @classmethod
    def of(cls, drawn: str, spoken: str, fresh: Marks = frozenset(), line: Marks = frozenset()) -> "Board":
        """A board."""
        board = cls(drawn)
        board.spoken, board.fresh, board.line = spoken, fresh, line
        return board


def changed(before: str, after: str) -> Marks:
    """What has come to stand on a cell, in rows that both drawings have."""
    return frozenset(
        (number, mark.start())
        for number, (old, new) in enumerate(zip(before.split("\n"), after.split("\n"), strict=False))
        if len(old) == len(new)
        for mark in re.finditer(_ALONE, new)
        if old[mark.start()] != mark[0]
    )
