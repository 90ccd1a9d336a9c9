"""Games with cards, played by the rules alone: a deck that nobody has to hide shuffles and deals them."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from chatgame.core.rules import AnyRules, Deal, Show, Shuffle
from chatgame.core.seats import Seat

FromHand = Callable[[Any, Sequence[str]], str]
"""Takes a position and one's own hand, and returns a move."""

TURNS = 5_000
"""After which a game counts as drawn."""


def play_cards(rules: AnyRules, movers: Mapping[Seat, FromHand], chance: Random) -> Seat | None:
    """The winner of a game with cards."""
    position, deck = rules.start(Seat.CLIENT, ""), list[str]()
    hands: dict[Seat, list[str]] = {seat: [] for seat in Seat}
    for _ in range(TURNS):
        if outcome := rules.outcome(position):
            return outcome.winner
        came: Any = None
        match rules.to_act(position):
            case Shuffle(cards):
                deck = chance.sample(cards, len(cards))
            case Deal(seat, number):
                hands[seat] += [deck.pop() for _ in range(number)]
            case Show(number):
                came = tuple(deck.pop() for _ in range(number))
            case Seat() as seat:
                came = movers[seat](position, hands[seat])
                for card in rules.lays(position, came):
                    hands[seat].remove(card)
        position = rules.apply(position, came)
    return None
