"""What watchers are shown of a log: the turns since both players agreed, as far back as somebody may still need them.

A newcomer begins between games: at the last turn, or before the game that is on. A watcher that was there before
goes on with what it has, if the turns that it lacks are kept. A watcher that is ahead, since the server lost its last
turns when it was killed, waits for them.
"""

from chatgame.core.errors import Diverged
from chatgame.core.limits import MAX_BEHIND, MAX_SHOWN
from chatgame.core.log import Step
from chatgame.core.table import Table
from chatgame.protocol.frames import frame
from chatgame.protocol.messages import Start, View, Watch, encode


class Cursor:
    """How far a watcher has come.

    Attributes:
        number: of the next turn that it gets.
        digest: of the turn before it.
    """

    def __init__(self, number: int, digest: str) -> None:
        self.number = number
        self.digest = digest


class Broadcast:
    """The turns that watchers get, and where newcomers begin.

    Args:
        table: as it is when watching begins, in chat.

    Attributes:
        table: as it is now.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self._start = _start(table)
        self._first = table.number  # of the turns that are kept
        self._frames: list[bytes] = []
        self._digests = [table.digest]  # before each of them, and after the last

    def add(self, step: Step) -> None:
        """Add a turn."""
        self.table = step.after
        self._frames.append(frame(encode(step.turn)))
        self._digests.append(step.after.digest)
        if step.after.token and not step.after.playing:
            self._start = _start(step.after)
        spare = min(self._start.number, step.after.number - MAX_BEHIND) - self._first
        if spare > MAX_BEHIND:  # seldom, since all that stays is moved
            del self._frames[:spare], self._digests[:spare]
            self._first += spare

    def admit(self, watch: Watch, client: str, server: str) -> tuple[View, Cursor]:
        """Return what to answer a watcher, and where it begins; `client` and `server` are the players' names."""
        session, turns = self.table.session, self.table.number
        cursor = Cursor(watch.turns, watch.digest or "")
        if watch.session == session and not self.is_behind(cursor) and self._fits(cursor):
            return View(session, turns, client, server), cursor
        return View(session, turns, client, server, self._start), Cursor(self._start.number, self._start.digest)

    def is_behind(self, cursor: Cursor) -> bool:
        """Whether the turns that follow were deleted."""
        return cursor.number < self._first

    def _fits(self, cursor: Cursor) -> bool:
        """Whether the digest is that of the log there, as far as is known."""
        return cursor.number > self.table.number or self._digests[cursor.number - self._first] == cursor.digest

    def after(self, cursor: Cursor) -> tuple[list[bytes], Cursor]:
        """Return the frames that follow a cursor, as many as are sent at once, and the cursor behind them.

        The cursor must not be behind what is kept.

        Raises:
            Diverged: the watcher has seen turns that are not in this log.
        """
        if cursor.number > self.table.number:
            return [], cursor
        if not self._fits(cursor):
            raise Diverged(
                "You have seen turns that are not in the server's log: one of the two journals was edited."
            )
        at = end = cursor.number - self._first
        size = 0
        while end < len(self._frames) and size < MAX_SHOWN:
            size += len(self._frames[end])
            end += 1
        return self._frames[at:end], Cursor(self._first + end, self._digests[end])


def _start(table: Table) -> Start:
    assert table.token, "a closed log has no next turn"
    return Start(table.number, table.token, table.digest, table.matches, (*table.score,))
