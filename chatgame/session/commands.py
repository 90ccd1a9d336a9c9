"""What a line typed at the prompt means.

    /q                  leave: both programs end
    /help, /games, ...  the other commands; any other word after a slash is refused
    //text              the message /text
    play GAME           in chat: start a game, which its name or its title stands for
    help, quit, exit    in chat: refused, with the command that was probably meant
    anything else       in chat: a message, unchanged; in a game: a move, or the answer to an offer

A line either becomes a turn to write, or it is answered at once and the token stays here.
"""

from collections.abc import Sequence
from string import punctuation
from typing import NamedTuple

from chatgame.core.board import Board
from chatgame.core.errors import IllegalMove, InvalidMove, Refused, RulesFailed
from chatgame.core.match import FIRST, SECOND, Match
from chatgame.core.offers import OFFERS, RESPONSES
from chatgame.core.rules import known_as
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind

IN_CHAT = {
    "play GAME": "start a game; play GAME first, to move first",
    "/games": "the games you can play here",
    "/rematch": "play the last game again; the other one begins",
    "/score": "who has won how many games",
    "//TEXT": "send /TEXT as a message",
    "/say TEXT": "send TEXT, whatever it begins with",
    "/help": "this list",
    "/q": "leave; both programs end",
}

IN_GAME = {
    "/moves": "the moves that you can make",
    "/board": "the board again",
    "/score": "who has won how many games",
    "/say TEXT": "say TEXT; it stays your turn",
    "/draw": "offer a draw",
    "/undo": "ask to take back your last move",
    "/accept": "say yes to an offer",
    "/decline": "say no to it",
    "/resign": "give up this game",
    "/help": "this list",
    "/q": "leave; both programs end",
}

ASIDE = ("/help", "/games", "/board", "/moves", "/score")
"""What only asks for something, and so can be typed at any time."""

COMMANDS = (
    *("/help", "/games", "/say", "/board", "/moves", "/score", "/resign", "/rematch", "/q"),
    *("/draw", "/undo", "/accept", "/decline"),
)

OTHER_WORDS = {
    **dict.fromkeys(("/quit", "/exit", "/bye", "/leave"), "/q"),
    **dict.fromkeys(("/h", "/?"), "/help"),
    "/takeback": "/undo",
    "/yes": "/accept",
    "/no": "/decline",
    "/play": "play GAME, without a slash",
}
"""What people type who know other programs, and what they mean by it."""

HINTED = ("help", "quit", "exit")
"""In chat, a line that is only one of these words is more likely a command without its slash than a message."""

NO_GAMES = "There is no game that both sides have."

AS_MESSAGE = "To send the line as a message, put /say in front of it."


class Write(NamedTuple):
    """A turn to write."""

    kind: Kind
    text: str = ""


_OFFERS = {
    f"/{text}": Write(kind, text)
    for kind, texts in ((Kind.OFFER, OFFERS), (Kind.RESPOND, RESPONSES))
    for text in texts
}
"""The commands that make an offer or answer one."""


class Hide(NamedTuple):
    """A choice or a secret, in the game's notation, to commit to without showing it."""

    value: str


class Reply(NamedTuple):
    """An answer for the player who typed the line, and for nobody else; may have several lines."""

    text: str | Board


def read_chat(line: str, table: Table, seat: Seat) -> Write | Reply:
    """What `line`, without its line end, means when `seat` types it in chat while holding the token.

    Raises:
        Refused: it means nothing that can be done now; the sentence says why and what would do.
    """
    command = _read_command(line, table, seat)
    if command:
        return command
    first, *words = line.split()
    word = first.lower()
    if word in HINTED and not words:
        raise Refused(f"Did you mean {_command_meant(f'/{word}')}? {AS_MESSAGE}")
    name, options = _game_named(words, table) if word.strip(punctuation) == "play" else ("", "")
    if name in table.games:
        return _play(f"{name} {options}".rstrip(), table, seat)
    if name:
        raise Refused(f"{table.absent[name]} {AS_MESSAGE}")
    if word != "play" or len(words) > 1:
        return Write(Kind.SAY, line)
    games = f"There is no such game. Type play and one of {', '.join(table.games)}." if table.games else NO_GAMES
    raise Refused(f"{games} {AS_MESSAGE}")


def is_message(text: str, table: Table, seat: Seat) -> bool:
    """Whether `seat` can send this text in chat by typing it as it is."""
    try:
        return read_chat(text, table, seat) == Write(Kind.SAY, text)
    except Refused:
        return False


def _game_named(words: Sequence[str], table: Table) -> tuple[str, str]:
    """The game whose name or title these words begin with, and the words after it; both empty where there is none.

    Only letters and digits count, so `tic tac toe` and `Tic-Tac-Toe` stand for `tictactoe`.
    """
    known = {_letters(name): name for name in table.absent} | {name: name for name in table.absent}
    known |= {_letters(rules.title): name for name, rules in table.games.items()}
    known |= {_letters(name): name for name in table.games} | {name: name for name in table.games}
    for count in range(len(words), 0, -1):
        text = " ".join(words[:count]).lower()
        if name := known.get(text) or known.get(_letters(text)):
            return name, " ".join(words[count:])
    return "", ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _play(text: str, table: Table, seat: Seat) -> Write:
    """The turn that opens a game, if the game takes the options."""
    try:
        table.write(seat, Kind.PLAY, text)
    except RulesFailed:
        raise
    except Refused as error:
        raise Refused(f"{error} {AS_MESSAGE}") from error
    return Write(Kind.PLAY, text)


def read_game(line: str, table: Table, seat: Seat, secret: str | None, seed: int) -> Write | Hide | Reply:
    """What `line`, without its line end, means when `seat`, with its secret, types it in a game and is asked.

    `seed` is a random number of 64 bits, from which a secret is made for a player who types `random`.

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
    except (InvalidMove, IllegalMove) as error:
        first, *words = text.split()
        if first.lower() == "play" and (not words or _game_named(words, table)[0]):
            raise Refused(_not_over(match)) from error
        meant = "" if words else _command_meant(f"/{first}")
        # What is a move at another time, as `h` is in pig, is taken for a command only if it is the name of one.
        if meant and (isinstance(error, InvalidMove) or meant == f"/{first.lower()}"):
            raise type(error)(f"{error} Did you mean {meant}?") from error
        if isinstance(error, InvalidMove):
            raise InvalidMove(f"{error} To say something, type /say TEXT.") from error
        raise
    return Hide(notation) if match.duty.kind is Kind.COMMIT else Write(match.duty.kind, notation)


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
            raise Refused("There is nothing to say: type /say and then the text.")
        return Write(Kind.SAY, text)
    on = table.playing
    match line:
        case "/q":
            return Write(Kind.QUIT)
        case "/help":
            return Reply(_help(table, seat))
        case "/games":
            return Reply(_games(table))
        case "/score":
            return Reply(score(table, seat))
        case "/board" if on:
            return Reply(on.board(seat, secret))
        case "/moves" if on:
            return Reply(_moves(on, seat, secret))
        case "/resign" if on:
            return Write(Kind.RESIGN)
        case "/accept" | "/decline" if not (on and on.offer):
            raise Refused(f"Nothing was offered, so there is nothing for {line} to do.")
        case _ if on and line in _OFFERS:
            return _OFFERS[line]
        case "/rematch" if table.match and not on:
            return Write(Kind.PLAY, _again(table.match, table, seat))
        case "/rematch" if on:
            raise Refused(_not_over(on))
        case "/rematch":
            raise Refused("No game was played yet. Type play and one of the games that /games lists.")
        case "/board" | "/moves" | "/resign" | "/draw" | "/undo":
            raise Refused(f"No game is on, so there is nothing for {line} to do.")
    if word in IN_CHAT or word in IN_GAME:
        raise Refused(f"Type {word} alone, with nothing after it.")
    from difflib import get_close_matches  # only for a mistake

    meant = _command_meant(word) or "".join(get_close_matches(word.lower(), COMMANDS, 1, 0.75))
    hint = f"Did you mean {meant}? " if meant else ""
    raise Refused(
        f"There is no command {word}. {hint}Type /help for the commands, or /{line} to send it as a message."
    )


def _command_meant(word: str) -> str:
    """The command that somebody means by `word`, which begins with a slash, in any case; empty if it is not known."""
    word = word.lower()
    return word if word in COMMANDS else OTHER_WORDS.get(word, "")


def _not_over(match: Match) -> str:
    return f"This game of {match.rules.title} is not over yet. Finish it first, or give it up with /resign."


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
        return f"the {whose}'s program continues {on.rules.title} by itself"
    mover = "your" if whose is seat else f"the {whose}'s"
    if on.offer:
        return f"{mover} answer to an offer in {on.rules.title}: {on.asks(whose)}"
    return f"{mover} move in {on.rules.title}: {on.asks(whose)}"


def _help(table: Table, seat: Seat) -> str:
    on, asked = table.playing, table.asked is seat
    offers = [] if not on else RESPONSES if on.offer else on.offers
    idle = {command for command, turn in _OFFERS.items() if turn.text not in offers}
    known = {command: meaning for command, meaning in (IN_GAME if on else IN_CHAT).items() if command not in idle}
    lines = [f"{command:<10} {meaning}" for command, meaning in known.items() if asked or command in ASIDE]
    about = [f"Rules: {on.rules.about}"] if on and on.rules.about else []
    return "\n".join([*lines, *about, f"Now: {now(table, seat)}."])


def _moves(match: Match, seat: Seat, secret: str | None) -> str:
    if not match.duty or match.duty.seat is not seat or not match.duty.asked:
        raise Refused("It is not your move, so you have none to make now.")
    if match.offer:
        return f"You can {match.asks(seat)} the offer."
    board = match.board(seat, secret)
    choices = [choice.text for choice in board.choices] or [match.asks(seat)]
    return f"You can play {', '.join(choices)}{f', or {board.besides}' if board.besides else ''}."


def score(table: Table, seat: Seat) -> str:
    """The score of the conversation, for the player at `seat`."""
    won = {Seat.CLIENT: table.score.client, Seat.SERVER: table.score.server}
    draws = f", {table.score.drawn} drawn" if table.score.drawn else ""
    return f"Score: {', '.join(f'{known_as(who, seat)} {won[who]}' for who in (seat, seat.other))}{draws}."


def _again(last: Match, table: Table, seat: Seat) -> str:
    """What opens the same game again, so that the seat acts first that did not."""
    if last.rules.name not in table.games:
        raise Refused(table.absent.get(last.rules.name) or NO_GAMES)
    text = f"{last.rules.name} {last.options}".rstrip()
    if Match.open(last.rules, table.session, table.matches, seat, last.options).first is not last.first:
        return text  # that seat acts first without being named
    return text if last.first is None else f"{text} {SECOND if last.first is seat else FIRST}"


def _games(table: Table) -> str:
    if not table.games:
        return NO_GAMES
    play = "" if table.playing else "play "
    lines = [f"{play}{name:<10} {rules.title}" for name, rules in table.games.items()]
    return "\n".join([*lines, *([_not_over(table.playing)] if table.playing else [])])
