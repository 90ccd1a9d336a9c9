"""Checks that output only prints, and does nothing else to a terminal."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import pyte
from pyte.screens import wcwidth


class Watch:
    """Records what the output makes a terminal do, by pyte's names.

    Attributes:
        actions: these names.
    """

    def __init__(self) -> None:
        self.actions: set[str] = set()

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name not in pyte.Stream.events and name not in ("draw", "debug"):
            raise AttributeError(name)
        return lambda *_, **__: self.actions.add(name)


OWN_COLOURS = re.compile(r"\x1b\[(?:3[1-6](?:;7)?|7|1|2|1;32)m([^\x1b\n]*)\x1b\[0m")
OWN_TITLE = re.compile(r"\x1b\]2;chatgame: (?:your turn|waiting for ([^\x00-\x1f\x7f-\x9f]*) since \d\d:\d\d)\x07")


def see_that_it_is_harmless(output: str, *, colours: bool = False) -> None:
    """Check that output only prints, line after line.

    With `colours`, the program's own colours are allowed, of a mark on a board or a whole line, and its own title.
    """
    output.encode()
    if colours:
        see_that_it_is_harmless("\n".join(title or "" for title in OWN_TITLE.findall(output)))
        output = OWN_TITLE.sub("", output)
    plain = OWN_COLOURS.sub(r"\1", output) if colours else output
    for character in plain:
        kept = character == "\n" or character.isprintable() or character in "\u200c\u200d"
        assert kept, f"{character!r} reaches the terminal"
    marks = "".join("m" if unicodedata.category(character) in ("Mn", "Me") else " " for character in plain)
    assert "mmmmm" not in marks, "marks cover what is above or below"
    watch: Any = Watch()
    terminal = pyte.Stream(watch, strict=False)
    terminal.feed(output)
    assert watch.actions <= {"draw", "linefeed"} | ({"select_graphic_rendition"} if colours else set()), watch.actions
    lines = plain.split("\n")
    width = 2 * max(map(len, lines)) + 2
    screen = pyte.Screen(width, len(lines) + 1)
    pyte.Stream(screen).feed("".join(filter(known_to_pyte, output)).replace("\n", "\r\n"))
    assert screen.title == screen.icon_name == ""
    assert screen.cursor.y == len(lines) - 1
    assert not screen.cursor.attrs.reverse
    assert screen.cursor.attrs.fg == screen.cursor.attrs.bg == "default"
    for number, line in enumerate(lines):
        row = screen.buffer[number]
        assert letters("".join(row[column].data for column in sorted(row))) == letters(line)
    if not colours:
        assert {cell.fg for row in screen.buffer.values() for cell in row.values()} <= {"default"}


def known_to_pyte(character: str) -> bool:
    """False for a character without width that is not a combining mark; after it, pyte draws nothing on the line."""
    return unicodedata.category(character) == "Cc" or bool(wcwidth(character) or unicodedata.combining(character))


def letters(line: str) -> str:
    """The characters of a line, without marks that only modify the character before them."""
    bare = unicodedata.normalize("NFD", line)
    return "".join(c for c in bare if unicodedata.category(c)[0] not in "MC" and wcwidth(c) > 0).rstrip()
