"""Networks: what counts as one address, and what came from it lately."""

import math
from ipaddress import IPv6Address, ip_address, ip_network

from chatgame.relay.limits import MAX_FAILED_JOINS, MAX_JOINS, MAX_NUMBERS

MINUTE = 60.0


def network_of(address: str) -> str:
    """Return what counts as one with this IP address: an IPv4 address by itself, or a whole /64 of IPv6."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or ip_network((ip, 64), strict=False))
    return str(ip)


class Minute:
    """Counts something up to a limit a minute.

    The minute begins with the first, so in the worst case twice the limit comes within a minute.
    """

    __slots__ = ("_begin", "_count", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._begin = -math.inf
        self._count = 0

    def count(self, now: float) -> None:
        """Count one."""
        if now >= self._begin + MINUTE:
            self._begin, self._count = now, 0
        self._count += 1

    def pause(self, now: float) -> int:
        """Return for how many seconds there must not be another; 0 if there may be one now."""
        if self._count < self._most or now >= self._begin + MINUTE:
            return 0
        return math.ceil(self._begin + MINUTE - now)


class Network:
    """What came from one network.

    Attributes:
        name: as `network_of` returns it.
        legs: how many of its legs have said their first line, and are still there.
        unspoken: its legs that have not; the first came first.
        joins, failed_joins, numbers: what it did in the last minute.
    """

    __slots__ = ("failed_joins", "joins", "legs", "name", "numbers", "unspoken")

    def __init__(self, name: str) -> None:
        self.name = name
        self.legs = 0
        self.unspoken: dict[int, None] = {}
        self.joins = Minute(MAX_JOINS)
        self.failed_joins = Minute(MAX_FAILED_JOINS)
        self.numbers = Minute(MAX_NUMBERS)
