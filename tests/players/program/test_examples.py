"""The example players play by the document alone."""

import asyncio
import shutil
import sys
from pathlib import Path
from random import Random

import pytest

from chatgame.contest import Contest, Score
from chatgame.core.rules import AnyRules
from chatgame.games import BUILT_IN
from chatgame.games.chess import RULES as CHESS
from chatgame.players.bot.bot import Bot
from chatgame.players.bot.level import Level
from chatgame.players.program.command import Command
from chatgame.players.program.program import program_at_seat
from tests.kit.programs import LONG

EXAMPLES = Path(__file__).parents[3] / "examples"

ENGINE = """
import random, sys
import chess

board = chess.Board()
for line in sys.stdin:
    word, *words = line.split()
    if word == "uci":
        print("id name fake", "option name Hash type spin default 1 min 1 max 2", "uciok", sep="\\n")
    elif word == "isready":
        print("readyok")
    elif word == "position":
        board = chess.Board() if words[0] == "startpos" else chess.Board(" ".join(words[1:7]))
        for move in words[words.index("moves") + 1:] if "moves" in words else ():
            board.push_uci(move)
    elif word == "go":
        print("bestmove", min(board.legal_moves, key=lambda move: not mates(move)) )
    elif word == "quit":
        break
    sys.stdout.flush()
"""
"""A chess engine that speaks UCI, and sees a mate in one."""

MATES = """
def mates(move):
    after = board.copy()
    after.push(move)
    return after.is_checkmate()
"""


async def play(rules: AnyRules, *words: str, games: int = 2) -> Score:
    """Let a program and an easy bot play."""
    notices: list[str] = []
    contest = Contest({rules.name: rules}, f"play {rules.name}", ["program", "bot"])
    async with asyncio.timeout(LONG), program_at_seat(Command(words), LONG, notices.append) as program:
        for _ in range(games):
            await contest.play_game(program.at, lambda seat: Bot(seat, Level.EASY, Random(2)))
    assert notices == []
    return contest.score


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
@pytest.mark.parametrize("name", BUILT_IN)
async def test_player_in_javascript_plays_every_game(name: str) -> None:
    """No line of its own is refused five times."""
    assert (await play(BUILT_IN[name], "node", str(EXAMPLES / "player.mjs"))).games == 2


def test_player_in_javascript_is_short_and_needs_nothing() -> None:
    """It has less than forty lines, and imports a module of Node's own."""
    source = (EXAMPLES / "player.mjs").read_text("utf-8")
    assert source.count("\n") < 40
    assert source.count("import ") == source.count('from "node:') == 1


async def test_chess_engine_at_a_seat(tmp_path: Path) -> None:
    """It speaks UCI, and chatgame's lines are put into that."""
    engine = tmp_path / "engine.py"
    engine.write_text(MATES + ENGINE)
    python = sys.executable
    assert (await play(CHESS, python, str(EXAMPLES / "uci.py"), python, str(engine), games=1)).games == 1
