"""Journals that do not fit together are named and never merged."""

import asyncio
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import detangle
import pytest

from chatgame.core.errors import (
    Diverged,
    LinkLost,
)
from chatgame.core.log import Entry, steps
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.journal.store import Store
from tests.kit.journals import edit
from tests.kit.simulated import Person, Place, both_sit, informed, two_greeted, until
from tests.kit.virtual import in_simulation


def _old_copy(place: Place, seat: Seat) -> Callable[[], None]:
    """Copy a seat's journal as it is now; returns what puts the copy in its place."""
    old = place.folder / "old"
    shutil.copytree(place.folder / seat, old, ignore=shutil.ignore_patterns("*-shm"))

    def restore() -> None:
        shutil.rmtree(place.folder / seat)
        old.rename(place.folder / seat)

    return restore


@pytest.mark.parametrize("late", Seat)
def test_journal_that_was_rolled_back_is_named_and_never_merged(tmp_path: Path, late: Seat) -> None:
    """Both hear that one side lacks turns of its own; a server goes on waiting for the client that has them."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["How are you?"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        restore = _old_copy(place, late)
        people[Seat.CLIENT].say("Good")
        people[Seat.SERVER].say("Fine")
        await until(lambda: people[Seat.CLIENT].seen == 4)
        await place.kill(late, programs[late])
        restore()
        programs[late] = place.sit(late, Person(late, []))
        why = (
            f"The {late}'s journal ends before turn [12] and lacks .* rolled back. Both must begin afresh with --new"
        )
        with pytest.raises((Diverged, LinkLost), match=why):
            await programs[Seat.CLIENT]
        if late is Seat.SERVER:
            with pytest.raises((Diverged, LinkLost), match=why):
                await programs[Seat.SERVER]
        else:
            assert re.search(rf"Dropped a connection from .*: {why}", place.notices[Seat.SERVER][-1])
            await place.kill(Seat.SERVER, programs[Seat.SERVER])
        assert len(place.log(late)) < len(place.log(late.other))

    in_simulation(scenario())


@pytest.mark.parametrize("edited", Seat)
def test_journal_of_another_conversation_is_named_and_never_merged(tmp_path: Path, edited: Seat) -> None:
    """A log of the same session with another last word is refused by both sides."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello", "Good"], ["How are you?", "Fine"]))
        await until(lambda: people[Seat.CLIENT].seen == 4)
        await place.kill(edited, programs[edited])
        with Store(place.journal(edited)) as store:
            log = place.log(edited)
            before = list(steps(Table.open(store.history()[0].session, {}, {}), map(Entry, log)))[-1].before
            other, _ = before.write(before.token or edited, Kind.SAY, "I never said so")
        statement = "UPDATE turns SET text = ?, digest = ? WHERE number = ?"
        edit(place.journal(edited), statement, other.text, other.digest, other.number)
        programs[edited] = place.sit(edited, Person(edited, []))
        why = "was edited or belongs to another conversation"
        with pytest.raises((Diverged, LinkLost), match=why):
            await programs[Seat.CLIENT]
        assert why in place.notices[Seat.SERVER][-1]
        await place.kill(Seat.SERVER, programs[Seat.SERVER])

    in_simulation(scenario())


def test_old_copy_of_a_clients_journal_is_named_and_not_merged(tmp_path: Path) -> None:
    """Its next token was used before. Both people are told to begin afresh, which then works."""

    async def scenario() -> None:
        place, _, programs = await two_greeted(tmp_path)
        restore = _old_copy(place, Seat.CLIENT)
        detangle.network().disconnect(*Seat)
        await informed(place.notices[Seat.SERVER], "was lost")
        detangle.network().reconnect(*Seat)
        await informed(place.notices[Seat.SERVER], "Connected again")  # with one more token
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        restore()
        with pytest.raises(Diverged, match=r"journal is an old copy.*Both must begin afresh with --new"):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        assert "The client's journal is an old copy" in place.notices[Seat.SERVER][-1]
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        _, programs = await both_sit(place, (["Afresh", "/q"], ["Yes"]), new=True)
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER, 2)] == ["Afresh", "Yes", ""]

    in_simulation(scenario())


def test_old_copy_that_has_tried_often_gets_no_seat(tmp_path: Path) -> None:
    """Each attempt spends a token, so at last its token counts; but its log does not fit, and the server says so."""

    async def scenario() -> None:
        place, people, programs = await two_greeted(tmp_path)
        restore = _old_copy(place, Seat.CLIENT)
        people[Seat.CLIENT].say("Good")
        people[Seat.SERVER].say("Fine")
        await until(lambda: people[Seat.CLIENT].seen == 4)
        detangle.network().disconnect(*Seat)
        await informed(place.notices[Seat.SERVER], "was lost")
        detangle.network().reconnect(*Seat)
        await informed(place.notices[Seat.SERVER], "Connected again")
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        restore()
        for _ in range(5):
            with pytest.raises(Diverged, match=r"is an old copy|rolled back") as refused:
                await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        assert "rolled back" in str(refused.value)
        assert not programs[Seat.SERVER].done()
        await place.kill(Seat.SERVER, programs[Seat.SERVER])

    in_simulation(scenario())
