"""Every error that chatgame raises on purpose. Its text is a sentence for people.

    ChatgameError
    ├── Refused               a line or a turn is not taken; nothing has changed
    │   ├── RulesFailed       the rules of a game raised an error that they must not raise
    │   ├── InvalidMove       it cannot be read as a move
    │   └── IllegalMove       it can be read, but is not allowed in this position
    ├── InvalidMessage        bytes that are not a message of the protocol
    │   └── SpeaksTLS         they are TLS, where none was expected
    ├── RemoteProtocolError   the partner broke the protocol or the rules; the session ends
    ├── Diverged              the two logs are not of one conversation; they are never merged
    ├── Unreachable           no table could be opened or reached at that address
    │   ├── NotYet            the friend is not at the relay, or nobody is let in now: to ask again may help
    │   └── TurnedAway        the server was reached, and has no seat for us
    │       ├── Forgotten     the server does not know the session that we want to continue
    │       └── WrongCode     the code is not the server's
    ├── LinkLost              the connection to the partner broke
    │   ├── PeerSilent        the other side was silent for too long
    │   └── NothingSaid       a client was lost before its first turn; its seat is free again
    ├── JournalFailed         the journal cannot be read or written
    │   └── NotKept           it has no conversation of this number
    ├── WrongSetting          the configuration or the environment says what cannot be used
    ├── OutputLost            what a player should see cannot be shown
    ├── PartnerLeft           the partner said goodbye
    └── PlayerLeft            one's own input ended
        └── ProgramFailed     the program at one's own seat has died, or does not do its part

Errors say which side is at fault. The pure core raises `Refused` and `InvalidMessage`, which do not know whose turn
or bytes they judge. Code that got them from the partner raises `RemoteProtocolError` from these.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from chatgame.core import sentences


class ChatgameError(Exception):
    """The root of all errors that a caller of chatgame can expect."""


class Refused(ChatgameError):
    """A line or a turn that the table does not take; nothing has changed."""


class RulesFailed(Refused):
    """The rules of a game raised an error that they must not raise. It costs that game and nothing else."""


class InvalidMove(Refused):
    """A text that cannot be read as a move of the game."""


class IllegalMove(Refused):
    """A move that is not allowed in this position."""


class InvalidMessage(ChatgameError):
    """Bytes that are not a message of the protocol."""


class SpeaksTLS(InvalidMessage):
    """Bytes of TLS where frames were due: one side makes the connection secure, and the other does not."""


class RemoteProtocolError(ChatgameError):
    """The partner broke the protocol or the rules of the table."""


class Diverged(ChatgameError):
    """The logs of the two sides are not of one conversation."""


class Unreachable(ChatgameError):
    """No table could be opened, reached or joined at an address.

    Attributes:
        again: a template of what to say when it is tried again, with a gap for the `pause` in seconds.
    """

    def __init__(self, text: str, again: str = sentences.NOBODY_ANSWERS) -> None:
        super().__init__(text)
        self.again = again


class NotYet(Unreachable):
    """The friend is not at a relay, or the relay or the server takes nobody now. To ask again may help.

    Attributes:
        after: seconds before that makes sense.
    """

    def __init__(self, text: str, again: str, after: float = 0.0) -> None:
        super().__init__(text, again)
        self.after = after


class TurnedAway(Unreachable):
    """A server that was reached has no seat for us; asking again does not help."""


class Forgotten(TurnedAway):
    """A server that does not know the session that we continue, or does not know us as its client."""


class WrongCode(TurnedAway):
    """The code that a client came with is not the server's."""


class LinkLost(ChatgameError):
    """The connection to the partner broke, or ended without a goodbye."""


class PeerSilent(LinkLost):
    """The other side said nothing whole for too long."""


class NothingSaid(LinkLost):
    """A client was lost before its first turn and has not come back: the seat is free for anyone."""


class JournalFailed(ChatgameError):
    """The journal cannot be read or written, or what it holds is damaged."""


class NotKept(JournalFailed):
    """The journal has no conversation of this number."""


class WrongSetting(ChatgameError):
    """A setting in the configuration file or the environment that cannot be used."""


class OutputLost(ChatgameError):
    """What a player should see cannot be shown."""


class PartnerLeft(ChatgameError):
    """The partner said goodbye out of turn."""


class PlayerLeft(ChatgameError):
    """One's own input ended."""


class ProgramFailed(PlayerLeft):
    """The program at one's own seat has ended before its time, or does not do its part."""


@contextmanager
def unwrapped() -> Iterator[None]:
    """Raise the `ChatgameError` of a task group without the group; a group with any other error in it stays a group.

    Of several, one is raised, and `PlayerLeft` only if there is no other: that we leave does not hide what was wrong.
    """
    try:
        yield
    except BaseExceptionGroup as group:
        if group.split(ChatgameError)[1] is not None:
            raise
        error = min(_leaves(group), key=lambda leaf: isinstance(leaf, PlayerLeft))
        raise error from error.__cause__


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in _leaves(inner)]
    return [error]
