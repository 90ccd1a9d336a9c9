"""The program from its first line to its last: no signal, input or output shows a traceback or hangs it."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from chatgame.core.limits import MAX_TEXT
from chatgame.core.seats import Seat
from chatgame.core.sentences import PROMPT
from chatgame.games import BUILT_IN
from chatgame.net.tcp import DIAL_TIME
from chatgame.players.person.lines import LONGEST
from tests.kit.command import COMMAND
from tests.kit.ends import Peer
from tests.kit.terminals import ends, pexpect

if sys.platform == "win32":
    pytest.skip("signals and streams that are POSIX", allow_module_level=True)

SCRIPT = shutil.which("chatgame", path=str(Path(sys.executable).parent)) or ""

STARTS = [pytest.param(COMMAND, id="module"), pytest.param([SCRIPT], id="script")]

SITE = """
import atexit, os, signal, sys

number, moment = getattr(signal, os.environ["SIGNAL"]), os.environ["MOMENT"]

class Finder:
    def find_spec(name, path=None, target=None):
        if name == moment:
            sys.meta_path.remove(Finder)
            signal.raise_signal(number)

if moment == "end":
    atexit.register(signal.raise_signal, number)
else:
    sys.meta_path.insert(0, Finder)
"""
"""What Python imports by itself when it starts: it sends the program a signal at a certain moment."""

SERVER, CLIENT, COMPLETION = ["server", "--port", "0"], ["client", "--port", "1"], ["completion", "bash"]

IMPORTED = ["chatgame.cli", "asyncio", "msgspec", "chatgame.players.person.output", "end"]
"""Moments at which the program begins or ends: when these modules are imported, and when the interpreter ends."""

RUNNING = [
    ("chatgame.players.person.terminal", SERVER),
    ("aioconsole.stream", SERVER),
    ("chatgame.program", SERVER),
    ("chatgame.program.client", CLIENT),
    ("chatgame.program.client", ["client", "--player", "bot"]),
    ("chatgame.demo", ["demo"]),
    ("chatgame.journal.store", SERVER),
    ("chatgame.journal.reader", ["history"]),
    ("chatgame.records.history", ["history"]),
    ("shtab", COMPLETION),
]
"""Modules that are imported late, by a command that runs."""


def clean(**more: str) -> dict[str, str]:
    """The environment without what makes Python write otherwise than it does by itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | more


def run(*arguments: str, start: list[str] = COMMAND, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run chatgame to its end."""
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "env": clean()} | options
    return subprocess.run([*start, *arguments], text=True, timeout=20, check=False, **streams)


# Signals


def run_until(moment: str, number: signal.Signals, folder: Path, *command: str, start: list[str] = COMMAND) -> str:
    """Run chatgame, which gets a signal at this moment and ends by it; returns what it wrote to standard error."""
    (folder / "sitecustomize.py").write_text(SITE)
    env = clean(PYTHONPATH=str(folder), SIGNAL=number.name, MOMENT=moment)
    ended = run(*command, start=start, env=env, stdin=subprocess.DEVNULL)
    assert ended.returncode in (-number, 128 + number)  # a shell sees the same
    return ended.stderr


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("moment", IMPORTED)
def test_ctrl_c_while_the_program_begins_or_ends_shows_nothing(tmp_path: Path, moment: str, start: list[str]) -> None:
    assert run_until(moment, signal.SIGINT, tmp_path, "--help" if moment == "end" else "solo", start=start) == ""


@pytest.mark.parametrize(
    ("moment", "command", "number"),
    [
        *((*running, signal.SIGINT) for running in RUNNING),
        *((*running, number) for running, number in zip(RUNNING, cycle((signal.SIGTERM, signal.SIGHUP)))),
    ],
)
def test_signal_while_a_command_runs_shows_no_error(
    tmp_path: Path, moment: str, command: list[str], number: signal.Signals
) -> None:
    """The event loop may have just begun. The other signals are handled alike, so each command gets one of them."""
    assert run_until(moment, number, tmp_path, *command) == ""


def test_signal_that_is_to_be_ignored_is_ignored() -> None:
    """A shell ignores Ctrl-C in the background: the second signal ends the program, and not the first."""

    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    with subprocess.Popen(
        [*COMMAND, *SERVER],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=ignore,  # noqa: PLW1509  # no threads here
    ) as server:
        assert server.stdout
        assert "Server listening" in server.stdout.readline()
        server.send_signal(signal.SIGINT)
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 143


NIM = (Path(__file__).parent.parent / "examples" / "nim.py").read_text()


@pytest.mark.parametrize("editor", ["no", "yes"])
@pytest.mark.parametrize("method", ["board", "parse"])
def test_ctrl_c_ends_a_program_that_is_stuck(spawn: Any, tmp_path: Path, method: str, editor: str) -> None:
    """The rules of a plugin never come to an end, for the person or for the bot, so a first Ctrl-C is not noticed."""
    stuck = re.sub(rf"(def {method}\(.*\n)", r"\1        while True:\n            pass\n", NIM)
    (tmp_path / "stuck.py").write_text(stuck)
    metadata = tmp_path / "stuck-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: stuck\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[chatgame.games]\nnim = stuck:Nim\n")
    solo = spawn("solo", PYTHONPATH=str(tmp_path), CHATGAME_EDITOR=editor)
    solo.expect_exact(PROMPT)
    solo.sendline("play nim")
    solo.expect_exact("play nim" if method == "board" else "Waiting for the bot...")
    for _ in range(50):
        solo.kill(signal.SIGINT)  # which a terminal in its raw mode does not send
        if solo.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=0.1) == 0:
            break
    solo.wait()
    assert (solo.exitstatus, solo.signalstatus) in ((130, None), (None, signal.SIGINT))
    assert "Traceback" not in solo.before


def test_ctrl_c_is_noticed_while_a_name_server_does_not_answer(tmp_path: Path) -> None:
    """Nothing else wakes the event loop, and the thread that looks the name up hangs on; it even gets the signal."""
    (tmp_path / "sitecustomize.py").write_text(
        "import signal, socket, time\n"
        "socket.getaddrinfo = lambda *_, **__: (signal.raise_signal(signal.SIGINT), time.sleep(60))\n"
    )
    began = time.monotonic()
    client = run(
        "client", "--insecure", "--host", "slow.example", env=clean(PYTHONPATH=str(tmp_path)), stdin=subprocess.PIPE
    )
    assert (client.returncode, client.stderr) == (130, "")
    assert time.monotonic() - began < DIAL_TIME - 1  # when the loop wakes by itself


# Streams


def closed() -> int:
    """A pipe that nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def full() -> int:
    """A device that is full."""
    return os.open("/dev/full", os.O_WRONLY)


WRITING = [["--help"], ["--version"], [], ["history"], COMPLETION, ["demo"]]


@pytest.mark.parametrize("command", WRITING, ids=" ".join)
def test_output_that_cannot_be_written_shows_no_traceback(command: list[str]) -> None:
    """A pipe that nobody reads ends a program as by its signal; of anything else it complains."""
    for stream, status, words in ((closed(), 141, ""), (full(), 1, "chatgame: The output cannot be written (")):
        ended = run(*command, stdin=subprocess.DEVNULL, stdout=stream)
        os.close(stream)
        assert ended.returncode == status
        assert ended.stderr.startswith(words)
        assert ended.stderr.count("\n") == (status == 1)


@pytest.mark.parametrize("command", [["nonsense"], ["forget", "99"], ["replay", "99"], ["client", "--port", "1"]])
def test_complaint_that_cannot_be_written_leaves_the_status(command: list[str]) -> None:
    """It does not get onto the output either."""
    explained = run(*command, stdin=subprocess.DEVNULL)
    assert explained.stderr
    for stream in (closed(), full()):
        ended = run(*command, stdin=subprocess.DEVNULL, stderr=stream)
        os.close(stream)
        assert (ended.returncode, ended.stdout) == (explained.returncode, explained.stdout)
    silent = run("-c", f"exec {' '.join([*COMMAND, *command])} 2>&-", start=["/bin/sh"], stdin=subprocess.DEVNULL)
    assert (silent.returncode, silent.stdout) == (explained.returncode, explained.stdout)


def piped(text: bytes) -> "subprocess.CompletedProcess[bytes]":
    """Run a conversation with a bot, whose person types through a pipe."""
    return subprocess.run([*COMMAND, "solo"], input=text, capture_output=True, env=clean(), timeout=30, check=False)


@pytest.mark.parametrize(
    "command", [["dance"], ["client", "--host", "192.0.2.2"]], ids=["wrong usage", "what cannot be reached"]
)
def test_complaint_is_broken_between_words_on_a_terminal_alone(spawn: Any, command: list[str]) -> None:
    whole = run(*command, stdin=subprocess.DEVNULL).stderr
    assert whole.count("\n") == 1
    assert len(whole) > 100
    rows = ends(spawn(*command), 2 if command == ["dance"] else 1).split("\r\n")
    assert max(map(len, rows)) <= 100
    assert " ".join(map(str.strip, rows)).strip() == whole.strip()


@pytest.mark.parametrize("size", [70_000, 1_000_000])
@pytest.mark.parametrize("end", [b"", b"\nHello\n/q\n"], ids=["end", "more"])
def test_line_that_is_endless_is_refused(size: int, end: bytes) -> None:
    """Whatever comes after it is sent."""
    ended = piped(b"x" * size + end)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert f"That line has more than {LONGEST} bytes, so it was not sent; {MAX_TEXT} go".encode() in ended.stdout
    assert (b"Hello! I am a bot" in ended.stdout) is (b"Hello" in end)
    assert ended.stdout.endswith(b"Shutting Down!\n")


@pytest.mark.parametrize("through", ["pipe", "file"])
def test_each_line_is_sent_or_refused_whatever_its_bytes_are(tmp_path: Path, through: str) -> None:
    """Python may take the encoding for ASCII."""
    lines = [b"one", b"\x00", b"\xff\xfe", "grüß".encode(), b"\xed\xa0\x80", b"\x1b[2J", b"two\r", b"", b"/q"]
    text = b"\n".join(lines)
    with open(tmp_path / "lines", "wb+") as file:
        file.write(text)
        file.seek(0)
        source: dict[str, Any] = {"stdin": file} if through == "file" else {"input": text}
        env = clean(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii:strict")
        ended = subprocess.run([*COMMAND, "solo"], **source, capture_output=True, env=env, timeout=30, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    shown = ended.stdout.decode()
    assert shown.count(PROMPT) == len(lines)
    assert shown.count("That line is not UTF-8 text, so it was not sent.") == 2
    assert shown.count("An empty line is not sent.") == 1
    for typed in ("one", r"\x00", r"\x1b[2J", "two"):
        assert f"{PROMPT}{typed}\n" in shown


async def test_output_that_is_closed_while_input_comes_is_one_line() -> None:
    """In `... | chatgame client | head`, the server does not answer the goodbye, and the client waits."""
    greeted = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(Seat.SERVER, (reader, writer))
        await peer.greet()
        greeted.set_result(peer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = str(server.sockets[0].getsockname()[1])
    client = await asyncio.to_thread(
        subprocess.Popen,
        [*COMMAND, "client", "--port", port],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean(),
    )
    peer = await greeted

    def leave() -> str:
        assert client.stdin
        assert client.stdout
        assert client.stderr
        shown = b""
        while not shown.endswith(PROMPT.encode()):
            shown += os.read(client.stdout.fileno(), 1000)
        client.stdout.close()
        try:
            while True:
                client.stdin.write(b"line\n")
                client.stdin.flush()
        except BrokenPipeError:
            with pytest.raises(BrokenPipeError):
                client.stdin.close()
        with client.stderr:
            return client.stderr.read().decode()

    complaint = await asyncio.to_thread(leave)
    assert complaint == "chatgame: The output was closed, or is full, so the conversation ended.\n"
    assert await asyncio.to_thread(client.wait) == 1
    peer.close()
    server.close()


def test_standard_error_that_nobody_reads_does_not_end_the_input() -> None:
    """Nothing is written there while people talk."""
    errors = closed()
    with subprocess.Popen(
        [*COMMAND, "solo"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=clean()
    ) as solo:
        os.close(errors)
        assert solo.stdin
        assert solo.stdout
        shown = b""
        while PROMPT.encode() not in shown:
            shown += os.read(solo.stdout.fileno(), 1000)
        assert b"Hello! I am a bot" in solo.communicate(b"Hello\n/q\n")[0]
    assert solo.returncode == 0


@pytest.mark.parametrize("editor", ["no", "yes"])
@pytest.mark.parametrize("end", ["/q\r", "\x03", "\x04"], ids=["quit", "Ctrl-C", "Ctrl-D"])
def test_python_finds_nothing_to_warn_of_on_a_terminal(start: Any, editor: str, end: str) -> None:
    """Its development mode names whatever was left open."""
    env = {"CHATGAME_EDITOR": editor, "PYTHONDEVMODE": "1", "PYTHONWARNINGS": "default"}
    solo = start(*COMMAND, "solo", **env)
    solo.expect_exact(PROMPT)
    solo.send(end)
    solo.expect(pexpect.EOF)
    assert "Warning" not in solo.before


@pytest.mark.parametrize(
    "command", [["solo"], ["demo"], ["history"], ["client", "--player", "bot", "--port", "1"]], ids=" ".join
)
@pytest.mark.parametrize("stream", [subprocess.PIPE, subprocess.DEVNULL], ids=["pipe", "null"])
def test_python_finds_nothing_to_warn_of_on_other_streams(command: list[str], stream: int) -> None:
    """These are pipes, and files in the widest sense."""
    env = clean(PYTHONDEVMODE="1", PYTHONWARNINGS="default")
    assert "Warning" not in run(*command, input="Hello\n/q\n", stdout=stream, env=env).stderr


# Start

USED_LATER = {
    *(f"chatgame.games.{name}" for name in BUILT_IN),
    *("chatgame.demo", "chatgame.journal.snapshot", "chatgame.net.tls", "chatgame.players.bot.bot"),
    *("chatgame.records", "cryptography", "difflib", "importlib.metadata", "platformdirs", "prompt_toolkit"),
    *("aioconsole.console", "json", "pydoc", "shtab", "spake2", "tempfile", "tomllib", "wcwidth"),
    *("chatgame.net.legs", "chatgame.players.person.boards", "chatgame.relay.lines"),
    "chatgame.protocol.words",
}
"""Modules that a short chat does without: only some games, commands or terminals need them."""

OF_GAMES_AND_BOTS = {
    *(f"chatgame.core.{name}" for name in ("cards", "curve", "deck", "guarded", "match", "perspective", "side")),
    *("chatgame.players.named", "chatgame.players.program.command", "shlex"),
}
"""Modules that two people who only chat do without."""

NAMES_MODULES = "import atexit, sys; atexit.register(lambda: sys.stderr.write(' '.join(sys.modules)))"
"""What Python imports by itself when it starts: at the end it names what the program has imported."""


def test_start_imports_nothing_that_is_used_later(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NAMES_MODULES)
    options: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = clean(PYTHONPATH=str(tmp_path))
    with subprocess.Popen([*COMMAND, *SERVER], text=True, env=env, **options) as server:
        assert server.stdout
        port = server.stdout.readline().split()[-1]
        client = run("client", "--port", port, input="Hello\n", env=env)
        loaded = [server.communicate()[1], client.stderr]
    for modules, others in zip((set(text.split()) for text in loaded), ("dial", "listen"), strict=True):
        assert "chatgame.program" in modules
        assert modules & (USED_LATER | OF_GAMES_AND_BOTS | {f"chatgame.net.{others}"}) == set()


def test_bot_loads_its_games_after_the_person_is_asked(tmp_path: Path) -> None:
    """Its first line names them."""
    (tmp_path / "sitecustomize.py").write_text(NAMES_MODULES)
    modules = set(run("solo", input="", env=clean(PYTHONPATH=str(tmp_path))).stderr.split())
    assert "chatgame.players.bot.bot" in modules
    assert modules & (USED_LATER - {"chatgame.players.bot.bot"} | {"chatgame.players.bot.strategies"}) == set()
