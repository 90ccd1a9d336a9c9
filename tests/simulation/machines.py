"""Whole sessions on the machines alone: sessions, connections and admission, without asyncio, sockets or SQLite.

The network, the clock, the disks and the people are fakes, and the same seed gives the same run. Many more sessions
can be tried than of the real programs (`tests.simulation.programs`), which prove that the pumps carry what the
machines say.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from heapq import heappop, heappush
from random import Random

from msgspec.structs import replace

from chatgame.core.errors import (
    ChatgameError,
    Diverged,
    JournalFailed,
    LinkLost,
    PartnerLeft,
    PlayerLeft,
    RemoteProtocolError,
    TurnedAway,
)
from chatgame.core.limits import RETURN_TIME, SILENCE_LIMIT
from chatgame.core.log import Entry
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.protocol.admission import GOODBYES, Admission, Decision
from chatgame.protocol.connection import Connection, Event, State
from chatgame.protocol.hello import hello_of, refusal
from chatgame.protocol.messages import Bye, Hello, Reason
from chatgame.protocol.resume import Held, token
from chatgame.session.session import (
    Ask,
    Begin,
    Close,
    Command,
    End,
    Hear,
    Keep,
    Send,
    Session,
    Show,
    Take,
    goodbye,
)
from tests.simulation.people import DOWN, WRITING, Person, check

VERSIONS = {name: rules.version for name, rules in BUILT_IN.items()}

PAUSES = (0.25, 0.5, 1.0, 2.0, 8.0, 30.0)
"""Seconds between two attempts of a client to connect."""

THINKING = (0.0,) * 10 + (0.001, 0.1, 1.0, 20.0)
"""Seconds that people think. Long ones are rare, since then only signs of life are sent."""

FULL = 0.002
"""The probability that the disk is full."""

LONGEST = 10**6
"""Seconds after which a session counts as hanging."""


class Clock:
    """The time, and an agenda of what happens when.

    Attributes:
        now: the time, in seconds.
        steps: how many things have happened.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.steps = 0
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Let something happen later."""
        self.at(self.now + seconds, action)

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Let something happen at a time, after everything that is on the agenda for that time."""
        self._count += 1
        heappush(self._agenda, (time, self._count, action))

    def run(self, world: "World") -> None:
        """Let everything happen in its order, until it is over."""
        while not world.over:
            assert self._agenda, "nothing can happen any more"
            self.now, _, action = heappop(self._agenda)
            assert self.now < LONGEST, "it does not end"
            self.steps += 1
            action()


@cache
def chain(seed: bytes) -> list[str]:
    """Return the first tokens of a chain. To hash them each time would take as long as the rest of a session."""
    return [token(seed, spent) for spent in range(200)]


class Disk:
    """What a computer keeps of the conversation.

    Attributes:
        log: the turns that were written.
        session: the session's identifier.
        spent: as the client: how many tokens were given out.
        token: as the server: the client's last token.
        place: where the two meet again at a relay.
        ended: whether both sides know that the conversation is over.
    """

    def __init__(self, chance: Random) -> None:
        self.log: list[Entry] = []
        self.session: str | None = None
        self.spent = 0
        self._seed = bytes([chance.randrange(4)]) * 32
        self.token: str | None = None
        self.place: str | None = None
        self.ended = False

    def next_token(self) -> str:
        """As the client: a token that was never given out before."""
        self.spent += 1
        return chain(self._seed)[self.spent - 1]

    @property
    def closed(self) -> bool:
        """Whether the log is closed."""
        return bool(self.log) and self.log[-1].turn.kind is Kind.QUIT

    @property
    def turns(self) -> list[Turn]:
        """The log without what opens commitments."""
        return [entry.turn for entry in self.log]


class Socket:
    """One end of a wire, with the protocol on it; bytes from the other end come in pieces, and late.

    Attributes:
        connection: the protocol's state.
        program: the program at this end.
        other: the other end.
        cut: whether bytes for this end are lost silently.
    """

    other: "Socket"

    def __init__(self, program: "Program") -> None:
        self.program = program
        self.clock = program.world.clock
        self.connection = Connection(program.seat, self.clock.now)
        self.cut = False
        self._closed = False
        self._busy = 0.0  # until when bytes that were sent are on the way
        self._timed = False
        self.keep_time()

    def send(self) -> None:
        """Send what the connection has to say."""
        if data := self.connection.data_to_send():
            self.carry(data)
        self.keep_time()

    def carry(self, data: bytes) -> None:
        """Carry bytes to the other end; none are the end of the stream."""
        world = self.program.world
        pieces = [data]
        if len(data) > 1 and world.chance.random() < world.split:
            middle = world.chance.randrange(1, len(data))
            pieces = [data[:middle], data[middle:]]
        for piece in pieces:
            self._busy = max(self._busy, self.clock.now + world.chance.uniform(0, world.latency))
            self.clock.at(self._busy, partial(self._arrive, piece))

    def _arrive(self, piece: bytes) -> None:
        if not self.cut:
            self.other.receive(piece)

    def receive(self, data: bytes) -> None:
        """Take bytes that have come."""
        if not self._closed:
            self.connection.receive(data, self.clock.now)
            self.take_events()

    def take_events(self) -> None:
        """Hand on what has happened on the connection."""
        while not self._closed:
            try:
                event = self.connection.next_event()
            except ChatgameError as error:
                self.send()
                self.program.lost(self, error)
                return
            self.send()
            if event is None:
                if self.connection.finished:
                    self.program.finished(self)
                return
            self.program.take_event(self, event)

    def keep_time(self) -> None:
        """Wake up at the connection's deadline."""
        if self._timed or self._closed:
            return
        deadline = self.connection.deadline
        if deadline is not None:
            self._timed = True
            self.clock.after(max(0.0, deadline - self.clock.now), self._tick)

    def _tick(self) -> None:
        self._timed = False
        if not self._closed:
            self.connection.tick(self.clock.now)
            self.take_events()

    def close(self) -> None:
        """Close this end; the other end notices if the wire is not cut."""
        if not self._closed:
            self._closed = True
            self.carry(b"")


class Program:
    """One life of a program: a session, and the connections that it takes one after another."""

    def __init__(self, world: "World", seat: Seat) -> None:
        self.world = world
        self.seat = seat
        self.disk = world.disks[seat]
        self.person = world.people[seat]
        self.held = Held.of(seat, self.disk.turns)
        self.socket: Socket | None = None
        self.session: Session | None = None
        self.alive = True
        self.sockets: list[Socket] = []
        self._taken: list[Entry] = []
        self._proven = 0.0  # over the connections before this one
        self._failure: ChatgameError | None = None
        self._closing = False
        self._tries = 0
        farewell = self.disk.token if self.disk.closed else None
        self.admission = Admission(
            self.disk.session,
            None if farewell else self.disk.token,
            begun=bool(self.disk.log),
            farewell=(self.disk.session, farewell) if farewell else (None, None),
        )
        if seat is Seat.CLIENT:
            self.dial()

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Let something happen later, if this life lasts until then."""

        def act() -> None:
            if self.alive:
                action()

        self.world.clock.after(seconds, act)

    def die(self) -> None:
        """End this life: what was not written is lost."""
        self.alive = False
        for socket in self.sockets:
            socket.close()
        self.person.died(self.disk.turns)

    # Connecting

    def dial(self) -> None:
        """As the client: connect, and say hello."""
        server = self.world.programs[Seat.SERVER]
        if self.world.down or not server or not server.alive:
            self.dial_again()
            return
        socket, there = Socket(self), Socket(server)
        socket.other, there.other = there, socket
        self.sockets.append(socket)
        server.sockets.append(there)
        self.greet(socket)

    def greet(self, socket: Socket) -> None:
        """As the client: say hello, with a token never used before."""
        session = self.disk.session if self.held.number or self.session else None
        hello = hello_of(self.held, BUILT_IN, session, self.disk.next_token(), nonce=self.world.nonce())
        socket.connection.say(hello, self.world.clock.now)
        socket.send()

    def dial_again(self) -> None:
        """As the client: connect again, after a pause."""
        pause = PAUSES[min(self._tries, len(PAUSES) - 1)]
        self._tries += 1
        self.later(self.world.chance.uniform(pause / 2, pause), self.dial)

    def take_event(self, socket: Socket, event: Event) -> None:
        """Take what the other side has done."""
        match event:
            case Hello() if self.seat is Seat.SERVER:
                self._admit(socket, event)
            case Hello():
                self.disk.session = socket.connection.session
                self.disk.place = socket.connection.place or self.disk.place
                self._open(socket)
            case Turn() if socket is self.socket and not self._closing:
                self.held = self.held.after(event)
                assert self.session
                self.run(self.session.turn(event))
            case Bye() if socket is self.socket and not self._closing:
                assert self.session
                left = event.reason == Reason.LEFT
                self.run(self.session.lost(PartnerLeft("left") if left else LinkLost(event.text or event.reason)))
            case Bye() if socket.connection.state is State.CLOSED and self.seat is Seat.CLIENT and not self._closing:
                self._end(refusal(event))

    def _admit(self, socket: Socket, hello: Hello) -> None:
        """As the server: decide on a client."""
        now, admission = self.world.clock.now, self.admission
        admission.begun = bool(self.held.number)
        decision = admission.decide(hello, welcome=True)
        if decision in GOODBYES:
            socket.connection.say(GOODBYES[decision], now)
            socket.send()
            return
        if decision is Decision.FAREWELL:
            decision, admission.farewell = Decision.BACK, (None, None)
        named = hello.session
        if decision is Decision.NEW:
            self._drop()
            self.session = None
        answer = hello_of(self.held, BUILT_IN, named, nonce=self.world.nonce())
        self.disk.session, self.disk.token = socket.connection.session_with(answer), hello.token
        self.disk.place = socket.connection.place_with(answer) or self.disk.place
        admission.seat(self.disk.session, hello.token)
        self.later(admission.pause(now) if named else 0.0, lambda: self._answer(socket, answer))

    def _answer(self, socket: Socket, answer: Hello) -> None:
        connection = socket.connection
        if self._closing or connection.over or self.disk.session != connection.session_with(answer):
            return  # the client has gone, or has greeted anew, meanwhile
        if answer.session:
            answer = replace(answer, turns=self.held.number, digest=self.held.digest)
        socket.connection.say(answer, self.world.clock.now)
        self._open(socket)

    def _open(self, socket: Socket) -> None:
        """Go on over a connection on which both have said hello."""
        self._drop()
        self.socket, self._tries = socket, 0
        try:
            socket.connection.resume(self.held, self.world.clock.now)
        except Diverged as error:
            self._end(error)
            return
        socket.send()
        if self.session:
            self._proven += RETURN_TIME
            return
        self.session = Session(
            self.seat,
            socket.connection.session,
            BUILT_IN,
            VERSIONS,
            Random(self.world.chance.random()),
            watchable=True,
        )
        self.run(self.session.start(self.disk.log))

    def _drop(self) -> None:
        if self.socket:
            self._proven += self.socket.connection.proven
            self.socket.close()
            self.socket = None

    def lost(self, socket: Socket, error: ChatgameError) -> None:
        """Get over the loss of a connection, or end."""
        socket.close()
        if self._closing:
            self.finished(socket)
        elif socket is self.socket:
            self._drop()
            if not isinstance(error, LinkLost):
                assert self.session
                self.run(self.session.lost(RemoteProtocolError(str(error))))
            elif self.seat is Seat.CLIENT:
                self.dial_again()
            elif not self.held.number:
                self.later(SILENCE_LIMIT, self._vacate)
        elif self.seat is Seat.CLIENT:
            assert isinstance(error, LinkLost), error
            self.dial_again()

    def _vacate(self) -> None:
        if not self.socket and not self.held.number:
            self.admission.begun = False
            assert self.admission.vacate()
            self.session = None

    # The session

    def run(self, commands: Sequence[Command]) -> None:
        """Carry out what the session says."""
        session = self.session
        assert session
        for command in commands:
            match command:
                case Keep():
                    self.later(self.world.chance.choice(WRITING), partial(self._keep, session, command))
                case Send():
                    self.held = self.held.after(command.turn)
                    if self.socket:
                        self.socket.connection.say(command.turn, self.world.clock.now)
                        self.socket.send()
                case Take():
                    self._taken.append(Entry(command.turn))
                case End():
                    self._save()
                    self.disk.ended = True
                case Close():
                    self._end(command.error)
        while session.for_player:
            match session.for_player.pop(0):
                case Ask():
                    self._ask(session)
                case Show() as show:
                    self.person.saw(show.step)
                case Begin() as begin:
                    self.person.came(begin.steps)
                case Hear() as hear:
                    self.person.heard(hear.text)
        if session.due is not None and not self._closing:
            self.later(max(0.0, session.due - self.world.clock.now), partial(self._tick, session, session.due))

    def _tick(self, session: Session, due: float) -> None:
        if session is self.session and session.due == due and not self._closing:
            connection = self.socket.connection if self.socket else None
            now = self.world.clock.now
            connected = self._proven + (connection.open_for(now) if connection else 0.0)
            proven = self._proven + (connection.proven if connection else 0.0)
            self.run(session.tick(now, connected, proven))

    def _ask(self, session: Session) -> None:
        assert not any(person.asked for person in self.world.people.values()), "both are asked"
        self.person.asked = True
        self.later(self.world.chance.choice(THINKING), lambda: self._type(session))

    def _type(self, session: Session) -> None:
        if session is not self.session or self._closing:
            return
        self.person.asked = False
        try:
            line = self.person.line(session.table)
        except PlayerLeft as error:
            self.world.see_whether_over()
            self._end(error)
        else:
            self.run(session.line(line))

    def _keep(self, session: Session, keep: Keep) -> None:
        if session is not self.session or self._closing:
            return
        if self.world.chance.random() < FULL:
            self.run(session.unkept(JournalFailed("The disk is full.")))
            return
        self._save(Entry(keep.turn, keep.opening))
        self.run(session.kept())

    def _save(self, *entries: Entry) -> None:
        self.disk.log += [*self._taken, *entries]
        self._taken.clear()
        self.world.see_whether_over()

    def _end(self, error: ChatgameError | None) -> None:
        """Say goodbye, if anything is left to say, and wait until the partner has."""
        self._closing, self._failure = True, error
        self.person.asked = False
        farewell = goodbye(error)
        if farewell and self.socket:
            self.socket.connection.say(farewell, self.world.clock.now)
            self.socket.send()
            if not self.socket.connection.over:
                return
        self.finished(self.socket)

    def finished(self, socket: Socket | None) -> None:
        """End this life when all is said."""
        if not self._closing or socket is not self.socket or not self.alive:
            return
        if socket and socket.connection.finished and isinstance(self._failure, PlayerLeft):
            self._save()
            self.disk.ended = True
        self.die()
        self.world.ended(self.seat, self._failure)


class World:
    """Two computers, two people, and the troubles that they have."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.clock = Clock()
        self.latency = self.chance.choice([0.0005, 0.1, 5.0])
        self.split = self.chance.choice([0.0, 0.5])
        self.down = False
        self.over = False
        self.disks = {seat: Disk(self.chance) for seat in Seat}
        self.people = {seat: Person(seat, Random(self.chance.random())) for seat in Seat}
        self.programs: dict[Seat, Program | None] = dict.fromkeys(Seat)
        for seat in reversed(Seat):
            self.start(seat)
        for _ in range(self.chance.choice([0, 1, 2, 4, 10])):
            self.clock.after(self.chance.choice([0.1, 1.0, 10.0, 200.0]) * self.chance.random(), self.trouble)

    def start(self, seat: Seat) -> None:
        """Start a program, as a person would."""
        if not self.over:
            self.programs[seat] = self.program(seat)

    def program(self, seat: Seat) -> Program:
        """Return a new program."""
        return Program(self, seat)

    def ended(self, seat: Seat, error: ChatgameError | None) -> None:
        """Start it again, if there is something to go on with."""
        assert error is None or isinstance(error, PlayerLeft | PartnerLeft | LinkLost | TurnedAway), error
        self.clock.after(self.chance.choice(DOWN), lambda: self.start(seat))

    def nonce(self) -> bytes:
        """Return a nonce for a hello."""
        return self.chance.randbytes(32)

    def see_whether_over(self) -> None:
        """Note whether the session is over: both logs are closed, or a person has gone for good."""
        self.over = all(disk.closed for disk in self.disks.values()) or any(
            person.gone for person in self.people.values()
        )

    def trouble(self) -> None:
        """Cut the line, or kill a program."""
        seconds = self.chance.choice(DOWN)
        victim = self.chance.choice([None, *Seat])
        if not victim:
            self.cut()
            self.clock.after(seconds, self._mend)
        elif (program := self.programs[victim]) and program.alive:
            program.die()
            self.clock.after(seconds, lambda: self.start(victim))

    def cut(self) -> None:
        self.down = True
        silent = self.chance.random() < 0.5
        for program in filter(None, self.programs.values()):
            for socket in program.sockets:
                socket.cut = True
                if not silent:
                    socket.receive(b"")

    def _mend(self) -> None:
        self.down = False


def session(seed: int) -> World:
    """Run one whole session, and check that nothing was lost, doubled, reordered or changed."""
    world = World(seed)
    world.clock.run(world)
    check(world.people, {seat: disk.turns for seat, disk in world.disks.items()})
    return world
