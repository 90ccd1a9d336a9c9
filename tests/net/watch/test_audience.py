"""Those who watch, over real sockets, most of them hostile: none of them gets more than turns, or delays one."""

import asyncio
from collections.abc import Sequence

import pytest

from chatgame.core.errors import LinkLost, NotYet, RemoteProtocolError, TurnedAway, Unreachable
from chatgame.core.limits import MAX_GUESSES, MAX_NEWS, MAX_WATCHERS
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Turn
from chatgame.journal.journal import InMemory
from chatgame.net.tls import new_certificate
from chatgame.net.watch.audience import Audience
from chatgame.protocol.messages import PROTOCOL, Alive, Bye, Hello, Message, Reason, Watch, Watchers
from chatgame.protocol.pairing import Invitation
from tests.kit.ends import dial
from tests.kit.house import AGREEMENT, WATCH, Onlooking, goodbye_of, house, until_count
from tests.kit.logs import NONCE, VERSIONS, steps_of
from tests.kit.wire import Wire


async def test_watchers_get_the_turns_and_nothing_that_takes_a_seat() -> None:
    """Neither a token nor a place, a secret or an opening."""
    async with house() as open_house:
        wire, view = await open_house.come()
        assert {*view.__struct_fields__} == {"session", "turns", "client", "server", "start", "badge", "place"}
        assert view.badge is view.place is None, "nobody needs a code here"
        open_house.write("say hi", "play tictactoe")
        got = [await wire.receive() for _ in range(2)]
        assert [turn.text for turn in got if isinstance(turn, Turn)] == ["hi", "tictactoe"]
        wire.abort()


async def test_players_are_told_when_somebody_comes_and_goes() -> None:
    async with house() as open_house:
        first, _ = await open_house.come()
        second, _ = await open_house.come()
        assert [told.count for told in open_house.told] == [0, 1, 2]
        first.abort()
        await until_count(open_house, 1)
        second.abort()
        await until_count(open_house, 0)


async def test_nobody_watches_before_both_have_agreed_or_after_one_has_ended_it() -> None:
    async with house() as open_house:
        wire, _ = await open_house.come()
        open_house.write("say hi", "watch off", "say secret")
        hi, off = await wire.receive(), await wire.receive()
        assert [turn.text for turn in (hi, off) if isinstance(turn, Turn)] == ["hi", "off"]
        assert await goodbye_of(wire) == Bye(Reason.UNWATCHED)
        assert await goodbye_of(await open_house.knock(WATCH)) == Bye(Reason.UNWATCHED)
        open_house.write("watch ask", "watch accept")
        _, view = await open_house.come(Watch(PROTOCOL, open_house.table.session, 3, hi.digest))  # type: ignore[union-attr]
        assert view.start
        assert view.start.number == open_house.table.number, "what was said in between is not for watchers"


async def test_end_of_the_conversation_is_shown_and_said() -> None:
    async with house() as open_house:
        wire, _ = await open_house.come()
        open_house.write("say hi", "quit")
        turns = [await wire.receive(), await wire.receive()]
        assert [turn.kind.value for turn in turns if isinstance(turn, Turn)] == ["say", "quit"]
        assert await goodbye_of(wire) == Bye(Reason.LEFT)


async def test_only_so_many_watch() -> None:
    async with house() as open_house:
        wires = [(await open_house.come())[0] for _ in range(MAX_WATCHERS)]
        full = await goodbye_of(await open_house.knock(WATCH))
        assert full == Bye(Reason.TAKEN, "20 people watch already.")
        wires[0].abort()
        await until_count(open_house, MAX_WATCHERS - 1)
        wires.append((await open_house.come())[0])
        assert open_house.count == MAX_WATCHERS


HOSTILE: dict[str, Sequence[Message | bytes]] = {
    "claims a seat": [Hello(PROTOCOL, Seat.CLIENT, NONCE.hex(), VERSIONS)],
    "claims the server's seat": [Hello(PROTOCOL, Seat.SERVER, NONCE.hex(), VERSIONS)],
    "sends a turn": [steps_of("say hi")[0].turn],
    "watches twice": [WATCH],
    "tells of watchers": [Watchers(0, 20)],
    "floods": [b'{"type":"applause"}'] * 5000,
    "sends no message": [b"nonsense"],
}


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_watcher_is_dropped_and_told_why(hostile: str) -> None:
    """The others, and the log, notice nothing."""
    async with house() as open_house:
        honest, _ = await open_house.come()
        wire, _ = await open_house.come()
        wire.say(*HOSTILE[hostile])
        goodbye = await goodbye_of(wire)
        assert goodbye.reason == Reason.REFUSED
        assert goodbye.text
        await until_count(open_house, 1)
        open_house.write("say hi")
        turn = await honest.receive()
        assert isinstance(turn, Turn)
        assert turn.text == "hi"
        assert not open_house.door.partner.done(), "the seat is free as before"


async def test_somebody_who_comes_and_goes_all_the_time_does_not_fill_the_players_screens() -> None:
    """After a while they are told once a second."""
    async with house() as open_house:
        for _ in range(3 * MAX_NEWS):
            wire, _ = await open_house.come()
            wire.abort()
        assert MAX_NEWS <= len(open_house.told) < 2 * MAX_NEWS
        await until_count(open_house, 0)


async def test_watcher_that_never_reads_is_dropped_when_it_is_too_far_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then it costs a buffer of the system's and no more; the others get every turn."""
    monkeypatch.setattr("chatgame.net.watch.audience.DELAY", 0.001)
    async with house() as open_house:
        honest, _ = await open_house.come()
        stuck, _ = await open_house.come()
        stuck.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a socket's
        for _ in range(1000):
            open_house.write(*[f"say {'x' * 4096}"] * 7)
            for _ in range(7):
                assert isinstance(await honest.receive(), Turn)
            if open_house.count == 1:
                break
        await until_count(open_house, 1)
        stuck.writer.transport.resume_reading()  # type: ignore[attr-defined]  # it is a socket's
        goodbye = await goodbye_of(stuck)
        assert goodbye == Bye(Reason.BEHIND, "Your line takes less than there is to see.")
        again, view = await open_house.come()
        assert view.start
        assert view.start.number == open_house.table.number
        again.abort()


async def test_writing_a_turn_waits_for_nobody() -> None:
    """It only notes the turn, and goes out later."""
    async with house() as open_house:
        wires = [(await open_house.come())[0] for _ in range(MAX_WATCHERS)]
        for wire in wires:
            wire.writer.transport.pause_reading()  # type: ignore[attr-defined]  # it is a socket's
        before = [pump.transport.stalled for pump in open_house.audience._cursors]
        open_house.write(*["say x"] * 1000)  # without a pass of the event loop
        assert [pump.transport.stalled for pump in open_house.audience._cursors] == before


# The watcher's own program


async def test_watcher_follows_to_the_end() -> None:
    async with house() as open_house:
        person = Onlooking(open_house.door.listener.port)
        watching = asyncio.create_task(person.watching.watch())
        await until_count(open_house, 1)
        open_house.write("say hi", "play tictactoe", "move 5", "resign", "say bye", "quit")
        await watching
        assert person.texts == ["hi", "tictactoe", "5", "", "bye", ""]


async def test_watcher_comes_back_when_its_line_drops() -> None:
    async with house() as open_house:
        person = Onlooking(open_house.door.listener.port)
        watching = asyncio.create_task(person.watching.watch())
        await until_count(open_house, 1)
        open_house.write("say a")
        next(iter(open_house.audience._cursors)).transport.abort()
        await until_count(open_house, 0)
        open_house.write("say b")
        await until_count(open_house, 1)
        open_house.write("say c", "quit")
        await watching
        assert person.texts == ["a", "b", "c", ""]
        assert person.heard[-1] == "Connected again."


@pytest.mark.parametrize(("turns", "words"), [(["watch off"], "Nobody may watch any more."), ([], "has ended")])
async def test_watcher_is_told_why_it_ends(turns: list[str], words: str) -> None:
    async with house() as open_house:
        person = Onlooking(open_house.door.listener.port)
        watching = asyncio.create_task(person.watching.watch())
        await until_count(open_house, 1)
        open_house.write(*turns)
        if not turns:
            await open_house.audience.close()
        await watching
        assert words in person.heard[-1]


async def test_watcher_where_nobody_may_watch_is_told_what_to_do() -> None:
    async with house() as open_house:
        open_house.write("watch off")
        with pytest.raises(NotYet, match="Both players have to agree"):
            await Onlooking(open_house.door.listener.port).watching.watch()


async def lying(*answers: Message) -> asyncio.Server:
    """A server that says these, whatever it hears."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire = Wire(reader, writer)
        await wire.receive_payload()
        wire.say(*answers)
        with pytest.raises(LinkLost):
            while True:
                await wire.receive_payload()
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def test_lie_ends_the_program_with_what_it_was() -> None:
    """The server hears it, too."""
    agreed: Table = AGREEMENT[-1].after
    first, second = steps_of("say a", "say b", table=agreed)
    audience = Audience(bool, bool)
    audience.recall(AGREEMENT)
    assert audience._broadcast
    view, _ = audience._broadcast.admit(WATCH, "", "")
    async with await lying(view, first.turn, first.turn, second.turn) as server:
        person = Onlooking(server.sockets[0].getsockname()[1])
        with pytest.raises(RemoteProtocolError, match="Turn 2 came where turn 3 was due"):
            await person.watching.watch()
        assert person.texts == ["a"]
    await audience.close()


@pytest.mark.parametrize("answers", [[steps_of("say a")[0].turn], [Alive()]])
async def test_server_that_does_not_answer_properly_is_named(answers: list[Message]) -> None:
    async with await lying(*answers) as server:
        with pytest.raises((RemoteProtocolError, Unreachable)):
            await Onlooking(server.sockets[0].getsockname()[1]).watching.watch()


# Codes


CERTIFICATE = new_certificate()


async def test_code_lets_several_in() -> None:
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        code = open_house.told[-1].code
        people = [Onlooking(open_house.door.listener.port, code) for _ in range(3)]
        watching = [asyncio.create_task(person.watching.watch()) for person in people]
        await until_count(open_house, 3)
        open_house.write("say hi", "quit")
        await asyncio.gather(*watching)
        assert [person.texts for person in people] == [["hi", ""]] * 3


async def test_guesses_burn_the_code_for_watching_and_no_other() -> None:
    """Who watches already goes on; another agreement gives another code."""
    seat = Invitation("7-guitar-island")
    async with house(secret=CERTIFICATE, invitation=seat) as open_house:
        code, port = open_house.told[-1].code, open_house.door.listener.port
        inside = Onlooking(port, code)
        watching = asyncio.create_task(inside.watching.watch())
        await until_count(open_house, 1)
        for _ in range(MAX_GUESSES):
            with pytest.raises(TurnedAway, match="not the code for watching"):
                await Onlooking(port, "99-zebra-acid").watching.watch()
        with pytest.raises(NotYet, match="or wrong codes were tried three times"):
            await Onlooking(port, code).watching.watch()
        assert open_house.told[-1].burned, "both players see it"
        open_house.audience.invite("8-melon-canyon")  # as when a relay gives another number
        assert open_house.told[-1].code == ""
        assert (seat.code, seat.guesses) == ("7-guitar-island", 0)
        open_house.write("say hi", "watch off")
        await watching
        assert inside.texts == ["hi", "off"]
        open_house.write("watch ask", "watch accept")
        assert open_house.told[-1].code not in ("", code)


async def test_code_of_a_seat_does_not_let_anybody_watch_or_the_other_way_round() -> None:
    seat = Invitation("7-guitar-island")
    async with house(secret=CERTIFICATE, invitation=seat) as open_house:
        port = open_house.door.listener.port
        with pytest.raises(TurnedAway):
            await Onlooking(port, "7-guitar-island").watching.watch()
        with pytest.raises(TurnedAway):
            await dial(port, InMemory(Seat.CLIENT), open_house.told[-1].code)
        assert open_house.count == 0
        assert not open_house.door.partner.done()


async def test_nobody_watches_without_the_code() -> None:
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        with pytest.raises(TurnedAway, match="add the code that your friends see"):
            await Onlooking(open_house.door.listener.port, tls=True).watching.watch()
