"""One turn of the log: all that either side ever does to it."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from chatgame.core.limits import MAX_COUNT, MAX_TEXT
from chatgame.core.seats import Seat

Digest = Annotated[str, Meta(min_length=64, max_length=64)]
"""Not held to a pattern, which takes a tenth of all that a turn takes: any but the right one is refused anyway."""
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]


class Kind(StrEnum):
    """What a turn does."""

    SAY = "say"
    PLAY = "play"
    MOVE = "move"
    COMMIT = "commit"
    CONTRIBUTE = "contribute"
    REVEAL = "reveal"
    ANSWER = "answer"
    SHUFFLE = "shuffle"
    SHARE = "share"
    OFFER = "offer"
    RESPOND = "respond"
    RESIGN = "resign"
    WATCH = "watch"
    QUIT = "quit"


class Turn(Struct, frozen=True, tag="turn", tag_field="type", forbid_unknown_fields=True, gc=False):
    """One turn of the log.

    Attributes:
        number: its place in the log, from 0.
        seat: who wrote it.
        kind: what it does.
        text: what was said, the game to play with its options, the move or the answer in the game's notation, the
            commitment, what opens it, a number contributed, locked cards, what is offered, or whether that is
            accepted, whether people may watch; empty where the kind says all.
        digest: 32 bytes in hexadecimal, chained over this turn, all before it and the position after it.
    """

    number: Count
    seat: Seat
    kind: Kind
    text: Annotated[str, Meta(max_length=MAX_TEXT)]
    digest: Digest
