"""Chess, a plugin that can be installed: `pip install ./examples/chess_game`, where chatgame is installed already.

python-chess does the rules: https://python-chess.readthedocs.io and https://en.wikipedia.org/wiki/Rules_of_chess.
A draw comes about by itself alone, also by fivefold repetition and by the 75-move rule; none is claimed or agreed to.
"""

from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

import chess

from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Outcome, Rules, known_as
from chatgame.core.seats import Seat


class Position(NamedTuple):
    """Every board since the last capture or pawn move, in FEN without its counters; and who is White, who begins."""

    boards: tuple[str, ...]
    white: Seat


class Chess(Rules[Position, str]):
    """Chess; a move is typed as in `Nf3` or `g1f3`, and written as in `g1f3`."""

    name = "chess"
    title = "chess"
    about = "Each side moves one piece in turn. Who attacks the other's king so that nothing can save it wins."

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
                raise IllegalMove(f'"{text}" is none of the legal moves, such as {nearest}.') from error
        raise InvalidMove(f'"{text}" is no move; moves are written as in e4, Nf3, O-O, e8=Q or g1f3.')

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

    def render(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        board, white, black = _board(position), position.white, position.white.other
        way = -1 if viewer is black else 1
        ranks = [f"{rank} {row[::way]}" for rank, row in zip("87654321", str(board).split("\n"), strict=True)]
        who = [f"White (capitals): {known_as(white, viewer)}", f"Black: {known_as(black, viewer)}"]
        return "\n".join([*ranks[::way], f"  {'a b c d e f g h'[::way]}", *who, *["Check!"] * board.is_check()])

    def describe(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        board, lines = _board(position), []
        for colour, seat in ((chess.WHITE, position.white), (chess.BLACK, position.white.other)):
            lines.append(f"{_side(colour)} is {known_as(seat, viewer)}:")
            for kind in reversed(chess.PIECE_TYPES):
                cells = [chess.square_name(square) for square in board.pieces(kind, colour)]
                lines += [f"{chess.piece_name(kind)} on {', '.join(cells)}."] if cells else []
        return "\n".join([*lines, f"{_side(board.turn)} is to move{', and in check' * board.is_check()}."])

    def tell(self, position: Position, move: str) -> str:
        board, step = _board(position), chess.Move.from_uci(move)
        moved, taken = board.piece_type_at(step.from_square), board.piece_type_at(step.to_square)
        what = f"The {_side(board.turn)} {chess.piece_name(moved or chess.PAWN)}"
        if board.is_castling(step):
            what = f"{_side(board.turn)} castles {'kingside' if board.is_kingside_castling(step) else 'queenside'}"
        elif board.is_capture(step):
            what += f" takes the {chess.piece_name(taken or chess.PAWN)}{', en passant' * (taken is None)}"
        else:
            what += f" goes to {chess.square_name(step.to_square)}"
        becomes = f", and becomes a {chess.piece_name(step.promotion)}" if step.promotion else ""
        return f"{what}{becomes}.{' Check!' * board.gives_check(step)}"


def _side(colour: chess.Color) -> str:
    return chess.COLOR_NAMES[colour].title()


@lru_cache(4096)
def _board(position: Position) -> chess.Board:
    """A board that nobody may change but in a copy."""
    return chess.Board(f"{position.boards[-1]} {len(position.boards) - 1} 1")
