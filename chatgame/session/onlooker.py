"""What a watcher's program knows: where its log begins, and after that only what the turns themselves show.

Each turn goes through the same checks as on the players' screens, so a server that changes a turn, leaves one out or
repeats one is found out at once. Where the log begins is taken as given: a digest carries no key, so one player's
program could invent a whole conversation. To see that it did not, people compare the last digest.
"""

from collections import deque
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chatgame.core.errors import Refused, RemoteProtocolError, Unreachable
from chatgame.core.limits import MAX_COMPLAINT
from chatgame.core.log import Step
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Score, Table
from chatgame.core.turn import Kind, Turn
from chatgame.core.watching import Watching
from chatgame.protocol.messages import PROTOCOL, View, Watch
from chatgame.session.session import RECALLED


class Begun(Struct, frozen=True):
    """The watcher has come to a table.

    Attributes:
        table: as it is now.
        names: what the players want to be called, where they said so.
        steps: the last ones of the game that is on, which began before the watcher came.
        missed: whether the watcher was there before, and did not get the turns in between.
    """

    table: Table
    names: Mapping[Seat, str]
    steps: Sequence[Step]
    missed: bool


Shown = Begun | Step


class Onlooker:
    """Checks what a server shows.

    Args:
        games: those that this program has.

    Attributes:
        table: as the turns have shown it so far, or None before there was any.
        badge: what lets the watcher in again, or None.
    """

    def __init__(self, games: Mapping[str, AnyRules]) -> None:
        self.table: Table | None = None
        self.badge: str | None = None
        self._games = games
        self._names: Mapping[Seat, str] = {}
        self._begins: deque[Step] | None = None  # until a game that was on is caught up with
        self._until = 0
        self._missed = False

    def greeting(self) -> Watch:
        """Return what to say to the server."""
        table = self.table
        return Watch(PROTOCOL, table.session, table.number, table.digest, self.badge) if table else Watch(PROTOCOL)

    def view(self, view: View) -> Sequence[Shown]:
        """Take the answer: where the log begins, or that it goes on.

        Raises:
            RemoteProtocolError: it cannot be so.
        """
        start, known = view.start, self.table
        self.badge = view.badge
        if not start:
            if not known or known.session != view.session:
                raise RemoteProtocolError("The server goes on with a conversation that it has not shown before.")
            return ()
        if start.number > view.turns or sum(start.score) > start.matches:
            raise RemoteProtocolError("The server begins where there is nothing.")
        self._missed = known is not None
        self._names = {Seat.CLIENT: view.client, Seat.SERVER: view.server}
        self.table = replace(
            Table.open(view.session, self._games),
            digest=start.digest,
            number=start.number,
            matches=start.matches,
            token=start.seat,
            score=Score(*start.score),
            watching=Watching(since=0),
        )
        self._begins, self._until = deque(maxlen=RECALLED), view.turns
        return self._caught_up()

    def turn(self, turn: Turn) -> Sequence[Shown]:
        """Check a turn, and return what there is to show.

        Raises:
            RemoteProtocolError: it does not follow from what was shown before.
            Unreachable: it opens a game that this program does not have.
        """
        before = self.table
        assert before, "a server shows turns after its answer"
        name = turn.text.partition(" ")[0]
        if turn.kind is Kind.PLAY and name not in self._games:
            raise Unreachable(
                f"They play {name[:MAX_COMPLAINT]}, which you do not have, so it cannot be shown. Install it, or "
                "watch again when it is over."
            )
        try:
            after = before.after(turn)
        except Refused as error:
            raise RemoteProtocolError(
                f"The server shows what cannot be so: {str(error)[:MAX_COMPLAINT]} Do not trust what you have seen."
            ) from error
        self.table = after
        step = Step(before, turn, after, None, None)
        if self._begins is None:
            return [step]
        self._begins.append(step)
        return self._caught_up()

    def _caught_up(self) -> Sequence[Shown]:
        """Return that the watcher has come to the table, if all is there of a game that was on."""
        assert self.table, "it has begun"
        if self._begins is None or self.table.number < self._until:
            return ()
        begun = Begun(self.table, self._names, [*self._begins], self._missed)
        self._begins = None
        return [begun]
