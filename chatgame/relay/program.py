"""The relay's program: as many open files as the system allows, a node, and what its operator reads."""

import asyncio
import secrets
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from chatgame.core.errors import ChatgameError, Unreachable
from chatgame.relay.limits import DRAIN_TIME, MAX_CAPACITY, MAX_UNSPOKEN, SPARE_FILES
from chatgame.relay.lines import At
from chatgame.relay.meeting import Meeting
from chatgame.relay.node import Node
from chatgame.relay.status import serve_status

if TYPE_CHECKING:
    from chatgame.relay.cluster import Engine

Notify = Callable[..., None]

REPORT_INTERVAL = 60.0
"""Seconds between two lines about what the relay has done."""

TURNED_AWAY = ("nobody", "busy", "redirected", "breach", "late", "silent", "crowded", "version")
"""Why legs were closed, apart from a table's end."""


class Membership(NamedTuple):
    """What a node has to know of its cluster.

    Attributes:
        engine: where Valkey or Redis is, as in redis://localhost:6379.
        nodes: the names by which legs reach the nodes, this one's first.
    """

    engine: str
    nodes: Sequence[At]


async def run_relay(
    host: str | None, port: int, status: int | None, cluster: Membership | None, notify: Notify
) -> None:
    """Run a relay until it is cancelled, which makes it go down; if it is cancelled again, it ends at once.

    Args:
        host: the address to listen at; None for all.
        port: the port.
        status: a port of this computer where the relay says how it is, or None.
        cluster: the cluster of which it is a node, or None.
        notify: takes sentences for the operator.

    Raises:
        Unreachable: nothing can listen there.
        ChatgameError: what a cluster needs is not installed, or its engine's address is not one.
    """
    files = raise_file_limit()
    capacity = capacity_with(files)
    engine = _engine(cluster, notify) if cluster else None
    meeting = Meeting(
        capacity,
        secrets.randbelow,
        lambda: secrets.token_hex(16),
        unspoken=unspoken_with(files),
        clustered=bool(engine),
    )
    node = Node(meeting, engine)
    port = await _listen(node, host, port)
    asked = None
    try:
        if status is not None:
            asked = await serve_status(node, status)
        notify(f"The relay is listening on port {port}, for {capacity // 3:,} conversations at once.")
        await _run(node, engine, notify)
    finally:
        node.close()
        if asked:
            asked.close()


def _engine(cluster: Membership, notify: Notify) -> "Engine":
    try:
        from chatgame.relay.cluster import Engine
    except ImportError as error:
        raise ChatgameError("A cluster needs redis-py. Install it: pip install 'chatgame[cluster]'") from error
    try:
        return Engine(cluster.engine, cluster.nodes[0], cluster.nodes, notify)
    except ValueError as error:
        raise ChatgameError("The address after --engine is not one. Write it as in redis://localhost:6379") from error


async def _run(node: Node, engine: "Engine | None", notify: Notify) -> None:
    async with asyncio.TaskGroup() as tasks:
        beside = [tasks.create_task(_report(node.meeting, notify))]
        if engine:
            beside.append(tasks.create_task(engine.run()))
        try:
            await node.run()
        except asyncio.CancelledError:
            if node.meeting.tables:
                notify(
                    f"The relay is going down, and cuts {counted(node.meeting.tables, 'conversation')} within "
                    f"{DRAIN_TIME:.0f} seconds. To end it at once, ask it again."
                )
            await node.drain()
            notify("The relay is down.")
        finally:
            for task in beside:
                task.cancel()


async def _listen(node: Node, host: str | None, port: int) -> int:
    if host is not None:
        return await node.listen(host, port)
    with suppress(Unreachable):  # where there is no IPv6
        return await node.listen("::", port)
    return await node.listen("0.0.0.0", port)  # noqa: S104  # a relay is for everyone


def raise_file_limit() -> int:
    """Allow this process as many open files as it may have, and return how many."""
    if sys.platform == "win32":  # which has no such limit
        return MAX_CAPACITY + MAX_UNSPOKEN + SPARE_FILES
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS says that there is no limit, and has one
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return soft if soft != resource.RLIM_INFINITY else MAX_CAPACITY + MAX_UNSPOKEN + SPARE_FILES


def capacity_with(files: int) -> int:
    """Return how many legs a process can carry that may have so many open files."""
    return max(2, min(MAX_CAPACITY, files - SPARE_FILES - unspoken_with(files)))


def unspoken_with(files: int) -> int:
    """Return how many legs more it can carry that have not said their first line."""
    return min(MAX_UNSPOKEN, files // 4)


async def _report(meeting: Meeting, notify: Notify) -> None:
    """Say every minute what has happened, if anything has. No number, place or address is in it."""
    before: Counter[str] = Counter()
    while True:
        await asyncio.sleep(REPORT_INTERVAL)
        if news := meeting.counts - before:
            before = meeting.counts.copy()
            notify(reported(news, meeting.tables, meeting.waiting))


def reported(news: Counter[str], tables: int, waiting: int) -> str:
    """Return a line about what has happened in the last minute, and what there is now."""
    away = {why: news[why] for why in TURNED_AWAY if news[why]}
    reasons = ", ".join(f"{why} {count}" for why, count in away.items())
    return (
        f"In the last minute: {counted(news['joined'], 'conversation')} joined, {news['ended']} ended, "
        f"{counted(sum(away.values()), 'connection')} turned away{f' ({reasons})' if reasons else ''}. "
        f"Now: {counted(tables, 'conversation')}, {counted(waiting, 'host')} waiting."
    )


def counted(number: int, what: str) -> str:
    """Return so many of something, in words."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
