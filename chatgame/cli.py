"""The command line: what one types to open a table, to join one, and to see past conversations again.

Each command imports late what only it needs, so that none waits for what others need.

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
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

from chatgame import __version__
from chatgame.core.errors import ChatgameError, JournalFailed, OutputLost, PartnerLeft, PlayerLeft, Refused
from chatgame.core.limits import MAX_PERSON, PATIENCE
from chatgame.core.seats import Seat
from chatgame.journal.journal import InMemory
from chatgame.net.addresses import DEFAULT_HOST, DEFAULT_PORT
from chatgame.net.memory import linked_in_memory
from chatgame.players.bot.bot import Bot, Level
from chatgame.players.person.inert import inert
from chatgame.players.person.narration import known_names
from chatgame.players.person.terminal import console_at, look_of_output, streams_restored
from chatgame.plugins import installed_games
from chatgame.protocol.pairing import read_code
from chatgame.session.play import converse

if TYPE_CHECKING:
    from chatgame.core.log import Entry
    from chatgame.journal.reader import Record
    from chatgame.journal.store import Store

BROKEN_PIPE = 13
"""The number of SIGPIPE, by which programs end whose output nobody reads on, as in `chatgame export 1 | head`."""

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
    if sys.stdout and sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a TextIOWrapper, as started
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


async def sit_at(options: argparse.Namespace) -> None:
    """Sit at a seat of a table over the network, and converse there.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    from chatgame.program import Setting, join, serve

    sit = serve if options.seat is Seat.SERVER else join
    games, problems = installed_games()
    async with console_at(options.seat, options.name, plain=options.plain) as console:
        player = Bot(options.seat, Level.MEDIUM, SystemRandom(), BOT_PACE) if options.bot else console
        console.tell(*problems)
        with await asyncio.to_thread(_journal) as store:  # another program may be making or updating it
            code = getattr(options, "code", None)
            setting = Setting(
                options.host,
                options.port,
                games,
                store,
                new=options.new,
                code=code,
                insecure=options.insecure,
                patience=options.wait,
                name=options.name,
            )
            if options.insecure:
                console.tell("Nothing is encrypted: whoever is on the way can read and change what you say.")
            try:
                table = await sit(player, setting, console.tell)
            except PartnerLeft as farewell:
                console.tell(str(farewell))
            else:
                if options.bot:
                    await console.hear(f"The conversation is over after {table.number} turns.")


async def play_alone(options: argparse.Namespace) -> None:
    """A conversation with a bot, both in this program, over streams in memory.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    games, problems = installed_games()
    chance = Random(options.seed) if options.seed is not None else SystemRandom()  # noqa: S311  # asked to be foreseen
    async with console_at(Seat.CLIENT, plain=options.plain) as console:
        ours, bots = linked_in_memory(games)
        console.tell("You are the client, and a bot is the server.", *problems)
        bot = asyncio.create_task(
            converse(
                Bot(Seat.SERVER, Level(options.level), chance, BOT_PACE), bots, games, InMemory(Seat.SERVER), chance
            )
        )
        try:
            await converse(console, ours, games, InMemory(Seat.CLIENT), chance)
        finally:
            with suppress(PartnerLeft):
                await bot


async def list_conversations(options: argparse.Namespace) -> None:  # noqa: ARG001  # all of them
    """List what the journal keeps.

    Raises:
        JournalFailed: it cannot be read.
    """
    from chatgame.journal.reader import Reader
    from chatgame.records import listing

    with Reader(journal_path()) as past:
        _print(listing(past.history(), look_of_output()))


async def play_back(options: argparse.Namespace) -> None:
    """Show a conversation as it was, with the pauses that there were.

    Raises:
        JournalFailed: it cannot be read.
    """
    from chatgame.records import recording

    passed = 0.0
    try:
        for at, text in recording(*_kept(options.number), look_of_output(plain=options.plain)):
            await asyncio.sleep((at - passed) / options.speed)
            passed = at
            _print(text)
    except asyncio.CancelledError:
        _print("\n")
        raise


async def write_out(options: argparse.Namespace) -> None:
    """Write a conversation out, in the format asked for.

    Raises:
        JournalFailed: it cannot be read.
    """
    from chatgame.records import FORMATS

    for text in FORMATS[options.format](*_kept(options.number)):
        _print(text)


async def forget(options: argparse.Namespace) -> None:
    """Delete a conversation from the journal.

    Raises:
        JournalFailed: it cannot be written.
    """
    with _journal() as store:
        store.forget(options.number)
    _print(f"Conversation {options.number} is forgotten.\n")


async def complete(options: argparse.Namespace) -> None:
    """Write the script that makes a shell complete what is typed behind `chatgame`."""
    import shtab  # takes 80 ms

    _print(shtab.complete(_parser(), options.shell))


async def show_demo(options: argparse.Namespace) -> None:
    """Show a conversation that types itself.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    from chatgame.demo import demonstrate

    await demonstrate(look_of_output(plain=options.plain), options.speed, _print)


def _journal() -> "Store":
    from chatgame.journal.store import Store

    return Store(journal_path())


def _kept(number: int) -> "tuple[Record, list[tuple[Entry, float]]]":
    from chatgame.journal.reader import Reader

    with Reader(journal_path()) as past:
        return past.record(number), past.log(number)


def _print(text: str) -> None:
    if not sys.stdout:
        raise OutputLost("There is no standard output to write to.")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise _Stopped(BROKEN_PIPE) from None
    except OSError as error:
        raise OutputLost(f"The output cannot be written ({error.strerror}).") from error


def journal_path() -> Path:
    """Where the journal is kept: in the user's state folder.

    Raises:
        JournalFailed: the user has none, as without a home folder.
    """
    from platformdirs import user_state_path  # not for a `solo` or a `--help`

    try:
        folder = user_state_path("chatgame", appauthor=False)
    except RuntimeError:  # what pathlib raises, too
        folder = Path()
    if not folder.is_absolute():
        raise JournalFailed(
            "The journal has no place: you have no home folder. Set HOME or XDG_STATE_HOME to a folder of yours, by "
            "its path from /."
        )
    return folder / "journal.db"


PLAIN = "tell boards in words, for a screen reader"


class _Stopped(Exception):  # not an error
    """A signal asked the program to stop."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


async def _stopped_by_signals(program: Coroutine[Any, Any, None]) -> None:
    """Run `program`; SIGTERM cancels it, so that the partner is told and the terminal is put back.

    SIGHUP does not: a terminal that was closed ends the program as if it were killed, and the partner waits.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task, "runs in a task"
    stopped: list[int] = []

    def stop(number: int) -> None:
        stopped.append(number)
        task.cancel()

    if sys.platform != "win32":
        loop.add_signal_handler(signal.SIGTERM, stop, signal.SIGTERM)
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
    for seat, summary in (
        (Seat.SERVER, "open a table and wait for a client"),
        (Seat.CLIENT, "join a server's table"),
    ):
        command = commands.add_parser(seat, help=summary, description=f"{summary.capitalize()}.")
        command.set_defaults(program=sit_at, seat=seat)
        command.add_argument("--host", default=DEFAULT_HOST, help="the address (default: %(default)s)")
        command.add_argument("--port", default=DEFAULT_PORT, type=_port, help="the port (default: %(default)s)")
        secrecy = command.add_mutually_exclusive_group()
        if seat is Seat.CLIENT:
            secrecy.add_argument(
                "code", nargs="?", type=_code, metavar="CODE", help="what a server on another computer shows"
            )
        secrecy.add_argument(
            "--insecure", action="store_true", help="talk to another computer without a code, and in the clear"
        )
        command.add_argument(
            "--name", default="", type=_name, metavar="NAME", help="what your partner sees in front of what you say"
        )
        command.add_argument("--bot", action="store_true", help="let a bot sit at this seat")
        command.add_argument("--plain", action="store_true", help=PLAIN)
        command.add_argument(
            "--new", action="store_true", help="begin afresh, not where the last conversation broke off"
        )
        command.add_argument(
            "--wait",
            default=PATIENCE,
            type=_number,
            metavar="SECONDS",
            help="how long a partner who was lost may take to come back (default: %(default)s)",
        )
    summary = "talk and play with a bot, in this terminal alone"
    solo = commands.add_parser("solo", help=summary, description=f"{summary.capitalize()}.")
    solo.set_defaults(program=play_alone)
    levels = [level.value for level in Level]
    solo.add_argument("--level", default="medium", choices=levels, help="of the bot (default: %(default)s)")
    solo.add_argument("--plain", action="store_true", help=PLAIN)
    solo.add_argument("--seed", type=_number, help="a number that makes the same conversation of the same lines")
    summary = "watch two people chat and play, to see what this is"
    demo = commands.add_parser("demo", help=summary, description=f"{summary.capitalize()}.")
    demo.set_defaults(program=show_demo)
    demo.add_argument("--speed", default=1.0, type=_speed, metavar="X", help="so many times as fast (default: 1)")
    demo.add_argument("--plain", action="store_true", help=PLAIN)
    for name, run, summary in (
        ("history", list_conversations, "list past and unfinished conversations"),
        ("replay", play_back, "play a conversation back as it was"),
        ("export", write_out, "write a conversation out"),
        ("forget", forget, "delete a conversation"),
    ):
        command = commands.add_parser(name, help=summary, description=f"{summary.capitalize()}.")
        command.set_defaults(program=run)
        if run is not list_conversations:
            command.add_argument(
                "number", type=_number, metavar="N", help="its number in the list of `chatgame history`"
            )
        if run is play_back:
            command.add_argument(
                "--speed",
                default=1.0,
                type=_speed,
                metavar="X",
                help="so many times as fast as it was; no pause is longer than 3 seconds (default: 1)",
            )
            command.add_argument("--plain", action="store_true", help=PLAIN)
        if run is write_out:
            command.add_argument(
                "--format",
                default="text",
                choices=("text", "json", "asciicast"),  # the names in `FORMATS`
                help="of what is written (default: text)",
            )
    summary = "write what makes a shell complete chatgame's commands"
    completion = commands.add_parser("completion", help=summary, description=f"{summary.capitalize()}.")
    completion.set_defaults(program=complete)
    completion.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell")
    return parser


def _code(text: str) -> str:
    try:
        return read_code(text)
    except Refused as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _name(text: str) -> str:
    if text and (len(text) > MAX_PERSON or not known_names({Seat.CLIENT: text})):
        what = f"it can be seen, has at most {MAX_PERSON} characters, and does not begin as this program's lines do"
        raise argparse.ArgumentTypeError(f"{inert(text)} cannot be your name: {what}")
    return text


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text} is no number; write it as in 12")
    return int(text)


def _speed(text: str) -> float:
    with suppress(ValueError):
        if 0 < float(text) < 10**6:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text} is no speed; write it as in 2 or 0.5")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text} is no port; a port is a number from 0 to 65535")
    return int(text)
