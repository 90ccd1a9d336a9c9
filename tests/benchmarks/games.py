"""Moves and playouts, compared with boardgame.io and OpenSpiel."""

import asyncio
import random
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter
from typing import Any

from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory
from chatgame.session.play import converse
from tests.benchmarks.measure import Bound, Row, absent, no_boardgame_io, said_by_node

MOVES = ("5", "1", "9", "2", "8", "3")
"""A game of tic-tac-toe, the same as in boardgame.cjs. The invited seat begins, and loses."""

AT_OPENSPIEL = {"tictactoe": "tic_tac_toe", "connect4": "connect_four"}
"""The names of games in OpenSpiel."""


class Tireless:
    """Writes a number of turns, starts a game of tic-tac-toe every `apart` turns, and then quits."""

    def __init__(self, turns: int, apart: int) -> None:
        self._turns = turns
        self._apart = apart

    async def ask(self, table: Table) -> str:
        """A move, an invitation, a line or a quit."""
        if table.playing:
            return MOVES[table.playing.ply]
        if table.number >= self._turns:
            return "/q"
        return "And so it goes on." if table.number % self._apart else "play tictactoe"

    async def see(self, step: Step) -> None:
        """Do nothing."""

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Do nothing."""

    async def hear(self, text: str) -> None:
        """Fail: no line of this player should be refused."""
        raise AssertionError(text)


def seconds_per_move(games: int) -> float:
    """Seconds per move between two seats in one process, over streams in memory, with the checks of both."""
    turns = len(MOVES) + 1

    async def play() -> float:
        began = perf_counter()
        await asyncio.gather(
            *(
                converse(Tireless(games * turns, turns), link, BUILT_IN, InMemory(link.seat))
                for link in linked_in_memory(BUILT_IN)
            )
        )
        return (perf_counter() - began) / (games * len(MOVES))

    return asyncio.run(play())


def playouts(game: str, number: int) -> float:
    """Seconds that a random playout takes by the rules of a game."""
    rules, began = BUILT_IN[game], perf_counter()
    for _ in range(number):
        position = rules.start(Seat.CLIENT, "")
        while not rules.outcome(position):
            position = rules.apply(position, random.choice(rules.legal_moves(position)))
    return (perf_counter() - began) / number


def playouts_of_openspiel(game: str, number: int, after: Callable[[Any, int], Any]) -> float:
    """Seconds that a random playout takes in OpenSpiel, where `after` gives the state after an action."""
    import pyspiel

    rules, began = pyspiel.load_game(AT_OPENSPIEL[game]), perf_counter()
    for _ in range(number):
        state = rules.new_initial_state()
        while not state.is_terminal():
            state = after(state, random.choice(state.legal_actions()))
        state.returns()
    return (perf_counter() - began) / number


def changed(state: Any, action: int) -> Any:
    """The same state after an action."""
    state.apply_action(action)
    return state


def new(state: Any, action: int) -> Any:
    """A new state after an action; the old one stays, as our positions do."""
    return state.child(action)


def rows(*, quick: bool) -> list[Row]:
    """The rows of this file."""
    games, number = (20, 100) if quick else (1000, 5000)
    found = [
        Row(
            "validated moves, two seats in one process",
            "boardgame.io, two clients on its Local()",
            Bound(2.0, least=True),
            "s",
            partial(seconds_per_move, games),
            lambda: said_by_node("boardgame.cjs", "moves", games),
            no_boardgame_io(),
        )
    ]
    for game, least in (("tictactoe", 1.5), ("connect4", 0.6)):
        for how, after in (("states that change", changed), ("a new state for each move", new)):
            found.append(
                Row(
                    f"random playouts of {BUILT_IN[game].title}",
                    f"OpenSpiel, {how}",
                    Bound(least, least=True),
                    "s",
                    partial(playouts, game, number),
                    partial(playouts_of_openspiel, game, number, after),
                    absent("pyspiel"),
                )
            )
    return found
