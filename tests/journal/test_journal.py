"""The journal on disk: what is kept comes back, whatever becomes of the program, the disk and the file."""

import asyncio
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgame.core.commitments import SALT_SIZE, Opening, Place, commitment
from chatgame.core.errors import ChatgameError, JournalFailed
from chatgame.core.limits import MAX_TEXT
from chatgame.core.log import Entry, steps
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.store import VERSION, Conversation, Record, Store
from chatgame.protocol import resume
from chatgame.protocol.resume import Held
from tests.kit.ends import VERSIONS

SESSION = "5" * 32
EMPTY = Table.open(SESSION, BUILT_IN, VERSIONS)
HERE = "localhost", 1059
CLIENT, SERVER = (Seat.CLIENT, *HERE), (Seat.SERVER, *HERE)

posix = pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes and owners there")


def written(*turns: str | tuple[Kind, str]) -> list[Turn]:
    """Turns that are each written by whoever holds the token; a text alone is said."""
    table, log = EMPTY, []
    for turn in turns:
        kind, text = (Kind.SAY, turn) if isinstance(turn, str) else turn
        assert table.token
        one, table = table.write(table.token, kind, text)
        log.append(one)
    return log


CHAT = written("Hello", "Hi", "How are you?", "Well", "And the weather?", "Rain")


async def add(conversation: Conversation, turns: Iterable[Turn]) -> None:
    """Keep one's own turns, and take the partner's."""
    for turn in turns:
        if turn.seat is conversation.seat:
            await conversation.keep(turn)
        else:
            conversation.take(turn)


async def fill(store: Store, turns: Sequence[Turn], seat: Seat = Seat.CLIENT) -> int:
    """A conversation in which all that was said; returns its number."""
    number = store.begin(seat, *HERE)
    with store.conversation(number) as conversation:
        await conversation.begin(SESSION, None, "")
        await add(conversation, turns)
    return number


def turns_of(store: Store, number: int) -> list[Turn]:
    """What is kept, without the times."""
    return [entry.turn for entry, _ in store.log(number)]


def wal_of(path: Path) -> Path:
    """Where SQLite keeps what is not in the file itself yet."""
    return path.with_name(f"{path.name}-wal")


def as_killed(path: Path, wal: bytes | None = None) -> Path:
    """A copy of what is on the disk right now, which is what a program leaves that is killed; with another WAL."""
    copy = Path(tempfile.mkdtemp(dir=path.parent.parent)) / path.name
    shutil.copyfile(path, copy)
    if wal is None:
        wal = wal_of(path).read_bytes()
    wal_of(copy).write_bytes(wal)
    return copy


def after_kill(path: Path, number: int) -> list[Turn]:
    """What a program finds that comes after one that was killed right now."""
    with Store(as_killed(path)) as store:
        return turns_of(store, number)


def edit(path: Path, *statements: str) -> None:
    """What somebody does to the file with another program."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def fill_disk(store: Store) -> None:
    """From now on there is no room for another page."""
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")


def make_room(store: Store) -> None:
    """There is room again."""
    store._db.execute("PRAGMA max_page_count = 1000000")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is to be; its folder is not there yet."""
    return tmp_path / "state" / "chatgame" / "journal.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An empty journal."""
    with Store(path) as store:
        yield store


# What is kept comes back.


def test_synchronous_is_full_and_the_journal_mode_is_wal(path: Path) -> None:
    """Each commit is on the disk before it counts, in a new journal and in one that is opened again."""
    for _ in range(2):
        with Store(path) as store:
            assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
            assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50), max_size=6)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(Seat))
def test_any_text_comes_back_as_it_was(texts: list[str], seat: Seat) -> None:
    """Also NULs, line ends and whatever looks like SQL; while the store is open, and in the next program."""
    log = written(*texts)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        with Store(path) as store:
            number = asyncio.run(fill(store, log, seat))
            assert turns_of(store, number) == log
        with Store(path) as store, store.conversation(number) as conversation:
            assert [entry.turn for entry in conversation.entries()] == log
            assert conversation.held == Held.of(seat, log)
            assert conversation.seat is seat


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\r\n", "'); DROP TABLE turns; --", "\U0010ffff", "é" * (MAX_TEXT // 2)]
)
async def test_odd_text_comes_back_as_it_was(store: Store, text: str) -> None:
    """The ones that programs trip over."""
    number = await fill(store, written(text))
    assert turns_of(store, number) == written(text)


async def test_what_opens_a_commitment_comes_back_with_its_turn(store: Store) -> None:
    """Without it, a game that hides something cannot be gone on with; it may hold anything, too."""
    opening = Opening(bytes(range(SALT_SIZE)), "a word\n\0 and more")
    opened = written((Kind.PLAY, "hangman"))
    turn = Turn(1, Seat.CLIENT, Kind.COMMIT, commitment(Place(SESSION, 0, 0, Seat.CLIENT), opening), "0" * 64)
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        await conversation.keep(opened[0])
        await conversation.keep(turn, opening)
    assert [entry for entry, _ in store.log(number)] == [Entry(opened[0]), Entry(turn, opening)]
    with store.conversation(number) as conversation:
        assert list(conversation.entries()) == [Entry(opened[0]), Entry(turn, opening)]


async def test_log_comes_back_by_number_and_not_mixed_with_others(store: Store) -> None:
    """With ten turns and more, and two conversations at once."""
    long = written(*[str(number) for number in range(25)])
    one, other = store.begin(*CLIENT), store.begin(*SERVER)
    with store.conversation(one) as at_client, store.conversation(other) as at_server:
        for turn in long:
            await add(at_client, [turn])
            await add(at_server, [turn])
    assert turns_of(store, one) == turns_of(store, other) == long
    assert turns_of(store, other + 1) == []


async def test_turn_that_is_kept_is_not_written_over(store: Store) -> None:
    """Whoever tries has lost count, and what was said stays."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        await add(conversation, CHAT)
        for other in (written("Goodbye")[0], CHAT[0]):
            with pytest.raises(JournalFailed):
                await conversation.keep(other)
    assert turns_of(store, number) == CHAT


async def test_turns_are_kept_with_when_they_were_written(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the clock when they were kept or taken, not when they became safe."""
    clock = iter([100.0, 101.5, 103.25])
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        monkeypatch.setattr("time.time", lambda: next(clock))
        await add(conversation, CHAT[:3])
        monkeypatch.undo()
    assert [at for _, at in store.log(number)] == [100.0, 101.5, 103.25]


# What a killed program leaves.


async def test_own_turn_is_safe_when_keep_returns_and_all_before_it_too(store: Store, path: Path) -> None:
    """After each turn of one's own, a program that is killed has lost nothing."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        for count, turn in enumerate(CHAT, 1):
            await add(conversation, [turn])
            if turn.seat is Seat.CLIENT:
                assert after_kill(path, number) == CHAT[:count]


async def test_partners_turns_after_ones_last_are_lost_with_the_program(store: Store, path: Path) -> None:
    """They cost no sync each, and the partner keeps them."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        await add(conversation, CHAT[:4])
        assert after_kill(path, number) == CHAT[:3]


@pytest.mark.parametrize("make_safe", [Conversation.flush, Conversation.end])
async def test_partners_turns_are_safe_after_flush_and_end(
    store: Store, path: Path, make_safe: Callable[[Conversation], None]
) -> None:
    """Without one's own turn after them, and only once."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        await add(conversation, CHAT[:4])
        make_safe(conversation)
        assert after_kill(path, number) == CHAT[:4]
        make_safe(conversation)
        assert after_kill(path, number) == CHAT[:4]


@pytest.mark.parametrize("error", [None, asyncio.CancelledError, JournalFailed, KeyboardInterrupt])
async def test_partners_turns_are_safe_when_the_conversation_is_left(
    store: Store, path: Path, error: type[BaseException] | None
) -> None:
    """However it is left."""

    @contextmanager
    def as_it_may(error: type[BaseException] | None) -> Iterator[None]:
        if error:
            with pytest.raises(error, match=r"^left$"):
                yield
        else:
            yield

    number = store.begin(*CLIENT)
    with as_it_may(error), store.conversation(number) as conversation:
        await add(conversation, CHAT[:4])
        if error:
            raise error("left")
    assert after_kill(path, number) == CHAT[:4]


async def test_conversation_goes_on_where_the_killed_program_was(store: Store, path: Path) -> None:
    """And the log is one."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        await add(conversation, CHAT[:4])
        copy = as_killed(path)
    with Store(copy) as after:
        with after.conversation(number) as conversation:
            assert conversation.held == Held.of(Seat.CLIENT, CHAT[:3])
            await add(conversation, CHAT[3:])
        assert turns_of(after, number) == CHAT


async def small_pages(path: Path) -> tuple[bytes, list[int]]:
    """A journal of small pages, so that there are few bytes to try; its WAL, and how long it was after each turn."""
    path.parent.mkdir(parents=True)
    edit(path, "PRAGMA page_size = 512", "VACUUM")
    with Store(path) as store:
        number = store.begin(*SERVER)
        with store.conversation(number) as conversation:
            await conversation.begin(SESSION, "7" * 64, "")
            await add(conversation, CHAT[:2])
    with Store(path) as store, store.conversation(number) as conversation:
        conversation.flush()
        sizes = []
        for turn in CHAT[2:]:
            conversation.take(turn)
            conversation.flush()
            sizes.append(wal_of(path).stat().st_size)
        shutil.copyfile(path, path.with_name("copy.db"))
        return wal_of(path).read_bytes(), sizes


def reopened(path: Path, wal: bytes) -> list[Turn]:
    """What is found with this WAL."""
    copy = path.with_name("copied") / path.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir()
    shutil.copyfile(path.with_name("copy.db"), copy)
    wal_of(copy).write_bytes(wal)
    with Store(copy) as store:
        log = store.log(1)
        assert len(list(steps(EMPTY, (entry for entry, _ in log)))) == len(log)
        return [entry.turn for entry, _ in log]


async def test_torn_tail_costs_what_was_in_it_and_nothing_before(path: Path) -> None:
    """Wherever the disk stopped, each turn is there whose last byte is, and the rest as if it had never been."""
    wal, sizes = await small_pages(path)
    ends = {size + by for size in sizes for by in range(-2, 3)}
    for cut in sorted({*range(0, len(wal), 7), *ends, len(wal)}):
        whole = sum(size <= cut for size in sizes)
        assert reopened(path, wal[:cut]) == CHAT[: 2 + whole], cut


async def test_flipped_byte_in_the_tail_costs_it_and_what_comes_after(path: Path) -> None:
    """What was not written as it should be is as if it had not been written."""
    wal, sizes = await small_pages(path)
    for at in range(0, len(wal), 23):
        flipped = wal[:at] + bytes([wal[at] ^ 0xFF]) + wal[at + 1 :]
        found = reopened(path, flipped)
        whole = sum(size <= at for size in sizes)
        # A flip in what one WAL writes first and never reads may cost nothing.
        assert found in (CHAT[: 2 + whole], CHAT), at


@pytest.mark.parametrize("size", [1, 24, 535, 536, 5000])
async def test_garbage_behind_the_tail_is_passed_over(path: Path, size: int) -> None:
    """A file system may have grown the file before the data came; or what is left there is from an older WAL."""
    wal, _ = await small_pages(path)
    frame = 512 + 24
    for garbage in (bytes(size), Random(size).randbytes(size), (wal[32 : 32 + frame] * 10)[:size]):
        assert reopened(path, wal + garbage) == CHAT


# Damage.


async def damaged(path: Path, *statements: str) -> None:
    """A journal with one conversation that somebody has edited."""
    with Store(path) as store:
        await fill(store, CHAT)
    edit(path, *statements)


def read_all(path: Path) -> list[Turn]:
    """Whatever anybody reads of the first conversation."""
    with Store(path) as store:
        store.history()
        store.unfinished(*CLIENT)
        log = store.log(1)
        assert len(list(steps(EMPTY, (entry for entry, _ in log)))) == len(log)
        with store.conversation(1) as conversation:
            assert list(conversation.entries()) == [entry for entry, _ in log]
        return [entry.turn for entry, _ in log]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE turns SET text = 'Bye' WHERE number = 2",
        "UPDATE turns SET text = '' WHERE number = 2",
        "UPDATE turns SET text = text || x'00' WHERE number = 2",
        "UPDATE turns SET text = CAST(x'ff' AS TEXT) WHERE number = 2",
        "UPDATE turns SET text = x'0001' WHERE number = 2",
        "UPDATE turns SET digest = '' WHERE number = 5",
        "UPDATE turns SET digest = x'00' WHERE number = 5",
        "UPDATE turns SET seat = 'server' WHERE number = 2",
        "UPDATE turns SET seat = 'nobody' WHERE number = 2",
        "UPDATE turns SET seat = x'00' WHERE number = 2",
        "UPDATE turns SET kind = 'quit' WHERE number = 2",
        "UPDATE turns SET kind = 'sing' WHERE number = 2",
        "UPDATE turns SET opening = 'no such thing' WHERE number = 2",
        "UPDATE turns SET opening = x'00' WHERE number = 2",
        "UPDATE turns SET number = 77 WHERE number = 2",
        "UPDATE turns SET number = 'x' WHERE number = 2",
        "UPDATE turns SET conversation = 77 WHERE number = 2",
        "DELETE FROM turns WHERE number = 0",
        "DELETE FROM turns WHERE number = 2",
        "UPDATE conversations SET seat = 'nobody'",
        "UPDATE conversations SET seat = x'00'",
        "DROP TABLE turns",
        "ALTER TABLE turns DROP COLUMN written",
        "ALTER TABLE conversations DROP COLUMN seed",
    ],
)
async def test_edited_log_is_found_out(path: Path, statement: str) -> None:
    """In a sentence, by whoever reads it."""
    await damaged(path, "PRAGMA foreign_keys = OFF", statement)
    with pytest.raises(JournalFailed, match="damaged"):
        read_all(path)


async def test_edited_log_does_not_keep_the_others_from_being_read(path: Path) -> None:
    """Each conversation is by itself."""
    await damaged(path, "UPDATE turns SET text = 'Bye', kind = 'sing' WHERE number = 2")
    with Store(path) as store:
        number = await fill(store, CHAT)
        assert turns_of(store, number) == CHAT
        assert [record.turns for record in store.history()] == [6, 6]


@pytest.mark.parametrize("mask", [0x01, 0xFF])
def test_flipped_byte_in_the_file_is_found_out_or_changes_nothing_said(path: Path, mask: int) -> None:
    """Nobody is shown a log that was not; what fails, fails in a sentence."""
    asyncio.run(small_pages(path))
    whole = path.read_bytes()  # with all that was in the WAL
    copy = path.with_name("flipped") / path.name
    odd: dict[str, int] = {}
    failed = 0
    for at in range(0, len(whole), 7):
        shutil.rmtree(copy.parent, ignore_errors=True)
        copy.parent.mkdir()
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :])
        try:
            found = read_all(copy)
            assert found == CHAT[: len(found)], at
        except JournalFailed:
            failed += 1
        except Exception as error:  # told below, all of them at once
            odd.setdefault(repr(error), at)
    assert not odd
    assert failed > 50


@pytest.mark.parametrize(
    "content", [b"hello", b"Dear diary,\n" * 500, bytes(4096), b"SQLite format 3\0" + bytes(range(256)) * 20]
)
def test_file_that_is_no_database_is_told_and_left_alone(path: Path, content: bytes) -> None:
    """Its owner may want it back."""
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(JournalFailed, match=r"journal\.db is damaged.*Move it away"):
        Store(path)
    assert path.read_bytes() == content


def test_file_cut_short_is_told(path: Path) -> None:
    """At the end of a page, or within one."""
    with Store(path) as store:
        asyncio.run(fill(store, CHAT))
    whole = path.read_bytes()
    for size in (100, 4096, 5000, len(whole) - 4096, len(whole) - 200):
        path.write_bytes(whole[:size])
        with pytest.raises(JournalFailed, match="damaged"):
            read_all(path)


def test_folder_in_the_place_of_the_journal_is_told(path: Path) -> None:
    """SQLite says what it can."""
    path.mkdir(parents=True)
    with pytest.raises(JournalFailed, match=r"journal\.db"):
        Store(path)


def test_file_in_the_place_of_the_folder_is_told(path: Path) -> None:
    """The system says what it can."""
    path.parent.parent.mkdir(parents=True)
    path.parent.touch()
    with pytest.raises(JournalFailed, match=r"journal\.db cannot be opened "):
        Store(path)


async def test_journal_of_a_newer_version_is_left_alone(path: Path) -> None:
    """Whatever is in it, an old program would get it wrong."""
    with Store(path) as store:
        await fill(store, CHAT)
    edit(path, f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(JournalFailed, match=r"written by a newer chatgame\. Update this one\."):
        Store(path)
    edit(path, f"PRAGMA user_version = {VERSION}")
    assert read_all(path) == CHAT


def test_conversation_that_is_not_there_is_told(store: Store, path: Path) -> None:
    """Another program may have forgotten it just now; and nothing is left of looking for it."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(JournalFailed, match="There is no conversation 77"):
        store.forget(77)
    with pytest.raises(JournalFailed, match="There is no conversation 77"), store.conversation(77):
        pass
    assert sorted(path.parent.iterdir()) == before


# No room, no permission.


async def test_turn_that_finds_no_room_is_not_kept_and_can_be_kept_later(store: Store, path: Path) -> None:
    """Nor is what was to become safe with it; and then all of it is, once."""
    log = written("Hello", "Hi", "How are you? " * 300)  # for the "Hi" alone there is room
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        await add(conversation, log[:2])
        fill_disk(store)
        for _ in range(3):
            with pytest.raises(JournalFailed, match=r"disk of the journal .* is full\. Make some room there\."):
                await conversation.keep(log[2])
            assert turns_of(store, number) == after_kill(path, number) == log[:1]
        make_room(store)
        await conversation.keep(log[2])
        assert after_kill(path, number) == log
    assert turns_of(store, number) == log


async def test_no_room_is_told_wherever_something_is_kept(store: Store) -> None:
    """At the end, too; and there the lock is let go of."""
    number = store.begin(*CLIENT)
    with pytest.raises(JournalFailed, match=r"is full\. Make some room"), store.conversation(number) as conversation:
        conversation.take(written("x", "y" * 4096)[1])
        fill_disk(store)
    with pytest.raises(JournalFailed, match=r"is full\. Make some room"):
        while True:
            store.begin(*CLIENT)
    make_room(store)
    with store.conversation(number) as conversation:
        assert list(conversation.entries()) == []


async def test_journal_that_may_not_be_written_to_is_told(store: Store) -> None:
    """Whatever is to be kept."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        store._db.execute("PRAGMA query_only = ON")
        with pytest.raises(JournalFailed, match="may not be written to"):
            await conversation.keep(CHAT[0])
        with pytest.raises(JournalFailed, match="may not be written to"):
            await conversation.next_token()
        with pytest.raises(JournalFailed, match="may not be written to"):
            await conversation.begin(SESSION, None, "")
        with pytest.raises(JournalFailed, match="may not be written to"):
            conversation.end()
        assert not conversation.ended
        with pytest.raises(JournalFailed, match="may not be written to"):
            store.begin(*CLIENT)
        store._db.execute("PRAGMA query_only = OFF")
    assert turns_of(store, number) == []


@pytest.fixture
def ordinary() -> Iterator[Path]:
    """A folder of an ordinary user, who runs the test, since nothing is forbidden to root."""
    if sys.platform == "win32":
        pytest.skip("permissions are others there")
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        if root:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            Path(folder).chmod(0o700)
            if root:
                os.seteuid(0)


def test_folder_where_nothing_can_be_made_is_told(ordinary: Path) -> None:
    """The system says why."""
    ordinary.chmod(0o500)
    for path in (ordinary / "journal.db", ordinary / "chatgame" / "journal.db"):
        with pytest.raises(JournalFailed, match=r"journal\.db cannot be opened .Permission denied"):
            Store(path)


def test_file_that_may_not_be_read_is_told(ordinary: Path) -> None:
    """At once."""
    path = ordinary / "journal.db"
    with Store(path) as store:
        store.begin(*CLIENT)
    path.chmod(0)
    with pytest.raises(JournalFailed, match=r"journal\.db"):
        Store(path)


def test_file_that_may_only_be_read_is_told(ordinary: Path) -> None:
    """At the latest when something is to be kept."""
    path = ordinary / "journal.db"
    with Store(path) as store:
        store.begin(*CLIENT)
    path.chmod(0o400)
    with pytest.raises(JournalFailed, match="may not be written to"), Store(path) as store:
        store.begin(*CLIENT)


def test_folder_where_no_lock_can_be_made_is_told(ordinary: Path) -> None:
    """The journal was opened before."""
    with Store(ordinary / "journal.db") as store:
        number = store.begin(*CLIENT)
        ordinary.chmod(0o500)
        with pytest.raises(JournalFailed), store.conversation(number):
            pass


def test_folder_in_the_place_of_the_lock_is_told(store: Store, path: Path) -> None:
    """In a sentence."""
    number = store.begin(*CLIENT)
    path.with_name(f"conversation-{number}.lock").mkdir()
    with pytest.raises(JournalFailed), store.conversation(number):
        pass


@posix
async def test_nobody_else_can_read_the_journal(path: Path) -> None:
    """Whatever the user's mask is; neither the file nor what SQLite keeps beside it."""
    mask = os.umask(0)
    try:
        with Store(path) as store:
            await fill(store, CHAT)
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            beside = {path.name, f"{path.name}-wal", f"{path.name}-shm"}
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
            assert {name: mode for name, mode in modes.items() if name in beside} == dict.fromkeys(beside, 0o600)
    finally:
        os.umask(mask)


# Cancelled while a thread writes.


class Slow:
    """Makes the first write of a store wait until it may go on."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go_on = threading.Event()
        self._begun = threading.Event()
        self._write = store.write
        monkeypatch.setattr(store, "write", self)
        monkeypatch.setattr("chatgame.journal.store.QUICK", -1.0)  # so that a thread writes

    def __call__(self, statement: str, *rows: tuple[object, ...]) -> int:
        """Write, later."""
        if not self._begun.is_set():
            self._begun.set()
            assert self.go_on.wait(10)
        return self._write(statement, *rows)

    async def begun(self) -> None:
        """Return when the thread is about to write."""
        assert await asyncio.to_thread(self._begun.wait, 10)


async def cancel(task: "asyncio.Task[object]") -> None:
    """Cancel a task, which takes it at once."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_keep_that_is_cancelled_is_kept_whole_and_once(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread cannot be stopped; whoever leaves then waits for it."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        await add(conversation, CHAT[:2])
        slow = Slow(store, monkeypatch)
        task: asyncio.Task[object] = asyncio.create_task(conversation.keep(CHAT[2]))
        await slow.begun()
        await cancel(task)
        flushing = asyncio.create_task(asyncio.to_thread(conversation.flush))
        done, _ = await asyncio.wait({flushing}, timeout=0.05)  # however long, it waits
        assert not done
        assert after_kill(path, number) == CHAT[:1]
        slow.go_on.set()
        await flushing
        assert turns_of(store, number) == after_kill(path, number) == CHAT[:3]
        await add(conversation, CHAT[3:])
    assert turns_of(store, number) == CHAT


async def test_keep_that_is_cancelled_before_it_fails_keeps_nothing_of_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the partner wrote before is safe all the same, once there is room."""
    log = written("Hello", "Hi", "How are you? " * 300)
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        await add(conversation, log[:2])
        fill_disk(store)
        slow = Slow(store, monkeypatch)
        task: asyncio.Task[object] = asyncio.create_task(conversation.keep(log[2]))
        await slow.begun()
        await cancel(task)
        slow.go_on.set()
        with conversation._saving:
            make_room(store)
    assert turns_of(store, number) == log[:2]


async def test_token_that_was_cancelled_is_not_missed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next is another than those before, and comes after them."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        first = await conversation.next_token()
        slow = Slow(store, monkeypatch)
        task: asyncio.Task[object] = asyncio.create_task(conversation.next_token())
        await slow.begun()
        await cancel(task)
        slow.go_on.set()
        assert resume.follows(await conversation.next_token(), first)


# Tokens and sessions.


async def test_no_token_is_given_out_twice_also_after_being_killed(store: Store, path: Path) -> None:
    """Each comes after all before it, whatever became of the program right after it was given out."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        tokens = [await conversation.next_token() for _ in range(3)]
        copy = as_killed(path)
    for _ in range(3):
        with Store(copy) as after, after.conversation(number) as conversation:
            tokens.append(await conversation.next_token())
            copy = as_killed(copy)
    with store.conversation(store.begin(*CLIENT)) as another:
        stranger = await another.next_token()
    assert all(resume.follows(later, earlier) for earlier, later in pairwise(tokens))
    assert len({*tokens, stranger}) == 7
    assert not resume.follows(stranger, tokens[0])


async def test_no_token_is_given_out_twice_when_the_chain_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has used up all that there are is told so."""
    monkeypatch.setattr(resume, "CHAIN", 3)
    tokens: list[str] = []
    with store.conversation(store.begin(*CLIENT)) as conversation:
        try:
            while len(tokens) < 7:
                tokens.append(await conversation.next_token())
        except ChatgameError:
            pass
    assert len(tokens) >= 3
    assert len(set(tokens)) == len(tokens)


async def test_server_comes_back_to_its_session_with_the_clients_last_token(store: Store, path: Path) -> None:
    """From when `begin` returns."""
    number = store.begin(*SERVER)
    with store.conversation(number) as conversation:
        assert (conversation.session, conversation.token) == (None, None)
        for last in ("7" * 64, "8" * 64):
            await conversation.begin(SESSION, last, "")
            assert (conversation.session, conversation.token) == (SESSION, last)
            with Store(as_killed(path)) as after, after.conversation(number) as found:
                assert (found.session, found.token, found.held) == (SESSION, last, Held(Seat.SERVER))


async def test_client_comes_back_to_a_session_only_if_something_was_said(store: Store) -> None:
    """Where nothing was, any will do."""
    number = store.begin(*CLIENT)
    for log in ([], CHAT[:1]):
        with store.conversation(number) as conversation:
            assert (conversation.session, conversation.token) == (None, None)
            await conversation.begin(SESSION, None, "")
            assert (conversation.session, conversation.token) == (SESSION, None)
            await add(conversation, log)
    with store.conversation(number) as conversation:
        assert (conversation.session, conversation.token) == (SESSION, None)


# One program at a time.

REFUSED = r"This conversation is open in another program\. Close that one first\."

PROGRAM = """
import asyncio, sys
from pathlib import Path
from chatgame.core.turn import Kind, Turn
from chatgame.core.seats import Seat
from chatgame.journal.store import Store
with Store(Path(sys.argv[1])) as store, store.conversation(int(sys.argv[2])) as conversation:
    asyncio.run(conversation.keep(Turn(0, Seat.CLIENT, Kind.SAY, "Hello", sys.argv[3])))
    print(asyncio.run(conversation.next_token()), flush=True)
    sys.stdin.read()
"""

CREATOR = """
import sys
from pathlib import Path
from chatgame.core.errors import JournalFailed
from chatgame.core.seats import Seat
from chatgame.journal.store import Store
print("ready", flush=True)
for line in sys.stdin:
    try:
        with Store(Path(line.rstrip())) as store:
            print(store.begin(Seat.CLIENT, "localhost", 1059), flush=True)
    except JournalFailed as error:
        print(error, flush=True)
"""


@contextmanager
def program(code: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Another program, which ends with its input, or else is killed; its first line is left to be read."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            if sys.exc_info()[1]:
                process.kill()


def line_from(process: "subprocess.Popen[str]") -> str:
    """The next line that it prints."""
    assert process.stdout
    return process.stdout.readline().rstrip()


async def test_two_do_not_go_on_with_one_conversation(store: Store, path: Path) -> None:
    """Also with two stores, and with one; another conversation is free, and so is this one afterwards."""
    number, other = store.begin(*CLIENT), store.begin(*CLIENT)
    with Store(path) as second:
        with store.conversation(number) as conversation:
            await conversation.keep(CHAT[0])
            for at in (store, second):
                with pytest.raises(JournalFailed, match=REFUSED), at.conversation(number):
                    pass
                with pytest.raises(JournalFailed, match=REFUSED):
                    at.forget(number)
            assert turns_of(second, number) == CHAT[:1]  # it may be looked at
            with second.conversation(other):
                pass
        with second.conversation(number), pytest.raises(JournalFailed, match=REFUSED), store.conversation(number):
            pass
    with store.conversation(number) as conversation:
        assert conversation.held.number == 1


async def test_conversation_is_free_when_its_program_has_failed(store: Store) -> None:
    """Whatever it failed of; also when what it had to make safe was too much for the disk."""
    number = store.begin(*CLIENT)
    for error in (ValueError, KeyboardInterrupt, asyncio.CancelledError):
        with pytest.raises(error), store.conversation(number):
            raise error
    with store.conversation(number):
        pass


@pytest.mark.parametrize("killed", [True, False])
async def test_conversation_of_another_program_is_free_when_that_has_gone(
    store: Store, path: Path, *, killed: bool
) -> None:
    """Killed or in peace; what it kept is there, and the token that it gave out is not given out again."""
    number = store.begin(*CLIENT)
    with program(PROGRAM, path, number, CHAT[0].digest) as process:
        token = line_from(process)
        with pytest.raises(JournalFailed, match=REFUSED), store.conversation(number):
            pass
        assert turns_of(store, number) == CHAT[:1]
        if killed:
            process.kill()
        else:
            assert process.stdin
            process.stdin.close()
        assert process.wait(10) == (-9 if killed and sys.platform != "win32" else process.returncode)
    assert killed or process.returncode == 0
    with store.conversation(number) as conversation:
        assert conversation.held == Held.of(Seat.CLIENT, CHAT[:1])
        assert resume.follows(await conversation.next_token(), token)
        await add(conversation, CHAT[1:])
    assert turns_of(store, number) == CHAT


async def test_conversation_is_refused_to_another_program(store: Store, path: Path) -> None:
    """The first is undisturbed."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        command = [sys.executable, "-c", PROGRAM, str(path), str(number), CHAT[0].digest]
        second = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert re.search(f"JournalFailed: {REFUSED}", second.stderr)
        await add(conversation, CHAT)
    assert turns_of(store, number) == CHAT


def test_programs_that_open_a_fresh_journal_at_once_all_can(tmp_path: Path) -> None:
    """Many times, and each time all of them find one journal."""
    with program(CREATOR) as a, program(CREATOR) as b, program(CREATOR) as c, program(CREATOR) as d:
        programs = [a, b, c, d]
        assert [line_from(process) for process in programs] == ["ready"] * 4
        for attempt in range(40):
            for process in programs:
                assert process.stdin
                process.stdin.write(f"{tmp_path / str(attempt) / 'journal.db'}\n")
                process.stdin.flush()
            assert sorted(line_from(process) for process in programs) == ["1", "2", "3", "4"], attempt


async def test_journal_that_another_program_is_about_to_make_is_waited_for(path: Path) -> None:
    """As it is for any other change that is being made."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # as SQLite does to change the journal mode
        opening = asyncio.create_task(asyncio.to_thread(Store, path))
        done, _ = await asyncio.wait({opening}, timeout=0.1)  # however long, up to what SQLite waits
        assert [task.exception() for task in done] == []
        other.execute("COMMIT")
        with await opening as store:
            assert store.begin(*CLIENT) == 1


async def test_journal_that_another_program_makes_meanwhile_is_opened(path: Path, tmp_path: Path) -> None:
    """It is not made twice."""
    with Store(tmp_path / "like.db") as like:
        tables = like.read("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite%'", ())
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.create_task(asyncio.to_thread(Store, path))
        done, _ = await asyncio.wait({opening}, timeout=0.1)
        assert not done
        for (table,) in tables:
            other.execute(table)
        other.execute(f"PRAGMA user_version = {VERSION}")
        other.execute("COMMIT")
        with await opening as store:
            assert store.begin(*CLIENT) == 1


async def test_change_that_another_program_makes_is_waited_for(store: Store, path: Path) -> None:
    """It takes no longer than a sync."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        keeping = asyncio.create_task(conversation.keep(CHAT[0]))
        done, _ = await asyncio.wait({keeping}, timeout=0.1)
        assert not done
        other.execute("COMMIT")
        await keeping
    assert turns_of(store, number) == CHAT[:1]


async def test_journal_that_is_never_let_go_of_is_told(store: Store, path: Path) -> None:
    """After some time, here none."""
    number = store.begin(*CLIENT)
    store._db.execute("PRAGMA busy_timeout = 0")
    with store.conversation(number) as conversation, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalFailed, match="Another program does not let go of the journal"):
            await conversation.keep(CHAT[0])
        other.execute("COMMIT")
        await conversation.keep(CHAT[0])
    assert turns_of(store, number) == CHAT[:1]


# Journals of earlier versions.

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


@pytest.fixture
def first_version(path: Path) -> Path:
    """A journal that the first version of the program has left, with a conversation to go on with."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as journal, journal:
        journal.execute("PRAGMA journal_mode = WAL")
        journal.executescript(VERSION_1)
        row = (7, Seat.CLIENT, *HERE, 1000.0, None, SESSION, None, "PIN", bytes(32), 3)
        journal.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        for turn in CHAT:
            values = (7, turn.number, turn.seat, turn.kind, turn.text, turn.digest, None, 1000.0 + turn.number)
            journal.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    return path


def tables_of(path: Path) -> list[tuple[str, str, str]]:
    """The columns of a journal, with all that is said of them."""
    with closing(sqlite3.connect(path)) as journal:
        tables = ("conversations", "turns")
        return [column for table in tables for column in journal.execute(f"PRAGMA table_info({table})").fetchall()]


async def test_journal_of_the_first_version_is_gone_on_with(first_version: Path, tmp_path: Path) -> None:
    """Nothing of it is lost, its partners have no names yet, and its tables are then those of a new one."""
    for _ in range(2):  # the second time it is one of this version
        with Store(first_version) as store:
            assert turns_of(store, 7) == CHAT
            assert [(record.number, record.began, record.partner) for record in store.history()] == [(7, 1000.0, "")]
            assert store.unfinished(*CLIENT) == 7
            with store.conversation(7) as conversation:
                assert (conversation.session, conversation.pinned) == (SESSION, "PIN")
    with Store(first_version) as store, store.conversation(7) as conversation:
        assert await conversation.next_token() == resume.token(bytes(32), 3)
        await conversation.begin(SESSION, None, "Anna")
        assert [record.partner for record in store.history()] == ["Anna"]
    with Store(tmp_path / "new.db"):
        assert tables_of(first_version) == tables_of(tmp_path / "new.db")


def test_journal_of_the_first_version_is_updated_once_by_programs_that_open_it_together(first_version: Path) -> None:
    """As a client and a server do that are started at the same time."""
    ready, failures = threading.Barrier(6), list[JournalFailed]()

    def open_it() -> None:
        ready.wait()
        try:
            Store(first_version).__exit__(None, None, None)
        except JournalFailed as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Store(first_version) as store:
        assert turns_of(store, 7) == CHAT


# Which conversations there are.


async def test_unfinished_conversation_is_the_last_one_there(store: Store) -> None:
    """By seat, host and port; one in which nothing was said is fresh, and used again as such."""
    assert store.unfinished(*CLIENT) is None
    fresh = store.fresh(*CLIENT)
    assert store.fresh(*CLIENT) == fresh
    assert store.unfinished(*CLIENT) is None
    numbers = [await fill(store, CHAT), await fill(store, CHAT)]
    assert store.unfinished(*CLIENT) == numbers[1]
    assert store.fresh(*CLIENT) == fresh
    assert store.unfinished(*SERVER) is None
    assert store.unfinished(Seat.CLIENT, "localhost", 1060) is None
    assert store.unfinished(Seat.CLIENT, "127.0.0.1", 1059) is None
    assert len({fresh, *numbers, store.fresh(*SERVER)}) == 4


async def test_conversation_with_a_quit_can_only_be_ended(store: Store) -> None:
    """It is `closed`; once it has ended, it is neither."""
    closed = await fill(store, written("Hello", "Hi", (Kind.QUIT, "")))
    assert (store.unfinished(*CLIENT), store.unfinished(*CLIENT, closed=True)) == (None, closed)
    open_one = await fill(store, CHAT[:2])
    assert (store.unfinished(*CLIENT), store.unfinished(*CLIENT, closed=True)) == (open_one, closed)
    assert store.unfinished(*SERVER, closed=True) is None
    with store.conversation(closed) as conversation:
        conversation.end()
    assert (store.unfinished(*CLIENT), store.unfinished(*CLIENT, closed=True)) == (open_one, None)


async def test_conversation_that_begins_takes_the_place_of_what_was_unfinished_there(
    store: Store, path: Path
) -> None:
    """Of this place and no other; not what is closed, since the partner may still have to learn of a quit."""
    closed = await fill(store, written((Kind.QUIT, "")))
    first, elsewhere = await fill(store, CHAT[:2]), store.fresh(Seat.CLIENT, "localhost", 1060)
    number = store.fresh(*CLIENT)
    with store.conversation(number) as conversation:
        assert store.unfinished(*CLIENT) == first
        await conversation.begin("1" * 32, None, "")
        await conversation.begin("1" * 32, "0" * 64, "")  # to go on with it changes nothing
        assert (store.unfinished(*CLIENT), store.unfinished(*CLIENT, closed=True)) == (None, closed)
    assert store.fresh(*CLIENT) == number
    assert store.fresh(Seat.CLIENT, "localhost", 1060) == elsewhere
    assert turns_of(store, first) == CHAT[:2]
    with Store(as_killed(path)) as after:
        assert after.unfinished(*CLIENT) is None


async def test_nothing_that_lets_anybody_in_is_kept_after_the_end(store: Store) -> None:
    """Neither the private key nor the tokens."""
    number = store.fresh(*CLIENT)
    with store.conversation(number) as conversation:
        await conversation.pin("PRIVATE KEY")
        await conversation.begin("1" * 32, "a" * 64, "")
        await add(conversation, CHAT)
        conversation.end()
    assert store.read("SELECT seed, token, pinned FROM conversations WHERE id = ?", (number,)) == [(None, None, None)]


async def test_who_has_quit_has_nothing_to_go_on_with(store: Store) -> None:
    """Even before the partner knows."""
    table = Table.open(SESSION, BUILT_IN)
    with store.conversation(store.begin(*CLIENT)) as conversation:
        hello, table = table.write(Seat.CLIENT, Kind.SAY, "Hello")
        await conversation.keep(hello)
        assert conversation.goes_on
        hi, table = table.write(Seat.SERVER, Kind.SAY, "Hi")
        conversation.take(hi)
        await conversation.keep(table.write(Seat.CLIENT, Kind.QUIT)[0])
        assert not conversation.goes_on


async def test_ended_conversation_stays_in_the_journal_and_leaves_no_lock(store: Store, path: Path) -> None:
    """From when `end` returns, also if the program is killed then."""
    number = store.begin(*CLIENT)
    with store.conversation(number) as conversation:
        await add(conversation, CHAT)
        conversation.end()
        assert conversation.ended
        with Store(as_killed(path)) as after:
            assert after.unfinished(*CLIENT) is None
            assert turns_of(after, number) == CHAT
    assert list(path.parent.glob("*.lock*")) == []
    assert turns_of(store, number) == CHAT


NEEDLE = "the unforgettable word"


async def test_forgotten_conversation_is_gone_from_the_disk(path: Path) -> None:
    """No row, and once the program has ended, not a byte in any file; the others stay."""
    with Store(path) as store:
        other = await fill(store, CHAT)
        number = await fill(store, written("Hello", NEEDLE))
        assert any(NEEDLE.encode() in file.read_bytes() for file in path.parent.iterdir())
        store.forget(number)
        assert turns_of(store, number) == []
        assert [record.number for record in store.history()] == [other]
        assert store.read("SELECT count(*) FROM conversations", ()) == [(1,)]
        assert store.read("SELECT count(*) FROM turns", ()) == [(len(CHAT),)]
        assert turns_of(store, other) == CHAT
    assert not any(NEEDLE.encode() in file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.parametrize("ended", [True, False])
async def test_forgotten_conversation_leaves_no_lock(store: Store, path: Path, *, ended: bool) -> None:
    """Whether it could have been gone on with or not."""
    number = await fill(store, CHAT)
    if ended:
        with store.conversation(number) as conversation:
            conversation.end()
    store.forget(number)
    assert list(path.parent.glob("*.lock*")) == []


async def test_number_of_a_forgotten_conversation_goes_to_no_other(store: Store) -> None:
    """Who has noted it down does not find what they did not mean."""
    number = await fill(store, CHAT)
    store.forget(number)
    assert store.begin(*CLIENT) > number


async def test_history_is_of_all_conversations_in_which_something_was_written(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest first, with what a list of them says."""
    assert store.history() == []
    store.begin(*CLIENT)
    monkeypatch.setattr("time.time", lambda: 1000.0)
    played = written("Hello", (Kind.PLAY, "tictactoe"), (Kind.RESIGN, ""), (Kind.PLAY, "rps"), (Kind.RESIGN, ""))
    first, second = await fill(store, played), await fill(store, CHAT[:1], Seat.SERVER)
    monkeypatch.setattr("time.time", lambda: 2000.0)
    with store.conversation(first) as conversation:
        conversation.end()
    assert store.history() == [
        Record(
            first,
            Seat.CLIENT,
            *HERE,
            began=1000.0,
            ended=2000.0,
            turns=5,
            games=2,
            last=1000.0,
            session=SESSION,
            name="",
            partner="",
        ),
        Record(
            second,
            Seat.SERVER,
            *HERE,
            began=1000.0,
            ended=None,
            turns=1,
            games=0,
            last=1000.0,
            session=SESSION,
            name="",
            partner="",
        ),
    ]
