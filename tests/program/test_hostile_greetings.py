"""Someone who sends a hostile greeting changes neither the terminal nor what the program says."""

import asyncio
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given

import chatgame.cli
import chatgame.net.dial
import chatgame.net.link
import chatgame.net.listen
import chatgame.players.person.console
import chatgame.players.person.screen
import chatgame.program
import chatgame.session.play
from chatgame.core.errors import ChatgameError
from chatgame.core.limits import MAX_STRAYS
from chatgame.core.seats import Seat
from chatgame.net.memory import memory_streams
from chatgame.net.pump import Pump
from chatgame.net.transport import StreamTransport
from chatgame.players.person.console import Console
from chatgame.protocol.frames import frame
from chatgame.protocol.hello import hello_of, refusal
from chatgame.protocol.messages import Bye
from chatgame.protocol.resume import Held
from tests.kit.attacks import ATTACKS, texts
from tests.kit.command import COMMAND
from tests.kit.ends import Peer, Screen
from tests.kit.fuzzed import fuzzed
from tests.kit.harmless import see_that_it_is_harmless
from tests.kit.hostile import GAMES, answer
from tests.kit.logs import NONCE

CLIENT, SERVER = Seat


async def greeting(messages: Iterable[bytes]) -> list[str]:
    """What is told of one who greets a server, and a client, with each of these messages."""
    sentences: list[str] = []
    for message in messages:
        for seat in Seat:
            honest, (_, writer) = memory_streams()
            pump = Pump(StreamTransport(*honest), seat)
            if seat is CLIENT:
                pump.say(hello_of(Held(CLIENT), GAMES, nonce=NONCE))
            writer.write(message)
            writer.close()
            try:
                event = await pump.next_event()
                if isinstance(event, Bye):
                    raise refusal(event)
            except ChatgameError as error:
                sentences.append(f"Dropped a connection: {error}." if seat is SERVER else str(error))
            await pump.close()
    return sentences


def greetings(text: str) -> list[bytes]:
    """A hello and a goodbye with a text in every field that they have, and the text as it is."""
    hello: dict[str, Any] = {
        "type": "hello",
        "protocol": "1.0",
        "seat": "server",
        "nonce": NONCE.hex(),
        "games": {},
        "session": None,
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
    sentences = runner.run(greeting(greetings(text)))
    for sentence in sentences:

        async def notify(sentence: str = sentence) -> None:
            console.notify(sentence)

        runner.run(notify())
    for sentence in sentences[-5:]:
        complaint = complaint_of(ChatgameError(sentence), patch, capsys)
        assert complaint.startswith("chatgame: ")
        assert complaint.count("\n") == 1
        see_that_it_is_harmless(complaint)
    see_that_it_is_harmless(screen.text)
    return screen.text


def test_any_text_does_nothing_in_a_greeting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It may stand in any field of a hello or a goodbye, or be bytes that are not a message."""
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
    """Both outputs are looked at, where the server turns the client away and where it chats and leaves."""
    text = "".join(attack for name, attack in ATTACKS.items() if "tower" not in name and name != "marks alone")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = Peer(SERVER, (reader, writer))
        if greeted:
            await peer.greet()
            await answer(peer)
            peer.send(peer.turn("say", text))
        else:
            await peer.receive()
        peer.send({"type": "bye", "reason": text[:32], "text": text[:500]})
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        command = (*COMMAND, "client", "--port", str(server.sockets[0].getsockname()[1]))
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
    """Its door tells of those who say no hello."""
    pipe = asyncio.subprocess.PIPE
    command = (*COMMAND, "server", "--port", "0")
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
