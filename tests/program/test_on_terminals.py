"""Whole programs on pseudo-terminals: friends meet, are killed, come back, and are refused."""

import signal
from typing import Any

from tests.kit.terminals import PROMPT, Spawn, ends, pexpect, say

FLEETS = {"client": "a1-e1 b3-b6 d5-f5 h1-h3 j9-j10", "server": "a1-a5 c1-c4 e1-e3 g1-g3 i1-i2"}
"""By length and then by row and column, as the game writes them."""


def test_battleship_survives_kill_9_of_each_side_in_turn(spawn: Spawn, server: Any) -> None:
    """Real processes, killed when they have just written and when they wait; each is started again as it was."""
    programs = {"server": server, "client": spawn("client", "--port", server.port)}

    def again(name: str, last: str) -> str:
        """Kill a side, start the same command again, and return what it shows up to the words `last`."""
        programs[name].kill(signal.SIGKILL)
        programs[name].expect(pexpect.EOF)
        programs[name] = spawn(name, "--port", server.port)
        programs[name].expect_exact("Going on with your conversation after ")
        programs[name].expect(last)
        return str(programs[name].before)

    asked, waits = r"Your move: [^\r]+\r\n" + PROMPT, "Waiting for the "
    programs["client"].expect_exact(PROMPT)
    say(programs["client"], "Hello", programs["server"])
    say(programs["server"], "play battleship", programs["client"])
    again("client", asked)
    say(programs["client"], FLEETS["client"], programs["server"])
    again("server", asked)
    say(programs["server"], FLEETS["server"], programs["client"])
    for shot, answers in (("a1", ("hit", "hit")), ("j9", ("miss", "hit"))):
        again("client", asked)
        say(programs["client"], shot, programs["server"])
        assert f"The client shot at {shot}: {answers[0]}." in programs["server"].before
        assert f"The client shot at {shot}: {answers[0]}." in again("server", asked)
        say(programs["server"], shot, programs["client"])
        assert f"The server shot at {shot}: {answers[1]}." in programs["client"].before
    again("server", waits)
    programs["client"].sendline("/resign")
    programs["client"].expect_exact("The server's fleet is shown.")
    programs["client"].expect_exact(" 1 x . 4 . 3 . 3 . 2 .     1 x 5 5 5 5 . . 3 . .")
    programs["server"].expect_exact("Game over, you won: the client resigned.")
    programs["client"].expect_exact("Game over, the server won: you resigned.")
    programs["client"].expect_exact(PROMPT)
    programs["client"].sendline("/q")
    ends(programs["client"], 0)
    ends(programs["server"], 0)


def test_cards_survive_kill_9_in_the_middle_of_a_shuffle(spawn: Spawn, server: Any) -> None:
    """The shuffle is done when the program is back; both play some cards, and the audit finds nobody cheating."""
    client = spawn("client", "--port", server.port)
    client.expect_exact(PROMPT)
    client.sendline("play eights")
    server.expect_exact("The client started a game of crazy eights.")
    client.kill(signal.SIGKILL)
    client.expect(pexpect.EOF)
    client = spawn("client", "--port", server.port)
    client.expect_exact("You were dealt the ")
    server.expect_exact("You were dealt the ")
    players = [server, client]
    for turn in range(6):
        player = players[turn % 2]
        player.expect_exact(PROMPT)
        if turn == 2:
            players[1].kill(signal.SIGKILL)
            players[1].expect(pexpect.EOF)
            players[1] = spawn("client", "--port", server.port)
            players[1].expect_exact("Your hand")
        if card := first_choice(player):
            player.sendline(card)
        else:
            player.sendline("draw")
            player.expect_exact("You drew the ")
            player.expect_exact(PROMPT)
            player.sendline(first_choice(player) or "pass")
    players[0].expect_exact(PROMPT)
    players[0].sendline("/resign")
    for player in players:
        player.expect(r"The\s+(client|server)\s+held\s+the")
    players[1].expect_exact("Game over, you won: the server resigned.")


def first_choice(player: Any) -> str:
    """The first card that a player can lay, or nothing."""
    player.sendline("/moves")
    player.expect(r"You can play ([^,.\r]+)")
    card = str(player.match[1])
    player.expect_exact(PROMPT)
    return "" if card in ("draw", "pass") else card


def test_friends_on_two_computers_talk_by_a_code_and_come_back_without_it(spawn: Spawn) -> None:
    """Both are killed in the middle of a game; no code is asked for again, and a stranger's is refused."""
    server = spawn("server", "--host", "0.0.0.0", "--port", "0")  # noqa: S104  # that is what is tested
    server.expect(r"port: (\d+)\r\n")
    port = server.match.group(1)
    server.expect(rf"chatgame client \S+:{port} (\S+)\r\n")
    there = ["client", f"127.0.0.1:{port}"]
    stranger = spawn(*there, "7-guitar-island")
    assert "is not the code of the server at" in ends(stranger, 1)
    client = spawn(*there, *f"{server.match.group(1)}.".upper().split("-"))
    client.expect_exact(PROMPT)
    say(client, "Hello", server)
    say(server, "play rps", client)
    say(client, "rock", server)
    for process in (client, server):
        process.kill(signal.SIGKILL)
        process.expect(pexpect.EOF)
    server = spawn("server", "--host", "0.0.0.0", "--port", port)  # noqa: S104
    server.expect_exact("Waiting for the client of your unfinished conversation.")
    client = spawn(*there)
    client.expect_exact("Going on with your conversation after 3 turns:")
    server.expect(r"Your move: [^\r]+\r\n" + PROMPT)
    server.sendline("paper")
    client.expect_exact("You chose rock, the server paper.")
    client.expect_exact(PROMPT)
    client.sendline("/q")
    ends(client, 0)
    ends(server, 0)


def test_wait_for_a_lost_partner_is_bounded(spawn: Spawn) -> None:
    """An option sets the bound, even to nothing; the conversation is kept, and `--new` begins another."""
    server = spawn("server", "--port", "0", "--wait", "0")
    server.expect(r"port: (\d+)\r\n")
    client = spawn("client", "--port", server.match.group(1))
    client.expect_exact(PROMPT)
    say(client, "Hello", server)
    client.kill(signal.SIGKILL)
    complaint = " ".join(ends(server, 1).split())
    assert "has not come back for 0 seconds. The conversation is kept: the same command goes on" in complaint


def test_talking_in_the_clear_is_asked_for_and_says_what_it_means(spawn: Spawn) -> None:
    """One option asks for it."""
    server = spawn("server", "--host", "0.0.0.0", "--port", "0", "--insecure")  # noqa: S104
    server.expect_exact("Nothing is encrypted: anyone between the two computers can read and change what you say.")
    server.expect(r"port: (\d+)\r\n")
    client = spawn("client", "--port", server.match.group(1))
    client.expect_exact(PROMPT)
    say(client, "Hello", server)


def test_second_program_on_one_conversation_is_refused(spawn: Spawn, server: Any) -> None:
    """The first is not disturbed."""
    client = spawn("client", "--port", server.port)
    client.expect_exact(PROMPT)
    say(client, "Hello", server)
    second = spawn("client", "--port", server.port)
    assert ends(second, 1) == "chatgame: This conversation is open in another program. Close that one first.\r\n"
    say(server, "Hi", client)


def test_port_in_use_says_so_and_what_to_do(spawn: Spawn, server: Any) -> None:
    second = spawn("server", "--port", server.port)
    assert f"chatgame: Port {server.port} on localhost is in use already." in ends(second, 1)
