"""Chess, a plugin: where chatgame is installed, install it with `pip install ./examples/chess_game`.

python-chess knows the rules: https://python-chess.readthedocs.io and https://en.wikipedia.org/wiki/Rules_of_chess.
Players can agree on a draw, but not claim one; fivefold repetition and the 75-move rule end the game by themselves.
"""

from difflib import get_close_matches
from functools import lru_cache, partial
from random import Random
from typing import NamedTuple

import chess

from chatgame.core.board import FREE, Board, Cell, Choice, Grid, Mark
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Outcome, Rules, Secrets, known_as, whose
from chatgame.core.seats import Seat

AS_TEXT = "\ufe0e"
"""Makes terminals draw a piece as text, one column wide, where they have an emoji for it."""

AHEAD = {"medium": 0, "hard": 2}
"""How many plies a bot looks ahead after its move; then come up to CAPTURES captures. An easy bot searches."""

CAPTURES = 4

WORTH = {chess.PAWN: 1, chess.KNIGHT: 3, chess.BISHOP: 3, chess.ROOK: 5, chess.QUEEN: 9}
MATE = 1000
CENTRE = (chess.D4, chess.E4, chess.D5, chess.E5)


class Position(NamedTuple):
    """Every board since the last capture or pawn move, in FEN without its counters, and the seat of White."""

    boards: tuple[str, ...]
    white: Seat


class Chess(Rules[Position, str]):
    """Chess; a move is typed as in `Nf3` or `g1f3`, and written as in `g1f3`."""

    name = "chess"
    title = "chess"
    draws = True
    about = "Move one of your pieces at a time. Attack the other's king so that nothing can save it, and you win."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position((chess.Board().epd(),), inviter.other)

    def to_act(self, position: Position) -> Seat:
        return position.white if " w " in position.boards[-1] else position.white.other

    def asks(self, position: Position, seat: Seat) -> str:
        return "a move, as in e4, Nf3, O-O or g1f3"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        board = _board(position).copy()
        for spelling in (text, text.lower(), text.capitalize(), text.upper()):
            try:
                if move := board.parse_san(spelling):  # reads g1f3 as well
                    return move.uci()
            except chess.InvalidMoveError:
                pass
            except ValueError as error:
                nearest = ", ".join(get_close_matches(text, map(board.san, board.legal_moves), n=5, cutoff=0))
                raise IllegalMove(f'"{text}" is not one of the legal moves, such as {nearest}.') from error
        raise InvalidMove(f'"{text}" is not a move; moves are written as in e4, Nf3, O-O, e8=Q or g1f3.')

    def apply(self, position: Position, move: str) -> Position:
        board = _board(position).copy()
        board.push(chess.Move.from_uci(move))
        before = position.boards if board.halfmove_clock else ()
        return Position((*before, board.epd()), position.white)

    def outcome(self, position: Position) -> Outcome | None:
        if position.boards.count(position.boards[-1]) == 5:
            return Outcome(None, "fivefold repetition")
        end = _board(position).outcome()
        winner = self.to_act(position).other if end and end.winner is not None else None
        return Outcome(winner, end.termination.name.lower().replace("_", " ")) if end else None

    def legal_moves(self, position: Position) -> list[str]:
        return [move.uci() for move in _board(position).legal_moves]

    def strategy(self, position: Position, seat: Seat, own: str, level: str, seed: int) -> str | None:
        if level not in AHEAD:
            return None
        board, chance = _board(position).copy(), Random(seed)  # noqa: S311  # not for secrets
        values = {}
        for move in board.legal_moves:
            board.push(move)
            centre = sum(len(board.attackers(not board.turn, square)) for square in CENTRE)
            balance = MATE if board.is_checkmate() else -_balance(board, AHEAD[level], -MATE, MATE)
            values[move] = (balance, centre, chance.random())
            board.pop()
        return max(values, key=values.__getitem__).uci()

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        board, was = _board(position), _board(before or position)
        seats = {chess.WHITE: position.white, chess.BLACK: position.white.other}
        marks = {None: FREE} | {
            chess.Piece(kind, colour): Mark(
                chess.Piece(kind, colour).symbol(),
                f"{whose(seat, viewer)} {chess.piece_name(kind)}",
                chess.Piece(kind, colour).unicode_symbol() + AS_TEXT,
                "first" if colour else "second",
            )
            for kind in chess.PIECE_TYPES
            for colour, seat in seats.items()
        }
        way = -1 if viewer is seats[chess.BLACK] else 1
        pieces = [(square, board.piece_at(square), was.piece_at(square)) for square in chess.SQUARES_180[::way]]
        cells = [Cell(chess.square_name(square), marks[piece], piece != old) for square, piece, old in pieces]
        kings = [marks[chess.Piece(chess.KING, colour)] for colour in seats]
        grid = Grid(cells, 8, "", "abcdefgh"[::way], "87654321"[::way], kings, "checked")
        choices = [
            Choice(move.uci(), [chess.square_name(move.from_square), chess.square_name(move.to_square)])
            for move in board.legal_moves
        ]
        return Board([grid, *["Check!"] * board.is_check()], choices)

    def tell(self, position: Position, came: str, viewer: Seat | None) -> str:
        board, step = _board(position), chess.Move.from_uci(came)
        moved, taken = board.piece_type_at(step.from_square), board.piece_type_at(step.to_square)
        what = f"the {chess.piece_name(moved or chess.PAWN)}"
        if board.is_castling(step):
            what = f"castling {'kingside' if board.is_kingside_castling(step) else 'queenside'}"
        elif board.is_capture(step):
            what += f" takes the {chess.piece_name(taken or chess.PAWN)}{', en passant' * (taken is None)}"
        becomes = f", and becomes a {chess.piece_name(step.promotion)}" if step.promotion else ""
        check = " Check!" * board.gives_check(step)
        return f"{known_as(self.to_act(position), viewer).capitalize()} played {came}: {what}{becomes}.{check}"


def _balance(board: chess.Board, plies: int, low: int, high: int) -> int:
    """How much more the pieces of the side to move are worth, after so many plies and then a few captures.

    Alpha-beta pruning: what is not between `low` and `high` need not be exact.
    """
    best = low
    if plies <= 0:
        more = {kind: len(board.pieces(kind, board.turn)) - len(board.pieces(kind, not board.turn)) for kind in WORTH}
        best = max(low, sum(WORTH[kind] * count for kind, count in more.items()))
        moves = sorted(board.generate_legal_captures(), key=partial(_gain, board)) if plies > -CAPTURES else []
    else:
        moves = sorted(board.legal_moves, key=partial(_gain, board))
        if not moves:
            return -MATE - plies if board.is_check() else 0
    for move in moves:
        if best >= high:
            break
        board.push(move)
        best = max(best, -_balance(board, plies - 1, -high, -best))
        board.pop()
    return best


def _gain(board: chess.Board, move: chess.Move) -> int:
    """Less for a move that takes more."""
    return -WORTH.get(board.piece_type_at(move.to_square) or chess.KING, 0)


@lru_cache(4096)
def _board(position: Position) -> chess.Board:
    """A shared board: copy it before changing it."""
    return chess.Board(f"{position.boards[-1]} {len(position.boards) - 1} 1")
