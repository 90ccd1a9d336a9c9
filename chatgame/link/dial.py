"""The client's way to the server, and back to it when the connection was lost."""

import asyncio
import random
import socket
from collections.abc import Callable, Iterator, Mapping

from chatgame.core.errors import InvalidMessage, LinkLost, RemoteProtocolError, TurnedAway, Unreachable
from chatgame.core.messages import Hello
from chatgame.core.resume import Held
from chatgame.core.rules import AnyRules
from chatgame.link.hello import HELLO_TIME, greet_server, hello_of
from chatgame.link.kept import Kept
from chatgame.link.link import Link, Recovery
from chatgame.link.streams import Connection

DIAL_TIME = 10.0
"""In seconds: how long a connection may take to be made."""

LONGEST_PAUSE = 30.0
"""In seconds: between two attempts to reach a server that was lost."""


def address_family(host: str) -> socket.AddressFamily:
    """IPv4 for "localhost", so that both sides mean 127.0.0.1 by it; any for other hosts."""
    return socket.AF_INET if host == "localhost" else socket.AF_UNSPEC


async def dial(
    host: str,
    port: int,
    games: Mapping[str, AnyRules],
    kept: Kept,
    told: Callable[[str], object],
    patience: float,
) -> Link:
    """Connect to a server and take the client's seat, or take it again if `kept` is of an unfinished session.

    When the connection is lost later, the link dials again, with longer and longer pauses, for `patience` seconds.

    Raises:
        Unreachable: nobody can be reached there, or there is no seat for us; the sentence says what to do.
        JournalFailed: `kept` cannot be written.
    """

    async def once(held: Held) -> tuple[Connection, Hello]:
        connection = await _connect(host, port)
        greeted = False
        try:
            token = await kept.next_token()
            async with asyncio.timeout(HELLO_TIME):
                hello = await greet_server(connection, hello_of(held, games, kept.session, token))
            greeted = True
        except (InvalidMessage, LinkLost, RemoteProtocolError, TimeoutError) as error:
            where = f"{host} on port {port}"
            raise Unreachable(f"What answers at {where} is no chatgame server. Check --host and --port.") from error
        finally:
            if not greeted:
                await connection.close()
        return connection, hello

    async def again(link: Link) -> None:
        for pause in _pauses():
            try:
                link.resume(*await once(link.held))
            except TurnedAway:
                raise
            except Unreachable:
                told(f"Nobody answers. Dialling again in {pause:.0f} seconds; Ctrl-C leaves.")
                await asyncio.sleep(pause)
            else:
                return

    held = kept.held
    connection, hello = await once(held)
    assert hello.session, "greet_server sees to it"
    if not kept.session:
        await kept.begin(hello.session, None)
    return Link(connection, held, hello, hello.session, Recovery(again, "Dialling again.", told, patience))


def _pauses() -> Iterator[float]:
    """In seconds, each up to twice as long as the one before; random, so that many clients do not come at once."""
    longest = 2.0
    while True:
        yield random.uniform(longest / 2, longest)  # noqa: S311  # nobody gains by foreseeing it
        longest = min(longest * 2, LONGEST_PAUSE)


async def _connect(host: str, port: int) -> Connection:
    where = f"{host} on port {port}"
    try:
        async with asyncio.timeout(DIAL_TIME):
            return Connection(*await asyncio.open_connection(host, port, family=address_family(host)))
    except socket.gaierror as error:
        raise Unreachable(f'There is no host by the name "{host}". Check --host.') from error
    except ConnectionRefusedError as error:
        raise Unreachable(f"Nobody is listening at {where}. Start the server first: chatgame server") from error
    except TimeoutError as error:
        raise Unreachable(f"No answer from {where}. Check --host and --port.") from error
    except OSError as error:
        raise Unreachable(f"Cannot reach {where}: {error.strerror or error}. Check --host and --port.") from error
