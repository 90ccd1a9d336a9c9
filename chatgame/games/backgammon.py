"""Backgammon: two dice a turn bring fifteen checkers round the board and off it; the first to have all off wins.

It is played without the doubling cube: a gammon or a backgammon is told, and counts as one win. The programs roll the
dice by themselves. The turn of a player who cannot move is passed over.

Rules: https://www.bkgm.com/rules.html; how moves are written: https://en.wikipedia.org/wiki/Backgammon_notation
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

from chatgame.core.board import Board, Cell, Choice, Grid, Mark
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Chance, Outcome, Rules, Secrets, known_as, whose
from chatgame.core.seats import Seat

OFF, BAR, ALL = 0, 25, 15
START = (0, *(5 if n == 6 else 3 if n == 8 else 5 if n == 13 else 2 if n == 24 else 0 for n in range(1, 25)), 0)

HEIGHT = 5
"""In checkers, of a pile that is drawn: in a higher one the last mark is the number of its checkers."""

UPPER, LOWER = (*range(13, 19), BAR, *range(19, 25)), (*range(12, 6, -1), BAR, *range(6, 0, -1))
POINT, NOTHING, RAIL = Mark(".", glyph="·"), Mark(" "), Mark("| ", glyph="│ ")

_NAMES = {OFF: "off", BAR: "bar"}
_NUMBERS = {name: number for number, name in _NAMES.items()}
_WAY = re.compile(r"((?:bar|[0-9]{1,2})\*?(?:[/-](?:off|[0-9]{1,2})\*?)+)(?:\(([1-4])\))?")

Checkers = tuple[int, ...]
"""How many of a player's checkers are off, on each point as this player counts them, 1 to 24, and on the bar."""

Step = tuple[int, int]
"""Where a checker comes from and where it goes to, by one die."""


class Position(NamedTuple):
    """The seat whose turn it is, the dice, the play before, and the checkers of this seat and of the other.

    Before the opening roll it is nobody's turn. The larger one of the dice comes first; there are none before a roll.
    The play is as it was written; it is empty at the beginning, and after a roll that could not be played.
    """

    turn: Seat | None
    dice: tuple[int, ...]
    last: str
    own: Checkers
    other: Checkers


class Backgammon(Rules[Position, str]):
    """Backgammon; a move is a step for each die, as in `13/8 6/5`, `bar/20 24/18` or `8/off 6/off`."""

    name = "backgammon"
    title = "backgammon"
    about = (
        "Bring your checkers from 24 to 1, then off. Two or more block a point; one alone is hit and begins again."
    )

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position(None, (), "", START, START)

    def to_act(self, position: Position) -> Seat | Chance:
        if position.turn and position.dice:
            return position.turn
        return Chance(36)

    def asks(self, position: Position, seat: Seat) -> str:
        return f"a play, as in {_joined(position, _steps(self.legal_moves(position)[0]))}"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        legs, hits = _read(text)
        plays, found = _plays(position), dict[tuple[Checkers, Checkers], list[tuple[Step, ...]]]()
        for steps, own, other in _readings(position.own, position.other, _all(position.dice), legs):
            found.setdefault((own, other), []).append(steps)
        made = [readings for after, readings in found.items() if after in plays]
        hitting = [readings for readings in made if hits <= _hits(position, readings[0])]
        exactly = [readings for readings in hitting if hits == _hits(position, readings[0])]
        if not hitting:
            from difflib import get_close_matches  # only for a mistake

            used = max((len(steps) for readings in found.values() for steps in readings), default=0)
            why = "Nothing is hit there." if made else _why_not(position, legs, used)
            nearest = get_close_matches(text, [_joined(position, _steps(play)) for play in plays.values()], 3, 0)
            raise IllegalMove(f"{why} You could play {', or '.join(nearest)}.")
        if len(hitting) > 1 and len(exactly) != 1:
            ways = " or ".join(_joined(position, readings[0]) for readings in hitting)
            raise IllegalMove(f"That can be played in more than one way. Type {ways}.")
        readings = exactly[0] if exactly else hitting[0]
        return _written(legs if legs in readings else readings[0])

    def apply(self, position: Position, move: str | int) -> Position:
        turn, _, last, own, other = position
        if isinstance(move, str):
            assert turn, "somebody has moved"
            for start, end in _steps(move):
                own, other = _moved(own, other, start, end)
            return Position(turn.other, (), move, other, own)
        client, server = divmod(move, 6)
        dice = (max(client, server) + 1, min(client, server) + 1)
        if turn is None:
            if client == server:
                return position
            return Position(Seat.CLIENT if client > server else Seat.SERVER, dice, "", own, other)
        rolled = Position(turn, dice, last, own, other)
        return rolled if _plays(rolled) else Position(turn.other, (), "", other, own)

    def outcome(self, position: Position) -> Outcome | None:
        turn, _, _, own, other = position
        if turn is None or other[OFF] < ALL:
            return None
        if own[OFF]:
            return Outcome(turn.other, "all checkers are off")
        if not any(own[19:]):
            return Outcome(turn.other, "a gammon, since the other has no checker off")
        where = "one is on the bar" if own[BAR] else "one is still in the winner's home"
        return Outcome(turn.other, f"a backgammon, since the other has no checker off, and {where}")

    def legal_moves(self, position: Position) -> Sequence[str]:
        return [*_plays(position).values()]

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        seat = viewer or Seat.CLIENT
        mine = position.own if position.turn in (seat, None) else position.other
        theirs = position.other if position.turn in (seat, None) else position.own
        view = _View(seat, viewer, mine, theirs, _arrived(position))
        dice = {(10 if position.turn is seat else 3) + n: str(die) for n, die in enumerate(position.dice)}
        middle = {7: RAIL} | {n: Mark(die, "die", tone="calm") for n, die in dice.items()}
        rows = [[view.cell(point, n) for point in UPPER] for n in range(1, HEIGHT + 1)]
        rows += [[Cell(f"middle {n}", middle.get(n, NOTHING)) for n in range(1, 14)]]
        rows += [[view.cell(point, n, below=True) for point in LOWER] for n in range(HEIGHT, 0, -1)]
        grid = Grid(
            [cell for row in rows for cell in row],
            13,
            across=_labels(UPPER),
            below=_labels(LOWER),
            legend=view.legend(),
            spoken="\n".join([*view.spoken(), *([f"Dice: {_dashed(position.dice)}."] if position.dice else [])]),
        )
        plays = map(_steps, self.legal_moves(position) if viewer is position.turn else [])
        return Board([grid], [Choice(_joined(position, steps), view.touched(steps)) for steps in plays])

    def tell(self, position: Position, came: str | int, viewer: Seat | None) -> str:
        turn = position.turn
        if turn and isinstance(came, str):
            return _told(position, turn, came, viewer)
        dice = {seat: die + 1 for seat, die in zip(Seat, divmod(int(came), 6), strict=True)}
        after = self.apply(position, came)
        if turn:
            rolled = _dashed(sorted(dice.values(), reverse=True))
            cannot = "" if after.dice else ", and cannot move"
            return f"{known_as(turn, viewer).capitalize()} rolled {rolled}{cannot}."
        first = viewer or Seat.CLIENT
        who, other = known_as(first, viewer).capitalize(), known_as(first.other, viewer)
        if after.turn is None:
            return f"{who} rolled a {dice[first]}, and so did {other}: both roll again."
        begins = "you begin" if after.turn is viewer else f"the {after.turn} begins"
        return f"{who} rolled a {dice[first]}, and {other} a {dice[first.other]}: {begins}."


# The rules: which plays the dice allow


def _target(own: Checkers, other: Checkers, start: int, die: int) -> int | None:
    """Where a checker gets by a die, or None if it cannot move so far."""
    if not own[start] or start == OFF or (own[BAR] and start != BAR):
        return None
    end = start - die
    if end > OFF:
        return None if other[BAR - end] > 1 else end
    farthest = max(point for point, count in enumerate(own) if count)
    return OFF if farthest <= 6 and (end == OFF or start == farthest) else None


def _moved(own: Checkers, other: Checkers, start: int, end: int) -> tuple[Checkers, Checkers]:
    """The checkers after one of one's own has moved; a single one of the other's, where it arrives, is hit."""
    mine = list(own)
    mine[start] -= 1
    mine[end] += 1
    if end != OFF and other[BAR - end]:
        theirs = list(other)
        theirs[BAR - end] -= 1
        theirs[BAR] += 1
        other = tuple(theirs)
    return tuple(mine), other


@lru_cache(64)  # each ply needs it several times: for who acts next, for the moves, and to read one
def _plays(position: Position) -> dict[tuple[Checkers, Checkers], str]:
    """The checkers after each play that uses as many dice as possible, and how one such play is written.

    If either die can be used, but not both, it is the larger one.
    """
    if not position.dice:
        return {}
    longest, plays = 0, dict[tuple[Checkers, Checkers], str]()
    large, small = position.dice
    for dice in [_all(position.dice)] if large == small else [(large, small), (small, large)]:
        ways: dict[tuple[Checkers, Checkers], tuple[Step, ...]] = {(position.own, position.other): ()}
        used = 0
        for die in dice:
            longer: dict[tuple[Checkers, Checkers], tuple[Step, ...]] = {}
            for (own, other), steps in ways.items():
                for start in (BAR,) if own[BAR] else range(24, 0, -1):
                    end = _target(own, other, start, die)
                    if end is not None:
                        longer.setdefault(_moved(own, other, start, end), (*steps, (start, end)))
            if not longer:
                break
            ways, used = longer, used + 1
        if used > longest:
            longest, plays = used, {}
        if used == longest and not (used == 1 and plays):
            plays = {after: _written(steps) for after, steps in ways.items() if steps} | plays
    return plays


def _all(dice: tuple[int, ...]) -> tuple[int, ...]:
    """Each die as often as it can be used: after a double there are four."""
    return dice * 2 if len({*dice}) == 1 else dice


def _readings(
    own: Checkers, other: Checkers, dice: tuple[int, ...], legs: tuple[Step, ...], steps: tuple[Step, ...] = ()
) -> Iterator[tuple[tuple[Step, ...], Checkers, Checkers]]:
    """All steps by which checkers can go these ways, each by one die or by several, and what comes of them."""
    if not legs:
        yield steps, own, other
    for n, (start, goal) in enumerate(legs):
        if (start, goal) in legs[:n]:
            continue  # of checkers that go the same way it does not matter which is first
        for die in dict.fromkeys(dice):
            end = _target(own, other, start, die)
            if end is not None and end >= goal:
                at = dice.index(die)
                left, rest = dice[:at] + dice[at + 1 :], ((end, goal),) if end > goal else ()
                mine, theirs = _moved(own, other, start, end)
                yield from _readings(mine, theirs, left, (*legs[:n], *rest, *legs[n + 1 :]), (*steps, (start, end)))


# What players write


def _read(text: str) -> tuple[tuple[Step, ...], frozenset[int]]:
    """The ways that checkers are to go, each from one point to another, and where they are said to hit.

    Raises:
        InvalidMove: it cannot be read as a play.
    """
    words = re.sub(" ?([/(-]) ?", r"\1", " ".join(text.lower().replace(",", " ").split())).split()
    ways = [_WAY.fullmatch(word) for word in words[:5]]
    if not words or not all(ways):
        raise InvalidMove(
            f'"{text}" is not a play. Write where checkers come from and go to, as in 13/8 6/5, bar/20 or 8/off.'
        )
    legs, hits = [], set()
    for way in filter(None, ways):
        names = re.split("[/-]", way[1])
        stops = [_number(name.removesuffix("*")) for name in names]
        hits |= {stop for name, stop in zip(names, stops, strict=True) if name.endswith("*")}
        if any(start <= end or start > BAR for start, end in pairwise(stops)):
            raise InvalidMove(f'"{way[0]}" is not a way. Checkers go from higher numbers to lower ones, 24 to 1.')
        legs += [*pairwise(stops)] * int(way[2] or 1)
    if len(legs) > 4:
        raise InvalidMove("That is of more than four steps. There are two in a play, or four after a double.")
    return tuple(legs), frozenset(hits)


def _number(stop: str) -> int:
    return _NUMBERS[stop] if stop in _NUMBERS else int(stop)


def _written(steps: Iterable[Step]) -> str:
    """A play as it travels, step by step."""
    return " ".join(f"{_NAMES.get(start, start)}/{_NAMES.get(end, end)}" for start, end in steps)


def _steps(play: str) -> list[Step]:
    """The steps of a play that `_written` has made."""
    halves = (step.partition("/") for step in play.split())
    return [(_number(start), _number(end)) for start, _, end in halves]


def _hits(position: Position, steps: Iterable[Step]) -> frozenset[int]:
    """The points on which a play hits."""
    return frozenset(end for _, end in steps if end != OFF and position.other[BAR - end] == 1)


def _joined(position: Position, steps: Sequence[Step]) -> str:
    """A play as players write it: the ways of whole checkers, `*` where one hits, equal ways counted."""
    hits, ways = _hits(position, steps), list[list[int]]()
    for start, end in steps:
        way = next((way for way in ways if way[-1] == start), None)
        if way:
            way.append(end)
        else:
            ways.append([start, end])
    shown = []
    for way, same in groupby(ways):
        stops = [stop for stop in way[1:-1] if stop in hits]
        names = [f"{_NAMES.get(stop, stop)}{'*' if stop in hits else ''}" for stop in (*stops, way[-1])]
        hits -= {*way[1:]}
        count = len([*same])
        shown.append("/".join([str(_NAMES.get(way[0], way[0])), *names]) + (f"({count})" if count > 1 else ""))
    return " ".join(shown)


def _told(position: Position, mover: Seat, play: str, viewer: Seat | None) -> str:
    """A play in a sentence; the points where it hits as the viewer counts them, an onlooker as the mover does."""
    steps = _steps(play)
    points = sorted(BAR - point if viewer is mover.other else point for point in _hits(position, steps))
    whom = f", and hit {known_as(mover.other, viewer)} on {' and '.join(map(str, points))}" if points else ""
    return f"{known_as(mover, viewer).capitalize()} played {_joined(position, steps)}{whom}."


def _why_not(position: Position, legs: Sequence[Step], used: int) -> str:
    """Why ways are not a play, though their steps are possible by themselves if some dice are `used`."""
    can = len(next(iter(_plays(position).values()), "").split())
    if used and used == can:
        return "Only one of the dice can be used, and it has to be the larger one."
    if used:
        return f"You have to use as many dice as you can: that is {used}, and {can} can be used."
    if position.own[BAR] and all(start != BAR for start, _ in legs):
        return "You have a checker on the bar, which has to come in first."
    for start, _ in legs:
        if not position.own[start] and start not in {end for _, end in legs}:
            return f"You have no checker on {'the bar' if start == BAR else f'point {start}'}."
    return f"{_written(legs)} is not possible with {_dashed(position.dice)}."


def _dashed(dice: Iterable[int]) -> str:
    return "-".join(map(str, dice))


# What there is to see


def _arrived(position: Position) -> Counter[tuple[Seat, int]]:
    """How many checkers the last play has brought to each point, by the seat that made it and as that seat counts."""
    if not position.turn:
        return Counter()
    steps, mover = [*_steps(position.last)], position.turn.other
    arrived = Counter((mover, end) for _, end in steps)
    arrived.subtract((mover, start) for start, _ in steps)
    return +arrived


def _labels(points: Iterable[int]) -> list[str]:
    return ["" if point == BAR else str(point) for point in points]


class _View:
    """The board as one seat sees it, whose home is below on the right.

    A checker on the bar stands in the half where it comes in.
    """

    def __init__(
        self, seat: Seat, viewer: Seat | None, own: Checkers, other: Checkers, fresh: Counter[tuple[Seat, int]]
    ) -> None:
        self._seat = seat
        self._viewer = viewer
        self._checkers = {seat: own, seat.other: other}
        self._fresh = fresh

    def cell(self, point: int, n: int, *, below: bool = False) -> Cell:
        """The place of the `n`-th checker on a point, or on one half of the bar."""
        seat, at, where = self._seat, point, "bar" if point == BAR else f"point {point}"
        if point == BAR and below:
            seat, where = seat.other, "other bar"
        elif point != BAR and not self._checkers[seat][point]:
            seat, at = seat.other, BAR - point
        count = self._checkers[seat][at]
        name = f"{where} checker {n}"
        if n > count:
            return Cell(name, RAIL if point == BAR else POINT if n == 1 else NOTHING)
        mark = self._mark(seat)
        fresh = count - self._fresh[seat, at] < n
        if n == HEIGHT < count:
            mark = Mark(str(count), f"{whose(seat, self._viewer)} {count} checkers", tone=mark.tone)
            fresh = bool(self._fresh[seat, at])
        return Cell(name, mark, fresh)

    def _mark(self, seat: Seat, name: str = "") -> Mark:
        name = name or f"{whose(seat, self._viewer)} checker"
        return Mark("X", name, "●", "first") if seat is Seat.CLIENT else Mark("O", name, "○", "second")

    def touched(self, steps: Iterable[Step]) -> list[str]:
        """The uppermost checkers that a play moves, and the places above those that it joins."""
        own, cells = self._checkers[self._seat], dict[str, None]()
        for start, end in steps:
            for point, n in ((start, own[start]), (end, own[end] + 1)):
                if point != OFF:
                    cells[f"{'bar' if point == BAR else f'point {point}'} checker {min(max(n, 1), HEIGHT)}"] = None
        return [*cells]

    def legend(self) -> list[Mark]:
        """What the marks mean, and how far each player is."""
        return [
            self._mark(seat, f"{known_as(seat, self._viewer)} ({_left(own)}, {own[OFF]} off)")
            for seat, own in sorted(self._checkers.items())
        ]

    def spoken(self) -> list[str]:
        """Both players' checkers in words, from the point that is farthest from home, as the viewer counts."""
        lines = []
        for seat, own in self._checkers.items():
            numbers = [(point, point if seat is self._seat else BAR - point) for point in range(24, 0, -1)]
            piles = [f"{own[BAR]} on the bar"] if own[BAR] else []
            piles += [f"{own[point]} on {shown}" for point, shown in numbers if own[point]]
            piles += [f"{own[OFF]} off"] if own[OFF] else []
            lines.append(f"{whose(seat, self._viewer).capitalize()} checkers: {', '.join(piles)}; {_left(own)}.")
        return lines


def _left(own: Checkers) -> str:
    return "1 pip" if pips(own) == 1 else f"{pips(own)} pips"


def pips(own: Checkers) -> int:
    """How many points all checkers together still have to go."""
    return sum(point * count for point, count in enumerate(own))
