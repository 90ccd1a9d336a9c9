"""Whether a bot agrees to a draw: where the game is one, where it stands worse, or late in a game that is level.

An offer that comes soon after the start says nothing about the game, so it is declined unless the result is certain.
"""

from chatgame.core.match import Match

SOON, LATE = 10, 60
"""Plies from which one can stand worse, and from which a level game is likely to end in a draw."""

WORSE, BETTER = 0.4, 0.55
"""The chances to win between which a game is level."""


def agrees(match: Match, chance: float, *, certain: bool) -> bool:
    """Whether a player agrees to a draw whose chance to win is so high, in its own judgement, or so certain."""
    if certain:
        return chance < BETTER
    return (match.ply >= SOON and chance < WORSE) or (match.ply >= LATE and chance < BETTER)
