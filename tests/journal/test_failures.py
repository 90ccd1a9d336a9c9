"""What a person reads when a journal cannot be used: what happened, and what to do; only damage is called damage."""

import asyncio
import errno
import os
import re
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from chatgame.core.errors import JournalFailed
from chatgame.journal.failures import failed
from chatgame.journal.reader import Reader
from chatgame.journal.store import Store
from tests.kit.journals import CHAT, CLIENT, fill, full_disk, held, turns_of
from tests.kit.logs import SESSION, log_of

# The sentences.

JOURNAL = Path("/state/journal.db")


def error_with(code: int, what: str = "so says SQLite") -> sqlite3.OperationalError:
    """An error as SQLite's module raises it for a result code."""
    error = sqlite3.OperationalError(what)
    error.sqlite_errorcode = code
    return error


def test_content_that_is_wrong_is_damage() -> None:
    for code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CORRUPT_INDEX, sqlite3.SQLITE_NOTADB):
        assert str(failed(JOURNAL, error_with(code))) == (
            f"The journal {JOURNAL} is damaged (so says SQLite). Move it away to begin another."
        )


def test_text_that_is_not_utf_8_is_damage() -> None:
    """SQLite's module raises its error for this without a code."""
    assert "is damaged (Could not" in str(failed(JOURNAL, sqlite3.OperationalError("Could not decode to UTF-8")))


def test_no_other_result_code_is_damage_and_each_has_a_sentence_and_what_to_do() -> None:
    """This holds for codes that SQLite does not have yet, too."""
    for code in range(1, 10_000):
        text = str(failed(JOURNAL, error_with(code, "it failed.")))
        assert text.startswith(f"The journal {JOURNAL} "), code
        assert re.fullmatch(r"[^\n]+[^.]\. [A-Z][^\n]+\.", text), text
        assert ".)" not in text, code
        assert ("damaged" in text) == (code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)), code


LOCKS = "cannot be locked (so says SQLite): another program is in the way, or locks do not work in its folder"


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ("PROTOCOL IOERR_LOCK IOERR_UNLOCK IOERR_RDLOCK IOERR_BLOCKED IOERR_CHECKRESERVEDLOCK", LOCKS),
        ("IOERR_SHMOPEN IOERR_SHMSIZE IOERR_SHMLOCK IOERR_SHMMAP", LOCKS),
        ("BUSY BUSY_RECOVERY BUSY_SNAPSHOT", "has been held by another program for 5 seconds. Close that one"),
        ("LOCKED LOCKED_SHAREDCACHE", "is in use by this program itself. Try again"),
        ("IOERR IOERR_READ IOERR_WRITE IOERR_FSYNC", "cannot be read or written (so says SQLite). See that its disk"),
        ("NOMEM IOERR_NOMEM", "there is too little memory. Close other programs"),
        ("FULL", "its disk is full. Make some room there"),
        ("NOLFS", "is too large for its disk (so says SQLite). Delete what you can spare"),
        ("PERM AUTH READONLY READONLY_DIRECTORY READONLY_CANTINIT", "may not be written to. See that you may write"),
        ("CANTOPEN CANTOPEN_ISDIR", "cannot be opened (so says SQLite). See that it is a file"),
        ("CONSTRAINT CONSTRAINT_PRIMARYKEY", "changed by another program that is in the same conversation"),
        ("ERROR", "does not hold what chatgame keeps there (so says SQLite)"),
        ("INTERRUPT TOOBIG INTERNAL MISUSE ABORT", "(so says SQLite), for a reason that chatgame does not know"),
    ],
)
def test_each_kind_of_failure_has_a_sentence_of_its_own(codes: str, words: str) -> None:
    for code in codes.split():
        assert words in str(failed(JOURNAL, error_with(getattr(sqlite3, f"SQLITE_{code}")))), code


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "its disk is full. Make some room"),
        (errno.EROFS, "may not be written to. See that you may write"),
        (errno.EACCES, f"cannot be opened ({os.strerror(errno.EACCES)}). See that you may use its folder"),
        (errno.ENOTDIR, f"cannot be opened ({os.strerror(errno.ENOTDIR)}). See that you may use its folder"),
    ],
)
def test_each_error_of_the_system_has_a_sentence_too(number: int, words: str) -> None:
    assert words in str(failed(JOURNAL, OSError(number, os.strerror(number))))


def test_lack_of_memory_has_a_sentence_too() -> None:
    """SQLite's module raises Python's own error for it."""
    assert "too little memory" in str(failed(JOURNAL, MemoryError()))


def test_fault_of_the_program_is_not_told_as_a_failure_of_the_journal(path: Path) -> None:
    with Store(path) as store:
        pass
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.history()


# Locks.

LOCKER = """
import fcntl, sys
with open(sys.argv[1], "r+b") as locks:
    fcntl.lockf(locks, fcntl.LOCK_EX, 8, 120)  # those of a log (https://www.sqlite.org/walformat.html)
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="another kind of lock there")
def test_journal_whose_locks_fail_is_not_called_damaged(store: Store, path: Path) -> None:
    """Locks fail so on some network drives; SQLite tries for ten seconds."""
    number = asyncio.run(fill(store, CHAT))
    locks = path.with_name(f"{path.name}-shm")
    with subprocess.Popen(
        [sys.executable, "-c", LOCKER, locks], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as locker:
        assert locker.stdout
        assert locker.stdout.readline() == b"locked\n"
        with pytest.raises(JournalFailed, match=r"cannot be locked \(locking protocol\)"):
            Reader(path)
        locker.communicate()
    assert turns_of(store, number) == CHAT


async def test_journal_that_another_program_does_not_let_go_of_is_told(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    store._database._connection.execute("PRAGMA busy_timeout = 0")  # not to wait for five seconds
    async with store.conversation(number) as conversation:
        with held(path), pytest.raises(JournalFailed, match="has been held by another program"):
            await conversation.keep(CHAT[0])
        await conversation.keep(CHAT[0])
    assert turns_of(store, number) == CHAT[:1]


# No room.


async def test_lack_of_room_is_told_at_the_end_too_and_the_conversation_is_let_go_of(store: Store) -> None:
    number = store.create(*CLIENT)
    with full_disk(store):
        with pytest.raises(JournalFailed, match="is full"):
            async with store.conversation(number) as conversation:
                conversation.take(log_of("say x", f"say {'y' * 4096}")[1])
        with pytest.raises(JournalFailed, match="is full"):
            while True:
                store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        assert list(conversation.entries()) == []


# No permission.


async def test_journal_that_may_not_be_written_to_is_told_whatever_is_to_be_kept(store: Store) -> None:
    number = store.create(*CLIENT)
    refused = pytest.raises(JournalFailed, match="may not be written to")
    async with store.conversation(number) as conversation:
        store._database._connection.execute("PRAGMA query_only = ON")
        for change in (
            conversation.keep(CHAT[0]),
            conversation.next_token(),
            conversation.keep_partner(SESSION, None, ""),
            conversation.pin("KEY"),
            conversation.end(),
        ):
            with refused:
                await change
        assert not conversation.ended
        assert (conversation.session, conversation.pinned) == (None, None)
        with refused:
            store.create(*CLIENT)
        store._database._connection.execute("PRAGMA query_only = OFF")
    assert turns_of(store, number) == []


def test_folder_where_nothing_can_be_made_is_told(ordinary: Path) -> None:
    ordinary.chmod(0o500)
    for path in (ordinary / "journal.db", ordinary / "chatgame" / "journal.db"):
        with pytest.raises(JournalFailed, match=r"journal\.db cannot be opened .Permission denied"):
            Store(path)


def test_file_that_may_not_be_read_is_told(ordinary: Path) -> None:
    path = ordinary / "journal.db"
    with Store(path) as store:
        store.create(*CLIENT)
    path.chmod(0)
    for journal in (Store, Reader):
        with pytest.raises(JournalFailed, match=r"journal\.db cannot be opened"):
            journal(path)


def test_file_that_may_only_be_read_is_told_to_a_program_that_would_write(ordinary: Path) -> None:
    path = ordinary / "journal.db"
    with Store(path) as store:
        store.create(*CLIENT)
    path.chmod(0o400)
    with pytest.raises(JournalFailed, match="may not be written to"), Store(path) as store:
        store.create(*CLIENT)


def test_folder_where_no_lock_can_be_made_is_told(ordinary: Path) -> None:
    with Store(ordinary / "journal.db") as store:
        number = store.create(*CLIENT)
        ordinary.chmod(0o500)
        with pytest.raises(JournalFailed, match=r"conversation-1\.lock cannot be opened"):
            store.forget(number)


async def test_folder_in_the_place_of_the_lock_is_told(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    path.with_name(f"conversation-{number}.lock").mkdir()
    with pytest.raises(JournalFailed, match=r"conversation-1\.lock cannot be opened"):
        async with store.conversation(number):
            pass


def test_other_failure_of_a_lock_is_not_told_as_another_program(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    path.with_name(f"conversation-{number}.lock").write_bytes(b"not a lock" * 100)
    with pytest.raises(JournalFailed, match=r"conversation-1\.lock is damaged"):
        store.forget(number)


def test_folder_in_the_place_of_the_journal_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    for journal in (Store, Reader):
        with pytest.raises(JournalFailed, match=r"journal\.db cannot be opened"):
            journal(path)


def test_file_in_the_place_of_the_folder_is_told(path: Path) -> None:
    path.parent.parent.mkdir(parents=True)
    path.parent.touch()
    for journal in (Store, Reader):
        with pytest.raises(JournalFailed, match=r"journal\.db cannot be opened "):
            journal(path)


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes there")
async def test_nobody_else_can_read_the_journal(path: Path) -> None:
    """Neither the file nor what SQLite keeps beside it, whatever the user's mask is."""
    mask = os.umask(0)
    try:
        with Store(path) as store:
            await fill(store, CHAT)
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("journal.db*")}
            assert modes == dict.fromkeys(("journal.db", "journal.db-wal", "journal.db-shm"), 0o600)
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    finally:
        os.umask(mask)
