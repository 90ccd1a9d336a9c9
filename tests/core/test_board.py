"""Boards: what of a drawing is new, found without knowing the game."""

import pytest

from chatgame.core.board import Board, changed


@pytest.mark.parametrize(
    ("before", "after", "marks"),
    [
        (" 1 | 2 | 3", " 1 | X | 3", {(0, 5)}),
        (" 1 | X | 3", " 1 | X | 3", set()),
        ("a\n. . .\n. . .", "a\n. X .\nO . .", {(1, 2), (2, 0)}),
        ("X X", "O X", {(0, 0)}),  # turned over
        ("X\t.", "X\tO", {(0, 2)}),  # beside another board
        ("_ _ _", "_ a _", {(0, 2)}),
        ("", "", set()),
    ],
)
def test_what_has_come_to_stand_on_a_cell_is_new(before: str, after: str, marks: set[tuple[int, int]]) -> None:
    """By row and column."""
    assert changed(before, after) == marks


@pytest.mark.parametrize("free", [".", "*", "_"])
def test_a_cell_that_is_free_or_hidden_again_is_not_new(free: str) -> None:
    """Nothing stands there."""
    assert changed("X O", f"{free} O") == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("tried: a", "tried: a b"),  # a row of another length is no row of cells
        (". .", ". .\n. X"),  # nor is one that was not there
        ("X: you", "O: you"),  # nor are words
        ("a-b", "a|b"),
    ],
)
def test_only_what_stands_alone_in_a_row_of_both_drawings_counts(before: str, after: str) -> None:
    """All else is written around the cells."""
    assert changed(before, after) == set()


def test_board_is_its_drawing() -> None:
    """And carries what else a screen needs."""
    board = Board.of("X", "X is in the middle.", changed(".", "X"))
    assert board == "X"
    assert board.spoken == "X is in the middle."
    assert (board.fresh, board.line) == (frozenset({(0, 0)}), frozenset())
