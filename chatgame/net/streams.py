"""Messages over one StreamReader and StreamWriter pair."""

import asyncio
import ssl
from contextlib import suppress

from chatgame.core.errors import InvalidMessage, LinkLost
from chatgame.core.limits import CLOSING_TIME
from chatgame.protocol.frames import HEADER_SIZE, frame, payload_size
from chatgame.protocol.messages import Bye, Message, decode, encode

READ_SIZE = 8 * 1024
"""In bytes, how much is read at once: a message, but for the longest. asyncio would allocate 256 KiB for each read,
which takes longer than to read."""


class Connection:
    """Carries messages one by one; whoever calls sets the deadlines."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        if hasattr(writer.transport, "max_size"):  # a socket's on asyncio's own loop
            writer.transport.max_size = READ_SIZE

    @property
    def peer(self) -> tuple[str, int]:
        """The address and port at the other end."""
        host, port, *_ = self._writer.get_extra_info("peername") or ("nowhere", 0)  # where it is gone already
        return host, port

    async def receive(self) -> Message:
        """The next message.

        Raises:
            InvalidMessage: the bytes that came are none.
            LinkLost: the stream ended or broke, even between two messages: a peer says goodbye first.
        """
        try:
            header = await self._reader.readexactly(HEADER_SIZE)
            payload = await self._reader.readexactly(payload_size(header))
        except (asyncio.IncompleteReadError, OSError) as error:
            raise LinkLost("The connection broke.") from error
        return decode(payload)

    def write(self, message: Message) -> None:
        """Hand one message to the stream; whether it can be sent shows later."""
        if not self._writer.is_closing():  # where uvloop would raise a RuntimeError
            self._writer.write(frame(encode(message)))

    @property
    def waits(self) -> bool:
        """Whether anything that was written still waits to be sent, since the peer does not read."""
        return self._writer.transport.get_write_buffer_size() > 0

    async def drain(self) -> None:
        """Wait while too much waits to be sent.

        Raises:
            LinkLost: the stream is broken.
        """
        try:
            await self._writer.drain()
        except OSError as error:
            raise LinkLost("The connection broke.") from error

    async def send(self, message: Message) -> None:
        """Send one message, waiting while the peer doesn't read.

        Raises:
            LinkLost: the stream is broken.
        """
        self.write(message)
        await self.drain()

    @property
    def certificate(self) -> bytes:
        """The peer's, in DER, where the connection is secure."""
        certificate: bytes = self._writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return certificate

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on in TLS, before anything was read.

        Raises:
            LinkLost: the peer does not do so.
        """
        try:
            await self._writer.start_tls(context)
        except (OSError, EOFError) as error:
            raise LinkLost("The connection could not be made secure.") from error

    async def close(self, goodbye: Bye | None = None) -> bool:
        """Send a goodbye, if any, wait for the peer to close too, and close; never takes long or raises.

        Returns whether the peer has said goodbye too, and so has heard ours. To close while bytes lie unread would
        reset the connection, and the reset could overtake our goodbye: so what still comes is read (RFC 1122,
        4.2.2.13).
        """
        answered, half = False, self._writer.can_write_eof()
        try:
            # TLS cannot close one half: who has nothing to say closes both, or else each would wait for the other.
            with suppress(LinkLost, OSError):  # a TimeoutError is one
                async with asyncio.timeout(CLOSING_TIME if goodbye or half else 0):
                    if goodbye:
                        await self.send(goodbye)
                    if half:
                        self._writer.write_eof()
                    with suppress(InvalidMessage):
                        while not answered:
                            answered = isinstance(await self.receive(), Bye)
                    while not answered and await self._reader.read(4096):
                        pass
            with suppress(OSError):
                async with asyncio.timeout(CLOSING_TIME):
                    self._writer.close()
                    await self._writer.wait_closed()
        finally:
            self.abort()
        return answered

    def abort(self) -> None:
        """Close at once, whatever has not been sent yet."""
        self._writer.transport.abort()
