"""What a command reads from the terminal without a console: lines, an answer to a question, and single keys."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

from chatgame.core.errors import unwrapped
from chatgame.players.person.lines import LONGEST
from chatgame.players.person.streams import lines_of_a_thread, standard_streams


def is_at_a_terminal() -> bool:
    """Whether somebody can be asked: both standard input and standard output are a terminal."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty())


@asynccontextmanager
async def each_line(act: Callable[[], object]) -> AsyncIterator[bool]:
    """Call `act` for each line that is typed at the terminal; yields whether there is a terminal."""
    if not (sys.stdin and sys.stdin.isatty()):
        yield False
        return
    if sys.platform == "win32":  # whose loop cannot wait for a terminal, so that a thread has to
        with unwrapped():
            async with asyncio.TaskGroup() as tasks:
                reading = tasks.create_task(_act_on_lines(act))
                yield True
                reading.cancel()
        return
    # A thread would read at once, and the shell would stop a program in the background for that.
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()

    def read() -> None:
        with suppress(OSError):  # the terminal is gone
            if os.read(descriptor, LONGEST):
                act()
                return
        loop.remove_reader(descriptor)

    loop.add_reader(descriptor, read)
    try:
        yield True
    finally:
        loop.remove_reader(descriptor)


async def _act_on_lines(act: Callable[[], object]) -> None:
    lines = lines_of_a_thread()
    while await lines.readline():
        act()


async def answered(question: str) -> str:
    """What a person types at the terminal in answer to a question; empty at the end of input."""
    reader, writer, transports = await standard_streams()
    writer.write(question.encode())
    await writer.drain()
    line = await reader.readline()
    for transport in transports:
        transport.close()
    return line.decode(errors="replace").strip()


@contextmanager
def single_keys() -> Iterator[Callable[[], Awaitable[str]]]:
    """Yields a function that waits for keys, without Enter and without an echo; it returns "" at the end of input.

    Keys that come together, and the sequence that a key such as an arrow makes, are returned together.
    """
    if sys.platform == "win32":
        import msvcrt

        yield lambda: asyncio.to_thread(msvcrt.getwch)
        return
    import termios

    keyboard = sys.stdin.fileno()

    async def pressed() -> str:
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(keyboard, ready.set)
        try:
            await ready.wait()
            return os.read(keyboard, 1024).decode(errors="replace")
        except OSError:  # the terminal is gone
            return ""
        finally:
            loop.remove_reader(keyboard)

    before = termios.tcgetattr(keyboard)
    at_once = [*before[:3], before[3] & ~(termios.ICANON | termios.ECHO), *before[4:]]
    termios.tcsetattr(keyboard, termios.TCSADRAIN, at_once)
    try:
        yield pressed
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
