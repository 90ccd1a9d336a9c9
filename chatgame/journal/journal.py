"""What a conversation needs of a journal, and the thinnest one."""

import secrets
from collections.abc import Iterable
from typing import Protocol

from chatgame.core.commitments import Opening
from chatgame.core.log import Entry
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.protocol.resume import Held, token


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

    def end(self) -> None:
        """Keep that the conversation is over, and both sides know it.

        Raises:
            JournalFailed: it cannot be written.
        """


class InMemory:
    """A journal that is gone with its program; it keeps what a link needs to get over lost connections, too.

    Attributes:
        log: the turns.
        session: the session's identifier, once there is one.
        token: as the server: the client's last one, or None.
        pinned: what connections are made secure by, or None.
        name: what one's own player wants to be called, or nothing.
        held: nothing, when the program begins.
    """

    def __init__(self, seat: Seat) -> None:
        self.log: list[Turn] = []
        self.session: str | None = None
        self.token: str | None = None
        self.pinned: str | None = None
        self.name = ""
        self.held = Held(seat)
        self._seed = secrets.token_bytes(32)
        self._spent = 0

    def entries(self) -> Iterable[Entry]:
        """Nothing: whoever has such a journal begins afresh."""
        return ()

    async def keep(self, turn: Turn, opening: Opening | None = None) -> None:  # noqa: ARG002  # not needed again
        """Append a turn of one's own."""
        self.log.append(turn)

    def take(self, turn: Turn) -> None:
        """Append the partner's turn."""
        self.log.append(turn)

    async def next_token(self) -> str:
        """As the client: a token that was never given out before."""
        self._spent += 1
        return token(self._seed, self._spent - 1)

    async def begin(self, session: str, token: str | None, partner: str) -> None:  # noqa: ARG002  # the link knows
        """Keep which session it is, and as the server the client's token."""
        self.session, self.token = session, token

    async def pin(self, pinned: str) -> None:
        """Keep what connections are made secure by."""
        self.pinned = pinned

    def end(self) -> None:
        """There is nothing to keep."""
