"""Draw the pictures in the documents, from the screens of real programs, each on a terminal of its own.

    python examples/pictures.py [FOLDER]

It types a few conversations, each line at its seat's prompt, and writes what the screens show at the end to FOLDER as
SVG (by default to examples/pictures). Two runs differ only in port numbers, codes and cards.
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
from chatgame.net.addresses import DEFAULT_HOST, DEFAULT_PORT, DEFAULT_RELAY_PORT, port_option

ROWS, TIMEOUT = 37, 20  # of a terminal; the timeout is in seconds, for every wait
QUIET = 0.2  # seconds without output, after which an editor has drawn everything
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

    def __init__(self, title: str, columns: int, folder: Path, *, edits: bool = False) -> None:
        self._edits = edits
        self._title = title
        self._columns = columns
        self._screen = pyte.Screen(columns, ROWS)
        self._stream = pyte.Stream(self._screen)
        self._env = {
            name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")
        }
        self._env |= {"TERM": "xterm-256color", "XDG_STATE_HOME": str(folder / title)}
        self._env |= {"XDG_CONFIG_HOME": str(folder), "CHATGAME_EDITOR": "" if edits else "no"}
        self._env["PROMPT_TOOLKIT_NO_CPR"] = "1"  # the editor cannot ask this terminal where its cursor is

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

    def wait_for(self, pattern: str) -> str:
        """Wait until the program writes what a regular expression describes, and return its group."""
        self.program.expect(pattern, timeout=TIMEOUT)
        self._stream.feed(self.program.before + self.program.after)
        return str(self.program.match[1])

    def settle(self) -> None:
        """Wait until an editor, which may draw the same several times, has drawn everything."""
        while self.program.expect([pexpect.TIMEOUT, r".+"], timeout=QUIET):
            self._stream.feed(self.program.before + self.program.after)

    def wait_to_write(self) -> None:
        """Wait until an editor has drawn an empty prompt."""
        for _ in range(int(TIMEOUT / QUIET)):
            self.settle()
            rows = [row.rstrip() for row in self._screen.display]
            if PROMPT in rows and "your turn" in rows[rows.index(PROMPT) + 1]:
                return
        raise SystemExit(f"{self._title} was never asked for a line.")

    def enter(self, line: str) -> None:
        """Type a line at the prompt, once it is there."""
        if self._edits:
            self.wait_to_write()
        else:
            self.wait(PROMPT)
        self.program.send(f"{line}\r")

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
    port = _free_port(DEFAULT_PORT)
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


@contextmanager
def two_people_at_a_relay() -> Iterator[dict[str, Terminal]]:
    """A server and a client who have met there, each on a terminal that edits lines."""
    port = _free_port(DEFAULT_RELAY_PORT)
    address = DEFAULT_HOST if port == DEFAULT_RELAY_PORT else f"{DEFAULT_HOST}:{port}"
    with TemporaryDirectory() as folder:
        relay = Terminal("relay", 58, Path(folder))
        people = {seat: Terminal(seat, 58, Path(folder), edits=True) for seat in ("server", "client")}
        relay.run("relay", "--host", DEFAULT_HOST, "--port", str(port))
        relay.wait("listening")
        people["server"].run("server", "--relay", address, "--name", "Anna")
        code = people["server"].wait_for(r"--relay \S+\s+(\d+-\w+-\w+)\s")
        people["client"].run("client", "--relay", address, code, "--name", "Ben")
        yield people
        for terminal in (*people.values(), relay):
            terminal.program.close(force=True)


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


def chess() -> list[Window]:
    """They play chess over a relay."""
    with two_people_at_a_relay() as people:
        lines = [("client", "Chess?"), ("server", "With pleasure."), ("client", "play chess")]
        moves = ("e4", "e5", "Bc4", "Nc6", "Qh5", "Nf6", "Qxf7#")
        lines += [(("server", "client")[n % 2], move) for n, move in enumerate(moves)]
        lines.insert(-1, ("server", "/say Ben, do you see it?"))
        typed(people, lines)
        people["client"].wait("writes next.")
        people["server"].wait_to_write()
        people["client"].settle()
        return [person.window() for person in people.values()]


def cards() -> list[Window]:
    """They meet at a relay, and cards are shuffled and dealt without a dealer."""
    with two_people_at_a_relay() as people:
        typed(people, [("client", "Cards?"), ("server", "Who deals?"), ("client", "play eights")])
        people["client"].wait("Waiting for Anna...")
        people["server"].wait_to_write()
        people["client"].settle()
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
    "chess": (chess, "Anna and Ben play chess: she has mated, and the last move is marked on both screens"),
    "cards": (cards, "Anna and Ben meet at a relay by a code; each sees their own cards, and nobody has dealt them"),
    "resumed": (resumed, "Ben's program is killed in the middle of a game, started again, and continues"),
    "demo": (demo, "The demo: two people on two panes of one terminal"),
}


def _free_port(usual: int) -> int:
    for port in (usual, 0):
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
