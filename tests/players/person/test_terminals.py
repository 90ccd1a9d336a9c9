"""What people see: the real programs on pseudo-terminals and pipes, typed at and killed."""

import io
import os
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from typing import Any

import pytest

from tests.kit.command import COMMAND
from tests.kit.terminals import PROMPT, Spawn, chat_of_the_assignment, ends, say

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are POSIX")
pyte = pytest.importorskip("pyte")
if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)


@pytest.fixture
def client(spawn: Spawn, server: Any) -> Any:
    """A client at its first prompt."""
    process = spawn("client", "--port", server.port)
    process.expect_exact(PROMPT)
    return process


def everything(process: Any) -> io.StringIO:
    """Let a process keep all that it writes from now on; returns what keeps it."""
    process.logfile_read = kept = io.StringIO()
    return kept


SERVER_SCREEN = """\
Server listening on: localhost on port: 1059
Connected by ('127.0.0.1', 55669)
Waiting for message...
Hello
Type /q to quit
Enter message to send. Please wait for input prompt before entering message...
Note: Type "play tictactoe" to start a game of tictactoe
Type /help to see the games and the commands
Enter Input >How are you?
Good. You?
Enter Input >Good
Bye
Enter Input >Bye
/q
Client has requested shutdown. Shutting down!
"""

CLIENT_SCREEN = """\
Connected to: localhost on port: 1059
Type /q to quit
Enter message to send. Please wait for input prompt before entering message...
Note: Type "play tictactoe" to start a game of tictactoe
Type /help to see the games and the commands
Enter Input >Hello
How are you?
Enter Input >Good. You?
Good
Enter Input >Bye
Bye
Enter Input >/q
Shutting Down!
"""


CODES = re.compile(r"\x1b\[[\d;]*[mt]|\x1b\]2;[^\x07]*\x07")
"""What sets colours, and what keeps, sets and restores the title of the window."""


@pytest.mark.parametrize("env", [{}, {"NO_COLOR": ""}], ids=["bare", "coloured"])
def test_both_screens_of_the_assignment_come_out_word_for_word(spawn: Spawn, env: dict[str, str]) -> None:
    """Only the ports and one line of the banner differ; colours stand around the words and change none."""
    server = spawn("server", "--port", "0", **env)
    server_screen = everything(server)
    server.expect(r"port: (\d+)\r\n")
    port = server.match.group(1)
    client = spawn("client", "--port", port, **env)
    client_screen = everything(client)
    client.expect_exact(PROMPT)
    for speaker, line, listener in chat_of_the_assignment(client, server):
        say(speaker, line, listener)
    client.sendline("/q")
    ends(client, 0)
    ends(server, 0)

    def seen(screen: io.StringIO) -> str:
        text = screen.getvalue().replace("\r\n", "\n").replace(f"port: {port}", "port: 1059")
        return re.sub(r"\('127.0.0.1', \d+\)", "('127.0.0.1', 55669)", text)

    for screen, words in ((server_screen, SERVER_SCREEN), (client_screen, CLIENT_SCREEN)):
        assert ("\x1b" in screen.getvalue()) is bool(env)
        assert CODES.sub("", seen(screen)) == words
        terminal = pyte.Screen(100, 60)
        pyte.Stream(terminal).feed(seen(screen).replace("\n", "\r\n"))
        assert [row.rstrip() for row in terminal.display if row.strip()] == words.splitlines()


def test_game_on_both_screens_and_chat_again(server: Any, client: Any) -> None:
    """The prompt goes to and fro, a wrong move keeps it, and the result is said on both sides."""
    say(client, "play tictactoe", server)
    assert "The client started a game of tic-tac-toe." in server.before
    assert " 1 | 2 | 3\r\n---+---+---\r\n 4 | 5 | 6\r\n---+---+---\r\n 7 | 8 | 9\r\n" in server.before
    server.sendline("/say good luck")
    client.expect_exact("Server says: good luck")
    server.expect_exact(PROMPT)
    say(server, "5", client)
    assert " 4 | X | 6\r\n" in client.before
    say(client, "5", client)
    assert "Cell 5 is taken" in client.before
    for x, o in (("1", "4"), ("2", "9")):
        say(client, o if x == "1" else "3", server)
        say(server, x, client)
    say(client, "8", server)
    server.sendline("9")
    server.expect_exact("Game over, you won: three in a row.")
    client.expect_exact("Game over, the server won: three in a row.")
    server.expect_exact(PROMPT)
    say(server, "again?", client)
    client.sendline("/q")
    ends(client, 0)
    ends(server, 0)


def test_server_that_quits_is_named_in_the_words_of_the_assignment(server: Any, client: Any) -> None:
    say(client, "Hello", server)
    server.sendline("/q")
    assert ends(server, 0).endswith("Shutting Down!\r\n")
    assert ends(client, 0).endswith("/q\r\nServer has requested shutdown. Shutting down!\r\n")


def test_4096_bytes_pass_and_one_more_does_not(server: Any) -> None:
    """Both numbers are named; a pipe can send more than a terminal holds."""
    text = "é" * 2048
    process = subprocess.run(
        [*COMMAND, "client", "--port", server.port],
        input=f"{text}x\n{text}\n",
        text=True,
        capture_output=True,
        check=True,
    )
    assert "4097 bytes in UTF-8; at most 4096" in process.stdout
    last = ends(server, 0)
    assert text in last.replace("\r\n  ", "")
    assert "has requested shutdown" in last


def test_pasted_line_that_the_terminal_cuts_is_refused(server: Any, client: Any) -> None:
    """6000 characters arrive as 4095, so none of them is sent."""
    client.send("x" * 6000 + "\n")
    client.expect_exact("was not sent. Send it in parts.\r\n" + PROMPT)
    say(client, "shorter", server)
    assert "xx" not in server.before
    assert "shorter" in server.before


def test_line_typed_before_the_prompt_is_never_a_turn(server: Any, client: Any) -> None:
    """It is refused at once, on the terminal where it was typed."""
    server.sendline("too early")
    server.expect_exact("Not your turn yet, so this was not sent: too early")
    say(client, "Hello", server)
    say(server, "in time", client)
    assert "in time" in client.before
    assert "early" not in client.before


@pytest.mark.parametrize("lines", ["Hello\n/q\n", "Hello\n/q", "Hello\r\n/q\r\n"])
def test_client_on_a_pipe_has_the_screen_of_the_assignment(server: Any, lines: str) -> None:
    """Lines wait for their turn, also without a last line end."""
    client = subprocess.Popen(
        [*COMMAND, "client", "--port", server.port], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert client.stdin
    client.stdin.write(lines)
    client.stdin.close()
    client.stdin = None
    server.expect_exact(PROMPT)
    server.sendline("Hi")
    output, _ = client.communicate(timeout=10)
    assert output.endswith("Enter Input >Hello\nHi\nEnter Input >/q\nShutting Down!\n")
    assert client.returncode == 0
    ends(server, 0)


def test_end_of_a_pipe_leaves_after_the_last_line(server: Any) -> None:
    """The line before the end arrives."""
    subprocess.run(
        [*COMMAND, "client", "--port", server.port], input="only this", text=True, capture_output=True, check=True
    )
    assert "only this\r\n" in ends(server, 0)


State = Callable[[Any, Any], None]


def at_the_prompt(server: Any, client: Any) -> None:
    """The server is asked."""
    say(client, "Hello", server)


def waiting(_server: Any, _client: Any) -> None:
    """The server waits for the first message."""


def in_a_game(server: Any, client: Any) -> None:
    """The server is asked for a move."""
    say(client, "play tictactoe", server)


@pytest.mark.parametrize("state", [at_the_prompt, waiting, in_a_game])
@pytest.mark.parametrize(
    ("leave", "status"),
    [
        (lambda process: process.sendintr(), 130),
        (lambda process: process.sendeof(), 0),
        (lambda process: process.kill(signal.SIGTERM), 143),
    ],
    ids=["Ctrl-C", "Ctrl-D", "SIGTERM"],
)
def test_leaving_in_any_state_tells_the_partner(
    server: Any, client: Any, state: State, leave: Callable[[Any], None], status: int
) -> None:
    """Both end in time, each with its exit status."""
    state(server, client)
    leave(server)
    assert ends(server, status).endswith("Shutting Down!\r\n")
    assert ends(client, 0).endswith("Server has requested shutdown. Shutting down!\r\n")


@pytest.mark.parametrize("state", [at_the_prompt, waiting, in_a_game])
@pytest.mark.parametrize("victim", ["client", "server"])
@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGHUP])
def test_killed_partner_is_noticed_at_once_and_waited_for(
    server: Any, client: Any, state: State, victim: str, death: signal.Signals
) -> None:
    """A prompt is there again behind the news; Ctrl-C leaves."""
    state(server, client)
    victims, survivor = (client, server) if victim == "client" else (server, client)
    victims.kill(death)
    survivor.expect_exact(f"\r\nThe connection to the {victim} was lost. ", timeout=10)
    survivor.expect_exact("Ctrl-C leaves.", timeout=10)
    if state is not waiting and victim == "client":
        survivor.expect_exact(PROMPT)
    survivor.sendintr()
    last = ends(survivor, 130)
    assert last.endswith("Shutting Down!\r\n")
    assert "Traceback" not in last


def test_leaving_while_the_partner_is_away_says_that_the_conversation_is_kept(server: Any, client: Any) -> None:
    """It says so on a line of its own, behind the ^C, and not behind a prompt."""
    say(client, "Hello", server)
    server.kill(signal.SIGKILL)
    client.expect_exact("Ctrl-C leaves.\r\n")
    client.sendintr()
    kept = "Your partner is not told, and the conversation is kept: the same command goes on with it."
    assert re.search(rf"\^C\r\n{kept}\r\nShutting Down!\r\n$", ends(client, 130))


def test_wait_for_a_lost_partner_is_bounded(spawn: Spawn) -> None:
    """An option sets the bound, even to nothing; the conversation is kept, and `--new` begins another."""
    server = spawn("server", "--port", "0", "--wait", "0")
    server.expect(r"port: (\d+)\r\n")
    client = spawn("client", "--port", server.match.group(1))
    client.expect_exact(PROMPT)
    say(client, "Hello", server)
    client.kill(signal.SIGKILL)
    assert "has not come back for 0 seconds. The conversation is kept: the same command goes on" in ends(server, 1)


def test_closed_window_is_not_a_goodbye(server: Any, client: Any) -> None:
    """The terminal goes away under the client: the server waits for it, as for one that was killed."""
    say(client, "Hello", server)
    client.close()
    server.expect_exact("Waiting for them to come back; Ctrl-C leaves.")
    server.expect_exact(PROMPT)


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


def test_friends_on_two_computers_talk_by_a_code_and_come_back_without_it(spawn: Spawn) -> None:
    """Both are killed in the middle of a game; no code is asked for again, and a stranger's is refused."""
    server = spawn("server", "--host", "0.0.0.0", "--port", "0")  # noqa: S104  # that is what is tested
    server.expect(r"port: (\d+)\r\n")
    port = server.match.group(1)
    server.expect(rf"chatgame client --host \S+ --port {port} (\S+)\r\n")
    there = ["client", f"127.0.0.1:{port}"]
    stranger = spawn(*there, "7-guitar-island")
    assert "That is not the server's code" in ends(stranger, 1)
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


def test_talking_in_the_clear_is_asked_for_and_says_what_it_means(spawn: Spawn) -> None:
    """One option asks for it."""
    server = spawn("server", "--host", "0.0.0.0", "--port", "0", "--insecure")  # noqa: S104
    server.expect_exact("Nothing is encrypted: whoever is on the way can read and change what you say.")
    server.expect(r"port: (\d+)\r\n")
    client = spawn("client", "--port", server.match.group(1))
    client.expect_exact(PROMPT)
    say(client, "Hello", server)


def test_second_program_on_one_conversation_is_refused(spawn: Spawn, server: Any, client: Any) -> None:
    """The first is not disturbed."""
    say(client, "Hello", server)
    second = spawn("client", "--port", server.port)
    assert ends(second, 1) == "chatgame: This conversation is open in another program. Close that one first.\r\n"
    say(server, "Hi", client)


@pytest.mark.parametrize(("leave", "status"), [("sendintr", 130), ("sendeof", 0)])
def test_leaving_before_anybody_came_stops_the_server(server: Any, leave: str, status: int) -> None:
    getattr(server, leave)()
    assert ends(server, status).endswith("Shutting Down!\r\n")


def test_terminal_is_left_as_it_was(spawn: Spawn, server: Any) -> None:
    """A command that follows can read and write, after a peaceful end and after a signal."""
    client = spawn("client", "--port", server.port, through="{}; echo over; cat; exit 7")
    before = termios.tcgetattr(client.child_fd)
    client.expect_exact(PROMPT)
    client.sendline("/q")
    client.expect_exact("Shutting Down!\r\nover\r\n")
    assert termios.tcgetattr(client.child_fd) == before
    client.sendline("cat works")
    client.expect_exact("cat works\r\ncat works")
    client.sendeof()
    ends(client, 7)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["client", "--port", "1"], 1, "chatgame: Nobody is listening at localhost on port 1."),
        (
            ["client", "--insecure", "--host", "no.such.host.invalid"],
            1,
            'chatgame: There is no host by the name "no.such.host.invalid".',
        ),
        (["client", "--port", "70000"], 2, "70000 is not a port. A port is a number from 0 to 65535."),
        (["client", "--port", "x"], 2, "x is not a port"),
        (["server", "--port", "-1"], 2, "-1 is not a port"),
        (["dance"], 2, 'chatgame: There is no command "dance". The commands are solo, server'),
        (["serve"], 2, 'chatgame: There is no command "serve". Did you mean chatgame server? See chatgame --help.\n'),
        (["connect"], 2, "Did you mean chatgame client?"),
        (["server", "now"], 2, 'chatgame: "now" is not understood here. See chatgame --help.\n'),
        (["client", "9-medicine", "--insecure", "9-a-b"], 2, "chatgame: A code is of no use with --insecure."),
        ([], 0, "usage: chatgame"),
        (["--help"], 0, "chatgame server --host 0.0.0.0"),
        (["help", "client"], 0, "chatgame client 192.0.2.2 7-guitar-island"),
        (["--version"], 0, "chatgame 0."),
    ],
)
def test_wrong_usage_and_failures_are_one_clear_line(arguments: list[str], status: int, words: str) -> None:
    """The exit status fits."""
    process = subprocess.run(
        [*COMMAND, *arguments], check=False, capture_output=True, text=True, stdin=subprocess.PIPE, timeout=10
    )
    assert process.returncode == status
    assert words in process.stdout + process.stderr
    assert "Traceback" not in process.stderr
    assert process.stderr.count("\n") == bool(status)


def test_port_in_use_says_so_and_what_to_do(spawn: Spawn, server: Any) -> None:
    second = spawn("server", "--port", server.port)
    assert f"chatgame: Port {server.port} on localhost is in use already." in ends(second, 1)


def test_output_that_nobody_reads_any_more_leaves(server: Any) -> None:
    """`chatgame client | head` shows no traceback, and the partner is told."""
    client = subprocess.Popen(
        [*COMMAND, "client", "--port", server.port],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with client:
        assert client.stdin
        assert client.stdout
        assert client.stderr
        client.stdin.write("Hello\n")
        client.stdin.flush()
        server.expect_exact(PROMPT)
        client.stdout.close()
        server.sendline("Hi")
        assert "has requested shutdown" in ends(server, 0)
        assert client.stderr.read() == "chatgame: The output was closed, or is full, so the conversation ended.\n"
    assert client.returncode == 1


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_closed_standard_stream_is_refused_before_anything_begins(closed: str) -> None:
    """One line says so where there is somewhere to write it, and the exit status is 1."""
    process = subprocess.run(
        ["/bin/sh", "-c", f"{' '.join(COMMAND)} server --port 0 {closed}"],
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.PIPE,
        timeout=10,
    )
    assert process.returncode == 1
    assert "Traceback" not in process.stderr
    if "2" not in closed:
        assert process.stderr.startswith("chatgame: chatgame needs open standard input, output and error.")


def test_files_for_standard_streams_work_too(server: Any, tmp_path: Any) -> None:
    """The console then reads and writes in threads; nothing is lost at the end."""
    (tmp_path / "lines").write_text("Hello\n/q\n")
    with (tmp_path / "lines").open() as lines, (tmp_path / "screen").open("w") as screen:
        client = subprocess.Popen([*COMMAND, "client", "--port", server.port], stdin=lines, stdout=screen)
        server.expect_exact(PROMPT)
        server.sendline("Hi")
        assert client.wait(timeout=10) == 0
    assert (tmp_path / "screen").read_text().endswith("Hi\nEnter Input >/q\nShutting Down!\n")
    ends(server, 0)


def test_terminal_for_input_and_a_file_for_output(server: Any, spawn: Spawn, tmp_path: Any) -> None:
    """The reading thread waits for a line that never comes, and the program ends all the same."""
    screen = tmp_path / "screen"
    client = spawn("client", "--port", server.port, through=f"exec {{}} > {screen}")
    server.expect_exact("Waiting for message...")
    server.sendeof()
    ends(server, 0)
    ends(client, 0)
    assert screen.read_text().endswith("Server has requested shutdown. Shutting down!\n")


def test_text_of_the_partner_reaches_the_terminal_inert(server: Any, client: Any) -> None:
    """Escape sequences typed by one side do nothing at the other."""
    client.sendline("\x1b]0;owned\x1b\\ \x9b31m")
    server.expect_exact(PROMPT)
    assert r"\x1b]0;owned\x1b\ \x9b31m" in server.before
    assert "\x1b" not in server.before


@pytest.mark.parametrize(
    ("env", "coloured"), [({"NO_COLOR": ""}, True), ({}, False), ({"NO_COLOR": "", "TERM": "dumb"}, False)]
)
def test_marks_on_a_board_are_coloured_where_the_terminal_has_colours(
    spawn: Spawn, server: Any, env: dict[str, str], coloured: bool
) -> None:
    """There are none with NO_COLOR or on a dumb terminal; without its codes the text is the same."""
    client = spawn("client", "--port", server.port, **env)
    client.expect_exact(PROMPT)
    assert ("\x1b" in client.before) is coloured
    say(client, "play tictactoe", server)
    say(server, "5", client)
    assert ("\x1b[36;7mX\x1b[0m" in client.before) is coloured
    assert " 4 | X | 6\r\n" in CODES.sub("", client.before)
    assert "\x1b" not in server.before


def test_names_and_boards_in_words_are_shown_on_real_terminals(spawn: Spawn) -> None:
    """`--name` and `--plain` ask for them."""
    server = spawn("server", "--port", "0", "--name", "Ben")
    server.expect(r"port: (\d+)\r\n")
    client = spawn("client", "--port", server.match.group(1), "--name", "Anna", "--plain", NO_COLOR="")
    client.expect_exact("Your partner is Ben.\r\n")
    client.expect_exact(PROMPT)
    server.sendline("too early")
    server.expect(
        r"Not your turn yet, so this was not sent: too early\r\nWaiting since \d\d:\d\d: Anna writes next\.\r\n"
    )
    say(client, "play tictactoe", server)
    assert "Anna started a game of tic-tac-toe.\r\n" in server.before
    say(server, "5", client)
    assert "\r\nBen played 5.\r\nBen: 5 centre.\r\nFree: 1, 2, 3, 4, 6, 7, 8, 9.\r\n" in client.before
    assert not re.search(r"\x1b\[|---", client.before)
    client.sendline("/resign")
    server.expect_exact("Game over, you won: Anna resigned.")
    say(server, "/rematch", client)
    client.sendline("/q")
    assert "Anna has requested shutdown. Shutting down!" in ends(server, 0)
    ends(client, 0)


def test_newcomer_alone_plays_a_bot(spawn: Spawn) -> None:
    """One command, one terminal: the bot greets, plays a game with something hidden in it, and is left."""
    solo = spawn("solo", "--level", "easy", "--seed", "1")
    solo.expect_exact(PROMPT)
    solo.sendline("Hello")
    solo.expect_exact("Hello! I am a bot and play tictactoe, connect4")
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
    solo = spawn("solo", *words, "--level", "easy", "--seed", "1")
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
        (["chess"], "chatgame: There is no such game. Type play and one of tictactoe"),
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
    """`server --bot` answers a person at the client."""
    server = spawn("server", "--bot", "--port", "0")
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
    """`client --bot` greets; Ctrl-C at its terminal ends both."""
    server = spawn("server", "--port", "0")
    server.expect(r"port: (\d+)\r\n")
    client = spawn("client", "--bot", "--port", server.match.group(1))
    server.expect_exact("Hello! I am a bot")
    server.expect_exact(PROMPT)
    client.sendintr()
    ends(client, 130)
    assert "Client has requested shutdown. Shutting down!" in ends(server, 0)


def test_word_in_hangman_is_seen_by_its_owner_alone(server: Any, client: Any) -> None:
    """The other player sees it when the game is over."""
    client.sendline("play hangman")
    client.expect_exact("a word of 3 to 20 letters")
    client.expect_exact(PROMPT)
    client.sendline("secret")
    client.expect_exact("The word: secret")
    server.expect_exact("The word has 6 letters.")
    server.expect_exact(PROMPT)
    assert "secret" not in server.before
    server.sendline("secret")
    server.expect_exact("The word was secret.")
    server.expect_exact("Game over, you won: the word is known.")


def test_name_server_that_does_not_answer_holds_nobody(tmp_path: Any) -> None:
    """Ctrl-C ends the program in time, although the thread that looks the name up hangs on."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket, time\n"
        "socket.getaddrinfo = lambda *_, **__: (print('looks it up', flush=True), time.sleep(60))\n"
    )
    client = subprocess.Popen(
        [*COMMAND, "client", "--insecure", "--host", "slow.example"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    with client:
        assert client.stdout
        while client.stdout.readline() != b"looks it up\n":
            pass
        client.send_signal(signal.SIGINT)
        assert client.wait(10) == 130


def test_title_of_the_window_is_given_back(spawn: Spawn) -> None:
    """What it was is kept first, and the last word restores it."""
    server = spawn("server", "--port", "0", NO_COLOR="")
    server.expect_exact("\x1b[22;2t")
    server.expect_exact("Server listening on")
    server.sendintr()
    assert ends(server, 130).endswith("\x1b[23;2t")
