"""The command: `python -m tests.strength` measures all, and `python -m tests.strength --help` says how to do less.

A game's number decides all of its random choices, so any game can be played again alone.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from chatgame.players.bot.bot import SIMULATIONS
from chatgame.players.bot.level import Level
from tests.strength.measures import Measure, all_measures


def main(words: Sequence[str] | None = None) -> None:
    """Measure, and print a row for each measure."""
    names = list(all_measures(0))
    parser = argparse.ArgumentParser(prog="python -m tests.strength", description="Measure how well the bots play.")
    parser.add_argument(
        "what", nargs="*", metavar="WHAT", help=f"what to measure: {', '.join(names)}; all by default"
    )
    parser.add_argument("--games", type=int, metavar="N", help="play the first N games of each")
    parser.add_argument("--game", type=int, metavar="N", help="play the game with this number alone, from 0")
    parser.add_argument(
        "--simulations",
        type=int,
        default=SIMULATIONS[Level.HARD],
        metavar="N",
        help="what the hard bot may use for a move (default: %(default)s)",
    )
    parser.add_argument(
        "--results", type=Path, metavar="FILE", help="keep results here, and do not play again what is here"
    )
    options = parser.parse_args(words)
    if unknown := set(options.what) - set(names):
        parser.error(f"there is no measure {min(unknown)}; there are {', '.join(names)}")
    for name, measure in all_measures(options.simulations).items():
        if name in (options.what or names):
            numbers = range(options.games or measure.games) if options.game is None else [options.game]
            results = _results(f"{name} {options.simulations}", measure, numbers, options.results)
            sys.stdout.write(f"| {measure.what} | {measure.tell(results)} |\n")
            sys.stdout.flush()


def _results(name: str, measure: Measure, numbers: Sequence[int], kept: Path | None) -> list[float]:
    """The results of these games, which are played as far as they are not kept; shows how far it has come."""
    known = {}
    if kept and kept.exists():
        known = {
            number: result for what, number, result in map(json.loads, kept.read_text().splitlines()) if what == name
        }
    results = []
    for number in numbers:
        result = known.get(number)
        if result is None:
            result = measure.play(number)
            if kept:
                with kept.open("a") as file:
                    file.write(json.dumps([name, number, result]) + "\n")
        results.append(result)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{name}: {len(results)} of {len(numbers)} ")
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    return results


if __name__ == "__main__":
    main()
