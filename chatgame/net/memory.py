"""Two ends of a connection in memory: real streams, no sockets."""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.net.link import Link
from chatgame.net.pump import Pump
from chatgame.net.transport import EagerReader, StreamTransport
from chatgame.protocol.connection import Connection
from chatgame.protocol.hello import hello_of
from chatgame.protocol.messages import Hello
from chatgame.protocol.resume import Held

Streams = tuple[EagerReader, asyncio.StreamWriter]


def linked_in_memory(
    client_games: Mapping[str, AnyRules], server_games: Mapping[str, AnyRules] | None = None
) -> tuple[Link, Link]:
    """Return the links of a client and a server in one process, who have said hello. Needs a running loop."""
    games = client_games if server_games is None else server_games
    client, server = (
        Pump(StreamTransport(*streams), seat) for seat, streams in zip(Seat, memory_streams(), strict=True)
    )
    now = asyncio.get_running_loop().time()
    nonce = secrets.token_bytes(32)
    greet(client.connection, hello_of(Held(Seat.CLIENT), client_games, nonce=nonce), server.connection, now)
    greet(server.connection, hello_of(Held(Seat.SERVER), games, nonce=nonce), client.connection, now)
    return Link(client, Held(Seat.CLIENT)), Link(server, Held(Seat.SERVER))


def greet(speaker: Connection, hello: Hello, hearer: Connection, now: float) -> None:
    """Let one end of a connection say hello, and the other hear it."""
    speaker.say(hello, now)
    hearer.receive(speaker.data_to_send(), now)
    hearer.next_event()


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
        self._reader = EagerReader()
        self._protocol = asyncio.StreamReaderProtocol(self._reader)
        self._protocol.connection_made(self)
        self._closing = self._sent_eof = self._full = False

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
        self._full = True
        self.other._protocol.pause_writing()

    def resume_reading(self) -> None:
        self._full = False
        self.other._protocol.resume_writing()

    def get_write_buffer_size(self) -> int:
        return int(self.other._full)  # the bytes themselves wait in the reader there

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self.write_eof()
            self._closing = True
            self._loop.call_soon(self._protocol.connection_lost, None)

    abort = close
