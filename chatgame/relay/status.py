"""How a relay is, for those who watch it on the same computer: `/healthz`, `/readyz` and `/metrics` over HTTP.

The metrics are in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). No number,
place or address is in them.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from chatgame.net.tcp import bound
from chatgame.relay.meeting import Meeting
from chatgame.relay.node import Node

ASKING_TIME = 5.0
"""Seconds that a request may take."""

MAX_REQUEST = 8 * 1024
"""Bytes in the head of a request, as many as most HTTP servers take."""

TEXT = "text/plain; version=0.0.4; charset=utf-8"


async def serve_status(node: Node, port: int) -> asyncio.Server:
    """Answer at a port that only this computer can reach.

    Raises:
        Unreachable: nothing can listen there.
    """
    loop = asyncio.get_running_loop()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError, ValueError, asyncio.LimitOverrunError, TimeoutError):
            async with asyncio.timeout(ASKING_TIME):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(response(head.decode("latin-1"), node.meeting, lambda: node.copied))
                await writer.drain()
        writer.close()

    def accepted() -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(MAX_REQUEST, loop), answer, loop)

    return await bound(accepted, "127.0.0.1", port)


def response(head: str, meeting: Meeting, copied: Callable[[], int]) -> bytes:
    """Return the response to a request, whose head is given."""
    method, _, rest = head.partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    status, text = "200 OK", "ok\n"
    if method not in ("GET", "HEAD"):
        status, text = "405 Method Not Allowed", "Only GET is known here.\n"
    elif path == "/readyz":
        if meeting.draining or meeting.full:
            status, text = "503 Service Unavailable", "going down\n" if meeting.draining else "full\n"
    elif path == "/metrics":
        text = metrics(meeting, copied())
    elif path != "/healthz":
        status, text = "404 Not Found", "There are /healthz, /readyz and /metrics.\n"
    body = text.encode()
    header = f"HTTP/1.1 {status}\r\nContent-Type: {TEXT}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return header.encode() + (b"" if method == "HEAD" else body)


def metrics(meeting: Meeting, copied: int) -> str:
    """Return what is counted, in Prometheus' text format."""
    found = [
        ("tables", "gauge", "Tables that are joined.", {"": meeting.tables}),
        ("waiting", "gauge", "Hosts that wait.", {"": meeting.waiting}),
        ("legs", "gauge", "Connections.", {"": meeting.legs}),
        ("capacity", "gauge", "Connections that it can carry.", {"": meeting.capacity}),
        ("copied_bytes_total", "counter", "Bytes copied, in both directions.", {"": copied}),
        (
            "legs_total",
            "counter",
            "Legs, by what became of them.",
            {f'{{outcome="{outcome}"}}': count for outcome, count in sorted(meeting.counts.items())},
        ),
    ]
    return "".join(
        f"# HELP chatgame_relay_{name} {meaning}\n# TYPE chatgame_relay_{name} {kind}\n"
        + "".join(f"chatgame_relay_{name}{label} {value}\n" for label, value in values.items())
        for name, kind, meaning, values in found
    )
