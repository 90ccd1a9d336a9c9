"""Past conversations: the list of them, and each one as it was on the screen, as data and as a recording.

The commands are real processes. The conversations are real ones, of two consoles over a connection to this host, or
written turn by turn into a journal, where one that is unfinished, slow, damaged or hostile is wanted.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import chatgame
from chatgame.cli import journal_path
from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.seats import Seat
from chatgame.core.sentences import PROMPT
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.reader import Record
from chatgame.journal.store import Store
from chatgame.protocol.messages import decode
from chatgame.records import FORMATS, LONGEST_PAUSE, described
from tests.kit.command import COMMAND
from tests.kit.consoles import journal_in, talk
from tests.kit.journals import edit
from tests.kit.logs import EMPTY, SESSION, VERSIONS

CLIENT, SERVER = Seat

Wanted = tuple[Seat, Kind, str] | tuple[Seat, Kind, str, Opening]
"""A turn to write: by whom, what, its text, and what opens it if it is a commitment of the journal's owner."""

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b[31m \x9b31m \x7f \u202e 1\r\n2 é 🎲"
"""Escape sequences of 7 and of 8 bits, and other characters that change what a terminal shows."""


def finished(command: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """The status, output and complaints of a command that has been started."""
    output, complaint = command.communicate(timeout=10)
    return command.returncode, output, complaint


class Home:
    """The state folder of one user, and the commands that the user types."""

    def __init__(self, path: Path) -> None:
        self.env = os.environ | {"XDG_STATE_HOME": str(path)}
        self.journal = journal_in(path)

    def store(self) -> Store:
        """The journal, open."""
        return Store(self.journal)

    def sql(self, statement: str, *values: object) -> None:
        """Edit the journal."""
        edit(self.journal, statement, *values)

    def start(self, *arguments: str, **env: str) -> "subprocess.Popen[str]":
        """Start a command, its output in a pipe."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            env=self.env | env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding=env.get("PYTHONIOENCODING", "utf-8"),
        )

    def type(self, *arguments: str, **env: str) -> tuple[int, str, str]:
        """Run a command to its end."""
        return finished(self.start(*arguments, **env))

    def all_shown(self, *commands: Sequence[str]) -> list[str]:
        """What commands write that do their work; they run at the same time."""
        outputs = [finished(command) for command in [self.start(*arguments) for arguments in commands]]
        assert [(status, complaint) for status, _, complaint in outputs] == [(0, "")] * len(commands)
        return [output for _, output, _ in outputs]

    def shown(self, *arguments: str) -> str:
        """What a command writes that does its work."""
        return self.all_shown(arguments)[0]

    def complaint(self, *arguments: str) -> str:
        """The one line of a command that fails."""
        status, _, complaint = self.type(*arguments)
        assert re.fullmatch(r"chatgame: [^\n]+\n", complaint), complaint
        assert status == 1
        return complaint

    def write(self, seat: Seat, turns: Iterable[Wanted], *, pause: float = 0.0, ended: bool = False) -> str:
        """Write a conversation as the program at `seat` does, a turn each `pause` seconds; returns its number."""
        number = asyncio.run(self._write(seat, turns, ended=ended))
        self.sql("UPDATE turns SET written = 1e9 + number * ? WHERE conversation = ?", pause, number)
        return str(number)

    async def _write(self, seat: Seat, turns: Iterable[Wanted], *, ended: bool) -> int:
        table = EMPTY
        with self.store() as store:
            number = store.create(seat, "localhost", 1059)
            async with store.conversation(number) as kept:
                await kept.keep_partner(SESSION, None, "")
                for who, kind, text, *opening in turns:
                    turn, table = table.write(who, kind, text)
                    if who is seat:
                        await kept.keep(turn, *opening)
                    else:
                        kept.take(turn)
                if ended:
                    await kept.end()
        return number


@pytest.fixture
def home() -> Home:
    """The state folder, which is a different one for each test."""
    return Home(journal_path().parent.parent)


def talked(path: Path, client: Sequence[str], server: Sequence[str]) -> list[tuple[Home, str]]:
    """The state folder of each seat after a whole conversation of two consoles, and its screen."""
    return [(Home(path / seat), screen) for seat, screen in asyncio.run(talk(path, client, server)).items()]


def below_header(text: str) -> str:
    """What an exported text holds of the screen."""
    header, _, screen = text.partition("\n\n")
    assert header.startswith("A conversation of ")
    return screen


def uncoloured(text: str) -> str:
    """The text without the codes for colours."""
    return re.sub(r"\x1b\[[\d;]+m", "", text)


def unwrapped(text: str) -> str:
    """What a terminal shows, with its lines whole again."""
    return text.replace("\r\n  ", " ")


def chat(*texts: str) -> list[Wanted]:
    """Turns that say these texts, and no more."""
    return [(Seat.CLIENT if n % 2 == 0 else Seat.SERVER, Kind.SAY, text) for n, text in enumerate(texts)]


ASSIGNMENT = ["Hello", "Good. You?", "Bye", "/q"], ["How are you?", "Good", "Bye"]

CONVERSATIONS = {
    "quit at once": (["/q"], []),
    "chat": (["//text", HOSTILE.replace("\n", ""), "bye"], ["//", "\x1b[2J", "/q"]),
    "board": (
        ["play tictactoe", "5", "/say what?", "1", "so?", "play connect4", "4", "/q"],
        ["2", "3", "/resign", "I do", "ok", "4", "/say quick", "/resign", "no"],
    ),
    "offers": (
        ["play tictactoe", "1", "/decline", "2", "/accept", "/draw", "2", "/accept", "bye"],
        ["5", "/undo", "/say please", "9", "/undo", "3", "/decline", "/draw", "well", "/q"],
    ),
    "hidden": (
        ["play rps 3", "/say hm", "rock", "paper", "paper", "play hangman", "secret", "roll", "/resign", "/q"],
        ["scissors", "/say oh", "paper", "rock", "again?", "x", "e", "secret", "play pig"],
    ),
}


@pytest.mark.parametrize("seat", Seat)
def test_exported_text_of_the_assignment_is_its_screen(tmp_path: Path, seat: Seat) -> None:
    """It is so word for word, below what the program says of the connection."""
    from tests.players.person.test_terminals import (  # which is skipped where there are no terminals
        CLIENT_SCREEN,
        SERVER_SCREEN,
    )

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


CHOSEN = Opening(bytes(32), "rock")

INVITED: list[Wanted] = [
    (CLIENT, Kind.PLAY, "rps"),
    (SERVER, Kind.COMMIT, "f" * 64),
]
"""The server has made a choice, which the client cannot know."""

CHOICE: Wanted = CLIENT, Kind.COMMIT, commitment(Place(SESSION, 0, 0, CLIENT), CHOSEN), CHOSEN


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


def exported(home: Home, number: str) -> dict[str, Any]:
    """A conversation as data."""
    data: dict[str, Any] = json.loads(home.shown("export", number, "--format", "json"))
    return data


def cast(home: Home, number: str) -> list[Any]:
    """The lines of a recording."""
    return [json.loads(line) for line in home.shown("export", number, "--format", "asciicast").splitlines()]


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
            "began": "2001-09-09T01:46:40.000+00:00",
            "ended": "2001-09-09T01:46:40.500+00:00",
            "session": SESSION,
            "reveal_due": None,
        }


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
    assert "Hello" in home.shown("export", home.write(SERVER, chat("Hello")), "--format", form)


@pytest.mark.parametrize("form", ["json", "asciicast"])
def test_data_can_be_read_whatever_the_encoding_of_the_output(home: Home, form: str) -> None:
    """On Windows, the output of a console may go into a file."""
    number = home.write(SERVER, chat("é 🎲"))
    status, output, complaint = home.type("export", number, "--format", form, PYTHONIOENCODING="ascii")
    assert (status, complaint) == (0, "")
    data = [json.loads(output)] if form == "json" else [json.loads(line) for line in output.splitlines()]
    assert "é 🎲" in json.dumps(data, ensure_ascii=False)


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


class TestReplay:
    """`replay N`."""

    def test_shows_what_the_export_holds(self, tmp_path: Path) -> None:
        """The text is the same, in a pipe without colours."""
        (home, screen), _ = talked(tmp_path, *CONVERSATIONS["board"])
        assert home.shown("replay", "1") == screen

    @pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
    def test_has_colours_on_a_terminal(self, home: Home) -> None:
        """It has nothing else that the text does not have."""
        pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are POSIX")
        number = home.write(SERVER, [(CLIENT, Kind.PLAY, "tictactoe"), (SERVER, Kind.MOVE, "5")])
        env = {name: value for name, value in home.env.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
        drawn = pexpect.run(" ".join([*COMMAND, "replay", number]), env=env, encoding="utf-8", dimensions=(24, 100))
        assert "\x1b[36;7mX\x1b[0m" in drawn
        assert unwrapped(uncoloured(drawn)) == below_header(home.shown("export", number)).replace("\n", "\r\n")

    def test_speed_is_how_many_times_as_fast_it_is(self, home: Home) -> None:
        """Long pauses are cut to some seconds before that."""
        number = home.write(CLIENT, chat("1", "2", "3", "4"), pause=3600.0)
        for speed, least in (("1000", 0.0), ("18", 0.5)):
            began = time.monotonic()
            assert "Enter Input >3\n" in home.shown("replay", number, "--speed", speed)
            assert least < time.monotonic() - began < LONGEST_PAUSE  # one pause at its own speed takes longer

    @pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent to one process")
    def test_ctrl_c_ends_it(self, home: Home) -> None:
        """It ends in the middle of a pause, without a word."""
        number = home.write(CLIENT, chat("Hello", "Hi"), pause=3600.0)
        with home.start("replay", number) as replay:
            assert replay.stdout
            assert replay.stderr
            while replay.stdout.readline() != "Enter Input >Hello\n":
                pass
            replay.send_signal(signal.SIGINT)
            assert replay.wait(10) == 130
            assert replay.stdout.read() in ("", "\n")
            assert replay.stderr.read() == ""


class TestHistory:
    """`history`."""

    def test_says_that_there_is_nothing_yet(self, home: Home) -> None:
        """It says so where there is no journal, and where nothing was said."""
        assert home.shown("history") == "No conversations yet.\n"
        home.write(CLIENT, [])
        assert home.shown("history") == "No conversations yet.\n"

    def test_has_a_line_for_each_conversation(self, home: Home) -> None:
        """It says when that was, how many turns it has, with whom and where, the results, and whether it is over."""
        lost: list[Wanted] = [(CLIENT, Kind.PLAY, "rps"), (SERVER, Kind.RESIGN, "")]
        won: list[Wanted] = [(SERVER, Kind.PLAY, "rps"), (CLIENT, Kind.RESIGN, "")]
        open_game: list[Wanted] = [(SERVER, Kind.PLAY, "tictactoe"), (CLIENT, Kind.SAY, "hm")]
        home.write(CLIENT, [*chat("Hello", "Hi"), (CLIENT, Kind.QUIT, "")], ended=True)
        home.write(SERVER, [*lost, *won, (CLIENT, Kind.SAY, "so?"), *won, (CLIENT, Kind.SAY, "ok"), *open_game])
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
            f"   3  {then}2 turns with the server, as the client at localhost:1062; "
            "rock, paper, scissors: won; can be continued",
            "To see one again: chatgame replay N. See also: chatgame export N, chatgame forget N.",
        ]

    def test_game_that_cannot_be_read_costs_no_more_than_its_results(self, home: Home) -> None:
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
    def test_says_how_long_ago_it_was(self, seconds: float, words: str) -> None:
        """It says so in the largest unit that fits."""
        record = Record(1, CLIENT, "localhost", 1059, 1e9, None, 1, 0, 1e9, SESSION, "", "", 0)
        assert f"  {words}: 1 turn with" in described(record, 1e9 + seconds)

    def test_conversation_that_both_know_is_over_cannot_be_continued(self, tmp_path: Path) -> None:
        _, (home, _) = talked(tmp_path, *ASSIGNMENT)
        line = home.shown("history").splitlines()[0]
        assert re.fullmatch(r" +1 +[-\d]+ [\d:]+  just now: 7 turns with the client, as the server at \S+:\d+", line)


class TestForget:
    """`forget N`."""

    @pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
    @pytest.mark.parametrize(
        ("answer", "status", "words", "left"),
        [
            ("y\n", 0, "Conversation 1 is deleted.", 0),
            (" YES \n", 0, "Conversation 1 is deleted.", 0),
            ("\n", 1, "chatgame: Nothing was deleted.", 1),
            ("no\n", 1, "chatgame: Nothing was deleted.", 1),
            ("\x04", 1, "chatgame: Nothing was deleted.", 1),
            ("\x03", 130, "", 1),
        ],
    )
    def test_asks_on_a_terminal_and_shows_what_would_be_gone(
        self, home: Home, spawn: Any, answer: str, status: int, words: str, left: int
    ) -> None:
        """Only a clear yes deletes."""
        home.write(CLIENT, chat("Hello"), ended=True)
        command = spawn("forget", "1")
        command.expect_exact("1 turn with the server, as the client at localhost:1059\r\n")
        command.expect_exact("Delete conversation 1? It cannot be brought back. [y/N] ")
        command.send(answer)
        from tests.kit.terminals import ends

        assert words in ends(command, status)
        with home.store() as store:
            assert len(store.history()) == left

    def test_without_a_terminal_nothing_is_deleted_unless_that_was_said(self, home: Home) -> None:
        """Nobody can be asked there."""
        number = home.write(CLIENT, chat("Hello"), ended=True)
        assert "add --yes" in home.complaint("forget", number)
        assert "Hello" in home.shown("export", number)

    def test_conversation_is_gone_and_the_others_are_not(self, home: Home) -> None:
        """Its number is not given to another."""
        home.write(CLIENT, chat("first"), ended=True)
        home.write(CLIENT, chat("second"), ended=True)
        home.shown("forget", "2", "--yes")
        assert "There is no conversation 2." in home.complaint("export", "2")
        assert home.write(CLIENT, chat("third")) == "3"
        assert [line.split()[0] for line in home.shown("history").splitlines()[:-1]] == ["1", "3"]

    def test_nothing_of_it_stays_on_the_disk(self, home: Home) -> None:
        """Its words are gone, and no file of its own is left."""
        home.write(CLIENT, chat("a secret word"), ended=True)
        home.shown("forget", "1", "--yes")
        assert [path.name for path in home.journal.parent.iterdir()] == ["journal.db"]
        assert b"a secret word" not in home.journal.read_bytes()

    def test_conversation_that_a_program_goes_on_with_is_refused(self, home: Home) -> None:
        """It stays as it was; one can look at it meanwhile."""
        number = home.write(CLIENT, chat("Hello"))

        async def go_on() -> None:
            with home.store() as store:
                async with store.conversation(int(number)):
                    assert "in another program" in home.complaint("forget", number, "--yes")
                    assert "Hello" in home.shown("export", number)

        asyncio.run(go_on())

    def test_what_is_damaged_can_be_forgotten(self, home: Home) -> None:
        """It is of no other use."""
        number = home.write(CLIENT, chat("Hello"), ended=True)
        home.sql("UPDATE turns SET kind = 'sing'")
        home.sql("UPDATE conversations SET seat = 'judge'")
        assert "add --yes" in home.complaint("forget", number)
        home.shown("forget", number, "--yes")
        assert home.shown("history") == "No conversations yet.\n"


def test_unknown_conversation_is_told_in_one_line(home: Home) -> None:
    """The line says where to look."""
    commands = [home.start(command, "9") for command in ("replay", "export", "forget")]
    line = "chatgame: There is no conversation 9. To see which there are, type: chatgame history\n"
    assert [finished(command) for command in commands] == [(1, "", line)] * 3
    assert not home.journal.exists()


def test_conversation_of_an_older_chatgame_is_listed_and_cannot_be_shown(home: Home) -> None:
    """Its log had another form; it is not called damaged, and it can be deleted."""
    number = home.write(CLIENT, [*chat("Hello", "Hi"), (CLIENT, Kind.PLAY, "pig")])
    home.sql("UPDATE conversations SET session = substr(session, 33)")
    home.sql("UPDATE turns SET digest = 'of another form'")
    home.sql("ALTER TABLE conversations DROP COLUMN older")
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
    """The digests show it, in every format; what comes before is still shown where it can be."""
    number = home.write(CLIENT, chat("Hello", "No", "Bye"))
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
    home.write(CLIENT, chat("Hello", "Hi"))
    home.sql(damage)
    assert "damaged" in home.complaint(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [["export", "1"], ["export", "1", "--format", "json"], ["replay", "1"]],
    ids=["text", "json", "replay"],
)
def test_output_that_nobody_reads_to_its_end_shows_no_traceback(home: Home, arguments: list[str]) -> None:
    """In `chatgame export 1 | head -1`, one line may complain; here there is more than a pipe holds."""
    home.write(CLIENT, chat(*["x" * 4096] * 40))
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
    home.write(CLIENT, chat("Hello"))
    command = f"{' '.join(COMMAND)} {arguments} >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=home.env, capture_output=True, text=True, check=False, timeout=10
    )
    assert re.fullmatch(r"chatgame: [^\n]+\n", done.stderr)
    assert done.returncode == 1
