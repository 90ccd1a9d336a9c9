"""A past conversation written out: as text, as JSON, as a recording for asciinema, or in PGN."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import to_builtins

from chatgame import __version__
from chatgame.core.seats import Seat
from chatgame.journal.reader import Record
from chatgame.players.person.inert import inert, json_escaped
from chatgame.players.person.look import Look
from chatgame.players.person.output import write_output
from chatgame.records.conversation import Log, called, counted, kept, local, names_of, place_of, read, revealing
from chatgame.records.pgn import as_pgn
from chatgame.records.replay import recording

WIDTH, HEIGHT = 100, 30
"""The size of the terminal that a recording is made for, in columns and rows."""


async def write_out(number: int, form: str) -> None:
    """Write a conversation out, in one of the `FORMATS`.

    Raises:
        JournalFailed: the journal cannot be read.
        ChatgameError: it cannot be written in this format.
    """
    for text in FORMATS[form](*kept(number)):
        write_output(text)


def as_text(record: Record, log: Log) -> Iterator[str]:
    """A header, and below it everything that the screen at one's own seat showed."""
    names, shows = names_of(record), recording(record, log, Look())
    who = " and ".join(f"{names[seat]} ({seat})" if seat in names else f"the {seat}" for seat in Seat)
    ended = f"ended {local(record.ended)}" if record.ended else "not finished" if record.goes_on else "over"
    for line in (
        f"A conversation of {who} {place_of(record)}",
        f"Began {local(record.began)}, {ended}, {counted(record.turns, 'turn')}",
        f"Exported by chatgame {__version__}",
    ):
        yield f"{inert(line)}\n"
    yield "\n"
    for _, text in shows:
        yield text


def as_json(record: Record, log: Log) -> Iterator[str]:
    """One JSON object: who talked, when and where, and the turns as in the protocol, each with its time.

    If a reveal was still due after the last turn, `reveal_due` names the seat. Characters that would act on a
    terminal are escaped; all other text stays readable.
    """
    told = read(record, log)
    about: dict[str, Any] = {
        "chatgame": __version__,
        "number": record.number,
        "seat": record.seat,
        "names": names_of(record),
        "host": record.host,
        "port": record.port,
        "relays": record.relays.split(),
        "began": _iso(record.began),
        "ended": _iso(record.ended) if record.ended else None,
        "session": record.session,
        "reveal_due": revealing(told[-1]),
        "turns": [
            to_builtins(step.turn) | {"written": _iso(written)} for step, (_, written) in zip(told, log, strict=True)
        ],
    }
    yield _json(about, indent=1) + "\n"


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def _json(value: object, indent: int | None = None) -> str:
    def escaped(character: re.Match[str]) -> str:
        return character[0] if character[0].isprintable() else json_escaped(character[0])

    return re.sub(r"[^ -~\n]", escaped, json.dumps(value, indent=indent, ensure_ascii=False))


def as_asciicast(record: Record, log: Log) -> Iterator[str]:
    """A recording for asciinema, in the format asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/)."""
    shows = recording(record, log, Look(colour=True, width=WIDTH))
    title = f"chatgame {__version__}, {' and '.join(called(record, seat) for seat in Seat)}"
    header = {"version": 2, "width": WIDTH, "height": HEIGHT, "timestamp": int(record.began), "title": title}
    yield _json(header) + "\n"
    for at, text in shows:
        yield _json([round(at, 3), "o", text.replace("\n", "\r\n")]) + "\n"


FORMATS: dict[str, Callable[[Record, Log], Iterator[str]]] = {
    "text": as_text,
    "json": as_json,
    "asciicast": as_asciicast,
    "pgn": as_pgn,
}
"""The formats of `chatgame export`."""
