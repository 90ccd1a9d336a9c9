"""What a partner sends shows on the terminal, does nothing to it, and does not pass for the program's own lines."""

import ast
import asyncio
import importlib
import inspect
import json
import pkgutil
import re
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import product
from random import Random
from types import ModuleType
from typing import Any, NamedTuple

import pyte
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyte.screens import wcwidth

import chatgame.cli
import chatgame.net.dial
import chatgame.net.link
import chatgame.net.listen
import chatgame.players.person.console
import chatgame.players.person.screen
import chatgame.program
import chatgame.session.play
from chatgame.core.board import Board, Cell, Choice, Grid, Mark, Picture
from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.errors import ChatgameError
from chatgame.core.limits import MAX_PERSON, MAX_STRAYS
from chatgame.core.log import Entry, Step
from chatgame.core.rules import AnyRules, Outcome, Rules, Secrets
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.journal.reader import Record
from chatgame.net.link import Link
from chatgame.net.memory import linked_in_memory, memory_streams
from chatgame.net.pump import Pump
from chatgame.net.transport import StreamTransport
from chatgame.players.bot.bot import SMALL_TALK, Bot, Level
from chatgame.players.person.console import Console
from chatgame.players.person.look import Look
from chatgame.players.person.narration import BANNER, GOODBYE, PROMPT, Told, narrate, recalled
from chatgame.players.person.screen import shown
from chatgame.protocol.frames import frame
from chatgame.protocol.hello import hello_of, refusal
from chatgame.protocol.messages import Bye
from chatgame.protocol.resume import Held
from chatgame.records import as_asciicast, as_text, listing, recording
from chatgame.session.commands import IN_CHAT, IN_GAME, NO_GAMES
from chatgame.session.play import converse
from tests.kit.ends import Peer, Screen, greeted

CLIENT, SERVER = Seat
SESSION = "1" * 32

fuzzed = partial(
    settings, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)

ATTACKS = {
    "clear the screen": "\x1b[2J\x1b[H",
    "colours": "\x1b[31;1;5mred\x1b[0m",
    "our own colours": "\x1b[36mX\x1b[0m",
    "cursor up": "x\x1b[1A\x1b[2Kover",
    "save and restore": "\x1b7\x1b[1;1Hx\x1b8",
    "alternate screen": "\x1b[?1049h",
    "title": "\x1b]0;owned\x07",
    "title, other end": "\x1b]2;owned\x1b\\",
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "hyperlink": "\x1b]8;;http://evil\x1b\\bank\x1b]8;;\x1b\\",
    "DCS": '\x1bP$q"p\x1b\\',
    "APC, PM and SOS": "\x1b_a\x1b\\\x1b^b\x1b\\\x1bXc\x1b\\",
    "reset": "\x1bc",
    "report what is on screen": "\x1b[6n\x1b[c\x1b]10;?\x07\x05",
    "other letters": "\x1b(0lqqk\x0e\x0f",
    "8-bit CSI": "\x9b31m\x9b2J",
    "8-bit OSC": "\x9d0;owned\x9c",
    "8-bit DCS and others": "\x90q\x9c\x9e\x9f\x98\x84\x85\x8d\x88",
    "overwritten": "good\rbad",
    "line ends": "one\nEnter Input >two\r\nthree",
    "backspaces": "safe\b\b\b\bevil\x7f\x7f",
    "tabs": "a\tb\x0bc\x0cd",
    "bell and NUL": "\x07\x00\x01",
    "separators": "a\u2028b\u2029c\x85d\x1cd\x1de\x1ef",
    "right to left": "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u200e\u061c",
    "zalgo": "".join(letter + "\u0301\u0489\u0334\u0363\u036f\u20dd" for letter in "zalgo"),
    "a tower": "Z" + "\u0301" * 1500,
    "marks alone": "\u0301" * 300,
    "invisible": "a\u200b\u2060\ufeff\u00ad\u180eb\u200d\u200c",
    "tags and private": "\U000e0041\U000e007f\ue000\U0010ffff",
    "not assigned": "\u0378\ufdd0",
    "wide": "日本語 👩\u200d👩\u200d👧 🏳\ufe0f\u200d🌈",
    "printf": "%s%n{0}{x!r}\\x1b[2J",
    "trailing escape": "x\x1b",
    "half a sequence": "x\x1b[",
}
"""What has been sent to terminals by others than their users' programs."""

nasty = st.sampled_from(
    "\x00\x07\x08\t\n\x0b\x0c\r\x0e\x1b\x7f\x80\x84\x85\x90\x9b\x9c\x9d[]0;m\\ aXOo#*\xa0\xad\u0301\u0489\u061c"
    "\u200b\u200c\u200d\u200e\u2028\u2029\u202e\u2066\ufe0f\ufeff\u3000日👩🏽\U000e0041\U0010ffff"
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.text(nasty, max_size=60)
texts_sent = texts.filter(lambda text: text != "")


# A terminal, and what may reach it


class Watch:
    """What a terminal is told to do, by the names that pyte gives it."""

    def __init__(self) -> None:
        self.told: set[str] = set()

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name not in pyte.Stream.events and name not in ("draw", "debug"):
            raise AttributeError(name)
        return lambda *_, **__: self.told.add(name)


OWN_COLOURS = re.compile(r"\x1b\[(?:3[1-6](?:;7)?|7|1|2|1;32)m([^\x1b\n]*)\x1b\[0m")
OWN_TITLE = re.compile(r"\x1b\]2;chatgame: (?:your turn|waiting for ([^\x00-\x1f\x7f-\x9f]*) since \d\d:\d\d)\x07")


def see_that_it_is_harmless(output: str, *, colours: bool = False) -> None:
    """See that nothing in what a program has written does anything but print, on line after line.

    `colours` are the program's own: of a mark on a board or a whole line; where they are, it also sets the title.
    """
    output.encode()
    if colours:
        see_that_it_is_harmless("\n".join(title or "" for title in OWN_TITLE.findall(output)))
        output = OWN_TITLE.sub("", output)
    plain = OWN_COLOURS.sub(r"\1", output) if colours else output
    for character in plain:
        kept = character == "\n" or character.isprintable() or character in "\u200c\u200d"
        assert kept, f"{character!r} reaches the terminal"
    marks = "".join("m" if unicodedata.category(character) in ("Mn", "Me") else " " for character in plain)
    assert "mmmmm" not in marks, "marks cover what is above or below"
    watch: Any = Watch()
    terminal = pyte.Stream(watch, strict=False)
    terminal.feed(output)
    assert watch.told <= {"draw", "linefeed"} | ({"select_graphic_rendition"} if colours else set()), watch.told
    lines = plain.split("\n")
    width = 2 * max(map(len, lines)) + 2
    screen = pyte.Screen(width, len(lines) + 1)
    pyte.Stream(screen).feed("".join(filter(known_to_pyte, output)).replace("\n", "\r\n"))
    assert screen.title == screen.icon_name == ""
    assert screen.cursor.y == len(lines) - 1
    assert not screen.cursor.attrs.reverse
    assert screen.cursor.attrs.fg == screen.cursor.attrs.bg == "default"
    for row, line in zip(screen.display, lines, strict=False):
        assert letters(row) == letters(line)
    if not colours:
        assert {cell.fg for row in screen.buffer.values() for cell in row.values()} <= {"default"}


def known_to_pyte(character: str) -> bool:
    """Not a character without width that is no combining mark: behind such a one pyte draws nothing on a line."""
    return unicodedata.category(character) == "Cc" or bool(wcwidth(character) or unicodedata.combining(character))


def letters(line: str) -> str:
    """What is to be read on a line, without what only changes how a letter before it looks."""
    bare = unicodedata.normalize("NFD", line)
    return "".join(c for c in bare if unicodedata.category(c)[0] not in "MC" and wcwidth(c) > 0).rstrip()


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attacks_would_be_seen(attack: str) -> None:
    """The checks of this file find each attack in what is not made inert, but those that are ordinary text."""
    if attack in (ATTACKS["printf"], ATTACKS["wide"]):
        see_that_it_is_harmless(attack)
    else:
        with pytest.raises(AssertionError):
            see_that_it_is_harmless(attack)


class Echo(Rules[tuple[str, ...], str]):
    """A plugin that shows whatever it gets, as it is."""

    name = "echo"
    title = "echo"

    def start(self, inviter: Seat, options: str) -> tuple[str, ...]:
        """Options are shown too."""
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
        """It is kept."""
        return (*position, move)

    def outcome(self, position: tuple[str, ...]) -> Outcome | None:
        """Three moves are a game."""
        return Outcome(None, position[-1]) if len(position) == 5 else None

    def board(
        self, position: tuple[str, ...], viewer: Seat | None, secrets: Secrets, before: tuple[str, ...] | None
    ) -> Board:
        """All of it, wherever a board has text."""
        text = "\n".join(position)
        mark = Mark(position[-1], text, position[-1])
        cells = [Cell(text, mark, fresh=True), Cell("", mark, line=True)]
        return Board(
            [Grid(cells, 2, text, [text], [text], [mark]), Picture(text, text, text), text], [Choice(text)], text
        )

    def tell(self, position: tuple[str, ...], came: str, viewer: Seat | None) -> str | None:
        """Or it says so."""
        return came if len(position) == 3 else None


GAMES: dict[str, AnyRules] = {**BUILT_IN, "echo": Echo()}
VERSIONS = {name: rules.version for name, rules in GAMES.items()}
VERSIONS_BUILT_IN = {name: rules.version for name, rules in BUILT_IN.items()}


class Seen(NamedTuple):
    """What a program has shown: on the screen, and as the sentence that it ends with."""

    screen: str
    complaint: str


Act = Callable[[Peer, str], Awaitable[None]]


async def conversation(
    act: Act, text: str, lines: Sequence[str] = (), *, colour: bool = False, name: str = ""
) -> Seen:
    """What the server's console shows of a client by hand who does `act` with `text`, and then hangs up."""
    honest, at_peer = memory_streams()
    peer, screen, keyboard = Peer(CLIENT, at_peer), Screen(), asyncio.StreamReader()
    peer.table = Table.open(SESSION, GAMES, VERSIONS)
    link = Link(greeted(honest, SERVER, hello_of(Held(CLIENT), GAMES, name=name)), Held(SERVER))
    keyboard.feed_data("".join(f"{line}\n" for line in lines).encode())
    console = Console(SERVER, keyboard, screen, terminal=False, look=lambda: Look(colour=colour, titled=colour))
    reading = asyncio.create_task(console.read())
    complaint = ""

    async def acts() -> None:
        await act(peer, text)
        peer.close()

    acting = asyncio.create_task(acts())
    try:
        async with asyncio.timeout(5):
            await converse(console, link, GAMES, InMemory(SERVER))
    except ChatgameError as error:
        complaint = str(error)
        console.tell(complaint)  # as the sentences are shown that tell of a lost connection
    acting.cancel()
    reading.cancel()
    await asyncio.gather(acting, reading, return_exceptions=True)
    return Seen(screen.text, complaint)


async def answer(peer: Peer) -> None:
    """Hear the honest side's next turn, and put it on the peer's own table."""
    while (message := await peer.hear())["type"] != "turn":
        pass
    assert message == peer.turn(message["kind"], message["text"])


async def chats(peer: Peer, text: str) -> None:
    """As a message in chat."""
    peer.send(peer.turn("say", text))


async def remarks(peer: Peer, text: str) -> None:
    """As a remark in a game, and as one before it."""
    peer.send(peer.turn("play", "tictactoe"))
    await answer(peer)
    peer.send(peer.turn("say", text))


async def proposes(peer: Peer, text: str) -> None:
    """As the options of a game, which refuses them and may quote them."""
    peer.send(peer.turn("say", "x", kind="play", text=f"rps {text}"))


async def names_a_game(peer: Peer, text: str) -> None:
    """As the name of a game that there is not."""
    peer.send(peer.turn("say", "x", kind="play", text=text))


async def moves(peer: Peer, text: str) -> None:
    """As a move that is none, which the complaint quotes."""
    peer.send(peer.turn("play", "tictactoe"))
    await answer(peer)
    peer.send(peer.turn("resign") | {"kind": "move", "text": text})


async def reveals(peer: Peer, text: str) -> None:
    """As the word of hangman that is shown when the game is over, which is none."""
    peer.send(peer.turn("play", "hangman"))
    opening = Opening(b"s" * 32, text)
    peer.send(peer.turn("commit", commitment(Place(SESSION, 0, 0, CLIENT), opening)), peer.turn("answer", "5"))
    await answer(peer)
    peer.send(peer.turn("reveal", str(opening)))


async def answers(peer: Peer, text: str) -> None:
    """As an answer that is none."""
    peer.send(peer.turn("play", "hangman"), peer.turn("commit", "0" * 64))
    peer.send(peer.turn("resign") | {"kind": "answer", "text": text})


async def complains(peer: Peer, text: str) -> None:
    """As the text of a goodbye."""
    peer.send({"type": "bye", "reason": "refused", "text": text[:500]})


async def diverges(peer: Peer, text: str) -> None:
    """As the text of a goodbye for another reason."""
    peer.send({"type": "bye", "reason": "diverged", "text": text[:500]})


async def invents_a_reason(peer: Peer, text: str) -> None:
    """As the reason of a goodbye."""
    peer.send({"type": "bye", "reason": text[:32]})


async def echoes(peer: Peer, text: str) -> None:
    """As what a plugin shows: the options, moves and a reason of its own."""
    peer.send(peer.turn("play", f"echo {text}".rstrip() if text.rstrip() == text else "echo"))
    await answer(peer)
    peer.send(peer.turn("move", text))
    await answer(peer)


async def misuses(peer: Peer, text: str) -> None:
    """As a field where it does not belong."""
    for field in ("kind", "seat", "digest", "type", text):
        peer.send(peer.turn("say", "x") | {field: text})


ROUTES: dict[str, tuple[Act, Sequence[str]]] = {
    "chat": (chats, ()),
    "a remark": (remarks, ("5",)),
    "options": (proposes, ()),
    "a game's name": (names_a_game, ()),
    "a move": (moves, ("5",)),
    "a reveal": (reveals, ("/resign",)),
    "an answer": (answers, ()),
    "a goodbye": (complains, ()),
    "a goodbye of diverged logs": (diverges, ()),
    "a goodbye's reason": (invents_a_reason, ()),
    "a plugin": (echoes, ("X", "o")),
    "a field": (misuses, ()),
}
"""How a text gets to the screen, and what is typed there meanwhile."""


def see_route(runner: asyncio.Runner, name: str, text: str) -> str:
    """See that a text is harmless that comes by a route; returns what was shown."""
    act, lines = ROUTES[name]
    screen = ""
    for colour in (True, False):
        screen, complaint = runner.run(conversation(act, text, lines, colour=colour))
        see_that_it_is_harmless(screen, colours=colour)
        assert complaint
    return screen


@pytest.mark.parametrize("route", ROUTES)
def test_attacks_do_nothing_by_any_route(route: str) -> None:
    """Whichever field they come in."""
    with asyncio.Runner() as runner:
        for attack in ATTACKS.values():
            see_route(runner, route, attack)


@pytest.mark.parametrize("route", ROUTES)
def test_any_text_does_nothing_by_any_route(route: str) -> None:
    """Whatever it is."""
    with asyncio.Runner() as runner:

        @fuzzed(max_examples=15)
        @given(texts_sent)
        def any_text(text: str) -> None:
            see_route(runner, route, text)

        any_text()


@pytest.mark.parametrize(
    ("route", "quoted"),
    [
        ("chat", "good<CR>bad\n"),
        ("a remark", "Client says: good<CR>bad\n"),
        ("options", '"good<CR>bad" is not an odd number'),
        ("a game's name", "The name of a game|There is no game"),
        ("a move", '"good<CR>bad" is not a cell'),
        ("a reveal", "had chosen good<CR>bad."),
        ("an answer", '"good<CR>bad" is not an answer'),
        ("a goodbye", "The client ended the session: good<CR>bad\n"),
        ("a goodbye of diverged logs", "The client ended the session: good<CR>bad\n"),
        ("a goodbye's reason", "The client ended the session: good<CR>bad\n"),
        ("a plugin", "good<CR>bad\n"),
        ("a field", "not a message"),
    ],
)
def test_routes_lead_to_the_screen(route: str, quoted: str) -> None:
    """So these tests see something."""
    with asyncio.Runner() as runner:
        screen = see_route(runner, route, "good\rbad")
    assert re.search(quoted if "|" in quoted else re.escape(quoted.replace("<CR>", r"\r")), screen), screen


def see_name(runner: asyncio.Runner, name: str) -> str:
    """See that a name is harmless in all that it comes into, also in titles; returns what was shown."""
    screen = ""
    for colour in (True, False):
        screen, _ = runner.run(conversation(remarks, "Hello", ("5",), colour=colour, name=name[:MAX_PERSON]))
        see_that_it_is_harmless(screen, colours=colour)
    return screen


@fuzzed(max_examples=30)
@given(texts)
def test_any_name_does_nothing(name: str) -> None:
    """Whatever it is."""
    with asyncio.Runner() as runner:
        see_name(runner, name)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attack_does_nothing_as_a_name(attack: str) -> None:
    """As long as a name may be."""
    with asyncio.Runner() as runner:
        see_name(runner, attack)


def test_names_lead_to_the_screen() -> None:
    """So these tests see something: by whom it was begun, said and waited for, and whose mark it is."""
    with asyncio.Runner() as runner:
        screen = see_name(runner, "Goodbad")
    for line in ("Your partner is {}.", "{} started a game", "{} says: Hello", "Waiting for {}...", "X: you, O: {}"):
        assert line.format("Goodbad") in screen


# Beside a conversation


async def greeting(messages: Iterable[bytes]) -> list[str]:
    """What is told of one who greets a server, and a client, with each of these messages."""
    told: list[str] = []
    for message in messages:
        for seat in Seat:
            honest, (_, writer) = memory_streams()
            pump = Pump(StreamTransport(*honest), seat)
            if seat is CLIENT:
                pump.say(hello_of(Held(CLIENT), GAMES))
            writer.write(message)
            writer.close()
            try:
                event = await pump.next_event()
                if isinstance(event, Bye):
                    raise refusal(event, pairing=False)
            except ChatgameError as error:
                told.append(f"Dropped a connection: {error}." if seat is SERVER else str(error))
            await pump.close()
    return told


def greetings(text: str) -> list[bytes]:
    """A hello and a goodbye with a text in every field that they have, and the text as it is."""
    hello: dict[str, Any] = {
        "type": "hello",
        "protocol": "1.0",
        "seat": "server",
        "games": {},
        "session": SESSION,
        "name": "",
    }
    wrong = [hello | {field: text} for field in hello] + [hello | {"games": {text: 1}}, hello | {text: text}]
    byes = [
        {"type": "bye", "reason": text[:32], "text": text[:500]},
        {"type": "bye", "reason": "x", "text": text[:500]},
    ]
    messages = [json.dumps(message).encode() for message in (*wrong, *byes)]
    return [*map(frame, [*messages, text.encode() or b"x"]), text.encode()]


def complaint_of(error: ChatgameError, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command line prints of an error that ends a conversation."""

    async def fails(_: object) -> None:
        raise error

    patch.setattr(chatgame.cli, "sit_at", fails)
    patch.setattr(chatgame.cli, "_end_in_time", lambda _: None)  # which would end the tests
    assert chatgame.cli.main(["client"]) == 1
    output, complaint = capsys.readouterr()
    assert output == ""
    return complaint


def see_greeting(
    runner: asyncio.Runner, text: str, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """See that a text is harmless in a greeting, told on the screen or printed at the end; returns what was shown."""
    screen = Screen()
    console = Console(SERVER, asyncio.StreamReader(loop=runner.get_loop()), screen, terminal=True)
    told = runner.run(greeting(greetings(text)))
    for sentence in told:

        async def tell(sentence: str = sentence) -> None:
            console.tell(sentence)

        runner.run(tell())
    for sentence in told[-5:]:
        complaint = complaint_of(ChatgameError(sentence), patch, capsys)
        assert complaint.startswith("chatgame: ")
        assert complaint.count("\n") == 1
        see_that_it_is_harmless(complaint)
    see_that_it_is_harmless(screen.text)
    return screen.text


def test_any_text_does_nothing_in_a_greeting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In whichever field of a hello or a goodbye, and as bytes that are no message."""
    with asyncio.Runner() as runner:

        @fuzzed(max_examples=15)
        @given(texts)
        def any_text(text: str) -> None:
            see_greeting(runner, text, monkeypatch, capsys)

        any_text()
        for attack in ATTACKS.values():
            see_greeting(runner, attack, monkeypatch, capsys)
        shown = see_greeting(runner, "good\rbad", monkeypatch, capsys)
    assert "The server turned us away (good\\rbad): good\\rbad\n" in shown
    assert "Dropped a connection: " in shown


@pytest.mark.parametrize("greeted", [False, True])
async def test_real_client_shows_a_hostile_server_and_its_terminal_stays_as_it_is(greeted: bool) -> None:
    """Both outputs of the process: what a server says as it turns us away, or in chat and as it leaves."""
    text = "".join(attack for name, attack in ATTACKS.items() if "tower" not in name and name != "marks alone")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(SERVER, (reader, writer))
        if greeted:
            await peer.greet()
            peer.table = Table.open("0" * 32, BUILT_IN, VERSIONS)
            await answer(peer)
            peer.send(peer.turn("say", text))
        else:
            await peer.hear()
        peer.send({"type": "bye", "reason": text[:32], "text": text[:500]})
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        command = (sys.executable, "-m", "chatgame", "client", "--port", str(server.sockets[0].getsockname()[1]))
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        assert process.stdin
        process.stdin.write(b"Hello\n")
        assert process.stdout
        assert process.stderr
        outputs = (await process.stdout.read()).decode(), (await process.stderr.read()).decode()
        assert await process.wait() == 1
        process.stdin.close()
    for output in outputs:
        see_that_it_is_harmless(output)
    quoted = r"\x1b[2J\x1b[H\x1b[31;1;5m"
    assert (quoted in outputs[0]) is greeted
    assert re.fullmatch(r"chatgame: The server [^\n]*" + re.escape(quoted) + r"[^\n]*\n", outputs[1])


async def test_real_server_shows_hostile_strays_and_its_terminal_stays_as_it_is() -> None:
    """What its door tells of those who say no hello."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "chatgame", "server", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    first = (await process.stdout.readline()).decode()
    port = int(first.rsplit(" ", 1)[1])

    async def stray(message: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(message)
        writer.write_eof()
        with suppress(OSError):
            await reader.read()
        writer.close()

    for attack in ATTACKS.values():
        await asyncio.gather(*map(stray, greetings(attack)))
    process.terminate()
    output = first + (await process.stdout.read()).decode()
    assert (await process.stderr.read()) == b""
    await process.wait()
    process.stdin.close()
    see_that_it_is_harmless(output)
    assert output.count("Dropped a connection from") == MAX_STRAYS
    assert "more of them are not told" in output


# Past conversations


def log_with(text: str) -> list[Entry]:
    """A log with a text by both seats in all that takes any, which ends in a game."""
    table, log = Table.open(SESSION, BUILT_IN, VERSIONS), []
    opening = Opening(b"s" * 32, text)

    def write(seat: Seat, kind: Kind, text: str = "", opening: Opening | None = None) -> None:
        nonlocal table
        turn, table = table.write(seat, kind, text)
        log.append(Entry(turn, opening))

    write(CLIENT, Kind.SAY, text)
    write(SERVER, Kind.SAY, text)
    write(CLIENT, Kind.PLAY, "hangman")
    write(CLIENT, Kind.SAY, text)
    write(CLIENT, Kind.COMMIT, commitment(Place(SESSION, 0, 0, CLIENT), opening), opening)
    write(CLIENT, Kind.ANSWER, "5")
    write(SERVER, Kind.SAY, text)
    write(SERVER, Kind.RESIGN)
    write(CLIENT, Kind.REVEAL, str(opening))
    write(SERVER, Kind.PLAY, "tictactoe")
    write(CLIENT, Kind.MOVE, "5")
    return log


def see_recording(text: str) -> str:
    """See that a text is harmless in what is kept of a conversation, by either seat; returns what was shown."""
    log, output = [(entry, 1e9 + number) for number, entry in enumerate(log_with(text))], ""
    for seat, partner in product(Seat, (text[:MAX_PERSON], "")):
        record = Record(1, seat, text, 1059, 1e9, None, len(log), 2, 1e9, SESSION, "", partner)
        output = "".join(as_text(record, log))
        see_that_it_is_harmless(output)
        see_that_it_is_harmless("".join(part for _, part in recording(record, log, Look(colour=True))), colours=True)
        cast = "".join(as_asciicast(record, log))
        assert cast.replace("\n", "").isprintable()
        header, *events = cast.splitlines()
        see_that_it_is_harmless(json.loads(header)["title"])
        played = "".join(json.loads(event)[2] for event in events)
        assert played.count("\r") == played.count("\r\n") == played.count("\n")
        see_that_it_is_harmless(played.replace("\r\n", "\n"), colours=True)
        see_that_it_is_harmless("".join(listing([record], lambda _: log, 2e9, Look())))
        console_text = came_back(seat, log_with(text), partner)
        see_that_it_is_harmless(console_text)
    return output


def came_back(seat: Seat, log: Iterable[Entry], partner: str) -> str:
    """What somebody sees who comes back to a conversation."""
    table, steps, secret, screen = Table.open(SESSION, BUILT_IN, VERSIONS), [], None, Screen()
    for turn, opening in log:
        step = Step.to(table, turn, table.after(turn), opening if turn.seat is seat else None, secret)
        table, secret = step.after, step.secret
        steps.append(step)

    async def scenario() -> None:
        await Console(seat, asyncio.StreamReader(), screen, terminal=True).begin(table, partner, steps)

    asyncio.run(scenario())
    return screen.text


@fuzzed(max_examples=15)
@given(texts_sent)
def test_any_text_does_nothing_in_a_recording(text: str) -> None:
    """As text, as asciicast and on one's own terminal."""
    see_recording(text)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attack_does_nothing_in_a_recording(attack: str) -> None:
    """As text, as asciicast and on one's own terminal."""
    see_recording(attack)


def test_recordings_show_what_was_said() -> None:
    """So these tests see something."""
    assert see_recording("good\rbad").count(r"good\rbad") == 7


# What passes for the program's own


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
    "tictactoe": "x 5 5 1 9",
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
    journal, table = InMemory(CLIENT), Table.open(ours.session, BUILT_IN, VERSIONS_BUILT_IN)
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
    assert lines_heard[1] > {"An empty line is not sent. It is still your turn.", "play GAME  start a game"}


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
