"""TCP, in the clear or with TLS in it: what dials a server's address, and what listens at one."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any

from chatgame.core.errors import Unreachable
from chatgame.net.addresses import is_loopback, not_found, numeric, port_option, what_failed
from chatgame.net.transport import EagerReader, StreamTransport, Transport

DIAL_TIME = 10.0
"""In seconds: how long a connection may take to be made."""


class TCPDialler:
    """Dials a server's address.

    Args:
        host, port: the address.
        tls: what begins TLS, or None for connections in the clear.

    Attributes:
        where: the address, for people.
        options: what people can have mistyped.
    """

    options = "--host and --port"

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.where = f"{host} on port {port}"
        self._host = host
        self._port = port
        self._tls = tls

    async def dial(self) -> Transport:
        """Connect, and with TLS do the handshake.

        Raises:
            Unreachable: there is no connection; the sentence says why.
        """
        host, where, tls = self._host, self.where, self._tls
        try:
            async with asyncio.timeout(DIAL_TIME):
                # TLS from the first byte: what came before could be anybody's, and would be read as part of it.
                reader, writer = await open_streams(
                    numeric(host), self._port, ssl=tls, server_hostname="" if tls else None
                )
        except ssl.SSLError as error:
            raise Unreachable(_not_secure(where, error, here=is_loopback(host))) from error
        except (socket.gaierror, UnicodeError) as error:
            raise Unreachable(not_found(host, error, "--host")) from error
        except ConnectionRefusedError as error:
            raise Unreachable(
                f"Nobody is listening at {where}. Start the server first: chatgame server{port_option(self._port)}"
            ) from error
        except TimeoutError as error:
            raise Unreachable(f"No answer from {where}. Check --host and --port.") from error
        except OSError as error:
            if tls and isinstance(error, ConnectionError):
                raise Unreachable(
                    f"The connection to {where} was cut while it was made secure, so nothing was sent. Either the "
                    "line failed, or what answers there takes no code. Try again."
                ) from error
            why = what_failed(error) or "none of its addresses answers"
            raise Unreachable(f"Cannot reach {where}: {why}. Check the network, or --host and --port.") from error
        return StreamTransport(reader, writer, binding_of(writer))


async def open_streams(*address: Any, **options: Any) -> tuple[EagerReader, asyncio.StreamWriter]:
    """Connect to a server, or take a connected socket as `sock`; takes what `asyncio.open_connection` takes."""
    loop, reader = asyncio.get_running_loop(), EagerReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.create_connection(lambda: protocol, *address, **options)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


def _not_secure(where: str, error: ssl.SSLError, *, here: bool) -> str:
    if "ALERT" in (error.reason or ""):  # by which a server says so; see `chatgame.net.listen`
        next_step = "Leave the code out" if here else "Ask your friend how they started it"
        return f"The server at {where} takes no code: it talks in the clear. Nothing was sent. {next_step}."
    return f"What answers at {where} does not speak TLS, so nothing was sent. Check --host and --port."


def binding_of(writer: asyncio.StreamWriter) -> bytes | None:
    """Return the channel binding of a client's connection: SHA-256 of the server's certificate; None without TLS."""
    secured = writer.get_extra_info("ssl_object")
    return sha256(secured.getpeercert(binary_form=True)).digest() if secured else None


class TCPListener:
    """Listens at an address of this computer.

    Attributes:
        port: where it listens.
        tls: what makes connections secure that are accepted from now on; see `chatgame.net.tls.server_tls`.
    """

    tls: tuple[ssl.SSLContext, bytes] | None = None
    _server: asyncio.Server
    _welcome: Callable[[Transport], None]

    @classmethod
    async def bind(cls, host: str, port: int) -> "TCPListener":
        """Take an address; port 0 takes any that is free. Nothing is accepted before `start`.

        Raises:
            Unreachable: nothing can listen there.
        """
        listener = cls()
        listener._server = await bound(listener._streams, host, port, start_serving=False)
        return listener

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self, welcome: Callable[[Transport], None]) -> None:
        """Begin to accept; `welcome` gets each transport, before its handshake.

        Raises:
            Unreachable: nothing can listen there after all.
        """
        self._welcome = welcome
        try:
            await self._server.start_serving()
        except OSError as error:
            raise Unreachable(_cannot_listen("this host", self.port, error)) from error

    def expect(self, places: Collection[str], *, new: bool) -> None:
        """Do nothing: everyone comes to this one address."""

    def renew(self) -> bool:
        """Return that there is no other address."""
        return False

    def _streams(self) -> asyncio.StreamReaderProtocol:
        """Make the streams of a connection that is accepted."""
        reader = EagerReader()

        def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._welcome(StreamTransport(reader, writer, server_tls=self.tls))

        return asyncio.StreamReaderProtocol(reader, accept)

    def close(self) -> None:
        """Accept no more; connections that were accepted may still come."""
        self._server.close()


async def bound(accepted: Callable[[], asyncio.BaseProtocol], host: str, port: int, **options: Any) -> asyncio.Server:
    """Take an address, for connections that each get a protocol by `accepted`; options are those of `create_server`.

    Raises:
        Unreachable: nothing can listen there.
    """
    loop = asyncio.get_running_loop()
    try:
        if host == "::" and socket.has_dualstack_ipv6():
            taken = socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=True)
            return await loop.create_server(accepted, sock=taken, **options)
        return await loop.create_server(accepted, numeric(host), port, **options)
    except OSError as error:
        raise Unreachable(_cannot_listen(host, port, error)) from error
    except UnicodeError as error:
        raise Unreachable(not_found(host, error, "--host")) from error


def _cannot_listen(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} on {host} is in use already. Stop that program, or choose another with --port."
        case errno.EACCES:
            return f"You may not listen on port {port}. Choose one from 1024 to 65535 with --port."
    return f"Cannot listen on {host} port {port}: {error.strerror}. Check --host."
