"""What a simulation takes for true: what comes by chance, and what is hidden from the seat that searches."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

from chatgame.core.errors import IllegalMove
from chatgame.core.match import Match
from chatgame.core.rules import Answer, AnyRules, Chance, Deal, Secret, Secrets, Show, Shuffle
from chatgame.core.seats import Seat
from chatgame.core.side import Side

ATTEMPTS = 2_000
"""How many secrets are tried, in search of some that fit all answers."""

ENOUGH = 50
"""How many of those that fit are kept."""


class World:
    """One guess at everything that is not known.

    Args:
        rules: of the game.
        chance: the source of what comes by chance.
        secrets: what the seats have hidden so far.
    """

    def __init__(self, rules: AnyRules, chance: Random, secrets: Secrets) -> None:
        self._rules = rules
        self._chance = chance
        self._secrets = dict(secrets)

    def moves(self, position: Any) -> Sequence[Any]:
        """What the seat that moves can play in this world."""
        return self._rules.legal_moves(position)

    def event(self, position: Any, act: Any) -> Any:
        """What comes where no seat moves.

        Raises:
            NotImplementedError: that cannot be foreseen.
        """
        match act:
            case Chance(sides):
                return self._chance.randrange(sides)
            case Secret(seat) if secret := self._rules.any_secret(position, self._chance.getrandbits(64)):
                self._secrets[seat] = secret
                return None
            case Answer(seat):
                return self._rules.answer(position, self._secrets[seat])
        raise NotImplementedError(f"a search cannot foresee what comes at {act}")

    def played(self, position: Any, move: Any) -> None:
        """Note a move that is made in this world."""


class Dealt(World):
    """A world of cards: what each seat holds, and the stock with its next card last."""

    def __init__(self, rules: AnyRules, chance: Random, hands: Mapping[Seat, list[str]], stock: list[str]) -> None:
        super().__init__(rules, chance, {})
        self._hands = hands
        self._stock = stock

    def moves(self, position: Any) -> Sequence[Any]:
        """The moves that the hand of the seat that moves allows."""
        seat = self._mover(position)
        return [move for move in self._rules.legal_moves(position) if self._can(position, seat, move)]

    def _mover(self, position: Any) -> Seat:
        seat = self._rules.to_act(position)
        assert isinstance(seat, Seat), "otherwise no seat moves"
        return seat

    def _can(self, position: Any, seat: Seat, move: Any) -> bool:
        held = self._hands[seat]
        if not {*self._rules.lays(position, move)} <= {*held}:
            return False
        try:
            self._rules.fair(position, seat, move, held)
        except IllegalMove:
            return False
        return True

    def event(self, position: Any, act: Any) -> Any:
        """What comes where no seat moves."""
        match act:
            case Shuffle(cards):
                self._stock = self._chance.sample(cards, len(cards))
            case Deal(seat, number):
                self._hands[seat].extend(self._stock.pop() for _ in range(number))
            case Show(number):
                return tuple(self._stock.pop() for _ in range(number))
            case Answer(seat):
                return self._rules.answer(position, " ".join(self._hands[seat]))
            case _:
                return super().event(position, act)
        return None

    def played(self, position: Any, move: Any) -> None:
        """Take what a move lays out of the hand."""
        held = self._hands[self._mover(position)]
        for card in self._rules.lays(position, move):
            held.remove(card)


def worlds_of(side: Side, chance: Random) -> Callable[[Random], World] | None:
    """How to guess what the other side hides from this one; None if nothing is hidden in the match."""
    match, seat = side.match, side.seat
    rules, hidden = match.rules, match.hidden_by(seat.other)
    if match.cards.decks:
        return partial(_deal, match, seat, match.cards.hand(seat, side.secret or ""))
    own = {} if side.secret is None else {seat: side.secret}
    if hidden is None:
        return (lambda chance: World(rules, chance, own)) if own else None
    fitting: list[str] = []
    for _ in range(ATTEMPTS):
        guess = rules.any_secret(hidden.position, chance.getrandbits(64))
        if guess is not None and all(str(rules.answer(at, guess)) == answer for at, answer in hidden.answers):
            fitting.append(guess)
            if len(fitting) == ENOUGH:
                break
    if not fitting:
        raise NotImplementedError(f"a search cannot guess what the {seat.other} hides")
    return lambda chance: World(rules, chance, {**own, seat.other: chance.choice(fitting)})


def _deal(match: Match, seat: Seat, own: Mapping[int, str], chance: Random) -> World:
    """A world in which `seat` holds its `own` cards, by place, and those that it cannot see are dealt at random."""
    hands, stock = {seat: [*own.values()], seat.other: list[str]()}, list[str]()
    for deck in match.cards.decks:
        seen = {card for _, card in deck.open} | {own[place] for place in deck.places_of(seat)}
        unseen = [card for card in deck.cards if card not in seen]
        chance.shuffle(unseen)
        held = len(deck.places_of(seat.other))
        hands[seat.other] += unseen[:held]
        stock = unseen[held:]
    return Dealt(match.rules, chance, hands, stock)
