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

    @property
    def title(self) -> str:  # type: ignore[override]  # a seat is named, never title-cased
        """The name at the beginning of a sentence."""
        return self.value.capitalize()


Seat.CLIENT.other, Seat.SERVER.other = Seat.SERVER, Seat.CLIENT
