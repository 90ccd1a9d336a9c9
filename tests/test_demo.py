"""The demo: real sessions, drawn on any screen, and the terminal as it was before."""

import asyncio
import re
import signal
from collections.abc import Sequence
from math import inf
from typing import Any

import pytest
import wcwidth

from chatgame.core.seats import Seat
from chatgame.core.sentences import PROMPT
from chatgame.demo import CARD, NAMES, SCRIPT, TOP, Pane, perform, side_by_side
from chatgame.players.person.look import Look
from tests.kit.terminals import ends


async def test_both_screens_are_those_of_real_programs() -> None:
    """Each line of the script stands behind a prompt on its pane, and on the other one what it does."""
    server, client = await perform(Look(), inf, lambda _: None)
    for seat, pane in ((Seat.SERVER, server), (Seat.CLIENT, client)):
        lines = pane.text.split("\n")
        assert lines[0].startswith(f"$ chatgame {seat} --name {NAMES[seat]}")
        typed = [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]
        assert lines[-1] == "$ "
        cards = [
            line
            for line in typed
            if line in ("draw", "pass") or re.fullmatch(r"(\d+|[JQKA])[cdhs]|8[cdhs] \w+", line)
        ]
        assert cards, "what they play depends on their hands"
        assert [line for line in typed if line not in cards] == [
            line for at, line in SCRIPT if at is seat and line != CARD
        ]
    assert "Cell 5 is taken. Choose one of these: 1, 2, 3, 4, 6, 7, 8, 9." in client.text
    assert "Game over, you won: three in a row." in server.text
    assert "Game over, Anna won: three in a row." in client.text
    assert "Anna agreed: your last move is taken back." in client.text
    assert "Game over, you won: Anna resigned." in client.text
    assert "Ben has requested shutdown. Shutting down!\n$ " in server.text


async def test_leaving_in_the_moment_in_which_the_server_begins_is_only_that() -> None:
    """The client, which waits for the port, is cancelled before the port is told."""

    def draw(panes: Sequence[Pane]) -> None:
        if "Server listening" in panes[0].text:
            demo.cancel()

    demo = asyncio.create_task(perform(Look(), inf, draw))
    with pytest.raises(asyncio.CancelledError):
        await demo


@pytest.mark.parametrize(("columns", "rows"), [(200, 50), (100, 30), (79, 24), (78, 24), (40, 24), (20, 6)])
async def test_panes_fit_the_screen(columns: int, rows: int) -> None:
    """They stand side by side where there is room; wide letters and colours leave the bar straight."""
    server, client = (Pane(seat, lambda: None) for seat in NAMES)
    server.text += "\n".join(["山田さん \x1b[36mhello\x1b[0m " * 9] * 40)
    shown = side_by_side([server, client], columns, rows)
    assert len(shown) <= rows - 1
    assert all(wcwidth.width(row) <= columns for row in shown)
    bars = {wcwidth.width(row.partition(" | ")[0]) for row in shown if " | " in row}
    assert len(bars) == (1 if columns >= 79 else 0)


def test_screen_is_drawn_as_they_type(spawn: Any) -> None:
    """It ends in peace, with its last frame on the screen, or by Ctrl-C."""
    demo = spawn("demo", "--speed", "200")
    demo.expect(r"Anna, the server +\x1b\[0m \| ")
    demo.expect(r"Enter Input >Al\b")
    assert " | Shutting Down!" in ends(demo, 0).rpartition(TOP)[2]

    demo = spawn("demo", "--speed", "10")
    demo.expect_exact("Server listening on")
    demo.kill(signal.SIGINT)
    ends(demo, 130)


def test_two_at_once_do_not_meet(spawn: Any) -> None:
    """Each has a port of its own."""
    for demo in [spawn("demo", through="{} | cat") for _ in range(3)]:
        assert "Ben has requested shutdown." in ends(demo, 0)


def test_title_of_the_window_is_left_alone(spawn: Any) -> None:
    """The two programs set none of their own."""
    assert "\x1b]2;" not in ends(spawn("demo", "--speed", "100", NO_COLOR=""), 0)


def test_output_that_cannot_be_written_is_told(spawn: Any) -> None:
    """A sentence tells it, as in every other command."""
    assert "The output cannot be written" in ends(spawn("demo", through="exec {} > /dev/full"), 1)


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {}])
def test_output_that_is_not_a_screen_gets_all_of_it_at_the_end(spawn: Any, env: dict[str, str]) -> None:
    """A terminal may obey no codes, or there is a pipe."""
    demo = spawn("demo", through="" if env else "{} | cat", **env)
    text = ends(demo, 0)
    assert "\x1b" not in text
    assert text.index("Anna, the server:") < text.index("Ben, the client:") < text.index("Shutting Down!")
