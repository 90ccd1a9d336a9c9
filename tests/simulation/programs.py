"""Whole sessions of the real programs, from `chatgame.program` down, in virtual time.

They talk on a direct line, or over relays that die, drain, redirect and lie. The network splits and delays what is
sent, is cut, and resets connections. Processes die at any step, and the disk
keeps only what was synced. Two people chat, play every game, let a third one watch now and then, and quit at any
time. The same seed gives the same run.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import detangle

from chatgame.core.errors import LinkLost, PartnerLeft, PlayerLeft, TurnedAway, Unreachable
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.journal.writer import Writer
from chatgame.program.client import join
from chatgame.program.server import serve
from chatgame.program.setting import Setting
from chatgame.session.onlooker import Begun, Shown
from tests.simulation.people import DOWN, THINKING, WRITING, Person, check
from tests.simulation.ways import Direct, OverRelays

MEMORY = "/dev/shm"  # noqa: S108  # a folder of our own is made in it
"""A folder in memory, on Linux."""


RELAYED = 3
"""One in so many sessions goes over relays."""


class Killed(Exception):
    """The process died."""


class Computer:
    """A computer: its disk, and the program that runs on it, which may die."""

    def __init__(self, seat: Seat, folder: Path, chance: Random) -> None:
        self.seat = seat
        self.disk = folder / seat
        self.program: asyncio.Task[Table] | None = None
        self._chance = chance
        self._down_for: float | None = None

    def die(self, seconds: float) -> None:
        """Kill the process, and lose everything that was not synced."""
        if not self.program or self.program.done() or self._down_for is not None:
            return
        kept = self.disk.with_name(f"{self.disk.name} kept")
        if self.disk.exists():
            shutil.copytree(self.disk, kept, ignore=shutil.ignore_patterns("*-shm", "*.lock"))
            torn = kept / "journal.db-wal"
            if torn.exists() and self._chance.random() < 0.3:
                with torn.open("ab") as end:
                    end.write(self._chance.randbytes(self._chance.randrange(1, 5000)))
        self._down_for = seconds
        detangle.network().crash(self.seat.value)

    async def run(self, player: "Player", setting: dict[str, Any], told: Callable[..., object]) -> Table:
        """Run the program until it ends.

        Raises:
            Killed: it died; it can be started again.
        """
        sit = serve if self.seat is Seat.SERVER else join

        async def program() -> Table:
            with Store(self.disk / "journal.db") as store:
                return await sit(player, Setting(games=BUILT_IN, store=store, **setting), told)

        self.program = detangle.spawn(program(), host=self.seat.value, name=self.seat.value)
        await asyncio.wait([self.program])
        if self._down_for is None:
            return await self.program
        with suppress(BaseException):
            await self.program
        if self.disk.exists():
            shutil.rmtree(self.disk)
        kept = self.disk.with_name(f"{self.disk.name} kept")
        if kept.exists():
            kept.rename(self.disk)
        await asyncio.sleep(self._down_for)
        self._down_for = None
        detangle.network().restart(self.seat.value)
        raise Killed

    async def stop(self) -> None:
        """Stop the program, if it still runs, as its person would with Ctrl-C."""
        if self.program and not self.program.done():
            self.program.cancel()
            await asyncio.wait({self.program})

    def log(self) -> list[Turn]:
        """The log of the first conversation on this disk in which anything was said."""
        if not (self.disk / "journal.db").exists():
            return []
        with Store(self.disk / "journal.db") as store:
            begun = [record.number for record in store.history() if record.turns]
            return [entry.turn for entry, _ in store.log(min(begun))] if begun else []


class Player:
    """Lets a person sit at a program, through many lives of it."""

    def __init__(self, person: Person, world: "World") -> None:
        self._person = person
        self._world = world

    async def ask(self, table: Table) -> str:
        """The next line."""
        assert not any(person.asked for person in self._world.people.values()), "both are asked"
        if self._world.gone:
            raise PlayerLeft("Gone.")
        self._person.asked = True
        try:
            await asyncio.sleep(self._world.chance.choice(THINKING))
        finally:
            self._person.asked = False
        return self._person.line(table)

    async def see(self, step: Step) -> None:
        """Show the person a turn."""
        self._person.saw(step)

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Let the person come to the table."""
        self._person.came(steps)

    async def hear(self, text: str) -> None:
        """Show the person a sentence."""
        self._person.heard(text)


class Curious:
    """Somebody who tries to watch all the time; what they are shown has to be in the log, in its order."""

    def __init__(self, way: Direct) -> None:
        self.shown: list[Turn] = []
        self._way = way

    async def live(self) -> None:
        """Watch, again and again."""
        while True:
            with suppress(Unreachable, LinkLost):
                await self._way.watch(self._see)
            await asyncio.sleep(1)

    def _see(self, what: Shown) -> None:
        self.shown += [step.turn for step in what.steps] if isinstance(what, Begun) else [what.turn]

    def check(self, log: Sequence[Turn]) -> None:
        """Check that everything that was shown is in the log, from where the two had agreed to it."""
        assert all(log[turn.number] == turn for turn in self.shown)
        agreed, since = set(), False
        for turn in log:
            if since:
                agreed.add(turn.number)
            if turn.kind is Kind.WATCH and turn.text in ("accept", "off"):
                since = turn.text == "accept"
        assert agreed.issuperset(turn.number for turn in self.shown)


class World:
    """Two computers, two people, and the troubles that they have."""

    def __init__(self, seed: int, folder: Path, way: Direct) -> None:
        self.chance = Random(seed)
        self.way = way
        self.computers = {seat: Computer(seat, folder, self.chance) for seat in Seat}
        self.people = {seat: Person(seat, Random(self.chance.random())) for seat in Seat}
        self._steps = 0
        self._troubles = sorted(self.chance.randrange(3000) for _ in range(self.chance.choice([0, 1, 2, 4, 10])))
        self._trouble = asyncio.Event()

    @property
    def gone(self) -> bool:
        """Whether a person has left for good."""
        return any(person.gone for person in self.people.values())

    def over(self) -> bool:
        """Whether both logs are closed, or a person has left for good."""
        return self.gone or all(
            log and log[-1].kind is Kind.QUIT for log in (computer.log() for computer in self.computers.values())
        )

    async def live(self, seat: Seat) -> None:
        """Start the program again and again, as a person would, until all is over."""
        computer, person = self.computers[seat], self.people[seat]
        while not self.over():
            setting = self.way.setting(seat, begun=bool(computer.log()))
            setting |= {"patience": self.chance.choice([20, 600]), "chance": Random(self.chance.random())}
            try:
                await computer.run(
                    Player(person, self), setting, self.way.told if seat is Seat.SERVER else lambda *_: None
                )
            except Killed:
                person.died(computer.log())
            except (PartnerLeft, PlayerLeft):
                assert self.gone
            except TurnedAway:
                assert self.over() or self.way.may_turn_away(begun=bool(computer.log()))
                await asyncio.sleep(self.chance.choice(DOWN))
            except asyncio.CancelledError:
                assert self.over()
            except (Unreachable, LinkLost):
                person.died(computer.log())
                await asyncio.sleep(self.chance.choice(DOWN))

    def step(self) -> None:
        """Count the steps of the simulation, and make trouble at some of them."""
        self._steps += 1
        if self._troubles and self._steps >= self._troubles[0]:
            self._troubles.pop(0)
            self._trouble.set()

    async def make_trouble(self) -> None:
        """Cut the line or kill a program."""
        while True:
            await self._trouble.wait()
            self._trouble.clear()
            seconds = self.chance.choice(DOWN)
            victim = self.chance.choice([None, *Seat])
            if victim:
                self.computers[victim].die(seconds)
            else:
                await self.way.make_trouble(seconds)

    async def run(self) -> None:
        """Run the session, and check that nothing was lost, doubled, reordered or changed."""
        detangle.invariant(self.step)
        self.slow_disk()
        async with self.way.laid():
            await self._run()

    async def _run(self) -> None:
        trouble = asyncio.create_task(self.make_trouble())
        lives = {asyncio.create_task(self.live(seat)) for seat in Seat}
        curious = Curious(self.way)
        watching = detangle.spawn(curious.live(), host="watcher")
        while lives and not (self.over() and len(lives) == 1):  # a server may wait forever for a client that is gone
            ended, lives = await asyncio.wait(lives, return_when=asyncio.FIRST_COMPLETED)
            for life in ended:
                life.result()
        for life in lives:
            await asyncio.wait({life}, timeout=1000)
        assert not trouble.done(), trouble.result()
        assert not watching.done(), watching.result()
        trouble.cancel()
        watching.cancel()
        for computer in self.computers.values():
            await computer.stop()
        await asyncio.wait({trouble, watching, *lives})
        logs = {seat: computer.log() for seat, computer in self.computers.items()}
        check(self.people, logs)
        curious.check(max(logs.values(), key=len))

    def slow_disk(self) -> None:
        """Delay all work in threads, which is the disk's; a process may die meanwhile."""
        loop = detangle.current_loop()
        at_once = loop.run_in_executor

        async def slowly(*job: Any) -> Any:
            await asyncio.sleep(self.chance.choice(WRITING))
            return await at_once(*job)

        loop.run_in_executor = slowly  # type: ignore[method-assign, assignment]  # it knows no disks


def session(seed: int, *, trace: bool = False) -> detangle.RunResult:
    """Run one whole session."""
    chance = Random(seed)
    way = (Direct if seed % RELAYED else OverRelays)(Random(seed))
    net = detangle.NetConfig(
        latency=(0.0001, chance.choice(way.latencies)),
        fragment=chance.choice([0.0, 0.5]),
        tcp_timeout=chance.choice([0.01, 5.0, 60.0]),
    )
    config = detangle.SimConfig(reorder=chance.random() < 0.5, check_leaks=True, net=net, max_steps=400_000)
    with tempfile.TemporaryDirectory(dir=MEMORY if os.path.isdir(MEMORY) else None) as folder:
        strategy = detangle.RandomWalk(seed)
        strategy.start(0)

        async def main() -> None:
            await World(seed, Path(folder), way).run()

        with patch.object(Writer, "do", lambda _, work: asyncio.to_thread(work)):
            return detangle.execute(main, config=config, strategy=strategy, trace=trace)
