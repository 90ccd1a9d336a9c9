"""Tic-tac-toe on a board of three by three: the first to get three in a row wins.

Rules: https://en.wikipedia.org/wiki/Tic-tac-toe
"""

from typing import NamedTuple

from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Outcome, Rules, known_as
from chatgame.core.seats import Seat

LINES = ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))
PLACES = (
    "top left", "top middle", "top right",
    "middle left", "centre", "middle right",
    "bottom left", "bottom middle", "bottom right",
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
        return position.x if len(_free(position)) % 2 else position.x.other

    def asks(self, position: Position, seat: Seat) -> str:
        return "the number of a free cell"

    def parse(self, position: Position, seat: Seat, text: str) -> int:
        if len(text) != 1 or text not in "123456789":
            raise InvalidMove(f'"{text}" is no cell; the cells are 1 to 9.')
        if text not in _free(position):
            raise IllegalMove(f"Cell {text} is taken; free: {', '.join(_free(position))}.")
        return int(text)

    def apply(self, position: Position, move: int) -> Position:
        mark = "X" if self.to_act(position) is position.x else "O"
        return position._replace(cells=position.cells.replace(str(move), mark))

    def outcome(self, position: Position) -> Outcome | None:
        for cell in _line(position):
            winner = position.x if position.cells[cell] == "X" else position.x.other
            return Outcome(winner, "three in a row")
        return None if _free(position) else Outcome(None, "the board is full")

    def legal_moves(self, position: Position) -> list[int]:
        return [int(cell) for cell in _free(position)]

    def render(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        rows = (" | ".join(position.cells[row : row + 3]) for row in (0, 3, 6))
        board = "\n---+---+---\n".join(f" {row}" for row in rows)
        return f"{board}\nX: {known_as(position.x, viewer)}, O: {known_as(position.x.other, viewer)}"

    def describe(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        lines = [f"X is {known_as(position.x, viewer)}, O is {known_as(position.x.other, viewer)}."]
        for mark in "XO":
            cells = [f"{n} {PLACES[n - 1]}" for n, cell in enumerate(position.cells, 1) if cell == mark]
            lines.append(f"{mark}: {', '.join(cells) or 'none'}.")
        return "\n".join([*lines, f"Free: {', '.join(_free(position)) or 'none'}."])

    def tell(self, position: Position, move: int) -> str:
        after = self.apply(position, move)
        line = [str(cell + 1) for cell in _line(after)]
        left = f"In a row: {', '.join(line)}" if line else f"Free: {', '.join(_free(after)) or 'none'}"
        return f"{after.cells[move - 1]} takes the {PLACES[move - 1]}. {left}."

    def without_line(self, position: Position) -> Position:
        line = _line(position)
        cells = (str(n + 1) if n in line else cell for n, cell in enumerate(position.cells))
        return position._replace(cells="".join(cells))


def _line(position: Position) -> list[int]:
    """The cells that have won, if any; the last mark can make two rows at once."""
    cells = position.cells
    return sorted({cell for a, b, c in LINES if cells[a] == cells[b] == cells[c] for cell in (a, b, c)})


def _free(position: Position) -> list[str]:
    return [cell for cell in position.cells if cell.isdigit()]
