"""Crazy eights: what a player is asked for; `tests.session.test_cards` plays whole games."""

import pytest

from chatgame.core.seats import Seat
from chatgame.games.eights import Eights, Position


@pytest.mark.parametrize(
    ("top", "suit", "asked"),
    [
        ("Qd", "d", "diamonds, a queen, an eight as in 8h spades, or draw"),
        ("As", "s", "spades, an ace, an eight as in 8h spades, or draw"),
        ("8c", "h", "hearts, an eight as in 8h spades, or draw"),
    ],
)
def test_eight_is_asked_for_once(top: str, suit: str, asked: str) -> None:
    """Also where one lies on the pile."""
    assert Eights().asks(Position(Seat.CLIENT, "play", 7, 7, 37, (top,), suit), Seat.CLIENT) == asked
