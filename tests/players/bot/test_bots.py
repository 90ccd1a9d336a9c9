"""The bots: they know every game, play by the rules and well enough."""

import asyncio
from itertools import product
from random import Random
from threading import Event
from time import monotonic, sleep

import pytest
from msgspec.structs import replace

from chatgame.core.log import Step
from chatgame.core.rules import Outcome
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.games.connect4 import Connect4, Position
from chatgame.players.bot.bot import SIMULATIONS, Bot, knows
from chatgame.players.bot.level import Level
from chatgame.session.commands import Write, read_chat
from tests.kit.acts import Acts
from tests.kit.logs import EMPTY, SESSION, VERSIONS, steps_of, table_after


def test_bot_knows_every_built_in_game_and_no_other_without_moves_to_list() -> None:
    """A game whose moves can be listed needs nothing else."""
    assert all(knows(rules) for rules in BUILT_IN.values())
    assert not knows(Acts())


async def test_bot_greets_once_and_names_its_games() -> None:
    """Then it makes small talk that leads to a game. The games have their titles, which all start one."""
    bot, table = Bot(Seat.CLIENT, Level.EASY, Random(1)), EMPTY
    greeting = await bot.ask(table)
    assert greeting.startswith(
        "Hello! I am a bot. I play tic-tac-toe; connect four; reversi; rock, paper, scissors; "
    )
    assert all(rules.title in greeting for rules in BUILT_IN.values())
    assert read_chat(greeting.partition("as in: ")[2], table, Seat.CLIENT) == Write(Kind.PLAY, "tictactoe")
    assert " play " in await bot.ask(table)


@pytest.mark.parametrize("question", ["Help!", "what can you do?", "What do you know?", "Which games are there?"])
async def test_bot_that_is_asked_for_help_says_what_it_plays(question: str) -> None:
    """It says so once for each time that it is asked, however long they have talked."""
    bot = Bot(Seat.SERVER, Level.EASY, Random(1))
    await bot.begin(EMPTY, "", steps_of("say Hello"))
    for _ in range(2):
        (step,) = steps_of(f"say {question}")
        await bot.see(step)
        assert (await bot.ask(step.after)).startswith("I play tic-tac-toe; connect four")
        assert not (await bot.ask(step.after)).startswith("I play")


async def test_bot_that_is_asked_for_help_in_a_game_says_how_it_is_played() -> None:
    """Then it moves."""
    bot = Bot(Seat.SERVER, Level.EASY, Random(1))
    for step in steps_of("play tictactoe", "move 5", "say help", "move 1"):
        await bot.see(step)
        if step.turn.kind is Kind.SAY:
            assert (await bot.ask(step.after)).startswith("/say This is tic-tac-toe. Cells are numbered 1 to 9")


async def test_bot_without_a_game_only_talks() -> None:
    """It says that there is none."""
    bot, table = Bot(Seat.CLIENT, Level.EASY, Random(1)), Table.open(SESSION, {"acts": Acts()}, {"acts": 1})
    assert await bot.ask(table) == (
        "Hello! I am a bot. We have no game in common that I know, so I can only chat a little."
    )


async def test_bot_declines_a_game_that_it_has_not_learnt() -> None:
    """It says so, and resigns."""
    table = Table.open(SESSION, {"acts": Acts()}, {"acts": 1}).write(Seat.CLIENT, Kind.PLAY, "acts move")[1]
    bot = Bot(Seat.SERVER, Level.EASY, Random(1))
    assert await bot.ask(table) == "/say I have not learnt acts yet."
    assert await bot.ask(table) == "/resign"


def offered(offer: str, moves: str) -> Table:
    """The table after an offer to the server, which is X in a game of tic-tac-toe."""
    table = table_after("play tictactoe", *(f"move {cell}" for cell in moves), f"offer {offer}")
    assert table.token is Seat.SERVER
    return table


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize(("moves", "response"), [("12594", "decline"), ("5128463", "accept"), ("51628", "accept")])
async def test_bot_agrees_to_a_draw_where_the_end_is_certain_and_it_does_not_win(
    level: Level, moves: str, response: str
) -> None:
    """With two rows to complete, in a game that nobody wins any more, and before it loses."""
    for seed in range(3):
        assert await Bot(Seat.SERVER, level, Random(seed)).ask(offered("draw", moves)) == response


@pytest.mark.parametrize(
    ("game", "level"), [*product(["chess", "connect4"], Level), ("reversi", Level.EASY), ("reversi", Level.MEDIUM)]
)
async def test_bot_declines_a_draw_after_the_first_move(game: str, level: Level) -> None:
    """Nothing says yet that the game will be one, however well or badly the bot judges to stand."""
    first = {"chess": "e2e4", "connect4": "4", "reversi": "d3"}[game]
    table = table_after(f"play {game}", f"move {first}", "offer draw")
    assert await Bot(Seat.SERVER, level, Random(1)).ask(table) == "decline"


WORSE = "4k3/pppp4/8/8/8/8/PPPP4/1N2K3 w - - 0 1"
LEVEL = "r3k3/pppp4/8/8/8/8/PPPP4/R3K3 w - - 0 1"


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize(
    ("position", "plies", "response"),
    [(WORSE, 4, "decline"), (WORSE, 12, "accept"), (LEVEL, 12, "decline"), (LEVEL, 60, "accept")],
)
async def test_bot_agrees_to_a_draw_in_chess_where_it_stands_worse_or_late(
    position: str, plies: int, response: str, level: Level
) -> None:
    """The bot has Black, a knight less or as much as White."""
    table = table_after(f"play chess {position} first", "offer draw")
    assert table.match
    late = replace(table, match=replace(table.match, ply=plies))
    assert await Bot(Seat.SERVER, level, Random(1)).ask(late) == response


async def test_bot_lets_moves_be_taken_back() -> None:
    """However it stands."""
    assert await Bot(Seat.SERVER, Level.HARD, Random(1)).ask(offered("undo", "512")) == "accept"


async def test_bot_gives_up_when_its_move_is_refused() -> None:
    """It then does not know the game after all, and never types the same in circles."""
    table = table_after("play tictactoe")
    bot = Bot(Seat.SERVER, Level.EASY, Random(1))
    cell = await bot.ask(table)
    await bot.hear("That is not a cell.")
    assert await bot.ask(table) == "/resign"
    turn, after = table.write(Seat.SERVER, Kind.MOVE, cell)
    await bot.see(Step.to(table, turn, after, None, None))
    await bot.hear("The client's program is late.")  # which is about no line of its own
    assert await bot.ask(table) != "/resign"


WORDS_AFTER = [(Seat.SERVER, "I won"), (Seat.CLIENT, "Well played"), (None, "A draw")]


@pytest.mark.parametrize(("winner", "words"), WORDS_AFTER)
async def test_bot_has_a_word_about_the_game_that_is_over(winner: Seat | None, words: str) -> None:
    """It says it if it writes next."""
    before = table_after("play tictactoe")
    turn, after = before.write(Seat.SERVER, Kind.RESIGN)
    assert after.match
    after = replace(after, match=replace(after.match, outcome=Outcome(winner, "so")))
    bot = Bot(Seat.SERVER, Level.EASY, Random(1))
    await bot.see(Step.to(before, turn, after, None, None))
    assert (await bot.ask(after)).startswith(words)


class Slow(Connect4):
    """Connect four, as slow as rules may be."""

    name = "slow"

    def __init__(self) -> None:
        self.applied = 0
        self.begun = Event()

    def apply(self, position: Position, move: int) -> Position:
        """Take a while."""
        self.applied += 1
        self.begun.set()
        sleep(0.0001)
        return super().apply(position, move)


async def test_hard_bot_thinks_for_a_second_by_the_clock() -> None:
    """The rules are slow, so that it could not try as many games as it does where it does not go by the clock."""
    table = Table.open(SESSION, {"slow": Slow()}, {"slow": 1}).write(Seat.CLIENT, Kind.PLAY, "slow")[1]
    began = monotonic()
    await Bot(Seat.SERVER, Level.HARD, Random(1), timed=True).ask(table)
    assert 0.9 < monotonic() - began < 3


async def test_bot_that_is_not_waited_for_any_longer_stops_thinking() -> None:
    """No thread goes on, whatever it thinks about."""
    rules = Slow()
    table = Table.open(SESSION, {"slow": rules}, {"slow": 1}).write(Seat.CLIENT, Kind.PLAY, "slow")[1]
    thinking = asyncio.create_task(Bot(Seat.SERVER, Level.HARD, Random(1)).ask(table))
    await asyncio.to_thread(rules.begun.wait)
    thinking.cancel()
    await asyncio.wait({thinking})
    await asyncio.get_running_loop().shutdown_default_executor()
    assert rules.applied < SIMULATIONS[Level.HARD]


@pytest.mark.parametrize("level", Level)
async def test_games_strategy_is_asked_first(level: Level) -> None:
    """A game can bring its own; where that has no answer, the bot searches."""

    class Brought(Connect4):
        def strategy(self, position: Position, seat: Seat, own: str, level: str, seed: int) -> str | None:
            return None if position.taken else f"{level} {seed % 2}"

    table = Table.open(SESSION, {"connect4": Brought()}, VERSIONS).write(Seat.CLIENT, Kind.PLAY, "connect4")[1]
    typed = {await Bot(Seat.SERVER, level, Random(seed)).ask(table) for seed in range(10)}
    assert typed == {f"{level} 0", f"{level} 1"}
    table = table.write(Seat.SERVER, Kind.MOVE, "4")[1]
    assert await Bot(Seat.CLIENT, Level.EASY, Random(1)).ask(table) in "1234567"


def test_game_with_a_strategy_alone_is_known() -> None:
    """Its moves need not be listed."""

    class Mute(Acts):
        def strategy(self, position: object, seat: Seat, own: str, level: str, seed: int) -> str:
            return "word"

    assert knows(Mute())
