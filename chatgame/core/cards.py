"""The cards of a match: all of its decks, who holds what, and what is judged when the seeds are known.

A seat keeps its seeds as one text, with a blank between each two, in the order of the decks.
"""

from collections.abc import Iterator, Sequence
from re import fullmatch
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from chatgame.core import deck as decks
from chatgame.core.curve import inverse, multiplied
from chatgame.core.deck import Deck, Job, key_from
from chatgame.core.errors import IllegalMove, Refused
from chatgame.core.limits import MAX_QUOTED
from chatgame.core.rules import ANY_FAILURE, AnyRules, Deal, Show
from chatgame.core.seats import Seat

_PROOF = "[0-9]{1,9}:[0-9A-Za-z+/=]+"


class Played(NamedTuple):
    """A move or an answer that is still to be held against the hand that it was made from, at these places."""

    seat: Seat
    position: Any
    move: Any
    answer: bool
    held: tuple[int, ...]


class Seed(NamedTuple):
    """A seed that was revealed: of which deck, by whom."""

    deck: int
    seat: Seat
    text: str


class Cards(Struct, frozen=True):
    """The decks of a match, what was played from hands, and the seeds that were revealed."""

    decks: tuple[Deck, ...] = ()
    played: tuple[Played, ...] = ()
    seeds: tuple[Seed, ...] = ()

    @property
    def deck(self) -> Deck:
        """The deck that was shuffled last, or is being shuffled."""
        return self.decks[-1]

    @property
    def left(self) -> int:
        """How many cards can still be drawn."""
        return self.deck.left if self.decks else 0

    def with_deck(self, first: Seat, cards: Sequence[str]) -> "Cards":
        """The same with another deck, which `first` is the first to lock."""
        start = self.deck.start + len(self.deck.cards) if self.decks else 0
        return replace(self, decks=(*self.decks, Deck(first, start, tuple(cards))))

    @property
    def ready(self) -> bool:
        """Whether the last deck is shuffled by both."""
        return len(self.deck.layers) == 2

    def shuffled(self, text: str, *, checked: bool) -> "Cards":
        """The same after a turn to shuffle; `checked` if its points were checked before.

        Raises:
            Refused: it is false in itself.
        """
        return self._after(self.deck.shuffled(decks.read(text, len(self.deck.cards), checked=checked)))

    def shared(self, seat: Seat, drawing: Deal | Show, text: str, *, checked: bool) -> "Cards":
        """The same after a seat's turn to share what is drawn; `checked` if its points were checked before.

        Raises:
            Refused: it is false in itself.
        """
        points = decks.read(text, drawing.number, checked=checked)
        if isinstance(drawing, Deal):
            return self._after(self.deck.dealt(drawing.seat, points))
        return self._after(self.deck.shown(seat, points))

    def shown_since(self, was: "Cards") -> tuple[str, ...]:
        """The cards of the last deck that all know since `was`."""
        return tuple(card for _, card in self.deck.open[len(was.deck.open) :])

    def _after(self, deck: Deck) -> "Cards":
        """The same after the last deck has come to `deck`."""
        return replace(self, decks=(*self.decks[:-1], deck))

    def holds(self, seat: Seat) -> tuple[int, ...]:
        """The places of all cards that a seat holds, in the order in which they were dealt."""
        return tuple(place for deck in self.decks for place in deck.places_of(seat))

    def hand(self, seat: Seat, seeds: str) -> dict[int, str]:
        """The cards that a seat holds, by place, as its own seeds unlock them."""
        found = (deck.hand(seat, seed) for deck, seed in zip(self.decks, seeds.split(), strict=False))
        return {place: card or "?" for hand in found for place, card in hand.items()}

    def with_played(self, seat: Seat, position: Any, move: Any, *, answer: bool) -> "Cards":
        """The same with a move or an answer that is judged at the end."""
        return replace(self, played=(*self.played, Played(seat, position, move, answer, self.holds(seat))))

    def parted(self, text: str) -> tuple[str, list[str]]:
        """The notation of a move, and the proofs that follow it, which in a game without cards are none."""
        words = text.split(" ")
        end = len(words)
        while self.decks and end > 1 and fullmatch(_PROOF, words[end - 1]):
            end -= 1
        return " ".join(words[:end]), words[end:]

    def laid(self, seat: Seat, cards: Sequence[str], proofs: Sequence[str], *, checked: bool) -> "Cards":
        """The same after a seat has laid cards from its hand, with a proof of each: its place and the seat's share.

        Raises:
            Refused: a proof is missing, or is not one of such a card.
        """
        if len(cards) != len(proofs):
            raise Refused(f"The move lays {len(cards)} cards, and comes with the proofs of {len(proofs)}.")
        after = [*self.decks]
        for card, proof in zip(cards, proofs, strict=True):
            digits, _, text = proof.partition(":")
            place = int(digits)
            if str(place) != digits or place >= self.deck.start + len(self.deck.cards):
                raise Refused(f"There is no card at place {digits}.")
            number = self._deck_at(place)
            point = decks.read(text, 1, checked=checked)[0]
            after[number] = after[number].laid(seat, place, card, point)
        return replace(self, decks=tuple(after))

    def _deck_at(self, place: int) -> int:
        """The number of the deck that a place belongs to."""
        return max(number for number, deck in enumerate(self.decks) if deck.start <= place)

    def proofs(self, seat: Seat, cards: Sequence[str], seeds: str) -> str:
        """What follows a move that lays these cards: for each a blank, its place, a colon, and the seat's share.

        Raises:
            Refused: the seat does not hold one of them.
        """
        hand, text = self.hand(seat, seeds), ""
        for card in cards:
            place = next((place for place, held in hand.items() if held == card), None)
            if place is None:
                raise IllegalMove(f"You do not hold {card}.")
            del hand[place]
            number = self._deck_at(place)
            key = inverse(key_from(seeds.split()[number]))
            text += f" {place}:{decks.written([multiplied(key, self.decks[number].locked_at(place))])}"
        return text

    def check(self, was: "Cards", seat: Seat, seeds: str) -> None:
        """Check by the seeds of a seat what the other has done since `was`.

        Raises:
            Refused: it is false.
        """
        for deck, before, seed in zip(self.decks, was.decks, seeds.split(), strict=False):
            deck.check(before, seat, seed)

    def shuffled_by(self, seeds: str) -> str:
        """The text of a turn to shuffle, by a seat's seeds."""
        return decks.written(decks.shuffle(self.deck, seeds.split()[-1]))

    def shares_by(self, seeds: str, number: int) -> str:
        """The text of a turn to share the next `number` cards, by a seat's seeds."""
        return decks.written([multiplied(*job) for job in self.to_share(seeds, number)])

    def to_shuffle(self, seeds: str) -> list[Job]:
        """What takes long when a seat shuffles."""
        return [(key_from(seeds.split()[-1]), point) for point in self.deck.to_lock]

    def to_share(self, seeds: str, number: int) -> list[Job]:
        """What takes long when a seat takes its lock off the next cards."""
        return [(inverse(key_from(seeds.split()[-1])), point) for point in self.deck.to_share(number)]

    def to_audit(self) -> Iterator[Job]:
        """The multiplications of the audit."""
        for seed in self.seeds:
            if seed.deck < len(self.decks) and _is_seed(seed.text):
                yield from (job for job, _, _ in self.decks[seed.deck].to_audit(seed.seat, seed.text))

    def with_seed(self, deck: int, seat: Seat, text: str) -> "Cards":
        """The same with a seed that was revealed."""
        return replace(self, seeds=(*self.seeds, Seed(deck, seat, text)))

    def judged(self, rules: AnyRules, *, audited: bool) -> dict[Seat, str]:
        """What each seat has done falsely, by the seeds; `audited` if decks and shares were found good before.

        Moves are judged only where all decks are good.
        """
        found: dict[Seat, str] = {}
        for number, seat, text in self.seeds:
            if not _is_seed(text):
                found.setdefault(seat, "a seed in another form")
            elif not audited and number < len(self.decks) and (what := self.decks[number].audit(seat, text)):
                found.setdefault(seat, what)
        if found:
            return found
        true = self.true_cards()
        for deck in self.decks:
            for place, card in deck.open:
                if true[place] != card:
                    owner = deck.owners[place - deck.start]
                    assert owner, "a card that is shown is unlocked before all eyes"
                    found.setdefault(owner, f"laid {card} from place {place}, which is {true[place]}")
        for seat, position, move, answer, held in self.played:
            hand = [true[place] for place in held]
            try:
                if not answer:
                    rules.fair(position, seat, move, hand)
                elif (truth := str(rules.answer(position, " ".join(hand)))) != str(move):
                    found.setdefault(seat, f'a false answer, "{move}" for "{truth}"')
            except ANY_FAILURE as error:  # rules may fail in any way over what a cheat has done
                found.setdefault(seat, f"a move that the hand does not allow, {move} ({str(error)[:MAX_QUOTED]})")
        return found

    def true_hands(self) -> dict[Seat, str]:
        """The cards that each seat holds, with blanks between, by both seeds of each deck; none without a deck."""
        true = self.true_cards()
        return {seat: " ".join(true[place] for place in self.holds(seat)) for seat in Seat if true}

    def true_cards(self) -> dict[int, str]:
        """The card at each place of the decks that were shuffled, by both seeds of each."""
        true: dict[int, str] = {}
        for number, deck in enumerate(self.decks):
            if len(deck.layers) == 2:
                true |= deck.true_cards({seed.seat: seed.text for seed in self.seeds if seed.deck == number})
        return true


def _is_seed(text: str) -> bool:
    return bool(fullmatch("[0-9a-f]{64}", text))
