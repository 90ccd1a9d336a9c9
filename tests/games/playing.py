"""Plays a match by what its players type, and writes for their programs what these would write by themselves."""

from collections.abc import Iterator
from random import Random
from string import ascii_lowercase
from typing import Any, NamedTuple

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.errors import IllegalMove, InvalidMove
from chatgame.core.match import Match
from chatgame.core.rules import Answer, AnyRules, Both, Chance, Choices, Deal, Secret, Show, Shuffle
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.turn import Kind
from chatgame.games.battleship import CELLS
from tests.kit.logs import SESSION

SALT = bytes(32)


class Lie(str):
    """What a cheating program writes as it is, where an honest one would ask its rules."""

    __slots__ = ()


def play(rules: AnyRules, *lines: str, options: str = "", inviter: Seat = Seat.CLIENT) -> Match:
    """The match after these lines, each typed by the player who is asked; at a chance, a line is the number drawn.

    A `Lie` stands for what is hidden or answered; "/resign" resigns.
    """
    match = Match.open(rules, SESSION, 0, inviter, options)
    left, openings, secrets = list(lines), dict[tuple[int, Seat], Opening](), dict[Seat, str]()
    while match.duty and (left or not match.duty.asked):
        seat, kind, asked, ply = match.duty
        if left and left[0] == "/resign" and asked:
            match, left = match.after(seat, Kind.RESIGN, ""), left[1:]
            continue
        match kind:
            case Kind.MOVE:
                text = match.parse(seat, left.pop(0))
            case Kind.COMMIT:
                line = left.pop(0)
                hidden = line if isinstance(line, Lie) or not asked else match.parse(seat, line)
                openings[ply, seat] = Opening(SALT, hidden)
                secrets[seat] = hidden
                text = commitment(Place(match.session, match.number, ply, seat), openings[ply, seat])
            case Kind.CONTRIBUTE:
                text = "0"
            case Kind.REVEAL:
                text = str(openings[ply, seat])
            case Kind.ANSWER:
                text = left.pop(0) if left and isinstance(left[0], Lie) else Side(match, seat, secrets[seat]).answer()
        match = match.after(seat, kind, text)
    assert not left, "every line was typed"
    return match


def canonical_or_refused(rules: AnyRules, position: Any, text: str) -> None:
    """Check that `text` is refused, or stands for a move whose notation stands for the same move."""
    for seat in Seat:
        try:
            move = rules.parse(position, seat, text)
        except (InvalidMove, IllegalMove):
            continue
        assert rules.parse(position, seat, str(move)) == move


class Shown(NamedTuple):
    """A position of a game, the secrets so far, and what has led to it: the position before and what came there."""

    position: Any
    secrets: dict[Seat, str]
    before: Any
    came: Any


def at_random(rules: AnyRules, chance: Random) -> Iterator[Shown]:
    """All positions of a random game, from the first to the last."""
    position, secrets = rules.start(chance.choice(list(Seat)), ""), dict[Seat, str]()
    before: Any = None
    stock: list[str] = []
    yield Shown(position, secrets, None, None)
    while not rules.outcome(position):
        match rules.to_act(position):
            case Both():
                came: Any = Choices(*chance.choices(["rock", "paper", "scissors"], k=2))
            case Chance(sides):
                came = chance.randrange(sides)
            case Secret(seat):
                word = "".join(chance.choices(ascii_lowercase, k=chance.randint(3, 20)))
                secrets[seat] = rules.any_secret(position, chance.getrandbits(64)) or word
                came = None
            case Answer(seat):
                came = rules.answer(position, secrets[seat])
            case Shuffle(cards):
                stock, came = chance.sample([*cards], len(cards)), None
            case Deal(seat, number):
                dealt, stock, came = stock[:number], stock[number:], None
                secrets[seat] = " ".join([*secrets.get(seat, "").split(), *dealt])
            case Show(number):
                came, stock = tuple(stock[:number]), stock[number:]
            case Seat() as seat if seat in secrets and (
                choices := rules.board(position, seat, secrets, before).choices
            ):
                came = rules.parse(position, seat, chance.choice(choices).text)
                secrets[seat] = " ".join(
                    card for card in secrets[seat].split() if card not in rules.lays(position, came)
                )
            case Seat() as seat:
                came = chance.choice(_moves(rules, position, seat, chance))
        before, position = position, rules.apply(position, came)
        yield Shown(position, secrets.copy(), before, came)


def _moves(rules: AnyRules, position: Any, seat: Seat, chance: Random) -> list[Any]:
    """All moves, or what would be some in the games that do not list them."""
    try:
        return list(rules.legal_moves(position))
    except NotImplementedError:
        word = "".join(chance.choices(ascii_lowercase, k=len(getattr(position, "letters", ""))))
        return [text for text in (*ascii_lowercase, *CELLS, word) if _allowed(rules, position, seat, text)]


def _allowed(rules: AnyRules, position: Any, seat: Seat, text: str) -> bool:
    try:
        rules.parse(position, seat, text)
    except (InvalidMove, IllegalMove):
        return False
    return True
