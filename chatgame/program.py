"""The two programs, a server and a client; each continues where its journal ends."""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol

from chatgame.core import sentences
from chatgame.core.errors import (
    Diverged,
    Forgotten,
    JournalFailed,
    NothingSaid,
    PlayerLeft,
    TurnedAway,
    Unreachable,
    unwrapped,
)
from chatgame.core.limits import PATIENCE
from chatgame.core.log import steps
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.journal.conversation import OnDisk
from chatgame.journal.store import Store
from chatgame.net.addresses import Numbered, Relay, canonical, is_loopback, reachable_at, typed
from chatgame.net.tcp import TCPDialler, TCPListener
from chatgame.net.transport import Dialler
from chatgame.protocol.messages import Watchers
from chatgame.protocol.pairing import Invitation, any_code, code_with, drawn, number_of
from chatgame.session.interfaces import Journal, Player
from chatgame.session.play import CHANCE, converse

if TYPE_CHECKING:
    from chatgame.net.audience import Audience
    from chatgame.net.dial import Way
    from chatgame.net.listen import Door
    from chatgame.session.onlooker import Shown


class Notify(Protocol):
    """A function that shows a person sentences about what goes on around the conversation."""

    def __call__(self, *texts: str) -> object:
        """Show sentences."""


class Setting(NamedTuple):
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
        counted: is called with how many watch, whenever that has changed.
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
    counted: Callable[[int], object] = bool


async def serve(player: Player, setting: Setting, notify: Notify) -> Table:
    """Open a table, wait for a client there, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    from chatgame.net.audience import Audience
    from chatgame.net.listen import open_door  # which a client does without

    if setting.relays:
        return await _serve_over_relays(player, setting, notify)
    host = canonical(setting.host)
    listener = await TCPListener.bind(host, setting.port)
    async with open_door(listener, setting.games, notify, setting.patience) as door:
        at = Seat.SERVER, host, listener.port
        async with _conversation(setting, notify, *at) as kept, _closed_conversation(setting, *at) as farewell:
            invitation = None
            if kept.pinned if kept.held.number else not (setting.insecure or is_loopback(host)):
                # A client that does not know of the farewell yet knows the server by its certificate.
                listener.tls = await _secured(kept, farewell.pinned if farewell else None)
                invitation = Invitation(None if kept.held.number else any_code(secrets.randbelow))

            def admit(agreement: str | None) -> None:
                if agreement and listener.tls:
                    audience.invite(any_code(drawn(kept.pinned or "", agreement)))

            attendance = Attendance(
                setting, notify, typed(reachable_at(host), listener.port), coded=bool(listener.tls)
            )
            audience = Audience(admit, partial(_tell, door, attendance), coded=bool(listener.tls))
            _recall(audience, setting, kept)
            await door.open(kept, farewell, invitation, audience)
            notify(sentences.LISTENING.format(host=host, port=listener.port))
            if kept.held.number:
                notify(sentences.UNFINISHED)
            elif invitation:
                address = typed(reachable_at(host), listener.port)
                notify(sentences.CODE, sentences.CLIENT_COMMAND.format(address=address, code=invitation.code))
            return await _talk(player, door, audience, setting, kept, notify)


async def _serve_over_relays(player: Player, setting: Setting, notify: Notify) -> Table:
    """Do the same at relays; a code is shown whenever one of them gives a number for it."""
    from chatgame.net.audience import Audience
    from chatgame.net.listen import open_door
    from chatgame.net.relayed import RelayedListener  # only for those who use relays

    relays, invitation, at = setting.relays, Invitation(None), (Seat.SERVER, *setting.relays[0])
    async with _conversation(setting, notify, *at) as kept, _closed_conversation(setting, *at) as farewell:
        tls = await _secured(kept)
        others = {farewell.place: await _secured(farewell)} if farewell and farewell.place else {}

        def numbered(given: Numbered) -> None:
            if door.partner.done():
                return  # the code was used; who came by it comes back without one
            again = bool(invitation.code or invitation.burned)
            (invitation.renew if invitation.burned else invitation.move)(code_with(given.number, secrets.randbelow))
            named = _named([given.relay, *(other for other in relays if other != given.relay)])
            notify(
                sentences.OTHER_CODE if again else sentences.CODE,
                sentences.CLIENT_COMMAND.format(address=named, code=invitation.code),
            )

        with unwrapped():
            async with asyncio.TaskGroup() as legs:
                listener = RelayedListener(legs, relays, tls, others, notify, numbered)
                async with open_door(listener, setting.games, notify, setting.patience) as door:

                    def watch_at(given: Numbered) -> None:
                        words = drawn(kept.pinned or "", f"{audience.agreement} {given.relay} {given.number}")
                        audience.invite(code_with(given.number, words), str(given.relay))
                        legs.create_task(kept.keep_gate(str(given)))

                    def admit(agreement: str | None) -> None:
                        gate.expect((), new=agreement is not None)

                    before = Numbered.of(kept.gate, relays)
                    gate = RelayedListener(legs, relays, tls, {}, _say_nothing, watch_at, before=before, needed=False)
                    await gate.start(door.welcome)
                    attendance = Attendance(setting, notify, coded=True)
                    audience = Audience(admit, partial(_tell, door, attendance), coded=True)
                    _recall(audience, setting, kept)
                    await door.open(kept, farewell, invitation, audience)
                    if kept.held.number:
                        notify(sentences.UNFINISHED)
                    try:
                        return await _talk(player, door, audience, setting, kept, notify)
                    finally:
                        gate.close()


def _say_nothing(text: str) -> None:
    """For a second listener at relays, of which the first one tells."""


def _named(relays: Sequence[Relay]) -> str:
    """Relays as people type them."""
    return " ".join(f"--relay {relay}" for relay in relays)


def _tell(door: "Door", attendance: "Attendance", watchers: Watchers) -> None:
    """Tell both players about those who watch."""
    attendance.note(watchers)
    if door.partner.done():
        door.partner.result().tell(watchers)


def _recall(audience: "Audience", setting: Setting, kept: OnDisk) -> None:
    """Let people watch on whom both had let in before the program ended."""
    audience.names |= {Seat.SERVER: kept.name, Seat.CLIENT: kept.partner}
    if kept.held.number and any(entry.turn.kind is Kind.WATCH for entry in kept.entries()):
        assert kept.session, "a log is of a session"
        audience.recall(steps(Table.open(kept.session, setting.games), kept.entries()))


class Attendance:
    """Says on a screen how many watch, and what people type to watch.

    Args:
        setting: has what is told how many they are.
        notify: shows sentences.
        address: the server's on a direct line, as people type it.
        coded: whether people need a code; without a valid one nobody can come.
    """

    def __init__(self, setting: Setting, notify: Notify, address: str = "", *, coded: bool) -> None:
        self._coded = coded
        self._relays = setting.relays
        self._counted = setting.counted
        self._notify = notify
        self._address = address
        self._known: Watchers | None = None

    def note(self, now: Watchers) -> None:
        """Say what has changed."""
        known, self._known = self._known, now
        self._counted(now.count)
        if not known or known.since != now.since:
            known = Watchers(now.since, 0)
            told = False
        else:
            told = known.code == now.code
        if not told and (now.code or not self._coded):
            # Only the first relay is asked for the number. A partner may know relays by other names.
            address = _named(sorted(self._relays, key=lambda relay: str(relay) != now.relay)) or self._address
            command = sentences.WATCH_WITH.format(address=address, code=now.code).rstrip()
            self._notify(sentences.WATCH_COMMAND.format(command=command))
        if now.count > known.count:
            self._notify(sentences.CAME_TO_WATCH.format(count=now.count))
        elif now.count < known.count:
            self._notify(sentences.WENT_AWAY.format(count=now.count))


async def _talk(
    player: Player, door: "Door", audience: "Audience", setting: Setting, kept: OnDisk, notify: Notify
) -> Table:
    """Converse, and let people watch if both agree.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    try:
        return await _converse(player, door, audience, setting, kept, notify)
    finally:
        await audience.close()


async def _converse(
    player: Player, door: "Door", audience: "Audience", setting: Setting, kept: OnDisk, notify: Notify
) -> Table:
    """Converse with the client that gets the seat, or with the next one if that one is lost before it has spoken."""
    while True:
        link = await door.partner
        audience.names[Seat.CLIENT] = link.partner
        if audience.status:
            link.tell(audience.status)
        notify(sentences.CONNECTED_OVER if setting.relays else sentences.CONNECTED_BY.format(peer=link.peer))
        if not kept.held.number:
            notify(sentences.WAITING_FOR_MESSAGE)
        try:
            return await converse(player, link, setting.games, kept, setting.chance, audience.see)
        except NothingSaid as error:
            if (task := asyncio.current_task()) and task.cancelling():
                raise  # the person here leaves at the same moment, so do not wait for another client
            notify(str(error))


async def _secured(kept: OnDisk, certificate: str | None = None) -> tuple[ssl.SSLContext, bytes]:
    """Return what makes a server's connections secure: as before, or by this certificate, or by a new one."""
    from chatgame.net.tls import new_certificate, server_tls  # which needs an extra

    if not kept.pinned:
        await kept.pin(certificate or new_certificate())
    return server_tls(kept.pinned or "")


async def join(player: Player, setting: Setting, notify: Notify) -> Table:
    """Join the table of a server, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    host, port = setting.relays[0] if setting.relays else (canonical(setting.host), setting.port)
    at = Seat.CLIENT, host, port
    # They do not keep a person from a new one. Over relays, they may be of another friend.
    no_matter = (Unreachable, JournalFailed) if setting.new or setting.relays else ()
    while True:
        waits_for_us = False
        with suppress(*no_matter):
            waits_for_us = await _say_goodbye_again(player, setting, notify, host, at)
        async with _conversation(setting, notify, *at) as kept:
            try:
                link = await _way(setting, host, kept, notify).connect()
            except TurnedAway:
                if not waits_for_us:
                    raise
                notify(sentences.FAREWELL_NOT_HEARD)
                continue
            notify(
                sentences.CONNECTED_OVER if setting.relays else sentences.CONNECTED_TO.format(host=host, port=port)
            )
            return await converse(player, link, setting.games, kept, setting.chance)


async def _say_goodbye_again(
    player: Player, setting: Setting, notify: Notify, host: str, at: tuple[Seat, str, int]
) -> bool:
    """Tell the server that we have quit the last conversation, if it may not know; returns whether it still may not.

    A server that does not know keeps the seat for us in that conversation, also from ourselves in a new one.
    """
    async with _closed_conversation(setting, *at) as closed:
        if not closed:
            return False
        try:
            link = await _way(setting, host, closed, notify).connect(waits=not setting.relays)
            await converse(player, link, setting.games, closed)
        except (Forgotten, Diverged):
            await closed.end()  # the server does not expect us any more
        if closed.ended:
            notify(sentences.FAREWELL_HEARD)
        return not closed.ended


async def watch(
    host: str,
    port: int,
    games: Mapping[str, AnyRules],
    show: "Callable[[Shown], object]",
    notify: Notify,
    *,
    relays: Sequence[Relay] = (),
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
        relays: where the server is, in place of its host and port.
        code: for watchers, of a server on another computer.
        insecure: whether to watch in the clear on another computer.
        patience: seconds that a server that was lost may take to come back.

    Raises:
        ChatgameError: it failed; see `Watching.watch`.
    """
    from chatgame.journal.journal import InMemory
    from chatgame.net.watch import Watching  # which those who talk do without
    from chatgame.session.onlooker import Onlooker

    where = _Where("watch", canonical(host), port, relays, insecure)
    dialler = _dialler(where, InMemory(Seat.CLIENT), notify, code, secure=bool(code))
    await Watching(dialler, Onlooker(games), show, notify, patience, code).watch()


def _way(setting: Setting, host: str, kept: OnDisk, notify: Notify) -> "Way":
    """Return the client's way to the server: secure by the code or as before; in the clear only on this computer.

    Raises:
        Unreachable: the server is on another computer, and there is no code.
        ChatgameError: the extra that is needed is not installed.
    """
    from chatgame.net.dial import Way  # which a server does without

    secure = bool(setting.code or (kept.pinned and kept.held.number))
    where = _Where("client", host, setting.port, setting.relays, setting.insecure)
    dialler = _dialler(where, kept, notify, setting.code, secure=secure)
    told = Attendance(setting, notify, typed(host, setting.port), coded=secure).note
    return Way(dialler, setting.games, kept, notify, setting.patience, setting.code, told)


class _Where(NamedTuple):
    """Where a server is, for a command that dials it."""

    command: str
    host: str
    port: int
    relays: Sequence[Relay]
    insecure: bool

    @property
    def typed(self) -> str:
        """The address as people type it."""
        return _named(self.relays) if self.relays else typed(self.host, self.port)


def _dialler(where: _Where, kept: Journal, notify: Notify, code: str | None, *, secure: bool) -> Dialler:
    """Return what dials a server.

    Raises:
        Unreachable: it would be secure, and there is no code.
        ChatgameError: the extra that is needed is not installed.
    """
    if secure:
        from chatgame.net.tls import client_context  # which needs an extra

        tls = client_context()
        if not where.relays:
            return TCPDialler(where.host, where.port, tls)
        from chatgame.net.relayed import RelayedDialler

        return RelayedDialler(where.relays, tls, kept, notify, number_of(code) if code else None)
    what = "talk" if where.command == "client" else "watch"
    if where.relays:
        raise Unreachable(
            f"To {what} over a relay, add the code that your friend's program shows, as in: "
            f"chatgame {where.command} --relay {where.relays[0]} 7-guitar-island"
        )
    if not (where.insecure or is_loopback(where.host)):
        on = "talk to" if what == "talk" else "watch on"
        raise Unreachable(
            f"To {on} another computer, add the code that the server shows there, as in: "
            f"chatgame {where.command} {where.typed} 7-guitar-island"
        )
    return TCPDialler(where.host, where.port)


@asynccontextmanager
async def _closed_conversation(setting: Setting, seat: Seat, host: str, port: int) -> AsyncIterator[OnDisk | None]:
    """The last conversation there that this side has closed, and whose partner may not know it, if there is one."""
    number = setting.store.unfinished(seat, host, port, relayed=bool(setting.relays), closed=True)
    if number is None:
        yield None
        return
    async with setting.store.conversation(number) as closed:
        yield closed


@asynccontextmanager
async def _conversation(setting: Setting, notify: Notify, seat: Seat, host: str, port: int) -> AsyncIterator[OnDisk]:
    """The conversation that was asked for by its number, the unfinished one there, or a new one."""
    store, relays = setting.store, " ".join(map(str, setting.relays))
    code = setting.code or "" if relays else ""
    number = setting.conversation
    if number is None and not setting.new:
        number = store.unfinished(seat, host, port, relayed=bool(relays), code=code)
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
