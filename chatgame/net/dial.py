"""The client's way to the server, and back to it when the connection was lost."""

import asyncio
import random
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping

from chatgame.core.errors import InvalidMessage, LinkLost, RemoteProtocolError, TurnedAway, Unreachable
from chatgame.core.limits import HELLO_TIME
from chatgame.core.rules import AnyRules
from chatgame.net.addresses import address_family, is_loopback, port_option
from chatgame.net.hello import greet_server, hello_of
from chatgame.net.kept import Kept
from chatgame.net.link import Link, Recovery
from chatgame.net.streams import Connection
from chatgame.protocol.messages import Hello
from chatgame.protocol.resume import Held

DIAL_TIME = 10.0
"""In seconds: how long a connection may take to be made."""

LONGEST_PAUSE = 30.0
"""In seconds: between two attempts to reach a server that was lost."""


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

    With a code the connection is secure; where something was said already, it is as secure as before, and to the same
    server. Without, only a server on this computer is talked to, unless one wants to be `insecure`. When the
    connection is lost later, the link dials again, with longer and longer pauses, for `patience` seconds.

    Raises:
        Unreachable: nobody can be reached there, or there is no seat for us; the sentence says what to do.
        JournalFailed: `kept` cannot be written.
        ChatgameError: the extra that is needed is not installed.
    """
    held = kept.held
    pin = kept.pinned if held.number else None
    if code or pin:
        from chatgame.net import secure  # which needs an extra

    async def once(held: Held, pin: str | None, code: str | None = None) -> tuple[Connection, Hello]:
        """Connect, to the server that `pin` is of, or else to one that knows the code, or to any."""
        connection = await _connect(host, port, secure.trusting_nobody() if pin or code else None)
        greeted = False
        try:
            if pin:
                secure.recognise(connection, pin)
            elif code:
                async with asyncio.timeout(HELLO_TIME):
                    certificate = await secure.prove(connection, code)
                await kept.pin(certificate)
            elif not (insecure or is_loopback(host)):
                raise Unreachable(
                    "To talk to another computer, add the code that the server shows there, as in: "
                    f"chatgame client --host {host} --port {port} 7-guitar-island"
                )
            token = await kept.next_token()
            async with asyncio.timeout(HELLO_TIME):
                hello = await greet_server(connection, hello_of(held, games, kept.session, token, kept.name))
            await kept.begin(hello.session or "", None, hello.name)
            greeted = True
        except TimeoutError as error:
            raise Unreachable(f"{host} on port {port} does not answer. Try again, or check both.") from error
        except LinkLost as error:
            what = f"What answers at {host} on port {port} hung up"
            raise Unreachable(f"{what}: it is no chatgame server, or busy, or asks for a code.") from error
        except (InvalidMessage, RemoteProtocolError) as error:
            what = f"What answers at {host} on port {port} is no chatgame server."
            raise Unreachable(f"{what} Check --host and --port.") from error
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
        pause = next(pauses)
        while True:
            await asyncio.sleep(pause)
            try:
                link.resume(*await once(link.held, pin))
            except TurnedAway:
                raise
            except Unreachable:
                pause = next(pauses)
                told(f"Nobody answers. Dialling again in {pause:.1f} seconds; Ctrl-C leaves.")
            else:
                connected = clock()
                return

    try:
        connection, hello = await once(held, pin, code)
    except TurnedAway as turned_away:
        if pin or not (code and kept.pinned):
            raise
        try:  # the code was used, and perhaps by us, when the connection was lost before a word was said
            connection, hello = await once(held, kept.pinned)
        except Unreachable:
            raise turned_away from None
    pin = kept.pinned if code or pin else None  # the code is forgotten: from now on only this server will do
    connected = clock()
    recovery = Recovery(again, "Dialling again; what you write is kept.", told, patience)
    return Link(connection, held, hello, hello.session or "", recovery)


def _pauses() -> Iterator[float]:
    """In seconds, each up to twice as long as the one before; random, so that many clients do not come at once."""
    yield 0.0
    longest = 2.0
    while True:
        yield random.uniform(longest / 2, longest)  # noqa: S311  # nobody gains by foreseeing it
        longest = min(longest * 2, LONGEST_PAUSE)


async def _connect(host: str, port: int, context: ssl.SSLContext | None) -> Connection:
    where = f"{host} on port {port}"
    try:
        async with asyncio.timeout(DIAL_TIME):
            # TLS from the first byte: what came before it could be anybody's, and would be read as if it came within.
            name = "" if context else None
            return Connection(
                *await asyncio.open_connection(
                    host, port, family=address_family(host), ssl=context, server_hostname=name
                )
            )
    except ssl.SSLError as error:
        raise Unreachable(f"What answers at {where} does not speak TLS, so nothing was sent. Check both.") from error
    except (socket.gaierror, UnicodeError) as error:
        raise Unreachable(f'There is no host by the name "{host}". Check --host.') from error
    except ConnectionRefusedError as error:
        raise Unreachable(
            f"Nobody is listening at {where}. Start the server first: chatgame server{port_option(port)}"
        ) from error
    except TimeoutError as error:
        raise Unreachable(f"No answer from {where}. Check --host and --port.") from error
    except OSError as error:
        why = error.strerror or "none of its addresses answers"
        raise Unreachable(f"Cannot reach {where}: {why}. Check --host and --port.") from error
