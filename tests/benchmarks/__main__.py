"""How fast and how small chatgame is. Each figure is a ratio to a named peer that does the same work in the same run.

    python -m tests.benchmarks                            everything, in about ten minutes
    python -m tests.benchmarks --publish                  the same, and the documents show it
    python -m tests.benchmarks --quick                    little work, few rounds
    python -m tests.benchmarks --only "start" --rounds 9  the rows whose names contain a text
    python -m tests.benchmarks --endurance                a million turns and ten thousand matches in one process

The peers are installed by these two:

    pip install -e ".[benchmarks]"
    npm install --no-package-lock --prefix tests/benchmarks
"""

import argparse
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks import endurance, games, journals, programs, relays, trips
from tests.benchmarks.measure import HERE, Progress, Row, machine, pin
from tests.benchmarks.report import TABLES, publish, table

Figures = dict[str, Any]
"""A row with its figures."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="little work, two rounds")
    parser.add_argument(
        "--rounds", type=int, help="rounds, in each of which we and the peer run once (default: as many as are fair)"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="only the rows whose names contain this")
    parser.add_argument("--json", type=Path, metavar="FILE", help="a file to write all figures to")
    parser.add_argument("--publish", action="store_true", help="write the figures into this folder's documents")
    parser.add_argument("--endurance", action="store_true", help="a million turns and ten thousand matches")
    options = parser.parse_args(arguments)
    if options.publish and (options.quick or options.endurance):
        parser.error("What --quick or --endurance finds is not for these documents")
    pin()
    about = machine()
    if options.endurance:
        turns, matches = (10_000, 100) if options.quick else (1_000_000, 10_000)
        found: dict[str, Any] = {"endurance": endurance.run(turns, matches)}
        print(endurance.summary(found["endurance"]))
    else:
        rounds = options.rounds or (2 if options.quick else None)
        rows = [row for row in all_rows(quick=options.quick) if options.only in row.what]
        found = {"rows": measured(rows, rounds)}
        print(table(found["rows"]))
    print("\n".join(["", *(f"{what}: {value}" for what, value in about.items())]))
    if options.json:
        write(options.json, {"machine": about} | found)
    if options.publish:
        for name in TABLES:
            path = HERE / f"{name}.json"
            kept = json.loads(path.read_text())["rows"]
            write(path, {"machine": about, "rows": renewed(kept, found["rows"], of_relays=name == "relays")})
        publish()
    return 0


def renewed(kept: Sequence[Figures], found: Sequence[Figures], *, of_relays: bool) -> list[Figures]:
    """The rows of one table in their order: as they were found now, or else as they were kept."""
    known = {(row["what"], row["against"]): row for row in (*kept, *found)}
    rows = (known.get((row.what, row.against)) for row in all_rows(quick=False))
    return [row for row in rows if row and ("relay" in row["what"]) is of_relays]


def write(path: Path, figures: dict[str, Any]) -> None:
    """Write figures as JSON."""
    path.write_text(json.dumps(figures, indent=1) + "\n")


def all_rows(*, quick: bool) -> list[Row]:
    """All rows."""
    return [row for group in (trips, games, programs, journals, relays) for row in group.rows(quick=quick)]


def measured(rows: Sequence[Row], rounds: int | None) -> list[Figures]:
    """The rows with their figures, from so many rounds or as many as are fair."""
    progress = Progress(sum(rounds or row.rounds for row in rows if not row.missing))
    found = [row.measured(rounds, partial(progress.passed, row.what)) for row in rows]
    progress.over()
    return found


if __name__ == "__main__":
    sys.exit(main())
