"""Several programs at one journal: each may go on with another conversation, and only one with each."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chatgame.core.errors import JournalFailed
from chatgame.core.seats import Seat
from chatgame.journal.schema import TABLES, VERSION
from chatgame.journal.store import Store
from chatgame.protocol import resume
from chatgame.protocol.resume import Held
from tests.kit.journals import CHAT, CLIENT, add, held, turns_of

REFUSED = r"^This conversation is open in another program\. Close that one first\.$"

IN_A_CONVERSATION = """
import asyncio, sys
from pathlib import Path
from chatgame.core.turn import Kind, Turn
from chatgame.core.seats import Seat
from chatgame.journal.store import Store

async def main():
    with Store(Path(sys.argv[1])) as store:
        async with store.conversation(int(sys.argv[2])) as conversation:
            await conversation.keep(Turn(0, Seat.CLIENT, Kind.SAY, "Hello", sys.argv[3]))
            print(await conversation.next_token(), flush=True)
            sys.stdin.read()

asyncio.run(main())
"""

BEGINNING_MANY = """
import sys
from pathlib import Path
from chatgame.core.errors import JournalFailed
from chatgame.core.seats import Seat
from chatgame.journal.store import Store
print("ready", flush=True)
for line in sys.stdin:
    try:
        with Store(Path(line.rstrip())) as store:
            print(store.create(Seat.CLIENT, "localhost", 1059), flush=True)
    except JournalFailed as error:
        print(error, flush=True)
"""


@contextmanager
def program(code: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Another program, which ends with its input, or else is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
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
    """Another conversation is free, and this one can be looked at; afterwards it is free, too."""
    number, other = store.create(*CLIENT), store.create(*CLIENT)
    with Store(path) as second:
        async with store.conversation(number) as conversation:
            await conversation.keep(CHAT[0])
            for at in (store, second):
                with pytest.raises(JournalFailed, match=REFUSED):
                    async with at.conversation(number):
                        pass
                with pytest.raises(JournalFailed, match=REFUSED):
                    at.forget(number)
            assert turns_of(second, number) == CHAT[:1]
            async with second.conversation(other):
                pass
        async with second.conversation(number):
            with pytest.raises(JournalFailed, match=REFUSED):
                async with store.conversation(number):
                    pass
    async with store.conversation(number) as conversation:
        assert conversation.held.number == 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, asyncio.CancelledError])
async def test_conversation_is_free_when_its_program_has_failed(store: Store, error: type[BaseException]) -> None:
    number = store.create(*CLIENT)
    with pytest.raises(error):
        async with store.conversation(number):
            raise error
    async with store.conversation(number):
        pass


@pytest.mark.parametrize("killed", [True, False])
async def test_conversation_of_another_program_is_free_when_that_has_ended_or_was_killed(
    store: Store, path: Path, *, killed: bool
) -> None:
    """What that kept is there, and the token that it gave out is not given out again."""
    number = store.create(*CLIENT)
    with program(IN_A_CONVERSATION, path, number, CHAT[0].digest) as process:
        token = line_from(process)
        with pytest.raises(JournalFailed, match=REFUSED):
            async with store.conversation(number):
                pass
        assert turns_of(store, number) == CHAT[:1]
        if killed:
            process.kill()
        _, complaint = process.communicate(timeout=10)
        assert complaint == ""
    assert (process.returncode == 0) is not killed
    async with store.conversation(number) as conversation:
        assert conversation.held == Held.of(Seat.CLIENT, CHAT[:1])
        assert resume.follows(await conversation.next_token(), token)
        await add(conversation, CHAT[1:])
    assert turns_of(store, number) == CHAT


async def test_program_that_is_refused_does_not_disturb_the_one_that_goes_on(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        with program(IN_A_CONVERSATION, path, number, CHAT[0].digest) as second:
            _, complaint = await asyncio.to_thread(second.communicate, timeout=10)
        assert second.returncode == 1
        assert "JournalFailed: This conversation is open in another program." in complaint
        await add(conversation, CHAT)
    assert turns_of(store, number) == CHAT


# While it is made.


def test_programs_that_make_a_journal_at_the_same_time_all_find_one(tmp_path: Path) -> None:
    with program(BEGINNING_MANY) as a, program(BEGINNING_MANY) as b, program(BEGINNING_MANY) as c:
        programs = [a, b, c]
        assert [line_from(process) for process in programs] == ["ready"] * len(programs)
        for attempt in range(40):
            for process in programs:
                assert process.stdin
                process.stdin.write(f"{tmp_path / str(attempt) / 'journal.db'}\n")
                process.stdin.flush()
            assert sorted(line_from(process) for process in programs) == ["1", "2", "3"], attempt


async def test_journal_that_another_program_is_about_to_make_is_waited_for(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with held(path):
        opening = asyncio.create_task(asyncio.to_thread(Store, path))
        done, _ = await asyncio.wait({opening}, timeout=0.1)
        assert [task.exception() for task in done] == []
    with await opening as store:
        assert store.create(*CLIENT) == 1


async def test_journal_that_another_program_makes_meanwhile_is_not_made_twice(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    with held(path) as other:
        opening = asyncio.create_task(asyncio.to_thread(Store, path))
        done, _ = await asyncio.wait({opening}, timeout=0.1)
        assert not done
        for table in TABLES:
            other.execute(table)
        other.execute(f"PRAGMA user_version = {VERSION}")
    with await opening as store:
        assert store.create(*CLIENT) == 1


async def test_change_that_another_program_makes_is_waited_for(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        with held(path):
            keeping = asyncio.create_task(conversation.keep(CHAT[0]))
            done, _ = await asyncio.wait({keeping}, timeout=0.1)
            assert not done
        await keeping
    assert turns_of(store, number) == CHAT[:1]
