"""What a person can ask at any time. The console answers by itself, and the partner does not see it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatgame.core import sentences
from chatgame.core.errors import Refused, RulesFailed
from chatgame.core.offers import RESPONSES
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.players.person.narration import Showable, compared, score
from chatgame.session.commands import ALONE, GIVE_UP, NO_GAME_ON, NO_GAMES, OFFERING, QUESTIONS, not_over

if TYPE_CHECKING:
    from chatgame.core.match import Match

IN_CHAT = {
    "play GAME": "start a game; play GAME first, to move first",
    "/games": "the games you can play here",
    "/rematch": "play the last game again; the other one begins",
    "/score": "who has won how many games",
    "//TEXT": "send /TEXT as a message",
    "/say TEXT": "send TEXT, whatever it begins with",
    "/watch": "let people watch, if your partner agrees; then, how many do, and how",
    "/watch off": "end it",
    "/accept": "say yes to letting people watch",
    "/decline": "say no to it",
    "/help": "this list",
    "/q": "leave; both programs end",
}

IN_GAME = {
    "/moves": "the moves that you can make",
    "/board": "the board again",
    "/score": "who has won how many games",
    "/say TEXT": "say TEXT; it stays your turn",
    "/draw": "offer a draw, or claim it where you may",
    "/undo": "ask to take back your last move",
    "/accept": "say yes to an offer",
    "/decline": "say no to it",
    "/resign": "give up this game",
    "/watch": "how many watch, how more can, and the digest to compare",
    "/watch off": "nobody watches any more",
    "/help": "this list",
    "/q": "leave; both programs end",
}


def answer(
    line: str, table: Table, seat: Seat, secret: str | None, watchers: int = 0, how_to_watch: str = ""
) -> Showable | None:
    """The answer to `line` if it is a question, or why it cannot be answered; None for any other line.

    `secret` is what the person at `seat` has hidden in the game that is on, if anything. `watchers` is how many
    people watch, and `how_to_watch` says in lines how others come to watch.
    """
    word, on = line.partition(" ")[0], table.playing
    if line == "/watch" and table.watching.since is not None:
        who = {0: "Nobody watches", 1: "Somebody watches"}.get(watchers, f"{watchers} people watch")
        return "\n".join(filter(None, [f"{who} now. To end it, type /watch off.", how_to_watch, compared(table)]))
    if word not in QUESTIONS:
        return None
    if line != word:
        return ALONE.format(word)
    match word:
        case "/help":
            return _help(table, seat)
        case "/games":
            return _games(table)
        case "/score":
            return score(table, seat)
    if not on:
        return NO_GAME_ON.format(word)
    from chatgame.core.perspective import Perspective  # which a conversation without games does without

    try:
        return Perspective(on, seat, secret).board() if word == "/board" else _moves(on, seat, secret)
    except Refused as error:
        ends = isinstance(error, RulesFailed) and table.asked is seat
        return f"{error} {GIVE_UP}" if ends else str(error)


def now(table: Table, seat: Seat | None) -> str:
    """What the conversation waits for, in words for the player at `seat` or somebody who watches."""
    whose, on = table.token, table.playing
    if not whose:
        return "the conversation is over"
    if table.watching.asked_by:
        asked = "you are asked" if whose is seat else f"the {whose} is asked"
        return f"{asked} whether people may watch"
    if not on:
        return "your turn to chat; what you type is sent" if whose is seat else f"the {whose} writes next"
    if not table.asked:
        return f"the {whose}'s program continues {on.rules.title} by itself"
    mover = "your" if whose is seat else f"the {whose}'s"
    if on.offer:
        return f"{mover} answer to an offer in {on.rules.title}: {on.asks(whose)}"
    return f"{mover} move in {on.rules.title}: {on.asks(whose)}"


def usable(table: Table, seat: Seat) -> dict[str, str]:
    """The commands that the person at `seat` can use now, each with what it does."""
    on = table.playing
    if table.watching.asked_by or (on and on.offer):
        offers: Sequence[str] = RESPONSES
    else:
        offers = on.offers if on else ()
    idle = {command for command, turn in OFFERING.items() if turn.text not in offers}
    idle |= _idle_about_watching(table)
    known = {command: meaning for command, meaning in (IN_GAME if on else IN_CHAT).items() if command not in idle}
    if table.asked is seat:
        return known
    always = {*QUESTIONS, "/watch"} if table.watching.since is not None else QUESTIONS
    later = {"/say TEXT": "say TEXT as soon as it is your turn"} if on else {}
    return {command: meaning for command, meaning in known.items() if command in always} | later


def _help(table: Table, seat: Seat) -> str:
    on = table.playing
    lines = [f"{command:<10} {meaning}" for command, meaning in usable(table, seat).items()]
    about = [sentences.RULES.format(about=on.rules.about)] if on and on.rules.about else []
    return "\n".join([*lines, *about, sentences.STANDS.format(now=now(table, seat))])


def _idle_about_watching(table: Table) -> set[str]:
    """The commands about watching that have nothing to do now."""
    watching = table.watching
    if watching.since is not None:
        return set()
    return {"/watch off", *(["/watch"] if table.playing or watching.asked_by or not table.watchable else [])}


def _games(table: Table) -> str:
    if not table.games:
        return NO_GAMES
    play = "" if table.playing else "play "
    lines = [f"{play}{name:<10} {rules.title}" for name, rules in table.games.items()]
    return "\n".join([*lines, *([not_over(table.playing)] if table.playing else [])])


def _moves(match: "Match", seat: Seat, secret: str | None) -> str:
    from chatgame.core.perspective import Perspective  # which a conversation without games does without

    if not match.duty or match.duty.seat is not seat or not match.duty.asked:
        return "It is not your move, so you have none to make now."
    if match.offer:
        return f"You can {match.asks(seat)} the offer."
    board = Perspective(match, seat, secret).board()
    choices = [choice.text for choice in board.choices] or [match.asks(seat)]
    return f"You can play {', '.join(choices)}{f', or {board.besides}' if board.besides else ''}."
