"""`history`: the list of past conversations."""

import re
from pathlib import Path

import pytest

from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.journal.reader import Record
from chatgame.records.history import described
from tests.kit.logs import SESSION
from tests.kit.records import ASSIGNMENT, Home, Wanted, chat, talked

CLIENT, SERVER = Seat


def test_says_that_there_is_nothing_yet(home: Home) -> None:
    """It says so where there is no journal, and where nothing was said."""
    assert home.shown("history") == "No conversations yet.\n"
    home.write(CLIENT, [])
    assert home.shown("history") == "No conversations yet.\n"


def test_has_a_line_for_each_conversation(home: Home) -> None:
    """It says when that was, its length, with whom and where, the results, and whether it can be continued.

    The third one was quit while the partner was away.
    """
    lost: list[Wanted] = [(CLIENT, Kind.PLAY, "rps"), (SERVER, Kind.RESIGN, "")]
    won: list[Wanted] = [(SERVER, Kind.PLAY, "rps"), (CLIENT, Kind.RESIGN, "")]
    open_game: list[Wanted] = [(SERVER, Kind.PLAY, "tictactoe"), (CLIENT, Kind.SAY, "hm")]
    home.write(CLIENT, [*chat("Hello", "Hi"), (CLIENT, Kind.QUIT, "")], ended=True)
    home.write(SERVER, [*lost, *won, (CLIENT, Kind.SAY, "so?"), *won, (CLIENT, Kind.SAY, "ok"), *open_game])
    home.write(CLIENT, [*chat("Hello", "Hi"), (CLIENT, Kind.QUIT, "")])
    home.write(CLIENT, lost)
    home.sql("UPDATE conversations SET began = 1e9, port = port + id")
    home.sql("UPDATE conversations SET partner = 'Ben' WHERE id = 2")
    home.sql("UPDATE turns SET written = strftime('%s') - 3.5 * 86400")
    status, output, complaint = home.type("history", TZ="UTC")
    assert (status, complaint) == (0, "")
    then = "2001-09-09 01:46  3 days ago: "
    assert output.splitlines() == [
        f"   1  {then}3 turns with the server, as the client at localhost:1060",
        f"   2  {then}10 turns with Ben, as the server at localhost:1061; "
        "rock, paper, scissors: 1 lost, 2 won; tic-tac-toe: not finished; can be continued",
        f"   3  {then}3 turns with the server, as the client at localhost:1062",
        f"   4  {then}2 turns with the server, as the client at localhost:1063; "
        "rock, paper, scissors: won; can be continued",
        "To see one again: chatgame replay N. See also: chatgame continue N, chatgame export N, chatgame forget N.",
    ]


def test_game_that_cannot_be_read_costs_no_more_than_its_results(home: Home) -> None:
    """Its rules may be gone or have changed."""
    home.write(CLIENT, [(CLIENT, Kind.PLAY, "pig"), (CLIENT, Kind.RESIGN, "")][:1])
    home.sql("UPDATE turns SET text = 'solitaire' WHERE kind = 'play'")
    assert "localhost:1059; 1 game that cannot be read; can be continued\n" in home.shown("history")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7300, "2 hours ago"),
        (86400 * 6.5, "6 days ago"),
        (86400 * 45, "1 month ago"),
        (86400 * 800, "2 years ago"),
    ],
)
def test_says_how_long_ago_it_was(seconds: float, words: str) -> None:
    """It says so in the largest unit that fits."""
    record = Record(1, CLIENT, "localhost", 1059, 1e9, None, 1, 0, 1e9, SESSION, "", "", 0)
    assert f"  {words}: 1 turn with" in described(record, 1e9 + seconds)


def test_conversation_that_both_know_is_over_cannot_be_continued(tmp_path: Path) -> None:
    _, (home, _) = talked(tmp_path, *ASSIGNMENT)
    line = home.shown("history").splitlines()[0]
    assert re.fullmatch(r" +1 +[-\d]+ [\d:]+  just now: 7 turns with the client, as the server at \S+:\d+", line)


def test_conversation_over_relays_names_them() -> None:
    """It is found again at any of them."""
    record = Record(1, CLIENT, "one", 1060, 1e9, None, 1, 0, 1e9, SESSION, "", "", 0, "one two:2000")
    assert "1 turn with the server, as the client over one, two:2000; can be continued" in described(record, 1e9)
