"""What a game is: pure rules over immutable positions, with no I/O, clock or randomness.

At each position the rules say who acts, and how; the table sees to the rest:

    a Seat        that seat makes a visible move
    Both          both seats choose, neither seeing the other's choice
    Chance(n)     a fair random number below n is needed, and no seat can sway it
    Secret(seat)  that seat chooses something that stays hidden until the match is over
    Answer(seat)  that seat's program answers from its secret; a false answer loses, once the secret is shown
    Shuffle(cards)  both seats shuffle a deck of cards; neither knows the order, or can sway it
    Deal(seat, n)   that seat alone sees the next n cards of the deck, and holds them
    Show(n)         both seats see the next n cards

A position is an immutable value of nested tuples, strings, `None` and integers below 2^53, best a `NamedTuple`, which
every language writes alike as JSON (RFC 8785); or else `written` makes such a value of it. The table puts that JSON
into each turn's digest, so both sides know that their boards agree. A move, a choice, a secret or an answer is any
value whose `str` is its notation, the only text that travels for it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from chatgame.core.board import Board
from chatgame.core.errors import Refused
from chatgame.core.seats import Seat

Position = TypeVar("Position")
Move = TypeVar("Move")


class Both(NamedTuple):
    """Both seats choose; `apply` gets their `Choices`."""


class Chance(NamedTuple):
    """A fair random number is needed; `apply` gets it, from 0 to `sides` - 1."""

    sides: int


class Secret(NamedTuple):
    """`seat` chooses its secret, at most once in a match; `apply` gets None, since the position is public."""

    seat: Seat


class Answer(NamedTuple):
    """The program of `seat`, which has a secret or a hand, answers by `Rules.answer`; `apply` gets the answer."""

    seat: Seat


class Shuffle(NamedTuple):
    """Both seats shuffle `cards`, 1 to 96 different names without blanks; `apply` gets None.

    What is left of a deck before is put away; cards that a seat holds from it stay in its hand.
    """

    cards: Sequence[str]


class Deal(NamedTuple):
    """`seat` alone sees the next `number` cards, and holds them from now on; `apply` gets None."""

    seat: Seat
    number: int


class Show(NamedTuple):
    """Both seats see the next `number` cards; `apply` gets their names."""

    number: int


ToAct = Seat | Both | Chance | Secret | Answer | Shuffle | Deal | Show

Secrets = Mapping[Seat, str]
"""What the seats have hidden, in the notation that `parse` took.

In a game with cards, their hands: the names in the order in which they were dealt, with blanks between.
"""


class Choices(NamedTuple):
    """What the two seats chose at a `Both`."""

    client: Any
    server: Any

    def of(self, seat: Seat) -> Any:
        """The choice of one seat."""
        return self.client if seat is Seat.CLIENT else self.server


class Revealed(NamedTuple):
    """A secret that is shown when the match is over."""

    seat: Seat
    secret: str


class Outcome(NamedTuple):
    """How a match ended: the winner, or None for a draw, and why, as in "three in a row"."""

    winner: Seat | None
    reason: str


class Rules(ABC, Generic[Position, Move]):
    """The rules of one game; what is marked abstract is what an author must write.

    Attributes:
        name: what one types after `play`: lower-case letters, digits, `-` and `_`.
        title: the name for people.
        about: how it is played, in a sentence or two, for people who play it for the first time.
        version: raised when the rules or the position change; both sides must have the same.
        draws: whether a match can end in a draw, so that a player may offer one.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str] = ""
    version: ClassVar[int] = 1
    draws: ClassVar[bool] = False

    @abstractmethod
    def start(self, inviter: Seat, options: str) -> Position:
        """The first position; where both sides are alike, the seat opposite `inviter` moves first.

        Raises:
            Refused: the game has no such options; the sentence says which it has.
        """

    @abstractmethod
    def to_act(self, position: Position) -> ToAct:
        """Who acts, and how; not asked once there is an outcome."""

    @abstractmethod
    def asks(self, position: Position, seat: Seat) -> str:
        """What the player at `seat` is asked for, as in "a cell, 1 to 9"."""

    @abstractmethod
    def parse(self, position: Position, seat: Seat, text: str) -> Move:
        """The move, choice, secret or answer of `seat` that `text` stands for.

        Raises:
            InvalidMove: it cannot be read as one.
            IllegalMove: it is not allowed now.
        """

    @abstractmethod
    def apply(self, position: Position, move: Any) -> Position:
        """The position after a move that `parse` has let through, or after what `to_act` has asked for instead."""

    @abstractmethod
    def outcome(self, position: Position) -> Outcome | None:
        """How the match has ended, or None while it goes on."""

    @abstractmethod
    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        """What the player at `viewer`, or an onlooker, sees of a position.

        `secrets` are those that they may see: their own, and when the match is over all. `before` is the position
        before the last move, choice, number or answer, for what is fresh; None where there was none.
        Where a board has no choices, `legal_moves` are listed, if the game has them.
        """

    def tell(self, position: Position, came: Any, viewer: Seat | None) -> str | None:
        """What came at `position`, in a sentence for the player at `viewer` or an onlooker: "You rolled a 3.".

        `came` is what `apply` has got there; or a `Revealed` secret, when the match is over. At a `Deal` it is the
        names of the cards, each None for all but their owner.
        "" says nothing, and None says what fits every game, such as "You played 5.".
        """
        return None

    def claim(self, position: Position) -> str:
        """Why the seat that is to move may end the game as a draw, whatever the other wants; or nothing."""
        return ""

    def written(self, position: Position) -> Any:
        """What stands for a position in the digest, where the position itself is made for speed."""
        return position

    def answer(self, position: Position, secret: str) -> Move:
        """The true answer at an `Answer`, from `secret`, in the notation that `parse` took."""
        raise NotImplementedError

    def lays(self, position: Position, move: Move) -> Sequence[str]:
        """The cards that a move shows from the hand of the seat that makes it."""
        return ()

    def fair(self, position: Position, seat: Seat, move: Move, held: Sequence[str]) -> None:
        """Check that `seat`, which holds these cards, may make a move that `parse` has let through.

        It is asked before a player's own move is sent, and of the partner's moves at the end. A player who has made
        a move that is not fair has lost. That a player holds what a move lays is checked anyway.

        Raises:
            IllegalMove: it may not; the sentence is for that player.
        """

    def any_secret(self, position: Position, seed: int) -> str | None:
        """A secret made from `seed`, 64 bits, for a player who types `random` at a `Secret`; or None."""
        return None

    def legal_moves(self, position: Position) -> Sequence[Move]:
        """All moves, where a seat acts and they can be listed; gives the game a bot."""
        raise NotImplementedError

    def strategy(self, position: Position, seat: Seat, own: str, level: str, seed: int) -> str | None:
        """What a bot at `seat` types where it is asked for something; or None, and it searches `legal_moves`.

        `own` is what it hides, as in `Secrets`, or nothing. `level` is "easy", "medium" or "hard". Random choices are
        made from `seed`, 64 bits.
        """
        return None

    def without_options(self, options: str) -> None:
        """For `start` in a game that has no options.

        Raises:
            Refused: there are some.
        """
        if options:
            raise Refused(f'{self.title} has no options: type "play {self.name}" alone.')


AnyRules = Rules[Any, Any]

ANY_FAILURE = (Exception, SystemExit)
"""What rules from anywhere may raise, by mistake or design. Every caller of rules expects it."""


def known_as(seat: Seat, viewer: Seat | None) -> str:
    """What to call a seat on the screen of the player at `viewer`."""
    return "you" if seat is viewer else f"the {seat}"


def whose(seat: Seat, viewer: Seat | None) -> str:
    """The possessive of a seat, as in "your fleet" and "the server's fleet"."""
    return "your" if seat is viewer else f"the {seat}'s"
