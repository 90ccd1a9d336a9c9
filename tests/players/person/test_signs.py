"""The bell and the time of day: what a person gets beside the words, if they want it."""

import asyncio
import re
from typing import Any

import pytest

from chatgame.core.seats import Seat
from chatgame.core.sentences import PROMPT
from chatgame.players.person.console import BELL, BELL_TIME, Console
from tests.kit.ends import Screen
from tests.kit.logs import EMPTY, steps_of
from tests.kit.virtual import in_virtual_time

SAID, ANSWERED, PLAYED = steps_of("say Hello", "say Hi", "play tictactoe")


async def waited_for(seconds: float, *, away: bool = False, **options: Any) -> str:
    """What a client's screen shows that says Hello, waits so long for the answer, and is asked again."""
    screen = Screen()
    keyboard = asyncio.StreamReader()
    console = Console(Seat.CLIENT, keyboard, screen, **{"terminal": True} | options)
    reading = asyncio.create_task(console.read())
    await console.begin(EMPTY, "", ())
    keyboard.feed_data(b"Hello\n" if options.get("terminal") is False else b"")
    first = asyncio.create_task(console.ask(EMPTY))
    await asyncio.sleep(0.01)
    keyboard.feed_data(b"" if options.get("terminal") is False else b"Hello\n")
    await first
    await console.see(SAID)
    await asyncio.sleep(seconds)
    console.looks_away = away
    await console.see(ANSWERED)
    again = asyncio.create_task(console.ask(ANSWERED.after))
    await asyncio.sleep(0.01)
    keyboard.feed_data(b"/score\n")
    await asyncio.sleep(0.01)
    keyboard.feed_data(b"Bye\n")
    await again
    await console.see(PLAYED)
    reading.cancel()
    return screen.text


def test_bell_rings_once_when_the_turn_comes_after_some_time() -> None:
    shown = in_virtual_time(waited_for(BELL_TIME, bell=True))
    assert shown.count(BELL) == 1
    assert f"Hi\n{BELL}{PROMPT}" in shown


@pytest.mark.parametrize(
    ("seconds", "options"),
    [
        (BELL_TIME - 1, {"bell": True}),
        (BELL_TIME, {"bell": False}),
        (BELL_TIME, {"bell": True, "terminal": False}),
    ],
    ids=["soon", "unwanted", "pipe"],
)
def test_bell_is_silent_otherwise(seconds: float, options: dict[str, Any]) -> None:
    assert BELL not in in_virtual_time(waited_for(seconds, **options))


def test_bell_rings_at_once_for_a_window_that_is_not_in_front() -> None:
    assert in_virtual_time(waited_for(0, bell=True, away=True)).count(BELL) == 1


def test_bell_rings_for_the_first_message_of_a_server_that_waited_for_a_client() -> None:
    async def served() -> str:
        screen = Screen()
        console = Console(Seat.SERVER, asyncio.StreamReader(), screen, terminal=True, bell=True)
        reading = asyncio.create_task(console.read())
        await asyncio.sleep(BELL_TIME)
        await console.begin(EMPTY, "", ())
        await console.see(SAID)
        asked = asyncio.create_task(console.ask(SAID.after))
        await asyncio.sleep(0.01)
        for task in (asked, reading):
            task.cancel()
        return screen.text

    assert in_virtual_time(served()).endswith(f"{BELL}{PROMPT}")


def test_timestamps_begin_what_comes_and_no_other_line() -> None:
    """A board and the rules that stand below a line have no time of their own."""
    shown = in_virtual_time(waited_for(0, timestamps=True))
    assert re.findall(r"\d\d:\d\d (.*)", shown) == ["Hi", "You started a game of tic-tac-toe."]


def test_news_of_the_connection_begin_with_the_time_as_well() -> None:
    async def news() -> str:
        screen = Screen()
        console = Console(Seat.CLIENT, asyncio.StreamReader(), screen, terminal=True, timestamps=True)
        console.notify("The connection to the server was lost.")
        return screen.text

    assert re.fullmatch(r"\d\d:\d\d The connection to the server was lost\.\n", in_virtual_time(news()))
