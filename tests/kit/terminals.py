"""Real programs on pseudo-terminals, for tests; the fixtures that start them are in `conftest`."""

import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import pytest

termios: Any = pytest.importorskip("termios", reason="pseudo-terminals are POSIX")
pexpect = pytest.importorskip("pexpect")
pyte = pytest.importorskip("pyte")

PROMPT = "Enter Input >"

Spawn = Callable[..., Any]

IN_TIME = 10.0
"""In seconds: what does not appear within it never will."""

STATUS = r"\[With .*\]$"
"""The form of the row below a line that is edited."""

UP, LEFT, HOME, RUB, ENTER = "\x1b[A", "\x1b[D", "\x1b[H", "\x7f", "\r"


def on_a_terminal(*command: str, **env: str) -> Any:
    """Start a command on a pseudo-terminal of its own, by default without colours."""
    process = pexpect.spawn(
        command[0],
        list(command[1:]),
        encoding="utf-8",
        timeout=IN_TIME,
        dimensions=(60, 100),
        env=os.environ | {"TERM": "xterm", "NO_COLOR": "1", "CHATGAME_EDITOR": "no"} | env,
    )
    process.delaybeforesend = None  # tests wait for the prompt instead
    process.ptyproc.delayafterclose = process.ptyproc.delayafterterminate = 0.01
    return process


def say(speaker: Any, line: str, listener: Any) -> None:
    """Type a line at a prompt, and wait for the partner's prompt."""
    speaker.sendline(line)
    listener.expect_exact(PROMPT)


def ends(process: Any, status: int) -> str:
    """Check that the program ends in time with this exit status; returns what else it writes."""
    process.expect(pexpect.EOF)
    process.wait()
    assert (process.exitstatus, process.signalstatus) == (status, None)
    return str(process.before)


class KindOfConsole(NamedTuple):
    """In what the kinds of consoles on a terminal differ.

    Attributes:
        edits: whether an editor reads the keys, or the terminal's own line discipline.
        ctrl_c: the keys that leave wherever one is; in an editor, the first Ctrl-C may only clear a line.
        how_to_leave: what is said of them.
    """

    edits: bool
    ctrl_c: str
    how_to_leave: str

    @property
    def env(self) -> dict[str, str]:
        """What asks for it."""
        return {"CHATGAME_EDITOR": "" if self.edits else "no"}


CONSOLES = {
    "bare": KindOfConsole(edits=False, ctrl_c="\x03", how_to_leave="Ctrl-C leaves."),
    "edited": KindOfConsole(edits=True, ctrl_c="\x03\x03", how_to_leave="Ctrl-C twice leaves."),
}


class Terminal:
    """A program on a pseudo-terminal, as one sees it.

    Args:
        process: the program.

    Attributes:
        written: all that the program has written.
        screen: what the terminal makes of that.
    """

    def __init__(self, process: Any) -> None:
        self.process = process
        self.before = termios.tcgetattr(process.child_fd)
        self.written = ""
        rows, columns = process.getwinsize()
        self.screen = pyte.HistoryScreen(columns, rows, history=10_000)
        process.logfile_read = self
        self._stream = pyte.Stream(self.screen)

    def write(self, text: str) -> None:
        """Show what the program has written."""
        self.written += text
        self._stream.feed(text)

    def flush(self) -> None:
        """It is shown."""

    def type(self, keys: str) -> None:
        """Press keys."""
        self.process.send(keys)

    @property
    def rows(self) -> list[str]:
        """What is on the screen and has gone off its top, down to the last row that has anything in it.

        The status below a line that is edited is not among them; see `status`.
        """
        rows = [_text(row) for row in [*self.screen.history.top, *self._shown]]
        while rows and (not rows[-1] or re.match(STATUS, rows[-1])):
            rows.pop()
        return rows

    @property
    def status(self) -> str:
        """The row below the line that is edited, or nothing."""
        last = next(filter(None, map(_text, reversed(self._shown))), "")
        return last if re.match(STATUS, last) else ""

    @property
    def _shown(self) -> list[Any]:
        """The cells of the rows on the screen."""
        return [self.screen.buffer[row] for row in range(self.screen.lines)]

    def until(self, condition: Callable[[], object]) -> None:
        """Read on until it holds."""
        deadline = time.monotonic() + IN_TIME
        while not condition():
            assert time.monotonic() < deadline, (self.rows, self.screen.cursor.x)
            with suppress(pexpect.TIMEOUT):
                self.process.read_nonblocking(1000, timeout=0.1)

    def sees(self, *last: str, column: int | None = None) -> None:
        """Read on until these are the last rows, and the cursor is in this column."""
        self.until(lambda: tuple(self.rows[-len(last) :]) == last and column in (None, self.screen.cursor.x))

    def shows(self, row: str) -> None:
        """Read on until a row begins like this."""
        self.until(lambda: any(shown.startswith(row) for shown in self.rows))

    def enters(self, line: str) -> None:
        """Enter a line at the prompt, and see that it is taken."""
        self.sees(PROMPT)
        self.type(line + ENTER)
        entered = f"{PROMPT}{line}"
        self.until(lambda: entered in self.rows and (self.rows[-1] != entered or not self.screen.cursor.x))

    def says(self, line: str, listener: "Terminal") -> None:
        """Enter a line at the prompt, and wait for the partner's prompt."""
        self.enters(line)
        listener.sees(PROMPT)

    def has_left(self, status: int, *last: str) -> None:
        """See that the program ends like this, and leaves the terminal as it was."""
        ends(self.process, status)
        assert tuple(self.rows[-len(last) :]) == last
        assert self.is_as_before

    @property
    def is_as_before(self) -> bool:
        """Whether the terminal does what it did before the program was started."""
        bracketed_paste = 2004 << 5 in self.screen.mode
        focus = 1004 << 5 in self.screen.mode
        return bool(termios.tcgetattr(self.process.child_fd) == self.before) and not (bracketed_paste or focus)


def _text(row: Any) -> str:
    """The text of a row, which has cells only where anything was written; pyte itself takes ten times longer."""
    return "".join(row[column].data for column in range(max(row, default=-1) + 1)).rstrip()


Open = Callable[..., Terminal]
