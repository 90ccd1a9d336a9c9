"""Pairing: a short code that two friends know lets in the right one, and nobody else.

Both sides make a key from the code by SPAKE2 (RFC 9382), inside TLS. Each guess at the code takes one connection.
Somebody between the two, who has a certificate of their own, gets no further than a guess: the proofs of the key
cover the certificate that each side sees, and both SPAKE2 messages. The client proves first, so a wrong guess teaches
it nothing. After three wrong guesses the code is burned.
"""

import hmac
import re
from collections.abc import Callable
from hashlib import sha256
from itertools import count
from typing import Literal, Protocol
from unicodedata import category

from chatgame.core.digest import digest
from chatgame.core.errors import Refused, RemoteProtocolError, TurnedAway, Unreachable, WrongCode
from chatgame.core.limits import MAX_GUESSES
from chatgame.core.seats import Seat
from chatgame.protocol.messages import WATCHER, Bye, Pair, Reason

_CODE = r"(?a)([1-9][0-9]{0,8}) ([a-z]+) ([a-z]+)"


def any_code(below: Callable[[int], int]) -> str:
    """Return a code that is easy to say, as in 7-guitar-island; `below(n)` gives a random number below n."""
    return code_with(1 + below(99), below)


def code_with(number: int, below: Callable[[int], int]) -> str:
    """Return a code that begins with a number that is no secret, such as one from a relay: only the words are."""
    from chatgame.protocol.words import WORDS  # which only a server with a code needs

    return f"{number}-{WORDS[below(len(WORDS))]}-{WORDS[below(len(WORDS))]}"


def number_of(code: str) -> int:
    """Return the number that a code begins with."""
    return int(code.partition("-")[0])


def drawn(secret: str, what: str) -> Callable[[int], int]:
    """Return a source of numbers for a code for watching, which follow from the server's `secret` and from `what`.

    So the code stays the same when the server's program starts again.
    """
    stream = (hmac.new(secret.encode(), f"chatgame watch code {what} {n}".encode(), sha256) for n in count())
    return lambda below: int.from_bytes(next(stream).digest()) % below


def read_code(text: str) -> str:
    """Return the code that a person means by `text`, with any capitals, spaces or dashes, and a final full stop.

    Raises:
        Refused: it does not have the form of a code.
    """
    apart = "".join(
        " " if character in "_\N{MINUS SIGN}" or category(character) == "Pd" else character for character in text
    )
    parts = re.fullmatch(_CODE, " ".join(apart.lower().rstrip(". ").split()))
    if not parts:
        raise Refused(f'"{text}" is not a code. A code is a number and two words, as in 7-guitar-island.')
    return "-".join(parts.groups())


def proof(key: bytes, prover: str, certificate: bytes, clients: bytes, servers: bytes) -> str:
    """Return what shows that `prover`, a seat or a watcher, has the key, in hexadecimal.

    It holds for the certificate and the messages that it has seen.
    """
    what = digest("chatgame pairing", prover, certificate.hex(), clients.hex(), servers.hex())
    return hmac.new(key, what.encode(), sha256).hexdigest()


class Exchange(Protocol):
    """One side of SPAKE2 for one code.

    Attributes:
        message: what the other side has to get, 33 bytes.
    """

    message: bytes

    def key(self, theirs: bytes) -> bytes | None:
        """Return the key that both sides have if both know the code; None if `theirs` is not a message of SPAKE2."""


class Invitation:
    """The code of one table, as long as it is good.

    Attributes:
        code: the code, or None once it has been used or burned.
        guesses: how many wrong ones were tried.
    """

    def __init__(self, code: str | None) -> None:
        self.code = code
        self.guesses = 0

    @property
    def burned(self) -> bool:
        """Whether too many wrong codes were tried."""
        return self.guesses == MAX_GUESSES

    def renew(self, code: str | None) -> None:
        """Replace the code, which is not valid any more; all guesses are allowed again."""
        self.code = code
        self.guesses = 0

    def move(self, code: str) -> None:
        """Replace the code, unless it is burned, with the guesses that are left: another number gives no more."""
        if not self.burned:
            self.code = code

    def refuse(self) -> None:
        """Count a wrong code."""
        self.guesses += 1
        if self.burned:
            self.code = None


class Pairing:
    """One side of a pairing over one connection; both sides take the same steps, the client first.

        each side sends its message of SPAKE2
        each side sends its proof of the key

    Args:
        seat: one's own; of the side that dials, the client's, whatever its role.
        certificate: SHA-256 of the server's certificate as this side sees it, the channel binding.
        exchange: begins SPAKE2 for a code.
        invitation: the code; the server's may be used up while a pairing is under way.
        role: what the side that dials wants. The key and the proofs bind it, so that a code for one role never opens
            as a code for another.

    Attributes:
        done: whether both have proved that they know the code.
    """

    def __init__(
        self,
        seat: Seat,
        certificate: bytes,
        exchange: Callable[[str], Exchange],
        invitation: Invitation,
        role: Literal[Seat.CLIENT, "watcher"] = Seat.CLIENT,
    ) -> None:
        self.role = role
        self.done = False
        self._seat = seat
        self._certificate = certificate
        self._start_exchange = exchange
        self._invitation = invitation
        self._code = invitation.code or ""
        self._ours: Exchange | None = None
        self._theirs = b""
        self._key = b""

    def start(self) -> Pair:
        """Return the first message of the side that dials."""
        self._ours = self._start_exchange(self._code)
        return Pair(self._ours.message.hex(), "watcher" if self.role == WATCHER else "client")

    def receive(self, message: Pair) -> Pair | None:
        """Take the other side's next message; returns the answer, or None where the client needs no more.

        Raises:
            WrongCode: as the server: the client has a wrong code.
            TurnedAway: as the server: no code is good any more.
            Unreachable: as the client: the server does not know the code.
            RemoteProtocolError: as the server: the message is not one of SPAKE2.
        """
        value = bytes.fromhex(message.value)
        return self._take_proof(value) if self._theirs else self._take_element(value)

    def _take_element(self, theirs: bytes) -> Pair:
        self._require_invitation()
        ours = self._ours or self._start_exchange(self._code)
        key = ours.key(theirs)
        if not key:
            raise self._not_paired()
        self._ours, self._theirs, self._key = ours, theirs, key
        return Pair(self._proof(Seat.CLIENT) if self._seat is Seat.CLIENT else ours.message.hex())

    def _take_proof(self, theirs: bytes) -> Pair | None:
        self._require_invitation()
        if not hmac.compare_digest(theirs.hex(), self._proof(self._seat.other)):
            if self._seat is Seat.SERVER:
                self._invitation.refuse()
                raise WrongCode("it had a wrong code")
            raise self._not_paired()
        self.done = True
        return None if self._seat is Seat.CLIENT else Pair(self._proof(Seat.SERVER))

    def _require_invitation(self) -> None:
        """See that the code is still good: many pairings at once have no more guesses than one after another."""
        if not self._code or self._invitation.code != self._code:
            purpose = "for watching, and none is valid now" if self.role == WATCHER else "and none is valid any more"
            raise TurnedAway(f"it came with a code {purpose}")

    def _not_paired(self) -> Unreachable | RemoteProtocolError:
        if self._seat is Seat.CLIENT:
            return Unreachable(
                "What answers there does not know the code, so it is not your friend's server. Nothing was sent."
            )
        return RemoteProtocolError("it did not pair")

    def _proof(self, prover: Seat) -> str:
        assert self._ours, "both messages were exchanged"
        messages = [self._ours.message, self._theirs]
        clients, servers = messages if self._seat is Seat.CLIENT else reversed(messages)
        who = self.role if prover is Seat.CLIENT else prover
        return proof(self._key, who, self._certificate, clients, servers)


def not_paired(goodbye: Bye, code: str, where: str) -> TurnedAway:
    """Return the error of a client that is turned away by the server at `where`, for its code."""
    if goodbye.reason == Reason.REFUSED:
        return TurnedAway(
            f"{code} is not the code of the server at {where}. Ask your friend to read it to you again; after three "
            "wrong ones it is not valid any more."
        )
    return TurnedAway(
        f"The server at {where} does not let in anybody with {code}: that code was used, or wrong ones were tried "
        "three times, or it is for watching. Ask your friend for the code that they see now."
    )


def goodbye_to(error: TurnedAway) -> Bye:
    """Return what a server says to a client that did not pair."""
    return Bye(Reason.REFUSED, "wrong code") if isinstance(error, WrongCode) else Bye(Reason.TAKEN)
