"""What a program at a seat is told and asked, and how its lines are judged; `README.md` specifies all of them.

A machine without I/O. `asked` opens a try, and a line that the program writes closes it:

    what comes                                       what becomes of it
    -----------------------------------------------  ---------------------------------------------------------------
    an answer to the last ask                        taken; the session judges it, which `saw` or `heard` tells
    an answer to an earlier ask, which came late     passed over
    anything else                                    refused

A refused line costs one of `TRIES`; a line that the session takes gives them all back.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import DecodeError, Raw, Struct, ValidationError, json

from chatgame.core.errors import Refused
from chatgame.core.limits import MAX_COUNT, MAX_PAYLOAD
from chatgame.core.log import Step
from chatgame.core.perspective import Perspective
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.players.person.inert import inert, json_escaped
from chatgame.players.person.look import Look
from chatgame.players.person.narration import Asked, Waiting, narrate
from chatgame.players.person.screen import shown

VERSION = 1
"""Of these lines, as `begin` states it; raised when a program would have to know of a change."""

TRIES = 5
"""Lines that may be refused in a row before the program gives up the game, or leaves."""

QUOTED = 40
"""Characters of a wrong line that its refusal quotes."""

OPEN = (Kind.SAY, Kind.PLAY, Kind.ANSWER, Kind.OFFER, Kind.RESPOND, Kind.WATCH)
"""The kinds of turns whose text a person reads, apart from moves. The text of other kinds is for programs alone."""


class Answer(Struct):
    """A line that a program writes; other fields are passed over.

    Attributes:
        id: of the ask that it answers.
        line: what a person would type.
    """

    id: int
    line: str


class Exchange:
    """What is said between chatgame and the program at one seat.

    Args:
        limit: seconds that the program has for each line.

    Attributes:
        seat: where the program sits.
        tries: how many lines may still be refused.
        refused: why the last line was refused; empty where it was not.
        judging: whether a line was taken, and the session has not judged it yet.
        resigning: whether that line resigned the game for the program.
    """

    def __init__(self, limit: float) -> None:
        self.seat = Seat.CLIENT
        self.tries = TRIES
        self.refused = ""
        self.judging = False
        self.resigning = False
        self._limit = limit
        self._asked = 0  # the number of the last ask
        self._secret: str | None = None  # what this seat hides in the match

    def began(self, table: Table, partner: str, steps: Sequence[Step]) -> bytes:
        """Tell that a conversation begins, or continues after `steps`."""
        self._accept()
        self._secret = steps[-1].secret if steps else None
        return _line(
            {
                "type": "begin",
                "version": VERSION,
                "seat": self.seat,
                "partner": partner,
                "games": {name: {"title": it.title, "about": it.about} for name, it in table.games.items()},
                "turns": [self._turn(step) for step in steps],
            }
        )

    def saw(self, step: Step) -> bytes:
        """Tell of a turn."""
        if step.turn.seat is self.seat:
            self._accept()
        self._secret = step.secret
        return _line({"type": "turn"} | self._turn(step))

    def heard(self, text: str) -> bytes:
        """Take a sentence for this player alone: why its line was refused, which the next ask tells, or a notice."""
        if not self.judging:
            return _line({"type": "notice", "text": text})
        self.refuse(text)
        return b""

    def asked(self, table: Table) -> bytes:
        """Ask for a line."""
        self._asked += 1
        match = table.playing
        kind, asks, choices, besides = Kind.SAY, "a message, or play and the name of a game", [], ""
        game = None
        if table.watching.asked_by:
            kind, asks, choices = Kind.WATCH, "/accept or /decline: may people watch?", ["/accept", "/decline"]
        if match and match.duty:
            game = _game(Perspective(match, self.seat, self._secret))
            kind, asks = match.duty.kind, match.asks(self.seat)
            if board := game["board"]:
                choices, besides = [choice.text for choice in board.choices], board.besides
        return _line(
            {
                "type": "ask",
                "id": self._asked,
                "kind": kind,
                "asks": asks,
                "choices": choices,
                "besides": besides,
                "game": game,
                "refused": self.refused,
                "tries": self.tries,
                "limit": self._limit,
            }
        )

    def read(self, written: bytes) -> str | None:
        """The line in what a program has written; None where that answers an earlier ask.

        Raises:
            Refused: it is not an answer; the sentence says why.
        """
        if len(written) > MAX_PAYLOAD:
            raise Refused(f"The line has more than {MAX_PAYLOAD} bytes.")
        try:
            answer = json.decode(written, type=Answer)
        except ValidationError as error:
            raise Refused(f'{_quoted(written)} is not {{"id": NUMBER, "line": TEXT}}: {error}.') from error
        except (DecodeError, ValueError, RecursionError) as error:
            how = 'Write {"id": NUMBER, "line": TEXT} and nothing else.'
            raise Refused(f"{_quoted(written)} is not JSON. {how}") from error
        if 0 < answer.id < self._asked:
            return None
        if answer.id != self._asked:
            raise Refused(f"There is no ask with the id {min(answer.id, MAX_COUNT)}; the last has {self._asked}.")
        self.judging = True
        return answer.line

    def refuse(self, why: str) -> None:
        """Count a line that was refused."""
        self.judging, self.refused, self.tries = False, why, self.tries - 1

    def resign(self) -> str:
        """The line that is written for a program which does not play on."""
        self.judging = self.resigning = True
        return "/resign"

    def _accept(self) -> None:
        self.judging = self.resigning = False
        self.refused, self.tries = "", TRIES

    def _turn(self, step: Step) -> dict[str, Any]:
        turn, match = step.turn, step.after.match
        told = [text for text in narrate(step, self.seat) if isinstance(text, str)]
        return {
            "number": turn.number,
            "seat": turn.seat,
            "kind": turn.kind,
            "text": _open(step),
            "told": [str(text) for text in told if not isinstance(text, Asked | Waiting)],
            "game": _game(Perspective(match, self.seat, step.secret))
            if match and step.after.match is not step.before.match
            else None,
        }


def _open(step: Step) -> str:
    """What a person reads of a turn, which is the move alone where proofs of laid cards follow it."""
    if step.turn.kind is Kind.MOVE:
        return step.move
    return step.turn.text if step.turn.kind in OPEN else ""


def _game(perspective: Perspective) -> dict[str, Any]:
    """What the player sees of a match."""
    match, end = perspective.match, perspective.match.outcome
    try:
        board = perspective.board()
        drawing = shown(board, Look())
        position = Raw(match.notation.encode())
    except Refused as error:  # the rules failed
        board, drawing, position = None, str(error), Raw(b"null")
    return {
        "name": match.rules.name,
        "options": match.options,
        "board": board,
        "drawing": drawing,
        "position": position,
        "over": end and {"winner": end.winner, "reason": end.reason},
    }


def _quoted(written: bytes) -> str:
    """The beginning of a line, in quotation marks."""
    text = written.decode(errors="replace")
    return f'"{inert(text[:QUOTED])}{"..." if len(text) > QUOTED else ""}"'


def _line(message: Mapping[str, Any]) -> bytes:
    """One line of ASCII. Some languages also break lines at U+2028, which a partner may send, or expect no UTF-8."""
    text = json.encode(message).decode()
    return re.sub("[^\0-\x7f]+", lambda found: json_escaped(found[0]), text).encode() + b"\n"
