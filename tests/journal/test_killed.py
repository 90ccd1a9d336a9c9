"""What a killed program or a power cut leaves: the last change that counted, and all before it."""

import shutil
from pathlib import Path
from random import Random

import pytest

from chatgame.core.log import steps
from chatgame.core.turn import Turn
from chatgame.journal.reader import Reader
from chatgame.journal.store import Store
from tests.kit.journals import CHAT, SERVER, add, small_pages, wal_of
from tests.kit.logs import EMPTY, SESSION

PAGE = 512
"""In bytes."""


def test_each_change_is_synced_before_it_counts(path: Path) -> None:
    """This is so in a new journal, and in one that is opened again (https://www.sqlite.org/pragma.html)."""
    for _ in range(2):
        with Store(path) as store:
            database = store._database._connection
            assert database.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
            assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def log_in_parts(path: Path) -> tuple[bytes, list[int]]:
    """Write `CHAT`: what is in SQLite's log of it, and how long that was after each turn from the third on.

    The file that the log belongs to is copied to `copy.db`.
    """
    small_pages(path, PAGE)
    with Store(path) as store:
        number = store.create(*SERVER)
        async with store.conversation(number) as conversation:
            await conversation.keep_partner(SESSION, "7" * 64, "")
            await add(conversation, CHAT[:2])
    with Store(path) as store:
        store.fresh(*SERVER)  # the log begins
        sizes = []
        for turn in CHAT[2:]:
            async with store.conversation(number) as conversation:
                conversation.take(turn)
            sizes.append(wal_of(path).stat().st_size)
        shutil.copyfile(path, path.with_name("copy.db"))
        return wal_of(path).read_bytes(), sizes


def reopened(path: Path, wal: bytes) -> list[Turn]:
    """The turns that are found with this log."""
    copy = path.with_name("copied") / path.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir()
    shutil.copyfile(path.with_name("copy.db"), copy)
    wal_of(copy).write_bytes(wal)
    with Reader(copy) as reader:
        log = reader.log(1)
        assert len(list(steps(EMPTY, (entry for entry, _ in log)))) == len(log)
        return [entry.turn for entry, _ in log]


async def test_log_that_was_cut_has_every_turn_whose_last_byte_is_there(path: Path) -> None:
    """It has nothing of the turn in which the disk stopped."""
    wal, sizes = await log_in_parts(path)
    ends = {size + by for size in sizes for by in range(-2, 3)}
    for cut in sorted({*range(0, len(wal), 11), *ends, len(wal)}):
        whole = sum(size <= cut for size in sizes)
        assert reopened(path, wal[:cut]) == CHAT[: 2 + whole], cut


async def test_log_with_a_wrong_byte_has_every_turn_before_it(path: Path) -> None:
    wal, sizes = await log_in_parts(path)
    for at in range(0, len(wal), 23):
        flipped = wal[:at] + bytes([wal[at] ^ 0xFF]) + wal[at + 1 :]
        whole = sum(size <= at for size in sizes)
        # Some bytes are never read, so that a wrong one costs nothing.
        assert reopened(path, flipped) in (CHAT[: 2 + whole], CHAT), at


@pytest.mark.parametrize("size", [1, 24, PAGE + 23, PAGE + 24, 5000])
async def test_garbage_behind_the_log_is_passed_over(path: Path, size: int) -> None:
    """A file system may have grown the file before the data came; or what is there is of an older log."""
    wal, _ = await log_in_parts(path)
    frame = PAGE + 24
    for garbage in (bytes(size), Random(size).randbytes(size), (wal[32 : 32 + frame] * 10)[:size]):
        assert reopened(path, wal + garbage) == CHAT
