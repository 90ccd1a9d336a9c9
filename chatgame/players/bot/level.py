"""How well a bot plays."""

from enum import StrEnum


class Level(StrEnum):
    """How well a bot plays: so that a child can win, in between, or as well as it can."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"
