"""The two programs, a server and a client; each continues where its journal ends."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from random import Random
from typing import NamedTuple, Protocol

from chatgame.core import sentences
from chatgame.core.errors import Diverged, Forgotten, JournalFailed, NothingSaid, PlayerLeft, Unreachable
from chatgame.core.limits import PATIENCE
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.journal.conversation import OnDisk
from chatgame.journal.store import Store
from chatgame.net.addresses import canonical, is_loopback, reachable_at, typed
from chatgame.net.dial import Way
from chatgame.net.listen import open_door
from chatgame.net.tcp import TCPDialler, TCPListener
from chatgame.protocol.pairing import Invitation, any_code
from chatgame.session.interfaces import Player
from chatgame.session.play import CHANCE, converse


class Notify(Protocol):
    """A function that shows a person sentences about what goes on around the conversation."""

    def __call__(self, *texts: str) -> object:
        """Show sentences."""


class Setting(NamedTuple):
    """Where and how a conversation takes place.

    Attributes:
        host, port: the server's address; port 0 stands for any free port.
        games: the games that this side has.
        store: the journal.
        code: for a client, the code of a server on another computer.
        insecure: whether to talk in the clear to another computer.
        new: whether to begin afresh instead of continuing an unfinished conversation.
        name: what the person wants to be called; an empty string stands for the name they gave last time.
        patience: seconds that a lost partner may take to come back.
        chance: the source of salts and random numbers; by default the system's own, which nobody can predict.
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


async def serve(player: Player, setting: Setting, notify: Notify) -> Table:
    """Open a table, wait for a client there, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    host = canonical(setting.host)
    listener = await TCPListener.bind(host, setting.port)
    async with open_door(listener, setting.games, notify, setting.patience) as door:
        at = Seat.SERVER, host, listener.port
        async with _conversation(setting, notify, *at) as kept, AsyncExitStack() as stack:
            unsaid = setting.store.unfinished(*at, closed=True)
            farewell = await stack.enter_async_context(setting.store.conversation(unsaid)) if unsaid else None
            secure = kept.pinned if kept.held.number else not (setting.insecure or is_loopback(host))
            invitation = await _secured(listener, kept, farewell) if secure else None
            await door.open(kept, farewell, invitation)
            notify(sentences.LISTENING.format(host=host, port=listener.port))
            if kept.held.number:
                notify(sentences.UNFINISHED)
            elif invitation:
                address = typed(reachable_at(host), listener.port)
                notify(sentences.CODE, sentences.CLIENT_COMMAND.format(address=address, code=invitation.code))
            while True:
                link = await door.partner
                notify(sentences.CONNECTED_BY.format(peer=link.peer))
                if not kept.held.number:
                    notify(sentences.WAITING_FOR_MESSAGE)
                try:
                    return await converse(player, link, setting.games, kept, setting.chance)
                except NothingSaid as error:
                    if (task := asyncio.current_task()) and task.cancelling():
                        raise  # the person here leaves at the same moment, so do not wait for another client
                    notify(str(error))


async def _secured(listener: TCPListener, kept: OnDisk, farewell: OnDisk | None) -> Invitation:
    """Make the listener's connections secure; returns an invitation, without a code if nobody new is expected."""
    from chatgame.net.tls import new_certificate, server_tls  # which needs an extra

    if not kept.pinned:  # a client that does not know of the farewell yet knows the server by its certificate
        await kept.pin((farewell and farewell.pinned) or new_certificate())
    listener.tls = server_tls(kept.pinned or "")
    return Invitation(None if kept.held.number else any_code(secrets.randbelow))


async def join(player: Player, setting: Setting, notify: Notify) -> Table:
    """Join the table of a server, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    host, port, games, store = canonical(setting.host), setting.port, setting.games, setting.store
    at = Seat.CLIENT, host, port
    if unsaid := store.unfinished(*at, closed=True):
        no_matter = (Unreachable, JournalFailed) if setting.new else ()  # they do not keep a person from a new one
        with suppress(*no_matter):
            async with store.conversation(unsaid) as kept:
                try:
                    await converse(player, await _way(setting, host, kept, notify).connect(), games, kept)
                except (Forgotten, Diverged):
                    await kept.end()  # the server does not expect us any more
                if kept.ended:
                    notify(sentences.FAREWELL_HEARD)
    async with _conversation(setting, notify, *at) as kept:
        link = await _way(setting, host, kept, notify).connect()
        notify(sentences.CONNECTED_TO.format(host=host, port=port))
        return await converse(player, link, games, kept, setting.chance)


def _way(setting: Setting, host: str, kept: OnDisk, notify: Notify) -> Way:
    """Return the client's way to the server: secure by the code or as before; in the clear only on this computer.

    Raises:
        Unreachable: the server is on another computer, and there is no code.
        ChatgameError: the extra that is needed is not installed.
    """
    tls = None
    if setting.code or (kept.pinned and kept.held.number):
        from chatgame.net.tls import client_context  # which needs an extra

        tls = client_context()
    elif not (setting.insecure or is_loopback(host)):
        raise Unreachable(
            "To talk to another computer, add the code that the server shows there, as in: "
            f"chatgame client {typed(host, setting.port)} 7-guitar-island"
        )
    dialler = TCPDialler(host, setting.port, tls)
    return Way(dialler, setting.games, kept, notify, setting.patience, setting.code)


@asynccontextmanager
async def _conversation(setting: Setting, notify: Notify, seat: Seat, host: str, port: int) -> AsyncIterator[OnDisk]:
    """The unfinished conversation there, or a new one."""
    store = setting.store
    number = None if setting.new else store.unfinished(seat, host, port)
    if number is None:
        number = await asyncio.to_thread(store.fresh, seat, host, port)
    async with store.conversation(number) as kept:
        kept.name = setting.name or kept.name
        try:
            yield kept
        except (PlayerLeft, asyncio.CancelledError):
            if kept.goes_on:
                notify(sentences.KEPT)
            raise
