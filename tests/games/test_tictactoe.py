"""Tic-tac-toe, by its rules."""

import pytest
from msgspec import json

from chatgame.core.board import Choice
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Outcome
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.games.tictactoe import TicTacToe
from tests.games.perft import perft
from tests.games.playing import play
from tests.kit.boards import cells, rows, seen, spoken

RULES = TicTacToe()


def test_there_are_as_many_lines_of_play_as_are_known() -> None:
    """255168 games in all, 127872 of which go on to the ninth move: https://en.wikipedia.org/wiki/Tic-tac-toe."""
    assert perft(RULES, 9) == [9, 72, 504, 3024, 15120, 54720, 148176, 200448, 127872]


@pytest.mark.parametrize("inviter", Seat)
def test_invited_seat_is_x_and_begins(inviter: Seat) -> None:
    """The seats alternate."""
    position = RULES.start(inviter, "")
    assert position.x is RULES.to_act(position) is inviter.other
    assert RULES.to_act(RULES.apply(position, 5)) is inviter


@pytest.mark.parametrize("row", ["123", "456", "789", "147", "258", "369", "159", "357"])
def test_three_in_a_row_win(row: str) -> None:
    """They win along a row, a column or a diagonal, and not a move earlier."""
    a, b = [cell for cell in "123456789" if cell not in row][:2]
    two = play(RULES, *f"{row[0]}{a}{row[1]}{b}")
    assert two.outcome is None
    assert two.after(Seat.SERVER, Kind.MOVE, row[2]).outcome == Outcome(Seat.SERVER, "three in a row")


def test_three_in_a_row_win_for_o_too() -> None:
    assert play(RULES, *"714253").outcome == Outcome(Seat.CLIENT, "three in a row")


def test_full_board_is_a_draw_unless_the_last_mark_wins() -> None:
    """The ninth mark is X's."""
    assert play(RULES, *"512846379").outcome == Outcome(None, "the board is full")
    assert play(RULES, *"142567893").outcome == Outcome(Seat.SERVER, "three in a row")


def test_taken_cell_is_refused() -> None:
    """The sentence names the free ones."""
    with pytest.raises(IllegalMove, match=r"^Cell 5 is taken. Choose one of these: 2, 3, 4, 6, 7, 8, 9\.$"):
        play(RULES, *"515")


@pytest.mark.parametrize("text", ["", "0", "10", "12", "05", "+1", "1_0", " 1", "²", "٣", "\uff15", "x", "X"])
def test_text_that_is_not_a_cell_is_refused(text: str) -> None:
    """Only the nine digits are cells."""
    with pytest.raises(InvalidMove, match=r"is not a cell\. Choose a number from 1 to 9"):
        play(RULES).after(Seat.SERVER, Kind.MOVE, text)


def test_there_are_no_options() -> None:
    """The game is opened by its name alone."""
    with pytest.raises(Refused, match=r'^tic-tac-toe has no options: type "play tictactoe" alone\.$'):
        RULES.start(Seat.CLIENT, "4x4")


def test_position_in_json() -> None:
    """It holds the board and who is X."""
    assert play(RULES, *"51").notation == '["O234X6789","server"]'


def test_no_two_positions_are_written_alike() -> None:
    """All 5478 differ; a digest could not tell two apart that are written alike."""
    found, left = {RULES.start(Seat.CLIENT, "")}, [RULES.start(Seat.CLIENT, "")]
    while left:
        position = left.pop()
        moves = () if RULES.outcome(position) else RULES.legal_moves(position)
        new = {RULES.apply(position, move) for move in moves} - found
        found |= new
        left += new
    assert len(found) == len({json.encode(RULES.written(position)) for position in found}) == 5478


def test_player_is_asked_for_a_free_cell() -> None:
    assert play(RULES).asks(Seat.SERVER) == "the number of a free cell"


def test_board_shows_the_free_cells_by_number() -> None:
    """It says who is who; the last move leaves the drawing as it is."""
    assert seen(play(RULES, *"51"), Seat.CLIENT) == [
        " O | 2 | 3",
        "---+---+---",
        " 4 | X | 6",
        "---+---+---",
        " 7 | 8 | 9",
        "X: the server, O: you",
    ]


def test_board_in_unicode() -> None:
    """It has lines, other marks, and brackets around the last move."""
    assert rows(Perspective(play(RULES, *"51"), Seat.CLIENT).board(), unicode=True) == [
        "[○]│ 2 │ 3",
        "───┼───┼───",
        " 4 │ ✕ │ 6",
        "───┼───┼───",
        " 7 │ 8 │ 9",
        "✕: the server, ○: you",
    ]


def test_board_in_words() -> None:
    """It names each cell once: the marks with their places, the free ones by their numbers."""
    assert spoken(play(RULES, *"51"), Seat.CLIENT) == [
        "The server: 5 centre.",
        "You: 1 top left.",
        "Free: 2, 3, 4, 6, 7, 8, 9.",
    ]
    assert spoken(play(RULES, *"512846379"), None) == [
        "The server: 2 top middle, 3 top right, 4 middle left, 5 centre, 9 bottom right.",
        "The client: 1 top left, 6 middle right, 7 bottom left, 8 bottom middle.",
    ]
    assert spoken(play(RULES, *"714253"), None)[-1] == "In a row: 1 top left, 2 top middle, 3 top right."


@pytest.mark.parametrize(
    ("moves", "fresh", "line"),
    [
        ("", "", ""),
        ("51", "1", ""),
        ("512846379", "9", ""),
        ("714253", "3", "123"),
        ("142567983", "3", "12369"),
    ],
)
def test_last_move_and_winning_line_are_marked(moves: str, fresh: str, line: str) -> None:
    """A line of five is marked, too."""
    found = list(cells(Perspective(play(RULES, *moves)).board()))
    assert "".join(str(n) for n, cell in enumerate(found, 1) if cell.fresh) == fresh
    assert "".join(str(n) for n, cell in enumerate(found, 1) if cell.line) == line


def test_choices_are_the_free_cells() -> None:
    """Each touches its own cell, and is for the seat to act alone."""
    match = play(RULES, *"51")
    assert [choice.text for choice in Perspective(match, Seat.SERVER).board().choices] == list("2346789")
    assert Perspective(match, Seat.SERVER).board().choices[0] == Choice("2", ["2"])
    assert Perspective(match, Seat.CLIENT).board().choices == []
