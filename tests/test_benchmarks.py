"""The benchmarks run; how fast anything is, no test says."""

import json
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks.endurance import run
from tests.benchmarks.measure import FAIR, HERE, Bound, Row
from tests.benchmarks.report import BETWEEN, README, TABLES, described, table


def test_benchmarks_make_a_table_and_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row is measured beside its peer, by turns, and told with the machine."""
    monkeypatch.setattr(benchmarks, "pin", lambda: None)  # or the other tests would stay on one core
    written = tmp_path / "figures.json"
    assert benchmarks.main(["--quick", "--only=one more turn", "--json", str(written)]) == 0
    shown, figures = capsys.readouterr().out, json.loads(written.read_text())
    assert "| one more turn after 1000, kept | one more after 10 | at most 1.1 |" in shown
    assert "Python: " in shown
    (row,) = figures["rows"]
    assert len(row["own"]) == len(row["peer"]) == 2
    assert row["ratio"]["min"] <= row["ratio"]["median"] <= row["ratio"]["max"]


def test_a_peer_that_is_missing_is_named() -> None:
    """It is not measured."""
    row = Row("a thing", "a peer", Bound(2, least=True), "s", lambda: 1 / 0, lambda: 1 / 0, missing="it is not here")
    shown = table([row.measured()])
    assert "| a thing | a peer | at least 2 | missing | - | it is not here |" in shown


def test_ratio_is_how_much_better_we_are_or_how_much_more_we_cost() -> None:
    faster = Row("", "", Bound(2, least=True), "s", lambda: 1.0, lambda: 3.0).measured()
    dearer = Row("", "", Bound(2, least=False), "s", lambda: 6.0, lambda: 2.0).measured()
    assert (faster["ratio"]["median"], faster["reached"]) == (3.0, True)
    assert (dearer["ratio"]["median"], dearer["reached"]) == (3.0, False)


def test_rows_that_were_not_measured_again_stay_in_their_places() -> None:
    rows = json.loads((HERE / "relays.json").read_text())["rows"]
    again = rows[1] | {"reached": "measured again"}
    assert benchmarks.renewed(rows[::-1], [again], of_relays=True) == [rows[0], again, *rows[2:]]
    assert benchmarks.renewed(rows, [again], of_relays=False) == []


@pytest.mark.parametrize("name", TABLES)
def test_readme_shows_the_figures_of_the_last_run(name: str) -> None:
    figures = json.loads((HERE / f"{name}.json").read_text())
    begin, end = (line.format(name) for line in BETWEEN)
    assert f"{begin}{described(figures)}{end}" in README.read_text("utf-8")


@pytest.mark.parametrize("name", TABLES)
def test_figures_that_the_readme_shows_are_fair(name: str) -> None:
    """Those of memory hardly vary."""
    rows = json.loads((HERE / f"{name}.json").read_text())["rows"]
    assert all(len(row["own"]) >= FAIR for row in rows if "own" in row and row["unit"] == "s")


def test_endurance_leaves_nothing_behind() -> None:
    """A short run leaves nothing, at least."""
    found = run(turns=1000, matches=10)
    assert found["seen"][-1]["turns"] == 1000
    assert found["seen"][-1]["matches"] == 10
    assert set(found["left behind"].values()) == {0}
