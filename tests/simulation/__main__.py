"""Simulations of whole sessions, many of them, on all cores. The same seed gives the same run.

python -m tests.simulation machines --sessions 1000000   the machines alone
python -m tests.simulation relays --sessions 1000        the machines, with relays between them
python -m tests.simulation programs --seconds 30         the real programs, as many as there is time for
python -m tests.simulation programs --seed 7             one session, with its trace
"""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count, islice
from os import cpu_count

from tests.simulation import machines, programs, relays

CHUNK = 20
"""Sessions that a worker process takes at a time."""


def wrong_with_programs(seed: int) -> str | None:
    """Return what is wrong with a session of the programs, if anything is."""
    failure = programs.session(seed).failure
    return failure.headline() if failure else None


def wrong_with(session: Callable[[int], object], seed: int) -> str | None:
    """Return what is wrong with a session that fails if anything is."""
    try:
        session(seed)
    except Exception as error:  # any error is a finding
        return f"{type(error).__name__}: {error}"
    return None


KINDS: dict[str, Callable[[int], str | None]] = {
    "programs": wrong_with_programs,
    "machines": partial(wrong_with, machines.session),
    "relays": partial(wrong_with, relays.session),
}


def several(wrong_with: Callable[[int], str | None], seeds: range) -> tuple[int, str] | None:
    """Return the first seed whose session went wrong, and how."""
    for seed in seeds:
        if wrong := wrong_with(seed):
            return seed, wrong
    return None


def run(kind: str, first: int, sessions: int | None, seconds: float | None) -> int:
    """Run `sessions` sessions, or for `seconds` seconds; returns the exit status."""
    began, done, workers = time.monotonic(), 0, cpu_count() or 1
    chunks = (range(start, start + CHUNK) for start in count(first, CHUNK))
    if sessions is not None:
        last = first + sessions
        chunks = (range(start, min(start + CHUNK, last)) for start in range(first, last, CHUNK))
    with ProcessPoolExecutor(workers) as pool:
        while batch := list(islice(chunks, 4 * workers)):
            for found in pool.map(several, [KINDS[kind]] * len(batch), batch):
                if found:
                    print(f"\nSeed {found[0]}: {found[1]}")
                    print(f"To see it: python -m tests.simulation {kind} --seed {found[0]}")
                    return 1
            done += sum(map(len, batch))
            took = time.monotonic() - began
            if sys.stderr.isatty():
                print(f"\r{done} sessions in {took:.0f} s", end="", file=sys.stderr)
            if seconds is not None and took >= seconds:
                break
    took = time.monotonic() - began
    print(
        f"{done} sessions of the {kind} in {took:.0f} s, {done / took / workers:.0f} a second and core: nothing lost."
    )
    return 0


def show(kind: str, seed: int) -> int:
    """Run one session, and show what is wrong with it."""
    if kind != "programs":
        world = (relays if kind == "relays" else machines).session(seed)
        print(f"well, after {world.clock.steps} steps and {world.clock.now:.0f} seconds")
        return 0
    result = programs.session(seed, trace=True)
    if result.trace:
        print(result.trace.render(limit=0))
    print(result.failure or f"well, after {result.steps} steps and {result.virtual_time:.0f} seconds")
    if result.failure and result.failure.exception:
        raise result.failure.exception
    return 0


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--sessions", type=int, help="how many")
    parser.add_argument("--seconds", type=float, help="for how long to begin new ones")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="run this one alone")
    options = parser.parse_args()
    if options.seed is not None:
        return show(options.kind, options.seed)
    if options.sessions is None and options.seconds is None:
        options.sessions = 1000
    return run(options.kind, options.first, options.sessions, options.seconds)


if __name__ == "__main__":
    sys.exit(main())
