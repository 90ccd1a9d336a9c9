"""The server's door: it listens, greets whoever comes, and gives the seat to the first who says hello."""

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from chatgame.core.errors import ChatgameError, Unreachable, unwrapped
from chatgame.core.messages import Bye, Reason
from chatgame.core.rules import AnyRules
from chatgame.link.dial import address_family
from chatgame.link.hello import HELLO_TIME, answer_client, hear_client
from chatgame.link.link import Link
from chatgame.link.streams import Connection

MAX_GUESTS = 32
"""How many connections may be in the middle of a greeting, to bound memory; with one more, the oldest is closed."""


class Door(NamedTuple):
    """An open door: the port it listens on, and the link to the partner, once there is one."""

    port: int
    partner: asyncio.Future[Link]


@asynccontextmanager
async def listening(
    host: str, port: int, games: Mapping[str, AnyRules], told: Callable[[str], object]
) -> AsyncIterator[Door]:
    """Listen at an address for as long as the context lasts; port 0 takes any that is free.

    While the seat is free, `told` gets one line for each connection that said no hello. Once it is taken, who
    comes with a hello is told so, and the conversation is not disturbed.

    Raises:
        Unreachable: nothing can listen there.
    """
    partner: asyncio.Future[Link] = asyncio.get_running_loop().create_future()
    guests: dict[asyncio.Task[None], None] = {}  # the oldest first
    closed = False

    async def greet(connection: Connection) -> None:
        goodbye = None
        try:
            async with asyncio.timeout(HELLO_TIME):
                hello = await hear_client(connection)
            if not partner.done():
                partner.set_result(answer_client(connection, hello, games))
                return
            goodbye = Bye(Reason.TAKEN)
        except (ChatgameError, TimeoutError) as error:
            if not partner.done():
                why = str(error).rstrip(".") or "it said nothing whole in time"
                told(f"Dropped a connection from {connection.peer}: {why}.")
        except asyncio.CancelledError:
            connection.abort()
            raise
        await connection.close(goodbye)

    with unwrapped():
        async with asyncio.TaskGroup() as tasks:

            def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                if closed:
                    Connection(reader, writer).abort()
                    return
                if len(guests) == MAX_GUESTS:
                    oldest = next(iter(guests))
                    del guests[oldest]
                    oldest.cancel()
                guest = tasks.create_task(greet(Connection(reader, writer)))
                guests[guest] = None
                guest.add_done_callback(lambda guest: guests.pop(guest, None))

            try:
                server = await asyncio.start_server(welcome, host, port, family=address_family(host))
            except OSError as error:
                raise Unreachable(_cannot_listen(host, port, error)) from error
            try:
                yield Door(server.sockets[0].getsockname()[1], partner)
            finally:
                closed = True  # connections that were accepted already may still come
                server.close()
                for guest in guests:
                    guest.cancel()


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is in use already. Stop that program, or choose another with --port."
        case errno.EACCES:
            return f"You may not listen on port {port}. Choose one from 1024 to 65535 with --port."
    return f"Cannot listen on {host} port {port}: {error.strerror}. Check --host."
