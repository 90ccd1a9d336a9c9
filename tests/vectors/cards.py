"""Vectors for games with cards: the mathematics of a deck, and whole logs of crazy eights."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

from chatgame.core.curve import P, face, inverse, key_of, multiplied, objection
from chatgame.core.deck import Deck, key_from, order_from, read, shuffle, written
from chatgame.core.match import Match
from chatgame.core.perspective import Perspective
from chatgame.core.seats import Seat
from chatgame.core.side import Side
from chatgame.core.turn import Kind
from chatgame.games.eights import PACK, Eights
from tests.kit.cards import Programs

Vector = dict[str, Any]
Wrong = tuple[int, str, str, Callable[[str], str] | str, str]

SEEDS = [f"{n:02x}" * 32 for n in range(1, 30)]
FEW = ("Ah", "8s", "Kd", "joker", "\u2663")


def deck_vectors() -> Iterator[Vector]:
    """Faces, points that are refused, locks, seeds, and a deck from its shuffle to its audit."""
    for card in (*FEW, *PACK):
        yield {"name": f"face of {card}", "card": card, "face": face(card).hex()}
    yield from _points()
    for n, name in enumerate(FEW):
        key = key_of(bytes([7 * n + 1]) * 32)
        locked = multiplied(key, face(name))
        yield {
            "name": f"lock on {name}",
            "point": face(name).hex(),
            "key": key.hex(),
            "locked": locked.hex(),
            "inverse": inverse(key).hex(),
        }
    for seed, cards in ((SEEDS[0], 1), (SEEDS[0], 5), (SEEDS[1], 5), (SEEDS[0], 52), (SEEDS[2], 96)):
        made = key_from(seed).hex()
        yield {"name": f"seed for {cards} cards", "seed": seed, "key": made, "order": list(order_from(seed, cards))}
    yield _deck()


def _points() -> Iterator[Vector]:
    order_8 = 325606250916557431795983626356110631294008115727848805560023387167927233504
    twist = next(x for x in count(2) if objection(x.to_bytes(32, "little")) == "is not on the curve")
    for what, x in (
        ("0, of order 2", 0),
        ("1, of order 4", 1),
        ("the prime less 1, of order 4 on the twist", P - 1),
        ("of order 8", order_8),
        ("of order 8, the other one", pow(order_8, -1, P)),
        ("on the twist", twist),
        ("the prime, which is 0", P),
        ("the prime and 9, which is 9", P + 9),
        ("9 with the top bit", 9 + 2**255),
    ):
        yield {"name": f"a point that is refused: {what}", "wrong": x.to_bytes(32, "little").hex()}


def _deck() -> Vector:
    first, second = SEEDS[0], SEEDS[1]
    deck = Deck(Seat.SERVER, 0, FEW)
    deck = deck.shuffled(shuffle(deck, first))
    deck = deck.shuffled(shuffle(deck, second))
    to_deal = deck.to_share(1)
    dealt = multiplied(inverse(key_from(second)), to_deal[0])
    proof = multiplied(inverse(key_from(first)), to_deal[0])
    return {
        "name": "a deck; its first card is dealt to the seat that locked first, and laid",
        "cards": list(FEW),
        "seeds": [first, second],
        "shuffles": [written(layer) for layer in deck.layers],
        "share": written([dealt]),
        "laid": deck.true_cards({Seat.SERVER: first, Seat.CLIENT: second})[0],
        "proof": written([proof]),
    }


def text_of(side: Side, kind: str, text: str) -> str:
    """The text of a turn to shuffle, share or move, of which `text` says what is special.

    `sorted` is a stacked deck, and `swapped` are shares in exchange; a move gets its proofs.
    """
    match = side.match
    match kind:
        case "shuffle":
            made = side.shuffled()
        case "share":
            made = side.shared()
        case "move" if match.cards.decks:
            move = match.rules.parse(match.position, side.seat, text)
            return text + match.cards.proofs(side.seat, match.rules.lays(match.position, move), side.secret or "")
        case _:
            return text
    points = _points_in(made)
    return written({"sorted": sorted(points), "swapped": [*points[1::-1], *points[2:]]}.get(text, points))


def _points_in(text: str) -> Sequence[bytes]:
    number = len(text.rstrip("=")) * 3 // 4 // 32
    return read(text, number, checked=True)


def _with(change: Callable[[list[bytes]], Sequence[bytes]]) -> Callable[[str], str]:
    return lambda text: written(change([*_points_in(text)]))


def _game(seeds: Sequence[str], enough: Callable[[Match], bool]) -> tuple[list[str], list[str]]:
    """The acts of an honest game of crazy eights that the client opens, and the notations of its moves.

    Each player makes the first of the moves that the board lists, until it is enough; then they resign.
    """
    game, left, acts, moves = Programs(Eights()), list(seeds), ["play eights"], []
    while duty := game.match.duty:
        if not duty.asked:
            kind = duty.kind.value
            if kind == "commit":
                acts.append(f"commit {left[0]}")
                game.write(game.committed(left.pop(0)))
            else:
                acts.append(kind)
                game.write(game.text())
        elif enough(game.match):
            acts.append("resign")
            game.write("", Kind.RESIGN)
        else:
            move = Perspective(game.match, duty.seat, game.secrets[duty.seat]).board().choices[0].text
            moves.append(move)
            acts.append(f"move {move}")
            game.write(game.proven(move))
    return acts, moves


def card_logs(example: str) -> list[tuple[str, list[str], list[Wrong]]]:
    """The logs of crazy eights, as `LOGS` states those of other games."""
    whole, _ = _game(SEEDS[:2], lambda _: False)
    lays = next(n for n, act in enumerate(whole) if act.startswith("move") and act[5:9] not in ("draw", "pass"))
    again, _ = _game(SEEDS[10:14], lambda match: len(match.cards.decks) == 2)
    shuffles, shares = whole.index("shuffle"), whole.index("share")
    opened, zero, other = whole[:shuffles], bytes(32), face("joker")
    return [
        (
            f"eights, won by laying the last card{example}",
            whole,
            [
                (shuffles, "server", "shuffle", _with(lambda points: points[1:]), "cards"),
                (shuffles, "server", "shuffle", _with(lambda points: [*points, other]), "cards"),
                (shuffles, "server", "shuffle", _with(lambda points: [points[1], *points[1:]]), "cards"),
                (shuffles, "server", "shuffle", _with(lambda points: [zero, *points[1:]]), "cards"),
                (shuffles, "server", "shuffle", _with(lambda points: [face("Ac"), *points[1:]]), "cards"),
                (shuffles, "server", "shuffle", lambda text: text[:-1], "cards"),
                (shuffles, "server", "shuffle", lambda text: f"{text}\n", "cards"),
                (shuffles, "server", "share", lambda text: text, "kind"),
                (shares, "client", "share", _with(lambda points: points[1:]), "cards"),
                (shares, "client", "share", _with(lambda points: [points[1], *points[1:]]), "cards"),
                (lays - 1, "client", "share", written([other]), "cards"),
                (lays, "server", "move", lambda text: text.split()[0], "cards"),
                (lays, "server", "move", lambda text: f"{text} {text.rpartition(' ')[2]}", "cards"),
                (lays, "server", "move", lambda text: text.replace(":", "0:"), "cards"),
                (
                    lays,
                    "server",
                    "move",
                    lambda text: f"{text.partition(' ')[0]} 14:{text.partition(':')[2]}",
                    "cards",
                ),
                (lays, "server", "move", "pass", "move"),
                (lays, "server", "offer", "undo", "offer"),
                (lays, "server", "offer", "draw", "offer"),
            ],
        ),
        ("eights, in which the pile is turned over and shuffled; then a seat resigns", again, []),
        (
            "eights, where the cheat is a stacked deck",
            [*opened, "shuffle sorted", "shuffle", "share", "resign", "reveal", "reveal"],
            [],
        ),
        (
            "eights, where the cheat gives two shares in exchange",
            [*opened, "shuffle", "shuffle", "share swapped", "resign", "reveal", "reveal"],
            [],
        ),
        ("eights, where the cheat passes with a card that fits", _passing(whole, lays), []),
    ]


def _passing(whole: list[str], lays: int) -> list[str]:
    """In place of its first card, the seat draws one and passes."""
    return [*whole[:lays], "move draw", "share", "move pass", "resign", "reveal", "reveal"]
