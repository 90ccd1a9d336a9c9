"""A wire: messages over streams by hand, right ones and wrong ones, in the protocol's frames."""

import asyncio
import ssl

from chatgame.core.errors import LinkLost
from chatgame.net.transport import EagerReader
from chatgame.protocol.frames import FrameReader, frame
from chatgame.protocol.messages import Message, decode, encode


class Wire:
    """Says and hears messages over streams; knows nothing of what may be said when."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        if isinstance(reader, EagerReader):
            self.reader = asyncio.StreamReader()
            reader.hand_on(self._feed)
        self._frames = FrameReader()

    def _feed(self, data: bytes) -> None:
        if data:
            self.reader.feed_data(data)
        else:
            self.reader.feed_eof()

    def say(self, *messages: Message | bytes) -> None:
        """Send messages, or their bytes as they are, each in a frame, in one write."""
        self.writer.write(b"".join(frame(m if isinstance(m, bytes) else encode(m)) for m in messages))

    async def hear_payload(self) -> bytes:
        """Return the bytes of the next message.

        Raises:
            LinkLost: the stream has ended.
        """
        while (payload := self._frames.next_payload()) is None:
            try:
                data = await self.reader.read(8192)
            except OSError:
                data = b""
            if not data:
                raise LinkLost("The stream has ended.")
            self._frames.feed(data)
        return payload

    async def hear(self) -> Message:
        """Return the next message, which is one of this version."""
        message = decode(await self.hear_payload())
        assert isinstance(message, Message)
        return message

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on in TLS.

        Raises:
            LinkLost: the other end does not.
        """
        try:
            await self.writer.start_tls(context)
        except (OSError, EOFError) as error:
            raise LinkLost("There is no TLS.") from error

    def abort(self) -> None:
        """Close at once."""
        self.writer.transport.abort()
