"""Both real programs with real journals, on a simulated network and in virtual time."""

import asyncio
import shutil
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import detangle
from msgspec.structs import replace

from chatgame.core.errors import (
    LinkLost,
)
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Turn
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.players.person.imitation import imitates
from chatgame.players.person.narration import typed
from chatgame.program.client import join
from chatgame.program.server import serve
from chatgame.program.setting import Setting
from chatgame.protocol.hello import hello_of, session_opened_by
from chatgame.protocol.messages import Bye, Hello, decode, encode
from chatgame.protocol.resume import Held
from chatgame.session.interfaces import Player
from tests.kit.ends import Games
from tests.kit.logs import NONCE
from tests.kit.wire import Wire

CHAT = ["Hello", "Good. You?", "/q"], ["How are you?", "Good"]


class Person:
    """Says lines one by one, each again until it is in the log, through any number of programs; then thinks forever.

    Attributes:
        lines: what is left to say.
        recalled: the steps that were shown again.
        partners: the partner's name at each beginning.
        heard: the sentences for this person alone.
        seen: how many turns were shown.
        stuck_at: the turn, counted from 1, that this person never finishes seeing.
    """

    def __init__(self, seat: Seat, lines: Sequence[str]) -> None:
        self.seat = seat
        self.lines = list(lines)
        self.recalled: list[Step] = []
        self.partners: list[str] = []
        self.heard: list[str] = []
        self.seen = 0
        self.stuck_at = 0
        self._more = asyncio.Event()

    async def ask(self, table: Table) -> str:
        """The next line."""
        while not self.lines:
            self._more.clear()
            await self._more.wait()
        return self.lines[0]

    def say(self, line: str) -> None:
        """Add a line to say."""
        self.lines.append(line)
        self._more.set()

    async def see(self, step: Step) -> None:
        """Do not say a line again that is in the log."""
        self.seen += 1
        if self.seen == self.stuck_at:
            await asyncio.get_running_loop().create_future()
        if typed(step, self.seat) is not None:
            self.lines.pop(0)

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Do not say a line again that was in the log when the program died."""
        self.partners.append(partner)
        self.recalled = list(steps)
        if self.lines and self.lines[0] in (typed(step, self.seat) for step in steps):
            self.lines.pop(0)

    async def hear(self, text: str) -> None:
        """Keep it."""
        self.heard.append(text)


class Place:
    """Where both programs run: two disks, and the notices that their people got."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notices: dict[Seat, list[str]] = {seat: [] for seat in Seat}

    def journal(self, seat: Seat) -> Path:
        """The file of a side's journal."""
        return self.folder / seat / "journal.db"

    def sit(
        self, seat: Seat, player: Player, host: str = "server", games: Games = BUILT_IN, **setting: Any
    ) -> "asyncio.Task[Table]":
        """Start the program of a side."""

        async def program() -> Table:
            with Store(self.journal(seat)) as store:
                where = Setting(
                    "server" if seat is Seat.SERVER else host, 1059, games, store, insecure=True, **setting
                )
                return await (serve if seat is Seat.SERVER else join)(player, where, notify)

        def notify(*texts: str) -> None:
            assert all(map(imitates, texts)), "a partner who said this would be marked"
            self.notices[seat] += texts

        return detangle.spawn(program(), host=seat.value)

    async def kill(self, seat: Seat, program: "asyncio.Task[Table]") -> None:
        """Kill a program: what it has not made safe is lost."""
        kept = self.folder / "kept"
        shutil.copytree(self.folder / seat, kept, ignore=shutil.ignore_patterns("*-shm"))
        detangle.network().crash(seat.value)
        await asyncio.wait({program})
        shutil.rmtree(self.folder / seat)
        kept.rename(self.folder / seat)
        detangle.network().restart(seat.value)

    def log(self, seat: Seat, conversation: int = 1) -> list[Turn]:
        """The turns in a side's journal."""
        with Store(self.journal(seat)) as store:
            return [entry.turn for entry, _ in store.log(conversation)]


async def both_sit(
    place: Place, lines: tuple[list[str], list[str]], **setting: Any
) -> "tuple[dict[Seat, Person], dict[Seat, asyncio.Task[Table]]]":
    """Two people, and their programs, the server's started first."""
    people = {seat: Person(seat, said) for seat, said in zip(Seat, lines, strict=True)}
    place.notices[Seat.SERVER].clear()
    server = place.sit(Seat.SERVER, people[Seat.SERVER], **setting)
    await informed(place.notices[Seat.SERVER], "listening")
    return people, {Seat.CLIENT: place.sit(Seat.CLIENT, people[Seat.CLIENT], **setting), Seat.SERVER: server}


async def two_greeted(
    folder: Path,
) -> "tuple[Place, dict[Seat, Person], dict[Seat, asyncio.Task[Table]]]":
    """A place in this folder, where the client has said "Hello" and the server "Hi", and their programs."""
    place = Place(folder)
    people, programs = await both_sit(place, (["Hello"], ["Hi"]))
    await until(lambda: people[Seat.CLIENT].seen == 2)
    return place, people, programs


async def until(so: Callable[[], bool]) -> None:
    """Wait until a condition holds."""
    while not so():  # noqa: ASYNC110  # in virtual time
        await asyncio.sleep(0.01)


async def informed(notices: Sequence[str], words: str) -> None:
    """Wait for a notice that has these words."""
    await until(lambda: any(words in text for text in notices))


class Line:
    """A line between the two that is cut before or after it has carried certain frames, counted both ways.

    Attributes:
        carried: how many frames it has carried.
        loses: it is also cut before each frame in which this is found.
    """

    def __init__(self, before: Collection[int] = (), after: Collection[int] = ()) -> None:
        self.carried = 0
        self.loses: bytes | None = None
        self._before = before
        self._after = after

    def cut_before(self, frame: int) -> None:
        """Have the line cut before one more frame."""
        self._before = {*self._before, frame}

    async def listen(self) -> asyncio.Server:
        """Accept clients, and connect each of them with the server."""
        return await asyncio.start_server(self._connect, "wire", 1059)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("server", 1059)
        except OSError:
            writer.close()
            return
        pumps = {
            asyncio.create_task(pump) for pump in (self._carry(reader, far_writer), self._carry(far_reader, writer))
        }
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        await asyncio.wait(pumps)
        for end in (writer, far_writer):
            end.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        source, sink = Wire(reader, writer), Wire(reader, writer)
        try:
            while True:
                payload = await source.receive_payload()
                number = self.carried
                self.carried += 1
                if number in self._before or (self.loses and self.loses in payload):
                    return
                sink.say(payload)
                if number in self._after:
                    return
        except (LinkLost, OSError):
            return


async def talk(place: Place, lines: tuple[list[str], list[str]], wire: Line) -> tuple[list[Turn], list[Turn]]:
    """Run a whole conversation over a line; returns both logs."""
    listening = await wire.listen()
    _, programs = await both_sit(place, lines, host="wire")
    await asyncio.gather(*programs.values())
    listening.close()
    return place.log(Seat.CLIENT), place.log(Seat.SERVER)


class Stranger:
    """A client that the test plays by hand."""

    def __init__(self, wire: Wire, hello: Hello) -> None:
        self.wire = wire
        self._hello = hello
        wire.say(hello)

    @classmethod
    async def come(cls, **hello: Any) -> "Stranger":
        """Connect, and say hello as a client."""
        said = replace(hello_of(Held(Seat.CLIENT), BUILT_IN, nonce=NONCE), **hello)
        return cls(Wire(*await asyncio.open_connection("server", 1059)), said)

    async def answered(self) -> tuple[Hello, str]:
        """The server's hello, and the session that the two hellos name or open."""
        payload = await self.wire.receive_payload()
        answer = decode(payload)
        assert isinstance(answer, Hello)
        return answer, answer.session or session_opened_by(encode(self._hello), payload)

    async def turned_away(self) -> str:
        """The reason of the server's goodbye, before which it says nothing."""
        goodbye = await self.wire.receive()
        assert isinstance(goodbye, Bye)
        self.wire.writer.close()
        return goodbye.reason
