"""What a person reads: plain functions from the log to lines of text. The words in chat are the assignment's."""

from chatgame.core.commitments import Opening
from chatgame.core.match import Match
from chatgame.core.messages import Kind, Turn
from chatgame.core.rules import known_as
from chatgame.core.seats import Seat
from chatgame.core.table import Table

PROMPT = "Enter Input >"

BANNER = (
    "Type /q to quit",
    "Enter message to send. Please wait for input prompt before entering message...",
    'Note: Type "play tictactoe" to start a game of tictactoe',
    "Type /help to see the games and the commands",
)

GOODBYE = "Shutting Down!"


def narrate(before: Table, turn: Turn, after: Table, viewer: Seat, secret: str | None) -> list[str]:
    """The lines that tell the person at `viewer`, who has that secret, of a turn, their own or the partner's."""
    mine = turn.seat is viewer
    match turn.kind:
        case Kind.QUIT if mine:
            return [GOODBYE]
        case Kind.QUIT:
            return ["/q", f"{turn.seat.title} has requested shutdown. Shutting down!"]
        case Kind.SAY if mine:
            return []
        case Kind.SAY:
            return [f"{turn.seat.title} says: {turn.text}" if before.playing else turn.text]
    assert after.match, "any other turn is one of a match"
    return [
        *_what_happened(before.playing, turn, after.match, viewer),
        *_what_comes(turn, after, after.match, viewer, secret),
    ]


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


def _what_comes(turn: Turn, table: Table, match: Match, viewer: Seat, secret: str | None) -> list[str]:
    """The board and who is to act, unless a program goes on by itself at once."""
    mine = table.token is viewer
    if match.outcome:
        winner = match.outcome.winner
        result = f"{known_as(winner, viewer)} won" if winner else "a draw"
        return [
            *match.render(viewer, secret).split("\n"),
            f"Game over, {result}: {match.outcome.reason}.",
            f"Back to chat, {'your turn' if mine else f'the {table.token} writes next'}.",
        ]
    if not (match.duty and match.duty.asked):
        return []
    board = match.render(viewer, secret).split("\n")
    if mine:
        return [
            *board,
            f"Your move{' again' if turn.kind is Kind.MOVE and turn.seat is viewer else ''}: {match.asks(viewer)}.",
        ]
    return [*board, f"Waiting for the {table.token}..."]
