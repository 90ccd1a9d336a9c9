"""The commands: each one's program, run with its options, and the exit status.

Each command imports late what it alone needs, so that no other waits for it.

Exit status: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C, and 128 plus the signal's number for other signals.
"""

import argparse
import asyncio
import codecs
import os
import signal
import sys
import threading
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

from chatgame.arguments import new_parser, read_arguments
from chatgame.core.errors import ChatgameError, JournalFailed, OutputLost, PartnerLeft, PlayerLeft, Refused
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory
from chatgame.players.bot.bot import Bot, Level
from chatgame.players.opening import Opening
from chatgame.players.person.inert import inert, json_escaped
from chatgame.players.person.narration import GOODBYE
from chatgame.players.person.screen import shown
from chatgame.players.person.terminal import answered, console_at, look_of_output, notices, streams_restored
from chatgame.plugins import installed_games
from chatgame.session.commands import AS_MESSAGE, Write, read_chat
from chatgame.session.play import converse

if TYPE_CHECKING:
    from chatgame.core.log import Entry
    from chatgame.journal.reader import Record
    from chatgame.journal.store import Store
    from chatgame.program import Told
    from chatgame.session.interfaces import Player

BROKEN_PIPE = 13
"""The number of SIGPIPE, which ends a program whose output is no longer read, as in `chatgame export 1 | head`."""

END_TIME = 1.0
"""In seconds: how long a thread that hangs may delay the end of the program."""

BOT_PACE = 0.5
"""In seconds: how long a bot waits before it answers, so that a person can follow."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run chatgame and return its exit status."""
    options = read_arguments(sys.argv[1:] if arguments is None else arguments)
    runner, status, complaint = asyncio.Runner(), 0, ""
    if sys.stdout and sys.stdout.encoding.lower() != "utf-8":
        codecs.register_error("escaped", _escaped)
        sys.stdout.reconfigure(errors="escaped")  # type: ignore[union-attr]  # a TextIOWrapper, as started
    with streams_restored():
        try:
            runner.run(_stopped_by_signals(_program(options)))
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


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks as JSON does, so that JSON stays JSON."""
    assert isinstance(error, UnicodeEncodeError), "it happens in writing"
    return json_escaped(error.object[error.start : error.end]), error.end


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
        sys.stdout = None  # as where a program is started without an output


def _program(options: argparse.Namespace) -> Coroutine[Any, Any, None]:
    match options.command:
        case "solo":
            return play_alone(options)
        case "server" | "client":
            return sit_at(options)
        case "demo":
            return show_demo(options)
        case "history":
            return list_conversations()
        case "replay":
            return play_back(options)
        case "export":
            return write_out(options)
        case "forget":
            return forget(options)
    return complete(options)


async def sit_at(options: argparse.Namespace) -> None:
    """Take a seat of a conversation over the network, for the person at this terminal or for a bot.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    seat = Seat(options.command)
    if not options.bot:
        async with console_at(seat, options.name, plain=options.plain, boards=options.boards) as console:
            await _converse(console, options, console.tell)
        return
    with notices() as tell:
        try:
            over = await _converse(Bot(seat, Level.MEDIUM, SystemRandom(), BOT_PACE), options, tell)
        except asyncio.CancelledError:
            tell(GOODBYE)
            raise
        if over:
            tell(f"The conversation is over after {over.number} turns.")


async def _converse(player: "Player", options: argparse.Namespace, tell: "Told") -> Table | None:
    """Run the server's or the client's program; returns the table if the conversation was closed by a turn."""
    from chatgame.program import Setting, join, serve

    games, problems = installed_games()
    tell(*problems)
    if options.insecure:
        tell("Nothing is encrypted: whoever is on the way can read and change what you say.")
    with await asyncio.to_thread(_journal) as store:  # another program may be making or updating it
        setting = Setting(
            options.host,
            options.port,
            games,
            store,
            new=options.new,
            code=getattr(options, "code", None),
            insecure=options.insecure,
            patience=options.wait,
            name=options.name,
        )
        try:
            return await (join if options.command == Seat.CLIENT else serve)(player, setting, tell)
        except PartnerLeft as farewell:
            tell(str(farewell))
            return None


async def play_alone(options: argparse.Namespace) -> None:
    """Converse with a bot, which runs in this program too, over streams in memory.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    games, problems = installed_games()
    chance = Random(options.seed) if options.seed is not None else SystemRandom()  # noqa: S311  # asked to be foreseen
    first = _opening(options.game, games) if options.game else None
    look = {"plain": options.plain, "boards": options.boards}
    async with console_at(Seat.CLIENT, opposite="the bot", **look) as console:
        player = Opening(console, first) if first else console
        ours, bots = linked_in_memory(games)
        console.tell("You are alone with a bot.", *problems)
        bot = asyncio.create_task(
            converse(
                Bot(Seat.SERVER, Level(options.level), chance, BOT_PACE), bots, games, InMemory(Seat.SERVER), chance
            )
        )
        try:
            await converse(player, ours, games, InMemory(Seat.CLIENT), chance)
        finally:
            with suppress(PartnerLeft):
                await bot


def _opening(words: Sequence[str], games: Mapping[str, AnyRules]) -> str:
    """The line that opens the game which these words name."""
    line = f"play {' '.join(words)}"
    table = Table.open("", games, {name: rules.version for name, rules in games.items()})
    try:
        if isinstance(meant := read_chat(line, table, Seat.CLIENT), Write) and meant.kind is Kind.PLAY:
            return line
    except Refused as error:
        raise ChatgameError(str(error).removesuffix(AS_MESSAGE)) from error
    raise ChatgameError(f'There is no game "{" ".join(words)}". The games are {", ".join(games)}.')


async def list_conversations() -> None:
    """List the conversations in the journal.

    Raises:
        JournalFailed: it cannot be read.
    """
    from chatgame.journal.reader import Reader
    from chatgame.records import listing

    with Reader(journal_path()) as past:
        look = look_of_output()
        for text in listing(past.history(), past.log, time.time(), look):
            _print(text)


async def play_back(options: argparse.Namespace) -> None:
    """Show a conversation as it was, with its pauses.

    Raises:
        JournalFailed: it cannot be read.
    """
    from chatgame.records import recording

    passed = 0.0
    try:
        for at, text in recording(*_kept(options.number), look_of_output(plain=options.plain, boards=options.boards)):
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
    """Delete a conversation from the journal, after asking.

    Raises:
        JournalFailed: it cannot be written.
        ChatgameError: the person does not want it, or cannot be asked.
    """
    with _journal() as store:
        if not options.yes:
            question = f"Delete conversation {options.number}? It cannot be brought back. [y/N] "
            await _confirm(_described(store, options.number) + question)
        store.forget(options.number)
    _print(f"Conversation {options.number} is deleted.\n")


def _described(store: "Store", number: int) -> str:
    """The line of a conversation in the history, if it can be read: what is damaged can be deleted all the same."""
    from chatgame.journal.reader import unknown
    from chatgame.records import described

    try:
        records = [record for record in store.history() if record.number == number]
    except JournalFailed:
        return ""
    if not records:
        raise unknown(number)
    return shown(described(records[0], time.time()), look_of_output())


async def _confirm(question: str) -> None:
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        raise ChatgameError("There is no terminal to ask you on. To delete it without being asked, add --yes.")
    try:
        answer = await answered(question)
    except asyncio.CancelledError:
        _print("\n")
        raise
    if answer.lower() not in ("y", "yes"):
        raise ChatgameError("Nothing was deleted.")


async def complete(options: argparse.Namespace) -> None:
    """Write the script with which a shell completes what is typed after `chatgame`."""
    import shtab  # takes 80 ms

    _print(shtab.complete(new_parser(), options.shell))


async def show_demo(options: argparse.Namespace) -> None:
    """Show a conversation that types itself.

    Raises:
        ChatgameError: it failed; the sentence says why and what to do.
    """
    from chatgame.demo import demonstrate

    await demonstrate(look_of_output(plain=options.plain, boards=options.boards), options.speed, _print)


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
