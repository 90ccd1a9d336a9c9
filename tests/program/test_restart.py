"""A conversation goes on when a program that was killed or stopped is started again."""

import asyncio
from pathlib import Path

import pytest

from chatgame.core.errors import (
    LinkLost,
    TurnedAway,
    Unreachable,
)
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from tests.kit.simulated import Person, Place, both_sit, informed, two_greeted, until
from tests.kit.virtual import in_simulation

SECRETS = (
    ["Hello", "e", "/resign", "Again?", "rock", "Bye"],
    ["play hangman", "tea", "play rps", "paper", "/q"],
)


@pytest.mark.parametrize("victim", Seat)
@pytest.mark.parametrize("turns", range(1, 15))
def test_killed_program_goes_on_where_it_was(tmp_path: Path, victim: Seat, turns: int) -> None:
    """It may be killed after any turn, with secrets and hidden choices; the person is shown where it was."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, SECRETS)
        people[victim].stuck_at = turns
        await until(lambda: people[victim].seen >= turns)
        await place.kill(victim, programs[victim])
        programs[victim] = place.sit(victim, people[victim])
        await asyncio.gather(*programs.values())
        client, server = (place.log(seat) for seat in Seat)
        assert client == server
        assert [turn.text for turn in client if turn.kind is Kind.SAY] == ["Hello", "Again?", "Bye"]
        assert people[victim].recalled or (victim, turns) == (Seat.SERVER, 1)  # which came again

    in_simulation(scenario())


@pytest.mark.parametrize("victim", Seat)
def test_names_are_known_again_after_a_restart(tmp_path: Path, victim: Seat) -> None:
    """The person who comes back is told; the one who stayed was told once."""

    async def scenario() -> None:
        place, names = Place(tmp_path), {Seat.CLIENT: "Anna", Seat.SERVER: "Ben"}
        people = {Seat.CLIENT: Person(Seat.CLIENT, ["Hello", "Bye"]), Seat.SERVER: Person(Seat.SERVER, ["Hi", "/q"])}
        programs = {Seat.SERVER: place.sit(Seat.SERVER, people[Seat.SERVER], name=names[Seat.SERVER])}
        await informed(place.notices[Seat.SERVER], "listening")
        people[victim].stuck_at = 2
        programs[Seat.CLIENT] = place.sit(Seat.CLIENT, people[Seat.CLIENT], name=names[Seat.CLIENT])
        await until(lambda: people[victim].seen >= 2)
        await place.kill(victim, programs[victim])
        programs[victim] = place.sit(victim, people[victim], name=names[victim])
        await asyncio.gather(*programs.values())
        for seat in Seat:
            assert people[seat].partners == [names[seat.other]] * (2 if seat is victim else 1)
            with Store(place.journal(seat)) as store:
                assert [record.partner for record in store.history()] == [names[seat.other]]

    in_simulation(scenario())


@pytest.mark.parametrize("lost", Seat)
def test_partner_who_does_not_come_back_is_waited_for_so_long_and_no_longer(tmp_path: Path, lost: Seat) -> None:
    """The conversation is kept, so that it goes on when both start again."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]), patience=100)
        await until(lambda: people[Seat.CLIENT].seen == 2)
        await place.kill(lost, programs[lost])
        began = asyncio.get_running_loop().time()
        with pytest.raises(LinkLost, match=f"The {lost} has not come back for 100 seconds. The conversation is kept"):
            await programs[lost.other]
        assert asyncio.get_running_loop().time() - began == pytest.approx(100, abs=2)
        _, programs = await both_sit(place, (["/q"], []))
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())


def test_both_begin_afresh_if_they_want_to(tmp_path: Path) -> None:
    """One who does it alone is told that the other does not."""

    async def scenario() -> None:
        place, _, programs = await two_greeted(tmp_path)
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        with pytest.raises(TurnedAway, match="The table is taken"):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["/q"]), new=True)
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        _, programs = await both_sit(place, (["Once more", "/q"], ["Yes"]), new=True)
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER, 2)] == ["Once more", "Yes", ""]
        with Store(place.journal(Seat.SERVER)) as store:
            assert [record.ended is None for record in store.history()] == [False, False]

    in_simulation(scenario())


def test_client_of_a_conversation_that_the_server_has_given_up_is_told_what_to_do(tmp_path: Path) -> None:
    """Its own journal is not touched."""

    async def scenario() -> None:
        place, _, programs = await two_greeted(tmp_path)
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        server = place.sit(Seat.SERVER, Person(Seat.SERVER, []), new=True)
        with pytest.raises(TurnedAway, match=r"it has begun afresh.*use --new"):
            await programs[Seat.CLIENT]
        assert [turn.text for turn in place.log(Seat.CLIENT)] == ["Hello", "Hi"]
        server.cancel()
        await asyncio.wait({server})

    in_simulation(scenario())


def test_old_conversation_stays_until_the_new_one_has_begun(tmp_path: Path) -> None:
    """Nothing is lost by asking for another one in vain."""

    async def scenario() -> None:
        place, _, programs = await two_greeted(tmp_path)
        for seat in Seat:
            await place.kill(seat, programs[seat])
        with pytest.raises(Unreachable):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []), new=True)
        _, programs = await both_sit(place, (["/q"], []))
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())


@pytest.mark.parametrize("changed", Seat)
def test_partner_who_comes_back_with_other_games_is_told_why_that_cannot_be(tmp_path: Path, changed: Seat) -> None:
    """Both keep the conversation, and go on with it when both have started again."""

    async def scenario() -> None:
        place, _, programs = await two_greeted(tmp_path)
        await place.kill(changed, programs[changed])
        fewer = {name: rules for name, rules in BUILT_IN.items() if name != "pig"}
        again = place.sit(changed, Person(changed, []), games=fewer)
        with pytest.raises(LinkLost, match=f"The {changed} came back with other games. Both have to start again"):
            await programs[changed.other]
        with pytest.raises(LinkLost, match=f"The {changed.other} ended the session: You came back with other games"):
            await again
        _, programs = await both_sit(place, (["/q"], []))
        await asyncio.gather(*programs.values())
        assert place.log(Seat.CLIENT) == place.log(Seat.SERVER)

    in_simulation(scenario())
