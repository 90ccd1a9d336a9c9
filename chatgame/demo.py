"""The demo: a conversation that types itself, with a pane for each person.

It is not a recording: a server and a client, run by `chatgame.program`, talk over a socket, and each pane is the
terminal of one of them. Only the keys are pressed by a script.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from itertools import zip_longest
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

from chatgame.core.errors import unwrapped
from chatgame.core.perspective import Perspective
from chatgame.core.seats import Seat
from chatgame.core.sentences import PROMPT
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.net.addresses import DEFAULT_HOST
from chatgame.players.person.console import Console
from chatgame.players.person.look import Look, styled, uncoloured
from chatgame.players.person.output import takes_codes
from chatgame.program.client import join
from chatgame.program.server import serve
from chatgame.program.setting import Notify, Setting
from chatgame.session.interfaces import Player

NAMES = {Seat.SERVER: "Anna", Seat.CLIENT: "Ben"}

CARD = ""
"""In the script: any card that the hand allows, since nobody knows beforehand which cards there will be."""

SCRIPT = (
    (Seat.CLIENT, "Hello Anna! Fancy a game?"),
    (Seat.SERVER, "Always."),
    (Seat.CLIENT, "play tictactoe"),
    (Seat.SERVER, "5"),
    (Seat.CLIENT, "5"),
    (Seat.CLIENT, "1"),
    (Seat.SERVER, "3"),
    (Seat.CLIENT, "/say Oh no, may I?"),
    (Seat.CLIENT, "/undo"),
    (Seat.SERVER, "/accept"),
    (Seat.CLIENT, "7"),
    (Seat.SERVER, "4"),
    (Seat.CLIENT, "8"),
    (Seat.SERVER, "6"),
    (Seat.SERVER, "Cards? Nobody has to deal."),
    (Seat.CLIENT, "play eights"),
    *((seat, CARD) for seat in (Seat.SERVER, Seat.CLIENT) * 2),
    (Seat.SERVER, "/say My train is in. You win."),
    (Seat.SERVER, "/resign"),
    (Seat.SERVER, "Good night!"),
    (Seat.CLIENT, "/q"),
)

KEY_TIME, THINK_TIME = 0.05, 1.5
"""Seconds between two keys, and seconds that a person thinks before typing."""

WIDEST, NARROWEST = 60, 38
"""Widths of a pane, in columns. If two of the narrowest do not fit side by side, one is below the other."""

Run = Callable[[Player, Setting, Notify], Awaitable[object]]

BAR = " | "
SHELL = "$ "

TOP, END_OF_ROW, REST = "\x1b[H", "\x1b[K", "\x1b[J"
"""Go to the top left, clear the rest of a row, and clear the rest of the screen (ECMA-48 8.3.21, 8.3.41, 8.3.39)."""


class Pane:
    """A terminal for one person: it shows what their program writes, and a script types on it.

    Attributes:
        title: whose terminal it is.
        text: everything that it has shown.
        keys: the lines that the program reads.
    """

    def __init__(self, seat: Seat, draw: Callable[[], object]) -> None:
        self.title = f"{NAMES[seat]}, the {seat}"
        self.text = SHELL
        self.keys = asyncio.StreamReader()
        self._draw = draw
        self._written = asyncio.Event()

    def write(self, data: bytes) -> None:
        """Show what the program writes."""
        self.text += data.decode()
        self._written.set()
        self._draw()

    async def drain(self) -> None:
        """Do nothing: everything is shown at once."""

    def is_closing(self) -> bool:
        """Return False: it stays open."""
        return False

    async def shows(self, text: str) -> None:
        """Wait until the pane's text ends with this, apart from colours."""
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
        """The end of its text, in at most `height` rows of `width` columns, with a cursor after it."""
        import wcwidth  # takes 30 ms

        lines = self.text.split("\n")[-height:]
        rows = [row for line in lines for row in wcwidth.wrap(line, width, drop_whitespace=False) or [""]]
        if wcwidth.width(rows[-1]) < width:
            rows[-1] += styled(" ", 7)
        return rows[-height:]


class Screen(Console):
    """A person's screen, which also knows what the script cannot."""

    def card(self) -> str:
        """The first move that the person's hand allows."""
        match = self._table and self._table.playing
        assert match, "cards are played in a game"
        return Perspective(match, self._seat, self._secret).board().choices[0].text


async def demonstrate(look: Look, speed: float, write: Callable[[str], object]) -> None:
    """Let the two talk and play, `speed` times as fast as people do.

    If the output is not a screen, both panes are written one after the other at the end.

    Raises:
        ChatgameError: one of the programs failed.
    """
    if not look.width or look.plain or not takes_codes():
        for pane in await perform(look, inf, lambda _: None):
            write(f"{pane.title}:\n\n{pane.text}\n\n")
        return

    def draw(panes: Sequence[Pane]) -> None:
        rows = side_by_side(panes, *shutil.get_terminal_size())
        write(TOP + "".join(f"{row}{END_OF_ROW}\n" for row in rows) + REST)

    write("\n" * shutil.get_terminal_size().lines)  # so that what was on the screen can be scrolled back to
    await perform(look, speed, draw)


async def perform(look: Look, speed: float, draw: Callable[[Sequence[Pane]], object]) -> Sequence[Pane]:
    """Run both programs, and type the script; returns the panes of both.

    Raises:
        ChatgameError: one of the programs failed.
    """
    panes = {seat: Pane(seat, lambda: draw([*panes.values()])) for seat in NAMES}
    screens: dict[Seat, Screen] = {}
    port = asyncio.get_running_loop().create_future()

    async def sit(seat: Seat, run: Run, where: int, store: Store) -> None:
        pane = panes[seat]
        console = screens[seat] = Screen(
            seat, pane.keys, pane, terminal=True, look=lambda: _in_pane(look), name=NAMES[seat]
        )

        def notify(*texts: str) -> None:
            console.notify(*texts)
            for text in texts:
                if (
                    text.startswith("Server listening") and not port.done()
                ):  # it is done already if the demo was cancelled
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
            for seat, scripted in SCRIPT:
                line = "draw"
                while line == "draw":  # after which the same person plays on
                    await panes[seat].shows(PROMPT)
                    line = scripted or screens[seat].card()
                    await panes[seat].type(line, speed)
                    panes[seat].keys.feed_data(f"{line}\n".encode())
    return [*panes.values()]


def _in_pane(look: Look) -> Look:
    """The same look, at the width of a pane."""
    return look._replace(width=_layout(*shutil.get_terminal_size())[0] if look.width else None, titled=False)


def _layout(columns: int, rows: int) -> tuple[int, int]:
    """The width of a pane in columns, and its height in rows, without the title."""
    if columns < 2 * NARROWEST + len(BAR):
        return min(columns, WIDEST), max((rows - 1) // 2 - 1, 1)
    return min((columns - len(BAR)) // 2, WIDEST), max(rows - 2, 1)


def side_by_side(panes: Sequence[Pane], columns: int, rows: int) -> list[str]:
    """The panes as rows: side by side, or one below the other on a narrow screen."""
    import wcwidth

    width, height = _layout(columns, rows)
    shown = [[styled(pane.title.ljust(width), 7), *pane.rows(width, height)] for pane in panes]
    if 2 * width + len(BAR) > columns:
        return [row for part in shown for row in part + [""] * (height + 1 - len(part))]
    return [BAR.join(wcwidth.ljust(row, width) for row in both) for both in zip_longest(*shown, fillvalue="")]
