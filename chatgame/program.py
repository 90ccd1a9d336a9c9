"""The two programs, a server that waits and a client that comes, each from where its journal ends."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol

from chatgame.core.errors import Forgotten, JournalFailed, PlayerLeft, Unreachable
from chatgame.core.limits import PATIENCE
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.journal.store import Conversation, Store
from chatgame.net.addresses import is_loopback, port_option, reachable_at
from chatgame.net.dial import dial
from chatgame.net.link import Link
from chatgame.net.listen import listening
from chatgame.players.player import Player
from chatgame.session.play import CHANCE, converse

if TYPE_CHECKING:  # it needs an extra
    from chatgame.net.secure import Guard


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
        code: as the client, of a server on another computer.
        insecure: whether to talk in the clear to another computer.
        new: whether to begin afresh instead of going on with an unfinished conversation.
        name: what the person wants to be called; nothing stands for what they said last time.
        patience: in seconds, how long a partner who was lost may take to come back.
        chance: gives salts and random numbers; by default the system's own, which nobody can foresee.
    """

    host: str
    port: int
    games: Mapping[str, AnyRules]
    store: Store
    new: bool = False
    code: str | None = None
    insecure: bool = False
    name: str = ""
    patience: float = PATIENCE
    chance: Random = CHANCE


async def serve(player: Player, setting: Setting, told: Told) -> Table:
    """Open a table, wait for a client there, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    host, port, games, store, *_ = setting
    async with listening(host, port, games, told, setting.patience) as door:
        at = Seat.SERVER, host, door.port
        with _conversation(setting, told, *at) as kept, ExitStack() as stack:
            unsaid = store.unfinished(*at, closed=True)
            farewell = stack.enter_context(store.conversation(unsaid)) if unsaid else None
            secure = kept.pinned if kept.held.number else not (setting.insecure or is_loopback(host))
            guard = await _guard(kept, farewell, told) if secure else None
            await door.open(kept, farewell, guard)
            told(f"Server listening on: {host} on port: {door.port}")
            if kept.held.number:
                told("Waiting for the client of your unfinished conversation. To begin afresh, use --new.")
            elif guard:
                told(
                    "Tell your friend the code, by telephone for example; it lets in one person, once. They type:",
                    f"chatgame client --host {reachable_at(host)}{port_option(door.port)} {guard.code}",
                )
            link = await door.partner
            told(f"Connected by {link.peer}")
            if not kept.held.number:
                told("Waiting for message...")
            return await converse(player, link, games, kept, setting.chance)


async def _guard(kept: Conversation, farewell: Conversation | None, told: Told) -> "Guard":
    from chatgame.net.secure import Guard, new_certificate  # which needs an extra

    if not kept.pinned:  # who is to be told farewell knows the server by the certificate of that time
        await kept.pin((farewell and farewell.pinned) or new_certificate())
    return Guard(kept.pinned or "", told, expected=not kept.held.number)


async def join(player: Player, setting: Setting, told: Told) -> Table:
    """Join the table of a server, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    host, port, games, store, *_ = setting
    at = Seat.CLIENT, host, port

    def dialled(kept: Conversation) -> Coroutine[None, None, Link]:
        return dial(host, port, games, kept, told, setting.patience, setting.code, insecure=setting.insecure)

    if unsaid := store.unfinished(*at, closed=True):
        no_matter = (Unreachable, JournalFailed) if setting.new else ()  # who wants another is not held up by it
        with suppress(*no_matter), store.conversation(unsaid) as kept:
            try:
                await converse(player, await dialled(kept), games, kept)
            except Forgotten:
                kept.end()  # it does not wait for us
            if kept.ended:
                told("The server now knows that you have quit your last conversation.")
    with _conversation(setting, told, *at) as kept:
        link = await dialled(kept)
        told(f"Connected to: {host} on port: {port}")
        return await converse(player, link, games, kept, setting.chance)


@contextmanager
def _conversation(setting: Setting, told: Told, seat: Seat, host: str, port: int) -> Iterator[Conversation]:
    """The unfinished conversation there, or a new one."""
    store = setting.store
    number = None if setting.new else store.unfinished(seat, host, port)
    with store.conversation(number or store.fresh(seat, host, port)) as kept:
        kept.name = setting.name or kept.name
        try:
            yield kept
        except (PlayerLeft, asyncio.CancelledError):
            if kept.goes_on:
                told("Your partner is not told, and the conversation is kept: the same command goes on with it.")
            raise
