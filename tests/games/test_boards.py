"""What every game shows and tells of its positions, in random play; `chatgame.testing` sees to their form."""

import re
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chatgame.core.board import Board
from chatgame.core.rules import Chance
from chatgame.core.seats import Seat
from chatgame.players.person.boards import drawn, in_words
from chatgame.players.person.inert import inert
from chatgame.players.person.look import Look
from tests.games.playing import Shown, at_random
from tests.kit.boards import cells
from tests.kit.logs import GAMES

WORDS = re.compile(r"(?:[A-Za-z0-9.,:;?!'() ]|(?<=\w)[-=](?=\w)|(?<=[\w*])/(?=\w)|(?<=\d)\*|(?<=\w)[+#])+")
"""Letters, digits, marks that a screen reader passes over, and moves as in `18*/13` and `e8=Q+`."""

any_game = settings(max_examples=3, deadline=None)  # some of them have three hundred positions, for three viewers


def states(game: str, seed: int) -> Iterator[tuple[Shown, Seat | None, Board]]:
    """Every position of a random game, with its board for each viewer."""
    rules = GAMES[game]
    for state in at_random(rules, Random(seed)):
        over = rules.outcome(state.position)
        for viewer in (None, *Seat):
            secrets = {seat: secret for seat, secret in state.secrets.items() if over or seat is viewer}
            yield state, viewer, rules.board(state.position, viewer, secrets, state.before)


def boards(game: str, seed: int) -> Iterator[Board]:
    """The boards alone, and in games where all viewers see the same, one for all of them."""
    shown: list[tuple[Shown, Board]] = []
    for state, _, board in states(game, seed):
        shown = [(of, other) for of, other in shown if of is state]
        if all(board != other for _, other in shown):
            shown.append((state, board))
            yield board


@any_game
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("game", GAMES)
def test_every_board_is_drawn_in_40_columns(game: str, seed: int) -> None:
    """It has plain characters, or Unicode ones that are as wide and do nothing to a terminal."""
    rows: tuple[set[str], set[str]] = set(), set()
    for board in boards(game, seed):
        plain, unicode = (list(drawn(board, Look(width=40, unicode=unicode))) for unicode in (False, True))
        assert len(plain) == len(unicode)
        rows[0].update(plain)
        rows[1].update(unicode)
    assert all(re.fullmatch(r"[ -~]{0,40}", row) and row == row.rstrip() for row in rows[0])
    assert all(inert(row) == row for row in rows[1])
    assert max(map(len, rows[1])) <= 40  # since each of their characters takes one column


@any_game
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("game", GAMES)
def test_every_position_and_turn_can_be_told_in_words(game: str, seed: int) -> None:
    """There are sentences, and no drawing."""
    rules = GAMES[game]
    for (_, _, before, came), viewer, board in states(game, seed):
        lines = [line for news in (False, True) for line in in_words(replace(board, news=news))]
        assert all(WORDS.fullmatch(line) for line in lines), lines
        told = rules.tell(before, came, viewer) if before else None
        assert not told or re.fullmatch(rf"{WORDS.pattern}[.!]", told), told


@any_game
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("game", ["tictactoe", "connect4", "reversi", "battleship"])
def test_words_tell_all_that_the_board_shows(game: str, seed: int) -> None:
    """They name each cell with something on it once."""
    for board in boards(game, seed):
        lines = list(in_words(board))
        if game == "connect4":
            columns = [
                [cell.mark.name for cell in board.grids[0].cells[n::7][::-1] if cell.mark.name] for n in range(7)
            ]
            piles = [f"Column {n} from the bottom: {', '.join(pile)}." for n, pile in enumerate(columns, 1) if pile]
            assert [line for line in lines if line.startswith("Column")] == piles
            continue
        for grid, line in zip(board.grids, lines if len(board.grids) > 1 else [" ".join(lines)], strict=False):
            named = re.split(r"[,;:.]? ", line.partition("In a row")[0].rstrip("."))
            for cell in grid.cells:
                assert named.count(cell.name.split()[0]) >= bool(cell.mark.name)


@any_game
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("game", GAMES)
def test_what_is_fresh_has_changed_and_what_has_won_is_of_one_kind(game: str, seed: int) -> None:
    """A line of three or four cells or more is marked when somebody has won by it; in chess a square may be left."""
    rules, last = GAMES[game], dict[tuple[int, str], str]()
    for (position, _, before, _), viewer, board in states(game, seed):
        if viewer:
            continue
        now = {(n, cell.name): cell for n, grid in enumerate(board.grids) for cell in grid.cells}
        if not (before and isinstance(rules.to_act(before), Chance)):  # a roll leaves the last move marked
            for at, cell in now.items():
                assert not cell.fresh or cell.mark.text != last.get(at)
                assert not cell.fresh or cell.mark.name or game == "chess"
            last = {at: cell.mark.text for at, cell in now.items()}
        outcome, line = rules.outcome(position), [cell.mark.text for cell in now.values() if cell.line]
        if outcome and "in a row" in outcome.reason:
            assert line in ([mark] * len(line) for mark in "XO")
            assert len(line) >= {"three in a row": 3, "four in a row": 4}[outcome.reason]
        else:
            assert not line


@any_game
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("game", ["hangman", "battleship"])
def test_nothing_is_hidden_when_the_game_is_over(game: str, seed: int) -> None:
    """Before that, a board hides what the viewer cannot know."""
    for (position, *_), _, board in states(game, seed):
        hidden = any(cell.hidden for cell in cells(board))
        assert not (GAMES[game].outcome(position) and game == "battleship" and hidden)


@pytest.mark.parametrize("game", GAMES)
def test_every_game_says_what_it_is_about(game: str) -> None:
    """It does so on a line or two, in whole sentences."""
    about = GAMES[game].about
    assert 40 <= len(about) <= 160
    assert WORDS.fullmatch(about)
    assert about.endswith(".")
