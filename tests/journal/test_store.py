"""Which conversations there are, and which of them can be gone on with."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chatgame.core.errors import JournalFailed
from chatgame.core.seats import Seat
from chatgame.journal.store import Store
from tests.kit.journals import CHAT, CLIENT, SERVER, add, edit, fill, turns_of
from tests.kit.logs import SESSION, log_of

ELSEWHERE = Seat.CLIENT, "localhost", 1060


async def test_unfinished_conversation_is_the_last_one_of_this_seat_at_this_place(store: Store) -> None:
    assert store.unfinished(*CLIENT) is None
    numbers = [store.create(*CLIENT) for _ in range(3)]
    for number in numbers[:2]:
        async with store.conversation(number) as conversation:
            await add(conversation, CHAT)
    assert store.unfinished(*CLIENT) == numbers[1]
    for other in (SERVER, ELSEWHERE, (Seat.CLIENT, "127.0.0.1", 1059)):
        assert store.unfinished(*other) is None


async def test_conversation_in_which_nothing_was_said_is_fresh_and_used_again_as_such(store: Store) -> None:
    fresh = store.fresh(*CLIENT)
    assert store.fresh(*CLIENT) == fresh
    assert store.unfinished(*CLIENT) is None
    said = await fill(store, CHAT)
    assert store.fresh(*CLIENT) == fresh
    assert len({fresh, said, store.fresh(*SERVER), store.fresh(*ELSEWHERE)}) == 4


async def test_conversation_with_a_quit_can_only_be_ended(store: Store) -> None:
    """Until both sides know of the quit it is `closed`; then it is over."""
    closed = await fill(store, log_of("say Hello", "say Hi", "quit"))
    assert (store.unfinished(*CLIENT), store.unfinished(*CLIENT, closed=True)) == (None, closed)
    open_one = await fill(store, CHAT[:2])
    assert (store.unfinished(*CLIENT), store.unfinished(*CLIENT, closed=True)) == (open_one, closed)
    assert store.unfinished(*SERVER, closed=True) is None
    async with store.conversation(closed) as conversation:
        await conversation.end()
    assert (store.unfinished(*CLIENT), store.unfinished(*CLIENT, closed=True)) == (open_one, None)


async def test_ended_conversation_leaves_no_lock(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await add(conversation, CHAT)
        await conversation.end()
    assert list(path.parent.glob("*.lock*")) == []
    assert turns_of(store, number) == CHAT


def test_conversation_that_is_not_there_is_told_and_nothing_is_left_of_looking_for_it(
    store: Store, path: Path
) -> None:
    """Another program may have forgotten it just now."""
    before = sorted(path.parent.iterdir())
    with pytest.raises(JournalFailed, match="There is no conversation 77"):
        store.forget(77)
    assert sorted(path.parent.iterdir()) == before


async def test_conversation_that_is_not_there_cannot_be_gone_on_with(store: Store) -> None:
    with pytest.raises(JournalFailed, match="There is no conversation 77"):
        async with store.conversation(77):
            pass


# Forgetting.

NEEDLE = "the unforgettable word"


async def test_forgotten_conversation_is_gone_from_the_disk_and_the_others_stay(path: Path) -> None:
    """There is not a byte of it in any file, although another program has the journal open."""
    with Store(path), Store(path) as store:
        other = await fill(store, CHAT)
        number = await fill(store, log_of("say Hello", f"say {NEEDLE}"))
        assert any(NEEDLE.encode() in file.read_bytes() for file in path.parent.iterdir())
        store.forget(number)
        assert not any(NEEDLE.encode() in file.read_bytes() for file in path.parent.iterdir())
        assert turns_of(store, number) == []
        assert [record.number for record in store.history()] == [other]
        assert turns_of(store, other) == CHAT
    assert edit(path, "SELECT count(*) FROM conversations") == [(1,)]
    assert edit(path, "SELECT count(*) FROM turns") == [(len(CHAT),)]


async def test_it_is_told_where_a_program_that_reads_keeps_words_from_being_forgotten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatgame.journal.database.BUSY_TIME", 0.01)
    with Store(path) as store, closing(sqlite3.connect(path)) as reading:
        number = await fill(store, CHAT)
        reading.execute("BEGIN")
        reading.execute("SELECT * FROM turns")
        with pytest.raises(JournalFailed, match="is deleted, but another program is reading the journal"):
            store.forget(number)
        assert store.history() == []


@pytest.mark.parametrize("ended", [True, False])
async def test_forgotten_conversation_leaves_no_lock(store: Store, path: Path, *, ended: bool) -> None:
    number = await fill(store, CHAT)
    if ended:
        async with store.conversation(number) as conversation:
            await conversation.end()
    store.forget(number)
    assert list(path.parent.glob("*.lock*")) == []


async def test_number_of_a_forgotten_conversation_is_not_given_to_another(store: Store) -> None:
    """Somebody may have noted it down."""
    number = await fill(store, CHAT)
    store.forget(number)
    assert store.create(*CLIENT) > number


RELAYED = Seat.CLIENT, "relay.example", 1060
CODE, OTHER = "7-guitar-island", "7-guitar-garden"


async def begun(store: Store, code: str, relays: str = "relay.example") -> int:
    """A conversation over relays that a client has begun with a code; returns its number."""
    number = store.fresh(*RELAYED, relays, code)
    async with store.conversation(number) as conversation:
        await conversation.keep_partner(SESSION, None, "", "ab" * 32)
        await add(conversation, CHAT)
    return number


async def test_conversation_over_a_relay_is_found_at_whichever_relay(store: Store) -> None:
    """Several go on beside each other; the newest is the first to be found."""
    first = await begun(store, CODE)
    second = await begun(store, OTHER, "elsewhere.example:2000 relay.example")
    assert store.unfinished(Seat.CLIENT, "another.example", 1, relayed=True) == second
    assert store.unfinished(*RELAYED) is None  # on a direct line there is none
    assert [record.ended for record in store.history()] == [None, None]
    async with store.conversation(second) as conversation:
        await conversation.keep_relays("third.example")
        await conversation.end()
    assert store.unfinished(*RELAYED, relayed=True) == first
    assert store.record(second).relays == "third.example"


async def test_code_is_known_again_and_kept_nowhere(store: Store, path: Path) -> None:
    """The same command goes on with what it began, even before a word was said; another code begins another."""
    silent = store.fresh(*RELAYED, "relay.example", OTHER)
    number = await begun(store, CODE)
    await begun(store, "9-melon-canyon")
    assert store.unfinished(*RELAYED, relayed=True, code=CODE) == number
    assert store.unfinished(*RELAYED, relayed=True, code=OTHER) == silent
    assert store.unfinished(*RELAYED, relayed=True, code="8-guitar-island") is None
    assert not any(b"guitar" in file.read_bytes() for file in path.parent.iterdir())
    async with store.conversation(number) as conversation:
        await conversation.end()
    assert store.unfinished(*RELAYED, relayed=True, code=CODE) is None


async def test_place_is_kept_as_long_as_somebody_can_come_back(store: Store, path: Path) -> None:
    """A greeting that names the session does not change it, and the end of the conversation removes it."""
    number = await begun(store, CODE)
    async with store.conversation(number) as conversation:
        assert conversation.place == "ab" * 32
        await conversation.keep_partner(SESSION, None, "Ben")
        assert conversation.place == "ab" * 32
        await conversation.keep_gate("relay.example 7 TICKET")
    async with store.conversation(number) as conversation:
        assert conversation.gate == "relay.example 7 TICKET"
        await conversation.end()
    assert edit(path, "SELECT place, code, gate FROM conversations") == [(None, None, None)]
