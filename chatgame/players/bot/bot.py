"""A bot: it sits at a seat like a person, chats a little and plays every game that it knows.

By one search it plays every game whose moves can be listed, and others by a small strategy for each, ours or that of
the game's author. It lets its partner take moves back, and agrees to a draw where a fair person would. If its partner
asks to let people watch, it agrees: it has nothing to hide.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from itertools import count, takewhile
from random import Random
from threading import Event
from time import monotonic

from chatgame.core.log import Step
from chatgame.core.match import Match
from chatgame.core.offers import ACCEPT, DECLINE, UNDO
from chatgame.core.rules import ANY_FAILURE, AnyRules, Rules
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.players.bot.level import Level

SIMULATIONS = {Level.EASY: 4, Level.MEDIUM: 200, Level.HARD: 4_000}
"""How many games the search may try for one move."""

SECONDS = 1.0
"""Seconds that a bot which thinks by the clock takes for one move at `Level.HARD`; at the others, at most."""

ASKS_FOR_HELP = re.compile(r"\bhelp\b|\bwhat (can|do) you\b|\b(what|which) games\b", re.IGNORECASE)

SMALL_TALK = (
    "I see. Shall we play? Type play {game}.",
    "Tell me more, or type play {game}.",
    "I am better at games than at words. How about play {game}?",
)


def knows(rules: AnyRules) -> bool:
    """Whether a bot can play a game."""
    from chatgame.players.bot.strategies import HANDS, STRATEGIES  # with its games, an eighth of the start

    has_strategy = rules.name in (*STRATEGIES, *HANDS) or type(rules).strategy is not Rules.strategy
    return has_strategy or lists_moves(rules)


def lists_moves(rules: AnyRules) -> bool:
    """Whether a game says which moves there are."""
    return type(rules).legal_moves is not Rules.legal_moves


class Bot:
    """A player that is a program.

    Args:
        seat: where it sits.
        level: how well it plays.
        chance: the source of its random choices.
        pace: seconds that it waits before each line, as if it thought.
        timed: whether it thinks by the clock; otherwise it always tries the same number of games, so that the same
            random choices lead to the same moves.
    """

    def __init__(self, seat: Seat, level: Level, chance: Random, pace: float = 0.0, *, timed: bool = False) -> None:
        self._seat = seat
        self._level = level
        self._chance = chance
        self._pace = pace
        self._timed = timed
        self._greeted = False
        self._secret: str | None = None  # what it hides in the game that is on
        self._lines: list[str] = []  # to say before anything else
        self._judged = True  # whether the last line was accepted or refused
        self._asked_for_help = False

    async def ask(self, table: Table) -> str:
        """The next line."""
        await asyncio.sleep(self._pace)
        self._judged = False
        if self._lines:
            return self._lines.pop(0)
        if table.watching.asked_by:
            return f"/{ACCEPT}"
        helping, self._asked_for_help = self._asked_for_help, False
        if table.playing:
            return self._explain(table.playing) if helping else await self._move(table.playing)
        return self._offer(table) if helping else self._chat(table)

    async def see(self, step: Step) -> None:
        """Remember what the turn means for the next line, such as that the game is over."""
        self._secret = step.secret
        self._judged = self._judged or step.turn.seat is self._seat
        if step.turn.kind is Kind.SAY:
            self._asked_for_help = step.turn.seat is not self._seat and bool(ASKS_FOR_HELP.search(step.turn.text))
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
        if not knows(match.rules):
            self._lines = ["/resign"]
            return f"/say I have not learnt {match.rules.title} yet."
        stop = Event()
        try:
            return await asyncio.to_thread(self._thought, match, stop)
        except ANY_FAILURE as error:
            self._lines = ["/resign"]
            return f"/say I cannot play on: the rules of {match.rules.title} failed ({type(error).__name__})."
        finally:
            stop.set()

    def _thought(self, match: Match, stop: Event) -> str:
        """What to type in a match, thought of until `stop` is set."""
        from chatgame.players.bot.search import best_move
        from chatgame.players.bot.strategies import HANDS, STRATEGIES
        from chatgame.players.bot.worlds import worlds_of

        rules, position, chance = match.rules, match.position, self._chance
        side = Side(match, self._seat, self._secret)
        if match.offer:
            return ACCEPT if self._agrees_to_draw(side, stop) else DECLINE
        if strategy := STRATEGIES.get(rules.name):
            return strategy(position, self._seat, self._level, chance)
        if from_hand := HANDS.get(rules.name):
            return from_hand(position, side.hand, self._level, chance)
        typed = rules.strategy(position, self._seat, side.own, self._level, chance.getrandbits(64))
        if typed is not None:
            return typed
        if match.hides_for_good:
            return "random"
        guess = worlds_of(side, chance)
        return str(best_move(rules, position, self._budget(stop), chance, guess))

    def _agrees_to_draw(self, side: Side, stop: Event) -> bool:
        from chatgame.players.bot.draws import agrees
        from chatgame.players.bot.search import prospect
        from chatgame.players.bot.strategies import chess_prospect
        from chatgame.players.bot.worlds import worlds_of

        match = side.match
        if match.rules.name == "chess":  # in which random games say little
            other, certain = chess_prospect(match.position, self._level)
        elif not lists_moves(match.rules):
            return False
        else:
            guess = worlds_of(side, self._chance)
            budget = self._budget(stop, least=SIMULATIONS[Level.MEDIUM])
            other, certain = prospect(match.rules, match.position, budget, self._chance, guess)
        return agrees(match, 1 - other, certain=certain)

    def _budget(self, stop: Event, least: int = 0) -> Iterator[int]:
        """An iterator with one item for each game that may be tried."""
        number, end = max(least, SIMULATIONS[self._level]), monotonic() + SECONDS
        if not self._timed:
            return takewhile(lambda _: not stop.is_set(), range(number))
        games = count() if self._level is Level.HARD else range(number)
        return takewhile(lambda _: monotonic() < end and not stop.is_set(), games)

    def _explain(self, match: Match) -> str:
        """A remark on a game that is on, for a partner who asked for help."""
        return f"/say This is {match.rules.title}. {match.rules.about} For the commands, type /help."

    def _chat(self, table: Table) -> str:
        if not self._greeted:
            self._greeted = True
            return f"Hello! I am a bot. {self._offer(table)}"
        return self._chance.choice(SMALL_TALK).format(game=self._chance.choice(self._games(table) or ["with words"]))

    def _offer(self, table: Table) -> str:
        """What the bot can do."""
        games = self._games(table)
        if not games:
            return "We have no game in common that I know, so I can only chat a little."
        return f"I play {'; '.join(games)}. To start one, type play and its name, as in: play {games[0]}"

    def _games(self, table: Table) -> list[str]:
        """The titles of the games that the bot knows, which do for their names after `play`."""
        return [rules.title for rules in table.games.values() if knows(rules)]
