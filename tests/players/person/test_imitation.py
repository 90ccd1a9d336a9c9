"""What a partner says does not pass for the program's own lines."""

import ast
import asyncio
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable
from random import Random
from types import ModuleType

import pytest

import chatgame.cli
import chatgame.net.dial
import chatgame.net.link
import chatgame.net.listen
import chatgame.players.person.console
import chatgame.players.person.screen
import chatgame.program
import chatgame.session.play
from chatgame.core.board import Board
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory
from chatgame.players.bot.bot import SMALL_TALK, Bot, Level
from chatgame.players.person.console import Console
from chatgame.players.person.look import Look
from chatgame.players.person.narration import BANNER, GOODBYE, PROMPT, Told, narrate, recalled
from chatgame.players.person.screen import shown
from chatgame.session.commands import IN_CHAT, IN_GAME, NO_GAMES
from chatgame.session.play import converse
from tests.kit.ends import Screen
from tests.kit.hostile import conversation, remarks
from tests.kit.versions import SESSION, VERSIONS

CLIENT, SERVER = Seat


class Listener(Console):
    """A console that keeps what it shows by itself, but no board, which has many lines.

    Attributes:
        own: all texts that are not what the partner has said.
        replies: those of them that answer what was typed.
    """

    def __init__(self, seat: Seat, lines: Iterable[str]) -> None:
        keyboard = asyncio.StreamReader(limit=2**20)
        keyboard.feed_data("".join(f"{line}\n" for line in lines).encode())
        super().__init__(seat, keyboard, Screen(), terminal=False)
        self.own: set[str] = set()
        self.replies: set[str] = set()

    async def see(self, step: Step) -> None:
        """Show a turn, and keep what is the program's own of it."""
        kept = set(self.own)
        await super().see(step)
        if step.turn.kind is Kind.SAY:
            self.own = kept

    async def hear(self, text: str | Board) -> None:
        """Show an answer, and keep it apart."""
        kept = set(self.own)
        await super().hear(text)
        self.replies |= self.own - kept
        self.own = kept

    def show(self, *texts: Told) -> None:
        """Keep texts, and show them."""
        self.own.update(text for text in texts if not isinstance(text, Board))
        super().show(*texts)


TRIED: dict[str, str] = {
    "tictactoe": "x 5 5 1 9 /undo /undo 5 /draw",
    "connect4": "9 4 4",
    "reversi": "z9 a1 d3",
    "rps": "well paper",
    "hangman": "c4t cat",
    "battleship": "x a1-c3 random z1 d3 d3",
    "pig": "hold roll x roll roll",
}
"""What somebody tries in a game, mistakes too."""

TYPED_IN_CHAT = (
    "",
    "/help",
    "/games",
    "/board",
    "/resign",
    "/q now",
    "/nothing",
    "/say",
    "play",
    "play nothing",
    "x" * 5000,
)
"""What they type in chat who find out what they are told."""


async def heard_with(game: str) -> tuple[set[str], set[str]]:
    """What a program shows by itself, and in reply, while somebody plays a game with a bot, errs, and leaves."""
    ours, theirs = linked_in_memory(BUILT_IN)
    journal, table = InMemory(CLIENT), Table.open(ours.session, BUILT_IN, VERSIONS)
    tried = TRIED.get(game, "").split()
    lines = (*TYPED_IN_CHAT, f"play {game} x", f"play {game} 4", f"play {game}", "/help", *tried)
    listener = Listener(CLIENT, (*lines, "/say so?", "/resign", "Well", "/q"))
    reading = asyncio.create_task(listener.read())
    async with asyncio.timeout(20):
        await asyncio.gather(
            converse(listener, ours, BUILT_IN, journal, Random(1)),
            converse(Bot(SERVER, Level.EASY, Random(1)), theirs, BUILT_IN, InMemory(SERVER), Random(2)),
        )
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    heard, steps = set(listener.own), []
    for turn in journal.log:
        steps.append(Step.to(table, turn, table.after(turn), None, None))
        table = steps[-1].after
        if turn.kind is not Kind.SAY:
            heard |= {line for seat in Seat for line in narrate(steps[-1], seat) if isinstance(line, str)}
    assert any(step.turn.kind is Kind.PLAY for step in steps)
    return heard | {str(recalled(steps[:-1], CLIENT)[0])}, listener.replies


MODULES: tuple[ModuleType, ...] = (
    *(importlib.import_module(f"chatgame.net.{found.name}") for found in pkgutil.iter_modules(chatgame.net.__path__)),
    *(chatgame.session.play, chatgame.program, chatgame.players.person.console),
)
"""Whose sentences reach the screen."""

SHOWN_BY = ("show", "tell", "told", "_told", "hear")
"""What is called to show a sentence."""

PRINTED = re.compile(r"\w*(Error|Lost|Failed|Unreachable|TurnedAway|Diverged)")
"""What is raised with a sentence that the command line prints behind its name."""


ELSEWHERE = ("Cannot listen", "Port ", "You may not", "The table is", "The server does not go", "The output was")
"""How sentences begin that are made in one place and raised in another."""

RARE = {
    "a lost client": "The connection to the client was lost. Waiting for them to come back; Ctrl-C leaves.",
    "a lost server": "The connection to the server was lost. Dialling again.",
    "a plugin that fails": "The game nim cannot be played: ValueError: it is bad",
    "rules that fail": "The rules of nim failed (ValueError: no). To end the game, type /resign.",
    "a journal that fails": "The journal /j.db may not be written to. So this was not sent; it is still your turn.",
    "the end of a bot": "The conversation is over after 7 turns.",
    "a wrong code": "A wrong code was tried from 7 (7 of 7).",
    "no encryption": "Nothing is encrypted: whoever is on the way can read and change what you say.",
    "leaving": "Your partner is not told, and the conversation is kept: the same command goes on with it.",
    "a code": "Tell your friend the code, by telephone for example; it lets in one person, once. They type:",
}
"""Lines that a program writes by itself, and seldom."""


def sentences(module: ModuleType) -> set[str]:
    """The sentences in a module, as a person sees them: each string that begins with a capital and has two words."""
    found: set[str] = set()

    def look(node: ast.AST, prefix: str, *, wanted: bool) -> None:
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            if name == "PlayerLeft":
                return
            prefix = "chatgame: " if PRINTED.fullmatch(name) else "" if name in SHOWN_BY else prefix
            wanted = wanted or name in SHOWN_BY
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        text = _filled_in(node)
        if text is None:
            for child in ast.iter_child_nodes(node):
                look(child, prefix, wanted=wanted)
        elif wanted and re.match(r"[A-Z][\w']*,? [\w/]", text) and " | " not in text:  # which stands in types
            found.add(("chatgame: " if text.startswith(ELSEWHERE) else prefix) + text)

    look(ast.parse(inspect.getsource(module)), "", wanted=module is not chatgame.cli)
    return found


def _filled_in(node: ast.AST) -> str | None:
    """A string of the source with something likely in its gaps."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_filled_in(part) or "" for part in parts)
        case ast.FormattedValue(value=value):
            name = ast.unparse(value)
            return "Client" if "title" in name else "client" if re.search("partner|seat", name) else "7"
    return None


def parts_of(texts: Iterable[str]) -> set[str]:
    """The lines of texts, but empty ones."""
    return {line for text in texts for line in text.split("\n") if line.strip()}


@pytest.fixture(scope="module")
def lines_heard() -> tuple[set[str], set[str]]:
    """All lines that a program shows by itself, without boards, and those in reply to what one types."""
    lines: set[str] = {*BANNER, GOODBYE, PROMPT, f"{PROMPT}Hello", f"{PROMPT} yes"}
    replies = {*IN_CHAT, *IN_GAME, NO_GAMES}
    for module in (*MODULES, chatgame.cli):
        lines |= sentences(module)
    for game in BUILT_IN:
        heard, answers = asyncio.run(heard_with(game))
        lines |= heard
        replies |= answers
    return parts_of(lines), parts_of(replies)


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
        line,
        line.upper(),
        line.lower(),
        f"  {spread}  ",
        f"\t{line}",
        *(f"{sign}{line}" for sign in '-*>".¡» …'),
    ]


def not_marked(lines: Iterable[str]) -> list[str]:
    """The lines that a partner can say, in one form or another, without being marked."""
    return sorted(
        line for line in lines if not all(as_shown(text).startswith("Client says: ") for text in disguises(line))
    )


def test_own_lines_are_all_there(lines_heard: tuple[set[str], set[str]]) -> None:
    """They are collected from the games and the source; some of each kind."""
    assert lines_heard[0] > {
        *(
            "Waiting for message...",
            "Connected again.",
            "Shutting Down!",
            "Client has requested shutdown. Shutting down!",
        ),
        *(
            "You played 5.",
            "The server played 4.",
            "The word was cat.",
            "Back to chat, your turn.",
            "Your move: roll.",
        ),
        *("Game over, the server won: you resigned.", "The client started a game of pig."),
        *("That line is not UTF-8 text, so it was not sent.", "The client has been silent for 7 seconds."),
        *(
            "chatgame: Nobody is listening at 7. Start the server first: chatgame server7",
            "Connected to: 7 on port: 7",
        ),
        *("chatgame: Cannot listen on 7 port 7: 7. Check --host.", "You are alone with a bot."),
    }
    assert lines_heard[1] > {
        "An empty line is not sent. It is still your turn.",
        "/score     who has won how many games",
    }


def test_partner_who_says_a_line_of_the_program_is_marked(lines_heard: tuple[set[str], set[str]]) -> None:
    """Also in other letters, with more spaces, and behind a sign."""
    assert not_marked(lines_heard[0]) == [], not_marked(lines_heard[0])


@pytest.mark.parametrize("line", RARE.values(), ids=RARE)
def test_partner_who_says_a_rare_line_of_the_program_is_marked(line: str) -> None:
    """These are shown unasked, too."""
    assert not_marked([line]) == []


@pytest.mark.parametrize("invisible", ["\u200d", "\u200c", "\ufe0f", "\u034f", "\U000e0100"])
def test_nothing_invisible_hides_a_line_of_the_program(invisible: str) -> None:
    """Joiners and variation selectors stay on the screen, for writing that needs them."""
    hidden = f"C{invisible}lient says: I resign"
    if invisible in as_shown(hidden):
        assert as_shown(hidden).startswith("Client says: ")


@pytest.mark.parametrize("blank", ["\u3164", "\u115f", "\uffa0"])
def test_no_blank_letter_hides_a_line_of_the_program(blank: str) -> None:
    """As other spaces before it do not."""
    assert as_shown(f"{blank}The client played 5.").startswith("Client says: ")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Hello",
            "How are you?",
            "Good. You?",
            "Good",
            "Bye",
            "You first",
            "I won",
            "Hi!",
            "ok",
            "No",
            "...",
            ":-)",
        ),
        *(
            "I am waiting",
            "Shall we play?",
            "It is your turn, I think",
            "What a game",
            "That was close",
            "You rascal",
        ),
        *(
            "The weather is fine",
            "Entering now",
            "A good move",
            "Thanks, you too",
            "servers are down",
            "日本語",
            "👍🏽",
        ),
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
