"""A match: one game played at the table, from the `play` that opened it to its outcome.

A match always waits for one `Duty`: a turn of one kind from one seat. The rules say who acts, and the duties follow
from that, one after the other:

    a seat    move
    both      commit by the invited seat, commit by the inviter, reveal, reveal in the same order
    chance    commit by the invited seat, contribute by the inviter, reveal; the sum of both numbers counts, modulo n
    secret    commit now; reveal when the game is over
    answer    answer; held against the secret when that is revealed
    shuffle   commit to a seed by both, shuffle by both, the invited seat first; reveal of both when the game is over
    deal      share by the other seat
    show      share by the invited seat, then by the inviter

A seat that is to move may first make an offer, once for each move, and the other seat responds:

    draw    if it is accepted, or can be claimed by the rules of the game, the game is over
    undo    if it is accepted, the position is again the one before the asker's own last move

When a game is over, its match continues until every secret is revealed and audited. A turn that the log itself shows
to be wrong is refused at once. A lie that only the audit can show loses the game.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from msgspec import Struct, json
from msgspec.structs import replace

from chatgame.core.cards import Cards
from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.deck import Job
from chatgame.core.errors import Refused
from chatgame.core.guarded import guarded, said_by
from chatgame.core.limits import MAX_HIDDEN, MAX_QUOTED
from chatgame.core.offers import ACCEPT, DECLINE, DRAW, OFFERS, RESPONSES, UNDO, Past, read_response
from chatgame.core.rules import (
    ANY_FAILURE,
    Answer,
    AnyRules,
    Both,
    Chance,
    Choices,
    Deal,
    Outcome,
    Revealed,
    Secret,
    Show,
    Shuffle,
    ToAct,
)
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind

FIRST, SECOND = ORDERS = "first", "second"
"""What may follow a game's own options: when the seat that opens the match wants to act."""


class Duty(NamedTuple):
    """What a match waits for.

    Attributes:
        seat: who has to write.
        kind: what, other than a remark, an offer, a resignation or quitting.
        asked: whether the player there is asked; otherwise the program writes by itself, at once.
        ply: where the commitment was made that is to be revealed, otherwise the present ply.
    """

    seat: Seat
    kind: Kind
    asked: bool
    ply: int


class Hidden(NamedTuple):
    """A secret or a seed that is still to be revealed.

    Attributes:
        seat: whose it is.
        ply: when it was committed to.
        position: what was then.
        commitment: what to.
        deck: whose seed it is, by its number in the match, or None for a secret.
    """

    seat: Seat
    ply: int
    position: Any
    commitment: str
    deck: int | None


class Answered(NamedTuple):
    """An answer that is still to be held against its secret."""

    seat: Seat
    position: Any
    text: str


class Kept(NamedTuple):
    """What all know of a secret: the position where it was chosen, and the answers from it with their positions."""

    position: Any
    answers: Sequence[tuple[Any, str]]


class Match(Struct, frozen=True):
    """A position and what led to it.

    Attributes:
        rules: of the game played.
        session: the session's identifier.
        number: of the match in its session, from 0.
        inviter: the seat that asked for the match.
        options: what they asked for, as the rules read it.
        position: the public position.
        first: the seat that acted first, or None if both did at once.
        ply: how many times the position has come to another: by the rules, or by taking a move back.
        duty: what is waited for, or None once there is an outcome.
        outcome: how it ended, or None while it goes on.
        came: what the rules have got last: a move, both choices, a number or an answer; None for a secret.
        before: the position that it came to.
        offer: what is offered to the seat that has to respond, or nothing.
        cards: the decks, and what became of their cards.
        shown: the secrets that were revealed, if they are such as the rules allow; or the hands, if all
            cards were good.
    """

    rules: AnyRules
    session: str
    number: int
    inviter: Seat
    options: str
    position: Any
    first: Seat | None = None
    ply: int = 0
    duty: Duty | None = None
    outcome: Outcome | None = None
    came: Any = None
    before: Any = None
    offer: str = ""
    cards: Cards = Cards()
    shown: tuple[Revealed, ...] = ()
    _past: tuple[Past, ...] = ()  # the moves that can be taken back, and what there was before each
    _offered: int = -1  # the ply of the last offer
    # At this ply: the commitments made, and the values revealed or contributed.
    _commitments: tuple[str, ...] = ()
    _values: tuple[str, ...] = ()
    # Until the match is over: the outcome by the rules alone, the secrets, the answers, and the cheats found so far.
    _verdict: Outcome | None = None
    _hidden: tuple[Hidden, ...] = ()
    _answers: tuple[Answered, ...] = ()
    _cheats: tuple[Outcome, ...] = ()

    @classmethod
    def open(cls, rules: AnyRules, session: str, number: int, inviter: Seat, options: str) -> "Match":
        """A new match.

        The options that the rules read may be followed by whether the inviter acts first or second.

        Raises:
            Refused: the game has no such options.
        """
        own, space, order = options.rpartition(" ")
        if order not in ORDERS or (space and not own):
            own, order = options, ""
        wanted = inviter if order == FIRST else inviter.other
        with guarded(rules):
            for host in (inviter, inviter.other):  # whose part the inviter plays
                position = rules.start(host, own)
                first = _acts(rules.to_act(position))
                if not order or first is wanted:
                    return cls(rules, session, number, inviter, own, position, first)._settled()
        raise Refused(f"In {rules.title} nobody can choose to move {order}.")

    def after(self, seat: Seat, kind: Kind, text: str, *, checked: bool = False) -> "Match":
        """The match after a turn by the seat that may write it.

        `checked` if locked cards and decks were found good when the turn was first taken: to do it again takes long.

        Raises:
            InvalidMove: `text` is not the notation of a move.
            IllegalMove: the move is not allowed now.
            Refused: another turn is due, or this one is wrong in itself; or the rules failed.
        """
        with guarded(self.rules):
            return self._after(seat, kind, text, checked)._settled()

    def _after(self, seat: Seat, kind: Kind, text: str, checked: bool) -> "Match":
        assert self.duty, "no match is played after its outcome"
        if kind is Kind.RESIGN and not self._verdict:
            return replace(self, _verdict=Outcome(seat.other, f"the {seat} resigned"), offer="")
        if kind is Kind.OFFER:
            if objection := self._objection(text):
                raise Refused(objection)
            if text == DRAW and (reason := self.rules.claim(self.position)):
                return replace(self, _verdict=Outcome(None, reason))
            return replace(self, offer=text, _offered=self.ply)
        if kind is not self.duty.kind:
            raise Refused(f"A turn to {kind} came where one to {self.duty.kind} was due.")
        match kind:
            case Kind.MOVE:
                return self._moved(seat, text, checked)
            case Kind.RESPOND:
                return self._responded(seat, text)
            case Kind.ANSWER:
                answer = self._read(seat, text)
                cards = self.cards.with_played(seat, self.position, answer, answer=True)
                answers = (*self._answers, Answered(seat, self.position, text))
                return replace(self, cards=cards, _answers=answers)._applied(answer)
            case Kind.COMMIT:
                return self._committed(seat, text)
            case Kind.CONTRIBUTE:
                return replace(self, _values=(str(self._number(text)),))
            case Kind.SHUFFLE:
                after = replace(self, cards=self.cards.shuffled(text, checked=checked))
                return after._applied(None) if after.cards.ready else after
            case Kind.SHARE:
                return self._shared(seat, text, checked)
        return self._revealed(seat, Opening.parse(text), checked)

    @property
    def offers(self) -> list[str]:
        """What the seat that is to write may offer now."""
        return [what for what in OFFERS if not self._objection(what)]

    def _objection(self, what: str) -> str:
        """Why the seat that is to write may not make an offer, or nothing."""
        if self.offer:
            return f"An offer waits for its response: {ACCEPT} or {DECLINE}."
        if what not in OFFERS:
            return f'"{what}" cannot be offered; {" or ".join(OFFERS)} can.'
        if what == DRAW and not self.rules.draws:
            return f"There are no draws in {self.rules.title}, so none can be offered."
        if what == UNDO and self._own_move is None:
            return "You have no move to take back: there was none yet, or something was hidden or rolled since."
        if not self.duty or self.duty.kind is not Kind.MOVE:
            return "An offer can be made only where a move is due."
        if self._offered == self.ply:
            return "There was an offer at this move already. After the move, there can be another."
        return ""

    @property
    def moves(self) -> list[Any]:
        """The moves that could be taken back, in their order: where nothing was hidden, answered or rolled, all."""
        return [*(past.came for past in self._past[1:]), self.came][: len(self._past)]

    @property
    def _own_move(self) -> int | None:
        """Which of the moves that can be taken back is the last one of the seat that is to write."""
        moves = range(len(self._past))
        return next((n for n in reversed(moves) if self.duty and self._past[n].seat is self.duty.seat), None)

    def _responded(self, seat: Seat, text: str) -> "Match":
        if text not in RESPONSES:
            raise Refused(f'"{text}" does not respond to an offer; {" or ".join(RESPONSES)} does.')
        answered = replace(self, offer="")
        if text == DECLINE:
            return answered
        if self.offer == DRAW:
            return replace(answered, _verdict=Outcome(None, "both agreed"))
        made = max(n for n, past in enumerate(self._past) if past.seat is not seat)
        _, position, came, before = self._past[made]
        kept = self._past[:made]
        return replace(answered, position=position, ply=self.ply + 1, came=came, before=before, _past=kept)

    def _committed(self, seat: Seat, text: str) -> "Match":
        if len(text) != 64 or set(text) - set("0123456789abcdef"):
            raise Refused("A commitment is 64 hexadecimal digits.")
        if text in self._commitments:
            raise Refused("The commitment is a copy of the partner's.")
        if self.hides_for_good:
            hidden = Hidden(seat, self.ply, self.position, text, None)
            return replace(self, _hidden=(*self._hidden, hidden))._applied(None)
        committed = replace(self, _commitments=(*self._commitments, text))
        to_act = self.rules.to_act(self.position)
        if not isinstance(to_act, Shuffle):
            return committed
        hidden = Hidden(seat, self.ply, self.position, text, len(self.cards.decks))
        committed = replace(committed, _hidden=(*self._hidden, hidden))
        if len(committed._commitments) < 2:
            return committed
        return replace(committed, cards=self.cards.with_deck(self.inviter.other, to_act.cards))

    def _moved(self, seat: Seat, text: str, checked: bool) -> "Match":
        """A move, which in a game with cards is followed by the proofs of those that it lays."""
        past = (*self._past, Past(seat, self.position, self.came, self.before))
        if not self.cards.decks:
            return self._applied(self._read(seat, text), past)
        notation, proofs = self.cards.parted(text)
        move = self._read(seat, notation)
        cards = self.cards.with_played(seat, self.position, move, answer=False)
        cards = cards.laid(seat, self.rules.lays(self.position, move), proofs, checked=checked)
        return replace(self, cards=cards)._applied(move, () if proofs else past)  # what was shown is not taken back

    def _shared(self, seat: Seat, text: str, checked: bool) -> "Match":
        drawing = self.drawing
        after = replace(self, cards=self.cards.shared(seat, drawing, text, checked=checked))
        if isinstance(drawing, Deal):
            return after._applied(None)
        return after if after.cards.deck.pending else after._applied(after.cards.shown_since(self.cards))

    def _revealed(self, seat: Seat, opening: Opening, checked: bool) -> "Match":
        assert self.duty, "a reveal is due"
        if len(opening.value.encode()) > MAX_HIDDEN:
            raise Refused(f"The reveal is of more than {MAX_HIDDEN} bytes.")
        seats = (self.inviter.other, self.inviter)  # in which order commitments are made
        made = self._hidden[0].commitment if self._verdict else self._commitments[seats.index(seat)]
        if commitment(Place(self.session, self.number, self.duty.ply, seat), opening) != made:
            raise Refused("The reveal does not open the commitment that was made.")
        if self._verdict:
            hidden, *left = self._hidden
            after = replace(self, _hidden=tuple(left))
            if hidden.deck is None:
                return after._audited(hidden, opening.value)
            return replace(after, cards=self.cards.with_seed(hidden.deck, seat, opening.value))._judged(checked)
        to_act = self.rules.to_act(self.position)
        if isinstance(to_act, Chance):
            return self._applied((self._number(opening.value) + int(self._values[0])) % to_act.sides)
        values = (*self._values, opening.value)
        if len(values) < 2:
            self._read(seat, opening.value)
            return replace(self, _values=values)
        chosen = {seat: self._read(seat, value) for seat, value in zip(seats, values, strict=True)}
        return self._applied(Choices(chosen[Seat.CLIENT], chosen[Seat.SERVER]))

    def _audited(self, hidden: Hidden, secret: str) -> "Match":
        """Hold a secret against the rules, and against all answers that were given from it."""
        seat, cheat, shown = hidden.seat, "", self.shown
        try:
            if str(self.rules.parse(hidden.position, seat, secret)) != secret:
                cheat = "a secret in another notation"
            else:
                shown = (*shown, Revealed(seat, secret))
            for answered in self._answers:
                if not cheat and answered.seat is seat:
                    truth = str(self.rules.answer(answered.position, secret))
                    if truth != answered.text:
                        cheat = f'a false answer, "{answered.text}" for "{truth}"'
        except ANY_FAILURE as error:  # rules may fail in any way over what a cheat has hidden
            cheat = f"a secret that the rules do not allow ({str(error)[:MAX_QUOTED]})"
        found = (Outcome(seat.other, f"the {seat} cheated: {cheat}"),) if cheat else ()
        return replace(self, _cheats=self._cheats + found, shown=shown)

    def _judged(self, checked: bool) -> "Match":
        """Check by the seeds everything that was done with cards, when the last of them is revealed."""
        if self._hidden:
            return self
        found = self.cards.judged(self.rules, audited=checked)
        cheats = tuple(Outcome(seat.other, f"the {seat} cheated: {what}") for seat, what in found.items())
        hands = {} if cheats else self.cards.true_hands()
        return replace(self, _cheats=cheats, shown=tuple(Revealed(*shown) for shown in hands.items()))

    def _applied(self, move: Any, past: tuple[Past, ...] = ()) -> "Match":
        position = self.rules.apply(self.position, move)
        verdict = self.rules.outcome(position)
        return replace(
            self,
            position=position,
            ply=self.ply + 1,
            came=move,
            before=self.position,
            _past=past,
            _commitments=(),
            _values=(),
            _verdict=verdict,
        )

    def _settled(self) -> "Match":
        """The same match with the duty or the outcome that follows."""
        if self._verdict and not self._hidden:
            verdict = self._cheats[0] if len(self._cheats) == 1 else self._verdict
            if len(self._cheats) == 2:
                verdict = Outcome(None, "both cheated")
            return replace(self, duty=None, outcome=verdict)
        return replace(self, duty=self._next_duty())

    def _next_duty(self) -> Duty:
        if self._verdict:
            return Duty(self._hidden[0].seat, Kind.REVEAL, asked=False, ply=self._hidden[0].ply)
        invited, inviter = self.inviter.other, self.inviter
        made = len(self._commitments)
        match self.rules.to_act(self.position):
            case Secret(seat) if self._keeps_secret(seat):  # then no answer would say which of them it is from
                raise ValueError(f"the {seat} is asked for a second secret")
            case Shuffle() if any(hidden.deck is None for hidden in self._hidden):
                raise ValueError("cards are to be shuffled where a secret is hidden already")
            case Shuffle() if made < 2:
                return Duty((invited, inviter)[made], Kind.COMMIT, asked=False, ply=self.ply)
            case Shuffle():
                return Duty((invited, inviter)[len(self.cards.deck.layers)], Kind.SHUFFLE, asked=False, ply=self.ply)
            case Deal(_, number) | Show(number) if not 1 <= number <= self.cards.left:
                raise ValueError(f"{number} cards are to be drawn, and there are {self.cards.left}")
            case Deal(seat, _):
                return Duty(seat.other, Kind.SHARE, asked=False, ply=self.ply)
            case Show():
                seat = inviter if self.cards.deck.pending else invited
                return Duty(seat, Kind.SHARE, asked=False, ply=self.ply)
            case Secret(seat):
                return Duty(seat, Kind.COMMIT, asked=True, ply=self.ply)
            case Answer(seat) if not self._keeps_secret(seat):
                raise ValueError(f"the {seat} is asked for an answer, and has no secret to answer from")
            case Answer(seat):
                return Duty(seat, Kind.ANSWER, asked=False, ply=self.ply)
            case Both() if made < 2:
                return Duty((invited, inviter)[made], Kind.COMMIT, asked=True, ply=self.ply)
            case Both():
                return Duty((invited, inviter)[len(self._values)], Kind.REVEAL, asked=False, ply=self.ply)
            case Chance(sides) if sides < 1:
                raise ValueError(f"no number is below {sides}")
            case Chance() if not made:
                return Duty(invited, Kind.COMMIT, asked=False, ply=self.ply)
            case Chance() if not self._values:
                return Duty(inviter, Kind.CONTRIBUTE, asked=False, ply=self.ply)
            case Chance():
                return Duty(invited, Kind.REVEAL, asked=False, ply=self.ply)
            case Seat() as seat if self.offer:
                return Duty(seat.other, Kind.RESPOND, asked=True, ply=self.ply)
            case Seat() as seat:
                return Duty(seat, Kind.MOVE, asked=True, ply=self.ply)
            case nobody:
                raise TypeError(f"{nobody!r} cannot act")

    def _keeps_secret(self, seat: Seat) -> bool:
        return any(hidden.seat is seat for hidden in self._hidden)

    def _number(self, text: str) -> int:
        """A number that may be added at a `Chance`."""
        sides = self.sides
        short = len(text) <= len(str(sides))  # to read a number of thousands of digits takes long
        if not (short and text.isascii() and text.isdigit() and str(int(text)) == text and int(text) < sides):
            raise Refused(f'"{text}" is not a number from 0 to {sides - 1}.')
        return int(text)

    def _read(self, seat: Seat, text: str) -> Any:
        move = self.rules.parse(self.position, seat, text)
        if str(move) != text:
            raise Refused(f"The move {move} was written in another notation.")
        return move

    @property
    def sides(self) -> int:
        """At a `Chance`: below which number."""
        chance = self.rules.to_act(self.position)
        assert isinstance(chance, Chance), "only asked at a Chance"
        return chance.sides

    @property
    def drawing(self) -> Deal | Show:
        """At a `Deal` or a `Show`: which cards are to be drawn."""
        drawing = self.rules.to_act(self.position)
        assert isinstance(drawing, Deal | Show), "only asked where cards are to be drawn"
        return drawing

    @property
    def has_cards(self) -> bool:
        """Whether what a seat hides here are the seeds of its shuffles."""
        return bool(self.cards.seeds) or any(hidden.deck is not None for hidden in self._hidden)

    def to_audit(self, text: str) -> list[Job]:
        """What takes long in the reveal that is due, if it is the last one of a game with cards."""
        with suppress(Refused):  # then the turn is not taken either
            seed = Opening.parse(text).value
            match self.duty, self._hidden:
                case Duty(seat), [Hidden(deck=int(deck))]:
                    return [*self.cards.with_seed(deck, seat, seed).to_audit()]
        return []

    def hidden_by(self, seat: Seat) -> "Kept | None":
        """What all know of the secret that a seat keeps, if it does."""
        for hidden in self._hidden:
            if hidden.seat is seat and hidden.deck is None:
                answers = [(answered.position, answered.text) for answered in self._answers if answered.seat is seat]
                return Kept(hidden.position, answers)
        return None

    @property
    def shuffles(self) -> bool:
        """Whether the next commitment is to the seed of a shuffle."""
        return isinstance(self.rules.to_act(self.position), Shuffle)

    @property
    def over(self) -> bool:
        """Whether the game is over, though secrets may still have to be revealed."""
        return self._verdict is not None

    @property
    def hides_for_good(self) -> bool:
        """Whether what is to be committed now stays hidden until the game is over."""
        return isinstance(self.rules.to_act(self.position), Secret)

    def parse(self, seat: Seat, text: str) -> str:
        """The notation of the move, choice, secret or response that a player means by `text`.

        Raises:
            InvalidMove: it cannot be read as one.
            IllegalMove: it is not allowed now.
            Refused: it is empty or too long to be hidden; or the rules failed.
        """
        if self.offer:
            return read_response(text)
        with guarded(self.rules):
            notation = str(self.rules.parse(self.position, seat, text))
            size = len(notation.encode())
        if not 0 < size <= MAX_HIDDEN:
            raise Refused(f"That has {size} bytes; 1 to {MAX_HIDDEN} can be played.")
        return notation

    def any_secret(self, seed: int) -> str | None:
        """A random secret, or None where the game has none.

        Raises:
            Refused: the rules failed.
        """
        with guarded(self.rules):
            return self.rules.any_secret(self.position, seed)

    def asks(self, seat: Seat) -> str:
        """What the player at `seat` is asked for."""
        if self.offer:
            return " or ".join(RESPONSES)
        return str(said_by(self.rules, lambda: self.rules.asks(self.position, seat))).rstrip(".")

    @property
    def notation(self) -> str:
        """The public position as JSON, for the digest.

        Raises:
            Refused: the rules made a position that cannot be written.
        """
        with guarded(self.rules):
            return json.encode(self.rules.written(self.position)).decode()


def _acts(to_act: ToAct) -> Seat | None:
    """The seat that acts, where it is one."""
    match to_act:
        case Secret(seat) | Answer(seat):
            return seat
        case Seat():
            return to_act
    return None
