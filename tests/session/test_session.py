"""The session as a script: events in, commands out, and no loop, no clock, no disk and no network."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from chatgame.core import sentences
from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.errors import ChatgameError, JournalFailed, LinkLost, PartnerLeft, RemoteProtocolError
from chatgame.core.limits import LATE_TIME, MAX_REMARKS
from chatgame.core.log import Entry
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.games.hangman import Hangman
from chatgame.games.pig import Pig
from chatgame.session.session import (
    AT_ONCE,
    CHECK_TIME,
    FAREWELL_TIME,
    RECALLED,
    RETRY_TIME,
    SAY_SO_TIME,
    TRYING_TIME,
    Ask,
    Begin,
    Close,
    Command,
    End,
    ForPlayer,
    Hear,
    Keep,
    Send,
    Session,
    Show,
    State,
    Take,
)
from tests.kit.logs import EMPTY, SESSION, VERSIONS

FULL = JournalFailed("The disk is full.")


class Script:
    """Both ends of a conversation: a session, and a partner who writes what they like.

    Attributes:
        session: the one under test.
        partner: the partner's table.
        now, connected, proven: what ticks bring.
    """

    def __init__(self, seat: Seat, log: Sequence[Entry] = (), games: "dict[str, AnyRules] | None" = None) -> None:
        self.session = Session(seat, SESSION, BUILT_IN if games is None else games, VERSIONS, Random(1))
        self.partner = EMPTY
        for entry in log:
            self.partner = self.partner.after(entry.turn)
        self.now = self.connected = self.proven = 0.0
        self.started = self.session.start(log)

    def state(self) -> State:
        """What the session waits for now."""
        return self.session.state

    def given(self) -> list[ForPlayer]:
        """What the player gets, taken off the line."""
        given = [*self.session.for_player]
        self.session.for_player.clear()
        return given

    def types(self, line: str) -> Sequence[Command]:
        """The player answers the question."""
        question = self.given()[-1]
        assert isinstance(question, Ask)
        return self.session.line(line)

    def writes(self, line: str) -> Turn:
        """The player types a line, and the journal keeps the turn that it makes."""
        (keep,) = self.types(line)
        assert isinstance(keep, Keep)
        return self.keeps(keep)

    def keeps(self, keep: Command) -> Turn:
        """The journal keeps a turn, which is sent, and which the partner takes."""
        assert isinstance(keep, Keep)
        assert self.session.kept() == [Send(keep.turn)]
        self.partner = self.partner.after(keep.turn)
        return keep.turn

    def comes(self, kind: Kind, text: str = "") -> Sequence[Command]:
        """A turn of the partner's comes, which is right."""
        turn, self.partner = self.partner.write(self.partner.token or Seat.CLIENT, kind, text)
        return self.session.turn(turn)

    def ticks(self, seconds: float = 0.0, *, proven: bool = True) -> Sequence[Command]:
        """Time passes, and the partner shows that they are connected, or does not."""
        self.now += seconds
        self.connected += seconds
        if proven:
            self.proven = self.connected
        return self.session.tick(self.now, self.connected, self.proven)

    def works(self) -> list[Turn]:
        """The program writes by itself until it owes nothing."""
        written = []
        while self.session.state is State.OWING:
            (keep,) = self.ticks()
            written.append(self.keeps(keep))
        return written


def failure(commands: Sequence[Command]) -> ChatgameError:
    """The error with which commands end a conversation."""
    close = commands[-1]
    assert isinstance(close, Close)
    assert close.error
    return close.error


def texts(given: Sequence[object]) -> list[str]:
    """What the player alone hears."""
    return [str(command.text) for command in given if isinstance(command, Hear)]


def owing_commit(seat: Seat = Seat.SERVER, games: "dict[str, AnyRules] | None" = None) -> Script:
    """A game of pig in which the session's program owes a commitment: its player has just rolled."""
    script = Script(seat, games=games)
    if seat is Seat.SERVER:
        script.comes(Kind.PLAY, "pig")
    else:
        script.writes("Hello")
        script.comes(Kind.PLAY, "pig")
    script.writes("roll")
    script.given()
    return script


def owing_reveal(games: "dict[str, AnyRules] | None" = None) -> Script:
    """The same game, in which the session's program owes a reveal: it alone knows the roll."""
    script = owing_commit(games=games)
    script.works()
    script.comes(Kind.CONTRIBUTE, "3")
    script.given()
    return script


def expecting_reveal() -> Script:
    """A game of pig in which the partner's program owes a reveal."""
    script = Script(Seat.CLIENT)
    script.writes("play pig")
    script.comes(Kind.MOVE, "roll")
    match = script.partner.playing
    assert match
    place = Place(SESSION, match.number, match.ply, Seat.SERVER)
    script.comes(Kind.COMMIT, commitment(place, Opening(b"s" * 32, "4")))
    script.works()
    script.given()
    return script


def test_client_is_asked_first() -> None:
    script = Script(Seat.CLIENT)
    assert script.started == ()
    assert script.given() == [Begin(script.session.table, []), Ask(script.session.table)]
    assert script.state() is State.ASKING


def test_server_waits_first() -> None:
    script = Script(Seat.SERVER)
    assert script.given() == [Begin(script.session.table, [])]
    assert script.state() is State.WAITING
    assert script.session.due is None


def test_line_is_kept_then_sent_then_shown() -> None:
    script = Script(Seat.CLIENT)
    (keep,) = script.types("Hello")
    assert isinstance(keep, Keep)
    assert (keep.turn.kind, keep.turn.text) == (Kind.SAY, "Hello")
    assert script.state() is State.KEEPING
    assert script.session.table.number == 0
    assert script.given() == []
    assert script.session.kept() == [Send(keep.turn)]
    (show,) = script.given()
    assert isinstance(show, Show)
    assert show.step.turn == keep.turn
    assert script.state() is State.WAITING


def test_partners_turn_is_taken_and_shown_and_the_player_is_asked() -> None:
    script = Script(Seat.SERVER)
    script.given()
    (take,) = script.comes(Kind.SAY, "Hello")
    assert isinstance(take, Take)
    show, ask = script.given()
    assert isinstance(show, Show)
    assert show.step.turn == take.turn
    assert ask == Ask(script.session.table)


@pytest.mark.parametrize(("line", "words"), [("", "empty line"), ("/nothing", "no command"), ("/games", "console")])
def test_line_that_is_not_a_turn_is_refused_and_the_player_is_asked_again(line: str, words: str) -> None:
    script = Script(Seat.CLIENT)
    assert script.types(line) == ()
    answer, ask = script.given()
    assert isinstance(answer, Hear)
    assert words in answer.text
    assert ask == Ask(script.session.table)
    assert script.state() is State.ASKING


def test_line_that_cannot_be_kept_is_not_sent_and_the_player_is_asked_again() -> None:
    script = Script(Seat.CLIENT)
    script.types("Hello")
    assert script.session.unkept(FULL) == ()
    assert script.given() == [
        Hear("The disk is full. So this was not sent; it is still your turn."),
        Ask(script.session.table),
    ]
    script.session.for_player.append(Ask(script.session.table))
    assert script.writes("Hello").number == 0


@pytest.mark.parametrize("meanwhile", ["asked", "keeping", "owing"])
def test_turn_that_comes_while_the_token_is_here_ends_the_conversation(meanwhile: str) -> None:
    script = owing_commit() if meanwhile == "owing" else Script(Seat.CLIENT)
    if meanwhile == "keeping":
        script.types("Hello")
    wrong = Turn(script.session.table.number, script.session.table.token.other, Kind.SAY, "me", "0" * 64)  # type: ignore[union-attr]
    error = failure(script.session.turn(wrong))
    assert isinstance(error, RemoteProtocolError)
    assert "broke the rules" in str(error)
    assert script.session.over
    assert script.session.turn(wrong) == ()


def test_partners_quit_ends_the_conversation_in_peace() -> None:
    script = Script(Seat.SERVER)
    script.given()
    take, *rest = script.comes(Kind.QUIT)
    assert isinstance(take, Take)
    assert rest == [End(), Close(None)]
    (show,) = script.given()
    assert isinstance(show, Show)


def test_own_quit_waits_for_the_partners_goodbye() -> None:
    script = Script(Seat.CLIENT)
    script.writes("/q")
    assert script.state() is State.LEAVING
    assert script.session.due == AT_ONCE
    assert script.ticks() == ()
    assert script.session.lost(PartnerLeft("Gone.")) == [End(), Close(None)]


def test_own_quit_does_not_wait_for_long() -> None:
    script = Script(Seat.CLIENT)
    script.writes("/q")
    assert script.ticks(10.0) == ()
    assert script.session.due == 10.0 + FAREWELL_TIME
    assert script.ticks(FAREWELL_TIME - 0.1) == ()
    assert script.ticks(0.1) == [Close(None)]


def test_line_that_breaks_after_our_quit_is_not_a_failure() -> None:
    script = Script(Seat.CLIENT)
    script.writes("/q")
    assert script.session.turn(Turn(1, Seat.SERVER, Kind.SAY, "No", "0" * 64)) == ()
    assert script.session.lost(LinkLost("Gone.")) == [Close(None)]


def test_goodbye_of_the_partner_is_noted_before_the_conversation_fails() -> None:
    script, gone = Script(Seat.CLIENT), PartnerLeft("Gone.")
    assert script.session.lost(gone) == [End(), Close(gone)]


def test_lost_line_fails_and_notes_nothing() -> None:
    script, lost = Script(Seat.CLIENT), LinkLost("Lost.")
    assert script.session.lost(lost) == [Close(lost)]


def test_program_writes_by_itself_what_needs_no_player() -> None:
    script = owing_commit()
    assert script.session.due == AT_ONCE
    assert [turn.kind for turn in script.works()] == [Kind.COMMIT]
    assert script.state() is State.EXPECTING
    script.comes(Kind.CONTRIBUTE, "3")
    assert [turn.kind for turn in script.works()] == [Kind.REVEAL]
    assert script.state() is State.ASKING


class Broken(Hangman):
    """Rules that fail in one of their methods."""

    def __init__(self, method: str) -> None:
        setattr(self, method, self._fail)

    def _fail(self, *_: object) -> Any:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("method", "lines", "more"),
    [("start", ["play hangman"], ""), ("parse", ["play hangman", "secret"], " To end the game, type /resign.")],
)
def test_rules_that_fail_over_a_line_leave_it_to_the_player(method: str, lines: list[str], more: str) -> None:
    script = Script(Seat.CLIENT, games={"hangman": Broken(method)})
    for line in lines[:-1]:
        script.writes(line)
    assert script.types(lines[-1]) == ()
    answer, ask = script.given()
    assert answer == Hear(f"The rules of hangman failed (ZeroDivisionError: ).{more}")
    assert ask == Ask(script.session.table)


def test_rules_that_fail_over_what_the_program_owes_cost_the_game() -> None:
    script = Script(Seat.CLIENT, games={"hangman": Broken("answer")})
    script.writes("play hangman")
    script.writes("secret")  # whose length is the first answer
    script.given()
    (keep,) = script.ticks()
    assert script.keeps(keep).kind is Kind.RESIGN
    assert texts(script.given()) == ["The rules of hangman failed (ZeroDivisionError: )."]


def test_rules_that_fail_over_a_reveal_end_the_conversation() -> None:
    class Loaded(Pig):
        def apply(self, position: Any, move: str | int) -> Any:
            return super().apply(position, move) if isinstance(move, str) else 1 / 0

    script = owing_reveal({"pig": Loaded()})
    assert "The rules of pig failed" in str(failure(script.ticks()))
    assert script.state() is State.OVER


def test_owed_turn_that_cannot_be_kept_is_tried_again_and_the_player_knows() -> None:
    script = owing_reveal()
    (keep,) = script.ticks()
    assert (script.state(), script.session.due) == (State.KEEPING, None)
    assert script.session.unkept(FULL) == ()
    assert texts(script.given()) == [
        "The disk is full. Your program has to reveal in the game, and tries again for 24 seconds."
    ]
    assert script.session.due == script.now + RETRY_TIME
    assert script.ticks(RETRY_TIME) == [keep]
    script.session.unkept(FULL)
    assert script.given() == []  # it was told already
    assert script.ticks(RETRY_TIME) == [keep]
    script.session.unkept(JournalFailed("Another program does not let go of the journal."))
    assert "does not let go" in texts(script.given())[0]
    assert script.ticks(RETRY_TIME) == [keep]
    script.keeps(keep)
    hear, show, ask = script.given()
    assert hear == Hear("The journal can be written again, and the game goes on.")
    assert isinstance(show, Show)
    assert isinstance(ask, Ask)


def test_owed_turn_that_cannot_be_kept_for_long_ends_the_program_which_says_that_all_is_kept() -> None:
    script = owing_reveal()
    script.ticks()
    for _ in range(100):
        script.session.unkept(FULL)
        commands = script.ticks(RETRY_TIME)
        if script.session.over:
            break
    assert script.now == TRYING_TIME < LATE_TIME
    assert str(failure(commands)) == ("The disk is full. The conversation is kept: the same command goes on with it.")


def test_no_time_passes_for_what_is_owed_while_the_partner_is_away() -> None:
    script = owing_reveal()
    for _ in range(100):
        (keep,) = script.ticks()
        script.session.unkept(FULL)
        script.now += RETRY_TIME
    assert script.keeps(keep).kind is Kind.REVEAL


def test_late_program_is_told_of_and_then_loses_the_game() -> None:
    script = expecting_reveal()
    assert script.state() is State.EXPECTING
    script.connected = script.proven = 100.0  # long before its duty came
    assert script.ticks() == ()
    assert script.session.due == script.now + SAY_SO_TIME
    assert script.ticks(SAY_SO_TIME) == ()
    assert texts(script.given()) == [
        "The server's program is late with what it has to reveal; after 30 seconds it loses the game."
    ]
    assert script.ticks(LATE_TIME - SAY_SO_TIME - 1) == ()
    assert script.given() == []
    error = failure(script.ticks(1))
    assert isinstance(error, RemoteProtocolError)
    assert str(error).endswith("did not reveal what it has to within 30 seconds and so has lost the game of pig.")


def test_only_time_that_the_partner_was_connected_makes_it_late() -> None:
    script = expecting_reveal()
    script.ticks()
    assert script.ticks(10 * LATE_TIME, proven=False) == ()
    assert script.given() == []
    assert script.session.due == script.now + SAY_SO_TIME
    script.proven = SAY_SO_TIME - 0.1
    script.ticks(proven=False)
    assert script.session.due == script.now + CHECK_TIME


def test_remark_does_not_put_off_the_deadline() -> None:
    script = expecting_reveal()
    script.ticks()
    script.ticks(LATE_TIME - 1)
    script.comes(Kind.SAY, "wait")
    assert isinstance(failure(script.ticks(1)), RemoteProtocolError)


def test_next_duty_has_a_deadline_of_its_own() -> None:
    script = Script(Seat.CLIENT)
    script.writes("play pig")
    script.comes(Kind.MOVE, "roll")
    script.ticks()
    script.ticks(LATE_TIME - 1)
    script.comes(Kind.COMMIT, "0" * 64)
    script.works()
    script.ticks()
    assert script.ticks(LATE_TIME - 1) == ()
    assert isinstance(failure(script.ticks(1)), RemoteProtocolError)


def test_nobody_is_late_whose_player_is_asked() -> None:
    script = Script(Seat.CLIENT)
    script.writes("play tictactoe")
    assert script.session.due is None
    assert script.ticks(10 * LATE_TIME) == ()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PartnerLeft("Gone."), "Gone. The server left with a reveal due in the game of pig."),
        (LinkLost("Lost."), "Lost. The server's reveal in the game of pig is still due."),
        (RemoteProtocolError("Wrong."), "Wrong."),
    ],
)
def test_partner_who_goes_with_a_reveal_due_is_named(error: ChatgameError, words: str) -> None:
    named = failure(expecting_reveal().session.lost(error))
    assert type(named) is type(error)
    assert str(named) == words


def test_nobody_is_named_where_no_reveal_of_theirs_is_due() -> None:
    assert str(failure(owing_reveal().session.lost(PartnerLeft("Gone.")))) == "Gone."


def test_log_is_gone_on_with_where_it_ends() -> None:
    log, table = [], EMPTY
    for number in range(RECALLED + 3):
        turn, table = table.write(table.token or Seat.CLIENT, Kind.SAY, str(number))
        log.append(Entry(turn))
    script = Script(Seat.CLIENT, log)
    begin, *rest = script.given()
    assert isinstance(begin, Begin)
    assert [step.turn for step in begin.steps] == [entry.turn for entry in log[-RECALLED:]]
    assert script.session.table.digest == table.digest
    assert rest == []


def test_reveal_that_was_due_when_the_program_died_is_written_when_it_is_back() -> None:
    script = Script(Seat.SERVER)
    script.comes(Kind.PLAY, "pig")
    log = [Entry(show.step.turn) for show in script.given() if isinstance(show, Show)]
    script.session.for_player.append(Ask(script.session.table))
    log.append(Entry(script.writes("roll")))
    (keep,) = script.ticks()
    assert isinstance(keep, Keep)
    log.append(Entry(script.keeps(keep), keep.opening))
    (take,) = script.comes(Kind.CONTRIBUTE, "3")
    assert isinstance(take, Take)
    log.append(Entry(take.turn))
    again = Script(Seat.SERVER, log)
    assert again.works()[0].text == str(keep.opening)
    with pytest.raises(JournalFailed, match="lacks what turn 2 committed to"):
        Script(Seat.SERVER, [Entry(turn) for turn, _ in log])


def test_game_that_one_side_has_no_longer_cannot_go_on() -> None:
    turn, _ = EMPTY.write(Seat.CLIENT, Kind.PLAY, "pig")
    session = Session(Seat.CLIENT, SESSION, BUILT_IN, {"rps": 1}, Random(1))
    assert "So the game that is on cannot go on." in str(failure(session.start([Entry(turn)])))


def test_log_that_ends_with_a_quit_only_says_goodbye() -> None:
    turn, _ = EMPTY.write(Seat.CLIENT, Kind.QUIT)
    script = Script(Seat.CLIENT, [Entry(turn)])
    assert script.given() == []
    assert script.state() is State.LEAVING


def test_nothing_that_is_reported_after_the_end_does_anything() -> None:
    """The end may come while a player types, the journal writes or time passes."""
    script = Script(Seat.CLIENT)
    script.types("Hello")
    script.session.lost(LinkLost("Lost."))
    script.given()
    assert script.session.kept() == ()
    assert script.session.unkept(FULL) == ()
    assert script.session.line("Hello") == ()
    assert script.session.lost(PartnerLeft("Gone.")) == ()
    assert script.ticks() == ()
    assert script.given() == []
    assert script.session.over
    assert script.session.table.number == 0


# What is said while waiting


def waiting_in_a_game() -> Script:
    """A client who has started a game of tic-tac-toe, and waits for the server's move."""
    script = Script(Seat.CLIENT)
    script.writes("play tictactoe")
    script.given()
    return script


def test_remark_in_a_game_is_kept_and_goes_out_when_the_token_comes() -> None:
    """It says so, and the player is asked for a move only then."""
    script = waiting_in_a_game()
    for text in ("good luck", "really"):
        assert script.session.early(f"/say {text}") == sentences.REMARK_KEPT
    script.comes(Kind.MOVE, "5")
    for text in ("good luck", "really"):
        assert (script.state(), script.session.due) == (State.OWING, AT_ONCE)
        assert not any(isinstance(given, Ask) for given in script.given())
        (keep,) = script.ticks()
        turn = script.keeps(keep)
        assert (turn.kind, turn.text) == (Kind.SAY, text)
        assert script.session.for_player[1] == Hear(sentences.REMARK_SENT.format(text=text))
    assert script.given()[-1] == Ask(script.session.table)
    assert script.state() is State.ASKING


@pytest.mark.parametrize("line", ["good luck", "5", "/say", "/say  ", "/resign", "//say hi", "/say " + "x" * 5000])
def test_nothing_but_a_remark_is_kept(line: str) -> None:
    assert waiting_in_a_game().session.early(line) is None


def test_remark_in_chat_or_at_the_prompt_is_not_kept() -> None:
    """In chat it would answer words that one has not read yet."""
    script = Script(Seat.CLIENT)
    assert script.session.early("/say early") is None
    script.writes("Hello")
    assert script.session.early("/say early") is None


def test_remarks_are_bounded_so_that_all_of_them_can_be_sent() -> None:
    script = waiting_in_a_game()
    answers = [script.session.early(f"/say {number}") for number in range(MAX_REMARKS + 1)]
    assert answers == [sentences.REMARK_KEPT] * MAX_REMARKS + [None]


def test_remark_is_not_sent_when_the_game_ends_before_the_token_comes() -> None:
    script = waiting_in_a_game()
    script.session.early("/say well played")
    script.comes(Kind.RESIGN)
    said = "Your remark was not sent: well played (The game is over before your turn came.)"
    assert Hear(said) in script.given()
    assert script.state() is not State.OWING


def test_remark_that_the_journal_does_not_take_is_not_sent_and_the_player_is_asked() -> None:
    script = waiting_in_a_game()
    script.session.early("/say good luck")
    script.comes(Kind.MOVE, "5")
    script.ticks()
    assert script.session.unkept(FULL) == ()
    said = "Your remark was not sent: good luck (The disk is full.)"
    assert script.given()[-2:] == [Hear(said), Ask(script.session.table)]


def test_remark_that_is_one_too_many_in_a_row_is_not_sent() -> None:
    """It can only be made while others are going out."""
    script = waiting_in_a_game()
    for number in range(MAX_REMARKS):
        script.session.early(f"/say {number}")
    script.comes(Kind.MOVE, "5")
    for number in range(MAX_REMARKS):
        (keep,) = script.ticks()
        script.keeps(keep)
        assert number or script.session.early("/say one more")
    assert script.ticks() == ()
    assert any(isinstance(given, Hear) and "not sent: one more" in given.text for given in script.given())
    assert script.state() is State.ASKING
