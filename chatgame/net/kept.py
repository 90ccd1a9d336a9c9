"""What has to be kept so that a link can continue after its program was killed."""

from typing import Protocol

from chatgame.protocol.resume import Held


class Kept(Protocol):
    """The identity of one conversation, and what is held of its log.

    Attributes:
        session: the session's identifier, or None as long as there is none.
        token: as the server: the client's last one, or None.
        pinned: as the server: its certificate with the private key, in PEM; as the client: what it knows the server's
            by; None where connections are not secure, or not yet.
        name: what one's own player wants to be called, or nothing.
        held: what was held of the log when the program began.
    """

    session: str | None
    token: str | None
    pinned: str | None
    name: str
    held: Held

    async def next_token(self) -> str:
        """As the client: a token that was never given out before, now and after being killed.

        Raises:
            JournalFailed: that cannot be made sure of.
            TurnedAway: there are no more of them.
        """

    async def begin(self, session: str, token: str | None, partner: str) -> None:
        """Keep who the partner is: the session that has begun, as the server the client's token, and their name.

        Raises:
            JournalFailed: it cannot be written.
        """

    async def pin(self, pinned: str) -> None:
        """Keep what connections are made secure by.

        Raises:
            JournalFailed: it cannot be written.
        """

    async def end(self) -> None:
        """Keep that the conversation is over, and both sides know it.

        Raises:
            JournalFailed: it cannot be written.
        """
