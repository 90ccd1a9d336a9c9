"""Whatever bytes a peer sends, a conversation ends in peace or with a documented error, and never hangs."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins

from chatgame.core.errors import (
    Diverged,
    InvalidMessage,
    LinkLost,
    PartnerLeft,
    RemoteProtocolError,
    TurnedAway,
)
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.link import Link
from chatgame.net.memory import memory_streams
from chatgame.net.pump import Pump
from chatgame.net.transport import StreamTransport
from chatgame.players.script import Script
from chatgame.protocol.frames import frame
from chatgame.protocol.messages import Hello, decode, encode
from chatgame.protocol.resume import Held
from chatgame.session.play import converse
from tests.kit.ends import Peer, Thinker, greeted, link_to
from tests.kit.fuzzed import Mutation, fuzzed, mutations, places, raw, streams_of_bytes, ways
from tests.kit.logs import NONCE, SESSION, VERSIONS
from tests.kit.virtual import in_virtual_time

DOCUMENTED = (RemoteProtocolError, PartnerLeft, LinkLost, Diverged)
"""How a conversation may end that a peer's bytes have ended, if not in peace."""

LONG_TIME = 600.0
"""In seconds of virtual time: what takes longer hangs."""


LINES = {
    Seat.CLIENT: (
        *("/watch", "play rps", "paper", "a", "cat", "Zoë 🎲", "/watch off", "play pig", "5", "/say so?"),
        *("3", "yes", "3", "/draw", "7", "play eights", "/resign", "/q"),
    ),
    Seat.SERVER: (
        *("/accept", "rock", "play hangman", "cat", "Well", "roll", "/resign"),
        *("play tictactoe", "1", "/undo", "1", "2", "no", "draw", "2h", "Well dealt"),
    ),
}
"""What two people type who play one game after another: choices, a secret with answers, dice, plain moves,
offers and cards; for a time, people may watch."""

HELLO = {
    "type": "hello",
    "protocol": "1.0",
    "seat": "client",
    "nonce": NONCE.hex(),
    "games": VERSIONS,
    "session": SESSION,
}


def chance(seat: Seat) -> Random:
    """What a seat draws, the same each time."""
    return Random(f"{seat} 2")  # by which the first roll is no 1


@cache
def good_log() -> tuple[Turn, ...]:
    """The turns of the two who type `LINES`."""

    async def scenario() -> list[Turn]:
        journals = {seat: InMemory(seat) for seat in Seat}
        links = {seat: link_to(streams, seat) for seat, streams in zip(Seat, memory_streams(), strict=True)}
        await asyncio.gather(
            *(converse(Script(LINES[seat]), links[seat], BUILT_IN, journals[seat], chance(seat)) for seat in Seat)
        )
        return journals[Seat.CLIENT].log

    return tuple(in_virtual_time(scenario()))


async def how_it_ends(peer: Seat, before: Sequence[Turn], pieces: Sequence[bytes]) -> str:
    """How a conversation ends at the honest side opposite `peer`, who spoils it after the turns `before`.

    The honest side types `LINES`, unless it is spoilt from the beginning. Behind the peer's turns comes what is in
    `pieces`, and the end of the stream.
    """
    honest, at_peer = memory_streams()
    hand = Peer(peer, at_peer)
    lines = LINES[peer.other] if before else []
    link = link_to(honest, peer.other)
    task = asyncio.create_task(converse(Thinker(lines), link, BUILT_IN, InMemory(peer.other), chance(peer.other)))
    for turn in before:
        if turn.seat is peer:
            hand.send(encode(turn))
        else:
            while (message := await hand.receive())["type"] == "alive":
                pass
            assert message == to_builtins(turn)
    for piece in pieces:
        hand.send_raw(piece)
        await asyncio.sleep(0)
    hand.close()
    try:
        async with asyncio.timeout(LONG_TIME):
            await task
    except DOCUMENTED as error:
        return f"{type(error).__name__}: {error}"
    return "in peace"


def ends_alike(peer: Seat, upto: int, data: bytes, where: Iterable[int]) -> str:
    """How a conversation ends that is spoilt with `data`: the same way however that comes."""
    before = good_log()[:upto]
    ends = {in_virtual_time(how_it_ends(peer, before, pieces)) for pieces in ways(data, where)}
    assert len(ends) == 1, ends
    return ends.pop()


@fuzzed(max_examples=80)
@given(streams_of_bytes, places)
def test_any_bytes_end_a_conversation_in_a_documented_way(data: bytes, where: list[int]) -> None:
    """At both seats there is never another exception, and never a hang."""
    for seat in Seat:
        assert ends_alike(seat, 0, data, where)


@fuzzed(max_examples=150)
@given(st.sampled_from(Seat), st.integers(0, 2**16), mutations(), places)
def test_any_spoilt_turn_of_a_game_ends_in_a_documented_way(
    peer: Seat, number: int, mutation: Mutation, where: list[int]
) -> None:
    """Either side finds what is wrong, at that turn, at each step of whole games."""
    turns = [turn for turn in good_log() if turn.seat is peer]
    turn = turns[number % len(turns)]
    spoilt = mutation(to_builtins(turn))
    if not spoilt:
        return
    end = ends_alike(peer, turn.number, frame(spoilt), where)
    taken = complaint = None
    try:
        taken = decode(spoilt)
    except InvalidMessage as error:
        complaint = f"RemoteProtocolError: The {peer} broke the protocol: {error}."
    assert complaint in (None, end)
    if isinstance(taken, Turn) and taken != turn:
        assert end.startswith("RemoteProtocolError: ")


@pytest.mark.parametrize("peer", Seat)
def test_every_turn_is_refused_in_the_place_of_every_other(peer: Seat) -> None:
    """What is good at one step is not taken at another, nor with another digest."""
    log = good_log()
    assert {turn.kind for turn in log} == {*Kind}
    for due in log:
        if due.seat is peer:
            end = in_virtual_time(how_it_ends(peer, log[: due.number], [frame(encode(due))]))
            assert end.startswith(("in peace", f"LinkLost: The connection to the {peer} was lost.")), end
            for field in ({"digest": "f" * 64}, {"number": due.number + 1}, {"seat": peer.other.value}):
                payload = raw((to_builtins(due) | field).items())
                end = in_virtual_time(how_it_ends(peer, log[: due.number], [frame(payload)]))
                assert end.startswith(f"RemoteProtocolError: The {peer} "), end
            other = log[(due.number * 7 + 3) % len(log)]
            if other is not due:
                end = in_virtual_time(how_it_ends(peer, log[: due.number], [frame(encode(other))]))
                assert end.startswith("RemoteProtocolError: The "), end


@fuzzed(max_examples=80)
@given(st.data(), places)
def test_good_messages_in_any_order_end_in_a_documented_way(data: st.DataObject, where: list[int]) -> None:
    """Each of them is right somewhere."""
    pool = [
        *map(encode, good_log()),
        *(raw({"type": "bye", "reason": reason, "text": "so"}.items()) for reason in ("left", "diverged", "later")),
        b'{"type":"alive"}',
        raw(HELLO.items()),
    ]
    chosen = data.draw(st.lists(st.sampled_from(pool), max_size=6))
    opening = data.draw(st.integers(0, 3))
    ends_alike(Seat.CLIENT, 0, b"".join(map(frame, [*map(encode, good_log()[:opening]), *chosen])), where)


@fuzzed(max_examples=100)
@given(mutations(), st.sampled_from(Seat), places)
def test_any_greeting_is_a_hello_or_a_documented_error(mutation: Mutation, peer: Seat, where: list[int]) -> None:
    """It may be a client's or a server's, whole or in pieces."""
    spoilt = frame(mutation(HELLO | {"seat": peer.value, "turns": 1, "digest": "0" * 64, "token": "a" * 64}))

    async def greeted(pieces: Sequence[bytes]) -> str:
        honest, (_, writer) = memory_streams()
        pump = Pump(StreamTransport(*honest), peer.other)
        if peer is Seat.SERVER:
            pump.say(Hello("1.0", Seat.CLIENT, NONCE.hex(), VERSIONS, SESSION))
        task = asyncio.create_task(pump.next_event())
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        writer.close()
        try:
            async with asyncio.timeout(LONG_TIME):
                return repr(await task)
        except (InvalidMessage, RemoteProtocolError, TurnedAway, LinkLost) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            await pump.close()

    assert len({in_virtual_time(greeted(pieces)) for pieces in ways(spoilt, where)}) == 1


@fuzzed(max_examples=100)
@given(
    st.sampled_from(Seat),
    st.integers(0, 100),
    st.integers(0, 2**53 - 1) | st.integers(0, 40),
    st.sampled_from(["", "0" * 64]) | st.integers(0, 100),
)
def test_any_claim_to_hold_a_log_is_met(peer: Seat, ours: int, theirs: int, claim: str | int) -> None:
    """A partner who comes back with any number and digest gets what they lack, or is of another conversation."""
    log = good_log()
    held = Held.of(peer.other, log[: ours % (len(log) + 1)])
    digest = (log[claim % len(log)].digest if isinstance(claim, int) else claim) or None

    async def scenario() -> Exception:
        honest, (_, writer) = memory_streams()
        hello = Hello("1.0", peer, NONCE.hex(), VERSIONS, SESSION, theirs, digest)
        link = Link(greeted(honest, peer.other, hello), held)
        writer.close()
        with pytest.raises((Diverged, LinkLost)) as raised:
            await link.receive()
        await link.close()
        return raised.value

    error = in_virtual_time(scenario())
    honest_claim = theirs <= held.number and digest == (log[theirs - 1].digest if theirs else None)
    confirmed = held.number - len(held.unconfirmed)
    if theirs <= held.number:
        assert isinstance(error, LinkLost) is (honest_claim and theirs >= confirmed)
