"""Admission: who gets the client's seat when somebody says hello to a server. A pure decision.

    who says hello                                                decision
    ------------------------------------------------------------  --------
    the client of a session that this side closed meanwhile       FAREWELL
    the client of the session, with a token not used before       BACK
    the same with a token that was used: an old copy of a journal STALE
    anybody else who names a session                              UNKNOWN
    somebody new, while the seat is free                          NEW
    the client of the session, who names none, before turn 0      NEW
    anybody else: a third person, or one without the code         TAKEN

A client shows that it is the session's by its token, and names the session. One that names none has not received
our hello, so the two begin anew. The seat is free until somebody has it, and again when that client was lost before
its first turn and has not come back in time; but a client that came by a code keeps the seat.
"""

from enum import Enum, auto

from msgspec import Struct

from chatgame.core.limits import RETURN_INTERVAL, SILENCE_LIMIT
from chatgame.protocol.messages import Bye, Hello, Reason
from chatgame.protocol.resume import follows


class Decision(Enum):
    """What becomes of a client that has said hello."""

    NEW = auto()
    BACK = auto()
    FAREWELL = auto()
    STALE = auto()
    UNKNOWN = auto()
    TAKEN = auto()


GOODBYES = {
    Decision.STALE: Bye(
        Reason.DIVERGED,
        "The client's journal is an old copy of this conversation, so the conversation cannot go on from it. "
        "Both must begin afresh with --new.",
    ),
    Decision.UNKNOWN: Bye(Reason.UNKNOWN),
    Decision.TAKEN: Bye(Reason.TAKEN),
}
"""The goodbyes to clients that do not get the seat."""


class Admission(Struct):
    """What a server knows of its one seat for a client.

    Attributes:
        session: the session's identifier, or None before there is one.
        token: the last token of the session's client, or None if it cannot come back.
        begun: whether this side holds a turn of the session.
        farewell: a closed session whose client may not know that it is closed, and that client's last token.
        taken: whether somebody has the seat.
        by_code: whether they got it by a code.
        returned: when somebody came back last, in seconds.
    """

    session: str | None = None
    token: str | None = None
    begun: bool = False
    farewell: tuple[str | None, str | None] = (None, None)
    taken: bool = False
    by_code: bool = False
    returned: float = float("-inf")

    def decide(self, hello: Hello, *, welcome: bool) -> Decision:
        """Decide on a client; `welcome` tells whether it may be somebody new: it has the code, or needs none."""
        session, token = hello.session, hello.token
        back = _is_later(token, self.token)
        if not session:
            free = (welcome and not self.taken) or back
            return Decision.NEW if free and not self.begun else Decision.TAKEN
        closed, last = self.farewell
        if session == closed and _is_later(token, last):
            return Decision.FAREWELL
        if session != self.session:
            return Decision.UNKNOWN
        if back:
            return Decision.BACK
        used = token and (token == self.token or _is_later(self.token, token))
        return Decision.STALE if used else Decision.UNKNOWN

    def seat(self, session: str, token: str | None, *, by_code: bool = False) -> None:
        """Give the seat to a client."""
        self.session, self.token, self.taken, self.by_code = session, token, True, self.by_code or by_code

    def pause(self, now: float) -> float:
        """Return the seconds that a client which comes back has to wait; it counts as having come back after them."""
        pause = max(0.0, self.returned + RETURN_INTERVAL - now)
        self.returned = now + pause
        return pause

    def patience(self, patience: float) -> float | None:
        """Return for how many seconds the seat is kept for a client that was lost: at most `patience`.

        None if the client has no token to come back with.
        """
        if not self.token:
            return None
        return patience if self.begun or self.by_code else min(patience, SILENCE_LIMIT)

    def vacate(self) -> bool:
        """Free the seat of a client that was lost for so long; False if it stays theirs."""
        if self.begun or self.by_code:
            return False
        self.taken = False
        return True


def _is_later(token: str | None, earlier: str | None) -> bool:
    return bool(token and earlier and follows(token, earlier))
