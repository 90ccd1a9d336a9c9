"""What people are told of offers."""

from collections.abc import Sequence

import pytest

from chatgame.core.board import Board
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.players.person.narration import Showable, narrate, recalled, typed
from tests.kit.boards import words
from tests.kit.logs import steps_of

CLIENT, SERVER = Seat

MOVED = ("play tictactoe", "move 5", "move 1")


def lines(shown: Sequence[Showable]) -> list[str]:
    """What is told, but boards."""
    return [line for line in shown if not isinstance(line, Board)]


@pytest.mark.parametrize(
    ("turns", "asker", "responder"),
    [
        (
            ["offer draw"],
            ["You offered a draw.", "Waiting for the client..."],
            ["The server offers a draw. Type /accept or /decline."],
        ),
        (
            ["offer draw", "respond decline"],
            ["The client declined the draw.", "Your move: the number of a free cell."],
            ["You declined the draw.", "Waiting for the server..."],
        ),
        (
            ["offer draw", "respond accept"],
            [
                *("The client accepted the draw.", "Game over, a draw: both agreed."),
                *("Score: you 0, the client 0, 1 drawn.", "Back to chat, your turn."),
            ],
            [
                *("You accepted the draw.", "Game over, a draw: both agreed."),
                *("Score: you 0, the server 0, 1 drawn.", "Back to chat, the server writes next."),
            ],
        ),
        (
            ["offer undo"],
            ["You asked to take back your last move.", "Waiting for the client..."],
            ["The server asks to take back their last move. Type /accept or /decline."],
        ),
        (
            ["offer undo", "respond decline"],
            ["The client declined: your last move stands.", "Your move: the number of a free cell."],
            ["You declined: the server's last move stands.", "Waiting for the server..."],
        ),
        (
            ["offer undo", "respond accept"],
            ["The client agreed: your last move is taken back.", "Your move: the number of a free cell."],
            ["You agreed: the server's last move is taken back.", "Waiting for the server..."],
        ),
    ],
)
def test_both_are_told_what_was_offered_and_what_became_of_it(
    turns: list[str], asker: list[str], responder: list[str]
) -> None:
    """In the words of one who was there."""
    last = steps_of(*MOVED, *turns)[-1]
    assert lines(narrate(last, SERVER)) == asker
    assert lines(narrate(last, CLIENT)) == responder


@pytest.mark.parametrize("turn", ["offer draw", "offer undo"])
def test_offer_waits_for_who_comes_back(turn: str) -> None:
    """However much was said since."""
    made = steps_of(*MOVED, turn, *["say so?"] * 12)[-10:]
    assert str(recalled(made, CLIENT)[-1]).endswith("Type /accept or /decline.")
    assert recalled(made, SERVER)[-1] == "Waiting for the client..."


def test_offers_and_responses_are_recalled_as_they_were_typed() -> None:
    """By those who typed them."""
    offer, response = steps_of(*MOVED, "offer undo", "respond accept")[-2:]
    assert [typed(step, seat) for step in (offer, response) for seat in Seat] == [None, "/undo", "/accept", None]


def test_board_is_told_whole_when_a_move_was_taken_back() -> None:
    """What is new in it is not all that has changed."""
    made = steps_of("play reversi", "move d3", "move c3", "offer undo", "respond accept")
    (board,) = (line for line in narrate(made[-1], SERVER) if isinstance(line, Board))
    assert words(board) == words(BUILT_IN["reversi"].board(BUILT_IN["reversi"].start(CLIENT, ""), SERVER, {}, None))


def test_draw_that_is_claimed_is_told_to_both() -> None:
    """Nobody is asked."""
    knights = ("move g1f3", "move g8f6", "move f3g1", "move f6g8") * 2
    *_, claimed = steps_of("play chess", *knights, "offer draw")
    over = ["Game over, a draw: threefold repetition."]
    assert lines(narrate(claimed, SERVER))[:2] == ["You claimed a draw.", *over]
    assert lines(narrate(claimed, CLIENT))[:2] == ["The server claimed a draw.", *over]
