"""The examples of whole games in `chatgame/protocol/GAMES.md`, made from the logs that are said to be in it."""

import json
import re
from pathlib import Path
from typing import Any

from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from tests.kit.logs import EMPTY
from tests.vectors import EXAMPLE, files

DOCUMENT = Path(__file__).parents[2] / "chatgame/protocol/GAMES.md"
LONG = re.compile("(?<=[0-9a-f]{4})[0-9a-f]{60}|(?<=[0-9A-Za-z+/]{4})[0-9A-Za-z+/]{30,}=*")
"""What is left out of commitments, salts and locked cards."""

INDENT = 28
"""In columns: where positions begin, if what stands before them is not longer."""


def document() -> str:
    """The document, with the examples made anew in the sections of their games."""
    text = DOCUMENT.read_text("utf-8")
    for log in json.loads(files()["logs.json"])["vectors"]:
        if log["name"].endswith(EXAMPLE):
            game = log["turns"][0][2].split()[0]
            before, heading, section = text.partition(f"\n## `{game}`")
            words, fence, rest = section.partition("\n```text\n")
            _, end, rest = rest.partition("```\n")
            assert end, f"there is a place for the example of {game}"
            text = f"{before}{heading}{words}{fence}{_example(log['turns'])}{end}{rest}"
    return text


def _example(turns: list[list[Any]]) -> str:
    """The game that a log opens.

    On each line are a turn that a player has made, those that programs made then, the position after them if it is
    another one, and who has won.
    """
    table, lines, shown = EMPTY, [""], ""
    for seat, kind, text, *_ in turns:
        if table.asked or (table.playing and table.playing.over):
            lines.append(f"{table.number:2}")
        lines[-1] += f"  {seat} {kind} {LONG.sub('…', text)}".rstrip()
        _, table = table.write(Seat(seat), Kind(kind), text)
        match = table.match
        assert match, "the log opens a game"
        if (table.asked or match.over) and match.notation != shown:
            shown = match.notation
            dots = re.sub(r"\.{12,}", lambda run: f".{{{len(run[0])}}}", shown)
            lines[-1] = f"{lines[-1]:<{INDENT}}  {dots}"
        if match.outcome:
            lines[-1] += f"  {f'won by {match.outcome.winner}' if match.outcome.winner else 'drawn'}"
            break
    return "\n".join(lines[1:]) + "\n"
