"""Those whom the bot is measured against, each a function that takes a position and returns a move."""

from collections.abc import Callable
from random import Random
from typing import Any

from chatgame.core.rules import AnyRules
from chatgame.players.bot.search import best_move

Mover = Callable[[Any], Any]
"""Takes a position, and returns the move of the seat that acts there."""


def bot(rules: AnyRules, simulations: int, chance: Random) -> Mover:
    """The bot's search."""
    return lambda position: best_move(rules, position, range(simulations), chance)


def at_random(rules: AnyRules, chance: Random) -> Mover:
    """Any legal move, each with the same chance."""
    return lambda position: chance.choice(list(rules.legal_moves(position)))


def one_ply(rules: AnyRules, chance: Random) -> Mover:
    """A beginner, who wins at once where that is possible, stops the other from winning next, or plays at random."""

    def move(position: Any) -> Any:
        seat = rules.to_act(position)
        after = {move: rules.apply(position, move) for move in rules.legal_moves(position)}
        for move, then in after.items():
            if (end := rules.outcome(then)) and end.winner is seat:
                return move
        safe = [move for move, then in after.items() if not _lost_at_once(rules, then, seat)]
        return chance.choice(safe or list(after))

    return move


def _lost_at_once(rules: AnyRules, position: Any, seat: Any) -> bool:
    if rules.outcome(position) or rules.to_act(position) is not seat.other:
        return False
    ends = (rules.outcome(rules.apply(position, move)) for move in rules.legal_moves(position))
    return any(end and end.winner is seat.other for end in ends)


AT_OPENSPIEL: dict[str, tuple[str, Callable[[Any], int]]] = {
    "connect4": ("connect_four", lambda column: column - 1),
    "reversi": ("othello", lambda cell: 8 * (int(cell[1]) - 1) + "abcdefgh".index(cell[0])),
}
"""For each game its name in OpenSpiel, and how a move becomes an action there."""

PASS = 64
"""The action in OpenSpiel's othello that the rules here make by themselves."""


class OpenSpiel:
    """OpenSpiel's MCTS with a solver, as its own example sets it up: one random game a simulation, and C = 2.

    Args:
        game: the name of the game here.
        simulations: how many it may use for one move.
        seed: of its random choices.
    """

    def __init__(self, game: str, simulations: int, seed: int) -> None:
        import pyspiel

        name, self._action = AT_OPENSPIEL[game]
        rules = pyspiel.load_game(name)
        self._state = rules.new_initial_state()
        self._bot = pyspiel.MCTSBot(
            rules, pyspiel.RandomRolloutEvaluator(1, seed), 2.0, simulations, 1000, True, seed, False
        )

    def heard(self, move: Any) -> None:
        """Note a move of either side."""
        self._state.apply_action(self._action(move))
        while not self._state.is_terminal() and self._state.legal_actions() == [PASS]:
            self._state.apply_action(PASS)

    def choose(self, moves: list[Any]) -> Any:
        """Return the one of these moves that it plays."""
        action = self._bot.step(self._state)
        return next(move for move in moves if self._action(move) == action)
