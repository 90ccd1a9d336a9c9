"""What one viewer sees and hears of a match."""

from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chatgame.core.board import Board, Choice, checked
from chatgame.core.guarded import guarded, said_by
from chatgame.core.match import Match
from chatgame.core.offers import RESPONSES
from chatgame.core.rules import Deal
from chatgame.core.seats import Seat
from chatgame.core.side import Side


class Perspective(Struct, frozen=True):
    """A match, and who looks at it.

    Attributes:
        match: as all know it.
        viewer: the seat of a player, or None for an onlooker.
        secret: what the viewer has hidden in this match so far, as in `Side`.
    """

    match: Match
    viewer: Seat | None = None
    secret: str | None = None

    def board(self) -> Board:
        """The position, with the choices of a viewer who is asked.

        Raises:
            RulesFailed: the rules failed.
        """
        match, viewer = self.match, self.viewer
        secrets = dict(match.shown)
        asked = match.duty is not None and match.duty.asked and match.duty.seat is viewer
        with guarded(match.rules):
            if viewer and self.secret is not None:
                secrets[viewer] = Side(match, viewer, self.secret).own
            board = checked(match.rules.board(match.position, viewer, secrets, match.before))
            if not asked:
                return replace(board, choices=[], besides="")
            if match.offer:
                return replace(board, choices=[*map(Choice, RESPONSES)], besides="")
            return replace(board, choices=board.choices or self._listed(board))

    def _listed(self, board: Board) -> list[Choice]:
        """What the rules list as moves; one that is the name of a cell touches that."""
        rules, position = self.match.rules, self.match.position
        if not isinstance(rules.to_act(position), Seat):
            return []
        try:
            moves = [str(move) for move in rules.legal_moves(position)]
        except NotImplementedError:
            return []
        names = {cell.name for grid in board.grids for cell in grid.cells}
        return [Choice(move, [move] if move in names else []) for move in moves]

    def told(self, was: Match) -> str | None:
        """What the rules say of what has come since the match `was`, a turn ago.

        None where the rules have no words for what came, or have got nothing.
        """
        match, viewer = self.match, self.viewer
        tell = match.rules.tell
        if match.shown != was.shown:
            new = match.shown[len(was.shown) :]
            said = [said_by(match.rules, partial(tell, match.position, shown, viewer), str | None) for shown in new]
            return None if None in said else " ".join(filter(None, said))
        if match.ply == was.ply or was.offer:
            return None
        return said_by(match.rules, lambda: tell(was.position, self.seen(was), viewer), str | None)

    def seen(self, was: Match) -> Any:
        """What has come to the rules since the match `was`, a turn ago; of a deal what the viewer may see of it."""
        to_act = self.match.rules.to_act(was.position)
        if not isinstance(to_act, Deal):
            return self.match.came
        if to_act.seat is not self.viewer or self.secret is None:
            return (None,) * to_act.number
        return tuple(Side(self.match, self.viewer, self.secret).hand[-to_act.number :])
