"""`export N`: a past conversation as it was on the screen, as data and as a recording."""

import asyncio
import json
import re
import time
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest

import chatgame
from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.seats import Seat
from chatgame.core.sentences import PROMPT
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.protocol.messages import decode
from chatgame.records.export import FORMATS
from chatgame.records.replay import LONGEST_PAUSE
from tests.kit.assignment import CLIENT_SCREEN, SERVER_SCREEN
from tests.kit.consoles import talk
from tests.kit.logs import SESSION, VERSIONS
from tests.kit.records import (
    ASSIGNMENT,
    CHOICE,
    CONVERSATIONS,
    HOSTILE,
    INVITED,
    Home,
    Wanted,
    below_header,
    cast,
    chat,
    exported,
    finished,
    talked,
    uncoloured,
    unwrapped,
)

CLIENT, SERVER = Seat


@pytest.mark.parametrize("seat", Seat)
def test_exported_text_of_the_assignment_is_its_screen(tmp_path: Path, seat: Seat) -> None:
    """It is so word for word, below what the program says of the connection."""
    screen, above = {SERVER: (SERVER_SCREEN, "Waiting for message...\n"), CLIENT: (CLIENT_SCREEN, "port: 1059\n")}[
        seat
    ]
    home, _ = talked(tmp_path, *ASSIGNMENT)[list(Seat).index(seat)]
    assert below_header(home.shown("export", "1")) == screen.rpartition(above)[2]


@pytest.mark.parametrize("lines", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_exported_text_is_all_that_each_screen_showed(tmp_path: Path, lines: tuple[list[str], list[str]]) -> None:
    """In games, too, it holds what was typed and what was seen, and nothing else."""
    seats = talked(tmp_path, *lines)
    exports = [home.start("export", "1") for home, _ in seats]
    for export, (_, screen) in zip(exports, seats, strict=True):
        status, text, complaint = finished(export)
        assert (status, below_header(text), complaint) == (0, screen, "")


@pytest.mark.parametrize("seat", Seat)
def test_export_of_a_watched_conversation_calls_the_players_by_their_names(tmp_path: Path, seat: Seat) -> None:
    """As their screens did, where each began with what the other is called."""
    lines = ["/watch", "play tictactoe", "5", "/watch off", "/q"], ["/accept", "1", "/resign", "Well played"]
    names = {CLIENT: "Ben", SERVER: "Anna"}
    screen = asyncio.run(talk(tmp_path, *lines, names))[seat]
    text = Home(tmp_path / seat).shown("export", "1")
    assert f"Your partner is {names[seat.other]}.\n{below_header(text)}" == screen
    asked, agreed, ended = {
        CLIENT: ("You asked to let people watch", "Anna agreed: people may watch", "You ended it"),
        SERVER: ("Ben asks to let people watch", "You agreed: people may watch", "Ben ended it: nobody watches"),
    }[seat]
    assert 0 < text.index(asked) < text.index(agreed) < text.index(ended)
    assert "Your partner" not in text
    assert not re.search("the (client|server)", text, re.IGNORECASE)


def test_hidden_choice_is_shown_only_to_the_player_who_made_it(home: Home) -> None:
    """The other player reads no more than that they chose."""
    ours, theirs = home.write(CLIENT, [*INVITED, CHOICE]), home.write(SERVER, [*INVITED, CHOICE[:3]])
    client, server = home.all_shown(["export", ours], ["export", theirs])
    assert client.endswith(
        "The server made a choice, hidden for now.\n"
        "Your move: rock, paper or scissors.\n"
        "Enter Input >rock\n"
        "You made a choice, hidden for now.\n"
        "The server's reveal in the game of rock, paper, scissors is still due.\n"
    )
    assert server.endswith(
        "You made a choice, hidden for now.\nWaiting for the client...\nThe client made a choice, hidden for now.\n"
        "Your reveal in the game of rock, paper, scissors is still due.\n"
    )


def test_quit_with_a_reveal_due_is_told_of_in_both_records(home: Home) -> None:
    """The words tell it, and the data, also where nobody has quit."""
    left: list[Wanted] = [*INVITED, CHOICE, (SERVER, Kind.QUIT, "")]
    ours, theirs, unfinished = home.write(CLIENT, left), home.write(SERVER, left), home.write(CLIENT, left[:-1])
    client, server = home.all_shown(["export", ours], ["export", theirs])
    assert client.endswith(
        "/q\nServer has requested shutdown. Shutting down!\n"
        "The server left with a reveal due in the game of rock, paper, scissors.\n"
    )
    assert server.endswith("Shutting Down!\nYou left with a reveal due in the game of rock, paper, scissors.\n")
    assert [exported(home, number)["reveal_due"] for number in (ours, theirs, unfinished)] == ["server"] * 3
    assert exported(home, home.write(CLIENT, INVITED))["reveal_due"] is None
    first, second, third, fourth, _ = home.shown("history").splitlines()
    assert "; the server left with a reveal due" in first
    assert "; you left with a reveal due" in second
    assert "; the server's reveal is due" in third
    assert "due" not in fourth


def test_game_with_a_remark_and_a_resignation_reads_as_it_was_typed(home: Home) -> None:
    board = " 1 | 2 | 3\n---+---+---\n 4 | 5 | 6\n---+---+---\n 7 | 8 | 9\nX: the server, O: you\n"
    turns: list[Wanted] = [
        (CLIENT, Kind.PLAY, "tictactoe"),
        (SERVER, Kind.SAY, "hm"),
        (SERVER, Kind.MOVE, "5"),
        (CLIENT, Kind.SAY, "well"),
        (CLIENT, Kind.RESIGN, ""),
        (SERVER, Kind.SAY, "so soon?"),
        (CLIENT, Kind.SAY, "/q"),
        (SERVER, Kind.QUIT, ""),
    ]
    _, _, text = home.shown("export", home.write(CLIENT, turns, ended=True)).partition(PROMPT)
    assert text == (
        f"play tictactoe\nYou started a game of tic-tac-toe.\nRules: {BUILT_IN['tictactoe'].about}\n"
        f"{board}Waiting for the server...\n"
        "Server says: hm\nThe server played 5.\n"
        f"{board.replace('5', 'X')}Your move: the number of a free cell.\n"
        "Enter Input >/say well\n"
        "Enter Input >/resign\nGame over, the server won: you resigned.\nScore: you 0, the server 1.\n"
        "Back to chat, the server writes next.\n"
        "so soon?\n"
        "Enter Input >//q\n"
        "/q\nServer has requested shutdown. Shutting down!\n"
    )


@pytest.mark.parametrize("turns", [chat("Hello", "Hi"), INVITED], ids=["chat", "game"])
def test_unfinished_conversation_ends_in_a_whole_line(home: Home, turns: list[Wanted]) -> None:
    """It ends at the prompt where one was asked last, which is the client's here."""
    client, server = home.all_shown(["export", home.write(CLIENT, turns)], ["export", home.write(SERVER, turns)])
    assert client.endswith("\nEnter Input >\n")
    assert server.endswith("\n")
    assert not server.endswith("Enter Input >\n")


SECRET = Opening(bytes(32), HOSTILE)

CHEAT: list[Wanted] = [
    *chat(HOSTILE, "What?"),
    (CLIENT, Kind.PLAY, "hangman"),
    (CLIENT, Kind.COMMIT, commitment(Place(SESSION, 0, 0, CLIENT), SECRET)),
    (CLIENT, Kind.ANSWER, "3"),
    (SERVER, Kind.RESIGN, ""),
    (CLIENT, Kind.REVEAL, str(SECRET)),
]


def test_text_of_the_partner_does_nothing_to_a_terminal(home: Home) -> None:
    """In every format that is for a terminal, escape sequences can be read, and line ends end no line."""
    number = home.write(SERVER, CHEAT)
    text, replayed = home.all_shown(["export", number], ["replay", number])
    shown = r"\x1b]0;owned\x07\x1b[2J\x1b[31m \x9b31m \x7f \u202e 1\r\n2 é 🎲"
    assert below_header(text).startswith(f"{shown}\n")
    assert f"\nThe client had chosen {shown}.\n" in text
    assert text.replace("\n", "").isprintable()
    assert replayed == below_header(text)
    drawn = uncoloured("".join(drawn for _, _, drawn in cast(home, number)[1:]))
    assert unwrapped(drawn) == replayed.replace("\n", "\r\n")


def test_header_of_a_text_says_who_talked_when_and_what_wrote_it(home: Home) -> None:
    """It has three lines, and a blank one."""
    home.write(CLIENT, chat("Hello"), ended=True)
    home.write(SERVER, chat("Hello"))
    home.sql("UPDATE conversations SET began = 1e9, ended = ended - ended + 1e9 + 3600, name = 'Anna'")
    home.sql("UPDATE conversations SET host = '::1', partner = 'Zoë' WHERE id = 2")
    texts = [home.type("export", number, TZ="UTC")[1] for number in "12"]
    assert [text.split("\n")[:4] for text in texts] == [
        [
            "A conversation of Anna (client) and the server at localhost:1059",
            "Began 2001-09-09 01:46, ended 2001-09-09 02:46, 1 turn",
            f"Exported by chatgame {chatgame.__version__}",
            "",
        ],
        [
            "A conversation of Zoë (client) and Anna (server) at [::1]:1059",
            "Began 2001-09-09 01:46, not finished, 1 turn",
            f"Exported by chatgame {chatgame.__version__}",
            "",
        ],
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_be_asked_for(home: Home, form: str) -> None:
    """The command line offers those that there are."""
    turns: list[Wanted] = [(CLIENT, Kind.PLAY, "chess"), (SERVER, Kind.MOVE, "e2e4")]
    assert "e4" in home.shown("export", home.write(SERVER, turns), "--format", form)


@pytest.mark.parametrize("form", ["json", "asciicast"])
def test_data_can_be_read_whatever_the_encoding_of_the_output(home: Home, form: str) -> None:
    """On Windows, the output of a console may go into a file."""
    number = home.write(SERVER, chat("é 🎲"))
    status, output, complaint = home.type("export", number, "--format", form, PYTHONIOENCODING="ascii")
    assert (status, complaint) == (0, "")
    data = [json.loads(output)] if form == "json" else [json.loads(line) for line in output.splitlines()]
    assert "é 🎲" in json.dumps(data, ensure_ascii=False)


class TestJson:
    """`export --format json`."""

    def test_turns_are_those_of_the_protocol(self, tmp_path: Path) -> None:
        """They are the same at both seats, but for when they were written; every digest fits."""
        logs = []
        for seat, (home, _) in zip(Seat, talked(tmp_path, *CONVERSATIONS["hidden"]), strict=True):
            data = exported(home, "1")
            assert (data["seat"], data["host"]) == (seat, "localhost")
            table = Table.open(data["session"], BUILT_IN, VERSIONS)
            for turn in data["turns"]:
                assert abs(datetime.fromisoformat(turn.pop("written")).timestamp() - time.time()) < 60
                message = decode(json.dumps(turn).encode())
                assert isinstance(message, Turn)
                table = table.after(message)
            assert table.token is None
            logs.append(data["turns"])
        assert logs[0] == logs[1]

    def test_digests_can_be_computed_by_anybody(self, home: Home) -> None:
        """The protocol says how, and the file has all that it takes."""

        def digest(*lines: str) -> str:
            return sha256("\n".join(lines).encode()).hexdigest()

        turns = [*chat("Hello", HOSTILE), (CLIENT, Kind.QUIT, "")]
        data = exported(home, home.write(CLIENT, turns, ended=True))
        last = digest("chatgame 1", data["session"])
        for turn in data["turns"]:
            last = digest(last, str(turn["number"]), turn["seat"], turn["kind"], "", "", turn["text"])
            assert turn["digest"] == last

    def test_text_is_unchanged_and_can_be_read(self, home: Home) -> None:
        """Letters are themselves; characters that would act on a terminal are escaped."""
        output = home.shown("export", home.write(SERVER, chat(HOSTILE)), "--format", "json")
        assert json.loads(output)["turns"][0]["text"] == HOSTILE
        assert output.replace("\n", "").isprintable()
        assert "é 🎲" in output

    def test_head_says_who_talked_when_and_what_wrote_it(self, home: Home) -> None:
        """Times are in ISO 8601."""
        number = home.write(CLIENT, chat("Hello"), ended=True)
        home.sql("UPDATE conversations SET name = 'Anna', partner = 'Zoë', began = 1e9, ended = 1e9 + 0.5")
        data = exported(home, number)
        assert data.pop("turns")[0]["written"] == "2001-09-09T01:46:40.000+00:00"
        assert data == {
            "chatgame": chatgame.__version__,
            "number": 1,
            "seat": "client",
            "names": {"client": "Anna", "server": "Zoë"},
            "host": "localhost",
            "port": 1059,
            "relays": [],
            "began": "2001-09-09T01:46:40.000+00:00",
            "ended": "2001-09-09T01:46:40.500+00:00",
            "session": SESSION,
            "reveal_due": None,
        }


class TestAsciicast:
    """`export --format asciicast`, see https://docs.asciinema.org/manual/asciicast/v2/."""

    def test_has_a_header_and_events(self, home: Home) -> None:
        """There is one JSON value on each line, and the first has what the format asks for."""
        number = home.write(CLIENT, chat("Hello", "Hi"))
        home.sql("UPDATE conversations SET began = 1e9 + 0.5, partner = 'Ben'")
        header, *events = cast(home, number)
        assert header["title"] == f"chatgame {chatgame.__version__}, the client and Ben"
        assert header["version"] == 2
        assert header["width"] > 80
        assert header["height"] > 20
        assert header["timestamp"] == 1_000_000_000
        assert events
        for at, code, text in events:
            assert isinstance(at, float)
            assert code == "o"
            assert text
            assert re.fullmatch(r"([^\r\n]|\r\n)*", text)

    def test_pauses_are_as_they_were_but_never_long(self, home: Home) -> None:
        """They are not negative either, where a clock was put back."""
        numbers = [home.write(CLIENT, chat("1", "2", "3"), pause=pause) for pause in (1.5, 86400.0, -5.0)]
        casts = home.all_shown(*(["export", number, "--format", "asciicast"] for number in numbers))
        times = [[json.loads(line)[0] for line in text.splitlines()[1:]] for text in casts]
        assert times == [[0, 0, 1.5, 3], [0, 0, LONGEST_PAUSE, 2 * LONGEST_PAUSE], [0, 0, 0, 0]]

    def test_colours_are_all_that_it_adds_to_the_text(self, tmp_path: Path) -> None:
        """A board has marks in colours."""
        _, (home, screen) = talked(tmp_path, *CONVERSATIONS["board"])
        drawn = "".join(text for _, _, text in cast(home, "1")[1:])
        assert "\x1b[36;7mX\x1b[0m" in drawn
        assert unwrapped(uncoloured(drawn)) == screen.replace("\n", "\r\n")


class TestPgn:
    """`export --format pgn`, see http://www.saremba.de/chessgml/standards/pgn/pgn-complete.htm."""

    def test_every_game_of_chess_is_written(self, home: Home) -> None:
        """With names and the winner; not with moves that were taken back, nor with other games."""
        number = home.write(SERVER, CHESS, pause=60.0)
        home.sql("UPDATE conversations SET name = 'Anna', partner = 'Zoë \"Z\"'")
        assert home.shown("export", number, "--format", "pgn") == (
            '[Event "chatgame"]\n[Site "localhost:1059"]\n[Date "2001.09.09"]\n[Round "1"]\n'
            '[White "Anna"]\n[Black "Zoë \\"Z\\""]\n[Result "0-1"]\n\n'
            "1. f3 e5 2. g4 Qh4# { checkmate } 0-1\n\n"
            '[Event "chatgame"]\n[Site "localhost:1059"]\n[Date "2001.09.09"]\n[Round "2"]\n'
            '[White "Zoë \\"Z\\""]\n[Black "Anna"]\n[Result "1-0"]\n'
            '[FEN "4k3/8/8/8/8/8/4P3/4K3 b - - 0 7"]\n[SetUp "1"]\n\n'
            "7... Kd8 8. e3 { Anna resigned } 1-0\n\n"
        )

    def test_unfinished_game_has_no_result(self, home: Home) -> None:
        number = home.write(SERVER, CHESS[:2])
        assert home.shown("export", number, "--format", "pgn").endswith('[Result "*"]\n\n1. e4 *\n\n')

    def test_conversation_without_chess_is_refused(self, home: Home) -> None:
        complaint = home.complaint("export", home.write(SERVER, chat("Hello")), "--format", "pgn")
        assert complaint == "chatgame: No chess was played in conversation 1, and PGN has nothing but chess.\n"


CHESS: list[Wanted] = [
    (CLIENT, Kind.PLAY, "chess"),
    (SERVER, Kind.MOVE, "e2e4"),
    (CLIENT, Kind.MOVE, "e7e5"),
    (SERVER, Kind.OFFER, "undo"),
    (CLIENT, Kind.RESPOND, "accept"),
    *(
        (seat, Kind.MOVE, move)
        for seat, move in zip((SERVER, CLIENT) * 2, ("f2f3", "e7e5", "g2g4", "d8h4"), strict=True)
    ),
    (SERVER, Kind.PLAY, "tictactoe"),
    (CLIENT, Kind.MOVE, "5"),
    (SERVER, Kind.RESIGN, ""),
    (CLIENT, Kind.PLAY, "chess 4k3/8/8/8/8/8/4P3/4K3 b - - 0 7"),
    (SERVER, Kind.MOVE, "e8d8"),
    (CLIENT, Kind.MOVE, "e2e3"),
    (SERVER, Kind.RESIGN, ""),
]
"""Two games of chess, and another one between them."""


def test_export_before_the_end_shows_nobody_the_cards_of_a_hand(tmp_path: Path) -> None:
    """As data, it has the log alone, which the partner has too; as text, what its owner has seen."""
    (client, _), (server, screen) = talked(tmp_path, ["play eights"], ["draw", "/q"])
    data = exported(server, "1")
    log = [turn["text"] for turn in data["turns"]]
    assert not any(turn["kind"] == "reveal" for turn in data["turns"])
    hand = re.findall(r"the (\w+ of \w+)", re.findall(r"(?s)You were dealt (.*?)\.", screen)[0])
    assert len(hand) == 7
    for home, sees in ((server, 1), (client, 0)):
        assert exported(home, "1")["turns"][-1]["text"] == log[-1]
        shown = " ".join(home.shown("export", "1").split())
        assert shown.count(f"You were dealt the {hand[0]}") == sees
