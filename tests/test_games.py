"""Every game, played by bots over linked tables, and what each side is shown of it."""

import asyncio
from collections.abc import Callable, Mapping
from random import Random
from string import ascii_lowercase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.log import Step
from chatgame.core.match import Match
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.games.battleship import CELLS
from chatgame.games.eights import PACK, Eights, Position, choices
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory
from chatgame.players.bot.bot import Bot
from chatgame.players.bot.level import Level
from chatgame.players.person.look import Look
from chatgame.players.person.narration import narrate
from chatgame.players.person.screen import shown
from chatgame.session.play import converse
from chatgame.testing import check_rules
from tests.kit.logs import GAMES, SESSION

TYPED: dict[str, dict[str, Any]] = {
    "rps": {"typed": ["rock", "paper", "scissors"], "options": ["", "3"]},
    "hangman": {"typed": [*ascii_lowercase, "tea", "lizard", "guitar"]},
    "battleship": {"typed": CELLS, "seeds": range(1)},
    "backgammon": {"seeds": range(1)},
    "chess": {"seeds": range(1), "options": ["", "4k3/7P/8/8/8/8/p7/R3K2R w KQ - 12 34"]},
    "eights": {"seeds": range(3)},
}
"""How to check the games that do not list their moves, or take long."""


@pytest.mark.parametrize("game", GAMES)
def test_every_game_keeps_the_rules_for_games(game: str) -> None:
    """The check is the one that authors run on theirs."""
    check_rules(GAMES[game], **TYPED.get(game, {}))


class Watched(Bot):
    """A bot whose screen is kept, which opens one game and quits when it is over."""

    def __init__(self, seat: Seat, game: str, seed: int) -> None:
        super().__init__(seat, Level.EASY, Random(seed))
        self._seat = seat
        self._game = game
        self._plan = [f"play {game}", "/q"] if seat is Seat.CLIENT else ["/q"]
        self.screen: list[str] = []

    async def ask(self, table: Table) -> str:
        """A move, or the next of the plan."""
        return await super().ask(table) if table.playing else self._plan.pop(0)

    async def see(self, step: Step) -> None:
        """Keep what a person here would read."""
        self._secret = step.secret
        self.screen += [shown(line, Look()).removesuffix("\n") for line in narrate(step, self._seat)]

    async def hear(self, text: str) -> None:
        """No bot types what is refused."""
        raise AssertionError(text)


End = tuple[Watched, list[Turn], Table]


async def bots_play(game: str, seed: int, games: Mapping[str, AnyRules] = BUILT_IN) -> tuple[End, End]:
    """A whole match between two bots: each with its log and its table."""
    links = linked_in_memory(games)
    bots = [Watched(seat, game, seed + number) for number, seat in enumerate(Seat)]
    journals = [InMemory(seat) for seat in Seat]
    tables = await asyncio.gather(
        *(
            converse(bot, link, games, journal, Random(seed + 7 * number))
            for number, (bot, link, journal) in enumerate(zip(bots, links, journals, strict=True))
        )
    )
    client, server = zip(bots, (journal.log for journal in journals), tables, strict=True)
    return client, server


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
@pytest.mark.parametrize("game", BUILT_IN)  # in chess, bots take too long
def test_two_bots_play_to_the_end_with_one_log(game: str, seed: int) -> None:
    """Both sides come to the same digests and the same outcome, and each is told who won."""
    (client, client_log, client_table), (server, server_log, server_table) = asyncio.run(bots_play(game, seed))
    assert client_log == server_log
    assert client_table == server_table
    assert client_table.match
    outcome = client_table.match.outcome
    assert outcome
    assert "cheated" not in outcome.reason
    for bot, seat in ((client, Seat.CLIENT), (server, Seat.SERVER)):
        result = next(line for line in bot.screen if line.startswith("Game over"))
        won = "you won" if outcome.winner is seat else f"the {outcome.winner} won" if outcome.winner else "a draw"
        assert result == f"Game over, {won}: {outcome.reason}."


class ListedEights(Eights):
    """Crazy eights that lists its moves for all hands, and for which the bot has no strategy."""

    name = "listed"

    def legal_moves(self, position: Position) -> list[str]:
        """All cards that fit, and what else there is."""
        fitting = choices(position, PACK)
        return [*fitting, "draw" if position.step == "play" and position.can_draw else "pass"]


async def test_two_bots_play_cards_by_what_their_hands_may_be() -> None:
    """Each imagines the other's hand, and neither plays what its own does not allow."""
    (client, client_log, _), (_, server_log, server_table) = await bots_play("listed", 1, {"listed": ListedEights()})
    assert client_log == server_log
    assert server_table.match
    assert server_table.match.outcome
    assert server_table.match.outcome.reason == "no cards left"
    assert any("played the" in line for line in client.screen)


@pytest.mark.parametrize("game", ["hangman", "battleship", "rps"])
async def test_nothing_hidden_is_on_the_wire_or_on_the_partners_screen_before_it_is_revealed(game: str) -> None:
    """Neither the words of a choice are there nor its salt."""
    log = (await bots_play(game, 3))[0][1]
    revealed = [index for index, turn in enumerate(log) if turn.kind is Kind.REVEAL and turn.seat is Seat.CLIENT]
    for index in revealed:
        salt, _, value = log[index].text.partition(" ")
        before = " ".join(
            turn.text for turn in log[:index] if turn.seat is Seat.CLIENT and turn.kind is not Kind.REVEAL
        )
        assert salt not in before
        assert value not in before
    assert revealed


def test_dice_are_fair_between_honest_sides() -> None:
    """Chi-square over 6000 throws stays below 20.5, which fair dice exceed once in a thousand runs."""
    assert _chi_square(lambda chance, _: chance.randrange(6)) < 20.5


def test_dice_are_fair_against_a_peer_who_picks_its_contribution_last() -> None:
    """It has seen the commitment, which tells nothing: here it always answers by a digit of it."""
    assert _chi_square(lambda _, commitment: int(commitment[0], 16) % 6) < 20.5
    assert _chi_square(lambda *_: 5) < 20.5


def _chi_square(contribute: Callable[[Random, str], int]) -> float:
    """Over 6000 throws that the invited seat commits to and the inviter contributes to."""
    chance, counts = Random(1), [0] * 6
    start = Match.open(BUILT_IN["pig"], SESSION, 0, Seat.CLIENT, "").after(Seat.SERVER, Kind.MOVE, "roll")
    for _ in range(6000):
        opening = Opening(chance.randbytes(32), str(chance.randrange(6)))
        made = commitment(Place(SESSION, 0, start.ply, Seat.SERVER), opening)
        match = start.after(Seat.SERVER, Kind.COMMIT, made)
        match = match.after(Seat.CLIENT, Kind.CONTRIBUTE, str(contribute(chance, made)))
        counts[int(match.after(Seat.SERVER, Kind.REVEAL, str(opening)).position.die) - 1] += 1
    return sum((count - 1000) ** 2 / 1000 for count in counts)
