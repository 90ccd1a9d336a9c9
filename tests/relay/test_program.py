"""The relay as its operator runs it: a process that is started, told to stop, and watched."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chatgame.relay.limits import MAX_CAPACITY, MAX_UNSPOKEN, SPARE_FILES
from chatgame.relay.program import capacity_with, reported
from tests.kit.command import COMMAND
from tests.kit.legs import TIME, Legs

PLACE = "0123456789abcdef" * 4

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits that are POSIX")


class Running:
    """A relay that runs, and its legs."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.legs = Legs(port)

    async def ends(self) -> tuple[int, str]:
        """Its exit status, and what else it wrote."""
        async with asyncio.timeout(TIME):
            output, _ = await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode, output.decode()


@asynccontextmanager
async def relay(*options: str) -> AsyncIterator[Running]:
    """Start a relay at a port that is free."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "relay", "--port", "0", *options, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert process.stdout
        async with asyncio.timeout(TIME):
            said = (await process.stdout.readline()).decode()
        port = re.search(r"listening on port (\d+)", said)
        assert port, said
        running = Running(process, int(port[1]))
        yield running
        await running.legs.close()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


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
        assert "Traceback" not in said


@posix
async def test_relay_allows_itself_as_many_open_files_as_it_may_have() -> None:
    """It says at the start what it can carry."""
    import resource

    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 1024))

    process = await asyncio.create_subprocess_exec(
        *COMMAND, "relay", "--port", "0", stdout=subprocess.PIPE, preexec_fn=few_files
    )
    assert process.stdout
    said = (await process.stdout.readline()).decode()
    process.terminate()
    await process.communicate()
    assert said.endswith(f"for {(1024 - SPARE_FILES - 256) // 2} conversations at once.\n")


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


async def test_relay_says_how_it_is_at_a_port_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
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
