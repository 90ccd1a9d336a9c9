"""Whole programs on pseudo-terminals meet at real relays, are killed, and come back."""

import re
import signal
from typing import Any

import pytest

from tests.kit.relay_processes import RelayProcess, kill, meet
from tests.kit.terminals import CONSOLES, PROMPT, KindOfConsole, Spawn, ends, say

ASKED = r"Your move: [^\r]+\r\n" + PROMPT
"""What a program shows when it goes on with a game, at the player's turn."""


@pytest.fixture
def relay(spawn: Spawn) -> RelayProcess:
    """A relay on this computer."""
    return RelayProcess(spawn)


def test_friends_play_over_a_relay_through_every_death(spawn: Spawn, relay: RelayProcess) -> None:
    """Each program is killed in the middle of a game, then the relay, then all of them; nothing is lost."""
    client, server = meet(spawn, relay)
    client_again, server_again = ("client", *relay.option), ("server", *relay.option)
    say(client, "Hello", server)
    say(server, "play tictactoe", client)
    kill(client)
    server.expect_exact("The connection to the client was lost.")
    client = spawn(*client_again)
    client.expect_exact("Going on with your conversation after ")
    client.expect(ASKED)
    client.sendline("5")
    server.expect_exact("The client played 5.")
    kill(server)
    server = spawn(*server_again)
    server.expect_exact("Waiting for the client of your unfinished conversation.")
    server.expect_exact("Going on with your conversation after ")
    server.expect(ASKED)
    relay.kill()
    client.expect_exact("The connection to the server was lost. Dialling again; what you write is kept.")
    server.sendline("1")  # while there is no relay
    relay = relay.restart()
    client.expect_exact("Connected again.")
    client.expect_exact("The server played 1.")
    client.expect_exact(PROMPT)
    client.sendline("3")
    server.expect_exact("The client played 3.")
    kill(client, server)
    relay.kill()
    relay = relay.restart()
    client = spawn(*client_again)
    client.expect_exact("Your friend is not at the relay yet.")
    server = spawn(*server_again)
    client.expect_exact("Going on with your conversation after ")
    client.expect_exact("Waiting for the server...")
    server.expect(ASKED)
    say(server, "7", client)
    client.sendline("/q")
    ends(client, 0)
    ends(server, 0)


def test_conversation_goes_on_at_another_relay_of_the_list(spawn: Spawn, relay: RelayProcess) -> None:
    """The first one dies for good."""
    other = RelayProcess(spawn)
    client, server = meet(spawn, relay, other)
    say(client, "Hello", server)
    relay.kill()
    client.expect_exact("Connected again.")
    server.expect_exact("Connected again.")
    say(server, "Hi", client)
    client.sendline("/q")
    ends(client, 0)
    ends(server, 0)


def test_relay_that_goes_down_says_so(spawn: Spawn, relay: RelayProcess) -> None:
    """Who waits there is told, and waits on when it is back."""
    server = spawn("server", *relay.option)
    server.expect(r"chatgame (client[^\r]+)\r\n")
    command = server.match.group(1).split()
    relay.process.kill(signal.SIGTERM)
    server.expect_exact(f"The relay localhost:{relay.port} is closing.")
    ends(relay.process, 0)
    relay = relay.restart()
    server.expect_exact(f"Waiting at the relay localhost:{relay.port}.")
    client = spawn(*command)
    client.expect_exact(PROMPT)
    say(client, "Hello", server)


def test_unfinished_conversation_goes_on_by_its_number(spawn: Spawn, relay: RelayProcess, server: Any) -> None:
    """One goes over a relay, and one over a direct line; each side takes its own seat again."""
    client = spawn("client", "--port", server.port)
    client.expect_exact(PROMPT)
    relayed_client, relayed_server = meet(spawn, relay)
    for ours, theirs in ((client, server), (relayed_client, relayed_server)):
        say(ours, "Hello", theirs)
        say(theirs, "Hi", ours)
    kill(client, server, relayed_client, relayed_server)
    listed = re.sub(r"\s+", " ", ends(spawn("history"), 0))
    found = re.findall(r"(\d+) \d{4}-\S+ \S+ just now: \d turns? with the \w+, as the (\w+ \w+)", listed)
    numbers = {what: number for number, what in found}
    for kind in ("over", "at"):
        theirs = spawn("continue", numbers[f"server {kind}"])
        theirs.expect_exact("Waiting for the client of your unfinished conversation.")
        ours = spawn("continue", numbers[f"client {kind}"])
        for process in (ours, theirs):
            process.expect_exact("Going on with your conversation after ")
        ours.expect_exact("Hi\r\n")
        ours.expect_exact(PROMPT)
        ours.sendline("/q")
        ends(ours, 0)
        ends(theirs, 0)
        assert "is over. To see it again: chatgame replay" in ends(spawn("continue", numbers[f"client {kind}"]), 1)


@pytest.mark.parametrize("console", CONSOLES.values(), ids=CONSOLES)
def test_command_for_the_friend_is_one_line_on_a_narrow_terminal(
    spawn: Spawn, relay: RelayProcess, console: KindOfConsole
) -> None:
    """The terminal wraps it, so that it is copied as one line."""
    server = spawn("server", *relay.option, **console.env)
    server.setwinsize(20, 40)
    server.expect(r"once\. They type:\r*\n(chatgame client [^\r\n]*)\r*\n")
    command = server.match.group(1)
    assert len(command) > 40
    client = spawn(*command.split()[1:])
    client.expect_exact("Connected over the relay.")
