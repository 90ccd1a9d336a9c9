"""The editor: a line at the bottom of a terminal that nothing disturbs; on pseudo-terminals and in memory."""

import asyncio
import re
import signal
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pyte
import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from chatgame.core.errors import PlayerLeft, unwrapped
from chatgame.core.seats import Seat
from chatgame.core.sentences import PROMPT
from chatgame.players.person.editor import EditedConsole, Editor
from chatgame.players.person.inert import inert
from tests.kit.command import COMMAND
from tests.kit.logs import EMPTY, steps_of
from tests.kit.terminals import Spawn, chat_of_the_assignment, ends
from tests.players.person.test_terminals import CLIENT_SCREEN, SERVER_SCREEN

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are POSIX")

UP, LEFT, HOME, RUB, ENTER = "\x1b[A", "\x1b[D", "\x1b[H", "\x7f", "\r"
NOT_YET = "Not your turn yet. Your line stays here, and Enter sends it when the prompt has come."
IN_TIME = 10.0
"""In seconds: what does not appear within it never will."""


# Real programs, and what a terminal shows of them


class Terminal:
    """A program on a pseudo-terminal, as one sees it.

    Args:
        process: the program.
        columns, rows: the size of the window.
    """

    def __init__(self, process: Any, columns: int = 100, rows: int = 60) -> None:
        process.setwinsize(rows, columns)
        self.process = process
        self.before = termios.tcgetattr(process.child_fd)
        self.screen = pyte.HistoryScreen(columns, rows, history=10_000)
        process.logfile_read = self
        self._stream = pyte.Stream(self.screen)

    def write(self, text: str) -> None:
        """Show what the program has written."""
        self._stream.feed(text)

    def flush(self) -> None:
        """It is shown."""

    def type(self, keys: str) -> None:
        """Press keys."""
        self.process.send(keys)

    @property
    def rows(self) -> list[str]:
        """What is on the screen and has gone off its top, down to the last row that has anything in it."""
        width = self.screen.columns
        gone = ["".join(row[column].data for column in range(width)) for row in self.screen.history.top]
        rows = [row.rstrip() for row in [*gone, *self.screen.display]]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def until(self, condition: Callable[[], bool]) -> None:
        """Read on until it holds."""
        deadline = time.monotonic() + IN_TIME
        while not condition():
            assert time.monotonic() < deadline, (self.rows, self.screen.cursor.x)
            with suppress(pexpect.TIMEOUT):
                self.process.read_nonblocking(1000, timeout=0.1)

    def sees(self, *last: str, column: int | None = None) -> None:
        """Read on until these are the last rows, and the cursor is in this column."""
        self.until(lambda: tuple(self.rows[-len(last) :]) == last and column in (None, self.screen.cursor.x))

    def enters(self, line: str) -> None:
        """Enter a line at the prompt, and see that it is taken."""
        self.sees(PROMPT)
        self.type(line + ENTER)
        entered = f"{PROMPT}{line}"
        self.until(lambda: entered in self.rows and (self.rows[-1] != entered or not self.screen.cursor.x))

    def has_left(self, status: int, *last: str) -> None:
        """See that the program ends like this, and leaves the terminal as it was."""
        ends(self.process, status)
        assert tuple(self.rows[len(self.rows) - len(last) :]) == last
        self.is_as_before()

    def is_as_before(self) -> None:
        """The terminal does what it did before the program was started."""
        assert termios.tcgetattr(self.process.child_fd) == self.before
        assert 2004 << 5 not in self.screen.mode  # no bracketed paste


Open = Callable[..., Terminal]


@pytest.fixture
def terminal(spawn: Spawn) -> Open:
    """Starts chatgame on a terminal where lines are edited."""

    def open_one(*arguments: str, **options: Any) -> Terminal:
        size = {name: options.pop(name) for name in ("columns", "rows") if name in options}
        return Terminal(spawn(*arguments, CHATGAME_EDITOR="", **options), **size)

    return open_one


@pytest.fixture
def server(terminal: Open) -> Terminal:
    """A server that listens; its port is in `process.port`."""
    here = terminal("server", "--port", "0")
    here.process.expect(r"Server listening on: localhost on port: (\d+)\r\n")
    here.process.port = here.process.match.group(1)
    return here


@pytest.fixture
def client(terminal: Open, server: Terminal) -> Terminal:
    """A client at its first prompt."""
    here = terminal("client", "--port", server.process.port)
    here.sees(PROMPT)
    return here


def say(speaker: Terminal, line: str, listener: Terminal) -> None:
    """Enter a line at a prompt, and wait for the partner's prompt."""
    speaker.enters(line)
    listener.sees(PROMPT)


def test_both_screens_of_the_assignment_come_out_word_for_word(server: Terminal, client: Terminal) -> None:
    """Each line that was sent stays behind its prompt."""
    for speaker, line, listener in chat_of_the_assignment(client, server):
        say(speaker, line, listener)
    client.sees(PROMPT)
    client.type("/q" + ENTER)
    client.has_left(0)
    server.has_left(0)

    def seen(screen: Terminal) -> str:
        text = "".join(f"{row}\n" for row in screen.rows).replace(f"port: {server.process.port}", "port: 1059")
        return re.sub(r"\('127.0.0.1', \d+\)", "('127.0.0.1', 55669)", text)

    assert seen(server) == SERVER_SCREEN
    assert seen(client) == CLIENT_SCREEN


def test_words_of_the_partner_leave_a_half_typed_line_and_the_cursor_in_it_as_they_are(
    server: Terminal, client: Terminal
) -> None:
    """What is typed before the turn stands behind the prompt when that comes, and is sent whole."""
    server.type("Good mornng" + LEFT * 2)
    server.sees("Waiting for message...", "Good mornng", column=9)
    client.type("Hello 日本" + ENTER)
    server.sees(f"{PROMPT}Good mornng", column=len(PROMPT) + 9)
    assert "Hello 日本" in server.rows[-6].replace("日 本 ", "日本")
    server.type("i" + ENTER)
    client.sees("Good morning", PROMPT, column=len(PROMPT))
    server.sees(f"{PROMPT}Good morning", column=0)


def test_words_in_the_middle_of_ones_turn_leave_the_line(server: Terminal, client: Terminal) -> None:
    """News of the connection come when they come."""
    say(client, "Hello", server)
    server.type("Hi the" + LEFT)
    server.sees(f"{PROMPT}Hi the", column=len(PROMPT) + 5)
    client.process.kill(signal.SIGKILL)
    server.sees(f"{PROMPT}Hi the", column=len(PROMPT) + 5)
    lost = "The connection to the client was lost. Waiting for them to come back; Ctrl-C twice leaves."
    server.sees(lost, f"{PROMPT}Hi the", column=len(PROMPT) + 5)
    server.type("r")
    server.sees(f"{PROMPT}Hi thre", column=len(PROMPT) + 6)


def test_line_entered_before_the_turn_stays_and_is_sent_when_it_comes(server: Terminal, client: Terminal) -> None:
    """It is never sent by itself: it takes another Enter, at the prompt."""
    server.type("early" + ENTER)
    server.until(lambda: server.rows[-3::2] == [NOT_YET, "early"] and server.screen.cursor.x == len("early"))
    client.enters("Hello")
    server.sees(f"{PROMPT}early")
    client.type("/board" + ENTER)  # which is answered: nothing else has come meanwhile
    client.sees("No game is on, so there is nothing for /board to do.")
    server.type(" bird" + ENTER)
    client.sees("early bird", PROMPT)


def test_command_that_does_something_stays_and_one_that_asks_is_answered_at_any_time(
    server: Terminal, client: Terminal
) -> None:
    """An empty line is answered, too."""
    say(client, "Hello", server)
    say(server, "play tictactoe", client)
    server.type("/board" + ENTER)
    server.sees("X: the client, O: you", column=0)
    assert server.rows[-7] == "/board"
    server.type(ENTER)
    server.until(
        lambda: re.match(r"Waiting since [^ ]+ the client's move in tic-tac-toe", server.rows[-1]) is not None
    )
    server.type("/resign" + ENTER)
    told = "That works at the prompt, when it is your turn. Ctrl-C twice leaves at any time."
    server.sees(told, "/resign", column=7)
    client.type("5" + ENTER)
    server.sees(f"{PROMPT}/resign")
    server.type(ENTER)
    client.until(lambda: any(row.startswith("Game over, you won") for row in client.rows))


def test_arrows_bring_back_what_was_entered_but_nothing_that_is_hidden(server: Terminal, client: Terminal) -> None:
    """A secret would be sent in a later message by mistake."""
    say(client, "play hangman", client)
    client.enters("/help")
    client.enters("secret")
    server.sees(PROMPT)
    say(server, "e", server)
    client.type(UP)
    client.sees("/help")
    client.type(UP)
    client.sees("play hangman")


def test_several_lines_that_are_pasted_are_one_and_wait_for_enter(server: Terminal, client: Terminal) -> None:
    """Nothing that is pasted is sent by itself."""
    client.type("\x1b[200~one\ntwo\r\nthree\r\x1b[201~")
    client.sees(f"{PROMPT}one two three")
    client.type(ENTER)
    server.sees(PROMPT)
    assert "one two three" in server.rows


def test_line_that_is_too_long_is_refused_by_the_table_and_can_be_brought_back(
    server: Terminal, client: Terminal
) -> None:
    """No terminal cuts it."""
    client.type("\x1b[200~" + "x" * 5000 + "\x1b[201~" + ENTER)
    client.until(lambda: any("5000 bytes in UTF-8; at most 4096" in row for row in client.rows))
    client.sees(PROMPT)
    client.type(UP)
    client.until(lambda: client.rows[-1] == "x" * (5000 + len(PROMPT) - 100 * 50))
    client.type(RUB * 907 + "end" + ENTER)
    server.sees(PROMPT)
    assert re.findall(r"x+end(?=Type /q)", "".join(map(str.strip, server.rows))) == ["x" * 4093 + "end"]


HOSTILE = (
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x1b[?2004l\x1b[?1049h",
    "\x1b[6n",
    "\x9b31m",
    "a\rb\x08c",
    "<b>bold</b> <ansired>red</ansired> %s {0}",
    "\u202eright to left",
    "\x01\x02",
)


def test_nothing_that_the_partner_sends_acts_on_the_terminal(server: Terminal) -> None:
    """It does not act on the line that is edited either, nor on how prompt_toolkit formats it."""
    with subprocess.Popen(
        [*COMMAND, "client", "--port", server.process.port],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as client:
        assert client.stdin
        for text in HOSTILE:
            server.type("answer")
            client.stdin.write(f"{text}\n")
            client.stdin.flush()
            server.sees(f"{PROMPT}answer", column=len(PROMPT) + 6)
            assert inert(text) in server.rows
            assert server.screen.title == ""
            server.type(ENTER)
            server.sees(f"{PROMPT}answer", column=0)
        client.stdin.close()
        server.has_left(0, "Client has requested shutdown. Shutting down!")


State = Callable[[Terminal, Terminal], list[str]]


def at_the_prompt(server: Terminal, client: Terminal) -> list[str]:
    """The server is asked."""
    say(client, "Hello", server)
    return [PROMPT]


def in_a_line(server: Terminal, client: Terminal) -> list[str]:
    """The server has written half of its answer."""
    say(client, "Hello", server)
    server.type("half")
    server.sees(f"{PROMPT}half")
    return [f"{PROMPT}half"]


def waiting(_server: Terminal, _client: Terminal) -> list[str]:
    """The server waits for the first message."""
    return ["Waiting for message..."]


@pytest.mark.parametrize("state", [at_the_prompt, in_a_line, waiting])
@pytest.mark.parametrize(
    ("leave", "status", "deletes"),
    [
        (lambda here: here.type("\x03\x03"), 130, True),
        (lambda here: here.type("\x15\x04"), 0, True),
        (lambda here: here.process.kill(signal.SIGTERM), 143, False),
        (lambda here: here.process.kill(signal.SIGINT), 130, False),
    ],
    ids=["Ctrl-C twice", "Ctrl-D", "SIGTERM", "SIGINT"],
)
def test_leaving_in_any_state_tells_the_partner_and_leaves_the_terminal_as_it_was(
    server: Terminal, client: Terminal, state: State, leave: Callable[[Terminal], None], status: int, deletes: bool
) -> None:
    """Exit status and words are those of a console without an editor; what was not deleted stays visible."""
    last = state(server, client)
    server.sees(*last)
    assert termios.tcgetattr(server.process.child_fd) != server.before
    leave(server)
    if last == [PROMPT] or (deletes and state is in_a_line):
        last = []
    server.has_left(status, *last, "Shutting Down!")
    client.has_left(0, "Server has requested shutdown. Shutting down!")


def test_leaving_while_the_partner_is_away_says_so_behind_the_line(server: Terminal, client: Terminal) -> None:
    """The words are those of a console without an editor."""
    say(client, "Hello", server)
    client.process.kill(signal.SIGKILL)
    server.process.expect_exact("Ctrl-C twice leaves.")
    server.type("half")
    server.sees(f"{PROMPT}half")
    server.process.kill(signal.SIGINT)
    kept = "Your partner is not told, and the conversation is kept: the same command goes on with it."
    server.has_left(130, f"{PROMPT}half", kept, "Shutting Down!")


def test_ctrl_c_clears_a_line_and_leaves_from_an_empty_one(server: Terminal, client: Terminal) -> None:
    """It does so at the prompt and before it; the partner learns nothing of what was cleared."""
    server.type("not this")
    server.sees("not this")
    server.type("\x03")
    server.sees("Waiting for message...", column=0)
    say(client, "Hello", server)
    server.type("nor this")
    server.sees(f"{PROMPT}nor this")
    server.type("\x03")
    server.sees(PROMPT, column=len(PROMPT))
    say(server, "this", client)
    assert "this" in client.rows
    server.type("\x03")
    server.has_left(130, "Shutting Down!")
    client.has_left(0, "Server has requested shutdown. Shutting down!")


def test_keys_that_stop_a_terminal_elsewhere_do_nothing(server: Terminal, client: Terminal) -> None:
    """Ctrl-S and Ctrl-Q open no search that would take the next line, and quote no key."""
    client.type("\x13\x11Hel\x11lo\x13" + ENTER)
    server.sees(PROMPT)
    assert "Hello" in server.rows


def test_ctrl_c_leaves_a_search_and_nothing_else(server: Terminal, client: Terminal) -> None:
    """Ctrl-R begins a search, as in a shell."""
    say(client, "Hello", server)
    say(server, "Hi", client)
    client.type("\x12Hel")
    client.until(lambda: any("Hel" in row for row in client.rows[-2:]))
    client.type("\x03")
    client.sees(PROMPT, column=len(PROMPT))
    say(client, "still here", server)


def test_hang_up_is_not_a_goodbye_and_leaves_the_terminal_as_it_was(server: Terminal, client: Terminal) -> None:
    """The program dies of it, and the partner waits."""
    say(client, "Hello", server)
    server.type("half")
    server.sees(f"{PROMPT}half")
    server.process.kill(signal.SIGHUP)
    server.process.expect(pexpect.EOF)
    server.process.wait()
    assert server.process.signalstatus == signal.SIGHUP
    server.is_as_before()
    client.process.expect_exact("The connection to the server was lost.")


def test_closed_window_is_not_a_goodbye(server: Terminal, client: Terminal) -> None:
    """The terminal goes away under the client: the server waits for it, as for one that was killed."""
    say(client, "Hello", server)
    client.process.close()
    server.process.expect_exact("Waiting for them to come back; Ctrl-C twice leaves.")


def test_defect_leaves_the_terminal_as_it_was(terminal: Open) -> None:
    """A traceback ends the program."""
    code = "import chatgame.players.person.editor as e; e.EditedConsole._answer = lambda *_: 1 / 0; " + START
    here = terminal(through=f"exec {sys.executable} -c '{code}' server --port 0")
    here.process.expect_exact("Server listening on")
    here.type("x" + ENTER)
    here.process.expect_exact("ZeroDivisionError")
    ends(here.process, 1)
    here.is_as_before()


START = "import sys; from chatgame.cli import main; sys.exit(main())"


def test_suspended_program_leaves_a_terminal_that_works_and_comes_back_with_its_line(terminal: Open) -> None:
    """A shell with job control suspends it."""
    here = terminal(through="exec bash --norc -i")
    here.type("stty -g; {} server --port 0\n".format(" ".join(COMMAND)))
    here.process.expect_exact("Server listening on")
    here.type("half")
    here.process.expect_exact("half")
    here.type("\x1a")
    here.process.expect_exact("Stopped")
    here.type("echo works | cat - /dev/tty\n")
    here.process.expect_exact("works\r\n")
    here.type("the cat\n")
    here.process.expect_exact("the cat\r\nthe cat\r\n")
    here.type("\x04fg\n")
    here.process.expect_exact("half")
    here.type("\x03\x03")
    here.process.expect_exact("Shutting Down!")


def test_long_line_of_wide_characters_survives_a_window_that_changes(server: Terminal, client: Terminal) -> None:
    """It is drawn again as it fits."""
    line = "日本語 wörds " * 20 + "end"
    client.type(line)
    client.until(lambda: client.rows[-1].endswith("end"))
    client.process.setwinsize(60, 40)
    client.screen.resize(60, 40)
    client.sees("nd", column=2)
    client.type(HOME + "1. " + ENTER)
    server.sees(PROMPT)
    assert ("1. " + line).replace(" ", "") in "".join(server.rows).replace(" ", "")


def test_terminal_that_does_not_read_holds_nothing_up(server: Terminal) -> None:
    """The program goes on, and ends when it is told to."""
    for _ in range(400):
        server.type("/games" + ENTER + "x" * 40 + ENTER)
    server.process.kill(signal.SIGTERM)
    deadline = time.monotonic() + IN_TIME
    while server.process.isalive():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert server.process.exitstatus == 143


def test_prompt_has_its_colours_and_the_window_its_title(server: Terminal, terminal: Open) -> None:
    """It has them before the line is sent and behind."""
    client = terminal("client", "--port", server.process.port, NO_COLOR="")

    def looks(row: int) -> list[tuple[str, bool]]:
        cells = client.screen.buffer[row]
        return [(cells[column].fg, cells[column].bold) for column in (0, len(PROMPT) - 1, len(PROMPT))]

    client.sees(PROMPT)
    row = client.screen.cursor.y
    bright, usual = ("green", True), ("default", False)
    assert looks(row) == [bright, bright, usual]
    assert client.screen.title == "chatgame: your turn"
    client.type("Hello" + ENTER)
    client.sees(f"{PROMPT}Hello", column=0)
    assert looks(row) == [bright, bright, usual]
    client.until(lambda: client.screen.title.startswith("chatgame: waiting for the server since "))


@pytest.mark.parametrize(
    ("arguments", "env"),
    [(["--plain"], {}), ([], {"TERM": "dumb"}), ([], {"CHATGAME_EDITOR": "no"})],
    ids=["plain", "dumb", "no"],
)
def test_no_line_is_edited_where_that_is_not_wanted(spawn: Spawn, arguments: list[str], env: dict[str, str]) -> None:
    """The terminal is as it was, and nothing is drawn."""
    process = spawn("server", "--port", "0", *arguments, **{"CHATGAME_EDITOR": ""} | env)
    before = termios.tcgetattr(process.child_fd)
    process.expect_exact("Server listening on")
    assert termios.tcgetattr(process.child_fd) == before
    process.sendintr()
    assert "\x1b" not in ends(process, 130)


def test_without_the_extra_nothing_is_said_and_no_line_is_edited(spawn: Spawn) -> None:
    code = 'import sys; sys.modules["prompt_toolkit"] = None; ' + START
    process = spawn(through=f"exec {sys.executable} -c '{code}' server --port 0", CHATGAME_EDITOR="")
    process.expect_exact("Server listening on")
    assert not process.before
    process.sendline("early")
    process.expect_exact("Not your turn yet, so this was not sent: early")
    process.sendintr()
    ends(process, 130)


# In memory

(SAID,) = steps_of("say Hello")


class Paper(DummyOutput):
    """What was shown above the line."""

    def __init__(self) -> None:
        self.text = ""

    def write_raw(self, data: str) -> None:
        """Show it."""
        self.text += data


class Desk:
    """A console whose lines are edited, its keyboard and its screen."""

    def __init__(self, keys: PipeInput) -> None:
        self.keys = keys
        self.paper = Paper()
        self.editor = Editor(keys, self.paper)
        self.console = EditedConsole(Seat.CLIENT, self.editor)

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the console do what it can do, until it has done this."""
        async with asyncio.timeout(IN_TIME):
            while not condition():  # noqa: ASYNC110  # keys come through the kernel, which sets no event
                await asyncio.sleep(0)

    async def asked(self) -> "asyncio.Task[str]":
        """The console, asked for a line."""
        task = asyncio.create_task(self.console.ask(EMPTY))
        await self.until(lambda: self.editor.prompt)
        return task


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    """A keyboard."""
    with create_pipe_input() as keyboard:
        yield keyboard


@asynccontextmanager
async def desk(keys: PipeInput) -> AsyncIterator[Desk]:
    """A desk whose console is reading."""
    with unwrapped():
        async with asyncio.TaskGroup() as tasks:
            here = Desk(keys)
            reading = tasks.create_task(here.console.read())
            yield here
            reading.cancel()


async def test_bytes_that_are_not_utf8_are_refused_and_stay(keys: PipeInput) -> None:
    """They can be taken out."""
    async with desk(keys) as here:
        line = await here.asked()
        keys.send_bytes(b"fine\xff\r")
        await here.until(lambda: "not UTF-8 text, so it was not sent" in here.paper.text)
        keys.send_text(RUB + ENTER)
        assert await line == "fine"


async def test_lines_that_arrive_together_are_one_turn(keys: PipeInput) -> None:
    """The rest was typed before the next prompt, and waits there."""
    async with desk(keys) as here:
        line = await here.asked()
        keys.send_text("one\rtwo\r")
        assert await line == "one"
        await here.until(lambda: NOT_YET in here.paper.text)
        await here.console.see(SAID)
        again = await here.asked()
        keys.send_text(ENTER)
        assert await again == "two"


async def test_end_of_input_behind_a_line_waits_until_its_turn_is_written(keys: PipeInput) -> None:
    """It cannot overtake the line."""
    with pytest.raises(PlayerLeft):
        async with desk(keys) as here:
            line = await here.asked()
            keys.send_text("last words\r\x04")
            assert await line == "last words"
            for _ in range(100):
                await asyncio.sleep(0)  # and nothing has ended yet
            await here.console.see(SAID)
            await asyncio.get_running_loop().create_future()


async def test_end_of_input_at_the_prompt_leaves(keys: PipeInput) -> None:
    """Ctrl-D ends the input of an empty line; in another one it deletes."""
    async with desk(keys) as here:
        line = await here.asked()
        keys.send_text("ab" + LEFT + "\x04" + RUB + "\x04")
        with pytest.raises(PlayerLeft, match="The input ended"):
            await line


@pytest.mark.parametrize("enter", ["\r", "\n", "\x1b\r", "\x0f"], ids=["Enter", "Ctrl-J", "Meta-Enter", "Ctrl-O"])
async def test_whatever_keys_enter_a_line_it_is_entered_once(keys: PipeInput, enter: str) -> None:
    """The editor goes on."""
    async with desk(keys) as here:
        line = await here.asked()
        keys.send_text("Hello" + enter)
        assert await line == "Hello"
        await here.console.see(SAID)
        again = await here.asked()
        keys.send_text("x" + enter)
        assert await again == "x"
        assert here.paper.text.count("Hello") == 1


async def test_control_characters_in_a_line_are_shown_inert_when_it_was_sent(keys: PipeInput) -> None:
    """They come from a paste."""
    async with desk(keys) as here:
        line = await here.asked()
        keys.send_text("\x1b[200~a\x1bb\x07c\x1b[201~" + ENTER)
        await line
        assert here.paper.text.endswith(f"{PROMPT}a\\x1bb\\x07c\n")


@pytest.mark.parametrize(
    ("options", "env", "drawn"),
    [
        ([], {}, "unicode"),
        ([], {"NO_COLOR": "1"}, "ascii"),
        ([], {"CHATGAME_EDITOR": "no"}, "ascii"),
        ([], {"LANG": "ja_JP.UTF-8"}, "ascii"),  # where terminals draw lines and discs two columns wide
        ([], {"PYTHONIOENCODING": "latin-1"}, "ascii"),
        (["--boards", "ascii"], {}, "ascii"),
        (["--boards", "unicode"], {"NO_COLOR": "1", "CHATGAME_EDITOR": "no"}, "unicode"),
        (["--boards", "unicode", "--plain"], {}, "words"),
    ],
)
def test_boards_are_drawn_in_unicode_where_that_looks_right_or_is_asked_for(
    spawn: Spawn, options: list[str], env: dict[str, str], drawn: str
) -> None:
    """A board in words, which --plain asks for, has no Unicode."""
    locale = {"LC_ALL": "", "LC_CTYPE": "", "LANG": "C.UTF-8"}
    solo = Terminal(spawn("solo", "--seed", "1", *options, **{"NO_COLOR": "", "CHATGAME_EDITOR": ""} | locale | env))
    solo.sees(PROMPT)
    solo.type("play tictactoe" + ENTER)
    solo.until(lambda: any(row.startswith("Your move: ") for row in solo.rows))
    text = "\n".join(solo.rows)
    assert ("---+---+---" in text, "───┼───┼───" in text) == (drawn == "ascii", drawn == "unicode")
    solo.type("\x04")  # Ctrl-D
    ends(solo.process, 0)
