"""The greeting: what each side says of itself, and what a goodbye in place of a hello means."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from chatgame.core.errors import Diverged, Forgotten, TurnedAway
from chatgame.core.rules import AnyRules
from chatgame.core.shelf import shelf
from chatgame.protocol.messages import PROTOCOL, Bye, Hello, Reason
from chatgame.protocol.resume import Held


def hello_of(
    held: Held,
    games: Mapping[str, AnyRules],
    session: str | None = None,
    token: str | None = None,
    name: str = "",
    *,
    nonce: bytes,
    features: Sequence[str] = (),
) -> Hello:
    """Return the hello of a side that has `held` of a session's log, has these games, and is called `name`.

    The `nonce` is 32 random bytes, new for each hello.
    """
    versions = shelf(games).versions
    return Hello(
        PROTOCOL, held.seat, nonce.hex(), versions, session, held.number, held.digest, token, name, [*features]
    )


def session_opened_by(client: bytes, server: bytes) -> str:
    """Return the identifier of the session that two hellos open, from their bytes as they were sent.

    So neither side chooses it alone, and every digest in the log binds what was said in the greeting.
    """
    return sha256(client + server).hexdigest()


def place_opened_by(client: bytes, server: bytes) -> str:
    """Return the place at which the two meet again at a relay, from the bytes of the hellos that open the session.

    The hellos crossed a secure channel and are kept nowhere, so only the two journals know the place. It does not
    follow from the session's identifier, which is no secret: an exported conversation shows it.
    """
    return sha256(b"chatgame place\n" + client + server).hexdigest()


def refusal(goodbye: Bye) -> TurnedAway | Diverged:
    """Return the error that a client raises when the server says goodbye in place of hello."""
    match goodbye.reason:
        case Reason.UNKNOWN:
            return Forgotten(
                "The server does not go on with your unfinished conversation: it has begun afresh, or somebody came "
                "back in your place. To begin afresh too, use --new."
            )
        case Reason.TAKEN:
            return TurnedAway(
                "The table is taken: two people are talking there already, or one waits for the other to come back. "
                "Try again later."
            )
        case Reason.DIVERGED:
            return Diverged(goodbye.text or "The server says that your journal and its own differ.")
    return TurnedAway(f"The server turned us away ({goodbye.reason}): {goodbye.text}")
