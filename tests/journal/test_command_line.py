"""The commands that read the journal, where it cannot be written, is not there, or has no place to be."""

import asyncio
import concurrent.futures.thread  # noqa: F401  # asyncio loads it late, and it may be for root alone
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from chatgame.cli import main
from tests.kit.journals import CHAT, filled

READING = [["history"], ["replay", "1", "--speed", "100000"], ["export", "1"], ["export", "1", "--format", "json"]]


@pytest.mark.parametrize("arguments", READING)
def test_command_that_only_reads_needs_no_permission_to_write(
    ordinary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    for module in ("chatgame.records.export", "chatgame.records.history", "chatgame.journal.snapshot"):
        importlib.import_module(module)
    monkeypatch.setattr("sys.path", [])  # what is there may be for root alone
    for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(variable, str(ordinary))
    folder = ordinary / "chatgame"
    asyncio.run(filled(folder / "journal.db"))
    for path in (*folder.iterdir(), folder):
        path.chmod(0o500)
    before = sorted(folder.iterdir())
    assert main(arguments) == 0
    shown = capsys.readouterr()
    assert (CHAT[0].text if arguments != ["history"] else "6 turns") in shown.out
    assert shown.err == ""
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("arguments", READING)
def test_command_that_only_reads_makes_nothing_where_there_is_no_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    status = main(arguments)
    shown = capsys.readouterr()
    if arguments == ["history"]:
        assert (status, shown.out, shown.err) == (0, "No conversations yet.\n", "")
    else:
        assert (status, shown.out) == (1, "")
        assert shown.err == ("chatgame: There is no conversation 1. To see which there are, type: chatgame history\n")
    assert list(tmp_path.iterdir()) == []


# No home.

AS_AN_UNKNOWN_USER = """
import pwd, sys

def unknown(user):
    raise KeyError(user)

pwd.getpwuid = unknown
from chatgame.cli import main
sys.exit(main(sys.argv[1:]))
"""

posix = pytest.mark.skipif(sys.platform == "win32", reason="a home is known in other ways there")


def without_a_home(*arguments: str, home: str | None = None, line: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command as a user whom the system does not know, with this `HOME`."""
    env = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_STATE_HOME")}
    return subprocess.run(
        [sys.executable, "-c", AS_AN_UNKNOWN_USER, *arguments],
        env=env if home is None else env | {"HOME": home},
        input=line,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


@posix
@pytest.mark.parametrize(
    ("arguments", "home"),
    [
        (["history"], None),
        (["history"], ""),
        (["history"], "relative/home"),
        (["replay", "1"], None),
        (["export", "1"], None),
        (["forget", "1"], None),
        (["server", "--port", "0"], None),
        (["client", "--port", "1"], None),
    ],
)
def test_command_that_needs_the_journal_says_in_a_sentence_that_there_is_no_home(
    arguments: list[str], home: str | None
) -> None:
    done = without_a_home(*arguments, home=home)
    assert done.returncode == 1
    assert done.stderr == (
        "chatgame: The journal has no place: you have no home folder. Set HOME or XDG_STATE_HOME to a folder of "
        "yours, by its path from /.\n"
    )


@posix
def test_command_that_needs_no_journal_needs_no_home() -> None:
    assert without_a_home("--help").returncode == 0
    solo = without_a_home("solo", line="/q\n")
    assert (solo.returncode, solo.stderr) == (0, "")
    assert "Shutting Down!" in solo.stdout


@posix
@pytest.mark.parametrize("arguments", [["history"], ["export", "1"], ["server", "--port", "0"]])
def test_home_that_is_a_file_is_told_in_a_sentence(tmp_path: Path, arguments: list[str]) -> None:
    home = tmp_path / "home"
    home.touch()
    done = without_a_home(*arguments, home=str(home))
    assert done.returncode == 1
    assert re.fullmatch(
        rf"chatgame: The journal {home}/.*journal\.db cannot be opened \(Not a directory\)\. See that you may use "
        r"its folder\. XDG_STATE_HOME says in which folder it is kept\.\n",
        done.stderr,
    )
