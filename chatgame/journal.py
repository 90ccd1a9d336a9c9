"""A journal keeps the turns of one table, in the order of their numbers."""

from typing import Protocol

from chatgame.core.messages import Turn


class Journal(Protocol):
    """Whatever keeps turns; the thinnest journal is a list."""

    def append(self, turn: Turn, /) -> None:
        """Keep the next turn of the log."""
