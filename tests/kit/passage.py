"""A way to a server that a test can cut."""

import asyncio
from contextlib import suppress


class Passage:
    """Passes on the bytes of each connection to a port of this computer, unless it is cut.

    Attributes:
        port: where it listens.
    """

    port: int

    def __init__(self, target: int) -> None:
        self._target = target
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def listen(self, port: int = 0) -> None:
        """Take connections; port 0 takes any that is free."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Let nothing through: connections stay open, and new ones are made, but no byte arrives."""
        self._open.clear()

    def close(self) -> None:
        """Break all connections, and refuse new ones."""
        self._open.set()
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def heal(self) -> None:
        """Let everything through again, and what was sent meanwhile first."""
        if not self._server.is_serving():
            await self.listen(self.port)
        self._open.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, onward = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(self._copy(reader, onward), self._copy(there, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
        writer.close()
        self._writers.discard(writer)
