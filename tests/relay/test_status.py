"""How a relay is, for those who watch it."""

import asyncio
import re
import urllib.request
from contextlib import suppress

import pytest

from chatgame.relay.limits import MAX_JOINS
from chatgame.relay.status import MAX_REQUEST, metrics, response, serve_status
from tests.kit.legs import relay_node
from tests.kit.relay import ANNA, PLACE, Relay


def answered(relay: Relay, path: str, method: str = "GET") -> tuple[int, str]:
    """The status and the body of a response."""
    head, _, body = (
        response(f"{method} {path} HTTP/1.1\r\n\r\n", relay.meeting, lambda: 1234).decode().partition("\r\n\r\n")
    )
    assert f"Content-Length: {len(body)}\r\n" in head or method == "HEAD"
    return int(head.split()[1]), body


def test_relay_is_healthy_and_ready() -> None:
    assert answered(Relay(), "/healthz") == (200, "ok\n")
    assert answered(Relay(), "/readyz?verbose") == (200, "ok\n")
    assert answered(Relay(), "/readyz", "HEAD") == (200, "")


def test_relay_that_is_full_or_going_down_is_healthy_and_not_ready() -> None:
    full, going = Relay(capacity=2), Relay()
    full.table(PLACE)
    going.drain()
    assert answered(full, "/readyz") == (503, "full\n")
    assert answered(going, "/readyz") == (503, "going down\n")
    assert answered(full, "/healthz") == answered(going, "/healthz") == (200, "ok\n")


def test_nothing_else_is_there() -> None:
    assert answered(Relay(), "/")[0] == answered(Relay(), "")[0] == 404
    assert answered(Relay(), "/metrics", "POST")[0] == 405


def test_metrics_are_in_the_text_format_and_name_nobody() -> None:
    relay = Relay()
    number = relay.number_of(relay.host())
    relay.table(PLACE)
    for _ in range(MAX_JOINS):
        relay.join(99999)
    text = metrics(relay.meeting, 1234)
    for line in text.splitlines():
        assert re.fullmatch(r"# (HELP|TYPE) chatgame_relay_\w+ .+|chatgame_relay_\w+(\{outcome=\"\w+\"\})? \d+", line)
    assert "chatgame_relay_tables 1\n" in text
    assert "chatgame_relay_waiting 1\n" in text
    assert "chatgame_relay_copied_bytes_total 1234\n" in text
    assert 'chatgame_relay_legs_total{outcome="nobody"} 60\n' in text
    assert not {ANNA, PLACE, str(number)} & set(re.findall(r"[\w.]+", text)) - {"1", "2", "3", "60"}


async def test_status_is_answered_over_http() -> None:
    async with relay_node() as (node, legs):
        server = await serve_status(node, 0)
        host, port = server.sockets[0].getsockname()
        assert host == "127.0.0.1"
        await legs.table()

        def get() -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                return str(answer.read().decode())

        assert "chatgame_relay_tables 1\n" in await asyncio.to_thread(get)
        server.close()


@pytest.mark.parametrize("request_head", [b"x" * (2 * MAX_REQUEST), b"GET /metr", b"", b"\xff\xfe\r\n\r\n"])
async def test_what_is_not_a_request_costs_nothing(request_head: bytes) -> None:
    async with relay_node() as (node, legs):
        server = await serve_status(node, 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(request_head)
        writer.write_eof()
        with suppress(ConnectionError):
            await asyncio.wait_for(reader.read(), 10)
        writer.close()
        await legs.table()
        server.close()
