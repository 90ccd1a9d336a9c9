"""Who takes part in a conversation: what a link needs to go on with it after its program was killed."""

from chatgame.protocol.resume import Held, token


class Identity:
    """What both journals, in memory and on disk, know of a conversation in addition to its log.

    Attributes:
        seat: one's own.
        session: the session's identifier, or None before there is one that matters.
        token: as the server: the client's last one, or None.
        pinned: what connections are made secure by, or None.
        partner: what the partner's player wanted to be called last, or nothing.
        place: where the two meet again at a relay, or None before there is a session that matters.
        name: what one's own player wants to be called, or nothing; the next start may say otherwise.
        held: what was held of the log when the program began.
    """

    def __init__(
        self,
        held: Held,
        seed: bytes,
        *,
        spent: int = 0,
        session: str | None = None,
        token: str | None = None,
        pinned: str | None = None,
        place: str | None = None,
        name: str = "",
        partner: str = "",
    ) -> None:
        self.seat = held.seat
        self.session = session
        self.token = token
        self.pinned = pinned
        self.place = place
        self.name = name
        self.partner = partner
        self.held = held
        self._seed = seed  # of the chain of tokens
        self._spent = spent

    async def next_token(self) -> str:
        """As the client: a token that was never given out before.

        Raises:
            JournalFailed: it cannot be written, so the token might be given out again.
            TurnedAway: all tokens were given out.
        """
        await self._change(spent=self._spent + 1)
        self._spent += 1
        return token(self._seed, self._spent - 1)

    async def keep_partner(self, session: str, token: str | None, partner: str, place: str | None = None) -> None:
        """Keep which session it is, as the server the client's token, the names of both, and a new session's place.

        Raises:
            JournalFailed: it cannot be written.
        """
        place = place or self.place
        await self._change(session=session, token=token, name=self.name, partner=partner, place=place)
        self.session, self.token, self.place, self.partner = session, token, place, partner

    async def pin(self, pinned: str) -> None:
        """Keep what connections are made secure by.

        Raises:
            JournalFailed: it cannot be written.
        """
        await self._change(pinned=pinned)
        self.pinned = pinned

    async def _change(self, **columns: object) -> None:
        """Make safe what is about to change; in memory there is nothing to do."""
