"""The command line: what one types to open a table or to join one.

Exit status: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C, and 128 plus the signal's number for other signals.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from random import Random, SystemRandom
from typing import Any

from chatgame import __version__
from chatgame.core.errors import ChatgameError, PartnerLeft, PlayerLeft
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.games import installed_games
from chatgame.link.dial import dial
from chatgame.link.hello import linked_in_memory
from chatgame.link.link import Link
from chatgame.link.listen import listening
from chatgame.play import converse
from chatgame.players.bot import Bot, Level
from chatgame.players.console import Console, console_at, streams_restored
from chatgame.players.inert import inert

DEFAULT_HOST = "localhost"
DEFAULT_PORT = 1059

END_TIME = 1.0
"""In seconds: how long a thread that hangs may hold up the end of the program."""

BOT_PACE = 0.5
"""In seconds: how long a bot seems to think, so that a person can follow."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run chatgame and return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    runner, status, complaint = asyncio.Runner(), 0, ""
    with streams_restored():
        try:
            runner.run(_stopped_by_signals(options.program(options)))
        except PlayerLeft:
            pass
        except ChatgameError as error:
            status, complaint = 1, f"chatgame: {inert(str(error))}"
        except KeyboardInterrupt:
            status = 128 + signal.SIGINT
        except _Stopped as stopped:
            status = 128 + stopped.number
    _end_in_time(status)
    if complaint:
        print(complaint, file=sys.stderr)  # noqa: T201  # the console has been closed
    runner.close()
    return status


def _end_in_time(status: int) -> None:
    """See to it that no thread keeps the program from ending.

    One may hang in a name server that does not answer or in a terminal that does not read, and both asyncio and the
    interpreter would wait for it. Output that cannot be written any more is given up.
    """
    if any(not thread.daemon and thread is not threading.main_thread() for thread in threading.enumerate()):
        watchdog = threading.Timer(END_TIME, os._exit, (status,))
        watchdog.daemon = True
        watchdog.start()
    try:
        if sys.stdout:
            sys.stdout.flush()
    except (OSError, ValueError):
        sys.stdout = None  # as it is where there is no output


async def serve(options: argparse.Namespace) -> None:
    """Open a table at an address, wait for a partner there, and converse.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    games, problems = installed_games()
    async with (
        console_at(Seat.SERVER) as console,
        listening(options.host, options.port, games, console.show) as door,
    ):
        console.show(f"Server listening on: {options.host} on port: {door.port}", *problems)
        await console.drain()
        link = await door.partner
        console.show(f"Connected by {link.peer}", "Waiting for message...")
        await _converse(console, link, games, bot=options.bot)


async def join(options: argparse.Namespace) -> None:
    """Join the table at an address, and converse.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    games, problems = installed_games()
    async with console_at(Seat.CLIENT) as console:
        link = await dial(options.host, options.port, games)
        console.show(f"Connected to: {options.host} on port: {options.port}", *problems)
        await _converse(console, link, games, bot=options.bot)


async def _converse(console: Console, link: Link, games: dict[str, AnyRules], *, bot: bool) -> None:
    player = Bot(link.seat, Level.MEDIUM, SystemRandom(), BOT_PACE) if bot else console
    try:
        table = await converse(player, link, games, [])
    except PartnerLeft as farewell:
        await console.hear(str(farewell))
    else:
        if bot:
            await console.hear(f"The conversation is over after {table.number} turns.")


async def play_alone(options: argparse.Namespace) -> None:
    """A conversation with a bot, both in this program, over streams in memory.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    games, problems = installed_games()
    chance = Random(options.seed) if options.seed is not None else SystemRandom()  # noqa: S311  # asked to be foreseen
    async with console_at(Seat.CLIENT) as console:
        ours, bots = await linked_in_memory(games)
        console.show("You are the client, and a bot is the server.", *problems)
        bot = asyncio.create_task(
            converse(Bot(Seat.SERVER, Level(options.level), chance, BOT_PACE), bots, games, [], chance)
        )
        try:
            await converse(console, ours, games, [], chance)
        finally:
            with suppress(PartnerLeft):
                await bot


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
    except (asyncio.CancelledError, ChatgameError):
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
    for name, program, summary in (
        ("server", serve, "open a table and wait for a client"),
        ("client", join, "join a server's table"),
    ):
        command = commands.add_parser(name, help=summary, description=f"{summary.capitalize()}.")
        command.set_defaults(program=program)
        command.add_argument("--host", default=DEFAULT_HOST, help="the address (default: %(default)s)")
        command.add_argument("--port", default=DEFAULT_PORT, type=_port, help="the port (default: %(default)s)")
        command.add_argument("--bot", action="store_true", help="let a bot sit at this seat")
    summary = "talk and play with a bot, in this terminal alone"
    solo = commands.add_parser("solo", help=summary, description=f"{summary.capitalize()}.")
    solo.set_defaults(program=play_alone)
    levels = [level.value for level in Level]
    solo.add_argument("--level", default="medium", choices=levels, help="of the bot (default: %(default)s)")
    solo.add_argument("--seed", type=int, help="a number that makes the same conversation of the same lines")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text} is no port; a port is a number from 0 to 65535")
    return int(text)
