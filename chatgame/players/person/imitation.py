"""Whether a text from elsewhere could pass for one of the program's own lines."""

import re
from functools import cache

from chatgame.core.sentences import FILLINGS, PROMPT, TEMPLATES
from chatgame.players.person.inert import inert

_GAP = "[\u115f\u2800\u3164\uffa0]"
"""Letters of Korean and braille that look like a space. Like all patterns here, this is compiled on first use."""


def imitates(text: str) -> bool:
    """Whether a text begins like one of the program's own lines, or with the sign of a command or of the prompt.

    Only words count, not case or punctuation. Other characters than ASCII are ignored, since they may be invisible.
    """
    readable, openings = _readable(text), _openings()
    words = _words(readable)
    begins = any(words[:count] in openings for count in range(1, max(map(len, openings)) + 1))
    return begins or bool(re.match(rf"[\W_]*[/{PROMPT[-1]}]", readable))


def _readable(text: str) -> str:
    return re.sub("[^ -~]", "", re.sub(_GAP, " ", inert(text)))


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall("[a-z0-9]+", text.lower()))


@cache
def _openings() -> frozenset[tuple[str, ...]]:
    """The words with which the program's own lines begin, up to the first gap or the end of the first clause."""
    texts = set(TEMPLATES)
    for name, fillings in FILLINGS.items():
        texts = {text.replace(f"{{{name}}}", filling) for text in texts for filling in fillings}
    return frozenset(_words(re.split("[{,.:;!]", text)[0]) for text in texts) - {()}
