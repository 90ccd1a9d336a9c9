"""A quit reaches a partner who was away, as soon as both are there again."""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

import detangle
import pytest
from msgspec.structs import replace

from chatgame.core.errors import LinkLost, TurnedAway, Unreachable
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.journal.store import Store
from chatgame.protocol.messages import Bye, Hello, Reason
from tests.kit.simulated import Line, Person, Place, both_sit, informed, two_greeted, until
from tests.kit.virtual import in_simulation
from tests.kit.wire import Wire


@pytest.mark.parametrize("quitter", Seat)
def test_partner_who_was_away_learns_of_a_quit_when_they_come(tmp_path: Path, quitter: Seat) -> None:
    """The player who quit has gone by then; their program says so when it is started again."""

    async def scenario() -> None:
        place = Place(tmp_path)
        lines = ["Hello"], ["Hi"] if quitter is Seat.CLIENT else []
        people, programs = await both_sit(place, lines, name="Ann")
        await until(lambda: people[quitter].seen == (2 if quitter is Seat.CLIENT else 1))
        detangle.network().disconnect(*Seat)
        people[quitter].say("/q")
        await programs[quitter]
        await informed(place.notices[quitter.other], "was lost")
        detangle.network().reconnect(*Seat)
        again = place.sit(quitter, Person(quitter, []))
        await programs[quitter.other]
        if quitter is Seat.CLIENT:
            with pytest.raises(Unreachable):  # nobody is there for another conversation
                await again
            assert "The server now knows that you have quit your last conversation." in place.notices[Seat.CLIENT]
        await asyncio.sleep(1)
        again.cancel()
        await asyncio.wait({again})
        assert place.log(Seat.CLIENT) == place.log(Seat.SERVER)
        assert place.log(quitter)[-1].kind is Kind.QUIT
        for seat in Seat:
            with Store(place.journal(seat)) as store:
                (record,) = store.history()
                assert record.ended
                assert record.name == record.partner == "Ann"  # also where the quit was told by a later program

    in_simulation(scenario())


def test_quit_is_told_once_more_where_the_seat_is_kept_for_the_one_who_quit(tmp_path: Path) -> None:
    """The server has not heard it in time, so it has no seat for that client's next conversation."""

    async def scenario() -> None:
        place, wire = Place(tmp_path), Line()
        listening = await wire.listen()
        people, programs = await both_sit(place, (["Hello"], ["Hi"]), host="wire")
        await until(lambda: people[Seat.CLIENT].seen == 2)
        wire.loses = b'"quit"'
        people[Seat.CLIENT].say("/q")
        await programs[Seat.CLIENT]
        assert place.notices[Seat.CLIENT][-1].startswith("Your partner has not heard yet that you quit.")
        again = place.sit(Seat.CLIENT, Person(Seat.CLIENT, []), host="wire")
        await informed(place.notices[Seat.CLIENT], "The server still waits for you in your last conversation, which")
        wire.loses = None
        await programs[Seat.SERVER]
        with pytest.raises(Unreachable):  # nobody is there for another conversation
            await again
        assert "The server now knows that you have quit your last conversation." in place.notices[Seat.CLIENT]
        assert place.log(Seat.CLIENT) == place.log(Seat.SERVER)
        listening.close()

    in_simulation(scenario())


def test_quit_that_cannot_be_told_holds_up_nobody_who_begins_afresh(tmp_path: Path) -> None:
    """Without `--new` it is tried first, and the conversation that was quit is not mixed up with another."""

    async def scenario() -> None:
        place, people, programs = await two_greeted(tmp_path)
        detangle.network().disconnect(*Seat)
        people[Seat.CLIENT].say("/q")
        await programs[Seat.CLIENT]
        for new in (False, True):
            with pytest.raises(Unreachable):
                await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []), new=new)
        detangle.network().reconnect(*Seat)
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        shutil.rmtree(tmp_path / Seat.SERVER)  # another server
        place.notices[Seat.SERVER].clear()
        server = place.sit(Seat.SERVER, Person(Seat.SERVER, ["Yes"]))
        await informed(place.notices[Seat.SERVER], "listening")
        client = place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["Once more", "/q"]), new=True)
        await asyncio.gather(client, server)
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Once more", "Yes", ""]

    in_simulation(scenario())


def test_server_that_never_says_it_has_heard_the_quit_is_not_told_for_ever(tmp_path: Path) -> None:
    """It keeps the seat and hangs up each time: the pauses get longer, and the person reads of each."""
    came: list[float] = []

    async def scenario() -> None:
        place, people, programs = await two_greeted(tmp_path)
        detangle.network().disconnect(*Seat)
        people[Seat.CLIENT].say("/q")
        await programs[Seat.CLIENT]
        detangle.network().reconnect(*Seat)
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        loop = asyncio.get_running_loop()

        async def false(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            wire = Wire(reader, writer)
            with suppress(LinkLost):
                hello = await wire.receive()
                assert isinstance(hello, Hello)
                if hello.session:
                    came.append(loop.time())
                    wire.say(replace(hello, seat=Seat.SERVER, token=None))
                    await wire.receive()
                else:
                    wire.say(Bye(Reason.TAKEN))
            writer.close()

        listening = await detangle.spawn(asyncio.start_server(false, "server", 1059), host=Seat.SERVER)
        with pytest.raises(TurnedAway, match="The table is taken"):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []), patience=60.0)
        await asyncio.sleep(1)
        listening.close()
        told = [text for text in place.notices[Seat.CLIENT] if text.startswith("The server still waits for you")]
        assert len(told) == len(came) - 1
        with Store(place.journal(Seat.CLIENT)) as store:
            assert len(store.history()) == 1

    in_simulation(scenario())
    assert 4 < len(came) < 12
    assert came[-1] - came[0] < 61
    assert came[-1] - came[-2] > 5
