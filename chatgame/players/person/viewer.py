"""What people see who have no say: those who watch a conversation, or replay one of their own."""

from collections.abc import Sequence

from chatgame.core import sentences
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.players.person.answers import now
from chatgame.players.person.look import Look
from chatgame.players.person.narration import NOBODY, Names, Showable, compared, known_names, named, narrate, recalled
from chatgame.players.person.screen import shown, shown_together
from chatgame.session.onlooker import Begun, Shown


def seen(step: Step, viewer: Seat | None, names: Names, look: Look) -> str:
    """What a turn shows at a seat, or to somebody who watches."""
    return shown_together(narrate(step, viewer, names), look)


class Viewer:
    """The text that a person who watches a conversation sees.

    Args:
        terminal: whether they can ask how it stands.
    """

    def __init__(self, *, terminal: bool) -> None:
        self._names: Names = NOBODY
        self._table: Table | None = None
        self._watches = sentences.WATCHES_AT_TERMINAL if terminal else sentences.WATCHES

    def text(self, what: Shown, look: Look) -> str:
        """What a turn shows, or the coming to a table."""
        if isinstance(what, Step):
            self._table = what.after
            text = seen(what, None, self._names, look)
            over = what.before.playing and not what.after.playing
            return text + (shown(compared(what.after), look) if over or not what.after.token else "")
        self._names, self._table = known_names(what.names), what.table
        return shown_together(self._begun(what), look)

    def stands(self, look: Look) -> str:
        """How the conversation stands: what it waits for, and the digest to compare."""
        if not self._table:
            return ""
        waits = named(sentences.STANDS.format(now=now(self._table, None)), self._names)
        return shown_together([waits, compared(self._table)], look)

    def _begun(self, begun: Begun) -> Sequence[Showable]:
        who = [sentences.PLAYER_IS.format(seat=seat, name=self._names[seat]) for seat in Seat if seat in self._names]
        now = recalled(begun.steps, None, self._names) if begun.steps else []
        return [sentences.MISSED if begun.missed else self._watches, *who, *now, compared(begun.table)]
