"""What a line typed at the prompt means."""

from functools import partial

import pytest

from chatgame.core.commands import COMMANDS, Hide, Reply, Write, read_chat, read_game
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.messages import Kind
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.games import BUILT_IN
from tests.core.test_match import Acts
from tests.ends import VERSIONS

CHAT = Table.open("0" * 32, BUILT_IN, VERSIONS)
GAME = CHAT.write(Seat.CLIENT, Kind.PLAY, "tictactoe")[1]


@pytest.mark.parametrize(
    "line",
    [
        "Hello",
        "  two  spaces ",
        "use /quit",
        "window",
        "q",
        " /q",
        "resign",
        "5",
        "play with me",
        "play tictactoe with me",
        "playful",
    ],
)
def test_chat_is_sent_unchanged(line: str) -> None:
    """All that is no command is a message, as it was typed."""
    assert read_chat(line, CHAT, Seat.CLIENT) == Write(Kind.SAY, line)


@pytest.mark.parametrize("line", ["play tictactoe", " Play  TicTacToe "])
def test_play_opens_a_game(line: str) -> None:
    """Case and spaces do not matter in a command."""
    assert read_chat(line, CHAT, Seat.CLIENT) == Write(Kind.PLAY, "tictactoe")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("play rps", Write(Kind.PLAY, "rps")),
        ("play  rps  3", Write(Kind.PLAY, "rps 3")),
        ("play rps 4", Write(Kind.PLAY, "rps 4")),  # which the game refuses
        ("play rps tonight", Write(Kind.SAY, "play rps tonight")),
        ("play the 3 of hearts", Write(Kind.SAY, "play the 3 of hearts")),
    ],
)
def test_options_stand_behind_the_game(line: str, meant: Write) -> None:
    """Words that the game does not take make it chat."""
    assert read_chat(line, CHAT, Seat.CLIENT) == meant


def test_options_may_be_words() -> None:
    """If the game takes them."""
    table = Table.open("0" * 32, {"acts": Acts()}, {"acts": 1})
    assert read_chat("play acts move both", table, Seat.CLIENT) == Write(Kind.PLAY, "acts move both")


@pytest.mark.parametrize("line", ["play", "play chess"])
def test_play_with_an_unknown_word_names_the_games(line: str) -> None:
    """And how to send it all the same."""
    with pytest.raises(Refused, match=f"one of tictactoe, .*. To send it as it is: /say {line}"):
        read_chat(line, CHAT, Seat.CLIENT)


@pytest.mark.parametrize(("read", "table"), [(read_chat, CHAT), (partial(read_game, secret=None, seed=0), GAME)])
class TestCommands:
    """Commands mean the same in chat and in a game."""

    def test_quit(self, read: type, table: Table) -> None:
        """Only an exact `/q` quits."""
        assert read("/q", table, Seat.SERVER) == Write(Kind.QUIT)

    @pytest.mark.parametrize("line", ["/q now", "/q ", "/help me", "/board 1"])
    def test_words_behind_a_command_are_refused(self, read: type, table: Table, line: str) -> None:
        """With the word that would do."""
        with pytest.raises(Refused, match=f"Type {line.split()[0]} alone"):
            read(line, table, Seat.SERVER)

    @pytest.mark.parametrize("line", ["/quit", "/Q", "/", "/h"])
    def test_unknown_commands_are_refused(self, read: type, table: Table, line: str) -> None:
        """With the way to the commands, and to send the text."""
        with pytest.raises(Refused, match=f"Type /help for the commands, or /{line} to send it"):
            read(line, table, Seat.SERVER)

    def test_two_slashes_send_one(self, read: type, table: Table) -> None:
        """A text may begin with a slash."""
        assert read("//q", table, Seat.SERVER) == Write(Kind.SAY, "/q")

    @pytest.mark.parametrize("line", ["", "   ", "\t"])
    def test_blank_lines_keep_the_turn(self, read: type, table: Table, line: str) -> None:
        """With a word."""
        with pytest.raises(Refused, match="still your turn"):
            read(line, table, Seat.SERVER)

    def test_say(self, read: type, table: Table) -> None:
        """Sends the text behind it as it is."""
        assert read("/say  play chess ", table, Seat.SERVER) == Write(Kind.SAY, " play chess ")
        with pytest.raises(Refused, match="nothing to say"):
            read("/say ", table, Seat.SERVER)

    def test_help_names_every_command(self, read: type, table: Table) -> None:
        """And whose turn it is for what."""
        reply = read("/help", table, Seat.SERVER)
        assert all(command in reply.text for command in COMMANDS)

    def test_games_are_listed(self, read: type, table: Table) -> None:
        """With what to type."""
        assert "type play tictactoe" in read("/games", table, Seat.SERVER).text


def test_help_says_what_is_asked_for_now() -> None:
    """In chat and in a game."""
    in_chat, in_game = read_chat("/help", CHAT, Seat.CLIENT), read_game("/help", GAME, Seat.SERVER, None, 0)
    assert isinstance(in_chat, Reply)
    assert isinstance(in_game, Reply)
    assert "your turn to chat" in in_chat.text
    assert "your move in tic-tac-toe: the number of a free cell" in in_game.text


@pytest.mark.parametrize("line", ["/board", "/resign"])
def test_commands_of_a_game_need_one(line: str) -> None:
    """They are refused in chat."""
    with pytest.raises(Refused, match="No game is on"):
        read_chat(line, CHAT, Seat.CLIENT)


def test_commands_of_a_game() -> None:
    """The board as this seat sees it, and giving up."""
    assert read_game("/resign", GAME, Seat.SERVER, None, 0) == Write(Kind.RESIGN)
    board = read_game("/board", GAME, Seat.SERVER, None, 0)
    assert isinstance(board, Reply)
    assert board.text.endswith("X: you, O: the client")


def test_lines_in_a_game_are_moves() -> None:
    """Written in the game's own notation."""
    assert read_game(" 5 ", GAME, Seat.SERVER, None, 0) == Write(Kind.MOVE, "5")


def test_secrets_and_choices_are_hidden_and_may_be_random() -> None:
    """Where the game has random ones."""
    table = CHAT.write(Seat.CLIENT, Kind.PLAY, "battleship")[1]
    fleet = read_game("random", table, Seat.SERVER, None, 5)
    assert isinstance(fleet, Hide)
    assert read_game(fleet.value.upper(), table, Seat.SERVER, None, 6) == fleet
    table = CHAT.write(Seat.CLIENT, Kind.PLAY, "hangman")[1]
    assert read_game("random", table, Seat.CLIENT, None, 5) == Hide("random")
    table = CHAT.write(Seat.CLIENT, Kind.PLAY, "rps")[1]
    assert read_game("R", table, Seat.SERVER, None, 5) == Hide("rock")


def test_text_in_a_game_is_refused_with_the_way_to_say_it() -> None:
    """A move that is not allowed says only why."""
    with pytest.raises(InvalidMove, match=r'"hello" is no cell.* To say something, type /say TEXT'):
        read_game("hello", GAME, Seat.SERVER, None, 0)
    moved = GAME.write(Seat.SERVER, Kind.MOVE, "5")[1]
    with pytest.raises(IllegalMove, match="Cell 5 is taken"):
        read_game("5", moved, Seat.CLIENT, None, 0)
