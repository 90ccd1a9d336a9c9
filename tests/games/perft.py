"""How many lines of play there are: the count that shows at once whether rules allow a move too many or too few.

The method: https://www.chessprogramming.org/Perft
"""

from collections import Counter
from typing import Any

from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat


def perft(rules: AnyRules, plies: int, options: str = "") -> list[int]:
    """How many lines have each length up to `plies`; one that has come to an outcome goes no further."""
    lines: Counter[Any] = Counter([rules.start(Seat.CLIENT, options)])
    counts = []
    for _ in range(plies):
        longer: Counter[Any] = Counter()
        for position, times in lines.items():
            if rules.outcome(position) is None:
                for move in rules.legal_moves(position):
                    longer[rules.apply(position, move)] += times
        lines = longer
        counts.append(lines.total())
    return counts
