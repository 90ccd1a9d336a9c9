"""Both ends of a conversation: honest ones over in-memory streams, and a peer that the test plays by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Container, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from msgspec import to_builtins

from chatgame.core.errors import ChatgameError, PlayerLeft
from chatgame.core.log import Step
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.core.watching import FEATURE
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.dial import Way
from chatgame.net.link import Link
from chatgame.net.listen import Door, open_door
from chatgame.net.memory import Streams, greet, linked_in_memory, memory_streams
from chatgame.net.pump import Pump
from chatgame.net.tcp import TCPDialler, TCPListener
from chatgame.net.transport import StreamTransport
from chatgame.players.person.imitation import imitates
from chatgame.players.script import Script
from chatgame.protocol.connection import Connection
from chatgame.protocol.frames import frame
from chatgame.protocol.hello import hello_of, session_opened_by
from chatgame.protocol.messages import Hello
from chatgame.protocol.resume import Held
from chatgame.session.interfaces import Journal
from chatgame.session.play import converse
from tests.kit.logs import NONCE, SESSION, VERSIONS
from tests.kit.wire import Wire

Games = Mapping[str, AnyRules]


class End(NamedTuple):
    """How a conversation ended on one side: the log, the sentences for its player alone, the table or the error."""

    log: list[Turn]
    heard: list[str]
    result: Table | BaseException

    @property
    def said(self) -> list[tuple[str, str, str]]:
        """The log as seat, kind and text."""
        return [(turn.seat.value, turn.kind.value, turn.text) for turn in self.log]


async def talk(
    client_lines: Sequence[str],
    server_lines: Sequence[str],
    client_games: Games = BUILT_IN,
    server_games: Games = BUILT_IN,
) -> tuple[End, End]:
    """Run a whole conversation of two scripts."""
    players = Script(client_lines), Script(server_lines)
    journals = InMemory(Seat.CLIENT), InMemory(Seat.SERVER)
    links = linked_in_memory(client_games, server_games)
    async with asyncio.timeout(10):
        results = await asyncio.gather(
            *(
                converse(player, link, games, journal)
                for player, link, games, journal in zip(
                    players, links, (client_games, server_games), journals, strict=True
                )
            ),
            return_exceptions=True,
        )
    client, server = (
        End(journal.log, [*map(str, player.heard)], result)
        for journal, player, result in zip(journals, players, results, strict=True)
    )
    return client, server


class Peer:
    """A peer that the test plays by hand, which may say anything; it has its own table, to write valid turns."""

    def __init__(self, seat: Seat, streams: "Streams | tuple[asyncio.StreamReader, asyncio.StreamWriter]") -> None:
        self.seat = seat
        self.wire = Wire(*streams)
        self.writer = streams[1]
        self.table = Table.open("", {}, {})

    async def greet(self, **fields: Any) -> dict[str, Any]:
        """Exchange hellos with the honest side; `fields` replace the valid ones."""
        hello = {"type": "hello", "protocol": "1.0", "seat": self.seat, "nonce": NONCE.hex(), "games": VERSIONS}
        if self.seat is Seat.CLIENT:
            self.send(hello | {"session": SESSION} | fields)
            answer, session = await self.receive(), SESSION
        else:
            greeting = await self.wire.receive_payload()
            answer = json.loads(greeting)
            said = json.dumps(hello | {"session": answer["session"]} | fields).encode()
            self.send(said)
            session = answer["session"] or session_opened_by(greeting, said)
        self.table = Table.open(session, BUILT_IN, VERSIONS)
        return answer

    def send(self, *messages: dict[str, Any] | bytes) -> None:
        """Send messages in one write: objects as JSON, bytes as they are, each in a frame."""
        self.send_raw(b"".join(frame(m if isinstance(m, bytes) else json.dumps(m).encode()) for m in messages))

    def send_raw(self, data: bytes) -> None:
        """Send bytes without a frame."""
        self.writer.write(data)

    def turn(self, kind: str, text: str = "", /, **fields: Any) -> dict[str, Any]:
        """A valid next turn; `fields` replace its own."""
        turn, self.table = self.table.write(self.table.token or self.seat, Kind(kind), text)
        message: dict[str, Any] = to_builtins(turn)
        return message | fields

    async def receive(self) -> dict[str, Any]:
        """The honest side's next message."""
        message: dict[str, Any] = json.loads(await self.wire.receive_payload())
        return message

    async def receive_goodbye(self) -> dict[str, Any]:
        """The honest side's goodbye, after any turns before it; answers by closing."""
        while (message := await self.receive())["type"] != "bye":
            pass
        self.close()
        return message

    def close(self) -> None:
        """End the connection without a goodbye."""
        self.writer.close()


class Screen:
    """What a console has written.

    Attributes:
        closed: whether it is gone, which shows only in `drain`.
        moving: cleared while it is stopped, as by Ctrl-S.
    """

    def __init__(self) -> None:
        self.text = ""
        self.closed = False
        self.moving = asyncio.Event()
        self.moving.set()

    def write(self, data: bytes) -> None:
        """Append to the screen's text."""
        self.text += data.decode()

    async def drain(self) -> None:
        """Wait while the screen is stopped; raise an error if it is gone."""
        await self.moving.wait()
        if self.closed:
            raise BrokenPipeError

    def is_closing(self) -> bool:
        """Never: a screen that is gone does not say so."""
        return False


class Thinker(Script):
    """Says its lines, and then thinks forever about the next one; `asked` is set at that moment."""

    def __init__(self, lines: Iterable[str], pace: float = 0.0) -> None:
        super().__init__(lines)
        self.asked = asyncio.Event()
        self._pace = pace  # in seconds, before each line

    async def ask(self, table: Table) -> str:
        """The next line, or none in finite time."""
        await asyncio.sleep(self._pace)
        try:
            return await super().ask(table)
        except PlayerLeft:
            self.asked.set()
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]


class Onlooker(Script):
    """A script that keeps what it has seen, and never returns from seeing the turns in `stuck`."""

    def __init__(self, lines: Iterable[str], stuck: Container[int] = ()) -> None:
        super().__init__(lines)
        self.seen: list[tuple[str, str]] = []
        self._stuck = stuck

    async def see(self, step: Step) -> None:
        """Keep the seat and the kind of the turn."""
        self.seen.append((step.turn.seat.value, step.turn.kind.value))
        if step.turn.number in self._stuck:
            await asyncio.get_running_loop().create_future()


async def converse_with_peer(
    seat: Seat, lines: Sequence[str], pace: float = 0.0
) -> "tuple[Peer, asyncio.Task[Table]]":
    """A peer by hand at `seat`, after the hellos, and opposite it the honest program with a script of `lines`."""
    at_honest, at_peer = memory_streams()
    pump, peer = Pump(StreamTransport(*at_honest), seat.other), Peer(seat, at_peer)

    async def honest() -> Link:
        held = Held(seat.other)
        if seat is Seat.SERVER:
            pump.say(hello_of(held, BUILT_IN, SESSION, nonce=NONCE))
        await pump.next_event()
        if seat is Seat.CLIENT:
            pump.say(hello_of(held, BUILT_IN, SESSION, nonce=NONCE))
        return Link(pump, held)

    link, _ = await asyncio.gather(honest(), peer.greet())
    return peer, asyncio.create_task(converse(Thinker(lines, pace), link, BUILT_IN, InMemory(seat.other)))


def link_to(streams: Streams, seat: Seat) -> Link:
    """The link of an honest side at `seat`, after the hellos."""
    hello = Hello("1.0", seat.other, NONCE.hex(), dict(VERSIONS), SESSION, features=[FEATURE])
    return Link(greeted(streams, seat, hello), Held(seat))


def greeted(streams: Streams, seat: Seat, hello: Hello) -> Pump:
    """The pump of an honest side at `seat`, after the hellos; the partner's is `hello`."""
    pump, now = Pump(StreamTransport(*streams), seat), asyncio.get_running_loop().time()
    ends = {seat: pump.connection, seat.other: Connection(seat.other, now)}
    ours = hello_of(Held(seat), BUILT_IN, SESSION, nonce=NONCE, features=[FEATURE])
    hellos = {seat: ours, seat.other: hello}
    for speaker in Seat:
        greet(ends[speaker], hellos[speaker], ends[speaker.other], now)
    return pump


@asynccontextmanager
async def listening(host: str = "localhost", notify: Callable[[str], object] = print) -> AsyncIterator[Door]:
    """A door on any free port of a host; the test has to open it."""

    def marked(text: str) -> None:
        assert imitates(text), "a partner who said this would be marked"
        notify(text)

    async with open_door(await TCPListener.bind(host, 0), BUILT_IN, marked, 1) as door:
        yield door


async def dial(
    port: int,
    kept: Journal,
    code: str | None = None,
    *,
    tls: bool = False,
) -> Link:
    """A client's link to a server on this computer; with TLS if there is a code or `tls` is set."""
    from chatgame.net.tls import client_context

    dialler = TCPDialler("localhost", port, client_context() if code or tls else None)
    return await Way(dialler, BUILT_IN, kept, print, 1, code).connect()


async def sentence_of(task: "asyncio.Task[Table]") -> str:
    """The error that a conversation ends with, as text, or an empty string if it ends without one."""
    try:
        await task
    except ChatgameError as error:
        return f"{type(error).__name__}: {error}"
    return ""
