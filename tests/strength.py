"""How well the bots play, measured: `python -m tests.strength` prints the table of chatgame/games/README.md."""

import sys
import time
from collections.abc import Callable
from functools import cache
from random import Random
from statistics import mean, median
from typing import Any

from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN, battleship, hangman
from chatgame.players.bot.bot import BUDGETS, Level
from chatgame.players.bot.search import best_move
from chatgame.players.bot.strategies import guess_word, shoot
from chatgame.protocol.words import WORDS

BOT, OTHER = Seat.CLIENT, Seat.SERVER


def lines_of_play(rules: AnyRules, bot: Seat, budget: int, seed: int) -> list[Seat | None]:
    """The winners of all lines of play in which the other seat tries every move against a bot."""

    @cache
    def reply(position: Any) -> Any:
        return best_move(rules, position, budget, Random(seed))

    def winners(position: Any) -> list[Seat | None]:
        outcome = rules.outcome(position)
        if outcome:
            return [outcome.winner]
        moves = [reply(position)] if rules.to_act(position) is bot else rules.legal_moves(position)
        return [winner for move in moves for winner in winners(rules.apply(position, move))]

    return winners(rules.start(Seat.CLIENT, ""))


def against_random(rules: AnyRules, budget: int, chance: Random) -> tuple[Seat | None, list[float]]:
    """The winner of a game of the bot against random moves, and the seconds that each of its answers took."""
    position, seconds = rules.start(chance.choice(list(Seat)), ""), []
    while not (outcome := rules.outcome(position)):
        if rules.to_act(position) is BOT:
            began = time.perf_counter()
            move = best_move(rules, position, budget, chance)
            seconds.append(time.perf_counter() - began)
        else:
            move = chance.choice(rules.legal_moves(position))
        position = rules.apply(position, move)
    return outcome.winner, seconds


def shots_to_clear(chance: Random) -> int:
    """How many shots the bot needs for a random fleet."""
    rules, shots = battleship.Battleship(), 0
    position = rules.start(OTHER, "")
    fleet = rules.any_secret(position, chance.getrandbits(64))
    position = position._replace(fleets=2)
    while True:
        shot = rules.apply(position, shoot(position, BOT, chance))
        answered, shots = rules.apply(shot, rules.answer(shot, fleet)), shots + 1
        if rules.outcome(answered):
            return shots
        position = answered._replace(shooter=BOT, own=answered.target, target=answered.own)


def solves(word: str, chance: Random) -> bool:
    """Whether the bot finds a word."""
    rules = hangman.Hangman()
    position = rules.apply(rules.start(OTHER, ""), None)
    position = rules.apply(position, rules.answer(position, word))
    while not (outcome := rules.outcome(position)):
        guessed = rules.apply(position, guess_word(position, BOT, chance))
        position = rules.apply(guessed, rules.answer(guessed, word))
    return outcome.winner is BOT


def progress(games: int, play: Callable[[], Any]) -> list[Any]:
    """Play so many games, and show how far it has come."""
    results = []
    for number in range(1, games + 1):
        results.append(play())
        sys.stderr.write(f"\r{number}/{games} ")
    sys.stderr.write("\r")
    return results


def main() -> None:
    """Measure all, and print the table."""
    hard, chance = BUDGETS[Level.HARD], Random(2026)
    rows = []
    winners = [
        winner
        for bot in Seat
        for seed in range(3)
        for winner in lines_of_play(BUILT_IN["tictactoe"], bot, hard, seed)
        if winner is bot.other
    ]
    rows.append(("tic-tac-toe, hard, every line of play from either side", f"{len(winners)} lost"))
    games = progress(100, lambda: against_random(BUILT_IN["connect4"], hard, chance))
    won = sum(winner is BOT for winner, _ in games)
    took = median(second for _, seconds in games for second in seconds)
    rows.append(("connect four, hard, 100 games against random moves", f"{won} won, median answer {took:.2f} s"))
    shots = progress(2000, lambda: shots_to_clear(chance))
    rows.append(("battleship, 2000 random fleets", f"{mean(shots):.1f} shots on average"))
    solved = [solves(word, chance) for word in WORDS]
    rows.append((f"hangman, all {len(WORDS)} words of its list", f"{100 * mean(solved):.0f} of 100 solved"))
    for what, result in rows:
        sys.stdout.write(f"| {what} | {result} |\n")


if __name__ == "__main__":
    main()
