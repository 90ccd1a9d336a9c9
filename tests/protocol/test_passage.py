"""What watchers are shown of a log."""

import pytest

from chatgame.core.errors import Diverged
from chatgame.core.limits import MAX_BEHIND, MAX_SHOWN
from chatgame.core.turn import Turn
from chatgame.protocol.frames import FrameReader
from chatgame.protocol.messages import PROTOCOL, Watch, decode
from chatgame.protocol.passage import Passage, Spot
from tests.kit.logs import SESSION, steps_of, table_after

AGREED = table_after("watch ask", "watch accept")
NEW = Watch(PROTOCOL)


def passage(*turns: str) -> Passage:
    """A passage with these turns."""
    made = Passage(AGREED)
    for step in steps_of(*turns, table=AGREED):
        made.add(step)
    return made


def shown(made: Passage, spot: Spot) -> list[str]:
    """The texts of all turns that follow."""
    texts: list[str] = []
    while True:
        frames, spot = made.after(spot)
        if not frames:
            return texts
        reader = FrameReader()
        reader.feed(b"".join(frames))
        while (payload := reader.next_payload()) is not None:
            turn = decode(payload)
            assert isinstance(turn, Turn)
            texts.append(turn.text)


def test_newcomer_begins_at_the_last_turn_in_chat() -> None:
    made = passage("say a", "say b")
    view, spot = made.admit(NEW, "Ben", "Anna")
    assert view.start
    assert (view.session, view.turns, view.client, view.server) == (SESSION, 4, "Ben", "Anna")
    assert (view.start.number, view.start.digest, view.start.seat) == (4, made.table.digest, made.table.token)
    assert shown(made, spot) == []


def test_newcomer_begins_before_the_game_that_is_on() -> None:
    made = passage("say a", "play tictactoe", "move 5", "say well")
    view, spot = made.admit(NEW, "", "")
    assert view.start
    assert (view.start.number, view.turns) == (3, 6)
    assert shown(made, spot) == ["tictactoe", "5", "well"]


def test_score_and_matches_are_those_before_the_game() -> None:
    view, _ = passage("play tictactoe", "resign", "play tictactoe", "move 5").admit(NEW, "", "")
    assert view.start
    assert (view.start.matches, view.start.score) == (1, (1, 0, 0))


@pytest.mark.parametrize("known", range(4))
def test_who_was_there_before_gets_what_is_missing(known: int) -> None:
    made, whole = passage("say a", "play tictactoe", "move 5"), ["a", "tictactoe", "5"]
    before = [AGREED, *(step.after for step in steps_of("say a", "play tictactoe", "move 5", table=AGREED))][known]
    view, spot = made.admit(Watch(PROTOCOL, SESSION, before.number, before.digest), "", "")
    assert view.start is None
    assert shown(made, spot) == whole[known:]


@pytest.mark.parametrize(
    "watch",
    [
        Watch(PROTOCOL, "f" * 64, 2, AGREED.digest),
        Watch(PROTOCOL, SESSION, 2, "f" * 64),
        Watch(PROTOCOL, SESSION, 2),
        Watch(PROTOCOL, SESSION, 1, table_after("watch ask").digest),
    ],
    ids=["another session", "another digest", "no digest", "before the agreement"],
)
def test_who_holds_anything_else_begins_anew(watch: Watch) -> None:
    view, _ = passage("say a").admit(watch, "", "")
    assert view.start


def test_who_is_ahead_waits_and_then_goes_on() -> None:
    """The server was killed before it had made its partner's turn safe, which then comes again."""
    steps = steps_of("say a", "say b", "say c", table=AGREED)
    made = passage("say a")
    view, spot = made.admit(Watch(PROTOCOL, SESSION, 4, steps[1].after.digest), "", "")
    assert view.start is None
    assert shown(made, spot) == []
    for step in steps[1:]:
        made.add(step)
    assert shown(made, spot) == ["c"]


def test_who_saw_turns_that_never_were_is_told() -> None:
    made = passage("say a")
    _, spot = made.admit(Watch(PROTOCOL, SESSION, 4, "f" * 64), "", "")
    made.add(steps_of("say a", "say other", table=AGREED)[-1])
    with pytest.raises(Diverged, match="You have seen turns that are not in the server's log"):
        made.after(spot)


def test_only_so_much_is_kept() -> None:
    made = passage(*["say x"] * (3 * MAX_BEHIND))
    assert made.is_behind(Spot(AGREED.number, AGREED.digest))
    late = made.table.number - MAX_BEHIND
    assert not made.is_behind(Spot(late, ""))
    assert len(made._frames) <= 2 * MAX_BEHIND + 1


def test_whole_game_that_is_on_is_kept() -> None:
    turns = ["play tictactoe", *["say x"] * 15, "offer draw", "respond decline", *["say x"] * 15, "move 5"]
    made = passage(*turns, *["say y"] * 18)
    _, spot = made.admit(NEW, "", "")
    assert len(shown(made, spot)) == len(turns) + 18


def test_little_is_sent_at_once() -> None:
    made = passage(*["say " + "x" * 4000] * 30)
    frames, spot = made.after(Spot(AGREED.number, AGREED.digest))
    assert sum(map(len, frames)) < MAX_SHOWN + 5000
    assert spot.number < made.table.number
    assert len(shown(made, Spot(AGREED.number, AGREED.digest))) == 30


def test_last_turn_can_be_shown() -> None:
    made = passage("say a", "quit")
    assert shown(made, Spot(AGREED.number, AGREED.digest)) == ["a", ""]
