"""The games: one file of rules each. Here alone are the built-in ones named."""

from chatgame.core.rules import AnyRules
from chatgame.games.tictactoe import TicTacToe

BUILT_IN: dict[str, AnyRules] = {rules.name: rules for rules in (TicTacToe(),)}
