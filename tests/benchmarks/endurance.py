"""Endurance: a million turns and ten thousand matches in one process, both seats, each with its journal on disk."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

from chatgame.core.log import Step
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.net.link import Link
from chatgame.net.memory import linked_in_memory
from chatgame.session.play import converse
from tests.benchmarks.games import Tireless
from tests.benchmarks.measure import Progress

MEMORY = "/dev/shm"  # noqa: S108  # a folder of our own is made in it
"""A folder in memory, on Linux: the time of a disk is measured elsewhere."""

SAMPLES = 100
"""How often memory and speed are sampled."""


class Witness(Tireless):
    """Plays and talks on, and samples the process now and then; `seen` has the samples."""

    def __init__(self, turns: int, apart: int) -> None:
        super().__init__(turns, apart)
        self.seen: list[dict[str, float]] = []
        self._turns = turns
        self._progress = Progress(SAMPLES)
        self._began = perf_counter()

    async def see(self, step: Step) -> None:
        """Take a sample at each hundredth of the way."""
        number = step.after.number
        if not number % (self._turns // SAMPLES):
            sample = {"turns": number, "matches": step.after.matches, "seconds": perf_counter() - self._began}
            self.seen.append(sample | {"memory": resident(), "tasks": len(asyncio.all_tasks())} | descriptors())
            self._progress.passed(f"{number} turns, {resident() / 2**20:.1f} MiB")


def resident() -> int:
    """The memory of this process, in bytes; 0 on systems that do not say it."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def descriptors() -> dict[str, int]:
    """The number of open files, on systems that say it."""
    try:
        return {"descriptors": len(os.listdir("/dev/fd"))}
    except OSError:
        return {}


def run(turns: int, matches: int) -> dict[str, Any]:
    """Run a long conversation; returns the samples and what was left behind."""
    before = descriptors()
    with tempfile.TemporaryDirectory(dir=MEMORY if os.path.isdir(MEMORY) else None) as folder:
        seen, tasks = asyncio.run(_converse(Path(folder), turns, turns // matches))
    return {"seen": seen, "left behind": {"tasks": tasks} | _growth(before, descriptors())}


async def _converse(folder: Path, turns: int, apart: int) -> tuple[list[dict[str, float]], int]:
    """Run the conversation of both seats; returns the samples and the number of tasks that are left."""
    witness = Witness(turns, apart)
    players = witness, Tireless(turns, apart)

    async def sit(player: Tireless, link: Link) -> None:
        with Store(folder / link.seat / "journal.db") as store:
            async with store.conversation(store.create(link.seat, "memory", 0)) as journal:
                await converse(player, link, BUILT_IN, journal)

    async with asyncio.TaskGroup() as tasks:
        for player, link in zip(players, linked_in_memory(BUILT_IN), strict=True):
            tasks.create_task(sit(player, link))
    return witness.seen, len(asyncio.all_tasks()) - 1


def _growth(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {what: number - before[what] for what, number in after.items()}


def rates(seen: Sequence[dict[str, float]]) -> list[float]:
    """The turns per second between each sample and the next."""
    return [
        (sample["turns"] - last["turns"]) / (sample["seconds"] - last["seconds"]) for last, sample in pairwise(seen)
    ]


def summary(found: dict[str, Any]) -> str:
    """The result of a run, as a table in Markdown."""
    seen = found["seen"]
    lines = ["| turns | matches | turns a second | MiB | tasks | descriptors |", "|---|---|---|---|---|---|"]
    for sample, rate in zip(seen[1:], rates(seen), strict=True):
        if sample["turns"] % (seen[-1]["turns"] // 10) == 0:
            cells = (
                sample["turns"],
                sample["matches"],
                f"{rate:.0f}",
                f"{sample['memory'] / 2**20:.1f}",
                sample["tasks"],
            )
            lines.append(f"| {' | '.join(map(str, (*cells, sample.get('descriptors', '-'))))} |")
    left = ", ".join(f"{number} {what}" for what, number in found["left behind"].items())
    return "\n".join([*lines, f"Left behind: {left}."])
