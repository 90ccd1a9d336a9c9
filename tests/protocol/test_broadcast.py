"""What watchers are shown of a log."""

import pytest

from chatgame.core.errors import Diverged
from chatgame.core.limits import MAX_BEHIND, MAX_SHOWN
from chatgame.core.turn import Turn
from chatgame.protocol.broadcast import Broadcast, Cursor
from chatgame.protocol.frames import FrameReader
from chatgame.protocol.messages import PROTOCOL, Watch, decode
from tests.kit.logs import SESSION, steps_of, table_after

AGREED = table_after("watch ask", "watch accept")
NEW = Watch(PROTOCOL)


def broadcast(*turns: str) -> Broadcast:
    """A broadcast with these turns."""
    made = Broadcast(AGREED)
    for step in steps_of(*turns, table=AGREED):
        made.add(step)
    return made


def shown(made: Broadcast, cursor: Cursor) -> list[str]:
    """The texts of all turns that follow."""
    texts: list[str] = []
    while True:
        frames, cursor = made.after(cursor)
        if not frames:
            return texts
        reader = FrameReader()
        reader.feed(b"".join(frames))
        while (payload := reader.next_payload()) is not None:
            turn = decode(payload)
            assert isinstance(turn, Turn)
            texts.append(turn.text)


def test_newcomer_begins_at_the_last_turn_in_chat() -> None:
    made = broadcast("say a", "say b")
    view, cursor = made.admit(NEW, "Ben", "Anna")
    assert view.start
    assert (view.session, view.turns, view.client, view.server) == (SESSION, 4, "Ben", "Anna")
    assert (view.start.number, view.start.digest, view.start.seat) == (4, made.table.digest, made.table.token)
    assert shown(made, cursor) == []


def test_newcomer_begins_before_the_game_that_is_on() -> None:
    made = broadcast("say a", "play tictactoe", "move 5", "say well")
    view, cursor = made.admit(NEW, "", "")
    assert view.start
    assert (view.start.number, view.turns) == (3, 6)
    assert shown(made, cursor) == ["tictactoe", "5", "well"]


def test_score_and_matches_are_those_before_the_game() -> None:
    view, _ = broadcast("play tictactoe", "resign", "play tictactoe", "move 5").admit(NEW, "", "")
    assert view.start
    assert (view.start.matches, view.start.score) == (1, (1, 0, 0))


@pytest.mark.parametrize("known", range(4))
def test_who_was_there_before_gets_what_is_missing(known: int) -> None:
    made, whole = broadcast("say a", "play tictactoe", "move 5"), ["a", "tictactoe", "5"]
    before = [AGREED, *(step.after for step in steps_of("say a", "play tictactoe", "move 5", table=AGREED))][known]
    view, cursor = made.admit(Watch(PROTOCOL, SESSION, before.number, before.digest), "", "")
    assert view.start is None
    assert shown(made, cursor) == whole[known:]


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
    view, _ = broadcast("say a").admit(watch, "", "")
    assert view.start


def test_who_is_ahead_waits_and_then_goes_on() -> None:
    """The server was killed before it had made its partner's turn safe, which then comes again."""
    steps = steps_of("say a", "say b", "say c", table=AGREED)
    made = broadcast("say a")
    view, cursor = made.admit(Watch(PROTOCOL, SESSION, 4, steps[1].after.digest), "", "")
    assert view.start is None
    assert shown(made, cursor) == []
    for step in steps[1:]:
        made.add(step)
    assert shown(made, cursor) == ["c"]


def test_who_saw_turns_that_never_were_is_told() -> None:
    made = broadcast("say a")
    _, cursor = made.admit(Watch(PROTOCOL, SESSION, 4, "f" * 64), "", "")
    made.add(steps_of("say a", "say other", table=AGREED)[-1])
    with pytest.raises(Diverged, match="You have seen turns that are not in the server's log"):
        made.after(cursor)


def test_only_so_much_is_kept() -> None:
    made = broadcast(*["say x"] * (3 * MAX_BEHIND))
    assert made.is_behind(Cursor(AGREED.number, AGREED.digest))
    late = made.table.number - MAX_BEHIND
    assert not made.is_behind(Cursor(late, ""))
    assert len(made._frames) <= 2 * MAX_BEHIND + 1


def test_whole_game_that_is_on_is_kept() -> None:
    turns = ["play tictactoe", *["say x"] * 15, "offer draw", "respond decline", *["say x"] * 15, "move 5"]
    made = broadcast(*turns, *["say y"] * 18)
    _, cursor = made.admit(NEW, "", "")
    assert len(shown(made, cursor)) == len(turns) + 18


def test_little_is_sent_at_once() -> None:
    made = broadcast(*["say " + "x" * 4000] * 30)
    frames, cursor = made.after(Cursor(AGREED.number, AGREED.digest))
    assert sum(map(len, frames)) < MAX_SHOWN + 5000
    assert cursor.number < made.table.number
    assert len(shown(made, Cursor(AGREED.number, AGREED.digest))) == 30


def test_last_turn_can_be_shown() -> None:
    made = broadcast("say a", "quit")
    assert shown(made, Cursor(AGREED.number, AGREED.digest)) == ["a", ""]
