"""Chess by material: a look some plies ahead, and then at captures. In so long a game random playouts say little."""

from functools import partial
from random import Random

import chess

from chatgame.games.chess import Position

WORTH = {chess.PAWN: 1, chess.KNIGHT: 3, chess.BISHOP: 3, chess.ROOK: 5, chess.QUEEN: 9}
"""What a piece counts for."""

MATE = 1000

CENTRE = (chess.D4, chess.E4, chess.D5, chess.E5)

CAPTURES = 4
"""How many captures are looked at in the end."""


def best_move(position: Position, plies: int, chance: Random) -> str:
    """The move that wins most, seen `plies` plies ahead; of equal moves the one that attacks most of the centre."""
    board, values = _board(position), {}
    for move in board.legal_moves:
        board.push(move)
        centre = sum(len(board.attackers(not board.turn, square)) for square in CENTRE)
        balance = MATE if board.is_checkmate() else -_balance(board, plies, -MATE, MATE)
        values[move] = (balance, centre, chance.random())
        board.pop()
    return max(values, key=values.__getitem__).uci()


def prospect(position: Position, plies: int) -> tuple[float, bool]:
    """How well the side to move stands, from 0 for a loss to 1 for a win; and whether that is certain."""
    balance = _balance(_board(position), plies, -MATE, MATE)
    return 1 / (1 + 10 ** (-balance / 4)), abs(balance) >= MATE  # as ratings turn pawns into chances


def _board(position: Position) -> chess.Board:
    return chess.Board(f"{position.boards[-1]} {position.clock} 1")


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
