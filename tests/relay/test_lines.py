"""The lines before the bytes flow."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.core.errors import InvalidMessage
from chatgame.relay.limits import MAX_LINE
from chatgame.relay.lines import (
    At,
    Busy,
    FromLeg,
    FromRelay,
    Given,
    Host,
    Join,
    Ready,
    Version,
    Word,
    cut,
    read_leg,
    read_relay,
    written,
)
from tests.vectors import FOLDER

VECTORS = json.loads((FOLDER / "relay.json").read_text("ascii"))["vectors"]


def said_by_leg(row: dict[str, Any]) -> FromLeg:
    spot = row.get("number", row.get("place"))
    match row["says"]:
        case "host":
            return Host(spot, row.get("ticket", ""))
        case "join":
            assert spot
            return Join(spot)
        case "ready":
            return Ready()
    return Version(row["version"])


def said_by_relay(row: dict[str, Any]) -> FromRelay:
    match row["says"]:
        case "number":
            return Given(row["number"], row["ticket"])
        case "at":
            return At(row["host"], row["port"])
        case "busy":
            return Busy(row["seconds"])
        case "version":
            return Version(row["version"])
    return Word(row["says"])


@pytest.mark.parametrize("row", VECTORS, ids=[f"{row['from']}: {row['line'][:60]!r}" for row in VECTORS])
def test_line_says_what_the_vectors_say(row: dict[str, Any]) -> None:
    """What it says is written as the same line, where we write such a line at all."""
    read, expected = (read_leg, said_by_leg) if row["from"] == "leg" else (read_relay, said_by_relay)
    sent = row["line"].encode("ascii") + b"\n"
    if row["says"] is None:
        with pytest.raises(InvalidMessage):
            read((cut(sent) or (b"", b""))[0])
        return
    line, rest = cut(sent) or (b"", b"")
    said = read(line)
    assert not rest
    assert said == expected(row)
    if not (row["from"] == "leg" and isinstance(said, Version)):
        assert written(said) == sent


@given(st.binary(max_size=MAX_LINE + 20))
def test_any_bytes_are_a_line_or_an_invalid_one(data: bytes) -> None:
    for read in (read_leg, read_relay):
        try:
            said = read(data)
        except InvalidMessage:
            continue
        assert isinstance(said, Version) or written(said) == data + b"\n"


@given(st.binary(max_size=MAX_LINE - 2).filter(lambda data: b"\n" not in data), st.binary(max_size=10))
def test_line_ends_at_its_line_feed_and_the_rest_is_kept(line: bytes, rest: bytes) -> None:
    assert cut(line) is None
    assert cut(line + b"\n" + rest) == (line, rest)


def test_line_is_at_most_128_bytes_with_its_line_feed() -> None:
    longest = b"x" * (MAX_LINE - 1)
    assert cut(longest + b"\nrest") == (longest, b"rest")
    assert cut(longest) is None
    for more in (longest + b"x", longest + b"x\n"):
        with pytest.raises(InvalidMessage, match="more than 128 bytes"):
            cut(more)
