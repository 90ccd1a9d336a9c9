"""The server's door and the client's way to it, over real sockets: who gets the seat, and who does not."""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chatgame.core.errors import LinkLost, Unreachable
from chatgame.core.limits import MAX_GUESTS
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.link import Link
from chatgame.net.listen import TLS_ALERT, Door
from chatgame.net.tcp import TCPListener, open_streams
from chatgame.players.script import Script
from chatgame.protocol.frames import frame
from chatgame.session.play import converse
from tests.kit.ends import dial, link_to, listening
from tests.kit.logs import NONCE

HELLO: dict[str, Any] = {"type": "hello", "protocol": "1.0", "seat": "client", "nonce": NONCE.hex(), "games": {}}


def framed(message: dict[str, Any]) -> bytes:
    """A message as its bytes."""
    return frame(json.dumps(message).encode())


STRAYS = {
    "a browser": b"GET / HTTP/1.1\r\nHost: localhost:1059\r\n\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "4 GiB announced": b"\xff\xff\xff\xff" + bytes(100_000),
    "random bytes": bytes(range(255, 0, -1)) * 100,
    "no JSON": frame(b"hello"),
    "a turn first": framed({"type": "alive"}),
    "the server's seat": framed(HELLO | {"seat": "server"}),
    "half a hello": framed(HELLO)[:-5],
    "nothing": b"",
}


@asynccontextmanager
async def opened(notify: Callable[[str], object] = lambda _: None) -> AsyncIterator[Door]:
    """A door on any free port of localhost, open."""
    async with listening(notify=notify) as door:
        await door.open(InMemory(Seat.SERVER))
        yield door


async def knock(door: Door, data: bytes) -> bytes:
    """Send bytes to the door, end the stream, and return the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.listener.port)
    writer.write(data)
    writer.write_eof()
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def come(door: Door) -> Link:
    """A client comes."""
    return await dial(door.listener.port, InMemory(Seat.CLIENT))


async def take_seats(door: Door) -> None:
    """The real partner comes and both talk."""
    link = await come(door)
    tables = await asyncio.gather(
        converse(Script(["Hello", "/q"]), link, BUILT_IN, InMemory(Seat.CLIENT)),
        converse(Script(["Hi"]), await door.partner, BUILT_IN, InMemory(Seat.SERVER)),
    )
    assert [table.number for table in tables] == [3, 3]


@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS)
async def test_stray_costs_one_line_and_no_seat(stray: bytes) -> None:
    """It gets no answer, or in TLS the alert that there is none; the real partner gets the seat."""
    notices: list[str] = []
    async with opened(notices.append) as door:
        assert await knock(door, stray) == (TLS_ALERT if stray.startswith(b"\x16") else b"")
        await take_seats(door)
    assert len(notices) == 1
    assert notices[0].startswith("Dropped a connection from 127.0.0.1: ")


async def test_connection_that_a_port_scan_resets_is_dropped() -> None:
    notices: list[str] = []
    async with opened(notices.append) as door:
        with socket.create_connection(("127.0.0.1", door.listener.port)) as stray:
            stray.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await take_seats(door)
    assert len(notices) <= 1


async def test_slow_stray_is_dropped_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that says nothing is not kept."""
    monkeypatch.setattr("chatgame.protocol.connection.HELLO_TIME", 0.05)
    notices: list[str] = []
    async with opened(notices.append) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.listener.port)
        assert await reader.read() == b""
        assert "it said nothing whole in time" in notices[0]
        writer.close()


async def test_crowd_before_the_door_is_bounded_and_keeps_nobody_out() -> None:
    """With one silent connection too many the oldest is closed, so the partner comes in at once."""
    async with opened() as door:
        crowd = [await asyncio.open_connection("127.0.0.1", door.listener.port) for _ in range(MAX_GUESTS + 5)]
        await take_seats(door)
        for reader, writer in crowd[:5]:
            with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
                await reader.readexactly(1)
            writer.close()
        for _, writer in crowd[5:]:
            writer.close()


async def test_newcomers_while_the_door_closes_are_turned_away() -> None:
    """They hold nothing up, and raise nothing."""
    async with opened() as door:
        old = await asyncio.open_connection("127.0.0.1", door.listener.port)
        late = socket.create_connection(("127.0.0.1", door.listener.port))  # accepted when the loop next runs
    old[1].close()
    late.close()


async def test_third_person_is_told_that_the_table_is_taken() -> None:
    """The two are not disturbed, by strays either."""
    notices: list[str] = []
    async with opened(notices.append) as door:
        link = await come(door)
        partner = await door.partner
        with pytest.raises(Unreachable, match="The table is taken"):
            await come(door)
        await knock(door, STRAYS["a browser"])
        await asyncio.gather(
            converse(Script(["Hello", "/q"]), link, BUILT_IN, InMemory(Seat.CLIENT)),
            converse(Script(["Hi"]), partner, BUILT_IN, InMemory(Seat.SERVER)),
        )
    assert notices == []


async def test_other_major_version_is_told_which_is_spoken() -> None:
    """A newer minor version works."""
    async with opened() as door:
        answer = await knock(door, framed(HELLO | {"protocol": "2.0"}))
        assert json.loads(answer[4:]) == {
            "type": "bye",
            "reason": "version",
            "text": "protocol 2.0 is not understood here, but 1.0",
        }
        newer = asyncio.create_task(knock(door, framed(HELLO | {"protocol": "1.7"})))
        await (await door.partner).close()
        assert json.loads((await newer)[4:])["type"] == "hello"


async def test_port_in_use_is_said_with_what_to_do() -> None:
    """It takes one line."""
    async with opened() as door:
        with pytest.raises(Unreachable, match=f"Port {door.listener.port} on localhost is in use already.*--port"):
            await TCPListener.bind("localhost", door.listener.port)


async def test_address_of_another_machine_cannot_be_listened_on() -> None:
    """The sentence names the option."""
    with pytest.raises(Unreachable, match=r"Cannot listen on 192\.0\.2\.1.*Check --host"):
        await TCPListener.bind("192.0.2.1", 0)


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[int]:
    """Something that is not a chatgame server: it sends `answer` to each client, and closes."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(say, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "is not a chatgame server"),
        (b"", "is not a chatgame server"),
        (framed({"type": "alive"}), "is not a chatgame server"),
        (framed(HELLO), "is not a chatgame server"),
        (framed(HELLO | {"seat": "server", "session": "0" * 64}), "is not a chatgame server"),
        (
            framed(HELLO | {"seat": "server", "protocol": "2.1"}),
            r"The server speaks protocol 2\.1, and this program 1\.0",
        ),
        (framed({"type": "bye", "reason": "taken"}), "The table is taken"),
        (framed({"type": "bye", "reason": "mood", "text": "not today"}), r"turned us away \(mood\): not today"),
    ],
)
async def test_server_that_is_not_chatgame_or_has_no_seat_is_told(answer: bytes, words: str) -> None:
    """Each is told in one sentence."""
    async with answering(answer) as port:
        with pytest.raises(Unreachable, match=words):
            await dial(port, InMemory(Seat.CLIENT))


async def test_nobody_listening_is_told_with_what_to_do() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unreachable, match=f"Start the server first: chatgame server --port {port}"):
            await dial(port, InMemory(Seat.CLIENT))


async def test_server_that_does_not_answer_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be busy or stopped; it is not taken for something else."""
    monkeypatch.setattr("chatgame.protocol.connection.ANSWER_TIME", 0.05)
    quiet = asyncio.Event()

    async def wait(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await quiet.wait()
        writer.close()

    async with await asyncio.start_server(wait, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match="does not answer"):
            await dial(port, InMemory(Seat.CLIENT))
        quiet.set()


async def test_nothing_is_written_to_a_connection_that_was_lost(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Asyncio would warn of it on the screen after the fifth time."""
    monkeypatch.setattr("chatgame.protocol.connection.ALIVE_INTERVAL", 0.001)
    async with answering(b"") as port:
        link = link_to(await open_streams("127.0.0.1", port), Seat.CLIENT)
        first, *more = (Turn(number, Seat.CLIENT, Kind.SAY, "into the void", "0" * 64) for number in range(20))
        await link.send(first)
        with pytest.raises(LinkLost):
            await link.receive()
        for turn in more:
            await link.send(turn)
        await link.close()
    assert link.held.number == 20
    assert caplog.text == ""
