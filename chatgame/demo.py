"""The demo: a conversation that types itself, each person on a pane of their own.

Nothing in it is painted: a server and a client, as `chatgame.program` runs them, talk over a socket, and each pane is
the terminal of one. Only the keys are pressed by a script.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from itertools import zip_longest
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from chatgame.core.errors import unwrapped
from chatgame.core.seats import Seat
from chatgame.core.sentences import PROMPT
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.net.addresses import DEFAULT_HOST
from chatgame.players.person.console import Console
from chatgame.players.person.look import Look, styled, uncoloured
from chatgame.players.person.terminal import takes_codes
from chatgame.program import Notify, Setting, join, serve
from chatgame.session.interfaces import Player

NAMES = {Seat.SERVER: "Anna", Seat.CLIENT: "Ben"}

SCRIPT = (
    (Seat.CLIENT, "Hello Anna! Fancy a game?"),
    (Seat.SERVER, "Always."),
    (Seat.CLIENT, "play tictactoe"),
    (Seat.SERVER, "5"),
    (Seat.CLIENT, "5"),
    (Seat.CLIENT, "1"),
    (Seat.SERVER, "3"),
    (Seat.CLIENT, "/say I see what you are up to."),
    (Seat.CLIENT, "7"),
    (Seat.SERVER, "4"),
    (Seat.CLIENT, "8"),
    (Seat.SERVER, "6"),
    (Seat.SERVER, "Revenge tomorrow?"),
    (Seat.CLIENT, "With pleasure. Good night!"),
    (Seat.SERVER, "Good night."),
    (Seat.CLIENT, "/q"),
)

KEY_TIME, THINK_TIME = 0.05, 1.5
"""In seconds: between two keys, and how long a person thinks before typing."""

WIDEST, NARROWEST = 60, 38
"""In columns: of a pane; where two of the narrowest do not fit side by side, one stands below the other."""

Run = Callable[[Player, Setting, Notify], Awaitable[object]]

BAR = " | "
SHELL = "$ "

TOP, END_OF_ROW, REST = "\x1b[H", "\x1b[K", "\x1b[J"
"""Where a frame begins, and what clears behind its rows and below it (ECMA-48 8.3.21, 8.3.41 and 8.3.39)."""


class Pane:
    """A terminal for one person: it shows what their program writes, and there a script can type.

    Attributes:
        title: whose it is.
        text: all that it has shown.
        keys: what was typed.
    """

    def __init__(self, seat: Seat, draw: Callable[[], object]) -> None:
        self.title = f"{NAMES[seat]}, the {seat}"
        self.text = SHELL
        self.keys = asyncio.StreamReader()
        self._draw = draw
        self._written = asyncio.Event()

    def write(self, data: bytes) -> None:
        """Show what a program writes."""
        self.text += data.decode()
        self._written.set()
        self._draw()

    async def drain(self) -> None:
        """All is shown at once."""

    def is_closing(self) -> bool:
        """It stays open."""
        return False

    async def shows(self, text: str) -> None:
        """Wait until this is the last text that it shows."""
        while not uncoloured(self.text).endswith(text):
            self._written.clear()
            await self._written.wait()

    async def type(self, line: str, speed: float) -> None:
        """Type a line, key by key."""
        await asyncio.sleep(THINK_TIME / speed)
        for key in line:
            self.write(key.encode())
            await asyncio.sleep(KEY_TIME / speed)
        self.write(b"\n")

    def rows(self, width: int, height: int) -> list[str]:
        """The last that it has shown, in so many rows of that width, with a cursor behind the last."""
        import wcwidth  # takes 30 ms

        lines = self.text.split("\n")[-height:]
        rows = [row for line in lines for row in wcwidth.wrap(line, width, drop_whitespace=False) or [""]]
        if wcwidth.width(rows[-1]) < width:
            rows[-1] += styled(" ", 7)
        return rows[-height:]


async def demonstrate(look: Look, speed: float, write: Callable[[str], object]) -> None:
    """Let the two talk and play, so many times as fast as people do; what is no screen gets all of it at the end.

    Raises:
        ChatgameError: a program failed.
    """
    if not look.width or look.plain or not takes_codes():
        for pane in await perform(look, inf, lambda _: None):
            write(f"{pane.title}:\n\n{pane.text}\n\n")
        return

    def draw(panes: Sequence[Pane]) -> None:
        rows = side_by_side(panes, *shutil.get_terminal_size())
        write(TOP + "".join(f"{row}{END_OF_ROW}\n" for row in rows) + REST)

    write("\n" * shutil.get_terminal_size().lines)  # which leaves what was there to scroll back to
    await perform(look, speed, draw)


async def perform(look: Look, speed: float, draw: Callable[[Sequence[Pane]], object]) -> Sequence[Pane]:
    """Run both programs, and type; returns the panes of both.

    Raises:
        ChatgameError: a program failed.
    """
    panes = {seat: Pane(seat, lambda: draw([*panes.values()])) for seat in NAMES}
    port = asyncio.get_running_loop().create_future()

    async def sit(seat: Seat, run: Run, where: int, store: Store) -> None:
        pane = panes[seat]
        console = Console(seat, pane.keys, pane, terminal=True, look=lambda: _in_pane(look), name=NAMES[seat])

        def notify(*texts: str) -> None:
            console.notify(*texts)
            for text in texts:
                if text.startswith("Server listening") and not port.done():  # it is cancelled with the demo
                    port.set_result(int(text.rpartition(" ")[2]))

        reading = asyncio.create_task(console.read())
        try:
            await run(console, Setting(DEFAULT_HOST, where, BUILT_IN, store, name=NAMES[seat]), notify)
            pane.write(SHELL.encode())
        finally:
            reading.cancel()

    with TemporaryDirectory() as folder, Store(Path(folder) / "journal.db") as store, unwrapped():
        async with asyncio.TaskGroup() as tasks:
            await panes[Seat.SERVER].type(f"chatgame server --name {NAMES[Seat.SERVER]} --port 0", speed)
            tasks.create_task(sit(Seat.SERVER, serve, 0, store))
            await panes[Seat.CLIENT].type(f"chatgame client --name {NAMES[Seat.CLIENT]} --port {await port}", speed)
            tasks.create_task(sit(Seat.CLIENT, join, await port, store))
            for seat, line in SCRIPT:
                await panes[seat].shows(PROMPT)
                await panes[seat].type(line, speed)
                panes[seat].keys.feed_data(f"{line}\n".encode())
    return [*panes.values()]


def _in_pane(look: Look) -> Look:
    """The same look on a pane."""
    return look._replace(width=_layout(*shutil.get_terminal_size())[0] if look.width else None, titled=False)


def _layout(columns: int, rows: int) -> tuple[int, int]:
    """The columns of a pane, and its rows below the title."""
    if columns < 2 * NARROWEST + len(BAR):
        return min(columns, WIDEST), max((rows - 1) // 2 - 1, 1)
    return min((columns - len(BAR)) // 2, WIDEST), max(rows - 2, 1)


def side_by_side(panes: Sequence[Pane], columns: int, rows: int) -> list[str]:
    """The panes side by side, or one below the other where the screen is narrow."""
    import wcwidth

    width, height = _layout(columns, rows)
    shown = [[styled(pane.title.ljust(width), 7), *pane.rows(width, height)] for pane in panes]
    if 2 * width + len(BAR) > columns:
        return [row for part in shown for row in part + [""] * (height + 1 - len(part))]
    return [BAR.join(wcwidth.ljust(row, width) for row in both) for both in zip_longest(*shown, fillvalue="")]
