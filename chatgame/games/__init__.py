"""The games, one file of rules each. This is the only place that lists the built-in ones."""

from chatgame.core.rules import AnyRules
from chatgame.games.backgammon import Backgammon
from chatgame.games.battleship import Battleship
from chatgame.games.connect4 import Connect4
from chatgame.games.eights import Eights
from chatgame.games.hangman import Hangman
from chatgame.games.pig import Pig
from chatgame.games.reversi import Reversi
from chatgame.games.rps import RockPaperScissors
from chatgame.games.tictactoe import TicTacToe

BUILT_IN: dict[str, AnyRules] = {
    rules.name: rules
    for rules in (
        *(
            TicTacToe(),
            Connect4(),
            Reversi(),
            RockPaperScissors(),
            Hangman(),
            Battleship(),
            Pig(),
            Eights(),
            Backgammon(),
        ),
    )
}

EXTRAS = {"chess": "chess"}
"""The games that need a package which is not always installed: the game, which names its extra, and the package."""
