"""What a line typed at the prompt means.

    /q                  leave: both programs end
    /resign, /rematch   the other commands; any other word after a slash is refused
    //text              the message /text
    /watch, /watch off  ask to let people watch; end it
    play GAME           in chat: start a game, which its name or its title stands for
    help, quit, exit    in chat: refused, with the command that was probably meant
    anything else       in chat: a message, unchanged, or the answer to whether people may watch; in a game: a move,
                        or the answer to an offer

A line either becomes a turn to write, or it is refused and the token stays here. What only asks for something does
not come this far: a person's console answers it.
"""

from collections.abc import Sequence
from string import punctuation
from typing import TYPE_CHECKING

from msgspec import Struct

from chatgame.core.errors import IllegalMove, InvalidMove, Refused, RulesFailed
from chatgame.core.offers import ACCEPT, DECLINE, OFFERS, RESPONSES, read_response
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.core.watching import ASK, OFF
from chatgame.games import EXTRAS

if TYPE_CHECKING:
    from chatgame.core.match import Match

QUESTIONS = ("/help", "/games", "/board", "/moves", "/score")
"""The commands that only ask for something: a person's console answers them by itself, at any time."""

COMMANDS = (*QUESTIONS, "/say", "/draw", "/undo", "/accept", "/decline", "/resign", "/rematch", "/watch", "/q")

OTHER_WORDS = {
    **dict.fromkeys(("/quit", "/exit", "/bye", "/leave"), "/q"),
    **dict.fromkeys(("/h", "/?"), "/help"),
    "/takeback": "/undo",
    "/yes": "/accept",
    "/no": "/decline",
    "/play": "play GAME, without a slash",
}
"""What people who know other programs type, and what they mean by it."""

HINTED = ("help", "quit", "exit")
"""In chat, a line that is only one of these words is more likely a command without its slash than a message."""

MAX_WORD = 20
"""Letters of a line's first word that are looked at. Most lines are messages, and may be long."""

NO_GAMES = "There is no game that both sides have."

NO_GAME_ON = "No game is on, so there is nothing for {} to do."

ALONE = "Type {} alone, with nothing after it."

AS_MESSAGE = "To send the line as a message, put /say in front of it."

GIVE_UP = "To end the game, type /resign."


class Write(Struct, frozen=True):
    """A turn to write."""

    kind: Kind
    text: str = ""


OFFERING = {
    f"/{text}": Write(kind, text)
    for kind, texts in ((Kind.OFFER, OFFERS), (Kind.RESPOND, RESPONSES))
    for text in texts
}
"""The commands that make an offer or answer one."""


WATCHING = {f"/{ACCEPT}": Write(Kind.WATCH, ACCEPT), f"/{DECLINE}": Write(Kind.WATCH, DECLINE)}
"""The commands that answer whether people may watch."""


class Hide(Struct, frozen=True):
    """A choice or a secret, in the game's notation, to commit to without showing it."""

    value: str


def read_chat(line: str, table: Table, seat: Seat) -> Write:
    """What `line`, without its line end, means when `seat` types it in chat while holding the token.

    Raises:
        Refused: it means nothing that can be done now; the sentence says why and what would do.
    """
    command = _read_command(line, table, seat)
    if command:
        return command
    if table.watching.asked_by:
        try:
            return WATCHING[f"/{read_response(line)}"]
        except InvalidMove as error:
            raise InvalidMove(f"{error} To say something, type /say TEXT.") from error
    first, *rest = line.split(maxsplit=1)
    word = first[:MAX_WORD].lower()
    if word in HINTED and not rest:
        raise Refused(f"Did you mean {_command_meant(f'/{word}')}? {AS_MESSAGE}")
    if word.strip(punctuation) != "play":
        return Write(Kind.SAY, line)
    words = line.split()[1:]
    name, options = _game_named(words, table)
    if name in table.games:
        return _play(f"{name} {options}".rstrip(), table, seat)
    if name in EXTRAS:
        extra = f"{name.capitalize()} is an extra: pip install 'chatgame[{name}]'."
        raise Refused(f"{table.absent.get(name, '')} {extra} {AS_MESSAGE}".lstrip())
    if name:
        raise Refused(f"{table.absent[name]} {AS_MESSAGE}")
    if word != "play" or len(words) > 1:
        return Write(Kind.SAY, line)
    raise Refused(f"{_no_game(words, table)} {AS_MESSAGE}")


def _no_game(words: Sequence[str], table: Table) -> str:
    """Why a line that starts no game does not: it names none, or one that there is not."""
    if not table.games:
        return NO_GAMES
    games = f"The games are {', '.join(table.games)}."
    if not words:
        return f"Which game? {games}"
    from difflib import get_close_matches  # only for a mistake

    word = words[0][:MAX_WORD]
    likely = "".join(get_close_matches(word.lower(), table.games, 1, 0.75))
    return f'There is no game "{word}". {f"Did you mean play {likely}?" if likely else games}'


def is_message(text: str, table: Table, seat: Seat) -> bool:
    """Whether `seat` sends this text in chat when it types the text unchanged."""
    try:
        return read_chat(text, table, seat) == Write(Kind.SAY, text)
    except Refused:
        return False


def _game_named(words: Sequence[str], table: Table) -> tuple[str, str]:
    """The game whose name or title these words begin with, and the words after it; both empty where there is none.

    Only letters and digits count, so `tic tac toe` and `Tic-Tac-Toe` stand for `tictactoe`. A name does not have more
    words than letters, so a long line costs no more than a short one.
    """
    known = {_letters(name): name for name in (*EXTRAS, *table.absent)} | {name: name for name in table.absent}
    known |= {_letters(rules.title): name for name, rules in table.games.items()}
    known |= {_letters(name): name for name in table.games} | {name: name for name in table.games}
    for count in range(min(len(words), max(map(len, known), default=0)), 0, -1):
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


def read_game(line: str, table: Table, seat: Seat, seed: int) -> Write | Hide:
    """What `line`, without its line end, means when `seat` types it in a game and is asked.

    `seed` is a random number of 64 bits, from which a secret is made for a player who types `random`.

    Raises:
        Refused: it means nothing that can be done now; the sentence says why and what would do.
    """
    command = _read_command(line, table, seat)
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
            raise Refused(not_over(match)) from error
        meant = "" if words else _command_meant(f"/{first}")
        # What is a move at another time, as `h` is in pig, is taken for a command only if it is the name of one.
        if meant and (isinstance(error, InvalidMove) or meant == f"/{first.lower()}"):
            raise type(error)(f"{error} Did you mean {meant}?") from error
        if isinstance(error, InvalidMove):
            raise InvalidMove(f"{error} To say something, type /say TEXT.") from error
        raise
    return Hide(notation) if match.duty.kind is Kind.COMMIT else Write(match.duty.kind, notation)


def _read_command(line: str, table: Table, seat: Seat) -> Write | None:
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
        case "/watch":
            table.write(seat, Kind.WATCH, ASK)
            return Write(Kind.WATCH, ASK)
        case "/watch off" if table.watching.since is None:
            raise Refused("Nobody may watch, so there is nothing to end.")
        case "/watch off":
            return Write(Kind.WATCH, OFF)
        case _ if line in WATCHING and table.watching.asked_by:
            return WATCHING[line]
        case "/resign" if on:
            return Write(Kind.RESIGN)
        case "/accept" | "/decline" if not (on and on.offer):
            raise Refused(f"Nothing was offered, so there is nothing for {line} to do.")
        case _ if on and line in OFFERING:
            return OFFERING[line]
        case "/rematch" if table.match and not on:
            return Write(Kind.PLAY, _again(table.match, table, seat))
        case "/rematch" if on:
            raise Refused(not_over(on))
        case "/rematch":
            raise Refused("No game was played yet. Type play and one of the games that /games lists.")
        case "/resign" | "/draw" | "/undo":
            raise Refused(NO_GAME_ON.format(line))
        case _ if line in QUESTIONS:
            raise Refused(f"Only a console answers {line}.")
    if word == "/watch":
        raise Refused("Type /watch alone, or /watch off.")
    if word in COMMANDS:
        raise Refused(ALONE.format(word))
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


def not_over(match: "Match") -> str:
    """Say that another game has to wait for this one."""
    return f"This game of {match.rules.title} is not over yet. Finish it first, or give it up with /resign."


def _again(last: "Match", table: Table, seat: Seat) -> str:
    """The text that opens the same game again, and lets the seat that acted second act first."""
    if last.rules.name not in table.games:
        raise Refused(table.absent.get(last.rules.name) or NO_GAMES)
    from chatgame.core.match import FIRST, SECOND, Match  # which a conversation without games does without

    text = f"{last.rules.name} {last.options}".rstrip()
    if Match.open(last.rules, table.session, table.matches, seat, last.options).first is not last.first:
        return text  # that seat acts first without being named
    return text if last.first is None else f"{text} {SECOND if last.first is seat else FIRST}"
