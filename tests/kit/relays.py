"""A relay on real sockets that a test can have misbehave, and two programs that meet there."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.net.addresses import Relay
from chatgame.players.person.imitation import imitates
from chatgame.program.client import join
from chatgame.program.server import serve
from chatgame.program.setting import Setting
from chatgame.relay.lines import FromRelay, Given, Host, Join, Spot, Word, read_leg, written
from chatgame.session.interfaces import Player
from tests.kit.simulated import Person, until

TICKET = "0123456789abcdef" * 2
Tamper = Callable[[Seat, bytes], Sequence[bytes]]
"""What becomes of bytes that a side sends."""


def honest(_: Seat, data: bytes) -> Sequence[bytes]:
    """Pass bytes on."""
    return [data]


class Streams:
    """A leg.

    Attributes:
        reader, writer: its streams.
        answered: set when it has said that it is ready.
        over: set when its table has ended.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.answered = asyncio.Event()
        self.over = asyncio.Event()

    async def ready(self) -> bool:
        """Whether it answers in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self.answered.wait()
        return self.answered.is_set()


class TestRelay:
    """A relay that does as it is told, and that its tests can have do otherwise.

    Attributes:
        relay: its address.
        number: the number that it gives out next.
        answer: what it says to the next legs in place of what a relay says, if anything.
        silent: whether it says nothing at all.
        tamper: what becomes of bytes on the way.
        heard: the first lines of all legs.
        passed: all bytes that came through.
        tables: how many legs were joined.
        said: what each side has said, part by part.
        keeps_numbers: whether a host gets its number again.
        reflects: whether a joiner gets back what it says.
        crossed: places that are mixed up.
        cut: how many bytes of each side go through a table before it is cut.
    """

    __test__ = False

    def __init__(self) -> None:
        self.number = 7
        self.answer: FromRelay | bytes | None = None
        self.silent = False
        self.tamper: Tamper = honest
        self.heard: list[Host | Join] = []
        self.passed = bytearray()
        self.tables = 0
        self.said: dict[Seat, list[bytes]] = {seat: [] for seat in Seat}
        self.reflects = False
        self.keeps_numbers = True
        self.crossed: dict[Spot, Spot] = {}
        self.cut: int | None = None
        self._joined: set[asyncio.StreamWriter] = set()
        self._hosts: defaultdict[Spot, list[Streams]] = defaultdict(list)
        self._legs: set[asyncio.Task[Any]] = set()
        self._came = asyncio.Event()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, host, port)
        self.relay = Relay("localhost" if host == "127.0.0.1" else host, self._server.sockets[0].getsockname()[1])

    async def die(self) -> None:
        """Close everything at once."""
        self._server.close()
        for leg in list(self._legs):
            leg.cancel()
        await asyncio.gather(*self._legs, return_exceptions=True)
        self._hosts.clear()

    async def restart(self) -> None:
        """Die, and come again empty."""
        await self.die()
        await self.start(port=self.relay.port)

    async def hosts(self, count: int = 1) -> None:
        """Wait until so many hosts wait."""
        while sum(map(len, self._hosts.values())) < count:
            self._came.clear()
            await self._came.wait()

    def waiting(self, kind: type) -> list[Spot]:
        """The numbers (`int`) or the places (`str`) at which hosts wait."""
        return [spot for spot, hosts in self._hosts.items() if isinstance(spot, kind) and hosts]

    def drop_hosts(self) -> None:
        """Hang up on all that wait."""
        for hosts in self._hosts.values():
            for host in hosts:
                host.writer.close()
            hosts.clear()

    def drop_tables(self) -> None:
        """Hang up on all that are joined."""
        for writer in self._joined:
            writer.transport.abort()

    async def tell_hosts(self, said: FromRelay) -> None:
        """Say something to all that wait, and hang up on them."""
        for hosts in self._hosts.values():
            for host in hosts:
                host.writer.write(written(said))
        self.drop_hosts()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        leg = asyncio.current_task()
        assert leg
        self._legs.add(leg)
        try:
            await self._serve(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._legs.discard(leg)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = read_leg((await reader.readuntil(b"\n"))[:-1])
        assert isinstance(first, Host | Join)
        self.heard.append(first)
        if self.silent:
            await reader.read()
        if (answer := self.answer) is not None:
            writer.write(answer if isinstance(answer, bytes) else written(answer))
            writer.write_eof()
            await reader.read()
            writer.close()
            return
        if isinstance(first, Host):
            await self._wait(self._spot_of(first), reader, writer)
            return
        if self.reflects:
            writer.write(written(Word.JOINED))
            try:
                await self._carry(Seat.CLIENT, reader, writer)
            finally:
                writer.transport.abort()
            return
        while hosts := self._hosts[self.crossed.get(first.spot, first.spot)]:
            host = hosts.pop()
            host.writer.write(written(Word.ASK))
            if await host.ready():
                self.tables += 1
                for side in (host.writer, writer):
                    side.write(written(Word.JOINED))
                await self._join(Streams(reader, writer), host)
                return
        writer.write(written(Word.NOBODY))
        writer.close()

    async def _wait(self, spot: Spot, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = Streams(reader, writer)
        writer.write(written(Word.WAIT if isinstance(spot, str) else Given(spot, TICKET)))
        self._hosts[spot].append(host)
        self._came.set()
        try:
            if await reader.readline() == b"ready\n":
                host.answered.set()
                await host.over.wait()
        finally:
            with suppress(ValueError):
                self._hosts[spot].remove(host)
            writer.close()

    async def _join(self, joiner: "Streams", host: "Streams") -> None:
        self._joined |= {joiner.writer, host.writer}
        try:
            await asyncio.gather(
                self._carry(Seat.CLIENT, joiner.reader, host.writer),
                self._carry(Seat.SERVER, host.reader, joiner.writer),
            )
        finally:
            for writer in (joiner.writer, host.writer):
                writer.transport.abort()
                self._joined.discard(writer)
            host.over.set()

    def _spot_of(self, first: Host) -> Spot:
        if first.spot is None or (isinstance(first.spot, int) and not self.keeps_numbers):
            self.number += 1
            return self.number - 1
        return first.spot

    async def _carry(self, seat: Seat, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        count = 0
        while data := await source.read(4096):
            self.passed += data
            self.said[seat].append(data)
            count += len(data)
            if self.cut is not None and count > self.cut:
                raise ConnectionResetError
            for part in self.tamper(seat, data):
                sink.write(part)
        sink.write_eof()


@asynccontextmanager
async def relay_running(host: str = "127.0.0.1") -> AsyncIterator[TestRelay]:
    """A relay on any free port."""
    relay = TestRelay()
    await relay.start(host)
    try:
        yield relay
    finally:
        await relay.die()


class Two:
    """Two programs that meet at relays: a folder for each journal, and what their people are told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.notices: dict[Seat, list[str]] = {seat: [] for seat in Seat}
        self._news = asyncio.Event()
        self._programs: list[asyncio.Task[Table]] = []

    def journal(self, seat: Seat) -> Path:
        """The file of a side's journal."""
        return self._folder / seat / "journal.db"

    def sit(self, seat: Seat, player: Player, *relays: TestRelay | Relay, **setting: Any) -> "asyncio.Task[Table]":
        """Start the program of a side."""

        def notify(*texts: str) -> None:
            assert all(map(imitates, texts)), texts
            self.notices[seat] += texts
            self._news.set()

        async def program() -> Table:
            with Store(self.journal(seat)) as store:
                named = [relay.relay if isinstance(relay, TestRelay) else relay for relay in relays]
                where = Setting("", 0, BUILT_IN, store, relays=named, **{"patience": 20} | setting)
                return await (serve if seat is Seat.SERVER else join)(player, where, notify)

        task = asyncio.create_task(program())
        self._programs.append(task)
        return task

    async def told(self, seat: Seat, words: str, times: int = 1) -> str:
        """Wait until a side is told this so often; returns the last sentence that says so."""
        while len(found := [text for text in self.notices[seat] if words in text]) < times:
            self._news.clear()
            ended = [program for program in self._programs if program.done() and not program.cancelled()]
            for program in ended:
                if error := program.exception():
                    raise error
            async with asyncio.timeout(10):
                await self._news.wait()
        return found[-1]

    async def code(self, times: int = 1) -> str:
        """The code that the server shows."""
        return (await self.told(Seat.SERVER, "chatgame client --relay", times)).split()[-1]

    def forget_ended(self) -> None:
        """Do not mind programs that have ended, with an error or not."""
        self._programs = [program for program in self._programs if not program.done()]

    async def stop(self) -> None:
        """Stop both programs, as with Ctrl-C."""
        for program in self._programs:
            program.cancel()
        await asyncio.gather(*self._programs, return_exceptions=True)


class Talk:
    """A conversation that has begun over relays: the client has said Hello, and the server Hi."""

    def __init__(self, two: Two, *relays: TestRelay) -> None:
        self.two = two
        self.relays = relays
        self.people = {seat: Person(seat, []) for seat in Seat}
        self.programs: dict[Seat, asyncio.Task[Table]] = {}

    async def begin(self) -> "Talk":
        """Meet by a code, and say two turns."""
        self.programs[Seat.SERVER] = self.two.sit(Seat.SERVER, self.people[Seat.SERVER], *self.relays)
        self.programs[Seat.CLIENT] = self.two.sit(
            Seat.CLIENT, self.people[Seat.CLIENT], *self.relays, code=await self.two.code()
        )
        self.people[Seat.CLIENT].say("Hello")
        self.people[Seat.SERVER].say("Hi")
        await self.seen(2)
        return self

    async def seen(self, turns: int) -> None:
        """Wait until both have seen so many turns."""
        async with asyncio.timeout(15):
            await until(lambda: all(person.seen >= turns for person in self.people.values()))

    async def kill(self, *seats: Seat) -> None:
        """End the programs of these seats as if they were killed: nothing is said any more."""
        for relay in self.relays:
            relay.tamper = lambda seat, data: [] if seat in seats else [data]
            relay.drop_hosts()
        for seat in seats:
            self.programs[seat].cancel()
        for relay in self.relays:
            relay.drop_tables()
        await asyncio.wait({self.programs[seat] for seat in seats})
        for relay in self.relays:
            relay.tamper = honest

    def start(self, seat: Seat, *relays: TestRelay) -> None:
        """Start a side's program."""
        self.programs[seat] = self.two.sit(seat, self.people[seat], *(relays or self.relays))

    async def restart(self, seat: Seat, *relays: TestRelay) -> None:
        """Kill a side's program, and start it again."""
        await self.kill(seat)
        self.start(seat, *relays)

    async def end(self) -> list[str]:
        """Say one more turn, and quit; returns all that was said, which both have kept alike."""
        self.people[Seat.CLIENT].say("Still there?")
        self.people[Seat.SERVER].say("/q")
        async with asyncio.timeout(20):
            await asyncio.gather(*self.programs.values())
        client, server = self.logs()
        assert client == server
        return client

    def logs(self) -> list[list[str]]:
        """What was said, as both journals have it."""
        texts = []
        for seat in Seat:
            with Store(self.two.journal(seat)) as store:
                texts.append([entry.turn.text for entry, _ in store.log(1)])
        return texts


WHOLE = ["Hello", "Hi", "Still there?", ""]
"""What is said in a conversation that was begun, and has ended well."""
