"""A copy of the journal at one moment, which can be read even where nothing can be written.

It is copied into memory. While a program has the journal open, there are a log `-wal` and a file `-shm` beside it, by
which SQLite keeps that program from tearing the copy; to use them, SQLite need not be able to write them. Where one
of them is missing, SQLite would have to make it, and would leave it behind; so the journal's files are simply copied
then. Should a program open the journal at that very moment, the files differ before and after, and it is tried again.

SQLite's own way to do without `-shm`, `immutable=1`, would miss what is only in the log, `-wal`, of a program that
was killed (https://www.sqlite.org/wal.html#readonly).
"""

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from chatgame.core.errors import JournalFailed
from chatgame.journal.failures import BUSY_TIME, code_of

ATTEMPTS = 5
"""How often a journal is copied again that has changed meanwhile."""


def snapshot(path: Path) -> sqlite3.Connection:
    """A copy in memory of the database at `path`, or an empty one if there is none.

    Raises:
        JournalFailed: it changes all the time.
        OSError, sqlite3.Error: it cannot be read.
    """
    copy = sqlite3.connect(":memory:")
    try:
        _copy(path, copy)
    except BaseException:
        copy.close()
        raise
    return copy


def _copy(path: Path, copy: sqlite3.Connection) -> None:
    locks, log = f"{path.name}-shm", f"{path.name}-wal"
    for _ in range(ATTEMPTS):
        files = _files(path)
        if path.name not in files:
            return
        if locks in files and log in files:
            try:
                _back_up(path, copy, "ro")
            except sqlite3.OperationalError as error:
                if code_of(error) & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                    raise
            else:
                return
        with TemporaryDirectory() as folder:
            with suppress(FileNotFoundError):  # it has just gone, which shows below
                for name in files.keys() - {locks}:
                    shutil.copyfile(path.with_name(name), Path(folder, name))
            if _files(path) == files:
                _back_up(Path(folder, path.name), copy, "rw")  # to undo what a program had begun to write
                return
    raise JournalFailed(f"The journal {path} changed each time it was read. Try again.")


def _files(path: Path) -> dict[str, tuple[int, int, int]]:
    """What SQLite keeps of a database: the files by name, each with what changes when it is written."""
    found = {}
    for suffix in ("", "-journal", "-shm", "-wal"):
        with suppress(FileNotFoundError):
            seen = path.with_name(path.name + suffix).stat()
            found[path.name + suffix] = seen.st_ino, seen.st_size, seen.st_mtime_ns
    return found


def _back_up(path: Path, copy: sqlite3.Connection, mode: str) -> None:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_TIME)) as database:
        database.execute("BEGIN")
        database.execute("SELECT 1 FROM sqlite_master")  # since `backup` would wait for a lock forever
        database.backup(copy)
