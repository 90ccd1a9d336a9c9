"""What a partner says does not pass for the program's own lines."""

import asyncio
import re
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from random import Random

import pytest

from chatgame.core.board import Board
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.sentences import BANNER, FILLINGS, HAS_QUIT, PROMPT, TEMPLATES, WAITING_FOR_MESSAGE
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.players.bot.bot import SMALL_TALK, Bot
from chatgame.players.bot.level import Level
from chatgame.players.person.console import Console
from chatgame.players.person.imitation import imitates
from chatgame.players.person.look import Look
from chatgame.players.person.narration import Said, Showable, narrate, recalled
from chatgame.players.person.screen import shown
from chatgame.program.client import join
from chatgame.program.server import serve
from chatgame.program.setting import Setting
from tests.kit.ends import Screen
from tests.kit.hostile import conversation, remarks
from tests.kit.logs import SESSION, VERSIONS

CLIENT, SERVER = Seat


def as_shown(text: str) -> str:
    """How a client's message in chat is shown to the server."""
    table = Table.open(SESSION, BUILT_IN, VERSIONS)
    turn, after = table.write(CLIENT, Kind.SAY, text)
    (line,) = narrate(Step.to(table, turn, after, None, None), SERVER)
    return shown(line, Look()).removesuffix("\n")


def disguises(line: str) -> list[str]:
    """A line as it is, and in forms that a reader might take for it."""
    spread = line.replace(" ", "  ")
    return [
        *(line, line.upper(), line.lower(), f"  {spread}  ", f"\t{line}", line.replace(" ", "\u2003")),
        *(f"{sign}{line}" for sign in '-*_>".¡» …'),
    ]


def filled(template: str) -> list[str]:
    """A template with all that its gaps may hold, or with something likely."""
    gaps = dict.fromkeys(re.findall(r"{(\w+)", template))
    likely = FILLINGS | {"error": ("The journal x is full.",)}
    plain = re.sub(r":\.\df}", "}", template)  # gaps for numbers take texts too
    return [
        plain.format(**dict(zip(gaps, texts, strict=True))).capitalize()
        for texts in product(*(likely.get(gap, ("7",)) for gap in gaps))
    ]


@pytest.mark.parametrize("template", [*TEMPLATES, "/q", f"{PROMPT}Hello", f"{PROMPT} yes"])
def test_partner_who_says_a_line_of_the_program_is_marked(template: str) -> None:
    """Also in other letters, with more spaces, and behind a sign."""
    texts = [text for line in filled(template) for text in disguises(line)]
    assert [text for text in texts if not as_shown(text).startswith("Client says: ")] == []


@pytest.mark.parametrize("invisible", ["\u200d", "\u200c", "\ufe0f", "\u034f", "\u1160", "\U000e0100"])
def test_nothing_invisible_hides_a_line_of_the_program(invisible: str) -> None:
    """Joiners and variation selectors stay on the screen, for writing that needs them."""
    hidden = f"C{invisible}lient says: I resign"
    if invisible in as_shown(hidden):
        assert as_shown(hidden).startswith("Client says: ")


@pytest.mark.parametrize("blank", ["\u3164", "\u115f", "\uffa0", "\u2800", "\u00a0", "\u2009"])
def test_nothing_blank_hides_a_line_of_the_program(blank: str) -> None:
    """Neither before it, nor in the place of its spaces."""
    for text in (f"{blank}The client played 5.", f"The{blank}client played 5.", f"You{blank}played{blank}5."):
        assert as_shown(text).startswith("Client says: ")


@pytest.mark.parametrize(
    "text",
    [
        *("Hello", "How are you?", "Good. You?", "Good", "Bye", "Hi!", "ok", "No", "...", ":-)", "日本語", "👍🏽"),
        *("You first", "You rascal", "You there?", "You are right", "You won", "I won", "Thanks, you too"),
        *("I am waiting", "Shall we play?", "It is your turn, I think", "What a game", "That was close"),
        *("The weather is fine", "Entering now", "A good move", "servers are down", "There is a way", "That works"),
        *(line.format(game="pig") for line in SMALL_TALK),
    ],
)
def test_ordinary_chat_is_shown_bare(text: str) -> None:
    """The assignment's words, and what people say."""
    assert as_shown(text) == text


def test_remarks_in_a_game_are_all_marked() -> None:
    """So no board or reply can be forged in a game."""
    with asyncio.Runner() as runner:
        for text in ("Hello", "---+---+---", " O | 2 | 3", "Cell 5 is taken. Choose one of these: 1."):
            assert f"\nClient says: {text}\n" in runner.run(conversation(remarks, text, ["5"])).screen


# Whole conversations


class Listener(Console):
    """A console on a pipe that keeps what it shows unasked, but for boards and what the partner says.

    Attributes:
        own: all these lines.
        steps: the turns that were seen.
    """

    def __init__(self, seat: Seat, lines: Iterable[str]) -> None:
        keyboard = asyncio.StreamReader(limit=2**20)
        keyboard.feed_data("".join(f"{line}\n" for line in lines).encode())
        super().__init__(seat, keyboard, Screen(), terminal=False)
        self.own: set[str] = set()
        self.steps: list[Step] = []

    async def see(self, step: Step) -> None:
        """Show a turn, and keep it."""
        self.steps.append(step)
        await super().see(step)

    def _show_answer(self, text: Showable) -> None:
        """Leave out answers, which nobody gets unasked."""

    def show(self, *texts: Showable) -> None:
        """Keep what is the program's own, and show it."""
        self.own.update(text for text in texts if not isinstance(text, Board | Said))
        super().show(*texts)


TRIED = {
    "tictactoe": "5 1 9 /undo /draw",
    "connect4": "4 4",
    "reversi": "d3 c3",
    "rps": "paper",
    "hangman": "cat",
    "battleship": "random d3 d3",
    "pig": "roll hold roll",
}
"""What somebody tries in a game."""


@pytest.mark.parametrize("game", BUILT_IN)
async def test_whole_conversations_say_nothing_else(game: str, tmp_path: Path) -> None:
    """All that the two programs show while a person plays with a bot, resigns, comes back to read, and quits."""
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    listener = Listener(CLIENT, ["Hi", f"play {game}", *TRIED.get(game, "").split(), "/resign", "Well", "/q"])
    notices: list[str] = []

    def notify(*texts: str) -> None:
        notices.extend(texts)
        if not port.done():
            port.set_result(int(texts[0].rpartition(" ")[2]))

    async def visit(store: Store) -> None:
        await join(listener, Setting("localhost", await port, BUILT_IN, store), listener.notify)

    reading = asyncio.create_task(listener.read())
    with Store(tmp_path / "c" / "journal.db") as clients, Store(tmp_path / "s" / "journal.db") as servers:
        bot = Bot(SERVER, Level.EASY, Random(1))
        async with asyncio.timeout(20):
            await asyncio.gather(serve(bot, Setting("localhost", 0, BUILT_IN, servers), notify), visit(clients))
    reading.cancel()
    seen = [*recalled(listener.steps[:-1], CLIENT)]
    seen += [line for step in listener.steps for line in narrate(step, SERVER)]
    lines = {
        *listener.own,
        *notices,
        *(line for line in seen if isinstance(line, str) and not isinstance(line, Said)),
    }
    assert {*BANNER, HAS_QUIT.format(seat="Client"), WAITING_FOR_MESSAGE} < lines
    assert [line for line in lines if not imitates(line)] == []
