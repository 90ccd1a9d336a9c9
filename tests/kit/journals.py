"""Journals on disk: with conversations in them, as a killed program leaves them, or in use by other programs."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.journal.conversation import OnDisk
from chatgame.journal.reader import Reader
from chatgame.journal.store import Store
from tests.kit.logs import SESSION, log_of

HERE = "localhost", 1059
CLIENT, SERVER = (Seat.CLIENT, *HERE), (Seat.SERVER, *HERE)


CHAT = log_of("say Hello", "say Hi", "say How are you?", "say Well", "say And the weather?", "say Rain")


async def add(conversation: OnDisk, turns: Iterable[Turn]) -> None:
    """Keep one's own turns, and take the partner's."""
    for turn in turns:
        if turn.seat is conversation.seat:
            await conversation.keep(turn)
        else:
            conversation.take(turn)


async def fill(store: Store, turns: Sequence[Turn], seat: Seat = Seat.CLIENT) -> int:
    """Write a whole conversation; returns its number."""
    number = store.create(seat, *HERE)
    async with store.conversation(number) as conversation:
        await conversation.keep_partner(SESSION, None, "")
        await add(conversation, turns)
    return number


async def filled(path: Path) -> int:
    """Write a whole conversation to the journal at `path`, and close it; returns the conversation's number."""
    with Store(path) as store:
        return await fill(store, CHAT)


def turns_of(journal: Reader, number: int) -> list[Turn]:
    """The turns of a conversation, without their times."""
    return [entry.turn for entry, _ in journal.log(number)]


def wal_of(path: Path) -> Path:
    """The file in which SQLite keeps changes that are not in the database file yet."""
    return path.with_name(f"{path.name}-wal")


def as_killed(path: Path) -> Path:
    """A copy of what is on the disk now, as a program leaves it that is killed now."""
    copy = Path(tempfile.mkdtemp(dir=path.parent.parent)) / path.name
    for suffix in ("", "-wal", "-journal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{path}{suffix}", f"{copy}{suffix}")
    return copy


def after_kill(path: Path, number: int) -> list[Turn]:
    """The turns that the next program would find if this one were killed now."""
    with Store(as_killed(path)) as store:
        return turns_of(store, number)


def edit(path: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    """Execute a statement over another connection; returns the rows that it finds."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        return database.execute(statement, values).fetchall()


def small_pages(path: Path, size: int = 512) -> None:
    """Create a database with small pages, so that a test that tries every byte has fewer to try."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA page_size = {size}")
        database.execute("VACUUM")


@contextmanager
def held(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold the database as another program does in the middle of a change, which is committed at the end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        if other.in_transaction:
            other.execute("COMMIT")


@contextmanager
def full_disk(store: Store) -> Iterator[None]:
    """Leave no room for another page of the journal."""
    database = store._database._connection
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        database.execute("PRAGMA max_page_count = 1000000")
