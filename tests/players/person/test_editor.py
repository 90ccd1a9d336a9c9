"""The editor: a line at the bottom of a terminal that nothing disturbs; on pseudo-terminals and in memory."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from wcwidth import wcwidth

from chatgame.core.errors import PlayerLeft, unwrapped
from chatgame.core.seats import Seat
from chatgame.players.person.edited_console import EditedConsole
from chatgame.players.person.editor import Editor
from tests.kit.command import COMMAND
from tests.kit.logs import EMPTY, steps_of
from tests.kit.terminals import (
    CONSOLES,
    ENTER,
    HOME,
    IN_TIME,
    LEFT,
    PROMPT,
    RUB,
    UP,
    KindOfConsole,
    Open,
    Terminal,
    ends,
)

NOT_YET = "Not your turn yet. Your line stays here, and Enter sends it when the prompt has come."


# Real programs, and what a terminal shows of them


@pytest.fixture
def console() -> KindOfConsole:
    """An editor reads the keys."""
    return CONSOLES["edited"]


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
    """News of the connection come when they come; what stands behind the line when one leaves comes below it."""
    client.says("Hello", server)
    server.type("Hi the" + LEFT)
    server.sees(f"{PROMPT}Hi the", column=len(PROMPT) + 5)
    client.process.kill(signal.SIGKILL)
    server.sees(f"{PROMPT}Hi the", column=len(PROMPT) + 5)
    lost = "The connection to the client was lost. Waiting for them to come back; Ctrl-C twice leaves."
    server.sees(lost, f"{PROMPT}Hi the", column=len(PROMPT) + 5)
    server.type("r")
    server.sees(f"{PROMPT}Hi thre", column=len(PROMPT) + 6)
    server.process.kill(signal.SIGINT)
    kept = "Your partner is not told, and the conversation is kept: the same command goes on with it."
    server.has_left(130, f"{PROMPT}Hi thre", kept, "Shutting Down!")


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
    client.says("Hello", server)
    server.says("play tictactoe", client)
    server.type("/board" + ENTER)
    server.sees("X: the client, O: you", column=0)
    assert server.rows[-7] == "/board"
    server.type(ENTER)
    server.until(
        lambda: re.match(r"Waiting since [^ ]+ the client's move in tic-tac-toe", server.rows[-1]) is not None
    )
    server.type("/resign" + ENTER)
    told = "That works at the prompt, when it is your turn; it stays here. Ctrl-C twice leaves at any time."
    server.sees(told, "/resign", column=7)
    client.type("5" + ENTER)
    server.sees(f"{PROMPT}/resign")
    server.type(ENTER)
    client.until(lambda: any(row.startswith("Game over, you won") for row in client.rows))


def test_arrows_bring_back_what_was_entered_but_nothing_that_is_hidden(server: Terminal, client: Terminal) -> None:
    """A secret would be sent in a later message by mistake."""
    client.says("play hangman", client)
    client.enters("/help")
    client.enters("secret")
    server.sees(PROMPT)
    server.says("e", server)
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


def test_ctrl_c_clears_a_line_and_leaves_from_an_empty_one(server: Terminal, client: Terminal) -> None:
    """It does so at the prompt and before it; the partner learns nothing of what was cleared."""
    server.type("not this")
    server.sees("not this")
    server.type("\x03")
    server.sees("Waiting for message...", column=0)
    client.says("Hello", server)
    server.type("nor this")
    server.sees(f"{PROMPT}nor this")
    server.type("\x03")
    server.sees(PROMPT, column=len(PROMPT))
    server.says("this", client)
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
    client.says("Hello", server)
    server.says("Hi", client)
    client.type("\x12Hel")
    client.until(lambda: any("Hel" in row for row in client.rows[-2:]))
    client.type("\x03")
    client.sees(PROMPT, column=len(PROMPT))
    client.says("still here", server)


def test_defect_leaves_the_terminal_as_it_was(terminal: Open) -> None:
    """A traceback ends the program."""
    code = (
        "import chatgame.players.person.edited_console as e; e.EditedConsole._answer = lambda *_: 1 / 0; "
        "import sys; from chatgame.cli import main; sys.exit(main())"
    )
    here = terminal(through=f"exec {sys.executable} -c '{code}' server --port 0")
    here.process.expect_exact("Server listening on")
    here.type("x" + ENTER)
    here.process.expect_exact("ZeroDivisionError")
    ends(here.process, 1)
    assert here.is_as_before


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


def test_status_says_with_whom_whose_turn_the_game_and_the_score(server: Terminal, client: Terminal) -> None:
    """It is gone when the program is."""
    client.until(lambda: re.fullmatch(r"\[With the server \| your turn since \d\d:\d\d\]", client.status))
    server.until(lambda: re.fullmatch(r"\[With the client \| their turn since \d\d:\d\d\]", server.status))
    client.says("play tictactoe", server)
    server.until(lambda: server.status.endswith(" | tic-tac-toe]"))
    server.enters("/resign")
    client.until(lambda: client.status.endswith(" | you 1, the server 0]"))
    server.sees(PROMPT)
    server.type("/q" + ENTER)
    server.has_left(0, f"{PROMPT}/q", "Shutting Down!")
    assert server.status == ""


def test_status_says_how_many_watch_while_people_may(server: Terminal, client: Terminal) -> None:
    client.type("/watch" + ENTER)
    server.sees(PROMPT)
    server.type("/accept" + ENTER)
    for terminal in (server, client):
        terminal.until(lambda: re.search(r"\d\d:\d\d \| 0 watching\]", terminal.status))  # noqa: B023  # at once
    client.type("/watch off" + ENTER)
    for terminal in (server, client):
        terminal.until(lambda: re.search(r"\d\d:\d\d\]", terminal.status))  # noqa: B023  # at once


def test_tab_completes_commands_games_and_choices(server: Terminal, client: Terminal) -> None:
    """Where there is a choice, it is shown above; what has no completion stays as it is."""
    client.type("\t/sc\t")
    client.sees(f"{PROMPT}/score")
    client.type("\x15pl\t")
    client.sees(f"{PROMPT}play", column=len(PROMPT) + 5)
    client.type("\t")
    client.shows("tictactoe  connect4")
    client.type("tic\t")
    client.sees(f"{PROMPT}play tictactoe")
    client.type("\x15Hello\t there\x1b[Z\t")
    client.sees(f"{PROMPT}Hello there")
    client.type("\x15play rev\t" + ENTER)
    server.sees(PROMPT)
    server.type("C\t")
    server.sees(f"{PROMPT}c4")


def test_reports_of_the_focus_leave_nothing_in_the_line_and_ring_the_bell(server: Terminal, client: Terminal) -> None:
    """The window of the server is not in front when its turn comes, so a bell rings; otherwise none does so soon."""
    server.type("\x1b[I\x1b[O")
    client.says("Hello", server)
    assert server.rows[-1] == PROMPT
    assert server.written.count("\a") == 1
    server.type("\x1b[I")
    server.says("Hi", client)
    assert "Hi" in client.rows
    client.says("again", server)
    assert (client.written + server.written).count("\a") == 1


def test_line_of_uncertain_width_leaves_no_remnants(client: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Terminals differ in how wide the marks of Devanagari are: this one gives each of them a column."""
    marks = range(0x93C, 0x94E)
    monkeypatch.setattr("pyte.screens.wcwidth", lambda letter: 1 if ord(letter) in marks else wcwidth(letter))
    for keys, line, column in (
        ("नमस्ते दुनिया", "नमस्ते दुनिया", 13),
        (RUB * 3, "नमस्ते दुन", 10),
        (LEFT * 2 + "x", "नमस्ते दxुन", 9),
        (HOME + "A", "Aनमस्ते दxुन", 1),
        (RUB, "नमस्ते दxुन", 0),
    ):
        client.type(keys)
        client.sees(f"{PROMPT}{line}", column=len(PROMPT) + column)


@pytest.mark.parametrize("env", [{"TMUX": "here"}, {}], ids=["wraps", "cuts"])
def test_narrower_window_leaves_no_rows_behind_if_the_terminal_wraps_them_again(
    terminal: Open, env: dict[str, str]
) -> None:
    """A line of 150 in rows of 100 takes three more rows of 40 before the cursor, which are erased as well."""
    here = terminal("server", "--port", "0", **dict.fromkeys(("TMUX", "TERM_PROGRAM", "VTE_VERSION"), "") | env)
    here.process.expect_exact("Server listening on")
    here.type("x" * 150)
    here.until(lambda: here.rows[-1] == "x" * 50)
    here.written = ""
    here.process.setwinsize(60, 40)
    here.until(lambda: here.written.count("x") >= 150)
    assert ("\x1b[3A" in here.written) is bool(env)


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
