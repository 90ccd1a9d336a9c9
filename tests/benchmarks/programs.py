"""How fast the program starts, and how much memory a table takes."""

import asyncio
import atexit
import compileall
import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import tracemalloc
import venv
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path
from time import perf_counter

import chatgame
from chatgame.core.table import Table
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.memory import Streams, linked_in_memory, memory_streams
from chatgame.players.script import Script
from chatgame.session.interfaces import Player
from chatgame.session.play import converse
from tests.benchmarks.games import MOVES
from tests.benchmarks.measure import HERE, Bound, Row, no_boardgame_io, said_by_node

KIBIBYTE = 1024

STARTS = 11
"""Rounds that make a fair figure of a start, which varies more than most."""

PROJECT = HERE.parent.parent


@cache
def users_python() -> str:
    """Python in an environment like a user's: it has few packages, since each makes every start take longer."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", f"{PROJECT}[edit]"], check=True)
    return str(python)


def first_output(*command: str, until: str = "\n", on_a_terminal: bool = False, home: str = "") -> float:
    """Seconds from the start of a program until its output, to a pipe or a terminal, has `until` in it.

    Its journal is in the folder `home`.
    """
    ours, theirs = os.openpty() if on_a_terminal else (-1, subprocess.PIPE)
    python, began = users_python(), perf_counter()
    program = subprocess.Popen(
        [python, *command],
        stdin=theirs,
        stdout=theirs,
        cwd=PROJECT,
        env=os.environ | {"XDG_STATE_HOME": home, "TERM": "xterm", "CHATGAME_EDITOR": ""},
    )
    output = program.stdout.fileno() if program.stdout else ours
    with program:
        try:
            shown = b""
            while until.encode() not in shown:
                piece = os.read(output, KIBIBYTE)
                assert piece, f"{command} ended after {shown!r}"
                shown += piece
            return perf_counter() - began
        finally:
            program.kill()
            for end in (ours, theirs) if on_a_terminal else ():
                os.close(end)


def started(command: str, *, first: bool = False, on_a_terminal: bool = False) -> float:
    """Seconds that chatgame takes to its first line; for `solo`, to its prompt.

    It is the user's first start, which makes the journal, or a later one.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        for _ in range(1 if first else 2):
            with listening_program(port) if command == "client" else nullcontext():
                took = first_output(
                    *("-m", "chatgame", command, *([] if command == "solo" else [f"--port={port}"])),
                    until="Enter Input >" if command == "solo" else "\n",
                    on_a_terminal=on_a_terminal,
                    home=home,
                )
    return took


@contextmanager
def listening_program(port: int) -> Iterator[None]:
    """Run a server's program at a port."""
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [users_python(), "-m", "chatgame", "server", f"--port={port}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env=os.environ | {"XDG_STATE_HOME": folder},
        )
        assert server.stdout, "it is a pipe"
        with server:
            try:
                server.stdout.readline()
                yield
            finally:
                server.kill()


class Thinker(Script):
    """Says its lines, and then thinks for ever."""

    async def ask(self, table: Table) -> str:
        """The next line, or none in finite time."""
        for line in self._lines:
            return line
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]


def bytes_per_table(tables: int) -> float:
    """Bytes of memory that a table in mid-game takes while both seats wait."""

    async def sit_down() -> list[asyncio.Task[Table]]:
        """Play four moves, and wait for the fifth."""
        players: tuple[Player, Player] = Thinker(["play tictactoe", *MOVES[1:4:2]]), Thinker(MOVES[:4:2])
        tasks = [
            asyncio.create_task(converse(player, link, BUILT_IN, InMemory(link.seat)))
            for player, link in zip(players, linked_in_memory(BUILT_IN), strict=True)
        ]
        for _ in range(100):
            await asyncio.sleep(0)
        return tasks

    return asyncio.run(_bytes_each(sit_down, tables))


def bytes_per_pair(pairs: int) -> float:
    """Bytes of memory that the streams below such a table take."""

    async def connect() -> tuple[Streams, Streams]:
        ends = memory_streams()
        for _ in range(10):  # as long as it takes to use every part of them
            for (_, writer), (reader, _) in (ends, ends[::-1]):
                reader.hand_on(len)
                writer.write(b"x" * 200)
        return ends

    return asyncio.run(_bytes_each(connect, pairs))


async def _bytes_each(make: Callable[[], Awaitable[object]], number: int) -> float:
    """Bytes of memory that each object from `make` takes, with everything that it refers to."""
    kept = [await make()]  # leaves out what is made only once
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept += [await make() for _ in range(number)]
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    return taken / number


def rows(*, quick: bool) -> list[Row]:
    """The rows of this file."""
    compileall.compile_dir(Path(chatgame.__file__).parent, quiet=2)  # as an installer does
    tables, bound = (20 if quick else 500), Bound(1.4, least=False)
    bare = partial(first_output, "-m", "tests.benchmarks.bare")
    found = [
        Row(f"start of {what}", "a bare program", bound, "s", partial(started, command), bare, rounds=STARTS)
        for command, what in (
            ("client", "client, to its first line"),
            ("server", "server, to its first line"),
            ("solo", "solo, to its prompt"),
        )
    ]
    anew = partial(started, "server", first=True)
    what = "first start of server, which makes the journal"
    found.append(Row(what, "a bare program", None, "s", anew, bare, rounds=STARTS))
    edited = partial(started, "server", on_a_terminal=True)
    bare_edited = partial(first_output, "-m", "tests.benchmarks.bare_edited", on_a_terminal=True)
    nowhere = "pseudo-terminals are POSIX" if sys.platform == "win32" else None
    found.append(
        Row(
            "start of server, with an editor",
            "a bare program with prompt_toolkit",
            bound,
            "s",
            edited,
            bare_edited,
            nowhere,
            STARTS,
        )
    )
    table, own = "memory of a table in mid-game, both seats", partial(bytes_per_table, tables)
    return [
        *found,
        Row(table, "16 KiB", Bound(1.0, least=False), "B", own, lambda: 16.0 * KIBIBYTE),
        Row(table, "the streams in memory below it", None, "B", own, partial(bytes_per_pair, tables)),
        Row(
            table,
            "boardgame.io's match",
            None,
            "B",
            own,
            lambda: said_by_node("boardgame.cjs", "memory", tables),
            no_boardgame_io(),
        ),
    ]
