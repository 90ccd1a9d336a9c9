"""What is said of somebody who still has to reveal something: by leaving they would keep a game open."""

from chatgame.core import sentences
from chatgame.core.rules import known_as, whose
from chatgame.core.seats import Seat
from chatgame.core.table import Table


def left_owing(table: Table, viewer: Seat | None = None) -> str:
    """Say who has left with a reveal due, to the player at `viewer` or to anybody."""
    seat, title = _due(table)
    return sentences.LEFT_OWING.format(who=known_as(seat, viewer).capitalize(), title=title)


def still_due(table: Table, viewer: Seat | None = None) -> str:
    """Say whose reveal is due, to the player at `viewer` or to anybody."""
    seat, title = _due(table)
    return sentences.STILL_DUE.format(whose=whose(seat, viewer).capitalize(), title=title)


def _due(table: Table) -> tuple[Seat, str]:
    """Whose reveal is due, and in which game."""
    assert table.match, "a reveal is due in a match"
    assert table.revealing, "that is why it is asked"
    return table.revealing, table.match.rules.title
