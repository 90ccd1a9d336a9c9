"""The program of somebody who watches: a way to the server, and the check of what it shows, joined."""

from collections.abc import Callable, Mapping, Sequence

from chatgame.core.limits import PATIENCE
from chatgame.core.rules import AnyRules
from chatgame.net.addresses import Relay, canonical
from chatgame.net.watch.dial import Met, Watching
from chatgame.program.setting import Notify
from chatgame.program.ways import Destination, dialler_to
from chatgame.session.onlooker import Onlooker, Shown


async def watch(
    host: str,
    port: int,
    games: Mapping[str, AnyRules],
    show: Callable[[Shown], object],
    notify: Notify,
    *,
    relays: Sequence[Relay] = (),
    code: str | None = None,
    insecure: bool = False,
    patience: float = PATIENCE,
) -> None:
    """Watch a conversation of others, until it is over or may not be watched any more.

    Args:
        host: the server's.
        port: the server's.
        games: those that this program has.
        show: is called with what there is to see.
        notify: shows sentences about the connection.
        relays: where the server is, in place of its host and port.
        code: for watchers, of a server on another computer.
        insecure: whether to watch in the clear on another computer.
        patience: seconds that a server that was lost may take to come back.

    Raises:
        ChatgameError: it failed; see `Watching.watch`.
    """
    met = Met()
    to = Destination("watch", canonical(host), port, relays, insecure)
    dialler = dialler_to(to, met, notify, code, secure=bool(code))
    await Watching(dialler, met, Onlooker(games), show, notify, patience, code).watch()
