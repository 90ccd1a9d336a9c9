"""Past conversations: the list of them, and one as text, as JSON or as a recording, all read from the one log."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import to_builtins

from chatgame.core.log import Entry, Step, steps
from chatgame.core.table import Table
from chatgame.journal.store import Record
from chatgame.players.person.inert import inert
from chatgame.players.person.look import Look
from chatgame.players.person.narration import BANNER, known_names, narrate, typed
from chatgame.players.person.screen import prompt, shown
from chatgame.plugins import installed_games

LONGEST_PAUSE = 3.0
"""In seconds: how long a recording shows somebody think."""

WIDTH, HEIGHT = 100, 30
"""Of the terminal that a recording is played on, in columns and rows."""

Log = Sequence[tuple[Entry, float]]
"""The turns of a conversation, each with when it was written, in seconds since 1970."""


def listing(records: Iterable[Record], look: Look) -> str:
    """A line for each conversation, and what to do with it."""
    lines = [f"{record.number:>4}  {_about(record)}" for record in records]
    if not lines:
        return "Nothing was said yet.\n"
    lines.append("One of them again: chatgame replay N. Others: chatgame export N, chatgame forget N.")
    return "".join(shown(line, look) for line in lines)


def _about(record: Record) -> str:
    partner = known_names({record.seat.other: record.partner}).get(record.seat.other)
    where = f"[{record.host}]:{record.port}" if ":" in record.host else f"{record.host}:{record.port}"
    parts = [
        f"{record.seat} at {where}",
        *([f"with {partner}"] if partner else []),
        _counted(record.turns, "turn"),
        *([_counted(record.games, "game")] if record.games else []),
        *([] if record.ended else ["unfinished"]),
    ]
    return f"{datetime.fromtimestamp(record.began):%Y-%m-%d %H:%M}  {', '.join(parts)}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count != 1 else ''}"


def recording(record: Record, log: Log, look: Look) -> Iterator[tuple[float, str]]:
    """What one's own screen showed, each text with how many seconds after the beginning it appears.

    Raises:
        JournalFailed: the log is damaged, or of games that are not here in the same version.
    """
    seat, at, last = record.seat, 0.0, log[0][1]
    names = known_names({seat: record.name, seat.other: record.partner})
    banner = "".join(shown(line, look) for line in BANNER)  # once, before the first prompt or board
    read = _read(record, log)  # all of it, so that nothing is shown of what is damaged
    asked = read[0].before.asked is seat
    if asked:
        yield at, banner + prompt(look)
        banner = ""
    for step, (_, written) in zip(read, log, strict=True):
        at += min(max(written - last, 0.0), LONGEST_PAUSE)
        last = written
        line = typed(step, seat)
        text = "" if line is None else f"{inert(line)}\n"
        told = "".join(shown(part, look) for part in narrate(step, seat, names))
        asked = step.after.asked is seat
        if step.after.playing or asked:
            told = banner + told if step.after.playing else told + banner
            banner = ""
        yield at, text + told + (prompt(look) if asked else "")
    if asked:
        yield at, "\n"


def _read(record: Record, log: Log) -> list[Step]:
    games, _ = installed_games()
    return list(steps(Table.open(record.session, games), (entry for entry, _ in log)))


def as_text(record: Record, log: Log) -> Iterator[str]:
    """The screen, from the first line to the last."""
    return (text for _, text in recording(record, log, Look()))


def as_json(record: Record, log: Log) -> Iterator[str]:
    """One JSON object: what the list says of it, and its turns as in the protocol, each with when it was written."""
    about = record._asdict()
    turns = [
        to_builtins(step.turn) | {"written": written}
        for step, (_, written) in zip(_read(record, log), log, strict=True)
    ]
    yield json.dumps(about | {"turns": turns}, indent=1) + "\n"


def as_asciicast(record: Record, log: Log) -> Iterator[str]:
    """A recording in the format asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/), for asciinema."""
    header = {"version": 2, "width": WIDTH, "height": HEIGHT, "timestamp": int(record.began), "title": "chatgame"}
    yield json.dumps(header) + "\n"
    for at, text in recording(record, log, Look(colour=True, width=WIDTH)):
        yield json.dumps([round(at, 3), "o", text.replace("\n", "\r\n")]) + "\n"


FORMATS: dict[str, Callable[[Record, Log], Iterator[str]]] = {
    "text": as_text,
    "json": as_json,
    "asciicast": as_asciicast,
}
"""How a conversation can be written out."""
