"""Boards: data that any screen can show."""

import pytest
from msgspec import ValidationError, json

from chatgame.core.board import FREE, Board, Cell, Choice, Grid, Mark, Picture, checked

GRID = Grid(
    [Cell("a1", Mark("X", "the client")), Cell("b1", FREE, hidden=True), Cell("a2", FREE)],
    2,
    "The server's sea",
    legend=[Mark("X", "the client")],
    spoken="The client is on a1.",
)
BOARD = checked(
    Board([GRID, Picture("|", "The server hangs."), "The client moves."], [Choice("a2", ["a2"])], "a word")
)


def test_grid_has_rows() -> None:
    """The last row may be shorter."""
    assert [[cell.name for cell in row] for row in GRID.rows] == [["a1", "b1"], ["a2"]]
    assert list(Grid([], 0).rows) == []


def test_seats_are_renamed_in_every_text() -> None:
    """Names take the place of the seats in what is drawn and told; all else stays."""

    def rename(text: str) -> str:
        return text.replace("he client", "Anna").replace("he server", "Ben")

    grid, picture, caption = BOARD.renamed(rename).parts
    assert isinstance(grid, Grid)
    assert isinstance(picture, Picture)
    assert (grid.title, grid.spoken, caption) == ("TBen's sea", "TAnna is on a1.", "TAnna moves.")
    assert [cell.mark.name for cell in grid.cells] == ["tAnna", "", ""]
    assert [mark.name for mark in grid.legend] == ["tAnna"]
    assert picture.spoken == "TBen hangs."
    assert BOARD.renamed(str) == BOARD


def test_board_is_what_its_types_say() -> None:
    """A board of other types is refused, so that no screen stumbles over it."""
    assert checked(BOARD) == BOARD
    for wrong in (None, "text", Board(None), Board([5]), Board([Picture(5, "")])):  # type: ignore[arg-type, list-item]
        with pytest.raises((TypeError, ValidationError)):
            checked(wrong)


def test_board_can_be_written_as_json() -> None:
    assert json.decode(json.encode(BOARD), type=Board) == BOARD
