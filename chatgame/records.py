"""Past conversations: a list of them, and one of them as text, JSON, a recording or PGN, all read from its log."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import to_builtins

from chatgame import __version__
from chatgame.core.errors import ChatgameError, JournalFailed
from chatgame.core.log import Entry, Step, steps
from chatgame.core.match import Match
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.sentences import BANNER
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.journal.reader import Record
from chatgame.players.person.inert import inert, json_escaped
from chatgame.players.person.look import Look
from chatgame.players.person.narration import known_names, named, typed
from chatgame.players.person.screen import prompt, shown
from chatgame.players.person.viewer import seen
from chatgame.plugins import installed_games
from chatgame.session.session import still_due

LONGEST_PAUSE = 3.0
"""Seconds: longer pauses are shortened to this in a recording."""

WIDTH, HEIGHT = 100, 30
"""The size of the terminal that a recording is made for, in columns and rows."""

Log = Sequence[tuple[Entry, float]]
"""The turns of a conversation, each with the time when it was written, in seconds since 1970."""


UNITS = (("year", 31_556_952), ("month", 2_629_746), ("day", 86_400), ("hour", 3600), ("minute", 60))
"""Units of time, in seconds; years and months have their average length."""


def listing(
    records: Sequence[Record], log: Callable[[int], Iterable[tuple[Entry, float]]], now: float, look: Look
) -> Iterator[str]:
    """A line for each conversation, and a line that says what can be done with one.

    Args:
        records: the conversations.
        log: returns the turns of a conversation by its number; called only if a game was played.
        now: the time, in seconds since 1970.
        look: how the lines are shown.
    """
    if not records:
        yield "No conversations yet.\n"
        return
    games, _ = installed_games()
    for record in records:
        played = _results(record, log(record.number), games) if record.games and not record.older else []
        yield shown(described(record, now, played), look)
    yield shown(
        "To see one again: chatgame replay N. See also: chatgame continue N, chatgame export N, chatgame forget N.",
        look,
    )


def described(record: Record, now: float, played: Sequence[str] = ()) -> str:
    """A conversation in a line: its number, when and where it was, with whom, its length, and what was played."""
    where = f"as the {record.seat} {_place(record)}"
    parts = [f"{_counted(record.turns, 'turn')} with {_called(record, record.seat.other)}, {where}", *played]
    if record.older:
        parts.append("from an older chatgame, which alone can show it")
    elif record.goes_on:
        parts.append("can be continued")
    return f"{record.number:>4}  {_local(record.began)}  {_ago(now - record.last)}: {'; '.join(parts)}"


def _results(record: Record, log: Iterable[tuple[Entry, float]], games: Mapping[str, AnyRules]) -> list[str]:
    """How the matches of each game ended, as in "tic-tac-toe: 2 won, 1 lost"."""
    ends: dict[str, Counter[str]] = {}
    due: list[str] = []
    try:
        last: Match | None = None
        for step in _steps(record, log, games):
            match = step.after.match
            if last and match and match.number != last.number:
                _count(ends, last, record.seat)
            last, due = match, _reveal_due(step, record)
        if last:
            _count(ends, last, record.seat)
    except JournalFailed:
        return [f"{_counted(record.games, 'game')} that cannot be read"]
    return [*(f"{title}: {_spelled(results)}" for title, results in ends.items()), *due]


def _reveal_due(last: Step, record: Record) -> list[str]:
    """A phrase that says whose reveal was still due after the last turn, if one was."""
    seat = _revealing(last)
    if not seat:
        return []
    who = "you" if seat is record.seat else _called(record, seat)
    if last.turn.kind is Kind.QUIT:
        return [f"{who} left with a reveal due"]
    whose = "your" if seat is record.seat else f"{who}'s"
    return [f"{whose} reveal is due"]


def _revealing(last: Step) -> Seat | None:
    return (last.before if last.turn.kind is Kind.QUIT else last.after).revealing


def _count(ends: dict[str, Counter[str]], match: Match, seat: Seat) -> None:
    winner = match.outcome.winner if match.outcome else None
    result = "won" if winner is seat else "lost" if winner else "drawn" if match.outcome else "not finished"
    ends.setdefault(match.rules.title, Counter())[result] += 1


def _spelled(results: Counter[str]) -> str:
    if results.total() == 1:
        return next(iter(results))
    return ", ".join(f"{count} {result}" for result, count in results.items())


def _ago(seconds: float) -> str:
    for unit, size in UNITS:
        if seconds >= size:
            return f"{_counted(int(seconds // size), unit)} ago"
    return "just now"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def _place(record: Record) -> str:
    if record.relays:
        return f"over {', '.join(record.relays.split())}"
    if not record.port:  # a match of two programs had no address
        return f"at {record.host}"
    return f"at [{record.host}]:{record.port}" if ":" in record.host else f"at {record.host}:{record.port}"


def _names(record: Record) -> dict[Seat, str]:
    return dict(known_names({record.seat: record.name, record.seat.other: record.partner}))


def _called(record: Record, seat: Seat) -> str:
    return _names(record).get(seat, f"the {seat}")


def _local(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment):%Y-%m-%d %H:%M}"


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def recording(record: Record, log: Log, look: Look) -> Iterator[tuple[float, str]]:
    """What the screen at one's own seat showed: pairs of the seconds since the beginning and the text that appears.

    Raises:
        JournalFailed: the log is damaged, or has games that are not installed in the same version.
    """
    seat, at, last = record.seat, 0.0, log[0][1]
    names = _names(record)
    banner = "".join(shown(line, look) for line in BANNER)  # shown once, before the first prompt or board
    read = _read(record, log)  # to the end, so that nothing of a damaged log is shown
    asked = read[0].before.asked is seat
    if asked:
        yield at, banner + prompt(look)
        banner = ""
    for step, (_, written) in zip(read, log, strict=True):
        at += min(max(written - last, 0.0), LONGEST_PAUSE)
        last = written
        line = typed(step, seat)
        text = "" if line is None else f"{inert(line)}\n"
        shows = seen(step, seat, names, look)
        asked = step.after.asked is seat
        if step.after.playing or asked:
            shows = banner + shows if step.after.playing else shows + banner
            banner = ""
        yield at, text + shows + (prompt(look) if asked else "")
    if asked:
        yield at, "\n"
    if step.after.revealing:
        yield at, shown(named(still_due(step.after, seat), names), look)


def _read(record: Record, log: Log) -> list[Step]:
    games, _ = installed_games()
    return list(_steps(record, log, games))


def _steps(record: Record, log: Iterable[tuple[Entry, float]], games: Mapping[str, AnyRules]) -> Iterator[Step]:
    if record.older:
        raise JournalFailed(f"Conversation {record.number} is from an older chatgame, which alone can show it.")
    return steps(Table.open(record.session, games), (entry for entry, _ in log))


def as_text(record: Record, log: Log) -> Iterator[str]:
    """The text of the whole screen, below a header."""
    names = _names(record)
    who = " and ".join(f"{names[seat]} ({seat})" if seat in names else f"the {seat}" for seat in Seat)
    ended = f"ended {_local(record.ended)}" if record.ended else "not finished"
    for line in (
        f"A conversation of {who} {_place(record)}",
        f"Began {_local(record.began)}, {ended}, {_counted(record.turns, 'turn')}",
        f"Exported by chatgame {__version__}",
    ):
        yield f"{inert(line)}\n"
    yield "\n"
    for _, text in recording(record, log, Look()):
        yield text


def as_json(record: Record, log: Log) -> Iterator[str]:
    """One JSON object: who talked, when and where, and the turns as in the protocol, each with its time.

    If a reveal was still due after the last turn, `reveal_due` names the seat. Characters that would act on a
    terminal are escaped; all other text stays readable.
    """
    read = _read(record, log)
    about: dict[str, Any] = {
        "chatgame": __version__,
        "number": record.number,
        "seat": record.seat,
        "names": _names(record),
        "host": record.host,
        "port": record.port,
        "relays": record.relays.split(),
        "began": _iso(record.began),
        "ended": _iso(record.ended) if record.ended else None,
        "session": record.session,
        "reveal_due": _revealing(read[-1]),
        "turns": [
            to_builtins(step.turn) | {"written": _iso(written)} for step, (_, written) in zip(read, log, strict=True)
        ],
    }
    yield _json(about, indent=1) + "\n"


def _json(value: object, indent: int | None = None) -> str:
    def escaped(character: re.Match[str]) -> str:
        return character[0] if character[0].isprintable() else json_escaped(character[0])

    return re.sub(r"[^ -~\n]", escaped, json.dumps(value, indent=indent, ensure_ascii=False))


def as_asciicast(record: Record, log: Log) -> Iterator[str]:
    """A recording for asciinema, in the format asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/)."""
    title = f"chatgame {__version__}, {' and '.join(_called(record, seat) for seat in Seat)}"
    header = {"version": 2, "width": WIDTH, "height": HEIGHT, "timestamp": int(record.began), "title": title}
    yield _json(header) + "\n"
    for at, text in recording(record, log, Look(colour=True, width=WIDTH)):
        yield _json([round(at, 3), "o", text.replace("\n", "\r\n")]) + "\n"


def as_pgn(record: Record, log: Log) -> Iterator[str]:
    """The games of chess in Portable Game Notation, with the moves that were not taken back.

    See http://www.saremba.de/chessgml/standards/pgn/pgn-complete.htm.

    Raises:
        ChatgameError: no chess was played, or the extra `chess` is not installed.
    """
    if "chess" not in installed_games()[0]:
        raise ChatgameError("PGN needs the extra chess: pip install 'chatgame[chess]'.")
    last: dict[int, Match] = {}
    began: dict[int, float] = {}
    for step, (_, written) in zip(_read(record, log), log, strict=True):
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
    names = {seat: re.sub(r'(["\\])', r"\\\1", _called(record, seat)) for seat in Seat}  # which Game does not do
    game.headers.update(
        Event="chatgame",
        Site=_place(record).removeprefix("at "),
        Date=f"{datetime.fromtimestamp(began):%Y.%m.%d}",
        Round=str(count),
        White=names[white],
        Black=names[white.other],
        Result=results[outcome.winner] if outcome else "*",
    )
    if outcome:
        game.end().comment = named(outcome.reason, _names(record))
    return str(game)


FORMATS: dict[str, Callable[[Record, Log], Iterator[str]]] = {
    "text": as_text,
    "json": as_json,
    "asciicast": as_asciicast,
    "pgn": as_pgn,
}
"""The formats of `chatgame export`."""
