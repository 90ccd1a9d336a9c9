"""What Hypothesis sends instead of valid messages, and in which pieces."""

import json
from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from chatgame.protocol.frames import frame
from tests.fuzz import CORPUS

Mutation = Callable[[dict[str, Any]], bytes]
"""Makes the bytes that are sent instead of a valid message."""


fuzzed = partial(
    settings, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
"""Settings for the same examples each time, without a database, and with no limit on their time."""


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """`data` cut into pieces at these places."""
    ends = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


def ways(data: bytes, places: Iterable[int]) -> list[list[bytes]]:
    """`data` as a whole, in pieces, and byte by byte."""
    return [[data], cut(data, places), [data[at : at + 1] for at in range(len(data))]]


def raw(fields: Iterable[tuple[str, Any]]) -> bytes:
    """A JSON object with these fields, in which a name may occur twice."""
    return ("{" + ",".join(f"{json.dumps(name)}:{json.dumps(value)}" for name, value in fields) + "}").encode()


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
