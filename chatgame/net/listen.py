"""The server's door: it listens, greets whoever comes, and gives the seat to the first who says hello.

From then on the seat is that client's alone: who comes with its next token gets the seat back, at any time, and
everybody else is told that it is taken.
"""

import asyncio
import errno
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from chatgame.core.errors import (
    InvalidMessage,
    LinkLost,
    RemoteProtocolError,
    TurnedAway,
    Unreachable,
    unwrapped,
)
from chatgame.core.limits import HELLO_TIME, MAX_GUESTS, MAX_STRAYS, RETURN_INTERVAL
from chatgame.core.rules import AnyRules
from chatgame.net.addresses import address_family
from chatgame.net.hello import hear_client, hello_of
from chatgame.net.kept import Kept
from chatgame.net.link import Link, Recovery
from chatgame.net.streams import Connection
from chatgame.protocol.messages import Bye, Hello, Pair, Reason
from chatgame.protocol.resume import follows

if TYPE_CHECKING:  # it needs an extra
    from chatgame.net.secure import Guard


@asynccontextmanager
async def listening(
    host: str, port: int, games: Mapping[str, AnyRules], told: Callable[[str], object], patience: float
) -> AsyncIterator["Door"]:
    """Listen at an address for as long as the context lasts; port 0 takes any that is free.

    `told` gets one line for each thing that a person should know of: connections that said no hello while the seat
    was free, and a partner who was lost and came back, for which they have `patience` seconds.

    Raises:
        Unreachable: nothing can listen there.
        JournalFailed: what the door is to keep cannot be written.
    """
    with unwrapped():
        async with asyncio.TaskGroup() as tasks:
            door = Door(tasks, games, told, patience)
            try:
                server = await asyncio.start_server(
                    door.welcome, host, port, family=address_family(host), start_serving=False
                )
            except OSError as error:
                raise Unreachable(_cannot_listen(host, port, error)) from error
            except UnicodeError as error:
                raise Unreachable(f'There is no host by the name "{host}". Check --host.') from error
            try:
                door.server = server
                yield door
            finally:
                door.close()


class Door:
    """A server's door: it greets who comes, and knows whose the seat is.

    Attributes:
        server: what listens.
        partner: the link to who has the seat, once there is one.
    """

    server: asyncio.Server

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        games: Mapping[str, AnyRules],
        told: Callable[[str], object],
        patience: float,
    ) -> None:
        self._tasks = tasks
        self._games = games
        self._told = told
        self._patience = patience
        self.partner: asyncio.Future[Link] = asyncio.get_running_loop().create_future()
        self._deciding = asyncio.Lock()
        self._guests: dict[asyncio.Task[Any], None] = {}  # who goes first where there are too many, first
        self._strays = 0
        self._rested = 0.0  # when somebody came back, by the loop's clock
        self._closed = False

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def open(self, kept: Kept, farewell: Kept | None = None, guard: "Guard | None" = None) -> None:
        """Let people in, first of all the client of the unfinished session, if `kept` is of one.

        `farewell` is a session that this side has closed before its client heard of it; they are told when they come.
        With a `guard`, connections are secure, and who is new has to know its code.

        Raises:
            Unreachable: nothing can listen here after all.
        """
        self._kept = kept
        self._farewell = farewell
        self._guard = guard
        try:
            await self.server.start_serving()
        except OSError as error:
            raise Unreachable(_cannot_listen("this host", self.port, error)) from error

    def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin to greet who has connected."""
        connection = Connection(reader, writer)
        if self._closed:
            connection.abort()
            return
        if len(self._guests) == MAX_GUESTS:
            oldest = next(iter(self._guests))
            del self._guests[oldest]
            oldest.cancel()
        guest = self._tasks.create_task(self._greet(connection))
        self._guests[guest] = None

        def gone(guest: asyncio.Task[None]) -> None:
            self._guests.pop(guest, None)
            if guest.cancelled():  # perhaps before it began
                connection.abort()

        guest.add_done_callback(gone)

    def close(self) -> None:
        """Listen no longer, and greet nobody; connections that were accepted already may still come."""
        self._closed = True
        self.server.close()
        for guest in self._guests:
            guest.cancel()

    async def _greet(self, connection: Connection) -> None:
        """Hear who comes, and see them in or out."""
        goodbye = None
        try:
            async with asyncio.timeout(HELLO_TIME):
                known, hello = await self._hear(connection)
            async with self._deciding:  # so that two clients cannot both get the seat
                if await self._seat(connection, hello, known=known):
                    return
            goodbye = Bye(Reason.UNKNOWN if hello.session else Reason.TAKEN)
        except (InvalidMessage, RemoteProtocolError, TurnedAway, LinkLost, TimeoutError) as error:
            self._strays += 1
            if not self.partner.done() and self._strays <= MAX_STRAYS:
                why = str(error).rstrip(".") or "it said nothing whole in time"
                more = "; more of them are not told" if self._strays == MAX_STRAYS else ""
                self._told(f"Dropped a connection from {connection.peer}: {why}{more}.")
        await connection.close(goodbye)

    def _progress(self, *, let_in: bool = False) -> None:
        """Where too many come, close who has come further after those who have not, and who is let in not at all."""
        guest = asyncio.current_task()
        assert guest, "guests are greeted in tasks"
        if guest in self._guests:
            del self._guests[guest]
            if not let_in:
                self._guests[guest] = None

    async def _hear(self, connection: Connection) -> tuple[bool, Hello]:
        """Hear who comes, and whether they may be somebody new: with a guard, only who has the code."""
        if not self._guard:
            return True, await hear_client(connection)
        await self._guard.secure(connection)
        self._progress()
        first = await connection.receive()
        self._progress()
        if not isinstance(first, Pair):
            return False, await hear_client(connection, first)
        try:
            await self._guard.check(connection, first)
        finally:
            if self._guard.burned and not self.partner.done():
                self.partner.set_exception(
                    TurnedAway(
                        "Three wrong codes were tried, so the code is burned: somebody guesses, or mistypes. Start "
                        "the server again for a new one."
                    )
                )
        return True, await hear_client(connection)

    async def _seat(self, connection: Connection, hello: Hello, *, known: bool) -> bool:
        """Give the seat to the client whose it is, or to the first who comes when it is nobody's."""
        kept, farewell = self._kept, self._farewell
        if farewell and _comes_back(hello, farewell):
            connection.write(hello_of(farewell.held, self._games, farewell.session, name=farewell.name))
            if await Link(connection, farewell.held, hello, farewell.session or "").close(Bye(Reason.LEFT)):
                farewell.end()
            return True
        if _comes_back(hello, kept):
            self._progress(let_in=True)
            await self._rest()
            session = kept.session or ""
        elif hello.session or not known or (kept.session and (kept.held.number or self.partner.done())):
            return False
        else:
            self._progress(let_in=True)
            session = secrets.token_hex(16)  # the first, or in the place of one in which nothing was said
        await kept.begin(session, hello.token, hello.name)
        if self._guard:
            self._guard.code = None  # it has been used
        # From here on nothing waits, so no turn can slip in between the hello and what follows it.
        held = self.partner.result().held if self.partner.done() else kept.held
        connection.write(hello_of(held, self._games, session, name=kept.name))
        if self.partner.done():
            self.partner.result().resume(connection, hello)
        else:
            plan = "Waiting for them to come back; Ctrl-C leaves."
            recovery = Recovery(Link.restored, plan, self._told, self._patience) if hello.token else None
            self.partner.set_result(Link(connection, held, hello, session, recovery))
        return True

    async def _rest(self) -> None:
        """Let nobody come back more than once a second, which would fill the screen."""
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(self._rested + RETURN_INTERVAL - clock())
        self._rested = clock()


def _comes_back(hello: Hello, kept: Kept) -> bool:
    return bool(hello.token and kept.token and follows(hello.token, kept.token))


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is in use already. Stop that program, or choose another with --port."
        case errno.EACCES:
            return f"You may not listen on port {port}. Choose one from 1024 to 65535 with --port."
    return f"Cannot listen on {host} port {port}: {error.strerror}. Check --host."
