"""A client that the test plays by hand, and what the server's console shows of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from chatgame.core.board import Board, Cell, Choice, Grid, Mark, Picture
from chatgame.core.errors import ChatgameError
from chatgame.core.rules import AnyRules, Outcome, Rules, Secrets
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.link import Link
from chatgame.net.memory import memory_streams
from chatgame.players.person.console import Console
from chatgame.players.person.look import Look
from chatgame.protocol.hello import hello_of
from chatgame.protocol.resume import Held
from chatgame.session.play import converse
from tests.kit.ends import Peer, Screen, greeted
from tests.kit.logs import NONCE, SESSION


class Echo(Rules[tuple[str, ...], str]):
    """A plugin that shows every text it gets, unchanged."""

    name = "echo"
    title = "echo"

    def start(self, inviter: Seat, options: str) -> tuple[str, ...]:
        """Options are part of the position, so they are shown, too."""
        return (inviter.other, options)

    def to_act(self, position: tuple[str, ...]) -> Seat:
        """They take turns."""
        mover = Seat(position[0])
        return mover if len(position) % 2 == 0 else mover.other

    def asks(self, position: tuple[str, ...], seat: Seat) -> str:
        """What was last played."""
        return position[-1]

    def parse(self, position: tuple[str, ...], seat: Seat, text: str) -> str:
        """Anything goes."""
        return text

    def apply(self, position: tuple[str, ...], move: str) -> tuple[str, ...]:
        """The position keeps every move."""
        return (*position, move)

    def outcome(self, position: tuple[str, ...]) -> Outcome | None:
        """Three moves are a game."""
        return Outcome(None, position[-1]) if len(position) == 5 else None

    def board(
        self, position: tuple[str, ...], viewer: Seat | None, secrets: Secrets, before: tuple[str, ...] | None
    ) -> Board:
        """The whole position, in every place where a board has text."""
        text = "\n".join(position)
        mark = Mark(position[-1], text, position[-1])
        cells = [Cell(text, mark, fresh=True), Cell("", mark, line=True)]
        return Board(
            [Grid(cells, 2, text, [text], [text], [mark]), Picture(text, text, text), text], [Choice(text)], text
        )

    def tell(self, position: tuple[str, ...], came: str, viewer: Seat | None) -> str | None:
        """The move itself at one position, and the usual sentence at others."""
        return came if len(position) == 3 else None


CLIENT, SERVER = Seat
GAMES: dict[str, AnyRules] = {**BUILT_IN, "echo": Echo()}
VERSIONS = {name: rules.version for name, rules in GAMES.items()}


class Seen(NamedTuple):
    """What a program has shown: its screen, and the sentence that it ends with."""

    screen: str
    complaint: str


Act = Callable[[Peer, str], Awaitable[None]]


async def conversation(
    act: Act, text: str, lines: Sequence[str] = (), *, colour: bool = False, name: str = ""
) -> Seen:
    """What the server's console shows when a client by hand does `act` with `text`, and then hangs up."""
    honest, at_peer = memory_streams()
    peer, screen, keyboard = Peer(CLIENT, at_peer), Screen(), asyncio.StreamReader()
    peer.table = Table.open(SESSION, GAMES, VERSIONS)
    link = Link(greeted(honest, SERVER, hello_of(Held(CLIENT), GAMES, SESSION, name=name, nonce=NONCE)), Held(SERVER))
    keyboard.feed_data("".join(f"{line}\n" for line in lines).encode())
    console = Console(SERVER, keyboard, screen, terminal=False, look=lambda: Look(colour=colour, titled=colour))
    reading = asyncio.create_task(console.read())
    complaint = ""

    async def acts() -> None:
        await act(peer, text)
        peer.close()

    acting = asyncio.create_task(acts())
    try:
        async with asyncio.timeout(10):
            await converse(console, link, GAMES, InMemory(SERVER))
    except ChatgameError as error:
        complaint = str(error)
        console.notify(complaint)  # as sentences about a lost connection are shown
    acting.cancel()
    reading.cancel()
    await asyncio.gather(acting, reading, return_exceptions=True)
    return Seen(screen.text, complaint)


async def answer(peer: Peer) -> None:
    """Receive the honest side's next turn, and put it on the peer's own table."""
    while (message := await peer.receive())["type"] != "turn":
        pass
    assert message == peer.turn(message["kind"], message["text"])


async def chats(peer: Peer, text: str) -> None:
    """Send the text as a message in chat."""
    peer.send(peer.turn("say", text))


async def remarks(peer: Peer, text: str) -> None:
    """Send the text as a remark in a game."""
    peer.send(peer.turn("play", "tictactoe"))
    await answer(peer)
    peer.send(peer.turn("say", text))
