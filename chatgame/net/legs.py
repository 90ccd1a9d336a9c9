"""What legs to a relay do: what one says next, which relay the next one dials, and when. Pure machines.

A `Leg` is one connection, as `chatgame/relay/README.md` specifies it. A `Stay` is how a host waits at one spot, over
many legs. A `Round` is how a joiner asks its relays for a host, one after the other. The time is handed in.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from typing import TypeAlias

from chatgame.core.errors import InvalidMessage
from chatgame.net.addresses import Numbered, Relay, canonical, is_here
from chatgame.relay.limits import JOIN_TIME, MAX_REDIRECTS, UNASKED_LIMIT
from chatgame.relay.lines import At, Busy, FromRelay, Given, Host, Join, Ready, Spot, Version, Word

TRIES = 4
"""Times that a host dials the relay again which gave it its number, before it takes another number at another relay.
That takes some seconds, in which a relay can be started again."""

SETTLED = 1.0
"""Seconds after which a leg that waits has found a relay that works."""

AT_ONCE = 4
"""Legs that are joined before they have settled, and are followed at once by another. After more there are pauses: so
a relay that joins a host again and again does not keep it busy."""


class State(Enum):
    """Of a leg."""

    HOSTING = auto()
    WAITING = auto()
    ANSWERED = auto()
    JOINING = auto()
    JOINED = auto()
    CLOSED = auto()


Said: TypeAlias = Word | type[Given] | type[At] | type[Busy] | type[Version]

TRANSITIONS: dict[State, dict[Said, State]] = {
    State.HOSTING: {
        Given: State.WAITING,
        Word.WAIT: State.WAITING,
        Busy: State.CLOSED,
        Word.CLOSING: State.CLOSED,
        Version: State.CLOSED,
    },
    State.WAITING: {Word.ASK: State.ANSWERED, Word.CLOSING: State.CLOSED},
    State.ANSWERED: {Word.ASK: State.ANSWERED, Word.JOINED: State.JOINED, Word.CLOSING: State.CLOSED},
    State.JOINING: {
        Word.JOINED: State.JOINED,
        Word.NOBODY: State.CLOSED,
        At: State.CLOSED,
        Busy: State.CLOSED,
        Word.CLOSING: State.CLOSED,
        Version: State.CLOSED,
    },
}
"""What a relay may say to a leg, and what state the leg is in then. A host answers `Word.ASK` in the same moment."""


class Leg:
    """One connection to a relay, from the leg's first line to `joined` or the end.

    Args:
        first: the leg's first line.
        now: when it is said, in seconds.

    Attributes:
        state: what the leg does now.
        deadline: when the relay has been silent for too long, in seconds.
    """

    def __init__(self, first: Host | Join, now: float) -> None:
        self.state = State.JOINING if isinstance(first, Join) else State.HOSTING
        self.deadline = now + JOIN_TIME
        self._at_place = isinstance(first.spot, str)

    def receive(self, said: FromRelay, now: float) -> Ready | None:
        """Take what the relay says; returns the answer, if one is due.

        Raises:
            InvalidMessage: a relay may not say this now.
        """
        kind = said if isinstance(said, Word) else type(said)
        after = TRANSITIONS.get(self.state, {}).get(kind)
        if not after or (after is State.WAITING and self._at_place is not (said is Word.WAIT)):
            raise InvalidMessage("it said something else than a relay says here")
        self.state = after
        self.deadline = now + UNASKED_LIMIT
        return Ready() if said is Word.ASK else None


class Stay:
    """How a host waits at one spot: with one leg after the other, at the first relay of a list that takes it.

    Args:
        relays: the list.
        place: where to wait; None stands for a number, which a relay gives out.
        pauses: begins to yield pauses before legs that follow a loss, in seconds, longer and longer.
        before: the number to ask for first, given out by a relay of the list.

    Attributes:
        relay: where the next leg goes.
        pause: seconds before it does.
        place: where to wait.
        number: the number that was given out last, if one is wanted.
        ticket: gets the same number again.
        in_vain: whether each relay was asked for a number, and none has ever given one.
    """

    def __init__(
        self,
        relays: Sequence[Relay],
        place: str | None,
        pauses: Callable[[], Iterator[float]],
        before: Numbered | None = None,
    ) -> None:
        self.relay = before.relay if before else relays[0]
        self.pause = 0.0
        self.number = before.number if before else None
        self.in_vain = False
        self._relays = relays
        self.place = place
        self.ticket = before.ticket if before else ""
        self._start_pauses = pauses
        self._pauses = pauses()
        self._failures = 0  # since a leg waited
        self._joined = 0  # since a leg settled
        self._numbered = False  # ever
        self._since: float | None = None  # when the leg began to wait that does so

    @property
    def line(self) -> Host:
        """The first line of the next leg."""
        return Host(self.place) if self.place else Host(self.number, self.ticket)

    def wait(self, said: FromRelay, now: float) -> bool:
        """Note that the leg waits; returns whether it does so at a number for the first time, or at another one."""
        self._failures, self._since = 0, now
        before = self.number if self._numbered else None
        if isinstance(said, Given):
            self.number, self.ticket, self._numbered = said.number, said.ticket, True
        return self.number != before

    def end(self, why: FromRelay | None, now: float) -> None:
        """Decide on the next leg, when this one was joined or lost; None stands for a relay that gave no reason."""
        since, self._since = self._since, None
        if since is not None and now - since >= SETTLED:
            self._pauses, self._joined = self._start_pauses(), 0
        if why is Word.JOINED:
            self._joined += 1
            self.pause = 0.0 if self._joined <= AT_ONCE else next(self._pauses)
            return
        self._failures += 1
        self.in_vain = not (self.place or self._numbered) and self._failures >= len(self._relays)
        self.pause = next(self._pauses)
        if len(self._relays) > 1 and (not self.ticket or self._failures > TRIES or isinstance(why, Busy | Version)):
            self.relay = self._relays[(self._relays.index(self.relay) + 1) % len(self._relays)]
            self.ticket, self.number = "", None
        elif isinstance(why, Busy):
            self.pause = max(self.pause, float(why.seconds))


class Round:
    """How a joiner asks its relays for a host, each once, in the order of the list.

    Args:
        relays: the list.
        spot: where the host waits.

    Attributes:
        line: the first line of each leg.
        reasons: why there is no host, a reason for each relay that was asked.
    """

    def __init__(self, relays: Sequence[Relay], spot: Spot) -> None:
        self.line = Join(spot)
        self.reasons: list[FromRelay | str] = []
        self._relays = list(relays)
        self._asked: Relay | None = None  # of the list
        self._redirect: Relay | None = None
        self._redirects = 0

    def next(self) -> Relay | None:
        """Return where the next leg goes, or None when all relays were asked."""
        if redirect := self._redirect:
            self._redirect = None
            return redirect
        self._redirects = 0
        self._asked = self._relays.pop(0) if self._relays else None
        return self._asked

    @property
    def more(self) -> bool:
        """Whether another relay of the list comes next."""
        return bool(self._relays)

    @property
    def redirected(self) -> bool:
        """Whether the leg goes where another relay has sent it."""
        return bool(self._redirects)

    def end(self, why: FromRelay | str) -> None:
        """Note that a leg was not joined, and why: what the relay said, or a sentence."""
        if isinstance(why, At) and self._redirects < MAX_REDIRECTS:
            self._redirects += 1
            self._redirect = Relay(canonical(why.host), why.port)
        else:
            lost = f"The relay {self._asked} sends on to one relay after another. Try again later, or check --relay."
            self.reasons.append(lost if isinstance(why, At) else why)


def may_follow(sender: str, target: str) -> bool:
    """Whether a redirect leads nowhere that the relay could not be itself; both are IP addresses.

    Otherwise a relay could have anyone who dials it dial into their own network.
    """
    return is_here(sender) or not is_here(target)
