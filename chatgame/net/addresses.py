"""Which addresses mean what."""

import socket
from contextlib import suppress
from ipaddress import ip_address

DEFAULT_HOST = "localhost"
DEFAULT_PORT = 1059


def address_family(host: str) -> socket.AddressFamily:
    """IPv4 for "localhost", so that both sides mean 127.0.0.1 by it; any for other hosts."""
    return socket.AF_INET if host == DEFAULT_HOST else socket.AF_UNSPEC


def port_option(port: int) -> str:
    """What to type behind a command for this port, if it is not the one that is taken anyway."""
    return "" if port == DEFAULT_PORT else f" --port {port}"


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach an address."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def reachable_at(host: str) -> str:
    """The address that others know this computer by, if it listens at `host`; a guess where that is any."""
    if host not in ("0.0.0.0", "::", ""):  # noqa: S104  # only compared
        return host
    family, elsewhere = (socket.AF_INET6, "2001:db8::1") if host == "::" else (socket.AF_INET, "192.0.2.1")
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as way:
        way.connect((elsewhere, 9))  # sends nothing, but chooses an interface
        return str(way.getsockname()[0])
    return "ADDRESS"
