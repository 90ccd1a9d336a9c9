"""Which addresses mean what."""

import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple, Self

DEFAULT_HOST = "localhost"
DEFAULT_PORT = 1059
DEFAULT_RELAY_PORT = 1060

LOCALHOST = ip_address("127.0.0.1")
"""What "localhost" means here, so that both sides mean the same by it."""

ANY = ("0.0.0.0", "::", "")  # noqa: S104  # only compared
"""Hosts that make a server listen on all addresses of this computer."""


class Relay(NamedTuple):
    """The address of a relay."""

    host: str
    port: int = DEFAULT_RELAY_PORT

    def __str__(self) -> str:
        """The address as one types it after `--relay`, and as the journal keeps it."""
        if self.port == DEFAULT_RELAY_PORT:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def as_options(relays: Sequence[Relay]) -> str:
    """Return relays as people type them in a command."""
    return " ".join(f"--relay {relay}" for relay in relays)


class Numbered(NamedTuple):
    """A number that a relay has given out, and the ticket that gets it again."""

    relay: Relay
    number: int
    ticket: str

    def __str__(self) -> str:
        """As the journal keeps it."""
        return f"{self.relay} {self.number} {self.ticket}"

    @classmethod
    def of(cls, text: str, relays: Sequence[Relay]) -> Self | None:
        """Read what the journal has kept; returns None if that is nothing, or of a relay that is not asked now."""
        match text.split():
            case [at, number, ticket] if number.isdecimal():
                return next((cls(relay, int(number), ticket) for relay in relays if str(relay) == at), None)
        return None


def canonical(host: str) -> str:
    """Return the one way in which chatgame writes a host, so that one place has one name.

    Capitals, a final dot, the brackets of `[::1]`, short forms such as 127.1, and an IPv4 address inside an IPv6 one
    make no difference. The address that "localhost" means is written "localhost".
    """
    host = host.strip().removeprefix("[").removesuffix("]").removesuffix(".").lower()
    address = _address(host)
    if address == LOCALHOST:
        return DEFAULT_HOST
    return host if address is None else str(address)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    with suppress(ValueError):
        address = ip_address(host)
        return getattr(address, "ipv4_mapped", None) or address
    with suppress(OSError):  # the forms that getaddrinfo takes, too, such as 127.1 (inet_aton(3))
        return IPv4Address(socket.inet_aton(host)) if host[:1].isdigit() and " " not in host else None
    return None


def numeric(host: str) -> str:
    """Return 127.0.0.1 for "localhost", so that both sides mean the same by it and nothing has to look it up."""
    return str(LOCALHOST) if host == DEFAULT_HOST else host


def not_found(host: str, error: Exception, options: str) -> str:
    """Say why a name of a host leads nowhere; `options` are those to check."""
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return f'The name "{host}" cannot be looked up now. Check the network, or {options}.'
    return f'There is no host by the name "{host}". Check {options}.'


def what_failed(error: OSError) -> str:
    """Say why a connection failed, in the words of the operating system; asyncio puts the address in their place."""
    why = error.strerror or ""
    return os.strerror(error.errno or 0) if why.startswith("Connect call failed") else why


def port_option(port: int) -> str:
    """Return the option to add to a command for this port, if it is not the usual one."""
    return "" if port == DEFAULT_PORT else f" --port {port}"


def typed(host: str, port: int) -> str:
    """Return what to type after `chatgame client` for a server: its host, and its port if it is not the usual one."""
    if port == DEFAULT_PORT:
        return host
    return f"'[{host}]:{port}'" if ":" in host else f"{host}:{port}"  # a shell reads brackets as a pattern


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach a canonical host."""
    address = _address(host)
    return host == DEFAULT_HOST if address is None else address.is_loopback


def is_here(address: str) -> bool:
    """Whether an IP address is of this computer, or of the network that it is in: loopback, private or link-local."""
    ip = _address(address.partition("%")[0])
    return ip is None or not ip.is_global


def reachable_at(host: str) -> str:
    """Return the address by which others reach this computer if it listens on `host`; a guess if that is any."""
    if host not in ANY:
        return host
    family, elsewhere = (socket.AF_INET6, "2001:db8::1") if host == "::" else (socket.AF_INET, "192.0.2.1")
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as way:
        way.connect((elsewhere, 9))  # sends nothing, but chooses an interface
        return str(way.getsockname()[0])
    return "ADDRESS"
