"""Chess, the extra `chess`: python-chess knows the rules, and this file what players write and see.

A draw may be claimed on one's move, or by naming it: after three times the same position, or fifty moves of each side
without a capture or a pawn move. After five times, or 75 moves, the game ends by itself.

Rules: https://handbook.fide.com/chapter/E012023 and https://python-chess.readthedocs.io
"""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from chatgame.core.board import FREE, Board, Cell, Choice, Grid, Mark
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.rules import Outcome, Rules, Secrets, known_as, whose
from chatgame.core.seats import Seat

if TYPE_CHECKING:
    import chess
else:

    class _Late:
        """python-chess, imported when something of it is first used: that takes 30 ms of each start."""

        def __getattr__(self, name: str) -> Any:
            value = getattr(import_module("chess"), name)
            setattr(self, name, value)
            return value

    chess = _Late()

AS_TEXT = "\ufe0e"
"""Makes terminals draw a piece as text, one column wide, where they have an emoji for it."""

THREEFOLD, FIFTY = "threefold repetition", "fifty moves without a capture or a pawn move"

LONGEST = 30
"""In characters, a move as somebody writes it, with its number and what they think of it."""

_FEN = re.compile(
    r"[1-8pnbrqkPNBRQK/]+ [wb] (?:-|(?=[KQkq])K?Q?k?q?) (?:-|[a-h][36])(?: (?:0|[1-9][0-9]{0,2}) [1-9][0-9]{0,3})?"
)
_PROBLEMS = {
    "NO_WHITE_KING": "White has no king",
    "NO_BLACK_KING": "Black has no king",
    "TOO_MANY_KINGS": "one side has two kings",
    "PAWNS_ON_BACKRANK": "a pawn stands on the first or the last row",
    "BAD_CASTLING_RIGHTS": "a king or a rook is not where castling needs it",
    "INVALID_EP_SQUARE": "no pawn has just passed the square of en passant",
    "OPPOSITE_CHECK": "the side that is not to move is in check",
}

_ORNAMENTS = re.compile(r"(?:[0-9]{1,3}\.+ ?)?(.*?)(?: ?e\.p\.)?[+#!? ]*", re.ASCII)
_CASTLING = re.compile(r"[o0](-?)[o0](\1[o0])?", re.ASCII | re.IGNORECASE)
_TO = r"(?P<takes>[x:])?-?(?P<to>[a-h][1-8])(?:[=/]?\(?(?P<becomes>[nbrq])\)?)?"
_PIECE = re.compile(rf"(?P<piece>[nbrqk])(?P<file>[a-h])?(?P<rank>[1-8])?{_TO}", re.ASCII | re.IGNORECASE)
_PAWN = re.compile(rf"(?P<file>[a-h])?{_TO}", re.ASCII | re.IGNORECASE)
_SQUARES = re.compile(rf"(?P<file>[a-h])(?P<rank>[1-8]){_TO}", re.ASCII | re.IGNORECASE)


class Position(NamedTuple):
    """The boards since the last capture or pawn move, the moves of one side since then, and the seat of White.

    A board is written in FEN without its two counters, and a square of en passant only if a pawn can take there. So
    two are equal if they count as a repetition. Those before the first position are not known.
    """

    boards: tuple[str, ...]
    clock: int
    white: Seat


class Chess(Rules[Position, str]):
    """Chess; a move travels as in `g1f3` or `e7e8q`, and is typed and told as in `Nf3` or `e8=Q`."""

    name = "chess"
    title = "chess"
    draws = True
    about = "Move one of your pieces at a time. Attack the other's king so that nothing can save it, and you win."

    def start(self, inviter: Seat, options: str) -> Position:
        board = _from_fen(options) if options else chess.Board()
        position = Position((board.epd(),), board.halfmove_clock, inviter.other if board.turn else inviter)
        if end := self.outcome(position):
            raise Refused(f"In that position the game is over already: {end.reason}.")
        return position

    def to_act(self, position: Position) -> Seat:
        return position.white if " w " in position.boards[-1] else position.white.other

    def asks(self, position: Position, seat: Seat) -> str:
        return "written as in e4, Nf3, O-O or e8=Q"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        board = _board(position)
        if text in self.legal_moves(position):
            return text
        found = _ORNAMENTS.fullmatch(text) if len(text) <= LONGEST else None
        written = found[1] if found else ""
        readings = [*_readings(written)]
        if not readings:
            raise InvalidMove(f'"{text}" is not a move; moves are written as in e4, Nf3, exd5, O-O, e8=Q or g1f3.')
        moves = {
            board.san(move).rstrip("+#"): move
            for move in board.legal_moves
            if any(_fits(board, move, reading) for reading in readings)
        }
        if written in moves:
            return moves[written].uci()
        if len(moves) == 1:
            return moves.popitem()[1].uci()
        if moves:
            raise IllegalMove(f'"{text}" fits more than one move. Type {" or ".join(moves)}.')
        nearest = ", ".join(get_close_matches(written, map(board.san, board.legal_moves), n=5, cutoff=0))
        possible = any(_fits(board, move, reading) for move in board.pseudo_legal_moves for reading in readings)
        why = "would leave your king in check" if possible else "is not possible here"
        raise IllegalMove(f'"{text}" {why}. You could play {nearest}.')

    def apply(self, position: Position, move: str) -> Position:
        board = _board(position).copy()
        board.push(chess.Move.from_uci(move))
        before = position.boards if board.halfmove_clock else ()
        return Position((*before, board.epd()), board.halfmove_clock, position.white)

    def outcome(self, position: Position) -> Outcome | None:
        if position.boards.count(position.boards[-1]) == 5:
            return Outcome(None, "fivefold repetition")
        end = _board(position).outcome()
        winner = self.to_act(position).other if end and end.winner is not None else None
        return Outcome(winner, end.termination.name.lower().replace("_", " ")) if end else None

    def claim(self, position: Position) -> str:
        if position.clock < 99 and max(Counter(position.boards).values()) == 1:
            return ""  # no move can be the hundredth, or the third time
        moves = (self.apply(position, move) for move in self.legal_moves(position))
        return next(filter(None, map(_repeats, [position, *moves])), "")

    def legal_moves(self, position: Position) -> list[str]:
        return [move.uci() for move in _board(position).legal_moves]

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
        check = ["Check!"] * (board.is_check() and not board.is_checkmate())
        if viewer is not self.to_act(position):
            return Board([grid, *check])
        choices = [
            Choice(board.san(move), [chess.square_name(move.from_square), chess.square_name(move.to_square)])
            for move in board.legal_moves
        ]
        claim = "You may claim a draw: to offer one ends the game."
        return Board([grid, *check, *[claim] * bool(self.claim(position))], choices)

    def tell(self, position: Position, came: str, viewer: Seat | None) -> str:
        board, step = _board(position), chess.Move.from_uci(came)
        moved, taken = board.piece_type_at(step.from_square), board.piece_type_at(step.to_square)
        what = f"the {chess.piece_name(moved or chess.PAWN)}"
        if board.is_castling(step):
            what = f"castling {'kingside' if board.is_kingside_castling(step) else 'queenside'}"
        elif board.is_capture(step):
            what += f" takes the {chess.piece_name(taken or chess.PAWN)}{', en passant' * (taken is None)}"
        joined = ", and" * board.is_capture(step)
        becomes = f"{joined} becomes a {chess.piece_name(step.promotion)}" if step.promotion else ""
        written = board.san(step)
        check = " Check!" * written.endswith("+")
        who = known_as(self.to_act(position), viewer).capitalize()
        return f"{who} played {written}: {what}{becomes}.{check}"


RULES = Chess()


@lru_cache(8)  # each ply needs it several times: for the outcome, the moves, to read one and to draw it
def _board(position: Position) -> "chess.Board":
    """A shared board: copy it before changing it."""
    return chess.Board(f"{position.boards[-1]} {position.clock} 1")


def _from_fen(text: str) -> "chess.Board":
    """The board of a position in FEN.

    Raises:
        Refused: it cannot be read, or cannot be a position of chess; the sentence says why.
    """
    try:
        board = chess.Board(text if _FEN.fullmatch(text) else "")
    except ValueError as error:
        raise Refused(
            f'"{text:.90}" is not a position in FEN, which is written as in 4k3/8/8/8/8/8/8/R3K2R w KQ - 0 1.'
        ) from error
    for problem in board.status():
        why = _PROBLEMS.get(str(problem.name), str(problem.name).lower().replace("_", " "))
        raise Refused(f"That position cannot be played: {why}.")
    return board


def _repeats(position: Position) -> str:
    """Why a draw may be claimed in a position, or nothing."""
    if position.boards.count(position.boards[-1]) >= 3:
        return THREEFOLD
    return FIFTY if position.clock >= 100 else ""


def _readings(written: str) -> Iterator[dict[str, str]]:
    """What a text may mean, as parts of a move; `bc4` may be of a bishop or of a pawn, but `BXC4` is of a bishop."""
    if castling := _CASTLING.fullmatch(written):
        yield {"castles": "queenside" if castling[2] else "kingside"}
    piece = _PIECE.fullmatch(written)
    pawn = None if piece and written[0] == "B" else _PAWN.fullmatch(written)
    for found in (piece, pawn, _SQUARES.fullmatch(written)):
        if found:
            named = {name: part.lower() for name, part in found.groupdict().items() if part}
            yield {"piece": "p"} | named if found is pawn else named


def _fits(board: "chess.Board", move: "chess.Move", reading: dict[str, str]) -> bool:
    """Whether a move is of a piece, from a file, to a square and so on, as far as a reading says."""
    if "castles" in reading:
        wanted = board.is_queenside_castling if reading["castles"] == "queenside" else board.is_kingside_castling
        return wanted(move)
    start = chess.square_name(move.from_square)
    is_so = {
        "piece": chess.piece_symbol(board.piece_type_at(move.from_square) or chess.PAWN),
        "file": start[0],
        "rank": start[1],
        "takes": reading.get("takes", "") if board.is_capture(move) else "",
        "to": chess.square_name(move.to_square),
        "becomes": chess.piece_symbol(move.promotion) if move.promotion else "",
    }
    return all(is_so[name] == part for name, part in reading.items())
