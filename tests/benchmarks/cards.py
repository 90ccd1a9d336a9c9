"""What cards cost: `python -m tests.benchmarks.cards`, with `cryptography` and in Python alone."""

import sys
from collections.abc import Callable, Sequence
from time import process_time

from chatgame.core import curve
from chatgame.core.curve import face, inverse, multiplied
from chatgame.core.deck import Deck, faces, key_from, read, shuffle, written
from chatgame.core.seats import Seat
from chatgame.games.eights import PACK
from tests.kit.rooms import Room

SEED = "5" * 64


def least(work: Callable[[], object], times: int = 5) -> float:
    """The least time of the processor that something takes, in milliseconds, with nothing computed before."""
    taken = []
    for _ in range(times):
        multiplied.cache_clear()
        began = process_time()
        work()
        taken.append(1000 * (process_time() - began))
    return min(taken)


def figures() -> Sequence[tuple[str, float]]:
    """What is measured, each in milliseconds."""
    deck = Deck(Seat.SERVER, 0, PACK)
    face("")  # what has to be loaded is

    def hash_faces() -> None:
        face.cache_clear()
        faces.cache_clear()
        faces(PACK)

    hashing = least(hash_faces)
    shuffling = least(lambda: shuffle(deck, SEED))
    locked = deck.shuffled(shuffle(deck, SEED))
    both = locked.shuffled(shuffle(locked, SEED))
    text = written(both.layers[1])
    point = both.layers[1][0]
    key = inverse(key_from(SEED))

    def game() -> Room:
        return Room(1).plays()

    played = game()
    computer = played.computers[Seat.CLIENT]
    parts = []
    run = type(computer).run

    def timed(self: object, event: Callable[[], Sequence[object]]) -> None:
        def measured() -> Sequence[object]:
            began = process_time()
            commands = event()
            parts.append(1000 * (process_time() - began))
            return commands

        run(self, measured)  # type: ignore[arg-type]  # the same event

    type(computer).run = timed  # type: ignore[method-assign]  # for as long as is measured
    whole = least(game)
    type(computer).run = run  # type: ignore[method-assign]  # as it was
    count, size = len(computer.log), sum(len(entry.turn.text) for entry in computer.log)
    return [
        ("the faces of the cards, once in a program", hashing),
        ("one share", least(lambda: multiplied(key, point))),
        ("a shuffle", shuffling),
        ("to look at a shuffle that has come", least(lambda: read(text, len(PACK), checked=False))),
        ("the audit of a shuffle", least(lambda: both.audit(Seat.SERVER, SEED))),
        (
            f"a whole game of crazy eights ({count} turns, {size} characters), "
            "by two programs that share what they compute",
            whole,
        ),
        ("the longest step in it", max(parts)),
        ("to open its journal", least(computer.begin)),
    ]


def main() -> None:
    """Print a table."""
    fast = figures()
    curve._from_library.cache_clear()
    sys.modules["cryptography.hazmat.primitives.asymmetric.x25519"] = None  # type: ignore[assignment]  # not found
    for (name, fast_time), (_, slow_time) in zip(fast, figures(), strict=True):
        print(f"| {name} | {fast_time:.2f} ms | {slow_time:.2f} ms |")


if __name__ == "__main__":
    main()
