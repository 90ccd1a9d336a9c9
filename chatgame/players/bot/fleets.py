"""Where a ship is likely to be in battleship: whole fleets are imagined that fit all answers so far, and counted.

A fleet is put together ship by ship, each at random where it can still lie: first those that are sunk, then what
explains the other hits, then the rest. A fleet counts by the number of places among which its ships could choose, so
that in the end all fleets are equally likely. See Kahn and Marshall, "Methods of reducing sample size in Monte Carlo
computations" (1953), on importance sampling. Where no ship is hit that is afloat, only the cells of every second
diagonal are shot at, or of every third, since any ship afloat has one of them: that is about a shot better.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from random import Random

from chatgame.games.battleship import LENGTHS, places, sunk_by

ATTEMPTS = 20
"""Attempts for each fleet that is wanted; one in which a ship finds no place does not count."""

_Places = list[int]
"""Places of a ship, each a set of cells as bits."""


def likeliest(waters: str, number: int, chance: Random) -> int:
    """The cell not shot at where most of about `number` fleets that fit these waters have a ship."""
    sea = _Sea(waters)
    counts: Counter[int] = Counter()
    found = 0
    for _ in range(number * ATTEMPTS):
        fleet, weight = sea.fleet(chance)
        if weight:
            counts[fleet] += weight
            found += 1
        if found == number:
            break
    free = [at for at, mark in enumerate(waters) if mark == "."]
    likely = {at: sum(weight for fleet, weight in counts.items() if fleet >> at & 1) for at in free}
    targets = sea.diagonals([at for at in free if likely[at]]) if sea.hunting else []
    best = max(likely[at] for at in targets or free)
    return chance.choice([at for at in targets or free if likely[at] == best])


class _Sea:
    """What is known of the waters of a fleet.

    Attributes:
        hunting: whether all ships that were hit are sunk.
    """

    def __init__(self, waters: str) -> None:
        self._hits = _bits(at for at, mark in enumerate(waters) if mark == "x")
        free = _bits(at for at, mark in enumerate(waters) if mark == ".")
        sunk = {at: int(mark) for at, mark in enumerate(waters) if mark.isdigit()}
        self._sunk = [
            [place for place in _places(n) if place >> at & 1 and not place & ~(self._hits | 1 << at)]
            for at, n in sunk.items()
        ]
        afloat = [*(Counter(LENGTHS) - Counter(sunk.values())).elements()]
        self._shortest = min(afloat, default=1)
        certain = {cell for at in sunk for cell in sunk_by(waters, at)}
        self.hunting = all(at in certain for at, mark in enumerate(waters) if mark not in ".o")
        self._afloat = {
            ship: [place for place in _places(length) if place & free and not place & ~(free | self._hits)]
            for ship, length in enumerate(afloat)
        }
        self._free = {
            ship: [place for place in where if not place & self._hits] for ship, where in self._afloat.items()
        }

    def diagonals(self, cells: list[int]) -> list[int]:
        """The cells on every n-th diagonal, n being the length of the shortest ship afloat; the smallest such set."""
        combs = [[at for at in cells if (at // 10 + at % 10) % self._shortest == n] for n in range(self._shortest)]
        return min(filter(None, combs), key=len, default=cells)

    def fleet(self, chance: Random) -> tuple[int, int]:
        """The cells of a random fleet, and how much it counts; 0 where a ship found no place."""
        taken, weight = 0, 1
        for where in self._sunk:
            open_ = [place for place in where if not place & taken]
            if not open_:
                return 0, 0
            taken |= chance.choice(open_)
            weight *= len(open_)
        left = [*self._afloat]
        while hits := self._hits & ~taken:
            hit = hits & -hits
            pairs = [
                (ship, place) for ship in left for place in self._afloat[ship] if place & hit and not place & taken
            ]
            if not pairs:
                return 0, 0
            ship, place = chance.choice(pairs)
            left.remove(ship)
            taken |= place
            weight *= len(pairs)
        for ship in left:
            open_ = [place for place in self._free[ship] if not place & taken]
            if not open_:
                return 0, 0
            taken |= chance.choice(open_)
            weight *= len(open_)
        return taken, weight


@cache
def _places(length: int) -> _Places:
    return [_bits(place) for place in places(length)]


def _bits(cells: Iterable[int]) -> int:
    return sum(1 << at for at in cells)
