"""Nim, a whole plugin: three heaps, and the player who takes the last stone wins.

See https://en.wikipedia.org/wiki/Nim.

A package that names this class in its pyproject.toml makes it a game of chatgame:

    [project.entry-points."chatgame.games"]
    nim = "nim:Nim"
"""

from typing import NamedTuple

from chatgame import Board, Cell, Grid, IllegalMove, InvalidMove, Mark, Outcome, Rules, Seat, Secrets


class Position(NamedTuple):
    """The stones in each heap, and the seat that takes next."""

    heaps: tuple[int, ...]
    mover: Seat


class Nim(Rules[Position, str]):
    """A move is a heap and how many stones to take from it, as in `2 3`."""

    name = "nim"
    title = "nim"
    about = "Take as many stones as you like from one of the three heaps. The player who takes the last one wins."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position((3, 4, 5), inviter.other)

    def to_act(self, position: Position) -> Seat:
        return position.mover

    def asks(self, position: Position, seat: Seat) -> str:
        return f"a heap and how many stones to take from it, as in {self.legal_moves(position)[-1]}"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        move = " ".join(text.split())
        if move not in self.legal_moves(self.start(seat, "")):
            raise InvalidMove(f"Type {self.asks(position, seat)}.")
        if move not in self.legal_moves(position):
            raise IllegalMove(f"Heap {move[0]} does not have so many stones left.")
        return move

    def legal_moves(self, position: Position) -> list[str]:
        return [f"{heap} {n + 1}" for heap, stones in enumerate(position.heaps, 1) for n in range(stones)]

    def apply(self, position: Position, move: str) -> Position:
        heap, taken = map(int, move.split())
        return Position(tuple(n - taken * (i == heap) for i, n in enumerate(position.heaps, 1)), position.mover.other)

    def outcome(self, position: Position) -> Outcome | None:
        return None if any(position.heaps) else Outcome(position.mover.other, "the last stone is taken")

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        cells = [
            Cell(f"{heap} {n}", Mark("o", "stone") if n <= stones else Mark(" "))
            for heap, stones in enumerate(position.heaps, 1)
            for n in range(1, 6)
        ]
        return Board([Grid(cells, 5, down="123", spoken=f"Stones in each heap: {str(position.heaps)[1:-1]}.")])
