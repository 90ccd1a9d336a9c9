"""Journals of other versions of the program."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from chatgame.core.errors import JournalFailed
from chatgame.core.seats import Seat
from chatgame.journal.reader import Reader
from chatgame.journal.schema import VERSION
from chatgame.journal.store import Store
from tests.kit.journals import CHAT, CLIENT, HERE, edit, filled, turns_of
from tests.kit.logs import SESSION

VERSION_1 = """
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, seat TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL,
    began REAL NOT NULL, ended REAL, session TEXT, token TEXT, pinned TEXT, seed BLOB,
    spent INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE turns (
    conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE, number INTEGER NOT NULL,
    seat TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, digest TEXT NOT NULL, opening TEXT,
    written REAL NOT NULL, PRIMARY KEY (conversation, number)
) WITHOUT ROWID;
PRAGMA user_version = 1;
"""


VERSION_2 = """
ALTER TABLE conversations ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE conversations ADD COLUMN partner TEXT NOT NULL DEFAULT '';
PRAGMA user_version = 2;
"""


@pytest.fixture(params=[1, 2], ids=["version 1", "version 2"])
def older(path: Path, request: pytest.FixtureRequest) -> Path:
    """A journal that an earlier program has left, with an unfinished conversation."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as journal, journal:
        journal.execute("PRAGMA journal_mode = WAL")
        journal.executescript(VERSION_1)
        row = (7, Seat.CLIENT, *HERE, 1000.0, None, SESSION[:32], None, "PIN", bytes(32), 3)
        journal.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        for turn in CHAT:
            values = (7, turn.number, turn.seat, turn.kind, turn.text, turn.digest, None, 1000.0 + turn.number)
            journal.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        if request.param == 2:
            journal.executescript(VERSION_2)
    return path


def tables_of(path: Path) -> list[tuple[object, ...]]:
    """The columns of a journal, with all that is said of them."""
    return edit(path, "PRAGMA table_info(conversations)") + edit(path, "PRAGMA table_info(turns)")


def test_conversation_of_an_earlier_version_is_listed_and_another_is_begun(older: Path, tmp_path: Path) -> None:
    """Nothing of it is lost; its tables become those of a new journal, and nothing is kept that could take it up."""
    for _ in range(2):  # the second time it is one of this version
        with Store(older) as store:
            assert turns_of(store, 7) == CHAT
            assert [(record.number, record.began, record.older) for record in store.history()] == [(7, 1000.0, 1)]
            assert store.unfinished(*CLIENT) is None
            assert store.fresh(*CLIENT) > 7
    with Store(tmp_path / "new.db"):
        assert tables_of(older) == tables_of(tmp_path / "new.db")
    assert edit(older, "SELECT token, seed, pinned FROM conversations WHERE id = 7") == [(None, None, None)]


def test_journal_of_an_earlier_version_is_read_as_it_is(older: Path) -> None:
    """A program of that version may go on with it afterwards."""
    before = older.read_bytes()
    with Reader(older) as reader:
        assert turns_of(reader, 7) == CHAT
        assert [(record.number, record.older) for record in reader.history()] == [(7, 1)]
    assert older.read_bytes() == before


def test_journal_of_an_earlier_version_is_updated_once_by_programs_that_open_it_together(older: Path) -> None:
    """A client and a server that are started at the same time do that."""
    ready, failures = threading.Barrier(6), list[JournalFailed]()

    def open_it() -> None:
        ready.wait()
        try:
            Store(older).__exit__(None, None, None)
        except JournalFailed as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Store(older) as store:
        assert turns_of(store, 7) == CHAT


async def test_journal_of_a_later_version_is_left_alone(path: Path) -> None:
    """Whatever is in it, an old program would get it wrong."""
    await filled(path)
    edit(path, f"PRAGMA user_version = {VERSION + 1}")
    for journal in (Store, Reader):
        with pytest.raises(JournalFailed, match=r"was written by a newer chatgame\. Update this one\."):
            journal(path)
    edit(path, f"PRAGMA user_version = {VERSION}")
    with Store(path) as store:
        assert turns_of(store, 1) == CHAT


def test_empty_file_becomes_a_journal_and_can_be_read(path: Path) -> None:
    """A program that was killed when it had just made the file leaves one."""
    path.parent.mkdir(parents=True)
    path.touch()
    with Reader(path) as reader:
        assert reader.history() == []
    assert path.read_bytes() == b""
    with Store(path) as store:
        assert store.create(*CLIENT) == 1


async def test_unfinished_conversation_of_version_3_goes_on(path: Path) -> None:
    """Only what relays need was added since."""
    number = await filled(path)
    for column in ("place", "relays", "code", "gate"):
        edit(path, f"ALTER TABLE conversations DROP COLUMN {column}")
    edit(path, "PRAGMA user_version = 3")
    with Store(path) as store:
        assert store.unfinished(*CLIENT) == number
        assert turns_of(store, number) == CHAT
        assert [(record.relays, record.older) for record in store.history()] == [("", 0)]
