"""The tables of the journal, and how those of an earlier version become these."""

import sqlite3
from pathlib import Path

from chatgame.core.errors import JournalFailed

VERSION = 4
"""Of the tables."""

TABLES = (
    """
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seat TEXT NOT NULL,               -- one's own
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    began REAL NOT NULL,              -- in seconds since 1970
    ended REAL,                       -- when both sides knew that it was over; until then it can be gone on with
    session TEXT,                     -- none before there is one
    token TEXT,                       -- as the server: the client's last one
    pinned TEXT,                      -- the server's certificate and private key; as the client: what it is known by
    seed BLOB,                        -- as the client: where the chain of tokens begins
    spent INTEGER NOT NULL DEFAULT 0, -- as the client: how many of them were given out
    name TEXT NOT NULL DEFAULT '',    -- what one wants to be called
    partner TEXT NOT NULL DEFAULT '', -- what the partner wants to be called
    older INTEGER NOT NULL DEFAULT 0, -- 1 if its turns are in a form that this program does not read any more
    place TEXT,                       -- where the two meet again at a relay
    relays TEXT NOT NULL DEFAULT '',  -- over which the two talk, as people type them; none on a direct line
    code TEXT,                        -- as the client over a relay: a keyed digest of the code that it came with
    gate TEXT                         -- as the server over a relay: where people come to watch: RELAY NUMBER TICKET
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

UPDATES = (
    (
        "ALTER TABLE conversations ADD COLUMN name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE conversations ADD COLUMN partner TEXT NOT NULL DEFAULT ''",
    ),
    (
        "ALTER TABLE conversations ADD COLUMN older INTEGER NOT NULL DEFAULT 0",
        "UPDATE conversations SET older = 1, ended = ifnull(ended, began), token = NULL, seed = NULL, pinned = NULL",
    ),
    (
        "ALTER TABLE conversations ADD COLUMN place TEXT",
        "ALTER TABLE conversations ADD COLUMN relays TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE conversations ADD COLUMN code TEXT",
        "ALTER TABLE conversations ADD COLUMN gate TEXT",
    ),
)
"""What brings a database from version 1 to the next, and so on. Before version 3 logs had other digests, so those
conversations are only listed."""


def update(path: Path, database: sqlite3.Connection) -> None:
    """Make the tables in the database at `path`, or bring those of an earlier version up to date.

    Raises:
        JournalFailed: they are of a later version.
        sqlite3.Error: it cannot be done.
    """
    if _version(database) == VERSION:
        return
    with database:
        database.execute("BEGIN IMMEDIATE")  # another program may be about to do the same
        version = _version(database)
        if version > VERSION:
            raise JournalFailed(f"The journal {path} was written by a newer chatgame. Update this one.")
        if version < VERSION:
            for statements in UPDATES[version - 1 :] if version else [TABLES]:
                for statement in statements:
                    database.execute(statement)
            database.execute(f"PRAGMA user_version = {VERSION}")


def _version(database: sqlite3.Connection) -> int:
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    return version
