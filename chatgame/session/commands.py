"""What a line typed at the prompt means.

    /q                  leave: both programs end
    /help, /games, ...  the other commands; any other word behind a slash is refused
    //text              the text /text
    play GAME           in chat: open a game; with an unknown word: names the games there are
    anything else       in chat: a message, unchanged; in a game: a move

A line either becomes a turn to write or is answered on the spot, with the token kept.
"""

from typing import NamedTuple

from chatgame.core.board import Board
from chatgame.core.errors import InvalidMove, Refused
from chatgame.core.match import Match
from chatgame.core.rules import ANY_FAILURE, AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind

IN_CHAT = {
    "play GAME": "start a game",
    "/games": "the games you can play here",
    "/rematch": "play the last game again",
    "//TEXT": "send /TEXT as a message",
    "/say TEXT": "send TEXT, whatever it begins with",
    "/help": "this list",
    "/q": "leave; both programs end",
}

IN_GAME = {
    "/moves": "the moves that you can make",
    "/board": "the board again",
    "/say TEXT": "say TEXT; it stays your turn",
    "/resign": "give up this game",
    "/help": "this list",
    "/q": "leave; both programs end",
}

ASIDE = ("/help", "/games", "/board", "/moves")
"""What only asks for something, and so can be typed at any time."""

NO_GAMES = "There is no game that both sides have."


class Write(NamedTuple):
    """A turn to write."""

    kind: Kind
    text: str = ""


class Hide(NamedTuple):
    """A choice or a secret, in the game's notation, to commit to without showing it."""

    value: str


class Reply(NamedTuple):
    """An answer for whoever typed the line, and for nobody else; may have several lines."""

    text: str | Board


def read_chat(line: str, table: Table, seat: Seat) -> Write | Reply:
    """What `line`, without its line end, means when `seat` types it in chat while holding the token.

    Raises:
        Refused: it means nothing that can be done now; the sentence says why and what would do.
    """
    command = _read_command(line, table, seat)
    if command:
        return command
    if line.lstrip()[:5].rstrip().lower() != "play":
        return Write(Kind.SAY, line)
    words = line.split()
    name, options = "".join(words[1:2]).lower(), " ".join(words[2:])
    if name in table.games and _takes(table.games[name], seat, options):
        return Write(Kind.PLAY, f"{name} {options}".rstrip())
    if options:
        return Write(Kind.SAY, line)
    games = f"There is no such game: type play and one of {', '.join(table.games)}." if table.games else NO_GAMES
    hint = table.absent.get(name, games)
    raise Refused(f"{hint} To send it as it is: /say {line}")


def _takes(rules: AnyRules, inviter: Seat, options: str) -> bool:
    """Whether "play GAME OPTIONS" is meant for the game, which may still refuse the options, and not chat."""
    if not options or options[0].isdigit():
        return True
    try:
        rules.start(inviter, options)
    except ANY_FAILURE:
        return False
    return True


def read_game(line: str, table: Table, seat: Seat, secret: str | None, seed: int) -> Write | Hide | Reply:
    """What `line`, without its line end, means when `seat`, with its secret, types it in a game and is asked.

    `seed` is a random number of 64 bits, for who types `random` instead of a secret.

    Raises:
        Refused: it means nothing that can be done now; the sentence says why and what would do.
    """
    command = _read_command(line, table, seat, secret)
    if command:
        return command
    match = table.playing
    assert match, "read_game is for lines in a game"
    assert match.duty, "a match that is played has a duty"
    text = line.strip()
    if text == "random" and match.hides_for_good:
        text = match.any_secret(seed) or text
    try:
        notation = match.parse(seat, text)
    except InvalidMove as error:
        raise InvalidMove(f"{error} To say something, type /say TEXT.") from error
    return Write(Kind.MOVE, notation) if match.duty.kind is Kind.MOVE else Hide(notation)


def _read_command(line: str, table: Table, seat: Seat, secret: str | None = None) -> Write | Reply | None:
    """What `line` means if it is blank or begins with a slash, and None if it does neither."""
    if not line.strip():
        raise Refused("An empty line is not sent. It is still your turn.")
    if not line.startswith("/"):
        return None
    if line.startswith("//"):
        return Write(Kind.SAY, line[1:])
    word, _, text = line.partition(" ")
    if word == "/say":
        if not text.strip():
            raise Refused("There is nothing to say: type /say and the text behind it.")
        return Write(Kind.SAY, text)
    on = table.playing
    match line:
        case "/q":
            return Write(Kind.QUIT)
        case "/help":
            return Reply(_help(table, seat))
        case "/games":
            return Reply(_games(table))
        case "/board" if on:
            return Reply(on.board(seat, secret))
        case "/moves" if on:
            return Reply(_moves(on, seat, secret))
        case "/resign" if on:
            return Write(Kind.RESIGN)
        case "/rematch" if table.match and not on:
            return Write(Kind.PLAY, _again(table.match, table))
        case "/rematch" if on:
            raise Refused(f"This game of {on.rules.title} is not over yet. To give it up, type /resign.")
        case "/rematch":
            raise Refused("No game was played yet. Type play and one of the games that /games lists.")
        case "/board" | "/moves" | "/resign":
            raise Refused(f"No game is on, so there is nothing for {line} to do.")
    if word in IN_CHAT or word in IN_GAME:
        raise Refused(f"Type {word} alone, with nothing behind it.")
    raise Refused(f"There is no command {word}. Type /help for the commands, or /{line} to send it as a message.")


def read_aside(line: str, table: Table, seat: Seat, secret: str | None) -> Reply | None:
    """The answer to `line`, typed while it is not one's turn, if it only asks for something.

    Raises:
        Refused: there is no answer now; the sentence says why.
    """
    if line.partition(" ")[0] not in ASIDE:
        return None
    reply = _read_command(line, table, seat, secret)
    assert isinstance(reply, Reply), "what only asks for something is answered"
    return reply


def now(table: Table, seat: Seat) -> str:
    """What is waited for, as the player at `seat` is told."""
    whose, on = table.token, table.playing
    if not whose:
        return "the conversation is over"
    if not on:
        return "your turn to chat; what you type is sent" if whose is seat else f"the {whose} writes next"
    if not table.asked:
        return f"the {whose}'s program goes on with {on.rules.title} by itself"
    mover = "your" if whose is seat else f"the {whose}'s"
    return f"{mover} move in {on.rules.title}: {on.asks(whose)}"


def _help(table: Table, seat: Seat) -> str:
    on, asked = table.playing, table.asked is seat
    known = (IN_GAME if on else IN_CHAT).items()
    lines = [f"{command:<10} {meaning}" for command, meaning in known if asked or command in ASIDE]
    about = [f"Rules: {on.rules.about}"] if on and on.rules.about else []
    return "\n".join([*lines, *about, f"Now: {now(table, seat)}."])


def _moves(match: Match, seat: Seat, secret: str | None) -> str:
    if not match.duty or match.duty.seat is not seat or not match.duty.asked:
        raise Refused("It is not your move, so you have none to make now.")
    board = match.board(seat, secret)
    choices = [choice.text for choice in board.choices] or [match.asks(seat)]
    return f"You can play {', '.join(choices)}{f', or {board.besides}' if board.besides else ''}."


def _again(last: Match, table: Table) -> str:
    """What opens the same game again."""
    if last.rules.name not in table.games:
        raise Refused(table.absent.get(last.rules.name) or NO_GAMES)
    return f"{last.rules.name} {last.options}".rstrip()


def _games(table: Table) -> str:
    lines = [f"{name:<10} {rules.title}; type play {name}" for name, rules in table.games.items()]
    return "\n".join(lines) or NO_GAMES
