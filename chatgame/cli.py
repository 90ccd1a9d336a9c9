"""The commands: what each of them runs, and the exit status.

What only one command needs is imported when that command runs, so that the others start faster.

Exit status: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C, and 128 plus the signal's number for other signals.
"""

import argparse
import asyncio
import codecs
import os
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from functools import partial
from pathlib import Path
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

from chatgame.arguments import new_parser, read_arguments, relay_at
from chatgame.core import sentences
from chatgame.core.errors import (
    ChatgameError,
    JournalFailed,
    NotKept,
    OutputLost,
    PartnerLeft,
    PlayerLeft,
    ProgramFailed,
    Refused,
    Unreachable,
)
from chatgame.core.seats import Seat
from chatgame.core.shelf import Shelf
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.folders import user_folder
from chatgame.net.addresses import DEFAULT_HOST, is_loopback
from chatgame.players.bot.level import Level
from chatgame.players.named import called, seated
from chatgame.players.person.inert import inert, json_escaped
from chatgame.players.person.screen import shown
from chatgame.players.person.terminal import (
    answered,
    complain,
    console_at,
    each_line,
    give_up,
    look_of_output,
    notices,
    single_keys,
    streams_restored,
)
from chatgame.plugins import installed_games
from chatgame.session.commands import AS_MESSAGE, Write, read_chat
from chatgame.settings import listing, settings
from chatgame.signals import Finished, Signals, Stopped

if TYPE_CHECKING:
    from chatgame.core.log import Entry as Logged
    from chatgame.journal.reader import Reader, Record
    from chatgame.journal.store import Store
    from chatgame.menu import Entry
    from chatgame.program import Notify
    from chatgame.session.interfaces import Player
    from chatgame.session.onlooker import Shown

BROKEN_PIPE = 13
"""The number of SIGPIPE, which ends a program when nothing reads its output, as in `chatgame export 1 | head`."""

END_TIME = 1.0
"""Seconds that a hanging thread may delay the end of the program."""

BOT_PACE = 0.5
"""Seconds that a bot waits before it answers, so that a person can follow."""


_SEAT = ("name", "boards", "bell", "timestamps")

SET_BEFORE = {
    **dict.fromkeys(("server", "client"), (*_SEAT, "relay")),
    "continue": _SEAT,
    "solo": _SEAT[1:],
    "watch": ("boards", "relay"),
    **dict.fromkeys(("demo", "replay"), ("boards",)),
}
"""The options of each command that the user's settings stand for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run chatgame and return its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    runner, signals = asyncio.Runner(loop_factory=_loop_factory(arguments)), Signals()
    with signals.handled(), streams_restored():
        status, complaint = _ended(lambda: _run(runner, signals, arguments))
    _end_in_time(status)
    flushed, problem = _ended(lambda: _print("") if sys.stdout else None)
    _complain(complaint or problem)
    with suppress(KeyboardInterrupt):  # which a cancelled task may raise again
        runner.close()
    return status or flushed


def _loop_factory(arguments: Sequence[str]) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop: for a relay uvloop, if it is installed, and else the standard one."""
    if arguments[:1] == ["relay"] and sys.platform != "win32":
        with suppress(ImportError):
            from uvloop import new_event_loop

            return new_event_loop
    return None


def _run(runner: asyncio.Runner, signals: Signals, arguments: Sequence[str]) -> None:
    """Run the command that these arguments name.

    Raises:
        ChatgameError: the command failed, or one of the players left.
        Stopped: a signal stopped it.
        SystemExit: argparse has shown help or an error instead.
    """
    if arguments or not _is_at_a_terminal():
        options = read_arguments(arguments, _set_before(arguments))
    else:
        options = argparse.Namespace(command="menu")
    if sys.stdout and sys.stdout.encoding.lower() != "utf-8":
        codecs.register_error("escaped", _escaped)
        sys.stdout.reconfigure(errors="escaped")  # type: ignore[union-attr]  # it is a TextIOWrapper
    try:
        runner.run(signals.run(lambda: _program(options)))
    except KeyboardInterrupt:
        runner.get_loop().set_exception_handler(lambda *_: None)  # for the tasks that it interrupted
        raise Stopped(signals.number) from None


def _ended(action: Callable[[], object]) -> tuple[int, str]:
    """Run `action`; returns the exit status of a program that ends in this way, and a complaint if it failed."""
    try:
        action()
    except PlayerLeft as error:
        if isinstance(error, ProgramFailed):
            return 1, sentences.COMPLAINT.format(error=error)
        return 0, ""
    except ChatgameError as error:
        return 1, sentences.COMPLAINT.format(error=error)
    except Stopped as stopped:
        return 128 + stopped.number, ""
    except SystemExit as end:
        return int(end.code or 0), ""
    return 0, ""


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that an encoding lacks by JSON's escapes, so that JSON stays JSON."""
    assert isinstance(error, UnicodeEncodeError), "only output is written in this way"
    return json_escaped(error.object[error.start : error.end]), error.end


def _end_in_time(status: int) -> None:
    """Make sure that no thread keeps the program from ending.

    A thread may hang because a name server does not answer or a terminal does not read, and both asyncio and the
    interpreter would wait for it.
    """
    if any(not thread.daemon and thread is not threading.main_thread() for thread in threading.enumerate()):
        watchdog = threading.Timer(END_TIME, os._exit, (status,))
        watchdog.daemon = True
        watchdog.start()


def _complain(complaint: str) -> None:
    """Write a complaint to standard error, if it is not empty, and what argparse has left there."""
    try:
        if complaint:
            complain(complaint)
        elif sys.stderr:
            sys.stderr.flush()
    except OSError:
        give_up(sys.stderr)


def _program(options: argparse.Namespace) -> Coroutine[Any, Any, None]:
    match options.command:
        case "solo":
            return play_alone(options)
        case "server" | "client":
            return sit_at(options)
        case "watch":
            return look_on(options)
        case "continue":
            return go_on(options)
        case "relay":
            return relay(options)
        case "match":
            return play_match(options)
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
        case "config":
            return show_settings()
        case "menu":
            return choose()
    return complete(options)


async def sit_at(options: argparse.Namespace) -> None:
    """Take a seat of a conversation over the network, for the person at this terminal, a bot or a program.

    Raises:
        ChatgameError: the command failed; the sentence says why, and what to do.
    """
    seat = Seat(options.command)
    if options.player is None:
        async with console_at(seat, options.name, **_console_options(options)) as console:
            await _converse(console, options, console.notify, console.count_watchers)
        return
    with notices() as notify:
        try:
            async with seated(options.player, options.limit, notify, SystemRandom(), BOT_PACE) as at:
                over = await _converse(at(seat), options, notify)
        except asyncio.CancelledError:
            notify(sentences.SHUTTING_DOWN)
            raise
        if over:
            notify(sentences.OVER.format(number=over.number))


async def go_on(options: argparse.Namespace) -> None:
    """Take one's own seat again in a conversation, where it was, or at other relays.

    Raises:
        ChatgameError: the command failed; the sentence says why, and what to do.
    """
    if options.number is None:
        found = _newest()
        if not found:
            raise ChatgameError("There is no conversation to go on with. To begin one: chatgame server")
        options.number = found.number
    record, log = _kept(options.number)
    if record.ended or record.older or log[-1][0].turn.kind is Kind.QUIT:
        raise ChatgameError(f"Conversation {record.number} is over. To see it again: chatgame replay {record.number}")
    if not (record.port or record.relays):
        raise ChatgameError(f"Conversation {record.number} is a match of two programs, which does not go on.")
    if options.relay and not record.relays:
        raise ChatgameError(f"Conversation {record.number} goes over a direct line, so leave out --relay.")
    options.command, options.host, options.port = record.seat, record.host, record.port
    options.relay = options.relay or [relay_at(relay) for relay in record.relays.split()]
    options.insecure = not (record.pinned or is_loopback(record.host))
    options.new = False
    await sit_at(options)


async def _converse(
    player: "Player", options: argparse.Namespace, notify: "Notify", counted: Callable[[int], object] = bool
) -> Table | None:
    """Run the server's or the client's program; returns the table if the conversation was closed by a turn."""
    from chatgame.program import Setting, join, serve

    games, problems = installed_games()
    notify(*problems)
    if options.insecure:
        notify(sentences.NOT_ENCRYPTED)
    with await asyncio.to_thread(_journal) as store:  # it may have to wait for another program
        setting = Setting(
            options.host,
            options.port,
            games,
            store,
            relays=options.relay,
            conversation=getattr(options, "number", None),
            new=options.new,
            code=getattr(options, "code", None),
            insecure=options.insecure,
            patience=options.wait,
            name=options.name,
            counted=counted,
        )
        if getattr(options, "watch", False):
            from chatgame.players.first_line import FirstLine

            player = FirstLine(player, "/watch", lambda table: not (table.playing or table.watching.asked_by))
        try:
            return await (join if options.command == Seat.CLIENT else serve)(player, setting, notify)
        except PartnerLeft as farewell:
            notify(str(farewell))
            return None
        except Unreachable as error:
            raise _explained(error, options) from error


def _explained(error: Unreachable, options: argparse.Namespace) -> Unreachable:
    """The same with what is missing, if a code was typed alone."""
    if not getattr(options, "code", None) or options.relay or options.host != DEFAULT_HOST:
        return error
    return Unreachable(f"{error}. To reach another computer, put its address before the code, or --relay RELAY.")


async def look_on(options: argparse.Namespace) -> None:
    """Watch a conversation of others.

    Raises:
        ChatgameError: the command failed; the sentence says why, and what to do.
    """
    from chatgame.players.person.viewer import Viewer
    from chatgame.program import watch

    games, problems = installed_games()
    look = partial(look_of_output, plain=options.plain, boards=options.boards)

    def show(what: "Shown") -> None:
        _print(viewer.text(what, look()))

    def notify(*texts: str) -> None:
        _print("".join(shown(text, look()) for text in texts))

    def stand() -> None:
        with suppress(OutputLost, Stopped):  # which shows with the next turn
            _print(viewer.stands(look()))

    notify(*problems)
    secured = {"code": options.code, "insecure": options.insecure, "relays": options.relay}
    try:
        with each_line(stand) as terminal:
            viewer = Viewer(terminal=terminal)
            await watch(options.host, options.port, games, show, notify, patience=options.wait, **secured)
    except Unreachable as error:
        raise _explained(error, options) from error
    except asyncio.CancelledError:
        _print("\n")
        raise


async def relay(options: argparse.Namespace) -> None:
    """Run a relay, until it is asked to stop and has let go of its conversations.

    Raises:
        ChatgameError: it cannot run; the sentence says why, and what to do.
    """
    from chatgame.relay.program import Cluster, run_relay

    cluster = Cluster(options.engine, options.nodes) if options.engine else None
    with notices() as notify:
        await run_relay(options.host, options.port, options.status, cluster, notify)
    raise Finished


async def play_alone(options: argparse.Namespace) -> None:
    """Talk and play with a bot or a program, over streams in memory.

    Raises:
        ChatgameError: the command failed; the sentence says why, and what to do.
    """
    from chatgame.journal.journal import InMemory
    from chatgame.net.memory import linked_in_memory
    from chatgame.players.first_line import FirstLine
    from chatgame.session.play import converse

    games, problems = installed_games()
    chance = Random(options.seed) if options.seed is not None else SystemRandom()  # noqa: S311  # the user wants it to be repeatable
    first = _line_to_play(options.game, games) if options.game else None
    opposite = "the bot" if isinstance(options.player, Level) else "the program"
    async with (
        console_at(Seat.CLIENT, opposite=opposite, **_console_options(options)) as console,
        seated(options.player, options.limit, console.notify, chance, BOT_PACE) as at,
    ):
        player = FirstLine(console, first) if first else console
        ours, theirs = linked_in_memory(games)
        console.notify(sentences.ALONE.format(whom=opposite.replace("the", "a")), *problems)
        other = asyncio.create_task(
            converse(at(Seat.SERVER), theirs, games, InMemory(Seat.SERVER), chance),
        )
        try:
            await converse(player, ours, games, InMemory(Seat.CLIENT), chance)
        finally:
            with suppress(PartnerLeft):
                await other


def _console_options(options: argparse.Namespace) -> dict[str, Any]:
    """The options that say how a person sees and hears a conversation."""
    return {name: getattr(options, name) for name in ("plain", "boards", "bell", "timestamps")}


def _line_to_play(words: Sequence[str], games: Shelf) -> str:
    """The line that starts the game that these words name.

    Raises:
        ChatgameError: there is no such game, or it does not take these options.
    """
    line = f"play {' '.join(words)}"
    table = Table.open("", games, games.versions)
    try:
        if isinstance(meant := read_chat(line, table, Seat.CLIENT), Write) and meant.kind is Kind.PLAY:
            return line
    except Refused as error:
        raise ChatgameError(str(error).removesuffix(AS_MESSAGE).rstrip()) from error
    raise ChatgameError(f'There is no game "{" ".join(words)}". The games are {", ".join(games)}.')


async def play_match(options: argparse.Namespace) -> None:
    """Let two bots or programs play many games, and print the score.

    Raises:
        ChatgameError: the command failed; the sentence says why, and what to do.
    """
    from chatgame.contest import Contest
    from chatgame.players.person.progress import progress

    games, problems = installed_games()
    line, count, names = _line_to_play(options.game, games), options.games, called(options.players)
    with progress() as bar, ExitStack() as stack:
        for problem in problems:
            bar.say(problem)
        store = stack.enter_context(await asyncio.to_thread(_journal)) if options.keep else None
        # Each has its own, so that nothing depends on who of two is the first to draw a number.
        chances = [SystemRandom() if options.seed is None else Random(f"{options.seed} {n}") for n in range(4)]  # noqa: S311
        contest = Contest(games, line, names, store, chances[2:])
        try:
            async with AsyncExitStack() as seats:
                players = [
                    await seats.enter_async_context(seated(player, options.limit, bar.say, chance))
                    for player, chance in zip(options.players, chances, strict=False)
                ]
                for number in range(count):
                    bar.show(number, count, contest.standing())
                    await contest.play_game(*players)
        finally:
            bar.clear()
            for text in contest.report():
                _print(shown(text, look_of_output()))


async def list_conversations() -> None:
    """List the conversations in the journal.

    Raises:
        JournalFailed: the journal cannot be read.
    """
    from chatgame.journal.reader import Reader
    from chatgame.records import listing

    with Reader(journal_path()) as past:
        look = look_of_output()
        for text in listing(past.history(), past.log, time.time(), look):
            _print(text)


async def play_back(options: argparse.Namespace) -> None:
    """Show a conversation as it happened, with its pauses.

    Raises:
        JournalFailed: the journal cannot be read.
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
        JournalFailed: the journal cannot be read.
    """
    from chatgame.records import FORMATS

    for text in FORMATS[options.format](*_kept(options.number)):
        _print(text)


async def forget(options: argparse.Namespace) -> None:
    """Delete a conversation from the journal, after asking.

    Raises:
        JournalFailed: the journal cannot be written.
        ChatgameError: the person said no, or cannot be asked.
    """
    from chatgame.journal.reader import Reader

    with Reader(journal_path()) as past:
        described = _described(past, options.number)
    if not options.yes:
        await _confirm(f"{described}Delete conversation {options.number}? It cannot be brought back. [y/N] ")
    with _journal() as store:
        store.forget(options.number)
    _print(f"Conversation {options.number} is deleted.\n")


def _described(past: "Reader", number: int) -> str:
    """A conversation's line in the history; empty if it is damaged, since it can be deleted all the same."""
    from chatgame.records import described

    try:
        return shown(described(past.record(number), time.time()), look_of_output())
    except NotKept:
        raise
    except JournalFailed:
        return ""


def _is_at_a_terminal() -> bool:
    return bool(sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty())


async def choose() -> None:
    """Offer a few things to do, one key each, and do what is chosen.

    Raises:
        ChatgameError: what was chosen failed; the sentence says why, and what to do.
    """
    from chatgame.menu import JOIN, LEAVE, entries, places

    last = None
    with suppress(JournalFailed):
        last = _newest()
    _print(shown("chatgame: talk and play with a friend, terminal to terminal. Press a key:", look_of_output()))
    chosen = await _chosen(entries(last))
    if not chosen.command and chosen is not LEAVE:
        chosen = await _chosen(places(settings(_settings_file(), os.environ)["relay"].value))
    if chosen is LEAVE:
        return
    if chosen.command == (JOIN,):
        await _program(await _asked_where())
    else:
        await _program(read_arguments(chosen.command, _set_before(chosen.command)))


async def _chosen(offered: "Sequence[Entry]") -> "Entry":
    """The entry of a menu whose key is pressed."""
    from chatgame.menu import pressed_entry, shown_as

    with single_keys() as pressed:
        _print("".join(shown(line, look_of_output()) for line in shown_as(offered).splitlines()))
        while not (entry := pressed_entry(offered, await pressed())):
            pass
    return entry


async def _asked_where() -> argparse.Namespace:
    """The command by which a person joins a friend's table, from the words that name the table."""
    from chatgame.menu import JOIN, tables, where_in

    for line in tables(settings(_settings_file(), os.environ)["relay"].value):
        _print(shown(line, look_of_output()))
    while True:
        words = [JOIN, *where_in(await answered("Where? "))]
        with suppress(SystemExit):  # which has said what is wrong
            return read_arguments(words, _set_before(words))


async def _confirm(question: str) -> None:
    if not _is_at_a_terminal():
        raise ChatgameError("There is no terminal to ask you on. To delete it without being asked, add --yes.")
    try:
        answer = await answered(question)
    except asyncio.CancelledError:
        _print("\n")
        raise
    if answer.lower() not in ("y", "yes"):
        raise ChatgameError("Nothing was deleted.")


def _settings_file() -> Path | None:
    folder = user_folder("config")
    return folder and folder / "config.toml"


def _set_before(arguments: Sequence[str]) -> dict[str, object]:
    """What the user's settings say for the options of a command.

    Raises:
        WrongSetting: one of them cannot be used.
    """
    if not arguments or arguments[0] not in SET_BEFORE or {"-h", "--help"}.intersection(arguments):
        return {}
    found = settings(_settings_file(), os.environ)
    return {name: found[name].value for name in SET_BEFORE[arguments[0]]}


async def show_settings() -> None:
    """Show the user's settings, and where each comes from.

    Raises:
        WrongSetting: one of them cannot be used.
    """
    file = _settings_file()
    for line in listing(settings(file, os.environ), file):
        _print(f"{inert(line)}\n")


async def complete(options: argparse.Namespace) -> None:
    """Write a script that lets a shell complete the commands and options of chatgame."""
    import shtab  # takes 80 ms

    _print(shtab.complete(new_parser(), options.shell))


async def show_demo(options: argparse.Namespace) -> None:
    """Show a conversation that types itself.

    Raises:
        ChatgameError: the command failed; the sentence says why, and what to do.
    """
    from chatgame.demo import demonstrate

    await demonstrate(look_of_output(plain=options.plain, boards=options.boards), options.speed, _print)


def _journal() -> "Store":
    from chatgame.journal.store import Store

    return Store(journal_path())


def _kept(number: int) -> "tuple[Record, list[tuple[Logged, float]]]":
    from chatgame.journal.reader import Reader

    with Reader(journal_path()) as past:
        return past.record(number), past.log(number)


def _newest() -> "Record | None":
    from chatgame.journal.reader import Reader

    with Reader(journal_path()) as past:
        return past.newest()


def _print(text: str) -> None:
    """Write text to standard output, and flush it."""
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


def journal_path() -> Path:
    """The journal's file, in the user's state folder.

    Raises:
        JournalFailed: the user has no state folder, for example because there is no home folder.
    """
    folder = user_folder("state")
    if not folder:
        raise JournalFailed(
            "The journal has no place: you have no home folder. Set HOME or XDG_STATE_HOME to a folder of yours, by "
            "its path from /."
        )
    return folder / "journal.db"
