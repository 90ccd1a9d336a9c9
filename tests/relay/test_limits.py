"""Each limit of a relay, on real sockets: up to it, and one past it. Rates and idle tables are in `test_node`."""

import asyncio
import secrets
import time

import pytest

from chatgame.relay import meeting, node
from chatgame.relay.limits import (
    MAX_FAILED_JOINS,
    MAX_HOSTS,
    MAX_JOINS,
    MAX_LEGS,
    MAX_LINE,
    MAX_NUMBERS,
    MAX_UNSPOKEN,
    READY_TIME,
)
from tests.kit.legs import Legs, SocketLeg, files, relay_node, several_addresses, until

PLACE = "0123456789abcdef" * 4
OTHER = "127.0.1.1"
"""Another address of this computer."""


def places(count: int) -> list[str]:
    return [secrets.token_hex(32) for _ in range(count)]


async def waiting(legs: Legs, count: int) -> list[SocketLeg]:
    """Hosts that wait, each at a place of its own."""
    hosts = [await legs.say(f"host {place}") for place in places(count)]
    assert {await host.hear() for host in hosts} == {"wait"}
    return hosts


async def sent_away(leg: SocketLeg) -> int:
    """The seconds for which a leg was sent away."""
    word, seconds = (await leg.hear()).split()
    assert (word, await leg.hear()) == ("busy", "")
    return int(seconds)


# What one address may do


@several_addresses
async def test_legs_of_one_address() -> None:
    async with relay_node() as (relay, legs):
        hosts = await waiting(legs, MAX_LEGS)
        assert await sent_away(await legs.say(f"host {PLACE}")) == 30
        assert await sent_away(await legs.say(f"join {PLACE}")) == 30
        await legs.table(OTHER)
        await hosts[0].close()
        await until(lambda: relay.meeting.waiting == MAX_LEGS - 1)
        assert await (await legs.say(f"host {PLACE}")).hear() == "wait"


@several_addresses
async def test_legs_of_one_address_before_their_line() -> None:
    """The oldest gives way, and those of other addresses do not."""
    async with relay_node() as (relay, legs):
        other = await legs.connect(OTHER)
        silent = [await legs.connect() for _ in range(MAX_LEGS)]
        await until(lambda: relay.meeting.legs == MAX_LEGS + 1)
        silent.append(await legs.connect())
        assert await silent[0].closed()
        assert relay.meeting.legs == MAX_LEGS + 1
        for leg in (other, silent[1], silent[-1]):
            leg.say("chatgame-relay 1 join 7")
            assert await leg.hear() == "nobody"


@several_addresses
async def test_joins_a_minute() -> None:
    async with relay_node() as (_, legs):
        for _ in range(MAX_JOINS):
            host = await legs.say(f"host {PLACE}", OTHER)
            assert await host.hear() == "wait"
            joiner = await legs.say(f"join {PLACE}")
            assert await host.hear() == "ready?"
            host.say("ready")
            assert await joiner.hear() == "joined"
            await asyncio.gather(host.close(), joiner.close())
        assert 0 < await sent_away(await legs.say(f"join {PLACE}")) <= 60
        assert await (await legs.say(f"join {PLACE}", OTHER)).hear() == "nobody"
        assert await (await legs.say(f"host {PLACE}")).hear() == "wait"


@several_addresses
async def test_failed_joins_a_minute() -> None:
    async with relay_node() as (_, legs):
        heard = [await (await legs.say(f"join {number}")).hear() for number in range(1, MAX_FAILED_JOINS + 1)]
        assert set(heard) == {"nobody"}
        assert 0 < await sent_away(await legs.say("join 7")) <= 60
        assert await (await legs.say("join 7", OTHER)).hear() == "nobody"


@several_addresses
async def test_numbers_a_minute() -> None:
    async with relay_node() as (_, legs):
        for _ in range(MAX_NUMBERS):
            host = await legs.say("host")
            assert (await host.hear()).startswith("number ")
            await host.close()
        assert 0 < await sent_away(await legs.say("host")) <= 60
        assert (await (await legs.say("host", OTHER)).hear()).startswith("number ")


# What all may do together


async def test_capacity() -> None:
    """Legs that have said their first line are counted, so a leg still gets an answer."""
    async with relay_node(capacity=4) as (relay, legs):
        table = await legs.table()
        full = [relay.meeting.full]
        await legs.table()
        full.append(relay.meeting.full)
        assert full == [False, True]
        assert await sent_away(await legs.say(f"host {PLACE}")) == 30
        assert await sent_away(await legs.say(f"join {PLACE}")) == 30
        await asyncio.gather(*(leg.close() for leg in table))
        await until(lambda: not relay.meeting.full)
        await legs.table()


async def test_waiting_legs() -> None:
    """Half of what the relay can carry is left for tables."""
    async with relay_node(capacity=6) as (_, legs):
        hosts = await waiting(legs, 3)
        assert await sent_away(await legs.say("host")) == 30
        assert await sent_away(await legs.say(f"host {PLACE}")) == 30
        assert await (await legs.say(f"join {PLACE}")).hear() == "nobody"
        await hosts[0].close()
        await legs.table()


@several_addresses
@files(2 * MAX_UNSPOKEN)
async def test_legs_before_their_line() -> None:
    """The oldest gives way, whatever address it has."""
    async with relay_node() as (relay, legs):
        sources = [f"127.0.2.{number}" for number in range(1, MAX_UNSPOKEN // MAX_LEGS + 2)]
        first = await legs.connect(OTHER)
        await asyncio.gather(*(silent(legs, source) for source in sources))
        await until(lambda: relay.meeting.legs == MAX_UNSPOKEN)
        assert await first.closed()


async def silent(legs: Legs, source: str) -> None:
    """As many legs that say nothing as one address may have, or nearly."""
    for _ in range(MAX_LEGS):
        await legs.connect(source)


# A leg, and where it waits


async def test_length_of_a_line() -> None:
    async with relay_node() as (_, legs):
        line = "chatgame-relay 2 ".ljust(MAX_LINE - 1, "x")
        leg = await legs.connect()
        leg.say(line)
        assert await leg.hear() == "version 1"
        leg = await legs.connect()
        leg.say(f"{line}x")
        assert await leg.closed()


async def test_time_of_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A leg that says it byte by byte has no more."""
    monkeypatch.setattr(meeting, "LINE_TIME", 0.5)
    async with relay_node() as (_, legs):
        slow = await legs.connect()
        began = time.monotonic()
        ended = asyncio.create_task(slow.closed())
        while not ended.done():
            slow.writer.write(b"c")
            await asyncio.sleep(0.02)
        assert await ended
        assert 0.5 <= time.monotonic() - began < 2


async def test_time_of_the_answer_to_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each host that does not answer is closed, and after the last one nobody is there."""
    monkeypatch.setattr(meeting, "READY_TIME", READY_TIME / 20)
    monkeypatch.setattr(node, "TICK", READY_TIME / 20)
    async with relay_node() as (relay, legs):
        hosts = [await legs.say(f"host {PLACE}") for _ in range(MAX_HOSTS)]
        for host in hosts:
            assert await host.hear() == "wait"
        joiner = await legs.say(f"join {PLACE}")
        for host in reversed(hosts):
            assert [await host.hear(), await host.hear()] == ["ready?", ""]
        assert [await joiner.hear(), await joiner.hear()] == ["nobody", ""]
        assert relay.meeting.legs == 0


async def test_hosts_at_one_place() -> None:
    """The fifth takes the turn of the newest of the address that has the most."""
    async with relay_node() as (relay, legs):
        hosts = [await legs.say(f"host {PLACE}") for _ in range(MAX_HOSTS)]
        for host in hosts:
            assert await host.hear() == "wait"
        assert relay.meeting.waiting == MAX_HOSTS
        assert await (await legs.say(f"host {PLACE}")).hear() == "wait"
        assert await hosts[-1].closed()
        assert relay.meeting.waiting == MAX_HOSTS
