"""A leg's connection to a relay: lines on the bare socket, to the byte, and then streams over it.

What comes after the line feed of `joined` is the partner's. A stream reader would have read some of it by then, and
TLS, which begins with it, would never see it. So the lines are read byte by byte, and only then is the socket handed
to asyncio's streams.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable

from chatgame.core.errors import InvalidMessage, Unreachable
from chatgame.net.addresses import Relay, numeric
from chatgame.net.legs import Leg, State, may_follow
from chatgame.net.tcp import DIAL_TIME, binding_of, open_streams
from chatgame.net.transport import EagerReader, StreamTransport, Transport
from chatgame.relay.limits import MAX_LINE
from chatgame.relay.lines import FromRelay, Host, Join, read_relay, written


class Wire:
    """A connection to a relay, before and after it says `joined`; the socket does not block."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket: socket.socket | None = connected
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def to(cls, relay: Relay, sender: str | None = None) -> "tuple[Wire, str]":
        """Connect to a relay, and return its IP address too; `sender` is that of the relay that named it, if one did.

        Raises:
            OSError: there is no connection.
            Unreachable: a redirect leads where it may not.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(numeric(relay.host), relay.port, type=socket.SOCK_STREAM)
        if sender is not None and not all(may_follow(sender, str(address[0])) for *_, address in found):
            raise Unreachable("It sends on into a network that is not its own.")
        failure: OSError = OSError("none of its addresses answers")
        for number, (family, kind, protocol, _, address) in enumerate(found):
            connecting = socket.socket(family, kind, protocol)
            connecting.setblocking(False)
            share = DIAL_TIME / (len(found) - number) / 2  # so that a dead address leaves time for the next
            try:
                async with asyncio.timeout(share):
                    await loop.sock_connect(connecting, address)
            except OSError as error:  # a TimeoutError is one
                connecting.close()
                failure = error
            except BaseException:
                connecting.close()
                raise
            else:
                return cls(connecting), str(address[0])
        raise failure

    async def say(self, line: bytes) -> None:
        """Say a line."""
        await self._loop.sock_sendall(self._open, line)

    async def hear(self) -> bytes:
        """Return the next line."""
        line = b""
        while (byte := await self._loop.sock_recv(self._open, 1)) != b"\n":
            line += byte
            if not byte:
                raise ConnectionResetError("it hung up")
            if len(line) >= MAX_LINE:
                raise InvalidMessage("it said a line that is too long")
        return line

    async def join(self, tls: ssl.SSLContext) -> Transport:
        """Hand the socket over as a client's."""
        reader, writer = await open_streams(sock=self._taken(), ssl=tls, server_hostname="")
        return StreamTransport(reader, writer, binding_of(writer))

    async def serve(
        self, tls: tuple[ssl.SSLContext, bytes], relay: Relay, welcome: Callable[[Transport], None]
    ) -> None:
        """Hand the socket over as a server's."""
        reader = EagerReader()

        def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            welcome(StreamTransport(reader, writer, server_tls=tls, relay=str(relay)))

        await self._loop.connect_accepted_socket(lambda: asyncio.StreamReaderProtocol(reader, accept), self._taken())

    def close(self) -> None:
        """Close the socket, if it was not handed over."""
        if self._socket:
            self._taken().close()

    @property
    def _open(self) -> socket.socket:
        assert self._socket, "the wire is open"
        return self._socket

    def _taken(self) -> socket.socket:
        taken, self._socket = self._open, None
        return taken


async def meet(wire: Wire, line: Host | Join, waiting: Callable[[FromRelay], object] = bool) -> FromRelay:
    """Say a leg's first line, and what follows until the leg is joined or ends; returns what the relay said last.

    `waiting` is called when a host has begun to wait.

    Raises:
        OSError: the connection has ended, or the relay was silent for too long.
        InvalidMessage: the relay said something else than a relay says.
    """
    loop = asyncio.get_running_loop()
    leg = Leg(line, loop.time())
    await wire.say(written(line))
    while True:
        async with asyncio.timeout_at(leg.deadline):
            said = read_relay(await wire.hear())
        before = leg.state
        if answer := leg.receive(said, loop.time()):
            await wire.say(written(answer))
        if leg.state in (State.JOINED, State.CLOSED):
            return said
        if before is State.HOSTING:
            waiting(said)
