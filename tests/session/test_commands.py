"""What a line typed at the prompt means."""

import re
import sys
from functools import partial
from typing import Any

import pytest

from chatgame.core.errors import IllegalMove, InvalidMove, Refused, RulesFailed
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.session.commands import (
    Hide,
    Write,
    read_chat,
    read_game,
)
from tests.kit.acts import Acts, Position
from tests.kit.logs import EMPTY as CHAT
from tests.kit.logs import GAME, GAMES, SESSION, VERSIONS, table_after


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
        "play the 3 of hearts",
        "Play?",
        "playful",
        "help me",
        "exit!",
    ],
)
def test_chat_is_sent_unchanged(line: str) -> None:
    """A line that is not a command is a message, as it was typed."""
    assert read_chat(line, CHAT, Seat.CLIENT) == Write(Kind.SAY, line)


def test_long_line_that_begins_as_a_game_does_costs_no_more_than_a_short_one() -> None:
    def lines_run(line: str) -> int:
        count = 0

        def trace(*_: object) -> Any:
            nonlocal count
            count += 1
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        assert read_chat(line, CHAT, Seat.CLIENT) == Write(Kind.SAY, line)
        sys.settrace(before)
        return count

    lines_run("play a b")  # which loads the games, for their titles
    assert lines_run("play" + 2000 * " a") == lines_run("play" + 100 * " a")


@pytest.mark.parametrize(
    ("line", "opened"),
    [
        ("play tictactoe", "tictactoe"),
        (" Play  TicTacToe ", "tictactoe"),
        ("play tic tac toe", "tictactoe"),
        ("PLAY TIC-TAC-TOE!", "tictactoe"),
        ('play "tictactoe"', "tictactoe"),
        ("play: connect four", "connect4"),
        ("play connect 4", "connect4"),
        ("play Rock paper scissors", "rps"),
        ("play rock, paper, scissors 3", "rps 3"),
        ("play rps", "rps"),
        ("play  rps  3", "rps 3"),
    ],
)
def test_play_opens_a_game_by_its_name_or_its_title(line: str, opened: str) -> None:
    """Case, spaces and punctuation do not matter; options follow."""
    assert read_chat(line, CHAT, Seat.CLIENT) == Write(Kind.PLAY, opened)


def test_options_may_be_words() -> None:
    """The game decides which it takes."""
    table = Table.open(SESSION, {"acts": Acts()}, {"acts": 1})
    assert read_chat("play acts move both", table, Seat.CLIENT) == Write(Kind.PLAY, "acts move both")


def test_names_that_differ_in_punctuation_alone_are_told_apart() -> None:
    """Games of plugins may have such."""
    games = {"a-b": Acts(), "ab": Acts()}
    table = Table.open(SESSION, games, dict.fromkeys(games, 1))
    for name in games:
        assert read_chat(f"play {name} move", table, Seat.CLIENT) == Write(Kind.PLAY, f"{name} move")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("play hangman elephant", 'type "play hangman" alone'),
        ("Play, hangman elephant", 'type "play hangman" alone'),
        ("play tictactoe with me", 'type "play tictactoe" alone'),
        ("play rps 4", 'type "play rps 3"'),
        ("play rps tonight", 'type "play rps 3"'),
        (
            "play chess tonight",
            "Your partner has the game chess, and you do not. Chess is an extra: pip install 'chatgame.chess.'",
        ),
        ("play draughts tonight", "Your partner has the game draughts, and you do not"),
    ],
)
def test_line_that_begins_as_a_game_does_is_never_sent_as_a_message(line: str, why: str) -> None:
    """It may hold a secret word; the answer says what would do, for the game and for a message."""
    table = Table.open(SESSION, BUILT_IN, {**VERSIONS, "chess": 1, "draughts": 1})
    with pytest.raises(Refused, match=f"{why}.*To send the line as a message, put /say in front of it"):
        read_chat(line, table, Seat.CLIENT)


@pytest.mark.parametrize(
    "line", ["play connect four", "Play Connect-Four!", "play connect4", "play connect four first"]
)
def test_game_that_the_partner_lacks_is_known_by_its_title_too(line: str) -> None:
    """It is said that they lack it, and not that there is no such game."""
    table = Table.open(SESSION, BUILT_IN, {name: 1 for name in VERSIONS if name != "connect4"})
    with pytest.raises(Refused, match="Your partner does not have the game connect4"):
        read_chat(line, table, Seat.CLIENT)


def test_title_of_a_game_that_one_side_lacks_takes_nothing_from_those_that_both_have() -> None:
    """Two games may have the same."""

    class Twin(Acts):
        """Has the title of another game."""

        title = "connect four"

    table = Table.open(SESSION, {"twin": Twin(), **BUILT_IN}, VERSIONS)
    assert read_chat("play Connect-Four!", table, Seat.CLIENT) == Write(Kind.PLAY, "connect4")


def test_rules_that_fail_over_options_are_named_as_the_reason() -> None:
    """The line stays with the player."""

    class Broken(Acts):
        """Cannot begin."""

        def start(self, inviter: Seat, options: str) -> Position:
            """Fails."""
            raise ZeroDivisionError

    table = Table.open(SESSION, {"acts": Broken()}, {"acts": 1})
    with pytest.raises(RulesFailed, match="The rules of acts failed"):
        read_chat("play acts move", table, Seat.CLIENT)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("play", r"Which game\? The games are tictactoe, .*\."),
        ("play halma", r'There is no game "halma"\. The games are tictactoe, .*\.'),
        ("play conect4", r'There is no game "conect4"\. Did you mean play connect4\?'),
    ],
)
def test_play_with_an_unknown_word_names_the_games_or_the_one_that_is_meant(line: str, why: str) -> None:
    """The answer says how to send it all the same."""
    with pytest.raises(Refused, match=f"{why} To send the line as a message"):
        read_chat(line, CHAT, Seat.CLIENT)


@pytest.mark.parametrize("line", ["play chess", "Play Chess!", f"play chess {'8/' * 7}8 w - - 0 1"])
def test_extra_that_is_not_installed_is_named(line: str) -> None:
    """It is said who lacks it."""
    for games, theirs, who in (
        (BUILT_IN, VERSIONS, "Your partner has the game chess, and you do not. "),
        (GAMES, dict.fromkeys(BUILT_IN, 1), "Your partner does not have the game chess. "),
        (BUILT_IN, dict.fromkeys(BUILT_IN, 1), ""),
    ):
        table = Table.open(SESSION, games, theirs)
        with pytest.raises(Refused, match=rf"^{who}Chess is an extra: pip install 'chatgame\[chess\]'\. To send"):
            read_chat(line, table, Seat.CLIENT)


@pytest.mark.parametrize(("line", "meant"), [("help", "/help"), ("Quit", "/q"), (" exit ", "/q")])
def test_command_without_its_slash_is_asked_about_in_chat(line: str, meant: str) -> None:
    """It would use up the turn of somebody who is stuck."""
    with pytest.raises(Refused, match=f"Did you mean {meant}[?] To send the line as a message, put /say"):
        read_chat(line, CHAT, Seat.CLIENT)


@pytest.mark.parametrize("game", BUILT_IN)
@pytest.mark.parametrize(("line", "meant"), [("quit", "/q"), ("Resign", "/resign"), ("moves", "/moves"), ("q", "/q")])
def test_command_without_its_slash_is_asked_about_in_a_game(game: str, line: str, meant: str) -> None:
    """A word that can be played, as in hangman, is not."""
    table = table_after(f"play {game}")
    if game == "hangman":
        table = table_after(f"commit {'0' * 64}", "answer 7", "move q", "answer none", table=table)
    assert table.token
    with pytest.raises((InvalidMove, IllegalMove), match=f"Did you mean {meant}[?]$"):
        read_game(line, table, table.token, 0)


def test_move_of_another_time_is_not_taken_for_a_command() -> None:
    """Unless it has the name of one: `h` in pig holds, and `/h` is not a command here."""
    with pytest.raises(IllegalMove, match=r"no points to hold in this turn yet\. Roll first\.$"):
        read_game("h", table_after("play pig"), Seat.SERVER, 0)


@pytest.mark.parametrize("line", ["play connect4", "Play connect four", "play tictactoe", "play rps 3", "play"])
def test_game_in_a_game_has_to_wait(line: str) -> None:
    """The first has to be finished or given up."""
    with pytest.raises(
        Refused, match=r"^This game of tic-tac-toe is not over yet\. .* or give it up with /resign\.$"
    ):
        read_game(line, GAME, Seat.SERVER, 0)


@pytest.mark.parametrize(("read", "table"), [(read_chat, CHAT), (partial(read_game, seed=0), GAME)])
class TestCommands:
    """Commands mean the same in chat and in a game."""

    def test_only_an_exact_command_quits(self, read: type, table: Table) -> None:
        assert read("/q", table, Seat.SERVER) == Write(Kind.QUIT)

    @pytest.mark.parametrize("line", ["/q now", "/q ", "/help me", "/board 1", "/moves 1", "/rematch 3"])
    def test_words_behind_a_command_are_refused(self, read: type, table: Table, line: str) -> None:
        """With the word that would do."""
        with pytest.raises(Refused, match=f"Type {line.split()[0]} alone"):
            read(line, table, Seat.SERVER)

    @pytest.mark.parametrize(
        ("line", "hint"),
        [
            ("/quit", " Did you mean /q?"),
            ("/exit now", " Did you mean /q?"),
            ("/Q", " Did you mean /q?"),
            ("/h", " Did you mean /help?"),
            ("/?", " Did you mean /help?"),
            ("/Resign", " Did you mean /resign?"),
            ("/resing", " Did you mean /resign?"),
            ("/play rps", " Did you mean play GAME, without a slash?"),
            ("/", ""),
            ("/usr/bin", ""),
        ],
    )
    def test_unknown_commands_are_refused(self, read: type, table: Table, line: str, hint: str) -> None:
        """With the one that was probably meant, the way to all commands, and the way to send the text."""
        no_such = f"There is no command {line.split()[0]}.{hint} Type /help for the commands, or /{line} to send it"
        with pytest.raises(Refused, match=re.escape(no_such)):
            read(line, table, Seat.SERVER)

    def test_two_slashes_send_one(self, read: type, table: Table) -> None:
        """A text may begin with a slash."""
        assert read("//q", table, Seat.SERVER) == Write(Kind.SAY, "/q")

    @pytest.mark.parametrize("line", ["", "   ", "\t"])
    def test_blank_lines_keep_the_turn(self, read: type, table: Table, line: str) -> None:
        """A sentence says so."""
        with pytest.raises(Refused, match="still your turn"):
            read(line, table, Seat.SERVER)

    def test_say(self, read: type, table: Table) -> None:
        """Its text is sent as it is."""
        assert read("/say  play chess ", table, Seat.SERVER) == Write(Kind.SAY, " play chess ")
        with pytest.raises(Refused, match="nothing to say"):
            read("/say ", table, Seat.SERVER)

    @pytest.mark.parametrize("line", ["/help", "/games", "/board", "/moves", "/score"])
    def test_questions_are_for_a_console(self, read: type, table: Table, line: str) -> None:
        """They come this far only from a program."""
        with pytest.raises(Refused, match=f"Only a console answers {line}"):
            read(line, table, Seat.SERVER)


@pytest.mark.parametrize("line", ["/resign", "/draw", "/undo"])
def test_what_is_done_in_a_game_needs_one(line: str) -> None:
    with pytest.raises(Refused, match="No game is on"):
        read_chat(line, CHAT, Seat.CLIENT)


def test_resigning_is_a_command() -> None:
    assert read_game("/resign", GAME, Seat.SERVER, 0) == Write(Kind.RESIGN)


def test_lines_in_a_game_are_moves() -> None:
    """They are written in the game's own notation."""
    assert read_game(" 5 ", GAME, Seat.SERVER, 0) == Write(Kind.MOVE, "5")


def test_secrets_and_choices_are_hidden_and_may_be_random() -> None:
    """Some games have random ones."""
    table = CHAT.write(Seat.CLIENT, Kind.PLAY, "battleship")[1]
    fleet = read_game("random", table, Seat.SERVER, 5)
    assert isinstance(fleet, Hide)
    assert read_game(fleet.value.upper(), table, Seat.SERVER, 6) == fleet
    table = CHAT.write(Seat.CLIENT, Kind.PLAY, "hangman")[1]
    assert read_game("random", table, Seat.CLIENT, 5) == Hide("random")
    table = CHAT.write(Seat.CLIENT, Kind.PLAY, "rps")[1]
    assert read_game("R", table, Seat.SERVER, 5) == Hide("rock")


def test_text_in_a_game_is_refused_with_the_way_to_say_it() -> None:
    """A move that is not allowed says only why."""
    with pytest.raises(InvalidMove, match=r'"hello" is not a cell.* To say something, type /say TEXT'):
        read_game("hello", GAME, Seat.SERVER, 0)
    moved = GAME.write(Seat.SERVER, Kind.MOVE, "5")[1]
    with pytest.raises(IllegalMove, match="Cell 5 is taken"):
        read_game("5", moved, Seat.CLIENT, 0)


class TestOffers:
    """`/draw` and `/undo`, `/accept` and `/decline`."""

    MOVED = ("play tictactoe", "move 5", "move 1")

    @pytest.mark.parametrize(
        ("line", "turn"), [("/draw", Write(Kind.OFFER, "draw")), ("/undo", Write(Kind.OFFER, "undo"))]
    )
    def test_are_made_at_ones_own_move(self, line: str, turn: Write) -> None:
        """Whether one may is the table's to say."""
        assert read_game(line, table_after(*self.MOVED), Seat.SERVER, 0) == turn

    @pytest.mark.parametrize("line", ["/accept", "/decline", "accept", "Decline", "yes", "no", "Y", "n"])
    def test_are_answered_as_one_would_say_it(self, line: str) -> None:
        """With a slash or without."""
        text = "accept" if line.lower() in ("/accept", "accept", "yes", "y") else "decline"
        table = table_after(*self.MOVED, "offer draw")
        assert read_game(line, table, Seat.CLIENT, 0) == Write(Kind.RESPOND, text)

    def test_are_answered_before_anything_is_table_after(self) -> None:
        """What could be a move is refused with what would do."""
        with pytest.raises(InvalidMove, match=r"Type accept or decline\. To say something, type /say"):
            read_game("5", table_after(*self.MOVED, "offer draw"), Seat.CLIENT, 0)

    @pytest.mark.parametrize("line", ["/accept", "/decline"])
    @pytest.mark.parametrize("table", [CHAT, GAME])
    def test_are_not_answered_before_they_are_made(self, line: str, table: Table) -> None:
        """With the reason."""
        with pytest.raises(Refused, match=f"Nothing was offered, so there is nothing for {line} to do"):
            read = partial(read_game, seed=0) if table.playing else read_chat
            read(line, table, Seat.SERVER)

    @pytest.mark.parametrize(
        ("line", "meant"), [("draw", "/draw"), ("/takeback", "/undo"), ("/yes", "/accept"), ("undo", "/undo")]
    )
    def test_are_asked_about_where_they_are_typed_otherwise(self, line: str, meant: str) -> None:
        """As other commands are."""
        with pytest.raises(Refused, match=f"Did you mean {meant}"):
            read_game(line, table_after(*self.MOVED), Seat.SERVER, 0)


class TestRematch:
    """`/rematch`."""

    def test_plays_the_last_game_again_with_its_options(self) -> None:
        """The options of another game before are not taken."""
        over = table_after("play rps 5", "resign", "play rps 3", "resign", "say Hello")
        assert over.token
        assert read_chat("/rematch", over, over.token) == Write(Kind.PLAY, "rps 3")

    @pytest.mark.parametrize("game", ["tictactoe", "pig", "hangman"])
    @pytest.mark.parametrize("order", ["", " first", " second"])
    @pytest.mark.parametrize("again", Seat)
    def test_lets_the_other_begin(self, game: str, order: str, again: Seat) -> None:
        """It does so no matter who asks for it, and who asked for the last one."""
        table = table_after(f"play {game}{order}")
        first, over = table.asked, table_after("resign", table=table)
        assert first
        if over.token is not again:
            over = table_after("say well", table=over)
        meant = read_chat("/rematch", over, again)
        assert isinstance(meant, Write)
        _, rematch = over.write(again, meant.kind, meant.text)
        assert rematch.playing
        assert (rematch.playing.inviter, rematch.asked) == (again, first.other)

    def test_names_an_order_only_where_it_is_not_the_usual_one(self) -> None:
        """The invited seat begins in tic-tac-toe."""
        over = table_after("play tictactoe", "resign")  # the server began
        assert read_chat("/rematch", over, Seat.SERVER) == Write(Kind.PLAY, "tictactoe")
        over = table_after("say well", table=over)
        assert read_chat("/rematch", over, Seat.CLIENT) == Write(Kind.PLAY, "tictactoe first")

    def test_needs_a_game_that_was_played(self) -> None:
        """The game has to be over."""
        with pytest.raises(Refused, match="No game was played yet"):
            read_chat("/rematch", CHAT, Seat.CLIENT)
        with pytest.raises(Refused, match=r"This game of tic-tac-toe is not over yet\. .* give it up with /resign"):
            read_game("/rematch", GAME, Seat.SERVER, 0)

    def test_needs_a_game_that_both_have(self) -> None:
        """The partner may have come back without it."""
        over = table_after("play tictactoe", "resign")
        with pytest.raises(Refused, match="Your partner does not have the game tictactoe"):
            read_chat("/rematch", over.with_partner(BUILT_IN, {"rps": 1}), Seat.SERVER)
        with pytest.raises(Refused, match="There is no game that both sides have"):
            read_chat("/rematch", over.with_partner({}, {}), Seat.SERVER)


@pytest.mark.parametrize("line", ["play tictactoe first", "play tic tac toe first", "Play  TicTacToe  first"])
def test_who_begins_stands_after_the_game(line: str) -> None:
    """The game may be named by its title."""
    assert read_chat(line, CHAT, Seat.CLIENT) == Write(Kind.PLAY, "tictactoe first")
