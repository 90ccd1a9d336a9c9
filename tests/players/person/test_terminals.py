"""What people see and do on a terminal, whether an editor reads the keys or not: the real programs."""

import re
import signal
import subprocess
from collections.abc import Callable

import pytest

from chatgame.players.person.inert import inert
from tests.kit.assignment import CLIENT_SCREEN, SERVER_SCREEN, chat_of_the_assignment
from tests.kit.command import COMMAND
from tests.kit.terminals import ENTER, PROMPT, KindOfConsole, Open, Spawn, Terminal, ends, pexpect

GOODBYE = "Server has requested shutdown. Shutting down!"
KEPT = "Your partner is not told, and the conversation is kept: the same command goes on with it."


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": ""}], ids=["monochrome", "coloured"])
def test_both_screens_of_the_assignment_come_out_word_for_word(
    console: KindOfConsole, terminal: Open, env: dict[str, str]
) -> None:
    """Colours change no word; without them, a terminal that edits no line gets nothing but the words."""
    server = terminal("server", "--port", "0", **env)
    server.process.expect(r"port: (\d+)\r\n")
    port = server.process.match.group(1)
    client = terminal("client", "--port", port, **env)
    for speaker, line, listener in chat_of_the_assignment(client, server):
        speaker.says(line, listener)
    client.sees(PROMPT)
    client.type("/q" + ENTER)
    client.has_left(0, "Shutting Down!")
    server.has_left(0, "Client has requested shutdown. Shutting down!")

    def seen(text: str) -> str:
        text = re.sub(r"\('127.0.0.1', \d+\)", "('127.0.0.1', 55669)", text)
        return text.replace("\r\n", "\n").replace(f"port: {port}", "port: 1059")

    for here, words in ((server, SERVER_SCREEN), (client, CLIENT_SCREEN)):
        assert seen("\n".join([*here.rows, ""])) == words
        if not (console.edits or env):
            assert seen(here.written) == words


def test_game_on_both_screens_and_chat_again(server: Terminal, client: Terminal) -> None:
    """The prompt goes to and fro, a wrong move keeps it, and the result is said on both sides."""
    client.says("play tictactoe", server)
    assert "The client started a game of tic-tac-toe." in server.rows
    board = [" 1 | 2 | 3", "---+---+---", " 4 | 5 | 6", "---+---+---", " 7 | 8 | 9"]
    assert any(server.rows[n : n + 5] == board for n in range(len(server.rows)))
    server.says("/say good luck", server)
    client.shows("Server says: good luck")
    server.says("5", client)
    assert " 4 | X | 6" in client.rows
    client.says("5", client)
    client.shows("Cell 5 is taken")
    for speaker, line, listener in [
        (client, "4", server),
        (server, "1", client),
        (client, "3", server),
        (server, "2", client),
        (client, "8", server),
    ]:
        speaker.says(line, listener)
    server.type("9" + ENTER)
    server.shows("Game over, you won: three in a row.")
    client.shows("Game over, the server won: three in a row.")
    server.says("again?", client)
    client.type("/q" + ENTER)
    client.has_left(0, "Shutting Down!")
    server.has_left(0, "Client has requested shutdown. Shutting down!")


def test_remark_made_while_waiting_in_a_game_goes_out_when_the_turn_comes(server: Terminal, client: Terminal) -> None:
    client.says("play tictactoe", server)
    client.type("/say good luck" + ENTER)
    client.shows("Your remark is kept, and goes out when it is your turn.")
    server.enters("5")
    server.shows("Client says: good luck")
    client.sees(PROMPT)
    assert "Your remark goes out now: good luck" in client.rows
    client.says("1", server)


def test_prompt_stands_again_when_a_suspended_program_comes_back(terminal: Open) -> None:
    """A shell with job control suspends it, and writes to the terminal meanwhile."""
    here = terminal(through="exec bash --norc -i")
    here.type("{} solo\n".format(" ".join(COMMAND)))
    here.sees(PROMPT, column=len(PROMPT))
    here.type("\x1a")
    here.process.expect_exact("Stopped")
    here.type("fg\n")
    here.until(lambda: here.rows[-2:] == [" ".join([*COMMAND, "solo"]), PROMPT])
    here.type("/q" + ENTER)
    here.process.expect_exact("Shutting Down!")


def test_server_that_quits_is_named_in_the_words_of_the_assignment(server: Terminal, client: Terminal) -> None:
    client.says("Hello", server)
    server.type("/q" + ENTER)
    server.has_left(0, f"{PROMPT}/q", "Shutting Down!")
    client.has_left(0, "/q", GOODBYE)


State = Callable[[Terminal, Terminal], str]
"""Brings both to where the server's screen ends with the row that is returned."""


def at_the_prompt(server: Terminal, client: Terminal) -> str:
    """The server is asked."""
    client.says("Hello", server)
    return PROMPT


def in_a_line(server: Terminal, client: Terminal) -> str:
    """The server has typed half of its answer."""
    client.says("Hello", server)
    server.type("half")
    server.sees(f"{PROMPT}half")
    return f"{PROMPT}half"


def waiting(server: Terminal, _client: Terminal) -> str:
    """The server waits for the first message."""
    server.sees("Waiting for message...")
    return "Waiting for message..."


def in_a_game(server: Terminal, client: Terminal) -> str:
    """The server is asked for a move."""
    client.says("play tictactoe", server)
    return PROMPT


@pytest.mark.parametrize(
    ("leave", "status", "state"),
    [
        *(
            (leave, status, state)
            for leave, status in (("Ctrl-C", 130), ("Ctrl-D", 0), (signal.SIGTERM, 143))
            for state in (at_the_prompt, in_a_line, waiting, in_a_game)
        ),
        (signal.SIGINT, 130, in_a_line),  # which is handled as the other signal is
    ],
)
def test_leaving_in_any_state_tells_the_partner_and_leaves_the_terminal_as_it_was(
    console: KindOfConsole, server: Terminal, client: Terminal, state: State, leave: str | signal.Signals, status: int
) -> None:
    """What was typed and not deleted stays visible."""
    last = state(server, client)
    assert server.is_as_before is not console.edits
    if isinstance(leave, signal.Signals):
        server.process.kill(leave)
    else:
        server.type(console.ctrl_c if leave == "Ctrl-C" else "\x15\x04")  # which deletes the line and ends the input
    server.has_left(status, "Shutting Down!")
    if isinstance(leave, signal.Signals) and state is in_a_line:
        assert server.rows[-2] == last
    client.has_left(0, GOODBYE)


@pytest.mark.parametrize(("leave", "status"), [("Ctrl-C", 130), ("Ctrl-D", 0)])
def test_leaving_before_anybody_came_stops_the_server(
    console: KindOfConsole, server: Terminal, leave: str, status: int
) -> None:
    server.type(console.ctrl_c if leave == "Ctrl-C" else "\x04")
    server.has_left(status, "Shutting Down!")


@pytest.mark.parametrize("state", [at_the_prompt, waiting, in_a_game])
@pytest.mark.parametrize("victim", ["client", "server"])
def test_killed_partner_is_noticed_at_once_and_waited_for(
    console: KindOfConsole, server: Terminal, client: Terminal, state: State, victim: str
) -> None:
    """A prompt is there again behind the news; a person who leaves now is told that what was said is kept."""
    state(server, client)
    dead, survivor = (client, server) if victim == "client" else (server, client)
    asked = survivor.rows[-1] == PROMPT
    dead.process.kill(signal.SIGKILL)
    survivor.shows(f"The connection to the {victim} was lost. ")
    survivor.until(lambda: [row for row in survivor.rows if row.endswith(console.how_to_leave)])
    if asked:
        survivor.sees(PROMPT)
    survivor.type(console.ctrl_c)
    survivor.has_left(130, *([] if state is waiting else [KEPT]), "Shutting Down!")


def test_hang_up_is_not_a_goodbye_and_leaves_the_terminal_as_it_was(server: Terminal, client: Terminal) -> None:
    """The program dies of it, and the partner waits."""
    in_a_line(server, client)
    server.process.kill(signal.SIGHUP)
    server.process.expect(pexpect.EOF)
    server.process.wait()
    assert server.process.signalstatus == signal.SIGHUP
    assert server.is_as_before
    client.shows("The connection to the server was lost.")


def test_closed_window_is_not_a_goodbye(console: KindOfConsole, server: Terminal, client: Terminal) -> None:
    """The terminal goes away under the client: the server waits for it, as for one that was killed."""
    at_the_prompt(server, client)
    client.process.close()
    server.sees(
        f"The connection to the client was lost. Waiting for them to come back; {console.how_to_leave}", PROMPT
    )


def test_command_that_follows_can_read_and_write(terminal: Open, server: Terminal) -> None:
    """The streams block again, as it expects."""
    client = terminal("client", "--port", server.process.port, through="{}; echo over; cat; exit 7")
    client.sees(PROMPT)
    client.type("/q" + ENTER)
    client.sees("Shutting Down!", "over")
    assert client.is_as_before
    client.type("cat works\n")
    client.sees("over", "cat works", "cat works")
    client.type("\x04")
    client.has_left(7, "cat works")


def test_terminal_that_does_not_read_holds_nothing_up(server: Terminal) -> None:
    """The program goes on, and ends when it is told to."""
    for _ in range(400):
        server.type("/games" + ENTER + "x" * 40 + ENTER)
    server.process.kill(signal.SIGTERM)
    server.process.wait()
    assert server.process.exitstatus == 143


HOSTILE = (
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x1b]0;owned\x1b\\ \x9b31m",
    "\x1b[?2004l\x1b[?1049h",
    "\x1b[6n",
    "\x9b31m",
    "a\rb\x08c",
    "<b>bold</b> <ansired>red</ansired> %s {0}",
    "\u202eright to left",
    "\x01\x02",
)


def test_nothing_that_the_partner_sends_acts_on_the_terminal(console: KindOfConsole, server: Terminal) -> None:
    """It does not act on a line that is edited either, nor on how prompt_toolkit formats it."""
    early = "ans" if console.edits else ""
    with subprocess.Popen(
        [*COMMAND, "client", "--port", server.process.port],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as client:
        assert client.stdin
        for text in HOSTILE:
            server.type(early)
            client.stdin.write(f"{text}\n")
            client.stdin.flush()
            server.sees(f"{PROMPT}{early}", column=len(PROMPT + early))
            assert inert(text) in server.rows
            assert server.screen.title == ""
            server.type("answer".removeprefix(early) + ENTER)
            server.sees(f"{PROMPT}answer", column=0)
        client.stdin.close()
        server.has_left(0, "Client has requested shutdown. Shutting down!")


def test_word_in_hangman_is_seen_by_its_owner_alone(server: Terminal, client: Terminal) -> None:
    """The other player sees it when the game is over."""
    client.says("play hangman", client)
    assert any("a word of 3 to 20 letters" in row for row in client.rows)
    client.says("secret", server)
    client.shows("The word: secret")
    assert "The word has 6 letters." in server.rows
    assert "secret" not in server.written
    server.enters("secret")
    server.shows("The word was secret.")
    server.shows("Game over, you won: the word is known.")


@pytest.mark.parametrize(
    ("console", "env", "coloured"),
    [
        ("bare", {"NO_COLOR": ""}, True),
        ("edited", {"NO_COLOR": ""}, True),
        ("bare", {}, False),
        ("edited", {}, False),
        ("bare", {"NO_COLOR": "", "TERM": "dumb"}, False),
    ],
    indirect=["console"],
)
def test_prompt_and_boards_are_coloured_where_the_terminal_has_colours(
    terminal: Open, server: Terminal, env: dict[str, str], coloured: bool
) -> None:
    """The prompt is so before the line is sent and behind; where there are colours, the window has a title."""
    client = terminal("client", "--port", server.process.port, "--boards", "ascii", **env)

    def looks(row: int, *columns: int) -> list[tuple[str, bool, bool]]:
        cells = client.screen.buffer[row]
        return [(cells[column].fg, cells[column].bold, cells[column].reverse) for column in columns]

    usual = "default", False, False
    client.sees(PROMPT, column=len(PROMPT))
    row, ends_at = client.screen.cursor.y, len(PROMPT)
    prompt = ("green", True, False) if coloured else usual
    assert looks(row, 0, ends_at - 1, ends_at) == [prompt, prompt, usual]
    assert client.screen.title == ("chatgame: your turn" if coloured else "")
    client.enters("play tictactoe")
    assert looks(row, 0, ends_at - 1, ends_at) == [prompt, prompt, usual]
    if coloured:
        client.until(lambda: client.screen.title.startswith("chatgame: waiting for the server since "))
    server.says("5", client)
    assert looks(client.rows.index(" 4 | X | 6"), 5) == [("cyan", False, True) if coloured else usual]
    assert "\x1b[3" not in server.written


def test_title_of_the_window_is_given_back(console: KindOfConsole, terminal: Open) -> None:
    """What it was is kept first, and the last word restores it."""
    server = terminal("server", "--port", "0", NO_COLOR="")
    server.process.expect_exact("\x1b[22;2t")
    server.process.expect_exact("Server listening on")
    server.type(console.ctrl_c)
    ends(server.process, 130)
    assert server.written.endswith("\x1b[23;2t")


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
    solo.enters("play tictactoe")
    solo.shows("Your move: ")
    text = "\n".join(solo.rows)
    assert ("---+---+---" in text, "───┼───┼───" in text) == (drawn == "ascii", drawn == "unicode")
    solo.type("\x04")  # Ctrl-D
    ends(solo.process, 0)
