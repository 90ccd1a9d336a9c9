"""What a session needs, for others to implement: somebody at the seat, a link to the partner, and a journal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from chatgame.core.commitments import Opening
from chatgame.core.log import Entry, Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Turn
from chatgame.protocol.messages import Bye
from chatgame.protocol.resume import Held


class Watcher(Protocol):
    """Sees a conversation and has no say in it."""

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Come to a table, or back to it.

        Args:
            table: as it is now.
            partner: what the player opposite wants to be called; empty where they did not say.
            steps: the last turns of the conversation; empty where nothing was said yet.
        """

    async def see(self, step: Step) -> None:
        """See a turn that either seat wrote; the next one is shown when this returns."""


class Player(Watcher, Protocol):
    """A person at a console, a script, a bot or a program; all type the same lines and see the same log."""

    async def ask(self, table: Table) -> str:
        """The next line, without its end, since the token is here; may be cancelled.

        Raises:
            PlayerLeft: there will be no more lines.
            OutputLost: nothing can be shown to the player.
        """

    async def hear(self, text: str) -> None:
        """Hear a sentence for this player alone, such as why a line was refused."""


@runtime_checkable
class Interjecting(Protocol):
    """A player who may type without being asked.

    Attributes:
        early: set by the conversation; takes a line that was typed without being asked, and returns a sentence for
            the player if the line is kept for later, or else None.
    """

    early: Callable[[str], str | None]


class Link(Protocol):
    """Carries turns to the partner and back, over as many connections as it takes."""

    @property
    def seat(self) -> Seat:
        """One's own."""

    @property
    def session(self) -> str:
        """The session's identifier."""

    @property
    def theirs(self) -> Mapping[str, int]:
        """The games that the partner has, each with the version of its rules."""

    @property
    def partner(self) -> str:
        """What the partner wants to be called; empty where they did not say."""

    @property
    def watchable(self) -> bool:
        """Whether both programs can let people watch."""

    @property
    def connected(self) -> float:
        """Seconds that the partner has been connected, as far as we know; stands still while they are not."""

    @property
    def proven(self) -> float:
        """Seconds that the partner has been connected, as of their last sign of life."""

    def hand_on(self, taken: Callable[[Turn], None]) -> None:
        """Call `taken` with each turn of the partner's that comes from now on, as soon as it comes."""

    async def receive(self) -> Turn:
        """The partner's next turn that was not handed on.

        Raises:
            ChatgameError: there is none, and the session ends; PartnerLeft where the partner said goodbye.
        """

    async def send(self, turn: Turn) -> None:
        """Send a turn; if there is no connection, or it breaks, the next connection carries it."""

    async def close(self, goodbye: Bye | None = None) -> bool:
        """Say goodbye, if anything is to be said, and close; never takes long or raises.

        Returns whether the partner has said goodbye too.
        """


class Journal(Protocol):
    """Keeps one conversation, as one side has it: its log, and what it takes to continue it with another program.

    One's own turns are safe before they are sent. The partner's turns are safe with one's own next turn: until that
    has arrived, the partner keeps them.

    Attributes:
        session: the session's identifier, or None before there is one.
        token: as the server: the client's last one, or None.
        pinned: as the server: its certificate with the private key, in PEM; as the client: what it knows the server's
            by; None where connections are not secure, or not yet.
        place: where the two meet again at a relay, or None before there is a session that matters.
        name: what one's own player wants to be called, or nothing.
        held: what was held of the log when the program began.
    """

    session: str | None
    token: str | None
    pinned: str | None
    place: str | None
    name: str
    held: Held

    def entries(self) -> Iterable[Entry]:
        """What is kept so far.

        Raises:
            JournalFailed: it cannot be read.
        """

    async def keep(self, turn: Turn, opening: Opening | None = None) -> None:
        """Make the log safe up to a turn of one's own, and what opens it if it is a commitment.

        Raises:
            JournalFailed: it cannot be written; nothing is kept of the turn.
        """

    def take(self, turn: Turn) -> None:
        """Take the partner's next turn, which is safe only with one's own next, or at the end."""

    async def end(self) -> None:
        """Keep that the conversation is over, and both sides know it.

        Raises:
            JournalFailed: it cannot be written.
        """

    async def next_token(self) -> str:
        """As the client: a token that was never given out before, now and after being killed.

        Raises:
            JournalFailed: it cannot be written, so the token might be given out again.
            TurnedAway: all tokens were given out.
        """

    async def keep_partner(self, session: str, token: str | None, partner: str, place: str | None = None) -> None:
        """Keep the session, as the server the client's token, the partner's name, and a new session's place.

        Raises:
            JournalFailed: it cannot be written.
        """

    async def pin(self, pinned: str) -> None:
        """Keep what connections are made secure by.

        Raises:
            JournalFailed: it cannot be written.
        """
