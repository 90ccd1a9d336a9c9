"""Offers: what the seat that is to move may ask of the other, who accepts or declines.

    draw    to end the game as a draw, where the rules know draws; where they allow a claim, it needs no answer
    undo    to take the asker's last move back, with all that came after it

What was hidden, answered or rolled is never taken back, and no move before it: nobody can forget what they have seen.
"""

from typing import Any, NamedTuple

from chatgame.core.errors import InvalidMove
from chatgame.core.seats import Seat

DRAW, UNDO = OFFERS = "draw", "undo"

ACCEPT, DECLINE = RESPONSES = "accept", "decline"

_MEANT = {ACCEPT: ACCEPT, "yes": ACCEPT, "y": ACCEPT, DECLINE: DECLINE, "no": DECLINE, "n": DECLINE}


class Past(NamedTuple):
    """What a match goes back to when a move is taken back: who made it, and what there was before it."""

    seat: Seat
    position: Any
    came: Any
    before: Any


def read_response(text: str) -> str:
    """The response that a player means by `text`.

    Raises:
        InvalidMove: it is not a response.
    """
    response = _MEANT.get(text.strip().lower())
    if not response:
        raise InvalidMove(f'"{text}" does not answer the offer. Type {ACCEPT} or {DECLINE}.')
    return response
