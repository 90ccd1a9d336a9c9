"""What is said between chatgame and a program at a seat: a whole conversation, and how single lines are judged."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chatgame.core.errors import Refused
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.players.program.exchange import Exchange
from chatgame.session.commands import Write, read_chat, read_game
from tests.kit.logs import SESSION, VERSIONS

DOCUMENT = Path(__file__).parents[2] / "chatgame/players/program/README.md"

GAMES = {"tictactoe": BUILT_IN["tictactoe"]}

CLIENT = ["say Hello", "play tictactoe", "move 5", "resign", "quit"]
"""What the client writes, in turn; the program sits at the server's seat."""

PROGRAM = ["Good evening!", "middle", "1", "/say I give it to you.", "3", "It was a pleasure."]
"""What the program answers, one ask after the other."""

LIMIT = 30.0


def conversation() -> Iterator[tuple[str, str]]:
    """Each line, to the program or from it."""
    exchange, table, client, program = (
        Exchange(LIMIT),
        Table.open(SESSION, GAMES, VERSIONS),
        iter(CLIENT),
        iter(PROGRAM),
    )
    exchange.seat = Seat.SERVER
    yield "to", exchange.began(table, "", []).decode()
    asked = 0
    while table.token:
        if table.token is Seat.CLIENT:
            kind, _, text = next(client).partition(" ")
            write = Write(Kind(kind), text)
        else:
            asked += 1
            yield "to", exchange.asked(table).decode()
            line = f'{{"id": {asked}, "line": "{next(program)}"}}'
            yield "from", line
            typed = exchange.read(line.encode())
            assert typed, "the program answers the last ask"
            try:
                read = (
                    read_game(typed, table, Seat.SERVER, 0) if table.playing else read_chat(typed, table, Seat.SERVER)
                )
            except Refused as error:
                exchange.heard(str(error))
                continue
            assert isinstance(read, Write), "nothing is hidden in the game"
            write = read
        turn, after = table.write(table.token, write.kind, write.text)
        yield "to", exchange.saw(Step.to(table, turn, after, None, None)).decode()
        table = after


def lines() -> Iterator[dict[str, Any]]:
    """The conversation, and lines that a program may write when it was asked three times."""
    for way, line in conversation():
        yield {way: line.removesuffix("\n")}
    for written in (
        '{"id": 3, "line": "5"}',
        '{"line": "/say Hello", "id": 3, "thought": [1, {}]}',
        '{"id": 3, "line": "Gr\\u00fc\\u00dfe"}',
        '{"id": 2, "line": "5"}',
        '{"id": 4, "line": "5"}',
        '{"id": 0, "line": "5"}',
        '{"id": "3", "line": "5"}',
        '{"id": 3, "line": null}',
        '{"id": 3}',
        '{"id": 3, "line": "5"',
        '[3, "5"]',
        "5",
        "",
    ):
        yield {"asked": 3, "written": written, "taken": _judged(written)}


def _judged(written: str) -> str | bool | None:
    """The line that is taken, null where it came late, or false where it is refused."""
    exchange = Exchange(LIMIT)
    for _ in range(3):
        exchange.asked(Table.open(SESSION, GAMES, VERSIONS))
    try:
        return exchange.read(written.encode())
    except Refused:
        return False


def document() -> str:
    """The document, with the conversation in it made anew; boards are left out."""
    text = DOCUMENT.read_text("utf-8")
    before, fence, rest = text.partition("```text\n> ")
    _, _, after = rest.partition("```\n")
    assert fence, "there is a place for the conversation"
    shown = []
    for way, line in conversation():
        short = re.sub(r'"board":\{.*?\},"drawing":', '"board":{…},"drawing":', line.removesuffix("\n"))
        shown.append(f"{'>' if way == 'to' else '<'} {short}\n")
    example = "".join(shown)
    return f"{before}```text\n{example}```\n{after}"
