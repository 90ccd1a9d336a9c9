"""What servers on a direct line and at relays have in common: they converse, and let people watch."""

import asyncio
import ssl
from collections.abc import Callable

from chatgame.core import sentences
from chatgame.core.errors import NothingSaid
from chatgame.core.log import steps
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.journal.conversation import OnDisk
from chatgame.net.listen import Door
from chatgame.net.watch.audience import Audience
from chatgame.program.attendance import Attendance
from chatgame.program.setting import Notify, Setting
from chatgame.protocol.messages import Watchers
from chatgame.session.interfaces import Player
from chatgame.session.play import converse


async def secured(kept: OnDisk, certificate: str | None = None) -> tuple[ssl.SSLContext, bytes]:
    """Return what makes a server's connections secure: as before, or by this certificate, or by a new one.

    Raises:
        ChatgameError: the extra that is needed is not installed, or the journal's certificate is damaged.
    """
    from chatgame.net.tls import new_certificate, server_tls  # which needs an extra

    if not kept.pinned:
        await kept.pin(certificate or new_certificate())
    try:
        return server_tls(kept.pinned or "")
    except (ValueError, ssl.SSLError) as error:
        raise kept.damaged(error) from error


def audience_of(
    door: Door, admit: Callable[[str | None], object], attendance: Attendance, secret: str = ""
) -> Audience:
    """Return those who watch, of whom both players are told; see `Audience`."""

    def tell(watchers: Watchers) -> None:
        attendance.note(watchers)
        if door.partner.done():
            door.partner.result().tell(watchers)

    return Audience(admit, tell, secret)


async def converse_at(
    door: Door, audience: Audience, player: Player, setting: Setting, kept: OnDisk, notify: Notify
) -> Table:
    """Converse with the client that gets the seat, or with the next one if that one is lost before it has spoken.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    try:
        while True:
            link = await door.partner
            audience.names[Seat.CLIENT] = link.partner
            if audience.status:
                link.tell(audience.status)
            notify(sentences.CONNECTED_OVER if setting.relays else sentences.CONNECTED_BY.format(peer=link.peer))
            if not kept.held.number:
                notify(sentences.WAITING_FOR_MESSAGE)
            try:
                return await converse(player, link, setting.games, kept, setting.chance, audience.see)
            except NothingSaid as error:
                if (task := asyncio.current_task()) and task.cancelling():
                    raise  # the person here leaves at the same moment, so do not wait for another client
                notify(str(error))
    finally:
        await audience.close()


def recall(audience: Audience, setting: Setting, kept: OnDisk) -> None:
    """Let people watch on whom both had let in before the program ended."""
    audience.names |= {Seat.SERVER: kept.name, Seat.CLIENT: kept.partner}
    if kept.held.number and any(entry.turn.kind is Kind.WATCH for entry in kept.entries()):
        assert kept.session, "a log is of a session"
        audience.recall(steps(Table.open(kept.session, setting.games), kept.entries()))
