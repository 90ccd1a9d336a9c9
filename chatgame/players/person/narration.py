"""What a person reads: pure functions from the log to text. The words in chat are the assignment's."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, overload

from msgspec.structs import replace

from chatgame.core import sentences
from chatgame.core.board import Board
from chatgame.core.commitments import Opening
from chatgame.core.errors import Refused
from chatgame.core.log import Step
from chatgame.core.offers import ACCEPT, DECLINE, DRAW, UNDO
from chatgame.core.rules import Choices, known_as, whose
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.core.watching import ASK, OFF
from chatgame.players.person.imitation import imitates
from chatgame.players.person.inert import inert
from chatgame.session.commands import is_message
from chatgame.session.owing import left_owing

if TYPE_CHECKING:
    from chatgame.core.match import Match
    from chatgame.core.perspective import Perspective

_OFFERED = {DRAW: sentences.DRAW_OFFERED, UNDO: sentences.UNDO_OFFERED}
_OFFERS = {DRAW: sentences.OFFERS_DRAW, UNDO: sentences.OFFERS_UNDO}
_OFFERED_BY = {DRAW: sentences.DRAW_OFFERED_BY, UNDO: sentences.UNDO_OFFERED_BY}
_RESPONDED = {
    (DRAW, ACCEPT): sentences.DRAW_ACCEPTED,
    (DRAW, DECLINE): sentences.DRAW_DECLINED,
    (UNDO, ACCEPT): sentences.UNDO_ACCEPTED,
    (UNDO, DECLINE): sentences.UNDO_DECLINED,
}

_WATCHED = {ACCEPT: sentences.WATCH_ACCEPTED, DECLINE: sentences.WATCH_DECLINED, OFF: sentences.WATCH_ENDED}

_SEAT = r"\b[Tt]he (?:client|server)\b|^(?:Client|Server)\b"

_YOU = r"(?i)\W*your?\b"

_BLANK = "[\u115f\u1160\u3164\uffa0]"
"""Invisible letters of Korean."""

Names = Mapping[Seat, str]
"""The names of the two people, as far as they have given any that cannot be mistaken for the program's words."""

NOBODY: Names = MappingProxyType({})


Showable = str | Board
"""What a screen can show: a line or a board."""


class Role(str):
    """What a partner is called that is not a person, as in "the bot". Unlike a name, it never precedes a message."""

    __slots__ = ()


class Said(str):
    """A message from the partner."""

    __slots__ = ()


class Typed(str):
    """A line that the person typed, after the prompt."""

    __slots__ = ()


class Waiting(str):
    """Who acts next; left out for a person who comes back."""

    __slots__ = ()


class Asked(str):
    """What the person is asked for; left out for a person who comes back."""

    __slots__ = ()


class ShellCommand(str):
    """What people copy into a shell. It is not broken into rows here, so that a terminal copies it as one line."""

    __slots__ = ()


class Over(str):
    """How a game has ended."""

    __slots__ = ()


def known_names(names: Names) -> Names:
    """The names that are visible, and cannot be mistaken for each other or for the program's own words.

    If both people have the same name, only the server's is used.
    """
    known: dict[Seat, str] = {}
    for seat in reversed(Seat):
        name = names.get(seat, "")
        seen = any(map(str.isalnum, re.sub(_BLANK, "", name))) and inert(name) == name
        if not seen or imitates(name) or re.match(_YOU, name):
            continue
        if name.casefold() not in map(str.casefold, known.values()):
            known[seat] = name
    return known


def narrate(step: Step, viewer: Seat | None, names: Names = NOBODY) -> list[Showable]:
    """What the person at `viewer`, or one who watches, reads about a turn."""
    before, turn, after = step.before, step.turn, step.after
    mine = turn.seat is viewer
    who = names.get(turn.seat)
    match turn.kind:
        case Kind.QUIT if not viewer:
            owing = [left_owing(before)] if before.revealing else []
            return [named(line, names) for line in (sentences.HAS_LEFT.format(seat=turn.seat), *owing)]
        case Kind.QUIT:
            end = sentences.SHUTTING_DOWN if mine else sentences.HAS_QUIT.format(seat=turn.seat.capitalize())
            owing = [left_owing(before, viewer)] if before.revealing else []
            return [*([] if mine else ["/q"]), *(named(line, names) for line in (end, *owing))]
        case Kind.SAY if mine:
            return []
        case Kind.SAY if who and not isinstance(who, Role):
            return [Said(sentences.SAYS.format(who=who, text=turn.text))]
        case Kind.WATCH:
            return [named(_what_of_watching(turn, viewer), names)]
        case Kind.SAY:
            marked = not viewer or before.playing or before.watching.asked_by or imitates(turn.text)
            says = sentences.SAYS.format(who=_capital(who or turn.seat), text=turn.text)
            return [Said(says if marked else turn.text)]
    match, was = after.match, before.playing
    assert match, "any other turn is one of a match"
    from chatgame.core.perspective import Perspective  # which a conversation without games does without

    perspective = Perspective(match, viewer, step.secret)
    lines: list[Showable] = [*_what_happened(was, turn, perspective)]
    waiting = match.duty is None or match.duty.asked  # otherwise a program continues by itself, at once
    if waiting:
        if not was or was.position != match.position or (match.outcome and turn.kind is Kind.REVEAL):
            lines.append(_seen(perspective, news=bool(was) and turn.kind is not Kind.RESPOND))
        lines += _what_comes(turn, after, match, viewer)
    return [named(line, names) for line in lines]


def _what_of_watching(turn: Turn, viewer: Seat | None) -> str:
    if turn.text == ASK:
        mine = turn.seat is viewer
        return sentences.ASKED_TO_WATCH if mine else sentences.ASKS_TO_WATCH.format(seat=turn.seat)
    return _WATCHED[turn.text].format(who=known_as(turn.seat, viewer).capitalize())


@overload
def named(line: str, names: Names) -> str: ...


@overload
def named(line: Showable, names: Names) -> Showable: ...


def named(line: Showable, names: Names) -> Showable:
    """One of the program's own lines, or a board, with names in place of seats."""

    def name(seat: re.Match[str]) -> str:
        name = names.get(Seat(seat[0].split()[-1].lower()), seat[0])
        return _capital(name) if isinstance(name, Role) and seat[0][0].isupper() else name

    if not names:
        return line
    if isinstance(line, Board):
        return line.renamed(lambda text: re.sub(_SEAT, name, text))
    return type(line)(re.sub(_SEAT, name, line))


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def typed(step: Step, viewer: Seat) -> str | None:
    """A line that the person at `viewer` can have typed to write a turn, or None if they did not write it."""
    turn, was = step.turn, step.before.playing
    if turn.seat is not viewer or (was and was.duty and not was.duty.asked and turn.kind is was.duty.kind):
        return None
    match turn.kind:
        case Kind.SAY if was or step.before.watching.asked_by:
            return f"/say {turn.text}"
        case Kind.SAY if turn.text.startswith("/"):
            return f"/{turn.text}"
        case Kind.SAY:
            return turn.text if is_message(turn.text, step.before, viewer) else f"/say {turn.text}"
        case Kind.PLAY:
            return f"play {turn.text}"
        case Kind.WATCH if turn.text == ASK:
            return "/watch"
        case Kind.WATCH if turn.text == OFF:
            return "/watch off"
        case Kind.OFFER | Kind.RESPOND | Kind.WATCH:
            return f"/{turn.text}"
        case Kind.RESIGN:
            return "/resign"
        case Kind.QUIT:
            return "/q"
        case Kind.COMMIT:
            return step.opening.value if step.opening else ""
    return step.move


def recalled(steps: Sequence[Step], viewer: Seat | None, names: Names = NOBODY) -> list[Showable]:
    """What the person at `viewer` sees when they come back: the last lines, and the board of a game in progress.

    One who watches sees the same when they come in the middle of a game.
    """
    last = steps[-1]
    count = last.after.number
    going_on = sentences.GOING_ON.format(turns=f"{count} turn{'s' if count > 1 else ''}")
    lines: list[Showable] = [going_on] if viewer else []
    for step in steps:
        line = typed(step, viewer) if viewer else None
        lines += [] if line is None else [Typed(f"{sentences.PROMPT}{line}")]
        lines += [line for line in narrate(step, viewer, names) if not isinstance(line, Board | Waiting | Asked)]
    match = last.after.playing
    if not match:
        return lines
    from chatgame.core.perspective import Perspective  # which a conversation without games does without

    comes = _what_comes(last.turn, last.after, match, viewer) if last.after.asked else []
    now: list[Showable] = [_seen(Perspective(match, viewer, last.secret)), *comes]
    return [*lines, *(named(line, names) for line in now)]


def _seen(perspective: "Perspective", *, news: bool = False) -> Showable:
    """The board, or why there is none."""
    try:
        return replace(perspective.board(), news=news)
    except Refused as error:
        return str(error)


def _what_happened(before: "Match | None", turn: Turn, perspective: "Perspective") -> list[str]:
    after, viewer = perspective.match, perspective.viewer
    who = known_as(turn.seat, viewer).capitalize()
    if not before:
        about = [sentences.RULES.format(about=after.rules.about)] if after.rules.about else []
        return [sentences.STARTED.format(who=who, title=after.rules.title), *about]
    said = perspective.told(before)
    if said is not None:
        return [said] if said else []
    match turn.kind:
        case Kind.OFFER if after.over:
            return [sentences.DRAW_CLAIMED.format(who=who)]
        case Kind.OFFER if not viewer:
            return [_OFFERED_BY[turn.text].format(seat=turn.seat)]
        case Kind.OFFER:  # the other side reads what to do about it
            return [_OFFERED[turn.text]] if turn.seat is viewer else []
        case Kind.RESPOND:
            response = _RESPONDED[before.offer, turn.text]
            return [response.format(who=who, whose=whose(turn.seat.other, viewer))]
        case Kind.MOVE:
            return [sentences.PLAYED.format(who=who, move=after.came)]
        case Kind.ANSWER:
            return [sentences.ANSWERED.format(who=who, answer=turn.text)]
        case Kind.COMMIT if before.duty and before.duty.asked:
            return [sentences.MADE_A_CHOICE.format(who=who)]
        case Kind.REVEAL if before.over and after.cards.seeds == before.cards.seeds:
            return [sentences.HAD_CHOSEN.format(who=who, choice=Opening.parse(turn.text).value)]
        case Kind.REVEAL if after.ply != before.ply and isinstance(after.came, Choices):
            seats = (after.inviter.other, after.inviter)
            return [
                sentences.HAD_CHOSEN.format(who=known_as(seat, viewer).capitalize(), choice=after.came.of(seat))
                for seat in seats
            ]
    return []


def _what_comes(turn: Turn, table: Table, match: "Match", viewer: Seat | None) -> list[str]:
    """Who is to act, or how the match has ended."""
    mine = table.token is viewer
    if match.outcome:
        winner = match.outcome.winner
        result = f"{known_as(winner, viewer)} won" if winner else "a draw"
        reason = re.sub(f"^the {viewer} ", "you ", match.outcome.reason) if viewer else match.outcome.reason
        return [
            Over(sentences.GAME_OVER.format(result=result, reason=reason)),
            score(table, viewer),
            sentences.BACK_TO_CHAT.format(whose_turn="your turn" if mine else f"the {table.token} writes next"),
        ]
    if match.offer and viewer and mine:
        return [Asked(_OFFERS[match.offer].format(seat=viewer.other))]
    again = turn.kind is Kind.MOVE and turn.seat is table.token
    if viewer and mine:
        return [Asked(sentences.YOUR_MOVE.format(again=" again" if again else "", asked=match.asks(viewer)))]
    whom = f"the {table.token}{', who moves again' if again else ''}"
    return [Waiting(sentences.WAITING_FOR.format(whom=whom))]


def compared(table: Table) -> str:
    """The last digest, as far as people compare it: 80 bits, so that nobody can make another log with the same."""
    turns = f"{table.number} turn{'' if table.number == 1 else 's'}"
    return sentences.DIGEST.format(turns=turns, digest=" ".join(re.findall("....", table.digest[:20])))


def score(table: Table, viewer: Seat | None) -> str:
    """The score of the conversation, in a sentence for the player at `viewer` or one who watches."""
    return sentences.SCORE.format(score=counts(table, viewer))


def counts(table: Table, viewer: Seat | None) -> str:
    """How many matches each has won, as in "you 1, the server 0", for the player at `viewer` or one who watches."""
    won = {Seat.CLIENT: table.score.client, Seat.SERVER: table.score.server}
    parts = [f"{known_as(who, viewer)} {won[who]}" for who in ((viewer, viewer.other) if viewer else Seat)]
    parts += [f"{table.score.drawn} drawn"] if table.score.drawn else []
    return ", ".join(parts)
