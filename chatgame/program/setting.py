"""Where and how a conversation takes place, and what the journal has of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Protocol

from msgspec import Struct

from chatgame.core import sentences
from chatgame.core.errors import PlayerLeft
from chatgame.core.limits import PATIENCE
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.journal.conversation import OnDisk
from chatgame.journal.store import Store
from chatgame.net.addresses import Relay
from chatgame.session.play import CHANCE


class Notify(Protocol):
    """A function that shows a person sentences about what goes on around the conversation."""

    def __call__(self, *texts: str) -> object:
        """Show sentences."""


class Setting(Struct, frozen=True):
    """Where and how a conversation takes place.

    Attributes:
        host, port: the server's address; port 0 stands for any free port.
        relays: over which the two talk; a client's code is of the first. Without any, they talk on a direct line.
        games: the games that this side has.
        store: the journal.
        code: for a client, the code of a server on another computer.
        insecure: whether to talk in the clear to another computer.
        conversation: the number of the one to go on with; None stands for the last one there.
        new: whether to begin afresh instead of continuing an unfinished conversation.
        name: what the person wants to be called; an empty string stands for the name they gave last time.
        patience: seconds that a lost partner may take to come back.
        chance: the source of salts and random numbers; by default the system's own, which nobody can predict.
        counted: is called with how many watch, and how one comes to watch, in lines, whenever that has changed.
    """

    host: str
    port: int
    games: Mapping[str, AnyRules]
    store: Store
    relays: Sequence[Relay] = ()
    conversation: int | None = None
    new: bool = False
    code: str | None = None
    insecure: bool = False
    name: str = ""
    patience: float = PATIENCE
    chance: Random = CHANCE
    counted: Callable[[int, str], object] = lambda _count, _how: None


@asynccontextmanager
async def closed_conversation(setting: Setting, seat: Seat, host: str, port: int) -> AsyncIterator[OnDisk | None]:
    """The last conversation there that this side has closed, and whose partner may not know it, if there is one."""
    number = setting.store.unfinished(seat, host, port, relayed=bool(setting.relays), closed=True)
    if number is None:
        yield None
        return
    async with setting.store.conversation(number) as closed:
        yield closed


@asynccontextmanager
async def conversation(setting: Setting, notify: Notify, seat: Seat, host: str, port: int) -> AsyncIterator[OnDisk]:
    """The conversation that was asked for by its number, the unfinished one there, or a new one."""
    store, relays = setting.store, " ".join(map(str, setting.relays))
    code = setting.code or "" if relays else ""
    number = setting.conversation
    if number is None and not setting.new:
        number = store.unfinished(seat, host, port, relayed=bool(relays), code=code)
        if number and relays and not code and (count := store.unfinished_over_relays(seat)) > 1:
            notify(sentences.NEWEST.format(number=number, count=count))
    if number is None:
        number = await asyncio.to_thread(store.fresh, seat, host, port, relays, code)
    async with store.conversation(number) as kept:
        kept.name = setting.name or kept.name
        if relays:
            await kept.keep_relays(relays)
        try:
            yield kept
        except (PlayerLeft, asyncio.CancelledError):
            if kept.goes_on:
                notify(sentences.KEPT)
            raise
        if kept.unheard:
            notify(sentences.QUIT_NOT_HEARD)
