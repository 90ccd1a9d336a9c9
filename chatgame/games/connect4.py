"""Connect four: discs fall into seven columns of six; the first to get four in a row, in any direction, wins.

Rules: https://en.wikipedia.org/wiki/Connect_Four
Discs as bits: https://github.com/denkspuren/BitboardC4/blob/master/BitboardDesign.md
"""

from collections.abc import Sequence
from typing import NamedTuple

from chatgame.core.board import FREE, Board, Cell, Choice, Grid, Mark
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Outcome, Rules, Secrets, known_as
from chatgame.core.seats import Seat

COLUMNS = "1234567"
TOPS = {column: 1 << (7 * column - 2) for column in range(1, 8)}
BOTTOMS = [1 << 7 * column for column in range(7)]
FULL = sum(63 * bottom for bottom in BOTTOMS)
ANY_FULL = sum(TOPS.values())
ALL = tuple(TOPS)
STEPS = ((1, 2), (7, 14), (6, 12), (8, 16))  # up, along a row, along either diagonal; and twice as far


class Position(NamedTuple):
    """The discs of the seat to act, all discs, and the seat that is X and begins.

    Each column takes seven bits, column 1 the lowest: six for its cells from the bottom up, and one that stays 0.
    """

    own: int
    taken: int
    x: Seat


class Connect4(Rules[Position, int]):
    """Connect four; a move is a column, 1 to 7."""

    name = "connect4"
    title = "connect four"
    draws = True
    about = "Drop a disc into a column, 1 to 7. Four of yours in a row win: upright, level or along a diagonal."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position(0, 0, inviter.other)

    def to_act(self, position: Position) -> Seat:
        return position.x.other if position.taken.bit_count() % 2 else position.x

    def written(self, position: Position) -> tuple[str, Seat]:
        discs_x = self._discs_x(position)
        rows = [[1 << 7 * column + row for column in range(7)] for row in reversed(range(6))]
        cells = ("X" if discs_x & bit else "O" if position.taken & bit else "." for row in rows for bit in row)
        return "".join(cells), position.x

    def asks(self, position: Position, seat: Seat) -> str:
        return "a column, 1 to 7"

    def parse(self, position: Position, seat: Seat, text: str) -> int:
        if len(text) != 1 or text not in COLUMNS:
            raise InvalidMove(f'"{text}" is not a column. Choose a number from 1 to 7.')
        free = self.legal_moves(position)
        if int(text) not in free:
            raise IllegalMove(f"Column {text} is full. Choose one of these: {', '.join(map(str, free))}.")
        return int(text)

    def apply(self, position: Position, move: int) -> Position:
        own, taken, x = position
        return Position(own ^ taken, taken | taken + BOTTOMS[move - 1], x)

    def outcome(self, position: Position) -> Outcome | None:
        own, taken, _ = position
        if _fours(own ^ taken):
            return Outcome(self.to_act(position).other, "four in a row")
        return Outcome(None, "the board is full") if taken == FULL else None

    def legal_moves(self, position: Position) -> Sequence[int]:
        taken = position.taken
        if not taken & ANY_FULL:
            return ALL
        return [column for column, top in TOPS.items() if not taken & top]

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        own, taken, x = position
        discs_x = self._discs_x(position)
        mark_x = Mark("X", known_as(x, viewer), "●", "first")
        mark_o = Mark("O", known_as(x.other, viewer), "○", "second")
        fresh, line = taken ^ before.taken if before else 0, _fours(own ^ taken)

        def cell(column: int, row: int) -> Cell:
            bit = 1 << 7 * column + row
            mark = mark_x if discs_x & bit else mark_o if taken & bit else FREE
            return Cell(f"column {column + 1} row {row + 1}", mark, bool(fresh & bit), bool(line & bit))

        columns = [[cell(column, row) for row in range(6)] for column in range(7)]
        discs = {n: (taken >> 7 * n - 7 & 63).bit_count() for n in self.legal_moves(position)}
        choices = [Choice(str(n), [f"column {n} row {count + 1}"]) for n, count in discs.items()]
        piles = (", ".join(cell.mark.name for cell in column if cell.mark is not FREE) for column in columns)
        spoken = [f"Column {n} from the bottom: {pile}." for n, pile in enumerate(piles, 1) if pile]
        cells = [column[row] for row in reversed(range(6)) for column in columns]
        words = "\n".join(spoken) or "There is no disc yet."
        return Board([Grid(cells, 7, across=COLUMNS, legend=[mark_x, mark_o], spoken=words)], choices)

    def _discs_x(self, position: Position) -> int:
        return position.own if self.to_act(position) is position.x else position.own ^ position.taken


def _fours(discs: int) -> int:
    """The discs that stand four in a row: upwards, along a row, or along either diagonal."""
    fours = 0
    for step, twice in STEPS:
        pairs = discs & discs >> step
        first = pairs & pairs >> twice
        if first:
            fours |= first | first << step | first << twice | first << step + twice
    return fours
