"""Codes that are read aloud, and the proof that one knows them."""

import re

import pytest

from chatgame.core.errors import Refused, TurnedAway
from chatgame.core.seats import Seat
from chatgame.protocol.messages import Pair
from chatgame.protocol.pairing import Invitation, any_code, code_with, number_of, proof, read_code
from chatgame.protocol.words import WORDS
from tests.kit.machines import pairing


def test_code_is_a_number_and_two_words() -> None:
    """There are so many of each that a guess is one of many millions."""
    asked: list[int] = []

    def below(number: int) -> int:
        asked.append(number)
        return number - 1

    assert any_code(below) == f"99-{WORDS[-1]}-{WORDS[-1]}"
    assert asked == [99, len(WORDS), len(WORDS)]
    assert any_code(lambda _: 0) == f"1-{WORDS[0]}-{WORDS[0]}"
    assert len(set(WORDS)) == len(WORDS) >= 1024
    assert all(re.fullmatch("[a-z]{4,12}", word) for word in WORDS)
    assert code_with(123, below) == f"123-{WORDS[-1]}-{WORDS[-1]}"
    assert number_of("123-guitar-island") == 123


@pytest.mark.parametrize(
    "text",
    [
        "7-guitar-island",
        " 7-Guitar-ISLAND ",
        "7 guitar island",
        "7 - guitar - island",
        "7\N{EN DASH}guitar\N{EM DASH}island",
        "7\N{NON-BREAKING HYPHEN}guitar\N{MINUS SIGN}island",
        "7_guitar_island",
        "7-guitar-island.",
        "7--guitar\tisland .",
    ],
)
def test_code_is_read_as_people_write_it(text: str) -> None:
    """Hyphens and capitals are not heard, and programs for writing change them."""
    assert read_code(text) == "7-guitar-island"
    assert read_code(text.replace("7", "123456789")) == "123456789-guitar-island"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "guitar-island",
        "7-guitar",
        "0-guitar-island",
        "1234567890-guitar-island",
        "7-guitar-island-x",
        "\u0667-guitar-island",
        "7-gu1tar-x",
    ],
)
def test_text_that_is_not_a_code_is_refused_with_an_example(text: str) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(Refused, match=r"is not a code.*as in 7-guitar-island"):
        read_code(text)


def test_proof_is_bound_to_all_that_was_seen() -> None:
    """It depends on the key, the seat that proves, the certificate and both messages."""
    args = (b"k" * 32, Seat.CLIENT, b"c" * 32, b"a" * 33, b"b" * 33)
    others = [
        (b"K" * 32, *args[1:]),
        (args[0], Seat.SERVER, *args[2:]),
        (*args[:2], b"C" * 32, *args[3:]),
        (*args[:3], b"A" * 33, args[4]),
        (*args[:4], b"B" * 33),
        (*args[:3], args[4], args[3]),
    ]
    assert len({proof(*seen) for seen in (args, *others)}) == 7


def test_third_wrong_code_burns_the_right_one() -> None:
    invitation = Invitation("7-guitar-island")
    for guesses in (1, 2):
        invitation.refuse()
        assert (invitation.guesses, invitation.burned, invitation.code) == (guesses, False, "7-guitar-island")
    invitation.refuse()
    assert invitation.burned
    assert invitation.code is None


def test_no_pairing_begins_without_a_code() -> None:
    with pytest.raises(TurnedAway, match="none is valid any more"):
        pairing(Seat.SERVER, Invitation(None)).receive(Pair((b"A" * 33).hex()))


def test_code_that_only_moves_to_another_number_gets_no_more_guesses() -> None:
    invitation = Invitation("7-guitar-island")
    invitation.refuse()
    invitation.move("8-melon-canyon")
    assert (invitation.guesses, invitation.code) == (1, "8-melon-canyon")
    for _ in range(2):
        invitation.refuse()
    invitation.move("9-zebra-acid")
    assert (invitation.burned, invitation.code) == (True, None)


def test_another_code_can_take_the_place_of_a_burned_one() -> None:
    invitation = Invitation("7-guitar-island")
    for _ in range(3):
        invitation.refuse()
    invitation.renew("8-melon-canyon")
    assert (invitation.guesses, invitation.burned, invitation.code) == (0, False, "8-melon-canyon")
