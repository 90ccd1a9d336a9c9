"""The bots: they know every game, play by the rules and well enough."""

from random import Random

import pytest
from msgspec.structs import replace

from chatgame.core.log import Step
from chatgame.core.rules import Outcome
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.players.bot.bot import BUDGETS, Bot, Level, knows
from chatgame.players.bot.search import best_move
from chatgame.protocol.words import WORDS
from tests.core.test_match import Acts
from tests.kit.logs import EMPTY, SESSION, table_after
from tests.strength import against_random, lines_of_play, shots_to_clear, solves


def test_bot_knows_every_built_in_game_and_no_other_without_moves_to_list() -> None:
    """A game whose moves can be listed needs nothing else."""
    assert all(knows(rules) for rules in BUILT_IN.values())
    assert not knows(Acts())


@pytest.mark.parametrize("bot", Seat)
def test_hard_bot_never_loses_at_tic_tac_toe(bot: Seat) -> None:
    """Every line of play is tried against it."""
    winners = lines_of_play(BUILT_IN["tictactoe"], bot, BUDGETS[Level.HARD], 1)
    assert len(winners) > 50
    assert bot.other not in winners


def test_search_takes_a_win_and_stops_one() -> None:
    """It sees one ply and two plies ahead in connect four, at every level."""
    rules = BUILT_IN["connect4"]
    position = rules.start(Seat.CLIENT, "")
    for move in (1, 7, 1, 7, 1):
        position = rules.apply(position, move)
    for level in (Level.MEDIUM, Level.HARD):
        assert best_move(rules, position, BUDGETS[level], Random(1)) == 1  # else X completes the column
    position = rules.apply(position, 7)
    for level in Level:
        assert best_move(rules, position, BUDGETS[level], Random(1)) == 1


def test_hard_bot_beats_random_play_at_connect_four() -> None:
    """These are a few games; `python -m tests.strength` plays a hundred."""
    chance = Random(1)
    assert {against_random(BUILT_IN["connect4"], BUDGETS[Level.HARD], chance)[0] for _ in range(4)} == {Seat.CLIENT}


def test_bot_clears_the_sea_and_finds_words() -> None:
    """This is a sample; `python -m tests.strength` measures more."""
    chance = Random(1)
    assert sum(shots_to_clear(chance) for _ in range(40)) / 40 < 50
    assert sum(solves(word, chance) for word in WORDS[::8]) >= 0.9 * len(WORDS[::8])


async def test_bot_greets_once_and_names_its_games() -> None:
    """Then it makes small talk that leads to a game."""
    bot, table = Bot(Seat.CLIENT, Level.EASY, Random(1)), EMPTY
    assert f"I am a bot and play {', '.join(BUILT_IN)}" in await bot.ask(table)
    assert "play " in await bot.ask(table)


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


@pytest.mark.parametrize("level", [Level.MEDIUM, Level.HARD])
@pytest.mark.parametrize(("moves", "response"), [("12594", "decline"), ("5128463", "accept"), ("51628", "accept")])
async def test_bot_agrees_to_a_draw_unless_it_expects_to_win(level: Level, moves: str, response: str) -> None:
    """With two rows to complete, in a game that nobody wins any more, and before it loses."""
    for seed in range(3):
        assert await Bot(Seat.SERVER, level, Random(seed)).ask(offered("draw", moves)) == response


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
