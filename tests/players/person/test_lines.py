"""Lines out of bytes that come in pieces."""

import asyncio
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from chatgame.players.person.lines import LONGEST, Lines


def lines_of(pieces: Iterable[bytes]) -> list[bytes]:
    """All lines of an input that comes in these pieces."""
    left = iter(pieces)

    async def read() -> bytes:
        return next(left, b"")

    async def read_all() -> list[bytes]:
        lines, found = Lines(read), list[bytes]()
        while line := await lines.readline():
            found.append(line)
        return found

    return asyncio.run(read_all())


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\xff", b"one\ntwo\n", b"last"]), max_size=20))
def test_lines_are_the_same_however_the_input_comes(pieces: list[bytes]) -> None:
    """They end where a line feed is, or where the input ends."""
    whole = b"".join(pieces)
    expected = [line + b"\n" for line in whole.split(b"\n")[:-1]] + [whole.split(b"\n")[-1]]
    assert lines_of(pieces) == [line for line in expected if line]


def test_line_of_any_length_is_kept_up_to_a_limit() -> None:
    """One that is longer is still seen to be so, and what comes after it is whole."""
    (line,) = lines_of([b"x" * LONGEST])
    assert line == b"x" * LONGEST
    lines = lines_of([b"x" * 1000] * 1000 + [b"\n", b"after\n"])
    assert LONGEST < len(lines[0]) < LONGEST + 2000
    assert lines[0].endswith(b"x\n")
    assert lines[1:] == [b"after\n"]
