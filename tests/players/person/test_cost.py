"""What a partner's text costs to show: work that grows with its length and no faster, whatever is in it."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from chatgame.players.person.look import Look
from chatgame.players.person.narration import Said
from chatgame.players.person.screen import shown

TEXTS = {
    "one word": "a",
    "words": "word ",
    "blanks": " ",
    "blanks before a word": " " * 99 + "a",
    "tabs": "\t",
    "control characters": "\x1b",
    "wide": "日",
    "combining marks": "e\u0301",
    "towers of marks": "e" + "\u0301" * 5,
    "joined emoji": "👩\u200d",
    "skin tones": "👍🏽",
    "flags": "🇩🇪",
    "emoji style": "☕\ufe0f",
    "Korean": "\u1112\u1161\u11ab",
    "all of them": "日 a\u0301 👍🏽🇩🇪\x1b",
}
"""What is repeated, to make a text as long as is wanted."""

WIDTHS = (1, 10, 40)
LENGTH = 300


def lines_run(text: str, width: int) -> int:
    """How many lines of Python it takes to show a text: the same number on every machine, however busy it is."""
    count = 0

    def trace(*_: object) -> Any:
        nonlocal count
        count += 1
        return trace

    sys.settrace(trace)
    shown(Said(text), Look(colour=True, width=width))
    sys.settrace(None)
    return count


@pytest.fixture(scope="module")
def counted() -> Any:
    """The lines run, by text and width, for a text and for another that is twice as long.

    Counted in a process of its own, where wcwidth is written in Python too, so that its work counts.
    """
    environment = os.environ | {"WCWIDTH_PYTHON": "1"}
    return json.loads(
        subprocess.run([sys.executable, __file__], env=environment, check=True, stdout=subprocess.PIPE).stdout
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_that_is_twice_as_long_takes_twice_the_work(counted: Any, text: str, width: int) -> None:
    """A flood of remarks is legal, so none of them may hold up the program."""
    once, twice = counted[text][str(width)]
    assert once > LENGTH / 100
    assert twice < 2.1 * once


if __name__ == "__main__":
    for warm in TEXTS.values():
        shown(Said(100 * warm), Look(width=1))  # imports, and fills caches
    work = {
        name: {width: [lines_run((n * text)[:n], width) for n in (LENGTH, 2 * LENGTH)] for width in WIDTHS}
        for name, text in TEXTS.items()
    }
    json.dump(work, sys.stdout)
