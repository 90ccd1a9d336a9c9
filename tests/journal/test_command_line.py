"""The commands that read the journal, where it cannot be written or is not there."""

import asyncio
import importlib
from pathlib import Path

import pytest

from chatgame.cli import main
from tests.kit.journals import CHAT, filled

READING = [["history"], ["replay", "1", "--speed", "100000"], ["export", "1"], ["export", "1", "--format", "json"]]


@pytest.mark.parametrize("arguments", READING)
def test_command_that_only_reads_needs_no_permission_to_write(
    ordinary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    importlib.import_module("chatgame.records")
    monkeypatch.setattr("sys.path", [])  # what is there may be for root alone
    monkeypatch.setenv("XDG_STATE_HOME", str(ordinary))
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
        assert (status, shown.out, shown.err) == (0, "Nothing was said yet.\n", "")
    else:
        assert (status, shown.out) == (1, "")
        assert shown.err == ("chatgame: There is no conversation 1. To see which there are, type: chatgame history\n")
    assert list(tmp_path.iterdir()) == []
