"""Lines from bytes that come in pieces, of which no more is kept than anybody needs."""

from collections.abc import Awaitable, Callable

LONGEST = 65536
"""In bytes: what is longer is no line that anybody has typed, and memory would grow with it."""


class Lines:
    """Lines of an input, however it comes; one that is longer than `LONGEST` loses what comes after that.

    Args:
        read: some bytes of it, at most some tens of thousands; none at its end.
    """

    def __init__(self, read: Callable[[], Awaitable[bytes]]) -> None:
        self._read = read
        self._rest = b""

    async def readline(self) -> bytes:
        """The next line with its end, or what there is of it at the end of input."""
        line, self._rest = self._rest, b""
        while b"\n" not in line:
            more = await self._read()
            if not more:
                return line
            line = line[: LONGEST + 1] + more
        end = line.index(b"\n") + 1
        self._rest = line[end:]
        return line[:end]
