"""The client's way to the server."""

import asyncio
import socket
from collections.abc import Mapping

from chatgame.core.errors import InvalidMessage, LinkLost, RemoteProtocolError, Unreachable
from chatgame.core.rules import AnyRules
from chatgame.link.hello import HELLO_TIME, greet_server
from chatgame.link.link import Link
from chatgame.link.streams import Connection

DIAL_TIME = 10.0
"""In seconds: how long a connection may take to be made."""


def address_family(host: str) -> socket.AddressFamily:
    """IPv4 for "localhost", so that both sides mean 127.0.0.1 by it; any for other hosts."""
    return socket.AF_INET if host == "localhost" else socket.AF_UNSPEC


async def dial(host: str, port: int, games: Mapping[str, AnyRules]) -> Link:
    """Connect to a server and take the client's seat.

    Raises:
        Unreachable: nobody can be reached there, or there is no seat for us; the sentence says what to do.
    """
    where = f"{host} on port {port}"
    try:
        async with asyncio.timeout(DIAL_TIME):
            reader, writer = await asyncio.open_connection(host, port, family=address_family(host))
    except socket.gaierror as error:
        raise Unreachable(f'There is no host by the name "{host}". Check --host.') from error
    except ConnectionRefusedError as error:
        raise Unreachable(f"Nobody is listening at {where}. Start the server first: chatgame server") from error
    except TimeoutError as error:
        raise Unreachable(f"No answer from {where}. Check --host and --port.") from error
    except OSError as error:
        raise Unreachable(f"Cannot reach {where}: {error.strerror or error}. Check --host and --port.") from error
    connection = Connection(reader, writer)
    greeted = False
    try:
        async with asyncio.timeout(HELLO_TIME):
            link = await greet_server(connection, games)
        greeted = True
    except (InvalidMessage, LinkLost, RemoteProtocolError, TimeoutError) as error:
        raise Unreachable(f"What answers at {where} is no chatgame server. Check --host and --port.") from error
    finally:
        if not greeted:
            await connection.close()
    return link
