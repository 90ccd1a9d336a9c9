"""A partner's name shows on the terminal and does nothing to it."""

import asyncio

import pytest
from hypothesis import given

from chatgame.core.limits import MAX_PERSON
from chatgame.core.seats import Seat
from tests.kit.attacks import ATTACKS, texts
from tests.kit.fuzzed import fuzzed
from tests.kit.harmless import see_that_it_is_harmless
from tests.kit.hostile import conversation, remarks

CLIENT, SERVER = Seat


def see_name(runner: asyncio.Runner, name: str) -> str:
    """See that a name is harmless in all that it comes into, also in titles; returns what was shown."""
    screen = ""
    for colour in (True, False):
        screen, _ = runner.run(conversation(remarks, "Hello", ("5",), colour=colour, name=name[:MAX_PERSON]))
        see_that_it_is_harmless(screen, colours=colour)
    return screen


@fuzzed(max_examples=30)
@given(texts)
def test_any_name_does_nothing(name: str) -> None:
    with asyncio.Runner() as runner:
        see_name(runner, name)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attack_does_nothing_as_a_name(attack: str) -> None:
    """It is cut to the length that a name may have."""
    with asyncio.Runner() as runner:
        see_name(runner, attack)


def test_names_lead_to_the_screen() -> None:
    """These tests see something: who began, who spoke, who is waited for, and whose mark it is."""
    with asyncio.Runner() as runner:
        screen = see_name(runner, "Goodbad")
    for line in ("Your partner is {}.", "{} started a game", "{} says: Hello", "Waiting for {}...", "X: you, O: {}"):
        assert line.format("Goodbad") in screen
