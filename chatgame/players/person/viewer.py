"""What somebody sees who has no say: who watches a conversation, or replays one of their own."""

from collections.abc import Sequence

from chatgame.core import sentences
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.players.person.look import Look
from chatgame.players.person.narration import NOBODY, Names, Showable, compared, known_names, narrate, recalled
from chatgame.players.person.screen import shown, shown_together
from chatgame.session.onlooker import Begun, Shown

RECALLED = 10
"""How many turns of a game that is on are shown to somebody who comes to it."""


def seen(step: Step, viewer: Seat | None, names: Names, look: Look) -> str:
    """What a turn shows at a seat, or to somebody who watches."""
    return shown_together(narrate(step, viewer, names), look)


class Viewer:
    """The text that somebody sees who watches a conversation."""

    def __init__(self) -> None:
        self._names: Names = NOBODY

    def text(self, what: Shown, look: Look) -> str:
        """What a turn shows, or the coming to a table."""
        if isinstance(what, Step):
            text = seen(what, None, self._names, look)
            over = what.before.playing and not what.after.playing
            return text + (shown(compared(what.after), look) if over or not what.after.token else "")
        self._names = known_names(what.names)
        return shown_together(self._begun(what), look)

    def _begun(self, begun: Begun) -> Sequence[Showable]:
        who = [sentences.PLAYER_IS.format(seat=seat, name=self._names[seat]) for seat in Seat if seat in self._names]
        now = recalled(begun.steps[-RECALLED:], None, self._names) if begun.steps else []
        return [sentences.MISSED if begun.missed else sentences.WATCHES, *who, *now, compared(begun.table)]
