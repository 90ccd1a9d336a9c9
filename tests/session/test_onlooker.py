"""The watcher's program, and servers that lie to it."""

from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from chatgame.core.errors import RemoteProtocolError, Unreachable
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.games import BUILT_IN
from chatgame.protocol.messages import PROTOCOL, Start, View, Watch
from chatgame.session.onlooker import Begun, Onlooker
from chatgame.session.session import RECALLED
from tests.kit.logs import EMPTY, SESSION, log_of, table_after

AGREED = table_after("watch ask", "watch accept")
START = Start(AGREED.number, Seat.CLIENT, AGREED.digest, 0, (0, 0, 0))
TURNS = ["say a", "play tictactoe", "move 5", "say b", "move 1", "resign", "say c", "say d"]
LOG = log_of(*TURNS, table=AGREED)


NEW = View(SESSION, AGREED.number, start=START)


def onlooker(view: View = NEW) -> Onlooker:
    """A watcher's program that has just come."""
    made = Onlooker(BUILT_IN)
    made.view(view)
    return made


def test_newcomer_knows_nothing() -> None:
    assert Onlooker(BUILT_IN).greeting() == Watch(PROTOCOL)


def test_turns_are_shown_as_they_come() -> None:
    made = onlooker()
    shown = [step for turn in LOG for step in made.turn(turn)]
    assert all(isinstance(step, Step) for step in shown)
    assert made.table
    assert made.table.digest == LOG[-1].digest
    assert made.greeting() == Watch(PROTOCOL, SESSION, AGREED.number + len(LOG), LOG[-1].digest)


def test_game_that_is_on_is_shown_at_once_when_all_of_it_is_there() -> None:
    before = table_after(TURNS[0], table=AGREED)
    start = Start(before.number, Seat.SERVER, before.digest, 0, (0, 0, 0))
    made = Onlooker(BUILT_IN)
    assert made.view(View(SESSION, before.number + 3, "Ben", "Anna", start)) == ()
    assert made.turn(LOG[1]) == ()
    assert made.turn(LOG[2]) == ()
    (begun,) = made.turn(LOG[3])
    assert isinstance(begun, Begun)
    assert (len(begun.steps), begun.names, begun.missed) == (3, {Seat.CLIENT: "Ben", Seat.SERVER: "Anna"}, False)
    (step,) = made.turn(LOG[4])
    assert isinstance(step, Step)


def test_only_the_last_turns_are_kept_of_a_game_that_is_on() -> None:
    """A server may say that there are more of them than any memory holds."""
    made = onlooker(View(SESSION, AGREED.number + 16, start=START))
    log = log_of("play tictactoe", *["say hm"] * 15, table=AGREED)
    shown = [begun for turn in log for begun in made.turn(turn)]
    assert [begun.steps[-1].turn for begun in shown if isinstance(begun, Begun)] == [log[-1]]
    assert [len(begun.steps) for begun in shown if isinstance(begun, Begun)] == [RECALLED]


def test_score_goes_on_from_what_was_said() -> None:
    made = onlooker(View(SESSION, AGREED.number, start=replace(START, matches=3, score=(2, 1, 0))))
    assert made.table
    assert made.table.score == (2, 1, 0)


def test_watcher_that_comes_back_goes_on() -> None:
    made = onlooker()
    made.turn(LOG[0])
    assert made.view(View(SESSION, AGREED.number + 3)) == ()
    assert [type(step) for step in made.turn(LOG[1])] == [Step]


def test_gap_is_known() -> None:
    made = onlooker()
    (begun,) = made.view(View(SESSION, 9, start=replace(START, number=9, digest="9" * 64)))
    assert isinstance(begun, Begun)
    assert begun.missed


def changed(turns: list[Turn], at: int, **fields: object) -> list[Turn]:
    """The turns, one of them with other fields."""
    return [*turns[:at], replace(turns[at], **fields), *turns[at + 1 :]]


LIES: dict[str, tuple[Callable[[int], Sequence[Turn]], str]] = {
    "a turn changed": (lambda at: changed(LOG, at, digest="f" * 64), "The digest of turn .* differs"),
    "left out": (lambda at: LOG[:at] + LOG[at + 1 :], "came where turn .* was due"),
    "repeated": (lambda at: [*LOG[: at + 1], *LOG[at:]], "came where turn .* was due"),
    "in another order": (lambda at: [*LOG[:at], LOG[at + 1], LOG[at]], "came where turn .* was due"),
}


@pytest.mark.parametrize("at", range(len(LOG) - 1))
@pytest.mark.parametrize("lie", LIES)
def test_lie_of_a_server_is_named(lie: str, at: int) -> None:
    """Wherever it is."""
    made = onlooker()
    told, words = LIES[lie]
    with pytest.raises(RemoteProtocolError, match=f"The server shows what cannot be so: .*{words}.*Do not trust"):
        for turn in told(at):
            made.turn(turn)


@pytest.mark.parametrize("at", [n for n, turn in enumerate(LOG) if turn.text and turn.kind != "play"])
def test_other_text_under_the_same_digest_is_named(at: int) -> None:
    made = onlooker()
    with pytest.raises(RemoteProtocolError, match="The server shows what cannot be so"):
        for turn in changed(LOG, at, text="9"):
            made.turn(turn)


@pytest.mark.parametrize(
    "view",
    [
        View(SESSION, 1, start=START),
        View(SESSION, 2),
        View(SESSION, 2, start=replace(START, score=(1, 0, 0))),
    ],
    ids=["before its own beginning", "on with nothing", "a score without a game"],
)
def test_beginning_that_cannot_be_is_named(view: View) -> None:
    with pytest.raises(RemoteProtocolError, match="The server"):
        Onlooker(BUILT_IN).view(view)


def test_another_conversation_is_not_gone_on_with() -> None:
    with pytest.raises(RemoteProtocolError, match="has not shown before"):
        onlooker().view(View("f" * 64, 3))


def test_game_that_the_watcher_lacks_is_named() -> None:
    made = Onlooker({"rps": BUILT_IN["rps"]})
    made.view(View(SESSION, AGREED.number, start=START))
    made.turn(LOG[0])
    with pytest.raises(Unreachable, match="They play tictactoe, which you do not have"):
        made.turn(LOG[1])


def test_watcher_sees_that_it_may_not_watch_any_more() -> None:
    made = onlooker()
    for turn in log_of("say a", "watch off", table=AGREED):
        made.turn(turn)
    assert made.table
    assert made.table.watching.since is None


def test_tables_of_players_and_watchers_agree() -> None:
    """The digest is the same, which is what people compare."""
    made = onlooker()
    table = EMPTY
    for turn in [*log_of("watch ask", "watch accept"), *LOG]:
        table = table.after(turn)
        if turn.number >= AGREED.number:
            made.turn(turn)
    assert made.table
    assert (made.table.digest, made.table.token, made.table.score) == (table.digest, table.token, table.score)
