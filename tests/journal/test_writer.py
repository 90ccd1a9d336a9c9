"""A thread waits for the disk: the event loop goes on whatever the disk does, and cancelling loses nothing."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chatgame.core.errors import JournalFailed
from chatgame.core.table import Table
from chatgame.games import BUILT_IN
from chatgame.journal.conversation import OnDisk
from chatgame.journal.store import Store
from chatgame.journal.writer import Writer
from chatgame.players.script import Script
from chatgame.program.server import serve
from chatgame.program.setting import Setting
from chatgame.protocol import resume
from tests.kit.journals import CHAT, CLIENT, add, after_kill, full_disk, held, turns_of
from tests.kit.logs import SESSION, log_of

# One thing after another.


@pytest.fixture
def writer() -> Iterator[Writer]:
    """A writer that is closed afterwards."""
    writer = Writer()
    yield writer
    writer.close()


async def test_writer_returns_what_comes_of_its_work(writer: Writer) -> None:
    assert await writer.do(lambda: "written") == "written"


async def test_writer_raises_what_its_work_raises_and_does_what_comes_next(writer: Writer) -> None:
    def fail() -> None:
        raise JournalFailed("It failed.")

    with pytest.raises(JournalFailed, match=r"^It failed\.$"):
        await writer.do(fail)
    assert await writer.do(lambda: "written") == "written"


async def test_writer_does_all_its_work_in_one_thread_and_in_the_order_in_which_it_was_asked(writer: Writer) -> None:
    done: list[tuple[int, threading.Thread]] = []
    await asyncio.gather(
        *(writer.do(partial(lambda number: done.append((number, threading.current_thread())), n)) for n in range(50))
    )
    assert [number for number, _ in done] == list(range(50))
    (thread,) = {thread for _, thread in done}
    assert thread is not threading.current_thread()


async def test_writer_that_is_closed_has_done_all_it_was_asked_and_its_thread_has_ended() -> None:
    writer, go_on, done = Writer(), threading.Event(), list[str]()
    asked = [
        asyncio.create_task(writer.do(go_on.wait)),
        asyncio.create_task(writer.do(lambda: done.append("written"))),
    ]
    await asyncio.sleep(0)
    go_on.set()
    writer.close()
    assert done == ["written"]
    assert not [thread for thread in threading.enumerate() if thread.name == "journal"]
    await asyncio.gather(*asked)


async def test_change_of_a_journal_that_was_closed_fails_at_once(path: Path) -> None:
    with Store(path) as store:
        async with store.conversation(store.create(*CLIENT)) as conversation:
            await conversation.keep(CHAT[0])
    async with asyncio.timeout(10):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            await conversation.keep(CHAT[2])
    store._writer.close()


# The event loop goes on.


async def test_loop_goes_on_while_a_disk_is_slow(writer: Writer) -> None:
    """Here it takes so long that it is done only when the loop says so."""
    go_on = threading.Event()
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    assert await writer.do(partial(go_on.wait, 5)), "the loop stood still for five seconds"


async def leave(conversation: OnDisk) -> None:
    """Take a turn of the partner's, which is to be made safe when the conversation is left."""
    conversation.take(CHAT[1])


@pytest.mark.parametrize(
    "change",
    [
        partial(OnDisk.keep, turn=CHAT[2]),
        partial(OnDisk.keep_partner, session=SESSION, token=None, partner=""),
        partial(OnDisk.pin, pinned="KEY"),
        OnDisk.next_token,
        OnDisk.end,
        leave,
    ],
)
async def test_loop_goes_on_while_another_program_is_in_the_middle_of_a_change(
    store: Store, path: Path, change: Callable[[OnDisk], Coroutine[Any, Any, object]]
) -> None:
    """That program makes its change only when the loop says so; a loop that stood still would wait in vain."""
    number = store.create(*CLIENT)
    with held(path) as other:
        asyncio.get_running_loop().call_later(0.05, other.execute, "COMMIT")
        async with store.conversation(number) as conversation:
            await change(conversation)


async def test_loop_goes_on_while_a_program_that_starts_waits_for_another_one(store: Store, path: Path) -> None:
    notices: asyncio.Queue[str] = asyncio.Queue()
    with held(path) as other:
        asyncio.get_running_loop().call_later(0.05, other.execute, "COMMIT")
        setting = Setting("localhost", 0, BUILT_IN, store)
        server = asyncio.create_task(serve(Script([]), setting, lambda *texts: notices.put_nowait(texts[0])))
        assert "listening" in await notices.get()
    await cancel(server)


# Cancelled meanwhile.


async def cancel(task: "asyncio.Task[Table] | asyncio.Task[None] | asyncio.Task[str]") -> None:
    """Cancel a task, which takes it at once."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def begun(work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """Let some work come to where it waits for another program."""
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=0.1)
    assert not done
    return task


async def test_turn_whose_keeping_is_cancelled_is_kept_all_the_same_and_once(store: Store, path: Path) -> None:
    """Leaving the conversation then waits for it."""
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await add(conversation, CHAT[:2])
        with held(path):
            await cancel(await begun(conversation.keep(CHAT[2])))
            assert after_kill(path, number) == CHAT[:1]
    assert turns_of(store, number) == after_kill(path, number) == CHAT[:3]
    async with store.conversation(number) as conversation:
        await add(conversation, CHAT[3:])
    assert turns_of(store, number) == CHAT


async def test_turn_whose_keeping_is_cancelled_before_it_fails_is_not_kept(store: Store, path: Path) -> None:
    """What the partner wrote before is safe all the same, once there is room."""
    log = log_of("say Hello", "say Hi", f"say {'How are you? ' * 300}")
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await add(conversation, log[:2])
        with full_disk(store):
            with held(path):
                keeping = await begun(conversation.keep(log[2]))
                await cancel(keeping)
            with pytest.raises(JournalFailed, match="is full"):
                await conversation.keep(log[2])
    assert turns_of(store, number) == log[:2]


async def test_token_whose_keeping_is_cancelled_is_not_missed(store: Store, path: Path) -> None:
    """The next one comes after those before."""
    async with store.conversation(store.create(*CLIENT)) as conversation:
        first = await conversation.next_token()
        with held(path):
            await cancel(await begun(conversation.next_token()))
        assert resume.follows(await conversation.next_token(), first)


async def test_conversation_that_is_left_in_haste_is_not_let_go_of_before_all_is_safe(
    store: Store, path: Path
) -> None:
    """Another program that went on with it before would not know of the last turns."""
    number = store.create(*CLIENT)
    conversation = store.conversation(number)
    (await conversation.__aenter__()).take(CHAT[0])
    with held(path):
        await cancel(await begun(conversation.__aexit__(None, None, None)))
        with pytest.raises(JournalFailed, match="open in another program"), Store(path) as other:
            other.forget(number)
    await store._writer.do(lambda: None)  # until it has been left
    with Store(path) as other:
        async with other.conversation(number) as late:
            assert late.held.number == 1
