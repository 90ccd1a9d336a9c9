"""Two ends of a connection in memory: real StreamReaders and StreamWriters, no sockets."""

import asyncio
from typing import Any

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def memory_streams() -> tuple[Streams, Streams]:
    """Both ends of a connection; what one writes the other reads. Needs a running loop."""
    client, server = _End(), _End()
    client.other, server.other = server, client
    return client.streams, server.streams


class _End(asyncio.Transport):
    """A transport that hands its bytes to the reader of the other end at once."""

    other: "_End"

    def __init__(self) -> None:
        super().__init__({"peername": ("memory", 0)})
        self._loop = asyncio.get_running_loop()
        self._reader = asyncio.StreamReader()
        self._protocol = asyncio.StreamReaderProtocol(self._reader)
        self._protocol.connection_made(self)
        self._closing = self._sent_eof = False

    @property
    def streams(self) -> Streams:
        return self._reader, asyncio.StreamWriter(self, self._protocol, self._reader, self._loop)

    def write(self, data: Any) -> None:
        if not self._sent_eof and not self.other._closing:
            self.other._protocol.data_received(bytes(data))

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        if not self._sent_eof:
            self._sent_eof = True
            self.other._reader.feed_eof()

    def pause_reading(self) -> None:
        self.other._protocol.pause_writing()

    def resume_reading(self) -> None:
        self.other._protocol.resume_writing()

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self.write_eof()
            self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    abort = close
