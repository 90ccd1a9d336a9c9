"""The mathematics of the deck, against published numbers and a second computation."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.core import curve
from chatgame.core.curve import A, L, P, cleared, face, hashed, inverse, key_of, ladder, multiplied, objection

QUUX = b"QUUX-V01-CS02-with-curve25519_XMD:SHA-512_ELL2_NU_"

keys = st.binary(min_size=32, max_size=32).map(key_of)
names = st.text(min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("key", "point", "product"),
    [
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ),
        (
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a413",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        ),
    ],
)
def test_ladder_makes_the_numbers_of_rfc_7748(key: str, point: str, product: str) -> None:
    """They are in its section 5.2; the top bit of a point does not count there."""
    x = bytes.fromhex(point)
    assert ladder(key_of(bytes.fromhex(key)), bytes((*x[:31], x[31] & 127))).hex() == product


def test_ladder_makes_the_numbers_of_rfc_7748_after_a_thousand_times() -> None:
    k = u = bytes((9, *bytes(31)))
    for _ in range(1000):
        k, u = ladder(key_of(k), bytes((*u[:31], u[31] & 127))), k
    assert k.hex() == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"


@pytest.mark.parametrize(
    ("message", "x"),
    [
        ("", "1bb913f0c9daefa0b3375378ffa534bda5526c97391952a7789eb976edfe4d08"),
        ("abc", "7c22950b7d900fa866334262fcaea47a441a578df43b894b4625c9b450f9a026"),
        ("abcdef0123456789", "31ad08a8b0deeb2a4d8b0206ca25f567ab4e042746f792f4b7973f3ae2096c52"),
    ],
)
def test_messages_are_hashed_to_the_points_of_rfc_9380(message: str, x: str) -> None:
    """They are in its appendix J.4.2."""
    assert hashed(message.encode(), QUUX)[::-1].hex() == x


@given(keys, names)
def test_library_makes_the_same_bytes(key: bytes, name: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    product = X25519PrivateKey.from_private_bytes(key).exchange(X25519PublicKey.from_public_bytes(face(name)))
    assert ladder(key, face(name)) == product == multiplied(key, face(name))


def test_deck_can_do_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra; without it the bytes are the same."""
    key, point = key_of(bytes(range(32))), face("8h")
    expected = multiplied(key, point)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.x25519", None)
    curve._from_library.cache_clear()
    multiplied.cache_clear()
    try:
        assert curve._from_library() is None
        assert multiplied(key, point) == expected
    finally:
        curve._from_library.cache_clear()
        multiplied.cache_clear()


@given(keys, keys, names)
def test_locks_come_off_in_any_order(one: bytes, two: bytes, name: str) -> None:
    """So each of two players can take off the own lock first, or last."""
    both = multiplied(two, multiplied(one, face(name)))
    assert multiplied(inverse(one), both) == multiplied(two, face(name))
    assert multiplied(inverse(two), both) == multiplied(one, face(name))
    assert multiplied(inverse(one), multiplied(inverse(two), both)) == face(name)


@given(keys)
def test_key_that_takes_a_lock_off_has_the_form_of_a_key(key: bytes) -> None:
    """So a library that forces that form leaves it as it is."""
    assert key_of(inverse(key)) == inverse(key)


@given(names)
def test_face_is_in_the_group_of_prime_order(name: str) -> None:
    """L times it is the neutral element, so it has no part of low order that a lock would take away."""
    point = int.from_bytes(face(name), "little")
    assert not objection(face(name))
    assert times(L - 1, point) == point  # its negative


def test_faces_differ() -> None:
    assert len({face(f"card {n}") for n in range(500)}) == 500


ORDER_8 = 325606250916557431795983626356110631294008115727848805560023387167927233504


LOW = [0, 1, P - 1, ORDER_8, pow(ORDER_8, -1, P)]


@pytest.mark.parametrize("x", LOW)
def test_point_of_low_order_is_objected_to(x: int) -> None:
    """A key, which is a multiple of 8, would take it to the neutral element."""
    point = x.to_bytes(32, "little")
    assert objection(point) == "is of low order"
    assert times(8, x) is None
    assert cleared(point) == 0


@given(names)
def test_cleared_point_is_eight_times_the_point(name: str) -> None:
    assert cleared(face(name)) == times(8, int.from_bytes(face(name), "little"))


@pytest.mark.parametrize("x", [P, P + 1, P + 9, 2**255, 2**256 - 1])
def test_number_that_is_not_reduced_is_objected_to(x: int) -> None:
    """It would be a second form of the same point."""
    assert objection(x.to_bytes(32, "little")) == "is not below the prime"


@given(st.integers(2, P - 2).filter(lambda x: x not in LOW))
def test_point_is_objected_to_if_it_is_on_the_twist(x: int) -> None:
    """About half of all x-coordinates are on the twist, whose group is another one."""
    y = square_root((x**3 + A * x * x + x) % P)
    assert objection(x.to_bytes(32, "little")) == ("" if y is not None else "is not on the curve")


def square_root(square: int) -> int | None:
    """A square root in the field (RFC 8032, 5.1.3), or None."""
    for root in (pow(square, (P + 3) // 8, P), pow(square, (P + 3) // 8, P) * pow(2, (P - 1) // 4, P) % P):
        if root * root % P == square:
            return root
    return None


def times(factor: int, x: int) -> int | None:
    """A point so many times by the formulas of the curve with both coordinates; None for the neutral element.

    For a point of the twist, whose y is not in the field, the curve is scaled: B y^2 = x^3 + A x^2 + x with B = 2.
    """
    y, b = square_root((x**3 + A * x * x + x) % P), 1
    if y is None:
        y, b = square_root((x**3 + A * x * x + x) * pow(2, -1, P) % P), 2
    assert y is not None
    total: tuple[int, int] | None = None
    point: tuple[int, int] | None = (x, y)
    while factor:
        total = added(total, point, b) if factor & 1 else total
        point, factor = added(point, point, b), factor >> 1
    return total[0] if total else None


def added(one: tuple[int, int] | None, two: tuple[int, int] | None, b: int) -> tuple[int, int] | None:
    """The sum of two points."""
    if not one or not two:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    if one == two:
        slope = (3 * x1 * x1 + 2 * A * x1 + 1) * pow(2 * b * y1, -1, P) % P
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P) % P
    x = (b * slope * slope - A - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P
