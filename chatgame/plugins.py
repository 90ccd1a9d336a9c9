"""Games of other packages: a plugin is a subclass of `Rules` that an installed package names in its metadata.

The entry point is in the group `chatgame.games`, and has the name of the game.
"""

import os
import re
import sys
from collections.abc import Container, Iterable
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from chatgame.core import sentences
from chatgame.core.rules import ANY_FAILURE, AnyRules, Rules
from chatgame.core.shelf import Shelf
from chatgame.games import BUILT_IN, EXTRAS, load_extra

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "chatgame.games"

_NAME = r"[a-z0-9_-]{1,32}"


def installed_games() -> tuple[Shelf, list[str]]:
    """The built-in games and those of plugins, by name, and a sentence about each plugin that cannot be used.

    A game that needs an extra is among the former if the extra is installed.
    """
    games, problems = BUILT_IN, []
    for name, package in EXTRAS.items():
        if _is_installed(package):
            games = games.with_game(name, Rules.version, partial(load_extra, name))
    for found in _plugins():
        try:
            games = games.with_rules(_plugin(found, games))
        except ANY_FAILURE as error:  # only that one game is lost
            problems.append(
                sentences.CANNOT_BE_PLAYED.format(name=found.name, error=f"{type(error).__name__}: {error}")
            )
    return games, problems


def _is_installed(package: str) -> bool:
    with suppress(ValueError):  # a folder in the path has a name that cannot be one
        return find_spec(package) is not None
    return False


def _plugins() -> "Iterable[EntryPoint]":
    """The entry points of plugins; without any, `importlib.metadata` is not loaded, a quarter of the start."""
    if not any(_names_plugins(file) for folder in sys.path for file in _metadata(folder)):
        return ()
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def _metadata(folder: str) -> list[str]:
    with suppress(OSError, ValueError):  # it is not a folder, or cannot be read
        found = os.listdir(folder or ".")  # four times as fast as a pattern of pathlib
        return [os.path.join(folder, name, "entry_points.txt") for name in found if name.endswith("-info")]
    return []


def _names_plugins(metadata: str) -> bool:
    with suppress(OSError), open(metadata, encoding="utf-8", errors="replace") as file:
        return GROUP in file.read()
    return False


def _plugin(found: "EntryPoint", games: Container[str]) -> AnyRules:
    if found.name in games:
        raise ValueError("there is a game of that name already")
    return checked(found.load()(), found.name)


def checked(rules: object, name: str) -> AnyRules:
    """Return `rules`, which the entry point `name` led to, if they can be a game.

    Raises:
        TypeError, ValueError: they cannot; the text says why.
    """
    if not isinstance(rules, Rules):
        raise TypeError("it is not a subclass of chatgame.core.rules.Rules")
    if getattr(rules, "name", None) != name or not re.fullmatch(_NAME, name):
        raise ValueError("its name must be that of its entry point, and at most 32 characters from a-z, 0-9, - and _")
    if not isinstance(getattr(rules, "title", None), str):
        raise TypeError("its title must be a string")
    if not (isinstance(rules.version, int) and 1 <= rules.version < 2**31):
        raise ValueError("its version must be a whole number from 1")
    if not isinstance(rules.draws, bool):
        raise TypeError("its draws must be True or False")
    return rules
