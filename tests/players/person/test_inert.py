"""Text from elsewhere shows on a terminal and does nothing to it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.players.person.inert import inert


@given(st.text() | st.text(alphabet="a\x1b[31m\r\n\u200d\u0301\u202e👍\ud800"))
def test_any_text_becomes_one_inert_line(text: str) -> None:
    """Printable characters and joiners alone are left, and it can be written."""
    shown = inert(text)
    assert all(character.isprintable() or character in "\u200c\u200d" for character in shown)
    assert unicodedata.category(shown[0] if shown else "a")[0] != "C"
    shown.encode()


@pytest.mark.parametrize(
    "text",
    ["Hello, world!", "Zoë, Ångström, żółw", "日本語", "שלום", "نمی‌خواهم", "क्‍ष", "👩‍👩‍👧 👍🏽 🏳️‍🌈", "a\u0301\u0302"],
)
def test_real_writing_stays_as_it_is(text: str) -> None:
    """Joiners between letters or emoji, and a few marks, belong to it."""
    assert inert(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("over\rwritten\n", r"over\rwritten\n"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2028", r"\u2028"),
        ("\x00\x7f", r"\x00\x7f"),
        ("a\tb\xa0c\u3000d", "a b c d"),
        ("\u200dlost \u200d joiner\u200d", r"\u200dlost \u200d joiner\u200d"),
        ("\ud800", r"\ud800"),
        ("Z" + "\u0301" * 2000 + "!", "Z" + "\u0301" * 4 + "…!"),
    ],
)
def test_what_would_act_on_a_terminal_is_shown_as_its_escape(text: str, shown: str) -> None:
    """This holds for escape sequences, line ends, C1, bidirectional overrides, joiners and towers of marks."""
    assert inert(text) == shown
