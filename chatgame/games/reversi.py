"""Reversi, or Othello: a disc turns over the rows of the other's discs that it encloses; the most discs win.

A player who can turn nothing over passes, without a move; when neither can, the game ends.

Rules: https://en.wikipedia.org/wiki/Reversi#Rules
"""

from functools import lru_cache
from operator import lshift, rshift
from typing import NamedTuple

from chatgame.core.board import FREE, Board, Cell, Grid, Mark
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Outcome, Rules, Secrets, known_as
from chatgame.core.seats import Seat

CELLS = {f"{'abcdefgh'[bit % 8]}{bit // 8 + 1}": 1 << bit for bit in range(64)}
NAMES = tuple(CELLS)
ALL, INNER = 0xFFFF_FFFF_FFFF_FFFF, 0x7E7E_7E7E_7E7E_7E7E
PLAYABLE = Mark("*", "where you can play", tone="good")
STEPS = ((1, INNER), (7, INNER), (8, ALL), (9, INNER))
"""For each direction and its reverse: the bits to the next cell, and the cells that can lie between two others."""


class Position(NamedTuple):
    """The discs of the seat to act and of the other, the seat to act, and the seat that is X and begins.

    Cell a1 is the lowest bit, b1 the next, h8 the highest of 64.
    """

    own: int
    theirs: int
    seat: Seat
    x: Seat


class Reversi(Rules[Position, str]):
    """Reversi; a move is a cell, a1 to h8."""

    name = "reversi"
    title = "reversi"
    draws = True
    about = (
        "Your disc turns over all of the other's discs that lie in a row between it and another disc of yours. "
        "The most discs at the end win."
    )

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        own, theirs = CELLS["e4"] | CELLS["d5"], CELLS["d4"] | CELLS["e5"]
        return Position(own, theirs, inviter.other, inviter.other)

    def to_act(self, position: Position) -> Seat:
        return position.seat

    def written(self, position: Position) -> tuple[str, Seat | None, Seat]:
        discs_x, discs_o = _discs(position)
        cells = "".join("X" if discs_x & bit else "O" if discs_o & bit else "." for bit in CELLS.values())
        return cells, None if self.outcome(position) else position.seat, position.x

    def asks(self, position: Position, seat: Seat) -> str:
        return f"a cell, such as {self.legal_moves(position)[0]}"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        cell = text.lower()
        if cell not in CELLS:
            raise InvalidMove(f'"{text}" is not a cell. Choose one from a1 to h8.')
        moves = self.legal_moves(position)
        if cell not in moves:
            taken = CELLS[cell] & (position.own | position.theirs)
            why = f"Cell {cell} is taken" if taken else f"A disc on {cell} would turn nothing over"
            raise IllegalMove(f"{why}. You could play {', '.join(moves[:6])}.")
        return cell

    def apply(self, position: Position, move: str) -> Position:
        own, theirs, seat, x = position
        turned = _turned(own, theirs, CELLS[move])
        own, theirs = own | CELLS[move] | turned, theirs ^ turned
        if _playable(theirs, own) or not _playable(own, theirs):
            return Position(theirs, own, seat.other, x)
        return Position(own, theirs, seat, x)

    def outcome(self, position: Position) -> Outcome | None:
        own, theirs, seat, _ = position
        if _playable(own, theirs):
            return None
        less, more = sorted((own.bit_count(), theirs.bit_count()))
        if less == more:
            return Outcome(None, f"{more} discs each")
        return Outcome(seat if own.bit_count() == more else seat.other, f"{more} discs to {less}")

    def legal_moves(self, position: Position) -> list[str]:
        return _cells(_playable(position.own, position.theirs))

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        own, theirs, seat, x = position
        discs_x, discs_o = _discs(position)
        was_x, was_o = _discs(before) if before else (discs_x, discs_o)
        playable = _playable(own, theirs) if seat is viewer else 0
        mark_x = Mark("X", f"{known_as(x, viewer)} ({discs_x.bit_count()})", "●", "first")
        mark_o = Mark("O", f"{known_as(x.other, viewer)} ({discs_o.bit_count()})", "○", "second")
        cells = [
            Cell(
                name,
                mark_x if discs_x & bit else mark_o if discs_o & bit else PLAYABLE if playable & bit else FREE,
                fresh=bool(bit & (discs_x & ~was_x | discs_o & ~was_o)),
            )
            for name, bit in CELLS.items()
        ]
        legend = [mark_x, mark_o, *[PLAYABLE] * bool(playable)]
        return Board([Grid(cells, 8, across="abcdefgh", down="12345678", legend=legend)])

    def tell(self, position: Position, came: str, viewer: Seat | None) -> str | None:
        seat = position.seat
        if self.apply(position, came).seat is not seat:
            return None
        return f"{known_as(seat, viewer).capitalize()} played {came}, and {known_as(seat.other, viewer)} cannot move."


def _discs(position: Position) -> tuple[int, int]:
    """The discs of X, and the discs of O."""
    own, theirs, seat, x = position
    return (own, theirs) if seat is x else (theirs, own)


def _cells(discs: int) -> list[str]:
    """The cells that these discs are on."""
    cells = []
    while discs:
        cells.append(NAMES[(discs & -discs).bit_length() - 1])
        discs &= discs - 1
    return cells


@lru_cache(4)  # each ply needs it three times: for who acts next, for the outcome, and for the moves
def _playable(own: int, theirs: int) -> int:
    """The free cells on which a new disc of one's own turns something over."""
    ends = 0
    for step, inner in STEPS:
        between = theirs & inner
        up, down = own << step & between, own >> step & between
        while up | down:
            up, down = up << step, down >> step
            ends |= up | down
            up, down = up & between, down & between
    return ends & ALL & ~(own | theirs)


def _turned(own: int, theirs: int, cell: int) -> int:
    """The discs that a new disc of one's own on `cell` turns over."""
    turned = 0
    for step, inner in STEPS:
        between = theirs & inner
        for shift in (lshift, rshift):
            run, end = 0, shift(cell, step)
            while end & between:
                run, end = run | end, shift(end, step)
            if end & own:
                turned |= run
    return turned
