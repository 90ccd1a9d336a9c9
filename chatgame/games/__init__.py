"""The games: one file of rules each. Here alone are the built-in ones named, and here plugins are found.

A plugin is a subclass of `Rules` that an installed package names in the entry-point group `chatgame.games`, under the
name of its game.
"""

import re
from importlib.metadata import EntryPoint, entry_points

from chatgame.core.rules import ANY_FAILURE, AnyRules, Rules
from chatgame.games.battleship import Battleship
from chatgame.games.connect4 import Connect4
from chatgame.games.hangman import Hangman
from chatgame.games.pig import Pig
from chatgame.games.reversi import Reversi
from chatgame.games.rps import RockPaperScissors
from chatgame.games.tictactoe import TicTacToe

BUILT_IN: dict[str, AnyRules] = {
    rules.name: rules
    for rules in (TicTacToe(), Connect4(), Reversi(), RockPaperScissors(), Hangman(), Battleship(), Pig())
}

PLUGIN_GROUP = "chatgame.games"

_NAME = re.compile(r"[a-z0-9_-]{1,32}")


def installed_games() -> tuple[dict[str, AnyRules], list[str]]:
    """The built-in games and those of plugins, by name; and a sentence for each plugin that cannot be used."""
    games, problems = dict(BUILT_IN), []
    for found in entry_points(group=PLUGIN_GROUP):
        try:
            games[found.name] = _plugin(found, games)
        except ANY_FAILURE as error:  # it costs its own game alone
            problems.append(f"The game {found.name} cannot be played: {type(error).__name__}: {error}")
    return games, problems


def _plugin(found: EntryPoint, games: dict[str, AnyRules]) -> AnyRules:
    if found.name in games:
        raise ValueError("there is a game of that name already")
    rules = found.load()()
    if not isinstance(rules, Rules):
        raise TypeError("it is no subclass of chatgame.core.rules.Rules")
    if rules.name != found.name or not _NAME.fullmatch(rules.name):
        raise ValueError("its name must be that of its entry point, of a-z, 0-9, - and _, at most 32 characters")
    if not isinstance(getattr(rules, "title", None), str):
        raise TypeError("its title must be a text")
    if not (isinstance(rules.version, int) and 1 <= rules.version < 2**31):
        raise ValueError("its version must be a whole number from 1")
    return rules
