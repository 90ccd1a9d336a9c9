"""What the table asks of whoever sits at a seat."""

from collections.abc import Sequence
from typing import Protocol

from chatgame.core.board import Board
from chatgame.core.log import Step
from chatgame.core.table import Table


class Player(Protocol):
    """A person at a console, a script or a bot; all type the same lines and read the same log."""

    async def ask(self, table: Table) -> str:
        """The next line, without its end, the token being here; may be cancelled and asked again.

        Raises:
            PlayerLeft: there will be none.
        """

    async def see(self, step: Step) -> None:
        """Learn of a turn that either seat wrote; no turn of the partner's is taken before this returns."""

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Sit down at a table opposite `partner`, who is called so or has not said; come back to it, after `steps`.

        `steps` are the last turns of the conversation; there are none where nothing was said yet.
        """

    async def hear(self, text: str | Board) -> None:
        """Get an answer that is for this player alone: why a line was refused, or what was asked for."""
