"""The program's own standard streams, as aioconsole opens them; this is the one file that imports it."""

import asyncio
import importlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from chatgame.players.person.lines import LONGEST, Lines


async def standard_streams() -> tuple[Lines, Any, Sequence[asyncio.BaseTransport]]:
    """The lines of standard input, a writer to standard output, and their transports, if threads do not carry them.

    The streams are opened one by one. aioconsole's own function uses one protocol for all of them: when nothing reads
    the output or standard error any more, the input ends too, and an assertion fails when more is typed.
    """
    stream = _aioconsole_stream()
    if not all(map(stream.is_pipe_transport_compatible, (sys.stdin, sys.stdout))):
        return lines_of_a_thread(), stream.NonFileStreamWriter(sys.stdout), ()
    loop, reader, nothing = asyncio.get_running_loop(), asyncio.StreamReader(), asyncio.StreamReader()
    inward, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), stream.ProtectedPipe(sys.stdin)
    )
    outward, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(nothing), stream.ProtectedPipe(sys.stdout)
    )
    outward.set_write_buffer_limits(0)
    writer = asyncio.StreamWriter(outward, protocol, None, loop)
    return Lines(partial(reader.read, LONGEST)), writer, (inward, outward)


def lines_of_a_thread() -> Lines:
    """The lines of standard input, which a thread reads."""
    return Lines(_aioconsole_stream().NonFileStreamReader(_Bytes()).readline)


def _aioconsole_stream() -> Any:
    """Import `aioconsole.stream` alone: the rest of aioconsole takes a seventh of the start, for other consoles."""
    loaded, found = sys.modules.get("aioconsole"), importlib.util.find_spec("aioconsole")
    if not loaded and found:
        sys.modules["aioconsole"] = importlib.util.module_from_spec(found)  # which is not run
    try:
        return importlib.import_module("aioconsole.stream")
    finally:
        if not loaded:
            sys.modules.pop("aioconsole", None)


class _Bytes:
    """Standard input for a thread that reads it: its bytes, a line at a time, or less of a line that is too long."""

    def readline(self) -> bytes:
        """The next bytes, in UTF-8; none at the end of input."""
        stdin = sys.stdin  # the interpreter must not close it while a thread reads it
        line = stdin.buffer.readline(LONGEST)
        return line.decode(stdin.encoding).encode() if sys.platform == "win32" else line


@contextmanager
def streams_restored() -> Iterator[None]:
    """Restore the blocking mode of the standard streams, which aioconsole changes and a later `cat` needs."""
    if sys.platform == "win32":
        yield
        return
    blocking = {}
    for descriptor in range(3):
        with suppress(OSError):
            blocking[descriptor] = os.get_blocking(descriptor)
    try:
        yield
    finally:
        for descriptor, was_blocking in blocking.items():
            with suppress(OSError):
                os.set_blocking(descriptor, was_blocking)
