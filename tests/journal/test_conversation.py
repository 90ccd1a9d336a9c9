"""The journal of one conversation: what is kept comes back."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgame.core.commitments import SALT_SIZE, Opening, Place, commitment
from chatgame.core.errors import ChatgameError, JournalFailed
from chatgame.core.limits import MAX_TEXT
from chatgame.core.log import Entry
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.journal.store import Store
from chatgame.protocol import resume
from chatgame.protocol.resume import Held
from tests.kit.journals import CHAT, CLIENT, SERVER, add, after_kill, as_killed, edit, fill, full_disk, turns_of
from tests.kit.logs import SESSION, log_of

# The log.

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50), max_size=6)


@settings(max_examples=60, deadline=None)
@given(TEXTS, st.sampled_from(Seat))
def test_any_text_comes_back_as_it_was(texts: list[str], seat: Seat) -> None:
    log = log_of(*(f"say {text}" for text in texts))

    async def write_and_read(path: Path) -> None:
        with Store(path) as store:
            number = await fill(store, log, seat)
            assert turns_of(store, number) == log
        with Store(path) as store:
            async with store.conversation(number) as conversation:
                assert [entry.turn for entry in conversation.entries()] == log
                assert conversation.held == Held.of(seat, log)
                assert conversation.seat is seat

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(write_and_read(Path(folder) / "journal.db"))


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\r\n", "'); DROP TABLE turns; --", "\U0010ffff", "é" * (MAX_TEXT // 2)]
)
async def test_text_that_programs_trip_over_comes_back_as_it_was(store: Store, text: str) -> None:
    log = log_of(f"say {text}")
    assert turns_of(store, await fill(store, log)) == log


async def test_what_opens_a_commitment_comes_back_with_its_turn(store: Store) -> None:
    """Without it, a game in which something is hidden could not go on."""
    opening = Opening(bytes(range(SALT_SIZE)), "a word\n\0 and more")
    (opened,) = log_of("play hangman")
    turn = Turn(1, Seat.CLIENT, Kind.COMMIT, commitment(Place(SESSION, 0, 0, Seat.CLIENT), opening), "0" * 64)
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await conversation.keep(opened)
        await conversation.keep(turn, opening)
    assert [entry for entry, _ in store.log(number)] == [Entry(opened), Entry(turn, opening)]
    async with store.conversation(number) as conversation:
        assert list(conversation.entries()) == [Entry(opened), Entry(turn, opening)]


@pytest.mark.parametrize("turns", [25, 499, 500, 501, 1001])
async def test_logs_of_two_conversations_at_once_come_back_in_order_and_apart(store: Store, turns: int) -> None:
    """They do however many turns are read at a time."""
    log = log_of(*(f"say {number}" for number in range(turns)))
    one, other = store.create(*CLIENT), store.create(*SERVER)
    async with store.conversation(one) as at_client, store.conversation(other) as at_server:
        for turn in log:
            at_client.take(turn)
            at_server.take(turn)
    assert turns_of(store, one) == turns_of(store, other) == log
    assert turns_of(store, other + 1) == []


async def test_turns_come_back_with_the_time_at_which_they_were_kept_or_taken(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is not when a turn of the partner's became safe."""
    clock = iter([100.0, 101.5, 103.25])
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        monkeypatch.setattr("time.time", lambda: next(clock))
        await add(conversation, CHAT[:3])
        monkeypatch.undo()
    assert [at for _, at in store.log(number)] == [100.0, 101.5, 103.25]


async def test_turn_that_is_kept_is_not_written_over(store: Store) -> None:
    """A second program that is in the conversation, where locks do not work, is found out and changes nothing."""
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await add(conversation, CHAT)
        for other in (log_of("say Goodbye")[0], CHAT[0]):
            with pytest.raises(JournalFailed, match="changed by another program that is in the same conversation"):
                await conversation.keep(other)
    assert turns_of(store, number) == CHAT


# When a turn is safe.


async def test_turn_of_ones_own_is_safe_when_keep_returns_and_so_is_all_before_it(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        for count, turn in enumerate(CHAT, 1):
            await add(conversation, [turn])
            if turn.seat is Seat.CLIENT:
                assert after_kill(path, number) == CHAT[:count]


async def test_turns_of_the_partners_after_ones_last_are_lost_with_the_program(store: Store, path: Path) -> None:
    """They cost no sync each, since the partner still keeps them."""
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await add(conversation, CHAT[:4])
        assert after_kill(path, number) == CHAT[:3]


async def test_turns_of_the_partners_are_safe_after_the_end(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await add(conversation, CHAT[:4])
        for _ in range(2):
            await conversation.end()
            assert after_kill(path, number) == CHAT[:4]


@pytest.mark.parametrize("error", [None, asyncio.CancelledError, JournalFailed, KeyboardInterrupt])
async def test_turns_of_the_partners_are_safe_when_the_conversation_is_left_in_whatever_way(
    store: Store, path: Path, error: type[BaseException] | None
) -> None:
    @contextmanager
    def raising(error: type[BaseException] | None) -> Iterator[None]:
        if error:
            with pytest.raises(error, match=r"^left$"):
                yield
        else:
            yield

    number = store.create(*CLIENT)
    with raising(error):
        async with store.conversation(number) as conversation:
            await add(conversation, CHAT[:4])
            if error:
                raise error("left")
    assert after_kill(path, number) == CHAT[:4]


async def test_conversation_goes_on_where_a_killed_program_was(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await add(conversation, CHAT[:4])
        copy = as_killed(path)
    with Store(copy) as after:
        async with after.conversation(number) as conversation:
            assert conversation.held == Held.of(Seat.CLIENT, CHAT[:3])
            await add(conversation, CHAT[3:])
        assert turns_of(after, number) == CHAT


async def test_turn_that_finds_no_room_is_not_kept_and_can_be_kept_later(store: Store, path: Path) -> None:
    """The turns that were to become safe with it are not kept either; once there is room, each is kept once."""
    log = log_of("say Hello", "say Hi", f"say {'How are you? ' * 300}")  # for the "Hi" alone there is room
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await add(conversation, log[:2])
        with full_disk(store):
            for _ in range(3):
                with pytest.raises(JournalFailed, match=r"its disk is full\. Make some room there\."):
                    await conversation.keep(log[2])
                assert turns_of(store, number) == after_kill(path, number) == log[:1]
        await conversation.keep(log[2])
        assert after_kill(path, number) == log
    assert turns_of(store, number) == log


# How it ends.


async def test_nothing_that_lets_anybody_in_is_kept_after_the_end(store: Store, path: Path) -> None:
    """The private key is gone, and so is what tokens are made of."""
    number = store.fresh(*CLIENT)
    async with store.conversation(number) as conversation:
        await conversation.pin("PRIVATE KEY")
        await conversation.keep_partner(SESSION, "a" * 64, "")
        await add(conversation, CHAT)
        await conversation.end()
    assert edit(path, "SELECT seed, token, pinned FROM conversations") == [(None, None, None)]


async def test_ended_conversation_stays_ended_even_if_the_program_is_killed_then(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        await add(conversation, CHAT)
        await conversation.end()
        assert conversation.ended
        with Store(as_killed(path)) as after:
            assert after.unfinished(*CLIENT) is None
            assert turns_of(after, number) == CHAT


async def test_there_is_something_to_go_on_with_from_the_first_turn_until_a_quit_of_ones_own(store: Store) -> None:
    """After a quit there is not, even before the partner knows of it."""
    hello, hi, quits = log_of("say Hello", "say Hi", "quit")
    async with store.conversation(store.create(*CLIENT)) as conversation:
        goes_on = [conversation.goes_on]
        for change in (conversation.keep(hello), add(conversation, [hi]), conversation.keep(quits)):
            await change
            goes_on.append(conversation.goes_on)
    assert goes_on == [False, True, True, False]


async def test_there_is_something_to_go_on_with_after_a_turn_of_the_partners_until_the_end(store: Store) -> None:
    number = store.create(*SERVER)
    goes_on = []
    async with store.conversation(number) as conversation:
        conversation.take(CHAT[0])
        goes_on.append(conversation.goes_on)
    async with store.conversation(number) as conversation:
        goes_on.append(conversation.goes_on)
        await conversation.end()
        goes_on.append(conversation.goes_on)
    assert goes_on == [True, True, False]


# Tokens and sessions.


async def test_no_token_is_given_out_twice_even_after_the_program_was_killed(store: Store, path: Path) -> None:
    number = store.create(*CLIENT)
    async with store.conversation(number) as conversation:
        tokens = [await conversation.next_token() for _ in range(3)]
        copy = as_killed(path)
    for _ in range(3):
        with Store(copy) as after:
            async with after.conversation(number) as conversation:
                tokens.append(await conversation.next_token())
                copy = as_killed(copy)
    async with store.conversation(store.create(*CLIENT)) as another:
        stranger = await another.next_token()
    assert all(resume.follows(later, earlier) for earlier, later in pairwise(tokens))
    assert len({*tokens, stranger}) == 7
    assert not resume.follows(stranger, tokens[0])


async def test_chain_of_tokens_ends_with_an_error_and_not_with_a_token_for_the_second_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "CHAIN", 3)
    tokens: list[str] = []
    async with store.conversation(store.create(*CLIENT)) as conversation:
        with pytest.raises(ChatgameError, match="--new"):
            while len(tokens) < 7:
                tokens.append(await conversation.next_token())
    assert len(set(tokens)) == len(tokens) == 4


async def test_server_comes_back_to_its_session_with_the_clients_last_token(store: Store, path: Path) -> None:
    """Both are safe when `begin` returns."""
    number = store.create(*SERVER)
    async with store.conversation(number) as conversation:
        assert (conversation.session, conversation.token) == (None, None)
        for last in ("7" * 64, "8" * 64):
            await conversation.keep_partner(SESSION, last, "")
            assert (conversation.session, conversation.token) == (SESSION, last)
            with Store(as_killed(path)) as after:
                async with after.conversation(number) as found:
                    assert (found.session, found.token, found.held) == (SESSION, last, Held(Seat.SERVER))


async def test_client_comes_back_to_a_session_only_if_something_was_said(store: Store) -> None:
    """Otherwise any session will do."""
    number = store.create(*CLIENT)
    for log in ([], CHAT[:1]):
        async with store.conversation(number) as conversation:
            assert (conversation.session, conversation.token) == (None, None)
            await conversation.keep_partner(SESSION, None, "")
            assert (conversation.session, conversation.token) == (SESSION, None)
            await add(conversation, log)
    async with store.conversation(number) as conversation:
        assert (conversation.session, conversation.token) == (SESSION, None)


async def test_names_and_pinned_keys_are_there_in_the_next_program(store: Store, path: Path) -> None:
    number = store.create(*SERVER)
    async with store.conversation(number) as conversation:
        assert (conversation.name, conversation.pinned) == ("", None)
        conversation.name = "Anna"
        await conversation.keep_partner(SESSION, None, "Ben")
        await conversation.pin("KEY")
        assert conversation.pinned == "KEY"
        await add(conversation, CHAT[:1])
        with Store(as_killed(path)) as after:
            async with after.conversation(number) as found:
                assert (found.name, found.pinned) == ("Anna", "KEY")
    assert (store.record(number).name, store.record(number).partner) == ("Anna", "Ben")


async def test_new_session_takes_the_place_of_what_was_unfinished_there(store: Store, path: Path) -> None:
    """It does not touch other places, nor a conversation whose partner may still have to learn of a quit."""
    closed = await fill(store, log_of("quit"))
    first, elsewhere = await fill(store, CHAT[:2]), store.fresh(Seat.CLIENT, "localhost", 1060)
    number = store.fresh(*CLIENT)
    async with store.conversation(number) as conversation:
        assert store.unfinished(*CLIENT) == first
        await conversation.keep_partner(SESSION, None, "")
        assert (store.unfinished(*CLIENT), store.unfinished(*CLIENT, closed=True)) == (None, closed)
    assert store.fresh(*CLIENT) == number
    assert store.fresh(Seat.CLIENT, "localhost", 1060) == elsewhere
    assert turns_of(store, first) == CHAT[:2]
    with Store(as_killed(path)) as after:
        assert after.unfinished(*CLIENT) is None


async def test_session_that_is_begun_again_takes_the_place_of_nothing(store: Store) -> None:
    """It goes on over another connection, whatever else has begun there meanwhile."""
    async with store.conversation(store.create(*CLIENT)) as conversation:
        await conversation.keep_partner(SESSION, None, "")
        other = await fill(store, CHAT[:2])
        await conversation.keep_partner(SESSION, None, "")
        assert store.unfinished(*CLIENT) == other
