"""A player whose first line is typed for them, as for `chatgame solo connect4`."""

from collections.abc import Callable, Sequence

from chatgame.core.log import Step
from chatgame.core.table import Table
from chatgame.session.interfaces import Interjecting, Player


class FirstLine:
    """Types `line` when `player` is first asked for one at such a table, and leaves all else to the player."""

    def __init__(self, player: Player, line: str, when: Callable[[Table], bool] = lambda _: True) -> None:
        self._player = player
        self._line: str | None = line
        self._when = when

    @property
    def early(self) -> Callable[[str], str | None]:
        """What takes the lines of a player who may type without being asked."""
        return self._player.early if isinstance(self._player, Interjecting) else lambda _: None

    @early.setter
    def early(self, early: Callable[[str], str | None]) -> None:
        if isinstance(self._player, Interjecting):
            self._player.early = early

    async def ask(self, table: Table) -> str:
        """The line once, and otherwise what the player types."""
        if self._line is None or not self._when(table):
            return await self._player.ask(table)
        line, self._line = self._line, None
        return line

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Pass it on."""
        await self._player.begin(table, partner, steps)

    async def see(self, step: Step) -> None:
        """Pass it on."""
        await self._player.see(step)

    async def hear(self, text: str) -> None:
        """Pass it on."""
        await self._player.hear(text)
