"""One side of a match: what the program at a seat writes and checks by what it alone has hidden."""

from msgspec import Struct

from chatgame.core.deck import Job
from chatgame.core.guarded import guarded
from chatgame.core.match import Match
from chatgame.core.rules import Secret, Shuffle
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind


class Side(Struct, frozen=True):
    """A seat in a match, and what it hides.

    Attributes:
        match: as all know it.
        seat: whose side it is.
        secret: what it has hidden in this match so far: a secret, or the seeds of its shuffles with blanks between;
            None if nothing.
    """

    match: Match
    seat: Seat
    secret: str | None

    def secret_with(self, value: str) -> str | None:
        """What it hides until the match is over, when it commits to `value` now."""
        match self.match.rules.to_act(self.match.position):
            case Secret():
                return value
            case Shuffle():
                return f"{self._seeds} {value}".lstrip()
        return self.secret

    @property
    def hand(self) -> list[str]:
        """The cards that it holds, in the order in which they came."""
        return [*self.match.cards.hand(self.seat, self._seeds).values()]

    @property
    def own(self) -> str:
        """What the rules call its own: its secret, or the hand that the seeds unlock, or nothing."""
        return " ".join(self.hand) if self.match.has_cards else self.secret or ""

    @property
    def _seeds(self) -> str:
        return self.secret or ""

    def answer(self) -> str:
        """The notation of its true answer at an `Answer`.

        Raises:
            Refused: the rules failed.
        """
        with guarded(self.match.rules):
            return str(self.match.rules.answer(self.match.position, self.own))

    def shuffled(self) -> str:
        """The text of its turn to shuffle."""
        return self.match.cards.shuffled_by(self._seeds)

    def shared(self) -> str:
        """The text of its turn to share."""
        return self.match.cards.shares_by(self._seeds, self.match.drawing.number)

    def proven(self, notation: str) -> str:
        """The text of its move, which in a game with cards proves what it lays.

        Raises:
            IllegalMove: the hand does not allow it.
            Refused: the rules failed.
        """
        rules, position, cards = self.match.rules, self.match.position, self.match.cards
        if not cards.decks:
            return notation
        with guarded(rules):
            move = rules.parse(position, self.seat, notation)
            rules.fair(position, self.seat, move, self.hand)
            return notation + cards.proofs(self.seat, rules.lays(position, move), self._seeds)

    def check_since(self, was: Match) -> None:
        """Check by its seeds what the partner has done with cards since the match `was`, a turn ago.

        Raises:
            Refused: it is false.
        """
        if self.match.cards is not was.cards:
            self.match.cards.check(was.cards, self.seat, self._seeds)

    def work(self, kind: Kind, text: str) -> list[Job]:
        """What takes long in a turn that is due, one's own or the partner's; it can be done in parts beforehand."""
        cards, duty = self.match.cards, self.match.duty
        if not duty or kind is not duty.kind:
            return []
        mine = duty.seat is self.seat
        match kind:
            case Kind.SHUFFLE if mine:
                return cards.to_shuffle(self._seeds)
            case Kind.SHARE if mine:
                return cards.to_share(self._seeds, self.match.drawing.number)
            case Kind.REVEAL:
                return self.match.to_audit(text)
        return []
