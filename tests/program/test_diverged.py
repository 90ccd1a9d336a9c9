"""Journals that do not fit together are named and never merged."""

import asyncio
import shutil
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
from tests.kit.simulated import Person, Place, both_sit, heard, until
from tests.kit.virtual import in_simulation


@pytest.mark.parametrize("late", Seat)
def test_journal_that_was_rolled_back_is_named_and_never_merged(tmp_path: Path, late: Seat) -> None:
    """A side that lacks turns of its own has an old journal; both programs say so, and nothing is changed."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["How are you?"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        shutil.copytree(tmp_path / late, tmp_path / "old", ignore=shutil.ignore_patterns("*-shm"))
        people[Seat.CLIENT].say("Good")
        people[Seat.SERVER].say("Fine")
        await until(lambda: people[Seat.CLIENT].seen == 4)
        await place.kill(late, programs[late])
        shutil.rmtree(tmp_path / late)
        (tmp_path / "old").rename(tmp_path / late)
        programs[late] = place.sit(late, Person(late, []))
        with pytest.raises((Diverged, LinkLost), match=f"The {late}'s journal ends before turn [12] "):
            await programs[late.other]
        with pytest.raises((Diverged, LinkLost), match="was rolled back"):
            await programs[late]
        assert len(place.log(late)) < len(place.log(late.other))

    in_simulation(scenario())


@pytest.mark.parametrize("edited", Seat)
def test_journal_of_another_conversation_is_named_and_never_merged(tmp_path: Path, edited: Seat) -> None:
    """The session is the same, and the last word is another."""

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
        for program in programs.values():
            with pytest.raises((Diverged, LinkLost), match="was edited or belongs to another conversation"):
                await program

    in_simulation(scenario())


def test_old_copy_of_a_clients_journal_is_named_and_not_merged(tmp_path: Path) -> None:
    """Its next token was used before. Both people are told to begin afresh, which then works."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        shutil.copytree(tmp_path / Seat.CLIENT, tmp_path / "old", ignore=shutil.ignore_patterns("*-shm"))
        detangle.network().disconnect(*Seat)
        await heard(place.told[Seat.SERVER], "was lost")
        detangle.network().reconnect(*Seat)
        await heard(place.told[Seat.SERVER], "Connected again")  # with one more token
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        shutil.rmtree(tmp_path / Seat.CLIENT)
        (tmp_path / "old").rename(tmp_path / Seat.CLIENT)
        with pytest.raises(Diverged, match=r"journal is an old copy.*Both must begin afresh with --new"):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        assert "it came with an old copy of the client's journal" in place.told[Seat.SERVER][-1]
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        _, programs = await both_sit(place, (["Afresh", "/q"], ["Yes"]), new=True)
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER, 2)] == ["Afresh", "Yes", ""]

    in_simulation(scenario())
