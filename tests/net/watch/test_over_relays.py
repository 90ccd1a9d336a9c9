"""Watching over relays goes on at a place of its own, whatever becomes of the number, the relay or the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from chatgame.core.errors import ChatgameError
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.net.addresses import Relay
from chatgame.program.watcher import watch
from chatgame.protocol.badges import Badges
from chatgame.session.onlooker import Begun, Shown
from tests.kit.relays import Talk, TestRelay, Two, relay_running
from tests.kit.simulated import until

CLIENT, SERVER = Seat


class Curious:
    """Somebody who watches with the real program.

    Attributes:
        texts: of the turns that were shown.
        begun: how often watching has begun anew.
        heard: the sentences about the connection.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.begun = 0
        self.heard: list[str] = []

    async def watch(self, code: str, *relays: Relay) -> None:
        """Watch until the end."""
        told = lambda *texts: self.heard.extend(texts)  # noqa: E731  # it has no name to be called by
        await watch("", 0, BUILT_IN, self._see, told, relays=relays, code=code, patience=20)

    def _see(self, what: Shown) -> None:
        if isinstance(what, Begun):
            self.begun += 1
        else:
            self.texts.append(what.turn.text)


async def agreed(two: Two, *relays: TestRelay) -> tuple[Talk, str]:
    """A conversation in which people may watch, and their code."""
    talk = await Talk(two, *relays).begin()
    return talk, await agree(talk)


async def agree(talk: Talk, times: int = 1) -> str:
    """Let people watch, for the first time or once more; returns their code."""
    talk.people[CLIENT].say("/watch")
    talk.people[SERVER].say("/accept")
    return await code_of(talk.two, times)


async def code_of(two: Two, times: int = 1) -> str:
    """The code for watching that both players see."""
    codes = [(await two.told(seat, "chatgame watch --relay", times)).split()[-1] for seat in Seat]
    assert codes[0] == codes[1]
    return codes[0]


@asynccontextmanager
async def watching(curious: Curious, code: str, *relays: TestRelay) -> AsyncIterator["asyncio.Task[None]"]:
    """Watch, from the moment in which one was let in."""
    task = asyncio.create_task(curious.watch(code, *(relay.relay for relay in relays)))
    try:
        async with asyncio.timeout(10):
            await until(lambda: bool(curious.begun) or task.done())
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, ChatgameError):
            await task


async def back(curious: Curious) -> None:
    """Wait until somebody watches again."""
    async with asyncio.timeout(15):
        await until(lambda: "Connected again." in curious.heard)


async def see_it_end(talk: Talk, curious: Curious, task: "asyncio.Task[None]") -> None:
    """Say something and quit: who watches sees both, and no gap."""
    talk.people[CLIENT].say("Still there?")
    async with asyncio.timeout(10):
        await until(lambda: "Still there?" in curious.texts)
    talk.people[SERVER].say("/q")
    await asyncio.gather(task, *talk.programs.values())
    assert curious.texts == ["Still there?", ""]
    assert curious.begun == 1


@pytest.mark.parametrize("keeps_numbers", [True, False])
async def test_watcher_inside_follows_to_another_number(relay: TestRelay, two: Two, keeps_numbers: bool) -> None:
    """The relay starts again; newcomers need the code that both players see then."""
    talk, code = await agreed(two, relay)
    curious, newcomer = Curious(), Curious()
    async with watching(curious, code, relay) as task:
        relay.keeps_numbers = keeps_numbers
        await relay.restart()
        for seat in Seat:
            await two.told(seat, "Connected again.")
        await back(curious)
        other = code if keeps_numbers else await code_of(two, 2)
        assert (other == code) is keeps_numbers
        relay.keeps_numbers = True
        async with watching(newcomer, other, relay) as last:
            await see_it_end(talk, curious, task)
            await last


async def test_watcher_inside_follows_to_another_relay_of_the_list(two: Two) -> None:
    async with relay_running() as first, relay_running() as second:
        talk, code = await agreed(two, first, second)
        curious = Curious()
        async with watching(curious, code, first, second) as task:
            await first.die()
            await back(curious)
            await see_it_end(talk, curious, task)


async def test_watcher_inside_comes_back_to_a_server_that_was_killed(relay: TestRelay, two: Two) -> None:
    """Though the relay gives that one another number."""
    talk, code = await agreed(two, relay)
    curious = Curious()
    async with watching(curious, code, relay) as task:
        relay.keeps_numbers = False
        await talk.restart(SERVER)
        await back(curious)
        await see_it_end(talk, curious, task)


async def test_watcher_learns_neither_the_players_place_nor_where_the_next_watchers_meet(
    relay: TestRelay, two: Two
) -> None:
    talk, _ = await agreed(two, relay)
    await relay.hosts(3)  # the server waits for its client, for newcomers, and for those who were there
    with Store(two.journal(SERVER)) as store:
        await talk.kill(*Seat)
        async with store.conversation(1) as kept:
            assert kept.pinned
            *_, accept = (entry.turn for entry in kept.entries())
            watchers = Badges(kept.pinned, accept.digest).place
            assert watchers != kept.place
    places = {first.spot for first in relay.heard if isinstance(first.spot, str)}
    assert places == {watchers, kept.place}


async def test_watcher_that_others_keep_from_the_place_comes_back_by_the_number(relay: TestRelay, two: Two) -> None:
    """Any watcher knows the place, and could wait there in place of the server."""
    talk = await Talk(two, relay).begin()
    await relay.hosts()
    players = relay.waiting(str)
    curious = Curious()
    async with watching(curious, await agree(talk), relay) as task:
        relay.crossed = {spot: "0" * 64 for spot in relay.waiting(str) if spot not in players}
        assert relay.crossed
        relay.drop_tables()
        await back(curious)
        await see_it_end(talk, curious, task)


async def test_watcher_for_whom_nobody_waits_any_more_reads_that_nobody_may_watch(relay: TestRelay, two: Two) -> None:
    """Watching was ended while it was away, or the server is not there."""
    talk, code = await agreed(two, relay)
    curious = Curious()
    async with watching(curious, code, relay):
        relay.crossed = dict.fromkeys([*relay.waiting(str), *relay.waiting(int)], "0" * 64)
        relay.drop_tables()
        async with asyncio.timeout(10):
            await until(lambda: any("Nobody may watch there now." in text for text in curious.heard))
        relay.crossed.clear()
        await two.told(CLIENT, "Connected again.")
        await talk.end()


async def test_nobody_waits_at_the_place_of_an_agreement_that_was_ended(relay: TestRelay, two: Two) -> None:
    talk, code = await agreed(two, relay)
    curious = Curious()
    async with watching(curious, code, relay) as task:
        before = relay.waiting(str)
        assert len(before) == 2
        talk.people[CLIENT].say("/watch off")
        await task
        async with asyncio.timeout(5):
            await until(lambda: len(relay.waiting(str)) == 1)
        await agree(talk, 2)
        async with asyncio.timeout(5):
            await until(lambda: len(relay.waiting(str)) == 2)
        assert set(relay.waiting(str)) != set(before)
