"""Draw the pictures in the documents, from the screens of real programs, each on a terminal of its own.

    python examples/pictures.py [FOLDER]

It types a few conversations, each line at its seat's prompt, and writes what the screens show at the end to FOLDER as
SVG (by default to examples/pictures). Two runs differ only in port numbers.
"""

import argparse
import os
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import pexpect
import pyte
from pyte.screens import Char

from chatgame.core.sentences import PROMPT
from chatgame.net.addresses import DEFAULT_HOST, DEFAULT_PORT, port_option

ROWS, TIMEOUT = 34, 20  # of a terminal; the timeout is in seconds, for every wait
CELL, LEADING, MARGIN, BAR = 8, 17, 16, 32  # pixels: a character's width, a row's height, a window's margin and title
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
WINDOW, EDGE, TITLE, TEXT = "#1e1e2e", "#45475a", "#a6adc8", "#cdd6f4"
COLOURS = {"red": "#f38ba8", "green": "#a6e3a1", "brown": "#f9e2af", "blue": "#89b4fa", "cyan": "#94e2d5"}
DOTS = ("#f38ba8", "#fab387", "#a6e3a1")


class Window(NamedTuple):
    """What one terminal shows: its title, its width in columns, and its rows of characters."""

    title: str
    columns: int
    rows: list[list[Char]]


class Terminal:
    """A pseudo-terminal on which commands are run one after the other, and the screen that it shows."""

    def __init__(self, title: str, columns: int, folder: Path) -> None:
        self._title = title
        self._columns = columns
        self._screen = pyte.Screen(columns, ROWS)
        self._stream = pyte.Stream(self._screen)
        self._env = {
            name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")
        }
        self._env |= {"TERM": "xterm-256color", "XDG_STATE_HOME": str(folder / title)}
        self._env["CHATGAME_EDITOR"] = "no"  # a bare terminal, as everyone has it

    def run(self, *arguments: str) -> None:
        """Start chatgame, as if a person had typed the command."""
        self._stream.feed(f"$ chatgame {' '.join(arguments)}\r\n")
        self.program = pexpect.spawn(
            sys.executable,
            ["-m", "chatgame", *arguments],
            encoding="utf-8",
            dimensions=(ROWS, self._columns),
            env=self._env,
        )
        self.program.delaybeforesend = None  # it waits for the prompt instead

    def wait(self, text: Any) -> None:
        """Wait until the program writes a text, or until it ends."""
        (self.program.expect if text is pexpect.EOF else self.program.expect_exact)(text, timeout=TIMEOUT)
        self._stream.feed(self.program.before + ("" if text is pexpect.EOF else text))

    def enter(self, line: str) -> None:
        """Type a line at the prompt, once it is there."""
        self.wait(PROMPT)
        self.program.sendline(line)

    def kill(self) -> None:
        """Kill the program with SIGKILL."""
        self.program.kill(9)
        self.wait(pexpect.EOF)
        self._stream.feed("\x1b[0m\r\nKilled\r\n")

    def window(self) -> Window:
        """What the screen shows now."""
        rows = [[self._screen.buffer[y][x] for x in range(self._columns)] for y in range(ROWS)]
        while rows and not "".join(cell.data for cell in rows[-1]).strip():
            del rows[-1]
        return Window(self._title, self._columns, rows)


@contextmanager
def two_people(*options: str) -> Iterator[dict[str, Terminal]]:
    """A server and a client who have met, each on a terminal."""
    names = dict(zip(("server", "client"), options, strict=False))
    port = _free_port()
    where = port_option(port).split()
    with TemporaryDirectory() as folder:
        people = {seat: Terminal(seat, 58, Path(folder)) for seat in ("server", "client")}
        for seat, ready in (("server", f"on port: {port}"), ("client", "Connected to")):
            named = ["--name", names[seat]] if seat in names else []
            people[seat].run(seat, *where, *named)
            people[seat].wait(ready)
        yield people
        for person in people.values():
            person.program.close(force=True)


def typed(people: dict[str, Terminal], lines: Iterable[tuple[str, str]]) -> None:
    """Type each line at the prompt of its seat."""
    for seat, line in lines:
        people[seat].enter(line)


def chat() -> list[Window]:
    """Two people talk."""
    with two_people() as people:
        lines = ("Hello", "How are you?", "Good. You?", "Good", "Bye", "Bye", "/q")
        typed(people, ((("client", "server")[n % 2], line) for n, line in enumerate(lines)))
        for person in people.values():
            person.wait(pexpect.EOF)
        return [person.window() for person in people.values()]


def game() -> list[Window]:
    """They play."""
    with two_people("Anna", "Ben") as people:
        lines = [("client", "Fancy a game?"), ("server", "Always."), ("client", "play tictactoe"), ("server", "5")]
        lines += [("client", "5"), ("client", "1"), ("server", "3"), ("client", "7"), ("server", "4")]
        lines += [("client", "/say I see it, and cannot help it."), ("client", "8"), ("server", "6")]
        typed(people, lines)
        people["server"].wait(PROMPT)
        people["client"].wait("writes next.")
        return [person.window() for person in people.values()]


def resumed() -> list[Window]:
    """One of the programs is killed in the middle of a game, and started again."""
    with two_people("Anna", "Ben") as people:
        typed(people, [("client", "play tictactoe"), ("server", "5"), ("client", "1")])
        people["client"].wait("Waiting for Anna...")
        people["client"].kill()
        people["server"].wait("Ctrl-C leaves.")
        client = people["client"]
        arguments = client.program.args[3:]
        client.run(*(argument if isinstance(argument, str) else argument.decode() for argument in arguments))
        people["server"].wait("Connected again.")
        typed(people, [("server", "3")])
        people["server"].wait("Waiting for Ben...")
        client.wait("Your move: ")
        client.wait(PROMPT)
        return [person.window() for person in people.values()]


def demo() -> list[Window]:
    """The demo's last frame."""
    with TemporaryDirectory() as folder:
        terminal = Terminal("demo", 100, Path(folder))
        terminal.run("demo", "--speed", "1000")
        terminal.wait(pexpect.EOF)
        return [terminal.window()]


PICTURES = {
    "chat": (chat, "A chatgame server and a client on two terminals, who chat turn by turn"),
    "game": (game, "Anna and Ben play tic-tac-toe: the last move and the winning line are marked"),
    "resumed": (resumed, "Ben's program is killed in the middle of a game, started again, and continues"),
    "demo": (demo, "The demo: two people on two panes of one terminal"),
}


def _free_port() -> int:
    for port in (DEFAULT_PORT, 0):
        with suppress(OSError), socket.create_server((DEFAULT_HOST, port)) as server:
            return int(server.getsockname()[1])
    raise SystemExit("There is no free port.")


def draw(windows: list[Window], title: str) -> str:
    """Windows side by side in one SVG."""
    height = max(len(window.rows) for window in windows) * LEADING + 2 * MARGIN + BAR
    left, shapes = 0, []
    for window in windows:
        width = window.columns * CELL + 2 * MARGIN
        shapes.append(_window(left, width, height, window))
        left += width + MARGIN
    x, y = left - MARGIN + 1, height + 1
    size = f'width="{x}" height="{y}" viewBox="-0.5 -0.5 {x} {y}" font-family="{FONT}" font-size="13.3"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>'
    return "\n".join([head, f"<title>{escape(title)}</title>", *shapes, "</svg>\n"])


def _window(left: int, width: int, height: int, window: Window) -> str:
    frame = f'<rect width="{width}" height="{height}" rx="10" fill="{WINDOW}" stroke="{EDGE}"/>'
    bar = f'<path d="M0 {BAR}H{width}" stroke="{EDGE}"/>'
    dots = (f'<circle cx="{20 * n}" cy="{BAR // 2}" r="6" fill="{fill}"/>' for n, fill in enumerate(DOTS, 1))
    middle = f'x="{width // 2}" y="{BAR // 2 + 5}" text-anchor="middle"'
    title = f'<text {middle} fill="{TITLE}">chatgame {window.title}</text>'
    rows = (_row(row, BAR + MARGIN + number * LEADING) for number, row in enumerate(window.rows))
    return "\n".join([f'<g transform="translate({left})">', frame, bar, *dots, title, *filter(None, rows), "</g>"])


def _row(row: list[Char], y: int) -> str:
    """A row of a screen, one run of characters of the same style after the other, in cells of equal width."""
    shapes, column = [], 0
    for (colour, bold, reverse), cells in groupby(row, lambda cell: (cell.fg, cell.bold, cell.reverse)):
        text = "".join(cell.data for cell in cells)
        x, width = MARGIN + column * CELL, len(text) * CELL
        column += len(text)
        fill = COLOURS.get(colour, TEXT)
        if reverse:
            shapes.append(f'<rect x="{x}" y="{y - 1}" width="{width}" height="{LEADING}" fill="{fill}"/>')
            fill = WINDOW
        if text.strip():
            place = f'x="{x}" y="{y + 12}" textLength="{width}" lengthAdjust="spacingAndGlyphs"'
            weight = ' font-weight="bold"' if bold else ""
            shapes.append(f'<text xml:space="preserve" fill="{fill}"{weight} {place}>{escape(text)}</text>')
    return "\n".join(shapes)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).with_suffix(""), help="where they go")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, (play, title) in PICTURES.items():
        (folder / f"{name}.svg").write_text(draw(play(), title), encoding="utf-8")
        print(f"{name}.svg")
