"""Whether a bot agrees to a draw: where the game is one, where it stands worse, or late in a game that is level.

An offer that comes soon after the start says nothing about the game, so it is declined unless the result is certain.
"""

from chatgame.core.match import Match

SOON, LATE = 10, 60
"""Plies after which a player can stand worse, and after which a level game is likely to end in a draw."""

WORSE, BETTER = 0.4, 0.55
"""The chances to win between which a game is level."""


def agrees(match: Match, chance: float, *, certain: bool) -> bool:
    """Whether a player agrees to a draw.

    Args:
        match: the game that is on.
        chance: how likely the player is to win, from 0 to 1.
        certain: whether that was proved.
    """
    if certain:
        return chance < BETTER
    return (match.ply >= SOON and chance < WORSE) or (match.ply >= LATE and chance < BETTER)
