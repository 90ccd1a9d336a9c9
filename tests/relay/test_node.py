"""The relay's sockets: what is copied, how fast, and what hostile legs cannot do."""

import asyncio
import socket
import struct
import sys
import time
from random import Random

import pytest

from chatgame.relay import node as module
from chatgame.relay.limits import MAX_LINE, MAX_RATE, MAX_UNREAD
from tests.kit.legs import SocketLeg, relay_node, several_addresses, until, until_gone

PLACE = "0123456789abcdef" * 4


async def test_bytes_are_copied_both_ways() -> None:
    async with relay_node() as (node, legs):
        host, joiner = await legs.table()
        everything = bytes(range(256)) + b"\njoined\n"
        joiner.writer.write(everything)
        assert await host.read(len(everything)) == everything
        host.writer.write(everything[::-1])
        assert await joiner.read(len(everything)) == everything[::-1]
        assert node.copied == 2 * len(everything)


async def test_one_direction_may_end_before_the_other() -> None:
    async with relay_node() as (node, legs):
        host, joiner = await legs.table()
        joiner.writer.write(b"That is all.")
        joiner.writer.write_eof()
        assert await host.read() == b"That is all."
        host.writer.write(b"Goodbye.")
        host.writer.write_eof()
        assert await joiner.read() == b"Goodbye."
        await until_gone(node)


async def test_what_was_said_before_the_end_arrives() -> None:
    async with relay_node() as (node, legs):
        host, joiner = await legs.table()
        last = Random(1).randbytes(MAX_UNREAD // 2)
        joiner.writer.write(last)
        await joiner.writer.drain()
        joiner.writer.close()
        assert await host.read() == last
        host.writer.close()
        await until_gone(node)


async def test_lost_leg_ends_its_table() -> None:
    async with relay_node() as (node, legs):
        host, joiner = await legs.table()
        reset(joiner.writer.get_extra_info("socket"))
        joiner.writer.transport.abort()
        assert await host.closed()
        await until_gone(node)


async def test_leg_that_reads_slowly_gets_the_right_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transport keeps what it cannot send yet, while the buffer it was read into is used for other tables."""
    monkeypatch.setattr(module, "MAX_RATE", 10**9)
    async with relay_node() as (_, legs):
        host, joiner = await legs.table()
        quick = await legs.table()
        host.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it has it
        data = Random(1).randbytes(8 * 1024 * 1024)
        joiner.writer.write(data)
        for number in range(2000):
            said = number.to_bytes(2) * 500
            quick[0].writer.write(said)
            assert await quick[1].read(len(said)) == said
        host.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert await host.read(len(data)) == data


async def test_no_more_is_read_than_the_partner_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the memory of a table is bounded, also that of the system."""
    monkeypatch.setattr(module, "MAX_RATE", 10**9)
    async with relay_node() as (node, legs):
        host, joiner = await legs.table()
        host.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it has it
        joiner.writer.write(bytes(64 * 1024 * 1024))
        copied = -1
        while copied != node.copied:
            copied = node.copied
            await asyncio.sleep(0.2)
        kept = max(leg.transport.get_write_buffer_size() for leg in node.legs.values())
        assert 0 < kept <= MAX_UNREAD
        assert copied < 4 * 1024 * 1024
        for leg in (host, joiner):
            leg.writer.transport.abort()


async def test_of_too_many_legs_that_do_not_read_the_first_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the memory of all tables is bounded as well; one that has read again is not counted."""
    monkeypatch.setattr(module, "MAX_RATE", 10**9)
    monkeypatch.setattr(module, "MAX_SLOW", 2)
    async with relay_node() as (node, legs):
        tables = [await legs.table() for _ in range(4)]
        data = bytes(8 * 1024 * 1024)

        async def stops_reading(number: int) -> None:
            host, joiner = tables[number]
            host.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it has it
            before = node.meeting.tables, len(node._slow)
            joiner.writer.write(data)
            await until(lambda: (node.meeting.tables, len(node._slow)) != before)

        await stops_reading(0)
        tables[0][0].writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert await tables[0][0].read(len(data)) == data
        for number in (1, 2, 3):
            assert node.meeting.tables == 4
            await stops_reading(number)
        await until(lambda: node.meeting.tables == 3)
        tables[0][1].writer.write(b"Hello")
        assert await tables[0][0].read(5) == b"Hello"
        assert await tables[1][1].closed()
        for leg in (leg for table in tables for leg in table):
            leg.writer.transport.abort()


async def test_leg_cannot_send_faster_than_its_rate() -> None:
    """All of it arrives, but what is more than a second's is read later; other tables do not notice."""
    async with relay_node() as (_, legs):
        host, joiner = await legs.table()
        data = Random(1).randbytes(2 * MAX_RATE)
        began = time.monotonic()
        joiner.writer.write(data)
        other = await legs.table()
        other[0].writer.write(b"Hello")
        assert await other[1].read(5) == b"Hello"
        assert time.monotonic() - began < 0.6
        assert await host.read(len(data)) == data
        assert 0.6 < time.monotonic() - began < 5


async def test_table_in_which_nothing_is_said_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """One in which one side alone speaks is not."""
    monkeypatch.setattr(module, "IDLE_TIME", 0.3)
    monkeypatch.setattr(module, "TICK", 0.05)
    async with relay_node() as (node, legs):
        silent, busy = await legs.table(), await legs.table()
        host_waits = await legs.say(f"host {PLACE}")
        ended = asyncio.gather(*(leg.closed() for leg in silent))
        while not ended.done():
            busy[0].writer.write(b".")
            await asyncio.sleep(0.05)
        assert await ended == [True, True]
        assert await busy[1].read(1) == b"."
        assert await host_waits.hear() == "wait"
        assert (node.meeting.tables, node.meeting.waiting) == (1, 1)


async def test_leg_that_does_not_read_the_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IDLE_TIME", 0.2)
    monkeypatch.setattr(module, "TICK", 0.05)
    monkeypatch.setattr(module, "MAX_RATE", 10**9)
    async with relay_node() as (node, legs):
        host, joiner = await legs.table()
        host.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it has it
        joiner.writer.write(bytes(16 * 1024 * 1024))
        await asyncio.sleep(0.1)
        joiner.writer.transport.abort()
        await until_gone(node)


# Hostile legs


@pytest.mark.parametrize(
    "data",
    [
        b"chatgame-relay 1 host" + b" " * MAX_LINE,
        b"x" * 1_000_000,
        b"\x00\xff\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n",
        b"ready\n",
        b"chatgame-relay 1 host\nready\n",
    ],
)
async def test_leg_that_does_not_keep_to_the_lines_is_closed_without_a_word(data: bytes) -> None:
    async with relay_node() as (node, legs):
        leg = await legs.connect()
        leg.writer.write(data)
        assert await leg.closed()
        await until_gone(node)


async def test_leg_that_speaks_before_it_is_joined_is_closed() -> None:
    """Neither the joiner's early bytes nor the host's reach the other."""
    async with relay_node() as (_, legs):
        host = await legs.say(f"host {PLACE}")
        assert await host.hear() == "wait"
        joiner = await legs.say(f"join {PLACE}")
        assert await host.hear() == "ready?"
        joiner.writer.write(b"Hello?")
        assert await joiner.closed()
        host.say("ready")
        joiner = await legs.say(f"join {PLACE}")
        assert await host.hear() == "ready?"
        host.writer.write(b"ready\nHello!")
        assert await host.closed()
        assert await joiner.hear() == "nobody"


@several_addresses
async def test_thousand_hostile_legs_at_once_do_not_stop_a_conversation() -> None:
    async with relay_node() as (node, legs):
        host, joiner = await legs.table()
        chance = Random(1)
        kinds = (
            b"",
            b"chatgame-relay 1",
            b"chatgame-relay 1 join 7\n",
            b"x" * 200,
            b"\x00\n",
            b"chatgame-relay 1 host\n",
        )

        async def attack(source: str) -> None:
            for _ in range(100):
                leg = await legs.connect(source)
                leg.writer.write(chance.choice(kinds))

        attacks = asyncio.gather(*(attack(f"127.0.1.{number}") for number in range(10)))
        longest = 0.0
        while not attacks.done():
            sent = time.monotonic()
            joiner.writer.write(b"still here?")
            assert await host.read(11) == b"still here?"
            longest = max(longest, time.monotonic() - sent)
            await asyncio.sleep(0.01)
        await attacks
        assert longest < 1
        assert (await legs.table())[0] is not host
        assert node.meeting.tables == 2


async def test_leg_that_is_reset_while_it_is_accepted_costs_nothing() -> None:
    async with relay_node() as (node, legs):
        for _ in range(50):
            with socket.create_connection(("127.0.0.1", legs.port)) as leg:
                reset(leg)
        await legs.table()
        assert node.meeting.legs <= 52


# Going down


async def test_node_that_goes_down_takes_no_more_and_sends_away_all_that_wait() -> None:
    async with relay_node() as (node, legs):
        host = await legs.say(f"host {PLACE}")
        assert await host.hear() == "wait"
        late = await legs.connect()
        table = await legs.table()
        draining = asyncio.create_task(node.drain())
        assert [await host.hear(), await host.hear()] == ["closing", ""]
        late.say("chatgame-relay 1 host")
        assert [await late.hear(), await late.hear()] == ["closing", ""]
        assert [await leg.closed() for leg in table] == [True, True]
        await draining
        with pytest.raises(ConnectionRefusedError):
            await SocketLeg.connect(legs.port)


def reset(leg: socket.socket) -> None:
    """Let a socket be reset when it is closed."""
    leg.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0))
