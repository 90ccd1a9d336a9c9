"""Past conversations that cannot be shown, and outputs that cannot be written: one line says so."""

import re
import subprocess
import sys

import pytest

from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from tests.kit.command import COMMAND
from tests.kit.records import Home, Wanted, chat, finished


def test_unknown_conversation_is_told_in_one_line(home: Home) -> None:
    """The line says where to look."""
    commands = [home.start(command, "9") for command in ("replay", "export", "forget")]
    line = "chatgame: There is no conversation 9. To see which there are, type: chatgame history\n"
    assert [finished(command) for command in commands] == [(1, "", line)] * 3
    assert not home.journal.exists()


def test_conversation_of_an_older_chatgame_is_listed_and_cannot_be_shown(home: Home) -> None:
    """Its log had another form; it is not called damaged, and it can be deleted."""
    number = home.write(Seat.CLIENT, [*chat("Hello", "Hi"), (Seat.CLIENT, Kind.PLAY, "pig")])
    home.sql("UPDATE conversations SET session = substr(session, 33)")
    home.sql("UPDATE turns SET digest = 'of another form'")
    for column in ("older", "place", "relays", "code", "gate"):
        home.sql(f"ALTER TABLE conversations DROP COLUMN {column}")
    home.sql("PRAGMA user_version = 2")
    line = home.shown("history").splitlines()[0]
    assert line.endswith(
        "3 turns with the server, as the client at localhost:1059; from an older chatgame, which alone can show it"
    )
    for command in ("replay", "export"):
        assert home.complaint(command, number) == (
            "chatgame: Conversation 1 is from an older chatgame, which alone can show it.\n"
        )
    home.shown("forget", number, "--yes")


def test_conversation_that_cannot_go_on_says_why(home: Home, unused_tcp_port: int) -> None:
    """It is over, for one's own side at least, or goes over another kind of line."""
    quit_by_us: list[Wanted] = [*chat("Hello", "Hi"), (Seat.CLIENT, Kind.QUIT, "")]
    for number in (home.write(Seat.CLIENT, chat("Hello"), ended=True), home.write(Seat.CLIENT, quit_by_us)):
        assert home.complaint("continue", number) == (
            f"chatgame: Conversation {number} is over. To see it again: chatgame replay {number}\n"
        )
    number = home.write(Seat.CLIENT, chat("Hello"))
    assert home.complaint("continue", number, "--relay", "localhost") == (
        f"chatgame: Conversation {number} goes over a direct line, so leave out --relay.\n"
    )
    home.sql("UPDATE conversations SET port = ?", unused_tcp_port)
    for command in (["continue", number], ["continue"]):  # the newest that can go on
        assert f"Nobody is listening at localhost on port {unused_tcp_port}" in home.complaint(*command)
    home.sql("UPDATE conversations SET relays = 'x:y'")
    assert "is damaged (y is not a port." in home.complaint("continue", number)


def test_there_may_be_nothing_to_go_on_with(home: Home) -> None:
    home.write(Seat.CLIENT, chat("Hello"), ended=True)
    assert home.complaint("continue") == (
        "chatgame: There is no conversation to go on with. To begin one: chatgame server\n"
    )


@pytest.mark.parametrize("command", ["client", "watch"])
def test_code_without_an_address_is_named_as_the_likely_mistake(
    home: Home, unused_tcp_port: int, command: str
) -> None:
    assert home.complaint(command, "7-guitar-island", "--port", str(unused_tcp_port)).endswith(
        f"chatgame server --port {unused_tcp_port}. "
        "To reach another computer, put its address before the code, or --relay RELAY.\n"
    )


def test_wrong_usage_says_what_is_wrong(home: Home) -> None:
    """The exit status is 2."""
    wrong = {
        "replay 1 --speed 0": "0 is not a speed. Write it as in 2 or 0.5",
        "replay 1 --speed nan": "nan is not a speed",
        "replay 1 --speed fast": "fast is not a speed",
        "replay one": "one is not a number. Write it as in 12",
        "export 1 --format xml": "invalid choice: 'xml'",
    }
    commands = [home.start(*command.split()) for command in wrong]
    for words, (status, output, complaint) in zip(wrong.values(), map(finished, commands), strict=True):
        assert (status, output) == (2, "")
        assert words in complaint


@pytest.mark.parametrize(
    "arguments",
    [["replay"], ["export"], ["export", "--format", "asciicast"], ["export", "--format", "json"]],
    ids=["replay", "text", "asciicast", "json"],
)
def test_edited_journal_is_found_out(home: Home, arguments: list[str]) -> None:
    """The digests show it, in every format, and nothing of it is shown."""
    number = home.write(Seat.CLIENT, chat("Hello", "No", "Bye"))
    home.sql("UPDATE turns SET text = 'Yes' WHERE number = 1")
    assert "damaged" in home.complaint(*arguments, number)


@pytest.mark.parametrize(
    ("arguments", "damage"),
    [
        (["export", "1"], "UPDATE turns SET written = 'soon'"),
        (["export", "1"], "UPDATE conversations SET session = NULL"),
        (["history"], "UPDATE conversations SET seat = 'judge'"),
    ],
)
def test_damage_of_any_form_is_one_line(home: Home, arguments: list[str], damage: str) -> None:
    """SQLite keeps any value in any column."""
    home.write(Seat.CLIENT, chat("Hello", "Hi"))
    home.sql(damage)
    assert "damaged" in home.complaint(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [["export", "1"], ["export", "1", "--format", "json"], ["replay", "1"]],
    ids=["text", "json", "replay"],
)
def test_output_that_nobody_reads_to_its_end_shows_no_traceback(home: Home, arguments: list[str]) -> None:
    """In `chatgame export 1 | head -1`, one line may complain; here there is more than a pipe holds."""
    home.write(Seat.CLIENT, chat(*["x" * 4096] * 40))
    with home.start(*arguments) as command:
        assert command.stdout
        assert command.stderr
        assert command.stdout.readline()
        command.stdout.close()
        assert command.stderr.read() in ("", "chatgame: The output was closed, or is full.\n")
        assert command.wait(10) in (0, 141)


@pytest.mark.skipif(sys.platform == "win32", reason="by a shell that is POSIX")
@pytest.mark.parametrize("arguments", ["history", "replay 1"])
def test_closed_output_is_one_line(home: Home, arguments: str) -> None:
    """`chatgame history >&-` closes it."""
    home.write(Seat.CLIENT, chat("Hello"))
    command = f"{' '.join(COMMAND)} {arguments} >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=home.env, capture_output=True, text=True, check=False, timeout=10
    )
    assert re.fullmatch(r"chatgame: [^\n]+\n", done.stderr)
    assert done.returncode == 1
