"""Connect four: discs fall into seven columns of six; the first to get four in a row, in any direction, wins.

Rules: https://en.wikipedia.org/wiki/Connect_Four
Discs as bits: https://github.com/denkspuren/BitboardC4/blob/master/BitboardDesign.md
"""

from collections.abc import Sequence
from typing import NamedTuple

from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Outcome, Rules, known_as
from chatgame.core.seats import Seat

COLUMNS = "1234567"
TOPS = {column: 1 << (7 * column - 2) for column in range(1, 8)}
BOTTOMS = [1 << 7 * column for column in range(7)]
FULL = sum(63 * bottom for bottom in BOTTOMS)
ANY_FULL = sum(TOPS.values())
ALL = tuple(TOPS)
STEPS = ((1, 2), (7, 14), (6, 12), (8, 16))  # up, along a row, along either diagonal; and twice as far


class Position(NamedTuple):
    """The discs of who is to act, and all discs; and who is X, who begins.

    A column takes seven bits, column 1 the lowest: six for its cells from the bottom up, and one that stays 0.
    """

    own: int
    taken: int
    x: Seat


class Connect4(Rules[Position, int]):
    """Connect four; a move is a column, 1 to 7."""

    name = "connect4"
    title = "connect four"
    about = "Drop a disc into a column, 1 to 7. Four of yours in a row win: upright, level or along a diagonal."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position(0, 0, inviter.other)

    def to_act(self, position: Position) -> Seat:
        return position.x.other if position.taken.bit_count() % 2 else position.x

    def asks(self, position: Position, seat: Seat) -> str:
        return "a column, 1 to 7"

    def parse(self, position: Position, seat: Seat, text: str) -> int:
        if len(text) != 1 or text not in COLUMNS:
            raise InvalidMove(f'"{text}" is no column; the columns are 1 to 7.')
        free = self.legal_moves(position)
        if int(text) not in free:
            raise IllegalMove(f"Column {text} is full; free: {', '.join(map(str, free))}.")
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

    def render(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        marks, x = self._marks(position), position.x
        rows = [" ".join(marks[row::7]) for row in (5, 4, 3, 2, 1, 0)]
        return "\n".join([" ".join(COLUMNS), *rows, f"X: {known_as(x, viewer)}, O: {known_as(x.other, viewer)}"])

    def describe(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        marks, x = self._marks(position), position.x
        columns = {column: marks[7 * int(column) - 7 :][:6].strip(".") for column in COLUMNS}
        filled = [f"Column {c} from the bottom: {', '.join(discs)}." for c, discs in columns.items() if discs]
        empty = ", ".join(column for column, discs in columns.items() if not discs) or "none"
        who = f"X is {known_as(x, viewer)}, O is {known_as(x.other, viewer)}."
        return "\n".join([who, *filled, f"Empty columns: {empty}."])

    def tell(self, position: Position, move: int) -> str:
        mark = "X" if self.to_act(position) is position.x else "O"
        row = (position.taken >> 7 * move - 7 & 0x3F).bit_count() + 1
        return f"{mark} falls into column {move}, row {row}.{f' Column {move} is full now.' if row == 6 else ''}"

    def without_line(self, position: Position) -> Position:
        own, taken, x = position
        line = _fours(own ^ taken)
        taken ^= line
        return Position(own ^ taken if line.bit_count() % 2 else own, taken, x)  # an odd line changes who is to act

    def _marks(self, position: Position) -> str:
        """X, O or a dot for each bit."""
        own, taken, x = position
        discs_x = own if self.to_act(position) is x else own ^ taken
        return "".join("X" if discs_x >> bit & 1 else "O" if taken >> bit & 1 else "." for bit in range(49))


def _fours(discs: int) -> int:
    """Those of the discs that stand four in a row: upwards, along a row, or along either diagonal."""
    fours = 0
    for step, twice in STEPS:
        pairs = discs & discs >> step
        first = pairs & pairs >> twice
        if first:
            fours |= first | first << step | first << twice | first << step + twice
    return fours
