"""Draw the picture in the README: a real server and a real client, each on a terminal of its own.

    python examples/pictures.py [FOLDER]

Types a short conversation, each line at its seat's prompt, and writes what the two screens show in the end to
FOLDER/conversation.svg (by default in examples/pictures). Two runs differ in nothing but port numbers.
"""

import argparse
import socket
import sys
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pexpect
import pyte

from chatgame.cli import DEFAULT_HOST, DEFAULT_PORT
from chatgame.players.screen import PROMPT

CONVERSATION = (
    ("client", "Hello! Fancy a game?"),
    ("server", "Always."),
    ("client", "play tictactoe"),
    ("server", "5"),
    ("client", "5"),
    ("client", "1"),
    ("server", "3"),
    ("client", "/say My train is here, so this one is yours."),
    ("client", "/resign"),
    ("server", "Again tomorrow?"),
    ("client", "With pleasure."),
    ("server", "Good night!"),
    ("client", "/q"),
)
COLUMNS, ROWS, TIMEOUT = 62, 60, 10  # of each terminal; the timeout is in seconds, for every wait
SHELL = "$ "
CELL, LEADING, MARGIN, BAR = 8, 17, 16, 32  # pixels: a character's width, a row's height, a window's margin and title
WIDTH = COLUMNS * CELL + 2 * MARGIN
FONT = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
WINDOW, EDGE, TITLE, TEXT, PROMPTED, TYPED = "#1e1e2e", "#45475a", "#a6adc8", "#cdd6f4", "#89b4fa", "#f9e2af"
DOTS = ("#f38ba8", "#fab387", "#a6e3a1")


class Terminal:
    """A pseudo-terminal that runs chatgame, and the screen that it shows."""

    def __init__(self, seat: str, port: int) -> None:
        arguments = ["-m", "chatgame", seat, *([] if port == DEFAULT_PORT else ["--port", str(port)])]
        self._command = " ".join(["python", *arguments])
        self._screen = pyte.HistoryScreen(COLUMNS, ROWS)
        self._stream = pyte.Stream(self._screen)
        self._child = pexpect.spawn(sys.executable, arguments, encoding="utf-8", dimensions=(ROWS, COLUMNS))
        self._child.delaybeforesend = None  # a line is typed when the prompt is there, so none comes too early
        self.close = self._child.close

    def wait(self, pattern: Any) -> str:
        """Wait until the program writes what matches `pattern`, or until it ends; returns the match."""
        self._child.expect(pattern, timeout=TIMEOUT)
        match = "" if pattern is pexpect.EOF else str(self._child.after)
        self._stream.feed(self._child.before + match)
        return match

    def enter(self, line: str) -> None:
        """Type a line at the prompt, once it is there."""
        self.wait(PROMPT)
        self._child.sendline(line)

    def rows(self) -> list[str]:
        """The command and, once the program has ended, all that it has shown."""
        self.wait(pexpect.EOF)
        if self._screen.history.top:
            raise SystemExit(f"The conversation is longer than a screen of {ROWS} rows. Shorten it.")
        return "\n".join([SHELL + self._command, *map(str.rstrip, self._screen.display)]).rstrip().split("\n")


def converse() -> dict[str, list[str]]:
    """Play the conversation; returns the rows on each seat's screen."""
    with ExitStack() as stack:
        server = stack.enter_context(closing(Terminal("server", _free_port())))
        port = int(server.wait(r"(?<=on port: )\d+(?=\s)"))
        terminals = {"server": server, "client": stack.enter_context(closing(Terminal("client", port)))}
        for seat, line in CONVERSATION:
            terminals[seat].enter(line)
        return {seat: terminal.rows() for seat, terminal in terminals.items()}


def _free_port() -> int:
    with suppress(OSError), socket.create_server((DEFAULT_HOST, DEFAULT_PORT)):
        return DEFAULT_PORT
    return 0  # any


def draw(screens: dict[str, list[str]]) -> str:
    """Each seat's rows as a window, side by side in one SVG."""
    height = max(map(len, screens.values())) * LEADING + 2 * MARGIN + BAR
    lefts = range(0, len(screens) * (WIDTH + MARGIN), WIDTH + MARGIN)
    windows = (_window(left, height, *screen) for left, screen in zip(lefts, screens.items(), strict=True))
    x, y = lefts[-1] + WIDTH + 1, height + 1
    size = f'width="{x}" height="{y}" viewBox="-0.5 -0.5 {x} {y}" font-family="{FONT}" font-size="13.3"'
    title = "<title>A chatgame server and a client on two terminals: they chat and play tic-tac-toe</title>"
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', title, *windows, "</svg>\n"])


def _window(left: int, height: int, seat: str, rows: list[str]) -> str:
    frame = f'<rect width="{WIDTH}" height="{height}" rx="10" fill="{WINDOW}" stroke="{EDGE}"/>'
    bar = f'<path d="M0 {BAR}H{WIDTH}" stroke="{EDGE}"/>'
    dots = (f'<circle cx="{20 * n}" cy="{BAR // 2}" r="6" fill="{fill}"/>' for n, fill in enumerate(DOTS, 1))
    title = f'<text x="{WIDTH // 2}" y="{BAR // 2 + 5}" fill="{TITLE}" text-anchor="middle">chatgame {seat}</text>'
    texts = (_text(row, BAR + MARGIN + number * LEADING + 12) for number, row in enumerate(rows) if row)
    return "\n".join([f'<g transform="translate({left})">', frame, bar, *dots, title, *texts, "</g>"])


def _text(row: str, y: int) -> str:
    """A row in cells of equal width, whatever the font; what was typed has its own colour, and so has its prompt."""
    place = f'x="{MARGIN}" y="{y}" textLength="{len(row) * CELL}" lengthAdjust="spacingAndGlyphs"'
    prompt = next((prompt for prompt in (PROMPT, SHELL) if row.startswith(prompt)), "")
    marked = f'<tspan fill="{PROMPTED}">{escape(prompt)}</tspan><tspan fill="{TYPED}">' if prompt else "<tspan>"
    return f'<text xml:space="preserve" fill="{TEXT}" {place}>{marked}{escape(row[len(prompt) :])}</tspan></text>'


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).with_suffix(""), help="where it goes")
    picture = parser.parse_args().folder / "conversation.svg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(draw(converse()), encoding="utf-8")
