"""A server's program: a journal, a player and a door, joined."""

import secrets

from chatgame.core import sentences
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.net.addresses import canonical, is_loopback, reachable_at, typed
from chatgame.net.listen import open_door
from chatgame.net.tcp import TCPListener
from chatgame.players.person.narration import ShellCommand
from chatgame.program.attendance import Attendance
from chatgame.program.serving import audience_of, converse_at, recall, secured
from chatgame.program.setting import Notify, Setting, closed_conversation, conversation
from chatgame.protocol.pairing import Invitation, any_code, drawn
from chatgame.session.interfaces import Player


async def serve(player: Player, setting: Setting, notify: Notify) -> Table:
    """Open a table, wait for a client there, and let `player` converse; returns the closed table.

    Raises:
        ChatgameError: it failed, or somebody left; see `converse`.
    """
    if setting.relays:
        from chatgame.program.host import serve_at_relays  # only for those who use relays

        return await serve_at_relays(player, setting, notify)
    host = canonical(setting.host)
    listener = await TCPListener.bind(host, setting.port)
    async with open_door(listener, setting.games, notify, setting.patience) as door:
        at = Seat.SERVER, host, listener.port
        async with conversation(setting, notify, *at) as kept, closed_conversation(setting, *at) as farewell:
            address, secret, invitation = typed(reachable_at(host), listener.port), "", None
            if kept.pinned if kept.held.number else not (setting.insecure or is_loopback(host)):
                # A client that does not know of the farewell yet knows the server by its certificate.
                listener.tls = await secured(kept, farewell.pinned if farewell else None)
                secret = kept.pinned or ""
                invitation = Invitation(None if kept.held.number else any_code(secrets.randbelow))

            def admit(agreement: str | None) -> None:
                if agreement and secret:
                    audience.invite(any_code(drawn(secret, agreement)))

            attendance = Attendance(notify, setting.counted, address=address, coded=bool(secret))
            audience = audience_of(door, admit, attendance, secret)
            await door.open(kept, farewell, invitation, audience)
            notify(sentences.LISTENING.format(host=host, port=listener.port))
            if kept.held.number:
                notify(sentences.UNFINISHED)
            elif invitation:
                command = sentences.CLIENT_COMMAND.format(address=address, code=invitation.code)
                notify(sentences.CODE, ShellCommand(command))
            recall(audience, setting, kept)
            return await converse_at(door, audience, player, setting, kept, notify)
