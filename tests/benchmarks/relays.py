"""Relays: the CPU time of a message, the memory of a table, the latency that they add, and how fast two are joined.

A relay runs alone on the last core, and its legs, plain sockets, on the others; for the latency all are on one core.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.measure import HERE, Bound, Row, absent

MESSAGE = bytes(100)

LEGS_OF_AN_ADDRESS = 50
"""A relay takes 100 legs of one address, so more come from several."""

AT_ONCE = 50
"""Messages that are under way at the same time."""

Table = tuple[socket.socket, socket.socket]

WITHOUT_UVLOOP = "import sys; sys.modules['uvloop'] = None; from chatgame.cli import main; sys.exit(main())"


class Relay(NamedTuple):
    """One kind of relay.

    Attributes:
        name: the relay's.
        command: what starts it at a port of this computer.
        joined: joins so many pairs at a port.
    """

    name: str
    command: Callable[[int], Sequence[str]]
    joined: Callable[[int, int], list[Table]]


def connected(port: int, number: int) -> socket.socket:
    """A leg, from an address that not too many others have."""
    leg = socket.socket()
    address = number // LEGS_OF_AN_ADDRESS
    leg.bind((f"127.1.{address // 250}.{address % 250 + 1}", 0))
    leg.connect(("127.0.0.1", port))
    leg.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return leg


def expect(leg: socket.socket, line: bytes) -> None:
    """Read a line."""
    got = leg.recv(len(line), socket.MSG_WAITALL)
    assert got == line, got


def joined_by_chatgame(port: int, pairs: int) -> list[Table]:
    """Pairs that meet at places."""
    places = [secrets.token_hex(32).encode() for _ in range(pairs)]
    hosts, joiners = [], []
    for number, place in enumerate(places):
        hosts.append(connected(port, number))
        hosts[-1].send(b"chatgame-relay 1 host " + place + b"\n")
    for number, place in enumerate(places):
        expect(hosts[number], b"wait\n")
        joiners.append(connected(port, pairs + number))
        joiners[-1].send(b"chatgame-relay 1 join " + place + b"\n")
    for host in hosts:
        expect(host, b"ready?\n")
        host.send(b"ready\n")
    for leg in (*hosts, *joiners):
        expect(leg, b"joined\n")
    return list(zip(hosts, joiners, strict=True))


def joined_by_first_line(port: int, pairs: int) -> list[Table]:
    """Pairs that say the same, as magic-wormhole's legs do."""
    tables = []
    for number in range(pairs):
        token = secrets.token_hex(32)
        table = connected(port, number), connected(port, pairs + number)
        for leg in table:
            leg.send(f"please relay {token}\n".encode())
        tables.append(table)
    for table in tables:
        for leg in table:
            expect(leg, b"ok\n")
    return tables


OURS = Relay(
    "chatgame",
    lambda port: [sys.executable, "-c", WITHOUT_UVLOOP, "relay", "--host", "127.0.0.1", "--port", str(port)],
    joined_by_chatgame,
)
ON_UVLOOP = Relay(
    "chatgame on uvloop",
    lambda port: [sys.executable, "-m", "chatgame", "relay", "--host", "127.0.0.1", "--port", str(port)],
    joined_by_chatgame,
)
WORMHOLE = Relay(
    "magic-wormhole's transit relay",
    lambda port: [
        str(Path(sys.executable).with_name("twist")),
        *("--log-level", "critical", "transitrelay", "--port", f"tcp:{port}:interface=127.0.0.1:backlog=4096"),
    ],
    joined_by_first_line,
)
STREAMS = Relay(
    "asyncio streams", lambda port: [sys.executable, str(HERE / "streams_relay.py"), str(port)], joined_by_first_line
)
BARE = Relay(
    "a bare epoll loop", lambda port: [sys.executable, str(HERE / "bare_relay.py"), str(port)], joined_by_first_line
)


@contextmanager
def running(relay: Relay, *, apart: bool) -> Iterator[tuple[int, int]]:
    """Start a relay; yields its process and its port. If it is apart, its legs are on other cores."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    process = subprocess.Popen(relay.command(port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    cores = os.sched_getaffinity(0)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None, f"{relay.name} has ended"
                time.sleep(0.05)
        time.sleep(0.1)
        if apart and (others := set(range(os.cpu_count() or 1)) - cores):
            os.sched_setaffinity(0, others)
        yield process.pid, port
    finally:
        os.sched_setaffinity(0, cores)
        process.kill()
        process.wait()


def cpu_time(pid: int) -> float:
    """Seconds for which the process ran."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def memory(pid: int) -> int:
    """Bytes of memory that the process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def close(tables: Sequence[Table]) -> None:
    """Close the legs."""
    for table in tables:
        for leg in table:
            leg.close()


def cpu_of_a_message(relay: Relay, pairs: int, messages: int) -> float:
    """Seconds of CPU time for each message, with so many tables that talk by turns."""
    with running(relay, apart=True) as (pid, port):
        tables = relay.joined(port, pairs)
        talk(tables, pairs)  # so that all is warm
        before = cpu_time(pid)
        talk(tables, messages)
        used = cpu_time(pid) - before
        close(tables)
    return used / messages


def talk(tables: Sequence[Table], messages: int) -> None:
    """Send so many messages, from either side by turns."""
    for first in range(0, messages, AT_ONCE):
        side = first // len(tables) % 2
        some = [tables[number % len(tables)] for number in range(first, min(first + AT_ONCE, messages))]
        for table in some:
            table[side].send(MESSAGE)
        for table in some:
            expect(table[1 - side], MESSAGE)


def memory_of_a_table(relay: Relay, pairs: int) -> float:
    """Bytes of memory for each table in which nothing is said."""
    with running(relay, apart=True) as (pid, port):
        before = memory(pid)
        tables = relay.joined(port, pairs)
        time.sleep(0.2)
        used = memory(pid) - before
        close(tables)
    return used / pairs


def time_to_join(relay: Relay, pairs: int) -> float:
    """Seconds until so many pairs, who come at once, are joined."""
    with running(relay, apart=True) as (_, port):
        began = time.perf_counter()
        tables = relay.joined(port, pairs)
        took = time.perf_counter() - began
        close(tables)
    return took


def latency_added(relay: Relay, messages: int) -> float:
    """Seconds that a message takes longer over a relay than over a connection of its own."""
    with running(relay, apart=False) as (_, port), socket.create_server(("127.0.0.1", 0)) as server:
        direct = (socket.create_connection(server.getsockname()), server.accept()[0])
        for leg in direct:
            leg.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        relayed = relay.joined(port, 1)[0]
        took = [[round_trip(*table) / 2 for _ in range(messages)] for table in (relayed, direct, relayed, direct)]
        close([direct, relayed])
    return median(took[0] + took[2]) - median(took[1] + took[3])


def longest_turn(relay: Relay, storm: int) -> float:
    """Seconds that the slowest round trip of a table takes while so many others connect at once and say nothing."""
    with running(relay, apart=True) as (_, port):
        table = relay.joined(port, 1)[0]
        crowd = subprocess.Popen(
            [sys.executable, "-c", STORM, str(port), str(storm)], cwd=HERE.parent.parent, stdout=subprocess.PIPE
        )
        longest = 0.0
        while crowd.poll() is None:
            longest = max(longest, round_trip(*table))
            time.sleep(0.001)
        said = crowd.communicate()[0]
        assert said == b"ok\n", said
        close([table])
    return longest


STORM = """
import sys
from tests.benchmarks.relays import connected
port, count = map(int, sys.argv[1:])
legs = [connected(port, 20_000 + number) for number in range(count)]
print("ok")
"""


def round_trip(one: socket.socket, other: socket.socket) -> float:
    """Seconds for a message and its answer."""
    began = time.perf_counter()
    one.send(MESSAGE)
    expect(other, MESSAGE)
    other.send(MESSAGE)
    expect(one, MESSAGE)
    return time.perf_counter() - began


def rows(*, quick: bool) -> list[Row]:
    """The rows of the table."""
    pairs, rounds = (100, 3) if quick else (2000, 20)
    many, few = (200, 100) if quick else (5000, 100)
    storm = 500 if quick else 10_000
    messages = pairs * rounds
    elsewhere = None if sys.platform == "linux" else "it is measured on Linux only"
    no_peer = elsewhere or absent("wormhole_transit_relay")
    fast = no_peer or absent("uvloop")
    cpu = partial(cpu_of_a_message, pairs=pairs, messages=messages)
    weight = partial(memory_of_a_table, pairs=pairs)
    what = f"CPU of a relay's message, {pairs} tables"
    size = f"memory of a relay's idle table, {pairs} tables"

    def at_most(what: str, limit: str, seconds: float, measure: Callable[[], float]) -> Row:
        return Row(what, limit, Bound(1, least=False), "s", measure, lambda: seconds, elsewhere)

    return [
        Row(what, WORMHOLE.name, Bound(2.4, least=True), "s", partial(cpu, OURS), partial(cpu, WORMHOLE), no_peer),
        Row(
            f"{what}, on uvloop",
            WORMHOLE.name,
            Bound(3, least=True),
            "s",
            partial(cpu, ON_UVLOOP),
            partial(cpu, WORMHOLE),
            fast,
        ),
        Row(what, STREAMS.name, Bound(1.3, least=True), "s", partial(cpu, OURS), partial(cpu, STREAMS), elsewhere),
        Row(
            size,
            WORMHOLE.name,
            Bound(1.4, least=False),
            "B",
            partial(weight, OURS),
            partial(weight, WORMHOLE),
            no_peer,
        ),
        Row(
            f"{size}, on uvloop",
            WORMHOLE.name,
            Bound(1, least=False),
            "B",
            partial(weight, ON_UVLOOP),
            partial(weight, WORMHOLE),
            fast,
        ),
        at_most("latency that a relay adds to a message", "60 µs", 60e-6, partial(latency_added, OURS, rounds * 100)),
        at_most(
            f"{pairs} pairs at a relay, from connect to joined", "0.5 s", 0.5, partial(time_to_join, OURS, pairs)
        ),
        at_most(
            f"longest round trip at a relay in a storm of {storm} connections",
            "1 s",
            1.0,
            partial(longest_turn, OURS, storm),
        ),
        *(
            Row(
                f"CPU of a relay's message, {tables} tables",
                f"{few} tables",
                Bound(1.3, least=False),
                "s",
                partial(cpu_of_a_message, OURS, tables, messages),
                partial(cpu_of_a_message, OURS, few, messages),
                elsewhere,
            )
            for tables in (many // 5, many)
        ),
        *(
            Row(
                f"CPU of a relay's message, {many} tables at {relay.name}",
                f"{few} tables",
                None,
                "s",
                partial(cpu_of_a_message, relay, many, messages),
                partial(cpu_of_a_message, relay, few, messages),
                missing,
            )
            for relay, missing in ((BARE, elsewhere), (STREAMS, elsewhere), (WORMHOLE, no_peer))
        ),
    ]
