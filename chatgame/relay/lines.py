"""The lines that a leg and a relay exchange before bytes flow, as values. `README.md` is the specification.

A leg is a connection to the relay: a *host* waits, and a *joiner* comes to it. Each line is one value: `read_leg` and
`read_relay` make it of bytes, and `written` makes bytes of it.
"""

import re
from enum import Enum
from typing import TypeAlias

from msgspec import Struct

from chatgame.core.errors import InvalidMessage
from chatgame.relay.limits import MAX_BUSY, MAX_LINE

VERSION = 1
"""The version that is spoken here."""

Spot: TypeAlias = int | str
"""Where two legs meet: a number, which the relay gives out, or a place, 64 lower-case hexadecimal digits."""


class Host(Struct, frozen=True):
    """A leg's first line: it wants to wait for a joiner.

    Attributes:
        spot: where; None asks the relay for a number.
        ticket: what came with a number, 32 lower-case hexadecimal digits; empty without a number.
    """

    spot: Spot | None = None
    ticket: str = ""


class Join(Struct, frozen=True):
    """A leg's first line: it wants to be joined with the host that waits there."""

    spot: Spot


class Ready(Struct, frozen=True):
    """A host's answer to `Word.ASK`."""


class Version(Struct, frozen=True):
    """From a leg: a first line of another version than ours. From a relay: the version that it speaks instead."""

    number: int


class Given(Struct, frozen=True):
    """The host has this number, and waits; the ticket gets it the same number again."""

    number: int
    ticket: str


class At(Struct, frozen=True):
    """The host of that spot waits at another node of the relay; the host's name is a name or an IP address."""

    host: str
    port: int


class Busy(Struct, frozen=True):
    """The relay takes no more now; it may after so many seconds."""

    seconds: int


class Word(Enum):
    """What a relay says in one word."""

    WAIT = "wait"
    ASK = "ready?"
    JOINED = "joined"
    NOBODY = "nobody"
    CLOSING = "closing"


FromLeg: TypeAlias = Host | Join | Ready | Version
FromRelay: TypeAlias = Word | Given | At | Busy | Version

_NUMBER = "[1-9][0-9]{0,8}"
_PLACE = "[0-9a-f]{64}"
_TICKET = "[0-9a-f]{32}"
_FIRST = re.compile(rf"chatgame-relay (?P<version>{_NUMBER})(?: (?P<wish>[ -~]+))?")
_HOST = re.compile(rf"host(?: (?P<number>{_NUMBER}) (?P<ticket>{_TICKET})| (?P<place>{_PLACE}))?")
_JOIN = re.compile(rf"join (?P<spot>{_NUMBER}|{_PLACE})")
_GIVEN = re.compile(rf"number (?P<number>{_NUMBER}) (?P<ticket>{_TICKET})")
_AT = re.compile(r"at (?:\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<name>[0-9A-Za-z._-]+)):(?P<port>[1-9][0-9]{0,4})")
_BUSY = re.compile(r"busy (?P<seconds>[1-9][0-9]{0,3})")
_VERSION = re.compile(rf"version (?P<version>{_NUMBER})")


def cut(received: bytes) -> tuple[bytes, bytes] | None:
    """Cut what was received into the first line, without its line feed, and the rest; None until the line is whole.

    Raises:
        InvalidMessage: the line is longer than a line may be.
    """
    line, end, rest = received.partition(b"\n")
    if len(line) >= MAX_LINE:
        raise InvalidMessage(f"The line has more than {MAX_LINE} bytes.")
    return (line, rest) if end else None


def read_leg(line: bytes) -> FromLeg:
    """Return what a leg says by a line, given without its line feed.

    Raises:
        InvalidMessage: it is not a line of a leg.
    """
    text = _ascii(line)
    if text == "ready":
        return Ready()
    if first := _FIRST.fullmatch(text):
        if (version := int(first["version"])) != VERSION:
            return Version(version)
        wish = first["wish"] or ""
        if said := _JOIN.fullmatch(wish):
            return Join(_spot(said["spot"]))
        if said := _HOST.fullmatch(wish):
            return Host(int(said["number"]), said["ticket"]) if said["number"] else Host(said["place"])
    raise InvalidMessage("It is not a line of a leg.")


def read_relay(line: bytes) -> FromRelay:
    """Return what a relay says by a line, given without its line feed.

    Raises:
        InvalidMessage: it is not a line of a relay.
    """
    text = _ascii(line)
    for word in Word:
        if text == word.value:
            return word
    if said := _GIVEN.fullmatch(text):
        return Given(int(said["number"]), said["ticket"])
    if (said := _AT.fullmatch(text)) and int(said["port"]) < 2**16:
        return At(said["v6"] or said["name"], int(said["port"]))
    if (said := _BUSY.fullmatch(text)) and int(said["seconds"]) <= MAX_BUSY:
        return Busy(int(said["seconds"]))
    if said := _VERSION.fullmatch(text):
        return Version(int(said["version"]))
    raise InvalidMessage("It is not a line of a relay.")


def written(said: FromLeg | FromRelay) -> bytes:
    """Return the line that says this, with its line feed. A `Version` is written as a relay says it."""
    return f"{_text(said)}\n".encode("ascii")


def _text(said: FromLeg | FromRelay) -> str:
    match said:
        case Host(None):
            return f"chatgame-relay {VERSION} host"
        case Host(spot, ticket):
            return f"chatgame-relay {VERSION} host {spot} {ticket}".rstrip()
        case Join(spot):
            return f"chatgame-relay {VERSION} join {spot}"
        case Ready():
            return "ready"
        case Given(number, ticket):
            return f"number {number} {ticket}"
        case At(host, port):
            return f"at [{host}]:{port}" if ":" in host else f"at {host}:{port}"
        case Busy(seconds):
            return f"busy {seconds}"
        case Version(number):
            return f"version {number}"
        case Word():
            return said.value


def _spot(text: str) -> Spot:
    return text if len(text) == 64 else int(text)


def _ascii(line: bytes) -> str:
    return line.decode("ascii", "replace")
