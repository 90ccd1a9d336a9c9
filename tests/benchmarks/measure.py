"""How chatgame is measured: it and a peer do the same work by turns, and the ratio of their costs counts."""

import importlib.util
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

HERE = Path(__file__).parent

FAIR = 5
"""Rounds, of most figures; fewer do not make a fair one."""

LIBRARIES = ("aioconsole", "msgspec", "websockets", "uvloop", "winloop", "open_spiel")


class Bound(NamedTuple):
    """The target for the median of a ratio.

    Attributes:
        value: the bound.
        least: if true, the ratio is the peer's cost divided by ours, and must be at least `value`; otherwise it is
            our cost divided by the peer's, and must be at most `value`.
    """

    value: float
    least: bool

    def __str__(self) -> str:
        return f"{'at least' if self.least else 'at most'} {self.value:g}"

    def met_by(self, ratio: float) -> bool:
        """Whether a ratio is within the bound."""
        return ratio >= self.value if self.least else ratio <= self.value


class Row(NamedTuple):
    """One line of the table.

    Attributes:
        what: the name of what is measured.
        against: the peer.
        bound: the target of the ratio, or None if there is none; the ratio is then our cost divided by the peer's.
        unit: the unit of the costs.
        own, peer: functions that measure once and return a cost; less is better.
        missing: why the peer cannot be measured, if it cannot.
        rounds: how many rounds make a fair figure.
    """

    what: str
    against: str
    bound: Bound | None
    unit: str
    own: Callable[[], float]
    peer: Callable[[], float]
    missing: str | None = None
    rounds: int = FAIR

    def measured(self, rounds: int | None = None, passed: Callable[[], object] = bool) -> dict[str, Any]:
        """Measure both, by default in as many rounds as are fair; returns the row with its figures.

        `passed` is called after each round.
        """
        about: dict[str, Any] = {"what": self.what, "against": self.against, "target": str(self.bound or "-")}
        if self.missing:
            return about | {"missing": self.missing}
        own, peer = [], []
        for _ in range(rounds or self.rounds):
            own.append(self.own())
            peer.append(self.peer())
            passed()
        pairs = zip(own, peer, strict=True)
        faster = self.bound and self.bound.least
        ratios = sorted(theirs / ours if faster else ours / theirs for ours, theirs in pairs)
        return about | {
            "unit": self.unit,
            "own": own,
            "peer": peer,
            "ratio": {"min": ratios[0], "median": median(ratios), "max": ratios[-1]},
            "reached": self.bound.met_by(median(ratios)) if self.bound else None,
        }


def absent(module: str) -> str | None:
    """Why a peer that is a Python module cannot be measured, if it cannot."""
    if importlib.util.find_spec(module):
        return None
    return f'{module} is not installed: pip install -e ".[benchmarks]"'


def pin() -> None:
    """Keep this process and all that it starts on one core, since waking another core takes longer than the work."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def said(*command: str, **options: Any) -> str:
    """What a program prints."""
    printed: str = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, timeout=300, **options
    ).stdout
    return printed


def said_by_node(script: str, *arguments: object) -> float:
    """The number that a script of this folder prints under node."""
    command = ["node", "--expose-gc", str(HERE / script), *map(str, arguments)]
    return float(said(*command, env=os.environ | {"NODE_ENV": "production"}))


def no_boardgame_io() -> str | None:
    """Why boardgame.io cannot be measured, if it cannot."""
    if (HERE / "node_modules" / "boardgame.io").exists():
        return None
    return "boardgame.io is not installed: npm install --no-package-lock --prefix tests/benchmarks"


def machine() -> dict[str, str]:
    """A description of the machine and the software."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.processor()
    try:
        node = said("node", "--version").strip()
    except OSError:
        node = "not installed"
    described = {
        "CPU": cpu,
        "cores": str(os.cpu_count()),
        "pinned to": f"core {max(os.sched_getaffinity(0))}" if hasattr(os, "sched_getaffinity") else "no core",
        "OS": platform.platform(),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "SQLite": sqlite3.sqlite_version,
        "node": node,
    }
    for library in LIBRARIES:
        try:
            described[library] = version(library)
        except PackageNotFoundError:
            described[library] = "not installed"
    return described


class Progress:
    """A progress bar on standard error, if that is a terminal."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._done = 0

    def passed(self, what: str) -> None:
        """One step is done, of `what`."""
        self._done += 1
        if sys.stderr.isatty():
            bar = "#" * (40 * self._done // self._steps)
            sys.stderr.write(f"\r{bar:40} {self._done} of {self._steps}  {what[:60]:60}")

    def over(self) -> None:
        """Remove the bar."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{'':120}\r")
