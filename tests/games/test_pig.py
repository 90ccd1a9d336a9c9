"""Pig, by its rules."""

import pytest
from msgspec import json

from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.match import Match
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Chance, Outcome
from chatgame.core.seats import Seat
from chatgame.games.pig import Pig, Position
from tests.games.playing import play
from tests.kit.boards import seen, spoken

RULES = Pig()
START = RULES.start(Seat.CLIENT, "")
LOST = RULES.apply(RULES.apply(START, "roll"), 0)


def played(*turns: str, inviter: Seat = Seat.CLIENT) -> Match:
    """The match after turns, each of dice that come and perhaps an "h" to hold, as in "625h"."""
    lines: list[str] = []
    for turn in turns:
        for step in turn:
            lines += ["hold"] if step == "h" else ["roll", str(int(step) - 1)]
    return play(RULES, *lines, inviter=inviter)


@pytest.mark.parametrize("inviter", Seat)
def test_invited_seat_rolls_first(inviter: Seat) -> None:
    """It goes on until it holds."""
    assert RULES.to_act(RULES.start(inviter, "")) is inviter.other
    assert RULES.to_act(played("66", inviter=inviter).position) is inviter.other
    assert RULES.to_act(played("66h", inviter=inviter).position) is inviter


def test_die_is_drawn_after_a_roll() -> None:
    """Chance draws one of six numbers, the least of which is a 1."""
    rolling = RULES.apply(START, "roll")
    assert RULES.to_act(rolling) == Chance(6)
    assert [RULES.apply(rolling, drawn).die for drawn in range(6)] == ["1", "2", "3", "4", "5", "6"]


def test_held_points_stay() -> None:
    """Those of the turn are added, and the other's turn begins with none."""
    assert played("625h").position == Position(Seat.CLIENT, 0, 13, 0, "5")
    assert played("625h", "4h", "3h").position == Position(Seat.CLIENT, 4, 16, 0, "3")


def test_throw_of_one_loses_the_turn_and_its_points() -> None:
    """Points that were held before are not lost."""
    assert played("625h", "4h", "6661").position == Position(Seat.CLIENT, 4, 13, 0, "1")


@pytest.mark.parametrize("inviter", Seat)
def test_first_to_have_a_hundred_wins(inviter: Seat) -> None:
    """The points of the turn count, and need not be held."""
    assert played("5" * 19, inviter=inviter).outcome is None
    assert played("5" * 20, inviter=inviter).outcome == Outcome(inviter.other, "100 points")
    assert played("5" * 19 + "1", "6" * 17, inviter=inviter).outcome == Outcome(inviter, "102 points")
    assert played("3" * 33 + "h", "6" * 16 + "h", "2", inviter=inviter).outcome == Outcome(
        inviter.other, "101 points"
    )


def test_there_is_nothing_to_hold_before_the_first_roll() -> None:
    """A turn begins with a roll."""
    assert RULES.legal_moves(START) == ["roll"]
    assert RULES.asks(START, Seat.SERVER) == "roll"
    with pytest.raises(IllegalMove, match=r"You have no points to hold in this turn yet. Roll first\.$"):
        RULES.parse(START, Seat.SERVER, "hold")
    rolled = played("6").position
    assert RULES.legal_moves(rolled) == ["roll", "hold"]
    assert RULES.asks(rolled, Seat.SERVER) == "roll or hold"


@pytest.mark.parametrize(
    ("text", "move"), [("roll", "roll"), ("R", "roll"), ("hold", "hold"), ("h", "hold"), ("HOLD", "hold")]
)
def test_move_is_a_word_or_its_letter(text: str, move: str) -> None:
    """Either may be typed in any case; what travels is the word."""
    assert RULES.parse(played("6").position, Seat.SERVER, text) == move


@pytest.mark.parametrize("text", ["", "rol", "roll ", "6", "pass"])
def test_text_that_is_not_a_move_is_refused(text: str) -> None:
    """The sentence names the moves."""
    with pytest.raises(InvalidMove, match=r"is not a move. Choose roll or hold; r or h will do\.$"):
        RULES.parse(START, Seat.SERVER, text)


def test_options_are_refused() -> None:
    with pytest.raises(Refused, match='pig has no options: type "play pig" alone'):
        RULES.start(Seat.CLIENT, "50")


def test_position_is_written_as_json() -> None:
    assert json.encode(START) == b'["server",0,0,0,"-"]'
    assert json.encode(played("625h", "4").position) == b'["client",0,13,4,"4"]'


def test_board_is_the_score() -> None:
    """It shows what each holds and the points of the turn, drawn and told alike."""
    match = played("625h", "46")
    assert seen(match, Seat.CLIENT) == ["Points held: you 0, the server 13.", "Your turn: 10 points so far."]
    assert spoken(match, None) == [
        "Points held: the client 0, the server 13.",
        "The client's turn: 10 points so far.",
    ]


def test_choices_are_roll_and_hold() -> None:
    """There is only the roll where there is nothing to hold."""
    for match, choices in ((played("1"), ["roll"]), (played("1", "6"), ["roll", "hold"])):
        assert match.duty
        assert [choice.text for choice in Perspective(match, match.duty.seat).board().choices] == choices


@pytest.mark.parametrize(
    ("came", "told"),
    [
        ("roll", ""),  # the die follows at once
        (2, "You rolled a 3."),
        (0, "You rolled a 1: the points of this turn are lost."),
        ("hold", "You held 6 points."),
    ],
)
def test_turn_in_words(came: str | int, told: str) -> None:
    """A roll and its die are told once."""
    position = START._replace(points=6)
    assert RULES.tell(position, came, Seat.SERVER) == told
    assert RULES.tell(position, came, Seat.CLIENT) == told.replace("You", "The server")
