"""Backgammon, by its rules."""

import re
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import json

from chatgame.core.board import Choice
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.match import Match
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Chance, Outcome
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.games.backgammon import ALL, BAR, OFF, Backgammon, Position
from tests.games.playing import at_random, canonical_or_refused, play
from tests.kit.boards import board_of, cells, rows, seen, spoken, words
from tests.kit.logs import SESSION

RULES = Backgammon()


def roll(client: int, server: int) -> str:
    """What chance draws for these dice."""
    return str(6 * (client - 1) + server - 1)


def checkers(points: str) -> tuple[int, ...]:
    """A player's checkers, as in `6:5 bar:1`; those that are not named are off."""
    counts = [0] * 26
    for point, _, count in (word.partition(":") for word in points.split()):
        counts[BAR if point == "bar" else int(point)] = int(count)
    counts[OFF] = ALL - sum(counts)
    return tuple(counts)


def at(dice: str, own: str, other: str = "1:2") -> Position:
    """A position in which the server is to play these dice."""
    return Position(Seat.SERVER, tuple(int(die) for die in dice), "", checkers(own), checkers(other))


def after(position: Position, text: str) -> Position:
    """The position after a play as a player types it."""
    return RULES.apply(position, RULES.parse(position, Seat.SERVER, text))


def results(position: Position) -> Counter[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The checkers after each play that is listed, those of the mover first."""
    made = (RULES.apply(position, move) for move in RULES.legal_moves(position))
    return Counter((after.other, after.own) for after in made)


def by_brute_force(position: Position) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The same, by the rules' own words: each order of the dice, step by step, and then only the best of all.

    Other than the rules of the game, it keeps each checker by itself, at its distance from home.
    """
    men = [point for point, count in enumerate(position.own) for _ in range(count)]
    others = [point for point, count in enumerate(position.other) for _ in range(count)]
    large, small = position.dice
    orders = [[large] * 4] if large == small else [[large, small], [small, large]]
    ends = [(used, end) for order in orders for used, end in _played(men, others, order, [])]
    most = max(len(used) for used, _ in ends)
    best = [(used, end) for used, end in ends if len(used) == most > 0]
    if most == 1 and large != small:
        best = [(used, end) for used, end in best if used == [large]] or best
    return {end for _, end in best}


def _played(
    men: list[int], others: list[int], dice: list[int], used: list[int]
) -> Iterator[tuple[list[int], tuple[tuple[int, ...], tuple[int, ...]]]]:
    stuck = True
    if dice:
        for man in {*men}:
            if man == 0 or (25 in men and man != 25):
                continue
            goal = man - dice[0]
            if goal <= 0 and (max(men) > 6 or (goal < 0 and any(other > man for other in men))):
                continue
            there = [other for other in others if other != 25 and 25 - other == goal]
            if len(there) > 1:
                continue
            moved, hit = [*men], [*others]
            moved[moved.index(man)] = max(goal, 0)
            for other in there:
                hit[hit.index(other)] = 25
            stuck = False
            yield from _played(moved, hit, dice[1:], [*used, dice[0]])
    if stuck:
        mine, theirs = Counter(men), Counter(others)
        yield used, (tuple(mine[n] for n in range(26)), tuple(theirs[n] for n in range(26)))


@st.composite
def positions(draw: st.DrawFn) -> Position:
    """Any position of two sets of checkers that share no point, and any dice; often with many blocks."""
    places = draw(st.sampled_from([range(1, 7), range(1, 13), range(1, 26), range(16, 26)]))
    own = Counter(draw(st.lists(st.sampled_from(places), min_size=1, max_size=ALL)))
    free = [point for point in range(1, 26) if point == BAR or not own[25 - point]]
    other = Counter(draw(st.lists(st.sampled_from(free), max_size=ALL)))
    own[OFF], other[OFF] = ALL - own.total(), ALL - other.total()
    dice = sorted(draw(st.tuples(st.integers(1, 6), st.integers(1, 6))), reverse=True)
    sides = (tuple(side[point] for point in range(26)) for side in (own, other))
    return Position(Seat.SERVER, (dice[0], dice[1]), "", *sides)


@settings(max_examples=150, deadline=None)
@given(positions())
@example(at("66", "24:2 13:5 8:3 6:5", "24:2 13:5 8:3 6:5"))
def test_plays_are_those_that_a_second_generator_finds(position: Position) -> None:
    """Each result is listed once."""
    listed = results(position)
    assert set(listed) == by_brute_force(position)
    assert set(listed.values()) <= {1}


@pytest.mark.parametrize("seed", range(3))
def test_plays_of_a_whole_game_are_those_that_a_second_generator_finds(seed: int) -> None:
    """Where these are many, in a game of random plays."""
    for state in at_random(RULES, Random(seed)):
        if state.position.dice:
            assert set(results(state.position)) == by_brute_force(state.position)


# The roll


def test_higher_die_of_the_opening_roll_begins_with_both_dice() -> None:
    """Equal dice are rolled again; nobody can choose to begin."""
    start = RULES.start(Seat.CLIENT, "")
    assert RULES.to_act(start) == Chance(36)
    begun = play(RULES, roll(4, 4), roll(3, 3), roll(2, 5))
    assert begun.duty
    assert begun.duty.seat is Seat.SERVER
    assert begun.position.dice == (5, 2)
    assert RULES.to_act(play(RULES, roll(6, 5)).position) is Seat.CLIENT
    with pytest.raises(Refused, match="In backgammon nobody can choose to move first"):
        Match.open(RULES, SESSION, 0, Seat.CLIENT, "first")


def test_dice_are_rolled_by_themselves_after_each_play() -> None:
    """The other seat plays them."""
    match = play(RULES, roll(3, 1), "8/5 6/5", roll(6, 6))
    assert match.position.turn is Seat.SERVER
    assert match.position.dice == (6, 6)
    assert len(RULES.legal_moves(match.position)[0].split()) == 4


def test_seat_that_cannot_move_passes_without_a_turn() -> None:
    """A point that is held by two is blocked, and so are the checkers behind the bar."""
    closed = "1:2 2:2 3:2 4:2 5:2 6:2 7:3"
    rolling = at("", "bar:1 6:14", closed)._replace(dice=(), last="24/23")
    passed = RULES.apply(rolling, 7)
    assert passed == Position(Seat.CLIENT, (), "", checkers(closed), checkers("bar:1 6:14"))
    assert RULES.tell(rolling, 7, Seat.SERVER) == "You rolled 2-2, and cannot move."
    assert RULES.tell(rolling, 1, Seat.CLIENT) == "The server rolled 2-1, and cannot move."


# The plays


@pytest.mark.parametrize(
    ("position", "moves"),
    [
        (at("21", "bar:1 24:1", "6:2"), {"bar/23 24/23", "bar/23 23/22", "bar/24 24/22"}),  # in first
        (at("21", "bar:2", "6:2"), {"bar/23 bar/24"}),  # both
        (at("21", "bar:2", "23:2 6:2 24:2 1:1"), {"bar/23 bar/24"}),
        (at("65", "24:1", "7:2 6:1"), {"24/19 19/13"}),  # only in one order
        (at("65", "24:1 1:1", "12:2"), {"24/18"}),  # either, not both: the larger
        (at("65", "24:1 1:1", "12:2 7:2"), {"24/19"}),  # only the smaller
        (at("31", "2:1 3:1"), {"3/off 2/1", "3/2 2/off"}),  # off by the exact die, not by a larger one
        (at("65", "4:2 1:1"), {"4/off 4/off"}),  # off from the last point by a larger die
        (at("61", "7:1 6:1"), {"7/1 6/5", "7/6 6/off"}),  # not off before all are home
        (at("11", "1:2", "6:1"), {"1/off 1/off"}),  # a double is cut short by the end
        (at("66", "24:1", "13:2"), {"24/18"}),  # and by a block
    ],
)
def test_plays(position: Position, moves: set[str]) -> None:
    """As many dice as possible are used; if only one can be, it is the larger."""
    listed, made = (
        {RULES.apply(position, move)._replace(last="") for move in several}
        for several in (RULES.legal_moves(position), moves)
    )
    assert listed == made


def test_hit_checker_goes_to_the_bar() -> None:
    """One alone is hit, also on the way."""
    hit = after(at("65", "24:1", "7:1 1:2"), "24/18/13")
    assert hit.own == checkers("bar:1 1:2")
    assert hit.other == checkers("13:1")


def test_plays_of_all_rolls_from_the_start() -> None:
    """The second generator counts as many."""
    start = RULES.start(Seat.CLIENT, "")._replace(turn=Seat.CLIENT)
    pairs = [(large, small) for large in range(1, 7) for small in range(1, large + 1)]
    counts = [len(RULES.legal_moves(start._replace(dice=dice))) for dice in pairs]
    assert counts == [42, 15, 75, 16, 17, 73, 14, 18, 17, 52, 8, 8, 9, 9, 4, 10, 14, 14, 14, 7, 11]
    assert counts == [len(by_brute_force(start._replace(dice=dice))) for dice in pairs]


# How plays are written


@pytest.mark.parametrize(
    ("dice", "text", "move"),
    [
        ("31", "8/5 6/5", "8/5 6/5"),
        ("31", "6/5 8/5", "6/5 8/5"),
        ("31", "8/5, 6/5", "8/5 6/5"),
        ("31", "8-5 6-5", "8/5 6/5"),
        ("31", "8 / 5  6/5", "8/5 6/5"),
        ("65", "24/13", "24/18 18/13"),
        ("65", "24/18/13", "24/18 18/13"),
        ("65", "24/18 18/13", "24/18 18/13"),
        ("65", "18/13 24/18", "24/18 18/13"),
        ("33", "13/10(2) 8/5(2)", "13/10 13/10 8/5 8/5"),
        ("33", "24/21/18(2)", "24/21 21/18 24/21 21/18"),
        ("33", "24/18(2)", "24/21 21/18 24/21 21/18"),
        ("33", "24/15 6/3", "24/21 21/18 18/15 6/3"),
        ("33", "13/7 6/3(2)", "13/10 10/7 6/3 6/3"),
    ],
)
def test_play_is_typed_as_players_write_it(dice: str, text: str, move: str) -> None:
    """In any order; it travels step by step."""
    position = at(dice, "24:2 13:5 8:3 6:5", "24:2 13:5 8:3 6:5")
    assert RULES.parse(position, Seat.SERVER, text) == move
    assert RULES.parse(position, Seat.SERVER, move) == move


@pytest.mark.parametrize(
    ("position", "text", "move"),
    [
        (at("21", "bar:1 6:5", "6:2"), "BAR/23 6/5", "bar/23 6/5"),
        (at("21", "bar:1 6:5", "6:2"), "Bar/22", "bar/23 23/22"),
        (at("21", "bar:1 6:5", "6:2"), "25/23 6/5", "bar/23 6/5"),
        (at("65", "6:3 5:2"), "6/off 5/off", "6/off 5/off"),
        (at("65", "6:3 5:2"), "6/Off 5/0", "6/off 5/off"),
        (at("66", "6:5"), "6/off(4)", "6/off 6/off 6/off 6/off"),
        (at("41", "5:1 1:1"), "5/off", "5/1 1/off"),
    ],
)
def test_bar_and_off_have_names(position: Position, text: str, move: str) -> None:
    """In any case, and as numbers as well."""
    assert RULES.parse(position, Seat.SERVER, text) == move


TWO_WAYS = at("65", "24:1 6:2", "7:1 1:2")
"""From 24 to 13 a checker hits on 18, or nothing on 19."""


def test_way_without_a_hit_hits_nothing_if_it_can() -> None:
    """A star says which of two ways is meant."""
    assert RULES.parse(TWO_WAYS, Seat.SERVER, "24/13") == "24/19 19/13"
    assert RULES.parse(TWO_WAYS, Seat.SERVER, "24/18*/13") == "24/18 18/13"
    assert RULES.parse(TWO_WAYS, Seat.SERVER, "24/18/13") == "24/18 18/13"
    one_way = at("65", "24:1 6:2", "7:1 6:2 1:2")
    assert RULES.parse(one_way, Seat.SERVER, "24/13") == "24/18 18/13"


def test_way_that_hits_on_either_of_two_points_is_ambiguous() -> None:
    """The sentence says how each is written."""
    either = at("65", "24:1 6:2", "7:1 6:1 1:2")
    with pytest.raises(IllegalMove, match=r"in more than one way. Type 24/18\*/13 or 24/19\*/13\.$"):
        RULES.parse(either, Seat.SERVER, "24/13")
    assert RULES.parse(either, Seat.SERVER, "24/19*/13") == "24/19 19/13"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        *(
            (text, f'"{text}" is not a play. Write where')
            for text in ("", "hello", "13", "13/8 6", "13/", "a/b", "13/8/")
        ),
        ("13/8 13/8 13/8 13/8 13/8", "That is of more than four steps"),
        ("13/8(5)", '"13/8(5)" is not a play'),
        ("8/13 6/5", '"8/13" is not a way. Checkers go from higher numbers to lower ones, 24 to 1.'),
        ("30/24", '"30/24" is not a way'),
        ("\u0661\u0663/8", "is not a play"),
    ],
)
def test_text_that_is_not_a_play_cannot_be_read(text: str, words: str) -> None:
    """A person is told how plays are written."""
    with pytest.raises(InvalidMove, match=re.escape(words)):
        RULES.parse(at("65", "24:2 13:5 8:3 6:5"), Seat.SERVER, text)


@pytest.mark.parametrize(
    ("position", "text", "words"),
    [
        (at("65", "24:2 13:5"), "13/9 13/8", "13/9 13/8 is not possible with 6-5. You could play "),
        (at("65", "24:2 13:5"), "12/6 13/8", "You have no checker on point 12. "),
        (at("65", "24:2 13:5"), "bar/20 13/7", "You have no checker on the bar. "),
        (at("65", "24:2 13:5"), "13/8", "You have to use as many dice as you can: that is 1, and 2 can be used. "),
        (
            at("33", "24:2 13:5"),
            "24/21(2)",
            "You have to use as many dice as you can: that is 2, and 4 can be used. ",
        ),
        (
            at("65", "24:1 1:1", "12:2"),
            "24/19",
            "Only one of the dice can be used, and it has to be the larger one. ",
        ),
        (at("65", "bar:1 13:5"), "13/7 13/8", "You have a checker on the bar, which has to come in first. "),
        (at("65", "24:2 13:5"), "13/8* 24/18", "Nothing is hit there. You could play "),
        (at("61", "24:1 6:2"), "6/off 6/5", "6/off 6/5 is not possible with 6-1. You could play "),
    ],
)
def test_play_that_the_dice_do_not_allow_is_refused(position: Position, text: str, words: str) -> None:
    """The sentence says why, and what could be played."""
    with pytest.raises(IllegalMove, match=f"^{re.escape(words)}") as refused:
        RULES.parse(position, Seat.SERVER, text)
    assert str(refused.value).endswith(".")
    named = re.findall(r"[^ ]+/[^,.]+(?=[,.])", str(refused.value).partition(". You could play ")[2])
    assert all(RULES.parse(position, Seat.SERVER, play.removeprefix("or ")) for play in named)
    assert named


@settings(max_examples=150, deadline=None)
@given(positions())
def test_plays_as_they_are_listed_for_players_are_read_as_themselves(position: Position) -> None:
    """Their result is the same, whatever was hit on the way."""
    listed = [choice.text for choice in RULES.board(position, Seat.SERVER, {}, None).choices]
    made = [RULES.apply(position, move) for move in RULES.legal_moves(position)]
    assert [after(position, text)._replace(last="") for text in listed] == [end._replace(last="") for end in made]


@settings(max_examples=200, deadline=None)
@given(positions(), st.text("0123456789/-*(), baroff", max_size=30))
def test_any_text_is_refused_or_stands_for_a_play(position: Position, text: str) -> None:
    if RULES.legal_moves(position):
        canonical_or_refused(RULES, position, text)


def test_other_spellings_do_not_travel() -> None:
    """A step is written in one way on the wire; the order of steps is free."""
    match = play(RULES, roll(1, 3))
    for text in ("8/5  6/5", "8/5 06/5", "8-5 6-5", "8/5,6/5", "8/4"):
        with pytest.raises(Refused, match="in another notation"):
            match.after(Seat.SERVER, Kind.MOVE, text)
    assert match.after(Seat.SERVER, Kind.MOVE, "6/5 8/5").position.last == "6/5 8/5"


# The end


@pytest.mark.parametrize(
    ("loser", "reason"),
    [
        ("24:1 1:13", "all checkers are off"),
        ("18:1 1:14", "a gammon, since the other has no checker off"),
        ("19:1 1:14", "a backgammon, since the other has no checker off, and one is still in the winner's home"),
        ("bar:1 1:14", "a backgammon, since the other has no checker off, and one is on the bar"),
    ],
)
def test_first_to_have_all_checkers_off_wins(loser: str, reason: str) -> None:
    """What kind of win it is follows from the checkers of the other."""
    before = at("65", "6:1 5:1", loser)
    assert RULES.outcome(before) is None
    assert RULES.outcome(after(before, "6/off 5/off")) == Outcome(Seat.SERVER, reason)


def test_win_needs_all_fifteen_checkers_off() -> None:
    """One is left here."""
    assert RULES.outcome(after(at("65", "6:1 5:2"), "6/off 5/off")) is None


def test_options_are_refused() -> None:
    with pytest.raises(Refused, match='backgammon has no options: type "play backgammon" alone'):
        RULES.start(Seat.CLIENT, "cube")


def test_position_is_written_as_json() -> None:
    """The checkers are counted from off to the bar, those of the seat whose turn it is first."""
    start = "[0,0,0,0,0,0,5,0,3,0,0,0,0,5,0,0,0,0,0,0,0,0,0,0,2,0]"
    assert json.encode(RULES.start(Seat.CLIENT, "")).decode() == f'[null,[],"",{start},{start}]'
    moved = "[0,0,0,0,0,2,4,0,2,0,0,0,0,5,0,0,0,0,0,0,0,0,0,0,2,0]"
    assert play(RULES, roll(3, 1), "8/5 6/5", roll(1, 2)).notation == f'["server",[2,1],"8/5 6/5",{start},{moved}]'


# What there is to see


def test_each_player_sees_their_home_below_on_the_right() -> None:
    """The last play is marked; both count points from there. Dice lie on the side of whose they are."""
    match = play(RULES, roll(3, 1), "8/5 6/5", roll(6, 6))
    assert seen(match, Seat.CLIENT) == [
        " 13 14 15 16 17 18    19 20 21 22 23 24",
        " X  .  .  .  O  .  |  O  .  .  .  .  X",
        " X           O     |  O              X",
        " X           O     |  O",
        " X                 |  O",
        " X                 |  O",
        "       6  6        |",
        " O                 |",
        " O                 |  X",
        " O                 |  X",
        " O           X     |  X [X ]         O",
        " O  .  .  .  X  .  |  X [X ].  .  .  O",
        " 12 11 10 9  8  7     6  5  4  3  2  1",
        "X: you (163 pips, 0 off), O: the server (167 pips, 0 off)",
    ]
    assert seen(match, Seat.SERVER)[:7] == [
        " 13 14 15 16 17 18    19 20 21 22 23 24",
        " O  .  .  .  X  .  |  X [X ].  .  .  O",
        " O           X     |  X [X ]         O",
        " O                 |  X",
        " O                 |  X",
        " O                 |",
        "                   |        6  6",
    ]
    assert seen(match, None)[0] == seen(match, Seat.CLIENT)[0]


def test_bar_and_high_piles() -> None:
    """A checker on the bar stands in the half where it comes in; a number tells how high a pile is."""
    position = at("21", "bar:2 6:7 1:6", "bar:1 13:14")
    assert rows(board_of(RULES, position, Seat.SERVER))[1:12] == [
        " .  .  .  .  .  .  O  .  .  .  .  .  .",
        "                   O",
        "                   |",
        "                   |",
        "                   |",
        "                   |        2  1",
        " 14                |  7              6",
        " X                 |  O              O",
        " X                 |  O              O",
        " X                 |  O              O",
        " X  .  .  .  .  .  X  O  .  .  .  .  O",
    ]


def test_board_is_drawn_with_discs_in_unicode() -> None:
    """It takes as many columns."""
    match = play(RULES, roll(3, 1))
    plain, unicode = (
        rows(Perspective(match, Seat.CLIENT).board()),
        rows(Perspective(match, Seat.CLIENT).board(), unicode=True),
    )
    assert unicode[1] == " ●  ·  ·  ·  ○  ·  │  ○  ·  ·  ·  ·  ●"
    assert [len(row) for row in plain] == [len(row) for row in unicode]


def test_board_in_words() -> None:
    """It counts all points as the viewer does."""
    position = at("21", "bar:2 6:7 1:6", "bar:1 13:13")
    assert words(board_of(RULES, position, Seat.SERVER)) == [
        "Your checkers: 2 on the bar, 7 on 6, 6 on 1; 98 pips.",
        "The client's checkers: 1 on the bar, 13 on 12, 1 off; 194 pips.",
        "Dice: 2-1.",
    ]
    assert spoken(play(RULES, roll(3, 1), "8/5 6/5", roll(6, 6)), None)[:2] == [
        "The client's checkers: 2 on 24, 5 on 13, 2 on 8, 4 on 6, 2 on 5; 163 pips.",
        "The server's checkers: 2 on 1, 5 on 12, 3 on 17, 5 on 19; 167 pips.",
    ]


def test_choices_are_the_plays() -> None:
    """Each touches the checkers that it moves, and the places where they arrive."""
    board = Perspective(play(RULES, roll(3, 1)), Seat.CLIENT).board()
    position = play(RULES, roll(3, 1)).position
    read = [RULES.parse(position, Seat.CLIENT, choice.text) for choice in board.choices]
    assert {after(position, move) for move in read} == {after(position, move) for move in RULES.legal_moves(position)}
    touched = ["point 8 checker 3", "point 5 checker 1", "point 6 checker 5"]
    assert Choice("8/5 6/5", touched) in board.choices
    assert {cell.name for cell in cells(board)}.issuperset(touched)


@pytest.mark.parametrize(
    ("position", "move", "told"),
    [
        (at("31", "8:3 6:5"), "8/5 6/5", "8/5 6/5"),
        (at("65", "24:2"), "24/18 18/13", "24/13"),
        (at("65", "24:2", "7:1"), "24/18 18/13", "24/18*/13, and hit the client on 18"),
        (
            at("33", "13:2 8:2", "20:1 15:1"),
            "13/10 13/10 8/5 8/5",
            "13/10*(2) 8/5*(2), and hit the client on 5 and 10",
        ),
        (at("21", "bar:1 6:1", "6:2"), "bar/23 6/5", "bar/23 6/5"),
        (at("65", "6:2"), "6/off 6/1", "6/off 6/1"),
    ],
)
def test_play_in_words(position: Position, move: str, told: str) -> None:
    """It is told as players write it."""
    assert RULES.tell(position, move, Seat.SERVER) == f"You played {told}."


def test_hit_is_told_by_the_numbers_of_the_player_who_was_hit() -> None:
    position = at("65", "24:2", "7:1")
    assert RULES.tell(position, "24/18 18/13", Seat.CLIENT) == "The server played 24/18*/13, and hit you on 7."
    assert RULES.tell(position, "24/18 18/13", None) == "The server played 24/18*/13, and hit the client on 18."


def test_rolls_in_words() -> None:
    """The opening roll says who begins."""
    start = RULES.start(Seat.CLIENT, "")
    assert RULES.tell(start, int(roll(2, 5)), Seat.CLIENT) == "You rolled a 2, and the server a 5: the server begins."
    assert RULES.tell(start, int(roll(2, 5)), Seat.SERVER) == "You rolled a 5, and the client a 2: you begin."
    assert RULES.tell(start, int(roll(6, 5)), None) == "The client rolled a 6, and the server a 5: the client begins."
    assert (
        RULES.tell(start, int(roll(4, 4)), Seat.SERVER) == "You rolled a 4, and so did the client: both roll again."
    )
    assert RULES.tell(at("", "24:2"), int(roll(2, 5)), Seat.CLIENT) == "The server rolled 5-2."
