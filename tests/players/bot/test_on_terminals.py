"""A person on a pseudo-terminal meets the bot: alone, and over the network."""

import subprocess

import pytest

from tests.kit.command import COMMAND
from tests.kit.terminals import PROMPT, Spawn, ends


def test_newcomer_alone_plays_a_bot(spawn: Spawn) -> None:
    """One command, one terminal: the bot greets, plays a game with something hidden in it, and is left."""
    solo = spawn("solo", "--player", "bot:easy", "--seed", "1")
    solo.expect_exact(PROMPT)
    solo.sendline("Hello")
    solo.expect_exact("Hello! I am a bot. I play tic-tac-toe; connect four")
    solo.expect_exact(PROMPT)
    solo.sendline("play rps")
    solo.expect_exact("The bot made a choice, hidden for now.")
    solo.expect_exact(PROMPT)
    solo.sendline("rock")
    solo.expect("You chose rock, the bot (paper|scissors)|A draw: both chose rock. Again.")
    solo.sendintr()
    assert ends(solo, 130).endswith("Shutting Down!\r\n")


@pytest.mark.parametrize(
    ("words", "title"),
    [(["connect4"], "connect four"), (["connect", "four"], "connect four"), (["rps", "3"], "rock")],
)
def test_newcomer_alone_begins_a_game_at_once(spawn: Spawn, words: list[str], title: str) -> None:
    """The game is named by its name or its title; the bot, which is invited, moves first."""
    solo = spawn("solo", *words, "--player", "bot:easy", "--seed", "1")
    solo.expect_exact(f"You started a game of {title}")
    solo.expect_exact("Waiting for the bot...")
    solo.expect("The bot (played|made)")
    solo.expect_exact("Your move: ")
    solo.expect_exact(PROMPT)
    solo.sendline("/q")
    ends(solo, 0)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["halma"], 'chatgame: There is no game "halma". The games are tictactoe, '),
        (["ches"], 'chatgame: There is no game "ches". Did you mean play chess?'),
        (["a", "game"], 'chatgame: There is no game "a game". The games are tictactoe, '),
        (["rps", "4"], 'chatgame: "4" is not an odd number from 1 to 99'),
    ],
)
def test_unknown_game_to_begin_with_is_refused_before_anything_begins(words: list[str], why: str) -> None:
    """The sentence names the games."""
    solo = subprocess.run([*COMMAND, "solo", *words], capture_output=True, text=True, check=False)
    assert (solo.returncode, solo.stdout) == (1, "")
    assert solo.stderr.startswith(why)
    assert "/say" not in solo.stderr


def test_bot_sits_at_a_network_seat(spawn: Spawn) -> None:
    """`server --player bot` answers a person at the client."""
    server = spawn("server", "--player", "bot", "--port", "0")
    server.expect(r"port: (\d+)\r\n")
    client = spawn("client", "--port", server.match.group(1))
    client.expect_exact(PROMPT)
    client.sendline("play tictactoe")
    client.expect("The server played [1-9]")
    client.expect_exact(PROMPT)
    client.sendline("/q")
    ends(client, 0)
    assert "The conversation is over" in ends(server, 0)


def test_bot_at_the_client_seat_has_the_first_word(spawn: Spawn) -> None:
    """`client --player bot` greets; Ctrl-C at its terminal ends both."""
    server = spawn("server", "--port", "0")
    server.expect(r"port: (\d+)\r\n")
    client = spawn("client", "--player", "bot", "--port", server.match.group(1))
    server.expect_exact("Hello! I am a bot")
    server.expect_exact(PROMPT)
    client.sendintr()
    ends(client, 130)
    assert "Client has requested shutdown. Shutting down!" in ends(server, 0)
