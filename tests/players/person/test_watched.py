"""What people read about watching: the two players, and those who watch."""

import pytest

from chatgame.core.errors import InvalidMove, Refused
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.players.person.answers import answer, now
from chatgame.players.person.look import Look
from chatgame.players.person.narration import compared, narrate, typed
from chatgame.players.person.status import status
from chatgame.players.person.viewer import Viewer
from chatgame.session.commands import Write, read_chat, read_game
from chatgame.session.onlooker import Begun
from tests.kit.logs import EMPTY, steps_of, table_after

CLIENT, SERVER = Seat

ASKED = table_after("watch ask")
WATCHED = table_after("watch ask", "watch accept")


def said(step: Step, viewer: Seat | None) -> list[str]:
    """What is read about a turn."""
    return [str(line) for line in narrate(step, viewer)]


def test_question_says_to_both_that_it_is_about_all_turns() -> None:
    (ask,) = steps_of("watch ask")
    for viewer in Seat:
        (line,) = said(ask, viewer)
        assert "all that is written from then on, chat included" in line
    assert "Type /accept or /decline." in said(ask, SERVER)[0]


def test_both_read_what_came_of_it() -> None:
    for text, words in (("accept", "people may watch"), ("decline", "nobody may watch")):
        *_, answered = steps_of("watch ask", f"watch {text}")
        assert [said(answered, viewer)[0].split()[:3] for viewer in Seat][1] == [
            "You",
            *said(answered, SERVER)[0].split()[1:3],
        ]
        assert all(words in said(answered, viewer)[0] for viewer in Seat)
    (ended,) = steps_of("watch off", table=WATCHED)
    assert said(ended, CLIENT) == ["You ended it: nobody watches any more."]
    assert said(ended, SERVER) == ["The client ended it: nobody watches any more."]


@pytest.mark.parametrize(("line", "kind", "text"), [("/watch", "watch", "ask"), ("//watch", "say", "/watch")])
def test_line_asks(line: str, kind: str, text: str) -> None:
    assert read_chat(line, EMPTY, CLIENT) == Write(Kind(kind), text)


@pytest.mark.parametrize(
    ("line", "text"),
    [("/accept", "accept"), ("yes", "accept"), ("Y", "accept"), ("/decline", "decline"), ("no", "decline")],
)
def test_line_answers(line: str, text: str) -> None:
    assert read_chat(line, ASKED, SERVER) == Write(Kind.WATCH, text)


def test_other_lines_do_not_answer() -> None:
    with pytest.raises(InvalidMove, match=r"does not answer.*To say something, type /say TEXT"):
        read_chat("who?", ASKED, SERVER)
    assert read_chat("/say who?", ASKED, SERVER) == Write(Kind.SAY, "who?")
    with pytest.raises(Refused, match="alone, or /watch off"):
        read_chat("/watch me", EMPTY, CLIENT)


def test_watching_is_ended_in_chat_and_in_a_game() -> None:
    assert read_chat("/watch off", WATCHED, CLIENT) == Write(Kind.WATCH, "off")
    game = table_after("play tictactoe", table=WATCHED)
    assert read_game("/watch off", game, SERVER, 0) == Write(Kind.WATCH, "off")
    with pytest.raises(Refused, match="Nobody may watch, so there is nothing to end"):
        read_chat("/watch off", EMPTY, CLIENT)


def test_watching_cannot_begin_in_a_game() -> None:
    with pytest.raises(Refused, match="Wait until it is over"):
        read_game("/watch", table_after("play tictactoe"), SERVER, 0)


def test_what_was_typed_is_known_again() -> None:
    """So that a replay shows it."""
    steps = steps_of("watch ask", "say who?", "watch accept", "watch off", "watch ask", "watch decline")
    assert [typed(step, step.turn.seat) for step in steps] == [
        *("/watch", "/say who?", "/accept", "/watch off", "/watch", "/decline"),
    ]


@pytest.mark.parametrize("seat", Seat)
def test_players_see_the_digest_at_any_time_while_people_may_watch(seat: Seat) -> None:
    shown = answer("/watch", WATCHED, seat, None, 2, "To watch, people type: chatgame watch host")
    assert isinstance(shown, str)
    assert WATCHED.digest[:4] in shown
    assert shown.startswith("2 people watch now. To end it, type /watch off.\nTo watch, people type: chatgame watch")
    assert answer("/watch", EMPTY, seat, None) is None  # it asks


def test_help_names_what_can_be_done_now() -> None:
    asked, watched = (answer("/help", table, table.token or CLIENT, None) for table in (ASKED, WATCHED))
    assert isinstance(asked, str)
    assert isinstance(watched, str)
    assert "/accept" in asked
    assert "/watch off" not in asked
    assert "/watch off" in watched
    assert now(ASKED, SERVER) == "you are asked whether people may watch"
    assert now(ASKED, CLIENT) == "the server is asked whether people may watch"


# Those who watch


def test_who_watches_reads_who_says_what() -> None:
    (step,) = steps_of("say Hello", table=WATCHED)
    assert said(step, None) == ["Client says: Hello"]
    view = Viewer(terminal=False)
    view.text(Begun(WATCHED, {CLIENT: "Ben", SERVER: ""}, [], missed=False), Look())
    assert view.text(step, Look()) == "Ben says: Hello\n"


def test_who_watches_reads_a_game_as_nobodys_own() -> None:
    turns = ["play tictactoe", "move 5", "offer draw", "respond decline", "resign"]
    lines = [line for step in steps_of(*turns, table=WATCHED) for line in said(step, None)]
    text = "\n".join(lines)
    assert "The client started a game of tic-tac-toe." in text
    assert "The server played 5." in text
    assert "The client offers a draw.\nWaiting for the server..." in text
    assert "The server declined the draw." in text
    assert "Game over, the server won: the client resigned." in text
    assert "Score: the client 0, the server 1." in text
    assert "you" not in text.lower().replace("three of your marks", "")


def test_hidden_choices_stay_hidden_from_who_watches() -> None:
    (play,) = steps_of("play rps", table=WATCHED)
    commit = play.after.write(SERVER, Kind.COMMIT, "f" * 64)
    step = Step(play.after, commit[0], commit[1], None, None)
    assert "The server made a choice, hidden for now." in said(step, None)


def test_who_watches_sees_the_digest_at_the_beginning_after_a_game_and_at_the_end() -> None:
    view = Viewer(terminal=False)
    begun = view.text(Begun(WATCHED, {}, [], missed=False), Look())
    assert compared(WATCHED) in begun
    play, over, *_, end = steps_of("play tictactoe", "resign", "quit", table=WATCHED)
    texts = {step.turn.kind: view.text(step, Look()) for step in (play, over, end)}
    assert compared(over.after) in texts[Kind.RESIGN]
    assert compared(end.after) in texts[Kind.QUIT]
    assert "The server has left, so the conversation is over." in texts[Kind.QUIT]
    assert "digest" not in texts[Kind.PLAY]


def test_who_watches_can_ask_how_it_stands() -> None:
    view = Viewer(terminal=True)
    assert view.stands(Look()) == ""
    view.text(Begun(WATCHED, {CLIENT: "Ben"}, [], missed=False), Look())
    assert view.stands(Look()) == f"Now: Ben writes next.\n{compared(WATCHED)}\n"


def test_newcomer_sees_the_last_turns_of_the_game_and_its_board() -> None:
    steps = steps_of("play tictactoe", "move 5", "move 1", table=WATCHED)
    text = Viewer(terminal=False).text(Begun(steps[-1].after, {}, steps, missed=False), Look())
    assert text.count("---+---+---") == 2
    assert "The server played 5.\nThe client played 1.\n" in text


def test_gap_is_named() -> None:
    text = Viewer(terminal=False).text(Begun(WATCHED, {}, [], missed=True), Look())
    assert text.startswith("Some turns were not shown: watching begins anew here.\n")


def test_owing_is_told_to_who_watches() -> None:
    table: Table = table_after("play rps", table=WATCHED)
    _, after = table.write(SERVER, Kind.COMMIT, "a" * 64)
    _, both = after.write(CLIENT, Kind.COMMIT, "b" * 64)
    quit_turn, over = both.write(SERVER, Kind.QUIT)
    assert said(Step(both, quit_turn, over, None, None), None)[-1].startswith("The server left with a reveal due")


def test_status_line_says_how_many_watch_as_long_as_people_may() -> None:
    """Also where a narrow terminal leaves out the game."""
    assert status(WATCHED, CLIENT, {}, "15:01", 2, 80) == "[With the server | your turn since 15:01 | 2 watching]"
    _, playing = WATCHED.write(CLIENT, Kind.PLAY, "tictactoe")
    assert status(playing, SERVER, {}, "15:01", 0, 55).endswith(" | 0 watching]")
    assert "watching" not in status(EMPTY, CLIENT, {}, "15:01", 0, 80)
