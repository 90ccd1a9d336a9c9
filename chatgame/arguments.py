"""The command line: the commands, and their options."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, get_args

from chatgame import __version__
from chatgame.core.errors import InvalidMessage
from chatgame.core.limits import PATIENCE
from chatgame.core.seats import Seat
from chatgame.net.addresses import DEFAULT_HOST, DEFAULT_PORT, DEFAULT_RELAY_PORT, Relay
from chatgame.players.bot.level import BOTS, Level
from chatgame.players.person.inert import inert
from chatgame.players.person.look import Boards
from chatgame.players.person.output import complain
from chatgame.settings import person_name
from chatgame.where import read_host, read_port, read_where, relay_at

if TYPE_CHECKING:
    from chatgame.players.program.command import Command
    from chatgame.relay.lines import At

EXAMPLES = """\
Play with a bot:
  chatgame solo
  chatgame solo connect4
Talk and play on this computer, in two terminals:
  chatgame server
  chatgame client
Talk and play with a friend on another computer:
  chatgame server --host 0.0.0.0        this shows a code; tell it to your friend
  chatgame client HOST CODE             which your friend types
Talk and play with a friend whom you cannot reach directly:
  chatgame server --relay RELAY         this shows a code; RELAY is a computer that both can reach
  chatgame client --relay RELAY CODE    which your friend types
Watch two friends who let you:
  chatgame watch HOST CODE              with the code for watching, which they see

"""

CLIENT_EXAMPLES = """\
  chatgame client                                a server on this computer
  chatgame client 192.0.2.2 7-guitar-island      one on another computer, with the code that it shows
  chatgame client example.org:2000               another port than the usual one
  chatgame client '[2001:db8::1]:2000'           an IPv6 address
  chatgame client --relay example.org 7-guitar-island   a server that waits at a relay

"""

MATCH_EXAMPLES = """\
  chatgame match connect4 --players bot:hard bot:easy
  chatgame match rps 3 --players bot "node mybot.mjs" --games 100

"""

OTHER_WORDS = {
    **dict.fromkeys(("host", "listen", "open"), "server"),
    **dict.fromkeys(("join", "connect"), "client"),
    **dict.fromkeys(("play", "bot"), "solo"),
    **dict.fromkeys(("list", "log", "ls"), "history"),
    **dict.fromkeys(("resume", "go-on"), "continue"),
    **dict.fromkeys(("delete", "remove", "rm"), "forget"),
}
"""Commands of other programs that people may type, and what they are called here."""

LIMIT = 30.0
"""Seconds that a program may take for a line, by default: longer than most think, and as long as people wait."""

NONE: Mapping[str, object] = MappingProxyType({})

NUMBER = "the conversation's number in `chatgame history`"


def read_arguments(arguments: Sequence[str], settings: Mapping[str, object] = NONE) -> argparse.Namespace:
    """The command and its options; those that are not given are as the settings say.

    Raises:
        SystemExit: after `--help` and `--version` (0), and after wrong usage (2).
    """
    if not arguments or arguments[0] == "help":
        arguments = [*arguments[1:], "--help"]
    parser = new_parser() if arguments[0] not in _COMMANDS else _parser_of(arguments[0])
    parser.set_defaults(**{name: value for name, value in settings.items() if name != "relay"})
    if not arguments[0].startswith("-") and arguments[0] not in _COMMANDS:
        parser.error(_no_command(arguments[0]))
    if arguments[0] in _COMMANDS:
        options, more = parser.parse_known_args(arguments[1:], argparse.Namespace(command=arguments[0]))
    else:
        options, more = parser.parse_known_args(arguments)
    if options.command in (Seat.CLIENT, "watch"):
        # argparse takes positional words from one place only, but options may stand between them.
        words = [*options.where, *(word for word in more if not _is_option(word))]
        more = [word for word in more if _is_option(word)]
        try:
            _locate(options, words, settings)
        except ValueError as error:
            parser.error(str(error))
    if (
        options.command in (Seat.CLIENT, Seat.SERVER, "continue")
        and options.player
        and (options.plain or options.boards != settings.get("boards", "auto"))
    ):
        parser.error("--plain and --boards are for a person at this seat. Leave them out with --player")
    if options.command == "relay" and bool(options.engine) is not bool(options.nodes):
        parser.error("A node of a cluster needs both --engine and --nodes")
    if more:
        players = getattr(options, "player", None), *getattr(options, "players", ())
        program = any(player and not isinstance(player, Level) for player in players)
        quote = " (the command of a program has to be in quotation marks)" if program else ""
        parser.error(f'"{inert(" ".join(more))}" is not understood here{quote}')
    if options.command == Seat.SERVER:
        if None in options.relay:
            try:
                options.relay = _relays_set(settings)
            except ValueError as error:
                parser.error(str(error))
        if options.relay and (why := _beside_relay(options)):
            parser.error(why)
        options.host = DEFAULT_HOST if options.host is None else options.host
        options.port = DEFAULT_PORT if options.port is None else options.port
    return options


def _relays_set(settings: Mapping[str, object]) -> list[Relay]:
    """The relays that the user's settings name.

    Raises:
        ValueError: there are none, or one is not a relay; the text says so.
    """
    relays = settings.get("relay")
    if not isinstance(relays, list) or not relays:
        raise ValueError("--relay needs an address, or the setting relay; chatgame config shows where that belongs")
    return [relay_at(relay) for relay in relays]


def _beside_relay(options: argparse.Namespace) -> str | None:
    """What is wrong with the options beside `--relay`, if anything is."""
    if options.insecure:
        return (
            "Over a relay everything is encrypted: --insecure cannot stand beside --relay. Leave out one of the two"
        )
    if options.host is not None or options.port is not None:
        return "With --relay, the relay's address is the only one that counts. Leave out the other host or port"
    return None


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _locate(options: argparse.Namespace, words: Sequence[str], settings: Mapping[str, object]) -> None:
    """Set the host, the port and the code of a client's options; a code alone is one of the relay that is set."""
    where = read_where(words)
    elsewhere = (where.host, where.port, options.host, options.port) != (None,) * 4
    if where.code and settings.get("relay") and not (elsewhere or options.relay or options.insecure):
        options.relay = _relays_set(settings)
    if options.relay:
        if why := _beside_relay(options):
            raise ValueError(why)
        if where.host or where.port:
            raise ValueError(
                f'"{inert(" ".join(words))}" is not a code, which is a number and two words, as in 7-guitar-island. '
                "With --relay, only a code is named, without a host"
            )
    for name, value in (("host", where.host), ("port", where.port)):
        if value is not None and getattr(options, name) not in (None, value):
            raise ValueError(f"The {name} is named twice, as {value} and as {getattr(options, name)}")
    if where.code and options.insecure:
        raise ValueError("A code is of no use with --insecure. Leave out one of the two")
    options.host = where.host or options.host or DEFAULT_HOST
    options.port = next(port for port in (where.port, options.port, DEFAULT_PORT) if port is not None)
    options.code = where.code


def _no_command(word: str) -> str:
    from difflib import get_close_matches  # only for a mistake

    likely = OTHER_WORDS.get(word.lower()) or "".join(get_close_matches(word.lower(), _COMMANDS, 1))
    hint = f"Did you mean chatgame {likely}?" if likely else f"The commands are {', '.join(_COMMANDS)}."
    return f'There is no command "{inert(word)}". {hint}'


class _Parser(argparse.ArgumentParser):
    """A parser that shows examples first in its help, and says what is wrong in one sentence."""

    examples = ""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_formatter, **options)

    def format_help(self) -> str:
        """The examples, then what argparse shows."""
        return self.examples + super().format_help()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end the program."""
        end = "" if message.endswith(("?", ".")) else "."
        with suppress(OSError):
            complain(f"{self.prog}: {message}{end} See {self.prog} --help.")
        self.exit(2)


def _formatter(prog: str) -> argparse.HelpFormatter:
    """A formatter of argparse, which asks for one with each argument: to find the width costs it an import."""
    columns = 0
    with suppress(OSError, ValueError, AttributeError):  # it is not a terminal
        columns = int(os.environ.get("COLUMNS") or 0) or os.get_terminal_size(sys.stdout.fileno()).columns
    return argparse.HelpFormatter(prog, width=(columns or 80) - 2)


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."


def _parser_of(name: str) -> argparse.ArgumentParser:
    """The parser of one command, without the others, which would make up a tenth of the start."""
    summary, add_arguments = _COMMANDS[name]
    parser = _Parser(prog=f"chatgame {name}", description=_sentence(summary))
    add_arguments(parser)
    return parser


def new_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = _Parser(prog="chatgame", description="Talk and play with a friend, terminal to terminal, in turns.")
    parser.examples = EXAMPLES
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (summary, add_arguments) in _COMMANDS.items():
        add_arguments(commands.add_parser(name, help=summary, description=_sentence(summary)))
    return parser


def _add_server(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", type=_host, help=f"the address to listen at (default: {DEFAULT_HOST})")
    command.add_argument("--port", type=_port, help=f"the port (default: {DEFAULT_PORT})")
    command.add_argument("--watch", action="store_true", help="ask your friend to let people watch")
    _add_seat(command, "?")


def _add_client(command: argparse.ArgumentParser) -> None:
    assert isinstance(command, _Parser), "subparsers are of the parser's own class"
    command.examples = CLIENT_EXAMPLES
    _add_where(command, "client")
    _add_seat(command)


def _add_watch(command: argparse.ArgumentParser) -> None:
    _add_where(command, "watch")
    command.add_argument("--insecure", action="store_true", help="watch on another computer without a code")
    _add_relays(command, "watch a conversation that goes over a relay")
    _add_look(command)
    _add_wait(command, "how long to wait for a server whose connection was lost")


def _add_where(command: argparse.ArgumentParser, name: str) -> None:
    command.usage = f"chatgame {name} [HOST[:PORT]] [CODE] [options]"
    command.add_argument(
        "where", nargs="*", metavar="HOST, CODE", help="the server's address, and the code that it shows"
    )
    command.add_argument(
        "--host", type=_host, help=f"the server's address, another way to give it (default: {DEFAULT_HOST})"
    )
    command.add_argument("--port", type=_port, help=f"its port (default: {DEFAULT_PORT})")


def _add_seat(command: argparse.ArgumentParser, relays: str | None = None) -> None:
    command.add_argument(
        "--insecure", action="store_true", help="talk to another computer without a code and without encryption"
    )
    command.add_argument(
        "--new", action="store_true", help="start a new conversation instead of continuing an unfinished one"
    )
    _add_relays(command, "meet at a relay, a computer that both of you can reach", relays)
    _add_sitting(command)


def _add_relays(command: argparse.ArgumentParser, summary: str, number: str | None = None) -> None:
    command.add_argument(
        "--relay",
        action="append",
        nargs=number,
        default=[],
        type=_relay,
        metavar="RELAY",
        help=f"{summary}: HOST, or HOST:PORT if the port is not {DEFAULT_RELAY_PORT}; several are tried in turn",
    )


def _add_continue(command: argparse.ArgumentParser) -> None:
    command.add_argument("number", nargs="?", type=_number, metavar="N", help=f"{NUMBER} (default: the newest)")
    _add_relays(command, "go on at this relay instead of those from before")
    _add_sitting(command)


def _add_sitting(command: argparse.ArgumentParser) -> None:
    command.add_argument("--name", default="", type=_name, help="your name, which your partner sees")
    _add_player(command, "who takes this seat instead of you, which then needs no terminal")
    _add_look(command)
    _add_signs(command)
    _add_wait(command, "how long to wait for a partner whose connection was lost")


def _add_wait(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument(
        "--wait", default=PATIENCE, type=_number, metavar="SECONDS", help=f"{what} (default: %(default)s)"
    )


def _add_player(command: argparse.ArgumentParser, what: str, default: str | None = None) -> None:
    command.add_argument(
        "--player",
        default=default,
        type=_player,
        metavar="PLAYER",
        help=f"{what}: {', '.join(BOTS)}, or the command of a program",
    )
    command.add_argument(
        "--limit",
        default=LIMIT,
        type=_seconds,
        metavar="SECONDS",
        help="how long a program may take for a line (default: %(default)s)",
    )


def _add_look(command: argparse.ArgumentParser) -> None:
    command.add_argument("--plain", action="store_true", help="describe boards in words, for a screen reader")
    command.add_argument(
        "--boards",
        default="auto",
        choices=get_args(Boards),
        help="how to draw boards; auto is unicode if the terminal edits lines and has colours, and else ascii",
    )


def _add_signs(command: argparse.ArgumentParser) -> None:
    """Add the options for what a person gets beside the words."""
    on_or_off = argparse.BooleanOptionalAction
    command.add_argument("--bell", default=True, action=on_or_off, help="ring when it is your turn after some time")
    command.add_argument("--timestamps", default=False, action=on_or_off, help="begin lines with the time")


def _add_solo(command: argparse.ArgumentParser) -> None:
    command.add_argument("game", nargs="*", metavar="GAME", help="a game to start at once, as in connect4 or rps 3")
    _add_player(command, "who plays with you", default="bot")
    command.add_argument("--seed", type=_number, metavar="N", help="random seed, for a repeatable game")
    _add_look(command)
    _add_signs(command)


def _add_match(command: argparse.ArgumentParser) -> None:
    assert isinstance(command, _Parser), "subparsers are of the parser's own class"
    command.examples = MATCH_EXAMPLES
    command.usage = "chatgame match GAME --players PLAYER PLAYER [options]"
    command.add_argument("game", nargs="+", metavar="GAME", help="the game, as in connect4 or rps 3")
    command.add_argument(
        "--players",
        nargs=2,
        required=True,
        type=_player,
        metavar="PLAYER",
        help=f"who plays: {', '.join(BOTS)}, or the command of a program, in quotation marks",
    )
    command.add_argument("--games", default=10, type=_count, metavar="N", help="how many (default: %(default)s)")
    command.add_argument(
        "--limit",
        default=LIMIT,
        type=_seconds,
        metavar="SECONDS",
        help="how long a program may take for a move (default: %(default)s)",
    )
    command.add_argument("--seed", type=_number, metavar="N", help="random seed, for repeatable games of bots")
    command.add_argument("--keep", action="store_true", help="keep the games in the journal, as `history` lists it")


def _add_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--speed", default=1.0, type=_speed, metavar="X", help="playback speed (default: 1)")
    _add_look(command)


def _add_replay(command: argparse.ArgumentParser) -> None:
    command.add_argument("number", type=_number, metavar="N", help=NUMBER)
    command.add_argument(
        "--speed",
        default=1.0,
        type=_speed,
        metavar="X",
        help="playback speed (default: 1); no pause is longer than 3 seconds",
    )
    _add_look(command)


def _add_relay(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", type=_host, help="the address to listen at (default: all of this computer)")
    command.add_argument("--port", default=DEFAULT_RELAY_PORT, type=_port, help="the port (default: %(default)s)")
    command.add_argument(
        "--status",
        type=_port,
        metavar="PORT",
        help="a port of this computer alone with /healthz, /readyz, and /metrics for Prometheus",
    )
    command.add_argument(
        "--engine",
        default=os.environ.get("CHATGAME_ENGINE"),
        metavar="URL",
        help="make this a node of a cluster; its nodes tell each other who waits where, over this Valkey or Redis, "
        "as in redis://localhost:6379 (default: the environment variable CHATGAME_ENGINE)",
    )
    command.add_argument(
        "--nodes",
        default=[],
        nargs="+",
        type=_node,
        metavar="NODE",
        help="all nodes of the cluster as others reach them, each as HOST:PORT; this one first",
    )


def _add_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("number", type=_number, metavar="N", help=NUMBER)
    command.add_argument(
        "--format",
        default="text",
        choices=("text", "json", "asciicast", "pgn"),  # the names in `records.export.FORMATS`
        help="the format (default: text); pgn has the games of chess alone",
    )


def _add_forget(command: argparse.ArgumentParser) -> None:
    command.add_argument("number", type=_number, metavar="N", help=NUMBER)
    command.add_argument("--yes", action="store_true", help="do not ask first")


def _add_completion(command: argparse.ArgumentParser) -> None:
    command.add_argument("shell", choices=("bash", "zsh", "fish"), help="which shell")


_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "solo": ("talk and play with a bot or a program, in this terminal", _add_solo),
    "server": ("open a conversation, and wait for a friend to join it", _add_server),
    "client": ("join a friend's conversation", _add_client),
    "continue": ("go on with an unfinished conversation", _add_continue),
    "relay": ("join people who cannot reach each other directly", _add_relay),
    "watch": ("watch a conversation of others who let you", _add_watch),
    "match": ("let two bots or programs play many games", _add_match),
    "demo": ("see two people talk and play", _add_demo),
    "history": ("list your conversations, finished or not", lambda _: None),
    "replay": ("play a conversation back as it was", _add_replay),
    "export": ("write a conversation out as text, JSON or a recording", _add_export),
    "forget": ("delete a conversation", _add_forget),
    "config": ("show your settings, and where they come from", lambda _: None),
    "completion": ("write a script that completes chatgame's commands in a shell", _add_completion),
}
"""Each command with its summary, and the function that adds its arguments."""


def _relay(text: str) -> Relay:
    try:
        return relay_at(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _name(text: str) -> str:
    try:
        return person_name(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{inert(text)} is not a number. Write it as in 12")
    return int(text)


def _count(text: str) -> int:
    if number := _number(text):
        return number
    raise argparse.ArgumentTypeError("At least one game is played")


def _player(text: str) -> "Level | Command":
    from chatgame.players.named import read_player  # which a person at a seat does without

    try:
        return read_player(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'"{inert(text)}" is not a player. {error}') from error


def _seconds(text: str) -> float:
    return _positive(text, "a time. Write it in seconds, as in 60 or 0.5")


def _speed(text: str) -> float:
    return _positive(text, "a speed. Write it as in 2 or 0.5")


def _positive(text: str, what: str) -> float:
    with suppress(ValueError):
        if 0 < (number := float(text)) < 10**6:
            return number
    raise argparse.ArgumentTypeError(f"{inert(text)} is not {what}")


def _node(text: str) -> "At":
    from chatgame.relay.lines import At, read_relay  # only for a relay

    with suppress(InvalidMessage):
        node = read_relay(f"at {text}".encode("ascii", "replace"))
        if isinstance(node, At):
            return node
    raise argparse.ArgumentTypeError(f"{inert(text)} is not a node. Write it as in relay1.example.org:1060")


def _host(text: str) -> str:
    try:
        return read_host(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _port(text: str) -> int:
    try:
        return read_port(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
