"""Crazy eights: lay cards that match the one on the pile in suit or rank; the first player with no cards left wins.

Rules: https://bicyclecards.com/how-to-play/crazy-eights and https://en.wikipedia.org/wiki/Crazy_Eights, for two.
Where they leave a choice: a player draws at most one card in a turn, and after that may pass only if no card fits; if
the first card turned up is an eight, another one is turned up on it; when the stock is used up, the pile is turned
over and shuffled, all but its top card. Points are not counted.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chatgame.core.board import Board, Cell, Choice, Grid, Mark
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.rules import Deal, Outcome, Revealed, Rules, Secrets, Show, Shuffle, known_as, whose
from chatgame.core.seats import Seat

HAND = 7
"""The cards that each player begins with."""

SUITS = {"c": "clubs", "d": "diamonds", "h": "hearts", "s": "spades"}
SYMBOLS = dict(zip(SUITS, "♣♦♥♠", strict=True))
RANKS = {"A": "ace", "J": "jack", "Q": "queen", "K": "king"} | {str(pips): str(pips) for pips in range(2, 11)}
PACK = tuple(f"{rank}{suit}" for suit in SUITS for rank in ("A", *map(str, range(2, 11)), "J", "Q", "K"))
BY_NAME = {card.lower(): card for card in PACK}
ROW = 10
"""The most cards of a hand that are drawn in a row."""


class Position(NamedTuple):
    """What is to be done next, by which seat, and what all can see of the cards.

    The step is `shuffle`, `deal`, `turn` a card up, `play`, `draw`, or `play on` after a card was drawn. Then comes
    how many cards each seat holds. The pile is face up, with the top card last. The suit is the one to follow: that
    of the top card, or the one that was named with an eight; none before a first card that is not an eight.
    """

    turn: Seat
    step: str
    client: int
    server: int
    stock: int
    pile: tuple[str, ...]
    suit: str

    def held_by(self, seat: Seat) -> int:
        """How many cards a seat holds."""
        return self.client if seat is Seat.CLIENT else self.server

    def with_held(self, seat: Seat, number: int) -> "Position":
        """The same with `number` more cards in the hand of a seat."""
        held = {str(seat): self.held_by(seat) + number}
        return self._replace(**held)  # type: ignore[arg-type]  # both are numbers

    @property
    def can_draw(self) -> bool:
        """Whether there is a card to draw: from the stock, or from the pile when it is turned over."""
        return self.stock > 0 or len(self.pile) > 1


class Eights(Rules[Position, str]):
    """Crazy eights; a move is `draw`, `pass`, a card as in `Kd`, or an eight with a suit as in `8h spades`."""

    name = "eights"
    title = "crazy eights"
    about = "Lay cards of the suit or rank on the pile; an eight always fits, and names a suit. No cards left wins."

    def start(self, inviter: Seat, options: str) -> Position:
        self.without_options(options)
        return Position(inviter.other, "shuffle", 0, 0, 0, (), "")

    def to_act(self, position: Position) -> Seat | Shuffle | Deal | Show:
        match position.step:
            case "shuffle":
                return Shuffle(position.pile[:-1] or PACK)
            case "deal":
                return Deal(position.turn, HAND)
            case "turn":
                return Show(1)
            case "draw":
                return Deal(position.turn, 1)
        return position.turn

    def asks(self, position: Position, seat: Seat) -> str:
        rank = RANKS[position.pile[-1][:-1]]
        same = "" if rank == "8" else f"{'an' if rank == 'ace' else 'a'} {rank}, "
        other = "draw" if position.step == "play" and position.can_draw else "pass"
        return f"{SUITS[position.suit]}, {same}an eight as in 8h spades, or {other}"

    def parse(self, position: Position, seat: Seat, text: str) -> str:
        first, *suits = text.lower().split() or [""]
        if first in ("draw", "pass") and not suits:
            return _without_card(position, first)
        card = BY_NAME.get(first)
        named = [name for name in SUITS.values() if suits and name.startswith(suits[0])]
        if not card or len(suits) > 1 or (suits and not (named and card[0] == "8")):
            raise InvalidMove(f'"{text}" is not a card. Type one as in Kd or 10c, an eight as in 8h spades, or draw.')
        if card[0] == "8":
            if not named:
                raise InvalidMove(f"Name a suit with the eight, as in {card} spades.")
            return f"{card} {named[0]}"
        if not fits(position, card):
            rank = RANKS[position.pile[-1][:-1]] if position.pile else "card"
            raise IllegalMove(f"The {in_words(card)} fits neither {SUITS.get(position.suit, 'a suit')} nor a {rank}.")
        return card

    def lays(self, position: Position, move: str) -> Sequence[str]:
        return () if move in ("draw", "pass") else (move.split()[0],)

    def fair(self, position: Position, seat: Seat, move: str, held: Sequence[str]) -> None:
        for card in self.lays(position, move):
            if card not in held:
                raise IllegalMove(f"You do not hold the {in_words(card)}.")
        fitting = [card for card in held if fits(position, card)]
        if move == "pass" and fitting:
            raise IllegalMove(f"You hold the {in_words(fitting[-1])}, so you cannot pass.")

    def apply(self, position: Position, move: str | tuple[str, ...] | None) -> Position:
        turn, step = position.turn, position.step
        match step:
            case "shuffle" if position.pile:
                return position._replace(step="draw", stock=len(position.pile) - 1, pile=position.pile[-1:])
            case "shuffle":
                return position._replace(step="deal", stock=len(PACK))
            case "deal":
                after = position.with_held(turn, HAND)._replace(turn=turn.other, stock=position.stock - HAND)
                return after._replace(step="turn" if after.held_by(turn.other) else "deal")
            case "turn":
                assert isinstance(move, tuple), "one card is shown"
                rank, suit = move[0][:-1], move[0][-1]
                after = position._replace(stock=position.stock - 1, pile=(*position.pile, *move))
                return after if rank == "8" else after._replace(step="play", suit=suit)
            case "draw":
                return position.with_held(turn, 1)._replace(step="play on", stock=position.stock - 1)
        match move:
            case "draw":
                return position._replace(step="draw" if position.stock else "shuffle")
            case "pass":
                return position._replace(turn=turn.other, step="play")
        assert isinstance(move, str), "a card is laid"
        card, _, named = move.partition(" ")
        after = position.with_held(turn, -1)._replace(turn=turn.other, step="play")
        return after._replace(pile=(*position.pile, card), suit=(named or card[-1])[0])

    def outcome(self, position: Position) -> Outcome | None:
        out = [seat for seat in Seat if position.suit and not position.held_by(seat)]
        return Outcome(out[0], "no cards left") if out else None

    def board(self, position: Position, viewer: Seat | None, secrets: Secrets, before: Position | None) -> Board:
        held = ", ".join(f"{known_as(seat, viewer)} {position.held_by(seat)}" for seat in Seat)
        parts: list[str | Grid] = [f"Cards held: {held}; in the stock: {position.stock}."]
        if position.suit:
            top = position.pile[-1]
            fresh = before is not None and before.pile[-1:] != position.pile[-1:]
            parts.append(_row("Pile", [top], fresh=fresh))
            parts.append(f"To follow: {SUITS[position.suit]}.")
        hands = {seat: secrets[seat].split() for seat in sorted(secrets, key=lambda seat: seat is viewer)}
        parts += [_row(f"{whose(seat, viewer).capitalize()} hand", hand) for seat, hand in hands.items() if hand]
        moves = choices(position, hands[viewer]) if viewer and viewer in hands else []
        more = position.step == "play" and position.can_draw and "draw" not in moves
        return Board(
            parts, [Choice(move, self.lays(position, move)) for move in moves], "draw" if moves and more else ""
        )

    def tell(
        self, position: Position, came: str | tuple[str | None, ...] | Revealed | None, viewer: Seat | None
    ) -> str:
        who = known_as(position.turn, viewer).capitalize()
        match came:
            case Revealed(seat, hand):
                return f"{known_as(seat, viewer).capitalize()} held {_listed(hand.split())}." if hand else ""
            case None:
                return "The pile is turned over and shuffled." if position.pile else "The cards are shuffled."
            case "draw":
                return ""
            case "pass":
                return f"{who} passed."
            case str():
                card, _, named = came.partition(" ")
                return f"{who} played the {in_words(card)}{f' and named {named}' if named else ''}."
        cards = [card for card in came if card]
        match position.step:
            case "turn":
                return f"The {in_words(cards[0])} is turned up."
            case "draw":
                return f"{who} drew {_listed(cards) or 'a card'}."
        were = "were" if who == "You" else "was"
        return f"{who} {were} dealt {_listed(cards) or f'{HAND} cards'}."


def fits(position: Position, card: str) -> bool:
    """Whether a card can be laid."""
    top = position.pile[-1] if position.pile else ""
    return card[:-1] in ("8", top[:-1]) or card[-1] == position.suit


def choices(position: Position, hand: Sequence[str]) -> list[str]:
    """What the seat whose turn it is can lay from this hand; or draw or pass, if nothing fits."""
    if position.step not in ("play", "play on"):
        return []
    cards = [card for card in hand if fits(position, card)]
    plain = [card for card in cards if card[0] != "8"]
    moves = plain + [f"{card} {suit}" for card in cards if card[0] == "8" for suit in SUITS.values()]
    return moves or ["draw" if position.step == "play" and position.can_draw else "pass"]


def in_words(card: str) -> str:
    """A card in words, as in "king of diamonds"."""
    return f"{RANKS[card[:-1]]} of {SUITS[card[-1]]}"


def _listed(cards: Sequence[str]) -> str:
    return ", ".join(f"the {in_words(card)}" for card in cards)


def _row(title: str, cards: Sequence[str], *, fresh: bool = False) -> Grid:
    """Cards face up."""
    shown = [Mark(card, in_words(card), card[:-1] + SYMBOLS[card[-1]]) for card in cards]
    cells = [Cell(card, mark, fresh=fresh) for card, mark in zip(cards, shown, strict=True)]
    cells += [Cell(f"free {n}", Mark(" ")) for n in range(-len(cells) % ROW if len(cells) > ROW else 0)]
    return Grid(cells, min(len(cells), ROW), title, spoken=f"{title}: {', '.join(map(in_words, cards))}.")


def _without_card(position: Position, move: str) -> str:
    """The moves that lay no card, where they are allowed."""
    if move == "draw" and position.step != "play":
        raise IllegalMove("You have drawn a card in this turn already. Play a card, or pass.")
    if move == "draw" and not position.can_draw:
        raise IllegalMove("There is no card to draw. Play a card, or pass.")
    if move == "pass" and position.step == "play" and position.can_draw:
        raise IllegalMove("Draw a card before you pass.")
    return move
