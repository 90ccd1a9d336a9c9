"""A deck of cards that two players who do not trust each other shuffle without a dealer.

Shamir, Rivest and Adleman, "Mental poker" (1979), on Curve25519 (see `curve`). Each card has a face, a point that all
know. The invited seat locks all faces with its key and puts them into an order of its own; then the other seat does
the same to what it got. Now every card has both locks, and nobody knows which is where. A seat unlocks the card at
one place with its share of it: the card without that seat's lock.

    dealt    the other seat gives its share; the owner takes its own lock off in private, and sees the face
    shown    one seat gives its share, and the other takes its lock off that: all see the face
    laid     the owner names the card, and gives its share: the other seat takes its lock off, and sees whether it is
             that card

Key and order follow from a seed of 32 bytes, which each seat has committed to before and reveals when the match is
over. So the audit can do everything again. Until then, as long as one of the two is honest:

- Nobody can tell which card is where. To tell locked cards apart is the decisional Diffie-Hellman problem, and faces
  are hashes, so no relation between them is known.
- Nobody can sway what is dealt: the honest seat's order is random, and unknown to the other.
- A deck or a share that is false in itself is refused at once. So is one that the other seat's own key shows to be
  false: a share that does not unlock a card of the deck, or a card that is not the one that is named.
- Any other false deck, share or card is found by the audit. Only one gains anything before that: the seat that
  locks last puts a blinded copy of another card at a place, and learns from the share of it which card that is.

A place is a number that counts on through all decks of a match, from 0. So a place says which deck it belongs to.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from chatgame.core.curve import SIZE, cleared, face, inverse, key_of, multiplied, objection
from chatgame.core.digest import digest
from chatgame.core.errors import Refused
from chatgame.core.limits import MAX_CARDS
from chatgame.core.seats import Seat

Points = tuple[bytes, ...]

Job = tuple[bytes, bytes]
"""A key and a point to be multiplied: what takes long in a deck."""


class Share(NamedTuple):
    """A seat has taken its lock off the card at a place.

    Attributes:
        seat: whose lock it was.
        place: where the card is in the decks of the match.
        locked: the card with that lock.
        opened: the card without it.
    """

    seat: Seat
    place: int
    locked: bytes
    opened: bytes


class Deck(Struct, frozen=True):
    """One shuffle of a match, and what has become of its cards.

    Attributes:
        first: the seat that locks first.
        start: the place of the first card.
        cards: the names of all cards, which are different.
        layers: the cards as each seat has locked and ordered them; two when the shuffle is done.
        owners: of the cards that were drawn, in order: the seat that each was dealt to, or None if it was shown.
        shares: all that were given.
        open: what is known to all, by place: the cards that were shown or laid.
    """

    first: Seat
    start: int
    cards: tuple[str, ...]
    layers: tuple[Points, ...] = ()
    owners: tuple[Seat | None, ...] = ()
    shares: tuple[Share, ...] = ()
    open: tuple[tuple[int, str], ...] = ()

    def __post_init__(self) -> None:
        """Check the names of the cards.

        Raises:
            ValueError: they cannot be those of a deck.
        """
        if not 0 < len(self.cards) <= MAX_CARDS:
            raise ValueError(f"a deck of {len(self.cards)} cards; it can have 1 to {MAX_CARDS}")
        if len({*self.cards}) < len(self.cards) or any(len(card.split()) != 1 for card in self.cards):
            raise ValueError("the cards of a deck need different names, without blanks")

    @property
    def left(self) -> int:
        """How many cards can still be drawn."""
        return len(self.cards) - len(self.owners) if len(self.layers) == 2 else 0

    @property
    def to_lock(self) -> Points:
        """What the next seat shuffles."""
        return self.layers[-1] if self.layers else tuple(map(face, self.cards))

    @property
    def pending(self) -> tuple[Share, ...]:
        """The first shares of cards that are to be shown."""
        drawn = self.start + len(self.owners)
        return tuple(share for share in self.shares if share.place >= drawn)

    def to_share(self, count: int) -> Points:
        """What the next seat takes its lock off, when `count` cards are to be drawn."""
        if pending := self.pending:
            return tuple(share.opened for share in pending)
        return self.layers[1][len(self.owners) :][:count]

    def locked_at(self, place: int) -> bytes:
        """The card at a place, with both locks."""
        return self.layers[1][place - self.start]

    def shuffled(self, points: Points) -> "Deck":
        """The deck after the next seat has shuffled.

        Raises:
            Refused: the points cannot be a shuffle of the cards.
        """
        if len({*map(cleared, points)}) < len(points):  # the next lock would make the same of two
            raise Refused("The deck has a card twice.")
        if not {*points}.isdisjoint(self.to_lock):
            raise Refused("The deck has a card without a lock on it.")
        return replace(self, layers=(*self.layers, points))

    def dealt(self, owner: Seat, points: Points) -> "Deck":
        """The deck after the other seat has given its shares of the next cards to their owner.

        Raises:
            Refused: a share was given before.
        """
        return replace(self._shared(owner.other, points), owners=(*self.owners, *[owner] * len(points)))

    def shown(self, seat: Seat, points: Points) -> "Deck":
        """The deck after a seat has given its shares of the next cards to all; both have to.

        Raises:
            Refused: a share was given before, or the cards are not of the deck.
        """
        shared = self._shared(seat, points)
        if not self.pending:
            return shared
        found = []
        for share in shared.shares[-len(points) :]:
            card = faces(self.cards).get(share.opened)
            if card is None:
                raise Refused("The share does not unlock a card of the deck.")
            found.append((share.place, card))
        return replace(shared._opened(found), owners=(*self.owners, *[None] * len(points)))

    def laid(self, seat: Seat, place: int, card: str, point: bytes) -> "Deck":
        """The deck after a seat has laid a card from its hand, with its share of it.

        Raises:
            Refused: no such card was dealt to it there, or the card or the place is known already.
        """
        at = place - self.start
        if not (0 <= at < len(self.owners) and self.owners[at] is seat):
            raise Refused(f"The card at place {place} was not dealt to the {seat}.")
        if any(place == known for known, _ in self.open):
            raise Refused(f"The card at place {place} was laid before.")
        if card not in self.cards:
            raise Refused(f"The card {card} is not in the deck that it is said to be from.")
        share = Share(seat, place, self.locked_at(place), point)
        return self._with((share,))._opened([(place, card)])

    def _opened(self, found: Sequence[tuple[int, str]]) -> "Deck":
        """The same with cards that all know now."""
        known = [card for _, card in (*self.open, *found)]
        if len({*known}) < len(known):
            raise Refused(f"The card {found[-1][1]} has come from this deck before.")
        return replace(self, open=(*self.open, *found))

    def _shared(self, seat: Seat, points: Points) -> "Deck":
        drawn = self.start + len(self.owners)
        shares = zip(self.to_share(len(points)), points, strict=True)
        return self._with(tuple(Share(seat, drawn + n, *share) for n, share in enumerate(shares)))

    def _with(self, shares: tuple[Share, ...]) -> "Deck":
        """The same with more shares."""
        given = (*self.shares, *shares)
        if len({(share.seat, share.opened) for share in given}) < len(given):
            raise Refused("A share is one that was given before.")
        return replace(self, shares=given)

    def places_of(self, seat: Seat) -> list[int]:
        """Where the cards are that a seat holds, in the order in which they were dealt."""
        known = {place for place, _ in self.open}
        dealt = (self.start + n for n, owner in enumerate(self.owners) if owner is seat)
        return [place for place in dealt if place not in known]

    def to_see(self, seat: Seat, seed: str) -> list[tuple[int, Job]]:
        """The places where a seat holds cards, each with what unlocks its card."""
        key, places = inverse(key_from(seed)), {*self.places_of(seat)}
        return [(share.place, (key, share.opened)) for share in self.shares if share.place in places]

    def hand(self, seat: Seat, seed: str) -> dict[int, str | None]:
        """The cards that a seat holds, by place, as its seed unlocks them; None for what is not one of the deck."""
        known = faces(self.cards)
        return {place: known.get(multiplied(*job)) for place, job in self.to_see(seat, seed)}

    def check(self, was: "Deck", seat: Seat, seed: str) -> None:
        """Check by the seed of a seat what the other has done since the deck `was`.

        Raises:
            Refused: it is false.
        """
        came = self.shares[len(was.shares) :]
        hand, known = self.hand(seat, seed), {card for _, card in self.open}
        for share in came:
            if share.place in hand:
                card = hand[share.place]
                if card is None:
                    raise Refused("The share does not unlock a card of the deck.")
                if card in known or [*hand.values()].count(card) > 1:
                    raise Refused(f"The share unlocks a card that has come from the deck before, {card}.")
        for place, card in self.open[len(was.open) :]:
            for share in came:
                laid = share.place == place and self.owners[place - self.start] is seat.other
                if laid and multiplied(inverse(key_from(seed)), share.opened) != face(card):
                    raise Refused(f"The card at place {place} is not {card}.")
        if came and (both := known.intersection(filter(None, hand.values()))):
            raise Refused(f"The card {min(both)} has come from the deck, and is still in the hand.")

    def to_audit(self, seat: Seat, seed: str) -> Iterator[tuple[Job, bytes, str]]:
        """What a seat did, to be checked: the job, the result that it gave, and what to call it if that is false."""
        turn = 0 if seat is self.first else 1
        key = key_from(seed)
        if turn < len(self.layers):
            source = self.layers[0] if turn else tuple(map(face, self.cards))
            for place, card in enumerate(order_from(seed, len(self.cards))):
                yield (key, source[card]), self.layers[turn][place], "a shuffle that does not follow from its seed"
        for share in self.shares:
            # The other way round: a lock makes the same of the share with a point of low order added to it.
            if share.seat is seat:
                job = inverse(key), share.locked
                yield job, share.opened, f"a false share of the card at place {share.place}"

    def audit(self, seat: Seat, seed: str) -> str:
        """What a seat has done falsely, by the seed that it has revealed, or nothing."""
        return next((what for job, said, what in self.to_audit(seat, seed) if multiplied(*job) != said), "")

    def true_cards(self, seeds: Mapping[Seat, str]) -> dict[int, str]:
        """The card at each place, by both seeds."""
        orders = [order_from(seeds[seat], len(self.cards)) for seat in (self.first, self.first.other)]
        return {self.start + place: self.cards[orders[0][card]] for place, card in enumerate(orders[1])}


def key_from(seed: str) -> bytes:
    """The key that a seed stands for."""
    return key_of(bytes.fromhex(digest("chatgame key", seed)))


@lru_cache(maxsize=64)
def order_from(seed: str, count: int) -> tuple[int, ...]:
    """The order that a seed stands for: at each place, which card of those before the shuffle comes there.

    This is the shuffle of Fisher and Yates. Each of its numbers is of 256 bits, modulo at most 96, so all are alike.
    """
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = int(digest("chatgame order", seed, str(last)), 16) % (last + 1)
        order[last], order[other] = order[other], order[last]
    return tuple(order)


@lru_cache(maxsize=8)
def faces(cards: tuple[str, ...]) -> Mapping[bytes, str]:
    """The names of cards, by their faces."""
    return {face(card): card for card in cards}


def shuffle(deck: Deck, seed: str) -> Points:
    """The deck as it is after the next seat has shuffled by its seed."""
    key, points = key_from(seed), deck.to_lock
    return tuple(multiplied(key, points[card]) for card in order_from(seed, len(points)))


def written(points: Sequence[bytes]) -> str:
    """The text that points travel as: all of their bytes in base64 (RFC 4648, 4)."""
    return b64encode(b"".join(points)).decode()


def read(text: str, count: int, *, checked: bool) -> Points:
    """The points that a text stands for; `checked` if each was checked before.

    Raises:
        Refused: it does not have the form of so many points, or one of them cannot be a locked card.
    """
    try:
        joined = b64decode(text, validate=True)
    except ValueError:
        joined = b""
    if written([joined]) != text or len(joined) != count * SIZE:
        raise Refused(f"That is not a list of locked cards in base64 with {count} of them.")
    points = tuple(joined[at : at + SIZE] for at in range(0, len(joined), SIZE))
    for point in () if checked else points:
        if why := objection(point):
            raise Refused(f"A locked card {why}.")
    return points
