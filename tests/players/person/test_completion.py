"""What a line that has been begun can become."""

import pytest

from chatgame.core.seats import Seat
from chatgame.players.person.answers import usable
from chatgame.players.person.completion import completed, completions
from tests.kit.logs import table_after


@pytest.mark.parametrize(
    "turns",
    [
        (),
        ("say Hello",),
        ("watch ask",),
        ("watch ask", "watch accept"),
        ("play tictactoe",),
        ("play tictactoe", "move 5"),
        ("play tictactoe", "move 5", "offer draw"),
    ],
)
@pytest.mark.parametrize("seat", Seat)
def test_slash_offers_what_help_lists(turns: tuple[str, ...], seat: Seat) -> None:
    """Each command once, and none that has nothing to do now."""
    table = table_after(*turns)
    listed = {command.removesuffix(" TEXT") for command in usable(table, seat) if command.startswith("/")}
    found = completions("/", table, seat, None)
    assert sorted(found) == sorted(listed - {"//TEXT"})


def test_response_to_an_offer_is_offered_only_where_there_is_one() -> None:
    assert completions("/acc", table_after("play tictactoe", "move 5"), Seat.CLIENT, None) == []
    offered = table_after("play tictactoe", "move 5", "offer draw")
    assert completions("/acc", offered, Seat.SERVER, None) == ["/accept"]


def test_line_is_completed_as_far_as_it_is_certain() -> None:
    """Text follows nothing but /say."""
    assert completed("/s", ["/score", "/say"]) == "/s"
    assert completed("/sa", ["/say"]) == "/say "
    assert completed("PLAY C", ["play connect4", "play chess"]) == "play c"
    assert completed("x", []) == "x"
