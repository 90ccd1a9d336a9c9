"""A conversation: a player and a link joined at one table.

Three coroutines share the table. `_listen` takes the partner's turns from the link. `_take_turns` is the turn token:
it asks the player for a line only while this seat holds the token. `_play` takes over from it while a game is on.
Whoever writes a turn puts it through the table first, so nobody can write out of turn, and the three cannot meet.
"""

import asyncio
from collections.abc import Callable, Mapping

from chatgame.core.commands import Reply, Write, read_chat, read_game
from chatgame.core.errors import ChatgameError, LinkLost, PartnerLeft, Refused, RemoteProtocolError, unwrapped
from chatgame.core.messages import Bye, Reason
from chatgame.core.rules import AnyRules
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.journal import Journal
from chatgame.link.link import Link
from chatgame.players.player import Player


async def converse(player: Player, link: Link, games: Mapping[str, AnyRules], journal: Journal) -> Table:
    """Let `player` talk and play over `link` until one side quits; returns the closed table.

    However it ends, the partner is told and the link is closed.

    Raises:
        PlayerLeft: the player's input ended.
        PartnerLeft: the partner said goodbye out of turn.
        LinkLost: the connection broke.
        RemoteProtocolError: the partner broke the protocol or the rules.
    """
    goodbye: Bye | None = Bye(Reason.LEFT)
    try:
        table = await _Conversation(player, link, games, journal).run()
        goodbye = None
    except (PartnerLeft, LinkLost):
        goodbye = None
        raise
    except RemoteProtocolError as error:
        goodbye = Bye(Reason.REFUSED, str(error)[:500])
        raise
    finally:
        await link.close(goodbye)
    return table


class _Conversation:
    """The table that the three coroutines share, and the only one who changes it."""

    def __init__(self, player: Player, link: Link, games: Mapping[str, AnyRules], journal: Journal) -> None:
        self._player = player
        self._link = link
        self._journal = journal
        self._table = Table.open(link.session, {name: games[name] for name in link.games})
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
                raise RemoteProtocolError(f"The {turn.seat} broke the rules: {error}") from error
            self._journal.append(turn)
            await self._player.see(self._table, turn, after)
            self._table = after
            self._heard.set()

    async def _take_turns(self) -> None:
        """The turn token: write when it is here, wait while it is not."""
        while self._table.token:
            if self._table.playing:
                await self._play()
            else:
                await self._turn(read_chat)

    async def _play(self) -> None:
        """The game: the same, with lines read as moves, until the match is over."""
        while self._table.playing:
            await self._turn(read_game)

    async def _turn(self, read: Callable[[str, Table, Seat], Write | Reply]) -> None:
        if self._table.token is not self._link.seat:
            self._heard.clear()
            await self._heard.wait()
            return
        line = await self._player.ask(self._table)
        try:
            meant = read(line, self._table, self._link.seat)
            if isinstance(meant, Write):
                await self._write(meant)
            else:
                await self._player.hear(meant.text)
        except Refused as error:
            await self._player.hear(str(error))

    async def _write(self, meant: Write) -> None:
        before = self._table
        turn, self._table = before.write(self._link.seat, meant.kind, meant.text)
        self._journal.append(turn)
        await self._link.send(turn)
        # Seen after it is sent: a console reads on only then, so an end of input cannot overtake the turn.
        await self._player.see(before, turn, self._table)
