"""Whole sessions, simulated: both programs, from the command line's floor down, in virtual time.

The network splits what is sent, delays it, is cut and resets; processes die at any step; the disk keeps what was
synced and nothing else; and two people chat, play every game, and quit when they like. One seed gives one run.

    python -m tests.simulation --sessions 1000000     many runs, on all cores
    python -m tests.simulation --seed 7               one of them, with its trace
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import detangle

from chatgame.core.board import Board
from chatgame.core.errors import LinkLost, PartnerLeft, PlayerLeft, TurnedAway, Unreachable
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.journal.writer import Writer
from chatgame.players.bot.strategies import STRATEGIES
from chatgame.program import Setting, join, serve

MEMORY = "/dev/shm"  # noqa: S108  # a folder of our own is made in it
"""Where files cost nothing, on Linux."""

THINKING = (0.0, 0.0, 0.001, 0.1, 1.0, 20.0)
"""In seconds: how long people think."""

WRITING = (0.0, 0.0, 0.001, 0.5)
"""In seconds: how long the disk takes."""

DOWN = (0.0, 0.1, 3.0, 40.0)
"""In seconds: how long a cut or a death lasts."""


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
        """The process is gone, with all that was not synced."""
        if not self.program or self.program.done():
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

    async def run(self, person: "Person", setting: dict[str, Any]) -> Table:
        """Run the program until it ends.

        Raises:
            Killed: it died; it can be started again.
        """
        sit = serve if self.seat is Seat.SERVER else join

        async def program() -> Table:
            with Store(self.disk / "journal.db") as store:
                where = Setting("server", 1059, BUILT_IN, store, insecure=True, **setting)
                return await sit(person, where, lambda *_: None)

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
        """Whoever sits here stops the program, if it still waits for somebody."""
        if self.program and not self.program.done():
            self.program.cancel()
            await asyncio.wait({self.program})

    def log(self) -> list[Turn]:
        """What is on the disk of the first conversation."""
        if not (self.disk / "journal.db").exists():
            return []
        with Store(self.disk / "journal.db") as store:
            return [entry.turn for entry, _ in store.log(1)]


class Person:
    """Chats, plays every game, and quits or leaves at random; sits through many lives of the program."""

    def __init__(self, seat: Seat, world: "World", chance: Random) -> None:
        self.seat = seat
        self.world = world
        self.chance = chance
        self.typed: list[str] = []
        self.in_work: str | None = None
        self.lost: set[str] = set()
        self.patience = chance.randrange(1, 30)

    async def ask(self, table: Table) -> str:
        """The next line."""
        assert self.world.token is None, f"the {self.seat} is asked while the {self.world.token} is"
        if self.world.gone:
            raise PlayerLeft("Gone.")
        self.world.token = self.seat
        try:
            await asyncio.sleep(self.chance.choice(THINKING))
        finally:
            self.world.token = None
        self.patience -= 1
        if self.patience < 0 and not self.chance.randrange(3):
            if self.chance.randrange(5):
                return "/q"
            self.world.gone = True
            raise PlayerLeft("Gone.")
        match = table.playing
        if match and self.chance.random() < 0.9:
            if self.chance.random() < 0.05:
                return "/resign"
            strategy = STRATEGIES.get(match.rules.name)
            if strategy:
                return strategy(match.position, self.seat, self.chance)
            return str(self.chance.choice(list(match.rules.legal_moves(match.position))))
        if not match and self.chance.random() < 0.4:
            return f"play {self.chance.choice(list(BUILT_IN))}"
        self.in_work = f"line {len(self.typed)} of the {self.seat}"
        self.typed.append(self.in_work)
        return f"/say {self.in_work}" if match else self.in_work

    async def see(self, step: Step) -> None:
        """A line that is seen is no longer in work."""
        if step.turn.seat is self.seat:
            self.in_work = None

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Nothing that was seen before can have gone."""

    async def hear(self, text: str | Board) -> None:
        """Only a program that is late is ever told of."""
        assert isinstance(text, str), text
        assert "20 remarks" in text or "is late" in text, text

    def died(self, log: list[Turn]) -> None:
        """The program has died; what was in work may be lost, if it was not written yet."""
        if self.in_work and all(turn.text != self.in_work for turn in log):
            self.lost.add(self.in_work)
        self.in_work = None


class World:
    """Two computers, two people, and the trouble they have.

    Attributes:
        token: who is asked.
        gone: whether somebody has left, not to come back.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = Random(seed)
        self.token: Seat | None = None
        self.gone = False
        self.computers = {seat: Computer(seat, folder, self.chance) for seat in Seat}
        self.people = {seat: Person(seat, self, Random(self.chance.random())) for seat in Seat}
        self._steps = 0
        self._troubles = sorted(self.chance.randrange(3000) for _ in range(self.chance.choice([0, 1, 2, 4, 10])))
        self._trouble = asyncio.Event()

    def over(self) -> bool:
        """Whether nobody has anything left to do."""
        return self.gone or all(
            log and log[-1].kind is Kind.QUIT for log in (computer.log() for computer in self.computers.values())
        )

    async def live(self, seat: Seat) -> None:
        """Start the program again and again, as a person would, until all is over."""
        computer, person = self.computers[seat], self.people[seat]
        while not self.over():
            setting = {"patience": self.chance.choice([20, 600]), "chance": Random(self.chance.random())}
            try:
                await computer.run(person, setting)
            except Killed:
                person.died(computer.log())
            except (PartnerLeft, PlayerLeft):
                assert self.gone
            except TurnedAway:
                assert self.over()
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
                detangle.network().disconnect(*Seat)
                await asyncio.sleep(seconds)
                detangle.network().reconnect(*Seat)

    async def run(self) -> None:
        """Let it all happen, and see that nothing was lost, doubled, reordered or changed."""
        detangle.invariant(self.step)
        self.slow_disk()
        trouble = asyncio.create_task(self.make_trouble())
        lives = {asyncio.create_task(self.live(seat)) for seat in Seat}
        while lives and not (self.over() and len(lives) == 1):  # a server may wait for ever for nobody
            ended, lives = await asyncio.wait(lives, return_when=asyncio.FIRST_COMPLETED)
            for life in ended:
                life.result()
        for life in lives:
            await asyncio.wait({life}, timeout=1000)
        trouble.cancel()
        for computer in self.computers.values():
            await computer.stop()
        await asyncio.wait({trouble, *lives})
        self.check()

    def slow_disk(self) -> None:
        """Let what is done in threads, all of it by disks, take its time; a process may die meanwhile."""
        loop = detangle.current_loop()
        at_once = loop.run_in_executor

        async def slowly(*job: Any) -> Any:
            await asyncio.sleep(self.chance.choice(WRITING))
            return await at_once(*job)

        loop.run_in_executor = slowly  # type: ignore[method-assign, assignment]  # it knows no disks
        Writer.do = lambda _, work: asyncio.to_thread(work)  # type: ignore[method-assign, assignment]

    def check(self) -> None:
        """What must hold in the end."""
        client, server = (self.computers[seat].log() for seat in (Seat.CLIENT, Seat.SERVER))
        shorter = min(len(client), len(server))
        assert client[:shorter] == server[:shorter], "the logs differ"
        if not self.gone:
            assert client == server, "one log is shorter"
        longer = max(client, server, key=len)
        written = Counter(turn.text for turn in longer if turn.kind is Kind.SAY)
        for person in self.people.values():
            for line in person.typed:
                assert written[line] == 1 or (line in person.lost | {person.in_work} and not written[line]), line
        for turn in longer:
            assert turn.kind is not Kind.SAY or turn.text in self.people[turn.seat].typed, turn


def session(seed: int, *, trace: bool = False) -> detangle.RunResult:
    """One whole session."""
    chance = Random(seed)
    net = detangle.NetConfig(
        latency=(0.0001, chance.choice([0.0005, 0.1, 5.0])),
        fragment=chance.choice([0.0, 0.5]),
        tcp_timeout=chance.choice([0.01, 5.0, 60.0]),
    )
    config = detangle.SimConfig(reorder=chance.random() < 0.5, check_leaks=True, net=net, max_steps=400_000)
    with tempfile.TemporaryDirectory(dir=MEMORY if os.path.isdir(MEMORY) else None) as folder:
        strategy = detangle.RandomWalk(seed)
        strategy.start(0)

        async def main() -> None:
            await World(seed, Path(folder)).run()

        return detangle.execute(main, config=config, strategy=strategy, trace=trace)


def failing(seed: int) -> str | None:
    """What is wrong with a session, if anything is."""
    result = session(seed)
    return result.failure.headline() if result.failure else None


def main() -> int:
    """Run as the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="run this one alone, and print its trace")
    options = parser.parse_args()
    if options.seed is not None:
        result = session(options.seed, trace=True)
        if result.trace:
            print(result.trace.render(limit=0))
        print(result.failure or f"well, after {result.steps} steps and {result.virtual_time:.0f} seconds")
        if result.failure and result.failure.exception:
            raise result.failure.exception
        return 0
    seeds = range(options.first, options.first + options.sessions)
    with ProcessPoolExecutor() as pool:
        for seed, wrong in zip(seeds, pool.map(failing, seeds, chunksize=20), strict=True):
            done = seed - options.first + 1
            if sys.stderr.isatty() and not done % 20:
                print(f"\r{'#' * (40 * done // len(seeds)):40} {done} of {len(seeds)}", end="", file=sys.stderr)
            if wrong:
                print(f"\nSeed {seed}: {wrong}\nTo see it: python -m tests.simulation --seed {seed}")
                pool.shutdown(cancel_futures=True)
                return 1
    print(f"{options.sessions} sessions, and nothing was lost.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
