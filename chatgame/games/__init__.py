"""The games, one file of rules each. This is the only place that lists the built-in ones."""

from functools import partial
from importlib import import_module

from chatgame.core.rules import AnyRules
from chatgame.core.shelf import Shelf


def _load(module: str, rules: str) -> AnyRules:
    """The rules of a class in a module of this package."""
    loaded: AnyRules = getattr(import_module(f"chatgame.games.{module}"), rules)()
    return loaded


BUILT_IN = Shelf(
    {
        name: (version, partial(_load, name, rules))
        for name, version, rules in (  # the versions stand in the rules as well, and a test compares them
            ("tictactoe", 1, "TicTacToe"),
            ("connect4", 1, "Connect4"),
            ("reversi", 1, "Reversi"),
            ("rps", 1, "RockPaperScissors"),
            ("hangman", 1, "Hangman"),
            ("battleship", 1, "Battleship"),
            ("pig", 2, "Pig"),
            ("eights", 1, "Eights"),
            ("backgammon", 1, "Backgammon"),
        )
    }
)
"""The built-in games. The name of each is also its module's."""

EXTRAS = {"chess": "chess"}
"""The games that need a package which is not always installed: the package of each. Its extra has the game's name."""


def load_extra(name: str) -> AnyRules:
    """Return the rules of one of these games, whose package is installed."""
    loaded: AnyRules = import_module(f"chatgame.games.{name}").RULES
    return loaded
