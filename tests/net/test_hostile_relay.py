"""A relay that lies: what it does is named or survived, and it never reads or forges a word."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chatgame.core.errors import ChatgameError
from chatgame.core.seats import Seat
from chatgame.protocol.frames import frame
from chatgame.protocol.messages import Bye, encode
from tests.kit.relays import WHOLE, Talk, Tamper, TestRelay, Two, honest
from tests.kit.simulated import Person

CLIENT, SERVER = Seat


def drop(*_: object) -> Sequence[bytes]:
    """Swallow it."""
    return []


def cut_short(_: Seat, data: bytes) -> Sequence[bytes]:
    """Lose the last byte."""
    return [data[:-1]]


def duplicate(_: Seat, data: bytes) -> Sequence[bytes]:
    """Pass it on twice."""
    return [data, data]


def flip(_: Seat, data: bytes) -> Sequence[bytes]:
    """Change one bit in the middle."""
    return [data[: len(data) // 2], bytes([data[len(data) // 2] ^ 1]), data[len(data) // 2 + 1 :]]


def inject(_: Seat, data: bytes) -> Sequence[bytes]:
    """Say goodbye in the other's name, in the clear."""
    return [frame(encode(Bye("left"))), data]


def reverse(_: Seat, data: bytes) -> Sequence[bytes]:
    """Pass on the second half first."""
    return [data[len(data) // 2 :], data[: len(data) // 2]]


def reorder() -> Tamper:
    """Hold each part back until the next one has gone."""
    held: dict[Seat, bytes] = {}

    def tamper(seat: Seat, data: bytes) -> Sequence[bytes]:
        before = held.pop(seat, None)
        if before is None:
            held[seat] = data
            return []
        return [data, before]

    return tamper


def replay() -> Tamper:
    """Repeat what was said first in place of all that comes."""
    first: dict[Seat, bytes] = {}
    return lambda seat, data: [first.setdefault(seat, data)]


TAMPERS: dict[str, Callable[[], Tamper]] = {
    "drops": lambda: drop,
    "cuts short": lambda: cut_short,
    "duplicates": lambda: duplicate,
    "changes": lambda: flip,
    "injects": lambda: inject,
    "reverses": lambda: reverse,
    "reorders": reorder,
    "replays": replay,
}


@pytest.mark.parametrize("tamper", TAMPERS.values(), ids=TAMPERS)
async def test_conversation_survives_a_relay_that_changes_what_passes(
    relay: TestRelay, two: Two, tamper: Callable[[], Tamper], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both notice, and meet again; nothing is lost, doubled or changed."""
    monkeypatch.setattr("chatgame.protocol.connection.HELLO_TIME", 1.0)
    monkeypatch.setattr("chatgame.protocol.connection.SILENCE_LIMIT", 1.0)
    monkeypatch.setattr("chatgame.protocol.connection.ALIVE_INTERVAL", 0.3)
    monkeypatch.setattr("chatgame.protocol.connection.ANSWER_TIME", 1.0)
    monkeypatch.setattr("chatgame.net.relayed.DIAL_TIME", 1.0)
    talk = await Talk(two, relay).begin()
    relay.tamper = tamper()
    talk.people[CLIENT].say("Still there?")
    await two.told(CLIENT, "The ")  # is lost, or was silent
    relay.tamper = honest
    await talk.seen(3)
    talk.people[SERVER].say("/q")
    async with asyncio.timeout(20):
        await asyncio.gather(*talk.programs.values())
    assert talk.logs() == [WHOLE, WHOLE]


@pytest.mark.parametrize("tamper", TAMPERS.values(), ids=TAMPERS)
async def test_nobody_is_let_in_by_a_relay_that_changes_the_pairing(
    relay: TestRelay, two: Two, tamper: Callable[[], Tamper], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client ends with a sentence, and its friend goes on to wait: the code is still good."""
    monkeypatch.setattr("chatgame.net.relayed.DIAL_TIME", 1.0)
    monkeypatch.setattr("chatgame.net.transport.HELLO_TIME", 1.0)
    server = two.sit(SERVER, Person(SERVER, ["Hi"]), relay)
    code = await two.code()
    relay.tamper = tamper()
    with pytest.raises(ChatgameError):
        await two.sit(CLIENT, Person(CLIENT, []), relay, code=code)
    two.forget_ended()
    relay.tamper = honest
    client = two.sit(CLIENT, Person(CLIENT, ["Hello", "/q"]), relay, code=code)
    await asyncio.gather(server, client)


async def test_side_that_is_joined_with_itself_hears_nobody(relay: TestRelay, two: Two) -> None:
    """What it says comes back, which is not what its friend would say."""
    server = two.sit(SERVER, Person(SERVER, []), relay)
    code = await two.code()
    relay.reflects = True
    with pytest.raises(ChatgameError, match=r"does not speak TLS|hung up"):
        await two.sit(CLIENT, Person(CLIENT, []), relay, code=code)
    assert not server.done()


async def test_strangers_who_are_joined_do_not_talk(relay: TestRelay, two: Two, tmp_path: Path) -> None:
    """The client of one conversation gets the server of another, and says nothing to it; then it finds its own."""
    talk = await Talk(two, relay).begin()
    other = await Talk(Two(tmp_path / "other"), relay).begin()
    mine, theirs = relay.waiting(str)
    relay.crossed = {mine: theirs, theirs: mine}
    relay.drop_tables()
    await two.told(CLIENT, "Somebody else answered for your friend, and was told nothing.")
    await other.two.told(CLIENT, "Somebody else answered for your friend, and was told nothing.")
    relay.crossed = {}
    assert await talk.end() == WHOLE
    assert await other.end() == WHOLE


async def test_old_leg_that_is_replayed_lets_nobody_in(relay: TestRelay, two: Two) -> None:
    """The relay plays the client, with the very bytes that it said before."""
    talk = await Talk(two, relay).begin()
    (place,) = relay.waiting(str)
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.relay.port)
    recorded = b"".join(relay.said[CLIENT])
    writer.write(f"chatgame-relay 1 join {place}\n".encode())
    assert await reader.readline() == b"joined\n"
    writer.write(recorded)
    await reader.read()
    writer.close()
    assert await talk.end() == WHOLE
    assert not any("Connected again" in text for text in two.notices[SERVER])
