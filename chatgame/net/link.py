"""The link to the partner: turns both ways, signs of life in between, and how it ends.

It outlives its connections. When one breaks or falls silent, the link waits for the next, tells the partner there
what it holds, sends what they lack, and goes on. Who writes and reads turns notices nothing of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from chatgame.core.errors import (
    ChatgameError,
    InvalidMessage,
    LinkLost,
    PartnerLeft,
    RemoteProtocolError,
)
from chatgame.core.limits import ALIVE_INTERVAL, RETURN_TIME, SILENCE_LIMIT
from chatgame.core.turn import Turn
from chatgame.net.streams import Connection
from chatgame.protocol.messages import Alive, Bye, Hello, Pair, Reason
from chatgame.protocol.resume import Held


class Recovery(NamedTuple):
    """How a link gets over the loss of a connection.

    Attributes:
        way: returns when the link has resumed; meanwhile it does what it can to bring that about.
        plan: what that is, in a sentence for a person.
        told: gets one line for each thing that a person should know of.
        patience: in seconds, how long that may take.
    """

    way: "Callable[[Link], Awaitable[object]]"
    plan: str
    told: Callable[[str], object]
    patience: float


class Link:
    """Carries the turns of one session to and from the partner.

    Args:
        connection: to the partner, who has been greeted.
        held: what this side holds of the log.
        hello: the partner's.
        session: the session's identifier.
        recovery: how to get over the loss of a connection; without it, the link is lost then.

    Attributes:
        seat: one's own.
        session: the session's identifier.
        theirs: the games that the partner has, each with the version of its rules.
        partner: what the partner wants to be called; empty where they did not say.
        held: what this side holds of the log, in which every turn that was sent or received counts.
        receiving: whether somebody waits for the next turn.
        proven: in seconds, for how long the partner has shown, sign by sign, that it is there.
    """

    def __init__(
        self, connection: Connection, held: Held, hello: Hello, session: str, recovery: Recovery | None = None
    ) -> None:
        self.seat = held.seat
        self.session = session
        self.theirs = hello.games
        self.partner = hello.name
        self.held = held
        self._down: asyncio.Event | None = None  # while there is no connection: set when there is one again
        self._recovery = recovery
        self._failure: ChatgameError | None = None
        self.proven = 0.0
        self._loop = asyncio.get_running_loop()
        self.receiving = False
        self._watch: asyncio.TimerHandle | None = None
        self._sign: asyncio.TimerHandle | None = None
        self._take_up(connection, hello)

    @property
    def peer(self) -> tuple[str, int]:
        """The partner's address and port."""
        return self._connection.peer

    @property
    def proven_soon(self) -> float:
        """What `proven` comes to with the next sign, at least: from where to count for who has a duty now."""
        return self.proven if self._down else self.proven + self._loop.time() - self._last_sign

    def resume(self, connection: Connection, hello: Hello) -> None:
        """Go on over a new connection to the partner, who has said `hello` there; the old one is given up."""
        self._drop()
        self.proven += RETURN_TIME
        self._take_up(connection, hello)

    def _take_up(self, connection: Connection, hello: Hello) -> None:
        self._connection = connection
        self._silent = False
        self._last_sign = self._loop.time()  # on this connection, by the loop's clock
        if self._down:
            self._down.set()
            self._down = None
        try:
            if hello.games != self.theirs:
                raise LinkLost(
                    f"The {self.seat.other} came back with other games, so both have to start again. The "
                    "conversation is kept and goes on then."
                )
            for turn in self.held.missing(hello.turns, hello.digest):
                connection.write(turn)
        except ChatgameError as error:
            self._failure = error  # of the session; whoever receives gets it

    def _drop(self) -> None:
        self._connection.abort()
        self._down = self._down or asyncio.Event()

    async def restored(self) -> None:
        """Wait for a connection, if there is none."""
        if self._down:
            await self._down.wait()

    async def receive(self) -> Turn:
        """The partner's next turn, however many connections it takes.

        Raises:
            RemoteProtocolError: something else came that may not.
            PartnerLeft: the partner said goodbye.
            Diverged: the partner's log is not of the same conversation.
            LinkLost: the partner has not come back, or as another program, or ended the session with a complaint.
            TurnedAway: the server does not take us back.
            JournalFailed: what coming back needs cannot be kept.
        """
        self.receiving = True
        if not self._watch:
            self._watch = self._loop.call_later(SILENCE_LIMIT, self._look)
            self._sign = self._loop.call_later(ALIVE_INTERVAL, self._say_alive)
        try:
            while True:
                if self._failure:
                    raise self._failure
                connection = self._connection
                try:
                    message = await connection.receive()
                except (InvalidMessage, LinkLost) as error:
                    if connection is self._connection:
                        await self._get_over(error)
                    continue
                if connection is not self._connection:
                    continue  # it was given up meanwhile, and what the partner wrote there comes again
                now = self._loop.time()
                self.proven += now - self._last_sign
                self._last_sign = now
                if isinstance(message, Turn):
                    if message.seat is self.seat:
                        raise RemoteProtocolError(f"The {self.seat.other} wrote a turn in the {self.seat}'s name.")
                    self.held = self.held.after(message)
                    return message
                self._heed(message)
        finally:
            self.receiving = False

    def _heed(self, message: Hello | Alive | Bye | Pair) -> None:
        """Take a message that is no turn."""
        partner = self.seat.other
        match message:
            case Alive():
                return
            case Bye(reason=Reason.LEFT):
                raise PartnerLeft(f"{partner.title} has requested shutdown. Shutting down!")
            case Bye(reason=reason, text=text):
                raise LinkLost(f"The {partner} ended the session: {text or reason}")
        raise RemoteProtocolError(f"The {partner} broke the protocol: it began to greet again.")

    def _look(self) -> None:
        """See whether there has been silence for too long; the connection is given up then.

        One timer watches over all messages, and sees only when it goes off since when there was none: an
        `asyncio.timeout` for each took a tenth of all the time that a turn takes.
        """
        now = self._loop.time()
        until = (self._last_sign if self.receiving else now) + SILENCE_LIMIT
        if now >= until:
            self._silent = True
            self._connection.abort()
            until = now + SILENCE_LIMIT
        self._watch = self._loop.call_at(until, self._look)

    async def _get_over(self, error: ChatgameError) -> None:
        """Wait for the next connection, if the last one was lost and this link can get over it."""
        partner = self.seat.other
        match error:
            case InvalidMessage():
                raise RemoteProtocolError(f"The {partner} broke the protocol: {error}.") from error
            case _ if self._silent:
                what = f"The {partner} has been silent for {SILENCE_LIMIT:.0f} seconds."
            case _:
                what = f"The connection to the {partner} was lost."
        self._drop()
        if not self._recovery:
            raise LinkLost(what) from error
        way, plan, told, patience = self._recovery
        told(f"{what} {plan}")
        try:
            async with asyncio.timeout(patience):
                await way(self)
        except TimeoutError:
            raise LinkLost(
                f"The {partner} has not come back for {patience:.0f} seconds. The conversation is kept: the same "
                "command goes on with it."
            ) from error
        if not self._failure:
            told("Connected again.")

    async def send(self, turn: Turn) -> None:
        """Send a turn; if there is no connection, or it breaks, the next one will carry it."""
        self.held = self.held.after(turn)
        if self._down:
            return
        connection = self._connection
        connection.write(turn)
        if connection.waits:
            try:
                async with asyncio.timeout(SILENCE_LIMIT):
                    await connection.drain()
            except (TimeoutError, LinkLost):
                connection.abort()  # so that `receive` finds it lost

    def _say_alive(self) -> None:
        """Say every few seconds that this side is still here."""
        if not self._down and not self._connection.waits:
            self._connection.write(Alive())
        self._sign = self._loop.call_later(ALIVE_INTERVAL, self._say_alive)

    async def close(self, goodbye: Bye | None = None) -> bool:
        """Say goodbye, if there is anything left to say, and close; never takes long or raises.

        Returns whether the partner has heard it, and said so.
        """
        for timer in filter(None, (self._watch, self._sign)):
            timer.cancel()
        return await self._connection.close(goodbye)
