"""Reversi, by its rules."""

import re
from itertools import permutations

import pytest
from msgspec import json

from chatgame.core.board import Choice
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Outcome
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.games.reversi import CELLS, Position, Reversi
from tests.games.perft import perft
from tests.games.playing import play
from tests.kit.boards import cells, seen, spoken

RULES = Reversi()
FULL = """
    d3 c3 e6 d2 d1 e1 b2 c1 a3 a1 b4 b3 d6 b5 f4 e3 f3 e2 a5 g5 b6 b7 f5 f6 c7 g3 h3 c2 e7 c5
    h5 d7 g6 e8 f2 h7 g4 g2 f7 h6 g7 f8 a4 c4 h8 a7 g1 f1 a2 h4 c6 b1 c8 h1 b8 g8 d8 a6 h2 a8
"""
LOST_BY_THE_LAST_TO_MOVE = """
    c4 c3 c2 b2 d3 d2 b1 e3 f2 e2 f3 d6 d1 b3 a4 b4 c5 f1 c1 f5 e6 f4 e1 f7 a2 c6 c7 b6 a5 b5
    g6 c8 g4 g2 a3 g3 d8 e8 h2 f6 e7 a1 g7 d7 b7 g8 f8 b8 a8 h6 h5 a6 h8 h7 g5 h1 g1 a7 h3 h4
"""
DRAWN = """
    d3 c5 f6 e3 f3 g7 c6 f2 e6 c3 b5 f5 g5 g6 g4 g3 e2 f4 b3 a3 h2 h3 h8 e7 d6 f1 b2 b7 d7 d8
    b4 h1 e1 c1 c2 a5 a1 b1 a4 d2 h5 b6 f7 h6 h7 d1 a2 g8 f8 e8 a7 c4 c8 a6 c7 a8 h4 b8 g1 g2
"""


def drawn(picture: str) -> Position:
    """The position in a picture of the board, from a1 to h8; the server is X and is to act."""
    cells = dict(zip(CELLS, picture.split(), strict=True))
    own, theirs = (sum(CELLS[cell] for cell in cells if cells[cell] == mark) for mark in "XO")
    return Position(own, theirs, Seat.SERVER, Seat.SERVER)


def test_there_are_as_many_lines_of_play_as_are_known() -> None:
    """The counts are at http://aartbik.com/MISC/reversi.html; none of these lines has a pass in it."""
    assert perft(RULES, 7) == [4, 12, 56, 244, 1396, 8200, 55092]


@pytest.mark.parametrize("inviter", Seat)
def test_invited_seat_is_x_and_begins(inviter: Seat) -> None:
    """It plays one of the four cells that Othello's opening allows to the dark discs."""
    position = RULES.start(inviter, "")
    assert position.x is RULES.to_act(position) is inviter.other
    assert RULES.legal_moves(position) == ["d3", "c4", "f5", "e6"]
    assert RULES.to_act(RULES.apply(position, "d3")) is inviter


def test_discs_are_turned_over_in_all_eight_directions() -> None:
    """One move, here on d4, turns them all."""
    before = drawn("""
        X . . X . . X .
        . O . O . O . .
        . . O O O . . .
        X O O . O O O X
        . . O O O . . .
        . O . O . O . .
        X . . O . . O .
        . . . X . . . X
    """)
    after = RULES.apply(before, "d4")
    assert (after.own, after.theirs) == (0, before.own | before.theirs | CELLS["d4"])


def test_only_what_is_closed_in_is_turned_over() -> None:
    """A row with a gap is not, nor one that ends at the edge, nor one that was closed in before."""
    before = drawn("""
        . . . . . . X .
        . . X . . . . O
        O O . . . . X O
        . O X O X . . O
        O O . . . . X .
        O . . . . . . .
        O . . . . . . .
        O . . . . . . .
    """)
    after = RULES.apply(before, "a4")
    turned = CELLS["b3"] | CELLS["b4"]
    assert (after.own, after.theirs) == (before.theirs ^ turned, before.own | CELLS["a4"] | turned)


def test_no_row_goes_on_behind_the_edge() -> None:
    """With one disc of each, a third closes in the second in 336 rows of three, and no other."""
    pairs = [Position(own, theirs, Seat.SERVER, Seat.SERVER) for own, theirs in permutations(CELLS.values(), 2)]
    closed = [RULES.apply(pair, move) for pair in pairs for move in RULES.legal_moves(pair)]
    assert len(closed) == 336
    assert {(after.own, after.theirs.bit_count()) for after in closed} == {(0, 3)}


def test_player_who_cannot_move_passes_without_a_turn() -> None:
    """O moves, X would have no move, and O moves again."""
    before = play(RULES, "d3", "c3", "b3", "b2", "f5", "a3", "a1")
    assert before.duty
    assert before.duty.seat is Seat.CLIENT
    passed = before.after(Seat.CLIENT, Kind.MOVE, "c1")
    assert passed.duty
    assert passed.duty.seat is Seat.CLIENT
    assert RULES.legal_moves(passed.position._replace(own=passed.position.theirs, theirs=passed.position.own)) == []
    assert not passed.after(Seat.CLIENT, Kind.MOVE, RULES.legal_moves(passed.position)[0]).outcome


@pytest.mark.parametrize(
    ("moves", "outcome"),
    [
        ("e6 f4 e3 f6 g5 d6 e7 f5 c5", Outcome(Seat.SERVER, "13 discs to 0")),
        ("c4 c5 d6 c3 b4 c6 b6 f4 b3 c7 b5 a5 b7 a3 d8 b8", Outcome(Seat.CLIENT, "19 discs to 1")),
    ],
)
def test_game_ends_when_neither_can_move(moves: str, outcome: Outcome) -> None:
    """Cells may still be free; the player with the most discs wins. The first game is the shortest there is."""
    ended = play(RULES, *moves.split())
    assert ended.outcome == outcome
    assert RULES.legal_moves(ended.position) == []


def test_full_board_is_counted() -> None:
    """The player with the most discs wins, no matter who made the last move."""
    assert play(RULES, *FULL.split()).outcome == Outcome(Seat.SERVER, "40 discs to 24")
    assert play(RULES, *LOST_BY_THE_LAST_TO_MOVE.split()).outcome == Outcome(Seat.CLIENT, "34 discs to 30")


def test_as_many_discs_each_are_a_draw() -> None:
    """Here each has 32, on a full board."""
    assert play(RULES, *DRAWN.split()).outcome == Outcome(None, "32 discs each")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("e5", "Cell e5 is taken. You could play d3, c4, f5, e6."),
        ("a1", "A disc on a1 would turn nothing over. You could play d3, c4, f5, e6."),
        ("e3", "A disc on e3 would turn nothing over. You could play d3, c4, f5, e6."),
    ],
)
def test_cell_that_cannot_be_played_is_refused(cell: str, words: str) -> None:
    """The sentence says why, and names some that can."""
    with pytest.raises(IllegalMove, match=f"^{re.escape(words)}$"):
        play(RULES, *cell.split())


def test_refusal_names_six_cells_at_most() -> None:
    """The board marks them all."""
    match = play(RULES, "f5", "d6", "c4", "d3")
    assert len(RULES.legal_moves(match.position)) > 6
    with pytest.raises(IllegalMove, match=r"\. You could play (\w\d, ){5}\w\d\.$"):
        match.after(Seat.SERVER, Kind.MOVE, "a1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "d",
        "3",
        "d0",
        "d9",
        "i1",
        "3d",
        "d03",
        "d33",
        "dd3",
        "d 3",
        "-d3",
        "d+3",
        "d²",
        "d٣",
        "d\uff13",
        "\uff443",
        "pass",
    ],
)
def test_text_that_is_not_a_cell_is_refused(text: str) -> None:
    """A cell is a letter from a to h and a digit from 1 to 8."""
    with pytest.raises(InvalidMove, match=f'^"{re.escape(text)}" is not a cell. Choose one from a1 to h8'):
        play(RULES).after(Seat.SERVER, Kind.MOVE, text)


def test_capital_letter_is_understood_but_not_sent() -> None:
    """What travels is the one notation."""
    assert play(RULES).parse(Seat.SERVER, "D3") == "d3"
    with pytest.raises(Refused, match="The move d3 was written in another notation"):
        play(RULES).after(Seat.SERVER, Kind.MOVE, "D3")


def test_there_are_no_options() -> None:
    """The game is opened by its name alone."""
    with pytest.raises(Refused, match=r'^reversi has no options: type "play reversi" alone\.$'):
        RULES.start(Seat.CLIENT, "6x6")


def test_player_is_asked_for_a_cell_that_can_be_played() -> None:
    """The first of them is the example."""
    assert play(RULES).asks(Seat.SERVER) == "a cell, such as d3"
    assert play(RULES, "d3").asks(Seat.CLIENT) == "a cell, such as c3"


@pytest.mark.parametrize(
    ("moves", "rows", "mover"),
    [
        ("", "........ ........ ........ ...OX... ...XO... ........ ........ ........", "server"),
        ("d3", "........ ........ ...X.... ...XX... ...XO... ........ ........ ........", "client"),
        (
            "d3 c3 b3 b2 f5 a3 a1 c1",
            "X.O..... .O...... OOXX.... ...XX... ...XXX.. ........ ........ ........",
            "client",
        ),
        (
            "e6 f4 e3 f6 g5 d6 e7 f5 c5",
            "........ ........ ....X... ...XXX.. ..XXXXX. ...XXX.. ....X... ........",
            None,
        ),
    ],
)
def test_position_in_json(moves: str, rows: str, mover: str | None) -> None:
    """It holds the cells by rows from a1 on, who is to act, also after a pass, or null at the end, and who is X."""
    assert json.decode(play(RULES, *moves.split()).notation) == [rows.replace(" ", ""), mover, "server"]


def test_board_marks_what_the_viewer_may_play() -> None:
    """It says who is who and how many discs they have; what the last move has changed has brackets."""
    assert seen(play(RULES, "d3", "c3"), Seat.SERVER) == [
        "  a b c d e f g h",
        "1 . . . . . . . .",
        "2 . . . . . . . .",
        "3 . *[O]X . . . .",
        "4 . . *[O]X . . .",
        "5 . . . X O * . .",
        "6 . . . . * . . .",
        "7 . . . . . . . .",
        "8 . . . . . . . .",
        "X: you (3), O: the client (3), *: where you can play",
    ]


@pytest.mark.parametrize(
    ("viewer", "who"),
    [(Seat.CLIENT, "X: the server (2), O: you (2)"), (None, "X: the server (2), O: the client (2)")],
)
def test_board_marks_nothing_for_a_viewer_who_is_not_to_act(viewer: Seat | None, who: str) -> None:
    """A player who waits sees no marks, and an onlooker sees none."""
    assert seen(play(RULES), viewer) == [
        "  a b c d e f g h",
        "1 . . . . . . . .",
        "2 . . . . . . . .",
        "3 . . . . . . . .",
        "4 . . . O X . . .",
        "5 . . . X O . . .",
        "6 . . . . . . . .",
        "7 . . . . . . . .",
        "8 . . . . . . . .",
        who,
    ]


def test_board_in_words() -> None:
    """It names each side's discs, and where the viewer may play."""
    assert spoken(play(RULES, "d3", "c3"), Seat.SERVER) == [
        "You (3): d3, e4, d5.",
        "The client (3): c3, d4, e5.",
        "Where you can play: b3, c4, f5, e6.",
    ]


@pytest.mark.parametrize("viewer", [Seat.CLIENT, None])
def test_viewer_who_is_not_to_act_hears_of_no_moves(viewer: Seat | None) -> None:
    for moves in ("", DRAWN):
        assert "play" not in " ".join(spoken(play(RULES, *moves.split()), viewer))


def test_choices_are_the_cells_that_turn_something_over() -> None:
    """Each touches its own cell."""
    choices = Perspective(play(RULES, "d3", "c3"), Seat.SERVER).board().choices
    assert choices == [Choice(cell, [cell]) for cell in ("b3", "c4", "f5", "e6")]


def test_pass_is_told() -> None:
    """It needs no turn of its own."""
    before = play(RULES, "d3", "c3", "b3", "b2", "f5", "a3", "a1").position
    assert RULES.tell(before, "c1", Seat.CLIENT) == "You played c1, and the server cannot move."
    assert RULES.tell(before, "c1", Seat.SERVER) == "The client played c1, and you cannot move."
    assert RULES.tell(play(RULES).position, "d3", Seat.CLIENT) is None


def test_what_a_move_has_changed_is_fresh() -> None:
    """The new disc is, and those that it has turned over are."""
    board = Perspective(play(RULES, "e6", "f4", "e3", "f6", "g5", "d6", "e7", "f5", "c5")).board()
    assert sorted(cell.name for cell in cells(board) if cell.fresh) == ["c5", "d4", "d5", "d6", "e5", "f5"]
