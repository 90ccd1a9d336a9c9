"""Connections over a relay: what joins a server there, and what waits there for clients.

Which relay is dialled, what is said there and when again is decided in `chatgame.net.legs`.
"""

import asyncio
import hmac
import socket
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from chatgame.core import sentences
from chatgame.core.errors import InvalidMessage, NotYet, Unreachable
from chatgame.net.addresses import Numbered, Relay, not_found, what_failed
from chatgame.net.dial import SLOW, pauses
from chatgame.net.legs import Round, Stay
from chatgame.net.tcp import DIAL_TIME
from chatgame.net.transport import Transport
from chatgame.net.wire import Wire, meet
from chatgame.relay.lines import Busy, FromRelay, Given, Spot, Version, Word

Waits: TypeAlias = tuple[Relay, str] | None
"""What a host waits for: an old friend, at a relay and a place, or somebody new, at a number."""


class Known(Protocol):
    """What is known of a server: a journal, or what a watcher keeps.

    Attributes:
        place: where it waits for those who were there before, or None.
        pinned: the channel binding of its connections, in hexadecimal, or None.
    """

    place: str | None
    pinned: str | None


class RelayedDialler:
    """Joins a server over relays: the first time at the number that its code begins with, later at their place.

    Args:
        relays: where the server may be; at its number only at the first of them.
        tls: what begins TLS.
        known: of the server.
        notify: takes a sentence about a relay.
        number: from the code, where the client is new to the server.
    """

    def __init__(
        self,
        relays: Sequence[Relay],
        tls: ssl.SSLContext,
        known: Known,
        notify: Callable[[str], object],
        number: int | None = None,
    ) -> None:
        self._relays = relays
        self._tls = tls
        self._known = known
        self._notify = notify
        self._number = number
        self._told: set[str] = set()  # since a server was joined

    @property
    def options(self) -> str:
        """What people can have mistyped."""
        return "--relay" if self._known.place else "the code and --relay"

    @property
    def where(self) -> str:
        """The number and the relay that has it, or the relays at which an old friend may be."""
        if self._known.place:
            return _all(self._relays)
        return f"number {self._number} of the relay {self._relays[0]}"

    async def dial(self) -> Transport:
        """Ask the relays, one after the other, and join the first server that is there; do the handshake with it.

        Raises:
            NotYet: the server is not there, or the relays take nobody now.
            Unreachable: the relays cannot be reached, or nobody waits at the number.
        """
        spot: Spot | None = self._known.place or self._number
        assert spot, "there is a code or a conversation"
        way, sender = Round(self._asked, spot), None
        while relay := way.next():
            try:
                async with asyncio.timeout(DIAL_TIME):
                    wire, address = await Wire.to(relay, sender if way.redirected else None)
            except (OSError, UnicodeError, Unreachable) as error:
                self._end(way, relay, error)
                continue
            try:
                said = await meet(wire, way.line)
            except (OSError, InvalidMessage) as error:
                wire.close()
                self._end(way, relay, error)
                continue
            except BaseException:
                wire.close()
                raise
            if said is Word.JOINED:
                transport = await self._secured(wire)
                self._told.clear()
                return transport
            wire.close()
            self._end(way, relay, said)
            sender = address
        raise self._nobody(way, spot)

    @property
    def _asked(self) -> Sequence[Relay]:
        return self._relays if self._known.place else self._relays[:1]

    async def _secured(self, wire: Wire) -> Transport:
        """Do the handshake; at the place only with the server of the journal, since others may wait there."""
        try:
            async with asyncio.timeout(DIAL_TIME):
                transport = await wire.join(self._tls)
        except OSError as error:  # a TimeoutError and an SSLError are ones
            if self._known.place:
                raise self._stranger() from error
            what = "does not speak TLS" if isinstance(error, ssl.SSLError) else "hung up, or is silent"
            raise Unreachable(
                f"What answers at {self.where} {what}, so nothing was sent. Try again, or check {self.options}."
            ) from error
        if self._known.place:
            pinned, binding = self._known.pinned or "", transport.binding or b""
            if not hmac.compare_digest(pinned, binding.hex()):
                transport.abort()
                raise self._stranger()
        return transport

    def _stranger(self) -> NotYet:
        self._tell(sentences.STRANGER)
        return NotYet(sentences.STRANGER, sentences.ASKING)

    def _end(self, way: Round, relay: Relay, why: FromRelay | Exception) -> None:
        """Note why there is no server at a relay, and tell it if it was not told before."""
        way.end(_why(relay, why) if isinstance(why, Exception) else why)
        what = _what(why) if isinstance(why, Exception) else ""
        match why:
            case Busy():
                text = sentences.RELAY_FULL_NEXT if way.more else sentences.RELAY_FULL
            case Word.CLOSING:
                text = sentences.RELAY_CLOSING
            case Version():
                text = sentences.RELAY_VERSION
            case Exception() if len(self._relays) > 1:
                text = sentences.RELAY_LOST_NEXT if way.more else sentences.RELAY_LOST_LAST
            case _:
                return
        told = text.format(relay=relay, what=what, version=why.number if isinstance(why, Version) else "")
        if self._known.place:
            self._tell(told)

    def _tell(self, text: str) -> None:
        """Tell something once until a server is joined."""
        if text not in self._told:
            self._told.add(text)
            self._notify(text)

    def _nobody(self, way: Round, spot: Spot) -> Unreachable:
        """Return the error of a round in which nobody was found: the reason that says most."""
        reasons = way.reasons
        if Word.NOBODY in reasons:
            if isinstance(spot, int):
                return Unreachable(
                    f"Nobody waits at {self.where}. Check {self.options}. If both are right, that code is not valid "
                    "any more: ask your friend for the one that they see now."
                )
            return NotYet("Your friend is not at the relay yet.", sentences.NOT_AT_RELAY)
        if full := [reason.seconds for reason in reasons if isinstance(reason, Busy)]:
            return NotYet(_no_room(self._asked, min(full)), sentences.RELAYS_FULL, min(full))
        if Word.CLOSING in reasons:
            closing = f"Nobody can meet at {_all(self._asked)} now, which is closing. Try again later."
            return NotYet(closing, sentences.NOBODY_ANSWERS)
        if other := [reason.number for reason in reasons if isinstance(reason, Version)]:
            return Unreachable(sentences.RELAY_VERSION.format(relay=self._relays[0], version=other[0]))
        if len(self._asked) > 1:
            none = f"None of the relays {', '.join(map(str, self._asked))} can be used. Try again later."
            return Unreachable(none, sentences.NO_RELAY_ANSWERS)
        first = " Only the first relay that is named is asked for a code." if len(self._relays) > 1 else ""
        why = next(reason for reason in reasons if isinstance(reason, str))
        return Unreachable(why + first, sentences.NO_RELAY_ANSWERS)


def _why(relay: Relay, error: Exception) -> str:
    """Say why there is no leg at a relay."""
    match error:
        case socket.gaierror() | UnicodeError():
            return not_found(relay.host, error, "--relay")
        case ConnectionRefusedError():
            return f"No relay is running at {relay.host} on port {relay.port}. Check --relay, or try again later."
        case TimeoutError():
            return f"No answer from {relay.host} on port {relay.port}. Check --relay."
        case InvalidMessage():
            return f"What answers at {relay.host} on port {relay.port} is not a chatgame relay. Check --relay."
        case Unreachable():
            return f"The relay {relay} was not followed. {error}"
        case ConnectionError():
            return f"The relay {relay} hung up. Check --relay, or try again later."
    why = (what_failed(error) if isinstance(error, OSError) else "") or error
    return f"The relay {relay} cannot be reached: {why}. Check the network, or --relay."


def _what(error: Exception) -> str:
    """Say the same in a few words, of the relay."""
    match error:
        case socket.gaierror() | UnicodeError():
            return "cannot be found"
        case InvalidMessage():
            return "is not a chatgame relay"
        case Unreachable():
            return "sends on to where it may not"
    return "does not answer"


def _all(relays: Sequence[Relay]) -> str:
    return f"the relay{'s' if len(relays) > 1 else ''} {', '.join(map(str, relays))}"


def _no_room(relays: Sequence[Relay], seconds: int) -> str:
    return f"There is no room at {_all(relays)} now, or none for your address. Try again in {seconds} seconds."


class RelayedListener:
    """Waits for clients at relays: at a number for somebody new, and at each relay at the places of old friends.

    Args:
        tasks: where the legs live; a leg that cannot wait anywhere at first ends them with `Unreachable`.
        relays: the list.
        tls: what makes the connections secure, and their channel binding.
        others: the same at places where it is something else.
        notify: takes a sentence about a relay.
        numbered: is told the number, whenever there is another.
        before: the number to ask for first.
        needed: whether nothing else goes on where no relay gives a number at first.
    """

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        relays: Sequence[Relay],
        tls: tuple[ssl.SSLContext, bytes],
        others: Mapping[str, tuple[ssl.SSLContext, bytes]],
        notify: Callable[[str], object],
        numbered: Callable[[Numbered], object],
        *,
        before: Numbered | None = None,
        needed: bool = True,
    ) -> None:
        self._tasks = tasks
        self._relays = relays
        self._tls = tls
        self._others = others
        self._notify = notify
        self._numbered = numbered
        self._before = before
        self._legs: dict[Waits, asyncio.Task[Any]] = {}
        self._waiting: dict[Waits, Relay] = {}
        self._told: dict[Waits, str] = {}  # why a leg does not wait; nothing yet of those that were there at first
        self._begun = False
        self._given = not needed  # a number, ever
        self._renewals = pauses()

    @property
    def port(self) -> int:
        """The port of the first relay."""
        return self._relays[0].port

    async def start(self, welcome: Callable[[Transport], None]) -> None:
        """Begin to accept; where to wait comes with `expect`."""
        self._welcome = welcome

    def expect(self, places: Collection[str], *, new: bool) -> None:
        """Wait at these places, and at a number if somebody `new` is expected."""
        wanted: set[Waits] = {(relay, place) for relay in self._relays for place in places}
        if new:
            wanted.add(None)
        for spot in self._legs.keys() - wanted:
            self._drop(spot)
        for spot in wanted - self._legs.keys():
            if not self._begun:
                self._told[spot] = ""
            self._begin(spot)
        self._begun = True

    def renew(self) -> bool:
        """Take another number."""
        self._drop(None)
        self._begin(None, next(self._renewals))
        return True

    def close(self) -> None:
        """Accept no more."""
        for spot in list(self._legs):
            self._drop(spot)

    def _begin(self, spot: Waits, pause: float = 0.0) -> None:
        if spot:
            stay = Stay([spot[0]], spot[1], pauses)
        else:
            stay, self._before = Stay(self._relays, None, pauses, self._before), None
        stay.pause = pause
        self._legs[spot] = self._tasks.create_task(self._stay(spot, stay))

    def _drop(self, spot: Waits) -> None:
        self._waiting.pop(spot, None)
        self._legs.pop(spot).cancel()

    async def _stay(self, spot: Waits, stay: Stay) -> None:
        """Wait at a spot with one leg after another.

        Raises:
            Unreachable: it is a number, and no relay of the list has ever given one.
        """
        loop = asyncio.get_running_loop()

        def waiting(said: FromRelay) -> None:
            late.cancel()
            other = stay.wait(said, loop.time())
            self._is_waiting(spot, stay.relay)
            if other and isinstance(said, Given):
                self._given = True
                self._numbered(Numbered(stay.relay, said.number, said.ticket))

        while True:
            await asyncio.sleep(stay.pause)
            relay, said, why, what = stay.relay, None, "", "does not answer"
            late = loop.call_later(SLOW, self._is_late, spot, relay)
            try:
                said = await self._host(stay, waiting)
            except (OSError, UnicodeError, InvalidMessage) as error:
                why, what = _why(relay, error), _what(error)
            finally:
                late.cancel()
            stay.end(said, loop.time())
            if said is Word.JOINED:
                continue
            if stay.in_vain and not self._given:
                if isinstance(said, Busy):
                    raise Unreachable(_no_room(self._relays, said.seconds))
                raise Unreachable(why or self._sentence(relay, relay, said, what))
            reason = said is Word.CLOSING or isinstance(said, Version)
            self._is_lost(spot, self._sentence(relay, stay.relay, said, what), reason=reason)

    async def _host(self, stay: Stay, waiting: Callable[[FromRelay], object]) -> FromRelay:
        """Be a leg at a relay until it ends; returns what the relay said last."""
        async with asyncio.timeout(DIAL_TIME):
            wire, _ = await Wire.to(stay.relay)
        try:
            said = await meet(wire, stay.line, waiting)
            if said is Word.JOINED:
                await wire.serve(self._others.get(stay.place or "", self._tls), stay.relay, self._welcome)
        finally:
            wire.close()
        return said

    def _is_late(self, spot: Waits, relay: Relay) -> None:
        """Tell that the first answer takes time, if nothing was told yet."""
        if self._told.get(spot) == "":
            self._notify(sentences.NO_ANSWER_YET.format(where=_all([relay])))

    def _is_waiting(self, spot: Waits, relay: Relay) -> None:
        there = relay in self._waiting.values()
        self._waiting[spot] = relay
        if self._told.pop(spot, None) is not None and not there:
            self._notify(sentences.AT_RELAY.format(relay=relay))

    def _is_lost(self, spot: Waits, text: str, *, reason: bool) -> None:
        """Tell once that a leg was lost, if the relay gave a reason to act, or if no other leg waits."""
        self._waiting.pop(spot, None)
        if (reason or not self._waiting) and self._told.get(spot) != text:
            self._told[spot] = text
            self._notify(text)

    @staticmethod
    def _sentence(relay: Relay, after: Relay, said: FromRelay | None, what: str) -> str:
        match said:
            case Busy() if after != relay:
                return sentences.RELAY_FULL_NEXT.format(relay=relay)
            case Busy():
                return sentences.RELAY_FULL.format(relay=relay)
            case Word.CLOSING:
                return sentences.RELAY_CLOSING.format(relay=relay)
            case Version(version):
                return sentences.RELAY_VERSION.format(relay=relay, version=version)
        return (sentences.RELAY_LOST if after == relay else sentences.RELAY_LOST_NEXT).format(relay=relay, what=what)
