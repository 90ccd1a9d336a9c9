"""Tic-tac-toe on a board of three by three: the first to get three in a row wins.

Rules: https://en.wikipedia.org/wiki/Tic-tac-toe
"""

from functools import reduce
from operator import or_
from typing import NamedTuple

from chatgame.core.board import Board, Cell, Grid, Mark
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Outcome, Rules, Secrets, known_as
from chatgame.core.seats import Seat

NAMES = (
    "1 top left", "2 top middle", "3 top right",
    "4 middle left", "5 centre", "6 middle right",
    "7 bottom left", "8 bottom middle", "9 bottom right",
)  # fmt: skip
LINES = (0o007, 0o070, 0o700, 0o111, 0o222, 0o444, 0o421, 0o124)
FULL = 0o777
# For each set of marks: the marks that are in a winning row, and the cells that are still free.
WON = tuple(reduce(or_, (line for line in LINES if marks & line == line), 0) for marks in range(FULL + 1))
FREE = tuple(tuple(n for n in range(1, 10) if not marks >> n - 1 & 1) for marks in range(FULL + 1))


class Position(NamedTuple):
    """The marks of the seat to act and all marks, as bits, cell 1 the lowest; and the seat that is X and begins."""

    own: int
    taken: int
    x: Seat


class TicTacToe(Rules[Position, int]):
    """Tic-tac-toe; a move is a cell, 1 to 9, row by row."""

    name = "tictactoe"
    title = "tic-tac-toe"
    draws = True
    about = "Cells are numbered 1 to 9, row by row. Three of your marks in a row, a column or a diagonal win."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position(0, 0, inviter.other)

    def to_act(self, position: Position) -> Seat:
        return position.x.other if position.taken.bit_count() % 2 else position.x

    def written(self, position: Position) -> tuple[str, Seat]:
        own, taken, x = position
        marks_x = own if self.to_act(position) is x else own ^ taken
        cells = ("X" if marks_x >> n & 1 else "O" if taken >> n & 1 else str(n + 1) for n in range(9))
        return "".join(cells), x

    def asks(self, position: Position, seat: Seat) -> str:
        return "the number of a free cell"

    def parse(self, position: Position, seat: Seat, text: str) -> int:
        if len(text) != 1 or text not in "123456789":
            raise InvalidMove(f'"{text}" is not a cell. Choose a number from 1 to 9.')
        free = self.legal_moves(position)
        if int(text) not in free:
            raise IllegalMove(f"Cell {text} is taken. Choose one of these: {', '.join(map(str, free))}.")
        return int(text)

    def apply(self, position: Position, move: int) -> Position:
        own, taken, x = position
        # The same as Position(...), which takes twice as long, and most of the time of a random playout.
        return tuple.__new__(Position, (own ^ taken, taken | 1 << move - 1, x))

    def outcome(self, position: Position) -> Outcome | None:
        own, taken, _ = position
        if WON[own ^ taken]:
            return Outcome(self.to_act(position).other, "three in a row")
        return Outcome(None, "the board is full") if taken == FULL else None

    def legal_moves(self, position: Position) -> tuple[int, ...]:
        return FREE[position.taken]

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        marks = {
            "X": Mark("X", known_as(position.x, viewer), "✕", "first"),
            "O": Mark("O", known_as(position.x.other, viewer), "○", "second"),
        }
        fresh, line = position.taken & ~before.taken if before else 0, WON[position.own ^ position.taken]
        cells = []
        for n, cell in enumerate(self.written(position)[0]):
            name, mark = (NAMES[n], marks[cell]) if cell in marks else (cell, Mark(cell, "free"))
            cells.append(Cell(name, mark, bool(fresh >> n & 1), bool(line >> n & 1)))
        return Board([Grid(cells, 3, legend=[*marks.values()], pattern="ruled")])
