"""What every game shows and tells of its positions, in random play."""

import re
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgame.core.board import changed
from chatgame.core.rules import Answer, AnyRules
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from tests.games.playing import Shown, at_random

WORDS = re.compile(r"(?:[A-Za-z0-9.,:;?!'() ]|(?<=\w)-(?=\w))+[.:!]")
"""Letters, digits and marks that a screen reader passes over, and a hyphen inside a word."""


def shown(game: str, seed: int) -> list[tuple[Shown, Seat | None, str | None]]:
    """Every position of a random game, to each viewer."""
    states = list(at_random(BUILT_IN[game], Random(seed)))
    return [
        (state, viewer, state.secrets.get(viewer) if viewer else None) for state in states for viewer in (None, *Seat)
    ]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("game", BUILT_IN)
def test_every_board_fits_into_40_columns(game: str, seed: int) -> None:
    """Of plain characters; of two that stand side by side, each has all rows."""
    for (position, *_), viewer, secret in shown(game, seed):
        rows = BUILT_IN[game].render(position, viewer, secret).split("\n")
        assert len({row.count("\t") for row in rows if "\t" in row}) < 2
        for line in (part for row in rows for part in row.split("\t")):
            assert re.fullmatch(r"[ -~]{0,40}", line)
            assert line == line.rstrip()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("game", BUILT_IN)
def test_every_position_and_turn_can_be_told_in_words(game: str, seed: int) -> None:
    """In sentences, without a drawing."""
    rules: AnyRules = BUILT_IN[game]
    for (position, _, before, came), viewer, secret in shown(game, seed):
        lines = rules.describe(position, viewer, secret).split("\n")
        assert all(WORDS.fullmatch(line) for line in lines), lines
        told = rules.tell(before, came) if before and isinstance(rules.to_act(before), Seat | Answer) else ""
        assert not told or WORDS.fullmatch(told), told


def tictactoe_from(words: str) -> str:
    """The cells, row by row; each is named once."""
    assert sorted(re.findall(r"\d", words)) == list("123456789")
    marks = {
        cell: mark
        for mark, cells in re.findall("^([XO]): (.*)", words, re.MULTILINE)
        for cell in re.findall(r"\d", cells)
    }
    return "".join(marks.get(cell, cell) for cell in "123456789")


def connect4_from(words: str) -> str:
    """The columns, filled up from the bottom; each is named once."""
    named = dict(re.findall(r"^Column (\d) from the bottom: (.*)\.", words, re.MULTILINE))
    columns = named | dict.fromkeys(re.findall(r"\d", words.split("Empty columns: ")[1]), "")
    assert sorted(columns) == list("1234567")
    piles = [columns[column].replace(", ", "").ljust(6, ".") for column in sorted(columns)]
    return "".join(pile[row] for row in reversed(range(6)) for pile in piles)


def reversi_from(words: str) -> str:
    """The cells, row by row, with stars where the viewer may play."""
    rows = dict(re.findall(r"^Row (\d): (.*)\.", words, re.MULTILINE))
    marks = {f"{disc[0]}{row}": disc[2] for row, discs in rows.items() for disc in discs.split(", ")}
    marks |= dict.fromkeys(re.findall(r"[a-h]\d", words.partition("You can play ")[2]), "*")
    return "".join(marks.get(f"{column}{row}", ".") for row in "12345678" for column in "abcdefgh")


def hangman_from(words: str) -> str:
    """The letters."""
    return "".join(re.findall(r"letters: (.*)\.", words)).replace(", ", "").replace("blank", "_")


def battleship_from(words: str) -> str:
    """The shots, sea by sea and in each row by row."""
    seas = ""
    for shots in re.findall(r"^Shots at .*: (.*)\.", words, re.MULTILINE):
        found = {cell: shot[0] for shot in shots.split("; ") for cell in re.findall(r"[a-j]\d+", shot)}
        marks = {cell: {"m": "o", "h": "x", "s": "#"}[kind] for cell, kind in found.items()}
        seas += "".join(marks.get(f"{column}{row}", ".") for row in range(1, 11) for column in "abcdefghij")
    return seas


def battleship_cells(board: str) -> str:
    """The shots that the two boards show."""
    rows = [row.split("\t") for row in board.split("\n")[2:-1]]
    return "".join(re.sub(r"[2-5]", ".", row[side][3:].replace(" ", "")) for side in (0, 1) for row in rows)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize(
    ("game", "from_words", "from_board"),
    [
        ("tictactoe", tictactoe_from, lambda board: re.sub(r"^X: .*|[^1-9XO]", "", board, flags=re.MULTILINE)),
        ("connect4", connect4_from, lambda board: re.sub(r"^\d.*\n|^X: .*|\s", "", board, flags=re.MULTILINE)),
        ("reversi", reversi_from, lambda board: re.sub(r"^ .*\n|^X: .*|^\* .*|\d|\s", "", board, flags=re.MULTILINE)),
        ("hangman", hangman_from, lambda board: board.split("\n")[6].replace(" ", "").replace("?", "")),
        ("battleship", battleship_from, battleship_cells),
    ],
)
def test_words_tell_all_that_the_board_shows(
    game: str, from_words: Callable[[str], str], from_board: Callable[[str], str], seed: int
) -> None:
    """It can be drawn again from them."""
    for (position, *_), viewer, secret in shown(game, seed):
        words, board = (tell(position, viewer, secret) for tell in (BUILT_IN[game].describe, BUILT_IN[game].render))
        assert from_words(words) == from_board(board)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("game", BUILT_IN)
def test_marks_that_have_won_are_found_by_comparing_boards(game: str, seed: int) -> None:
    """Three or four or more of one kind, when somebody has won by a line, and otherwise none."""
    rules: AnyRules = BUILT_IN[game]
    for position, *_ in at_random(rules, Random(seed)):
        outcome, without = rules.outcome(position), rules.without_line(position)
        drawn = rules.render(position, None, None)
        marks = [drawn.split("\n")[row][column] for row, column in changed(rules.render(without, None, None), drawn)]
        if outcome and "in a row" in outcome.reason:
            assert marks in ([mark] * len(marks) for mark in "XO")
            assert len(marks) >= {"three in a row": 3, "four in a row": 4}[outcome.reason]
        else:
            assert without == position


@pytest.mark.parametrize("game", BUILT_IN)
def test_every_game_says_what_it_is_about(game: str) -> None:
    """On a line or two, in whole sentences."""
    about = BUILT_IN[game].about
    assert 40 <= len(about) <= 160
    assert WORDS.fullmatch(about)
    assert about.endswith(".")
