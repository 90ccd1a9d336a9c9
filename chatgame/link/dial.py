"""The client's way to the server, and back to it when the connection was lost."""

import asyncio
import random
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address

from chatgame.core.errors import InvalidMessage, LinkLost, RemoteProtocolError, TurnedAway, Unreachable
from chatgame.core.limits import HELLO_TIME
from chatgame.core.messages import Hello
from chatgame.core.resume import Held
from chatgame.core.rules import AnyRules
from chatgame.link.hello import greet_server, hello_of
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


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach an address."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def reachable_at(host: str) -> str:
    """The address that others know this computer by, if it listens at `host`; a guess where that is any."""
    if host not in ("0.0.0.0", "::", ""):  # noqa: S104  # only compared
        return host
    with (
        suppress(OSError),
        socket.socket(socket.AF_INET6 if host == "::" else socket.AF_INET, socket.SOCK_DGRAM) as any_way,
    ):
        any_way.connect(
            ("2001:db8::1" if host == "::" else "192.0.2.1", 9)
        )  # sends nothing, but chooses an interface
        return str(any_way.getsockname()[0])
    return "ADDRESS"


async def dial(
    host: str,
    port: int,
    games: Mapping[str, AnyRules],
    kept: Kept,
    told: Callable[[str], object],
    patience: float,
    code: str | None = None,
    *,
    insecure: bool = False,
) -> Link:
    """Connect to a server and take the client's seat, or take it again if `kept` is of an unfinished session.

    With a code, or where the last connection was secure, this one is. Without, only a server on this computer is
    talked to, unless one wants to be `insecure`.

    When the connection is lost later, the link dials again, with longer and longer pauses, for `patience` seconds.

    Raises:
        Unreachable: nobody can be reached there, or there is no seat for us; the sentence says what to do.
        JournalFailed: `kept` cannot be written.
    """

    async def once(held: Held) -> tuple[Connection, Hello]:
        connection = await _connect(host, port)
        greeted = False
        try:
            if not (code or kept.pinned or insecure or is_loopback(host)):
                raise TurnedAway(
                    "To talk to another computer, add the code that the server shows there, as in: "
                    f"chatgame client --host {host} 7-guitar-island"
                )
            token = await kept.next_token()
            async with asyncio.timeout(HELLO_TIME):
                pinned = None
                if code or kept.pinned:
                    from chatgame.link.secure import join_securely  # which needs an extra

                    pinned = await join_securely(connection, kept.pinned, code)
                hello = await greet_server(connection, hello_of(held, games, kept.session, token))
                if pinned and pinned != kept.pinned:
                    await kept.pin(pinned)
            greeted = True
        except TimeoutError as error:
            raise Unreachable(
                f"{host} on port {port} does not answer. Try again, or check --host and --port."
            ) from error
        except (InvalidMessage, LinkLost, RemoteProtocolError) as error:
            what = "is no chatgame server" if code or kept.pinned else "is no chatgame server, or asks for a code"
            raise Unreachable(f"What answers at {host} on port {port} {what}. Check --host and --port.") from error
        finally:
            if not greeted:
                connection.abort()
        return connection, hello

    clock = asyncio.get_running_loop().time
    pauses, connected = _pauses(), clock()

    async def again(link: Link) -> None:
        nonlocal pauses, connected
        if clock() - connected > LONGEST_PAUSE:
            pauses = _pauses()  # that one was worth it: the next may be had at once
        while True:
            await asyncio.sleep(next(pauses))
            try:
                link.resume(*await once(link.held))
            except TurnedAway:
                raise
            except Unreachable:
                told("Nobody answers. Dialling again soon; Ctrl-C leaves.")
            else:
                connected = clock()
                return

    held = kept.held
    connection, hello = await once(held)
    connected = clock()
    assert hello.session, "greet_server sees to it"
    if not kept.session:
        await kept.begin(hello.session, None)
    return Link(
        connection,
        held,
        hello,
        hello.session,
        Recovery(again, "Dialling again; what you write is kept.", told, patience),
    )


def _pauses() -> Iterator[float]:
    """In seconds, each up to twice as long as the one before; random, so that many clients do not come at once."""
    yield 0.0
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
