"""Resuming: what two programs tell each other when they meet again, and what they have to send.

Only the seat that holds the token can write, so one of two logs is always a prefix of the other. Each side keeps its
own turns safe before it sends them. It relies on the partner to keep the partner's turns until it has answered them.
So

    each side says how many turns it holds, and the digest of the last one;
    the side that holds more sends what is missing, which can only be its own turns since the partner's last one;
    equal digests at the smaller of the two counts prove that the logs are equal up to there.

A log that lacks turns of its own seat, or has another digest, was rolled back, edited or mixed up with another one.
Such logs are never merged.

A client proves with a chain of one-time tokens that it is the one that began the session (L. Lamport, "Password
authentication with insecure communication", 1981; RFC 2289). Each token is the SHA-256 of the next one. The last one
of the chain is used first, and none is accepted twice. So somebody who has seen a token can neither come back with it
nor compute the next one.
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
        """Return what is held with one more turn. A turn of the partner's shows that it has all turns before it."""
        if turn.seat is self.seat:
            return Held(self.seat, self.number + 1, (*self.unconfirmed, turn), self.confirmed)
        return Held(self.seat, self.number + 1, (), turn.digest)

    def missing(self, number: int, digest: str | None) -> tuple[Turn, ...]:
        """Return the turns that a partner lacks, if it holds `number` turns and the last one has `digest`.

        Raises:
            Diverged: the partner's log is not of the same conversation.
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
        return self.unconfirmed[kept:]  # if the partner holds more, the digests of what it sends have to fit


def token(seed: bytes, spent: int) -> str:
    """Return the token after `spent` others, in hexadecimal, of the chain that is computed from `seed`, 32 bytes.

    Raises:
        TurnedAway: all tokens of the chain were used.
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
