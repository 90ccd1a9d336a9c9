"""Hostile text in a conversation that was kept does nothing where it is shown, played or written again."""

import asyncio
import json
from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.limits import MAX_PERSON
from chatgame.core.log import Entry, Step
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.journal.reader import Record
from chatgame.players.person.console import Console
from chatgame.players.person.look import Look
from chatgame.records.export import as_asciicast, as_text
from chatgame.records.history import listing
from chatgame.records.replay import recording
from tests.kit.attacks import ATTACKS, texts_sent
from tests.kit.ends import Screen
from tests.kit.fuzzed import fuzzed
from tests.kit.harmless import see_that_it_is_harmless
from tests.kit.logs import EMPTY, SESSION

CLIENT, SERVER = Seat


def log_with(text: str) -> list[Entry]:
    """A log with a text by both seats in all that takes any, which ends in a game."""
    table, log = EMPTY, []
    opening = Opening(b"s" * 32, text)

    def write(seat: Seat, kind: Kind, text: str = "", opening: Opening | None = None) -> None:
        nonlocal table
        turn, table = table.write(seat, kind, text)
        log.append(Entry(turn, opening))

    write(CLIENT, Kind.SAY, text)
    write(SERVER, Kind.SAY, text)
    write(CLIENT, Kind.PLAY, "hangman")
    write(CLIENT, Kind.SAY, text)
    write(CLIENT, Kind.COMMIT, commitment(Place(SESSION, 0, 0, CLIENT), opening), opening)
    write(CLIENT, Kind.ANSWER, "5")
    write(SERVER, Kind.SAY, text)
    write(SERVER, Kind.RESIGN)
    write(CLIENT, Kind.REVEAL, str(opening))
    write(SERVER, Kind.PLAY, "tictactoe")
    write(CLIENT, Kind.MOVE, "5")
    return log


def see_recording(text: str) -> str:
    """See that a text is harmless in what is kept of a conversation, by either seat; returns what was shown."""
    log, output = [(entry, 1e9 + number) for number, entry in enumerate(log_with(text))], ""
    for seat, partner in product(Seat, (text[:MAX_PERSON], "")):
        record = Record(1, seat, text, 1059, 1e9, None, len(log), 2, 1e9, SESSION, "", partner, 0)
        output = "".join(as_text(record, log))
        see_that_it_is_harmless(output)
        see_that_it_is_harmless("".join(part for _, part in recording(record, log, Look(colour=True))), colours=True)
        cast = "".join(as_asciicast(record, log))
        assert cast.replace("\n", "").isprintable()
        header, *events = cast.splitlines()
        see_that_it_is_harmless(json.loads(header)["title"])
        played = "".join(json.loads(event)[2] for event in events)
        assert played.count("\r") == played.count("\r\n") == played.count("\n")
        see_that_it_is_harmless(played.replace("\r\n", "\n"), colours=True)
        see_that_it_is_harmless("".join(listing([record], lambda _: log, 2e9, Look())))
        console_text = came_back(seat, log_with(text), partner)
        see_that_it_is_harmless(console_text)
    return output


def came_back(seat: Seat, log: Iterable[Entry], partner: str) -> str:
    """What somebody sees who comes back to a conversation."""
    table, steps, secret, screen = EMPTY, [], None, Screen()
    for turn, opening in log:
        step = Step.to(table, turn, table.after(turn), opening if turn.seat is seat else None, secret)
        table, secret = step.after, step.secret
        steps.append(step)

    async def scenario() -> None:
        await Console(seat, asyncio.StreamReader(), screen, terminal=True).begin(table, partner, steps)

    asyncio.run(scenario())
    return screen.text


@fuzzed(max_examples=15)
@given(texts_sent)
def test_any_text_does_nothing_in_a_recording(text: str) -> None:
    """This holds in the text, in the asciicast and on one's own terminal."""
    see_recording(text)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attack_does_nothing_in_a_recording(attack: str) -> None:
    """This holds in the text, in the asciicast and on one's own terminal."""
    see_recording(attack)


def test_recordings_show_what_was_said() -> None:
    """These tests see something."""
    assert see_recording("good\rbad").count(r"good\rbad") == 7
