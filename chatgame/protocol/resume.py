"""Resuming: what two programs that meet again have to tell each other, and what they have to send.

Only the seat that holds the token can write, so of two logs one is always a prefix of the other. Each side keeps its
own turns safe before it sends them, and counts on the partner to keep what it has sent until it is answered. So

    each side says how many turns it holds, and the digest of the last of them;
    whoever holds more sends what is missing, and that can only be turns of its own, written since the partner's last;
    equal digests at the smaller of both counts prove that the logs are equal up to there.

A log that lacks turns of its own seat, or has another digest, was rolled back, edited or mixed up with another: such
logs are never merged.

A client proves that it is the one who began the session with a chain of one-time tokens (L. Lamport, "Password
authentication with insecure communication", 1981; RFC 2289). Each is the SHA-256 of the next, the last of the chain
comes first, and none is taken twice; so whoever has seen a token cannot come back with it, nor make the next.
"""

from collections.abc import Sequence
from hashlib import sha256

from msgspec import Struct

from chatgame.core.errors import Diverged, TurnedAway
from chatgame.core.limits import CHAIN
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn


class Held(Struct, frozen=True):
    """What one side holds of a log; immutable.

    Attributes:
        seat: one's own.
        number: how many turns are held.
        unconfirmed: one's own turns since the partner's last; the partner may not have them.
        confirmed: the digest of the turn before these, or None where there is none.
    """

    seat: Seat
    number: int = 0
    unconfirmed: tuple[Turn, ...] = ()
    confirmed: str | None = None

    @classmethod
    def of(cls, seat: Seat, log: Sequence[Turn]) -> "Held":
        """What a side holds that has this log, or the end of it, from the partner's last turn on."""
        known = next((n for n in range(len(log), 0, -1) if log[n - 1].seat is not seat), 0)
        return cls(
            seat, log[-1].number + 1 if log else 0, tuple(log[known:]), log[known - 1].digest if known else None
        )

    @property
    def digest(self) -> str | None:
        """The digest of the last turn, or None where there is none."""
        return self.unconfirmed[-1].digest if self.unconfirmed else self.confirmed

    def after(self, turn: Turn) -> "Held":
        """What is held when one turn more is; one by the partner shows that they have all before it."""
        if turn.seat is self.seat:
            return Held(self.seat, self.number + 1, (*self.unconfirmed, turn), self.confirmed)
        return Held(self.seat, self.number + 1, (), turn.digest)

    def missing(self, number: int, digest: str | None) -> tuple[Turn, ...]:
        """The turns that a partner lacks who holds `number` of them, the last with `digest`.

        Raises:
            Diverged: theirs is no log of the same conversation.
        """
        known = self.number - len(self.unconfirmed)
        partner = self.seat.other
        if number < known:
            raise Diverged(
                f"The {partner}'s journal ends before turn {number} and lacks some that the {partner} wrote: it was "
                "rolled back. Both must begin afresh with --new."
            )
        kept = number - known
        if kept <= len(self.unconfirmed):
            ours = self.unconfirmed[kept - 1].digest if kept else self.confirmed
            if digest != ours:
                raise Diverged(
                    f"The {partner}'s journal differs from ours before turn {number}: one of the two was edited or "
                    "belongs to another conversation. Both must begin afresh with --new."
                )
        return self.unconfirmed[kept:]  # where the partner holds more, what they send has to fit by its digests


def token(seed: bytes, spent: int) -> str:
    """The token that comes after `spent` others, in hexadecimal, of the chain that begins at `seed`, 32 bytes.

    Raises:
        TurnedAway: there are no more.
    """
    if spent > CHAIN:
        raise TurnedAway(f"After {CHAIN} lost connections a conversation cannot go on. Begin afresh with --new.")
    link = seed
    for _ in range(CHAIN - spent):
        link = sha256(link).digest()
    return link.hex()


def follows(later: str, earlier: str) -> bool:
    """Whether `later` is a token of the same chain as `earlier` that comes after it."""
    link, end = bytes.fromhex(later), bytes.fromhex(earlier)
    for _ in range(CHAIN):
        link = sha256(link).digest()
        if link == end:
            return True
    return False
