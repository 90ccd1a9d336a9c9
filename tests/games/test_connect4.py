"""Connect four, by its rules."""

import re
from itertools import combinations

import pytest
from msgspec import json
from msgspec.structs import replace

from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Outcome
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.games.connect4 import Connect4, Position
from tests.games.perft import perft
from tests.games.playing import play
from tests.kit.boards import cells, seen, spoken, words

RULES = Connect4()
DRAWN = "115566526237153477516714637471564433342222"


def test_there_are_as_many_lines_of_play_as_are_known() -> None:
    """At seven plies, a column can be full for the first time, and X can have won."""
    assert perft(RULES, 7) == [7, 49, 343, 2401, 16807, 117649, 823536]


@pytest.mark.parametrize("inviter", Seat)
def test_invited_seat_is_x_and_begins(inviter: Seat) -> None:
    """The seats alternate."""
    position = RULES.start(inviter, "")
    assert position.x is RULES.to_act(position) is inviter.other
    assert RULES.to_act(RULES.apply(position, 4)) is inviter


@pytest.mark.parametrize(
    ("moves", "winner"),
    [
        ("1212121", Seat.SERVER),
        ("1122334", Seat.SERVER),
        ("12233434464", Seat.SERVER),
        ("76655454424", Seat.SERVER),
        ("71212131", Seat.CLIENT),
    ],
    ids=["upwards", "along a row", "rising", "falling", "for O"],
)
def test_four_in_a_row_win(moves: str, winner: Seat) -> None:
    """They win in each direction, and not a move earlier."""
    assert play(RULES, *moves[:-1]).outcome is None
    assert play(RULES, *moves).outcome == Outcome(winner, "four in a row")


def test_69_fours_win_and_no_other() -> None:
    """No four goes on behind the edge: there are 21 upright, 24 level and 24 diagonal ones."""
    cells = [1 << (7 * column + row) for column in range(7) for row in range(6)]
    fours = (Position(0, sum(four), Seat.SERVER) for four in combinations(cells, 4))
    assert sum(RULES.outcome(position) is not None for position in fours) == 69


def test_full_board_is_a_draw_unless_the_last_disc_wins() -> None:
    """The last of 42 discs is O's."""
    assert play(RULES, *DRAWN[:-1]).outcome is None
    assert play(RULES, *DRAWN).outcome == Outcome(None, "the board is full")
    last_wins = "733651575511722656534266327317322716144444"
    assert play(RULES, *last_wins).outcome == Outcome(Seat.CLIENT, "four in a row")


def test_full_column_is_refused() -> None:
    """The sentence names the others, and no bot is offered it."""
    full = play(RULES, *"333333")
    assert RULES.legal_moves(full.position) == [1, 2, 4, 5, 6, 7]
    with pytest.raises(IllegalMove, match=r"^Column 3 is full. Choose one of these: 1, 2, 4, 5, 6, 7\.$"):
        full.after(Seat.SERVER, Kind.MOVE, "3")


@pytest.mark.parametrize("text", ["", "0", "8", "10", "12", "05", "+1", "1_0", " 1", "²", "٣", "\uff15", "x"])
def test_text_that_is_not_a_column_is_refused(text: str) -> None:
    """Only the digits 1 to 7 are columns."""
    with pytest.raises(InvalidMove, match=f'^"{re.escape(text)}" is not a column. Choose a number from 1 to 7'):
        play(RULES).after(Seat.SERVER, Kind.MOVE, text)


def test_there_are_no_options() -> None:
    """The game is opened by its name alone."""
    with pytest.raises(Refused, match=r'^connect four has no options: type "play connect4" alone\.$'):
        RULES.start(Seat.CLIENT, "5x4")


@pytest.mark.parametrize(
    ("moves", "cells"),
    [
        ("", "." * 42),
        ("1", "." * 35 + "X......"),
        ("172", "." * 35 + "XX....O"),
        ("33333371", "..O...." + "..X...." + "..O...." + "..X...." + "..O...." + "O.X...X"),
        (DRAWN, "OOXOXOX" + "XXOOXXX" + "OOXXOXO" + "XXOOXXO" + "OOXOOOX" + "XOXOXXO"),
    ],
)
def test_position_in_json(moves: str, cells: str) -> None:
    """It holds the cells by rows from the top, and who is X."""
    assert json.decode(play(RULES, *moves).notation) == [cells, "server"]


def test_player_is_asked_for_a_column() -> None:
    assert play(RULES).asks(Seat.SERVER) == "a column, 1 to 7"


@pytest.mark.parametrize(
    ("viewer", "who"), [(Seat.SERVER, "X: you, O: the client"), (None, "X: the server, O: the client")]
)
def test_board_shows_the_discs_under_the_numbers_of_their_columns(viewer: Seat | None, who: str) -> None:
    """It says who is who, and the last disc has brackets."""
    assert seen(play(RULES, *"122334344"), viewer) == [
        " 1 2 3 4 5 6 7",
        " . . . . . . .",
        " . . . . . . .",
        " . . . . . . .",
        " . . X[X]. . .",
        " . X X O . . .",
        " X O O O . . .",
        who,
    ]


def test_board_in_words() -> None:
    """It is told column by column, from the bottom up."""
    assert spoken(play(RULES, *"122334344"), Seat.CLIENT) == [
        "Column 1 from the bottom: the server.",
        "Column 2 from the bottom: you, the server.",
        "Column 3 from the bottom: you, the server, the server.",
        "Column 4 from the bottom: you, you, the server.",
    ]
    assert spoken(play(RULES), None) == ["There is no disc yet."]


def test_after_a_move_the_last_disc_alone_is_told() -> None:
    """A line that has won is told, too."""
    board = replace(Perspective(play(RULES, *"1122334"), Seat.SERVER).board(), news=True)
    assert words(board) == [
        "You: column 4 row 1.",
        "In a row: column 1 row 1, column 2 row 1, column 3 row 1, column 4 row 1.",
    ]


@pytest.mark.parametrize(
    ("moves", "line"),
    [("71212131", "1234"), ("1122335566774", "1234567"), ("1122", "")],
)
def test_discs_that_have_won_are_marked(moves: str, line: str) -> None:
    """There are four of them, seven or none."""
    found = [cell.name for cell in cells(Perspective(play(RULES, *moves)).board()) if cell.line]
    assert sorted(name.split()[1] if moves != "71212131" else name.split()[3] for name in found) == list(line)


def test_choices_are_the_columns_that_have_room() -> None:
    """Each touches the cell into which the disc falls."""
    choices = {
        choice.text: choice.cells for choice in Perspective(play(RULES, *"3333331"), Seat.CLIENT).board().choices
    }
    assert list(choices) == list("124567")
    assert (choices["1"], choices["2"]) == (["column 1 row 2"], ["column 2 row 1"])
