"""Standard output and standard error of a command: how they look, and what is written to them."""

import locale
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from typing import TextIO

from chatgame.core.errors import OutputLost
from chatgame.players.person.look import Boards, Look
from chatgame.players.person.screen import shown
from chatgame.signals import Stopped

BROKEN_PIPE = 13
"""The number of SIGPIPE, which ends a program when nothing reads its output, as in `chatgame export 1 | head`."""

DRAIN_TIME = 1.0
"""Seconds that the last output may take when the program ends."""


def look_of_output(*, plain: bool = False, boards: Boards = "auto") -> Look:
    """How standard output shows text now: with colours if it is a terminal that has them (https://no-color.org).

    Boards are drawn in Unicode only if `boards` says so; with "auto", `console_at` decides.
    """
    look = Look(plain=plain, unicode=boards == "unicode")
    if not (sys.stdout and sys.stdout.isatty()):
        return look
    coloured = takes_codes() and not plain and not os.environ.get("NO_COLOR")
    with suppress(OSError):
        width, height = os.get_terminal_size(sys.stdout.fileno())
        return look._replace(colour=coloured, width=width or None, titled=coloured, height=height or None)
    return look._replace(colour=coloured)


def complain(sentence: str) -> None:
    """Write a sentence to standard error; on a terminal, in rows that break between words.

    Raises:
        OSError: it cannot be written.
    """
    if not sys.stderr:
        return
    width = None
    with suppress(OSError):  # it is not a terminal
        width = os.get_terminal_size(sys.stderr.fileno()).columns or None
    sys.stderr.write(shown(sentence, Look(width=width)))
    sys.stderr.flush()


def write_output(text: str) -> None:
    """Write text to standard output, and flush it.

    Raises:
        OutputLost: it cannot be written.
        Stopped: nothing reads it.
    """
    if not sys.stdout:
        raise OutputLost("There is no standard output to write to.")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        give_up(sys.stdout)
        raise Stopped(BROKEN_PIPE) from None
    except OSError as error:
        give_up(sys.stdout)
        raise OutputLost(f"The output cannot be written ({error.strerror}).") from error


@contextmanager
def notices() -> Iterator[Callable[..., None]]:
    """Yields a function that writes sentences to standard output, for a bot, which needs no terminal.

    Nothing stops or delays the bot. It does not read standard input, so in the background no shell stops it for that
    (SIGTTIN), and it ignores the signal that would stop it for writing (SIGTTOU). A thread writes, so a full output
    delays nothing, and sentences that cannot be written are dropped.
    """
    texts: SimpleQueue[str | None] = SimpleQueue()

    def write_all() -> None:
        while (text := texts.get()) is not None:
            try:
                if sys.stdout:  # it may have been closed before the program started
                    sys.stdout.write(text)
                    sys.stdout.flush()
            except (OSError, ValueError):
                give_up(sys.stdout)

    if sys.platform != "win32":
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    writer = threading.Thread(target=write_all)
    writer.start()
    try:
        yield lambda *lines: texts.put("".join(shown(line, look_of_output()) for line in lines))
    finally:
        texts.put(None)
        writer.join(DRAIN_TIME)


def give_up(stream: TextIO) -> None:
    """Discard what a stream still holds: the interpreter would try to write it at exit, and complain."""
    with open(os.devnull, "w") as nowhere, suppress(OSError, ValueError):
        os.dup2(nowhere.fileno(), stream.fileno())


def draws_unicode() -> bool:
    """Whether a terminal that edits lines is likely to draw boards in Unicode well.

    In Chinese, Japanese and Korean locales, terminals make lines and discs two columns wide (UAX 11, "ambiguous").
    """
    locales = [locale.setlocale(locale.LC_CTYPE), *map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))]
    wide = any(re.match(r"(?i)(?:zh|ja|ko)(?:[_.]|$)|chinese|japanese|korean", name or "") for name in locales)
    return look_of_output().colour and sys.stdout.encoding.lower() == "utf-8" and not wide


def takes_codes() -> bool:
    """Whether a terminal here obeys control sequences. Windows sets no TERM; its new terminal sets WT_SESSION."""
    return os.environ.get("TERM", "dumb") != "dumb" or "WT_SESSION" in os.environ
