"""A player of your own: a program that takes the server's seat and repeats what the client says.

Run `python examples/echo.py`, and `chatgame client` on another terminal.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from chatgame import BUILT_IN, Kind, Seat, Setting, Step, Store, Table, serve


class Echo:
    """Repeats what the partner says, and gives up every game."""

    def __init__(self) -> None:
        self._heard = "Hello?"

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """The conversation begins, or continues after `steps`."""

    async def ask(self, table: Table) -> str:
        """The next line, as a person would type it."""
        return "/resign" if table.playing else f"/say {self._heard}"

    async def see(self, step: Step) -> None:
        """Remember what the client said last."""
        if step.turn.kind is Kind.SAY and step.turn.seat is Seat.CLIENT:
            self._heard = step.turn.text

    async def hear(self, text: str) -> None:
        """Ignore sentences for this player alone, such as why a line was refused."""


async def main(port: int = 1059) -> None:
    """Serve one client."""
    with TemporaryDirectory() as folder, Store(Path(folder) / "journal.db") as store:
        await serve(Echo(), Setting("localhost", port, BUILT_IN, store, name="Echo"), print)


if __name__ == "__main__":
    asyncio.run(main())
