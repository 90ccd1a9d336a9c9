"""Badges: which of them let somebody in who was let in before."""

import hmac
from hashlib import sha256

import pytest

from chatgame.protocol.badges import OWNER_SIZE, Badges

AGREEMENT, OTHER = "a" * 64, "b" * 64
ANNA, BEN = b"a" * OWNER_SIZE, b"b" * OWNER_SIZE


def test_badge_lets_its_owner_in_after_the_server_was_killed() -> None:
    """Nothing but the secret and the log was kept."""
    badge = Badges("secret", AGREEMENT).new(ANNA)
    assert Badges("secret", AGREEMENT).holds(badge)


@pytest.mark.parametrize(
    "badge",
    [
        "",
        ANNA.hex(),
        ANNA.hex() + "0" * 2 * OWNER_SIZE,
        BEN.hex() + Badges("secret", AGREEMENT).new(ANNA)[2 * OWNER_SIZE :],
        Badges("secret", OTHER).new(ANNA),
        Badges("another secret", AGREEMENT).new(ANNA),
        Badges("secret", AGREEMENT).place,
    ],
    ids=["none", "an owner", "made up", "of another owner", "of another agreement", "of another server", "the place"],
)
def test_other_badges_let_nobody_in(badge: str) -> None:
    assert not Badges("secret", AGREEMENT).holds(badge)


def test_each_who_is_let_in_has_another_badge() -> None:
    badges = Badges("secret", AGREEMENT)
    assert badges.new(ANNA) != badges.new(BEN)


def test_place_is_that_of_one_agreement_and_one_server() -> None:
    places = {Badges(secret, agreement).place for secret in ("a", "b") for agreement in (AGREEMENT, OTHER)}
    assert len(places) == 4


def test_badges_and_places_follow_from_the_words_of_their_document() -> None:
    def keyed(*lines: str) -> str:
        hashed = sha256("\n".join(lines).encode()).hexdigest()
        return hmac.digest(b"secret", hashed.encode(), "sha256").hex()

    badges = Badges("secret", AGREEMENT)
    assert badges.new(ANNA) == ANNA.hex() + keyed("chatgame badge", AGREEMENT, ANNA.hex())[:32]
    assert badges.place == keyed("chatgame place of those who watch", AGREEMENT)
