"""How fast and how small chatgame is. Each figure is a ratio to a named peer that does the same work in the same run.

    python -m tests.benchmarks                            everything, in about ten minutes
    python -m tests.benchmarks --quick                    little work, few rounds
    python -m tests.benchmarks --only "start" --rounds 9  the rows whose names contain a text
    python -m tests.benchmarks --endurance                a million turns and ten thousand matches in one process

The peers are installed by `pip install -e ".[benchmarks]"` and `npm install --prefix tests/benchmarks`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import endurance, games, journals, programs, relays, trips
from tests.benchmarks.measure import Progress, machine, pin
from tests.benchmarks.report import table

FAIR = 5
"""Rounds by default; fewer do not make a fair figure."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="little work, two rounds")
    parser.add_argument(
        "--rounds", type=int, help=f"rounds, in each of which we and the peer run once (default: {FAIR})"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="only the rows whose names contain this")
    parser.add_argument("--json", type=Path, metavar="FILE", help="a file to write all figures to")
    parser.add_argument("--endurance", action="store_true", help="a million turns and ten thousand matches")
    options = parser.parse_args(arguments)
    pin()
    about = machine()
    if options.endurance:
        turns, matches = (10_000, 100) if options.quick else (1_000_000, 10_000)
        found: dict[str, Any] = {"endurance": endurance.run(turns, matches)}
        print(endurance.summary(found["endurance"]))
    else:
        rounds = options.rounds or (2 if options.quick else FAIR)
        rows = measured(rounds, options.only, quick=options.quick)
        found = {"rounds": rounds, "rows": rows}
        print(table(rows))
    print("\n".join(["", *(f"{what}: {value}" for what, value in about.items())]))
    if options.json:
        options.json.write_text(json.dumps({"machine": about} | found, indent=1) + "\n")
    return 0


def measured(rounds: int, only: str, *, quick: bool) -> list[dict[str, Any]]:
    """All rows whose names contain `only`, with their figures."""
    rows = [
        row
        for group in (trips, games, programs, journals, relays)
        for row in group.rows(quick=quick)
        if only in row.what
    ]
    progress = Progress(rounds * sum(not row.missing for row in rows))
    found = [row.measured(rounds, lambda row=row: progress.passed(row.what)) for row in rows]
    progress.over()
    return found


if __name__ == "__main__":
    sys.exit(main())
