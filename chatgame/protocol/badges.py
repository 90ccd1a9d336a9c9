"""Badges: how somebody who watches shows that the code has let them in before. The server keeps none of them.

    badge = owner, then half of HMAC-SHA256(secret, H("chatgame badge", agreement, owner))
    place = HMAC-SHA256(secret, H("chatgame place of those who watch", agreement))

The owner is 16 random bytes, new for each watcher that is let in. Only the server knows the secret, and its journal
keeps it, so badges stay good when the server was killed. The agreement is the digest of the turn by which people may
watch, which covers the session and all that was said in it: a badge is worth nothing in another session, or once
watching was ended. Nor does it open anything else, since a client that comes back shows tokens.
"""

import hmac
from hashlib import sha256

from chatgame.core.digest import digest

OWNER_SIZE = 16
"""In bytes. As much of the HMAC follows, which nobody can guess."""


class Badges:
    """The badges of one agreement, and the place at a relay where those who have one find the server again.

    Args:
        secret: what the server alone knows.
        agreement: the digest of the turn by which people may watch.
    """

    def __init__(self, secret: str, agreement: str) -> None:
        self._secret = secret.encode()
        self._agreement = agreement
        self.place = self._keyed("chatgame place of those who watch")

    def new(self, owner: bytes) -> str:
        """Return the badge of somebody who is let in now; `owner` is random."""
        return self._of(owner.hex())

    def holds(self, badge: str) -> bool:
        """Whether a badge was given out under this agreement."""
        return hmac.compare_digest(badge, self._of(badge[: 2 * OWNER_SIZE]))

    def _of(self, owner: str) -> str:
        return owner + self._keyed("chatgame badge", owner)[: 2 * OWNER_SIZE]

    def _keyed(self, what: str, *more: str) -> str:
        return hmac.new(self._secret, digest(what, self._agreement, *more).encode(), sha256).hexdigest()
