"""Splits an input into lines, and keeps a bounded amount of each in memory."""

from collections.abc import Awaitable, Callable

LONGEST = 65536
"""In bytes: nobody types a longer line, and memory would grow with it."""


class Lines:
    """The lines of an input, whose bytes may come in any pieces. A line longer than `LONGEST` loses the rest.

    Args:
        read: returns the next bytes, at most some tens of thousands, or none at the end of the input.
    """

    def __init__(self, read: Callable[[], Awaitable[bytes]]) -> None:
        self._read = read
        self._rest = b""

    async def readline(self) -> bytes:
        """The next line with its line end, or what there is of it at the end of input."""
        line, self._rest = self._rest, b""
        while b"\n" not in line:
            more = await self._read()
            if not more:
                return line
            line = line[: LONGEST + 1] + more
        end = line.index(b"\n") + 1
        self._rest = line[end:]
        return line[:end]
