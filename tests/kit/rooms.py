"""Two programs in one room that play cards, as sessions without a loop; one may cheat."""

from collections.abc import Callable, Sequence
from random import Random

from chatgame.core.curve import multiplied
from chatgame.core.log import Entry
from chatgame.core.match import Match
from chatgame.core.perspective import Perspective
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.session.session import (
    AT_ONCE,
    Ask,
    Close,
    Command,
    Hear,
    Keep,
    Send,
    Session,
    State,
    Take,
)
from tests.kit.logs import SESSION, VERSIONS

CLIENT, SERVER = Seat
Cheat = Callable[[Seat, Match], str | None]


class Computer:
    """A program with a disk: what its session says is carried out at once.

    Attributes:
        session: of the life that it is in.
        log: what is on the disk.
        said: what its player alone has heard.
        failure: how the conversation has ended here.
        most: the most multiplications that one event took.
    """

    def __init__(self, seat: Seat, seed: int, cheat: Cheat | None = None) -> None:
        self.seat = seat
        self.log: list[Entry] = []
        self.said: list[str] = []
        self.failure: Exception | None = None
        self.sent: list[Turn] = []
        self.asked = False
        self.most = 0
        self._cheat = cheat
        self._chance = Random(f"{seat} {seed}")
        self.begin()

    def begin(self) -> None:
        """Begin another life, with what is on the disk."""
        self.session = Session(self.seat, SESSION, BUILT_IN, VERSIONS, self._chance)
        self.run(lambda: self.session.start(self.log))

    def run(self, event: Callable[[], Sequence[Command]]) -> None:
        """Let something happen, and carry out what the session says."""
        before = multiplied.cache_info().misses
        commands = event()
        self.most = max(self.most, multiplied.cache_info().misses - before)
        for command in commands:
            match command:
                case Keep(turn, opening):
                    self.log.append(Entry(turn, opening))
                    self.run(self.session.kept)
                case Send(turn):
                    self.sent.append(turn)
                case Take(turn):
                    self.log.append(Entry(turn))
                case Close(error):
                    self.failure = error
        for given in self.session.for_player:
            self.asked = isinstance(given, Ask)
            self.said += [given.text] if isinstance(given, Hear) else []
        self.session.for_player.clear()

    def tick(self) -> None:
        """Do what is due, if anything is; a cheat does something else."""
        match = self.session.table.playing
        due = match.duty if match else None
        if self._cheat and match and due and due.seat is self.seat and self.session.due == AT_ONCE:
            text = self._cheat(self.seat, match)
            if text is not None:
                self.write(due.kind, text)
                return
        if self.session.due == AT_ONCE:
            self.run(lambda: self.session.tick(0.0, 0.0, 0.0))

    def write(self, kind: Kind, text: str) -> None:
        """Write what an honest program would not."""
        self.run(lambda: self.session._write(kind, text))

    def state(self) -> State:
        """What the session waits for now."""
        return self.session.state

    @property
    def match(self) -> Match:
        """The match that is on, or was."""
        assert self.session.table.match
        return self.session.table.match

    def hand(self) -> list[str]:
        """The cards held here."""
        return Side(self.match, self.seat, self.session._secret).hand

    def line(self) -> str:
        """What the player types: the first choice."""
        return Perspective(self.match, self.seat, self.session._secret).board().choices[0].text


class Room:
    """Two computers, and the wire between them."""

    def __init__(self, seed: int = 1, cheat: Cheat | None = None, cheats: Seat = SERVER) -> None:
        multiplied.cache_clear()
        self.computers = {seat: Computer(seat, seed, cheat if seat is cheats else None) for seat in Seat}
        self.types(CLIENT, "play eights")

    def types(self, seat: Seat, line: str) -> None:
        """Let a player type."""
        computer = self.computers[seat]
        computer.asked = False
        computer.run(lambda: computer.session.line(line))
        self.carry()

    def carry(self) -> None:
        """Carry turns to the other side."""
        for seat, computer in self.computers.items():
            other = self.computers[seat.other]
            while computer.sent:
                turn = computer.sent.pop(0)
                other.run(lambda: other.session.turn(turn))  # noqa: B023  # it is called at once

    def step(self) -> bool:
        """Let both do what is due; returns whether there was anything."""
        due = [computer for computer in self.computers.values() if computer.session.due == AT_ONCE]
        for computer in due:
            if computer.session.state is not State.EXPECTING:
                computer.tick()
        self.carry()
        return any(computer.session.state in (State.OWING, State.CHECKING) for computer in due)

    def works(self) -> "Room":
        """Let the programs work until a player is asked, or all is over."""
        while self.step():
            pass
        return self

    def plays(self) -> "Room":
        """Play until the game is over."""
        for _ in range(500):
            self.works()
            for seat, computer in self.computers.items():
                if computer.asked and computer.session.table.playing:
                    self.types(seat, computer.line())
            if not self.computers[CLIENT].session.table.playing and not self.computers[SERVER].session.table.playing:
                return self
        raise AssertionError("it does not end")
