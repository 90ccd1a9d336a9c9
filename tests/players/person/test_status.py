"""The line below the one that is edited."""

import pytest

from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.players.person.status import status
from tests.kit.logs import EMPTY


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, "[With the server | your turn since 15:01 | tic-tac-toe]"),
        (50, "[With the server | your turn since 15:01]"),
        (41, "[With the server | your turn]"),
        (20, "[your turn]"),
        (5, ""),
    ],
)
def test_whose_turn_it_is_stays_longest_where_it_is_narrow(width: int, line: str) -> None:
    _, table = EMPTY.write(Seat.CLIENT, Kind.PLAY, "tictactoe")
    _, table = table.write(Seat.SERVER, Kind.MOVE, "5")
    assert status(table, Seat.CLIENT, {}, "15:01", 0, width) == line
