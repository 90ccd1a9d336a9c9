"""A conversation: a player and a link joined at one table.

`take_turns` is the turn-token coroutine: it shows the player each turn, and asks for a line whenever this seat holds
the token. `play` is the game coroutine: while a game is on, it writes by itself what needs no player, and sees that
the partner's program does so in time. What each of them does next, the session decides (see `session`).
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from random import Random, SystemRandom

from chatgame.core.errors import ChatgameError, JournalFailed, OutputLost, PlayerLeft, unwrapped
from chatgame.core.limits import CLOSING_TIME
from chatgame.core.log import Step
from chatgame.core.rules import AnyRules
from chatgame.core.table import Table
from chatgame.core.turn import Turn
from chatgame.session.interfaces import Interjecting, Journal, Link, Player
from chatgame.session.owing import left_owing
from chatgame.session.session import (
    AT_ONCE,
    Ask,
    Begin,
    Close,
    Command,
    End,
    Hear,
    Keep,
    Session,
    Show,
    Take,
    goodbye,
)

CHANCE = SystemRandom()
"""The system's own random numbers: one for all, since each is 2.5 KiB large."""


class _Conversation:
    """A session, and the coroutines that carry out what it says."""

    def __init__(
        self, session: Session, player: Player, link: Link, journal: Journal, shown: Callable[[Step], object]
    ) -> None:
        self._session = session
        self._shown = shown
        self._player = player
        self._link = link
        self._journal = journal
        # Not Events, which are larger and take two microseconds more, of the hundred that a turn and its answer take.
        self._idle: asyncio.Future[None] | None = None  # while there is nothing for the player
        self._due: asyncio.Future[None] | None = None  # while the session wants no tick yet
        self._closed = False
        self._tasks: asyncio.TaskGroup

    async def take_turns(self) -> None:
        """The turn-token coroutine: show the player each turn, and ask for a line while this seat holds the token."""
        for_player = self._session.for_player
        while True:
            if not for_player:
                if self._closed:
                    return
                self._idle = asyncio.get_running_loop().create_future()
                await self._idle
                continue
            command = for_player.pop(0)
            match command:
                case Show():
                    await self._player.see(command.step)
                    self._shown(command.step)
                case Ask():
                    await self._carry_out(self._session.line(await self._player.ask(command.table)))
                case Hear():
                    await self._player.hear(command.text)
                case Begin():
                    await self._player.begin(command.table, self._link.partner, command.steps)

    async def play(self) -> None:
        """The game coroutine: write what the program owes, and see that the partner's program does so in time."""
        loop = asyncio.get_running_loop()
        while True:
            if self._session.due != AT_ONCE:
                self._due = loop.create_future()
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(self._session.due):
                        await self._due
            await self._carry_out(self._session.tick(loop.time(), self._link.connected, self._link.proven))
            if self._session.due == AT_ONCE:
                await asyncio.sleep(0)  # the others go on between two parts of a long computation

    async def listen(self) -> None:
        """Have each turn of the partner's handed to the session as it comes, and then tell it why no more come."""
        self._link.hand_on(self._take)
        try:
            await self._link.receive()
        except ChatgameError as error:
            await self._carry_out(self._session.lost(error))

    def _take(self, turn: Turn) -> None:
        """Hand a turn of the partner's to the session, without waiting for anything."""
        commands = self._session.turn(turn)
        if commands and isinstance(commands[0], Take):
            self._journal.take(turn)
            commands = commands[1:]
        if commands:  # it was the last
            self._tasks.create_task(self._carry_out(commands))
        self._rouse()

    async def run(self) -> None:
        """Go on where the journal ends, until the conversation is over."""
        if isinstance(self._player, Interjecting):
            self._player.early = self._session.early
        try:
            await self._carry_out(self._session.start(self._journal.entries()))
            with unwrapped():
                async with asyncio.TaskGroup() as tasks:
                    self._tasks = tasks
                    beside = [tasks.create_task(self.listen()), tasks.create_task(self.play())]
                    try:
                        await self.take_turns()
                    finally:
                        self._link.hand_on(lambda _: None)
                    for task in beside:
                        task.cancel()
        except ChatgameError:
            await self._show_the_rest()
            raise

    async def _carry_out(self, commands: Iterable[Command]) -> None:
        """Do what the session says, and tell it what came of it."""
        self._rouse()
        for command in commands:
            match command:
                case Keep():
                    try:
                        await self._journal.keep(command.turn, command.opening)
                    except JournalFailed as error:
                        await self._carry_out(self._session.unkept(error))
                    else:
                        sends = self._session.kept()
                        self._rouse()
                        for send in sends:
                            await self._link.send(send.turn)
                case Take():
                    self._journal.take(command.turn)
                case End():
                    await self._journal.end()
                case Close():
                    if command.error:
                        raise command.error
                    self._closed = True
                    self._wake()

    def _rouse(self) -> None:
        """Let the other coroutines do what the session has for them."""
        if self._session.for_player:
            self._wake()
        if self._session.due == AT_ONCE and self._due and not self._due.done():
            self._due.set_result(None)

    def _wake(self) -> None:
        """Let the turn-token coroutine go on, if it waits for something to do."""
        if self._idle and not self._idle.done():
            self._idle.set_result(None)

    async def close(self, error: BaseException | None) -> None:
        """Say goodbye, and note that the conversation is over if this side has left it and the partner knows."""
        leaving = not isinstance(error, ChatgameError | None) or isinstance(error, PlayerLeft | OutputLost)
        table = self._session.table
        if leaving and table.revealing is self._link.seat:
            with suppress(ChatgameError, TimeoutError):
                async with asyncio.timeout(CLOSING_TIME):
                    await self._player.hear(left_owing(table, self._link.seat))
        if await self._link.close(goodbye(error)) and leaving:
            await self._journal.end()

    async def _show_the_rest(self) -> None:
        """Show what came before the conversation failed, if the player's screen takes it."""
        with suppress(ChatgameError, TimeoutError):
            async with asyncio.timeout(CLOSING_TIME):
                for command in self._session.for_player:
                    match command:
                        case Show(step):
                            await self._player.see(step)
                            self._shown(step)
                        case Hear(text):
                            await self._player.hear(text)


async def converse(
    player: Player,
    link: Link,
    games: Mapping[str, AnyRules],
    journal: Journal,
    chance: Random = CHANCE,
    shown: Callable[[Step], object] = bool,
) -> Table:
    """Let `player` talk and play over `link` until one side quits; returns the closed table.

    It goes on where `journal` ends. However it ends, the partner is told if possible, and the link is closed; what
    the journal keeps can be continued until somebody has left and the other knows. `chance` gives salts and
    random numbers; by default it is the system's own, which nobody can foresee. `shown` is called with each step
    when the player has seen it.

    Raises:
        PlayerLeft: the player's input ended.
        PartnerLeft: the partner said goodbye out of turn.
        LinkLost, TurnedAway: the connection broke, and could not be made again.
        RemoteProtocolError: the partner broke the protocol or the rules.
        Diverged: the partner's log is not of this conversation.
        JournalFailed: the journal cannot be read or written.
        Refused: the rules of a game failed over one's own reveal.
        OutputLost: nothing can be shown to the player.
    """
    failure: ChatgameError | None = None
    session = Session(link.seat, link.session, games, link.theirs, chance, watchable=link.watchable)
    conversation = _Conversation(session, player, link, journal, shown)
    try:
        await conversation.run()
    except ChatgameError as error:
        failure = error
    except BaseException as error:  # cancelled, or a defect
        await conversation.close(error)
        raise
    try:
        await conversation.close(failure)
    except asyncio.CancelledError:
        if not failure:
            raise  # or else a player who leaves meanwhile would hide why it closes
    if failure:
        raise failure
    return session.table
