"""A player that says lines prepared beforehand, for examples, tests and programs."""

from collections.abc import Iterable, Sequence

from chatgame.core.errors import PlayerLeft
from chatgame.core.log import Step
from chatgame.core.table import Table


class Script:
    """Says `lines` one by one, and leaves when there are no more.

    Attributes:
        heard: the sentences that were for this player alone.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.heard: list[str] = []

    async def ask(self, table: Table) -> str:  # noqa: ARG002  # a script says the same, whatever the table shows
        """The next line of the script."""
        for line in self._lines:
            return line
        raise PlayerLeft("The script is at its end.")

    async def see(self, step: Step) -> None:
        """Do nothing: a script does not react."""

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Do nothing: a script does not continue where it left off."""

    async def hear(self, text: str) -> None:
        """Keep the sentence."""
        self.heard.append(text)
