"""A player whose first line is typed for them, as for `chatgame solo connect4`; and the line that starts a game."""

from collections.abc import Callable, Sequence

from chatgame.core.errors import ChatgameError, Refused
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.shelf import Shelf
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.session.commands import AS_MESSAGE, Write, read_chat
from chatgame.session.interfaces import Interjecting, Player


class FirstLine:
    """Types `line` when `player` is first asked for one and `when` holds; the player does everything else."""

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


def line_to_play(words: Sequence[str], games: Shelf) -> str:
    """The line that starts the game that these words name.

    Raises:
        ChatgameError: there is no such game, or it does not take these options.
    """
    line = f"play {' '.join(words)}"
    table = Table.open("", games, games.versions)
    try:
        if isinstance(meant := read_chat(line, table, Seat.CLIENT), Write) and meant.kind is Kind.PLAY:
            return line
    except Refused as error:
        raise ChatgameError(str(error).removesuffix(AS_MESSAGE).rstrip()) from error
    raise ChatgameError(f'There is no game "{" ".join(words)}". The games are {", ".join(games)}.')
