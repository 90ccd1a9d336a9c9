"""The two seats of a table."""

from enum import StrEnum


class Seat(StrEnum):
    """One of the two places at a table; its value is its name on the wire."""

    CLIENT = "client"
    SERVER = "server"

    @property
    def other(self) -> "Seat":
        """The seat opposite."""
        return Seat.SERVER if self is Seat.CLIENT else Seat.CLIENT

    @property
    def title(self) -> str:  # type: ignore[override]  # a seat is named, never title-cased
        """The name at the beginning of a sentence."""
        return self.value.capitalize()
