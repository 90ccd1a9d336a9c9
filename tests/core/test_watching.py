"""Whether people may watch, as the table has it."""

import pytest

from chatgame.core.errors import Refused
from chatgame.core.limits import MAX_REMARKS
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from tests.kit.logs import EMPTY, VERSIONS, table_after

CLIENT, SERVER = Seat


def test_nobody_may_watch_before_both_have_agreed() -> None:
    assert EMPTY.watching.since is None
    assert table_after("watch ask").watching.since is None
    assert table_after("watch ask", "watch decline").watching.since is None


def test_watchers_get_the_turns_after_the_agreement() -> None:
    table = table_after("say hi", "watch ask", "watch accept")
    assert (table.watching.since, table.number) == (3, 3)


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_seat_that_asked_writes_after_the_answer(answer: str) -> None:
    assert table_after("watch ask").token is SERVER
    assert table_after("watch ask", f"watch {answer}").token is CLIENT


def test_either_ends_it_on_their_turn_and_keeps_the_token() -> None:
    chat = table_after("watch ask", "watch accept")
    assert (chat.token, table_after("watch off", table=chat).token) == (CLIENT, CLIENT)
    other = table_after("say hi", table=chat)
    assert (other.token, table_after("watch off", table=other).token) == (SERVER, SERVER)
    game = table_after("play tictactoe", table=chat)
    ended = table_after("watch off", table=game)
    assert (ended.token, ended.watching.since, ended.playing) == (game.token, None, game.playing)


def test_until_the_answer_people_only_remark_and_leave() -> None:
    asked = table_after("watch ask")
    assert table_after("say who?", table=asked).token is SERVER
    assert table_after("quit", table=asked).token is None
    with pytest.raises(Refused, match="waits for an answer: may people watch"):
        asked.write(SERVER, Kind.PLAY, "tictactoe")
    with pytest.raises(Refused, match="remarks in a row an answer is due"):
        table_after(*["say well"] * (MAX_REMARKS + 1), table=asked)


def test_it_is_asked_only_where_both_programs_know_it() -> None:
    """What was agreed before can be ended all the same."""
    without = EMPTY.with_partner(EMPTY.games, VERSIONS, watchable=False)
    with pytest.raises(Refused, match="one of the two programs cannot let people in"):
        without.write(CLIENT, Kind.WATCH, "ask")
    agreed = table_after("watch ask", "watch accept").with_partner(EMPTY.games, VERSIONS, watchable=False)
    assert table_after("watch off", table=agreed).watching.since is None
