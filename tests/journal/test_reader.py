"""Past conversations are read wherever they can be read: nothing need be writable, and nothing is made or changed."""

import asyncio
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from chatgame.core.errors import JournalFailed
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.journal.reader import Reader, Record
from chatgame.journal.store import Store
from tests.kit.journals import CHAT, CLIENT, HERE, add, as_killed, fill, filled, turns_of
from tests.kit.logs import SESSION, log_of


def files_of(folder: Path) -> dict[str, bytes]:
    """What is in a folder, besides what SQLite shares between programs."""
    return {path.name: b"" if path.name.endswith("-shm") else path.read_bytes() for path in folder.iterdir()}


async def test_newest_conversation_is_one_that_nobody_has_quit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it a match of two programs, which had no address."""

    async def write(at: float, host: str, port: int, turns: Sequence[Turn]) -> int:
        monkeypatch.setattr("time.time", lambda: at)
        number = store.create(Seat.CLIENT, host, port)
        async with store.conversation(number) as conversation:
            await conversation.keep_partner(SESSION, None, "")
            await add(conversation, turns)
        return number

    assert store.newest() is None
    await write(1000.0, "a", 1, CHAT[:1])
    newest = await write(2000.0, "b", 1, CHAT[:2])
    await write(3000.0, "c", 1, log_of("say Hello", "say Hi", "quit"))
    await write(4000.0, "a match", 0, CHAT[:1])
    ended = await write(5000.0, "d", 1, CHAT[:1])
    async with store.conversation(ended) as conversation:
        await conversation.end()
    assert store.newest() == store.record(newest)


async def test_history_is_of_all_conversations_in_which_something_was_written(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come with the oldest first, and with what a list of them says."""
    assert store.history() == []
    store.create(*CLIENT)
    monkeypatch.setattr("time.time", lambda: 1000.0)
    played = log_of("say Hello", "play tictactoe", "resign", "play rps", "resign")
    first, second = await fill(store, played), await fill(store, CHAT[:1], Seat.SERVER)
    monkeypatch.setattr("time.time", lambda: 2000.0)
    async with store.conversation(first) as conversation:
        await conversation.end()
    records = [
        Record(
            first,
            Seat.CLIENT,
            *HERE,
            1000.0,
            2000.0,
            turns=5,
            games=2,
            last=1000.0,
            session=SESSION,
            name="",
            partner="",
            older=0,
        ),
        Record(
            second,
            Seat.SERVER,
            *HERE,
            1000.0,
            None,
            turns=1,
            games=0,
            last=1000.0,
            session=SESSION,
            name="",
            partner="",
            older=0,
        ),
    ]
    with Reader(path) as reader:
        assert reader.history() == store.history() == records
        assert [reader.record(number) for number in (first, second)] == records


def test_conversation_that_is_not_there_is_told(store: Store) -> None:
    """One in which nothing was said counts as not there."""
    for number in (store.create(*CLIENT), 77):
        with pytest.raises(JournalFailed, match=f"There is no conversation {number}. To see which there are"):
            store.record(number)


def test_there_are_no_conversations_without_a_journal_and_none_is_made(path: Path, tmp_path: Path) -> None:
    with Reader(path) as reader:
        assert reader.history() == []
        with pytest.raises(JournalFailed, match="There is no conversation 1"):
            reader.record(1)
    assert list(tmp_path.iterdir()) == []


async def test_conversation_that_goes_on_can_be_read_and_nothing_is_left_of_it(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await conversation.keep_partner(SESSION, None, "")
        await add(conversation, CHAT[:3])
        before = files_of(path.parent)
        with Reader(path) as reader:
            assert turns_of(reader, number) == CHAT[:3]
        assert files_of(path.parent) == before
        await add(conversation, CHAT[3:])
        with Reader(path) as reader:
            assert turns_of(reader, number) == CHAT[:5]


async def test_what_is_read_is_of_one_moment(store: Store, path: Path) -> None:
    number = await fill(store, CHAT)
    with Reader(path) as reader:
        store.forget(number)
        assert turns_of(reader, number) == CHAT
        assert reader.record(number).turns == len(CHAT)


async def test_change_that_another_program_is_making_does_not_hold_up_a_reader(store: Store, path: Path) -> None:
    number = await fill(store, CHAT)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM turns")
        with Reader(path) as reader:
            assert turns_of(reader, number) == CHAT


@pytest.mark.parametrize("name", ["a b", "100%?", "c#1", "ä'\"", "d&mode=memory"])
async def test_journal_is_found_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    """SQLite is given its path as a URI."""
    path = tmp_path / name / "journal.db"
    number = await filled(path)
    with Reader(path) as reader:
        assert turns_of(reader, number) == CHAT


# Where nothing can be written.


def left(folder: Path, *, killed: bool, shm: bool) -> Path:
    """A journal with a conversation 1, as a program leaves it that has ended or was killed."""
    path = folder / "chatgame" / "journal.db"
    with Store(folder / "while it is open" / "journal.db") as store:
        asyncio.run(fill(store, CHAT))
        if killed:
            ignored = ("*.lock",) if shm else ("*.lock", "*-shm")
            shutil.copytree(folder / "while it is open", path.parent, ignore=shutil.ignore_patterns(*ignored))
    if not killed:
        shutil.copytree(folder / "while it is open", path.parent)
        if shm:
            path.with_name("journal.db-shm").write_bytes(bytes(32768))  # whose log is gone
    return path


@pytest.mark.parametrize("writable", ["nothing", "the files", "the folder", "all"])
@pytest.mark.parametrize(("killed", "shm"), [(False, False), (False, True), (True, True), (True, False)])
def test_journal_can_be_read_wherever_it_cannot_be_written_and_is_not_touched(
    ordinary: Path, *, killed: bool, shm: bool, writable: str
) -> None:
    """The program that wrote it may have been killed, and it may have been copied without SQLite's `-shm`."""
    path = left(ordinary, killed=killed, shm=shm)
    before = files_of(path.parent)
    if writable in ("nothing", "the folder"):
        for file in path.parent.iterdir():
            file.chmod(0o400)
    if writable in ("nothing", "the files"):
        path.parent.chmod(0o500)
    with Reader(path) as reader:
        assert turns_of(reader, 1) == CHAT
        assert [record.turns for record in reader.history()] == [len(CHAT)]
    assert files_of(path.parent) == before


def test_journal_that_changes_whenever_it_is_copied_is_told(ordinary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program might write to it that leaves no sign of having it open."""
    path = left(ordinary, killed=False, shm=False)
    path.parent.chmod(0o500)
    copies = []

    def copy(source: Path, target: Path) -> None:
        copies.append(source)
        target.write_bytes(source.read_bytes())
        with source.open("ab") as end:
            end.write(b"\0")

    monkeypatch.setattr("shutil.copyfile", copy)
    with pytest.raises(JournalFailed, match=r"changed each time it was read\. Try again\."):
        Reader(path)
    assert len(copies) > 1


def test_journal_that_has_gone_while_it_is_copied_is_not_there(
    ordinary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = left(ordinary, killed=False, shm=False)
    path.parent.chmod(0o500)

    def copy(source: Path, target: Path) -> None:
        path.parent.chmod(0o700)
        source.unlink()
        target.write_bytes(source.read_bytes())

    monkeypatch.setattr("shutil.copyfile", copy)
    with Reader(path) as reader:
        assert reader.history() == []


async def test_journal_of_a_killed_program_is_read_with_all_that_was_safe(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await conversation.keep_partner(SESSION, None, "")
        await add(conversation, CHAT)
        copy = as_killed(path)
    with Reader(copy) as reader:
        assert turns_of(reader, number) == CHAT[:5]


async def test_change_that_a_program_had_begun_without_a_log_is_not_read(path: Path) -> None:
    """SQLite has no log yet while it makes the journal."""
    number = await filled(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as killed:
        killed.execute("PRAGMA journal_mode = DELETE")
        killed.execute("PRAGMA cache_size = 1")  # so that it writes to the file before it commits
        killed.execute("BEGIN")
        killed.execute("UPDATE turns SET text = ?", ["changed" * 10_000])
        copy = as_killed(path)
    assert b"changed" in copy.read_bytes()
    with Reader(copy) as reader:
        assert turns_of(reader, number) == CHAT
