"""A watcher's way to a conversation, and back to it when a connection was lost. It never writes a turn."""

import asyncio
import hmac
from collections.abc import Callable
from functools import partial
from itertools import cycle

from msgspec import Struct

from chatgame.core import sentences
from chatgame.core.errors import InvalidMessage, LinkLost, NotYet, RemoteProtocolError, TurnedAway, Unreachable
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.net.dial import LONGEST_PAUSE, NOTICED, next_pause, pauses, told_if_slow
from chatgame.net.pump import Pump
from chatgame.net.transport import Dialler, Transport
from chatgame.protocol.connection import Paired
from chatgame.protocol.messages import WATCHER, Bye, Reason, View
from chatgame.protocol.pairing import Invitation, Pairing
from chatgame.session.onlooker import Onlooker, Shown

STILL_THERE = (Reason.BEHIND, Reason.TAKEN)
"""Reasons of a goodbye after which it makes sense to come back."""


class Met(Struct):
    """By what a watcher knows the server again that has let it in by a code.

    Attributes:
        pinned: the channel binding of its connections, in hexadecimal; None before.
        place: where it is found at a relay; None before.
    """

    pinned: str | None = None
    place: str | None = None


class Watching:
    """Follows a conversation until it ends, over as many connections as it takes.

    The code is needed once. Later the server is known by its certificate, and the watcher by its badge; so it comes
    back although others have burned the code, or the relay has given the server another number.

    Args:
        dialler: makes transports to the server.
        met: what the dialler goes by.
        onlooker: checks what the server shows.
        show: is called with what there is to see; while it does not return, nothing more is read.
        notify: takes a sentence about the connection.
        patience: seconds that the server may take to come back.
        code: for watchers, if one is needed.
    """

    def __init__(
        self,
        dialler: Dialler,
        met: Met,
        onlooker: Onlooker,
        show: Callable[[Shown], object],
        notify: Callable[[str], object],
        patience: float,
        code: str | None = None,
    ) -> None:
        self._dialler = dialler
        self._met = met
        self._onlooker = onlooker
        self._show = show
        self._notify = notify
        self._patience = patience
        self._code = code
        self._pauses = pauses()

    async def watch(self) -> None:
        """Watch until the conversation is over, or may not be watched any more; what ended it is notified.

        Raises:
            Unreachable: nobody can be reached there, or nobody may watch; the sentence says what to do.
            RemoteProtocolError: the server shows what cannot be so.
            LinkLost: the server has not come back.
        """
        loop = asyncio.get_running_loop()
        with told_if_slow(self._notify, self._dialler.where):
            pump = await self._connect()
        while True:
            connected = loop.time()
            why = await self._follow(pump)
            if not why:
                return
            if loop.time() - connected > LONGEST_PAUSE:
                self._pauses = pauses()  # that connection was worth it: the next may be had at once
            self._notify(f"{why} {sentences.WATCH_AGAIN}")
            try:
                async with asyncio.timeout(self._patience):
                    pump = await self._again()
            except TimeoutError as error:
                raise LinkLost(f"The server has not come back for {self._patience:.0f} seconds.") from error
            self._notify(sentences.CONNECTED_AGAIN)

    async def _again(self) -> Pump:
        """Dial until the server lets us watch; one that was killed may not know yet that people may.

        At a relay it is looked for at the place and, since others who watch can be in the way there, at its number.
        """
        places = cycle((self._met.place, None))
        pause, why = next(self._pauses), sentences.DIALLING
        while True:
            if pause > NOTICED:
                self._notify(why.format(pause=pause))
            await asyncio.sleep(pause)
            self._met.place = next(places)
            try:
                return await self._connect()
            except TurnedAway:
                raise
            except Unreachable as error:
                pause, why = next_pause(self._pauses, error), error.again
                if why == sentences.NOT_AT_RELAY:  # or watching was ended there, and nobody waits any more
                    why = sentences.NOT_WATCHED_YET

    async def _connect(self) -> Pump:
        """Connect, show the badge, or the code if there is one, and ask to watch."""
        transport = await self._dialler.dial()
        pump = Pump(transport, WATCHER)
        try:
            if self._met.pinned:
                self._recognise(transport, self._met.pinned)
            if self._code and not self._onlooker.badge:
                await self._pair(pump, self._code)
            await self._come(pump)
        except (InvalidMessage, LinkLost) as error:
            pump.abort()
            why = "the connection broke. Try again" if transport.binding else "asks for a code"
            raise Unreachable(
                f"What answers at {self._dialler.where} lets nobody watch: it is not a chatgame server, or {why}."
            ) from error
        except BaseException:
            pump.abort()
            raise
        return pump

    def _recognise(self, transport: Transport, pinned: str) -> None:
        if not hmac.compare_digest(pinned, (transport.binding or b"").hex()):
            raise NotYet(sentences.STRANGER, f"{sentences.STRANGER} {sentences.ASKING}")

    async def _come(self, pump: Pump) -> None:
        pump.say(self._onlooker.greeting())
        match await pump.next_event():
            case View() as view:
                binding = pump.transport.binding
                self._met.pinned, self._met.place = binding.hex() if binding else None, view.place
                for shown in self._onlooker.view(view):
                    self._show(shown)
            case Bye() as goodbye:
                raise _refusal(goodbye, self._onlooker.badge)

    async def _pair(self, pump: Pump, code: str) -> None:
        from chatgame.net.tls import Spake2  # which needs an extra

        binding = pump.transport.binding
        assert binding, "a code is only for secure connections"
        exchange = partial(Spake2, Seat.CLIENT, role=WATCHER)
        pump.pair(Pairing(Seat.CLIENT, binding, exchange, Invitation(code), WATCHER))
        match await pump.next_event():
            case Bye(reason=Reason.REFUSED):
                raise TurnedAway(
                    f"{code} is not the code for watching at {self._dialler.where}. Ask your friends to read it to "
                    "you again; after three wrong ones it is not valid any more."
                )
            case Bye():
                raise _not_now(
                    f"Nobody may watch with {code} at {self._dialler.where} now: the players have not agreed yet or "
                    "have ended it, or wrong codes were tried three times. Ask them for the code that they see."
                )
            case paired:
                assert isinstance(paired, Paired), "nothing else may come"

    async def _follow(self, pump: Pump) -> str:
        """Show what comes; returns why the connection was lost, or nothing if there is no more to see."""
        try:
            while True:
                event = await pump.next_event()
                if isinstance(event, Turn):
                    for shown in self._onlooker.turn(event):
                        self._show(shown)
                elif isinstance(event, Bye):
                    await pump.close(Bye(Reason.LEFT))
                    return self._farewell(event)
        except LinkLost:
            pump.abort()
            return "" if self._over else sentences.LOST.format(seat=Seat.SERVER)
        except (InvalidMessage, RemoteProtocolError, Unreachable) as error:
            await pump.close(Bye(Reason.REFUSED, str(error)))
            if isinstance(error, InvalidMessage):
                raise RemoteProtocolError(f"The server broke the protocol: {error}.") from error
            raise
        except BaseException:
            pump.abort()
            raise

    @property
    def _over(self) -> bool:
        return self._onlooker.table is not None and not self._onlooker.table.token

    def _farewell(self, goodbye: Bye) -> str:
        """Say what a goodbye means; returns why to dial again, or nothing."""
        if goodbye.reason in STILL_THERE:
            return f"The server stopped showing: {goodbye.text}"
        if goodbye.reason == Reason.LEFT:
            if not self._over:
                self._notify(sentences.SERVER_HAS_ENDED)
        elif goodbye.reason == Reason.UNWATCHED:
            self._notify(sentences.NOT_WATCHED_ANY_MORE)
        else:
            raise LinkLost(f"The server ended it: {goodbye.text or goodbye.reason}")
        return ""


def _not_now(text: str) -> NotYet:
    return NotYet(text, sentences.NOT_WATCHED_YET)


def _refusal(goodbye: Bye, badge: str | None) -> Unreachable:
    """Return the error of a watcher that is not let in, with a badge or without."""
    match goodbye.reason:
        case Reason.UNWATCHED:
            return _not_now(
                "Nobody may watch there now. Both players have to agree: one types /watch, and the other /accept."
            )
        case Reason.TAKEN:
            return _not_now(f"{goodbye.text} Try again later.")
        case Reason.UNKNOWN:
            return TurnedAway(
                "Watching was ended there, and has begun anew by another code. Ask your friends for that."
                if badge
                else "To watch there, add the code that your friends see."
            )
    return TurnedAway(f"The server turned us away ({goodbye.reason}): {goodbye.text}")
