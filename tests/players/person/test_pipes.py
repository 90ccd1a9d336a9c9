"""A person whose input or output is not a terminal: pipes, files, and streams that are closed."""

import subprocess
from pathlib import Path

import pytest

from tests.kit.command import COMMAND
from tests.kit.terminals import CONSOLES, ENTER, PROMPT, KindOfConsole, Open, Terminal, ends

GOODBYE = "Client has requested shutdown. Shutting down!"


@pytest.fixture
def console() -> KindOfConsole:
    """What the server has."""
    return CONSOLES["bare"]


def test_4096_bytes_pass_and_one_more_does_not(server: Terminal) -> None:
    """Both numbers are named; a pipe can send more than a terminal holds."""
    text = "é" * 2048
    process = subprocess.run(
        [*COMMAND, "client", "--port", server.process.port],
        input=f"{text}x\n{text}\n",
        text=True,
        capture_output=True,
        check=True,
    )
    assert "4097 bytes in UTF-8; at most 4096" in process.stdout
    server.has_left(0, GOODBYE)
    assert text in server.written.replace("\r\n  ", "")


@pytest.mark.parametrize("lines", ["Hello\n/q\n", "Hello\n/q", "Hello\r\n/q\r\n"])
def test_client_on_a_pipe_has_the_screen_of_the_assignment(server: Terminal, lines: str) -> None:
    """Lines wait for their turn, also without a last line end."""
    client = subprocess.Popen(
        [*COMMAND, "client", "--port", server.process.port], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert client.stdin
    client.stdin.write(lines)
    client.stdin.close()
    client.stdin = None
    server.sees(PROMPT)
    server.type("Hi" + ENTER)
    output, _ = client.communicate(timeout=10)
    assert output.endswith("Enter Input >Hello\nHi\nEnter Input >/q\nShutting Down!\n")
    assert client.returncode == 0
    server.has_left(0, GOODBYE)


def test_end_of_a_pipe_leaves_after_the_last_line(server: Terminal) -> None:
    """The line before the end arrives."""
    subprocess.run(
        [*COMMAND, "client", "--port", server.process.port],
        input="only this",
        text=True,
        capture_output=True,
        check=True,
    )
    server.has_left(0, GOODBYE)
    assert "only this" in server.rows


def test_output_that_nobody_reads_any_more_leaves(server: Terminal) -> None:
    """`chatgame client | head` shows no traceback, and the partner is told."""
    client = subprocess.Popen(
        [*COMMAND, "client", "--port", server.process.port],
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
        while PROMPT not in client.stdout.readline():  # until nothing more is written before the answer
            pass
        server.sees(PROMPT)
        client.stdout.close()
        server.type("Hi" + ENTER)
        ends(server.process, 0)
        assert GOODBYE in server.rows  # above what was typed, if the client noticed it at once
        assert server.is_as_before
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


def test_files_for_standard_streams_work_too(server: Terminal, tmp_path: Path) -> None:
    """The console then reads and writes in threads; nothing is lost at the end."""
    (tmp_path / "lines").write_text("Hello\n/q\n")
    with (tmp_path / "lines").open() as lines, (tmp_path / "screen").open("w") as screen:
        client = subprocess.Popen([*COMMAND, "client", "--port", server.process.port], stdin=lines, stdout=screen)
        server.sees(PROMPT)
        server.type("Hi" + ENTER)
        assert client.wait(timeout=10) == 0
    assert (tmp_path / "screen").read_text().endswith("Hi\nEnter Input >/q\nShutting Down!\n")
    server.has_left(0, GOODBYE)


def test_terminal_for_input_and_a_file_for_output(server: Terminal, terminal: Open, tmp_path: Path) -> None:
    """The reading thread waits for a line that never comes, and the program ends all the same."""
    screen = tmp_path / "screen"
    client = terminal("client", "--port", server.process.port, through=f"exec {{}} > {screen}")
    server.sees("Waiting for message...")
    server.type("\x04")
    server.has_left(0, "Shutting Down!")
    ends(client.process, 0)
    assert screen.read_text().endswith("Server has requested shutdown. Shutting down!\n")
