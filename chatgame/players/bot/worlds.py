"""What a simulation takes for true: how chance falls out, and what is hidden from the seat that searches."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from chatgame.core.match import Match
from chatgame.core.rules import Answer, AnyRules, Chance, Secret, Secrets
from chatgame.core.seats import Seat

ATTEMPTS = 2_000
"""How many secrets are tried, in search of some that fit all answers."""

ENOUGH = 50
"""How many of those that fit are kept."""


class World:
    """One way in which all that is not known may be.

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


def worlds_of(match: Match, seat: Seat, secret: str | None, chance: Random) -> Callable[[Random], World] | None:
    """How to guess what the other hides from a seat that hides `secret`; None if nothing is hidden in the match."""
    rules, hidden = match.rules, match.hidden_by(seat.other)
    own = {} if secret is None else {seat: secret}
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
