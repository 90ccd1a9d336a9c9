"""How the programs of a simulated session reach each other: on a direct line, or over relays that fail and lie.

Over relays all is real but the sockets and TLS: the programs' diallers and listeners, the pairing, and the relays'
own nodes. In place of a socket there is a connection of the simulated network. TLS is modelled by what it promises:
a side takes only what the other end of this very connection has said, whole and in order, and a server shows its
own certificate.
"""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from hashlib import sha256
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch

import detangle

from chatgame.core.errors import InvalidMessage, LinkLost, PeerSilent
from chatgame.core.limits import HELLO_TIME
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.net.addresses import Relay
from chatgame.net.tcp import open_streams
from chatgame.net.transport import EagerReader, StreamTransport, Transport
from chatgame.program.watcher import watch
from chatgame.relay import node
from chatgame.relay.limits import MAX_LINE
from chatgame.relay.lines import At, Spot, written
from chatgame.relay.meeting import Command, End, Meeting, Say
from chatgame.session.onlooker import Shown
from tests.simulation.relays import LIES

RELAY_LATENCIES = (0.0005, 0.1, 0.4)
"""Seconds that bytes take at the most between a program and a relay; a host has two to answer."""

LATENCIES = (0.0005, 0.1, 5.0)
"""The same between two programs."""


class Direct:
    """The client dials the server's address."""

    latencies = LATENCIES

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[None]:
        """Have the way there."""
        yield

    def setting(self, seat: Seat, *, begun: bool) -> dict[str, Any]:
        """How a program is started; `begun` tells whether it has a turn of the conversation."""
        return {"host": "server", "port": 1059, "insecure": True}

    def told(self, *texts: str) -> None:
        """Take what the server's person is told."""

    def may_turn_away(self, *, begun: bool) -> bool:
        """Whether a client may be told that there is no seat for it."""
        return False

    async def watch(self, see: Callable[[Shown], object]) -> None:
        """Watch as a third person."""
        await watch("server", 1059, BUILT_IN, see, lambda *_: None, insecure=True)

    async def make_trouble(self, seconds: float) -> None:
        """Cut the line."""
        await cut([tuple(Seat)], seconds)


async def cut(lines: Sequence[tuple[str, ...]], seconds: float) -> None:
    """Cut lines between two hosts each, for a while."""
    for line in lines:
        detangle.network().disconnect(*line)
    await asyncio.sleep(seconds)
    for line in lines:
        detangle.network().reconnect(*line)


class OverRelays(Direct):
    """Both dial relays: one, or two of a list, which may be a cluster; they die, drain, redirect and lie."""

    latencies = RELAY_LATENCIES

    def __init__(self, chance: Random) -> None:
        super().__init__(chance)
        cluster = chance.choice([None, Cluster()])
        self._relays = [SimulatedRelay(f"relay{n}", chance, cluster) for n in range(chance.choice([1, 2]))]
        self._addresses = [Relay(relay.host) for relay in self._relays]
        self._joining: list[str] = []
        self._joined: list[str] = []
        self._watching: list[str] = []

    @asynccontextmanager
    async def laid(self) -> AsyncIterator[None]:
        """Have the relays run."""
        numbers = count(1)
        with ExitStack() as stack:
            for what, model in (
                ("chatgame.net.relayed.Wire", SimulatedWire),
                ("chatgame.net.tls.new_certificate", lambda: f"certificate {next(numbers)}"),
                ("chatgame.net.tls.server_tls", lambda text: (None, sha256(text.encode()).digest())),
                ("secrets.randbelow", self.chance.randrange),
                ("chatgame.relay.node.network_of", str),
            ):
                stack.enter_context(patch(what, model))
            for relay in self._relays:
                await relay.start()
            yield
            for relay in self._relays:
                await relay.stop()

    def setting(self, seat: Seat, *, begun: bool) -> dict[str, Any]:
        """The client's person types what the server's has told them last; one who has come by it, that or no code."""
        if seat is Seat.SERVER:
            return {"host": "", "port": 0, "relays": self._addresses}
        if not begun:
            self._joined = self._joining
        code = self._joined[-1] if self._joined and not (begun and self.chance.random() < 0.5) else None
        return {"host": "", "port": 0, "relays": _relays_of(self._joined) or self._addresses, "code": code}

    def told(self, *texts: str) -> None:
        """Tell commands to those whom they are for."""
        for text in texts:
            if text.startswith("chatgame client"):
                self._joining = text.split()
            elif text.startswith("chatgame watch"):
                self._watching = text.split()

    def may_turn_away(self, *, begun: bool) -> bool:
        """Whether it may read that its code was used, which was by itself: a relay lies when it comes back."""
        return not begun

    async def watch(self, see: Callable[[Shown], object]) -> None:
        """Watch by the code that was told last."""
        if words := self._watching:
            await watch("", 0, BUILT_IN, see, lambda *_: None, relays=_relays_of(words), code=words[-1])

    async def make_trouble(self, seconds: float) -> None:
        """Do something to a relay, or cut lines to relays."""
        relay = self.chance.choice(self._relays)
        match self.chance.randrange(6):
            case 0:
                await relay.die(seconds, power=self.chance.random() < 0.5)
            case 1:
                await relay.drain(seconds)
            case 2 | 3 | 4:
                await relay.lie(3.0 + seconds)
            case _:
                seats = self.chance.choice([tuple(Seat), (Seat.CLIENT,), (Seat.SERVER,)])
                await cut([(seat, relay.host) for seat in seats for relay in self._relays], seconds)


def _relays_of(words: Sequence[str]) -> list[Relay]:
    """The relays of a command."""
    return [Relay(words[at + 1]) for at, word in enumerate(words) if word == "--relay"]


class Cluster:
    """Tells the nodes of a cluster who waits where, and forgets nothing, as an engine for some minutes."""

    def __init__(self) -> None:
        self.numbers: dict[Spot, tuple[str, str]] = {}
        self.places: dict[Spot, list[str]] = {}


class _Member:
    """What a node of a cluster sees of it."""

    def __init__(self, cluster: Cluster, host: str) -> None:
        self._cluster = cluster
        self._host = host

    async def claim(self, spot: Spot, ticket: str) -> bool:
        """Tell that a host waits here."""
        if isinstance(spot, str):
            nodes = self._cluster.places.setdefault(spot, [])
            nodes[:] = [self._host, *(host for host in nodes if host != self._host)]
            return True
        return self._cluster.numbers.setdefault(spot, (self._host, ticket)) == (self._host, ticket)

    async def seek(self, spot: Spot) -> At | None:
        """Return another node where a host waits, or has waited."""
        there = [self._cluster.numbers.get(spot, ("", ""))[0], *self._cluster.places.get(spot, [])]
        return next((At(host, 1060) for host in there if host not in ("", self._host)), None)


class SimulatedRelay:
    """A computer on which a relay runs.

    Attributes:
        host: its name.
    """

    def __init__(self, host: str, chance: Random, cluster: Cluster | None) -> None:
        self.host = host
        self._chance = chance
        self._member = _Member(cluster, host) if cluster else None

    async def start(self) -> None:
        """Start the relay, empty."""
        chance = self._chance
        meeting = Meeting(
            1000, chance.randrange, lambda: f"{chance.getrandbits(128):032x}", clustered=bool(self._member)
        )
        self._node = LyingNode(meeting, self._member, chance)
        await detangle.spawn(self._node.listen(self.host, 1060), host=self.host)
        self._process = detangle.spawn(self._node.run(), host=self.host)

    async def stop(self) -> None:
        """Kill the relay: all that are connected notice it at once."""
        self._process.cancel()
        await asyncio.wait({self._process})
        self._node.close()

    async def die(self, seconds: float, *, power: bool) -> None:
        """Kill the relay, or have its computer lose power, which its legs notice later; then start it again."""
        if power:
            detangle.network().crash(self.host)
        else:
            await self.stop()
        await asyncio.sleep(seconds)
        detangle.network().restart(self.host)
        await self.start()

    async def drain(self, seconds: float) -> None:
        """Stop the relay as with SIGTERM, and start it again."""
        self._process.cancel()
        await detangle.spawn(self._node.drain(), host=self.host)
        await self.die(seconds, power=False)

    async def lie(self, seconds: float) -> None:
        """Say what is not true, for a while; then forget all that was built on it."""
        self._node.lies = True
        await asyncio.sleep(seconds)
        await self.die(0.0, power=False)


class LyingNode(node.Node):
    """A node on the simulated network, which lies for a while.

    Attributes:
        lies: whether it does so now.
    """

    def __init__(self, meeting: Meeting, cluster: node.Cluster | None, chance: Random) -> None:
        super().__init__(meeting, cluster)
        self.lies = False
        self.chance = chance
        self.recorded: list[bytes] = []

    async def listen(self, host: str, port: int) -> int:
        """Listen at a simulated address."""
        self._server = await self._loop.create_server(lambda: LyingLeg(self), host, port)
        return port

    def _do(self, commands: Sequence[Command]) -> None:
        for command in commands:
            if (
                self.lies
                and isinstance(command, Say | End)
                and command.leg in self.legs
                and self.chance.random() < 0.5
            ):
                lie = self.chance.choice(LIES)
                self.legs[command.leg].transport.write(lie if isinstance(lie, bytes) else written(lie))
                command = End(command.leg, None)  # noqa: PLW2901
            super()._do([command])

    def _join(self, host: node.Leg, joiner: node.Leg) -> None:
        if self.lies and self.chance.random() < 0.3:  # strangers
            host = self.chance.choice([leg for leg in self.legs.values() if leg is not joiner and not leg.partner])
        super()._join(host, joiner)


class LyingLeg(node.Leg):
    """A leg of such a node."""

    _node: LyingNode

    def data_received(self, data: bytes) -> None:
        """Take bytes as the simulated network gives them, and do what a lying relay does to them."""
        if not (self.partner and self._node.lies):
            self._take(data)
            return
        chance, recorded = self._node.chance, self._node.recorded
        recorded.append(data)
        match chance.randrange(8):
            case 0:
                pass
            case 1:
                self._take(data)
                self._take(data)
            case 2:
                self._take(chance.choice(recorded))
            case 3:
                self.transport.write(data)
            case 4:
                self._take(data[::-1])
            case 5:
                chance.choice(list(self._node.legs.values())).transport.write(data)
            case _:
                self._take(data)

    def _take(self, data: bytes) -> None:
        buffer = self.get_buffer(len(data))
        for start in range(0, len(data), len(buffer)):
            part = data[start : start + len(buffer)]
            buffer[: len(part)] = part
            self.buffer_updated(len(part))


class SimulatedWire:
    """What `chatgame.net.wire.Wire` is, on the simulated network."""

    def __init__(self, reader: EagerReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._handed_over = False
        self._received = Received(reader)

    @classmethod
    async def to(cls, relay: Relay, sender: str | None = None) -> "tuple[SimulatedWire, str]":  # noqa: ARG003
        """Connect to a relay; names stand for addresses here."""
        return cls(*await open_streams(relay.host, relay.port)), relay.host

    async def say(self, line: bytes) -> None:
        """Say a line."""
        self._writer.write(line)

    async def hear(self) -> bytes:
        """Return the next line."""
        line = b""
        while (byte := await self._received.exactly(1)) != b"\n":
            line += byte
            if len(line) >= MAX_LINE:
                raise InvalidMessage("it said a line that is too long")
        return line

    async def join(self, tls: object) -> Transport:  # it is modelled
        """Begin TLS as a client."""
        self._handed_over = True
        transport = SealedTransport(self._reader, self._writer, self._received)
        try:
            await transport.greet()
        except BaseException:
            transport.abort()
            raise
        return transport

    async def serve(self, tls: tuple[object, bytes], relay: Relay, welcome: Callable[[Transport], None]) -> None:
        """Hand over what will be TLS of a server with this channel binding."""
        self._handed_over = True
        welcome(SealedTransport(self._reader, self._writer, self._received, tls[1], str(relay)))

    def close(self) -> None:
        """Close, if it was not handed over."""
        if not self._handed_over:
            self._writer.close()


class Received:
    """What has come over a connection, and is not taken yet."""

    def __init__(self, reader: EagerReader) -> None:
        self.data = b""
        self.over = False
        self._more = asyncio.Event()
        reader.hand_on(self._take)

    def _take(self, data: bytes) -> None:
        self.data += data
        self.over = self.over or not data
        self._more.set()

    async def exactly(self, size: int) -> bytes:
        """Take so many bytes.

        Raises:
            ConnectionResetError: it is over before they have come.
        """
        while len(self.data) < size:
            if self.over:
                raise ConnectionResetError("it hung up")
            self._more.clear()
            await self._more.wait()
        taken, self.data = self.data[:size], self.data[size:]
        return taken


SECRET = b"what no relay knows"
"""Stands for the private keys of both ends."""


def sealed(*parts: bytes) -> bytes:
    """What only an end of the connection can write."""
    return hmac.new(SECRET, b"".join(parts), sha256).digest()


class SealedTransport(StreamTransport):
    """What TLS promises, over a connection that others can change. With a `certificate` it is a server's."""

    def __init__(
        self,
        reader: EagerReader,
        writer: asyncio.StreamWriter,
        received: Received,
        certificate: bytes = b"",
        relay: str = "",
    ) -> None:
        super().__init__(reader, writer, relay=relay)
        self._received = received
        self._certificate = certificate
        self._secret = b""
        self._counts = {True: 0, False: 0}  # records of the server's, and of the client's
        self._taken: Callable[[bytes], None] | None = None

    async def greet(self) -> None:
        """As the client: begin, and see whose certificate it is."""
        nonce = secrets.token_bytes(32)
        self._writer.write(nonce)
        answer = await self._received.exactly(96)
        if answer[64:] != sealed(nonce, answer[:64]):
            raise ConnectionResetError("It is not TLS.")
        self._secret, self.binding = nonce + answer[:32], answer[32:64]

    async def handshake(self) -> None:
        """As the server: answer."""
        try:
            async with asyncio.timeout(HELLO_TIME):
                nonce = await self._received.exactly(32)
        except TimeoutError as error:
            raise PeerSilent("it said nothing whole in time") from error
        except OSError as error:
            raise LinkLost("it could not be made secure") from error
        answer = secrets.token_bytes(32) + self._certificate
        self._writer.write(answer + sealed(nonce, answer))
        self._secret, self.binding = nonce + answer[:32], self._certificate

    def _seal(self, data: bytes, *, servers: bool) -> bytes:
        self._counts[servers] += 1
        return sealed(self._secret, b"%d %d" % (servers, self._counts[servers]), data)

    def write(self, data: bytes) -> None:
        """Write a record."""
        super().write(len(data).to_bytes(4) + self._seal(data, servers=bool(self._certificate)) + data)

    def end(self) -> bool:
        """TLS cannot."""
        return False

    def hand_on(self, received: Callable[[bytes], None]) -> None:
        """Hand on what the other end has said."""
        self._taken = received
        earlier, self._received.data = self._received.data, b""
        self._reader.hand_on(self._take)
        if earlier:
            self._take(earlier)
        if self._received.over:
            self._take(b"")

    def _take(self, data: bytes) -> None:
        assert self._taken
        if not data:
            self._taken(b"")
            return
        self._received.data += data
        while len(whole := self._received.data) >= 36:
            end = 36 + int.from_bytes(whole[:4])
            if len(whole) < end and end < 1_000_000:
                return
            record, self._received.data = whole[36:end], whole[end:]
            if self._seal(record, servers=not self._certificate) != whole[4:36]:
                self._received.data = b""
                with suppress(OSError):
                    self._writer.transport.abort()
                self._taken(b"")
                return
            self._taken(record)
