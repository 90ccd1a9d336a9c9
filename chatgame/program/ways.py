"""What a client and a watcher dial: secure by a code or as before, and in the clear only where they may."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from chatgame.core.errors import Unreachable
from chatgame.net.addresses import Relay, as_options, is_loopback, typed
from chatgame.net.tcp import TCPDialler
from chatgame.net.transport import Dialler
from chatgame.program.setting import Notify
from chatgame.protocol.pairing import number_of

if TYPE_CHECKING:
    from chatgame.net.relayed import Known


class Destination(Struct, frozen=True):
    """Where a server is, for a command that dials it.

    Attributes:
        command: `client` or `watch`.
        host, port: the address on a direct line.
        relays: where the server is, in place of these.
        insecure: whether to talk in the clear to another computer.
    """

    command: str
    host: str
    port: int
    relays: Sequence[Relay]
    insecure: bool

    @property
    def typed(self) -> str:
        """The address as people type it."""
        return as_options(self.relays) if self.relays else typed(self.host, self.port)


def dialler_to(to: Destination, known: "Known", notify: Notify, code: str | None, *, secure: bool) -> Dialler:
    """Return what dials a server.

    Raises:
        Unreachable: it would be secure, and there is no code.
        ChatgameError: the extra that is needed is not installed.
    """
    if secure:
        from chatgame.net.tls import client_context  # which needs an extra

        tls = client_context()
        if not to.relays:
            return TCPDialler(to.host, to.port, tls)
        from chatgame.net.relayed import RelayedDialler

        return RelayedDialler(to.relays, tls, known, notify, number_of(code) if code else None)
    what = "talk" if to.command == "client" else "watch"
    if to.relays:
        raise Unreachable(
            f"To {what} over a relay, add the code that your friend's program shows, as in: "
            f"chatgame {to.command} --relay {to.relays[0]} 7-guitar-island"
        )
    if not (to.insecure or is_loopback(to.host)):
        on = "talk to" if what == "talk" else "watch on"
        raise Unreachable(
            f"To {on} another computer, add the code that the server shows there, as in: "
            f"chatgame {to.command} {to.typed} 7-guitar-island"
        )
    return TCPDialler(to.host, to.port)
