"""Frames and messages: bytes in, meaning out, and one error for all that is none."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.core.errors import InvalidMessage
from chatgame.core.limits import MAX_PAYLOAD, MAX_TEXT
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.protocol.messages import Alive, Bye, Hello, Message, decode, encode

ANY_MESSAGE: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        Hello,
        protocol=st.just("1.0"),
        seat=st.sampled_from(Seat),
        games=st.dictionaries(st.from_regex(r"\A[a-z0-9_-]{1,32}\Z"), st.integers(1, 2**31 - 1), max_size=5),
        session=st.none() | st.from_regex(r"\A[0-9a-f]{32}\Z"),
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
HELLO: dict[str, Any] = {"type": "hello", "protocol": "1.0", "seat": "client", "games": {"tictactoe": 1}}


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
        {"type": "turns"},
        {"more": 1},
    ],
)
def test_turn_is_checked_field_by_field(wrong: dict[str, Any]) -> None:
    """A wrong type, a value out of bounds or an unknown field is no turn."""
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


def test_hello_and_bye_of_a_later_version_may_say_more() -> None:
    """Fields that this version does not know are passed over in them."""
    assert isinstance(decode(json.dumps(HELLO | {"mood": "good"}).encode()), Hello)
    assert decode(b'{"type":"bye","reason":"later","until":5}') == Bye("later")


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
