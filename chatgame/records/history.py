"""The list of past conversations."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from chatgame.core.errors import JournalFailed
from chatgame.core.log import Entry, Step
from chatgame.core.match import Match
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.folders import journal_path
from chatgame.journal.reader import Reader, Record
from chatgame.players.person.look import Look
from chatgame.players.person.output import look_of_output, write_output
from chatgame.players.person.screen import shown
from chatgame.plugins import installed_games
from chatgame.records.conversation import called, counted, local, place_of, revealing, steps_of

UNITS = (("year", 31_556_952), ("month", 2_629_746), ("day", 86_400), ("hour", 3600), ("minute", 60))
"""Units of time, in seconds; years and months have their average length."""


async def list_conversations() -> None:
    """List the conversations in the journal.

    Raises:
        JournalFailed: the journal cannot be read.
    """
    with Reader(journal_path()) as past:
        for text in listing(past.history(), past.log, time.time(), look_of_output()):
            write_output(text)


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
    where = f"as the {record.seat} {place_of(record)}"
    parts = [f"{counted(record.turns, 'turn')} with {called(record, record.seat.other)}, {where}", *played]
    if record.older:
        parts.append("from an older chatgame, which alone can show it")
    elif record.goes_on:
        parts.append("can be continued")
    return f"{record.number:>4}  {local(record.began)}  {_ago(now - record.last)}: {'; '.join(parts)}"


def _results(record: Record, log: Iterable[tuple[Entry, float]], games: Mapping[str, AnyRules]) -> list[str]:
    """How the matches of each game ended, as in "tic-tac-toe: 2 won, 1 lost"."""
    ends: dict[str, Counter[str]] = {}
    due: list[str] = []
    try:
        last: Match | None = None
        for step in steps_of(record, log, games):
            match = step.after.match
            if last and match and match.number != last.number:
                _count(ends, last, record.seat)
            last, due = match, _reveal_due(step, record)
        if last:
            _count(ends, last, record.seat)
    except JournalFailed:
        return [f"{counted(record.games, 'game')} that cannot be read"]
    return [*(f"{title}: {_spelled(results)}" for title, results in ends.items()), *due]


def _reveal_due(last: Step, record: Record) -> list[str]:
    """A phrase that says whose reveal was still due after the last turn, if one was."""
    seat = revealing(last)
    if not seat:
        return []
    who = "you" if seat is record.seat else called(record, seat)
    if last.turn.kind is Kind.QUIT:
        return [f"{who} left with a reveal due"]
    whose = "your" if seat is record.seat else f"{who}'s"
    return [f"{whose} reveal is due"]


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
            return f"{counted(int(seconds // size), unit)} ago"
    return "just now"
