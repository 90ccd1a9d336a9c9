"""The table: what a log of turns amounts to.

A log is the list of all turns that were written. A table is what follows from it: whose turn it is, whether a game is
on, what the board shows, who has won. Each side keeps a table of its own and puts every turn through it, its own
turns and the partner's, with the same checks. So neither side has to trust the other.

The rules of turns:

    In chat the seats alternate, the client first. `play GAME` is a turn like any other, and opens a game as a
    parenthesis. In it the match says who writes, and a seat that says something keeps the token. When the match
    ends, the chat continues with the seat that was invited. `quit`, on one's turn, closes the log for good.
    Whether people may watch is asked and answered by turns, too; see `chatgame.core.watching`.

Each turn carries its number, and a digest over itself, the digest before it, the public position after it and the
winner of a match that it ends. So two logs are equal if their last digests are, and then both screens show the same.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from chatgame.core.digest import digest
from chatgame.core.errors import Refused
from chatgame.core.limits import MAX_REMARKS, MAX_TEXT
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.shelf import shelf
from chatgame.core.turn import Kind, Turn
from chatgame.core.watching import ASK, Watching

if TYPE_CHECKING:
    from chatgame.core.match import Match

DRAW = "draw"
"""What the digest covers in place of a winner where there is none."""


class Score(NamedTuple):
    """How many matches each seat has won, and how many were drawn."""

    client: int = 0
    server: int = 0
    drawn: int = 0

    def with_match(self, winner: Seat | None) -> "Score":
        """The score after one more."""
        match winner:
            case Seat.CLIENT:
                return self._replace(client=self.client + 1)
            case Seat.SERVER:
                return self._replace(server=self.server + 1)
        return self._replace(drawn=self.drawn + 1)


class Table(Struct, frozen=True):
    """What a log amounts to; immutable, one for each length of the log.

    Attributes:
        session: the session's identifier.
        games: the rules that both sides have, by name.
        absent: a sentence for each game that one side lacks or has in another version, by its name, and by its title
            where this side has it.
        digest: the last turn's, or the session's own before the first turn, in hexadecimal.
        number: the number of the next turn, which is how many there are.
        matches: how many matches were opened.
        remarks: how many turns in a row said something; in a game there is a limit to them.
        token: who may write the next turn, or None once the log is closed.
        match: the one being played, or else the last one played, or None.
        score: of the matches that are over.
        watching: whether people may watch.
        watchable: whether both programs know how to let people watch.
    """

    session: str
    games: Mapping[str, AnyRules]
    absent: Mapping[str, str]
    digest: str
    number: int = 0
    matches: int = 0
    remarks: int = 0
    token: Seat | None = Seat.CLIENT
    match: "Match | None" = None
    score: Score = Score()
    watching: Watching = Watching()
    watchable: bool = True

    @classmethod
    def open(cls, session: str, games: Mapping[str, AnyRules], theirs: Mapping[str, int] | None = None) -> "Table":
        """The table of an empty log, with the games of this side, and the names and versions of the other's if known.

        The session's identifier begins the chain of digests.
        """
        table = cls(session, games, {}, digest("chatgame 1", session))
        return table if theirs is None else table.with_partner(games, theirs)

    def with_partner(
        self, games: Mapping[str, AnyRules], theirs: Mapping[str, int], *, watchable: bool = True
    ) -> "Table":
        """The same table for this side's games and those of the partner, who may have come back with others."""
        common = shelf(games).common(theirs)
        absent = {name: _absence(name, games, theirs) for name in (*games, *theirs) if name not in common}
        titled = {games[name].title.lower(): sentence for name, sentence in absent.items() if name in games}
        return replace(self, games=common, absent=titled | absent, watchable=watchable)

    @property
    def playing(self) -> "Match | None":
        """The match being played, if one is."""
        return self.match if self.match and not self.match.outcome and self.token else None

    @property
    def asked(self) -> Seat | None:
        """Whose player is asked for a line now, if it is not a program's turn."""
        duty = self.playing.duty if self.playing else None
        return self.token if duty is None or duty.asked else None

    @property
    def revealing(self) -> Seat | None:
        """Whose program has to reveal now what it has committed to, if one has."""
        duty = self.playing.duty if self.playing else None
        return duty.seat if duty and duty.kind is Kind.REVEAL else None

    def write(self, seat: Seat, kind: Kind, text: str = "") -> "tuple[Turn, Table]":
        """The next turn, written by `seat`, and the table after it.

        Raises:
            Refused: the table does not take that turn; the sentence says why.
        """
        after = self._next(seat, kind, text, checked=False)
        return Turn(self.number, seat, kind, text, after.digest), after

    def after(self, turn: Turn) -> "Table":
        """The table after a turn that somebody else has written.

        Raises:
            Refused: the table does not take that turn; the sentence says why.
        """
        return self._after(turn, checked=False)

    def again(self, turn: Turn) -> "Table":
        """The table after a turn of one's own journal, which was taken by `after` or `write` before.

        What takes long in a game with cards is not checked again, as long as the digest is right.

        Raises:
            Refused: the table does not take that turn; the sentence says why.
        """
        playing = self.playing
        if playing and playing.cards.decks:
            with suppress(Refused):
                return self._after(turn, checked=True)
        return self.after(turn)

    def _after(self, turn: Turn, *, checked: bool) -> "Table":
        if turn.number != self.number:
            raise Refused(f"Turn {turn.number} came where turn {self.number} was due.")
        after = self._next(turn.seat, turn.kind, turn.text, checked)
        if turn.digest != after.digest:
            game = self.playing or after.playing
            what = f"the two logs, or the rules of {game.rules.title}," if game else "the two logs"
            raise Refused(f"The digest of turn {turn.number} differs: {what} are not the same.")
        return after

    def _next(self, seat: Seat, kind: Kind, text: str, checked: bool) -> "Table":
        if seat is not self.token:
            whose = f"it is the {self.token}'s turn" if self.token else "the conversation is over"
            raise Refused(f"The {seat} cannot write now: {whose}.")
        _check(kind, text)
        playing, opens = self.playing, kind is Kind.PLAY
        token, match = self._judge(seat, kind, text, playing, checked)
        notation = match.notation if match and (playing or opens) else ""
        ended = match.outcome if match and playing else None
        watching = self.watching
        if kind is Kind.WATCH:
            watching, token = self._watched(seat, text)
        won = (ended.winner or DRAW) if ended else ""
        return replace(
            self,
            digest=digest(self.digest, str(self.number), seat, kind, notation, won, text),
            number=self.number + 1,
            matches=self.matches + opens,
            remarks=self.remarks + 1 if kind is Kind.SAY else 0,
            token=token,
            match=match,
            score=self.score.with_match(ended.winner) if ended else self.score,
            watching=watching,
        )

    def _watched(self, seat: Seat, text: str) -> tuple[Watching, Seat]:
        """Whether people may watch after such a turn, and who writes next."""
        if text == ASK and not self.watchable:
            raise Refused("Nobody can watch here: one of the two programs cannot let people in.")
        return self.watching.after(seat, text, self.number, playing=bool(self.playing))

    def _judge(
        self, seat: Seat, kind: Kind, text: str, playing: "Match | None", checked: bool
    ) -> "tuple[Seat | None, Match | None]":
        """Who writes next, and the match, after a turn by a seat that may write now."""
        match kind:
            case Kind.SAY if not (playing or self.watching.asked_by):
                return seat.other, self.match
            case Kind.SAY:
                if self.remarks == MAX_REMARKS:
                    due = "a move" if playing else "an answer"
                    raise Refused(f"After {MAX_REMARKS} remarks in a row {due} is due.")
                return seat, self.match
            case Kind.QUIT:
                return None, self.match
            case Kind.WATCH:
                return seat, self.match
            case Kind.PLAY:
                if playing:
                    raise Refused(f"A game of {playing.rules.title} is on already.")
                if self.watching.asked_by:
                    raise Refused(f"The {seat.other} waits for an answer: may people watch?")
                name, _, options = text.partition(" ")
                if text != f"{name} {options}".rstrip():
                    raise Refused("The name of a game is followed by one space and its options, or by nothing.")
                if name not in self.games:
                    raise Refused(self.absent.get(name) or f'There is no game "{name}" here.')
                from chatgame.core.match import Match  # which a conversation without games does without

                after = Match.open(self.games[name], self.session, self.matches, seat, options)
            case _:
                if not playing:
                    raise Refused("No game is on.")
                after = playing.after(seat, kind, text, checked=checked)
        return (after.duty.seat if after.duty else after.inviter.other), after


def _absence(name: str, games: Mapping[str, AnyRules], theirs: Mapping[str, int]) -> str:
    if name not in theirs:
        return f"Your partner does not have the game {name}."
    if name not in games:
        return f"Your partner has the game {name}, and you do not."
    return f"You have the game {name} in version {games[name].version}, and your partner in version {theirs[name]}."


_SILENT = frozenset((Kind.RESIGN, Kind.QUIT))
"""The kinds of turns that carry no text."""


def _check(kind: Kind, text: str) -> None:
    """Check that a turn of that kind may carry that text."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise Refused("The text holds half a character, which cannot be written as UTF-8.") from error
    if size > MAX_TEXT:
        raise Refused(f"The text has {size} bytes in UTF-8; at most {MAX_TEXT} go into one message.")
    if bool(text) is (kind in _SILENT):
        raise Refused(f"A turn to {kind} {'carries no' if text else 'needs a'} text.")
