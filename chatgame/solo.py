"""A conversation of the person at this terminal with a bot or a program, over streams in memory."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from random import Random, SystemRandom
from typing import Any

from chatgame.core import sentences
from chatgame.core.errors import PartnerLeft
from chatgame.core.seats import Seat
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory
from chatgame.players.bot.level import Level
from chatgame.players.first_line import FirstLine, line_to_play
from chatgame.players.named import BOT_PACE, seated
from chatgame.players.person.terminal import console_at
from chatgame.players.program.command import Command
from chatgame.plugins import installed_games
from chatgame.session.play import converse


async def play_alone(
    other: Level | Command, limit: float, game: Sequence[str], seed: int | None, **console_options: Any
) -> None:
    """Talk and play with a bot or a program.

    Args:
        other: who plays.
        limit: seconds that a program has for each line.
        game: the words that name the one to start at once; none to begin with chat.
        seed: the source of the bot's choices, or None for other ones each time.
        console_options: those of `console_at`.

    Raises:
        ChatgameError: it failed; the sentence says why, and what to do.
    """
    games, problems = installed_games()
    chance = Random(seed) if seed is not None else SystemRandom()  # noqa: S311  # the user wants it to be repeatable
    first = line_to_play(game, games) if game else None
    opposite = "the bot" if isinstance(other, Level) else "the program"
    async with (
        console_at(Seat.CLIENT, opposite=opposite, **console_options) as console,
        seated(other, limit, console.notify, chance, BOT_PACE) as at,
    ):
        player = FirstLine(console, first) if first else console
        ours, theirs = linked_in_memory(games)
        console.notify(sentences.ALONE.format(whom=opposite.replace("the", "a")), *problems)
        partner = asyncio.create_task(converse(at(Seat.SERVER), theirs, games, InMemory(Seat.SERVER), chance))
        try:
            await converse(player, ours, games, InMemory(Seat.CLIENT), chance)
        finally:
            with suppress(PartnerLeft):
                await partner
