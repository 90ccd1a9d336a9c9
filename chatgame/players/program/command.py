"""The command that runs a program, as people type it."""

import os
import shlex
from typing import NamedTuple

from chatgame.players.person.inert import inert

LONGEST = 40
"""Characters in the name of a program, which is the beginning of its command."""


class Command(NamedTuple):
    """A command, by its words."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """What to call the program, on the screen."""
        name = inert(shlex.join(self.words))
        return name if len(name) <= LONGEST else f"{name[: LONGEST - 3]}..."


def read_command(text: str) -> Command:
    """Split a command into its words, which are quoted as in a shell; `~` at the beginning of one is the home folder.

    On Windows a backslash is part of a path, and quotes nothing.

    Raises:
        ValueError: a quotation mark has no second one, or there are no words.
    """
    lexer = shlex.shlex(text, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    if os.name == "nt":
        lexer.escape = ""
    words = tuple(map(os.path.expanduser, lexer))
    if not words or not words[0]:
        raise ValueError("There is no program in it")
    return Command(words)
