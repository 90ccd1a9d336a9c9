"""What a conversation needs of a journal, and the thinnest one."""

import secrets
from collections.abc import Iterable
from typing import Protocol

from chatgame.core.commitments import Opening
from chatgame.core.log import Entry
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.journal.identity import Identity
from chatgame.protocol.resume import Held


class Journal(Protocol):
    """Keeps the log of one conversation, as one side has it.

    One's own turns are safe before they are sent. The partner's need not be before one's own next: until that has
    arrived, the partner keeps them.
    """

    def entries(self) -> Iterable[Entry]:
        """What is kept so far.

        Raises:
            JournalFailed: it cannot be read.
        """

    async def keep(self, turn: Turn, opening: Opening | None = None) -> None:
        """Make the log safe up to a turn of one's own, and what opens it if it is a commitment.

        Raises:
            JournalFailed: it cannot be written; nothing is kept of the turn.
        """

    def take(self, turn: Turn) -> None:
        """Take the partner's next turn, which is safe only with one's own next, or at the end."""

    async def end(self) -> None:
        """Keep that the conversation is over, and both sides know it.

        Raises:
            JournalFailed: it cannot be written.
        """


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
