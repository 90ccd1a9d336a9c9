"""A server's program at relays, where it is the host: what waits there for the client, and for those who watch."""

import asyncio
import secrets

from chatgame.core import sentences
from chatgame.core.errors import unwrapped
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.net.addresses import Numbered, as_options
from chatgame.net.listen import open_door
from chatgame.net.relayed import RelayedListener
from chatgame.players.person.narration import ShellCommand
from chatgame.program.attendance import Attendance
from chatgame.program.serving import audience_of, converse_at, recall, secured
from chatgame.program.setting import Notify, Setting, closed_conversation, conversation
from chatgame.protocol.pairing import Invitation, code_with, drawn
from chatgame.session.interfaces import Player


async def serve_at_relays(player: Player, setting: Setting, notify: Notify) -> Table:
    """Serve as on a direct line; a code is shown whenever a relay gives a number for it."""
    relays, invitation, at = setting.relays, Invitation(None), (Seat.SERVER, *setting.relays[0])
    async with conversation(setting, notify, *at) as kept, closed_conversation(setting, *at) as farewell:
        tls = await secured(kept)
        secret = kept.pinned or ""
        others = {farewell.place: await secured(farewell)} if farewell and farewell.place else {}

        def numbered(given: Numbered) -> None:
            if door.partner.done():
                return  # the code was used; who came by it comes back without one
            again = bool(invitation.code or invitation.burned)
            (invitation.renew if invitation.burned else invitation.move)(code_with(given.number, secrets.randbelow))
            named = as_options([given.relay, *(other for other in relays if other != given.relay)])
            notify(
                sentences.OTHER_CODE if again else sentences.CODE,
                ShellCommand(sentences.CLIENT_COMMAND.format(address=named, code=invitation.code)),
            )

        with unwrapped():
            async with asyncio.TaskGroup() as legs:
                listener = RelayedListener(legs, relays, tls, others, notify, numbered)
                async with open_door(listener, setting.games, notify, setting.patience) as door:

                    def watch_at(given: Numbered) -> None:
                        words = drawn(secret, f"{audience.agreement} {given.relay} {given.number}")
                        audience.invite(code_with(given.number, words), str(given.relay))
                        legs.create_task(kept.keep_gate(str(given)))

                    def admit(agreement: str | None) -> None:
                        places = [audience.badges.place] if audience.badges else []
                        gate.expect(places, new=agreement is not None)

                    before = Numbered.of(kept.gate, relays)
                    gate = RelayedListener(legs, relays, tls, {}, _say_nothing, watch_at, before=before, needed=False)
                    await gate.start(door.welcome)
                    audience = audience_of(
                        door, admit, Attendance(notify, setting.counted, relays=relays, coded=True), secret
                    )
                    await door.open(kept, farewell, invitation, audience)
                    if kept.held.number:
                        notify(sentences.UNFINISHED)
                    recall(audience, setting, kept)
                    try:
                        return await converse_at(door, audience, player, setting, kept, notify)
                    finally:
                        gate.close()


def _say_nothing(text: str) -> None:
    """For a second listener at relays, of which the first one tells."""
