"""People watch on pseudo-terminals: a game, killed programs, and screens that stop."""

import re
import signal
from typing import Any

from tests.kit.relay_processes import RelayProcess, kill, meet
from tests.kit.terminals import PROMPT, Spawn, ends, pexpect, say

COMMAND = r"To watch, people type:\r\nchatgame (watch (?:localhost:\d+|--relay.*?-[a-z]+-[a-z]+))\r\n"
"""What both players see; a long one is one line all the same."""

DIGEST = r"The digest after (\d+) turns is ([0-9a-f ]{24});"


def agree(asker: Any, other: Any) -> list[str]:
    """Agree to let people watch; returns what they type, which both players see."""
    asker.sendline("/watch")
    other.expect_exact("asks to let people watch: they see all that is written from then on, chat included.")
    other.expect_exact(PROMPT)
    other.sendline("yes")
    commands = []
    for player in (asker, other):
        player.expect(COMMAND)
        commands.append(player.match.group(1).split())
    assert commands[0] == commands[1]
    return list(commands[0])


def watchable(spawn: Spawn, relay: RelayProcess) -> tuple[Any, Any, list[str]]:
    """A client and a server over a relay who let people watch, and what these type."""
    client, server = meet(spawn, relay)
    say(client, "Hello", server)
    return client, server, agree(server, client)


def go_on_to_the_end(client: Any, server: Any, watcher: Any) -> None:
    """The server says something, the watcher sees it, and the client quits."""
    server.expect_exact(PROMPT)
    say(server, "Hi", client)
    watcher.expect_exact("Server says: Hi")
    client.sendline("/q")
    for program in (watcher, client, server):
        ends(program, 0)


def test_two_watch_a_game_while_programs_are_killed(spawn: Spawn, server: Any) -> None:
    """One watcher is killed, then the server; the digest on both kinds of screens is the same."""
    client = spawn("client", "--port", server.port, "--name", "Ben")
    client.expect_exact(PROMPT)
    say(client, "Hello", server)
    command = agree(server, client)
    first, second = spawn(*command), spawn(*command, "--plain")
    for watcher in (first, second):
        watcher.expect_exact("You watch a conversation; Enter shows how it stands, and Ctrl-C leaves.")
    for player in (server, client):
        player.expect_exact("Somebody came to watch; now 2.")
    server.expect_exact(PROMPT)
    say(server, "Shall we play?", client)
    say(client, "play tictactoe", server)
    say(server, "5", client)
    first.expect_exact("Server says: Shall we play?")
    first.expect_exact("The server played 5.")
    first.expect_exact(" 4 | X | 6")
    second.expect_exact("The server: 5 centre.")
    first.kill(signal.SIGKILL)
    first.expect(pexpect.EOF)
    for player in (server, client):
        player.expect_exact("Somebody does not watch any more; now 1.")
    client.expect_exact(PROMPT)
    server.kill(signal.SIGKILL)
    server.expect(pexpect.EOF)
    second.expect_exact("The connection to the server was lost. Dialling again; Ctrl-C leaves.")
    server = spawn("server", "--port", server.port)
    server.expect(COMMAND)
    second.expect_exact("Connected again.")
    say(client, "1", server)
    second.expect_exact("Ben played 1.")
    server.sendline("/resign")
    second.expect_exact("Game over, Ben won: the server resigned.")
    second.expect(DIGEST)
    digest = second.match.groups()
    server.expect_exact(PROMPT)
    server.sendline("/watch")
    server.expect_exact("Somebody watches now.")
    server.expect(DIGEST)
    assert server.match.groups() == digest
    second.sendline("")
    second.expect_exact("Now: the server writes next.")
    server.sendline("/q")
    second.expect_exact("The server has left, so the conversation is over.")
    ends(second, 0)
    ends(server, 0)
    ends(client, 0)


def test_stopped_watcher_delays_nobody_and_catches_up(spawn: Spawn, server: Any) -> None:
    client = spawn("client", "--port", server.port)
    client.expect_exact(PROMPT)
    say(client, "Hello", server)
    watcher = spawn(*agree(server, client))
    server.expect_exact("now 1.")
    server.expect_exact(PROMPT)
    watcher.kill(signal.SIGSTOP)
    for number in range(5):
        say(server, f"mine {number}", client)
        say(client, f"yours {number}", server)
    watcher.kill(signal.SIGCONT)
    watcher.expect_exact("Client says: yours 4")
    watcher.sendintr()
    ends(watcher, 130)
    server.expect_exact("now 0.")
    server.expect_exact(PROMPT)
    server.sendline("/q")
    ends(server, 0)


def test_watching_over_a_relay_goes_on_when_the_server_was_killed(spawn: Spawn) -> None:
    """By the same code."""
    relay = RelayProcess(spawn)
    client, server, command = watchable(spawn, relay)
    watcher = spawn(*command)
    server.expect_exact("Somebody came to watch; now 1.")
    kill(server)
    watcher.expect_exact("The connection to the server was lost. Dialling again; Ctrl-C leaves.")
    server = spawn("server", *relay.option)
    server.expect(COMMAND)
    assert server.match.group(1).split() == command
    watcher.expect_exact("Connected again.")
    server.expect_exact("Somebody came to watch; now 1.")
    go_on_to_the_end(client, server, watcher)


def test_burned_code_is_told_to_both_and_keeps_nobody_out_who_was_let_in(spawn: Spawn) -> None:
    """Not even when the relay has died, and everybody has to come back."""
    relay = RelayProcess(spawn)
    client, server, command = watchable(spawn, relay)
    watcher = spawn(*command)
    for player in (server, client):
        player.expect_exact("Somebody came to watch; now 1.")
    wrong = [*command[:-1], f"{command[-1].partition('-')[0]}-zebra-acid"]
    for _ in range(3):
        assert "is not the code for watching" in ends(spawn(*wrong), 1)
    for player in (server, client):
        player.expect(r"so that\s+code\s+is\s+burned[^>]*type\s+/watch\s+off\s+and\s+then,\s+in\s+chat,\s+/watch\.")
    relay.kill()
    watcher.expect_exact("The connection to the server was lost.")
    relay = relay.restart()
    for program in (watcher, client, server):
        program.expect_exact("Connected again.")
    go_on_to_the_end(client, server, watcher)


def test_relay_that_is_asked_for_the_number_comes_first_in_the_command(spawn: Spawn) -> None:
    """Where the first relay of the list has died, both players see the other one first."""
    first, second = RelayProcess(spawn), RelayProcess(spawn)
    client, server = meet(spawn, first, second)
    first.kill()
    for player in (client, server):
        player.expect_exact("Connected again.")
    say(client, "Hello", server)
    command = agree(server, client)
    assert command[1:5] == [*second.option, *first.option]
    watcher = spawn(*command)
    server.expect_exact("Somebody came to watch; now 1.")
    server.sendline("/q")
    for program in (watcher, client, server):
        ends(program, 0)


def test_what_a_relay_does_is_told_once_where_people_may_watch(spawn: Spawn) -> None:
    """The server waits there for two kinds of guests."""
    relay = RelayProcess(spawn)
    client, server, _ = watchable(spawn, relay)
    relay.kill()
    server.expect_exact("does not answer; dialling again.")
    relay = relay.restart()
    server.expect_exact("Connected again.")
    assert "does not answer" not in server.before
    client.expect_exact("Connected again.")
    server.sendline("/q")
    for program in (client, server):
        ends(program, 0)


def test_who_watches_over_a_relay_with_its_own_code(spawn: Spawn) -> None:
    """`server --watch` asks with its first turn; the code for the seat is of no use for watching."""
    relay = RelayProcess(spawn)
    server = spawn("server", *relay.option, "--watch")
    server.expect(r"chatgame (client[^\r]+)\r\n")
    joining = server.match.group(1).split()
    client = spawn(*joining)
    client.expect_exact(PROMPT)
    client.sendline("Hello")
    client.expect_exact("The server asks to let people watch")
    client.expect_exact(PROMPT)
    client.sendline("/accept")
    server.expect(COMMAND)
    command = server.match.group(1).split()
    assert command[-1] != joining[-1]
    watcher, stranger = spawn(*command), spawn("watch", *joining[1:])
    server.expect_exact("Somebody came to watch; now 1.")
    server.expect_exact(PROMPT)
    number = command[-1].partition("-")[0]
    assert re.search(f"Nobody waits at number|{joining[-1]} is not the code for watching", ends(stranger, 1))
    guesser = spawn(*command[:-1], f"{number}-zebra-zebra")
    assert f"{number}-zebra-zebra is not the code for watching at number {number} of" in ends(guesser, 1)
    server.expect_exact(f"A wrong code for watching was tried over the relay localhost:{relay.port} (1 of 3).")
    server.expect_exact(PROMPT)
    say(server, "Hi", client)
    watcher.expect_exact("Server says: Hi")
    client.sendline("/watch off")
    watcher.expect_exact("The client ended it: nobody watches any more.")
    ends(watcher, 0)
    client.expect_exact(PROMPT)
    client.sendline("/q")
    ends(client, 0)
    ends(server, 0)
