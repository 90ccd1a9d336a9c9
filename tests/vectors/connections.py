"""What comes before the turns: sessions that are opened, clients that are let in or not, and pairings."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, NamedTuple

from chatgame.core.limits import CHAIN
from chatgame.core.seats import Seat
from chatgame.protocol.hello import place_opened_by, session_opened_by
from chatgame.protocol.messages import WATCHER, Hello, encode
from chatgame.protocol.pairing import proof

Vector = dict[str, Any]


def sessions() -> Iterator[Vector]:
    """Yield hellos, the sessions that they open, and the places at which their sides meet again."""
    client, server = (Hello("1.0", seat, f"{n}a" * 32, {"tictactoe": 1}) for n, seat in enumerate(Seat))
    shortest = b'{"type":"hello","protocol":"1.0","seat":"server","nonce":"%s","games":{}}' % (b"5" * 64)
    spaced = b' {"nonce":"%s", "seat":"client", "games":{}, "protocol":"1.7",\n"type":"hello", "x":[]}\n' % (
        b"6" * 64
    )
    for name, one, two in (
        ("as this program says them", encode(client), encode(server)),
        ("with what may be left out, and not", encode(client), shortest),
        ("with white space and a field of a later version", spaced, encode(server)),
    ):
        yield {
            "name": name,
            "client": one.decode(),
            "server": two.decode(),
            "session": session_opened_by(one, two),
            "place": place_opened_by(one, two),
        }


class Greeting(NamedTuple):
    """A client that says hello, what the server holds by then, and what it answers."""

    answer: str
    k: int | None
    names: int | str | None = None
    paired: bool = False
    holds: int = 0
    seconds: int = 0


FIRST, SECOND, THIRD = CHAIN, CHAIN - 1, CHAIN - 2
GREETINGS: list[tuple[str, bool, list[Greeting]]] = [
    (
        "a client comes and comes back, and nobody else gets in",
        False,
        [
            Greeting("new", FIRST),
            Greeting("taken", None),
            Greeting("back", SECOND, 0, holds=2),
            Greeting("unknown", None, 0, holds=2),
            Greeting("diverged", FIRST, 0, holds=2),
            Greeting("diverged", SECOND, 0, holds=2),
            Greeting("unknown", 0, "another", holds=2),
            Greeting("taken", THIRD, holds=2),
            Greeting("back", 0, 0, holds=3),
        ],
    ),
    (
        "a client that has not heard the answer begins anew, until a turn is held",
        False,
        [
            Greeting("new", FIRST),
            Greeting("new", SECOND),
            Greeting("unknown", THIRD, 0),
            Greeting("back", THIRD, 1),
            Greeting("taken", 7, holds=1),
        ],
    ),
    (
        "the seat of a client without a turn is free after 15 seconds, and still theirs until another has it",
        False,
        [
            Greeting("new", FIRST),
            Greeting("taken", None, seconds=14),
            Greeting("back", SECOND, 0, seconds=16),
            Greeting("new", None, seconds=16),
            Greeting("unknown", THIRD, 0),
        ],
    ),
    (
        "a code lets one in, who keeps the seat",
        True,
        [
            Greeting("taken", FIRST),
            Greeting("new", FIRST, paired=True),
            Greeting("taken", None, paired=True),
            Greeting("taken", None, paired=True, seconds=100),
            Greeting("back", SECOND, 1),
        ],
    ),
]


def greetings() -> Iterator[Vector]:
    """Yield sequences of clients, and what each is answered."""
    for name, code, clients in GREETINGS:
        yield {"name": name, "code": code, "clients": [client._asdict() for client in clients]}


def pairings() -> Iterator[Vector]:
    """Yield pairings."""
    from spake2 import SPAKE2_A, SPAKE2_B  # not for every Python that the other vectors are for
    from spake2.ed25519_group import Ed25519Group

    for code, x, y, role in (
        ("7-guitar-island", 5, 7, Seat.CLIENT),
        ("99-zebra-acid", 2**200 + 1, 2**251 + 3, Seat.CLIENT),
        ("7-guitar-island", 5, 7, WATCHER),
    ):
        certificate = sha256(code.encode()).digest()
        client, server = (
            side(code.encode(), idA=f"chatgame {role}".encode(), idB=b"chatgame server", entropy_f=_number(number))
            for side, number in ((SPAKE2_A, x), (SPAKE2_B, y))
        )
        one, two = client.start(), server.start()
        key = client.finish(two)
        assert key == server.finish(one)
        w = Ed25519Group.password_to_scalar(code.encode())
        yield {
            "code": code,
            **({"role": role} if role == WATCHER else {}),
            "w": f"{w:064x}",
            "x": f"{x:064x}",
            "y": f"{y:064x}",
            "client": one.hex(),
            "server": two.hex(),
            "K": key.hex(),
            "certificate": certificate.hex(),
            f"proof of the {role}": proof(key, role, certificate, one, two),
            "proof of the server": proof(key, Seat.SERVER, certificate, one, two),
        }


def _number(number: int) -> Any:
    """What gives a side its random number."""
    return lambda size: number.to_bytes(size, "big")
