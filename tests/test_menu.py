"""What `chatgame` alone offers: a menu on a terminal, and elsewhere the help."""

import subprocess
import sys
from typing import Any

import pytest

from chatgame.core.seats import Seat
from chatgame.journal.reader import Record
from chatgame.menu import LEAVE, entries, places, pressed_entry, shown_as, tables, where_in
from tests.kit.command import COMMAND

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

from tests.kit.terminals import PROMPT, ends


def record(number: int, partner: str = "") -> Record:
    return Record(number, Seat.CLIENT, "localhost", 2000, 0.0, None, 3, 0, 5.0, "", "", partner, 0)


def test_every_entry_has_a_key_of_its_own() -> None:
    for offered in (entries(record(1)), places(["example.org"])):
        keys = [entry.key for entry in offered]
        assert len(set(keys)) == len(keys)
        assert offered[-1] is LEAVE
        assert all(f"  {entry.key}  {entry.text}\n" in shown_as(offered) for entry in offered)


def test_newest_conversation_that_goes_on_comes_first() -> None:
    first = entries(record(1, partner="Ann"))[0]
    assert first.text == "continue your conversation with Ann, after 3 turns"
    assert first.command == ("continue", "1")
    assert entries(record(3))[0].text == "continue your conversation with the server, after 3 turns"
    assert "continue" not in shown_as(entries())


def test_table_is_opened_and_joined_at_a_relay_where_the_settings_name_one() -> None:
    assert ("server", "--relay") in [place.command for place in places(["example.org"])]
    assert ("server", "--relay") not in [place.command for place in places([])]
    assert tables(["example.org", "example.net"])[-1] == "The code alone joins a table at example.org."
    assert tables([]) == tables(["example.org"])[:-1]


def test_command_that_a_friend_tells_says_where_they_are() -> None:
    assert where_in("chatgame client --relay example.org 7-guitar-island") == [
        "--relay",
        "example.org",
        "7-guitar-island",
    ]
    assert where_in("192.0.2.2 7-guitar-island") == ["192.0.2.2", "7-guitar-island"]


@pytest.mark.parametrize(
    ("keys", "pressed"),
    [("b", "b"), ("xB", "b"), ("x\x1b[Db", "b"), ("\x1bOD", None), ("\x1b[1;5D", None), ("x", None), ("", "q")],
)
def test_letters_of_an_arrow_key_are_not_meant(keys: str, pressed: str | None) -> None:
    entry = pressed_entry(entries(), keys)
    assert (entry and entry.key) == pressed


def test_key_plays_a_bot(spawn: Any) -> None:
    """Other keys do nothing."""
    program = spawn()
    program.expect_exact("  b  play a bot")
    program.expect_exact("  q  leave")
    program.send("x\x1b[D")  # the left arrow; its letter is that of the demo
    program.send("B")
    program.expect_exact("You are alone with a bot.")
    program.expect_exact(PROMPT)
    program.send("/q\n")
    ends(program, 0)


@pytest.mark.parametrize(("key", "status"), [("q", 0), ("\x04", 0), ("\x1b", 0), ("\x03", 130)])
def test_key_leaves_and_the_terminal_is_as_it_was(spawn: Any, key: str, status: int) -> None:
    program = spawn(through="trap : INT; {}; echo $?; cat")
    program.expect_exact("  q  leave")
    program.send(key)
    program.expect_exact(f"{status}\r\n")
    program.sendline("typed")
    program.expect_exact("typed\r\ntyped\r\n")


def test_table_is_opened_and_joined_by_keys(spawn: Any, unused_tcp_port: int) -> None:
    """What is not an address is asked for again."""
    server = spawn()
    server.expect_exact("  q  leave")
    server.send("o")
    server.expect_exact("  t  the friend is at this computer")
    server.expect_exact("  q  leave")
    server.send("t")
    server.expect("Server listening on|is in use already")
    client = spawn()
    client.expect_exact("  q  leave")
    client.send("j")
    client.expect_exact("Where? ")
    client.sendline("one two three")
    client.expect_exact("is not one host")
    client.expect_exact("Where? ")
    client.sendline(f"chatgame client localhost:{unused_tcp_port}")
    client.expect_exact(f"Nobody is listening at localhost on port {unused_tcp_port}")
    ends(client, 1)


def test_unfinished_conversation_is_continued_by_a_key(spawn: Any, server: Any) -> None:
    client = spawn("client", "--port", server.port)
    client.expect_exact(PROMPT)
    client.sendline("Hello")
    server.expect_exact(PROMPT)
    client.kill(9)
    server.expect_exact("was lost")
    again = spawn()
    again.expect_exact("  c  continue your conversation with the server, after 1 turn")
    again.send("c")
    again.expect_exact("Going on with your conversation after 1 turn:")


def test_help_is_printed_where_there_is_no_terminal() -> None:
    printed = subprocess.run(
        COMMAND, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True, timeout=20
    )
    assert "usage: chatgame" in printed.stdout
