"""A match with cards between two programs, of which one may write what it likes; and a small game to play there."""

from collections.abc import Sequence
from random import Random

from chatgame.core import deck as decks
from chatgame.core.board import Board, Choice
from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.match import Match
from chatgame.core.rules import (
    Answer,
    AnyRules,
    Deal,
    Outcome,
    Revealed,
    Rules,
    Secrets,
    Show,
    Shuffle,
    ToAct,
)
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.turn import Kind
from tests.kit.logs import SESSION

PACK = ("r1", "r2", "r3", "r4", "b1", "b2", "b3", "b4")
"""The cards of `Colours`: red and black ones."""

Position = tuple[str, ...]


class Colours(Rules[Position, str]):
    """Both hold three of eight cards, and one is turned up. A move lays a card, or says that no card held is red.

    `again` shuffles the cards that were laid and the one that was turned up, and deals one of them. `count` has the
    other's program answer how many red cards it holds; `end` ends the game, which nobody wins.
    """

    name = "colours"
    title = "colours"
    about = "Lay your cards."

    def start(self, inviter: Seat, options: str) -> Position:
        """Nothing is dealt."""
        return ("start", inviter.other)

    def to_act(self, position: Position) -> ToAct:
        """Shuffle, deal to both, turn one up; then both in turn."""
        step, mover = position[0], Seat(position[1])
        match step:
            case "start":
                return Shuffle(PACK)
            case "first":
                return Deal(mover, 3)
            case "second":
                return Deal(mover.other, 3)
            case "show":
                return Show(1)
            case "again":
                return Shuffle(position[2:])
            case "draw":
                return Deal(mover, 1)
            case "count":
                return Answer(mover.other)
        return mover

    def asks(self, position: Position, seat: Seat) -> str:
        """Anything."""
        return "a card"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        """A card, a word, or two cards at once."""
        words = text.split()
        if text in ("none", "again", "end", "count", *"0123") or (words and {*words} <= {*PACK}):
            return text
        raise InvalidMove("That is not a card.")

    def lays(self, position: Position, move: str) -> Sequence[str]:
        """The cards that are named."""
        return [word for word in move.split() if word in PACK]

    def fair(self, position: Position, seat: Seat, move: str, held: Sequence[str]) -> None:
        """Who holds a red card has one."""
        red = [card for card in held if card[0] == "r"]
        if move == "none" and red:
            raise IllegalMove(f"You hold {red[0]}.")

    def answer(self, position: Position, secret: str) -> str:
        """How many red cards are held."""
        return str(secret.count("r"))

    def apply(self, position: Position, move: str | tuple[str, ...] | None) -> Position:
        """One step after the other; the position keeps what was laid or turned up."""
        step, mover, *laid = position
        following = {"start": "first", "first": "second", "second": "show", "again": "draw", "draw": "play"}
        if step in following:
            return (following[step], mover, *(laid if step != "again" else ()))
        if isinstance(move, tuple):
            return ("play", mover, *laid, *move)
        if step == "count":
            return ("play", mover, *laid)
        assert move, "a seat moves"
        if move in ("again", "count", "end"):
            return (move, mover, *laid)
        return ("play", Seat(mover).other, *laid, *self.lays(position, move))

    def outcome(self, position: Position) -> Outcome | None:
        """Nobody wins."""
        return Outcome(None, "all said") if position[0] == "end" else None

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        """The hands, as words."""
        hands = [f"The {seat} holds {hand}." for seat, hand in secrets.items()]
        return Board(hands, [Choice(card) for card in secrets.get(viewer, "").split()] if viewer else ())

    def tell(self, position: Position, came: object, viewer: Seat | None) -> str | None:
        """What was dealt, shown or held."""
        match came:
            case Revealed(seat, hand):
                return f"The {seat} held {hand}."
            case tuple():
                return f"Cards: {', '.join(card or '?' for card in came)}."
        return None


class Programs:
    """Two programs in a match with cards.

    Attributes:
        match: as both have it.
        secrets: what each hides, from which it knows its hand.
        unchecked: the seat of a cheat, whose program does not check what comes.
    """

    def __init__(self, rules: AnyRules | None = None, inviter: Seat = Seat.CLIENT, seed: int = 1) -> None:
        self.match = Match.open(rules or Colours(), SESSION, 0, inviter, "")
        self.secrets: dict[Seat, str | None] = dict.fromkeys(Seat)
        self.unchecked: Seat | None = None
        self._openings: dict[tuple[int, Seat], Opening] = {}
        self._chance = Random(seed)

    @property
    def seat(self) -> Seat:
        """Who has to write."""
        assert self.match.duty, "the match is on"
        return self.match.duty.seat

    def side(self, seat: Seat) -> Side:
        """The match, and what a seat hides in it."""
        return Side(self.match, seat, self.secrets[seat])

    def hand(self, seat: Seat) -> list[str]:
        """The cards that a seat holds, as it knows them."""
        return self.side(seat).hand

    def key(self, seat: Seat, deck: int = -1) -> bytes:
        """The key by which a seat has locked a deck."""
        return decks.key_from((self.secrets[seat] or "").split()[deck])

    def text(self) -> str:
        """What an honest program writes now."""
        assert self.match.duty, "the match is on"
        seat, kind, _, ply = self.match.duty
        match kind:
            case Kind.COMMIT:
                return self.committed(self._chance.randbytes(32).hex())
            case Kind.SHUFFLE:
                return self.side(seat).shuffled()
            case Kind.SHARE:
                return self.side(seat).shared()
            case Kind.ANSWER:
                return self.side(seat).answer()
        assert kind is Kind.REVEAL, "nobody is asked"
        return str(self._openings[ply, seat])

    def committed(self, seed: str) -> str:
        """A commitment to a seed by the seat that has to write."""
        assert self.match.duty, "the match is on"
        seat, _, _, ply = self.match.duty
        self._openings[ply, seat] = Opening(bytes(32), seed)
        self.secrets[seat] = self.side(seat).secret_with(seed)
        return commitment(Place(SESSION, 0, ply, seat), self._openings[ply, seat])

    def proven(self, notation: str) -> str:
        """A move as an honest program of the seat that has to write would write it."""
        return self.side(self.seat).proven(notation)

    def write(self, text: str, kind: Kind | None = None) -> None:
        """Let the seat that has to write do so, and the other program check it.

        Raises:
            Refused: the turn is refused, by either.
        """
        assert self.match.duty, "the match is on"
        seat, due, *_ = self.match.duty
        self.side(seat).work(due, text)  # takes anything, and refuses nothing
        before, self.match = self.match, self.match.after(seat, kind or due, text)
        if seat.other is not self.unchecked:
            self.side(seat.other).check_since(before)

    def run(self, kind: Kind | None = None, *, more: bool = False) -> "Programs":
        """Let the programs write until a player is asked, the match is over, or a turn of this kind is due.

        With `more`, the turn that is due now is written first.
        """
        while self.match.duty and not self.match.duty.asked and (more or self.match.duty.kind is not kind):
            self.write(self.text())
            more = False
        return self

    def move(self, notation: str) -> "Programs":
        """Let the player move, as an honest program would write it, and the programs go on."""
        self.write(self.proven(notation))
        return self.run()

    def end(self) -> Outcome:
        """End the game, and return how it ended."""
        if not self.match.over:
            self.write("end")
        self.run()
        assert self.match.outcome, "all is revealed"
        return self.match.outcome
