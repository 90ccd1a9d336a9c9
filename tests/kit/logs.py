"""The session of most tests: its identifier, a nonce, the games of both sides, and its log, written turn by turn."""

from chatgame.core.commitments import Opening
from chatgame.core.log import Step
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.plugins import installed_games

SESSION = "0" * 64
NONCE = bytes(32)
GAMES, _ = installed_games()
VERSIONS = {name: rules.version for name, rules in GAMES.items()}
EMPTY = Table.open(SESSION, GAMES, VERSIONS)


def steps_of(*turns: str, table: Table = EMPTY) -> list[Step]:
    """The steps of turns such as "say hello", each written by the seat that holds the token."""
    steps = []
    for kind, _, text in (turn.partition(" ") for turn in turns):
        assert table.token
        turn, after = table.write(table.token, Kind(kind), text)
        steps.append(Step.to(table, turn, after, None, None))
        table = after
    return steps


def log_of(*turns: str, table: Table = EMPTY) -> list[Turn]:
    """The turns, without their tables."""
    return [step.turn for step in steps_of(*turns, table=table)]


def table_after(*turns: str, table: Table = EMPTY) -> Table:
    """The table after these turns."""
    return steps_of(*turns, table=table)[-1].after if turns else table


GAME = table_after("play tictactoe")
"""A game that has just begun; the server is to move."""


def opening(value: str, salt: int = 0) -> Opening:
    """An opening of a value, with a salt of equal bytes."""
    return Opening(bytes([salt]) * 32, value)
