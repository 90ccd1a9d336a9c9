"""A bot: it sits at a seat like a person, chats a little and plays every game that it knows.

It plays every game whose moves can be listed, by one search, and some others, each by a small strategy. It lets its
partner take moves back, and agrees to a draw unless it expects to win. It lets people watch who its partner lets in:
it has nothing to hide.
"""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from random import Random
from typing import Any

from chatgame.core.log import Step
from chatgame.core.match import Match
from chatgame.core.offers import ACCEPT, DECLINE, UNDO
from chatgame.core.rules import ANY_FAILURE, AnyRules, Rules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.players.bot.search import best_move, winner
from chatgame.players.bot.strategies import HANDS, STRATEGIES


class Level(StrEnum):
    """How well a bot plays the games that it searches."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


BUDGETS = {Level.EASY: 60, Level.MEDIUM: 2_000, Level.HARD: 30_000}
"""How many positions the search may visit for one move."""

SMALL_TALK = (
    "I see. Shall we play? Type play {game}.",
    "Tell me more, or type play {game}.",
    "I am better at games than at words. How about play {game}?",
)


def knows(rules: AnyRules) -> bool:
    """Whether a bot can play a game."""
    return rules.name in (*STRATEGIES, *HANDS) or type(rules).legal_moves is not Rules.legal_moves


def _response_to_draw(rules: AnyRules, position: Any, budget: int, chance: Random) -> str:
    """Decline if the bot's own play says that the partner, whose move it is and who makes the offer, would lose."""
    return ACCEPT if winner(rules, position, budget, chance) in (None, rules.to_act(position)) else DECLINE


class Bot:
    """A player that is a program.

    Args:
        seat: where it sits.
        level: how well it plays.
        chance: the source of its random choices.
        pace: seconds that it waits before each line, as if it thought.
    """

    def __init__(self, seat: Seat, level: Level, chance: Random, pace: float = 0.0) -> None:
        self._seat = seat
        self._level = level
        self._chance = chance
        self._pace = pace
        self._greeted = False
        self._secret: str | None = None  # what it hides in the game that is on
        self._lines: list[str] = []  # to say before anything else
        self._judged = True  # whether the last line was accepted or refused

    async def ask(self, table: Table) -> str:
        """The next line."""
        await asyncio.sleep(self._pace)
        self._judged = False
        if self._lines:
            return self._lines.pop(0)
        if table.watching.asked_by:
            return f"/{ACCEPT}"
        if table.playing:
            return await self._move(table.playing)
        return self._chat(table)

    async def see(self, step: Step) -> None:
        """Think of something to say about a game that has ended."""
        self._secret = step.secret
        self._judged = self._judged or step.turn.seat is self._seat
        after = step.after
        over = step.before.playing and not after.playing
        if over and after.token is self._seat and after.match and after.match.outcome:
            winner = after.match.outcome.winner
            won = {self._seat: "I won! Again?", self._seat.other: "Well played, you won.", None: "A draw. Again?"}
            self._lines = [won[winner]]

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:  # noqa: ARG002  # the steps say all
        """Greet only in a new conversation."""
        self._greeted = bool(steps)
        self._secret = steps[-1].secret if steps else None

    async def hear(self, text: str) -> None:  # noqa: ARG002  # the reason does not matter
        """Give up a game in which a line of the bot's was refused: it cannot play that game after all."""
        if not self._judged:
            self._lines = ["/resign"]

    async def _move(self, match: Match) -> str:
        if match.offer == UNDO:
            return ACCEPT
        strategy = STRATEGIES.get(match.rules.name)
        if strategy:
            return strategy(match.position, self._seat, self._chance)
        if from_hand := HANDS.get(match.rules.name):
            return from_hand(match.position, match.hand(self._seat, self._secret), self._chance)
        if not knows(match.rules):
            self._lines = ["/resign"]
            return f"/say I have not learnt {match.rules.title} yet."
        think, budget = _response_to_draw if match.offer else best_move, BUDGETS[self._level]
        try:
            return str(await asyncio.to_thread(think, match.rules, match.position, budget, self._chance))
        except ANY_FAILURE as error:
            self._lines = ["/resign"]
            return f"/say I cannot play on: the rules of {match.rules.title} failed ({type(error).__name__})."

    def _chat(self, table: Table) -> str:
        games = [name for name, rules in table.games.items() if knows(rules)]
        if not self._greeted:
            self._greeted = True
            return f"Hello! I am a bot and play {', '.join(games)}. Type play and one of them."
        return self._chance.choice(SMALL_TALK).format(game=self._chance.choice(games or ["with words"]))
