"""A past conversation as it was on the screen, with its pauses."""

import asyncio
from collections.abc import Iterator, Sequence

from chatgame.core.log import Step
from chatgame.core.sentences import BANNER
from chatgame.journal.reader import Record
from chatgame.players.person.inert import inert
from chatgame.players.person.look import Look
from chatgame.players.person.narration import named, typed
from chatgame.players.person.output import write_output
from chatgame.players.person.screen import prompt, shown
from chatgame.players.person.viewer import seen
from chatgame.records.conversation import Log, kept, names_of, read
from chatgame.session.owing import still_due

LONGEST_PAUSE = 3.0
"""Seconds of a pause in a recording; longer ones are shortened to this."""


async def play_back(number: int, speed: float, look: Look) -> None:
    """Show a conversation as it happened, `speed` times as fast.

    Raises:
        JournalFailed: the journal cannot be read.
    """
    passed = 0.0
    try:
        for at, text in recording(*kept(number), look):
            await asyncio.sleep((at - passed) / speed)
            passed = at
            write_output(text)
    except asyncio.CancelledError:
        write_output("\n")
        raise


def recording(record: Record, log: Log, look: Look) -> Iterator[tuple[float, str]]:
    """What the screen at one's own seat showed: pairs of the seconds since the beginning and the text that appears.

    Raises:
        JournalFailed: the log is damaged, or has games that are not installed in the same version.
    """
    return _recorded(record, read(record, log), log, look)  # to the end, so that nothing of a damaged log is shown


def _recorded(record: Record, told: Sequence[Step], log: Log, look: Look) -> Iterator[tuple[float, str]]:
    seat, at, last = record.seat, 0.0, log[0][1]
    names = names_of(record)
    banner = "".join(shown(line, look) for line in BANNER)  # shown once, before the first prompt or board
    asked = told[0].before.asked is seat
    if asked:
        yield at, banner + prompt(look)
        banner = ""
    for step, (_, written) in zip(told, log, strict=True):
        at += min(max(written - last, 0.0), LONGEST_PAUSE)
        last = written
        line = typed(step, seat)
        text = "" if line is None else f"{inert(line)}\n"
        shows = seen(step, seat, names, look)
        asked = step.after.asked is seat
        if step.after.playing or asked:
            shows = banner + shows if step.after.playing else shows + banner
            banner = ""
        yield at, text + shows + (prompt(look) if asked else "")
    if asked:
        yield at, "\n"
    if step.after.revealing:
        yield at, shown(named(still_due(step.after, seat), names), look)
