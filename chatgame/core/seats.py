"""The two seats of a table."""

from enum import StrEnum


class Seat(StrEnum):
    """One of the two places at a table; its value is its name on the wire.

    Attributes:
        other: the seat opposite.
    """

    CLIENT = "client"
    SERVER = "server"

    other: "Seat"


Seat.CLIENT.other, Seat.SERVER.other = Seat.SERVER, Seat.CLIENT
