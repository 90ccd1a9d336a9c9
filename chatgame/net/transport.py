"""The seam below the protocol: what carries bytes, what makes connections, and what accepts them.

TCP, TLS and streams in memory are transports; another can come without a change to anything above.
"""

import asyncio
import ssl
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Protocol, SupportsIndex

from chatgame.core.errors import LinkLost, PeerSilent
from chatgame.core.limits import CLOSING_TIME, HELLO_TIME

READ_SIZE = 8 * 1024
"""In bytes, how much is read at once: a message, but for the longest. asyncio would allocate 256 KiB for each read,
which takes longer than to read."""

Peer = tuple[str, int]
"""The address and port at the other end."""


class Transport(Protocol):
    """Carries bytes both ways between two programs."""

    @property
    def peer(self) -> Peer:
        """The address and port at the other end."""

    @property
    def origin(self) -> str:
        """Where it comes from, for people: "from" an address, or "over" a relay."""

    @property
    def binding(self) -> bytes | None:
        """What identifies a secure channel to both ends: the channel binding (RFC 5056), or None if it is not secure.

        Over TLS it is SHA-256 of the server's certificate (`tls-server-end-point`, RFC 5929).
        """

    @property
    def stalled(self) -> bool:
        """Whether bytes still wait to be sent, since the other end does not read."""

    async def handshake(self) -> None:
        """As the side that was called: make the channel secure, if that is what this transport is for.

        Raises:
            LinkLost: the other end does not do so, or not in the time that there is for a greeting.
        """

    def hand_on(self, received: Callable[[bytes], None]) -> None:
        """Hand on bytes as they come, first those that have come, and none at the end, however the stream has ended.

        The end may be handed on more than once.
        """

    def write(self, data: bytes) -> None:
        """Hand over bytes to send; whether they can be sent shows later."""

    async def drain(self) -> None:
        """Wait while too much waits to be sent.

        Raises:
            LinkLost: the channel is broken.
        """

    def end(self) -> bool:
        """Say that nothing more will be written, if the channel can; returns whether it could."""

    async def close(self) -> None:
        """Close when all was sent; never takes long or raises."""

    def abort(self) -> None:
        """Close at once, whatever has not been sent yet."""


class Dialler(Protocol):
    """Makes transports to one server."""

    @property
    def options(self) -> str:
        """What people can have mistyped, if the server is not there."""

    @property
    def where(self) -> str:
        """The server's address for people, as in "localhost on port 1059"."""

    async def dial(self) -> Transport:
        """Make a transport; where it is secure, the handshake is done.

        Raises:
            Unreachable: the server cannot be reached; the sentence says why, and what to do.
        """


class Listener(Protocol):
    """Accepts transports from clients."""

    @property
    def port(self) -> int:
        """Where it listens."""

    async def start(self, welcome: Callable[[Transport], None]) -> None:
        """Begin to accept: `welcome` gets each transport, before its handshake.

        Raises:
            Unreachable: nothing can listen there after all.
        """

    def expect(self, places: Collection[str], *, new: bool) -> None:
        """Be where clients look: old friends at these places of a relay, and somebody `new` where the code says."""

    def renew(self) -> bool:
        """Be where another code says, since somebody guesses at this one; returns False if that cannot be."""

    def close(self) -> None:
        """Accept no more; transports that were accepted may still come."""


class EagerReader(asyncio.StreamReader):
    """A stream reader that hands on bytes in the very moment in which they come.

    To wake a task that reads them takes one pass of the event loop more, of the three that a turn takes then.
    """

    def __init__(self) -> None:
        super().__init__()
        self._received: Callable[[bytes], object] | None = None
        self._early: list[bytes] = []

    def hand_on(self, received: Callable[[bytes], object]) -> None:
        """Hand on what has come, and what will come; no bytes stand for the end of the stream."""
        self._received = received
        for data in self._early:
            received(data)
        self._early.clear()

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        """Take bytes from the socket."""
        if some := bytes(data):
            self._hand_on(some)

    def feed_eof(self) -> None:
        """Take the end of the stream."""
        super().feed_eof()
        self._hand_on(b"")

    def set_exception(self, exc: Exception) -> None:
        """Take the end of a stream that was reset, or is broken in TLS."""
        super().set_exception(exc)
        self._hand_on(b"")

    def _hand_on(self, data: bytes) -> None:
        (self._received or self._early.append)(data)


class StreamTransport:
    """A transport over an `EagerReader` and a `StreamWriter`, of a socket or of memory.

    Args:
        reader, writer: the streams.
        binding: the channel binding, if the streams are secure already.
        server_tls: what makes an accepted connection secure, and the channel binding that it has then.
        relay: the relay over which an accepted connection came, if it did.
    """

    def __init__(
        self,
        reader: EagerReader,
        writer: asyncio.StreamWriter,
        binding: bytes | None = None,
        server_tls: tuple[ssl.SSLContext, bytes] | None = None,
        relay: str = "",
    ) -> None:
        self.binding = binding
        self._relay = relay
        self._reader = reader
        self._writer = writer
        self._server_tls = server_tls
        if hasattr(writer.transport, "max_size"):  # a socket's on asyncio's own loop
            writer.transport.max_size = READ_SIZE

    @property
    def peer(self) -> Peer:
        """The address and port at the other end; an IPv4 address is shown as one, however the socket writes it."""
        host, port, *_ = self._writer.get_extra_info("peername") or ("nowhere", 0)  # where it is gone already
        return host.removeprefix("::ffff:"), port

    @property
    def origin(self) -> str:
        """Where it comes from."""
        return f"over the relay {self._relay}" if self._relay else f"from {self.peer[0]}"

    @property
    def stalled(self) -> bool:
        """Whether bytes still wait to be sent."""
        return self._writer.transport.get_write_buffer_size() > 0

    async def handshake(self) -> None:
        """Make an accepted connection secure, if it is to be."""
        if not self._server_tls:
            return
        context, binding = self._server_tls
        try:
            async with asyncio.timeout(HELLO_TIME):
                await self._writer.start_tls(context)
        except TimeoutError as error:
            raise PeerSilent("it said nothing whole in time") from error
        except (OSError, EOFError) as error:
            raise LinkLost("it could not be made secure") from error
        self.binding = binding

    def hand_on(self, received: Callable[[bytes], None]) -> None:
        """Hand on bytes as they come."""
        self._reader.hand_on(received)

    def write(self, data: bytes) -> None:
        """Hand over bytes to send."""
        if not self._writer.is_closing():  # asyncio would warn of it on the screen, and uvloop raise a RuntimeError
            self._writer.write(data)

    async def drain(self) -> None:
        """Wait while too much waits to be sent."""
        try:
            await self._writer.drain()
        except OSError as error:
            raise LinkLost("The connection broke.") from error

    def end(self) -> bool:
        """Close one half, if the streams can; TLS cannot."""
        if not self._writer.can_write_eof():
            return False
        with suppress(OSError):
            self._writer.write_eof()
        return True

    async def close(self) -> None:
        """Close in time."""
        try:
            with suppress(OSError):  # a TimeoutError is one
                async with asyncio.timeout(CLOSING_TIME):
                    self._writer.close()
                    await self._writer.wait_closed()
        finally:
            self.abort()

    def abort(self) -> None:
        """Close at once."""
        self._writer.transport.abort()
        self._reader.feed_eof()
