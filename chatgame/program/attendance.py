"""What the two players read about those who watch: how many there are, and what people type to watch."""

from collections.abc import Callable, Sequence

from chatgame.core import sentences
from chatgame.net.addresses import Relay, as_options
from chatgame.program.setting import Notify
from chatgame.protocol.messages import Watchers


class Attendance:
    """Says on a screen how many watch, and what people type to watch.

    Args:
        notify: shows sentences.
        counted: is told how many they are.
        relays: over which the players talk.
        address: the server's on a direct line, as people type it.
        coded: whether people need a code; without a valid one nobody new can come.
    """

    def __init__(
        self,
        notify: Notify,
        counted: Callable[[int], object],
        *,
        relays: Sequence[Relay] = (),
        address: str = "",
        coded: bool,
    ) -> None:
        self._notify = notify
        self._counted = counted
        self._relays = relays
        self._address = address
        self._coded = coded
        self._known: Watchers | None = None

    def note(self, now: Watchers) -> None:
        """Say what has changed."""
        before, self._known = self._known, now
        known = before if before and before.since == now.since else None
        self._counted(now.count)
        if (now.code or not self._coded) and not (known and known.code == now.code):
            self._notify(sentences.WATCH_COMMAND.format(command=self._command(now)))
        if now.burned and not (known and known.burned):
            self._notify(sentences.WATCH_CODE_BURNED)
        count = known.count if known else 0
        if now.count > count:
            self._notify(sentences.CAME_TO_WATCH.format(count=now.count))
        elif now.count < count:
            self._notify(sentences.WENT_AWAY.format(count=now.count))

    def _command(self, now: Watchers) -> str:
        """What people type: first the relay that is asked for the number, if it is known by this name."""
        address = as_options(sorted(self._relays, key=lambda relay: str(relay) != now.relay)) or self._address
        return sentences.WATCH_WITH.format(address=address, code=now.code).rstrip()
