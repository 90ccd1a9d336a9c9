"""The journal on disk: one SQLite file in the user's state folder, for all conversations of this user.

Each change is a transaction, on the disk by a full sync before it counts (https://www.sqlite.org/wal.html); so what a
killed program or a power cut leaves behind is the last change that counted, and all before it. While a conversation
goes on, a lock that ends with its program keeps other programs from going on with it too.
"""

import asyncio
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, NamedTuple, Self, TypeVar

from msgspec import Meta, ValidationError, convert

from chatgame.core.commitments import Opening
from chatgame.core.errors import JournalFailed, Refused
from chatgame.core.log import Entry
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.protocol.resume import Held, token

VERSION = 2
"""Of the tables below."""

BUSY_TIME = 5.0
"""In seconds: how long a change may wait for those of other programs."""

AT_ONCE = 500
"""Turns that are read at once: enough to cost little each, and few enough to be forgotten soon."""

QUICK = 0.005
"""In seconds: a disk that took no longer for the last turn is not left to a thread, which takes as long again."""

LOG_PAGES = 100
"""Of SQLite's own log, before it begins at its start again: to sync a file that does not grow takes half."""

SCHEMA = (
    """
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seat TEXT NOT NULL,               -- one's own
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    began REAL NOT NULL,              -- in seconds since 1970
    ended REAL,                       -- when both sides knew that it was over; until then it can be gone on with
    session TEXT,                     -- none before the server has chosen one
    token TEXT,                       -- as the server: the client's last one
    pinned TEXT,                      -- the server's certificate and private key; as the client: what it is known by
    seed BLOB,                        -- as the client: where the chain of tokens begins
    spent INTEGER NOT NULL DEFAULT 0, -- as the client: how many of them were given out
    name TEXT NOT NULL DEFAULT '',    -- what one wants to be called
    partner TEXT NOT NULL DEFAULT ''  -- what the partner wants to be called
)""",
    """
CREATE TABLE turns (
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
    number INTEGER NOT NULL,
    seat TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    digest TEXT NOT NULL,
    opening TEXT,                     -- of one's own commitments
    written REAL NOT NULL,            -- in seconds since 1970
    PRIMARY KEY (conversation, number)
) WITHOUT ROWID""",
)

UPDATE = (
    "ALTER TABLE conversations ADD COLUMN name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE conversations ADD COLUMN partner TEXT NOT NULL DEFAULT ''",
)
"""From version 1."""

T = TypeVar("T")

LAST_KIND = "(SELECT kind FROM turns WHERE conversation = id ORDER BY number DESC LIMIT 1)"


Moment = Annotated[float, Meta(ge=0, lt=1e11)]
"""In seconds since 1970; the bound keeps out what no calendar has."""


class Row(NamedTuple):
    """A turn as it is stored."""

    number: int
    seat: Seat
    kind: Kind
    text: str
    digest: str
    opening: str | None
    written: Moment


class Record(NamedTuple):
    """What a list of conversations says of one.

    Attributes:
        number: by which a person names it.
        seat: one's own.
        host, port: where.
        began, ended: in seconds since 1970; not ended where it can be gone on with.
        turns: how many were written.
        games: how many of them opened one.
        last: when the last of them was written, in seconds since 1970.
        session: the session's identifier.
        name, partner: what the two want to be called, or nothing.
    """

    number: int
    seat: Seat
    host: str
    port: int
    began: Moment
    ended: Moment | None
    turns: int
    games: int
    last: Moment
    session: str
    name: str
    partner: str


class Store:
    """The conversations of one user, in the file at `path`; closed as a context manager.

    Raises:
        JournalFailed: it cannot be opened; every method raises this where it cannot read or write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._one_at_a_time = threading.Lock()
        with self._failing():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._db = sqlite3.connect(path, timeout=BUSY_TIME, check_same_thread=False)
            try:
                self._open()
            except BaseException:
                self._db.close()
                raise

    def _open(self) -> None:
        patience = time.monotonic() + BUSY_TIME
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError:  # at once, where two programs make the file: SQLite does not wait here
                if time.monotonic() > patience:
                    raise
                time.sleep(0.01)
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA secure_delete = ON")
        if self._version() == VERSION:
            return
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")  # another program may be about to make the same tables
            version = self._version()
            if version > VERSION:
                raise JournalFailed(f"The journal {self._path} was written by a newer chatgame. Update this one.")
            if version < VERSION:
                for statement in UPDATE if version else SCHEMA:
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {VERSION}")

    def _version(self) -> int:
        version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        return version

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._one_at_a_time:
            self._db.close()

    def begin(self, seat: Seat, host: str, port: int) -> int:
        """Begin a conversation, and return its number."""
        seed = secrets.token_bytes(32) if seat is Seat.CLIENT else None
        return self.write(
            "INSERT INTO conversations (seat, host, port, began, seed) VALUES (?, ?, ?, ?, ?)",
            (seat, host, port, time.time(), seed),
        )

    def unfinished(self, seat: Seat, host: str, port: int, *, closed: bool = False) -> int | None:
        """The number of the last conversation there that can be gone on with.

        Those that are `closed` can only be ended: one's own quit is in the log, and the partner may not know.
        """
        return self._last(seat, host, port, f"{LAST_KIND} {'=' if closed else '!='} 'quit'")

    def fresh(self, seat: Seat, host: str, port: int) -> int:
        """The number of a conversation there in which nothing was said yet; one is begun if there is none."""
        return self._last(seat, host, port, f"{LAST_KIND} IS NULL") or self.begin(seat, host, port)

    def _last(self, seat: Seat, host: str, port: int, condition: str) -> int | None:
        found = self.read(
            "SELECT id FROM conversations WHERE seat = ? AND host = ? AND port = ? AND ended IS NULL "  # noqa: S608
            f"AND {condition} ORDER BY id DESC LIMIT 1",
            (seat, host, port),
        )
        return found[0][0] if found else None

    def abandon_others(self, number: int) -> None:
        """End what is unfinished at the place of a conversation, since that has begun."""
        self.write(
            "UPDATE conversations SET ended = ?, token = NULL, seed = NULL, pinned = NULL WHERE ended IS NULL AND "  # noqa: S608
            f"{LAST_KIND} != 'quit' AND id != ? AND (seat, host, port) = "
            "(SELECT seat, host, port FROM conversations WHERE id = ?)",
            (time.time(), number, number),
        )

    @contextmanager
    def conversation(self, number: int) -> Iterator["Conversation"]:
        """Go on with a conversation, as the only program that does.

        Raises:
            JournalFailed: another program does, or what is kept of it is damaged.
        """
        with self._locked(number) as path:
            conversation = Conversation(self, number)
            try:
                yield conversation
            finally:
                conversation.flush()
        if conversation.ended:
            _remove(path)

    def forget(self, number: int) -> None:
        """Delete all that is kept of a conversation.

        Raises:
            JournalFailed: there is none, or a program goes on with it.
        """
        with self._locked(number) as path:
            self.write("DELETE FROM conversations WHERE id = ?", (number,))
        _remove(path)

    @contextmanager
    def _locked(self, number: int) -> Iterator[Path]:
        """Keep other programs from a conversation; yields the file that does it."""
        path = self._path.with_name(f"conversation-{number}.lock")
        with self._failing():
            path.touch(mode=0o600)
            lock = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            with self._failing("This conversation is open in another program. Close that one first."):
                lock.execute("BEGIN EXCLUSIVE")
            if not self.read("SELECT 1 FROM conversations WHERE id = ?", (number,)):
                _remove(path)
                raise unknown(number)
            yield path
        finally:
            lock.close()

    def history(self, number: int | None = None) -> list[Record]:
        """All conversations in which anything was written, the oldest first, or only the one with this number."""
        rows = self.read(
            "SELECT id, conversations.seat, host, port, began, ended, count(*), sum(kind = ?), "
            "cast(max(written) AS REAL), session, name, partner FROM conversations JOIN turns ON conversation = id "
            "WHERE id = ifnull(?, id) GROUP BY id ORDER BY id",
            (Kind.PLAY, number),
        )
        return self.typed(rows, list[Record])

    def log(self, number: int) -> list[tuple[Entry, float]]:
        """The turns of a conversation, each with when it was written, in seconds since 1970."""
        return list(self.turns(number))

    def turns(self, number: int, first: int = 0) -> Iterator[tuple[Entry, float]]:
        """The same one by one, from the `first` on, so that they need not all be in memory."""
        while True:
            rows = self.read(
                "SELECT number, seat, kind, text, digest, opening, written FROM turns "
                "WHERE conversation = ? AND number >= ? ORDER BY number LIMIT ?",
                (number, first, AT_ONCE),
            )
            for turn, seat, kind, text, digest, opening, written in self.typed(rows, list[Row]):
                yield Entry(Turn(turn, seat, kind, text, digest), self._opening(opening)), written
            if len(rows) < AT_ONCE:
                return
            first = rows[-1][0] + 1

    def _opening(self, text: str | None) -> Opening | None:
        try:
            return None if text is None else Opening.parse(text)
        except Refused as error:
            raise self._damaged(error) from error

    def typed(self, rows: list[tuple[Any, ...]], kind: type[T]) -> T:
        """The rows, if each value is of its type."""
        try:
            return convert(rows, kind)
        except ValidationError as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> JournalFailed:
        what = str(error).rstrip(".")
        return JournalFailed(f"The journal {self._path} is damaged ({what}). Move it away to begin another.")

    def read(self, query: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """The rows that a query finds."""
        with self._one_at_a_time, self._failing():
            return self._db.execute(query, values).fetchall()

    def write(self, statement: str, *rows: tuple[object, ...]) -> int:
        """Make one change, in one transaction; returns the identifier of what was inserted last."""
        with self._one_at_a_time, self._failing(), self._db:
            cursor = self._db.cursor()
            for row in rows:
                cursor.execute(statement, row)
            return cursor.lastrowid or 0

    @contextmanager
    def _failing(self, locked: str = "Another program does not let go of the journal.") -> Iterator[None]:
        """Say in a sentence what SQLite finds wrong."""
        try:
            yield
        except OSError as error:
            raise JournalFailed(f"The journal {self._path} cannot be opened ({error.strerror}).") from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            what, code = str(error), getattr(error, "sqlite_errorname", "")
            if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                raise JournalFailed(locked) from error
            if code.startswith("SQLITE_READONLY"):
                raise JournalFailed(f"The journal {self._path} may not be written to.") from error
            if code.startswith("SQLITE_FULL"):
                raise JournalFailed(f"The disk of the journal {self._path} is full. Make some room there.") from error
            if code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
                raise JournalFailed(f"The journal {self._path} cannot be read or written ({what}).") from error
            raise self._damaged(error) from error


def unknown(number: int) -> JournalFailed:
    """What to say of a conversation that is not kept."""
    return JournalFailed(f"There is no conversation {number}. To see which there are, type: chatgame history")


def _remove(lock: Path) -> None:
    with suppress(OSError):  # somebody may look at it right now
        lock.unlink()


class Identity(NamedTuple):
    """Who takes part in a conversation, as it is stored."""

    seat: Seat
    session: str | None
    token: str | None
    pinned: str | None
    seed: str
    spent: int
    name: str


class Conversation:
    """One conversation of a store, as its journal and as what its link keeps.

    Attributes:
        seat: one's own.
        session: the session's identifier, or None before it is of any use.
        token: as the server: the client's last one, or None.
        name: what one's own player wants to be called, or nothing; the next start may say otherwise.
        held: what was held of the log when it was opened.
        pinned: what connections are made secure by, or None.
        ended: whether both sides know that it is over.
    """

    def __init__(self, store: Store, number: int) -> None:
        self.ended = False
        self._store = store
        self._number = number
        rows = store.read(
            "SELECT seat, session, token, pinned, ifnull(hex(seed), ''), spent, name FROM conversations WHERE id = ?",
            (number,),
        )
        identity = store.typed(rows, list[Identity])[0]
        self.seat, self.session, self.token, self.pinned, seed, self._spent, self.name = identity
        self._seed = bytes.fromhex(seed)
        partners = store.read(
            "SELECT number FROM turns WHERE conversation = ? AND seat != ? ORDER BY number DESC LIMIT 1",
            (number, self.seat),
        )
        since = partners[0][0] if partners else 0
        self.held = Held.of(self.seat, [entry.turn for entry, _ in store.turns(number, since)])
        if self.seat is Seat.CLIENT and not self.held.number:
            self.session = None  # nothing was said in it yet, so any will do
        self._spoken = bool(self.held.number)
        self._quit = False
        self._taken: list[tuple[object, ...]] = []
        self._saving = threading.Lock()
        self._took = BUSY_TIME  # in seconds, the last time that turns were made safe

    @property
    def goes_on(self) -> bool:
        """Whether there is something to go on with."""
        return not (self.ended or self._quit) and bool(self._spoken or self._taken)

    def entries(self) -> Iterator[Entry]:
        """What is kept."""
        return (entry for entry, _ in self._store.turns(self._number))

    async def keep(self, turn: Turn, opening: Opening | None = None) -> None:
        """Make the log safe up to a turn of one's own."""
        row = self._row(turn, opening)
        if self._took > QUICK:
            await asyncio.to_thread(self._save, row)
        else:
            self._save(row)
        self._quit = turn.kind is Kind.QUIT

    def take(self, turn: Turn) -> None:
        """Take the partner's next turn."""
        self._taken.append(self._row(turn))

    def flush(self) -> None:
        """Make safe what was taken."""
        self._save()

    def end(self) -> None:
        """Keep that the conversation is over, and both sides know it, and nothing that could take it up again."""
        self._save()
        self._change("ended = ?, token = NULL, seed = NULL, pinned = NULL", time.time())
        self.ended = True

    async def next_token(self) -> str:
        """As the client: a token that was never given out before."""
        await asyncio.to_thread(self._change, "spent = ?", self._spent + 1)
        self._spent += 1
        return token(self._seed, self._spent - 1)

    async def begin(self, session: str, token: str | None, partner: str) -> None:
        """Keep which session it is, as the server the client's token, and the names of both.

        With a new session, what was unfinished there is abandoned.
        """
        if session != self.session:
            await asyncio.to_thread(self._store.abandon_others, self._number)
        await asyncio.to_thread(
            self._change, "session = ?, token = ?, name = ?, partner = ?", session, token, self.name, partner
        )
        self.session, self.token = session, token

    async def pin(self, pinned: str) -> None:
        """Keep what connections are made secure by."""
        await asyncio.to_thread(self._change, "pinned = ?", pinned)
        self.pinned = pinned

    def _change(self, columns: str, *values: object) -> None:
        self._store.write(f"UPDATE conversations SET {columns} WHERE id = ?", (*values, self._number))  # noqa: S608

    def _row(self, turn: Turn, opening: Opening | None = None) -> tuple[object, ...]:
        opened = opening and str(opening)
        return (
            self._number,
            turn.number,
            turn.seat,
            turn.kind,
            turn.text,
            turn.digest,
            opened,
            time.time(),
        )

    def _save(self, *rows: tuple[object, ...]) -> None:
        began = time.monotonic()
        with self._saving:  # also where whoever waited for it was cancelled
            self._store.write("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *self._taken, *rows)
            self._spoken = self._spoken or bool(self._taken or rows)
            self._taken.clear()
        self._took = time.monotonic() - began
