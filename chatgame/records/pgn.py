"""The games of chess in a past conversation, in Portable Game Notation.

See http://www.saremba.de/chessgml/standards/pgn/pgn-complete.htm.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from chatgame.core.errors import ChatgameError
from chatgame.core.match import Match
from chatgame.core.seats import Seat
from chatgame.journal.reader import Record
from chatgame.players.person.narration import named
from chatgame.plugins import installed_games
from chatgame.records.conversation import Log, called, names_of, place_of, read


def as_pgn(record: Record, log: Log) -> Iterator[str]:
    """The games of chess in PGN, with the moves that were not taken back.

    Raises:
        ChatgameError: no chess was played, or the extra `chess` is not installed.
    """
    if "chess" not in installed_games()[0]:
        raise ChatgameError("PGN needs the extra chess: pip install 'chatgame[chess]'.")
    last: dict[int, Match] = {}
    began: dict[int, float] = {}
    for step, (_, written) in zip(read(record, log), log, strict=True):
        match = step.after.match
        if match and match.rules.name == "chess":
            last[match.number] = match
            began.setdefault(match.number, written)
    if not last:
        raise ChatgameError(f"No chess was played in conversation {record.number}, and PGN has nothing but chess.")
    for count, (number, match) in enumerate(last.items(), 1):
        yield f"{_pgn(record, match, count, began[number])}\n\n"


def _pgn(record: Record, match: Match, count: int, began: float) -> str:
    from chess import Board  # takes 60 ms with the next, and only this format needs it
    from chess.pgn import Game

    board = Board(match.options) if match.options else Board()
    for move in match.moves:
        board.push_uci(str(move))
    game, outcome = Game.from_board(board), match.outcome
    white: Seat = match.position.white
    results = {white: "1-0", white.other: "0-1", None: "1/2-1/2"}
    names = {seat: re.sub(r'(["\\])', r"\\\1", called(record, seat)) for seat in Seat}  # which Game does not do
    game.headers.update(
        Event="chatgame",
        Site=place_of(record).removeprefix("at "),
        Date=f"{datetime.fromtimestamp(began):%Y.%m.%d}",
        Round=str(count),
        White=names[white],
        Black=names[white.other],
        Result=results[outcome.winner] if outcome else "*",
    )
    if outcome:
        game.end().comment = named(outcome.reason, names_of(record))
    return str(game)
