"""Those who watch: each is shown every turn, and none of them is waited for.

A turn is only noted when it is written. It goes out a moment later, together with those that came in between, to each
watcher whose line takes it. So neither their number nor their lines make a turn slower, and a watcher that
reads keeps up with two programs, however fast they play.
"""

import asyncio
import math
import secrets
from collections.abc import Callable, Iterable
from functools import partial

from msgspec.structs import replace

from chatgame.core.errors import ChatgameError, Diverged, LinkLost, PeerSilent
from chatgame.core.limits import CLOSING_TIME, MAX_NEWS, MAX_WATCHERS, SILENCE_LIMIT
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.net.pump import Pump
from chatgame.protocol.badges import OWNER_SIZE, Badges
from chatgame.protocol.broadcast import Broadcast, Cursor
from chatgame.protocol.messages import Bye, Reason, Watch, Watchers
from chatgame.protocol.pairing import Invitation

DELAY = 0.05
"""In seconds: for what is shown to go out, and to look again whether a line takes more."""

FULL = Bye(Reason.TAKEN, f"{MAX_WATCHERS} people watch already.")
UNWATCHED = Bye(Reason.UNWATCHED)
UNKNOWN = Bye(Reason.UNKNOWN)
OVER = Bye(Reason.LEFT)
TOO_SLOW = Bye(Reason.BEHIND, "Your line takes less than there is to see.")
SILENT = Bye(Reason.BEHIND, f"Your program gave no sign of life for {SILENCE_LIMIT:.0f} seconds.")


class Audience:
    """The watchers of one conversation, while people may watch.

    Args:
        admit: is called when people may watch, with the digest of the agreement, and with None when they may not any
            more; where they need a code, it calls `invite`, at once or later.
        changed: is called with how many watch, and the code, whenever that has changed.
        secret: what the server alone knows, if people need a code; their badges follow from it.

    Attributes:
        invitation: lets watchers in, where they need a code.
        badges: let those in who were let in before; None where nobody needs a code, or nobody may watch.
        names: what the two players want to be called.
        status: what was told last, or None while nobody may watch.
        agreement: the digest of the agreement by which people may watch.
    """

    def __init__(
        self, admit: Callable[[str | None], object], changed: Callable[[Watchers], object], secret: str = ""
    ) -> None:
        self.invitation = Invitation(None)
        self.badges: Badges | None = None
        self.names = {Seat.CLIENT: "", Seat.SERVER: ""}
        self.status: Watchers | None = None
        self.agreement = ""
        self._admit = admit
        self._changed = changed
        self._secret = secret
        self._relay = ""
        self._broadcast: Broadcast | None = None
        self._cursors: dict[Pump, Cursor] = {}
        self._shown: dict[Pump, str] = {}  # their badges
        self._leaving: set[asyncio.Task[bool]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._told = -math.inf  # when the players could be told once a second of all that they were told
        self._telling: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def recall(self, log: Iterable[Step]) -> None:
        """Go on where a log ends."""
        for step in log:
            self._note(step)
        self._open()

    def see(self, step: Step) -> None:
        """Take a turn of either seat; it is shown a moment later."""
        was = self._broadcast
        self._note(step)
        if was and not self._broadcast:
            self._end(was, UNWATCHED if step.after.token else OVER)
        elif was:
            if self._cursors and not self._timer:
                self._timer = self._loop.call_later(DELAY, self._show)
        elif self._broadcast:
            self._open()

    def _open(self) -> None:
        """Let people in, if they may watch."""
        if self._broadcast:
            self._admit(self.agreement)
            if not self.invitation.code:  # there is none, or it comes later
                self.tell()

    def invite(self, code: str, relay: str = "") -> None:
        """Let people in by this code, in place of the one before, unless too many wrong ones were tried.

        Its number may be from a relay.
        """
        if self._broadcast:
            self.invitation.move(code)
            self._relay = relay
            self.tell()

    def _note(self, step: Step) -> None:
        """Note a turn, and whether people may watch."""
        table = step.after
        if self._broadcast:
            self._broadcast.add(step)
        if table.watching.since is None or not table.token:
            self._broadcast = self.badges = None
            self.invitation.renew(None)
        elif not self._broadcast:
            self._broadcast, self.agreement = Broadcast(table), table.digest
            self.badges = Badges(self._secret, self.agreement) if self._secret else None

    def admit(self, pump: Pump, watch: Watch, *, paired: bool) -> Bye | None:
        """Let somebody watch, who has paired or shows a badge where that is needed; returns the goodbye if not."""
        broadcast, badge = self._broadcast, watch.badge or ""
        if not broadcast:
            return UNWATCHED
        if self.badges and not self.badges.holds(badge):
            if not paired:
                return UNKNOWN
            badge = self.badges.new(secrets.token_bytes(OWNER_SIZE))
        before = next((other for other, shown in self._shown.items() if shown == badge), None)
        if before:  # a connection that was lost, which we have not noticed yet
            self._forget(before)
            before.abort()
        elif len(self._cursors) == MAX_WATCHERS:
            return FULL
        view, cursor = broadcast.admit(watch, self.names[Seat.CLIENT], self.names[Seat.SERVER])
        if self.badges:
            view = replace(view, badge=badge, place=self.badges.place)
            self._shown[pump] = badge
        self._cursors[pump] = cursor
        pump.say(view)
        pump.hand_on(partial(self._arrived, pump))
        self.tell()
        self._show()
        return None

    def _arrived(self, pump: Pump) -> None:
        """See what a watcher has said: a sign of life, or that it goes."""
        try:
            while pump.next():
                self._dismiss(pump, OVER)
        except PeerSilent:
            self._dismiss(pump, SILENT, SILENCE_LIMIT)
        except LinkLost:
            self._dismiss(pump, None)
        except ChatgameError as error:
            self._dismiss(pump, Bye(Reason.REFUSED, str(error)))

    def _show(self) -> None:
        """Send each watcher what its line takes now, and look again soon if that was not all."""
        if self._timer:
            self._timer.cancel()
        self._timer = None
        broadcast = self._broadcast
        if not broadcast:
            return
        for pump in [*self._cursors]:
            self._show_to(pump, broadcast)
        if any(cursor.number < broadcast.table.number for cursor in self._cursors.values()):
            self._timer = self._loop.call_later(DELAY, self._show)

    def _show_to(self, pump: Pump, broadcast: Broadcast) -> None:
        """Send one watcher what follows, as much of it as its line takes now."""
        if broadcast.is_behind(self._cursors[pump]):
            self._dismiss(pump, TOO_SLOW, SILENCE_LIMIT)
            return
        try:
            while not pump.transport.stalled:
                frames, self._cursors[pump] = broadcast.after(self._cursors[pump])
                if not frames:
                    break
                pump.show(frames)
        except Diverged as error:
            self._dismiss(pump, Bye(Reason.DIVERGED, str(error)))

    def _end(self, broadcast: Broadcast, goodbye: Bye) -> None:
        """Show the last turns, and dismiss everybody."""
        for pump in [*self._cursors]:
            self._show_to(pump, broadcast)
        self.status = None
        self._admit(None)
        for pump in [*self._cursors]:
            self._dismiss(pump, goodbye)

    def _dismiss(self, pump: Pump, goodbye: Bye | None, patience: float = CLOSING_TIME) -> None:
        """Say goodbye to a watcher, who gets so long to read it, and do not wait for that."""
        if self._forget(pump):
            leaving = self._loop.create_task(pump.close(goodbye, patience))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
            self.tell()

    def _forget(self, pump: Pump) -> bool:
        """Show a watcher nothing more; returns whether it was one."""
        self._shown.pop(pump, None)
        return self._cursors.pop(pump, None) is not None

    def tell(self) -> None:
        """Tell how many watch and by which code, if people may."""
        if self._broadcast:
            since = self._broadcast.table.watching.since
            assert since is not None, "people may watch"
            code, burned = self.invitation.code or "", self.invitation.burned
            self.status = Watchers(since, len(self._cursors), code, self._relay, burned)
            if self._telling:
                return  # and soon that, too
            now = self._loop.time()
            self._told = max(self._told, now - MAX_NEWS) + 1.0
            if self._told <= now:
                self._changed(self.status)
            else:
                self._telling = self._loop.call_at(self._told, self._tell_late)

    def _tell_late(self) -> None:
        self._telling = None
        if self.status:
            self._changed(self.status)

    async def close(self) -> None:
        """Say goodbye to everybody, which never takes long, whatever they do."""
        for pump in [*self._cursors]:
            self._dismiss(pump, OVER)
        self._broadcast = None
        for timer in (self._timer, self._telling):
            if timer:
                timer.cancel()
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=CLOSING_TIME)
        for leaving in self._leaving:
            leaving.cancel()
