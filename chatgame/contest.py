"""A contest: two players play one game many times, over streams in memory, and begin in turn."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from math import sqrt
from random import Random, SystemRandom
from typing import NamedTuple

from chatgame.core.errors import PartnerLeft
from chatgame.core.limits import MAX_PERSON
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.folders import journal_path
from chatgame.journal.journal import InMemory
from chatgame.journal.reader import A_MATCH
from chatgame.journal.store import Store
from chatgame.net.memory import linked_in_memory
from chatgame.players.bot.level import Level
from chatgame.players.first_line import FirstLine, line_to_play
from chatgame.players.named import called, seated
from chatgame.players.person.output import look_of_output, write_output
from chatgame.players.person.progress import progress
from chatgame.players.person.screen import shown
from chatgame.players.program.command import Command
from chatgame.plugins import installed_games
from chatgame.session.interfaces import Journal, Player
from chatgame.session.play import CHANCE, converse

PLACE = A_MATCH, 0
"""Where the journal says that these conversations were: they had no address."""

CONFIDENT = 1.96
"""Standard deviations around the mean of a normal distribution that hold 95 % of it."""

LONGEST = 5000
"""Turns after which a game counts as drawn: two programs may go on forever, as with rock against rock."""

AtSeat = Callable[[Seat], Player]
"""Takes a seat for a player."""


class Score(NamedTuple):
    """How many games the first player has won and lost, and how many were drawn."""

    won: int = 0
    lost: int = 0
    drawn: int = 0

    @property
    def games(self) -> int:
        """How many were played."""
        return sum(self)

    @property
    def share(self) -> float:
        """The first player's part of the points, from 0 to 1, where a draw gives half a point to each."""
        return (self.won + self.drawn / 2) / self.games

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share would be after very many games, with 95 % confidence (Wilson 1927).

        Draws only make the true interval narrower.
        """
        z, n, p = CONFIDENT, self.games, self.share
        middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


async def play_match(
    players: Sequence[Level | Command], limit: float, game: Sequence[str], count: int, *, seed: int | None, keep: bool
) -> None:
    """Let two bots or programs play many games, and write their score.

    Args:
        players: the two.
        limit: seconds that a program has for each line.
        game: the words that name it.
        count: how many games.
        seed: the source of everything that comes by chance, or None for other games each time.
        keep: whether the journal keeps them.

    Raises:
        ChatgameError: it failed; the sentence says why, and what to do.
    """
    games, problems = installed_games()
    line = line_to_play(game, games)
    with progress() as bar, ExitStack() as stack:
        for problem in problems:
            bar.say(problem)
        # To open the journal may have to wait for another program.
        store = stack.enter_context(await asyncio.to_thread(Store, journal_path())) if keep else None
        # Each has its own, so that nothing depends on which of two is the first to draw a number.
        chances = [SystemRandom() if seed is None else Random(f"{seed} {n}") for n in range(4)]  # noqa: S311
        contest = Contest(games, line, called(players), store, chances[2:])
        try:
            async with AsyncExitStack() as seats:
                at_seats = [
                    await seats.enter_async_context(seated(player, limit, bar.say, chance))
                    for player, chance in zip(players, chances, strict=False)
                ]
                for number in range(count):
                    bar.show(number, count, contest.standing())
                    await contest.play_game(*at_seats)
        finally:
            bar.clear()
            for text in contest.report():
                write_output(shown(text, look_of_output()))


class Contest:
    """Games that are played one after the other.

    Args:
        games: the rules of all games, by name.
        line: opens the game, as in `play rps 3`.
        names: of the two players.
        store: the journal that keeps the games, or None.
        chances: where each player's salts, secrets and part of random numbers come from.

    Attributes:
        score: so far.
        kept: the numbers of the conversations in the journal.
    """

    def __init__(
        self,
        games: Mapping[str, AnyRules],
        line: str,
        names: Sequence[str],
        store: Store | None = None,
        chances: Sequence[Random] = (CHANCE, CHANCE),
    ) -> None:
        self.score = Score()
        self.kept: list[int] = []
        self._games = games
        self._line = line
        self._names = names
        self._store = store
        self._chances = chances

    async def play_game(self, first: AtSeat, second: AtSeat) -> None:
        """Play one more game; the seat that is invited, where the first player sits in every other game, begins.

        Raises:
            ProgramFailed: one of the players has ended.
            JournalFailed: the game cannot be kept.
        """
        own = Seat.CLIENT if self.score.games % 2 else Seat.SERVER
        players = {own: first(own), own.other: second(own.other)}
        chances = dict(zip((own, own.other), self._chances, strict=True))
        links = dict(zip(Seat, linked_in_memory(self._games), strict=True))
        async with self._journal(own, links[own].session) as journal:
            journals = {own: journal, own.other: InMemory(own.other)}
            results = await asyncio.gather(
                *(
                    converse(
                        _Contestant(players[seat], self._line),
                        links[seat],
                        self._games,
                        journals[seat],
                        chances[seat],
                    )
                    for seat in Seat
                ),
                return_exceptions=True,
            )
        errors = [result for result in results if isinstance(result, BaseException)]
        if errors:  # the other one's is only that its partner has left
            raise min(errors, key=lambda error: isinstance(error, PartnerLeft))
        table = results[0]
        assert isinstance(table, Table), "errors were raised above"
        assert table.match, "a game was played"
        end = table.match.outcome
        winner, (won, lost, drawn) = end and end.winner, self.score
        self.score = Score(won + (winner is own), lost + (winner is own.other), drawn + (winner is None))

    @asynccontextmanager
    async def _journal(self, seat: Seat, session: str) -> AsyncIterator[Journal]:
        """The journal of the first player for one game."""
        if not self._store:
            yield InMemory(seat)
            return
        number = await asyncio.to_thread(self._store.create, seat, *PLACE)
        async with self._store.conversation(number) as journal:
            journal.name, partner = (name[:MAX_PERSON] for name in self._names)
            await journal.keep_partner(session, None, partner)
            self.kept.append(number)
            yield journal

    def standing(self) -> str:
        """The score so far, in a line."""
        first, second = self._names
        return f"{first} won {self.score.won}, {second} won {self.score.lost}, {self.score.drawn} drawn"

    def report(self) -> list[str]:
        """The result, in sentences."""
        if not self.score.games:
            return []
        low, high = self.score.interval
        points = f"{_percent(self.score.share)} of the points"
        counted = f"{self.score.games} game{'s' if self.score.games > 1 else ''}"
        lines = [
            f"After {counted}: {self.standing()}.",
            f"{self._names[0]} has {points} (95 % interval: {_percent(low)} to {_percent(high)}).",
        ]
        if self.kept:
            lines.append(f"Kept from number {self.kept[0]} to {self.kept[-1]} in `chatgame history`.")
        return lines


def _percent(part: float) -> str:
    return f"{100 * part:.0f} %"


class _Contestant(FirstLine):
    """Opens the game at once, lets the player play it, and then ends the conversation."""

    def __init__(self, player: Player, line: str) -> None:
        super().__init__(player, line, lambda table: not table.match)

    async def ask(self, table: Table) -> str:
        """What the player types in the game. It cannot leave before the end without losing."""
        if table.match and (not table.playing or table.number >= LONGEST):
            return "/q"
        line = await super().ask(table)
        return "/resign" if line == "/q" else line
