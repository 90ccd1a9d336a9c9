"""The line below the one that is edited: with whom, whose turn and since when, who watches, the game, the score."""

from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.players.person.inert import inert
from chatgame.players.person.look import columns
from chatgame.players.person.narration import Names, counts, named


def status(table: Table, seat: Seat, names: Names, since: str, watchers: int, width: int) -> str:
    """Return as much of that line as fits into `width` columns; nothing when the conversation is over.

    `since` is the time of day when the table came to this state; `watchers` is how many watch, where people may.
    """
    if not table.token:
        return ""
    whom, turn = f"With the {seat.other}", f"{'your' if table.token is seat else 'their'} turn"
    parts = [whom, f"{turn} since {since}"]
    parts += [f"{watchers} watching"] if table.watching.since is not None else []
    parts += [table.playing.rules.title] if table.playing else []
    parts += [counts(table, seat)] if any(table.score) else []
    for fewer in (*(parts[:count] for count in range(len(parts), 1, -1)), [whom, turn], [turn]):
        text = inert(named(f"[{' | '.join(fewer)}]", names))
        if columns(text) < width:  # a terminal may wrap a row that is full
            return text
    return ""
