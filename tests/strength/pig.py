"""Pig, solved exactly: the best play that there is, and how often the bot wins against it.

See Neller and Presser, "Optimal play of the dice game Pig" (2004), which iterates values as here.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from chatgame.core.seats import Seat
from chatgame.games.pig import GOAL, Position
from chatgame.players.bot.level import Level
from chatgame.players.bot.strategies import roll_or_hold

CLOSE = 1e-9

Decide = Callable[[int, Any, Any], Any]
"""Takes the points of a turn and the chances after a hold and after a roll, and returns those chances that count.

Chances are arrays by the points that the player on turn holds, and those that the other holds.
"""


def chance_of(level: Level) -> float:
    """How often a bot wins against the best play, where each begins as often as the other."""
    best = _settled(lambda begin: _turn(begin, lambda _, hold, roll: np.maximum(hold, roll)))
    after_hold, after_roll = [], []

    def kept(_: int, hold: Any, roll: Any) -> Any:
        after_hold.append(hold)
        after_roll.append(roll)
        return np.maximum(hold, roll)

    _turn(best, kept)
    holds_best = [hold > roll for hold, roll in zip(after_hold, after_roll, strict=True)][::-1]
    holds_bot = [_holds(level, points) for points in range(GOAL)]

    def by(holds: list[Any]) -> Decide:
        return lambda points, hold, roll: np.where(holds[points], hold, roll)

    def both(begin: Any) -> Any:
        """The chances of either player when it begins a turn, the bot first."""
        bot, other = begin
        return np.array([_turn(other, by(holds_bot)), _turn(bot, by(holds_best))])

    bot, other = _settled(both, (2, GOAL, GOAL))
    return float((bot[0, 0] + 1 - other[0, 0]) / 2)


def _holds(level: Level, points: int) -> Any:
    """Where the bot holds."""
    seat, chance = Seat.CLIENT, Random(0)
    return np.array(
        [
            [
                points > 0
                and held + points < GOAL
                and roll_or_hold(Position(seat, held, other, points, "6"), seat, level, chance) == "hold"
                for other in range(GOAL)
            ]
            for held in range(GOAL)
        ]
    )


def _turn(other: Any, decide: Decide) -> Any:
    """The chances to win for the player who begins a turn, from those of the other who then begins one."""
    lost = 1 - other.T  # the turn is over, and its points are lost
    won = np.ones((GOAL, GOAL))
    after = [won] * (GOAL + 6)  # by the points of the turn
    for points in reversed(range(GOAL)):
        hold = np.vstack([lost[points:], won[:points]]) if points else np.zeros((GOAL, GOAL))
        roll = (lost + sum(after[points + die] for die in range(2, 7))) / 6
        after[points] = decide(points, hold, roll)
        after[points][GOAL - points :] = 1
    return after[0]


def _settled(improve: Callable[[Any], Any], shape: tuple[int, ...] = (GOAL, GOAL)) -> Any:
    """What values become when they are improved until they stay."""
    values = np.full(shape, 0.5)
    while np.abs((better := improve(values)) - values).max() > CLOSE:
        values = better
    return better
