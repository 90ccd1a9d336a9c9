"""A console on the program's own standard streams, with or without an editor of lines."""

import asyncio
import importlib.util
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, NoReturn

from chatgame.core import sentences
from chatgame.core.errors import ChatgameError, OutputLost, PlayerLeft, unwrapped
from chatgame.core.seats import Seat
from chatgame.players.person.console import OUTPUT_LOST, Console
from chatgame.players.person.look import Boards
from chatgame.players.person.output import DRAIN_TIME, draws_unicode, look_of_output, takes_codes
from chatgame.players.person.screen import KEEP_TITLE, RESTORE_TITLE
from chatgame.players.person.streams import standard_streams

THREAD_TIME = 0.05
"""Seconds that a line pasted before the prompt may take to pass through the thread that reads."""


@asynccontextmanager
async def console_at(
    seat: Seat,
    name: str = "",
    *,
    opposite: str = "",
    plain: bool = False,
    boards: Boards = "auto",
    bell: bool = False,
    timestamps: bool = False,
) -> AsyncIterator[Console]:
    """A console on the program's own streams, which reads as long as the context lasts.

    On a terminal, lines are edited if the extra `edit` is installed, unless the environment says CHATGAME_EDITOR=no
    or TERM=dumb, or `plain` is set.

    Raises:
        PlayerLeft: the input ended, inside the context.
        OutputLost: nothing reads the output.
        ChatgameError: there are no standard streams.
    """
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        raise ChatgameError("chatgame needs open standard input, output and error. Start it without closing them.")
    terminal = sys.stdin.isatty()
    sit: Callable[..., Console]
    opened: Sequence[Any]
    if _edits(plain=plain):
        from chatgame.players.person.edited_console import EditedConsole  # which needs an extra
        from chatgame.players.person.editor import terminal_editor

        writer = editor = await terminal_editor()
        opened, threaded = [editor], sys.platform == "win32"
        sit = partial(EditedConsole, seat, editor)
        if boards == "auto" and draws_unicode():
            boards = "unicode"
    else:
        reader, writer, opened = await standard_streams()
        threaded = not opened
        sit = partial(Console, seat, reader, writer, terminal=terminal)

    async def settled() -> None:
        await asyncio.sleep(THREAD_TIME if terminal and threaded else 0)
        # Lines wait in the kernel, which sets no event.
        while terminal and not threaded and select.select([sys.stdin], [], [], 0)[0]:  # noqa: ASYNC110
            await asyncio.sleep(0)

    def ended() -> None:
        # After a hang-up, standard input is no longer a terminal. The program dies without a goodbye, so that the
        # partner waits.
        if sys.platform != "win32" and terminal and not sys.stdin.isatty():
            signal.raise_signal(signal.SIGHUP)

    def continued(*_: object) -> None:
        with suppress(OSError):  # there is no terminal
            if os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp():  # and not in the background
                loop.call_soon_threadsafe(console.continued)

    loop = asyncio.get_running_loop()
    look = partial(look_of_output, plain=plain, boards=boards)
    console = sit(
        look=look,
        name=name,
        opposite=opposite,
        bell=bell and sys.stdout.isatty(),
        timestamps=timestamps,
        settled=settled,
        ended=ended,
    )
    if look().titled:
        console.write(KEEP_TITLE)
    if sys.platform != "win32":
        before = signal.signal(signal.SIGCONT, continued)
    try:
        with unwrapped():
            async with asyncio.TaskGroup() as tasks:
                background = [tasks.create_task(console.read()), tasks.create_task(console.write_out())]
                if isinstance(writer, asyncio.StreamWriter):
                    background.append(tasks.create_task(_until_lost(writer, ended)))
                yield console
                for task in background:
                    task.cancel()
    except PlayerLeft:
        console.show(sentences.SHUTTING_DOWN)
        raise
    except asyncio.CancelledError:
        console.interrupt()
        console.show(sentences.SHUTTING_DOWN)
        raise
    finally:
        if sys.platform != "win32":
            signal.signal(signal.SIGCONT, before)
        if console.in_line:
            console.end_line()
        if look().titled:
            console.write(RESTORE_TITLE)
        with suppress(TimeoutError, OutputLost):
            async with asyncio.timeout(DRAIN_TIME):
                await console.drain()
        for way in opened:
            way.close()


async def _until_lost(writer: asyncio.StreamWriter, ended: Callable[[], object]) -> NoReturn:
    """Wait until nothing reads the output.

    Raises:
        OutputLost: nothing does.
    """
    with suppress(OSError):
        await writer.wait_closed()
    ended()
    raise OutputLost(OUTPUT_LOST)


def _edits(*, plain: bool) -> bool:
    """Whether lines are edited: if the extra `edit` is installed, the terminal can do it, and the user wants it."""
    return (
        sys.stdin.isatty()
        and sys.stdout.isatty()
        and (sys.platform == "win32" or takes_codes())
        and not plain  # a screen reader would read the line again each time it is drawn
        and os.environ.get("CHATGAME_EDITOR") != "no"
        and importlib.util.find_spec("prompt_toolkit") is not None
    )
