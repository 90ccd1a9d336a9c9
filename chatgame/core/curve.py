"""Curve25519 by x-coordinates alone: the lock of a deck of cards, and the faces of the cards.

A lock is X25519 (RFC 7748): the point is multiplied by a key, a multiple of 8 from 2^254 up to 2^255. Locks of two
keys come off in any order. A key comes off by its inverse, which has the same form: the order L of the group is just
above 2^252, so of the two numbers below L that undo a key times 8, the inverse and L less the inverse, one is from
2^251 up to 2^252, except with a probability of 2^-126; and since a point and its negative have the same x-coordinate,
either will do.

A face is a name hashed to the curve (RFC 9380). Nobody knows a relation between two faces. With multiples of a base
point, anybody could tell locked cards apart, as the double of one locked card would be another.

`cryptography` is used where it is installed, and makes the same bytes. Without it a multiplication takes about a
millisecond, and its time depends a little on the key.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from hashlib import sha512

P = 2**255 - 19
"""The prime of the field."""

L = 2**252 + 27742317777372353535851937790883648493
"""The order of the group that keys act in."""

A = 486662
"""The curve is y^2 = x^3 + A x^2 + x."""

SIZE = 32
"""Of a key or a point, in bytes."""

SUITE = b"chatgame-V01-CS01-with-curve25519_XMD:SHA-512_ELL2_NU_"
"""What sets faces apart from all else that is hashed to the curve (RFC 9380, 3.1)."""

_ORDER_8 = 325606250916557431795983626356110631294008115727848805560023387167927233504
_LOW = {0, 1, P - 1, _ORDER_8, pow(_ORDER_8, -1, P)}
"""The points whose orders divide 8: every key takes them to the neutral element."""


def key_of(number: bytes) -> bytes:
    """The key that 32 bytes stand for (RFC 7748, 5)."""
    return bytes((number[0] & 248, *number[1:31], number[31] & 127 | 64))


@lru_cache(maxsize=64)
def inverse(key: bytes) -> bytes:
    """The key that takes off what `key` has locked."""
    eighth = pow(8 * int.from_bytes(key, "little"), -1, L)
    return (8 * (eighth if 2**251 <= eighth < 2**252 else L - eighth)).to_bytes(SIZE, "little")


@lru_cache(maxsize=1024)
def multiplied(key: bytes, point: bytes) -> bytes:
    """X25519: the point locked by a key.

    The last results are kept, so a caller can have them computed in parts beforehand. They are enough for a shuffle
    and an audit of the largest deck.
    """
    return (_from_library() or ladder)(key, point)


def ladder(key: bytes, point: bytes) -> bytes:
    """X25519 in Python alone (RFC 7748, 5); the last bits of a key are 0, so nothing is swapped at the end."""
    k, x = int.from_bytes(key, "little"), int.from_bytes(point, "little") % P
    x2, z2, x3, z3 = 1, 0, x, 1
    swapped = 0
    for bit in map(int, f"{k:0255b}"):
        if bit != swapped:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swapped = bit
        a, b = x2 + z2, x2 - z2
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        da, cb = (x3 - z3) * a % P, (x3 + z3) * b % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
        x3, z3 = (da + cb) ** 2 % P, x * (da - cb) ** 2 % P
    return (x2 * pow(z2, -1, P) % P).to_bytes(SIZE, "little")


@cache
def _from_library() -> Callable[[bytes, bytes], bytes] | None:
    """The same by `cryptography`, or None where that is not installed."""
    try:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    except ImportError:
        return None
    private = lru_cache(maxsize=64)(X25519PrivateKey.from_private_bytes)
    public = X25519PublicKey.from_public_bytes
    return lambda key, point: private(key).exchange(public(point))


@lru_cache(maxsize=1024)
def objection(point: bytes) -> str:
    """Why a point cannot be a locked card, or nothing.

    Either kind would be a mark on the back of a card: every lock takes a point of low order to the neutral element,
    and leaves one of the twist on the twist.

    The last answers are kept, for programs that run both seats, such as a match of two bots.
    """
    x = int.from_bytes(point, "little")
    if x >= P:
        return "is not below the prime"
    if x in _LOW:
        return "is of low order"
    return "" if _is_square(_right_side(x)) else "is not on the curve"


@lru_cache(maxsize=1024)
def cleared(point: bytes) -> int:
    """The x-coordinate of eight times a point on the curve, which is the same for eight points.

    They are a point and its sums with those of low order. Every lock makes the same of them. The last answers are
    kept, as those of `objection` are.
    """
    x, z = int.from_bytes(point, "little"), 1
    for _ in range(3):  # doubles it (RFC 7748, 5)
        squares, mixed = x * x + z * z, x * z
        x, z = (squares - 2 * mixed) * (squares + 2 * mixed) % P, 4 * mixed * (squares + A * mixed) % P
    return x * pow(z, -1, P) % P if z else 0


@lru_cache(maxsize=1024)
def face(name: str) -> bytes:
    """The point that stands for a card: its name, hashed to the curve and multiplied by 8.

    This is `encode_to_curve` of the suite curve25519_XMD:SHA-512_ELL2_NU_ (RFC 9380, 8.5).
    """
    return hashed(name.encode(), SUITE)


def hashed(message: bytes, suite: bytes) -> bytes:
    """A message on the curve, for the domain separation tag `suite`."""
    size, tag = 48, suite + bytes([len(suite)])
    first = sha512(bytes(128) + message + size.to_bytes(2) + b"\0" + tag).digest()
    u = int.from_bytes(sha512(first + b"\1" + tag).digest()[:size]) % P
    x = -A * pow(1 + 2 * u * u, -1, P) % P  # Elligator 2
    z = 1
    if not _is_square(_right_side(x)):
        x = (-x - A) % P
    for _ in range(3):
        a, b = (x + z) ** 2 % P, (x - z) ** 2 % P
        x, z = a * b % P, (a - b) * (a + 121665 * (a - b)) % P
    return (x * pow(z, -1, P) % P).to_bytes(SIZE, "little")


def _right_side(x: int) -> int:
    return (x * x + A * x + 1) * x % P


def _is_square(number: int) -> bool:
    """Whether a number other than 0 has a square root in the field."""
    return pow(number, P // 2, P) == 1
