"""Rock, paper, scissors, by its rules."""

import pytest
from msgspec import json

from chatgame.core.errors import InvalidMove, Refused
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Both, Choices, Outcome
from chatgame.core.seats import Seat
from chatgame.games.rps import RockPaperScissors
from tests.games.playing import Lie, play
from tests.kit.boards import seen, spoken

RULES = RockPaperScissors()
START = RULES.start(Seat.CLIENT, "")


@pytest.mark.parametrize(
    ("server", "client", "winner", "reason"),
    [
        ("rock", "scissors", Seat.SERVER, "rock beats scissors"),
        ("scissors", "paper", Seat.SERVER, "scissors beats paper"),
        ("paper", "rock", Seat.SERVER, "paper beats rock"),
        ("scissors", "rock", Seat.CLIENT, "rock beats scissors"),
        ("paper", "scissors", Seat.CLIENT, "scissors beats paper"),
        ("rock", "paper", Seat.CLIENT, "paper beats rock"),
    ],
)
def test_one_round_decides(server: str, client: str, winner: Seat, reason: str) -> None:
    """It does where no options say otherwise; the invited server commits first."""
    assert play(RULES, server, client).outcome == Outcome(winner, reason)


@pytest.mark.parametrize("choice", ["rock", "paper", "scissors"])
def test_drawn_round_is_played_again(choice: str) -> None:
    """It is, as often as it is drawn, and counts for nobody."""
    assert play(RULES, *[choice] * 10).outcome is None
    assert play(RULES, *[choice] * 10, "r", "p").outcome == Outcome(Seat.CLIENT, "paper beats rock")
    assert play(RULES, *[choice] * 10, "r", "p", options="3").position[:3] == (3, 1, 0)


def test_more_than_half_of_the_rounds_win() -> None:
    """Two of three win, whatever comes between."""
    assert play(RULES, *"rp", options="3").outcome is None
    assert play(RULES, *"rprp", options="3").outcome == Outcome(Seat.CLIENT, "paper beats rock")
    assert play(RULES, *"rppr", options="3").outcome is None
    assert play(RULES, *"rpprrrsp", options="3").outcome == Outcome(Seat.SERVER, "scissors beats paper")
    assert play(RULES, *"rp" * 49, options="99").outcome is None
    assert play(RULES, *"rp" * 50, options="99").outcome == Outcome(Seat.CLIENT, "paper beats rock")


@pytest.mark.parametrize("options", ["0", "2", "-1", "101", "+3", "03", "3 ", "3.0", "1_1", "²", "٣", "three"])
def test_number_of_rounds_that_is_not_odd_is_refused(options: str) -> None:
    """The sentence says what would do."""
    with pytest.raises(
        Refused, match=r'is not an odd number from 1 to 99. For the best of three, type "play rps 3"\.$'
    ):
        RULES.start(Seat.CLIENT, options)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("rock", "rock"),
        ("R", "rock"),
        ("p", "paper"),
        ("Paper", "paper"),
        ("S", "scissors"),
        ("SCISSORS", "scissors"),
    ],
)
def test_choice_is_a_word_or_its_letter(text: str, choice: str) -> None:
    """Either may be typed in any case; what travels is the word."""
    assert RULES.parse(START, Seat.CLIENT, text) == choice


@pytest.mark.parametrize("text", ["", "ro", "stone", "rock ", "\u017f", "\u017fcissors", "1"])
def test_text_that_is_not_a_choice_is_refused(text: str) -> None:
    """The sentence names the choices."""
    with pytest.raises(InvalidMove, match=r"is not a choice. Choose rock, paper or scissors; r, p or s will do\.$"):
        RULES.parse(START, Seat.CLIENT, text)


@pytest.mark.parametrize(("hidden", "words"), [("lizard", "is not a choice"), ("r", "in another notation")])
def test_revealed_value_that_is_not_a_choice_is_refused(hidden: str, words: str) -> None:
    """It is refused at once, since a choice does not stay hidden."""
    with pytest.raises(Refused, match=words):
        play(RULES, Lie(hidden), "rock")


def test_both_always_choose() -> None:
    """They are asked the same."""
    assert RULES.to_act(START) == Both()
    assert RULES.asks(START, Seat.CLIENT) == "rock, paper or scissors"


def test_position_is_written_as_json() -> None:
    assert json.encode(START) == b"[1,0,0,null]"
    assert json.encode(RULES.apply(START, Choices("paper", "rock"))) == b'[1,1,0,["paper","rock"]]'


def test_board_is_the_score() -> None:
    """It is shown where more than one round counts, drawn and told alike."""
    assert seen(play(RULES), Seat.CLIENT) == spoken(play(RULES), Seat.CLIENT) == ["One round decides."]
    match = play(RULES, *"rp", options="3")
    assert seen(match, None) == ["Best of 3 rounds: the client 1, the server 0."]
    assert seen(match, Seat.SERVER) == ["Best of 3 rounds: the client 1, you 0."]


def test_three_choices_are_listed() -> None:
    """Only the player who is asked sees them."""
    match = play(RULES)
    assert [choice.text for choice in Perspective(match, Seat.SERVER).board().choices] == [
        "rock",
        "paper",
        "scissors",
    ]
    assert Perspective(match, Seat.CLIENT).board().choices == []


@pytest.mark.parametrize(
    ("viewer", "told"),
    [
        (Seat.CLIENT, "You chose paper, the server rock."),
        (Seat.SERVER, "You chose rock, the client paper."),
        (None, "The client chose paper, the server rock."),
    ],
)
def test_round_in_words(viewer: Seat | None, told: str) -> None:
    """One's own choice is told first."""
    assert RULES.tell(START, Choices("paper", "rock"), viewer) == told
    assert RULES.tell(START, Choices("rock", "rock"), viewer) == "A draw: both chose rock. Again."
