"""Legs on real sockets, and a relay's node for them."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest

from chatgame.relay.meeting import Meeting
from chatgame.relay.node import Cluster, Node
from chatgame.relay.program import raise_file_limit

TIME = 10.0
"""Seconds that anything may take here."""


def files(count: int) -> pytest.MarkDecorator:
    """A test that needs so many open files."""
    return pytest.mark.skipif(raise_file_limit() < count + 200, reason=f"it needs {count} open files")


def _has_several_addresses() -> bool:
    try:
        with socket.create_server(("127.0.1.1", 0)):
            return True
    except OSError:
        return False


several_addresses = pytest.mark.skipif(
    not _has_several_addresses(), reason="this computer has one loopback address, as macOS has"
)


class SocketLeg:
    """A connection to a relay that says and reads lines, and then bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def connect(cls, port: int, source: str = "127.0.0.1") -> "SocketLeg":
        """Connect from an address of this computer."""
        return cls(*await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0)))

    def say(self, line: str) -> None:
        """Say a line."""
        self.writer.write(f"{line}\n".encode())

    async def hear(self) -> str:
        """The next line; empty at the end."""
        async with asyncio.timeout(TIME):
            return (await self.reader.readline()).decode().rstrip("\n")

    async def read(self, size: int = -1) -> bytes:
        """So many bytes, or all until the end."""
        async with asyncio.timeout(TIME):
            return await (self.reader.read() if size < 0 else self.reader.readexactly(size))

    async def closed(self) -> bool:
        """Wait until the relay closes this leg; returns whether it said nothing before."""
        try:
            return not await self.read()
        except ConnectionError:
            return True

    async def close(self) -> None:
        """Close this end."""
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


class Legs:
    """The legs of one relay, which are closed at the end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._all: list[SocketLeg] = []

    async def connect(self, source: str = "127.0.0.1") -> SocketLeg:
        """A new leg that has said nothing."""
        leg = await SocketLeg.connect(self.port, source)
        self._all.append(leg)
        return leg

    async def say(self, line: str, source: str = "127.0.0.1") -> SocketLeg:
        """A new leg that has said its first line."""
        leg = await self.connect(source)
        leg.say(f"chatgame-relay 1 {line}")
        return leg

    async def table(self, source: str = "127.0.0.1") -> tuple[SocketLeg, SocketLeg]:
        """A host and a joiner who are joined."""
        host = await self.say("host", source)
        _, number, _ = (await host.hear()).split()
        joiner = await self.say(f"join {number}", source)
        assert await host.hear() == "ready?"
        host.say("ready")
        assert [await host.hear(), await joiner.hear()] == ["joined", "joined"]
        return host, joiner

    async def close(self) -> None:
        """Close all of them."""
        await asyncio.gather(*(leg.close() for leg in self._all))


@asynccontextmanager
async def relay_node(capacity: int = 4000, cluster: Cluster | None = None) -> AsyncIterator[tuple[Node, Legs]]:
    """A node at a port that is free, and what makes its legs."""
    chance = Random(1)
    meeting = Meeting(capacity, chance.randrange, lambda: secrets.token_hex(16), clustered=bool(cluster))
    node = Node(meeting, cluster)
    legs = Legs(await node.listen("127.0.0.1", 0))
    running = asyncio.create_task(node.run())
    try:
        yield node, legs
    finally:
        running.cancel()
        await legs.close()
        node.close()
        with suppress(asyncio.CancelledError):
            await running
        await until_gone(node)


async def until_gone(node: Node) -> None:
    """Wait until a node has no leg left."""
    await until(lambda: not node.legs)


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is true of a node."""
    async with asyncio.timeout(TIME):
        while not true():  # noqa: ASYNC110  # a node has no event for it, since nothing else needs one
            await asyncio.sleep(0)
