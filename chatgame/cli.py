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
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from chatgame.arguments import new_parser, read_arguments
from chatgame.core import sentences
from chatgame.core.errors import ChatgameError, OutputLost, PartnerLeft, PlayerLeft, ProgramFailed, Unreachable
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.folders import journal_path, settings_path
from chatgame.net.addresses import DEFAULT_HOST, is_loopback
from chatgame.players.person.asking import each_line, is_at_a_terminal
from chatgame.players.person.inert import inert, json_escaped
from chatgame.players.person.look import Look
from chatgame.players.person.output import complain, give_up, look_of_output, notices, write_output
from chatgame.players.person.screen import shown
from chatgame.players.person.streams import streams_restored
from chatgame.plugins import installed_games
from chatgame.settings import listing, settings
from chatgame.signals import Finished, Signals, Stopped
from chatgame.where import relay_at

if TYPE_CHECKING:
    from chatgame.program.setting import Notify
    from chatgame.session.interfaces import Player
    from chatgame.session.onlooker import Shown

END_TIME = 1.0
"""Seconds that a hanging thread may delay the end of the program."""

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
    flushed, problem = _ended(lambda: write_output("") if sys.stdout else None)
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
    if arguments or not is_at_a_terminal():
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
    """The program that the options name."""
    match options.command:
        case "server" | "client":
            return sit_at(options)
        case "continue":
            return go_on(options)
        case "watch":
            return look_on(options)
        case "relay":
            return relay(options)
        case "solo":
            from chatgame.solo import play_alone

            return play_alone(options.player, options.limit, options.game, options.seed, **_console_options(options))
        case "match":
            from chatgame.contest import play_match

            return play_match(
                options.players, options.limit, options.game, options.games, seed=options.seed, keep=options.keep
            )
        case "demo":
            from chatgame.demo import demonstrate

            return demonstrate(_look(options), options.speed, write_output)
        case "history":
            from chatgame.records.history import list_conversations

            return list_conversations()
        case "replay":
            from chatgame.records.replay import play_back

            return play_back(options.number, options.speed, _look(options))
        case "export":
            from chatgame.records.export import write_out

            return write_out(options.number, options.format)
        case "forget":
            from chatgame.records.forget import forget

            return forget(options.number, ask=not options.yes)
        case "config":
            return show_settings()
        case "menu":
            return choose_one()
    return complete(options.shell)


async def sit_at(options: argparse.Namespace) -> None:
    """Take a seat of a conversation over the network, for the person at this terminal, a bot or a program.

    Raises:
        ChatgameError: the command failed; the sentence says why, and what to do.
    """
    seat = Seat(options.command)
    if options.player is None:
        from chatgame.players.person.terminal import console_at

        async with console_at(seat, options.name, **_console_options(options)) as console:
            await _converse(console, options, console.notify, console.count_watchers)
        return
    from chatgame.players.named import BOT_PACE, seated  # which a person at a seat does without

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
    from chatgame.journal.failures import damaged
    from chatgame.journal.reader import A_MATCH, Reader

    with Reader(journal_path()) as past:
        record = past.newest() if options.number is None else past.record(options.number)
    if not record:
        raise ChatgameError("There is no conversation to go on with. To begin one: chatgame server")
    if record.host == A_MATCH:
        raise ChatgameError(f"Conversation {record.number} is a match of two programs, which does not go on.")
    if not record.goes_on:
        raise ChatgameError(f"Conversation {record.number} is over. To see it again: chatgame replay {record.number}")
    if options.relay and not record.relays:
        raise ChatgameError(f"Conversation {record.number} goes over a direct line, so leave out --relay.")
    options.command, options.host, options.port = record.seat, record.host, record.port
    try:
        options.relay = options.relay or [relay_at(relay) for relay in record.relays.split()]
    except ValueError as error:
        raise damaged(journal_path(), error) from error
    options.insecure = not (record.pinned or is_loopback(record.host))
    options.new = False
    await sit_at(options)


async def _converse(
    player: "Player",
    options: argparse.Namespace,
    notify: "Notify",
    counted: Callable[[int, str], object] = lambda _count, _how: None,
) -> Table | None:
    """Run the server's or the client's program; returns the table if the conversation was closed by a turn."""
    from chatgame.journal.store import Store
    from chatgame.program.setting import Setting

    if options.command == Seat.CLIENT:
        from chatgame.program.client import join as run
    else:
        from chatgame.program.server import serve as run
    games, problems = installed_games()
    notify(*problems)
    if options.insecure:
        notify(sentences.NOT_ENCRYPTED)
    with await asyncio.to_thread(Store, journal_path()) as store:  # it may have to wait for another program
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
            return await run(player, setting, notify)
        except PartnerLeft as farewell:
            notify(str(farewell))
            return None
        except Unreachable as error:
            raise _explained(error, options) from error


def _explained(error: Unreachable, options: argparse.Namespace) -> Unreachable:
    """The same with what is missing, if a code was typed alone."""
    if not getattr(options, "code", None) or options.relay or options.host != DEFAULT_HOST:
        return error
    return Unreachable(
        f"{str(error).rstrip('.')}. To reach another computer, put its address before the code, or --relay RELAY."
    )


async def look_on(options: argparse.Namespace) -> None:
    """Watch a conversation of others.

    Raises:
        ChatgameError: the command failed; the sentence says why, and what to do.
    """
    from chatgame.players.person.viewer import Viewer
    from chatgame.program.watcher import watch

    games, problems = installed_games()
    look = partial(look_of_output, plain=options.plain, boards=options.boards)

    def show(what: "Shown") -> None:
        write_output(viewer.text(what, look()))

    def notify(*texts: str) -> None:
        write_output("".join(shown(text, look()) for text in texts))

    def stand() -> None:
        with suppress(OutputLost, Stopped):  # which shows with the next turn
            write_output(viewer.stands(look()))

    notify(*problems)
    secured = {"code": options.code, "insecure": options.insecure, "relays": options.relay}
    try:
        async with each_line(stand) as terminal:
            viewer = Viewer(terminal=terminal)
            await watch(options.host, options.port, games, show, notify, patience=options.wait, **secured)
    except Unreachable as error:
        raise _explained(error, options) from error
    except asyncio.CancelledError:
        write_output("\n")
        raise


async def relay(options: argparse.Namespace) -> None:
    """Run a relay, until it is asked to stop and has let go of its conversations.

    Raises:
        ChatgameError: it cannot run; the sentence says why, and what to do.
    """
    from chatgame.relay.program import Membership, run_relay

    cluster = Membership(options.engine, options.nodes) if options.engine else None
    with notices() as notify:
        await run_relay(options.host, options.port, options.status, cluster, notify)
    raise Finished


async def choose_one() -> None:
    """Offer a few things to do, and do what is chosen.

    Raises:
        ChatgameError: it failed; the sentence says why, and what to do.
    """
    from chatgame.menu import choose

    def is_understood(words: Sequence[str]) -> bool:
        with suppress(SystemExit):  # which has said what is wrong
            return bool(read_arguments(words, _set_before(words)))
        return False

    if words := await choose(lambda: settings(settings_path(), os.environ)["relay"].value, is_understood):
        await _program(read_arguments(words, _set_before(words)))


def _console_options(options: argparse.Namespace) -> dict[str, Any]:
    """The options that say how a person sees and hears a conversation."""
    return {name: getattr(options, name) for name in ("plain", "boards", "bell", "timestamps")}


def _look(options: argparse.Namespace) -> Look:
    return look_of_output(plain=options.plain, boards=options.boards)


def _set_before(arguments: Sequence[str]) -> dict[str, object]:
    """What the user's settings say for the options of a command.

    Raises:
        WrongSetting: one of them cannot be used.
    """
    if not arguments or arguments[0] not in SET_BEFORE or {"-h", "--help"}.intersection(arguments):
        return {}
    found = settings(settings_path(), os.environ)
    return {name: found[name].value for name in SET_BEFORE[arguments[0]]}


async def show_settings() -> None:
    """Show the user's settings, and where each comes from.

    Raises:
        WrongSetting: one of them cannot be used.
    """
    file = settings_path()
    for line in listing(settings(file, os.environ), file):
        write_output(f"{inert(line)}\n")


async def complete(shell: str) -> None:
    """Write a script that lets a shell complete the commands and options of chatgame."""
    import shtab  # takes 80 ms

    write_output(shtab.complete(new_parser(), shell))
