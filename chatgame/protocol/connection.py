"""A connection: the protocol between two programs over one transport, as a machine without I/O.

Bytes and the time go in. Events, bytes to send and the next deadline come out. Both ends run the same machine over
the same table: it says what state the connection comes to when a seat says a message, whichever end looks at it.

    state        who says what                           state after it
    -----------  --------------------------------------  --------------
    START        client, watcher: pair (SPAKE2 message)  OFFERED
                 client: hello                           GREETING
                 watcher: watch                          COMING
    OFFERED      server: pair (its SPAKE2 message)       ANSWERED
                 server: bye                             CLOSED
    ANSWERED     client, watcher: pair (its proof)       PROVEN
    PROVEN       server: pair (its proof)                PAIRED
                 server: bye                             CLOSED
    PAIRED       client: hello                           GREETING
                 watcher: watch                          COMING
    GREETING     server: hello                           OPEN
                 server: bye                             CLOSED
    OPEN         either: turn, alive                     OPEN
                 client: bye                             CLIENT_LEFT
                 server: bye                             SERVER_LEFT
                 server: watchers                        OPEN
    CLIENT_LEFT  server: bye                             CLOSED
    SERVER_LEFT  client, watcher: bye                    CLOSED
    COMING       server: view                            WATCHED
                 server: bye                             CLOSED
    WATCHED      server: turn, alive                     WATCHED
                 watcher: alive                          WATCHED
                 server: bye                             SERVER_LEFT
                 watcher: bye                            WATCHER_LEFT
    WATCHER_LEFT server: bye                             CLOSED

The side that dials is the client or a watcher, and its first message says which: a `watch`, or a `pair` of that role.
So nothing that a watcher can say is a turn, and what the client says means nothing from a watcher.

A message that the table does not name ends the connection with an error. But one of an unknown type is passed over in
every state, since later versions may have more; and after a goodbye everything is passed over until the other one,
since messages may have crossed it. A state other than OPEN and WATCHED lasts for a bounded time; in
these each side says `alive` when it has nothing else to say, and one that is silent is given up.

The program that drives the machine does four things:

    receive(data, now)   when bytes have come, or none at the end of the stream; then next_event() until it has none
    tick(now)            at the deadline
    say(message, now)    to speak; pair, resume and show do so, too
    data_to_send()       after each of these: what has to go out

Sources: h11 (one table for both roles, `next_event`), aioquic and websockets (time and bytes handed in).
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Literal

from msgspec import Struct

from chatgame.core.errors import (
    ChatgameError,
    LinkLost,
    PeerSilent,
    RemoteProtocolError,
    TurnedAway,
)
from chatgame.core.limits import (
    ALIVE_INTERVAL,
    ANSWER_TIME,
    CLOSING_TIME,
    HELLO_TIME,
    MAX_NEWS,
    SAID_AT_ONCE,
    SAID_PER_SECOND,
    SILENCE_LIMIT,
)
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.protocol.frames import FrameReader, frame
from chatgame.protocol.hello import place_opened_by, session_opened_by
from chatgame.protocol.messages import (
    PROTOCOL,
    WATCHER,
    Alive,
    Bye,
    Foreign,
    Hello,
    Message,
    Pair,
    Reason,
    View,
    Watch,
    Watchers,
    decode,
    encode,
)
from chatgame.protocol.pairing import Pairing, goodbye_to
from chatgame.protocol.resume import Held


class State(Enum):
    """How far a connection has come."""

    START = auto()
    OFFERED = auto()
    ANSWERED = auto()
    PROVEN = auto()
    PAIRED = auto()
    GREETING = auto()
    OPEN = auto()
    CLIENT_LEFT = auto()
    SERVER_LEFT = auto()
    COMING = auto()
    WATCHED = auto()
    WATCHER_LEFT = auto()
    CLOSED = auto()


CLIENT, SERVER = Seat.CLIENT, Seat.SERVER

Speaker = Seat | Literal["watcher"]

TRANSITIONS: dict[State, dict[tuple[Speaker, type[Message]], State]] = {
    State.START: {
        (CLIENT, Pair): State.OFFERED,
        (WATCHER, Pair): State.OFFERED,
        (CLIENT, Hello): State.GREETING,
        (WATCHER, Watch): State.COMING,
    },
    State.OFFERED: {(SERVER, Pair): State.ANSWERED, (SERVER, Bye): State.CLOSED},
    State.ANSWERED: {(CLIENT, Pair): State.PROVEN, (WATCHER, Pair): State.PROVEN},
    State.PROVEN: {(SERVER, Pair): State.PAIRED, (SERVER, Bye): State.CLOSED},
    State.PAIRED: {(CLIENT, Hello): State.GREETING, (WATCHER, Watch): State.COMING},
    State.GREETING: {(SERVER, Hello): State.OPEN, (SERVER, Bye): State.CLOSED},
    State.OPEN: {
        **{(seat, kind): State.OPEN for seat in Seat for kind in (Turn, Alive)},
        (SERVER, Watchers): State.OPEN,
        (CLIENT, Bye): State.CLIENT_LEFT,
        (SERVER, Bye): State.SERVER_LEFT,
    },
    State.CLIENT_LEFT: {(SERVER, Bye): State.CLOSED},
    State.SERVER_LEFT: {(CLIENT, Bye): State.CLOSED, (WATCHER, Bye): State.CLOSED},
    State.COMING: {(SERVER, View): State.WATCHED, (SERVER, Bye): State.CLOSED},
    State.WATCHED: {
        (SERVER, Turn): State.WATCHED,
        (SERVER, Alive): State.WATCHED,
        (WATCHER, Alive): State.WATCHED,
        (SERVER, Bye): State.SERVER_LEFT,
        (WATCHER, Bye): State.WATCHER_LEFT,
    },
    State.WATCHER_LEFT: {(SERVER, Bye): State.CLOSED},
    State.CLOSED: {},
}
"""What the table above says: by state, who may say what, and which state comes then."""

_LEAVING = (State.CLIENT_LEFT, State.SERVER_LEFT, State.WATCHER_LEFT, State.CLOSED)
"""Somebody has said goodbye."""

_LASTING = (State.OPEN, State.WATCHED)
"""Each side gives signs of life."""

_DUE = {
    State.START: "say hello",
    State.OFFERED: "answer to the code",
    State.ANSWERED: "pair",
    State.PROVEN: "answer to the code",
    State.PAIRED: "say hello",
    State.GREETING: "say hello",
    State.COMING: "say what there is to see",
}
"""What the other side had to do, for a complaint when it said something else."""


class Paired(Struct, frozen=True):
    """Both sides have proved that they know the code; the client says hello next."""


Event = Paired | Hello | Watch | View | Turn | Watchers | Bye


class Connection:
    """One end of a connection.

    Args:
        speaker: who is at this end: a seat or a watcher.
        now: the time, in seconds, as all times that are handed in later.

    Attributes:
        state: how far the connection has come.
        sent_hello, received_hello: one's own hello and the other side's, or None before, and after `resume`.
        session: the session's identifier, once the connection is open: the hellos name it, or open it.
        place: where the two meet again at a relay, once the connection is open; None if the hellos name a session.
    """

    session: str
    place: str | None

    def __init__(self, speaker: Speaker, now: float) -> None:
        self.state = State.START
        self.sent_hello: Hello | None = None
        self.received_hello: Hello | None = None
        self._ours = speaker
        self._theirs: Speaker = CLIENT if speaker is SERVER else SERVER  # a server learns it from the first message
        self._pairings: dict[Speaker, Pairing] = {}  # by the role of the side that dials
        self._said = 0  # bytes, by a watcher
        self._news = 0  # what a server told of watchers
        self._frames = FrameReader()
        self._hellos: dict[Seat, bytes] = {}  # as they were sent, until the connection is open
        self._out: list[bytes] = []
        self._failure: ChatgameError | None = None
        self._now = now  # when bytes came last
        self._until: float | None = now + HELLO_TIME  # when a state other than OPEN has lasted too long
        self._opened = now
        self._received_at = now  # when the other side's last whole message came
        self._sign_at = 0.0  # when our next sign of life is due

    def place_with(self, answer: Hello) -> str | None:
        """Return, as the server, where the two will meet again at a relay with this answer to the client's hello."""
        return None if answer.session else place_opened_by(self._hellos[CLIENT], encode(answer))

    def session_with(self, answer: Hello) -> str:
        """Return, as the server, which session the connection will be of with this answer to the client's hello."""
        return answer.session or session_opened_by(self._hellos[CLIENT], encode(answer))

    @property
    def finished(self) -> bool:
        """Whether the connection came to its proper end: by the goodbyes that the table above has."""
        return self.state is State.CLOSED

    @property
    def over(self) -> bool:
        """Whether nothing more can come: both sides have said goodbye, or the connection has failed."""
        return self.finished or self._failure is not None

    @property
    def proven(self) -> float:
        """Seconds for which the other side has demonstrably been connected, message by message."""
        return self._received_at - self._opened

    def open_for(self, now: float) -> float:
        """Return the seconds since the connection was opened."""
        return now - self._opened

    @property
    def deadline(self) -> float | None:
        """The time at which `tick` has something to do, or None if there is nothing to come."""
        if self.over:
            return None
        if self.state in _LASTING:
            return min(self._sign_at, self._silent_at)
        return self._until

    @property
    def _silent_at(self) -> float:
        return self._received_at + SILENCE_LIMIT

    def receive(self, data: bytes, now: float) -> None:
        """Take bytes that have come; none mean that the stream has ended."""
        self._now = now
        if self.state is State.WATCHED and self._ours is SERVER:
            self._said += len(data)
            if self._said > SAID_AT_ONCE + SAID_PER_SECOND * self.open_for(now):
                self._failure = self._failure or RemoteProtocolError("A watcher said more than it has to say.")
                return
        if data:
            self._frames.feed(data)
        else:
            self._failure = self._failure or LinkLost("The connection broke.")

    @property
    def idle(self) -> bool:
        """Whether `next_event` has nothing more to return: all bytes that have come were looked at."""
        return self._frames.empty and not self._failure

    def next_event(self) -> Event | None:
        """Return the next thing that the other side has done, or None until more bytes come.

        After both goodbyes there are no more events. An error is raised again each time.

        Raises:
            InvalidMessage: the bytes are not a message.
            RemoteProtocolError: a message came that may not come now.
            TurnedAway, Unreachable: the other side does not know the code, or speaks another version.
            PeerSilent: the other side was silent for too long.
            LinkLost: the stream ended without a goodbye.
        """
        while self.state is not State.CLOSED:
            try:
                payload = self._frames.next_payload()
                if payload is None:
                    break
                event = self._take(decode(payload), payload)
            except ChatgameError as error:
                self._failure = error
                self._frames = FrameReader()  # what comes after it counts for nothing
                raise
            if event:
                return event
        if self._failure and self.state is not State.CLOSED:
            raise self._failure
        return None

    def _take(self, message: Message | Foreign | None, payload: bytes) -> Event | None:
        self._received_at = self._now
        if message is None:
            return None
        if self.state is State.OPEN and isinstance(message, Turn):
            if message.seat is not self._theirs:
                raise RemoteProtocolError(f"The {self._theirs} wrote a turn in the {self._ours}'s name.")
            return message
        kind = message.kind if isinstance(message, Foreign) else type(message)
        if (
            self.state is State.START
            and self._ours is SERVER
            and (kind is Watch or (isinstance(message, Pair) and message.role == WATCHER))
        ):
            self._theirs = WATCHER
        follows = TRANSITIONS[self.state].get((self._theirs, kind))
        if not follows:
            if self.state in _LEAVING:
                return None
            raise self._out_of_place()
        match message:
            case Pair():
                pairing = self._pairings.get(self._theirs if self._ours is SERVER else self._ours)
                if not pairing:
                    raise self._out_of_place()
                self.state = follows
                return self._pair(pairing, message)
            case Foreign():
                raise self._foreign(message.protocol)
            case Hello():
                self._check_hello(message)
                self.state, self.received_hello, self._hellos[message.seat] = follows, message, payload
                if follows is State.OPEN:
                    self._open_for_turns(message, self._now)
                else:
                    self._until = None  # it is for this side to answer
                return message
            case Bye():
                self.state, self._until = follows, self._now + CLOSING_TIME
                return message
            case Watch():
                self.state, self._until = follows, None
                return message
            case View():
                self.state = follows
                self._open(self._now)
                return message
            case Watchers():
                self._news += 1
                if self._news > 2 * (MAX_NEWS + self.open_for(self._now)):
                    raise RemoteProtocolError("The server told about watchers more often than it may.")
                return message
            case Turn():
                return message
        return None  # a sign of life

    def _out_of_place(self) -> RemoteProtocolError:
        if self.state is State.OPEN:
            return RemoteProtocolError(f"The {self._theirs} broke the protocol: it began to greet again.")
        if self.state is State.WATCHED:
            return RemoteProtocolError(f"The {self._theirs} broke the protocol: it said what it must not say.")
        return RemoteProtocolError(f"it did not {_DUE[self.state]}")

    def _pair(self, pairing: Pairing, message: Pair) -> Paired | None:
        try:
            answer = pairing.receive(message)
        except TurnedAway as error:
            self.say(goodbye_to(error), self._now)
            raise
        if answer:
            self.say(answer, self._now)
        return Paired() if pairing.done else None

    def _check_hello(self, hello: Hello) -> None:
        if hello.seat is self._ours:
            raise self._out_of_place()
        if self.sent_hello and self.sent_hello.session != hello.session:
            raise RemoteProtocolError("The server answered for another session.")

    def _foreign(self, protocol: str) -> TurnedAway:
        """Answer the hello of another major version."""
        if self._ours is not SERVER:
            return TurnedAway(
                f"The server speaks protocol {protocol}, and this program {PROTOCOL}. Update one of them."
            )
        text = f"protocol {protocol} is not understood here, but {PROTOCOL}"
        self.state = State.COMING if self._theirs == WATCHER else State.GREETING
        self.say(Bye(Reason.VERSION, text), self._now)
        return TurnedAway(text)

    def pair(self, pairing: Pairing, now: float) -> None:
        """Have the two sides pair before they greet each other; the side that dials begins.

        A server can have a pairing for each role.
        """
        self._pairings[pairing.role] = pairing
        if self._ours is not SERVER:
            self.say(pairing.start(), now)

    def say(self, message: Message, now: float) -> None:
        """Say a message that the table allows; after a goodbye, one that it does not allow is dropped."""
        if self.state is State.OPEN and isinstance(message, Turn):  # without a look at the table, as in `_take`
            self._out.append(frame(encode(message)))
            return
        if self.state in _LEAVING and (self._ours, type(message)) not in TRANSITIONS[self.state]:
            return
        self.state = TRANSITIONS[self.state][self._ours, type(message)]
        payload = encode(message)
        self._out.append(frame(payload))
        match message:
            case Hello():
                self.sent_hello, self._hellos[message.seat] = message, payload
                self._until = now + ANSWER_TIME
                if self.state is State.OPEN:
                    self._open_for_turns(message, now)
            case Watch():
                self._until = now + ANSWER_TIME
            case View():
                self._open(now)
            case Bye():
                self._until = now + CLOSING_TIME

    def show(self, frames: Iterable[bytes]) -> None:
        """Send a watcher frames with turns, which were made once for all watchers."""
        if self.state is State.WATCHED:
            self._out += frames

    @property
    def watched(self) -> bool:
        """Whether the side that dials is a watcher."""
        return WATCHER in (self._ours, self._theirs)

    def _open_for_turns(self, answer: Hello, now: float) -> None:
        """Note what the hellos open, of which the server's is the `answer`."""
        hellos = self._hellos[CLIENT], self._hellos[SERVER]
        self.session = answer.session or session_opened_by(*hellos)
        self.place = None if answer.session else place_opened_by(*hellos)
        self._hellos.clear()
        self._open(now)

    def _open(self, now: float) -> None:
        self._opened = self._received_at = now
        self._sign_at = now + ALIVE_INTERVAL

    def resume(self, held: Held, now: float) -> None:
        """Send the turns that this side holds and the partner, by its hello, lacks.

        Raises:
            Diverged: the two logs are not of one conversation.
        """
        assert self.received_hello, "the connection is open"
        for turn in held.missing(self.received_hello.turns, self.received_hello.digest):
            self.say(turn, now)
        self.sent_hello = self.received_hello = None  # the partner's games alone take a kilobyte

    def tick(self, now: float, *, stalled: bool = False) -> None:
        """Do what is due at the deadline: say that this side is alive, or give the other side up.

        `stalled` tells that bytes still wait to be sent, so that more would only wait with them.
        """
        if self.over:
            return
        lasting = self.state in _LASTING
        silent_at = self._silent_at if lasting else self._until
        if silent_at is not None and now >= silent_at:
            self._failure = PeerSilent("it said nothing whole in time")
        elif lasting and now >= self._sign_at:
            self._sign_at = now + ALIVE_INTERVAL
            if not stalled:
                self.say(Alive(), now)

    def data_to_send(self) -> bytes:
        """Return the bytes that have to go out now."""
        if not self._out:
            return b""
        data = b"".join(self._out)
        self._out.clear()
        return data
