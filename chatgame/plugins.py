"""Games of other packages: a plugin is a subclass of `Rules` that an installed package names in its metadata.

It does so in the entry-point group `chatgame.games`, under the name of its game.
"""

import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from chatgame.core import sentences
from chatgame.core.rules import ANY_FAILURE, AnyRules, Rules
from chatgame.games import BUILT_IN

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "chatgame.games"

_NAME = r"[a-z0-9_-]{1,32}"


def installed_games() -> tuple[dict[str, AnyRules], list[str]]:
    """The built-in games and those of plugins, by name; and a sentence for each plugin that cannot be used."""
    games, problems = dict(BUILT_IN), []
    for found in _plugins():
        try:
            games[found.name] = _plugin(found, games)
        except ANY_FAILURE as error:  # it costs its own game alone
            problems.append(
                sentences.CANNOT_BE_PLAYED.format(name=found.name, error=f"{type(error).__name__}: {error}")
            )
    return games, problems


def _plugins() -> "Iterable[EntryPoint]":
    """What packages name; where none does, `importlib.metadata` is not loaded, which takes a quarter of the start."""
    if not any(_names_plugins(file) for folder in sys.path for file in _metadata(folder)):
        return ()
    from importlib.metadata import entry_points

    return entry_points(group=GROUP)


def _metadata(folder: str) -> list[Path]:
    with suppress(OSError, ValueError):  # a folder that cannot be read, or is none, names nothing
        return [*Path(folder).glob("*-info/entry_points.txt")]
    return []


def _names_plugins(metadata: Path) -> bool:
    with suppress(OSError):
        return GROUP in metadata.read_text("utf-8", "replace")
    return False


def _plugin(found: "EntryPoint", games: dict[str, AnyRules]) -> AnyRules:
    if found.name in games:
        raise ValueError("there is a game of that name already")
    return checked(found.load()(), found.name)


def checked(rules: object, name: str) -> AnyRules:
    """What an entry point of that name has led to, if it can be a game.

    Raises:
        TypeError, ValueError: it cannot; the text says why.
    """
    if not isinstance(rules, Rules):
        raise TypeError("it is not a subclass of chatgame.core.rules.Rules")
    if rules.name != name or not re.fullmatch(_NAME, rules.name):
        raise ValueError("its name must be that of its entry point, of a-z, 0-9, - and _, at most 32 characters")
    if not isinstance(getattr(rules, "title", None), str):
        raise TypeError("its title must be a text")
    if not (isinstance(rules.version, int) and 1 <= rules.version < 2**31):
        raise ValueError("its version must be a whole number from 1")
    if not isinstance(rules.draws, bool):
        raise TypeError("its draws must be True or False")
    return rules
