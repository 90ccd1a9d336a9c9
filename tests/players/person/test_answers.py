"""What a console answers by itself, at the prompt and while one waits."""

import re

import pytest

from chatgame.core.board import Board
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.games import BUILT_IN
from chatgame.players.person.answers import IN_CHAT, IN_GAME, answer, now
from chatgame.players.person.narration import score
from tests.kit.acts import Acts
from tests.kit.boards import rows
from tests.kit.logs import EMPTY as CHAT
from tests.kit.logs import GAME, SESSION, table_after


def reply(line: str, table: Table, seat: Seat | None = None) -> str:
    """The answer in words to a line typed at `seat`, by default by the player who is asked."""
    seat = seat or table.asked
    assert seat
    found = answer(line, table, seat, None)
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("table", [CHAT, GAME])
def test_help_names_every_command(table: Table) -> None:
    """Those that do something here, each on a line, and then what is asked for."""
    later = {"/undo", "/accept", "/decline", "/watch off"}  # nothing was moved or offered yet, and nobody watches
    in_game = [command for command in IN_GAME if command not in later | {"/watch"}]
    in_chat = [command for command in IN_CHAT if command not in later]
    commands, others = (in_game, IN_CHAT) if table.playing else (in_chat, IN_GAME)
    *lines, last = reply("/help", table).split("\n")
    assert last.startswith("Now: your ")
    assert [line.split("  ")[0] for line in lines[: len(commands)]] == commands
    assert not any(line.startswith(f"{other} ") for line in lines for other in others.keys() - {*commands})


def test_help_names_only_questions_while_one_waits() -> None:
    lines = reply("/help", CHAT, Seat.SERVER).split("\n")
    assert [line.split()[0] for line in lines] == ["/games", "/score", "/help", "Now:"]


def test_help_says_how_a_game_is_played() -> None:
    """To anyone who plays it for the first time; not in chat, nor where the rules do not say."""
    about = BUILT_IN["tictactoe"].about
    assert about
    assert about in reply("/help", GAME)
    assert about not in reply("/help", CHAT)
    bare = table_after("play acts move", table=Table.open(SESSION, {"acts": Acts()}, {"acts": 1}))
    assert "Rules" not in reply("/help", bare)


@pytest.mark.parametrize("table", [CHAT, GAME])
def test_games_are_listed(table: Table) -> None:
    """With what to type, where it can be done now."""
    listed = reply("/games", table)
    assert re.search(r"(?m)connect4 +connect four$", listed)
    assert ("play connect4" in listed) is not bool(table.playing)
    assert ("not over yet" in listed) is bool(table.playing)
    assert reply("/games", CHAT.with_partner({}, {})) == "There is no game that both sides have."


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("line", ["/board", "/moves"])
def test_questions_about_a_game_need_one(line: str, seat: Seat) -> None:
    assert reply(line, CHAT, seat) == f"No game is on, so there is nothing for {line} to do."


@pytest.mark.parametrize("table", [CHAT, GAME])
@pytest.mark.parametrize("line", ["/help me", "/board 1", "/moves 1", "/score "])
def test_question_with_words_behind_it_is_not_answered(line: str, table: Table) -> None:
    for seat in Seat:
        assert reply(line, table, seat) == f"Type {line.split()[0]} alone, with nothing after it."


@pytest.mark.parametrize("word", ["secret", None])
def test_board_is_the_one_that_this_person_may_see(word: str | None) -> None:
    """Also while the other seat is asked."""
    table = table_after("play hangman", f"commit {'0' * 64}", "answer 6")
    assert table.asked is Seat.SERVER
    board = answer("/board", table, Seat.CLIENT, word)
    assert isinstance(board, Board)
    assert ("The word: secret" in rows(board)) is (word is not None)


@pytest.mark.parametrize(
    "line", ["Hello", "", "5", "/q", "/say x", "//board", "/rematch", "/resign", "/nothing", "/helpme"]
)
def test_other_lines_are_not_answered(line: str) -> None:
    for seat in Seat:
        assert answer(line, GAME, seat, None) is None


MOVED = ("play tictactoe", "move 5", "move 1")


class TestOffers:
    """What is said of them."""

    @pytest.mark.parametrize(
        ("turns", "can"),
        [
            (MOVED, ["/draw", "/undo"]),
            (MOVED[:2], ["/draw"]),
            ((*MOVED, "offer undo"), ["/accept", "/decline"]),
            ((*MOVED, "offer undo", "respond decline"), []),
            (("play rps",), []),
            (("play pig",), []),
        ],
    )
    def test_are_in_the_help_where_they_can_be_made_or_answered(self, turns: list[str], can: list[str]) -> None:
        """And nowhere else."""
        words = {line.split()[0] for line in reply("/help", table_after(*turns)).split("\n")}
        assert words & {"/draw", "/undo", "/accept", "/decline"} == {*can}

    def test_are_what_can_be_played_while_they_wait(self) -> None:
        """And what is waited for."""
        table = table_after(*MOVED, "offer draw")
        assert reply("/moves", table) == "You can accept or decline the offer."
        assert now(table, Seat.CLIENT) == "your answer to an offer in tic-tac-toe: accept or decline"
        assert now(table, Seat.SERVER) == "the client's answer to an offer in tic-tac-toe: accept or decline"


class TestMoves:
    """`/moves`."""

    @pytest.mark.parametrize(
        ("turns", "words"),
        [
            (["play tictactoe", "move 5", "move 1"], "You can play 2, 3, 4, 6, 7, 8, 9."),
            (["play rps"], "You can play rock, paper, scissors."),
            (["play pig"], "You can play roll."),
            (
                ["play hangman", f"commit {'0' * 64}", "answer 6", "move e", "answer none"],
                "You can play a, b, c, d, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z, "
                "or the whole word of 6 letters.",
            ),
        ],
    )
    def test_are_all_that_can_be_played(self, turns: list[str], words: str) -> None:
        """In every game that can list them."""
        assert reply("/moves", table_after(*turns)) == words

    def test_are_the_cells_that_were_not_shot_at(self) -> None:
        """In battleship."""
        table = table_after(
            "play battleship", f"commit {'0' * 64}", f"commit {'1' * 64}", "move a1", "answer miss", "move a1"
        )
        table = table_after("answer miss", table=table)
        assert reply("/moves", table).startswith("You can play b1, c1,")

    @pytest.mark.parametrize(
        ("turns", "words"),
        [
            (["play battleship"], "You can play ships of 5 4 3 3 2 cells .*, or random[.]"),
            (["play acts move"], "You can play a word[.]"),  # by rules that list no moves
        ],
    )
    def test_are_described_where_they_are_not_listed(self, turns: list[str], words: str) -> None:
        """As what is asked for."""
        games = {**BUILT_IN, "acts": Acts()}
        table = Table.open(SESSION, games, {name: rules.version for name, rules in games.items()})
        assert re.fullmatch(words, reply("/moves", table_after(*turns, table=table)))

    def test_are_none_when_it_is_not_ones_move(self) -> None:
        """Neither on the partner's turn, nor when a program goes on by itself."""
        rolling = table_after("play pig", "move roll")
        assert rolling.playing
        assert rolling.asked is None
        for table in (GAME, rolling):
            for seat in {*Seat} - {table.asked}:
                assert reply("/moves", table, seat) == "It is not your move, so you have none to make now."

    def test_of_rules_that_fail_cost_nothing_else(self) -> None:
        """The person who is asked hears how to end the game."""

        class Broken(Acts):
            """Can show nothing."""

            def board(self, *_: object) -> Board:
                """Fails."""
                raise ZeroDivisionError

        table = table_after("play acts move", table=Table.open(SESSION, {"acts": Broken()}, {"acts": 1}))
        failed = "The rules of acts failed (ZeroDivisionError: )."
        for line in ("/moves", "/board"):
            assert reply(line, table) == f"{failed} To end the game, type /resign."
        assert reply("/board", table, Seat.CLIENT) == failed


def test_score_names_the_asker_first() -> None:
    """And draws where there are some; it also stands below the end of each game."""
    over = table_after("play tictactoe", "resign", "play tictactoe", *(f"move {cell}" for cell in "512846379"))
    assert score(over, Seat.SERVER) == "Score: you 0, the client 1, 1 drawn."
    assert reply("/score", over, Seat.CLIENT) == "Score: you 1, the server 0, 1 drawn."
    assert reply("/score", GAME) == "Score: you 0, the client 0."


@pytest.mark.parametrize(
    ("turns", "at_client", "at_server"),
    [
        ([], "your turn to chat; what you type is sent", "the client writes next"),
        (
            ["play tictactoe"],
            "the server's move in tic-tac-toe: the number of a free cell",
            "your move in tic-tac-toe: the number of a free cell",
        ),
        (["play pig", "move roll"], *["the server's program continues pig by itself"] * 2),
        (["quit"], *["the conversation is over"] * 2),
    ],
)
def test_what_is_waited_for(turns: list[str], at_client: str, at_server: str) -> None:
    """In words for either seat; `/help` ends with them."""
    table = table_after(*turns)
    assert (now(table, Seat.CLIENT), now(table, Seat.SERVER)) == (at_client, at_server)
    assert reply("/help", table, Seat.CLIENT).endswith(f"\nNow: {at_client}.")
