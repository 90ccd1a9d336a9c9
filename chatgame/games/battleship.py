"""Battleship: both hide five ships on 10 by 10 cells and shoot in turn; who hits all 17 cells of the other's wins.

Ships may touch; a hit gives no second shot; the hundredth shot wins too, for it can miss only by a false answer.
Rules: https://en.wikipedia.org/wiki/Battleship_(game)
"""

from typing import NamedTuple

from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Answer, Outcome, Rules, Secret, known_as
from chatgame.core.seats import Seat

CELLS = tuple(f"{column}{row}" for row in range(1, 11) for column in "abcdefghij")
LENGTHS = [5, 4, 3, 3, 2]
SUNK = str.maketrans("2345", "####")
ANSWERS = {"miss": "o", "hit": "x", "sunk 2": "2", "sunk 3": "3", "sunk 4": "4", "sunk 5": "5"}


class Position(NamedTuple):
    """Who shoots, how many fleets are placed, that seat's waters and the other's, and the shot made.

    Waters are 100 marks, row by row: `.` untouched, `o` a miss, `x` a hit, a digit the hit that sank a ship so long.
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
    about = "Hide five ships, then shoot in turn. Who first hits all 17 cells of the other's ships wins."

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
            return _notation(_ships_by_cell(text.lower()))
        if position.shot and text not in ANSWERS:
            raise InvalidMove(f'"{text}" is none of the answers {", ".join(ANSWERS)}.')
        if position.shot:
            return text
        if text.lower() not in CELLS:
            raise InvalidMove(f'"{text}" is not on the board; its cells are a1 to j10.')
        if position.target[CELLS.index(text.lower())] != ".":
            raise IllegalMove(f"{text.lower()} was shot at before; choose a cell that shows a dot.")
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
        hits = sum(mark not in ".o" for mark in position.own)
        over = hits == sum(LENGTHS) or "." not in position.own
        return Outcome(position.shooter.other, "the whole fleet is sunk") if over else None

    def answer(self, position: Position, secret: str) -> str:
        at = CELLS.index(position.shot)
        ship = _ships_by_cell(secret).get(at, range(0))
        if any(position.target[cell] == "." for cell in ship if cell != at):
            return "hit"
        return f"sunk {len(ship)}" if ship else "miss"

    def any_secret(self, position: Position, seed: int) -> str:
        fleet: dict[int, range] = {}
        for length in LENGTHS:
            ships = [range(a, a + s * length, s) for s in (1, 10) for a in range(100) if a // s % 10 + length <= 10]
            free = [ship for ship in ships if fleet.keys().isdisjoint(ship)]
            seed, choice = divmod(seed, len(free))
            fleet |= dict.fromkeys(free[choice], free[choice])
        return _notation(fleet)

    def render(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        right = viewer or Seat.SERVER
        seas = [sea.translate(SUNK) for sea in (position.own, position.target)]
        own, theirs = seas if right is position.shooter else reversed(seas)
        ships = {at: str(len(ship)) for at, ship in _ships_by_cell(secret).items()} if secret else {}
        own = "".join(mark.replace(".", ships.get(at, ".")) for at, mark in enumerate(own))
        rows = ("\t".join(f"{n + 1:>2} {' '.join(sea[10 * n :][:10])}" for sea in (theirs, own)) for n in range(10))
        names = f"   {known_as(right.other, viewer)}\t   {known_as(right, viewer)}"
        head = "\t".join(["   a b c d e f g h i j"] * 2)
        return "\n".join([names, head, *rows, "o miss, x hit, # sunk"])

    def describe(self, position: Position, viewer: Seat | None, secret: str | None) -> str:
        seas = {position.shooter: position.own, position.shooter.other: position.target}
        last = viewer or Seat.SERVER
        lines = [f"Shots at {known_as(seat, viewer)}: {_shots(seas[seat])}." for seat in (last.other, last)]
        return "\n".join([*lines, f"Your ships: {secret.replace(' ', ', ')}."] if secret else lines)

    def tell(self, position: Position, move: str) -> str:
        return f"{position.shot}: {_spoken(move)}." if position.shot else f"Shot at {move}."


def _shots(sea: str) -> str:
    """Where they were, by what came of them."""
    found = {answer: [CELLS[at] for at in range(100) if sea[at] == mark] for answer, mark in ANSWERS.items()}
    return "; ".join(f"{_spoken(answer)} at {', '.join(cells)}" for answer, cells in found.items() if cells) or "none"


def _spoken(answer: str) -> str:
    return answer.replace("sunk", "sank a ship of")


def _ships_by_cell(text: str) -> dict[int, range]:
    ships = []
    for word in text.split():
        ends = word.split("-")
        if len(ends) != 2 or not set(ends) <= set(CELLS):
            raise InvalidMove(f'"{word}" is not on the board: a ship is two of the cells a1 to j10, as in a1-e1.')
        first, last = sorted(map(CELLS.index, ends))
        if first // 10 != last // 10 and first % 10 != last % 10:
            raise InvalidMove(f"{word} lies diagonally; a ship lies in a row or in a column.")
        ships.append(range(first, last + 1, 1 if first // 10 == last // 10 else 10))
    if sorted(map(len, ships), reverse=True) != LENGTHS:
        raise InvalidMove(f"These ships are {' '.join(str(len(ship)) for ship in ships)} long, a fleet's 5 4 3 3 2.")
    cells = [at for ship in ships for at in ship]
    for at in cells:
        if cells.count(at) > 1:
            raise InvalidMove(f"Two ships overlap at {CELLS[at]}; place one of them elsewhere.")
    return {at: ship for ship in ships for at in ship}


def _notation(fleet: dict[int, range]) -> str:
    ships = sorted(set(fleet.values()), key=lambda ship: (-len(ship), ship[0]))
    return " ".join(f"{CELLS[ship[0]]}-{CELLS[ship[-1]]}" for ship in ships)
