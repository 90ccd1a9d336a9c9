"""The greeting: what a client reads in a goodbye that comes in place of a hello."""

import pytest

from chatgame.core.errors import ChatgameError, Diverged, Forgotten, TurnedAway
from chatgame.protocol.hello import refusal
from chatgame.protocol.messages import Bye


@pytest.mark.parametrize(
    ("goodbye", "kind", "words"),
    [
        (Bye("unknown"), Forgotten, "To begin afresh too, use --new"),
        (Bye("taken"), TurnedAway, "The table is taken"),
        (Bye("diverged", "Your journal is old."), Diverged, "Your journal is old."),
        (Bye("diverged"), Diverged, "your journal and its own differ"),
        (Bye("mood", "not today"), TurnedAway, r"turned us away \(mood\): not today"),
    ],
)
def test_goodbye_says_why_there_is_no_seat(goodbye: Bye, kind: type[ChatgameError], words: str) -> None:
    with pytest.raises(kind, match=words):
        raise refusal(goodbye)
