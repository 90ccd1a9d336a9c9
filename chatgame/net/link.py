"""The link to the partner: turns both ways, over one connection after another.

When a connection breaks or falls silent, the link waits for the next one, tells the partner there what it holds,
sends what they lack, and goes on. The conversation above notices nothing of it.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from chatgame.core import sentences
from chatgame.core.errors import (
    ChatgameError,
    InvalidMessage,
    LinkLost,
    PartnerLeft,
    PeerSilent,
    RemoteProtocolError,
)
from chatgame.core.limits import RETURN_TIME, SILENCE_LIMIT
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.core.watching import FEATURE
from chatgame.net.pump import Pump
from chatgame.net.transport import Peer
from chatgame.protocol.connection import Event
from chatgame.protocol.messages import Bye, Hello, Reason, Watchers
from chatgame.protocol.resume import Held

_START_AGAIN = "Both have to start again; the conversation is kept and goes on then."


class Recovery(Protocol):
    """How a link gets over the loss of a connection: the client dials again, and the server keeps the seat.

    Attributes:
        plan: what it does, in a sentence for a person.
    """

    plan: str

    @property
    def patience(self) -> float | None:
        """Seconds that it may take, or None if the partner cannot come back."""

    async def recover(self, link: "Link") -> None:
        """Do what brings the partner back; returns when the link has resumed.

        Raises:
            ChatgameError: the partner will not come back.
        """

    def begin(self) -> None:
        """Note that the partner's first turn has come, and with it the log has begun."""

    def give_up(self) -> LinkLost | None:
        """Return what to raise when the patience is at its end, if it is not the usual."""

    def notify(self, text: str) -> object:
        """Tell a person one line of what goes on."""


class Link:
    """Carries the turns of one session to and from the partner.

    Args:
        pump: drives a connection to the partner on which both have said hello.
        held: what this side holds of the log.
        recovery: how to get over the loss of a connection; without it, the link is lost then.
        told: is called with what the partner, who lets watchers in, tells about them.

    Attributes:
        seat: one's own.
        session: the session's identifier.
        theirs: the games that the partner has, each with the version of its rules.
        partner: what the partner wants to be called; empty where they did not say.
        held: what this side holds of the log, in which every turn that was sent or received counts.
        watchable: whether both programs can let people watch.
    """

    def __init__(
        self,
        pump: Pump,
        held: Held,
        recovery: Recovery | None = None,
        told: Callable[[Watchers], object] = bool,
    ) -> None:
        hello, ours = _hello_on(pump), pump.connection.sent_hello
        assert ours, "both have said hello"
        self.watchable = FEATURE in hello.features and FEATURE in ours.features
        self._told = told
        self._watchers: Watchers | None = None  # what the partner has to know of them
        self.seat = held.seat
        self.session = pump.connection.session
        self.theirs = ours.games if hello.games == ours.games else hello.games  # as a rule one for all tables
        self.partner = hello.name
        self.held = held
        self._recovery = recovery
        self._failure: ChatgameError | None = None
        self._proven = 0.0  # over all connections before this one
        self._down: asyncio.Event | None = None  # while there is no connection: set when there is one again
        self._loop = asyncio.get_running_loop()
        self._taken: Callable[[Turn], None] | None = None
        self._turns: list[Turn] = []  # while nobody takes them
        self._broken: InvalidMessage | LinkLost | None = None  # how the connection was lost
        self._waiter: asyncio.Future[None] | None = None
        self._take_up(pump)

    @property
    def peer(self) -> Peer:
        """The partner's address and port."""
        return self._pump.peer

    @property
    def proven(self) -> float:
        """Seconds for which the partner has demonstrably been connected, over all connections."""
        return self._proven + (0.0 if self._down else self._pump.connection.proven)

    @property
    def connected(self) -> float:
        """Seconds that the partner has been connected, as far as we know; stands still while they are not."""
        return self._proven + (0.0 if self._down else self._pump.connection.open_for(self._loop.time()))

    def resume(self, pump: Pump) -> None:
        """Go on over a new connection, on which both have said hello; the old one is given up."""
        self._drop()
        self._proven += RETURN_TIME
        self._take_up(pump)

    def end(self, error: ChatgameError) -> None:
        """Give up the connection, and the session with it: `receive` raises `error`."""
        self._failure = error
        self._drop()
        assert self._down, "the connection was dropped"
        self._down.set()
        self._wake()

    def hand_on(self, taken: Callable[[Turn], None]) -> None:
        """Call `taken` with each turn that comes from now on, in the same moment; `receive` then tells of the end."""
        self._taken = taken
        while self._turns:
            taken(self._turns.pop(0))

    def _take_up(self, pump: Pump) -> None:
        self._pump = pump
        self._broken = None
        if self._down:
            self._down.set()
            self._down = None
        try:
            if _hello_on(pump).games != self.theirs:
                pump.say(Bye(Reason.GAMES, f"You came back with other games. {_START_AGAIN}"))
                raise LinkLost(f"The {self.seat.other} came back with other games. {_START_AGAIN}")
            pump.resume(self.held)
            if self._watchers:
                pump.say(self._watchers)
            pump.hand_on(self._arrived)
        except ChatgameError as error:
            self._failure = error  # of the session; `receive` raises it
            self._wake()

    def _arrived(self) -> None:
        """Hand on what has come."""
        try:
            while event := self._pump.next():
                if isinstance(event, Turn):
                    self.held = self.held.after(event)
                    if self.held.number == 1 and self._recovery:
                        self._recovery.begin()
                    (self._taken or self._turns.append)(event)
                    if self._pump.connection.idle and not self._turns:
                        return  # as nearly always; to ask for another event would take longer
                    continue
                if isinstance(event, Watchers):
                    self._loop.call_soon(self._told, event)  # a new connection is told of first
                    continue
                self._failure = self._failure or self._farewell(event)
                break
            else:
                if not self._turns:
                    return
        except (InvalidMessage, LinkLost) as error:
            self._broken = error
        except ChatgameError as error:
            self._failure = self._failure or error
        self._wake()

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def _drop(self) -> None:
        if not self._down:
            self._proven += self._pump.connection.proven
            self._down = asyncio.Event()
        self._pump.abort()

    async def restored(self) -> None:
        """Wait for a connection, if there is none."""
        if self._down:
            await self._down.wait()

    async def receive(self) -> Turn:
        """Return the partner's next turn that was not handed on, however many connections it takes.

        Raises:
            RemoteProtocolError: something else came that may not.
            PartnerLeft: the partner said goodbye.
            Diverged: the partner's log is not of the same conversation.
            LinkLost: the partner has not come back, or as another program, or ended the session with a complaint.
            TurnedAway: the server does not take us back.
            JournalFailed: what coming back needs cannot be kept.
        """
        while True:
            if self._turns:
                return self._turns.pop(0)
            if self._failure:
                raise self._failure
            if self._broken:
                await self._get_over(self._broken)
                continue
            self._waiter = self._loop.create_future()
            await self._waiter

    def _farewell(self, goodbye: Event) -> ChatgameError:
        assert isinstance(goodbye, Bye), "an open connection has turns and goodbyes"
        partner = self.seat.other
        if goodbye.reason == Reason.LEFT:
            return PartnerLeft(sentences.HAS_QUIT.format(seat=partner.capitalize()))
        return LinkLost(f"The {partner} ended the session: {goodbye.text or goodbye.reason}")

    async def _get_over(self, error: ChatgameError) -> None:
        """Wait for the next connection, if the last one was lost and this link can get over it."""
        partner = self.seat.other
        match error:
            case InvalidMessage():
                raise RemoteProtocolError(f"The {partner} broke the protocol: {error}.") from error
            case PeerSilent():
                what = sentences.SILENT.format(seat=partner, limit=SILENCE_LIMIT)
            case _:
                what = sentences.LOST.format(seat=partner)
        self._drop()
        recovery = self._recovery
        patience = recovery.patience if recovery else None
        if not recovery or patience is None:
            raise (recovery and recovery.give_up()) or LinkLost(what) from error
        recovery.notify(f"{what} {recovery.plan}")
        try:
            async with asyncio.timeout(patience):
                await recovery.recover(self)
        except TimeoutError:
            raise recovery.give_up() or not_back(partner, patience) from error
        if not self._failure:
            recovery.notify(sentences.CONNECTED_AGAIN)

    async def send(self, turn: Turn) -> None:
        """Send a turn; if there is no connection, or it breaks, the next one will carry it."""
        self.held = self.held.after(turn)
        if self._down:
            return
        pump = self._pump
        pump.say(turn)
        if pump.transport.stalled:
            try:
                async with asyncio.timeout(SILENCE_LIMIT):
                    await pump.transport.drain()
            except (TimeoutError, LinkLost):
                pump.transport.abort()  # so that `receive` finds it lost

    def tell(self, watchers: Watchers) -> None:
        """Tell the partner about those who watch, now and whenever there is another connection."""
        self._watchers = watchers
        if not self._down:
            self._pump.say(watchers)

    async def close(self, goodbye: Bye | None = None) -> bool:
        """Say goodbye, if there is anything left to say, and close; never takes long or raises.

        Returns whether the partner has said goodbye, too.
        """
        return await self._pump.close(goodbye)


def not_back(partner: Seat, patience: float) -> LinkLost:
    """Return the error of a link whose partner has not come back within `patience` seconds."""
    return LinkLost(
        f"The {partner} has not come back for {patience:.0f} seconds. The conversation is kept: the same command "
        "goes on with it."
    )


def _hello_on(pump: Pump) -> Hello:
    hello = pump.connection.received_hello
    assert hello, "both have said hello"
    return hello
