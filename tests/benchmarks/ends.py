"""The two ends of a turn's round trip, each in a process of its own on the loopback interface.

python -m tests.benchmarks.ends KIND serve          prints its port, and answers one client
python -m tests.benchmarks.ends KIND dial --port N  prints the seconds that a round trip takes
"""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from time import perf_counter

from chatgame.core.commitments import Opening
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Turn
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.journal.store import Store
from chatgame.program.client import join
from chatgame.program.server import serve
from chatgame.program.setting import Setting
from chatgame.session.play import converse
from tests.benchmarks.crowd import crowd
from tests.kit.ends import dial, listening

HOST = "127.0.0.1"

WARM_UP = 200
"""Round trips before the first one that is measured."""

Opened = Callable[[int], object]
"""A function that is called with the port as soon as a server listens."""


class Clock:
    """Measures the time of a number of round trips, after some to warm up."""

    def __init__(self, trips: int) -> None:
        self.over = WARM_UP + trips
        self._trips = trips
        self._began = 0.0

    def at(self, trip: int) -> None:
        """A round trip begins."""
        if trip == WARM_UP:
            self._began = perf_counter()

    def seconds(self) -> float:
        """The seconds that each measured round trip took."""
        return (perf_counter() - self._began) / self._trips


class Echo:
    """A player who always says the same line."""

    def __init__(self, line: str) -> None:
        self._line = line

    async def ask(self, table: Table) -> str:
        """The line; everybody may watch who likes."""
        return "/accept" if table.watching.asked_by else self._line

    async def see(self, step: Step) -> None:
        """Do nothing."""

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Do nothing."""

    async def hear(self, text: str) -> None:
        """Fail: no line of this player should be refused."""
        raise AssertionError(text)


class Caller(Echo):
    """An `Echo` that quits after `trips` round trips; `took` is the seconds that each of them took."""

    def __init__(self, line: str, trips: int) -> None:
        super().__init__(line)
        self._clock = Clock(trips)
        self.took = 0.0

    async def ask(self, table: Table) -> str:
        """The line, or a quit."""
        trip = table.number // 2
        if trip == self._clock.over:
            self.took = self._clock.seconds()
            return "/q"
        self._clock.at(trip)
        return await super().ask(table)


class Watched(Caller):
    """A `Caller` who lets people watch, as many as there may be, before anything is measured."""

    def __init__(self, line: str, trips: int, port: int) -> None:
        super().__init__(line, trips)
        self._port = port
        self._crowd = ExitStack()

    async def ask(self, table: Table) -> str:
        """Ask to let people watch; when they have come, say the line."""
        if not table.number:
            return "/watch"
        if table.number == 2:
            await asyncio.to_thread(self._crowd.enter_context, crowd(self._port))
        line = await super().ask(table)
        if line == "/q":
            self._crowd.close()
        return line


class Unkept(InMemory):
    """A journal that keeps nothing."""

    async def keep(self, turn: Turn, opening: Opening | None = None) -> None:
        """Do nothing."""

    def take(self, turn: Turn) -> None:
        """Do nothing."""


async def serve_session(size: int, opened: Opened) -> None:
    """The server of a whole session, without a journal."""
    async with listening(HOST) as door:
        await door.open(Unkept(Seat.SERVER))
        opened(door.listener.port)
        await converse(Echo("x" * size), await door.partner, BUILT_IN, Unkept(Seat.SERVER))


async def dial_session(size: int, port: int, trips: int) -> float:
    """The client of a whole session, without a journal."""
    caller, journal = Caller("x" * size, trips), Unkept(Seat.CLIENT)
    await converse(caller, await dial(port, journal), BUILT_IN, journal)
    return caller.took


async def serve_program(size: int, opened: Opened) -> None:
    """The server's program, with its journal on disk."""

    def notify(*texts: str) -> None:
        for text in texts:
            if text.startswith("Server listening on"):
                opened(int(text.rpartition(" ")[2]))

    with tempfile.TemporaryDirectory() as folder, Store(Path(folder, "journal.db")) as store:
        await serve(Echo("x" * size), Setting(HOST, 0, BUILT_IN, store), notify)


async def dial_program(size: int, port: int, trips: int, *, watched: bool = False) -> float:
    """The client's program, with its journal on disk."""
    caller = Watched("x" * size, trips, port) if watched else Caller("x" * size, trips)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder, "journal.db")) as store:
        await join(caller, Setting(HOST, port, BUILT_IN, store), lambda *_: None)
    return caller.took


async def receive(reader: asyncio.StreamReader) -> bytes:
    """Receive one message over bare streams."""
    return await reader.readexactly(int.from_bytes(await reader.readexactly(4)))


async def send(writer: asyncio.StreamWriter, payload: bytes) -> None:
    """Send one message over bare streams."""
    writer.write(len(payload).to_bytes(4) + payload)
    await writer.drain()


async def serve_streams(_: int, opened: Opened, keep: Callable[[bytes], object] = len) -> None:
    """A bare loop over asyncio's streams, which checks nothing."""
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                payload = await receive(reader)
                keep(payload)  # the turn that came
                keep(payload)  # and the one that answers it
                await send(writer, payload)
        except asyncio.IncompleteReadError:
            writer.close()
            over.set()

    async with await asyncio.start_server(answer, HOST, 0) as server:
        opened(server.sockets[0].getsockname()[1])
        await over.wait()


async def dial_streams(size: int, port: int, trips: int, keep: Callable[[bytes], object] = len) -> float:
    """The client of this server."""
    reader, writer = await asyncio.open_connection(HOST, port)
    payload, clock = b"x" * size, Clock(trips)
    for trip in range(clock.over):
        clock.at(trip)
        keep(payload)
        await send(writer, payload)
        keep(await receive(reader))
    seconds = clock.seconds()
    writer.close()
    await writer.wait_closed()
    return seconds


async def serve_synced(size: int, opened: Opened) -> None:
    """The bare loop, with each turn synced to a file on either side before the next one."""
    with tempfile.TemporaryFile(buffering=0) as file:

        def keep(payload: bytes) -> None:
            file.write(payload)
            os.fdatasync(file.fileno())

        await serve_streams(size, opened, keep)


async def dial_synced(size: int, port: int, trips: int) -> float:
    """The client of this server."""
    with tempfile.TemporaryFile(buffering=0) as file:

        def keep(payload: bytes) -> None:
            file.write(payload)
            os.fdatasync(file.fileno())

        return await dial_streams(size, port, trips, keep)


async def serve_websockets(_: int, opened: Opened) -> None:
    """The echo of the library websockets, without compression, since no other peer compresses."""
    from websockets.asyncio.server import ServerConnection, serve

    over = asyncio.Event()

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)
        over.set()

    async with serve(echo, HOST, 0, compression=None) as server:
        opened(next(iter(server.sockets)).getsockname()[1])
        await over.wait()


async def dial_websockets(size: int, port: int, trips: int) -> float:
    """The client of this server."""
    from websockets.asyncio.client import connect

    text, clock = "x" * size, Clock(trips)
    async with connect(f"ws://{HOST}:{port}", compression=None) as connection:
        for trip in range(clock.over):
            clock.at(trip)
            await connection.send(text)
            await connection.recv()
        return clock.seconds()


KINDS: dict[str, tuple[Callable[[int, Opened], Awaitable[None]], Callable[[int, int, int], Awaitable[float]]]] = {
    "session": (serve_session, dial_session),
    "program": (serve_program, dial_program),
    "watched": (serve_program, partial(dial_program, watched=True)),
    "streams": (serve_streams, dial_streams),
    "synced": (serve_synced, dial_synced),
    "websockets": (serve_websockets, dial_websockets),
}
"""The functions that serve and dial, by kind."""


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("role", choices=("serve", "dial"))
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--size", type=int, default=100, help="of a turn's text, in bytes")
    parser.add_argument("--trips", type=int, default=5000)
    parser.add_argument("--loop", default="asyncio", help="the module whose event loop it runs on")
    options = parser.parse_args()
    to_serve, to_dial = KINDS[options.kind]

    async def end() -> None:
        if options.role == "dial":
            print(await to_dial(options.size, options.port, options.trips))
        else:
            await to_serve(options.size, lambda port: print(port, flush=True))

    new_loop = __import__(options.loop).new_event_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(end())


if __name__ == "__main__":
    main()
