"""What a person reads: plain functions from the log to text. The words in chat are the assignment's."""

import re
from collections.abc import Sequence

from chatgame.core.commitments import Opening
from chatgame.core.log import Step
from chatgame.core.match import Board, Match
from chatgame.core.messages import Kind, Turn
from chatgame.core.rules import known_as
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.players.inert import inert

PROMPT = "Enter Input >"

BANNER = (
    "Type /q to quit",
    "Enter message to send. Please wait for input prompt before entering message...",
    'Note: Type "play tictactoe" to start a game of tictactoe',
    "Type /help to see the games and the commands",
)

GOODBYE = "Shutting Down!"

_OURS = re.compile(
    r"""\W*(?:/|>|Enter\W+(?:Input|message)|Type\W|Note\b|Shutting\W+Down|(?:The\W+)?(?:Client|Server)\b
    |The\W+(?:connection|game|rules|journal|conversation|output|input)\b|You\W+(?:played|started|answered|made|had|won|lost
    |resigned|are)\b|Your\W+(?:move|turn|partner)|Game\W+over|Back\W+to\W+chat|Waiting\b|Connected\b|Nobody\W+answers
    |Going\W+on|Not\W+your|Commands\W+work|That\W+line|A\W+(?:terminal|wrong)\b|This\W+(?:table|conversation)|Dropped\b
    |Dialling\b|Nothing\W+is\b|What\W+answers|Tell\W+your|chatgame\b)""",
    re.IGNORECASE | re.VERBOSE,
)
"""How the lines begin that a program writes by itself: what the partner says in such words is marked as theirs."""

_NOT_OURS = re.compile(r"[^ -~]")
"""What the program's own lines have not: letters of other scripts, but also what is blank or cannot be seen."""

_MARK = re.compile(r"(?<!\S)[XOox#*](?!\S)")
_COLOURS = {"X": 36, "O": 33, "o": 34, "x": 31, "#": 31, "*": 32}  # SGR codes, ECMA-48 8.3.117


class Waiting(str):
    """Who is to act next: of no use to who comes back later."""

    __slots__ = ()


def shown(text: str, *, colour: bool) -> str:
    """A board, or another text on one line, made inert and ready for a screen."""
    if not isinstance(text, Board):
        return f"{inert(text)}\n"
    rows = [inert(row) for row in text.split("\n")]
    return "\n".join(map(coloured, rows) if colour else rows) + "\n"


def coloured(line: str) -> str:
    """A line of a board with the marks in it, which stand alone, in colours; without its codes it is the same."""
    return _MARK.sub(lambda mark: f"\x1b[{_COLOURS[mark[0]]}m{mark[0]}\x1b[0m", line)


def narrate(step: Step, viewer: Seat) -> list[str]:
    """What tells the person at `viewer` of a turn, their own or the partner's."""
    before, turn, after, _, secret = step
    mine = turn.seat is viewer
    match turn.kind:
        case Kind.QUIT if mine:
            return [GOODBYE]
        case Kind.QUIT:
            return ["/q", f"{turn.seat.title} has requested shutdown. Shutting down!"]
        case Kind.SAY if mine:
            return []
        case Kind.SAY:
            marked = before.playing or _OURS.match(_NOT_OURS.sub("", turn.text))
            return [f"{turn.seat.title} says: {turn.text}" if marked else turn.text]
    match, was = after.match, before.playing
    assert match, "any other turn is one of a match"
    lines = _what_happened(was, turn, match, viewer)
    waiting = match.duty is None or match.duty.asked  # or else a program goes on by itself, at once
    news = not was or was.position != match.position or (match.outcome and turn.kind is Kind.REVEAL)
    if waiting and news:
        lines.append(match.render(viewer, secret))
    return [*lines, *_what_comes(turn, after, match, viewer)] if waiting else lines


def typed(step: Step, viewer: Seat) -> str | None:
    """What the person at `viewer` typed for a turn, in the game's notation; None if it was not they who wrote it."""
    turn, was = step.turn, step.before.playing
    if turn.seat is not viewer or (was and was.duty and not was.duty.asked and turn.kind is was.duty.kind):
        return None
    match turn.kind:
        case Kind.SAY if was or turn.text.startswith("play "):
            return f"/say {turn.text}"
        case Kind.SAY if turn.text.startswith("/"):
            return f"/{turn.text}"
        case Kind.PLAY:
            return f"play {turn.text}"
        case Kind.RESIGN:
            return "/resign"
        case Kind.QUIT:
            return "/q"
        case Kind.COMMIT:
            return step.opening.value if step.opening else ""
    return turn.text


def recalled(steps: Sequence[Step], viewer: Seat) -> list[str]:
    """What the person at `viewer` sees who comes back: the last lines, and the board of the game that is on."""
    last = steps[-1]
    count = last.after.number
    lines = [f"Going on with your conversation after {count} turn{'s' if count > 1 else ''}:"]
    for step in steps:
        line = typed(step, viewer)
        lines += [] if line is None else [f"{PROMPT}{line}"]
        lines += [line for line in narrate(step, viewer) if not isinstance(line, Board | Waiting)]
    match = last.after.playing
    if not match:
        return lines
    comes = _what_comes(last.turn, last.after, match, viewer) if last.after.asked else []
    return [*lines, match.render(viewer, last.secret), *comes]


def _what_happened(before: Match | None, turn: Turn, after: Match, viewer: Seat) -> list[str]:
    who = "You" if turn.seat is viewer else f"The {turn.seat}"
    match turn.kind:
        case Kind.PLAY:
            return [f"{who} started a game of {after.rules.title}."]
        case Kind.MOVE:
            return [f"{who} played {turn.text}."]
        case Kind.ANSWER:
            return [f"{who} answered {turn.text}."]
        case Kind.COMMIT if before and before.duty and before.duty.asked:
            return [f"{who} made a choice, hidden for now."]
        case Kind.REVEAL if before and not before.by_chance:
            return [f"{who} had chosen {Opening.parse(turn.text).value}."]
    return []


def _what_comes(turn: Turn, table: Table, match: Match, viewer: Seat) -> list[str]:
    """Who is to act, or how the match has ended."""
    mine = table.token is viewer
    if match.outcome:
        winner = match.outcome.winner
        result = f"{known_as(winner, viewer)} won" if winner else "a draw"
        return [
            f"Game over, {result}: {match.outcome.reason}.",
            f"Back to chat, {'your turn' if mine else f'the {table.token} writes next'}.",
        ]
    if not mine:
        return [Waiting(f"Waiting for the {table.token}...")]
    again = " again" if turn.kind is Kind.MOVE and turn.seat is viewer else ""
    return [Waiting(f"Your move{again}: {match.asks(viewer)}.")]
