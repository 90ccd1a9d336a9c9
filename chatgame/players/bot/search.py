"""One search for every game whose moves can be listed: it needs nothing but the rules.

Iterative deepening with alpha-beta pruning: each round searches one ply deeper, and tries the best moves of the round
before first. A position where the search stops is valued by playing a random game from there, so no game needs an
evaluation function. A search that reaches the end of every line is exact, and stops early.

See Knuth and Moore, "An analysis of alpha-beta pruning" (1975), and Abramson, "Expected-outcome: a general model of
static evaluation" (1990).
"""

from random import Random
from typing import Any

from chatgame.core.rules import AnyRules, Outcome
from chatgame.core.seats import Seat

WIN = 1000.0
"""The value of a win now. A win is worth one less for each ply that it takes."""

PLAYOUT_PLIES = 80
"""Plies after which a random game counts as drawn."""


class _Spent(Exception):  # not an error
    """The budget is spent."""


def best_move(rules: AnyRules, position: Any, budget: int, chance: Random) -> Any:
    """The best move that a search of about `budget` positions finds; `chance` chooses between equal ones."""
    moves = list(rules.legal_moves(position))
    chance.shuffle(moves)
    for move in moves:  # a win is taken, however small the budget
        outcome = rules.outcome(rules.apply(position, move))
        if outcome and outcome.winner is rules.to_act(position):
            return move
    search = _Search(rules, position, budget, chance)
    for depth in range(PLAYOUT_PLIES):
        try:
            values = search.rank(position, moves, depth)
        except _Spent:
            break
        moves.sort(key=values.__getitem__, reverse=True)
        if not search.cut or len(moves) == 1:
            break
    return moves[0]


def winner(rules: AnyRules, position: Any, budget: int, chance: Random) -> Seat | None:
    """The winner when the search plays both sides, with `budget` positions for all moves; None for a draw."""
    for _ in range(PLAYOUT_PLIES):
        outcome = rules.outcome(position)
        if outcome:
            return outcome.winner
        position = rules.apply(position, best_move(rules, position, budget // PLAYOUT_PLIES, chance))
    return None


class _Search:
    """A search for the seat to act, with one budget of positions for all its rounds."""

    def __init__(self, rules: AnyRules, position: Any, budget: int, chance: Random) -> None:
        self._rules = rules
        self._seat = rules.to_act(position)
        self._left = budget
        self._chance = chance
        self._known: dict[tuple[Any, int], float] = {}  # this round's exact values, by position and depth
        self.cut = False  # whether this round stopped somewhere before the end of a game

    def rank(self, position: Any, moves: list[Any], depth: int) -> dict[Any, float]:
        """The value of each move for the seat to act, searched `depth` plies beyond the move.

        Raises:
            _Spent: the budget was spent before the round was done.
        """
        self.cut = False
        self._known.clear()
        values: dict[Any, float] = {}
        best = -WIN
        for move in moves:
            values[move] = self._value(self._apply(position, move), depth, best - 1, WIN)
            best = max(best, values[move])
        return values

    def _value(self, position: Any, depth: int, alpha: float, beta: float) -> float:
        """The value of a position for the searching seat, exact if it is between alpha and beta."""
        outcome = self._rules.outcome(position)
        if outcome:
            return self._worth(outcome, depth)
        if not depth:
            self.cut = True
            return self._play_out(position)
        known = self._known.get((position, depth))
        if known is not None:
            return known
        ours = self._rules.to_act(position) is self._seat
        best = -WIN if ours else WIN
        low, high = alpha, beta
        for move in self._rules.legal_moves(position):
            value = self._value(self._apply(position, move), depth - 1, low, high)
            if ours:
                best = low = max(best, value)
            else:
                best = high = min(best, value)
            if low >= high:
                return best
        if alpha < best < beta:
            self._known[position, depth] = best
        return best

    def _play_out(self, position: Any) -> float:
        for _ in range(PLAYOUT_PLIES):
            position = self._apply(position, self._chance.choice(self._rules.legal_moves(position)))
            outcome = self._rules.outcome(position)
            if outcome:
                return self._worth(outcome, 0) / 2
        return 0.0

    def _worth(self, outcome: Outcome, depth: int) -> float:
        if outcome.winner is None:
            return 0.0
        return WIN - PLAYOUT_PLIES + depth if outcome.winner is self._seat else PLAYOUT_PLIES - depth - WIN

    def _apply(self, position: Any, move: Any) -> Any:
        if not self._left:
            raise _Spent
        self._left -= 1
        return self._rules.apply(position, move)
