"""The journal's file: one SQLite database for all conversations of a user.

Each change is a transaction. It counts only when a full sync has put it on the disk
(https://www.sqlite.org/wal.html), so a killed program or a power cut leaves the last change that counted, and all
before it.
"""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Self, TypeVar

from msgspec import ValidationError, convert

from chatgame.core.errors import JournalFailed
from chatgame.journal.failures import BUSY_TIME, FAILURES, code_of, damaged, failed, failing
from chatgame.journal.schema import update

LOG_PAGES = 400
"""Pages of SQLite's log after which it begins again at its start. That takes three syncs; but each sync takes twice
as long while the log still grows."""

T = TypeVar("T")


class Database:
    """An open database, the journal at `path` or a copy of it; several threads may use it.

    Raises:
        JournalFailed: from every method, where it cannot be read or written.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._one_at_a_time = threading.Lock()

    @classmethod
    def to_write(cls, path: Path) -> Self:
        """The file itself; it is made if there is none."""
        with failing(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            connection = sqlite3.connect(path, timeout=BUSY_TIME, check_same_thread=False)
            try:
                _keep_a_log(connection)
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA secure_delete = ON")
                update(path, connection)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    @classmethod
    def to_read(cls, path: Path) -> Self:
        """A copy of the file at this moment, even where nothing can be written; nothing is made or changed there."""
        with failing(path):
            from chatgame.journal.snapshot import snapshot  # only a reader needs it

            connection = snapshot(path)
            try:
                update(path, connection)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    def close(self) -> None:
        """Close it; nobody may use it after that."""
        with self._one_at_a_time:
            self._connection.close()

    def read(self, query: str, values: tuple[object, ...], rows: type[T]) -> T:
        """The rows that a query finds, if they are of this type: a list of tuples."""
        try:
            with self._one_at_a_time:
                found = self._connection.execute(query, values).fetchall()
            return convert(found, rows)
        except ValidationError as error:
            raise self.damaged(error) from error
        except FAILURES as error:
            raise failed(self.path, error) from error

    def write(self, statement: str, *rows: tuple[object, ...]) -> int:
        """Make one change, in one transaction; returns the identifier of what was inserted last."""
        try:
            with self._one_at_a_time, self._connection:
                cursor = self._connection.cursor()
                for row in rows:
                    cursor.execute(statement, row)
                return cursor.lastrowid or 0
        except FAILURES as error:
            raise failed(self.path, error) from error

    def empty_log(self) -> bool:
        """Empty SQLite's log, which still holds what was deleted; returns False if another program prevents it."""
        ((prevented, _, _),) = self.read("PRAGMA wal_checkpoint(TRUNCATE)", (), list[tuple[int, int, int]])
        return not prevented

    def damaged(self, error: Exception) -> JournalFailed:
        """The error that says that a value in it cannot be right."""
        return damaged(self.path, error)


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Let SQLite write to a log first, and wait for another program that is about to make the same change.

    SQLite itself does not wait here.
    """
    until = time.monotonic() + BUSY_TIME
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if code_of(error) & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return
