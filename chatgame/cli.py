"""The command line: what one types to open a table or to join one.

Exit status: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C, and 128 plus the signal's number for other signals.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from chatgame import __version__
from chatgame.core.errors import ChatgameError, PartnerLeft, PlayerLeft
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.link.dial import dial
from chatgame.link.link import Link
from chatgame.link.listen import listening
from chatgame.play import converse
from chatgame.players.console import Console, console_at, streams_restored
from chatgame.players.inert import inert

DEFAULT_HOST = "localhost"
DEFAULT_PORT = 1059


def main(arguments: Sequence[str] | None = None) -> int:
    """Run chatgame and return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    program = serve if options.command == "server" else join
    with streams_restored():
        try:
            asyncio.run(_stopped_by_signals(program(options.host, options.port)))
        except PlayerLeft:
            return 0
        except ChatgameError as error:
            print(f"chatgame: {inert(str(error))}", file=sys.stderr)  # noqa: T201  # the console has been closed
            return 1
        except KeyboardInterrupt:
            return 128 + signal.SIGINT
        except _Stopped as stopped:
            return 128 + stopped.number
    return 0


async def serve(host: str, port: int) -> None:
    """Open a table at an address, wait for a partner there, and converse.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    async with console_at(Seat.SERVER) as console, listening(host, port, BUILT_IN, console.show) as door:
        await console.hear(f"Server listening on: {host} on port: {door.port}")
        link = await door.partner
        await console.hear(f"Connected by {link.peer}\nWaiting for message...")
        await _converse(console, link)


async def join(host: str, port: int) -> None:
    """Join the table at an address, and converse.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    async with console_at(Seat.CLIENT) as console:
        link = await dial(host, port, BUILT_IN)
        await console.hear(f"Connected to: {host} on port: {port}")
        await _converse(console, link)


async def _converse(console: Console, link: Link) -> None:
    try:
        await converse(console, link, BUILT_IN, [])
    except PartnerLeft as farewell:
        await console.hear(str(farewell))


class _Stopped(Exception):  # not an error
    """A signal asked the program to stop."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


async def _stopped_by_signals(program: Coroutine[Any, Any, None]) -> None:
    """Run `program`; SIGTERM and SIGHUP cancel it, so that the partner is told and the terminal is put back."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task, "runs in a task"
    stopped: list[int] = []

    def stop(number: int) -> None:
        stopped.append(number)
        task.cancel()

    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop, number)
    try:
        await program
    except asyncio.CancelledError:
        if stopped:
            raise _Stopped(stopped[0]) from None
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatgame",
        description="Talk and play with a friend, terminal to terminal, turn by turn.",
        epilog="Start the server in one terminal, then the client in another.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, summary in (
        ("server", "open a table and wait for a client"),
        ("client", "join a server's table"),
    ):
        command = commands.add_parser(name, help=summary, description=f"{summary.capitalize()}.")
        command.add_argument("--host", default=DEFAULT_HOST, help="the address (default: %(default)s)")
        command.add_argument("--port", default=DEFAULT_PORT, type=_port, help="the port (default: %(default)s)")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text} is no port; a port is a number from 0 to 65535")
    return int(text)
