"""A bot needs no terminal and is not stopped by one, whatever a shell or a service manager does to its streams."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.command import COMMAND
from tests.kit.terminals import Spawn, ends

if sys.platform == "win32":
    pytest.skip("shells and signals that are POSIX", allow_module_level=True)

LISTENING = r"Server listening on: localhost on port: (\d+)\r?\n"
BOT = f"{' '.join(COMMAND)} server --player bot --port 0"


def converse_with(port: str) -> None:
    """A person's client, which talks to a bot through a pipe, and whom the bot answers."""
    client = [*COMMAND, "client", "--port", port, "--new"]
    done = subprocess.run(client, input="Hello\n/q\n", capture_output=True, text=True, check=True, timeout=20)
    assert "Hello! I am a bot. I play" in done.stdout
    assert done.stdout.endswith("Shutting Down!\n")


@pytest.fixture
def shell(start: Any) -> Iterator[Any]:
    """An interactive shell with job control, on a terminal."""
    shell = start("/bin/bash", "--norc", "-i", PS1="$ ")
    shell.expect_exact("$ ")
    yield shell
    shell.sendline("kill -9 $(jobs -p)")


@pytest.mark.parametrize("setting", [":", "stty tostop"], ids=["plain", "tostop"])
def test_started_in_the_background_of_a_shell(shell: Any, setting: str) -> None:
    """It neither reads what is typed to the shell nor is stopped for writing; the shell goes on as before."""
    shell.sendline(f"{setting}; {BOT} &")
    shell.expect(LISTENING)
    port = shell.match.group(1)
    shell.sendline("echo $((6 * 7)); cat")
    shell.expect_exact("42")
    shell.sendline("typed")
    shell.expect_exact("typed\r\ntyped\r\n")
    shell.sendeof()
    converse_with(port)
    shell.sendline("wait; jobs; echo over")
    shell.expect_exact("over\r\n")
    shell.expect_exact("over\r\n")
    assert "Stopped" not in shell.before


def test_bot_that_ctrl_z_stopped_goes_on_in_the_background(shell: Any) -> None:
    """The shell keeps the terminal."""
    shell.sendline(BOT)
    shell.expect(LISTENING)
    port = shell.match.group(1)
    shell.send("\x1a")
    shell.expect_exact("Stopped")
    shell.sendline("bg")
    shell.expect_exact("&")
    converse_with(port)
    shell.expect(r"The conversation is over after \d+ turns")


def test_ctrl_c_ends_a_bot_in_the_foreground(spawn: Spawn) -> None:
    """The bot says farewell."""
    bot = spawn("server", "--player", "bot", "--port", "0", CHATGAME_EDITOR="")
    bot.expect(LISTENING)
    bot.sendintr()
    assert ends(bot, 130).endswith("Shutting Down!\r\n")


def test_goes_on_when_its_terminal_is_closed_if_the_shell_lets_it(start: Any, tmp_path: Path) -> None:
    """With nohup, output goes to a file."""
    output = tmp_path / "out"
    shell = start("/bin/sh", "-c", f"nohup {BOT} > {output} 2>&1 & echo $!; sleep 30")
    shell.expect(r"(\d+)\r\n")
    number = int(shell.match.group(1))
    deadline = time.monotonic() + 10
    while "port:" not in (text := output.read_text() if output.exists() else ""):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    shell.close(force=True)
    os.kill(number, 0)
    converse_with(text.split()[-1])


@pytest.mark.parametrize(
    ("streams", "written"),
    [
        ("< /dev/null", True),
        ("<&-", True),
        ("<&- 2>&-", True),
        ("< /dev/null 2> /dev/full", True),
        ("< /dev/null | cat", True),
        ("< /dev/null | head -n 1", False),
    ],
)
def test_bot_runs_with_the_streams_of_a_service(streams: str, written: bool) -> None:
    """It has no input, no errors, or an output that ends early."""
    with subprocess.Popen(["/bin/sh", "-c", f"{BOT} {streams}"], stdout=subprocess.PIPE, text=True) as bot:
        assert bot.stdout
        converse_with(bot.stdout.readline().split()[-1])
        assert ("The conversation is over" in bot.stdout.read()) is written


@pytest.mark.parametrize("output", [">&-", "> /dev/full", "<&- >&- 2>&-"])
def test_output_that_cannot_be_written_is_given_up(output: str) -> None:
    """The bot plays on; it is found at its port."""
    port = str(_free_port())
    command = ["/bin/sh", "-c", f"exec {BOT[:-1]}{port} {output}"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as bot:
        _when_it_listens(port)
        converse_with(port)
        assert bot.stderr
        assert bot.stderr.read() == ""
    assert bot.returncode == 0


def test_terminal_that_is_stopped_holds_up_nothing(spawn: Spawn) -> None:
    """After Ctrl-S the bot plays on, and its program ends."""
    bot = spawn("server", "--player", "bot", "--port", "0")
    bot.expect(LISTENING)
    bot.send("\x13")
    converse_with(bot.match.group(1))
    ends(bot, 0)


def test_stopped_output_does_not_keep_a_signal_from_ending_it(spawn: Spawn) -> None:
    """SIGTERM ends it while the farewell cannot be written."""
    bot = spawn("server", "--player", "bot", "--port", "0")
    bot.expect(LISTENING)
    bot.send("\x13")
    bot.kill(signal.SIGTERM)
    ends(bot, 143)


def _free_port() -> int:
    with socket.create_server(("localhost", 0)) as server:
        return int(server.getsockname()[1])


def _when_it_listens(port: str) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("localhost", int(port))).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise AssertionError("nobody listens")
