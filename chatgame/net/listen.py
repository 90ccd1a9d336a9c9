"""The server's door: it greets every client, and gives the seat to the one that `chatgame.protocol.admission` admits.

The server says nothing before it has received a valid hello, so a stray learns nothing and costs little.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from chatgame.core import sentences
from chatgame.core.errors import (
    Diverged,
    InvalidMessage,
    LinkLost,
    NothingSaid,
    RemoteProtocolError,
    SpeaksTLS,
    TurnedAway,
    WrongCode,
    unwrapped,
)
from chatgame.core.limits import MAX_GUESSES, MAX_GUESTS, MAX_STRAYS
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.watching import FEATURE
from chatgame.net.link import Link
from chatgame.net.pump import Pump
from chatgame.net.transport import Listener, Transport
from chatgame.net.watch.audience import UNWATCHED, Audience
from chatgame.protocol.admission import GOODBYES, Admission, Decision
from chatgame.protocol.connection import Paired
from chatgame.protocol.hello import hello_of
from chatgame.protocol.messages import WATCHER, Bye, Hello, Reason, Watch
from chatgame.protocol.pairing import Invitation, Pairing
from chatgame.protocol.resume import Held
from chatgame.session.interfaces import Journal

TLS_ALERT = bytes.fromhex("15 0301 0002 02 46")
"""A fatal alert, "protocol version" (RFC 8446, 6): to a client that begins TLS, it says that there is none here."""


@asynccontextmanager
async def open_door(
    listener: Listener, games: Mapping[str, AnyRules], notify: Callable[[str], object], patience: float
) -> AsyncIterator["Door"]:
    """Greet the clients that a listener accepts, for as long as the context lasts.

    `notify` takes a sentence about everything that a person should know: connections that did not say hello while the
    seat was free, and a partner that was lost and came back. A lost partner has `patience` seconds to come back.

    Raises:
        JournalFailed: what the door is to keep cannot be written.
    """
    with unwrapped():
        async with asyncio.TaskGroup() as tasks:
            door = Door(tasks, listener, games, notify, patience)
            try:
                yield door
            finally:
                door.close()


class Door:
    """A server's door: it greets every client, and keeps the seat for the one that has it. It is the link's recovery.

    Attributes:
        listener: what brings the clients.
        partner: the link to the client that has the seat, once there is one.
    """

    plan: str = sentences.WAIT

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        listener: Listener,
        games: Mapping[str, AnyRules],
        notify: Callable[[str], object],
        patience: float,
    ) -> None:
        self.notify = notify
        self.partner: asyncio.Future[Link] = asyncio.get_running_loop().create_future()
        self._tasks = tasks
        self.listener = listener
        self._games = games
        self._patience = patience
        self._deciding = asyncio.Lock()
        self._guests: dict[asyncio.Task[Any], None] = {}  # the first is closed first where there are too many
        self._strays = 0
        self._closed = False

    async def open(
        self,
        journal: Journal,
        farewell: Journal | None = None,
        invitation: Invitation | None = None,
        audience: Audience | None = None,
    ) -> None:
        """Let people in, first of all the client of the unfinished session, if the journal is of one.

        `farewell` is a session that this side has closed, but its client may not know it; it learns so when it comes.
        With an `invitation`, somebody new has to know its code. The `audience` lets people watch.

        Raises:
            Unreachable: nothing can listen here after all.
        """
        self._journal = journal
        self._farewell = farewell
        self._invitation = invitation
        self._audience = audience
        self._admission = Admission(
            journal.session,
            journal.token,
            begun=bool(journal.held.number),
            farewell=(farewell.session, farewell.token) if farewell else (None, None),
        )
        await self.listener.start(self.welcome)
        self._expect()

    def _expect(self) -> None:
        """Be where clients look: until the first turn also where a client looks that has lost our hello."""
        places = {journal.place for journal in (self._journal, self._farewell) if journal and journal.place}
        self.listener.expect(places, new=not self._held.number)

    def welcome(self, transport: Transport) -> None:
        """Begin to greet a client that has connected."""
        if self._closed:
            transport.abort()
            return
        if len(self._guests) == MAX_GUESTS:
            oldest = next(iter(self._guests))
            del self._guests[oldest]
            oldest.cancel()
        guest = self._tasks.create_task(self._greet(transport))
        self._guests[guest] = None

        def gone(guest: asyncio.Task[None]) -> None:
            self._guests.pop(guest, None)
            if guest.cancelled():  # perhaps before it began
                transport.abort()

        guest.add_done_callback(gone)

    def close(self) -> None:
        """Accept no more, and greet nobody; transports that were accepted already may still come."""
        self._closed = True
        self.listener.close()
        for guest in self._guests:
            guest.cancel()

    async def _greet(self, transport: Transport) -> None:
        """Receive a client's hello, and let the client in or turn it away."""
        began = asyncio.get_running_loop().time()
        try:
            await transport.handshake()
        except LinkLost as error:
            self._explain(transport, error)
            transport.abort()
            return
        self._progress()
        pump, goodbye = Pump(transport, Seat.SERVER, began), None
        try:
            hello, paired = await self._receive_hello(pump)
            if isinstance(hello, Watch):
                goodbye = self._audience.admit(pump, hello, paired=paired) if self._audience else UNWATCHED
            else:
                async with self._deciding:  # so that two clients cannot both get the seat
                    goodbye = await self._seat(pump, hello, paired=paired)
            if not goodbye:
                return
        except (InvalidMessage, RemoteProtocolError, TurnedAway, LinkLost) as error:
            self._explain(transport, error, watches=pump.connection.watched)
        except asyncio.CancelledError:
            pump.abort()
            raise
        await pump.close(goodbye)

    def _explain(self, transport: Transport, error: Exception, *, watches: bool = False) -> None:
        """Notify the person why a client was not let in."""
        why = str(error).rstrip(".")
        if isinstance(error, SpeaksTLS) and not transport.binding:
            transport.write(TLS_ALERT)
            why = "it speaks TLS, as a client with a code does, and this server takes no code"
        invitation = self._audience.invitation if watches and self._audience else self._invitation
        if isinstance(error, WrongCode) and invitation:
            guesses = invitation.guesses
            purpose = " for watching" if watches else ""
            self.notify(
                sentences.WRONG_CODE.format(
                    purpose=purpose, origin=transport.origin, guesses=guesses, most=MAX_GUESSES
                )
            )
            if watches and self._audience and invitation.burned:
                self._audience.tell()
        else:
            self._tell_of_stray(transport, why)
        if isinstance(error, WrongCode) and self._invitation and self._invitation.burned and not self.partner.done():
            if self.listener.renew():
                self.notify(sentences.CODE_BURNED)
            else:
                self.partner.set_exception(
                    TurnedAway(f"{sentences.CODE_BURNED} Start the server again for a new one.")
                )

    def _tell_of_stray(self, transport: Transport, why: str) -> None:
        """Say that a connection was dropped before anybody has come, until there were too many of them."""
        self._strays += 1
        if not self.partner.done() and self._strays <= MAX_STRAYS:
            more = "; more of them are not told" if self._strays == MAX_STRAYS else ""
            self.notify(sentences.DROPPED.format(origin=transport.origin, why=f"{why}{more}."))

    def _progress(self, *, let_in: bool = False) -> None:
        """Note that a guest has come further: with too many guests, those that have not are closed first."""
        guest = asyncio.current_task()
        assert guest, "guests are greeted in tasks"
        if guest in self._guests:
            del self._guests[guest]
            if not let_in:
                self._guests[guest] = None

    async def _receive_hello(self, pump: Pump) -> tuple[Hello | Watch, bool]:
        """Receive a client's hello, or that somebody wants to watch; returns it, and whether they have paired."""
        binding = pump.transport.binding
        if self._invitation and binding:
            from chatgame.net.tls import Spake2  # which needs an extra

            pump.pair(Pairing(Seat.SERVER, binding, partial(Spake2, Seat.SERVER), self._invitation))
            if self._audience:
                exchange = partial(Spake2, Seat.SERVER, role=WATCHER)
                pump.pair(Pairing(Seat.SERVER, binding, exchange, self._audience.invitation, WATCHER))
        event = await pump.next_event()
        self._progress()
        paired = isinstance(event, Paired)
        if paired:
            event = await pump.next_event()
        assert isinstance(event, Hello | Watch), "nothing else may come"
        return event, paired

    async def _seat(self, pump: Pump, hello: Hello, *, paired: bool) -> Bye | None:
        """Give the seat to the client that it belongs to; returns the goodbye for any other."""
        journal, farewell, admission = self._journal, self._farewell, self._admission
        admission.begun = bool(self._held.number)
        decision = admission.decide(hello, welcome=paired or not self._invitation)
        match decision:
            case Decision.FAREWELL:
                assert farewell, "its token is known"
                last = hello_of(
                    farewell.held, self._games, farewell.session, name=farewell.name, nonce=secrets.token_bytes(32)
                )
                pump.say(last)
                if await Link(pump, farewell.held).close(Bye(Reason.LEFT)):
                    await farewell.end()
                return None
            case Decision.BACK:
                try:
                    self._held.missing(hello.turns, hello.digest)
                except Diverged as error:
                    return self._drop_diverged(pump.transport, Bye(Reason.DIVERGED, str(error)))
                self._progress(let_in=True)
                await asyncio.sleep(admission.pause(asyncio.get_running_loop().time()))
                named = journal.session
            case Decision.NEW:
                self._progress(let_in=True)
                if self.partner.done():
                    await asyncio.sleep(admission.pause(asyncio.get_running_loop().time()))
                    if self._held.number:
                        return GOODBYES[Decision.TAKEN]
                    self._leave_link(NothingSaid("The client had not heard our greeting, and greets again."))
                named = None
            case Decision.STALE:
                return self._drop_diverged(pump.transport, GOODBYES[decision])
            case _:
                return GOODBYES[decision]
        nonce = secrets.token_bytes(32)

        def answer() -> Hello:
            features = [FEATURE] if self._audience else []
            return hello_of(self._held, self._games, named, name=journal.name, nonce=nonce, features=features)

        session = pump.connection.session_with(answer())
        await journal.keep_partner(session, hello.token, hello.name, pump.connection.place_with(answer()))
        admission.seat(session, hello.token, by_code=paired)
        if self._invitation:
            self._invitation.code = None  # it has been used
        # From here on nothing waits, so no turn can slip in between the hello and what follows it.
        pump.say(answer())
        if self.partner.done():
            self.partner.result().resume(pump)
        else:
            self.partner.set_result(Link(pump, self._held, self))
        self._expect()
        return None

    def _leave_link(self, error: NothingSaid) -> None:
        """End the link on which nothing was said yet, and wait for another."""
        self.partner.result().end(error)
        self.partner = asyncio.get_running_loop().create_future()

    def _drop_diverged(self, transport: Transport, goodbye: Bye) -> Bye:
        """Tell that a client's log does not fit; the seat stays with the client whose log does."""
        self.notify(sentences.DROPPED.format(origin=transport.origin, why=goodbye.text))
        return goodbye

    @property
    def _held(self) -> Held:
        """What this side holds now of the log."""
        return self.partner.result().held if self.partner.done() else self._journal.held

    @property
    def patience(self) -> float | None:
        """Seconds that the seat is kept for a client that was lost, or None if that one cannot come back."""
        self._admission.begun = bool(self._held.number)
        return self._admission.patience(self._patience)

    def begin(self) -> None:
        """Wait for nobody new any more."""
        self._expect()

    async def recover(self, link: Link) -> None:
        """Keep the seat until the client has come back."""
        await link.restored()

    def give_up(self) -> LinkLost | None:
        """Free the seat of a client that was lost before its first turn."""
        if not self._admission.vacate():
            return None
        self.partner = asyncio.get_running_loop().create_future()
        return NothingSaid(sentences.NOT_BACK)
