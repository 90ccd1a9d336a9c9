"""A conversation: a player and a link joined at one table.

Three coroutines share the table. `_listen` takes the partner's turns from the link. `_take_turns` is the turn token:
it asks the player for a line only while this seat holds the token. `_play` takes over from it while a game is on.
Whoever writes a turn puts it through the table first, so nobody can write out of turn, and the three cannot meet.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from random import Random, SystemRandom

from chatgame.core.commands import Hide, Reply, Write, read_chat, read_game
from chatgame.core.commitments import SALT_SIZE, Opening, Place, commitment
from chatgame.core.errors import (
    ChatgameError,
    LinkLost,
    PartnerLeft,
    Refused,
    RemoteProtocolError,
    RulesFailed,
    unwrapped,
)
from chatgame.core.match import Duty, Match
from chatgame.core.messages import Bye, Kind, Reason
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.journal import Journal
from chatgame.link.link import Link
from chatgame.players.player import Player

CLAIM_TIME = 30.0
"""In seconds: how long a program may take for a turn that it writes by itself, before it loses the match by that.
Its line is proven to be alive all the while, so this is a program that refuses."""

MAX_COMPLAINT = 400
"""In characters: a complaint may quote what the partner sent, and goes into a goodbye."""

SAY_SO_TIME = 3.0
"""In seconds: when a player is told that the partner's program is late."""


async def converse(
    player: Player, link: Link, games: Mapping[str, AnyRules], journal: Journal, chance: Random | None = None
) -> Table:
    """Let `player` talk and play over `link` until one side quits; returns the closed table.

    However it ends, the partner is told and the link is closed. `chance` gives salts and random numbers; by default
    it is the system's own, which nobody can foresee.

    Raises:
        PlayerLeft: the player's input ended.
        PartnerLeft: the partner said goodbye out of turn.
        LinkLost: the connection broke.
        RemoteProtocolError: the partner broke the protocol or the rules.
    """
    failure: ChatgameError | None = None
    try:
        table = await _Conversation(player, link, games, journal, chance or SystemRandom()).run()
    except ChatgameError as error:
        failure = error
    except BaseException:  # cancelled, or a defect
        await link.close(Bye(Reason.LEFT))
        raise
    try:
        await link.close(_goodbye(failure))
    except asyncio.CancelledError:
        if not failure:
            raise  # or else a player who leaves meanwhile would hide why it closes
    if failure:
        raise failure
    return table


def _goodbye(failure: ChatgameError | None) -> Bye | None:
    """What is left to say to the partner: nothing after a quit, or when they are gone."""
    match failure:
        case None | PartnerLeft() | LinkLost():
            return None
        case RemoteProtocolError():
            return Bye(Reason.REFUSED, str(failure))
    return Bye(Reason.LEFT)


class _Conversation:
    """The table that the three coroutines share, and the only one who changes it."""

    def __init__(
        self, player: Player, link: Link, games: Mapping[str, AnyRules], journal: Journal, chance: Random
    ) -> None:
        self._player = player
        self._link = link
        self._seat = link.seat
        self._journal = journal
        self._chance = chance
        self._table = Table.open(link.session, games, link.theirs)
        self._openings: dict[tuple[int, int], Opening] = {}  # what opens our commitments, by match and ply
        self._secret: str | None = None  # ours in the match that is on, or in the last one
        self._since = 0.0  # when the match came to its present duty, by the loop's clock
        self._told_late = False  # whether the player knows that the partner's program is late with it
        self._heard = asyncio.Event()

    async def run(self) -> Table:
        with unwrapped():
            async with asyncio.TaskGroup() as tasks:
                background = [tasks.create_task(self._listen()), tasks.create_task(self._link.keep_alive())]
                await self._take_turns()
                for task in background:
                    task.cancel()
        return self._table

    async def _listen(self) -> None:
        """Take the partner's turns."""
        while self._table.token:
            try:
                turn = await self._link.receive()
            except ChatgameError:
                if self._table.token:
                    raise
                return  # our own quit has been sent, and the partner hangs up
            try:
                after = self._table.after(turn)
            except Refused as error:
                raise RemoteProtocolError(f"The {turn.seat} broke the rules: {str(error)[:MAX_COMPLAINT]}") from error
            if turn.kind is Kind.CLAIM and asyncio.get_running_loop().time() < self._since + CLAIM_TIME / 2:
                raise RemoteProtocolError(f"The {turn.seat} broke the rules: It claimed that we are late, too early.")
            self._journal.append(turn)
            before = self._table
            self._set(after)
            self._heard.set()  # a screen that does not take what is seen holds up no turn that needs no player
            await self._player.see(before, turn, after, self._secret)

    async def _take_turns(self) -> None:
        """The turn token: write when it is here, wait while it is not."""
        while self._table.token:
            if self._table.playing:
                await self._play()
            elif self._table.token is self._seat:
                await self._ask(read_chat)
            else:
                await self._wait()

    async def _play(self) -> None:
        """The game: ask for moves and choices, and write by itself what needs no player."""
        while match := self._table.playing:
            assert match.duty, "a match that is played has a duty"
            if match.duty.seat is not self._seat:
                await self._wait(match)
            elif match.duty.asked:
                seed = self._chance.getrandbits(64)
                await self._ask(partial(read_game, secret=self._secret, seed=seed))
            else:
                await self._do(match, match.duty)

    async def _wait(self, match: Match | None = None) -> None:
        """Wait for the partner's next turn; a program that is late with it in a match has lost that."""
        self._heard.clear()
        if not (match and match.duty) or match.duty.asked:
            await self._heard.wait()
            return
        for patience, late in ((SAY_SO_TIME, False), (CLAIM_TIME, True)):
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._since + patience):
                    await self._heard.wait()
                    return
            if self._table.playing is not match:
                return
            if late:
                await self._write(Write(Kind.CLAIM))
            elif not self._told_late:
                self._told_late = True
                what = f"The {match.duty.seat}'s program is late with what it has to {match.duty.kind}"
                await self._player.hear(f"{what}; after {CLAIM_TIME:.0f} seconds it loses the game.")

    async def _ask(self, read: Callable[[str, Table, Seat], Write | Hide | Reply]) -> None:
        """Ask the player for a line, and do what it says."""
        line = await self._player.ask(self._table)
        try:
            match read(line, self._table, self._seat):
                case Reply(text):
                    await self._player.hear(text)
                case Hide(value):
                    await self._hide(value)
                case turn:
                    await self._write(turn)
        except RulesFailed as error:
            await self._player.hear(f"{error} To end the game, type /resign." if self._table.playing else str(error))
        except Refused as error:
            await self._player.hear(str(error))

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
            await self._player.hear(str(error))
            await self._write(Write(Kind.RESIGN))

    async def _hide(self, value: str) -> None:
        """Commit to a value."""
        match = self._table.playing
        assert match, "only in a match is anything hidden"
        opening = Opening(self._chance.randbytes(SALT_SIZE), value)
        self._openings[match.number, match.ply] = opening
        if match.hides_for_good:
            self._secret = value
        place = Place(self._table.session, match.number, match.ply, self._seat)
        await self._write(Write(Kind.COMMIT, commitment(place, opening)))

    async def _write(self, meant: Write) -> None:
        before = self._table
        turn, after = before.write(self._seat, meant.kind, meant.text)
        self._journal.append(turn)
        self._set(after)
        await self._link.send(turn)
        # Seen after it is sent: a console reads on only then, so an end of input cannot overtake the turn.
        await self._player.see(before, turn, after, self._secret)

    def _set(self, after: Table) -> None:
        if _duty(after) != _duty(self._table):
            self._since = asyncio.get_running_loop().time()
            self._told_late = False
        if after.matches != self._table.matches:
            self._secret = None
        self._table = after


def _duty(table: Table) -> tuple[int, Duty | None]:
    """What the table's match waits for, told apart from that of other matches."""
    return table.matches, table.match.duty if table.match else None
