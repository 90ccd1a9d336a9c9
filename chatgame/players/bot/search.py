"""One search for every game whose moves can be listed: it needs nothing but the rules.

UCT: a tree of positions grows by one in each simulation. Inside the tree each seat takes the move that has done best
for it, or been tried least; from there on a random game is played to its end, and its result counts for every
position on the way. So no game needs an evaluation function. Where every line of play from a position was seen to
its end, its value is proved, and it is not searched again. What is hidden is guessed anew for each simulation, as a
`World`; all of them share one tree, whose positions and moves are what both players can see.

See Kocsis and Szepesvari, "Bandit based Monte-Carlo planning" (2006); Winands, Bjornsson and Saito, "Monte-Carlo tree
search solver" (2008); Cowling, Powley and Whitehouse, "Information set Monte Carlo tree search" (2012).
"""

from collections.abc import Callable, Collection, Iterable
from math import log, sqrt
from random import Random
from typing import Any

from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.players.bot.worlds import World

WIN, DRAW, LOSS = 1.0, 0.5, 0.0
"""What a game is worth to the client."""

PLAYOUT_PLIES = 300
"""Plies after which a random game counts as drawn."""

EXPLORATION = 0.8
"""How strongly a move that was tried seldom is preferred to one that has done well: the constant C of UCT."""


Guess = Callable[[Random], World]
"""Makes a world in which all that the searching seat knows is true."""


class Node:
    """A position in the tree.

    Attributes:
        position: the public position.
        act: who acts, or None once there is an outcome.
        untried: the moves from here that have not been searched.
        children: the positions after the moves or numbers that have been.
        visits: how many simulations came here.
        score: the sum of their results, for the client.
        proved: the result if both play best from here, for the client, where that is certain.
    """

    __slots__ = ("act", "children", "position", "proved", "score", "untried", "visits")

    def __init__(self, rules: AnyRules, position: Any) -> None:
        outcome = rules.outcome(position)
        self.position = position
        self.act = None if outcome else rules.to_act(position)
        self.untried: list[Any] | None = None
        self.children: dict[Any, Node] = {}
        self.visits = 0
        self.score = 0.0
        self.proved = _worth(outcome.winner) if outcome else None

    @property
    def value(self) -> float:
        """What the position is worth to the client, as far as is known."""
        if self.proved is not None:
            return self.proved
        return self.score / self.visits if self.visits else DRAW


def search(
    rules: AnyRules, position: Any, budget: Iterable[object], chance: Random, guess: Guess | None = None
) -> Node:
    """The tree that grows by one simulation for each item of `budget`, or until the position's value is proved.

    Where something is hidden, each simulation takes for true what `guess` makes.
    """
    chance = Random(chance.getrandbits(64))  # noqa: S311  # the system's own numbers take longer than the games
    root = Node(rules, position)
    growth = _Growth(rules, chance, guess)
    for _ in budget:
        if root.proved is not None:
            break
        growth.simulate(root)
    return root


def best_move(
    rules: AnyRules, position: Any, budget: Iterable[object], chance: Random, guess: Guess | None = None
) -> Any:
    """The best move that a search finds; a win at once is found, however small the budget."""
    moves = list(guess(chance).moves(position) if guess else rules.legal_moves(position))
    if len(moves) == 1:
        return moves[0]
    seat = rules.to_act(position)
    for move in moves:
        outcome = rules.outcome(rules.apply(position, move))
        if outcome and outcome.winner is seat:
            return move
    root = search(rules, position, budget, chance, guess)
    if not root.children:
        return chance.choice(moves)
    return _favourite(root)


def prospect(
    rules: AnyRules, position: Any, budget: Iterable[object], chance: Random, guess: Guess | None = None
) -> tuple[float, bool]:
    """How well a search thinks that the seat to act stands, from 0 (lost) to 1 (won); and whether it is certain."""
    root = search(rules, position, budget, chance, guess)
    certain = root.proved is not None
    if not certain and root.children:
        root = root.children[_favourite(root)]
    value = root.value
    return value if rules.to_act(position) is Seat.CLIENT else 1.0 - value, certain


def _favourite(root: Node) -> Any:
    """The move to play: one that certainly wins, else the one searched most, but no sure loss if there is another."""
    worst = LOSS if root.act is Seat.CLIENT else WIN

    def merit(move: Any) -> tuple[bool, bool, int]:
        child = root.children[move]
        return child.proved == WIN - worst, child.proved != worst, child.visits

    return max(root.children, key=merit)


class _Growth:
    """Lets a tree grow."""

    def __init__(self, rules: AnyRules, chance: Random, guess: Guess | None) -> None:
        self._rules = rules
        self._chance = chance
        self._guess = guess
        self._world = World(rules, chance, {})

    def simulate(self, root: Node) -> None:
        """Walk from the root to a new position, play a random game from there, and count its result on the way."""
        if self._guess:
            self._world = self._guess(self._chance)
        node, path = root, [root]
        while node.proved is None:
            child, new = self._next(node)
            path.append(child)
            node = child
            if new:
                break
        result = self._play_out(node) if node.proved is None else node.proved
        proving = node.proved is not None and not self._guess  # in another world it may be otherwise
        for node in reversed(path):
            node.visits += 1
            node.score += result
            if proving and node.proved is None:
                node.proved = _proved(node)
                proving = node.proved is not None

    def _next(self, node: Node) -> tuple[Node, bool]:
        """The child to walk to, and whether it is new."""
        if node.act.__class__ is not Seat:
            event = self._world.event(node.position, node.act)
            if event in node.children:
                return node.children[event], False
        elif self._guess:
            moves = self._world.moves(node.position)
            untried = [move for move in moves if move not in node.children]
            if not untried:
                child = _most_promising(node, [node.children[move] for move in moves])
                self._world.played(node.position, next(move for move in moves if node.children[move] is child))
                return child, False
            event = self._chance.choice(untried)
            self._world.played(node.position, event)
        elif node.untried is None or node.untried:
            if node.untried is None:
                node.untried = list(self._rules.legal_moves(node.position))
                self._chance.shuffle(node.untried)
            event = node.untried.pop()
        else:
            return _most_promising(node, node.children.values()), False
        child = node.children[event] = Node(self._rules, self._rules.apply(node.position, event))
        return child, True

    def _play_out(self, node: Node) -> float:
        """The result of a random game."""
        rules, chance, position, act = self._rules, self._chance.random, node.position, node.act
        to_act, apply, outcome = rules.to_act, rules.apply, rules.outcome
        legal_moves = self._world.moves if self._guess else rules.legal_moves
        for _ in range(PLAYOUT_PLIES):
            if act.__class__ is Seat:
                moves = legal_moves(position)
                event = moves[int(chance() * len(moves))]  # takes a quarter of the time of `choice`
                if self._guess:
                    self._world.played(position, event)
            else:
                event = self._world.event(position, act)
            position = apply(position, event)
            end = outcome(position)
            if end:
                return _worth(end.winner)
            act = to_act(position)
        return DRAW


def _most_promising(node: Node, children: Collection[Node]) -> Node:
    """The child with the highest upper confidence bound for the seat that moves; a proved loss only if all are."""
    ours = node.act is Seat.CLIENT
    worst = LOSS if ours else WIN
    tries = EXPLORATION * sqrt(log(node.visits))
    best, found = -1.0, None
    for child in children:
        if child.proved == worst:
            continue
        visits = child.visits
        value = child.score / visits
        bound = (value if ours else 1.0 - value) + tries / sqrt(visits)
        if bound > best:
            best, found = bound, child
    return found or next(iter(children))


def _proved(node: Node) -> float | None:
    """What a position is worth if its children prove it: one of them wins, or the values of all are certain."""
    if node.act.__class__ is not Seat:
        return None
    better = max if node.act is Seat.CLIENT else min
    values = [child.proved for child in node.children.values() if child.proved is not None]
    best = better(values)
    certain = best == better(LOSS, WIN) or not (node.untried or len(values) < len(node.children))
    return best if certain else None


def _worth(winner: Seat | None) -> float:
    return DRAW if winner is None else WIN if winner is Seat.CLIENT else LOSS
