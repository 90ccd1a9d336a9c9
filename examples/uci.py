"""Puts a chess engine that speaks UCI at a seat. It needs `pip install chess`, and an engine such as Stockfish.

Play with it: chatgame solo chess --player "python examples/uci.py stockfish"
"""

import json
import sys
from typing import Any

import chess
import chess.engine

SECONDS = 0.5
"""How long the engine may think about a move."""


def line(ask: dict[str, Any], engine: chess.engine.SimpleEngine) -> str:
    """What to type when asked: moves in chess, and otherwise as little as possible."""
    if ask["kind"] == "say":
        return "Shall we play chess? Type play chess."
    if ask["kind"] == "respond":
        return "/decline"
    if ask["game"]["name"] != "chess":
        return "/resign"
    boards, clock, _ = ask["game"]["position"]
    board = chess.Board(f"{boards[-1]} {clock} 1")
    return board.san(engine.play(board, chess.engine.Limit(time=SECONDS)).move or chess.Move.null())


def main(command: list[str]) -> None:
    """Answer with what the engine says."""
    with chess.engine.SimpleEngine.popen_uci(command) as engine:
        for text in sys.stdin:
            message = json.loads(text)
            if message["type"] == "ask":
                print(json.dumps({"id": message["id"], "line": line(message, engine)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
