"""Makes text from elsewhere inert: a terminal shows it, and it does nothing to the terminal."""

import unicodedata

MAX_MARKS = 4
"""Combining marks kept on one letter; real writing needs no more, and a thousand would cover the screen."""

_JOINERS = "\u200c\u200d"


def inert(text: str) -> str:
    r"""`text` on one line, with nothing in it that could move a cursor or change a terminal.

    Printable characters stay. Tabs and wide or narrow spaces become spaces. The joiners of Persian, Indic and emoji
    writing (U+200C, U+200D) stay between two characters that they can join. Every other character becomes its escape,
    as in ``\x1b``. Combining marks past the fourth on one letter become "…".

    See Unicode Technical Report 36, 2.4 and 2.5 (bidirectional and combining text).
    """
    if text.isascii() and text.isprintable():
        return text  # as nearly always, and a board alone has a hundred texts
    shown: list[str] = []
    marks = 0
    for index, character in enumerate(text):
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks > MAX_MARKS:
            if marks == MAX_MARKS + 1:
                shown.append("…")
        elif character.isprintable() or (character in _JOINERS and _joins(text, index)):
            shown.append(character)
        elif character == "\t" or unicodedata.category(character) == "Zs":
            shown.append(" ")
        else:
            shown.append(character.encode("unicode_escape").decode())
    return "".join(shown)


def json_escaped(text: str) -> str:
    """`text` with every character as a JSON escape of its UTF-16 (RFC 8259, 7)."""
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _joins(text: str, index: int) -> bool:
    around = text[index - 1 : index] + text[index + 1 : index + 2] if index else ""
    return len(around) == 2 and all(unicodedata.category(side)[0] in "LM" or _is_symbol(side) for side in around)


def _is_symbol(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sk")  # emoji, and the skin tones that follow them
