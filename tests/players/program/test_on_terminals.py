"""A program at each kind of seat, as a person meets it on a terminal."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from chatgame.arguments import read_arguments
from tests.kit.command import COMMAND
from tests.kit.programs import HEAD, PLAYS
from tests.kit.terminals import PROMPT, Spawn, ends

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

LISTENING = r"Server listening on: localhost on port: (\d+)\r\n"


@pytest.fixture
def player(tmp_path: Path) -> Any:
    """A function that writes a program; returns the command that runs it."""

    def write(code: str) -> str:
        path = tmp_path / "my player.py"  # so that it has to be quoted
        path.write_text(HEAD + code)
        return f"{sys.executable} -I -S '{path}'"

    return write


def test_person_alone_plays_with_a_program(spawn: Spawn, player: Any) -> None:
    """It chats and plays as a partner over the network does."""
    solo = spawn("solo", "tictactoe", "--player", player(PLAYS))
    solo.expect_exact("You are alone with a program.\r\n")
    solo.expect_exact("The program played 1.")
    for move, answer in (("3", "2"), ("5", "4")):
        solo.expect_exact(PROMPT)
        solo.sendline(move)
        solo.expect_exact(f"The program played {answer}.")
    solo.expect_exact(PROMPT)
    solo.sendline("7")
    solo.expect_exact("Game over, you won: three in a row.")
    solo.expect_exact("Well\r\n")
    solo.expect_exact(PROMPT)
    solo.sendline("/q")
    assert ends(solo, 0).endswith("Shutting Down!\r\n")


def test_program_that_fails_ends_a_persons_solo_with_one_line(spawn: Spawn, player: Any) -> None:
    """At once, also at the person's prompt, and the terminal is as before."""
    solo = spawn("solo", "--player", player("next(messages()); time.sleep(0.2); sys.exit('out of \\x1b[31mcoffee')"))
    solo.expect_exact(PROMPT)
    end = " ".join(ends(solo, 1).split())
    assert end.endswith(r"has ended with status 1. Its standard error ends: out of \x1b[31mcoffee")
    assert "Traceback" not in end


def test_person_is_told_that_the_program_had_to_resign(spawn: Spawn, player: Any) -> None:
    """And chats on with it."""
    code = "for ask in asks(): answer(ask, 'Sorry' if ask['kind'] == 'say' else '?')"
    solo = spawn("solo", "tictactoe", "--player", player(code))
    solo.expect_exact("A program had to resign its game: ")
    solo.expect_exact("Sorry")
    solo.expect_exact(PROMPT)
    solo.sendline("/q")
    ends(solo, 0)


def test_program_takes_the_servers_seat(spawn: Spawn, player: Any) -> None:
    """A person at the client plays with it; when they leave, it ends too."""
    server = spawn("server", "--port", "0", "--player", player(PLAYS))
    server.expect(LISTENING)
    client = spawn("client", "--port", server.match.group(1))
    client.expect_exact(PROMPT)
    client.sendline("Hello")
    client.expect_exact("Well\r\n")
    client.expect_exact(PROMPT)
    client.sendline("/q")
    ends(client, 0)
    assert "The conversation is over after 3 turns." in ends(server, 0)


def test_partner_of_a_program_that_fails_is_told_that_it_has_left(spawn: Spawn, player: Any) -> None:
    server = spawn("server", "--port", "0", "--player", player("next(asks()); sys.exit(2)"))
    server.expect(LISTENING)
    client = spawn("client", "--port", server.match.group(1))
    client.expect_exact(PROMPT)
    client.sendline("Hello")
    assert "Server has requested shutdown. Shutting down!" in ends(client, 0)
    assert ends(server, 1).endswith("has ended with status 2.\r\n")


def test_program_that_ends_before_anyone_comes_ends_the_server(spawn: Spawn, player: Any) -> None:
    server = spawn("server", "--port", "0", "--player", player("sys.exit(2)"))
    assert "has ended with status 2.\r\n" in ends(server, 1)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, None)])
@pytest.mark.parametrize("command", ["server", "solo"])
def test_signal_ends_both(spawn: Spawn, player: Any, tmp_path: Path, command: str, number: int, status: int) -> None:
    """Also a program that ignores the end of its input; a terminal that is closed sends SIGHUP."""
    there = tmp_path / "number"
    code = f"open({str(there)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    process = spawn(command, *(["--port", "0"] if command == "server" else []), "--player", player(code))
    process.expect_exact("Server listening on" if command == "server" else PROMPT)
    deadline = time.monotonic() + 10
    while not (there.exists() and there.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill(number)
    process.expect_exact("Shutting Down!") if status else None
    process.wait()
    assert (process.exitstatus, process.signalstatus) == (status, None if status else number)
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < deadline:
            os.kill(int(there.read_text()), 0)
            time.sleep(0.01)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["server", "--player", "bot", "--plain"], "--plain and --boards are for a person at this seat."),
        (["client", "--player", "bot", "--boards", "unicode"], "Leave them out with --player."),
        (["solo", "--player", "bot:strongest"], '"bot:strongest" is not a player. The bots are bot, bot:easy'),
        (["solo", "--player", "'node x"], "is not a player. No closing quotation."),
        (["solo", "--player", " "], '" " is not a player. There is no program in it.'),
        (["solo", "--player"], "argument --player: expected one argument."),
        (["server", "--player", "bot", "now"], '"now" is not understood here.'),
        (
            ["server", "--player", "node", "x.mjs"],
            '"x.mjs" is not understood here (the command of a program has to be in quotation marks).',
        ),
        (["match", "pig", "--players", "bot", "node", "x.mjs"], "has to be in quotation marks)."),
        (["solo", "--player", "bot", "--limit", "soon"], "soon is not a time."),
        (["match", "pig"], "the following arguments are required: --players"),
        (["match", "pig", "--players", "bot"], "argument --players: expected 2 arguments"),
        (["match", "pig", "--players", "bot", "bot:strong"], '"bot:strong" is not a player. The bots are bot,'),
        (["match", "pig", "--players", "bot", "bot", "--games", "0"], "At least one game is played."),
        (["match", "pig", "--players", "bot", "bot", "--limit", "0"], "0 is not a time. Write it in seconds"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        read_arguments(arguments)
    assert end.value.code == 2
    complaint = capsys.readouterr().err
    assert why in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["solo", "--player", "stokfish"], 'chatgame: There is no program "stokfish" here. Check its spelling'),
        (["solo", "--player", "/"], "chatgame: / is a folder, not a program."),
        (["server", "--player", "stokfish", "--port", "0"], 'chatgame: There is no program "stokfish" here.'),
        (["match", "pig", "--players", "bot", "stokfish"], 'chatgame: There is no program "stokfish" here.'),
        (["match", "draughts", "--players", "bot", "bot"], 'chatgame: There is no game "draughts".'),
    ],
)
def test_what_is_not_there_is_one_line_and_nothing_begins(arguments: list[str], why: str) -> None:
    done = subprocess.run(
        [*COMMAND, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(why)
    assert done.stderr.count("\n") == 1
    assert "Server listening" not in done.stdout
