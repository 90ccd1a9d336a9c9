"""How well a bot plays; apart from the bot, since the command line names the levels before there is a bot."""

from enum import StrEnum


class Level(StrEnum):
    """How well a bot plays: so that a child can win, in between, or as well as it can."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


BOTS = {"bot": Level.MEDIUM} | {f"bot:{level}": level for level in Level}
"""The names of bots, as people type them."""
