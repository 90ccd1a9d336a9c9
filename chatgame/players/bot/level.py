"""How well a bot plays; apart from the bot, since the command line names the levels before there is a bot."""

from enum import StrEnum


class Level(StrEnum):
    """How well a bot plays the games that it searches."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"
