"""A relay's sockets: legs come and go, and bytes are copied between two that `Meeting` has joined."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Protocol, cast

from chatgame.net.tcp import bound
from chatgame.relay.limits import (
    ACCEPT_QUEUE,
    DRAIN_TIME,
    IDLE_TIME,
    MAX_RATE,
    MAX_SLOW,
    MAX_UNREAD,
    SOCKET_BUFFER,
)
from chatgame.relay.lines import At, Busy, FromRelay, Spot, Word, written
from chatgame.relay.meeting import Claim, Command, Connect, End, Meeting, Say, Seek
from chatgame.relay.networks import network_of

TICK = 0.25
"""Seconds between two looks at the clock."""

ACCEPTED_AT_ONCE = 100
"""Connections that are accepted before the tables have their turn again."""

JOINED = written(Word.JOINED)

# One buffer for all legs is enough: what was read is copied before the event loop does anything else.
_buffer = memoryview(bytearray(MAX_UNREAD))


class Cluster(Protocol):
    """Where the nodes of a relay tell each other who waits where."""

    async def claim(self, spot: Spot, ticket: str) -> bool:
        """Tell that a host waits here; returns False if the number is another host's."""

    async def seek(self, spot: Spot) -> At | Busy | None:
        """Return what a joiner hears: the other node where a host waits; None for nobody, `Busy` if none can tell."""


class Leg(asyncio.BufferedProtocol):
    """A connection to the relay.

    Attributes:
        number: what the machine calls it.
        transport: its connection.
        partner: the other leg of its table, or None.
        received: how many bytes of it were copied.
        seen: how many bytes its table had copied when `Node` looked last.
    """

    __slots__ = (
        *("number", "partner", "received", "seen", "transport"),
        *("_allowed", "_ended", "_node", "_since", "_too_fast", "_unread"),
    )

    transport: asyncio.Transport

    def __init__(self, node: "Node") -> None:
        self.number = 0
        self.partner: Leg | None = None
        self.received = 0
        self.seen = -1
        self._node = node
        self._allowed = 0  # how many bytes may be received before the time is looked at
        self._since = 0.0
        self._too_fast = self._unread = False  # why nothing is read: the limit, or the partner reads nothing
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's does not derive from it
        self.transport.set_write_buffer_limits(0)  # so that it calls `pause_writing` as soon as a byte has to wait
        self._node.connected(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # asyncio gives it
        """Where the next bytes go."""
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Copy bytes to the partner, or read them as part of a line.

        They are copied out of the buffer, since a transport may keep what it is given until it can be sent.
        """
        data = bytes(_buffer[:nbytes])
        if not self.partner:
            self._node.received(self, data)
            return
        self.partner.transport.write(data)
        self.received += nbytes
        if self.received > self._allowed:
            self._slow_down()

    def eof_received(self) -> bool:
        """Pass on that nothing more comes; the other direction stays open."""
        if not self.partner:
            return False
        self._ended = True
        if self.partner._ended:
            self.transport.close()
            self.partner.transport.close()
        elif not self.partner.transport.is_closing():
            self.partner.transport.write_eof()
        return True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # how it was lost makes no difference
        """Take it that the connection is gone."""
        self._node.lost(self)

    def pause_writing(self) -> None:
        """Read nothing from the partner until this leg has read what it was sent."""
        self._node.slow(self)
        if self.partner:
            self.partner._read(unread=True)

    def resume_writing(self) -> None:
        """Read from the partner again."""
        self._node.reads(self)
        if self.partner:
            self.partner._read(unread=False)

    def _slow_down(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self._allowed += int(MAX_RATE * min(1.0, now - self._since))
        self._since = now
        if (excess := self.received - self._allowed) > 0:
            self._read(too_fast=True)
            loop.call_later(excess / MAX_RATE, self._speed_up)

    def _speed_up(self) -> None:
        self._read(too_fast=False)

    def _read(self, *, unread: bool | None = None, too_fast: bool | None = None) -> None:
        """Read, unless there is a reason not to."""
        before = self._unread or self._too_fast
        self._unread = self._unread if unread is None else unread
        self._too_fast = self._too_fast if too_fast is None else too_fast
        if (after := self._unread or self._too_fast) != before and not self.transport.is_closing():
            (self.transport.pause_reading if after else self.transport.resume_reading)()


class Node:
    """One relay, or one node of a cluster.

    Args:
        meeting: decides who meets whom.
        cluster: tells the other nodes; None where there are none.

    Attributes:
        legs: its connections, by the number that the machine knows.
    """

    def __init__(self, meeting: Meeting, cluster: Cluster | None = None) -> None:
        self.meeting = meeting
        self._cluster = cluster
        self._loop = asyncio.get_running_loop()
        self.legs: dict[int, Leg] = {}
        self._last = 0
        self._copied = 0  # by legs that are gone
        self._slow: dict[Leg, None] = {}  # legs that do not read; the first has not for longest
        self._questions: set[asyncio.Task[None]] = set()
        self._swept = self._loop.time()

    async def listen(self, host: str, port: int) -> int:
        """Take an address and begin to accept; returns the port.

        Raises:
            Unreachable: nothing can listen there.
        """
        self._server = await bound(lambda: Leg(self), host, port, backlog=ACCEPTED_AT_ONCE)
        for listening in self._server.sockets:
            with socket.fromfd(listening.fileno(), listening.family, listening.type) as same:
                for kept in (socket.SO_SNDBUF, socket.SO_RCVBUF):  # also of those that are accepted
                    same.setsockopt(socket.SOL_SOCKET, kept, SOCKET_BUFFER)
                same.listen(ACCEPT_QUEUE)
        return int(self._server.sockets[0].getsockname()[1])

    async def run(self) -> None:
        """Look at the clock, for ever."""
        while True:
            await self._tick()

    async def drain(self) -> None:
        """Go down: accept nothing more, send away all that wait, and cut the tables one after the other."""
        self._server.close()
        self._do(self.meeting.drain(self._loop.time()))
        end = self._loop.time() + DRAIN_TIME + 1
        while self.legs and self._loop.time() < end:
            await self._tick()

    def close(self) -> None:
        """Close everything at once."""
        self._server.close()
        for task in self._questions:
            task.cancel()
        for leg in self.legs.values():
            leg.transport.abort()

    @property
    def copied(self) -> int:
        """How many bytes were copied, in both directions."""
        return self._copied + sum(leg.received for leg in self.legs.values())

    # What legs tell

    def connected(self, leg: Leg) -> None:
        """Take a leg that has connected."""
        if not (peer := leg.transport.get_extra_info("peername")):  # it was reset before uvloop asked who it is
            leg.transport.abort()
            return
        self._last += 1
        leg.number = self._last
        self.legs[leg.number] = leg
        self._do(self.meeting.connected(leg.number, network_of(peer[0]), self._loop.time()))

    def received(self, leg: Leg, data: bytes) -> None:
        """Take bytes of a leg that is not joined."""
        self._do(self.meeting.receive(leg.number, data, self._loop.time()))

    def lost(self, leg: Leg) -> None:
        """Take it that a leg is gone."""
        if not self.legs.pop(leg.number, None):
            return
        self.reads(leg)
        self._copied += leg.received
        self._do(self.meeting.lost(leg.number, self._loop.time()))
        if partner := leg.partner:
            leg.partner = partner.partner = None

    def slow(self, leg: Leg) -> None:
        """Take a leg that does not read, and let go of another if there are too many."""
        self._slow[leg] = None
        if len(self._slow) > MAX_SLOW:
            first = next(iter(self._slow))
            self.reads(first)
            first.transport.abort()

    def reads(self, leg: Leg) -> None:
        """Take it that a leg reads again, or is gone."""
        self._slow.pop(leg, None)

    # What the machine wants

    def _do(self, commands: Sequence[Command]) -> None:
        for command in commands:
            match command:
                case Say(number, line):
                    self.legs[number].transport.write(written(line))
                case End(number, line):
                    self._end(number, line)
                case Connect(host, joiner):
                    self._join(self.legs[host], self.legs[joiner])
                case Claim() | Seek():
                    task = self._loop.create_task(self._ask(command))
                    self._questions.add(task)
                    task.add_done_callback(self._questions.discard)

    def _end(self, number: int, line: FromRelay | None) -> None:
        if leg := self.legs.get(number):  # it may be lost already
            if line:
                leg.transport.write(written(line))
            leg.transport.close()

    def _join(self, host: Leg, joiner: Leg) -> None:
        for leg, partner in ((host, joiner), (joiner, host)):
            leg.partner, leg.seen = partner, -1
            leg.transport.write(JOINED)

    async def _ask(self, question: Claim | Seek) -> None:
        assert self._cluster, "only the machine of a cluster asks"
        if isinstance(question, Claim):
            ours = await self._cluster.claim(question.spot, question.ticket)
            self._do(self.meeting.claimed(question.leg, self._loop.time(), ours=ours))
        else:
            answer = await self._cluster.seek(question.spot)
            self._do(self.meeting.found(question.leg, answer, self._loop.time()))

    # The clock

    async def _tick(self) -> None:
        now = self._loop.time()
        commands = self.meeting.tick(now)
        self._do(commands)
        if now >= self._swept + IDLE_TIME:
            self._swept = now
            self._sweep()
        await asyncio.sleep(0 if commands else TICK)

    def _sweep(self) -> None:
        """Cut tables in which nothing was said since the last sweep, and legs that do not read the end."""
        for leg in list(self.legs.values()):
            copied = leg.received + (leg.partner.received if leg.partner else 0)
            if leg.seen == copied and (leg.partner or leg.transport.is_closing()):
                leg.transport.abort()
            leg.seen = copied
