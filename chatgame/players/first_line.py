"""A player whose first line is typed for them, as for `chatgame solo connect4`."""

from collections.abc import Callable, Sequence

from chatgame.core.log import Step
from chatgame.core.table import Table
from chatgame.session.interfaces import Interjecting, Player


class FirstLine:
    """Types `line` when `player` is first asked for one, and leaves everything else to the player."""

    def __init__(self, player: Player, line: str) -> None:
        self._player = player
        self._line: str | None = line

    @property
    def early(self) -> Callable[[str], str | None]:
        """What takes the lines of a player who may type without being asked."""
        return self._player.early if isinstance(self._player, Interjecting) else lambda _: None

    @early.setter
    def early(self, early: Callable[[str], str | None]) -> None:
        if isinstance(self._player, Interjecting):
            self._player.early = early

    async def ask(self, table: Table) -> str:
        """The line the first time, and after that what the player types."""
        line, self._line = self._line, None
        return await self._player.ask(table) if line is None else line

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Pass it on."""
        await self._player.begin(table, partner, steps)

    async def see(self, step: Step) -> None:
        """Pass it on."""
        await self._player.see(step)

    async def hear(self, text: str) -> None:
        """Pass it on."""
        await self._player.hear(text)
