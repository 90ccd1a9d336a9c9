"""The two seats of a table."""

from enum import StrEnum


class Seat(StrEnum):
    """One of the two places at a table; its value is its name on the wire."""

    CLIENT = "client"
    SERVER = "server"

    @property
    def other(self) -> "Seat":
        """The seat opposite."""
        return _OTHER[self]

    @property
    def title(self) -> str:  # type: ignore[override]  # a seat is named, never title-cased
        """The name at the beginning of a sentence."""
        return self.value.capitalize()


_OTHER = {Seat.CLIENT: Seat.SERVER, Seat.SERVER: Seat.CLIENT}  # found in a third of the time
