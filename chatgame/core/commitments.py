"""Commitments: a value is fixed now, and shown later.

A commitment is a digest over a value and a random salt. The side that has made it cannot show another value for it.
The other side learns nothing about the value from it, however few values there are, since the salt is as long as the
digest. The session, the match, the ply and the seat are also in the digest, so a commitment cannot be used in a
second place.

Source: Blum, "Coin flipping by telephone" (1981), on how two people who do not trust each other draw a number.
"""

import re
from typing import NamedTuple

from chatgame.core.digest import digest
from chatgame.core.errors import Refused
from chatgame.core.seats import Seat

SALT_SIZE = 32
"""In bytes: as long as the digest."""

_OPENING = rf"(?s)([0-9a-f]{{{2 * SALT_SIZE}}}) (.+)"


class Place(NamedTuple):
    """What a commitment is bound to."""

    session: str
    match: int
    ply: int
    seat: Seat


class Opening(NamedTuple):
    """What shows a committed value: the salt, 32 bytes, and the value; its `str` is the text of a reveal."""

    salt: bytes
    value: str

    def __str__(self) -> str:
        return f"{self.salt.hex()} {self.value}"

    @classmethod
    def parse(cls, text: str) -> "Opening":
        """The opening that `text` stands for.

        Raises:
            Refused: it does not have the form of one.
        """
        parts = re.fullmatch(_OPENING, text)
        if not parts:
            raise Refused("The reveal does not have the form of one: a salt, a space and a value.")
        return cls(bytes.fromhex(parts[1]), parts[2])


def commitment(place: Place, opening: Opening) -> str:
    """The commitment to an opening at a place: 32 bytes in hexadecimal."""
    session, match, ply, seat = place
    return digest("chatgame commitment", session, str(match), str(ply), seat, str(opening))
