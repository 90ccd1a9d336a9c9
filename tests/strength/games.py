"""Whole games of the bot, and how they ended: 1 for a win, 0.5 for a draw and 0 for a loss, or its shots."""

from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

from chatgame.core.rules import AnyRules, Chance
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN, battleship, hangman
from chatgame.players.bot.level import Level
from chatgame.players.bot.search import best_move
from chatgame.players.bot.strategies import guess_word, shoot
from tests.strength.opponents import Mover, OpenSpiel, bot

BOT, OTHER = Seat.CLIENT, Seat.SERVER


def seat_of(number: int) -> Seat:
    """Where the bot sits in a game: by turns, so that each side begins as often."""
    return (Seat.SERVER, Seat.CLIENT)[number % 2]


def play(rules: AnyRules, movers: Mapping[Seat, Mover], chance: Random) -> Seat | None:
    """The winner of a game, which the server begins where both sides are alike."""
    position = rules.start(Seat.CLIENT, "")
    while not (outcome := rules.outcome(position)):
        act = rules.to_act(position)
        match act:
            case Chance(sides):
                position = rules.apply(position, chance.randrange(sides))
            case Seat():
                position = rules.apply(position, movers[act](position))
            case _:
                raise NotImplementedError(f"{rules.title} needs {act}")
    return outcome.winner


def worth(winner: Seat | None, seat: Seat) -> float:
    """What a game is worth to a seat."""
    return 0.5 if winner is None else float(winner is seat)


def against(rules: AnyRules, number: int, ours: Mover, theirs: Mover) -> float:
    """The result of one game."""
    seat = seat_of(number)
    return worth(play(rules, {seat: ours, seat.other: theirs}, Random(number)), seat)


def against_openspiel(game: str, number: int, simulations: int, theirs: int) -> float:
    """The result of one game against OpenSpiel's MCTS with so many simulations."""
    rules, seat = BUILT_IN[game], seat_of(number)
    ours, peer = bot(rules, simulations, Random(number)), OpenSpiel(game, theirs, number + 1)

    def move(position: Any) -> Any:
        at_turn = rules.to_act(position) is seat
        made = ours(position) if at_turn else peer.choose(list(rules.legal_moves(position)))
        peer.heard(made)
        return made

    return worth(play(rules, dict.fromkeys(Seat, move), Random(number)), seat)


def lines_of_play(rules: AnyRules, seat: Seat, simulations: int, seed: int) -> list[Seat | None]:
    """The winners of all lines of play in which the other seat tries every move against a bot."""

    @cache
    def reply(position: Any) -> Any:
        return best_move(rules, position, range(simulations), Random(seed))

    def winners(position: Any) -> list[Seat | None]:
        outcome = rules.outcome(position)
        if outcome:
            return [outcome.winner]
        moves = [reply(position)] if rules.to_act(position) is seat else rules.legal_moves(position)
        return [winner for move in moves for winner in winners(rules.apply(position, move))]

    return winners(rules.start(Seat.CLIENT, ""))


def shots_to_clear(level: Level, chance: Random) -> int:
    """How many shots the bot needs for a random fleet."""
    rules, shots = battleship.Battleship(), 0
    position = rules.start(OTHER, "")
    fleet = rules.any_secret(position, chance.getrandbits(64))
    position = position._replace(fleets=2)
    while True:
        shot = rules.apply(position, shoot(position, BOT, level, chance))
        answered, shots = rules.apply(shot, rules.answer(shot, fleet)), shots + 1
        if rules.outcome(answered):
            return shots
        position = answered._replace(shooter=BOT, own=answered.target, target=answered.own)


def solves(word: str, level: Level) -> bool:
    """Whether the bot finds a word."""
    rules = hangman.Hangman()
    position = rules.apply(rules.start(OTHER, ""), None)
    position = rules.apply(position, rules.answer(position, word))
    while not (outcome := rules.outcome(position)):
        guessed = rules.apply(position, guess_word(position, BOT, level, Random(0)))
        position = rules.apply(guessed, rules.answer(guessed, word))
    return outcome.winner is BOT
