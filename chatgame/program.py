"""The two programs, a server that waits and a client that comes, each from where its journal ends."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from random import Random, SystemRandom
from typing import NamedTuple, Protocol

from chatgame.core.errors import TurnedAway
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.journal.store import Conversation, Store
from chatgame.link.dial import dial
from chatgame.link.listen import listening
from chatgame.play import converse
from chatgame.players.player import Player

PATIENCE = 600
"""In seconds: how long a partner who was lost may take to come back, if nobody says otherwise."""


class Told(Protocol):
    """Whoever is told what goes on around the conversation, in one sentence each."""

    def __call__(self, *texts: str) -> object:
        """Take sentences for a person."""


class Setting(NamedTuple):
    """Where and how a conversation takes place.

    Attributes:
        host, port: the server's address; port 0 is any that is free.
        games: that this side has.
        store: the journal.
        new: whether to begin afresh instead of going on with an unfinished conversation.
        patience: in seconds, how long a partner who was lost may take to come back.
        chance: gives salts and random numbers; by default the system's own, which nobody can foresee.
    """

    host: str
    port: int
    games: Mapping[str, AnyRules]
    store: Store
    new: bool = False
    patience: float = PATIENCE
    chance: Random = SystemRandom()


async def serve(player: Player, setting: Setting, told: Told) -> Table:
    """Open a table, wait for a client there, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    host, port, games, store, new, patience, chance = setting
    async with listening(host, port, games, told, patience) as door:
        at = Seat.SERVER, host, door.port
        with _conversation(store, *at, new=new) as kept, ExitStack() as stack:
            unsaid = store.unfinished(*at, closed=True)
            await door.open(kept, stack.enter_context(store.conversation(unsaid)) if unsaid else None)
            told(f"Server listening on: {host} on port: {door.port}")
            if kept.entries():
                told("Waiting for the client of your unfinished conversation. To begin afresh, use --new.")
            link = await door.partner
            told(f"Connected by {link.peer}", *[] if kept.entries() else ["Waiting for message..."])
            return await converse(player, link, games, kept, chance)


async def join(player: Player, setting: Setting, told: Told) -> Table:
    """Join the table of a server, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    host, port, games, store, new, patience, chance = setting
    at = Seat.CLIENT, host, port
    if unsaid := store.unfinished(*at, closed=True):
        with store.conversation(unsaid) as kept:
            try:
                await converse(player, await dial(host, port, games, kept, told, patience), games, kept)
                told("The server now knows that you have quit your last conversation.")
            except TurnedAway:
                kept.end()  # it does not wait for us
    with _conversation(store, *at, new=new) as kept:
        link = await dial(host, port, games, kept, told, patience)
        told(f"Connected to: {host} on port: {port}")
        return await converse(player, link, games, kept, chance)


def _conversation(
    store: Store, seat: Seat, host: str, port: int, *, new: bool
) -> AbstractContextManager[Conversation]:
    """The unfinished conversation there, or a new one."""
    if new:
        store.abandon(seat, host, port)
    return store.conversation(store.unfinished(seat, host, port) or store.begin(seat, host, port))
