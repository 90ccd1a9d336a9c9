"""The server's seat belongs to one client, and is free again when that client cannot come back."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import detangle
import pytest

from chatgame.core.errors import (
    LinkLost,
    TurnedAway,
)
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.protocol.messages import Reason
from chatgame.protocol.resume import token
from tests.kit.journals import edit
from tests.kit.simulated import Person, Place, Stranger, both_sit, informed, two_greeted, until
from tests.kit.virtual import in_simulation


def spied(journal: Path) -> list[Any]:
    """What a thief finds in the journal of the client: the session, its last token, and the one before."""
    ((session, seed, spent),) = edit(journal, "SELECT session, seed, spent FROM conversations")
    assert isinstance(seed, bytes)
    assert isinstance(spent, int)
    return [session, *(token(seed, spent - back) for back in (1, 2))]


@pytest.mark.parametrize("connected", [True, False])
def test_seat_is_the_partners_and_nobody_elses(tmp_path: Path, connected: bool) -> None:
    """A token that is stale, of another session, guessed or missing is refused."""

    async def scenario() -> None:
        place, people, programs = await two_greeted(tmp_path)
        session, last, first = spied(place.journal(Seat.CLIENT))
        if not connected:
            await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
            await informed(place.notices[Seat.SERVER], "Waiting for them to come back")
        log = {"turns": 2, "digest": place.log(Seat.SERVER)[-1].digest}
        for hello, reason in (
            ({}, Reason.TAKEN),
            ({"token": "0" * 64}, Reason.TAKEN),
            ({"session": session} | log, Reason.UNKNOWN),
            ({"session": session, "token": last} | log, Reason.DIVERGED),
            ({"session": session, "token": first} | log, Reason.DIVERGED),
            ({"session": session, "token": token(b"another's seed" * 3, 5)} | log, Reason.UNKNOWN),
            ({"session": "f" * 64, "token": last} | log, Reason.UNKNOWN),
        ):
            assert await (await Stranger.come(**hello)).turned_away() == reason
        if connected:
            assert not any("lost" in text for texts in place.notices.values() for text in texts)
            people[Seat.CLIENT].say("/q")
        else:
            programs[Seat.CLIENT] = place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["/q"]))
        await asyncio.gather(*programs.values())
        assert place.log(Seat.CLIENT) == place.log(Seat.SERVER)

    in_simulation(scenario())


def test_seat_in_which_nothing_was_said_is_free_when_the_server_starts_again(tmp_path: Path) -> None:
    """The first to come has it, the old client or another."""

    async def scenario() -> None:
        place = Place(tmp_path)
        _, programs = await both_sit(place, ([], []))
        await informed(place.notices[Seat.SERVER], "Connected by")
        for seat in Seat:
            await place.kill(seat, programs[seat])
        shutil.rmtree(tmp_path / Seat.CLIENT)  # another client
        _, programs = await both_sit(place, (["Hello", "/q"], ["Hi"]))
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())


def test_client_that_cannot_come_back_is_not_waited_for(tmp_path: Path) -> None:
    """It gave no token when it came. If it has said nothing yet, the seat is free at once."""

    async def scenario() -> None:
        place = Place(tmp_path)
        person = Person(Seat.SERVER, [])
        server = place.sit(Seat.SERVER, person)
        await informed(place.notices[Seat.SERVER], "listening")
        for words in ([], ["Hello"]):
            stranger = await Stranger.come()
            _, session = await stranger.answered()
            for word in words:
                stranger.wire.say(Table.open(session, {}, {}).write(Seat.CLIENT, Kind.SAY, word)[0])
                await until(lambda: person.seen == 1)
            stranger.wire.abort()
            if not words:
                await informed(place.notices[Seat.SERVER], "Anyone can join again")
        with pytest.raises(LinkLost, match="The connection to the client was lost"):
            await server

    in_simulation(scenario())


def test_seat_of_a_client_that_is_lost_before_its_first_turn_is_free_after_a_while(tmp_path: Path) -> None:
    """Its first turn may be on the way, so it is waited for as long as a silent line is."""

    async def scenario() -> None:
        place = Place(tmp_path)
        _, programs = await both_sit(place, ([], ["Hi"]))
        await informed(place.notices[Seat.SERVER], "Connected by")
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        shutil.rmtree(tmp_path / Seat.CLIENT)  # another client
        with pytest.raises(TurnedAway, match="The table is taken"):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        await informed(place.notices[Seat.SERVER], "Anyone can join again")
        await place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["Hello", "/q"]))
        await programs[Seat.SERVER]
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())


def test_client_that_was_lost_before_its_first_turn_can_still_come_back_late(tmp_path: Path) -> None:
    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, ([], ["Hi"]))
        await informed(place.notices[Seat.SERVER], "Connected by")
        detangle.network().disconnect(*Seat)
        await informed(place.notices[Seat.SERVER], "Anyone can join again")
        detangle.network().reconnect(*Seat)
        people[Seat.CLIENT].say("Hello")
        people[Seat.CLIENT].say("/q")
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())
