"""`replay N`: a past conversation as it was on the screen, in its time."""

import signal
import sys
import time
from pathlib import Path

import pytest

from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.records.replay import LONGEST_PAUSE
from tests.kit.command import COMMAND
from tests.kit.records import CONVERSATIONS, Home, below_header, chat, talked, uncoloured, unwrapped

CLIENT, SERVER = Seat


def test_shows_what_the_export_holds(tmp_path: Path) -> None:
    """The text is the same, in a pipe without colours."""
    (home, screen), _ = talked(tmp_path, *CONVERSATIONS["board"])
    assert home.shown("replay", "1") == screen


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_has_colours_on_a_terminal(home: Home) -> None:
    """It has nothing else that the text does not have."""
    pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are POSIX")
    number = home.write(SERVER, [(CLIENT, Kind.PLAY, "tictactoe"), (SERVER, Kind.MOVE, "5")])
    env = {name: value for name, value in home.env.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    drawn = pexpect.run(" ".join([*COMMAND, "replay", number]), env=env, encoding="utf-8", dimensions=(24, 100))
    assert "\x1b[36;7mX\x1b[0m" in drawn
    assert unwrapped(uncoloured(drawn)) == below_header(home.shown("export", number)).replace("\n", "\r\n")


def test_speed_is_how_many_times_as_fast_it_is(home: Home) -> None:
    """Long pauses are cut to some seconds before that."""
    number = home.write(CLIENT, chat("1", "2", "3", "4"), pause=3600.0)
    for speed, least in (("1000", 0.0), ("18", 0.5)):
        began = time.monotonic()
        assert "Enter Input >3\n" in home.shown("replay", number, "--speed", speed)
        assert least < time.monotonic() - began < LONGEST_PAUSE  # one pause at its own speed takes longer


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent to one process")
def test_ctrl_c_ends_it(home: Home) -> None:
    """It ends in the middle of a pause, without a word."""
    number = home.write(CLIENT, chat("Hello", "Hi"), pause=3600.0)
    with home.start("replay", number) as replay:
        assert replay.stdout
        assert replay.stderr
        while replay.stdout.readline() != "Enter Input >Hello\n":
            pass
        replay.send_signal(signal.SIGINT)
        assert replay.wait(10) == 130
        assert replay.stdout.read() in ("", "\n")
        assert replay.stderr.read() == ""
