"""The measurements of strength run; how strong a bot is, no test says."""

import json
from pathlib import Path

import pytest

from tests.strength.__main__ import main
from tests.strength.measures import average, score


def test_measure_is_told_in_a_row_and_its_results_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is kept is not played again; one game can be played alone."""
    kept = tmp_path / "results"
    command = ["tictactoe-easy", "--results", str(kept)]
    main([*command, "--games", "3"])
    shown = capsys.readouterr().out
    assert shown.startswith("| tic-tac-toe, easy, against a beginner | 3 games: ")
    assert len(kept.read_text().splitlines()) == 3
    main([*command, "--games", "3"])
    assert capsys.readouterr().out == shown
    name, number, result = json.loads(kept.read_text().splitlines()[2])
    kept.unlink()
    main([*command, "--game", "2"])
    assert json.loads(kept.read_text()) == [name, number, result]


def test_measure_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence names those that do."""
    with pytest.raises(SystemExit, match="2"):
        main(["chess"])
    assert "there is no measure chess; there are tictactoe, connect4" in capsys.readouterr().err


def test_draws_count_half() -> None:
    """The interval is that of `chatgame match`."""
    assert score([1, 1, 0.5, 0.5, 0]).startswith("5 games: 2 won, 2 drawn, 1 lost, 60.0 % (")
    assert average("shots", [40, 44]) == "2 games: 42.0 shots (38.1 to 45.9)"
    assert average("shots", [40]) == "1 games: 40.0 shots (40.0 to 40.0)"
