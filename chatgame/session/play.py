"""A conversation: a player and a link joined at one table.

`_take_turns` is the turn token: it asks the player for a line while this seat holds it, and otherwise waits for the
partner's next turn. `_play` takes over from it while a game is on. Every turn goes through the table first, so nobody
can write out of turn. While the player takes their time, `_listen` hears the partner, so that their leaving, or a
wrong turn, is known at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from random import Random, SystemRandom

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
    unwrapped,
)
from chatgame.core.limits import LATE_TIME, MAX_COMPLAINT
from chatgame.core.log import Step, steps
from chatgame.core.match import Duty, Match
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.journal.journal import Journal
from chatgame.net.link import Link
from chatgame.players.player import Player
from chatgame.protocol.messages import Bye, Reason
from chatgame.session.commands import Hide, Reply, Write, read_chat, read_game

SAY_SO_TIME = 3.0
"""In seconds: when a player is told that the partner's program is late."""

LISTEN_TIME = 0.02
"""In seconds: how soon somebody listens to the partner while the player is busy. A task for each line of a script,
which is there at once, would take as long as all else that a turn takes."""

FAREWELL_TIME = 3.0
"""In seconds: how long we see to it that the partner learns of our quitting, if need be over a new connection."""

CHANCE = SystemRandom()
"""The system's own random numbers: one for all, since each is 2.5 KiB large."""

RECALLED = 10
"""How many turns a player is shown again who comes back to a conversation."""


async def converse(
    player: Player, link: Link, games: Mapping[str, AnyRules], journal: Journal, chance: Random = CHANCE
) -> Table:
    """Let `player` talk and play over `link` until one side quits; returns the closed table.

    It goes on where `journal` ends. However it ends here, the partner is told if they can be, and the link is closed;
    what the journal keeps can be gone on with until somebody has left and the other knows. `chance` gives salts and
    random numbers; by default it is the system's own, which nobody can foresee.

    Raises:
        PlayerLeft: the player's input ended.
        PartnerLeft: the partner said goodbye out of turn.
        LinkLost, TurnedAway: the connection broke, and could not be made again.
        RemoteProtocolError: the partner broke the protocol or the rules.
        Diverged: the partner's log is not of this conversation.
        JournalFailed: the journal cannot be read or written.
        Refused: the rules of a game failed over one's own reveal.
        OutputLost: the player cannot be reached any more.
    """
    failure: ChatgameError | None = None
    conversation = _Conversation(player, link, games, journal, chance)
    try:
        await conversation.run()
    except ChatgameError as error:
        failure = error
    except BaseException:  # cancelled, or a defect
        if await link.close(Bye(Reason.LEFT)):
            await journal.end()
        raise
    try:
        if await link.close(_goodbye(failure)) and isinstance(failure, PlayerLeft | OutputLost):
            await journal.end()
    except asyncio.CancelledError:
        if not failure:
            raise  # or else a player who leaves meanwhile would hide why it closes
    if failure:
        raise failure
    return conversation.table


def _goodbye(failure: ChatgameError | None) -> Bye | None:
    """What is left to say to the partner, who counts on our coming back if nothing is said."""
    match failure:
        case None | PartnerLeft() | PlayerLeft() | OutputLost():
            return Bye(Reason.LEFT)
        case RemoteProtocolError():
            return Bye(Reason.REFUSED, str(failure))
        case Diverged():
            return Bye(Reason.DIVERGED, str(failure))
    return None


class _Conversation:
    """The table, and the only one who changes it."""

    def __init__(
        self, player: Player, link: Link, games: Mapping[str, AnyRules], journal: Journal, chance: Random
    ) -> None:
        self.table = Table.open(link.session, games)
        self._player = player
        self._link = link
        self._seat = link.seat
        self._games = games
        self._journal = journal
        self._chance = chance
        self._openings: dict[tuple[int, int], Opening] = {}  # what opens our commitments, by match and ply
        self._secret: str | None = None  # ours in the match that is on, or in the last one
        # When the match came to its present duty, by the time for which the partner has shown that they are there.
        self._since = 0.0
        self._told_late = False  # whether the player knows that the partner's program is late with it
        self._unseen: list[Step] = []  # by the player
        self._over = False  # as both sides know
        self._heard: asyncio.Task[Turn | None] | None = None  # what came while the player was busy
        self._lookout: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Go on where the log ends, until one side quits."""
        await self._read_journal()
        try:
            with unwrapped():
                async with asyncio.TaskGroup() as self._tasks:
                    await self._converse()
        except ChatgameError:
            with suppress(ChatgameError):
                await self._show()  # what came before it failed
            raise

    async def _converse(self) -> None:
        """Take turns, and if it was we who have quit, wait until the partner knows."""
        try:
            await self._take_turns()
            if not self._over:
                with suppress(TimeoutError):
                    async with asyncio.timeout(FAREWELL_TIME):
                        await self._wait()
        finally:
            if self._lookout:
                self._lookout.cancel()
            if self._heard:
                self._heard.cancel()

    async def _read_journal(self) -> None:
        """Come to the table where the log ends, and show the player the last of it."""
        recalled: deque[Step] = deque(maxlen=RECALLED)
        for step in steps(self.table, self._journal.entries()):
            self._set(step)
            recalled.append(step)
        self.table = self.table.with_partner(self._games, self._link.theirs)
        on = self.table.playing
        if on and on.rules.name not in self.table.games:
            raise LinkLost(f"{self.table.absent[on.rules.name]} So the game that is on cannot go on.")
        if self.table.token:
            await self._player.begin(self.table, self._link.partner, list(recalled))

    async def _take_turns(self) -> None:
        """The turn token: write when it is here, wait while it is not."""
        while self.table.token:
            if self.table.playing:
                await self._play()
            elif self.table.token is self._seat:
                await self._ask(read_chat)
            else:
                await self._wait()
        await self._show()

    async def _play(self) -> None:
        """The game: ask for moves and choices, and write by itself what needs no player."""
        while match := self.table.playing:
            duty = match.duty
            assert duty, "a match that is played has a duty"
            mine = duty.seat is self._seat
            if mine and duty.asked:
                seed = self._chance.getrandbits(64)
                await self._ask(partial(read_game, secret=self._secret, seed=seed))
            elif mine:
                await self._do(match, duty)
            elif duty.asked:
                await self._wait()
            else:
                await self._wait_for_program(match, duty)

    async def _wait(self) -> None:
        """Wait for the partner's next turn, and take it."""
        self._listen_soon()
        await self._show()
        turn = await (self._heard_meanwhile() if self._heard else self._receive())
        if turn:
            await self._take(turn)

    async def _wait_for_program(self, match: Match, duty: Duty) -> None:
        """The same where no player is asked: a program that is late in a match has lost that."""
        await self._show()
        self._heard = self._heard or self._tasks.create_task(self._listen())
        for patience in (SAY_SO_TIME, LATE_TIME):
            while (left := self._since + patience - self._link.proven) > 0:
                # At least a second: there may be no sign of life for a while.
                if (await asyncio.wait({self._heard}, timeout=max(left, 1.0)))[0]:
                    await self._wait()
                    return
            what = f"did not {duty.kind} what it has to"
            if patience is LATE_TIME:
                what += f" within {LATE_TIME:.0f} seconds and so has lost the game of {match.rules.title}"
                raise RemoteProtocolError(f"The {duty.seat}'s program {what}.")
            if not self._told_late:
                self._told_late = True
                what = f"The {duty.seat}'s program is late with what it has to {duty.kind}"
                await self._player.hear(f"{what}; after {LATE_TIME:.0f} seconds it loses the game.")

    async def _receive(self) -> Turn | None:
        """The partner's next turn, or None where they have said goodbye after the log was closed."""
        try:
            while True:
                turn = await self._link.receive()
                if self.table.token:
                    return turn
        except ChatgameError as error:
            if isinstance(error, PartnerLeft):
                await self._end()  # before we answer, since that says that it is safe here
            if self.table.token:
                raise
        return None

    async def _heard_meanwhile(self) -> Turn | None:
        """The same, where somebody listens already."""
        assert self._heard, "somebody listens"
        await asyncio.wait({self._heard})  # if it fails, the group ends all this
        turn, self._heard = self._heard.result(), None
        return turn

    def _after(self, turn: Turn) -> Table:
        """The table after a turn of the partner's."""
        try:
            return self.table.after(turn)
        except Refused as error:
            raise RemoteProtocolError(f"The {turn.seat} broke the rules: {str(error)[:MAX_COMPLAINT]}") from error

    async def _take(self, turn: Turn) -> None:
        """Take a turn of the partner's."""
        after = self._after(turn)
        self._journal.take(turn)
        self._unseen.append(self._set(Step.to(self.table, turn, after, None, self._secret)))
        if not after.token:
            await self._end()

    async def _end(self) -> None:
        """Both sides know that the log is closed."""
        await self._journal.end()
        self._over = True

    def _listen_soon(self) -> None:
        """See to it that somebody listens to the partner, should the player be busy for long."""
        if not self._lookout:
            self._lookout = asyncio.get_running_loop().call_later(LISTEN_TIME, self._look)

    def _look(self) -> None:
        self._lookout = None
        if not self._link.receiving and not self._heard:
            self._heard = self._tasks.create_task(self._listen())

    async def _listen(self) -> Turn | None:
        """Hear what the partner does while the player is busy; a turn that has to wait is judged at once."""
        turn = await self._receive()
        if turn:
            self._after(turn)
        return turn

    async def _show(self) -> None:
        """Show the player what they have not seen yet."""
        while self._unseen:
            await self._player.see(self._unseen.pop(0))

    async def _ask(self, read: Callable[[str, Table, Seat], Write | Hide | Reply]) -> None:
        """Ask the player for a line, and do what it says."""
        self._listen_soon()
        await self._show()
        line = await self._player.ask(self.table)
        try:
            match read(line, self.table, self._seat):
                case Reply(text):
                    await self._player.hear(text)
                case Hide(value):
                    await self._hide(value)
                case turn:
                    await self._write(turn)
        except RulesFailed as error:
            await self._player.hear(f"{error} To end the game, type /resign." if self.table.playing else str(error))
        except Refused as error:
            await self._player.hear(str(error))
        except JournalFailed as error:
            await self._player.hear(f"{error} So this was not sent; it is still your turn.")

    async def _do(self, match: Match, duty: Duty) -> None:
        """Write a turn that needs no player."""
        try:
            match duty.kind:
                case Kind.COMMIT:
                    await self._hide(str(self._chance.randrange(match.sides)))
                case Kind.CONTRIBUTE:
                    await self._write(Write(duty.kind, str(self._chance.randrange(match.sides))))
                case Kind.REVEAL:
                    await self._write(Write(duty.kind, str(self._openings[match.number, duty.ply])))
                case _:
                    assert self._secret is not None, "an answer is asked of who has a secret"
                    await self._write(Write(duty.kind, match.answer(self._secret)))
        except Refused as error:  # by the rules, which failed
            if duty.kind is Kind.REVEAL:
                raise
            await self._show()
            await self._player.hear(str(error))
            await self._write(Write(Kind.RESIGN))

    async def _hide(self, value: str) -> None:
        """Commit to a value."""
        match = self.table.playing
        assert match, "only in a match is anything hidden"
        opening = Opening(self._chance.randbytes(SALT_SIZE), value)
        place = Place(self.table.session, match.number, match.ply, self._seat)
        await self._write(Write(Kind.COMMIT, commitment(place, opening)), opening)

    async def _write(self, meant: Write, opening: Opening | None = None) -> None:
        """Write a turn: first it is kept, then it is sent, and at last seen.

        A console reads on only when it has seen the turn, so an end of input cannot overtake it.
        """
        before = self.table
        turn, after = before.write(self._seat, meant.kind, meant.text)
        await self._journal.keep(turn, opening)
        self._unseen.append(self._set(Step.to(before, turn, after, opening, self._secret)))
        await self._link.send(turn)

    def _set(self, step: Step) -> Step:
        """Come to the table after a step."""
        before, after = step.before, step.after
        if after.match is not before.match:
            assert after.match, "a match is never forgotten"
            if step.opening and before.match:
                self._openings[before.match.number, before.match.ply] = step.opening
            if not before.playing or after.match.duty != before.playing.duty:
                self._since = self._link.proven_soon
                self._told_late = False
        self.table, self._secret = after, step.secret
        return step
