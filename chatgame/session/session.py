"""What one seat does next, as a machine: events go in, commands come out, and nothing is done here.

No method of `Session` waits, reads a clock or touches a file, a screen or a socket. The code that drives it carries
out the commands that a method returns, in order, and reports what came of them. What the player is to get (Begin,
Show, Hear, Ask) has a queue of its own, `for_player`, so a slow player delays nothing else.

    state      who acts next             what it waits for
    ---------  ------------------------  ----------------------------------------------------------------------------
    WAITING    the partner's player      a turn
    EXPECTING  the partner's program     a turn, which is late after some time
    CHECKING   nobody: we audit cards    a tick, at once, until the partner's last reveal is checked
    ASKING     one's own player          a line
    OWING      one's own program         a tick: at once, or when it is time to try again
    KEEPING    the journal               its word on a turn of one's own
    LEAVING    nobody: we have quit      the goodbye by which we know that the partner knows, but not for long
    OVER       nobody                    nothing

    event   in         commands and state, and what the player gets
    ------  ---------  ----------------------------------------------------------------------------------------------
    start   -          -> (*); Begin
    line    ASKING     Keep -> KEEPING; or, if it is refused, -> ASKING; Hear, Ask
    early   WAITING    nothing; a remark in a game is kept, and written when the player would be asked, see OWING
            EXPECTING  as in WAITING
            CHECKING   as in WAITING
            OWING      as in WAITING
    turn    WAITING    Take -> (*); Show. After a quit: Take, End, Close -> OVER; Show
            EXPECTING  as in WAITING; or, if it takes long to check, -> CHECKING
            ASKING     Close -> OVER: nobody may write now
            OWING      as in ASKING
            KEEPING    as in ASKING
            CHECKING   as in ASKING
            LEAVING    nothing
    tick    OWING      nothing, while there is more to compute; then
                       Keep -> KEEPING; or, if the journal has failed for too long, Close -> OVER
            CHECKING   nothing, while there is more to compute; then as for a turn in EXPECTING
            EXPECTING  nothing; Hear, if the program is late. If it is far too late: Close -> OVER
            LEAVING    nothing; or, when it has lasted long enough, Close -> OVER
    kept    KEEPING    Send -> (*); Show. After a quit: Send -> LEAVING; Show
    unkept  KEEPING    of a line: -> ASKING; Hear, Ask. Of what the program owes: -> OWING; Hear
    lost    CHECKING   nothing, until the turn that is checked was taken
            any other  Close -> OVER; with End before it, where the partner has said goodbye
    any     OVER       nothing: what a coroutine still reports that does not know of the end yet

    (*) what the table asks for: WAITING, EXPECTING, OWING, or ASKING; Ask. Where a remark is kept, OWING for ASKING;
        where the game has ended before it could be written, Hear

A turn of the partner's is judged once, when it comes; one that is wrong ends the conversation. A turn of one's own is
kept, then sent, then shown.

To shuffle a deck or to audit one takes up to 300 multiplications, of a millisecond each where `cryptography` is not
installed. So a tick does a few of them, and asks for another tick at once; between the two, everything else goes on.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto
from math import inf
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct

from chatgame.core import sentences
from chatgame.core.commitments import SALT_SIZE, Opening, Place, commitment
from chatgame.core.errors import (
    ChatgameError,
    Diverged,
    JournalFailed,
    LinkLost,
    OutputLost,
    PartnerLeft,
    PlayerLeft,
    Refused,
    RemoteProtocolError,
    RulesFailed,
)
from chatgame.core.limits import LATE_TIME, MAX_COMPLAINT, MAX_REMARKS, MAX_TEXT
from chatgame.core.log import Entry, Step, steps
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.protocol.messages import Bye, Reason
from chatgame.session.commands import GIVE_UP, Hide, Write, read_chat, read_game
from chatgame.session.owing import left_owing, still_due

if TYPE_CHECKING:
    from chatgame.core.deck import Job
    from chatgame.core.match import Duty, Match
    from chatgame.core.side import Side

SAY_SO_TIME = 3.0
"""Seconds after which a player is told that the partner's program is late."""

CHECK_TIME = 1.0
"""Seconds between two checks whether the partner has been connected for long enough to be late."""

RETRY_TIME = 1.0
"""Seconds between two tries to keep a turn that the program owes."""

TRYING_TIME = LATE_TIME - 6.0
"""Seconds for which it is tried again: one try may take five, and the partner ends the session after LATE_TIME."""

FAREWELL_TIME = 3.0
"""Seconds in which the partner can learn that we have quit, over a new connection if the old one is lost."""

RECALLED = 10
"""How many turns are shown to a player who comes back to a conversation, and to a watcher who comes to a game."""

PART = 12
"""Multiplications that a tick does: some 12 milliseconds without `cryptography`."""

AT_ONCE = -inf


class State(Enum):
    """What a session waits for; see the table above."""

    WAITING = auto()
    EXPECTING = auto()
    CHECKING = auto()
    ASKING = auto()
    OWING = auto()
    KEEPING = auto()
    LEAVING = auto()
    OVER = auto()


class Begin(Struct, frozen=True):
    """Seat the player at the table; the steps are the last ones of the log."""

    table: Table
    steps: Sequence[Step]


class Show(Struct, frozen=True):
    """Show the player a turn."""

    step: Step


class Hear(Struct, frozen=True):
    """Let the player hear a sentence that the partner does not get."""

    text: str


class Ask(Struct, frozen=True):
    """Ask the player for a line."""

    table: Table


class Keep(Struct, frozen=True):
    """Make a turn of one's own safe in the journal, and what opens it; `kept` or `unkept` says what came of it."""

    turn: Turn
    opening: Opening | None


class Send(Struct, frozen=True):
    """Send the turn that was kept."""

    turn: Turn


class Take(Struct, frozen=True):
    """Hand a turn of the partner's to the journal."""

    turn: Turn


class End(Struct, frozen=True):
    """Note in the journal that both sides know that the conversation is over."""


class Close(Struct, frozen=True):
    """End the conversation: at once if it failed, or else when the player has seen all of it.

    Attributes:
        error: how it failed, or None where the log is closed; `goodbye` tells what to say to the partner.
    """

    error: ChatgameError | None


ForPlayer = Begin | Show | Hear | Ask
Command = Keep | Send | Take | End | Close

NOTHING: Sequence[Command] = ()


class Session:
    """One seat of a conversation.

    Args:
        seat: one's own.
        identifier: the session's.
        games: those that this side has.
        theirs: the versions of the games that the partner has, by name.
        chance: gives salts, shares of random numbers and seeds.
        watchable: whether both programs can let people watch.

    Attributes:
        table: what the log amounts to.
        state: what the session waits for.
        for_player: what the player is to get, in order; the code that hands it out takes it off.
        due: when a tick is wanted, by the clock that ticks bring: `AT_ONCE`, a time in seconds, or None for never.
    """

    def __init__(
        self,
        seat: Seat,
        identifier: str,
        games: Mapping[str, AnyRules],
        theirs: Mapping[str, int],
        chance: Random,
        *,
        watchable: bool = False,
    ) -> None:
        self.table = Table.open(identifier, games)
        self.state = State.WAITING
        self.for_player: list[ForPlayer] = []
        self.due: float | None = None
        self._seat = seat
        self._games = games
        self._theirs = theirs
        self._chance = chance
        self._watchable = watchable
        self._openings: dict[int, Opening] = {}  # of one's own commitments in the last match, by ply
        self._secret: str | None = None  # one's own in the match that is on, or in the last one
        self._keeping: Keep | None = None  # a turn that is being kept, or is to be tried again
        self._after: Table | None = None  # the table behind it
        self._since: float | None = None  # when the present duty came, by the time connected; None before a tick
        self._work: deque[Job] | None = None  # what is left to compute for the turn that is due, if that is known
        self._checked: Turn | None = None  # the turn of the partner's that takes long to check
        self._gone: ChatgameError | None = None  # why nothing comes behind it
        self._warned = ""  # what the player was told of a turn that is late
        self._remarks: list[str] = []  # of one's own player, said in a game while they waited
        self._remark_going: str | None = None  # the one that is being kept by the journal
        self._tried = 0.0  # when the last tick was, by its clock

    @property
    def over(self) -> bool:
        """Whether the conversation has ended."""
        return self.state is State.OVER

    def start(self, log: Iterable[Entry]) -> Sequence[Command]:
        """Go on where a log ends.

        Raises:
            JournalFailed: the log cannot be read, or is damaged.
        """
        recalled: deque[Step] = deque(maxlen=RECALLED)
        for step in steps(self.table, log):
            if step.turn.kind is Kind.COMMIT and step.turn.seat is self._seat and not step.opening:
                raise JournalFailed(
                    f"The journal of this conversation lacks what turn {step.turn.number} committed to: it was "
                    "damaged or edited. Begin afresh with --new."
                )
            self._come_to(step)
            recalled.append(step)
        self.table = self.table.with_partner(self._games, self._theirs, watchable=self._watchable)
        on = self.table.playing
        if on and on.rules.name not in self.table.games:
            return self._close(LinkLost(f"{self.table.absent[on.rules.name]} So the game that is on cannot go on."))
        if self.table.token:
            self.for_player.append(Begin(self.table, list(recalled)))
        self._go_on()
        return NOTHING

    def line(self, text: str) -> Sequence[Command]:
        """Take the line that the player was asked for, without its line end."""
        if self.over:
            return NOTHING
        assert self.state is State.ASKING, "a line is asked for"
        try:
            match self._read(text):
                case Write(Kind.MOVE, notation) if self.table.playing:
                    return self._write(Kind.MOVE, self._side_of(self.table.playing).proven(notation))
                case Write(kind, content):
                    return self._write(kind, content)
                case Hide(value):
                    return self._hide(value)
        except RulesFailed as error:
            why = f"{error} {GIVE_UP}" if self.table.playing else str(error)
        except Refused as error:
            why = str(error)
        self.for_player += Hear(why), Ask(self.table)
        return NOTHING

    def early(self, text: str) -> str | None:
        """Take a line that the player has typed without being asked: a remark in a game is kept for their turn.

        In chat a remark would answer words that the player has not read yet. Returns a sentence for the player, or
        None for a line that is not taken.
        """
        word, _, said = text.partition(" ")
        waiting = self.state in (State.WAITING, State.EXPECTING, State.CHECKING, State.OWING)
        if not (waiting and self.table.playing and word == "/say" and said.strip()):
            return None
        if len(self._remarks) == MAX_REMARKS or len(said.encode()) > MAX_TEXT:
            return None
        self._remarks.append(said)
        return sentences.REMARK_KEPT

    def _read(self, text: str) -> Write | Hide:
        if self.table.playing:
            return read_game(text, self.table, self._seat, self._chance.getrandbits(64))
        return read_chat(text, self.table, self._seat)

    def turn(self, turn: Turn) -> Sequence[Command]:
        """Judge a turn of the partner's, and take it; or do so later, if that takes long."""
        on = self.table.playing
        if self.state is State.EXPECTING and on:
            self._work = deque(self._side_of(on).work(turn.kind, turn.text))
            if len(self._work) > PART:
                self.state, self.due, self._checked = State.CHECKING, AT_ONCE, turn
                return NOTHING
        return self._judge(turn)

    def _judge(self, turn: Turn) -> Sequence[Command]:
        before = self.table
        if self.over or not before.token:
            return NOTHING
        try:
            after = before.after(turn)
            if before.playing and after.match:
                self._side_of(after.match).check_since(before.playing)
        except Refused as error:
            what = f"The {turn.seat} broke the rules: {str(error)[:MAX_COMPLAINT]}"
            return self._close(RemoteProtocolError(what))
        self._show(Step.to(before, turn, after, None, self._secret))
        if after.token:
            self._go_on()
            return [Take(turn)]
        return [Take(turn), End(), *self._close(None)]

    def kept(self) -> Sequence[Send]:
        """Go on behind a turn of one's own, which is safe now."""
        if self.over:
            return ()
        assert self._keeping, "a turn is being kept"
        assert self._after, "a turn is being kept"
        turn, opening, after = self._keeping.turn, self._keeping.opening, self._after
        if self._warned:
            self.for_player.append(Hear(sentences.WRITTEN_AGAIN))
        self._keeping = self._after = None
        self._show(Step.to(self.table, turn, after, opening, self._secret))
        if self._remark_going is not None:
            self.for_player.append(Hear(sentences.REMARK_SENT.format(text=self._remark_going)))
            self._remark_going = None
        self._go_on()
        return [Send(turn)]

    def unkept(self, error: JournalFailed) -> Sequence[Command]:
        """Do without the journal, which did not take the turn: ask again for a line, or try again what is owed."""
        if self.over:
            return NOTHING
        assert self._keeping, "a turn is being kept"
        if self.table.asked:
            self._keeping = None
            if self._remark_going is not None:
                return self._not_said(error)
            self.for_player.append(Hear(sentences.NOT_SENT.format(error=error)))
            self._go_on()
            return NOTHING
        self.state, self.due = State.OWING, self._tried + RETRY_TIME
        if self._warned != str(error):
            self._warned = str(error)
            what = sentences.TRIES_AGAIN.format(error=error, kind=self._keeping.turn.kind, limit=TRYING_TIME)
            self.for_player.append(Hear(what))
        return NOTHING

    def tick(self, now: float, connected: float, proven: float) -> Sequence[Command]:
        """Do what is due.

        Args:
            now: by any clock that does not jump, in seconds.
            connected: seconds for which the partner has been connected, as far as we know.
            proven: the part of `connected` that the partner's signs of life have shown already.
        """
        self._tried = now
        match self.state:
            case State.OWING:
                return self._pay(connected)
            case State.EXPECTING:
                return self._expect(now, connected, proven)
            case State.CHECKING:
                return self._check()
            case State.LEAVING if self.due == AT_ONCE:
                self.due = now + FAREWELL_TIME
            case State.LEAVING if self.due is not None and now >= self.due:
                return self._close(None)
        return NOTHING

    def lost(self, error: ChatgameError) -> Sequence[Command]:
        """End, since nothing comes from the partner any more."""
        if self.over:
            return NOTHING
        if self.state is State.CHECKING:
            self._gone = error
            return NOTHING
        left = isinstance(error, PartnerLeft)
        if self.state is State.LEAVING:
            return [End(), *self._close(None)] if left else self._close(None)
        if self.table.revealing is self._seat.other:
            if left:
                error = PartnerLeft(f"{error} {left_owing(self.table)}")
            elif isinstance(error, LinkLost):
                error = LinkLost(f"{error} {still_due(self.table)}")
        return [End(), *self._close(error)] if left else self._close(error)

    @property
    def _title(self) -> str:
        assert self.table.match, "a match was played"
        return self.table.match.rules.title

    def _go_on(self) -> None:
        """Do what the table asks for."""
        whose, on = self.table.token, self.table.playing
        self.due = None
        while self._remarks and not on:
            text = self._remarks.pop(0)
            self.for_player.append(Hear(sentences.REMARK_NOT_SENT.format(text=text, why=sentences.GAME_IS_OVER)))
        if whose and not (on and on.duty and not on.duty.asked):
            if whose is self._seat and self._remarks:
                self.state, self.due = State.OWING, AT_ONCE
            elif whose is self._seat:
                self.state = State.ASKING
                self.for_player.append(Ask(self.table))
            else:
                self.state = State.WAITING
            return
        self.due = AT_ONCE
        if not whose:
            self.state = State.LEAVING
        elif whose is self._seat:
            self.state = State.OWING
        else:
            self.state = State.EXPECTING

    def _close(self, error: ChatgameError | None) -> Sequence[Command]:
        self.state, self.due = State.OVER, None
        return [Close(error)]

    def _pay(self, connected: float) -> Sequence[Command]:
        """Write the turn that the program owes, or the remark that was kept."""
        if self.table.asked:
            return self._remark()
        if self._since is None:
            self._since = connected
        if self._keeping:
            if connected - self._since >= TRYING_TIME:
                what = "The conversation is kept: the same command goes on with it."
                return self._close(JournalFailed(f"{self._warned} {what}"))
            self.state, self.due = State.KEEPING, None
            return [self._keeping]
        match = self.table.playing
        assert match, "only in a match does a program owe a turn"
        assert match.duty, "a match that is played has a duty"
        try:
            if self._work is None:
                self._work = deque(self._work_of(match, match.duty))
            if self._compute():
                return NOTHING
            return self._owed(match, match.duty)
        except Refused as error:  # by the rules, which failed; or for what the partner has done to the cards
            if match.duty.kind is Kind.REVEAL:
                return self._close(error)
            self.for_player.append(Hear(sentences.FALSE_CARDS if match.duty.kind is Kind.SHARE else str(error)))
            return self._write(Kind.RESIGN)

    def _remark(self) -> Sequence[Command]:
        """Write the first remark that was kept."""
        self._remark_going = self._remarks.pop(0)
        try:
            return self._write(Kind.SAY, self._remark_going)
        except Refused as error:  # there were too many in a row
            return self._not_said(error)

    def _not_said(self, why: object) -> Sequence[Command]:
        """Go on without the remark that was to go out."""
        self.for_player.append(Hear(sentences.REMARK_NOT_SENT.format(why=why, text=self._remark_going)))
        self._remark_going = None
        self._go_on()
        return NOTHING

    def _work_of(self, match: "Match", duty: "Duty") -> "list[Job]":
        """The multiplications for the turn that the program owes."""
        text = str(self._openings[duty.ply]) if duty.kind is Kind.REVEAL else ""
        return self._side_of(match).work(duty.kind, text)

    def _side_of(self, match: "Match") -> "Side":
        from chatgame.core.side import Side  # which a conversation without games does without

        return Side(match, self._seat, self._secret)

    def _compute(self) -> bool:
        """Do a part of the multiplications, whose results `multiplied` keeps; returns whether there are more."""
        assert self._work is not None, "it is known what there is to do"
        from chatgame.core.curve import multiplied  # which games without cards do without

        for _ in range(min(PART, len(self._work))):
            multiplied(*self._work.popleft())
        return bool(self._work)

    def _check(self) -> Sequence[Command]:
        """Go on with a turn of the partner's that takes long to check."""
        if self._compute():
            return NOTHING
        assert self._checked, "a turn is being checked"
        commands = self._judge(self._checked)
        return [*commands, *self.lost(self._gone)] if self._gone else commands

    def _owed(self, match: "Match", duty: "Duty") -> Sequence[Command]:
        """Write the turn that needs no player."""
        match duty.kind:
            case Kind.COMMIT if match.shuffles:
                from chatgame.core.curve import SIZE  # which games without cards do without

                return self._hide(self._chance.randbytes(SIZE).hex())
            case Kind.SHUFFLE:
                return self._write(duty.kind, self._side_of(match).shuffled())
            case Kind.SHARE:
                return self._write(duty.kind, self._side_of(match).shared())
            case Kind.COMMIT:
                return self._hide(str(self._chance.randrange(match.sides)))
            case Kind.CONTRIBUTE:
                return self._write(duty.kind, str(self._chance.randrange(match.sides)))
            case Kind.REVEAL:
                return self._write(duty.kind, str(self._openings[duty.ply]))
        return self._write(duty.kind, self._side_of(match).answer())

    def _expect(self, now: float, connected: float, proven: float) -> Sequence[Command]:
        """See whether the partner's program is late; only the time counts for which it has shown that it is there."""
        if self._since is None:
            self._since = connected
        match = self.table.playing
        assert match, "only in a match does a program owe a turn"
        assert match.duty, "a match that is played has a duty"
        seat, kind = match.duty.seat, match.duty.kind
        late = proven - self._since
        if late >= LATE_TIME:
            what = f"The {seat}'s program did not {kind} what it has to within {LATE_TIME:.0f} seconds"
            return self._close(RemoteProtocolError(f"{what} and so has lost the game of {self._title}."))
        if late >= SAY_SO_TIME and not self._warned:
            self._warned = sentences.LATE.format(seat=seat, kind=kind, limit=LATE_TIME)
            self.for_player.append(Hear(self._warned))
        self.due = now + max((LATE_TIME if self._warned else SAY_SO_TIME) - late, CHECK_TIME)
        return NOTHING

    def _hide(self, value: str) -> Sequence[Command]:
        """Commit to a value."""
        match = self.table.playing
        assert match, "only in a match is anything hidden"
        opening = Opening(self._chance.randbytes(SALT_SIZE), value)
        place = Place(self.table.session, match.number, match.ply, self._seat)
        return self._write(Kind.COMMIT, commitment(place, opening), opening)

    def _write(self, kind: Kind, text: str = "", opening: Opening | None = None) -> Sequence[Command]:
        """Write a turn of one's own, which counts when it is kept."""
        turn, self._after = self.table.write(self._seat, kind, text)
        self._keeping = Keep(turn, opening)
        self.state, self.due = State.KEEPING, None
        return [self._keeping]

    def _show(self, step: Step) -> None:
        """Come to the table behind a step, and show it."""
        self._come_to(step)
        self.for_player.append(Show(step))

    def _come_to(self, step: Step) -> None:
        """Come to the table behind a step."""
        before, after = step.before, step.after
        if after.match is not before.match:
            assert after.match, "a match is never forgotten"
            if after.matches != before.matches:
                self._openings = {}
            elif step.opening and before.match:
                self._openings[before.match.ply] = step.opening
            if not before.playing or after.match.duty != before.playing.duty:
                self._since, self._warned, self._work = None, "", None
        self.table, self._secret = after, step.secret


def goodbye(error: BaseException | None) -> Bye | None:
    """What to say to the partner at the end; None where they are to count on our coming back."""
    match error:
        case RemoteProtocolError():
            return Bye(Reason.REFUSED, str(error))
        case Diverged():
            return Bye(Reason.DIVERGED, str(error))
        case ChatgameError() if not isinstance(error, PartnerLeft | PlayerLeft | OutputLost):
            return None
    return Bye(Reason.LEFT)
