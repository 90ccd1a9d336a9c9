"""The thinnest journal: it lasts as long as its program."""

import secrets
from collections.abc import Iterable

from chatgame.core.commitments import Opening
from chatgame.core.log import Entry
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.journal.identity import Identity
from chatgame.protocol.resume import Held


class InMemory(Identity):
    """A journal that is gone with its program.

    Attributes:
        log: the turns.
    """

    def __init__(self, seat: Seat) -> None:
        super().__init__(Held(seat), secrets.token_bytes(32))
        self.log: list[Turn] = []

    def entries(self) -> Iterable[Entry]:
        """Nothing: a program with such a journal begins afresh."""
        return ()

    async def keep(self, turn: Turn, opening: Opening | None = None) -> None:  # noqa: ARG002  # not needed again
        """Append a turn of one's own."""
        self.log.append(turn)

    def take(self, turn: Turn) -> None:
        """Append the partner's turn."""
        self.log.append(turn)

    async def end(self) -> None:
        """There is nothing to keep."""
