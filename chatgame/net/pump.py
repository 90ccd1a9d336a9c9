"""The pump: drives one protocol connection over one transport, and decides nothing itself."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress

from chatgame.core.errors import ChatgameError, LinkLost
from chatgame.core.limits import CLOSING_TIME
from chatgame.core.turn import Turn
from chatgame.net.transport import Peer, Transport
from chatgame.protocol.connection import Connection, Event, Speaker
from chatgame.protocol.messages import Bye, Message
from chatgame.protocol.pairing import Pairing
from chatgame.protocol.resume import Held


class Pump:
    """Carries bytes between a transport and a connection, and keeps the connection's deadlines.

    Args:
        transport: what carries the bytes.
        speaker: who is at this end.
        began: when the connection was made, by the loop's clock; by default now.

    Attributes:
        connection: the protocol's state.
        transport: what carries the bytes.
    """

    def __init__(self, transport: Transport, speaker: Speaker, began: float | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self.transport = transport
        self.connection = Connection(speaker, self._loop.time() if began is None else began)
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False
        self._ended = False  # the stream has
        self._arrived: Callable[[], None] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._keep_time()
        transport.hand_on(self._receive)

    @property
    def peer(self) -> Peer:
        """Who is at the other end."""
        return self.transport.peer

    def pair(self, pairing: Pairing) -> None:
        """Have the two sides pair before they greet each other."""
        self.connection.pair(pairing, self._loop.time())
        self._send()

    def say(self, message: Message) -> None:
        """Say a message; whether it can be sent shows later."""
        self.connection.say(message, self._loop.time())
        self._send()

    def show(self, frames: Iterable[bytes]) -> None:
        """Send a watcher frames that were made once for all of them."""
        self.connection.show(frames)
        self._send()

    def _send(self) -> None:
        if data := self.connection.data_to_send():
            self.transport.write(data)
            if not self._timer:
                self._keep_time()

    def _receive(self, data: bytes) -> None:
        """Take bytes that have come, or none at the end of the stream."""
        self._ended = self._ended or not data
        if not self.connection.over:
            self.connection.receive(data, self._loop.time())
        self._wake()

    def _wake(self) -> None:
        """Let somebody look at what has come."""
        if self._arrived:
            self._arrived()
        elif self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    def hand_on(self, arrived: Callable[[], None]) -> None:
        """Call `arrived` each time that something has come, in the same moment; first for what has come already."""
        self._arrived = arrived
        arrived()

    def next(self) -> Event | None:
        """Return the next thing that the other side has done, or None until more comes.

        Raises:
            ChatgameError: as `Connection.next_event`; LinkLost also when both sides have said goodbye.
        """
        try:
            event = self.connection.next_event()
        except ChatgameError:
            self._send()
            raise
        if not isinstance(event, Turn):
            self._send()  # what the machine says by itself
        if not event and self.connection.over:
            raise LinkLost("The connection has ended.")
        return event

    async def next_event(self) -> Event:
        """Wait for the next thing that the other side does.

        Raises:
            ChatgameError: as `next`.
        """
        while not (event := self.next()):
            await self._something()
        return event

    async def _something(self) -> None:
        self._waiter = self._loop.create_future()
        await self._waiter

    def resume(self, held: Held) -> None:
        """Send the turns that the partner lacks.

        Raises:
            Diverged: the two logs are not of one conversation.
        """
        self.connection.resume(held, self._loop.time())
        self._send()

    def _keep_time(self) -> None:
        """Wake up at the deadline: one timer for all messages, which checks only then whether one has come since."""
        deadline = None if self._stopped else self.connection.deadline
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._tick)

    def _tick(self) -> None:
        self.connection.tick(self._loop.time(), stalled=self.transport.stalled)
        self._send()
        if self.connection.over:
            if not self.connection.watched:  # a watcher is told why
                self.transport.abort()
            self._wake()
        else:
            self._keep_time()

    async def close(self, goodbye: Bye | None = None, patience: float = CLOSING_TIME) -> bool:
        """Say goodbye, if anything is left to say, wait for the other side's, and close; never takes long or raises.

        Returns whether both sides have said goodbye, which means that the other has received ours. To close while
        bytes lie unread would reset the connection, and the reset could overtake our goodbye, so what still comes is
        read (RFC 1122, 4.2.2.13). TLS cannot close one half: there a side that has nothing to say closes both.
        """
        self._stop()
        try:
            with suppress(TimeoutError, ChatgameError):
                async with asyncio.timeout(patience):
                    if goodbye:
                        self.say(goodbye)
                        await self.transport.drain()
                    if self.transport.end() or goodbye:
                        await self._wait_for_goodbye()
                        while not (self.connection.finished or self._ended):
                            await self._something()
            await self.transport.close()
        finally:
            self.abort()
        return self.connection.finished

    async def _wait_for_goodbye(self) -> None:
        with suppress(ChatgameError):
            while not self.connection.over:
                await self.next_event()

    def abort(self) -> None:
        """Close at once, whatever has not been sent yet."""
        self._stop()
        self.transport.abort()

    def _stop(self) -> None:
        self._stopped = True
        self._arrived = None
        if self._timer:
            self._timer.cancel()
            self._timer = None
