"""What can be wrong with a journal's file, as sentences for people.

SQLite tells by its result codes (https://www.sqlite.org/rescode.html). Only a code that is about the content says
that the journal is damaged: nobody should move a healthy one away because a lock or a disk failed.
"""

import errno
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chatgame.core import sentences
from chatgame.core.errors import JournalFailed

BUSY_TIME = 5.0
"""Seconds that a change may wait for those of other programs."""

_PLACE = "" if sys.platform == "win32" else " XDG_STATE_HOME says in which folder it is kept."

_LOCKS = (
    "cannot be locked ({what}): another program is in the way, or locks do not work in its folder, as on some "
    "network drives. Try again, or keep it on a disk of this computer." + _PLACE
)
_MEMORY = "cannot be used: there is too little memory. Close other programs, and try again."
_FULL = "finds no room: its disk is full. Make some room there."
_READ_ONLY = "may not be written to. See that you may write to the file and its folder." + _PLACE
_DAMAGED = "is damaged ({what}). Move it away to begin another."
_FOREIGN = (
    "does not hold what chatgame keeps there ({what}): it belongs to another program, or one has changed it. Move it "
    "away to begin another."
)
_OTHER = "cannot be used ({what}), for a reason that chatgame does not know. Try again; if it stays so, report it."

_BY_CODE = {
    sqlite3.SQLITE_ERROR: _FOREIGN,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_AUTH: _READ_ONLY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_BUSY: (
        f"has been held by another program for {BUSY_TIME:.0f} seconds. Close that one, or try again."
    ),
    sqlite3.SQLITE_LOCKED: "is in use by this program itself. Try again.",
    sqlite3.SQLITE_PROTOCOL: _LOCKS,
    sqlite3.SQLITE_NOMEM: _MEMORY,
    sqlite3.SQLITE_IOERR: "cannot be read or written ({what}). See that its disk is there and works, and try again.",
    sqlite3.SQLITE_IOERR_NOMEM: _MEMORY,
    sqlite3.SQLITE_IOERR_BLOCKED: _LOCKS,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK: _LOCKS,
    sqlite3.SQLITE_IOERR_LOCK: _LOCKS,
    sqlite3.SQLITE_IOERR_RDLOCK: _LOCKS,
    sqlite3.SQLITE_IOERR_UNLOCK: _LOCKS,
    sqlite3.SQLITE_IOERR_SHMLOCK: _LOCKS,
    sqlite3.SQLITE_IOERR_SHMMAP: _LOCKS,
    sqlite3.SQLITE_IOERR_SHMOPEN: _LOCKS,
    sqlite3.SQLITE_IOERR_SHMSIZE: _LOCKS,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_NOLFS: "is too large for its disk ({what}). Delete what you can spare with `chatgame forget`.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened ({what}). See that it is a file, and that you may read and write it.",
    sqlite3.SQLITE_CONSTRAINT: (
        "has been changed by another program that is in the same conversation ({what}). Close that one, and start "
        "this one again."
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
"""By result code, and for an extended code that is not here by the primary one in its lowest byte."""

_BY_ERRNO = {errno.ENOSPC: _FULL, errno.EROFS: _READ_ONLY} | (
    {errno.EDQUOT: _FULL} if sys.platform != "win32" else {}
)

FAILURES = (sqlite3.Error, OSError, UnicodeDecodeError, MemoryError)
"""What `failed` has a sentence for."""


def failed(path: Path, error: Exception) -> JournalFailed:
    """The sentence about one of `FAILURES` over the journal at `path`.

    Raises:
        sqlite3.Error: it is a fault of this program, such as the use of a journal that was closed.
    """
    if isinstance(error, OSError):
        what = error.strerror or str(error)
        kind = _BY_ERRNO.get(error.errno or 0, "cannot be opened ({what}). See that you may use its folder." + _PLACE)
    elif isinstance(error, MemoryError):
        what, kind = "", _MEMORY
    elif isinstance(error, UnicodeDecodeError) or (type(error) is sqlite3.OperationalError and not code_of(error)):
        what, kind = str(error), _DAMAGED  # it is not UTF-8, which SQLite's module says without a code
    elif code := code_of(error):
        what, kind = str(error), _BY_CODE.get(code) or _BY_CODE.get(code & 0xFF, _OTHER)
    else:
        raise error
    return JournalFailed(sentences.JOURNAL.format(path=path, what=kind.format(what=what.rstrip("."))))


@contextmanager
def failing(path: Path) -> Iterator[None]:
    """Raise what `failed` makes of one of `FAILURES` inside."""
    try:
        yield
    except FAILURES as error:
        raise failed(path, error) from error


def damaged(path: Path, error: Exception) -> JournalFailed:
    """The error that says that a value in the journal cannot be right."""
    return JournalFailed(sentences.JOURNAL.format(path=path, what=_DAMAGED.format(what=str(error).rstrip("."))))


def code_of(error: Exception) -> int:
    """SQLite's extended result code, or 0 where the error has none."""
    return getattr(error, "sqlite_errorcode", 0)
