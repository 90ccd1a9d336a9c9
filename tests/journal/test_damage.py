"""A journal that was edited, or whose disk has failed: it is found out, told in a sentence, and left alone."""

import asyncio
import shutil
from pathlib import Path

import pytest

from chatgame.core.errors import JournalFailed
from chatgame.core.log import steps
from chatgame.core.turn import Turn
from chatgame.journal.reader import Reader
from chatgame.journal.store import Store
from tests.kit.journals import CHAT, CLIENT, edit, fill, filled, small_pages, turns_of
from tests.kit.logs import EMPTY

DAMAGED = r"journal\.db is damaged \(.+\)\. Move it away to begin another\.$"
FOREIGN = r"journal\.db does not hold what chatgame keeps there \(.+\): .* Move it away to begin another\.$"


async def read_all(path: Path) -> list[Turn]:
    """Whatever anybody reads of the first conversation."""
    with Reader(path) as reader:
        reader.history()
        found = turns_of(reader, 1)
    with Store(path) as store:
        store.history()
        store.unfinished(*CLIENT)
        log = store.log(1)
        assert [entry.turn for entry, _ in log] == found
        assert len(list(steps(EMPTY, (entry for entry, _ in log)))) == len(log)
        async with store.conversation(1) as conversation:
            assert list(conversation.entries()) == [entry for entry, _ in log]
    return found


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
        "DELETE FROM turns WHERE number = 0",
        "DELETE FROM turns WHERE number = 2",
        "UPDATE conversations SET seat = 'nobody'",
        "UPDATE conversations SET seat = x'00'",
        "UPDATE conversations SET session = 'x'",
        "UPDATE conversations SET token = 'x'",
        "UPDATE conversations SET place = 'x'",
        "UPDATE conversations SET seed = 'x'",
        "UPDATE conversations SET spent = -1",
        "UPDATE conversations SET partner = hex(zeroblob(13))",
    ],
)
async def test_edited_conversation_is_found_out(path: Path, statement: str) -> None:
    await filled(path)
    edit(path, statement)
    with pytest.raises(JournalFailed, match="damaged"):
        await read_all(path)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE turns",
        "ALTER TABLE turns DROP COLUMN written",
        "ALTER TABLE conversations DROP COLUMN seed",
        "PRAGMA user_version = 0",
    ],
)
async def test_tables_that_are_not_as_they_should_be_are_found_out(path: Path, statement: str) -> None:
    await filled(path)
    edit(path, statement)
    with pytest.raises(JournalFailed, match=FOREIGN):
        await read_all(path)


async def test_edited_conversation_does_not_keep_the_others_from_being_read(path: Path) -> None:
    await filled(path)
    edit(path, "UPDATE turns SET text = 'Bye', kind = 'sing' WHERE number = 2")
    with Store(path) as store:
        number = await fill(store, CHAT)
        assert turns_of(store, number) == CHAT
        assert [record.turns for record in store.history()] == [6, 6]


@pytest.mark.parametrize("mask", [0x01, 0xFF])
def test_wrong_byte_in_the_file_is_found_out_or_changes_nothing_that_was_said(path: Path, mask: int) -> None:
    small_pages(path)
    asyncio.run(filled(path))
    whole = path.read_bytes()
    copy = path.with_name("flipped") / path.name
    odd: dict[str, int] = {}
    failed = 0
    for at in range(0, len(whole), 11):
        shutil.rmtree(copy.parent, ignore_errors=True)
        copy.parent.mkdir()
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :])
        try:
            found = asyncio.run(read_all(copy))
            assert found == CHAT[: len(found)], at
        except JournalFailed:
            failed += 1
        except Exception as error:  # told below, all of them at once
            odd.setdefault(repr(error), at)
    assert not odd
    assert failed > 20


@pytest.mark.parametrize(
    "content", [b"hello", b"Dear diary,\n" * 500, bytes(4096), b"SQLite format 3\0" + bytes(range(256)) * 20]
)
def test_file_that_is_not_a_database_is_told_and_left_alone(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    for journal in (Store, Reader):
        with pytest.raises(JournalFailed, match=DAMAGED):
            journal(path)
    assert path.read_bytes() == content


def test_file_that_was_cut_is_told(path: Path) -> None:
    """It may be cut at the end of a page or within one."""
    asyncio.run(filled(path))
    whole = path.read_bytes()
    for size in (100, 4096, 5000, len(whole) - 4096, len(whole) - 200):
        path.write_bytes(whole[:size])
        with pytest.raises(JournalFailed, match="damaged"):
            asyncio.run(read_all(path))
