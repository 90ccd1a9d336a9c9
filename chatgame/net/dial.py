"""The client's way to the server, and back to it when the connection was lost."""

import asyncio
import hmac
import random
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from chatgame.core import sentences
from chatgame.core.errors import (
    ChatgameError,
    InvalidMessage,
    LinkLost,
    NotYet,
    PeerSilent,
    RemoteProtocolError,
    TurnedAway,
    Unreachable,
)
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.watching import FEATURE
from chatgame.net.link import Link, not_back
from chatgame.net.pump import Pump
from chatgame.net.transport import Dialler, Transport
from chatgame.protocol.connection import Paired
from chatgame.protocol.hello import hello_of, refusal
from chatgame.protocol.messages import Bye, Hello, Watchers
from chatgame.protocol.pairing import Invitation, Pairing, not_paired
from chatgame.protocol.resume import Held
from chatgame.session.interfaces import Journal

LONGEST_PAUSE = 30.0
"""In seconds: between two attempts to reach a server that was lost."""

LONGEST_WAIT = 10.0
"""In seconds: between two questions at a relay for a server that is not there yet; it may come at any moment."""

FIRST_PAUSE = 0.5
"""In seconds, at most: before the first attempt, so that many clients of one server do not come in one instant."""

SLOW = 2.0
"""In seconds: the person is told when the first answer takes longer."""

NOTICED = 1.0
"""In seconds: the person is notified of a longer pause."""


def pauses() -> Iterator[float]:
    """Yield the pauses between attempts, in seconds: random, and longer and longer."""
    longest = FIRST_PAUSE
    while True:
        yield random.uniform(longest / 2, longest)  # noqa: S311  # nobody gains by foreseeing it
        longest = min(longest * 2, LONGEST_PAUSE)


def next_pause(waits: Iterator[float], error: Unreachable | None) -> float:
    """Return the pause after an attempt that failed, in seconds, from those that `waits` yields.

    It is shorter for a server that may come at any moment, and as long as one asks for that has no room.
    """
    pause = next(waits)
    return max(min(pause, LONGEST_WAIT), error.after) if isinstance(error, NotYet) else pause


@contextmanager
def told_if_slow(notify: Callable[[str], object], where: str) -> Iterator[None]:
    """Tell the person that the server at `where` has not answered yet, if the block takes so long."""
    late = asyncio.get_running_loop().call_later(SLOW, notify, sentences.NO_ANSWER_YET.format(where=where))
    try:
        yield
    finally:
        late.cancel()


class Way:
    """The client's way to the server, which it can take again and again: the link's recovery.

    With a code the connection is secure; where something was said already, it is as secure as before, and to the same
    server. When the connection is lost, the client dials again, with longer and longer pauses.

    Args:
        dialler: makes transports to the server.
        games: that this side has.
        journal: the client's side of the session.
        notify: takes a sentence about anything that a person should know.
        patience: seconds that a server that was lost may take to come back.
        code: what the server shows, where the client is new to it.
        told: is called with what the server tells about those who watch.
    """

    plan: str = sentences.DIAL

    def __init__(
        self,
        dialler: Dialler,
        games: Mapping[str, AnyRules],
        journal: Journal,
        notify: Callable[[str], object],
        patience: float,
        code: str | None = None,
        told: Callable[[Watchers], object] = bool,
    ) -> None:
        self._told = told
        self.notify = notify
        self.patience = patience
        self._dialler = dialler
        self._games = games
        self._journal = journal
        self._code = code
        self._pin = journal.pinned if journal.held.number else None
        self._pauses = pauses()
        self._connected = 0.0  # by the loop's clock
        self._loop = asyncio.get_running_loop()

    async def connect(self, *, waits: bool = True) -> Link:
        """Take the client's seat, or take it again if the session is unfinished.

        With `waits`, a server is waited for that is not at its relay yet, if there is something to go on with.

        Raises:
            Unreachable: nobody can be reached there, or there is no seat for us; the sentence says what to do.
            Diverged: the server's log is not of the same conversation.
            JournalFailed: the journal cannot be written.
        """
        journal = self._journal
        held = journal.held
        try:
            with told_if_slow(self.notify, self._dialler.where):
                pump = await self._first(held)
        except (_Broken, NotYet) as error:
            if not (held.number and waits):
                raise
            if isinstance(error, _Broken):
                self.notify(sentences.BROKE.format(plan=self.plan))
            try:
                async with asyncio.timeout(self.patience):
                    pump = await self._again(lambda: held, error)
            except TimeoutError:
                raise not_back(Seat.SERVER, self.patience) from error
        self._code = None  # it has been used: from now on only this server will do
        self._pin = journal.pinned if pump.transport.binding else None
        self._connected = self._loop.time()
        return Link(pump, held, self, self._told)

    async def _first(self, held: Held) -> Pump:
        try:
            return await self._once(held)
        except TurnedAway as turned_away:
            if self._pin or not (self._code and self._journal.pinned):
                raise
            self._pin = self._journal.pinned
            try:  # the code was used, and perhaps by us, when the connection was lost before a word was said
                return await self._once(held)
            except Unreachable:
                raise turned_away from None

    async def recover(self, link: Link) -> None:
        """Dial again until the link has resumed."""
        if self._loop.time() - self._connected > LONGEST_PAUSE:
            self._pauses = pauses()  # that connection was worth it: the next may be had at once
        link.resume(await self._again(lambda: link.held))
        self._connected = self._loop.time()

    def begin(self) -> None:
        """Do nothing: the first turn is the client's own."""

    def give_up(self) -> LinkLost | None:
        """Nothing special is to be said."""
        return None

    async def _again(self, held: Callable[[], Held], error: Unreachable | None = None) -> Pump:
        """Dial until the server takes us back; `error` tells why it has not done so the first time."""
        while True:
            pause = next_pause(self._pauses, error)
            why = error.again if error else sentences.DIALLING
            if pause > NOTICED:
                self.notify(why.format(pause=pause))
            await asyncio.sleep(pause)
            try:
                return await self._once(held())
            except TurnedAway:
                raise
            except Unreachable as failure:
                error = failure

    async def _once(self, held: Held) -> Pump:
        """Connect and say hello: to the server of the pin; without a pin, to one that knows the code; or to any."""
        transport = await self._dialler.dial()
        pump = Pump(transport, Seat.CLIENT)
        greeted = False
        try:
            if self._pin:
                self._recognise(transport, self._pin)
            elif self._code:
                await self._pair(pump, self._code)
            await self._greet(pump, held)
            greeted = True
        except (InvalidMessage, LinkLost, RemoteProtocolError) as error:
            raise self._explained(error, secure=bool(transport.binding)) from error
        finally:
            if not greeted:
                pump.abort()
        return pump

    def _recognise(self, transport: Transport, pin: str) -> None:
        if not hmac.compare_digest(pin, (transport.binding or b"").hex()):
            raise Unreachable(
                "What answers there is not the server that you talked to: its certificate is another. Nothing was "
                "sent. If your friend has begun afresh, ask for the new code, and use it with --new."
            )

    async def _pair(self, pump: Pump, code: str) -> None:
        from chatgame.net.tls import Spake2  # which needs an extra

        binding = pump.transport.binding
        assert binding, "a code is only for secure connections"
        pump.pair(Pairing(Seat.CLIENT, binding, partial(Spake2, Seat.CLIENT), Invitation(code)))
        match await pump.next_event():
            case Paired():
                await self._journal.pin(binding.hex())
            case Bye() as goodbye:
                raise not_paired(goodbye, code, self._dialler.where)

    async def _greet(self, pump: Pump, held: Held) -> None:
        journal = self._journal
        token, nonce = await journal.next_token(), secrets.token_bytes(32)
        hello = hello_of(held, self._games, journal.session, token, journal.name, nonce=nonce, features=[FEATURE])
        pump.say(hello)
        match await pump.next_event():
            case Hello() as hello:
                await journal.keep_partner(pump.connection.session, None, hello.name, pump.connection.place)
            case Bye() as goodbye:
                raise refusal(goodbye)

    def _explained(self, error: ChatgameError, *, secure: bool) -> Unreachable:
        """Say what it means that a connection was made, and nobody was greeted over it."""
        where, options = self._dialler.where, self._dialler.options
        match error:
            case PeerSilent():
                return _Broken(f"The server at {where} does not answer. Try again, or check {options}.")
            case LinkLost():
                what = "the connection broke. Try again" if secure else "busy, or asks for a code"
                return _Broken(f"What answers at {where} hung up: it is not a chatgame server, or {what}.")
        return Unreachable(f"What answers at {where} is not a chatgame server. Check {options}.")


class _Broken(Unreachable):
    """A connection was made, and broke or fell silent before the server had said hello."""
