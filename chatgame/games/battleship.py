"""Battleship: both players hide five ships on 10 by 10 cells and shoot by turns; the first to hit all 17 cells wins.

Ships may touch, and a hit gives no second shot. An answer that contradicts the earlier ones is refused.
Rules: https://en.wikipedia.org/wiki/Battleship_(game)
"""

from collections import Counter
from functools import cache
from typing import NamedTuple

from chatgame.core.board import FREE, Board, Cell, Choice, Grid, Mark
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Answer, Outcome, Revealed, Rules, Secret, Secrets, known_as, whose
from chatgame.core.seats import Seat

CELLS = tuple(f"{column}{row}" for row in range(1, 11) for column in "abcdefghij")
LENGTHS = [5, 4, 3, 3, 2]
ANSWERS = {"miss": "o", "hit": "x", "sunk 2": "2", "sunk 3": "3", "sunk 4": "4", "sunk 5": "5"}
MISS, HIT, SUNK = Mark("o", "miss", "•", "calm"), Mark("x", "hit", "✕", "bad"), Mark("#", "sunk", "■", "bad")


class Position(NamedTuple):
    """Who shoots, how many fleets are placed, the shooter's waters and the other's, and a shot without an answer yet.

    Waters are 100 marks, row by row: `.` untouched, `o` a miss, `x` a hit, and a digit for the hit that sank a ship
    of that length.
    """

    shooter: Seat
    fleets: int
    own: str
    target: str
    shot: str


class Battleship(Rules[Position, str]):
    """Battleship; a secret is a fleet as in `a1-e1 b3-b6 d5-f5 h1-h3 j9-j10`, a move is a cell."""

    name = "battleship"
    title = "battleship"
    about = "Hide five ships, then shoot by turns. The first to hit all 17 cells of the other's ships wins."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position(inviter.other, 0, "." * 100, "." * 100, "")

    def to_act(self, position: Position) -> Seat | Secret | Answer:
        if position.fleets < 2:
            return Secret(position.shooter.other if position.fleets else position.shooter)
        return Answer(position.shooter.other) if position.shot else position.shooter

    def asks(self, position: Position, seat: Seat) -> str:
        fleet = "ships of 5 4 3 3 2 cells by their ends, as in a1-e1 b3-b6 d5-f5 h1-h3 j9-j10, or random"
        return fleet if position.fleets < 2 else "a cell to shoot at, a1 to j10"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        if position.fleets < 2:
            fleet = " ".join(text.lower().split())
            _ships_by_cell(fleet)
            return fleet
        if position.shot and text not in ANSWERS:
            raise InvalidMove(f'"{text}" is not one of the answers {", ".join(ANSWERS)}.')
        if position.shot:
            if not _can_be(self.apply(position, text).own, CELLS.index(position.shot)):
                raise IllegalMove(f'"{text}" cannot be true of {position.shot} after the answers so far.')
            return text
        if text.lower() not in CELLS:
            raise InvalidMove(f'"{text}" is not on the board. Choose a cell from a1 to j10.')
        if position.target[CELLS.index(text.lower())] != ".":
            raise IllegalMove(f"{text.lower()} was shot at before. Choose a cell that shows a dot.")
        return text.lower()

    def apply(self, position: Position, move: str | None) -> Position:
        shooter, fleets, own, target, shot = position
        if move is None:
            return position._replace(fleets=fleets + 1)
        if not shot:
            return position._replace(shot=move)
        at = CELLS.index(shot)
        return Position(shooter.other, fleets, target[:at] + ANSWERS[move] + target[at + 1 :], own, "")

    def outcome(self, position: Position) -> Outcome | None:
        sunk = _hits(position.own) == sum(LENGTHS)
        return Outcome(position.shooter.other, "the whole fleet is sunk") if sunk else None

    def answer(self, position: Position, secret: str) -> str:
        at = CELLS.index(position.shot)
        ship = _ships_by_cell(secret).get(at, range(0))
        if any(position.target[cell] == "." for cell in ship if cell != at):
            return "hit"
        return f"sunk {len(ship)}" if ship else "miss"

    def any_secret(self, position: Position, seed: int) -> str:
        fleet: dict[int, range] = {}
        for length in LENGTHS:
            free = [ship for ship in places(length) if fleet.keys().isdisjoint(ship)]
            seed, choice = divmod(seed, len(free))
            fleet |= dict.fromkeys(free[choice], free[choice])
        return " ".join(f"{CELLS[ship[0]]}-{CELLS[ship[-1]]}" for ship in dict.fromkeys(fleet.values()))

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        last, seas = viewer or Seat.SERVER, []
        for seat in [last] if viewer and position.fleets < 2 else [last.other, last]:
            shots = position.own if seat is position.shooter else position.target
            shot = before.shot if before and before.shooter is not seat else ""
            seas.append(_sea(f"{whose(seat, viewer).capitalize()} sea", shots, secrets.get(seat), shot))
        if position.fleets < 2 or position.shot:
            return Board(seas)
        free = (cell for cell, mark in zip(CELLS, position.target, strict=True) if mark == ".")
        return Board(seas, [Choice(cell, [cell]) for cell in free])

    def tell(self, position: Position, came: str | Revealed | None, viewer: Seat | None) -> str:
        match self.to_act(position):
            case _ if isinstance(came, Revealed):
                return f"{whose(came.seat, viewer).capitalize()} fleet is shown."
            case Secret(seat):
                placed = "have placed your" if seat is viewer else "has placed the"
                return f"{known_as(seat, viewer).capitalize()} {placed} fleet."
            case Answer() if came:
                shot = f"{known_as(position.shooter, viewer).capitalize()} shot at {position.shot}"
                return f"{shot}: {came.replace('sunk', 'a hit, which sank a ship of')}."
        return ""  # a shot is told with its answer


def _sea(title: str, shots: str, fleet: str | None, shot: str) -> Grid:
    """A sea: its fleet, if the viewer may see it, and the shots at it, of which `shot` is the last."""
    ships = _ships_by_cell(fleet) if fleet else {}
    sunk = {cell for at, mark in enumerate(shots) if mark.isdigit() for cell in ships.get(at) or sunk_by(shots, at)}
    cells = []
    for at, (name, mark) in enumerate(zip(CELLS, shots, strict=True)):
        length = len(ships.get(at, ()))
        untouched = Mark(str(length), f"ship of {length}", "□") if length else FREE
        shown = SUNK if at in sunk else {".": untouched, "o": MISS}.get(mark, HIT)
        cells.append(Cell(name, shown, fresh=name == shot, hidden=mark == "." and not fleet))
    return Grid(cells, 10, title, "abcdefghij", [str(row) for row in range(1, 11)], [MISS, HIT, SUNK])


def _hits(waters: str) -> int:
    return sum(mark not in ".o" for mark in waters)


def _can_be(waters: str, at: int) -> bool:
    """Whether the last answer, for cell `at`, can be true, by counts and by where each ship could lie alone."""
    sunk, afloat = [int(mark) for mark in waters if mark.isdigit()], Counter(LENGTHS)
    afloat.subtract(sunk)
    hits_afloat = _hits(waters) - sum(sunk)
    if min(afloat.values()) < 0 or not 0 <= hits_afloat <= sum(length - 1 for length in afloat.elements()):
        return False
    places_afloat = [_afloat(waters, length) for length in +afloat]
    if not all(places_afloat):
        return False
    match waters[at]:
        case "o":
            return True
        case "x":
            return any(at in ship for ships in places_afloat for ship in ships)
    return bool(_sunk(waters, at))


def _afloat(waters: str, length: int) -> list[range]:
    """The places where a ship of this length can lie that is not sunk."""
    marks = ((ship, waters[ship.start : ship.stop : ship.step]) for ship in places(length))
    return [ship for ship, marks in marks if "." in marks and not marks.strip(".x")]


def _sunk(waters: str, at: int) -> list[set[int]]:
    """The places where the ship can lie that the shot at `at` sank."""
    ships = (ship for ship in places(int(waters[at])) if at in ship)
    return [{*ship} for ship in ships if all(cell == at or waters[cell] == "x" for cell in ship)]


def sunk_by(shots: str, at: int) -> set[int]:
    """The cells that certainly belong to the ship that the shot at `at` sank; ships may touch, so others may not."""
    lying = _sunk(shots, at)
    return set.intersection(*lying) if lying else {at}


@cache
def places(length: int) -> list[range]:
    """Every place where a ship of this length can lie on an empty board."""
    starts = [(at, step) for step in (1, 10) for at in range(100) if at // step % 10 + length <= 10]
    return [range(at, at + step * length, step) for at, step in starts]


def _ships_by_cell(text: str) -> dict[int, range]:
    ships = []
    for word in text.split():
        ends = word.split("-")
        if len(ends) != 2 or not set(ends) <= set(CELLS):
            raise InvalidMove(
                f'"{word}" is not on the board. Write a ship as its first and last cell, from a1 to j10, as in a1-e1.'
            )
        first, last = sorted(map(CELLS.index, ends))
        if first // 10 != last // 10 and first % 10 != last % 10:
            raise InvalidMove(f"{word} lies diagonally. A ship lies in a row or in a column.")
        ships.append(range(first, last + 1, 1 if first // 10 == last // 10 else 10))
    if sorted(map(len, ships), reverse=True) != LENGTHS:
        found = " ".join(str(len(ship)) for ship in ships)
        raise InvalidMove(f"These ships are {found} long. The ships of a fleet are 5 4 3 3 2 long.")
    cells = [at for ship in ships for at in ship]
    for at in cells:
        if cells.count(at) > 1:
            raise InvalidMove(f"Two ships overlap at {CELLS[at]}. Place one of them elsewhere.")
    return {at: ship for ship in ships for at in ship}
