"""A house where both players have agreed that people may watch: its log is written by the test, its door is real."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.listen import Door
from chatgame.net.tcp import TCPDialler
from chatgame.net.tls import client_context, server_tls
from chatgame.net.watch.audience import Audience
from chatgame.net.watch.dial import Met, Watching
from chatgame.protocol.badges import OWNER_SIZE
from chatgame.protocol.messages import PROTOCOL, Alive, Bye, Message, Reason, View, Watch, Watchers
from chatgame.protocol.pairing import Invitation, any_code, drawn
from chatgame.session.onlooker import Begun, Onlooker, Shown
from tests.kit.ends import listening
from tests.kit.logs import EMPTY, steps_of
from tests.kit.wire import Wire

WATCH = Watch(PROTOCOL)
AGREEMENT = steps_of("watch ask", "watch accept")


class House:
    """A door behind which a log is written by the test.

    Attributes:
        told: what the players were told about those who watch.
        notices: the other sentences.
    """

    def __init__(self, door: Door, secret: str | None, notices: list[str]) -> None:
        self.door = door
        self.audience = Audience(self._admit, self._note, secret or "")
        self._secret = secret
        self.told: list[Watchers] = []
        self.notices = notices
        self.table = EMPTY
        self.changed = asyncio.Event()
        self._wires: list[Wire] = []

    def _admit(self, agreement: str | None) -> None:
        if agreement and self._secret:
            self.audience.invite(any_code(drawn(self._secret, agreement)))

    def _note(self, watchers: Watchers) -> None:
        self.told.append(watchers)
        self.changed.set()

    def badge(self) -> str:
        """A badge that lets somebody in now."""
        assert self.audience.badges, "people need a code"
        return self.audience.badges.new(secrets.token_bytes(OWNER_SIZE))

    def write(self, *turns: str) -> None:
        """Write turns, each by the seat that holds the token."""
        for step in steps_of(*turns, table=self.table):
            self.audience.see(step)
            self.table = step.after

    @property
    def count(self) -> int:
        """How many watch, as the players know it."""
        return self.told[-1].count

    async def come(self, watch: Watch = WATCH) -> tuple[Wire, View]:
        """A watcher by hand, let in."""
        wire = await self.knock(watch)
        view = await wire.receive()
        assert isinstance(view, View)
        return wire, view

    async def knock(self, *messages: Message | bytes) -> Wire:
        """Somebody who says these first."""
        secure: dict[str, Any] = {"ssl": client_context(), "server_hostname": ""} if self._secret else {}
        wire = Wire(*await asyncio.open_connection("127.0.0.1", self.door.listener.port, **secure))
        self._wires.append(wire)
        wire.say(*messages)
        return wire

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until something is so that shows in what is told."""
        async with asyncio.timeout(5):
            while not so():
                self.changed.clear()
                await self.changed.wait()

    async def close(self) -> None:
        """Close every line, and the house."""
        for wire in self._wires:
            wire.abort()
        await self.audience.close()


@asynccontextmanager
async def house(*, secret: str | None = None, invitation: Invitation | None = None) -> AsyncIterator[House]:
    """An open house, where both have agreed already."""
    notices: list[str] = []

    def notify(text: str) -> None:
        notices.append(text)
        made.changed.set()

    async with listening(notify=notify) as door:
        made = House(door, secret, notices)
        if secret:
            door.listener.tls = server_tls(secret)  # type: ignore[attr-defined]  # it is TCP
        await door.open(InMemory(Seat.SERVER), None, invitation, made.audience)
        made.write("watch ask", "watch accept")
        try:
            yield made
        finally:
            await made.close()


async def goodbye_of(wire: Wire) -> Bye:
    """What a watcher hears at the end, after turns and signs of life."""
    while not isinstance(message := await wire.receive(), Bye):
        assert isinstance(message, Turn | Alive), message
    wire.say(Bye(Reason.LEFT))
    return message


async def until_count(open_house: House, count: int) -> None:
    """Wait until so many watch."""
    await open_house.until(lambda: open_house.count == count)


class Onlooking:
    """Somebody who watches with the real program.

    Attributes:
        shown: what there was to see.
        heard: the sentences.
        onlooker: what its program knows.
    """

    def __init__(self, port: int, code: str | None = None, *, tls: bool = False) -> None:
        self.shown: list[Shown] = []
        self.heard: list[str] = []
        dialler = TCPDialler("localhost", port, client_context() if code or tls else None)
        self.onlooker = Onlooker(BUILT_IN)
        self.watching = Watching(dialler, Met(), self.onlooker, self.shown.append, self.heard.append, 5, code)

    @property
    def texts(self) -> list[str]:
        """The texts of the turns."""
        steps: list[Step] = [
            step for what in self.shown for step in (what.steps if isinstance(what, Begun) else [what])
        ]
        return [step.turn.text for step in steps]
