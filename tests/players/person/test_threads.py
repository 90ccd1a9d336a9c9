"""The console where no loop can watch standard input, as on Windows: threads read and write.

Forced here, on pseudo-terminals: by aioconsole's own word for the platform, and then by Python's, so that the program
takes its ways for Windows as well, where they differ.
"""

import signal
import sys
from typing import Any

import pytest

from tests.kit.terminals import PROMPT, ends, say

THREADS = "from aioconsole import compat; compat.platform = 'win32'; "
WINDOWS = (
    "import aioconsole, asyncio, msgspec, platformdirs, sqlite3, ssl, sys; "  # of these we want what they are here
    f"sys.platform = 'win32'; {THREADS}"
)
PROGRAM = "from chatgame.cli import main; import sys; sys.exit(main())"


@pytest.fixture(params=[THREADS, WINDOWS], ids=["threads", "windows"])
def forced(request: pytest.FixtureRequest, start: Any) -> Any:
    """Starts chatgame on a pseudo-terminal, with a console of threads."""

    def start_forced(*arguments: str) -> Any:
        return start(sys.executable, "-c", request.param + PROGRAM, *arguments)

    return start_forced


@pytest.fixture
def pair(forced: Any) -> tuple[Any, Any]:
    """A server and a client who have met."""
    server = forced("server", "--port", "0")
    server.expect(r"Server listening on: localhost on port: (\d+)\r\n")
    client = forced("client", "--port", server.match.group(1))
    client.expect_exact(PROMPT)
    return server, client


def test_threads_carry_a_chat_and_a_game(pair: tuple[Any, Any]) -> None:
    """The words are those of the assignment, and a player who waits is told so."""
    server, client = pair
    say(client, "Hello", server)
    assert "\r\nHello\r\n" in server.before
    client.sendline("too early")
    client.expect_exact("Not your turn yet, so this was not sent: too early")
    say(server, "play tictactoe", client)
    say(client, "5", server)
    server.sendline("5")
    server.expect_exact("Cell 5 is taken")
    server.expect_exact(PROMPT)
    say(server, "1", client)
    client.sendline("/resign")
    client.expect_exact(PROMPT)
    say(client, "Bye", server)
    server.sendline("/q")
    assert ends(server, 0).endswith("Shutting Down!\r\n")
    assert ends(client, 0).endswith("Server has requested shutdown. Shutting down!\r\n")


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("waiting", [True, False])
def test_leaving_is_held_up_by_no_thread_that_reads_on(pair: tuple[Any, Any], key: str, waiting: bool) -> None:
    """It works at the prompt and while one waits."""
    server, client = pair
    leaver, other = (server, client) if waiting else (client, server)
    server.expect_exact("Waiting for message...")
    leaver.send(key)
    assert ends(leaver, 130 if key == "\x03" else 0).endswith("Shutting Down!\r\n")
    assert "has requested shutdown. Shutting down!" in ends(other, 0)


def test_line_that_a_terminal_has_cut_is_not_sent(pair: tuple[Any, Any]) -> None:
    """A thread reads it as any other."""
    server, client = pair
    client.sendline("x" * 5000)
    client.expect_exact("A terminal cuts lines at 4095 bytes, so this one was not sent.")
    say(client, "short", server)


def test_who_watches_asks_how_it_stands_with_enter_and_leaves_with_ctrl_c(forced: Any, pair: tuple[Any, Any]) -> None:
    server, client = pair
    client.sendline("/watch")
    server.expect_exact(PROMPT)
    server.sendline("yes")
    server.expect(r"chatgame watch (localhost:\d+)\r\n")
    watcher = forced("watch", server.match.group(1))
    watcher.expect_exact("Enter shows how it stands, and Ctrl-C leaves.")
    for line in ("", "anything"):
        watcher.sendline(line)
        watcher.expect_exact("Now: the client writes next.")
    watcher.sendintr()
    ends(watcher, 130)
    server.expect_exact("now 0.")


def test_killed_program_goes_on(forced: Any, pair: tuple[Any, Any]) -> None:
    """What was typed is in the journal, whatever read it."""
    server, client = pair
    port = str(server.match.group(1)) if server.match else ""
    say(client, "Hello", server)
    client.kill(signal.SIGKILL)
    server.expect_exact("The connection to the client was lost.")
    client = forced("client", "--port", port)
    client.expect_exact("Going on with your conversation after 1 turn:")
    server.expect_exact("Connected again.")
    server.expect_exact(PROMPT)
    say(server, "There you are.", client)
