"""One line on a terminal that shows how far a long command has come."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from chatgame.players.person.look import columns
from chatgame.players.person.output import complain

WIDTH = 20
"""Columns of the bar."""


class Progress:
    """A bar with a text, drawn over itself on standard error, if that is a terminal."""

    def __init__(self) -> None:
        self._drawn = 0  # columns that are to be cleared

    def show(self, done: int, of: int, text: str) -> None:
        """Draw it."""
        if not (sys.stderr and sys.stderr.isatty()):
            return
        bar = "#" * (WIDTH * done // of)
        line = f"[{bar:.<{WIDTH}}] {done}/{of} {text}"
        with suppress(OSError):
            line = line[: os.get_terminal_size(sys.stderr.fileno()).columns - 1 or None]
        self._write(f"\r{line}{' ' * (self._drawn - columns(line))}")
        self._drawn = columns(line)

    def clear(self) -> None:
        """Take it away."""
        if self._drawn:
            self._write(f"\r{' ' * self._drawn}\r")
            self._drawn = 0

    def say(self, sentence: str) -> None:
        """Write a sentence in its place."""
        self.clear()
        with suppress(OSError):
            complain(sentence)

    def _write(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar, which is gone at the end."""
    line = Progress()
    try:
        yield line
    finally:
        line.clear()
