"""A client's program: a journal, a player and a way to the server, joined."""

import asyncio
from contextlib import suppress

from chatgame.core import sentences
from chatgame.core.errors import Diverged, Forgotten, JournalFailed, TurnedAway, Unreachable
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.journal.conversation import OnDisk
from chatgame.net.addresses import canonical, typed
from chatgame.net.dial import Way, pauses
from chatgame.program.attendance import Attendance
from chatgame.program.setting import Notify, Setting, closed_conversation, conversation
from chatgame.program.ways import Destination, dialler_to
from chatgame.session.interfaces import Player
from chatgame.session.play import converse


async def join(player: Player, setting: Setting, notify: Notify) -> Table:
    """Join the table of a server, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    host, port = setting.relays[0] if setting.relays else (canonical(setting.host), setting.port)
    at = Seat.CLIENT, host, port
    # They do not keep a person from a new one. Over relays, they may be of another friend.
    no_matter = (Unreachable, JournalFailed) if setting.new or setting.relays else ()
    # A server that takes us back each time, and never says that it has heard us, is not told for ever.
    loop = asyncio.get_running_loop()
    until, waits = loop.time() + setting.patience, pauses()
    while True:
        waits_for_us = False
        with suppress(*no_matter):
            waits_for_us = await _say_goodbye_again(player, setting, notify, host, at)
        async with conversation(setting, notify, *at) as kept:
            try:
                link = await _way(setting, host, kept, notify).connect()
            except TurnedAway:
                pause = next(waits)
                if not waits_for_us or loop.time() + pause > until:
                    raise
            else:
                notify(
                    sentences.CONNECTED_OVER
                    if setting.relays
                    else sentences.CONNECTED_TO.format(host=host, port=port)
                )
                return await converse(player, link, setting.games, kept, setting.chance)
        notify(sentences.FAREWELL_NOT_HEARD.format(pause=pause))
        await asyncio.sleep(pause)


async def _say_goodbye_again(
    player: Player, setting: Setting, notify: Notify, host: str, at: tuple[Seat, str, int]
) -> bool:
    """Tell the server that we have quit the last conversation, if it may not know; returns whether it still may not.

    A server that does not know keeps the seat for us in that conversation, also from ourselves in a new one.
    """
    async with closed_conversation(setting, *at) as closed:
        if not closed:
            return False
        try:
            link = await _way(setting, host, closed, notify).connect(waits=not setting.relays)
            await converse(player, link, setting.games, closed)
        except (Forgotten, Diverged):
            await closed.end()  # the server does not expect us any more
        if closed.ended:
            notify(sentences.FAREWELL_HEARD)
        return not closed.ended


def _way(setting: Setting, host: str, kept: OnDisk, notify: Notify) -> Way:
    """Return the client's way to the server: secure by the code or as before; in the clear only on this computer.

    Raises:
        Unreachable: the server is on another computer, and there is no code.
        ChatgameError: the extra that is needed is not installed.
    """
    secure = bool(setting.code or (kept.pinned and kept.held.number))
    to = Destination("client", host, setting.port, setting.relays, setting.insecure)
    dialler = dialler_to(to, kept, notify, setting.code, secure=secure)
    attendance = Attendance(
        notify, setting.counted, relays=setting.relays, address=typed(host, setting.port), coded=secure
    )
    return Way(dialler, setting.games, kept, notify, setting.patience, setting.code, attendance.note)
