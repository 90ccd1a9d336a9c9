"""Battleship, by its rules and against cheats."""

from itertools import chain
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json

from chatgame.core.board import Choice
from chatgame.core.errors import IllegalMove, InvalidMove, Refused
from chatgame.core.perspective import Perspective
from chatgame.core.rules import Answer, Outcome, Revealed, Secret
from chatgame.core.seats import Seat
from chatgame.games.battleship import ANSWERS, CELLS, Battleship, Position, sunk_by
from tests.games.playing import Lie, canonical_or_refused, play
from tests.kit.boards import board_of, cells, rows, seen, spoken, words

RULES = Battleship()
START = RULES.start(Seat.CLIENT, "")
PLACED = RULES.apply(RULES.apply(START, None), None)
SHOT = RULES.apply(PLACED, "b4")
SEEDS = st.integers(0, 2**64 - 1)

FLEET = "a1-e1 b3-b6 d5-f5 h1-h3 j9-j10"
ORDERED = "a1-e1 b3-b6 h1-h3 d5-f5 j9-j10"
HITS = ["a1", "b1", "c1", "d1", "e1", "b3", "b4", "b5", "b6", "d5", "e5", "f5", "h1", "h2", "h3", "j9", "j10"]
MISSES = [cell for cell in CELLS if cell not in HITS]


def shots(first: list[str], second: list[str]) -> list[str]:
    """The shots of both seats in turn; the first has one more."""
    return [*chain.from_iterable(zip(first, second, strict=False)), *first[len(second) :]]


@pytest.mark.parametrize("inviter", Seat)
def test_both_place_a_fleet_and_shoot_in_turn(inviter: Seat) -> None:
    """The invited seat shoots first; a hit gives no second shot."""
    position = RULES.start(inviter, "")
    assert RULES.to_act(position) == Secret(inviter.other)
    position = RULES.apply(position, None)
    assert RULES.to_act(position) == Secret(inviter)
    position = RULES.apply(position, None)
    for answer in ("miss", "hit", "sunk 3"):
        assert RULES.to_act(position) is inviter.other
        position = RULES.apply(position, CELLS[position.target.index(".")])
        assert RULES.to_act(position) == Answer(inviter)
        position = RULES.apply(position, answer)
        assert RULES.to_act(position) is inviter
        position = RULES.apply(position, CELLS[position.target.index(".")])
        assert RULES.to_act(position) == Answer(inviter.other)
        position = RULES.apply(position, answer)


@pytest.mark.parametrize("inviter", Seat)
def test_seventeen_hits_win(inviter: Seat) -> None:
    """Either seat can win a whole match; afterwards both fleets are shown and found to be true."""
    won = Outcome(inviter.other, "the whole fleet is sunk")
    assert play(RULES, FLEET, FLEET, *shots(HITS[:-1], MISSES[:16]), inviter=inviter).outcome is None
    assert play(RULES, FLEET, FLEET, *shots(HITS, MISSES[:16]), inviter=inviter).outcome == won
    lost = Outcome(inviter, "the whole fleet is sunk")
    assert play(RULES, FLEET, FLEET, *shots(MISSES[:17], HITS), inviter=inviter).outcome == lost


@given(SEEDS, SEEDS, st.randoms(use_true_random=False))
def test_true_answers_are_never_found_false(one: int, other: int, random: Random) -> None:
    """This holds for any fleets, wherever the shots fall."""
    fleets = RULES.any_secret(START, one), RULES.any_secret(START, other)
    lines = shots(random.sample(CELLS, 100), random.sample(CELLS, 100))
    match = play(RULES, *fleets, *lines[: random.randrange(33)], "/resign")
    assert match.outcome == Outcome(match.position.shooter.other, f"the {match.position.shooter} resigned")


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.permutations(CELLS))
def test_true_answers_are_never_refused(seed: int, cells: list[str]) -> None:
    """From the first shot to the last, which is the one that sinks the last ship."""
    fleet, position = RULES.any_secret(START, seed), PLACED
    for cell in cells:
        shot = RULES.apply(position, cell)
        position = answered(shot, RULES.answer(shot, fleet))
        if sum(map(position.target.count, "2345")) == 5:
            break
    assert sorted(position.target.replace(".", "").replace("o", "")) == sorted("23345" + "x" * 12)


def answered(position: Position, answer: str) -> Position:
    """The server shoots at the same sea again, after an answer that was taken."""
    after = RULES.apply(position, RULES.parse(position, Seat.CLIENT, answer))
    return after._replace(shooter=Seat.SERVER, own=after.target, target=after.own)


def answers(*cells: str) -> list[str]:
    """The true answers to shots at `FLEET`, one after another."""
    position, answers = PLACED, list[str]()
    for cell, other in zip(cells, MISSES, strict=False):
        position = RULES.apply(position, cell)
        answers.append(RULES.answer(position, ORDERED))
        for move in (answers[-1], other, "miss"):
            position = RULES.apply(position, move)
    return answers


def test_ship_is_sunk_by_the_shot_at_its_last_cell() -> None:
    """Its cells may be hit in any order; the answer tells its length."""
    assert answers("j9", "a10", "j10") == ["hit", "miss", "sunk 2"]
    assert answers("h3", "h1", "d5", "h2") == ["hit", "hit", "hit", "sunk 3"]
    assert answers("b6", "b4", "b5", "b3") == ["hit", "hit", "hit", "sunk 4"]
    assert answers("c1", "a1", "e1", "b1", "f1", "d1") == ["hit", "hit", "hit", "hit", "miss", "sunk 5"]


@pytest.mark.parametrize(
    ("lines", "cheat"),
    [
        ([FLEET, "a1", Lie("miss")], 'a false answer, "miss" for "hit"'),
        ([FLEET, "a2", Lie("hit")], 'a false answer, "hit" for "miss"'),
        ([FLEET, "j9", "a2", "j10", Lie("hit")], 'a false answer, "hit" for "sunk 2"'),
        ([FLEET, "h1", "a2", "h2", Lie("sunk 2")], 'a false answer, "sunk 2" for "hit"'),
        ([FLEET, "j9", Lie("miss"), "a2", "b3"], 'a false answer, "miss" for "hit"'),
        ([Lie(FLEET.upper())], "a secret in another notation"),
        ([Lie(FLEET.replace(" ", "  "))], "a secret in another notation"),
        ([Lie("a1-e1 b3-b6 h1-h3 d5-f5")], "These ships are 5 4 3 3 long. The ships of a fleet are 5 4 3 3 2 long."),
        (
            [Lie("a1-e1 b3-b6 h1-h3 d5-f5 j9-j10 a9-a10")],
            "These ships are 5 4 3 3 2 2 long. The ships of a fleet are 5 4 3 3 2 long.",
        ),
        ([Lie("a1-e1 b1-b4 h1-h3 d5-f5 j9-j10")], "Two ships overlap at b1. Place one of them elsewhere."),
        ([Lie("a1-e1 b3-b6 h1-h3 d5-f5 i9-j10")], "i9-j10 lies diagonally. A ship lies in a row or in a column."),
        ([Lie("a1-e1 b3-b6 h1-h3 d5-f6 j9-j10")], "d5-f6 lies diagonally. A ship lies in a row or in a column."),
        (
            [Lie("a1-e1 b3-b6 h1-h3 d5-f5 j10-j11")],
            '"j10-j11" is not on the board. Write a ship as its first and last cell, from a1 to j10, as in a1-e1.',
        ),
        (
            [Lie("nowhere")],
            '"nowhere" is not on the board. Write a ship as its first and last cell, from a1 to j10, as in a1-e1.',
        ),
    ],
)
def test_cheat_shows_when_the_fleet_does(lines: list[str], cheat: str) -> None:
    """The cheat loses, no matter who resigned; the inviter cheats here."""
    cheat = cheat if cheat.startswith("a ") else f"a secret that the rules do not allow ({cheat})"
    resigned = play(RULES, FLEET, *lines, "/resign").outcome
    assert resigned == Outcome(Seat.SERVER, f"the client cheated: {cheat}")


def test_winner_who_has_cheated_loses() -> None:
    """Here the invited seat, which sank all ships, has cheated."""
    lines = [FLEET, FLEET, "a1", "a1", Lie("miss"), *shots(HITS[1:], MISSES[:15])]
    cheated = 'the server cheated: a false answer, "miss" for "hit"'
    assert play(RULES, *lines).outcome == Outcome(Seat.CLIENT, cheated)


def sea(*rows: str, rest: str = ".") -> Position:
    """The client is to answer a shot at the cell `?` of its sea, of which these are the first rows."""
    waters = "".join(row.ljust(10, rest) for row in rows).ljust(100, rest)
    shot = CELLS[waters.index("?")]
    return PLACED._replace(target=waters.replace("?", "."), shot=shot)


@pytest.mark.parametrize(
    ("position", "possible"),
    [
        (sea("?"), "miss, hit"),
        (sea("x?"), "miss, hit, sunk 2"),
        (sea("xx?x"), "miss, hit, sunk 2, sunk 3, sunk 4"),
        (sea("xx", "?"), "miss, hit, sunk 2"),
        (sea("xx.?"), "miss, hit"),
        (sea("xo?"), "miss, hit"),
        (sea("x2?"), "miss, hit"),
        (sea("xx3?", "xx"), "miss, hit"),
        (sea("xx3", "xx3", "xx?"), "miss, hit, sunk 2"),
        (sea("x2", "x?"), "miss, hit"),
        (sea("xxxx5", "xxx?"), "miss, hit, sunk 2, sunk 3, sunk 4"),
        (sea("xxxx5", "xxx4", "xx3", "xx3", "x.", "?"), "miss, sunk 2"),
        (sea("xxxx5", "xxx4", "xx3", "xx3", "x?"), "miss, sunk 2"),
        (sea("xxxx5", "xxx4", "xx3", "xx3", "x?", rest="o"), "sunk 2"),
        (sea("xxxx5", "xxx4", "xx3", "xx3", "?."), "miss, hit"),
        (sea("xxxx5", "xxx4", "xx3", "xx3", "oooo", "?.", rest="o"), "hit"),
        (sea("xxxx.", "xxx.", "xx3", "x2", "xx?"), "miss, sunk 3"),
        (sea("?o", "o"), "miss"),
        (sea(".o.", "o?o", ".o."), "miss"),
        (sea(".?...", rest="o"), "hit"),
        (sea("..?..", ".o", rest="o"), "hit"),
    ],
)
def test_answer_that_cannot_be_true_is_refused(position: Position, possible: str) -> None:
    """By counts, and by where each ship could lie if it were alone; other lies wait for the audit."""
    for answer in ANSWERS:
        if answer in possible.split(", "):
            assert RULES.parse(position, Seat.CLIENT, answer) == answer
        else:
            with pytest.raises(IllegalMove, match=f'^"{answer}" cannot be true of {position.shot} after the answers'):
                RULES.parse(position, Seat.CLIENT, answer)


def test_player_who_denies_every_hit_is_found_out_when_a_ship_has_no_place_left() -> None:
    """So the game cannot be drawn out, and it ends by seventeen hits alone."""
    position = PLACED
    with pytest.raises(IllegalMove, match='"miss" cannot be true of f10'):
        for cell in CELLS:
            position = answered(RULES.apply(position, cell), "miss")


def test_both_can_be_found_out() -> None:
    """Nobody wins then."""
    assert play(RULES, Lie("a1-e1"), Lie("a1-e1"), "/resign").outcome == Outcome(None, "both cheated")


@pytest.mark.parametrize(
    "typed",
    [
        FLEET,
        ORDERED,
        "j10-j9 h3-h1 f5-d5 b6-b3 e1-a1",
        "  D5-F5   A1-E1 J9-J10\th1-h3 b3-b6 ",
    ],
)
def test_fleet_is_typed_in_any_order_and_direction(typed: str) -> None:
    """What travels has them too, in small letters, with single spaces; and it wins or loses as any other."""
    hidden = " ".join(typed.lower().split())
    assert RULES.parse(START, Seat.SERVER, typed) == hidden
    assert play(RULES, hidden, FLEET, *shots(MISSES[:17], HITS)).outcome == Outcome(
        Seat.CLIENT, "the whole fleet is sunk"
    )


def test_ships_may_touch() -> None:
    """They may do so as long as they share no cell."""
    side_by_side = "a1-e1 a2-d2 a3-c3 a4-c4 a5-b5"
    assert RULES.parse(START, Seat.SERVER, side_by_side) == side_by_side


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("a1-e1 b3-b6 d5-f5 h1-h3", "These ships are 5 4 3 3 long. The ships of a fleet are 5 4 3 3 2 long"),
        (
            "a1-e1 b3-b6 d5-f5 h1-h3 j10-j10",
            "These ships are 5 4 3 3 1 long. The ships of a fleet are 5 4 3 3 2 long",
        ),
        ("a1-e1 b3-b6 d5-f5 h1-h4 j9-j10", "These ships are 5 4 3 4 2 long. The ships of a fleet are 5 4 3 3 2 long"),
        ("a1-e1 e1-e4 d5-f5 h1-h3 j9-j10", "Two ships overlap at e1. Place one of them elsewhere"),
        ("a1-e1 b3-b6 d5-f5 d5-f5 j9-j10", "Two ships overlap at d5. Place one of them elsewhere"),
        ("a1-e2 b3-b6 d5-f5 h1-h3 j9-j10", "a1-e2 lies diagonally. A ship lies in a row or in a column"),
        ("a1-e5 b3-b6 d5-f5 h1-h3 j9-j10", "a1-e5 lies diagonally. A ship lies in a row or in a column"),
        ("j1-a2 b3-b6 d5-f5 h1-h3 j9-j10", "j1-a2 lies diagonally. A ship lies in a row or in a column"),
        *(
            (
                f"a1-e1 b3-b6 {ship} h1-h3 j9-j10",
                f'"{ship}" is not on the board. Write a ship as its first and last cell',
            )
            for ship in ("d5", "d5-", "-", "d5-e5-f5", "i5-k5", "d0-f0", "d11-f11", "d05-f05", "d²-f²", "d٣-f٣")
        ),
        ("hello", '"hello" is not on the board'),
    ],
)
def test_text_that_is_not_a_fleet_is_refused(typed: str, words: str) -> None:
    """The sentence says what is wrong in it."""
    with pytest.raises(InvalidMove, match=f"^{words}"):
        RULES.parse(START, Seat.SERVER, typed)


@given(SEEDS)
def test_random_fleet_is_a_fleet(seed: int) -> None:
    """It is written in its own notation."""
    fleet = RULES.any_secret(START, seed)
    assert RULES.parse(START, Seat.SERVER, fleet) == fleet


def test_random_fleets_lie_anywhere() -> None:
    """A carrier has 120 places."""
    random = Random(0)
    fleets = [RULES.any_secret(START, random.getrandbits(64)) for _ in range(2000)]
    assert len({fleet.split()[0] for fleet in fleets}) == 120
    assert len({fleet.split()[4] for fleet in fleets}) == 180
    assert len(set(fleets)) == 2000


@pytest.mark.parametrize(
    "text", ["", "a", "a0", "a11", "k1", "a01", "a+1", "a1 ", "1a", "a²", "a٣", "\uff411", "a1-a2"]
)
def test_text_that_is_not_a_cell_is_refused(text: str) -> None:
    """The sentence names the cells."""
    with pytest.raises(InvalidMove, match=r"is not on the board. Choose a cell from a1 to j10\.$"):
        RULES.parse(PLACED, Seat.SERVER, text)


@pytest.mark.parametrize("answer", ["miss", "hit", "sunk 2"])
def test_no_cell_is_shot_at_twice(answer: str) -> None:
    """It may be shot at once by each side, whatever was there."""
    answered = RULES.apply(SHOT, answer)
    assert RULES.parse(answered, Seat.CLIENT, "B4") == "b4"
    position = RULES.apply(RULES.apply(answered, "b4"), "miss")
    with pytest.raises(IllegalMove, match=r"^b4 was shot at before. Choose a cell that shows a dot\.$"):
        RULES.parse(position, Seat.SERVER, "B4")


def test_answer_has_one_of_three_forms() -> None:
    """There is no other."""
    for other in ("", "Miss", "sunk", "sunk 1", "sunk 6", "sunk 02", "sunk  2", "sunk ٣", "hit ", "b4"):
        with pytest.raises(InvalidMove, match="is not one of the answers miss, hit, sunk 2, sunk 3, sunk 4, sunk 5"):
            RULES.parse(SHOT, Seat.CLIENT, other)


@given(
    st.text(max_size=4000)
    | st.lists(st.text("abcdefghijk0123456789-", max_size=7), max_size=6).map(" ".join)
    | st.lists(st.sampled_from(FLEET.split()), max_size=600).map(" ".join),
    st.sampled_from([START, PLACED, SHOT]),
)
def test_any_text_is_read_or_refused(text: str, position: Position) -> None:
    """It is read as a fleet, a cell or an answer."""
    canonical_or_refused(RULES, position, text)


def test_asks_for_what_is_due() -> None:
    """It asks for a fleet, with an example, and then for a cell."""
    example = "ships of 5 4 3 3 2 cells by their ends, as in a1-e1 b3-b6 d5-f5 h1-h3 j9-j10, or random"
    assert RULES.asks(START, Seat.SERVER) == example
    assert RULES.asks(PLACED, Seat.SERVER) == "a cell to shoot at, a1 to j10"


def test_options_are_refused() -> None:
    with pytest.raises(Refused, match='battleship has no options: type "play battleship" alone'):
        RULES.start(Seat.CLIENT, "8")


def test_position_is_written_as_json() -> None:
    untouched = "." * 100
    assert json.encode(START).decode() == f'["server",0,"{untouched}","{untouched}",""]'
    assert json.encode(SHOT).decode() == f'["server",2,"{untouched}","{untouched}","b4"]'
    assert json.encode(RULES.apply(SHOT, "hit")).decode() == (
        f'["client",2,"{"." * 31}x{"." * 68}","{untouched}",""]'
    )


SOME_SHOTS = play(RULES, FLEET, FLEET, "j9", "a1", "j10", "a2", "d5", "a3")


def test_board_of_a_player() -> None:
    """It shows the other's waters as far as they are known, ships that were sunk as a whole, and one's own fleet."""
    assert seen(SOME_SHOTS, Seat.CLIENT, ORDERED) == [
        "The server's sea          Your sea",
        "   a b c d e f g h i j       a b c d e f g h i j",
        " 1 x . . . . . . . . .     1 5 5 5 5 5 . . 3 . .",
        " 2 o . . . . . . . . .     2 . . . . . . . 3 . .",
        " 3[o]. . . . . . . . .     3 . 4 . . . . . 3 . .",
        " 4 . . . . . . . . . .     4 . 4 . . . . . . . .",
        " 5 . . . . . . . . . .     5 . 4 . x 3 3 . . . .",
        " 6 . . . . . . . . . .     6 . 4 . . . . . . . .",
        " 7 . . . . . . . . . .     7 . . . . . . . . . .",
        " 8 . . . . . . . . . .     8 . . . . . . . . . .",
        " 9 . . . . . . . . . .     9 . . . . . . . . . #",
        "10 . . . . . . . . . .    10 . . . . . . . . . #",
        "o: miss, x: hit, #: sunk",
    ]


def test_board_of_an_onlooker() -> None:
    """It shows the shots alone, and what is sunk so far as the shots tell."""
    found = seen(SOME_SHOTS, None)
    assert found[0] == "The client's sea          The server's sea"
    assert found[10:12] == [
        " 9 . . . . . . . . . #     9 . . . . . . . . . .",
        "10 . . . . . . . . . #    10 . . . . . . . . . .",
    ]
    assert set(rows(board_of(RULES, PLACED))[2]) == set(" 1.")


def test_board_is_ones_own_sea_while_fleets_are_placed() -> None:
    """The player types the ends of the ships."""
    assert [grid.title for grid in Perspective(play(RULES), Seat.SERVER).board().grids] == ["Your sea"]
    assert [grid.title for grid in Perspective(play(RULES, FLEET), Seat.SERVER, ORDERED).board().grids] == [
        "Your sea"
    ]


def test_both_fleets_are_shown_when_the_game_is_over() -> None:
    """Everybody sees them, also after a resignation."""
    match = play(RULES, FLEET, FLEET, "a1", "/resign")
    assert match.outcome
    for viewer in (None, *Seat):
        theirs, own = (
            "".join(cell.mark.text for cell in grid.cells) for grid in Perspective(match, viewer).board().grids
        )
        assert sorted(theirs + own) == sorted("x" + "." * 166 + "5" * 9 + "4" * 8 + "3" * 12 + "2" * 4)
        assert not any(cell.hidden for cell in cells(Perspective(match, viewer).board()))


@pytest.mark.parametrize(
    ("row", "sunk"),
    [("xx3", "abc"), ("xxx3", "bcd"), ("x2o", "ab"), ("x3x", "abc"), ("x2x", "b"), ("xx3x2", "bc"), ("4", "a")],
)
def test_ship_that_was_sunk_is_known_as_far_as_the_shots_tell(row: str, sunk: str) -> None:
    """A hit beside it may be of another ship."""
    at = next(at for at, mark in enumerate(row) if mark.isdigit())
    assert sunk_by(row.ljust(100, "."), at) == {"abcde".index(column) for column in sunk}


def test_waters_in_words() -> None:
    """The viewer's own waters come last; the fleet is told to its owner alone."""
    at_server, at_client = "miss a2, a3; hit a1", "hit d5; sunk j9, j10"
    fleet = "ship of 3 h1, h2, h3, e5, f5; ship of 4 b3, b4, b5, b6; ship of 5 a1, b1, c1, d1, e1"
    assert spoken(SOME_SHOTS, Seat.CLIENT, ORDERED) == [
        f"The server's sea: {at_server}.",
        f"Your sea: {at_client}; {fleet}.",
    ]
    assert spoken(SOME_SHOTS, Seat.SERVER) == [f"The client's sea: {at_client}.", f"Your sea: {at_server}."]
    assert words(board_of(RULES, START)) == ["The client's sea: nothing yet.", "The server's sea: nothing yet."]


def test_choices_are_the_cells_that_were_not_shot_at() -> None:
    """They are in the other's sea, which stands first."""
    board = Perspective(SOME_SHOTS, Seat.SERVER).board()
    assert len(board.choices) == 97
    assert board.choices[0] == Choice("a1", ["a1"])
    assert not Perspective(SOME_SHOTS, Seat.CLIENT).board().choices
    assert not Perspective(play(RULES), Seat.SERVER).board().choices  # a fleet cannot be listed


def test_shot_and_answer_in_words() -> None:
    """One sentence tells both, and so it does for the fleets."""
    assert RULES.tell(PLACED, "b4", Seat.SERVER) == ""
    assert [RULES.tell(SHOT, answer, Seat.SERVER) for answer in ("miss", "hit", "sunk 3")] == [
        "You shot at b4: miss.",
        "You shot at b4: hit.",
        "You shot at b4: a hit, which sank a ship of 3.",
    ]
    assert RULES.tell(SHOT, "hit", Seat.CLIENT) == "The server shot at b4: hit."
    assert RULES.tell(START, None, Seat.CLIENT) == "The server has placed the fleet."
    assert RULES.tell(START, None, Seat.SERVER) == "You have placed your fleet."
    assert RULES.tell(PLACED, Revealed(Seat.SERVER, ORDERED), Seat.CLIENT) == "The server's fleet is shown."
