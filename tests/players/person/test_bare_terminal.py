"""A terminal whose lines nobody edits: who gets one, and what its line discipline does to what is typed."""

import re
import sys
from typing import Any

import pytest

from tests.kit.terminals import CONSOLES, ENTER, PROMPT, KindOfConsole, Open, Terminal


@pytest.fixture
def console() -> KindOfConsole:
    """No editor reads the keys."""
    return CONSOLES["bare"]


def test_pasted_line_that_the_terminal_cuts_is_refused(server: Terminal, client: Terminal) -> None:
    """6000 characters arrive as 4095, so none of them is sent."""
    client.type("x" * 6000 + ENTER)
    client.until(lambda: client.rows[-2].endswith("was not sent. Send it in parts."))
    client.says("shorter", server)
    assert "shorter" in server.rows
    assert "xx" not in server.written


def test_line_typed_before_the_prompt_is_never_a_turn(server: Terminal, client: Terminal) -> None:
    """It is refused at once, on the terminal where it was typed."""
    server.type("too early" + ENTER)
    server.shows("Not your turn yet, so this was not sent: too early")
    client.says("Hello", server)
    server.says("in time", client)
    assert "in time" in client.rows
    assert "early" not in client.written


def test_names_and_boards_in_words_are_shown_to_a_screen_reader(terminal: Open) -> None:
    """`--name` and `--plain` ask for them; nothing is drawn, and nothing coloured."""
    server = terminal("server", "--port", "0", "--name", "Ben")
    server.process.expect(r"port: (\d+)\r\n")
    port = server.process.match.group(1)
    client = terminal("client", "--port", port, "--name", "Anna", "--plain", NO_COLOR="", CHATGAME_EDITOR="")
    client.sees(PROMPT)
    assert "Your partner is Ben." in client.rows
    server.type("too early" + ENTER)
    server.until(lambda: re.match(r"Waiting since \d\d:\d\d: Anna writes next\.$", server.rows[-1]))
    client.says("play tictactoe", server)
    assert "Anna started a game of tic-tac-toe." in server.rows
    server.says("5", client)
    told = client.rows.index("Ben played 5.")
    assert client.rows[told + 1 : told + 3] == ["Ben: 5 centre.", "Free: 1, 2, 3, 4, 6, 7, 8, 9."]
    assert not re.search(r"\x1b\[|---", client.written)
    client.says("/resign", server)
    assert "Game over, you won: Anna resigned." in server.rows
    server.says("/rematch", client)
    client.type("/q" + ENTER)
    server.has_left(0, "Anna has requested shutdown. Shutting down!")
    client.has_left(0, "Shutting Down!")


PROGRAM = "import sys; {} from chatgame.cli import main; sys.exit(main())"


@pytest.mark.parametrize(
    ("arguments", "env", "first"),
    [
        (["--plain"], {}, ""),
        ([], {"TERM": "dumb"}, ""),
        ([], {"CHATGAME_EDITOR": "no"}, ""),
        ([], {}, 'sys.modules["prompt_toolkit"] = None;'),
    ],
    ids=["plain", "dumb", "no", "without the extra"],
)
def test_no_line_is_edited_where_that_is_not_wanted_or_cannot_be(
    terminal: Open, arguments: list[str], env: dict[str, Any], first: str
) -> None:
    """Nothing is said of it, the terminal is as it was, and nothing is drawn."""
    command = f"exec {sys.executable} -c '{PROGRAM.format(first)}' server --port 0 {' '.join(arguments)}"
    here = terminal(through=command, **{"CHATGAME_EDITOR": ""} | env)
    here.process.expect_exact("Server listening on")
    assert here.is_as_before
    assert not here.process.before
    here.type("early" + ENTER)
    here.shows("Not your turn yet, so this was not sent: early")
    here.type("\x03")
    here.has_left(130, "Shutting Down!")
    assert "\x1b" not in here.written
