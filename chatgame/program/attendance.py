"""What the two players read about those who watch: how many there are, and what people type to watch."""

from collections.abc import Callable, Sequence

from chatgame.core import sentences
from chatgame.net.addresses import Relay, as_options
from chatgame.players.person.narration import ShellCommand
from chatgame.program.setting import Notify
from chatgame.protocol.messages import Watchers


class Attendance:
    """Says on a screen how many watch, and what people type to watch.

    Args:
        notify: shows sentences.
        counted: is told how many they are, and how one comes to watch, in lines.
        relays: over which the players talk.
        address: the server's on a direct line, as people type it.
        coded: whether people need a code; without a valid one nobody new can come.
    """

    def __init__(
        self,
        notify: Notify,
        counted: Callable[[int, str], object],
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
        how = self._how(now)
        self._counted(now.count, "\n".join(how))
        if how and not (known and self._how(known) == how):
            self._notify(*how)
        count = known.count if known else 0
        if now.count > count:
            self._notify(sentences.CAME_TO_WATCH.format(count=now.count))
        elif now.count < count:
            self._notify(sentences.WENT_AWAY.format(count=now.count))

    def _how(self, now: Watchers) -> Sequence[str]:
        """How people come to watch; nothing before a relay has given a number for the code.

        Only the first relay of the command is asked for the number; the partner may know it by another name.
        """
        if now.burned:
            return [sentences.WATCH_CODE_BURNED]
        if self._coded and not now.code:
            return []
        address = as_options(sorted(self._relays, key=lambda relay: str(relay) != now.relay)) or self._address
        command = sentences.WATCH_WITH.format(address=address, code=now.code).rstrip()
        return [sentences.WATCH_COMMAND, ShellCommand(command)]
