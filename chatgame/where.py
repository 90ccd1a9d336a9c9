"""How people type where a server or a relay is: a host, a port and a code, in any common form."""

from collections.abc import Sequence
from itertools import combinations

from msgspec import Struct

from chatgame.core.errors import Refused
from chatgame.net.addresses import DEFAULT_RELAY_PORT, Relay, canonical
from chatgame.players.person.inert import inert
from chatgame.protocol.pairing import read_code

MOST_WORDS = 6
"""A host, and a code with blanks around its dashes. To look for a code takes time as the cube of their number."""


class Where(Struct, frozen=True):
    """The host, the port and the code in the words after `chatgame client`; None for each that is not there."""

    host: str | None = None
    port: int | None = None
    code: str | None = None


def read_where(words: Sequence[str]) -> Where:
    """Read a host, a port and a code from words in any order.

    One or several words that have the form of a code are a code, and everything else is a host.

    Raises:
        ValueError: there is more than one host or code, or the port is not a port; the text says what is wrong.
    """
    if len(words) > MOST_WORDS:
        raise ValueError(f"{len(words)} words are not a host and a code, which is written as in 7-guitar-island")
    code = None
    for first, end in combinations(range(len(words) + 1), 2):
        if code := _code(" ".join(words[first:end])):
            words = [*words[:first], *words[end:]]
            break
    if code and any(map(_code, words)):
        raise ValueError(f'"{inert(words[0])}" is a second code. Type one of them')
    if len(words) > 1:
        said = inert(" ".join(words))
        raise ValueError(f'"{said}" is not one host. A code is a number and two words, as in 7-guitar-island')
    return Where(*(_host_and_port(words[0]) if words else (None, None)), code)


def _code(text: str) -> str | None:
    try:
        return read_code(text)
    except Refused:
        return None


def _host_and_port(text: str) -> tuple[str | None, int | None]:
    """Read HOST, HOST:PORT, :PORT, an IPv6 address, or an IPv6 address in brackets, perhaps with a port after it."""
    if text.startswith("[") and "]" in text:
        host, _, port = text[1:].partition("]")
        if port and not port.startswith(":"):
            raise ValueError(
                f'"{inert(text)}" is not a host. An IPv6 address with a port is written as in [::1]:1059'
            )
        port = port[1:]
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        host, port = text, ""
    return read_host(host) if host else None, read_port(port) if port else None


def read_host(text: str) -> str:
    """Read the name or the address of a host; whether there is such a host shows when it is looked up.

    Raises:
        ValueError: it is not text, and so nothing can be written about it; the text says so.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f'"{inert(text)}" is not a host, since it is not UTF-8 text') from error
    return text


def relay_at(text: str) -> Relay:
    """Read the address of a relay: HOST or HOST:PORT, as after `--relay`.

    Raises:
        ValueError: it is not one; the text says why.
    """
    host, port = _host_and_port(text)
    if not host or any(character.isspace() for character in host):
        raise ValueError(f'"{inert(text)}" is not a relay. Write it as in example.org or example.org:2000')
    return Relay(canonical(host), port or DEFAULT_RELAY_PORT)


def read_port(text: str) -> int:
    """Read the number of a port.

    Raises:
        ValueError: it is not one; the text says why.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) < 2**16):
        raise ValueError(f"{inert(text)} is not a port. A port is a number from 0 to 65535")
    return int(text)
