"""Whatever bytes a peer sends, however they come: messages, or the one documented error, and never anything else."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import async_solipsism
import pytest
from hypothesis import HealthCheck, given, settings
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
from chatgame.core.limits import MAX_PAYLOAD
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
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
from tests.fuzz import CORPUS, check, read
from tests.kit.ends import VERSIONS, Peer, Thinker, greeted, link_to

T = TypeVar("T")

DOCUMENTED = (RemoteProtocolError, PartnerLeft, LinkLost, Diverged)
"""How a conversation may end that a peer's bytes have ended, if not in peace."""

LONG_TIME = 600.0
"""In seconds of virtual time: what takes longer hangs."""

Mutation = Callable[[dict[str, Any]], bytes]
"""What is sent instead of a message that would be right."""

fuzzed = partial(
    settings, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """`data` in pieces, cut at these places."""
    ends = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


def ways(data: bytes, places: Iterable[int]) -> list[list[bytes]]:
    """`data` as a whole, in pieces, and byte by byte."""
    return [[data], cut(data, places), [data[at : at + 1] for at in range(len(data))]]


def raw(fields: Iterable[tuple[str, Any]]) -> bytes:
    """A JSON object with these fields, some of which may come twice."""
    return ("{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in fields) + "}").encode()


# What a peer may send

places = st.lists(st.integers(0, 2**16), max_size=5)

hexadecimal = st.sampled_from(["0" * 64, "f" * 64, "A" * 64, "0" * 63, "0" * 32, "", "0" * 64 + "\n"])

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**53 - 1, 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["client", "server", "say", "quit", "1.0", "\ud800", "\x00", "\u202e", "é" * 3000])
    | hexadecimal
)

values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)

FIELDS = (
    "type",
    "number",
    "seat",
    "kind",
    "text",
    "digest",
    "protocol",
    "games",
    "session",
    "turns",
    "token",
    "reason",
)

names = st.sampled_from(FIELDS) | st.text(max_size=5)


@st.composite
def mutations(draw: st.DrawFn) -> Mutation:
    """A way to spoil a message: fields dropped, doubled, retyped, renamed, added, moved, or bytes of it changed."""
    ways_to = st.sampled_from(["drop", "double", "retype", "rename", "add", "move", "nest", "bytes", "cut", "behind"])
    steps = draw(st.lists(st.tuples(ways_to, st.integers(0, 2**16), names, values), min_size=1, max_size=2))

    def spoil(message: dict[str, Any]) -> bytes:
        fields, payload = list(message.items()), b""
        for what, number, name, value in steps:
            at = number % (len(fields) or 1)
            match what:
                case "drop" if fields:
                    del fields[at]
                case "double" if fields:
                    fields.append(fields[at])
                case "retype" if fields:
                    fields[at] = fields[at][0], value
                case "rename" if fields:
                    fields[at] = name, fields[at][1]
                case "add":
                    fields.insert(at, (name, value))
                case "move" if fields:
                    fields.append(fields.pop(at))
                case "nest" if fields:
                    fields[at] = fields[at][0], [fields[at][1]]
            payload = raw(fields)
        what, number, name, _ = steps[-1]
        at = number % (len(payload) or 1)
        match what:
            case "bytes":
                payload = payload[:at] + bytes([number % 256]) + payload[at + 1 :]
            case "cut":
                payload = payload[:at]
            case "behind":
                payload += name.encode(errors="surrogatepass") + b"\x00"
        return payload

    return spoil


# Both ends


def virtually(scenario: Coroutine[Any, Any, T]) -> T:
    """Run a scenario on a loop whose clock jumps to the next deadline, and which fails when nothing can happen."""
    with asyncio.Runner(loop_factory=async_solipsism.EventLoop) as runner:
        return runner.run(scenario)


LINES = {
    Seat.CLIENT: ("play rps", "paper", "a", "cat", "Zoë 🎲", "play pig", "5", "/say so?", "3", "7", "/q"),
    Seat.SERVER: ("rock", "play hangman", "cat", "Well", "roll", "/resign", "play tictactoe", "1", "2"),
}
"""What two people type who play one game after another: choices, a secret with answers, dice and plain moves."""

SESSION = "1" * 32

HELLO = {"type": "hello", "protocol": "1.0", "seat": "client", "games": VERSIONS, "session": SESSION}


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

    return tuple(virtually(scenario()))


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
            while (message := await hand.hear())["type"] == "alive":
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
    ends = {virtually(how_it_ends(peer, before, pieces)) for pieces in ways(data, where)}
    assert len(ends) == 1, ends
    return ends.pop()


# Bytes

streams_of_bytes = (
    st.binary(max_size=200)
    | st.lists(st.binary(min_size=1, max_size=80), max_size=4).map(lambda parts: b"".join(map(frame, parts)))
    | st.builds(
        lambda files, at, junk: b"".join(frame(file) for file in files)[:at] + junk,
        st.lists(st.sampled_from([file.read_bytes() for file in sorted(CORPUS.glob("*.json"))]), max_size=4),
        st.integers(0, 1000),
        st.binary(max_size=40),
    )
)


@fuzzed(max_examples=100)
@given(streams_of_bytes, places)
def test_any_bytes_are_messages_and_then_one_error(data: bytes, where: list[int]) -> None:
    """The same messages and the same error come out, however the bytes were split."""
    whole, *others = (read(pieces) for pieces in ways(data, where))
    assert others == [whole] * 2


@fuzzed(max_examples=80)
@given(streams_of_bytes, places)
def test_any_bytes_end_a_conversation_in_a_documented_way(data: bytes, where: list[int]) -> None:
    """At both seats: never another exception, and never a hang."""
    for seat in Seat:
        assert ends_alike(seat, 0, data, where)


@pytest.mark.parametrize("file", sorted(CORPUS.iterdir()), ids=lambda file: file.name)
def test_what_atheris_begins_with_is_sound(file: Path) -> None:
    """The checks of `tests.fuzz`, on its corpus, whole and cut off."""
    data = file.read_bytes()
    for end in (len(data), len(data) // 2, 0):
        check(data[:end])


# Messages


@fuzzed(max_examples=150)
@given(st.sampled_from(Seat), st.integers(0, 2**16), mutations(), places)
def test_any_spoilt_turn_of_a_game_ends_in_a_documented_way(
    peer: Seat, number: int, mutation: Mutation, where: list[int]
) -> None:
    """At each step of whole games: what is wrong is found, at that turn, by either side."""
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
    """Nothing that is good at one step is taken at another, nor with another digest; and what is good there is."""
    log = good_log()
    assert {turn.kind.value for turn in log} >= {"say", "play", "move", "commit", "contribute", "reveal", "answer"}
    for due in log:
        if due.seat is peer:
            end = virtually(how_it_ends(peer, log[: due.number], [frame(encode(due))]))
            assert end.startswith(("in peace", f"LinkLost: The connection to the {peer} was lost.")), end
            for field in ({"digest": "f" * 64}, {"number": due.number + 1}, {"seat": peer.other.value}):
                payload = raw((to_builtins(due) | field).items())
                end = virtually(how_it_ends(peer, log[: due.number], [frame(payload)]))
                assert end.startswith(f"RemoteProtocolError: The {peer} "), end
            other = log[(due.number * 7 + 3) % len(log)]
            if other is not due:
                end = virtually(how_it_ends(peer, log[: due.number], [frame(encode(other))]))
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
    """Of a client and of a server, whole or in pieces."""
    spoilt = frame(mutation(HELLO | {"seat": peer.value, "turns": 1, "digest": "0" * 64, "token": "a" * 64}))

    async def greeted(pieces: Sequence[bytes]) -> str:
        honest, (_, writer) = memory_streams()
        pump = Pump(StreamTransport(*honest), peer.other)
        if peer is Seat.SERVER:
            pump.say(Hello("1.0", Seat.CLIENT, VERSIONS, SESSION))
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

    assert len({virtually(greeted(pieces)) for pieces in ways(spoilt, where)}) == 1


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
        hello = Hello("1.0", peer, VERSIONS, SESSION, theirs, digest)
        link = Link(greeted(honest, peer.other, hello), held)
        writer.close()
        with pytest.raises((Diverged, LinkLost)) as raised:
            await link.receive()
        await link.close()
        return raised.value

    error = virtually(scenario())
    honest_claim = theirs <= held.number and digest == (log[theirs - 1].digest if theirs else None)
    confirmed = held.number - len(held.unconfirmed)
    if theirs <= held.number:
        assert isinstance(error, LinkLost) is (honest_claim and theirs >= confirmed)


# JSON


def turn_with(text: bytes = b'"Hi"', more: bytes = b"") -> bytes:
    """A turn whose text, or what follows its fields, is written as given."""
    return (
        b'{"type":"turn","number":0,"seat":"client","kind":"say","text":' + text + b',"digest":"' + b"0" * 64 + b'"'
    ) + (more + b"}")


def bye_with(fields: bytes) -> bytes:
    """A goodbye with more fields, which it may have."""
    return b'{"type":"bye","reason":"left",' + fields + b"}"


def hello_with(games: bytes) -> bytes:
    """A hello with these games."""
    return b'{"type":"hello","protocol":"1.0","seat":"client","games":' + games + b"}"


TRAPS: dict[str, bytes] = {
    "a key twice": turn_with(more=b',"text":"Ho"'),
    "a key twice with one value": turn_with(more=b',"text":"Hi"'),
    "a key twice, once with escapes": turn_with(more=rb',"te\u0078t":"Ho"'),
    "a key twice, both with escapes": turn_with(more=rb',"\u0074ext":"Ho"').replace(b'"text"', rb'"te\u0078t"'),
    "a number twice": turn_with(more=b',"number":0'),
    "the type twice": turn_with(more=b',"type":"turn"'),
    "the type twice, differently": turn_with(more=b',"type":"alive"'),
    "the type twice in a goodbye": bye_with(b'"type":"hello"'),
    "a goodbye's key twice": bye_with(b'"reason":"taken"'),
    "an unknown key twice": bye_with(b'"a":1,"a":2'),
    "an unknown key twice, deep down": bye_with(b'"a":[{"b":{"c":1,"c":1}}]'),
    "an unknown key twice, with escapes": bye_with(rb'"a":1,"\u0061":2'),
    "a game twice": hello_with(b'{"pig":1,"pig":2}'),
    "a game twice, with escapes": hello_with(rb'{"pig":1,"p\u0069g":1}'),
    "an unknown field in a turn": turn_with(more=b',"colour":1'),
    "NaN": bye_with(b'"a":NaN'),
    "Infinity": bye_with(b'"a":Infinity'),
    "-Infinity": bye_with(b'"a":[-Infinity]'),
    "NaN for a number": turn_with().replace(b"0,", b"NaN,", 1),
    "brackets": b"[" * 16_000,
    "brackets and their ends": b"[" * 16_000 + b"]" * 16_000,
    "brackets in a field that may be there": bye_with(b'"a":' + b"[" * 16_000 + b"]" * 16_000),
    "braces": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "a huge number": turn_with().replace(b"0,", b"9" * 5_000 + b",", 1),
    "a number above 2^53": turn_with().replace(b"0,", b"9007199254740992,", 1),
    "a number below 0": turn_with().replace(b"0,", b"-1,", 1),
    "a number with an exponent": turn_with().replace(b"0,", b"1e400,", 1),
    "a broken number": turn_with().replace(b"0,", b"0.5,", 1),
    "a number with zeros before it": turn_with().replace(b"0,", b"00,", 1),
    "a hexadecimal number": turn_with().replace(b"0,", b"0x0,", 1),
    "half a character": turn_with(rb'"\ud800"'),
    "the other half": turn_with(rb'"\udc00"'),
    "two halves, in the wrong order": turn_with(rb'"\udc00\ud800"'),
    "half a character in a key": turn_with(more=rb',"\ud800":1'),
    "half a character in UTF-8": turn_with(b'"\xed\xa0\x80"'),
    "a byte-order mark": b"\xef\xbb\xbf" + turn_with(),
    "UTF-16": turn_with().decode().encode("utf-16"),
    "UTF-16 without a mark": turn_with().decode().encode("utf-16-le"),
    "UTF-32": turn_with().decode().encode("utf-32-be"),
    "overlong UTF-8": turn_with(b'"\xc0\xaf"'),
    "overlong UTF-8 of three bytes": turn_with(b'"\xe0\x80\xaf"'),
    "more than U+10FFFF": turn_with(b'"\xf4\x90\x80\x80"'),
    "UTF-8 that breaks off": turn_with(b'"\xf0\x9f\x8e"'),
    "Latin-1": turn_with(b'"Zo\xeb"'),
    "overlong UTF-8 in an unknown field": bye_with(b'"a":"\xc0\xaf"'),
    "a line end": turn_with(b'"a\nb"'),
    "a NUL in a text": turn_with(b'"a\x00b"'),
    "a NUL behind": turn_with() + b"\x00",
    "a NUL before": b"\x00" + turn_with(),
    "NULs alone": b"\x00" * 64,
    "another message behind": turn_with() + turn_with(),
    "a letter behind": turn_with() + b"x",
    "a comma too many": turn_with(more=b","),
    "a comment": turn_with(more=b"/* */"),
    "single quotes": turn_with().replace(b'"', b"'"),
    "an unknown escape": turn_with(rb'"\x41"'),
    "a control character as it is": turn_with(b'"\x1b[2J"'),
    "an array": b"[" + turn_with() + b"]",
    "a string": b'"turn"',
    "null": b"null",
    "white space alone": b" \n",
    "a text that is a list": turn_with(b'["Hi"]'),
    "a text that is null": turn_with(b"null"),
    "a number that is a string": turn_with().replace(b"0,", b'"0",', 1),
    "a number that is true": turn_with().replace(b"0,", b"true,", 1),
    "a seat in capitals": turn_with().replace(b"client", b"CLIENT"),
    "a digest with a line end": turn_with().replace(b'0"', rb'0\n"', 1),
    "101 games": hello_with(json.dumps({f"g{n}": 1 for n in range(101)}).encode()),
    "a game of another form": hello_with(b'{"Pig":1}'),
    "Arabic digits for a protocol": hello_with(b"{}").replace(b"1.0", "\u0661.\u0660".encode()),
}
"""What JSON libraries differ about, or fall over."""


def test_traps_are_set_in_good_messages() -> None:
    """What they are made of is taken, so each is refused for what it is."""
    assert isinstance(decode(turn_with()), Turn)
    assert isinstance(decode(turn_with(rb'"\ud83c\udfb2 \u0000"')), Turn)
    assert decode(bye_with(b'"a":[1,{"b":2}],"b":1e3')) == decode(bye_with(b'"text":""'))


@pytest.mark.parametrize("payload", TRAPS.values(), ids=TRAPS)
def test_json_trap_is_refused(payload: bytes) -> None:
    """By one error, alone and in a frame."""
    assert len(payload) <= MAX_PAYLOAD
    with pytest.raises(InvalidMessage, match=rf"^{len(payload)} bytes are not a message \((?s:.{{3,100}})\)$"):
        decode(payload)
    assert [outcome.partition(":")[0] for outcome in read([frame(payload)])] == ["InvalidMessage"]


@pytest.mark.parametrize("field", [b'"a":"\xed\xa0\x80"', b'"\xed\xa0\x80":1'], ids=["value", "key"])
def test_half_a_character_is_refused_in_what_is_passed_over_too(field: bytes) -> None:
    """Bytes that are not UTF-8 are no message, wherever they stand."""
    with pytest.raises(InvalidMessage):
        decode(bye_with(field))


def test_brackets_beyond_the_limit_are_refused_by_their_size() -> None:
    """What a frame announces is judged before it is read."""
    sentence = "InvalidMessage: a frame of 100000 bytes was announced, where 1 to 32768 are allowed"
    assert read([frame(b"[" * 100_000)]) == read([frame(b"[" * 100_000)[:4]]) == [sentence]


@fuzzed(max_examples=200)
@given(mutations(), st.sampled_from(["turn", "hello", "bye"]))
def test_any_spoilt_message_is_a_message_or_the_one_error(mutation: Mutation, name: str) -> None:
    """And what is taken says the same when it is written and read again."""
    payload = mutation(json.loads((CORPUS / f"{name}.json").read_bytes()))
    try:
        message = decode(payload)
    except InvalidMessage:
        return
    assert decode(encode(message)) == message
