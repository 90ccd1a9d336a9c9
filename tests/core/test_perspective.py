"""What is seen of a match, and heard."""

import pytest

from chatgame.core.board import FREE, Board, Cell, Choice, Grid
from chatgame.core.commitments import Place, commitment
from chatgame.core.errors import RulesFailed
from chatgame.core.match import Match
from chatgame.core.perspective import Perspective
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from tests.kit.acts import INVITED, INVITER, Acts, Playing, Position
from tests.kit.logs import SESSION, opening


def test_board_shows_what_the_last_turn_has_done() -> None:
    """It shows this also long after: rules get the position before."""
    playing = Playing("move move move").write(Kind.MOVE, "a").write(Kind.MOVE, "b")
    assert Perspective(playing.match).board().parts[:2] == ["a b", "New: b"]
    assert Perspective(Playing("move").match).board().parts[:2] == ["", "New: "]


def test_board_shows_ones_own_secret_and_all_when_the_match_is_over() -> None:
    """When it is over, everybody sees everything."""
    playing = Playing("secret rival move").commit(opening("tea")).commit(opening("pot"))
    assert Perspective(playing.match, INVITED, "pot").board().parts[2] == "Secrets: pot"
    assert Perspective(playing.match).board().parts[2] == "Secrets: "
    playing.write(Kind.RESIGN).write(Kind.REVEAL, str(opening("tea"))).write(Kind.REVEAL, str(opening("pot")))
    assert playing.match.outcome
    assert Perspective(playing.match).board().parts[2] == "Secrets: tea pot"


def test_board_shows_no_secret_that_is_not_allowed() -> None:
    """Rules could fail over it; they get one from which a false answer was given."""
    for hidden, shown in (("Tea", ""), ("t34", ""), ("tea", "tea")):
        playing = Playing("secret answer").commit(opening(hidden)).write(Kind.ANSWER, "false")
        playing.write(Kind.REVEAL, str(opening(hidden)))
        assert playing.match.outcome
        assert "cheated" in playing.match.outcome.reason
        assert Perspective(playing.match).board().parts[2] == f"Secrets: {shown}"


def test_board_lists_the_legal_moves_of_the_seat_that_is_asked() -> None:
    """This is for rules that list no choices; a choice with the name of a cell touches it."""

    class Listing(Acts):
        """One cell, and two moves."""

        def legal_moves(self, position: Position) -> list[str]:
            return ["cell", "other"]

        def board(self, *arguments: object) -> Board:
            return Board([Grid([Cell("cell", FREE)], 1)])

    match = Match.open(Listing(), SESSION, 0, INVITER, "move both")
    assert Perspective(match, INVITED).board().choices == [Choice("cell", ["cell"]), Choice("other", [])]
    assert Perspective(match, INVITER).board().choices == Perspective(match).board().choices == []
    both = match.after(INVITED, Kind.MOVE, "cell")
    assert Perspective(both, INVITED).board().choices == []
    assert Perspective(Playing("move").match, INVITED).board().choices == []


def test_board_that_fails_is_refused() -> None:
    """It does not even cost the game."""

    class Blind(Acts):
        """Can neither draw nor ask."""

        def board(self, *arguments: object) -> Board:
            raise KeyError("eye")

        def asks(self, position: Position, seat: Seat) -> str:
            raise KeyError("voice")

        def tell(self, position: Position, came: object, viewer: Seat | None) -> str | None:
            raise KeyError("tongue")

    match = Match.open(Blind(), SESSION, 0, INVITER, "move move")
    with pytest.raises(RulesFailed, match=r"The rules of acts failed \(KeyError: 'eye'\)"):
        Perspective(match).board()
    assert "The rules of acts failed (KeyError: 'voice')" in match.asks(INVITED)
    told = Perspective(match.after(INVITED, Kind.MOVE, "a")).told(match)
    assert told == "The rules of acts failed (KeyError: 'tongue')."


@pytest.mark.parametrize(
    "wrong",
    [None, "text", Board(None), Board([5]), Board([Grid([1], 1)])],  # type: ignore[arg-type, list-item]
)
def test_board_that_is_not_a_board_is_refused(wrong: Board) -> None:
    """An author may forget to return it, and a screen would stumble over it."""

    class Silent(Acts):
        """Returns what it should not."""

        def board(self, *arguments: object) -> Board:
            return wrong

        def asks(self, position: Position, seat: Seat) -> str:
            return None  # type: ignore[return-value]

        def tell(self, position: Position, came: object, viewer: Seat | None) -> str | None:
            return 5  # type: ignore[return-value]

    match = Match.open(Silent(), SESSION, 0, INVITER, "move move")
    with pytest.raises(
        RulesFailed, match=r"The rules of acts failed \((ValidationError: Expected|.* is not a Board)"
    ):
        Perspective(match).board()
    assert match.asks(INVITED) == "The rules of acts failed (TypeError: None is not a text)"
    assert (
        Perspective(match.after(INVITED, Kind.MOVE, "a")).told(match)
        == "The rules of acts failed (TypeError: 5 is not a text)."
    )


def test_what_has_come_is_told_by_the_rules() -> None:
    """They tell moves, choices, numbers, answers and secrets, and nothing while a program goes on."""

    class Telling(Acts):
        """Tells all that it gets."""

        def tell(self, position: Position, came: object, viewer: Seat | None) -> str | None:
            return f"{came} after {len(position.happened)} for {viewer}"

    playing, told = Playing("secret move chance answer"), list[str | None]()
    playing.match = Match.open(Telling(), SESSION, 0, INVITER, "secret move chance answer")

    def write(kind: Kind, text: str) -> None:
        before = playing.match
        told.append(Perspective(playing.write(kind, text).match, INVITED).told(before))

    write(Kind.COMMIT, commitment(Place(SESSION, 0, 0, INVITER), opening("tea")))
    write(Kind.MOVE, "a")
    write(Kind.COMMIT, commitment(Place(SESSION, 0, 2, INVITED), opening("2")))
    write(Kind.CONTRIBUTE, "3")
    write(Kind.REVEAL, str(opening("2")))
    write(Kind.ANSWER, "aet")
    write(Kind.REVEAL, str(opening("tea")))
    assert told == [
        "None after 0 for server",
        "a after 1 for server",
        None,
        None,
        "5 after 2 for server",
        "aet after 3 for server",
        "Revealed(seat=<Seat.CLIENT: 'client'>, secret='tea') after 4 for server",
    ]


def test_choices_are_shown_only_to_a_player_who_is_asked() -> None:
    """To reveal is for the program, though the rules still list the choices."""

    class Listing(Acts):
        def board(self, *_: object) -> Board:
            return Board([], choices=[Choice("two")])

    playing = Playing("both")
    playing.match = Match.open(Listing(), SESSION, 0, INVITER, "both")
    assert [len(Perspective(playing.match, seat).board().choices) for seat in (INVITED, INVITER)] == [1, 0]
    playing.commit(opening("one")).commit(opening("two", 2))
    assert playing.waits_for == (INVITED, Kind.REVEAL, False)
    assert [len(Perspective(playing.match, seat).board().choices) for seat in (INVITED, INVITER)] == [0, 0]
