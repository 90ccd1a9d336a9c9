"""A partner in another language, written after the protocol's README alone, talks and plays with the real server."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.protocol.frames import frame
from chatgame.protocol.hello import session_opened_by
from chatgame.protocol.messages import decode
from tests.kit.logs import NONCE
from tests.kit.terminals import PROMPT, Spawn, ends, say

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are POSIX")
if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

NODE = shutil.which("node")
if not NODE:
    pytest.skip("node is not installed", allow_module_level=True)

CLIENT = str(Path(__file__).parent.parent / "examples" / "client.mjs")
FAST = "data:text/javascript," + "".join(
    f"const {name} = globalThis.{name}; globalThis.{name} = (call, time) => {name}(call, time / 40);"
    for name in ("setInterval", "setTimeout")
)
"""Makes timers of Node run forty times as fast."""


@pytest.fixture
def client(start: Spawn, server: Any) -> Any:
    """The foreign client, at its first prompt."""
    process = start(NODE, CLIENT, server.port)
    process.expect_exact(PROMPT)
    return process


def test_client_in_javascript_is_short_and_needs_nothing() -> None:
    """It has at most 185 lines, and imports Node's own modules alone."""
    source = Path(CLIENT).read_text(encoding="utf-8")
    assert source.count("\n") <= 185
    assert all(module.startswith("node:") for module in re.findall(r'from "(.+)"', source))


def test_chat_with_multibyte_text_and_quit_by_the_client(server: Any, client: Any) -> None:
    """The texts arrive as they were typed, and both programs end in peace."""
    for word in ("Grüße 🎲", "//slash", "plain"):
        say(client, word, server)
        assert f"{word.removeprefix('/')}\r\n" in server.before
        say(server, f"{word} back ☃", client)
        assert f"Server says: {word.removeprefix('/')} back ☃" in client.before
    client.sendline("/q")
    assert ends(client, 0).endswith("Shutting Down!\r\n")
    assert ends(server, 0).endswith("Client has requested shutdown. Shutting down!\r\n")


def test_client_can_open_a_game(server: Any, client: Any) -> None:
    """It refuses its own wrong moves, which keeps its turn; the server refuses its player's; then chat goes on."""
    say(client, "play chess", client)
    assert "not on both sides" in client.before
    say(client, "play tictactoe", server)
    server.sendline("/say good luck")
    client.expect_exact("Server says: good luck")
    server.expect_exact(PROMPT)
    say(server, "5", client)
    assert " 4 | X | 6\r\n" in client.before
    for wrong in ("5", "0", "10", "x"):
        say(client, wrong, client)
        assert "A move is the digit of a free cell." in client.before
    client.sendline("/say hm")
    server.expect_exact("Client says: hm")
    client.expect_exact(PROMPT)
    say(client, "1", server)
    say(server, "1", server)
    assert "Cell 1 is taken" in server.before
    say(server, "3", client)
    say(client, "2", server)
    server.sendline("7")
    server.expect_exact("Game over, you won: three in a row.")
    client.expect_exact("Game over, the server won: three in a row.")
    server.expect_exact(PROMPT)
    say(server, "again?", client)
    say(client, "/resign", client)
    assert "A turn of another kind is due" in client.before
    client.sendline("/q")
    ends(client, 0)
    ends(server, 0)


def test_server_can_open_games(server: Any, client: Any) -> None:
    """One ends in a draw, and each side resigns one; then the server quits."""
    say(client, "Hello", server)
    say(server, "play tictactoe", client)
    for x, o in ("51", "28", "46", "37"):
        say(client, x, server)
        say(server, o, client)
    client.sendline("9")
    client.expect_exact("Game over, a draw: the board is full.")
    client.expect_exact(PROMPT)
    server.expect_exact("Game over, a draw: the board is full.")
    say(client, "play tictactoe", server)
    server.sendline("/resign")
    client.expect_exact("Game over, you won")
    server.expect_exact(PROMPT)
    say(server, "play tictactoe first", server)
    say(server, "1", client)
    say(client, "2", server)
    say(server, "3", client)
    client.sendline("/resign")
    server.expect_exact("Game over, you won: the client resigned.")
    client.expect_exact(PROMPT)
    say(client, "Bye", server)
    server.sendline("/q")
    assert ends(server, 0).endswith("Shutting Down!\r\n")
    assert ends(client, 0).endswith("The server has left.\r\n")


def test_draws_are_offered_and_moves_taken_back(server: Any, client: Any) -> None:
    """Either side asks, declines and accepts."""
    say(client, "play tictactoe", server)
    say(server, "5", client)
    say(client, "/undo", client)
    assert "A draw can be offered, and to take back a move." in client.before
    say(client, "/draw", server)
    assert "The client offers a draw." in server.before
    say(server, "/decline", client)
    assert "It is your move: a free cell." in client.before
    say(client, "/draw", client)
    assert "There was an offer at this move already." in client.before
    say(client, "/accept", client)
    assert "A turn of another kind is due: say, offer, move, resign, quit." in client.before
    say(client, "1", server)
    say(server, "/undo", client)
    assert "It is your answer: /accept or /decline." in client.before
    say(client, "2", client)
    assert "A turn of another kind is due: say, respond, resign, quit." in client.before
    say(client, "/accept", server)
    assert "The client agreed: your last move is taken back." in server.before
    say(server, "9", client)
    assert " 1 | 2 | 3\r\n---+---+---\r\n 4 | 5 | 6\r\n---+---+---\r\n 7 | 8 | X\r\n" in client.before
    say(client, "5", server)
    say(server, "7", client)
    say(client, "/undo", server)
    say(server, "/accept", client)
    say(client, "8", server)
    say(server, "/draw", client)
    client.sendline("/accept")
    client.expect_exact("Game over, a draw: both agreed.")
    server.expect_exact("Game over, a draw: both agreed.")
    server.expect_exact(PROMPT)
    server.sendline("/q")
    ends(server, 0)
    ends(client, 0)


def test_ctrl_c_of_the_client_while_it_waits_ends_both(server: Any, client: Any) -> None:
    """They end at once, since each answers the other's goodbye."""
    say(client, "Hello", server)
    client.sendintr()
    assert ends(client, 130).endswith("Shutting Down!\r\n")
    assert "Client has requested shutdown" in ends(server, 0)


def test_server_that_leaves_out_of_turn_ends_the_client(server: Any, client: Any) -> None:
    """The client says so, even at its prompt."""
    server.sendintr()
    ends(server, 130)
    assert ends(client, 0).endswith("The server has left.\r\n")


def test_end_of_input_on_a_terminal_leaves(server: Any, client: Any) -> None:
    client.sendeof()
    assert ends(client, 0).endswith("Shutting Down!\r\n")
    assert "Client has requested shutdown" in ends(server, 0)


def test_server_that_is_killed_is_named(server: Any, client: Any) -> None:
    """The client cannot come back, and says that the connection is gone."""
    server.kill(signal.SIGKILL)
    assert ends(client, 1).endswith("There is no connection to the server.\r\n")


@pytest.mark.parametrize("lines", ["ünï\r\n/q\r\n", "\n" + "x" * 4097 + "\nünï\n/q"])
def test_lines_from_a_pipe_wait_for_their_turn(server: Any, lines: str) -> None:
    """They do also without a last line end; those that cannot be sent cost a sentence each."""
    client = subprocess.Popen([str(NODE), CLIENT, server.port], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert client.stdin
    client.stdin.write(lines.encode())
    client.stdin.close()
    client.stdin = None
    server.expect_exact("ünï\r\n")
    server.expect_exact(PROMPT)
    server.sendline("Hi")
    output = client.communicate(timeout=10)[0].decode()
    assert output.endswith("Server says: Hi\nEnter Input >Shutting Down!\n")
    assert ("at most, not 4097." in output) is ("x" in lines)
    assert client.returncode == 0
    ends(server, 0)


def test_longest_text_passes_and_the_end_of_a_pipe_leaves(server: Any) -> None:
    """4096 bytes pass; the client leaves after the last line."""
    text = "é" * 2048
    subprocess.run([str(NODE), CLIENT, server.port], input=text.encode(), capture_output=True, check=True, timeout=10)
    assert text in ends(server, 0).replace("\r\n  ", "")


def test_client_that_finds_no_server_says_so() -> None:
    """The exit status is 1."""
    done = subprocess.run([str(NODE), CLIENT, "1"], check=False, capture_output=True, timeout=10, input=b"")
    assert (done.returncode, done.stdout, done.stderr) == (1, b"There is no connection to the server.\n", b"")


Pretend = Callable[..., "Impostor"]


class Impostor:
    """A server by hand at a real socket, who may say anything; the foreign client has said hello to it."""

    def __init__(self, lines: str, *options: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = str(listener.getsockname()[1])
            self.client = subprocess.Popen(
                [str(NODE), *options, CLIENT, port], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            listener.settimeout(5)
            self.socket = listener.accept()[0]
        self.socket.settimeout(5)
        self.stream = self.socket.makefile("rb")
        assert self.client.stdin
        self.client.stdin.write(lines.encode())
        self.client.stdin.flush()
        self.hello = self.receive_payload()

    def say_hello(self, **fields: Any) -> None:
        """Say hello as a server does; `fields` replace what would be right."""
        hello = {
            "type": "hello",
            "protocol": "1.7",
            "seat": "server",
            "nonce": NONCE.hex(),
            "games": {"tictactoe": 1},
            "mood": [],
        }
        payload = json.dumps(hello | fields).encode()
        session, games = session_opened_by(self.hello, payload), json.loads(self.hello)["games"]
        self.table = Table.open(session, {"tictactoe": BUILT_IN["tictactoe"]}, games)
        self.send(payload)

    def send(self, payload: bytes) -> None:
        """Send a message in a frame."""
        self.socket.sendall(frame(payload))

    def receive(self) -> dict[str, Any]:
        """The client's next message, which is valid."""
        message: dict[str, Any] = json.loads(self.receive_payload())
        return message

    def receive_payload(self) -> bytes:
        """The bytes of it."""
        payload = self.stream.read(int.from_bytes(self.stream.read(4)))
        assert decode(payload)
        return payload

    def follow(self) -> None:
        """Take the client's next turn to our table, which checks it."""
        while (message := self.receive())["type"] == "alive":
            pass
        turn = decode(json.dumps(message).encode())
        assert isinstance(turn, Turn)
        self.table = self.table.after(turn)

    def turn(self, kind: str, text: str, /, **fields: Any) -> bytes:
        """Our next turn, which would be right, but for `fields`; our table takes it as it would be."""
        turn, self.table = self.table.write(Seat.SERVER, Kind(kind), text)
        message = {name: str(getattr(turn, name)) for name in ("seat", "kind", "text", "digest")}
        return json.dumps({"type": "turn", "number": turn.number, **message} | fields).encode()

    def close(self) -> tuple[str, int]:
        """Hang up; what the client has written and its exit status."""
        self.stream.close()
        self.socket.close()
        output = self.client.communicate(timeout=10)[0].decode()
        return output, self.client.returncode

    def refused(self) -> str:
        """See that the client ends with one sentence, which it also tells us; returns it."""
        while (message := self.receive())["type"] != "bye":
            assert message["type"] == "alive"
        output, status = self.close()
        assert (message["reason"], status) == ("refused", 1)
        assert output.endswith(message["text"] + "\n")
        return str(message["text"])


@pytest.fixture
def pretend() -> Iterator[Pretend]:
    """Makes impostors, and leaves nothing of them behind."""
    made: list[Impostor] = []

    def make(lines: str, *options: str) -> Impostor:
        made.append(Impostor(lines, *options))
        return made[-1]

    yield make
    for one in made:
        one.stream.close()
        one.socket.close()
        with one.client:
            one.client.kill()


WRONG: dict[str, dict[str, Any]] = {
    "number": {"number": 5},
    "seat": {"seat": "client"},
    "kind": {"kind": "answer"},
    "move without a game": {"kind": "move"},
    "digest": {"digest": "0" * 64},
    "text": {"text": "another"},
    "no text": {"text": ""},
    "text that is not a string": {"text": 1},
    "half a character": {"text": "\ud800"},
    "long text": {"text": "é" * 2049},
    "unknown field": {"more": 1},
    "game nobody has": {"kind": "play", "text": "chess"},
    "offer without a game": {"kind": "offer", "text": "draw"},
    "second hello": {"type": "hello"},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=list(WRONG))
def test_wrong_turn_ends_the_session_with_a_sentence(pretend: Pretend, wrong: dict[str, Any]) -> None:
    """Anything may be wrong with it; a right one before it is taken."""
    server = pretend("Hello\n")
    server.say_hello()
    server.follow()
    server.send(server.turn("say", "Hi", **wrong))
    assert server.refused().startswith("The server broke the protocol: ")


@pytest.mark.parametrize("cell", ["5", "10", "\u0661"])
def test_wrong_move_of_the_server_is_refused(pretend: Pretend, cell: str) -> None:
    """It is on a taken cell, or on none, with a digest that would be right for it or not."""
    server = pretend("Hello\n5\n")
    server.say_hello()
    server.follow()
    server.send(server.turn("play", "tictactoe"))
    server.follow()
    server.send(server.turn("move", "1", text=cell))
    assert server.refused().startswith("The server broke the protocol: ")


RAW = {
    "empty frame": bytes(4),
    "long frame": (32769).to_bytes(4) + bytes(10),
    "no JSON": frame(b"x"),
    "BOM": frame(b'\xef\xbb\xbf{"type":"alive"}'),
    "no UTF-8": frame(b'{"type":"alive","x":"\xff"}'),
    "brackets": frame(b"[" * 20_000),
}


@pytest.mark.parametrize("raw", RAW.values(), ids=list(RAW))
def test_bytes_that_are_not_a_message_end_the_session(pretend: Pretend, raw: bytes) -> None:
    """They come in the middle of the session."""
    server = pretend("Hello\n")
    server.say_hello()
    server.follow()
    server.socket.sendall(raw)
    server.refused()


@pytest.mark.parametrize("fields", [{"seat": "client"}, {"protocol": "2.0"}, {"session": "0" * 64}, {"nonce": ""}])
def test_wrong_hello_ends_the_session(pretend: Pretend, fields: dict[str, Any]) -> None:
    """Nothing was said before."""
    server = pretend("Hello\n")
    server.say_hello(**fields)
    server.refused()


@pytest.mark.parametrize(("reason", "status"), [("left", 0), ("taken", 1), ("later", 1)])
def test_goodbye_of_the_server_instead_of_a_hello_is_named(pretend: Pretend, reason: str, status: int) -> None:
    """Its reason may be one of a later version."""
    server = pretend("Hello\n")
    server.send(json.dumps({"type": "bye", "reason": reason, "since": 5}).encode())
    assert server.receive() == {"type": "bye", "reason": "left"}
    output, ended = server.close()
    assert ended == status
    assert reason in output


def test_what_the_server_says_does_nothing_to_the_terminal(pretend: Pretend) -> None:
    """Escape sequences, line ends and text that runs backwards are shown as their escapes; letters stay."""
    server = pretend("Hello\n/q\n")
    server.say_hello()
    server.follow()
    server.send(server.turn("say", "\x1b]0;owned\x07 \x9b31m\u202eevil\n\u2028ü☃🎲"))
    server.follow()
    server.send(b'{"type":"bye","reason":"left"}')
    output, status = server.close()
    assert r"Server says: \u{1b}]0;owned\u{7} \u{9b}31m\u{202e}evil\u{a}\u{2028}ü☃🎲" in output
    assert status == 0


def test_twenty_remarks_pass_and_no_more(pretend: Pretend) -> None:
    """The client refuses its own, and then the server's."""
    server = pretend("play tictactoe\n" + "/say x\n" * 21 + "1\n")
    server.say_hello()
    server.follow()
    server.send(server.turn("move", "5"))
    for _ in range(21):
        server.follow()
    for _ in range(20):
        server.send(server.turn("say", "y"))
    server.send(server.turn("move", "9", kind="say"))
    assert server.refused().endswith("After 20 remarks in a row a move is due.")


def test_client_gives_signs_of_life_and_notices_silence(pretend: Pretend) -> None:
    """Its clock runs faster here."""
    server = pretend("", "--import", FAST)
    server.say_hello()
    assert [server.receive() for _ in range(2)] == [{"type": "alive"}] * 2
    while server.stream.read(4096):
        pass
    output, status = server.close()
    assert output.endswith("The server has been silent for 15 seconds.\n")
    assert status == 1


def test_messages_may_come_byte_by_byte_and_many_at_once(pretend: Pretend) -> None:
    """A stream knows no messages."""
    server = pretend("Hello\n/q\n")
    server.say_hello()
    server.follow()
    alive, turn = frame(b' {"type" : "alive"}\n'), frame(server.turn("say", "Hi"))
    for byte in alive:
        server.socket.sendall(bytes([byte]))
    server.socket.sendall(alive + turn + alive)
    server.follow()
    assert not server.table.token
    server.send(b'{"type":"bye","reason":"left"}')
    output, status = server.close()
    assert output.endswith("Server says: Hi\nEnter Input >Shutting Down!\n")
    assert status == 0
