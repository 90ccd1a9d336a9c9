"""Tic-tac-toe on a board of three by three: the first to get three in a row wins.

Rules: https://en.wikipedia.org/wiki/Tic-tac-toe
"""

from functools import cache
from typing import NamedTuple

from chatgame.core.board import Board, Cell, Grid, Mark
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Outcome, Rules, Secrets, known_as
from chatgame.core.seats import Seat

# What follows from a position is found once for each of the 5478 boards that there are: playouts at random are twice
# as fast for it.

LINES = ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))
NAMES = (
    "1 top left", "2 top middle", "3 top right",
    "4 middle left", "5 centre", "6 middle right",
    "7 bottom left", "8 bottom middle", "9 bottom right",
)  # fmt: skip


class Position(NamedTuple):
    """A board: cells 1 to 9 by rows, each its own digit while free, else X or O; and who is X, who begins."""

    cells: str
    x: Seat


class TicTacToe(Rules[Position, int]):
    """Tic-tac-toe; a move is a cell, 1 to 9."""

    name = "tictactoe"
    title = "tic-tac-toe"
    about = "Cells are numbered 1 to 9, row by row. Three of your marks in a row, a column or a diagonal win."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position("123456789", inviter.other)

    def to_act(self, position: Position) -> Seat:
        return position.x if _to_begin(position.cells) else position.x.other

    def asks(self, position: Position, seat: Seat) -> str:
        return "the number of a free cell"

    def parse(self, position: Position, seat: Seat, text: str) -> int:
        if len(text) != 1 or text not in "123456789":
            raise InvalidMove(f'"{text}" is not a cell. Choose a number from 1 to 9.')
        if text not in position.cells:
            raise IllegalMove(f"Cell {text} is taken. Choose one of these: {_listed(position.cells)}.")
        return int(text)

    @cache  # noqa: B019  # the rules live as long as the program
    def apply(self, position: Position, move: int) -> Position:
        cells, x = position
        return Position(cells.replace(str(move), "X" if _to_begin(cells) else "O"), x)

    @cache  # noqa: B019  # as above
    def outcome(self, position: Position) -> Outcome | None:
        cells, x = position
        line = _line(cells)
        if line:
            return Outcome(x if cells[line[0]] == "X" else x.other, "three in a row")
        return Outcome(None, "the board is full") if cells.isalpha() else None

    @cache  # noqa: B019  # as above
    def legal_moves(self, position: Position) -> tuple[int, ...]:
        return _free(position.cells)

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        x = Mark("X", known_as(position.x, viewer), "✕", "first")
        o = Mark("O", known_as(position.x.other, viewer), "○", "second")
        line, cells = _line(position.cells), []
        for n, cell in enumerate(position.cells):
            mark = {"X": x, "O": o}.get(cell) or Mark(cell, "free")
            fresh = before is not None and before.cells[n] != cell
            cells.append(Cell(NAMES[n] if mark in (x, o) else cell, mark, fresh, n in line))
        return Board([Grid(cells, 3, legend=[x, o], pattern="ruled")])


def _to_begin(cells: str) -> bool:
    """Whether X, who begins, is to act."""
    return cells.count("X") == cells.count("O")


def _free(cells: str) -> tuple[int, ...]:
    return tuple(int(cell) for cell in cells if cell.isdigit())


def _line(cells: str) -> tuple[int, ...]:
    """The cells that have won, if any; the last mark can make two rows at once."""
    return tuple(sorted({cell for a, b, c in LINES if cells[a] == cells[b] == cells[c] for cell in (a, b, c)}))


def _listed(cells: str) -> str:
    return ", ".join(map(str, _free(cells))) or "none"
