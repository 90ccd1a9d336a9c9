"""Reading a log: what each turn found, did and left, what the reader hides, and logs that make no sense."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from msgspec.structs import replace

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.errors import JournalFailed, Refused
from chatgame.core.log import Entry, steps
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games.tictactoe import Position, TicTacToe
from tests.kit.acts import Acts
from tests.kit.logs import EMPTY, SESSION, VERSIONS, opening, steps_of

CLIENT, SERVER = Seat.CLIENT, Seat.SERVER

Log = list[Entry]


def kept(reader: Seat, *acts: str | Opening) -> Log:
    """The log as `reader` keeps it, of acts such as "say hello" and of commitments, each by the token's holder."""
    table, log = EMPTY, []
    for act in acts:
        assert table.token
        hidden, seat = None, table.token
        if isinstance(act, Opening):
            assert table.playing
            place = Place(table.session, table.playing.number, table.playing.ply, seat)
            text, hidden = f"commit {commitment(place, act)}", act if seat is reader else None
        else:
            text = act
        kind, _, text = text.partition(" ")
        turn, table = table.write(seat, Kind(kind), text)
        log.append(Entry(turn, hidden))
    return log


def secrets(log: Log) -> list[str | None]:
    """What the reader hides after each turn."""
    return [step.secret for step in steps(EMPTY, log)]


def openings(log: Log) -> list[str | None]:
    """The value that the reader committed to by each turn."""
    return [step.opening.value if step.opening else None for step in steps(EMPTY, log)]


CHAT = kept(CLIENT, "say a", "say b", "play tictactoe", "say hm", "move 5", "move 1", "resign", "say c", "quit")


# What each turn found and left


def test_each_turn_leads_from_one_table_to_the_next() -> None:
    """The first begins at the empty table, and the last leads to the table that is left."""
    read = list(steps(EMPTY, CHAT))
    assert [step.turn for step in read] == [entry.turn for entry in CHAT]
    assert read[0].before == EMPTY
    for step, following in pairwise(read):
        assert step.after == following.before == step.before.after(step.turn)
    assert read[-1].after.token is None
    assert read[-1].after.number == len(CHAT)


def test_empty_log_has_no_steps() -> None:
    assert list(steps(EMPTY, [])) == []


def test_log_without_commitments_hides_nothing() -> None:
    """Chat and open moves are all there is."""
    assert openings(CHAT) == secrets(CHAT) == [None] * len(CHAT)


# What the reader hides

TEA, HEN = opening("tea", 1), opening("hen", 2)
FLEET, ARMADA = opening("a1-e1 b3-b6 d5-f5 h1-h3 j9-j10", 3), opening("a1-e1 a2-d2 a3-c3 a4-c4 a5-b5", 4)
HANGMAN = ("play hangman", TEA, "answer 3", "say hm", "move x", "answer none", "resign", f"reveal {TEA}", "say over")


def test_secret_is_known_to_the_seat_that_chose_it() -> None:
    """They know it from their commitment on, through answers and the end of the match, until the next match."""
    log = kept(CLIENT, "say a", "say b", *HANGMAN, "say and", "play rps")
    assert secrets(log) == [None, None, None, *["tea"] * 9, None]
    assert openings(log) == [None, None, None, "tea", *[None] * 9]
    assert [step.opening for step in steps(EMPTY, log)][3] == TEA


def test_secret_of_the_partner_is_not_known() -> None:
    """Even when it was revealed: it is in the log then, but hidden by nobody."""
    log = kept(SERVER, *HANGMAN)
    assert openings(log) == secrets(log) == [None] * len(log)


def test_each_match_has_its_own_secret() -> None:
    """The next `play` clears the last match's, and the next commitment sets another."""
    log = kept(CLIENT, *HANGMAN, "play hangman", HEN, "answer 3")
    assert secrets(log) == [None, *["tea"] * 8, None, "hen", "hen"]


@pytest.mark.parametrize(
    ("reader", "hidden"),
    [(SERVER, [None, FLEET.value, FLEET.value, FLEET.value]), (CLIENT, [None, None, ARMADA.value, ARMADA.value])],
)
def test_where_both_hide_something_each_knows_their_own(reader: Seat, hidden: list[str | None]) -> None:
    """What the partner commits to changes nothing of it."""
    assert secrets(kept(reader, "play battleship", FLEET, ARMADA, "move a1")) == hidden


ROCK, PAPER, FIVE = opening("rock", 5), opening("paper", 6), opening("5", 7)


@pytest.mark.parametrize(
    ("reader", "acts", "opened"),
    [
        (SERVER, ("play rps", ROCK, PAPER, f"reveal {ROCK}"), [None, "rock", None, None]),
        (CLIENT, ("play rps", ROCK, PAPER, f"reveal {ROCK}"), [None, None, "paper", None]),
        (SERVER, ("play pig", "move roll", FIVE, "contribute 2"), [None, None, "5", None]),
        (CLIENT, ("play pig", "move roll", FIVE, "contribute 2"), [None, None, None, None]),
    ],
)
def test_choice_that_is_hidden_for_a_moment_is_not_a_secret(
    reader: Seat, acts: tuple[str | Opening, ...], opened: list[str | None]
) -> None:
    """A choice or a part of a random number is opened before the game goes on; only its opening is kept."""
    log = kept(reader, *acts)
    assert openings(log) == opened
    assert secrets(log) == [None] * len(log)


def test_choice_for_a_moment_leaves_no_secret_of_the_match_before() -> None:
    """`play` has cleared it."""
    assert secrets(kept(CLIENT, *HANGMAN, "play rps", ROCK, PAPER))[-3:] == [None, None, None]


# Logs that make no sense


def with_(log: Log, place: int, **changed: object) -> Log:
    """The log with fields of one turn changed."""
    return [*log[:place], Entry(replace(log[place].turn, **changed)), *log[place + 1 :]]


DAMAGED: dict[str, tuple[Callable[[Log], Log], int, str]] = {
    "another text": (lambda log: with_(log, 1, text="x"), 1, "The digest of turn 1 differs: the two logs are not"),
    "another move": (
        lambda log: with_(log, 4, text="3"),
        4,
        "The digest of turn 4 differs: the two logs, or the rules of tic-tac-toe, are",
    ),
    "a move that is taken": (lambda log: with_(log, 5, text="5"), 5, "Cell 5 is taken"),
    "another kind": (lambda log: with_(log, 1, kind=Kind.RESIGN, text=""), 1, "No game is on"),
    "another seat": (
        lambda log: with_(log, 1, seat=CLIENT),
        1,
        "The client cannot write now: it is the server's turn",
    ),
    "another digest": (lambda log: with_(log, 8, digest="0" * 64), 8, "The digest of turn 8 differs"),
    "renumbered": (lambda log: with_(log, 3, number=4), 4, "Turn 4 came where turn 3 was due"),
    "the first missing": (lambda log: log[1:], 1, "Turn 1 came where turn 0 was due"),
    "one missing": (lambda log: log[:2] + log[3:], 3, "Turn 3 came where turn 2 was due"),
    "one twice": (lambda log: log[:2] + log[1:], 1, "Turn 1 came where turn 2 was due"),
    "two in another order": (lambda log: [log[1], log[0], *log[2:]], 1, "Turn 1 came where turn 0 was due"),
    "more after the end": (
        lambda log: [*log, Entry(replace(log[0].turn, number=9))],
        9,
        "The client cannot write now: the conversation is over",
    ),
    "another session's": (
        lambda log: [Entry(Table.open("1" * 32, {}, {}).write(CLIENT, Kind.SAY, "a")[0]), *log[1:]],
        0,
        "The digest of turn 0 differs",
    ),
}


@pytest.mark.parametrize(("damage", "number", "words"), DAMAGED.values(), ids=DAMAGED)
def test_log_that_was_damaged_makes_no_sense(damage: Callable[[Log], Log], number: int, words: str) -> None:
    """The sentence says at which turn, and what the table has against it."""
    sentence = rf"^The journal of this conversation makes no sense at turn {number} \({words}.*`chatgame forget`\.$"
    with pytest.raises(JournalFailed, match=sentence) as caught:
        list(steps(EMPTY, damage(CHAT)))
    assert isinstance(caught.value.__cause__, Refused)


def test_sentence_over_a_damaged_log_is_one_sentence_with_a_way_out() -> None:
    """The table's own ends without its full stop."""
    with pytest.raises(JournalFailed) as caught:
        list(steps(EMPTY, CHAT[1:]))
    assert str(caught.value) == (
        "The journal of this conversation makes no sense at turn 1 (Turn 1 came where turn 0 was due): it was "
        "damaged or edited, or a game in it is missing or has changed. Begin afresh with --new, or delete it with "
        "`chatgame forget`."
    )


def test_rules_that_have_changed_make_no_sense_of_the_log() -> None:
    """The first position may be another than it was, or the game may not be there any more."""

    class Other(TicTacToe):
        def start(self, inviter: Seat, options: str) -> Position:
            return Position(0, 0o400, inviter)

    for games, words in (({"tictactoe": Other()}, "The digest of turn 2 differs"), ({}, "does not have|you do not")):
        table = Table.open(SESSION, games, VERSIONS)
        with pytest.raises(JournalFailed, match=rf"at turn 2 \(.*{words}.*a game in it is missing or has changed"):
            list(steps(table, CHAT))


def test_turns_before_the_damage_are_read() -> None:
    """They come one by one, so a program can show them as far as they make sense."""
    reading = steps(EMPTY, with_(CHAT, 3, text="x"))
    assert [next(reading).turn for _ in range(3)] == [entry.turn for entry in CHAT[:3]]
    with pytest.raises(JournalFailed, match="at turn 3"):
        next(reading)


@pytest.mark.parametrize("number", [0, 2])
def test_opening_of_another_commitment_makes_no_sense(number: int) -> None:
    """An honest program would reveal what opens nothing; where nothing is committed to, there is no opening."""
    log = kept(SERVER, "say Hello", "play hangman", opening("tea"))
    assert len(list(steps(EMPTY, log))) == 3
    log[number] = log[number]._replace(opening=opening("pot"))
    with pytest.raises(JournalFailed, match=f"at turn {number} .What opens it is of another commitment"):
        list(steps(EMPTY, log))


def test_move_of_a_game_without_cards_is_its_whole_text() -> None:
    """Even if it ends like the proof of a card."""

    class Wordy(Acts):
        def parse(self, position: object, seat: Seat, text: str) -> str:
            return text

    table = Table.open(SESSION, {"acts": Wordy()}, {"acts": 1})
    assert steps_of("play acts move", "move a 1:AAAA", table=table)[-1].move == "a 1:AAAA"
