"""What a person reads: plain functions from the log to lines of text. The words in chat are the assignment's."""

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


def narrate(before: Table, turn: Turn, after: Table, viewer: Seat) -> list[str]:
    """The lines that tell the person at `viewer` of a turn, their own or the partner's."""
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
    return _narrate_game(turn, after, viewer)


def _narrate_game(turn: Turn, after: Table, viewer: Seat) -> list[str]:
    assert after.match, "a game turn leaves a match"
    rules, position, outcome = after.match.rules, after.match.position, after.match.outcome
    who = "You" if turn.seat is viewer else f"The {turn.seat}"
    lines = []
    if turn.kind is Kind.PLAY:
        lines.append(f"{who} started a game of {rules.title}.")
    elif turn.kind is Kind.MOVE:
        lines.append(f"{who} played {turn.text}.")
    if turn.kind is not Kind.RESIGN:
        lines.extend(rules.render(position, viewer).split("\n"))
    mine = after.token is viewer
    if outcome:
        result = f"{known_as(outcome.winner, viewer)} won" if outcome.winner else "a draw"
        lines.append(f"Game over, {result}: {outcome.reason}.")
        lines.append(f"Back to chat, {'your turn' if mine else f'the {after.token} writes next'}.")
    elif mine:
        lines.append(f"Your move: {after.match.asks}.")
    else:
        lines.append(f"Waiting for the {after.token} to move...")
    return lines
