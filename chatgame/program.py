"""The two programs, a server and a client; each continues where its journal ends."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from random import Random
from typing import NamedTuple, Protocol

from chatgame.core import sentences
from chatgame.core.errors import Diverged, Forgotten, JournalFailed, NothingSaid, PlayerLeft, Unreachable
from chatgame.core.limits import PATIENCE
from chatgame.core.log import steps
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.journal.conversation import OnDisk
from chatgame.journal.store import Store
from chatgame.net.addresses import canonical, is_loopback, reachable_at, typed
from chatgame.net.audience import Audience
from chatgame.net.dial import Way
from chatgame.net.listen import open_door
from chatgame.net.tcp import TCPDialler, TCPListener
from chatgame.net.watch import Watching
from chatgame.protocol.messages import Watchers
from chatgame.protocol.pairing import Invitation, any_code
from chatgame.session.interfaces import Player
from chatgame.session.onlooker import Onlooker, Shown
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
            attendance = Attendance(notify, typed(reachable_at(host), listener.port))

            def changed(watchers: Watchers) -> None:
                attendance.note(watchers)
                if door.partner.done():
                    door.partner.result().tell(watchers)

            audience = Audience(kept.pinned if secure else None, changed)
            audience.names[Seat.SERVER], audience.names[Seat.CLIENT] = kept.name, kept.partner
            if kept.held.number and any(entry.turn.kind is Kind.WATCH for entry in kept.entries()):
                assert kept.session, "a log is of a session"
                audience.recall(steps(Table.open(kept.session, setting.games), kept.entries()))
            stack.push_async_callback(audience.close)
            await door.open(kept, farewell, invitation, audience)
            notify(sentences.LISTENING.format(host=host, port=listener.port))
            if kept.held.number:
                notify(sentences.UNFINISHED)
            elif invitation:
                address = typed(reachable_at(host), listener.port)
                notify(sentences.CODE, sentences.CLIENT_COMMAND.format(address=address, code=invitation.code))
            while True:
                link = await door.partner
                audience.names[Seat.CLIENT] = link.partner
                if audience.status:
                    link.tell(audience.status)
                notify(sentences.CONNECTED_BY.format(peer=link.peer))
                if not kept.held.number:
                    notify(sentences.WAITING_FOR_MESSAGE)
                try:
                    return await converse(player, link, setting.games, kept, setting.chance, audience.see)
                except NothingSaid as error:
                    if (task := asyncio.current_task()) and task.cancelling():
                        raise  # the person here leaves at the same moment, so do not wait for another client
                    notify(str(error))


class Attendance:
    """Says on a screen how many watch, and what people type to watch.

    Args:
        notify: shows sentences.
        address: the server's, as people type it.
    """

    def __init__(self, notify: Notify, address: str) -> None:
        self._notify = notify
        self._address = address
        self._known: Watchers | None = None

    def note(self, now: Watchers) -> None:
        """Say what has changed."""
        known, self._known = self._known, now
        if not known or known.since != now.since:
            command = sentences.WATCH_WITH.format(address=self._address, code=now.code).rstrip()
            self._notify(sentences.WATCH_COMMAND.format(command=command))
            known = Watchers(now.since, 0)
        if now.count > known.count:
            self._notify(sentences.CAME_TO_WATCH.format(count=now.count))
        elif now.count < known.count:
            self._notify(sentences.WENT_AWAY.format(count=now.count))


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


async def watch(
    host: str,
    port: int,
    games: Mapping[str, AnyRules],
    show: Callable[[Shown], object],
    notify: Notify,
    *,
    code: str | None = None,
    insecure: bool = False,
    patience: float = PATIENCE,
) -> None:
    """Watch a conversation of others, until it is over or may not be watched any more.

    Args:
        host: the server's.
        port: the server's.
        games: those that this program has.
        show: is called with what there is to see.
        notify: shows sentences about the connection.
        code: for watchers, of a server on another computer.
        insecure: whether to watch in the clear on another computer.
        patience: seconds that a server that was lost may take to come back.

    Raises:
        ChatgameError: it failed; see `Watching.watch`.
    """
    dialler = _dialler(canonical(host), port, "watch", secure=bool(code), insecure=insecure)
    await Watching(dialler, Onlooker(games), show, notify, patience, code).watch()


def _way(setting: Setting, host: str, kept: OnDisk, notify: Notify) -> Way:
    """Return the client's way to the server: secure by the code or as before; in the clear only on this computer.

    Raises:
        Unreachable: the server is on another computer, and there is no code.
        ChatgameError: the extra that is needed is not installed.
    """
    secure = bool(setting.code or (kept.pinned and kept.held.number))
    dialler = _dialler(host, setting.port, "client", secure=secure, insecure=setting.insecure)
    told = Attendance(notify, typed(host, setting.port)).note
    return Way(dialler, setting.games, kept, notify, setting.patience, setting.code, told)


def _dialler(host: str, port: int, command: str, *, secure: bool, insecure: bool) -> TCPDialler:
    """Return what dials a server.

    Raises:
        Unreachable: the server is on another computer, and there is no code.
        ChatgameError: the extra that is needed is not installed.
    """
    if secure:
        from chatgame.net.tls import client_context  # which needs an extra

        return TCPDialler(host, port, client_context())
    if insecure or is_loopback(host):
        return TCPDialler(host, port)
    whose = "the code that the server shows there" if command == "client" else "the code for watching"
    raise Unreachable(
        f"To {'talk to' if command == 'client' else 'watch on'} another computer, add {whose}, as in: "
        f"chatgame {command} {typed(host, port)} 7-guitar-island"
    )


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
