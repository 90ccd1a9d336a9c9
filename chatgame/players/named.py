"""Players by what people call them on the command line: `bot`, `bot:hard`, or the command of a program."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from random import Random, SystemRandom

from chatgame.core.seats import Seat
from chatgame.players.bot.level import BOTS, Level
from chatgame.players.program.command import Command, read_command
from chatgame.session.interfaces import Player


def read_player(text: str) -> Level | Command:
    """Read the name of a bot, or a command.

    Raises:
        ValueError: it is neither; the text says what is wrong.
    """
    if text in BOTS:
        return BOTS[text]
    if text.startswith("bot:"):
        raise ValueError(f"The bots are {', '.join(BOTS)}")
    return read_command(text)


def called(players: Sequence[Level | Command]) -> list[str]:
    """What to call these players; each differently."""
    names = [f"bot:{player}" if isinstance(player, Level) else player.name for player in players]
    return [f"{name} ({number})" if names.count(name) > 1 else name for number, name in enumerate(names, 1)]


BOT_PACE = 0.5
"""Seconds that a bot waits before it answers a person, so that they can follow."""


@asynccontextmanager
async def seated(
    player: Level | Command, limit: float, notify: Callable[[str], object], chance: Random, pace: float = 0.0
) -> AsyncIterator[Callable[[Seat], Player]]:
    """Have a player ready as long as the context lasts; yields a function that takes a seat for it.

    Args:
        player: what `read_player` has read.
        limit: seconds that a program has for each line.
        notify: tells the person who started chatgame what was wrong with a program.
        chance: the source of a bot's choices. With the system's own, which cannot be repeated, a bot thinks by the
            clock.
        pace: seconds that a bot waits before each line.

    Raises:
        ChatgameError: the program cannot be started; or, inside the context, it has failed.
    """
    if isinstance(player, Level):
        from chatgame.players.bot.bot import Bot  # which programs do not need

        yield lambda seat: Bot(seat, player, chance, pace, timed=isinstance(chance, SystemRandom))
        return
    from chatgame.players.program.program import program_at_seat  # which bots do not need

    async with program_at_seat(player, limit, notify) as program:
        yield program.at
