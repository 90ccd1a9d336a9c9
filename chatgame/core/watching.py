"""Whether people may watch: both players agree to it, each by a turn of the log, and either of them ends it.

    ask       in chat: the other seat answers next, and until then nothing else begins
    accept    people may watch, from the next turn on; the seat that asked writes next
    decline   they may not; the seat that asked writes next
    off       while they may: nobody watches any more, and the same seat writes on

Being watched means all turns, chat included: without one of them the digests of the others could not be checked, and
from the next digest a watcher could guess what it was.
"""

from typing import NamedTuple

from chatgame.core.errors import Refused
from chatgame.core.offers import ACCEPT, DECLINE
from chatgame.core.seats import Seat

FEATURE = "watch"
"""What a program lists that knows these turns; they are used only where both do."""

ASK, OFF = "ask", "off"


class Watching(NamedTuple):
    """What a log says about people who watch.

    Attributes:
        asked_by: the seat that asks for it, until the other has answered.
        since: the number of the first turn that watchers get, while people may watch, or None.
    """

    asked_by: Seat | None = None
    since: int | None = None

    def after(self, seat: Seat, text: str, number: int, *, playing: bool) -> "tuple[Watching, Seat]":
        """What is so after turn `number`, by the seat that may write it, and who writes next.

        Raises:
            Refused: it cannot be written now.
        """
        match text:
            case "ask" if playing:
                raise Refused("In a game nobody can ask to let people watch. Wait until it is over.")
            case "ask" if self.since is not None:
                raise Refused("People may watch already.")
            case "ask" if not self.asked_by:
                return Watching(asked_by=seat), seat.other
            case "ask":
                raise Refused("That was asked already, and waits for its answer: accept or decline.")
            case "accept" if self.asked_by:
                return Watching(since=number + 1), seat.other
            case "decline" if self.asked_by:
                return Watching(), seat.other
            case "off" if self.since is not None:
                return Watching(), seat
        raise Refused(f'There is nothing to {text} now, or "{text}" is not one of {ASK}, {ACCEPT}, {DECLINE}, {OFF}.')
