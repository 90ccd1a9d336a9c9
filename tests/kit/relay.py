"""A relay's machine with its legs and its clock, for tests that read like a script."""

from collections import defaultdict
from itertools import count
from random import Random

from chatgame.relay.lines import At, written
from chatgame.relay.meeting import Claim, Command, Connect, End, Meeting, Say, Seek

TICKET, PLACE = "0123456789abcdef" * 2, "0123456789abcdef" * 4
ANNA, BEN, EVE = "192.0.2.1", "198.51.100.2", "203.0.113.3"


class Relay:
    """One relay and its legs.

    Attributes:
        meeting: its machine.
        now: the time, in seconds.
        tables: the tables that were joined, each as a host and a joiner.
        closed: the legs that it has closed.
        asked: what it wants to know from the cluster.
    """

    def __init__(self, *, capacity: int = 1000, clustered: bool = False) -> None:
        tickets = count()
        chance = Random(1)
        self.meeting = Meeting(capacity, chance.randrange, lambda: f"{next(tickets):032x}", clustered=clustered)
        self.now = 1000.0
        self.tables: list[tuple[int, int]] = []
        self.closed: set[int] = set()
        self.asked: list[Claim | Seek] = []
        self._heard: defaultdict[int, list[str]] = defaultdict(list)
        self._numbers = count(1)

    def connect(self, network: str = ANNA) -> int:
        """A new leg that says nothing yet."""
        leg = next(self._numbers)
        self._do(self.meeting.connected(leg, network, self.now))
        return leg

    def host(self, where: str = "", network: str = ANNA) -> int:
        """A new leg that waits."""
        leg = self.connect(network)
        self.say(leg, f"chatgame-relay 1 host {where}".rstrip())
        return leg

    def join(self, where: str | int, network: str = BEN) -> int:
        """A new leg that comes to a host."""
        leg = self.connect(network)
        self.say(leg, f"chatgame-relay 1 join {where}")
        return leg

    def say(self, leg: int, line: str) -> None:
        """Say a line."""
        self.send(leg, f"{line}\n".encode())

    def send(self, leg: int, data: bytes) -> None:
        """Send bytes that need not be a line."""
        self._do(self.meeting.receive(leg, data, self.now))

    def lose(self, leg: int) -> None:
        """The leg's connection breaks."""
        self._do(self.meeting.lost(leg, self.now))

    def answer_claim(self, *, ours: bool = True) -> None:
        """The cluster answers the oldest question, a claim."""
        claim = self.asked.pop(0)
        assert isinstance(claim, Claim)
        self._do(self.meeting.claimed(claim.leg, self.now, ours=ours))

    def answer_seek(self, node: At | None) -> None:
        """The cluster answers the oldest question, where a host waits."""
        seek = self.asked.pop(0)
        assert isinstance(seek, Seek)
        self._do(self.meeting.found(seek.leg, node, self.now))

    def drain(self) -> None:
        """The relay goes down."""
        self._do(self.meeting.drain(self.now))

    def wait(self, seconds: float) -> None:
        """So much time passes; the relay looks at its clock four times a second."""
        for _ in range(round(seconds * 4)):
            self.now += 0.25
            while commands := self.meeting.tick(self.now):
                self._do(commands)

    def hears(self, leg: int) -> list[str]:
        """What the leg has been told since this was asked last."""
        return self._heard.pop(leg, [])

    def number_of(self, leg: int) -> int:
        """The number that the leg has just got."""
        word, number, _ = self.hears(leg)[0].split()
        assert word == "number"
        return int(number)

    def table(self, where: str = "", host: str = ANNA, joiner: str = BEN) -> tuple[int, int]:
        """A host and a joiner who are joined."""
        waits = self.host(where, host)
        comes = self.join(where or self.number_of(waits), joiner)
        self.say(waits, "ready")
        assert self.tables[-1] == (waits, comes)
        return waits, comes

    def _do(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Say(leg, line):
                    self._hear(leg, written(line))
                case End(leg, line):
                    if line:
                        self._hear(leg, written(line))
                    self.closed.add(leg)
                case Connect(host, joiner):
                    self.tables.append((host, joiner))
                case Claim() | Seek():
                    self.asked.append(command)

    def _hear(self, leg: int, line: bytes) -> None:
        assert leg not in self.closed
        self._heard[leg].append(line.decode().rstrip("\n"))
