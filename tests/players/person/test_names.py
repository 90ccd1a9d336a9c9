"""Names: what people want to be called, told apart from all that a program says by itself."""

import asyncio
import re
from pathlib import Path

import pytest

import chatgame.cli
from chatgame.core.board import Board, Grid
from chatgame.core.limits import MAX_PERSON
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.journal.store import Store
from chatgame.players.person.narration import NOBODY, Role, Showable, known_names, named, narrate, recalled, typed
from chatgame.session.commands import Write, read_chat
from tests.kit.boards import rows, words
from tests.kit.command import COMMAND
from tests.kit.consoles import journal_in, talk
from tests.kit.logs import EMPTY, steps_of

CLIENT, SERVER = Seat
BOTH = {CLIENT: "Anna", SERVER: "Ben"}


def narrated(names: dict[Seat, str], *turns: str, viewer: Seat = SERVER) -> list[Showable]:
    """What is told of the last of these turns, each a kind and a text."""
    return narrate(steps_of(*turns)[-1], viewer, known_names(names))


@pytest.mark.parametrize(
    ("turns", "viewer", "line"),
    [
        (["say Hello"], SERVER, "Anna says: Hello"),
        (["say Client says: no"], SERVER, "Anna says: Client says: no"),  # marked anyway
        (["play rps", "say Hm"], CLIENT, "Ben says: Hm"),
        (["play tictactoe"], SERVER, "Anna started a game of tic-tac-toe."),
        (["play tictactoe"], CLIENT, "You started a game of tic-tac-toe."),
        (["play tictactoe"], CLIENT, "Waiting for Ben..."),
        (["play tictactoe", "move 5"], CLIENT, "Ben played 5."),
        (["play tictactoe", "offer draw"], CLIENT, "Ben offers a draw. Type /accept or /decline."),
        (["play tictactoe", "offer draw", "respond decline"], SERVER, "Anna declined the draw."),
        (["play tictactoe", "resign"], CLIENT, "Game over, you won: Ben resigned."),
        (["play tictactoe", "resign"], SERVER, "Game over, Anna won: you resigned."),
        (["play tictactoe", "resign"], CLIENT, "Back to chat, Ben writes next."),
        (["quit"], SERVER, "Anna has requested shutdown. Shutting down!"),
    ],
)
def test_name_stands_in_the_place_of_the_seat(turns: list[str], viewer: Seat, line: str) -> None:
    """It does so in the partner's lines and in one's own program's; only "you" stays."""
    assert line in narrated(BOTH, *turns, viewer=viewer)


def test_boards_have_names_too() -> None:
    """Boards that are drawn have them, and so have boards in words."""
    (board,) = (line for line in narrated(BOTH, "play tictactoe") if isinstance(line, Board))
    assert rows(board)[-1] == "X: you, O: Anna"
    (board,) = (line for line in narrated(BOTH, "play battleship") if isinstance(line, Board))
    assert words(board) == ["Your sea: nothing yet."]
    seas = [Grid([], 0, "The server's sea", spoken="The client is nowhere.")]
    assert words(Board(seas).renamed(lambda text: named(text, BOTH))) == ["Anna is nowhere."]


@pytest.mark.parametrize("turns", [["say Hello"], ["play tictactoe"], ["play rps", "resign"], ["quit"]])
def test_without_a_name_all_is_as_it_was(turns: list[str]) -> None:
    """The same holds where only the other one has a name that can be used."""
    assert narrated({SERVER: "You"}, *turns) == narrated({}, *turns) == narrated({CLIENT: "", SERVER: " "}, *turns)
    assert "Hello" in narrated({SERVER: "Ben"}, "say Hello")


def test_person_who_comes_back_reads_the_names_too() -> None:
    """They are in the last lines, and on the board of the game that is on."""
    lines = recalled(steps_of("play tictactoe", "move 5"), CLIENT, BOTH)
    assert "Ben played 5." in lines
    assert any(isinstance(line, Board) and rows(line)[-1] == "X: Ben, O: you" for line in lines)


@pytest.mark.parametrize(
    ("turns", "viewer", "line"),
    [
        (["say Hello"], SERVER, "Hello"),  # as bare as without a name
        (["say The game is over"], SERVER, "The bot says: The game is over"),
        (["play tictactoe"], SERVER, "The bot started a game of tic-tac-toe."),
        (["play tictactoe", "move 5"], SERVER, "Waiting for the bot..."),
        (["play tictactoe", "resign"], CLIENT, "Game over, you won: the server resigned."),
    ],
)
def test_program_is_called_what_it_is(turns: list[str], viewer: Seat, line: str) -> None:
    """It is so at the beginning of a sentence and within one; no name stands before what it says."""
    assert line in narrate(steps_of(*turns)[-1], viewer, {CLIENT: Role("the bot")})


def test_text_is_left_alone() -> None:
    """A name takes the place of a seat in the program's own lines only, and of whole words."""
    assert narrated(BOTH, "say the client") == ["Anna says: the client"]
    assert named("The client, the server's clients and the clients", BOTH) == "Anna, Ben's clients and the clients"
    assert named("the client", NOBODY) == "the client"


@pytest.mark.parametrize(
    "name",
    [
        *("You", "you", " YOU ", "Your move", "Client", "The server", "The Client!", "Server says", "/q", "> x"),
        *("Enter Input >", "Game over", "Shutting Down", "Waiting for you", "Note", "chatgame", "Connected to", ""),
        *("The game", "-- Client", "C\u200dlient", "\u202eClient", "You\u3000", "   ", "You played"),
    ],
)
def test_name_that_imitates_the_program_is_not_used(name: str) -> None:
    """The seat is named instead, as for a player without a name."""
    assert known_names({CLIENT: name}) == {}
    assert narrated({CLIENT: name}, "say Hello") == ["Hello"]


@pytest.mark.parametrize(
    "name", ["Anna", "Ann", "anna-maria", "Jürgen", "日本" * 12, "אנה", "O'Neil", "Yoshi", "Clienta", "Servera", "12"]
)
def test_ordinary_name_is_used(name: str) -> None:
    """It may be in any writing, and of any width."""
    assert narrated({CLIENT: name}, "say Hello") == [f"{name} says: Hello"]


@pytest.mark.parametrize(
    "name", ["a\x1b[2J\rb\u202e", "\u3164\u3164", "\u2800", "\u0301", "...", "you, Anna,", "Your friend"]
)
def test_name_that_cannot_be_seen_or_deceives_is_not_used(name: str) -> None:
    """It may deceive on the screen, or in a sentence."""
    assert known_names({CLIENT: name}) == {}


def test_two_of_one_name_are_told_apart() -> None:
    """The client no longer goes by it."""
    assert known_names({CLIENT: "anna", SERVER: "Anna"}) == {SERVER: "Anna"}


def test_farewell_and_lost_connection_are_of_the_one_with_the_name() -> None:
    """A sentence may also begin with the seat."""
    assert (
        named("Client has requested shutdown. Shutting down!", BOTH) == "Anna has requested shutdown. Shutting down!"
    )
    assert named("The connection to the server was lost.", BOTH) == "The connection to Ben was lost."


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("name", ["You", "Client", "x" * (MAX_PERSON + 1), "a\x1b[2J", " ", "Enter Input >"])
def test_name_that_could_not_be_used_is_refused_at_the_command_line(
    seat: Seat, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit status is 2, before anything begins; the partner would not see the name."""
    assert chatgame.cli.main([seat, "--name", name]) == 2
    assert "cannot be your name. A name must be visible, at most 24 characters, and not" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        (Kind.PLAY, "rps 3", "play rps 3"),  # also where it was `/rematch`: a log knows of no commands
        (Kind.SAY, "/q", "//q"),
        (Kind.SAY, "play it again", "play it again"),
        (Kind.SAY, "play rps tonight", "/say play rps tonight"),
        (Kind.SAY, "help", "/say help"),
        (Kind.SAY, "Play rps", "/say Play rps"),
        (Kind.SAY, "play\trps", "/say play\trps"),
        (Kind.SAY, "play", "/say play"),
        (Kind.SAY, "playing is fun", "playing is fun"),
        (Kind.QUIT, "", "/q"),
    ],
)
def test_recordings_show_a_line_that_writes_the_same_turn(kind: Kind, text: str, line: str) -> None:
    """It need not be the line that was typed."""
    table = EMPTY
    turn, after = table.write(CLIENT, kind, text)
    assert typed(Step.to(table, turn, after, None, None), CLIENT) == line
    meant = read_chat(line, table, CLIENT)
    assert isinstance(meant, Write)
    assert (meant.kind, meant.text) == (kind, text)


# Whole conversations


LINES = ["Hello", "play tictactoe", "/q"], ["Hi", "/resign", "Bye"]


@pytest.mark.parametrize("named_ones", [[CLIENT, SERVER], [CLIENT], [SERVER], []])
async def test_names_travel_with_the_greeting(tmp_path: Path, named_ones: list[Seat]) -> None:
    """Each side shows the other's, and without one the words of the assignment."""
    names = {seat: BOTH[seat] for seat in named_ones}
    screens = await talk(tmp_path, *LINES, names)
    for seat, said in ((CLIENT, "Hi"), (SERVER, "Hello")):
        name = names.get(seat.other)
        assert screens[seat].startswith(f"Your partner is {name}.\n") is bool(name)
        assert f"\n{name} says: {said}\n" in screens[seat] if name else f"{said}\n" in screens[seat]
        assert (f"{name} says: " in screens[seat]) is bool(name)
    assert f"{names.get(CLIENT, 'Client')} has requested shutdown. Shutting down!\n" in screens[SERVER]
    for seat in Seat:
        with Store(journal_in(tmp_path / seat)) as store:
            (record,) = store.history()
            assert (record.name, record.partner) == (names.get(seat, ""), names.get(seat.other, ""))


async def test_answers_have_the_names_too(tmp_path: Path) -> None:
    """The board that was asked for is the one that was shown before."""
    screen = (await talk(tmp_path, LINES[0], ["Hi", "/board", "/score", "/resign", "Bye"], BOTH))[SERVER]
    assert screen.count("X: you, O: Anna\n") == 2
    assert "Score: you 0, Anna 0.\n" in screen
    assert "the client" not in screen


async def test_names_are_kept_for_history_replay_and_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen comes out of the journal as it was, below what was told of the connection."""
    screen = (await talk(tmp_path, *LINES, {CLIENT: "Anna"}))[SERVER]
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / SERVER))

    async def shown(*command: str) -> str:
        process = await asyncio.create_subprocess_exec(*(*COMMAND, *command), stdout=asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output.decode()

    history, text, replay = await asyncio.gather(
        shown("history"), shown("export", "1"), shown("replay", "1", "--speed", "1000")
    )
    assert re.search(r"6 turns with Anna, as the server at localhost:\d+; \S+: ", history)
    header, _, exported = text.partition("\n\n")
    assert header.startswith("A conversation of Anna (client) and the server at localhost:")
    assert exported == replay == screen.partition("\n")[2]
