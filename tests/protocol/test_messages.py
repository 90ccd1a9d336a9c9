"""Frames and messages: bytes in, meaning out, and one error for everything else."""

import json
from contextlib import suppress
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.core.errors import InvalidMessage
from chatgame.core.limits import MAX_NESTING, MAX_PAYLOAD, MAX_TEXT
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.protocol.messages import Alive, Bye, Foreign, Hello, Message, Pair, decode, encode
from tests.kit.logs import NONCE

ANY_MESSAGE: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        Hello,
        protocol=st.just("1.0"),
        seat=st.sampled_from(Seat),
        nonce=st.from_regex(r"\A[0-9a-f]{64}\Z"),
        games=st.dictionaries(st.from_regex(r"\A[a-z0-9_-]{1,32}\Z"), st.integers(1, 2**31 - 1), max_size=5),
        session=st.none() | st.from_regex(r"\A[0-9a-f]{64}\Z"),
        turns=st.integers(0, 2**53 - 1),
        digest=st.none() | st.from_regex(r"\A[0-9a-f]{64}\Z"),
    ),
    st.builds(
        Turn,
        number=st.integers(0, 2**53 - 1),
        seat=st.sampled_from(Seat),
        kind=st.sampled_from(Kind),
        text=st.text(max_size=MAX_TEXT),
        digest=st.from_regex(r"\A[0-9a-f]{64}\Z"),
    ),
    st.just(Alive()),
    st.builds(Bye, reason=st.text(max_size=32), text=st.text(max_size=500)),
)

TURN: dict[str, Any] = {
    "type": "turn",
    "number": 0,
    "seat": "client",
    "kind": "say",
    "text": "Hello",
    "digest": "0" * 64,
}
HELLO: dict[str, Any] = {
    "type": "hello",
    "protocol": "1.0",
    "seat": "client",
    "nonce": NONCE.hex(),
    "games": {"tictactoe": 1},
}


@given(ANY_MESSAGE)
def test_message_comes_out_as_it_went_in(message: Message) -> None:
    """Encoding loses nothing."""
    assert decode(encode(message)) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_the_one_error(payload: bytes) -> None:
    """Nothing else is raised, whatever comes in."""
    with suppress(InvalidMessage):
        decode(payload)


def test_message_is_json_that_any_language_reads() -> None:
    """It is one object, with its type first."""
    assert encode(Turn(0, Seat.CLIENT, Kind.SAY, "Hello", "0" * 64)).decode() == json.dumps(
        TURN, separators=(",", ":")
    )


@pytest.mark.parametrize("text", ["\x00" * MAX_TEXT, "\x7f" * MAX_TEXT, '"' * MAX_TEXT, "🎲" * (MAX_TEXT // 4)])
def test_longest_text_fits_into_a_frame_however_it_is_escaped(text: str) -> None:
    """JSON from another language may escape all that is not ASCII."""
    turn = json.dumps(TURN | {"text": text, "number": 2**53 - 1}).encode()
    assert len(turn) <= MAX_PAYLOAD
    assert isinstance(decode(turn), Turn)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": -1},
        {"number": 2**53},
        {"number": 10**400},
        {"number": 1.5},
        {"number": "0"},
        {"number": True},
        {"seat": "referee"},
        {"kind": ["say"]},
        {"text": None},
        {"text": "x" * (MAX_TEXT + 1)},
        {"digest": "0" * 63},
        {"digest": "0" * 64 + "\n"},
        {"more": 1},
    ],
)
def test_turn_is_checked_field_by_field(wrong: dict[str, Any]) -> None:
    """A wrong type, a value out of bounds or an unknown field does not make a turn."""
    with pytest.raises(InvalidMessage):
        decode(json.dumps(TURN | wrong).encode())


@pytest.mark.parametrize(
    "wrong",
    [
        {"protocol": "1"},
        {"protocol": "1.٣"},
        {"protocol": "1.0\n"},
        {"seat": "Client"},
        {"session": ""},
        {"games": {"Tic Tac": 1}},
        {"games": {"tictactoe": 0}},
        {"games": {"x" * 33: 1}},
        {"games": {f"g{number}": 1 for number in range(101)}},
        {"turns": -1},
    ],
)
def test_hello_is_checked_field_by_field(wrong: dict[str, Any]) -> None:
    """Names, versions and counts have their forms and bounds."""
    with pytest.raises(InvalidMessage):
        decode(json.dumps(HELLO | wrong).encode())


def test_fields_of_a_later_version_are_passed_over_except_in_turns() -> None:
    assert isinstance(decode(json.dumps(HELLO | {"mood": "good"}).encode()), Hello)
    assert decode(b'{"type":"bye","reason":"later","until":5}') == Bye("later")
    assert decode(b'{"type":"alive","since":5}') == Alive()
    assert decode(json.dumps({"type": "pair", "value": "0" * 64, "step": 1}).encode()) == Pair("0" * 64)


@pytest.mark.parametrize("payload", [b'{"type":"wave"}', b'{"type":"turns","number":-1}', b'{"type":""}'])
def test_message_of_an_unknown_type_is_passed_over(payload: bytes) -> None:
    assert decode(payload) is None


@pytest.mark.parametrize("kind", ["hello", "turn", "bye", "pair"])
def test_message_of_a_known_type_that_lacks_a_field_is_refused(kind: str) -> None:
    with pytest.raises(InvalidMessage):
        decode(json.dumps({"type": kind}).encode())


@pytest.mark.parametrize(
    "wrong",
    [
        b'{"type":"wave","x":NaN}',
        b'{"type":"wave","x":1,"x":2}',
        b'{"type":"wave","x":"\\udc00"}',
        b'{"type":"wave","protocol":"1"}',
        b'{"type":"wave"',
        b'{"type":7}',
        b'{"wave":7}',
    ],
)
def test_message_of_an_unknown_type_is_json_all_the_same(wrong: bytes) -> None:
    with pytest.raises(InvalidMessage):
        decode(wrong)


@pytest.mark.parametrize("hello", [HELLO | {"protocol": "2.7"}, {"protocol": "2.7", "type": "hello", "seat": 3}])
def test_hello_of_another_major_version_is_read_no_further(hello: dict[str, Any]) -> None:
    assert decode(json.dumps(hello).encode()) == Foreign("2.7")


def nested(levels: int, inside: str = "") -> bytes:
    """A goodbye with so many levels of JSON, itself among them."""
    lists = levels - 1
    return f'{{"type":"bye","reason":"left","x":{"[" * lists}{inside}{"]" * lists}}}'.encode()


@pytest.mark.parametrize("inside", [b'"' + b'\\"' * 16_000, b'"\\' * 16_000, b'\\"' * 16_000, b'"' * 32_000])
def test_string_without_an_end_costs_no_more_than_another(inside: bytes) -> None:
    """Anyone can send it before a hello. The bound is a hundred times what it takes."""
    began = process_time()
    with pytest.raises(InvalidMessage):
        decode(b"[" * (MAX_NESTING + 1) + inside)
    assert process_time() - began < 0.5


def test_json_may_be_nested_as_deep_as_agreed_and_no_deeper() -> None:
    assert decode(nested(MAX_NESTING, '"[[[[[[[[[["')) == Bye("left")
    assert decode(nested(3, "[],[],[],[],[],[],[],[],{}")) == Bye("left")
    with pytest.raises(InvalidMessage, match=f"more than {MAX_NESTING} levels"):
        decode(nested(MAX_NESTING + 1))


def test_brackets_in_a_text_do_not_count_as_levels() -> None:
    text = '[{"\\' * 1000
    turn = decode(json.dumps(TURN | {"text": text}).encode())
    assert isinstance(turn, Turn)
    assert turn.text == text


@pytest.mark.parametrize(
    "trap",
    [
        b"",
        b"\xef\xbb\xbf" + json.dumps(TURN).encode(),
        json.dumps(TURN).encode("utf-16"),
        json.dumps(TURN).encode() + b"x",
        json.dumps(TURN).encode().replace(b"Hello", b"\\ud800"),
        json.dumps(TURN).encode().replace(b"Hello", b"\xed\xa0\x80"),
        json.dumps(TURN).encode().replace(b": 0", b": NaN"),
        json.dumps(HELLO).encode().replace(b"}}", b'},"more":' + b"[" * 30_000 + b"]" * 30_000 + b"}"),
    ],
)
def test_traps_of_json_are_refused(trap: bytes) -> None:
    """Some parsers take them, or fall over them."""
    with pytest.raises(InvalidMessage):
        decode(trap)
