"""Who meets whom: the relay's decisions, as a machine without I/O. Bytes and the time in, commands out.

    stage      the leg                                         what ends the stage
    ---------  ----------------------------------------------  ----------------------------------------
    START      has not said its first line                     the line; after `LINE_TIME` it is closed
    CLAIMING   a host that a cluster is being told of          `claimed`
    WAITING    a host that waits                               every `ASK_INTERVAL` it is asked
    ASKED      a host that was asked whether it is ready       its answer; without one it is closed
    JOINING    a joiner whose host has been asked              the host's answer
    SEEKING    a joiner whose host a cluster is asked for      `found`
    JOINED     one of a table's two                            it is closed, or lost

A leg is a number, which the code that runs the machine gives it. What a leg that was closed or lost says is ignored.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from chatgame.core.errors import InvalidMessage
from chatgame.relay.limits import (
    ASK_INTERVAL,
    CHECK_TIME,
    DRAIN_TIME,
    FULL_TIME,
    LINE_TIME,
    MAX_DIGITS,
    MAX_HOSTS,
    MAX_LEGS,
    MAX_UNSPOKEN,
    NUMBER_TIME,
    READY_TIME,
    TURN_TIME,
)
from chatgame.relay.lines import (
    VERSION,
    At,
    Busy,
    FromRelay,
    Given,
    Host,
    Join,
    Ready,
    Spot,
    Version,
    Word,
    cut,
    read_leg,
)
from chatgame.relay.networks import MINUTE, Network

AT_ONCE = 200
"""Legs that one tick deals with, so that many that are due at once do not delay the tables."""

TRIES = 8
"""Random numbers that are tried before a digit is added: as many short ones are used as that leaves."""


class Say(NamedTuple):
    """Say this to a leg."""

    leg: int
    line: FromRelay


class End(NamedTuple):
    """Say this to a leg, if it is not None, and close it."""

    leg: int
    line: FromRelay | None


class Connect(NamedTuple):
    """Say to both legs that they are joined, and copy bytes between them from now on."""

    host: int
    joiner: int


class Claim(NamedTuple):
    """Tell the cluster that this host waits here; `Meeting.claimed` takes the answer, if the leg needs one."""

    leg: int
    spot: Spot
    ticket: str


class Seek(NamedTuple):
    """Ask the cluster where a host waits; `Meeting.found` takes the answer."""

    leg: int
    spot: Spot


Key = TypeVar("Key")
Command: TypeAlias = Say | End | Connect | Claim | Seek


class Stage(Enum):
    """Where a leg is in its life."""

    START = auto()
    CLAIMING = auto()
    WAITING = auto()
    ASKED = auto()
    JOINING = auto()
    SEEKING = auto()
    JOINED = auto()


class _Due(Generic[Key]):
    """Keys that are due the same time after they were put in, so the first is due first."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._times: OrderedDict[Key, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._times)

    def put(self, key: Key, now: float) -> None:
        """Put a key in, or put it off."""
        self._times[key] = now + self._seconds
        self._times.move_to_end(key)

    def drop(self, key: Key) -> None:
        """Take a key out, if it is in."""
        self._times.pop(key, None)

    @property
    def first(self) -> Key:
        """The key that is due first."""
        return next(iter(self._times))

    def pop(self, now: float) -> Iterator[Key]:
        """Take out the keys that are due, `AT_ONCE` at the most."""
        for _ in range(AT_ONCE):
            if not self._times or self._times[self.first] > now:
                return
            yield self._times.popitem(last=False)[0]


class _Leg:
    __slots__ = ("network", "number", "other", "received", "spot", "stage", "ticket")

    def __init__(self, number: int, network: Network) -> None:
        self.number = number
        self.network = network
        self.stage = Stage.START
        self.received = b""
        self.spot: Spot = 0  # 0 for a leg that does not host or join, or is joined as the joiner
        self.ticket = ""
        self.other: _Leg | None = None  # the joiner that a host was asked for, a joiner's host, a table's other leg


class _Hosts:
    """The hosts of one spot, in the order in which they came, and when which networks had their turn there last."""

    __slots__ = ("ticket", "turns", "waiting")

    def __init__(self, ticket: str) -> None:
        self.ticket = ticket
        self.waiting: list[_Leg] = []
        self.turns: dict[str, float] = {}


class Meeting:
    """All legs and spots of one relay.

    Args:
        capacity: how many legs it can carry, those before their first line not counted.
        below: `below(n)` gives a random number below n.
        new_ticket: gives a ticket.
        unspoken: how many legs more it can carry that have not said their first line.
        clustered: whether there are other nodes. If so, each `Claim` and `Seek` needs its answer.

    Attributes:
        capacity: as given.
        draining: whether the relay is going down.
        tables: how many tables there are.
        waiting: how many hosts wait.
        counts: how often what has happened, by its name.
    """

    def __init__(
        self,
        capacity: int,
        below: Callable[[int], int],
        new_ticket: Callable[[], str],
        *,
        unspoken: int = MAX_UNSPOKEN,
        clustered: bool = False,
    ) -> None:
        self.capacity = capacity
        self.draining = False
        self.tables = 0
        self.waiting = 0
        self.counts: Counter[str] = Counter()
        self._below = below
        self._new_ticket = new_ticket
        self._most_unspoken = unspoken
        self._clustered = clustered
        self._commands: list[Command] = []
        self._legs: dict[int, _Leg] = {}
        self._spots: dict[Spot, _Hosts] = {}
        self._networks: dict[str, Network] = {}
        self._cuts: deque[tuple[float, _Leg]] = deque()
        self._unspoken: _Due[int] = _Due(LINE_TIME)
        self._resting: _Due[int] = _Due(ASK_INTERVAL)
        self._asked: _Due[int] = _Due(READY_TIME)
        self._checked: _Due[int] = _Due(CHECK_TIME)
        self._kept: _Due[Spot] = _Due(NUMBER_TIME)
        self._quiet: _Due[str] = _Due(MINUTE)  # networks without legs

    @property
    def legs(self) -> int:
        """How many legs there are."""
        return len(self._legs)

    @property
    def full(self) -> bool:
        """Whether no more legs are taken."""
        return len(self._legs) - len(self._unspoken) >= self.capacity

    # Events: each returns the commands that follow from it

    def connected(self, number: int, network: str, now: float) -> list[Command]:
        """Take a new leg, from a network as `network_of` names it."""
        origin = self._networks.setdefault(network, Network(network))
        self._quiet.drop(network)
        if len(origin.unspoken) >= MAX_LEGS:
            self._end(self._legs[next(iter(origin.unspoken))], None, "crowded", now)
        elif len(self._unspoken) >= self._most_unspoken:
            self._end(self._legs[self._unspoken.first], None, "crowded", now)
        self._legs[number] = _Leg(number, origin)
        origin.unspoken[number] = None
        self._unspoken.put(number, now)
        return self._take()

    def receive(self, number: int, data: bytes, now: float) -> list[Command]:
        """Take bytes of a leg that is not joined."""
        if not (leg := self._legs.get(number)):
            return []
        leg.received += data
        try:
            self._read(leg, now)
        except InvalidMessage:
            self._end(leg, None, "breach", now)
        return self._take()

    def lost(self, number: int, now: float) -> list[Command]:
        """Take it that a leg is gone."""
        if leg := self._legs.get(number):
            self._remove(leg, now)
        return self._take()

    def claimed(self, number: int, now: float, *, ours: bool) -> list[Command]:
        """Take the answer to a `Claim`: whether the spot is ours, or the cluster cannot be asked."""
        if (leg := self._legs.get(number)) and leg.stage is Stage.CLAIMING:
            if ours:
                self._settle(leg, now)
            else:
                self._release(leg.spot, now)
                self._give_number(leg, len(str(leg.spot)) + 1, now)
        return self._take()

    def found(self, number: int, answer: At | Busy | None, now: float) -> list[Command]:
        """Take the answer to a `Seek`: another node, where a host waits; None for nobody, `Busy` if none can tell."""
        if (leg := self._legs.get(number)) and leg.stage is Stage.SEEKING:
            if answer:
                self._end(leg, answer, "redirected" if isinstance(answer, At) else "busy", now)
            else:
                self._miss(leg, now)
        return self._take()

    def tick(self, now: float) -> list[Command]:
        """Do what is due by now. As long as this returns commands, more may be due."""
        for number in self._unspoken.pop(now):
            self._end(self._legs[number], None, "late", now)
        for due in (self._asked, self._checked):
            for number in due.pop(now):
                self._end(self._legs[number], None, "silent", now)
        for number in self._resting.pop(now):
            self._ask(self._legs[number], None, now)
        for spot in self._kept.pop(now):
            del self._spots[spot]
        for network in self._quiet.pop(now):
            del self._networks[network]
        while self._cuts and self._cuts[0][0] <= now:
            leg = self._cuts.popleft()[1]
            if leg.other:  # it is still joined
                self._end(leg, None, "cut", now)
        return self._take()

    def drain(self, now: float) -> list[Command]:
        """Go down: send away all that wait and all that come, and cut the tables one after the other."""
        self.draining = True
        hosts = []
        for leg in list(self._legs.values()):
            if leg.stage is Stage.JOINED and leg.spot:
                hosts.append(leg)
            elif leg.stage not in (Stage.JOINED, Stage.START) and leg.number in self._legs:  # not ended with its host
                self._end(leg, Word.CLOSING, "closing", now)
        self._cuts.extend((now + DRAIN_TIME * n / len(hosts), leg) for n, leg in enumerate(hosts))
        return self._take()

    # What a leg says

    def _read(self, leg: _Leg, now: float) -> None:
        if leg.stage not in (Stage.START, Stage.ASKED):
            raise InvalidMessage("It is not this leg's turn to speak.")
        if not (parts := cut(leg.received)):
            return
        line, leg.received = parts
        said = read_leg(line)
        if leg.received or isinstance(said, Ready) is (leg.stage is Stage.START):
            raise InvalidMessage("It does not wait for its turn.")
        if isinstance(said, Ready):
            self._hear_ready(leg, now)
        else:
            self._hear_wish(leg, said, now)

    def _hear_wish(self, leg: _Leg, said: Host | Join | Version, now: float) -> None:
        self._unspoken.drop(leg.number)
        del leg.network.unspoken[leg.number]
        leg.network.legs += 1
        leg.stage = Stage.JOINING
        if isinstance(said, Version):
            self._end(leg, Version(VERSION), "version", now)
        elif self.draining:
            self._end(leg, Word.CLOSING, "closing", now)
        elif pause := self._pause(leg, said, now):
            self._end(leg, Busy(pause), "busy", now)
        elif isinstance(said, Join):
            leg.network.joins.count(now)
            leg.spot = said.spot
            self._ask_next_host(leg, now)
        else:
            self._welcome(leg, said, now)

    def _pause(self, leg: _Leg, said: Host | Join, now: float) -> int:
        """For how many seconds a leg has to be sent away."""
        network = leg.network
        if len(self._legs) - len(self._unspoken) > self.capacity or network.legs > MAX_LEGS:
            return FULL_TIME
        if isinstance(said, Join):
            return max(network.joins.pause(now), network.failed_joins.pause(now))
        if self.waiting >= self.capacity // 2:
            return FULL_TIME
        return 0 if isinstance(said.spot, str) else network.numbers.pause(now)

    def _hear_ready(self, host: _Leg, now: float) -> None:
        self._asked.drop(host.number)
        self._checked.drop(host.number)
        joiner = host.other
        if not joiner:
            host.stage = Stage.WAITING
            self._resting.put(host.number, now)
            if self._clustered:  # which forgets what it is not told again
                self._commands.append(Claim(host.number, host.spot, self._spots[host.spot].ticket))
            return
        self._withdraw(host, now)
        host.stage = joiner.stage = Stage.JOINED
        joiner.spot, joiner.other = 0, host
        self.tables += 1
        self.counts["joined"] += 1
        self._commands.append(Connect(host.number, joiner.number))

    # Hosts

    def _welcome(self, leg: _Leg, said: Host, now: float) -> None:
        hosts = self._spots.get(said.spot) if said.spot else None
        if said.spot is None or (hosts and hosts.ticket != said.ticket):
            leg.network.numbers.count(now)
            self._give_number(leg, 1, now)
            return
        if not hosts and not isinstance(said.spot, str):
            leg.network.numbers.count(now)
        self._claim(leg, said.spot, said.ticket, now)

    def _give_number(self, leg: _Leg, digits: int, now: float) -> None:
        """Give a host a random number that is free, of so many digits or more."""
        for length in range(digits, MAX_DIGITS + 1):
            least = 10 ** (length - 1)
            for _ in range(TRIES):
                if (number := least + self._below(9 * least)) not in self._spots:
                    self._claim(leg, number, self._new_ticket(), now)
                    return
        self._end(leg, Busy(FULL_TIME), "busy", now)

    def _claim(self, leg: _Leg, spot: Spot, ticket: str, now: float) -> None:
        leg.stage, leg.spot, leg.ticket = Stage.CLAIMING, spot, ticket
        self._spots.setdefault(spot, _Hosts(ticket))
        self._kept.drop(spot)
        if self._clustered:
            self._commands.append(Claim(leg.number, spot, ticket))
        else:
            self._settle(leg, now)

    def _settle(self, leg: _Leg, now: float) -> None:
        hosts = self._spots.setdefault(leg.spot, _Hosts(leg.ticket))
        if len(hosts.waiting) == MAX_HOSTS:
            self._end(_crowding(hosts.waiting, leg), None, "crowded", now)
        hosts.waiting.append(leg)
        self._kept.drop(leg.spot)
        self.waiting += 1
        leg.stage = Stage.WAITING
        self._resting.put(leg.number, now)
        self._commands.append(
            Say(leg.number, Word.WAIT if isinstance(leg.spot, str) else Given(leg.spot, leg.ticket))
        )

    def _withdraw(self, host: _Leg, now: float) -> None:
        """Let a host wait no more."""
        self.waiting -= 1
        self._spots[host.spot].waiting.remove(host)
        for due in (self._resting, self._asked, self._checked):
            due.drop(host.number)
        self._release(host.spot, now)

    def _release(self, spot: Spot, now: float) -> None:
        """Keep a number for its host for a while, and forget a place, if nobody waits there any more."""
        if (hosts := self._spots.get(spot)) and not hosts.waiting:
            if isinstance(spot, str):
                del self._spots[spot]
            else:
                self._kept.put(spot, now)

    # Joiners

    def _ask_next_host(self, joiner: _Leg, now: float) -> None:
        if self.draining:
            self._end(joiner, Word.CLOSING, "closing", now)
            return
        hosts = self._spots.get(joiner.spot)
        free = [host for host in _in_turn(hosts, joiner.spot, now) if not host.other] if hosts else []
        if hosts and free:
            joiner.stage, joiner.other = Stage.JOINING, free[0]
            hosts.turns = {name: at for name, at in hosts.turns.items() if at + TURN_TIME > now}
            hosts.turns[free[0].network.name] = now
            self._ask(free[0], joiner, now)
        elif self._clustered:
            joiner.stage = Stage.SEEKING
            self._commands.append(Seek(joiner.number, joiner.spot))
        else:
            self._miss(joiner, now)

    def _ask(self, host: _Leg, joiner: _Leg | None, now: float) -> None:
        """Ask a host whether it is ready, if it has not been asked already."""
        host.other = joiner
        self._resting.drop(host.number)
        self._checked.drop(host.number)
        (self._asked if joiner else self._checked).put(host.number, now)
        if host.stage is Stage.WAITING:
            host.stage = Stage.ASKED
            self._commands.append(Say(host.number, Word.ASK))

    def _miss(self, joiner: _Leg, now: float) -> None:
        joiner.network.failed_joins.count(now)
        self._end(joiner, Word.NOBODY, "nobody", now)

    # The end of a leg

    def _end(self, leg: _Leg, line: FromRelay | None, why: str, now: float) -> None:
        self.counts[why] += 1
        self._commands.append(End(leg.number, line))
        self._remove(leg, now)

    def _remove(self, leg: _Leg, now: float) -> None:
        del self._legs[leg.number]
        network, other, leg.other = leg.network, leg.other, None
        if leg.stage is Stage.START:
            self._unspoken.drop(leg.number)
            del network.unspoken[leg.number]
        else:
            network.legs -= 1
        if not (network.legs or network.unspoken):
            self._quiet.put(network.name, now)
        if leg.stage is Stage.CLAIMING:
            self._release(leg.spot, now)
        if leg.stage in (Stage.WAITING, Stage.ASKED):
            self._withdraw(leg, now)
        if not other:
            return
        other.other = None
        if leg.stage is Stage.JOINED:
            self.tables -= 1
            self._end(other, None, "ended", now)
        elif leg.stage is Stage.ASKED:
            self._ask_next_host(other, now)

    def _take(self) -> list[Command]:
        commands, self._commands = self._commands, []
        return commands


def _in_turn(hosts: _Hosts, spot: Spot, now: float) -> list[_Leg]:
    """The hosts of a spot, in the order in which a joiner gets them.

    That is the newest first, which is least likely to be dead. But strangers may wait at a place. So for a minute
    after a joiner came there, each network has its turn, whether its host answers or not, and then the host that has
    waited longest.
    """
    recent = {name: at for name, at in hosts.turns.items() if at + TURN_TIME > now}
    if isinstance(spot, str) and recent:
        return sorted(hosts.waiting, key=lambda host: recent.get(host.network.name, 0.0))
    return hosts.waiting[::-1]


def _crowding(waiting: list[_Leg], newcomer: _Leg) -> _Leg:
    """Which host gives way to a newcomer: the newest of the network that has the most; of several, of its own."""
    legs = Counter(host.network.name for host in (*waiting, newcomer))
    return max(waiting[::-1], key=lambda host: (legs[host.network.name], host.network is newcomer.network))
