"""Whatever bytes come, in whatever pieces, they are messages, or the one documented error."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.core.errors import (
    InvalidMessage,
)
from chatgame.core.limits import MAX_PAYLOAD
from chatgame.core.turn import Turn
from chatgame.protocol.frames import frame
from chatgame.protocol.messages import Foreign, decode, encode
from tests.fuzz import CORPUS, check, read
from tests.kit.fuzzed import Mutation, fuzzed, mutations, places, streams_of_bytes, ways


@fuzzed(max_examples=100)
@given(streams_of_bytes, places)
def test_any_bytes_are_messages_and_then_one_error(data: bytes, where: list[int]) -> None:
    """The same messages and the same error come out, however the bytes were split."""
    whole, *others = (read(pieces) for pieces in ways(data, where))
    assert others == [whole] * 2


@pytest.mark.parametrize("file", sorted(CORPUS.iterdir()), ids=lambda file: file.name)
def test_what_atheris_begins_with_is_sound(file: Path) -> None:
    """The checks of `tests.fuzz`, on its corpus, whole and cut off."""
    data = file.read_bytes()
    for end in (len(data), len(data) // 2, 0):
        check(data[:end])


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
    """One error refuses it, alone and in a frame."""
    assert len(payload) <= MAX_PAYLOAD
    with pytest.raises(InvalidMessage, match=rf"^{len(payload)} bytes are not a message \((?s:.{{3,100}})\)$"):
        decode(payload)
    assert [outcome.partition(":")[0] for outcome in read([frame(payload)])] == ["InvalidMessage"]


@pytest.mark.parametrize("field", [b'"a":"\xed\xa0\x80"', b'"\xed\xa0\x80":1'], ids=["value", "key"])
def test_half_a_character_is_refused_in_what_is_passed_over_too(field: bytes) -> None:
    """Bytes that are not UTF-8 are not a message, wherever they stand."""
    with pytest.raises(InvalidMessage):
        decode(bye_with(field))


def test_brackets_beyond_the_limit_are_refused_by_their_size() -> None:
    """What a frame announces is judged before it is read."""
    sentence = "InvalidMessage: a frame of 100000 bytes was announced, where 1 to 32768 are allowed"
    assert read([frame(b"[" * 100_000)]) == read([frame(b"[" * 100_000)[:4]]) == [sentence]


@fuzzed(max_examples=200)
@given(mutations(), st.sampled_from(["turn", "hello", "bye"]))
def test_any_spoilt_message_is_a_message_or_the_one_error(mutation: Mutation, name: str) -> None:
    """What is taken says the same when it is written and read again."""
    payload = mutation(json.loads((CORPUS / f"{name}.json").read_bytes()))
    try:
        message = decode(payload)
    except InvalidMessage:
        return
    assert message is None or isinstance(message, Foreign) or decode(encode(message)) == message
