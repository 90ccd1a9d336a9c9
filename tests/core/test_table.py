"""The table: whose turn it is, which turns are taken, and the digests that chain them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from chatgame.core.digest import digest
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.limits import MAX_REMARKS, MAX_TEXT
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.games.tictactoe import Position, TicTacToe
from tests.kit.logs import EMPTY, SESSION, VERSIONS, table_after


def test_client_writes_first() -> None:
    """The token of an empty log is the client's."""
    assert EMPTY.token is Seat.CLIENT
    with pytest.raises(Refused, match="The server cannot write now: it is the client's turn"):
        EMPTY.write(Seat.SERVER, Kind.SAY, "first")


def test_chat_alternates() -> None:
    """Each message passes the token."""
    assert table_after("say a").token is Seat.SERVER
    assert table_after("say a", "say b").token is Seat.CLIENT


@pytest.mark.parametrize("opening", [[], ["say a"], ["play tictactoe"]])
def test_quit_closes_the_log_for_good(opening: list[str]) -> None:
    """Nobody writes after it, in any state."""
    closed = table_after(*opening, "quit")
    assert closed.token is None
    assert closed.playing is None
    for seat in Seat:
        with pytest.raises(Refused, match="the conversation is over"):
            closed.write(seat, Kind.SAY, "more")


def test_invited_seat_moves_first_and_writes_first_afterwards() -> None:
    """The game is a parenthesis."""
    table = table_after("play tictactoe")
    assert table.playing
    assert table.token is Seat.SERVER
    table = table_after("play tictactoe", "resign")
    assert table.playing is None
    assert table.token is Seat.SERVER
    table = table_after("play tictactoe", "move 5", "resign")
    assert table.match
    assert table.match.outcome == (Seat.SERVER, "the client resigned")


def test_remark_in_a_game_keeps_the_token() -> None:
    """The player who is to move may say something first."""
    assert table_after("play tictactoe", "say hm").token is Seat.SERVER


def test_remarks_in_a_row_are_bounded() -> None:
    """A player who only talks must move some time; a move makes room for more."""
    table = table_after("play tictactoe", *["say hm"] * MAX_REMARKS)
    with pytest.raises(Refused, match="After 20 remarks in a row a move is due"):
        table.write(Seat.SERVER, Kind.SAY, "hm")
    _, moved = table.write(Seat.SERVER, Kind.MOVE, "5")
    assert moved.write(Seat.CLIENT, Kind.SAY, "hm")[1].remarks == 1


def test_player_is_asked_unless_a_program_has_to_write() -> None:
    """When a roll in pig is to be revealed, it is known whose program that is to do."""
    rolled = "play pig", "move roll"
    sums = [*rolled, f"commit {'f' * 64}", "contribute 3"]
    asked = [table_after(*sums[:turns]).asked for turns in range(len(sums) + 1)]
    assert asked == [Seat.CLIENT, Seat.SERVER, None, None, None]
    revealing = [table_after(*sums[:turns]).revealing for turns in range(len(sums) + 1)]
    assert revealing == [None, None, None, None, Seat.SERVER]
    assert table_after("quit").asked is None
    assert table_after(*rolled).matches == 1


def test_remark_before_a_response_keeps_the_token() -> None:
    """Who offered something moves on when it is declined, and may say something as well."""
    offered = "play tictactoe", "say hm", "offer draw", "say really?"
    assert table_after(*offered).token is Seat.CLIENT
    assert table_after(*offered, "respond decline", "say ok").token is Seat.SERVER


def test_draw_that_is_agreed_counts_as_drawn() -> None:
    """And chat goes on with the seat that was invited."""
    table = table_after("play tictactoe", "move 5", "offer draw", "respond accept")
    assert (table.playing, table.token, table.score) == (None, Seat.SERVER, (0, 0, 1))


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Kind.MOVE, "5", "No game is on"),
        (Kind.OFFER, "draw", "No game is on"),
        (Kind.OFFER, "", "A turn to offer needs a text"),
        (Kind.RESPOND, "accept", "No game is on"),
        (Kind.RESIGN, "", "No game is on"),
        (Kind.RESIGN, "x", "A turn to resign carries no text"),
        (Kind.QUIT, "x", "A turn to quit carries no text"),
        (Kind.SAY, "", "A turn to say needs a text"),
        (Kind.SAY, "é" * (MAX_TEXT // 2) + "x", "has 4097 bytes in UTF-8; at most 4096"),
        (Kind.SAY, "\ud800", "half a character"),
        (Kind.PLAY, "halma", 'no game "halma"'),
        (Kind.PLAY, "tictactoe now", "has no options"),
        (Kind.PLAY, "tictactoe ", "followed by one space"),
    ],
)
def test_turn_that_makes_no_sense_is_refused(kind: Kind, text: str, words: str) -> None:
    """A sentence says why."""
    with pytest.raises(Refused, match=words):
        EMPTY.write(Seat.CLIENT, kind, text)


@pytest.mark.parametrize(
    ("kind", "text", "error", "words"),
    [
        (Kind.MOVE, "5", IllegalMove, "Cell 5 is taken. Choose one of these: 1, 2, 3, 4, 6, 7, 8, 9"),
        (Kind.MOVE, "0", InvalidMove, '"0" is not a cell'),
        (Kind.MOVE, "10", InvalidMove, '"10" is not a cell'),
        (Kind.MOVE, "²", InvalidMove, '"²" is not a cell'),
        (Kind.PLAY, "tictactoe", Refused, "A game of tic-tac-toe is on already"),
    ],
)
def test_turn_that_the_game_forbids_is_refused(kind: Kind, text: str, error: type[Refused], words: str) -> None:
    """The rules are asked for every move."""
    with pytest.raises(error, match=words):
        table_after("play tictactoe", "move 5").write(Seat.CLIENT, kind, text)


def test_move_in_another_notation_is_refused() -> None:
    """A move has one notation on the wire, whatever a person may type for it."""

    class Lenient(TicTacToe):
        def parse(self, position: Position, seat: Seat, text: str) -> int:
            return super().parse(position, seat, text.strip())

    table = Table.open(SESSION, {"tictactoe": Lenient()}, VERSIONS).write(Seat.CLIENT, Kind.PLAY, "tictactoe")[1]
    with pytest.raises(Refused, match="The move 5 was written in another notation"):
        table.write(Seat.SERVER, Kind.MOVE, " 5")


TURN, NEXT = EMPTY.write(Seat.CLIENT, Kind.SAY, "Hello")


def test_turn_written_by_one_side_is_taken_by_the_other() -> None:
    """Both come to the same table."""
    assert EMPTY.after(TURN) == NEXT


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"number": 1}, "Turn 1 came where turn 0 was due"),
        ({"seat": Seat.SERVER}, "it is the client's turn"),
        ({"text": "Hallo"}, "digest of turn 0 differs"),
        ({"kind": Kind.PLAY, "text": "tictactoe"}, "digest of turn 0 differs"),
        ({"digest": "0" * 64}, "digest of turn 0 differs"),
    ],
)
def test_turn_that_was_changed_is_refused(changed: dict[str, Any], words: str) -> None:
    """Each field is checked, or is in the digest."""
    with pytest.raises(Refused, match=words):
        EMPTY.after(replace(TURN, **changed))


def test_digest_binds_the_session() -> None:
    """The same turn in another session has another digest."""
    assert Table.open("1" * 32, BUILT_IN, VERSIONS).write(Seat.CLIENT, Kind.SAY, "Hello")[0].digest != TURN.digest


def test_digests_are_as_the_protocol_describes_them() -> None:
    """A stranger computes the same from the protocol's README."""
    opened, _ = NEXT.write(Seat.SERVER, Kind.PLAY, "tictactoe")
    first = digest("chatgame 1", SESSION)
    said = digest(first, "0", "client", "say", "", "", "Hello")
    assert TURN.digest == said
    position = '["123456789","client"]'
    assert opened.digest == digest(said, "1", "server", "play", position, "", "tictactoe")


@given(st.data(), st.integers(1, 4))
def test_digest_of_other_lines_is_another(data: st.DataObject, count: int) -> None:
    """No two lists as long as each other run together to the same text, though the last line may hold line ends."""
    line = st.text("ab ", max_size=2)
    some = st.tuples(*[line] * (count - 1), st.text("ab \n", max_size=4))
    one, other = data.draw(some), data.draw(some)
    assert (digest(*one) == digest(*other)) is (one == other)


class TwoTables(RuleBasedStateMachine):
    """Both sides' tables, under any turns that anybody tries to write."""

    def __init__(self) -> None:
        super().__init__()
        self.mine = self.theirs = EMPTY
        self.log: list[Turn] = []

    @rule(
        seat=st.sampled_from(Seat),
        kind=st.sampled_from(Kind),
        text=st.sampled_from(["", "tictactoe", "Hello", "draw", "undo", "accept", "decline", *"123456789"]),
    )
    def write(self, seat: Seat, kind: Kind, text: str) -> None:
        """Whatever one table lets its player write, the other takes, and holds the same after it."""
        try:
            turn, after = self.mine.write(seat, kind, text)
        except Refused:
            return
        assert seat is self.mine.token
        self.theirs = self.theirs.after(turn)
        self.mine = after
        self.log.append(turn)

    @precondition(lambda self: self.log)
    @rule(data=st.data())
    def say_again(self, data: st.DataObject) -> None:
        """No turn is taken twice."""
        with pytest.raises(Refused):
            self.theirs.after(data.draw(st.sampled_from(self.log)))

    @invariant()
    def both_are_one(self) -> None:
        """The tables never differ, and each is the fold of the log."""
        assert self.mine == self.theirs
        table = EMPTY
        for turn in self.log:
            table = table.after(turn)
        assert table == self.mine


TwoTables.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestTwoTables = TwoTables.TestCase


def test_score_counts_the_matches_that_are_over() -> None:
    """It counts those that each seat won, and draws; a match that is on does not count yet."""
    table = table_after("play tictactoe", "move 5")
    assert table.score == (0, 0, 0)
    for acts, score in (
        ([(Kind.RESIGN, "")], (0, 1, 0)),
        ([(Kind.PLAY, "tictactoe"), (Kind.MOVE, "5"), (Kind.RESIGN, "")], (1, 1, 0)),
        ([(Kind.PLAY, "tictactoe"), *((Kind.MOVE, cell) for cell in "512846379")], (1, 1, 1)),
        ([(Kind.SAY, "well"), (Kind.QUIT, "")], (1, 1, 1)),
    ):
        for kind, text in acts:
            assert table.token
            table = table.write(table.token, kind, text)[1]
        assert table.score == score
