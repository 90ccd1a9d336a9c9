"""Whole sessions of the machines over relays that die, drain, redirect and lie.

To the machines of `tests.simulation.machines` come those of the legs (`chatgame.net.legs`) and of the relay itself
(`chatgame.relay.meeting`). TLS is modelled by what it promises: a side takes only what the other end of this very
connection has said, whole and in order, and a client only what its own server has said.
"""

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import NamedTuple, TypeAlias

from chatgame.core.errors import InvalidMessage, LinkLost
from chatgame.core.seats import Seat
from chatgame.net.addresses import Relay
from chatgame.net.dial import FIRST_PAUSE, LONGEST_PAUSE
from chatgame.net.legs import Leg, Round, State, Stay
from chatgame.protocol.connection import Event
from chatgame.relay.limits import DRAIN_TIME
from chatgame.relay.lines import At, Busy, FromRelay, Given, Host, Join, Spot, Word, cut, read_relay, written
from chatgame.relay.meeting import Command, Connect, End, Meeting, Say
from tests.simulation.machines import Program, Socket, World
from tests.simulation.people import DOWN, check

LATENCIES = (0.0005, 0.1, 0.4)
"""Seconds that a message takes at the most between a program and a relay; a host has two to answer."""

TICK = 0.5
"""Seconds between two looks of a relay at its clock."""

LIES: tuple[FromRelay | bytes, ...] = (
    *(Word.NOBODY, Word.JOINED, Word.ASK, Word.WAIT, Word.CLOSING, Busy(1), Given(3, "0" * 32)),
    *(At("relay0", 1060), At("relay1", 1060), At("nowhere", 1), b"nonsense\n", b"x" * 200),
)
"""What a relay that lies says in place of what is true."""


class Sealed(NamedTuple):
    """What one end of a connection says to the other, in TLS; nobody between them can make one."""

    sender: "SecureSocket"
    to: "SecureSocket | None"
    number: int
    data: bytes


Part: TypeAlias = "bytes | Sealed"
"""What travels between a program and a relay; no bytes are the end."""


class SecureSocket(Socket):
    """One end of a connection in TLS, over a leg that was joined.

    The client greets first, the server answers that, and from then on both know each other.
    """

    def __init__(self, program: "RelayedProgram", leg: "SimulatedLeg") -> None:
        super().__init__(program)
        self._leg = leg
        self._peer: SecureSocket | None = None
        self._sent = self._heard = 0
        if program.seat is Seat.CLIENT:
            self._seal(b"")

    def carry(self, data: bytes) -> None:
        """Send data to the other end, or close."""
        if data and self._peer:
            self._seal(data)
        elif not data:
            self._leg.close()

    def _seal(self, data: bytes) -> None:
        self._leg.send(Sealed(self, self._peer, self._sent, data))
        self._sent += 1

    def take(self, part: Part) -> None:
        """Take what has come over the leg."""
        if not isinstance(part, Sealed) or part.number != self._heard or not self._is_genuine(part):
            self.program.lost(self, LinkLost("It is not what the other end has said."))
            return
        self._heard += 1
        if self._peer:
            self.receive(part.data)
            return
        self._peer = part.sender
        if self.program.seat is Seat.SERVER:
            self._seal(b"")
        else:
            self.program.greet(self)

    def _is_genuine(self, part: Sealed) -> bool:
        if part.sender.program.seat is self.program.seat:
            return False
        if self._peer:
            return part.sender is self._peer and part.to is self
        return part.to is (None if self.program.seat is Seat.SERVER else self)


class SimulatedLeg:
    """A leg of a program, from its first line to the end of the table.

    Attributes:
        cut: whether all that is said is lost silently.
    """

    def __init__(
        self,
        program: "RelayedProgram",
        relay: "SimulatedRelay | None",
        first: Host | Join,
        waiting: Callable[[FromRelay], object],
        ended: Callable[[FromRelay | None], object],
    ) -> None:
        self.program = program
        self.cut = False
        self._clock = program.world.clock
        self._waiting = waiting
        self._ended: Callable[[FromRelay | None], object] | None = ended
        self._leg = Leg(first, self._clock.now)
        self._buffer = b""
        self._socket: SecureSocket | None = None
        self._open = True
        self._relay = relay if relay and relay.up and not program.world.down else None
        self._busy = {"there": 0.0, "here": 0.0}
        program.legs.append(self)
        if self._relay:
            self._number = self._relay.connected(self)
            self.send(written(first))
            self._watch()
        else:
            program.later(0.01, partial(self._end, None))

    def send(self, part: Part) -> None:
        """Send something to the relay."""
        relay = self._relay
        if relay and not self.cut:
            self._travel("there", lambda: None if self.cut else relay.receive(self._number, part))

    def deliver(self, part: Part) -> None:
        """As the relay: send something to the program; no bytes are the end."""
        self._travel("here", lambda: None if self.cut else self._receive(part))

    def _travel(self, way: str, arrive: Callable[[], None]) -> None:
        world = self.program.world
        self._busy[way] = max(self._busy[way], self._clock.now + world.chance.uniform(0, world.latency))
        self._clock.at(self._busy[way], arrive)

    def _receive(self, part: Part) -> None:
        if not self._open:
            return
        if self._socket:
            if part:
                self._socket.take(part)
            else:
                self._socket.receive(b"")
        elif not part:
            self._end(None)
        elif isinstance(part, Sealed):
            self._end(None)  # it came before `joined`, and is not a line
        else:
            self._buffer += part
            self._read()

    def _read(self) -> None:
        try:
            while self._open and not self._socket and (parts := cut(self._buffer)):
                line, self._buffer = parts
                self._hear(read_relay(line))
            if self._open and not self._socket:
                cut(self._buffer)
        except InvalidMessage:
            self._end(None)

    def _hear(self, said: FromRelay) -> None:
        before = self._leg.state
        answer = self._leg.receive(said, self._clock.now)
        if answer:
            self.send(written(answer))
        if self._leg.state is State.JOINED:
            ended, self._ended = self._ended, None
            self._socket = SecureSocket(self.program, self)
            self.program.sockets.append(self._socket)
            assert ended
            ended(said)
        elif self._leg.state is State.CLOSED:
            self._end(said)
        elif before is State.HOSTING:
            self._waiting(said)

    def _watch(self) -> None:
        """End it when the relay has been silent for too long."""
        if self._open and not self._socket:
            if self._clock.now >= self._leg.deadline:
                self._end(None)
            else:
                self._clock.at(self._leg.deadline, self._watch)

    def _end(self, why: FromRelay | None) -> None:
        self.close()
        if ended := self._ended:
            self._ended = None
            if self.program.alive:
                ended(why)

    def close(self) -> None:
        """Close it."""
        if self._open:
            self.send(b"")
            self._open = False

    def break_off(self, *, silently: bool) -> None:
        """Lose it to a line that is cut."""
        if not silently:
            self._clock.after(0.0, partial(self._receive_end))
        self.cut = True

    def _receive_end(self) -> None:
        self._receive(b"")


class SimulatedRelay:
    """A relay: its machine, its legs, and the lies that it tells for a while.

    Attributes:
        up: whether it runs.
    """

    def __init__(self, world: "RelayedWorld", address: Relay) -> None:
        self.address = address
        self.up = True
        self.lies = False
        self._world = world
        self._numbers = count(1)
        self._start()
        self._tick()

    def _start(self) -> None:
        chance = self._world.chance
        self._meeting = Meeting(1000, chance.randrange, lambda: f"{chance.getrandbits(128):032x}")
        self._legs: dict[int, SimulatedLeg] = {}
        self._partners: dict[int, int] = {}
        self._recorded: list[Part] = []
        self._held: dict[int, Part] = {}

    def _tick(self) -> None:
        while self.up and (commands := self._meeting.tick(self._world.clock.now)):
            self._do(commands)
        self._world.clock.after(TICK, self._tick)

    def connected(self, leg: SimulatedLeg) -> int:
        """Take a new leg; returns its number."""
        number = next(self._numbers)
        self._legs[number] = leg
        network = f"192.0.2.{1 + (leg.program.seat is Seat.CLIENT)}"
        self._do(self._meeting.connected(number, network, self._world.clock.now))
        return number

    def receive(self, number: int, part: Part) -> None:
        """Take what a leg says."""
        if number not in self._legs:
            return
        now = self._world.clock.now
        if not part:
            del self._legs[number]
            self._do(self._meeting.lost(number, now))
            self._close(self._partners.pop(number, 0))
        elif number in self._partners:
            self._copy(number, part)
        elif isinstance(part, bytes):
            self._do(self._meeting.receive(number, part, now))

    def _copy(self, number: int, part: Part) -> None:
        to = self._partners[number]
        if not self.lies:
            self._say(to, part)
            return
        chance = self._world.chance
        self._recorded.append(part)
        match chance.randrange(8):
            case 0:
                pass
            case 1:
                self._say(to, part)
                self._say(to, part)
            case 2:
                self._held[to] = part
            case 3:
                self._say(to, chance.choice(self._recorded))
            case 4:
                self._say(chance.choice(list(self._legs)), part)  # to anyone
            case 5:
                self._say(number, part)
            case 6:
                self._say(to, b"\0" * 10)
            case _:
                self._say(to, part)
        if held := self._held.pop(number, None):
            self._say(number, held)

    def _say(self, number: int, part: Part) -> None:
        if leg := self._legs.get(number):
            leg.deliver(part)

    def _close(self, number: int) -> None:
        if leg := self._legs.pop(number, None):
            leg.deliver(b"")
            self._partners.pop(number, None)
            self._do(self._meeting.lost(number, self._world.clock.now))

    def _do(self, commands: list[Command]) -> None:
        for command in commands:
            match command:
                case Say(number, line):
                    self._say(number, self._line(line))
                case End(number, line):
                    if line:
                        self._say(number, self._line(line))
                    self._close(number)
                case Connect(host, joiner):
                    self._partners |= {host: joiner, joiner: host}
                    for number in (host, joiner):
                        self._say(number, self._line(Word.JOINED))

    def _line(self, line: FromRelay) -> bytes:
        lie = self._world.chance.choice(LIES) if self.lies and self._world.chance.random() < 0.5 else line
        return lie if isinstance(lie, bytes) else written(lie)

    def die(self) -> None:
        """End, with all that it knows."""
        self.up = False
        for leg in self._legs.values():
            leg.deliver(b"")
        self._legs.clear()

    def restart(self) -> None:
        """Come again, empty."""
        self._start()
        self.up = True

    def repent(self) -> None:
        """Lie no more, and forget all that was built on it."""
        self.lies = False
        if self.up:
            self.die()
            self.restart()

    def drain(self) -> None:
        """Say to all that it is closing, and cut the tables one after the other."""
        self._do(self._meeting.drain(self._world.clock.now))


class RelayedProgram(Program):
    """One life of a program that meets its partner at relays."""

    world: "RelayedWorld"

    def __init__(self, world: "RelayedWorld", seat: Seat) -> None:
        self.legs: list[SimulatedLeg] = []
        self._stays: dict[tuple[Relay, Spot] | None, Stay] = {}
        super().__init__(world, seat)
        if seat is Seat.SERVER:
            self._expect()

    # As the client

    def dial(self) -> None:
        """Ask the relays for the server, one after the other."""
        knows = self.held.number or self.session
        if knows and self.disk.place:
            self._ask_next(Round(self.world.addresses, self.disk.place))
        elif self.world.told:
            relay, number = self.world.told
            self._ask_next(Round([relay], number))
        else:
            self.dial_again()

    def _ask_next(self, way: Round) -> None:
        relay = way.next()
        if not relay:
            self.dial_again()
            return

        def ended(why: FromRelay | None) -> None:
            if why is not Word.JOINED:
                way.end(why or "It was lost.")
                self._ask_next(way)

        SimulatedLeg(self, self.world.relays.get(relay.host), way.line, bool, ended)

    # As the server

    def take_event(self, socket: Socket, event: Event) -> None:
        """Be where the client looks, as soon as it has a place, and until it has written."""
        super().take_event(socket, event)
        if self.seat is Seat.SERVER and self.alive:
            self._expect()

    def _expect(self) -> None:
        wanted: set[tuple[Relay, Spot] | None] = set()
        if self.disk.place:
            wanted |= {(relay, self.disk.place) for relay in self.world.addresses}
        if not self.held.number:
            wanted.add(None)
        for spot in self._stays.keys() - wanted:
            del self._stays[spot]
        for spot in sorted(wanted - self._stays.keys(), key=str):
            relays = [spot[0]] if spot else self.world.addresses
            stay = self._stays[spot] = Stay(relays, str(spot[1]) if spot else None, self.world.pauses)
            self._stay(spot, stay)

    def _stay(self, spot: tuple[Relay, Spot] | None, stay: Stay) -> None:
        if self._stays.get(spot) is not stay:
            return

        def waiting(said: FromRelay) -> None:
            if self._stays.get(spot) is not stay:
                leg.close()
            elif stay.wait(said, self.world.clock.now) and isinstance(said, Given):
                self.world.told = stay.relay, said.number

        def ended(why: FromRelay | None) -> None:
            stay.end(why, self.world.clock.now)
            self.later(stay.pause, partial(self._stay, spot, stay))

        leg = SimulatedLeg(self, self.world.relays[stay.relay.host], stay.line, waiting, ended)

    def die(self) -> None:
        """End this life, and all its legs."""
        super().die()
        self._stays.clear()
        for leg in self.legs:
            leg.close()


class RelayedWorld(World):
    """Two computers that reach each other only over relays.

    Attributes:
        relays: by the name of the host.
        told: the relay and the number that the server's person has told the client's.
    """

    def __init__(self, seed: int) -> None:
        self.told: tuple[Relay, int] | None = None
        self.addresses = [Relay(f"relay{n}") for n in range(1 + seed % 2)]
        self.relays: dict[str, SimulatedRelay] = {}
        super().__init__(seed)

    def program(self, seat: Seat) -> Program:
        """Return a new program; the first comes when the relays have to be there."""
        if not self.relays:
            self.latency = self.chance.choice(LATENCIES)
            self.relays = {relay.host: SimulatedRelay(self, relay) for relay in self.addresses}
        return RelayedProgram(self, seat)

    def pauses(self) -> "Pauses":
        """Begin with short pauses again."""
        return Pauses(self)

    def trouble(self) -> None:
        """Kill a relay, drain one, or have it lie; or do what can happen without relays, too."""
        relay = self.chance.choice(list(self.relays.values()))
        seconds = self.chance.choice(DOWN)
        match self.chance.randrange(4):
            case 0 if relay.up:
                relay.die()
                self.clock.after(seconds, relay.restart)
            case 1 if relay.up:
                relay.drain()
                self.clock.after(DRAIN_TIME + 1, relay.die)
                self.clock.after(DRAIN_TIME + 1 + seconds, relay.restart)
            case 2:
                relay.lies = True
                self.clock.after(seconds, relay.repent)
            case _:
                super().trouble()

    def cut(self) -> None:
        """Cut the line of both programs to all relays."""
        self.down = True
        silently = self.chance.random() < 0.5
        for program in self.programs.values():
            assert isinstance(program, RelayedProgram | None)
            for leg in program.legs if program else ():
                leg.break_off(silently=silently)


class Pauses:
    """Pauses that grow, as `chatgame.net.dial.pauses` yields them, from the world's own chance."""

    def __init__(self, world: RelayedWorld) -> None:
        self._chance = world.chance
        self._longest = FIRST_PAUSE

    def __iter__(self) -> "Pauses":
        """Return itself."""
        return self

    def __next__(self) -> float:
        """Return the next pause, in seconds."""
        pause = self._chance.uniform(self._longest / 2, self._longest)
        self._longest = min(2 * self._longest, LONGEST_PAUSE)
        return pause


def session(seed: int) -> RelayedWorld:
    """Run one whole session over relays, and check that nothing was lost, doubled, reordered or changed."""
    world = RelayedWorld(seed)
    world.clock.run(world)
    check(world.people, {seat: disk.turns for seat, disk in world.disks.items()})
    return world
