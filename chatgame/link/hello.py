"""The greeting: the client says hello, and the server answers with its own hello or with a goodbye.

The server says nothing before it has heard a valid hello, so a stray learns nothing and costs little.
"""

import asyncio
import secrets
from collections.abc import Mapping

from chatgame.core.errors import RemoteProtocolError, Unreachable
from chatgame.core.messages import PROTOCOL, Bye, Hello, Reason
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.link.link import Link
from chatgame.link.memory import memory_streams
from chatgame.link.streams import Connection

HELLO_TIME = 5.0
"""In seconds: how long a greeting may take."""


async def greet_server(connection: Connection, games: Mapping[str, AnyRules]) -> Link:
    """Say hello as the client and hear the server's answer.

    Raises:
        Unreachable: the server has no seat for us, or speaks another version.
        InvalidMessage, RemoteProtocolError: the other end is no chatgame server.
        LinkLost: the connection broke.
    """
    await connection.send(_hello(Seat.CLIENT, games))
    match await connection.receive():
        case Hello(seat=Seat.SERVER, session=str() as session) as hello if _understood(hello):
            return Link(connection, Seat.CLIENT, session, hello.games)
        case Hello(seat=Seat.SERVER) as hello if not _understood(hello):
            raise Unreachable(
                f"The server speaks protocol {hello.protocol}, and this program {PROTOCOL}. Update one of them."
            )
        case Bye(reason=Reason.TAKEN):
            raise Unreachable("The table is taken: two people are talking there already. Try again later.")
        case Bye(reason=reason, text=text):
            raise Unreachable(f"The server turned us away ({reason}): {text}")
    raise RemoteProtocolError("The server did not say hello.")


async def hear_client(connection: Connection) -> Hello:
    """Hear a client's hello as the server.

    Raises:
        InvalidMessage, RemoteProtocolError: the other end is no chatgame client.
        Unreachable: it speaks another version; it has been told.
        LinkLost: the connection broke.
    """
    match await connection.receive():
        case Hello(seat=Seat.CLIENT) as hello:
            if not _understood(hello):
                text = f"protocol {hello.protocol} is not understood here, but {PROTOCOL}"
                await connection.send(Bye(Reason.VERSION, text))
                raise Unreachable(text)
            return hello
    raise RemoteProtocolError("it did not say hello")


def answer_client(connection: Connection, hello: Hello, games: Mapping[str, AnyRules]) -> Link:
    """Answer a client's hello as the server, and begin a session; at once, so that two clients cannot both get it."""
    session = secrets.token_hex(16)
    connection.write(_hello(Seat.SERVER, games, session))
    return Link(connection, Seat.SERVER, session, hello.games)


async def linked_in_memory(
    client_games: Mapping[str, AnyRules], server_games: Mapping[str, AnyRules] | None = None
) -> tuple[Link, Link]:
    """The links of a client and a server in one process, who have greeted each other over streams in memory."""
    at_client, at_server = (Connection(*streams) for streams in memory_streams())
    games = client_games if server_games is None else server_games

    async def answer() -> Link:
        return answer_client(at_server, await hear_client(at_server), games)

    client, server = await asyncio.gather(greet_server(at_client, client_games), answer())
    return client, server


def _hello(seat: Seat, games: Mapping[str, AnyRules], session: str | None = None) -> Hello:
    return Hello(PROTOCOL, seat, {name: rules.version for name, rules in games.items()}, session)


def _understood(hello: Hello) -> bool:
    return hello.protocol.partition(".")[0] == PROTOCOL.partition(".")[0]
