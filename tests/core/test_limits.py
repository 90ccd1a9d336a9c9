"""Each limit on what comes over the wire, driven to its edge and one past it.

The limits of the log are driven in `test_match`, `test_cards`, `test_table`, `protocol/test_resume` and
`test_pairing`; those of time and of how many come at once in `test_link`, `test_door`, `test_cheats`,
`program/test_seat`, `test_restart` and `test_secure`.
"""

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from chatgame.core import limits
from chatgame.core.errors import InvalidMessage, Refused
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.games.hangman import Hangman
from chatgame.protocol.frames import HEADER_SIZE, FrameReader
from chatgame.protocol.messages import Bye, Reason, decode, encode
from tests.kit.logs import NONCE, SESSION

HELLO = {"type": "hello", "protocol": "1.0", "seat": "client", "nonce": NONCE.hex(), "games": {}}
TURN = {"type": "turn", "number": 0, "seat": "client", "kind": "say", "text": "x", "digest": "0" * 64}

MESSAGES: dict[str, tuple[int, Callable[[int], dict[str, Any]]]] = {
    "games": (limits.MAX_GAMES, lambda n: HELLO | {"games": {f"g{i}": 1 for i in range(n)}}),
    "a game's name": (limits.MAX_NAME, lambda n: HELLO | {"games": {"g" * n: 1}}),
    "a version": (2**31 - 1, lambda n: HELLO | {"games": {"g": n}}),
    "turns held": (limits.MAX_COUNT, lambda n: HELLO | {"turns": n}),
    "a turn's number": (limits.MAX_COUNT, lambda n: TURN | {"number": n}),
    "a text's characters": (limits.MAX_TEXT, lambda n: TURN | {"text": "x" * n}),
    "a reason": (limits.MAX_REASON, lambda n: {"type": "bye", "reason": "r" * n}),
    "a goodbye": (limits.MAX_GOODBYE, lambda n: {"type": "bye", "reason": "left", "text": "x" * n}),
}


@pytest.mark.parametrize(("limit", "message"), MESSAGES.values(), ids=MESSAGES)
def test_field_is_taken_up_to_its_limit(limit: int, message: Callable[[int], dict[str, Any]]) -> None:
    """One more than the limit is refused."""
    decode(json.dumps(message(limit)).encode())
    with pytest.raises(InvalidMessage):
        decode(json.dumps(message(limit + 1)).encode())


def test_frame_is_taken_up_to_its_limit() -> None:
    """One byte more is refused when only its length has come."""
    for size in (limits.MAX_PAYLOAD, limits.MAX_PAYLOAD + 1):
        frames = FrameReader()
        frames.feed(size.to_bytes(HEADER_SIZE))
        with pytest.raises(InvalidMessage) if size > limits.MAX_PAYLOAD else nullcontext():
            assert frames.next_payload() is None


def test_hello_with_all_that_it_may_hold_fits_into_a_frame() -> None:
    """No honest program is refused for what it has."""
    games = {f"{i:0{limits.MAX_NAME}}": 2**31 - 1 for i in range(limits.MAX_GAMES)}
    hello = HELLO | {
        "games": games,
        "session": SESSION,
        "turns": limits.MAX_COUNT,
        "digest": "0" * 64,
        "token": "0" * 64,
    }
    assert len(json.dumps(hello)) <= limits.MAX_PAYLOAD


def test_text_is_counted_in_bytes() -> None:
    table = Table.open(SESSION, {}, {})
    table.write(Seat.CLIENT, Kind.SAY, "é" * (limits.MAX_TEXT // 2))
    with pytest.raises(Refused, match="4097 bytes"):
        table.write(Seat.CLIENT, Kind.SAY, "é" * (limits.MAX_TEXT // 2) + "x")


def test_complaint_fits_into_a_goodbye() -> None:
    """There is room for the words around it, and in the complaint for what it quotes."""
    words = len("The server's program broke the rules: ")
    assert decode(encode(Bye(Reason.REFUSED, "x" * (words + limits.MAX_COMPLAINT))))
    assert limits.MAX_QUOTED + 100 < limits.MAX_COMPLAINT


def test_hidden_value_is_taken_up_to_its_limit() -> None:
    """It must come back in a reveal, behind its salt."""

    class AnyWord(Hangman):
        def parse(self, position: Any, seat: Seat, text: str) -> str:
            return text

    table = Table.open(SESSION, {**BUILT_IN, "hangman": AnyWord()}, {"hangman": 1}).write(
        Seat.CLIENT, Kind.PLAY, "hangman"
    )[1]
    assert table.match
    assert table.match.parse(Seat.CLIENT, "x" * limits.MAX_HIDDEN)
    with pytest.raises(Refused, match=r"That has 4001 bytes; 1 to 4000 can be played"):
        table.match.parse(Seat.CLIENT, "x" * (limits.MAX_HIDDEN + 1))
