"""How a screen shows lines and boards: with colours or without, in rows that fit."""

from collections.abc import Sequence

from chatgame.core.board import Board
from chatgame.core.sentences import PROMPT
from chatgame.players.person.inert import inert
from chatgame.players.person.look import BOLD, CYAN, FAINT, GREEN, READABLE, Look, styled, wrapped
from chatgame.players.person.narration import Over, Said, ShellCommand, Showable, Typed, Waiting

_STYLES: dict[type[str], tuple[int, ...]] = {Said: (CYAN,), Waiting: (FAINT,), Over: (BOLD,)}


def shown(text: str | Board, look: Look) -> str:
    """A board or a line, made inert and laid out for a screen."""
    if isinstance(text, Board):
        from chatgame.players.person.boards import drawn, in_words  # which people who only chat do without

        if look.plain:
            return "".join(shown(line, look) for line in in_words(text))
        return "".join(f"{row}\n" for row in drawn(text, look))
    if isinstance(text, ShellCommand):
        return f"{inert(text)}\n"
    # Rows after the first are indented, so that no message can look like a line of its own.
    rows = wrapped(inert(text), look.width and min(look.width, READABLE))
    if look.colour and isinstance(text, Typed):
        rows[0] = rows[0].replace(PROMPT, prompt(look), 1)
    elif look.colour:
        rows = [styled(row, *_STYLES.get(type(text), ())) for row in rows]
    return "".join(f"{row}\n" for row in rows)


def shown_together(texts: Sequence[Showable], look: Look) -> str:
    """Texts one after the other. A line that the board after it would push off the screen moves below it."""
    rows = [shown(text, look) for text in texts]
    for at in range(1, len(texts)):
        height = sum(text.count("\n") for text in rows[at - 1 :]) + 1  # with the prompt
        if isinstance(texts[at], Board) and look.height and height > look.height:
            rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return "".join(rows)


def prompt(look: Look) -> str:
    """The prompt."""
    return styled(PROMPT, BOLD, GREEN) if look.colour else PROMPT


KEEP_TITLE, RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""Make a terminal remember the title of its window, and restore it (xterm's XTWINOPS)."""


def titled(title: str) -> str:
    """The control sequence that sets the title of a terminal's window (xterm's OSC 2)."""
    return f"\x1b]2;{inert(title)}\x07"
