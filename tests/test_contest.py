"""Two players play one game many times: the score, its interval, and who begins."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.contest import Contest, Score
from chatgame.core.errors import ProgramFailed
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.journal.reader import Reader
from chatgame.journal.store import Store
from chatgame.players.bot.bot import Bot
from chatgame.players.bot.level import Level
from chatgame.players.program.program import program_at_seat
from chatgame.players.script import Script
from tests.kit.command import COMMAND
from tests.kit.consoles import journal_in
from tests.kit.journals import turns_of
from tests.kit.programs import HEAD, PLAYS, python


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, "match", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


class Loser:
    """Gives up every game, after it has looked at it."""

    def __init__(self, seat: Seat, began: list[bool]) -> None:
        self._seat = seat
        self._began = began

    async def ask(self, table: Table) -> str:
        return "/resign"

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        assert not steps

    async def see(self, step: Step) -> None:
        if step.turn.kind is Kind.PLAY:
            self._began.append(step.after.token is self._seat)

    async def hear(self, text: str) -> None:
        raise AssertionError(text)


class Rock(Script):
    """Always chooses the same."""

    def __init__(self) -> None:
        super().__init__(repeat("rock"))


def bot(seat: Seat) -> Bot:
    return Bot(seat, Level.EASY, Random(1))


async def test_players_begin_by_turns() -> None:
    """The loss is the loser's, at either seat."""
    began: list[bool] = []
    contest = Contest(BUILT_IN, "play tictactoe", ["loser", "bot"])
    for _ in range(4):
        await contest.play_game(lambda seat: Loser(seat, began), bot)
    assert began == [True, False, True, False]
    assert contest.score == Score(lost=4)


async def test_games_are_kept_if_one_asks(tmp_path: Path) -> None:
    """Each is a conversation of its own, which has ended."""
    with Store(tmp_path / "journal.db") as store:
        contest = Contest(BUILT_IN, "play rps 1", ["a" * 40, "b"], store)
        for _ in range(2):
            await contest.play_game(bot, lambda seat: Bot(seat, Level.EASY, Random(2)))
        assert contest.kept == [1, 2]
        assert turns_of(store, 1)[0].kind is Kind.PLAY
        records = sorted(store.history())
    assert [(record.seat, record.partner, bool(record.ended)) for record in records] == [
        (Seat.SERVER, "b", True),
        (Seat.CLIENT, "b", True),
    ]


async def test_program_that_leaves_a_game_has_lost_it() -> None:
    """Although the same line ends a conversation."""
    async with (
        asyncio.timeout(10),
        program_at_seat(python("for ask in asks(): answer(ask, '/q')"), 5, print) as program,
    ):
        contest = Contest(BUILT_IN, "play tictactoe", ["program", "bot"])
        await contest.play_game(program.at, bot)
    assert contest.score == Score(lost=1)


async def test_game_without_end_is_drawn() -> None:
    """As of two who always choose the same."""
    contest = Contest(BUILT_IN, "play rps", ["rock", "rock"])
    await contest.play_game(lambda _: Rock(), lambda _: Rock())
    assert contest.score == Score(drawn=1)


async def test_program_that_ends_ends_the_contest() -> None:
    """The games before count."""
    code = """
began = 0
for message in messages():
    began += message["type"] == "begin"
    if began == 2:
        sys.exit(3)
    if message["type"] == "ask":
        answer(message, "/resign")
"""
    contest = Contest(BUILT_IN, "play tictactoe", ["program", "bot"])
    with pytest.raises(ProgramFailed, match="has ended with status 3"):
        async with asyncio.timeout(10), program_at_seat(python(code), 5, print) as program:
            for _ in range(4):
                await contest.play_game(program.at, bot)
    assert contest.score.games == contest.score.lost == 1


@pytest.mark.parametrize(
    ("score", "low", "high"),
    [(Score(7, 3), 0.397, 0.892), (Score(50, 50), 0.404, 0.596), (Score(0, 10), 0, 0.278), (Score(81, 0), 0.955, 1)],
)
def test_interval_is_wilsons(score: Score, low: float, high: float) -> None:
    """The numbers are those of statsmodels' `proportion_confint(method="wilson")`."""
    assert score.interval == pytest.approx((low, high), abs=5e-4)


counts = st.integers(0, 1000)


@given(won=counts, lost=counts, drawn=counts)
def test_interval_holds_the_share_and_mirrors(won: int, lost: int, drawn: int) -> None:
    if not won + lost + drawn:
        return
    score, mirrored = Score(won, lost, drawn), Score(lost, won, drawn)
    low, high = score.interval
    assert -1e-9 <= low <= score.share + 1e-9
    assert score.share - 1e-9 <= high <= 1 + 1e-9
    assert mirrored.interval == pytest.approx((1 - high, 1 - low))


def test_command_prints_the_score_and_its_interval() -> None:
    done = run("rps", "1", "--players", "bot:easy", "bot:easy", "--games", "3")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first.startswith("After 3 games: bot:easy (1) won ")
    assert "(95 % interval: " in second


def test_command_keeps_games_which_history_lists() -> None:
    """Also with a program."""
    command = f'"{sys.executable}" -I -S -c "{(HEAD + PLAYS).replace(chr(34), chr(39))}"'
    done = run("tictactoe", "--players", command, "bot:easy", "--games", "2", "--keep")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Kept from number 1 to 2 in `chatgame history`.\n")
    listed = subprocess.run([*COMMAND, "history"], capture_output=True, text=True, check=True).stdout
    assert "with bot:easy, as the server at a match; tic-tac-toe: " in listed
    assert "with bot:easy, as the client at a match; tic-tac-toe: " in listed


@pytest.mark.parametrize("game", ["connect4", "pig", "eights"])
def test_same_seed_leads_to_the_same_games(game: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With dice, cards and hidden choices, too."""

    def games(seed: int, folder: str) -> list[list[str]]:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / folder))
        options = ("--players", "bot:easy", "bot:medium", "--games", "2", "--keep", "--seed", str(seed))
        assert run(game, *options).returncode == 0
        with Reader(journal_in(tmp_path / folder)) as journal:
            turns = (turns_of(journal, number) for number in (1, 2))
            return [[turn.text for turn in kept if turn.kind in (Kind.MOVE, Kind.REVEAL)] for kept in turns]

    once, again, other = games(3, "once"), games(3, "again"), games(4, "other")
    assert once == again
    assert once != other


def test_score_so_far_is_printed_when_a_program_fails() -> None:
    """Its seat alone is named."""
    command = f'"{sys.executable}" -c "import sys; sys.exit(\'no engine\')"'
    done = run("tictactoe", "--players", "bot:easy", command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("chatgame: ")
    assert done.stderr.endswith(" has ended with status 1. Its standard error ends: no engine\n")
    assert done.stderr.count("\n") == 1


def test_bar_is_drawn_on_a_terminal_and_gone_at_the_end(spawn: Any) -> None:
    """So the score stands alone."""
    match = spawn("match", "tictactoe", "--players", "bot:easy", "bot:easy", "--games", "4")
    match.expect_exact("[#####...............] 1/4 ")
    match.expect_exact("\rAfter 4 games: ")
    match.expect_exact(" of the points (95 % interval: ")


def test_ctrl_c_prints_the_score_so_far(spawn: Any) -> None:
    match = spawn("match", "connect4", "--players", "bot:easy", "bot:easy", "--games", "100000")
    match.expect(r"\] [1-9]\d*/100000 ")
    match.sendintr()
    match.expect(r"\rAfter \d+ games?: ")
    match.expect_exact("interval: ")
    match.expect(r"\)\.\r\n$")
    match.wait()
    assert match.exitstatus == 130
