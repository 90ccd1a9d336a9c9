"""Boards as drawn on a screen without colours, and in words."""

from collections.abc import Iterable
from typing import Any

from chatgame.core.board import Board, Cell
from chatgame.core.match import Match
from chatgame.core.perspective import Perspective
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.players.person.boards import drawn, in_words
from chatgame.players.person.look import Look


def board_of(rules: AnyRules, position: Any, viewer: Seat | None = None) -> Board:
    """The board of a position without one before it."""
    return rules.board(position, viewer, {}, None)


def rows(board: Board, *, unicode: bool = False) -> list[str]:
    """The rows of a drawn board, on a screen of any width."""
    return list(drawn(board, Look(unicode=unicode)))


def words(board: Board) -> list[str]:
    """The lines of a board in words."""
    return list(in_words(board))


def seen(match: Match, viewer: Seat | None, secret: str | None = None) -> list[str]:
    """The rows of a match's board, as the viewer sees it."""
    return rows(Perspective(match, viewer, secret).board())


def spoken(match: Match, viewer: Seat | None, secret: str | None = None) -> list[str]:
    """The lines of a match's board in words, for the viewer."""
    return words(Perspective(match, viewer, secret).board())


def cells(board: Board) -> Iterable[Cell]:
    """The cells of all grids."""
    return (cell for grid in board.grids for cell in grid.cells)
