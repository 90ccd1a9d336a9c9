"""What all commands on a past conversation need: its log, its steps, and names for the people and the place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from chatgame.core.errors import JournalFailed
from chatgame.core.log import Entry, Step, steps
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.folders import journal_path
from chatgame.journal.reader import Reader, Record
from chatgame.players.person.narration import known_names
from chatgame.plugins import installed_games

Log = Sequence[tuple[Entry, float]]
"""The turns of a conversation, each with the time when it was written, in seconds since 1970."""


def kept(number: int) -> tuple[Record, Log]:
    """The conversation of this number in the journal.

    Raises:
        JournalFailed: the journal cannot be read, or has none of this number.
    """
    with Reader(journal_path()) as past:
        return past.record(number), past.log(number)


def read(record: Record, log: Log) -> list[Step]:
    """What the turns of a conversation did, by the games that are installed.

    Raises:
        JournalFailed: the log is damaged, or has games that are not installed in the same version.
    """
    games, _ = installed_games()
    return list(steps_of(record, log, games))


def steps_of(record: Record, log: Iterable[tuple[Entry, float]], games: Mapping[str, AnyRules]) -> Iterator[Step]:
    """The same steps one by one, by these games.

    Raises:
        JournalFailed: as in `read`, at the turn where it shows.
    """
    if record.older:
        raise JournalFailed(f"Conversation {record.number} is from an older chatgame, which alone can show it.")
    return steps(Table.open(record.session, games), (entry for entry, _ in log))


def revealing(last: Step) -> Seat | None:
    """The seat whose reveal was still due after the last turn, if one was."""
    return (last.before if last.turn.kind is Kind.QUIT else last.after).revealing


def names_of(record: Record) -> dict[Seat, str]:
    """The names of the two people, as far as they have given any."""
    return dict(known_names({record.seat: record.name, record.seat.other: record.partner}))


def called(record: Record, seat: Seat) -> str:
    """What to call one of the two."""
    return names_of(record).get(seat, f"the {seat}")


def place_of(record: Record) -> str:
    """Where they talked, as in "at localhost:1059" and "over relay.example.org"."""
    if record.relays:
        return f"over {', '.join(record.relays.split())}"
    if not record.port:  # a match of two programs had no address
        return f"at {record.host}"
    return f"at [{record.host}]:{record.port}" if ":" in record.host else f"at {record.host}:{record.port}"


def counted(count: int, what: str) -> str:
    """So many of these, as in "1 turn" and "2 turns"."""
    return f"{count} {what}{'s' if count != 1 else ''}"


def local(moment: float) -> str:
    """A moment, in seconds since 1970, by the clock of this computer, to the minute."""
    return f"{datetime.fromtimestamp(moment):%Y-%m-%d %H:%M}"
