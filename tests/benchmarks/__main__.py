"""How fast chatgame is, and how small: each figure is a ratio to a named peer, in the same run on the same work.

    python -m tests.benchmarks                            all of it, some ten minutes
    python -m tests.benchmarks --quick                    a look: little work, few rounds
    python -m tests.benchmarks --only "start" --rounds 9  the rows whose names hold that text
    python -m tests.benchmarks --endurance                a million turns and ten thousand matches in one process

The peers are installed by `pip install -e ".[benchmarks]"` and `npm install --prefix tests/benchmarks`.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import endurance, games, journals, programs, trips
from tests.benchmarks.measure import Progress, machine, pin
from tests.benchmarks.report import table

FAIR = 5
"""The least rounds that make a figure."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a look: little work, two rounds")
    parser.add_argument("--rounds", type=int, help=f"of us and the peer by turns (default: {FAIR})")
    parser.add_argument("--only", default="", metavar="TEXT", help="the rows whose names hold this")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all figures to")
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
    """All rows whose names hold `only`, with their figures."""
    rows = [
        row for group in (trips, games, programs, journals) for row in group.rows(quick=quick) if only in row.what
    ]
    progress = Progress(rounds * sum(not row.missing for row in rows))
    found = [row.measured(rounds, lambda row=row: progress.passed(row.what)) for row in rows]
    progress.over()
    return found


if __name__ == "__main__":
    sys.exit(main())
