"""Beyond localhost: the right friend gets in, and nobody else, over real sockets and real TLS."""

import asyncio
import os
import re
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from msgspec.structs import replace

from chatgame.core.errors import ChatgameError, JournalFailed, LinkLost, TurnedAway, Unreachable
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.journal.store import Store
from chatgame.net.tcp import TCPListener
from chatgame.net.tls import new_certificate, server_tls
from chatgame.players.script import Script
from chatgame.program.client import join
from chatgame.program.server import serve
from chatgame.program.serving import secured
from chatgame.program.setting import Setting
from chatgame.protocol.frames import frame
from chatgame.protocol.hello import hello_of
from chatgame.protocol.messages import Bye, Message, Pair, encode
from chatgame.protocol.pairing import Invitation
from chatgame.protocol.resume import Held
from chatgame.session.play import converse
from tests.kit.command import COMMAND
from tests.kit.ends import Thinker, dial, listening
from tests.kit.logs import NONCE, SESSION
from tests.kit.wire import Wire

ANY = "0.0.0.0"  # noqa: S104  # that is what is tested
GUESSED = "99-zebra-zebra"


class Server:
    """A server that others can reach.

    Attributes:
        notices: what its person was told.
        program: the server itself.
    """

    def __init__(self, store: Store) -> None:
        self.notices: list[str] = []
        self._listens = asyncio.Event()
        setting = Setting(ANY, 0, BUILT_IN, store, patience=5)
        self.program = asyncio.create_task(serve(Thinker(["Hi"]), setting, self._tell))

    def _tell(self, *texts: str) -> None:
        self.notices += texts
        if "chatgame client" in texts[-1]:
            self._listens.set()

    async def listens(self) -> None:
        """Wait until it does."""
        await self._listens.wait()

    @property
    def port(self) -> int:
        """Where it listens."""
        match = re.search(r"port: (\d+)", self.notices[0])
        assert match
        return int(match[1])

    @property
    def code(self) -> str:
        """What its person reads to a friend."""
        return self.notices[2].split()[-1]

    async def connect(self) -> Wire:
        """Connect, and do no more."""
        return Wire(*await asyncio.open_connection("127.0.0.1", self.port))

    async def come(self, code: str | None) -> Table:
        """A client comes, over the loopback, which is as good as any other way."""
        kept = InMemory(Seat.CLIENT)
        link = await dial(self.port, kept, code)
        assert kept.pinned
        return await converse(Script(["Hello", "/q"]), link, BUILT_IN, kept)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server that listens, and is stopped in the end."""
    with Store(tmp_path / "journal.db") as store:
        server = Server(store)
        await server.listens()
        yield server
        server.program.cancel()
        await asyncio.wait({server.program})


async def test_friend_with_the_code_gets_in(server: Server, tmp_path: Path) -> None:
    """The server's person is told what to say; the code is kept nowhere."""
    code = server.code
    assert server.notices[1].startswith("Tell your friend the code")
    assert re.fullmatch(rf"chatgame client \S+:{server.port} [1-9]\d?-[a-z]+-[a-z]+", server.notices[2])
    table = await server.come(code)
    assert (table.number, (await server.program).number) == (3, 3)
    assert not any(code.encode() in file.read_bytes() for file in list_of(tmp_path))
    assert code not in "".join(server.notices[3:])


def list_of(folder: Path) -> list[Path]:
    """The files in a folder."""
    return list(folder.iterdir())


async def test_wrong_code_is_told_on_both_sides_and_costs_nothing_else(server: Server) -> None:
    """Two may go wrong; then the friend comes in."""
    for count in (1, 2):
        with pytest.raises(TurnedAway, match="is not the code of the server at"):
            await server.come(GUESSED)
        assert server.notices[-1] == f"A wrong code was tried from 127.0.0.1 ({count} of 3)."
    await server.come(server.code)


async def test_third_wrong_code_burns_it(server: Server) -> None:
    """Nobody gets in with it any more, and the server ends with a sentence."""
    for _ in range(3):
        with pytest.raises(ChatgameError):
            await server.come(GUESSED)
    with pytest.raises(TurnedAway, match="Three wrong codes were tried, so the code is burned"):
        await server.program


async def test_damaged_certificate_in_the_journal_is_called_so(tmp_path: Path) -> None:
    with Store(tmp_path / "journal.db") as store:
        number = store.fresh(Seat.SERVER, ANY, 1059, "", "")
        async with store.conversation(number) as kept:
            await kept.pin("not a certificate")
            with pytest.raises(JournalFailed, match="is damaged"):
                await secured(kept)


async def test_many_at_once_have_no_more_guesses_than_one_after_another(server: Server) -> None:
    """The proofs are judged one by one, and after three wrong ones not even the right one counts."""
    results = await asyncio.gather(*(server.come(GUESSED) for _ in range(20)), return_exceptions=True)
    assert all(isinstance(result, ChatgameError) for result in results)
    assert sum("A wrong code was tried" in text for text in server.notices) == 3


async def test_code_is_good_for_one_person_once(server: Server) -> None:
    """A third person who has overheard it is turned away, and the two are not disturbed."""
    link = await dial(server.port, InMemory(Seat.CLIENT), server.code)
    with pytest.raises(TurnedAway, match="that code was used"):
        await server.come(server.code)
    await link.close(Bye("left"))
    with pytest.raises(ChatgameError):
        await server.program


async def test_client_who_comes_back_needs_a_token(server: Server) -> None:
    """A hello without a code is one of somebody who comes back; a stranger has nothing to come back to."""
    connection = await server.connect()
    await connection.start_tls(anything())
    connection.say(hello_of(Held(Seat.CLIENT), BUILT_IN, None, "0" * 64, nonce=NONCE))
    assert await connection.receive() == Bye("taken")
    connection.abort()


def anything(version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """A client that trusts whatever it meets."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.maximum_version = version
    return context


async def test_older_tls_is_refused(server: Server) -> None:
    """TLS 1.3 is the oldest that is taken."""
    connection = await server.connect()
    with pytest.raises(LinkLost):
        await connection.start_tls(anything(ssl.TLSVersion.TLSv1_2))
    connection.abort()


async def test_server_does_not_speak_in_the_clear(server: Server) -> None:
    """A client without a code is told so, and a hello is not answered."""
    connection = await server.connect()
    connection.say(hello_of(Held(Seat.CLIENT), BUILT_IN, nonce=NONCE))
    with pytest.raises((LinkLost, ChatgameError)):
        await connection.receive()
    connection.abort()
    with pytest.raises(Unreachable, match="or asks for a code"):
        await server.come(None)
    assert not server.program.done()


async def test_client_with_a_code_does_not_speak_in_the_clear() -> None:
    """What answers without TLS hears nothing but the beginning of a handshake."""
    received = bytearray()

    async def say_yes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.read(2000))
        writer.write(b"welcome")
        writer.close()

    async with await asyncio.start_server(say_yes, "127.0.0.1", 0) as plain:
        port = plain.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match="does not speak TLS, so nothing was sent"):
            await dial(port, InMemory(Seat.CLIENT), "7-guitar-island")
    assert received[:2] == b"\x16\x03"
    assert b"hello" not in received


Answer = Callable[[Wire], Awaitable[object]]


@asynccontextmanager
async def impostor(answer: Answer) -> AsyncIterator[int]:
    """A server with a certificate of its own."""
    context, _ = server_tls(new_certificate())

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Wire(reader, writer)
        with suppress(ChatgameError):
            await connection.start_tls(context)
            await answer(connection)
        connection.abort()

    async with await asyncio.start_server(welcome, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


async def test_man_in_the_middle_gets_nowhere(server: Server) -> None:
    """He hands on all that both say, but each of them sees another certificate, so neither proof is right."""

    async def hand_on(near: Wire) -> None:
        far = await server.connect()
        await far.start_tls(anything())

        async def pump(source: Wire, sink: Wire) -> None:
            with suppress(ChatgameError):
                while True:
                    sink.say(await source.receive())

        await asyncio.wait(
            {asyncio.create_task(pump(near, far)), asyncio.create_task(pump(far, near))},
            return_when=asyncio.FIRST_COMPLETED,
        )
        far.abort()

    async with impostor(hand_on) as port:
        with pytest.raises(TurnedAway, match="is not the code of the server at"):
            await dial(port, InMemory(Seat.CLIENT), server.code)
    assert any("A wrong code was tried" in text for text in server.notices)


async def reflect(connection: Wire) -> None:
    """Say whatever the client says."""
    while True:
        connection.say(await connection.receive())


async def guess(connection: Wire) -> None:
    """Pair without the code, and claim that all is well."""
    first = await connection.receive()
    assert isinstance(first, Pair)
    connection.say(Pair("ab" * 33))
    await connection.receive()
    connection.say(Pair("00" * 32))


async def hush(connection: Wire) -> None:
    """Answer with something else."""
    await connection.receive()
    connection.say(hello_of(Held(Seat.SERVER), BUILT_IN, SESSION, nonce=NONCE))


NO_POINTS = {
    "the identity": "01" + "00" * 31,
    "one of low order": "ec" + "ff" * 30 + "7f",
    "another one": "00" * 32,
    "off the curve": "02" + "00" * 31,
    "too large": "ff" * 32,
    "too short": "05" * 31,
}


@pytest.mark.parametrize("point", NO_POINTS.values(), ids=NO_POINTS)
async def test_key_that_is_not_on_the_curve_costs_one_connection(server: Server, point: str) -> None:
    """The server goes on to wait for the friend, and a client ends."""
    connection = await server.connect()
    await connection.start_tls(anything())
    connection.say(Pair(f"41{point}"))
    with pytest.raises(LinkLost):
        await connection.receive()
    connection.abort()
    assert "it did not pair" in server.notices[-1]

    async def answer(connection: Wire) -> None:
        await connection.receive()
        connection.say(Pair(f"42{point}"))
        await connection.receive()

    async with impostor(answer) as port:
        with pytest.raises(Unreachable, match="does not know the code"):
            await dial(port, InMemory(Seat.CLIENT), GUESSED)
    await server.come(server.code)


async def test_what_comes_before_tls_is_not_read_as_if_it_came_within(server: Server) -> None:
    """Somebody on the way puts a message in front of what the real server says."""

    async def inject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(frame(encode(Bye("x", "use --insecure"))))
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", server.port)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                while data := await source.read(4096):
                    sink.write(data)
            sink.close()

        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    async with await asyncio.start_server(inject, "127.0.0.1", 0) as between:
        port = between.sockets[0].getsockname()[1]
        with pytest.raises(Unreachable, match="does not speak TLS"):
            await dial(port, InMemory(Seat.CLIENT), server.code)


async def test_friend_whose_first_hello_was_lost_gets_in_with_the_same_command(server: Server) -> None:
    """Nobody else has used the code by then."""
    kept, code = InMemory(Seat.CLIENT), server.code
    with pytest.MonkeyPatch.context() as patch:

        async def lost(*_: object) -> None:
            raise LinkLost("The connection broke.")

        patch.setattr(kept, "keep_partner", lost)
        with pytest.raises(Unreachable, match="hung up"):
            await dial(server.port, kept, code)
    link = await dial(server.port, kept, code)
    await converse(Script(["Hello", "/q"]), link, BUILT_IN, kept)
    assert (await server.program).number == 3


@pytest.mark.parametrize("answer", [reflect, guess, hush])
async def test_impostor_who_does_not_know_the_code_is_found_out(answer: Answer) -> None:
    """It may send a message back, guess, or say hello without any proof."""
    kept = InMemory(Seat.CLIENT)
    async with impostor(answer) as port:
        with pytest.raises(Unreachable):
            await dial(port, kept, "7-guitar-island")
    assert kept.pinned is None


async def test_other_certificate_is_refused_where_one_is_known() -> None:
    """A client that comes back tells nothing to a server that is not the same."""
    received: list[Message] = []

    async def listen(connection: Wire) -> None:
        received.append(await connection.receive())

    async with impostor(listen) as port:
        kept = InMemory(Seat.CLIENT)
        kept.pinned, kept.session, kept.held = "0" * 64, SESSION, replace(kept.held, number=1)
        for code in (None, "7-guitar-island"):  # a code that was used once is not tried again
            with pytest.raises(Unreachable, match=r"its certificate is another\. Nothing was sent"):
                await dial(port, kept, code)
    assert received == []


async def test_silent_connections_are_dropped_in_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may fall silent before TLS, within it, or in the middle of pairing."""
    monkeypatch.setattr("chatgame.protocol.connection.HELLO_TIME", 0.2)
    monkeypatch.setattr("chatgame.net.transport.HELLO_TIME", 0.2)
    silent, paired = await server.connect(), await server.connect()
    await paired.start_tls(anything())
    paired.say(Pair("ab" * 33))
    for connection in (silent, paired):
        with pytest.raises(ChatgameError):
            while True:
                await connection.receive()
        connection.abort()
    monkeypatch.undo()
    await server.come(server.code)


async def test_client_without_a_code_is_told_what_to_add(tmp_path: Path) -> None:
    """Nothing is sent to another computer, which is not even dialled."""
    with (
        Store(tmp_path / "journal.db") as store,
        pytest.raises(Unreachable, match=r"add the code.*-guitar-island"),
    ):
        await join(Script([]), Setting(ANY, 1, BUILT_IN, store), lambda *_: None)


@pytest.fixture
def without_the_extra(tmp_path: Path) -> dict[str, str]:
    """An environment where the extra is not installed."""
    (tmp_path / "spake2.py").write_text("raise ImportError('not here')\n")
    return os.environ | {"PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize("arguments", [["server", "--host", ANY], ["client", "7-guitar-island"]])
def test_missing_extra_is_named_with_its_install_command(
    without_the_extra: dict[str, str], arguments: list[str]
) -> None:
    """One line names it; on the loopback nobody needs it."""
    with subprocess.Popen([*COMMAND, "server", "--port", "0"], stdout=-1, stdin=-1) as plain:
        assert plain.stdout
        port = plain.stdout.readline().split()[-1].decode()
        result = subprocess.run(
            [*COMMAND, *arguments, "--port", port if arguments[0] == "client" else "0"],
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.PIPE,
            env=without_the_extra,
            timeout=10,
        )
        plain.kill()
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "'.[all]'" in result.stderr


async def test_friend_who_was_away_learns_of_a_quit_over_a_secure_connection() -> None:
    """The server expects somebody else by then, with the certificate that the friend knows."""

    class Quitter(InMemory):
        ended = False

        async def end(self) -> None:
            self.ended = True

    session, certificate = SESSION, new_certificate()
    hello, table = Table.open(session, BUILT_IN).write(Seat.CLIENT, Kind.SAY, "Hello")
    quits, _ = table.write(Seat.SERVER, Kind.QUIT)
    friend, quitter = InMemory(Seat.CLIENT), Quitter(Seat.SERVER)
    friend.session, friend.held = session, Held.of(Seat.CLIENT, [hello])
    friend.pinned = sha256(
        x509.load_pem_x509_certificate(certificate.encode()).public_bytes(Encoding.DER)
    ).hexdigest()
    quitter.session, quitter.held = session, Held.of(Seat.SERVER, [hello, quits])
    quitter.token = await friend.next_token()
    async with listening(ANY) as door:
        assert isinstance(door.listener, TCPListener)
        door.listener.tls = server_tls(certificate)
        await door.open(InMemory(Seat.SERVER), quitter, Invitation("7-guitar-island"))
        link = await dial(door.listener.port, friend, tls=True)
        assert await link.receive() == quits
        assert await link.close(Bye("left"))
    assert quitter.ended


async def test_server_in_the_clear_says_that_it_takes_no_code() -> None:
    """Both sides are told, whether it was started with --insecure or for its own computer alone."""
    notices: list[str] = []
    async with listening(notify=notices.append) as door:
        await door.open(InMemory(Seat.SERVER))
        with pytest.raises(Unreachable, match=r"takes no code: it talks in the clear\..*Leave the code out"):
            await dial(door.listener.port, InMemory(Seat.CLIENT), "7-guitar-island")
    assert len(notices) == 1
    assert "it speaks TLS, as a client with a code does, and this server takes no code" in notices[0]


async def test_connection_that_is_cut_while_it_is_made_secure_is_named_as_such() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.close()

    async with await asyncio.start_server(cut, "127.0.0.1", 0) as between:
        with pytest.raises(Unreachable, match="was cut while it was made secure, so nothing was sent"):
            await dial(between.sockets[0].getsockname()[1], InMemory(Seat.CLIENT), "7-guitar-island")


async def test_client_in_the_clear_is_told_to_add_the_code(server: Server) -> None:
    with pytest.raises(Unreachable, match=r"hung up.*or asks for a code"):
        await dial(server.port, InMemory(Seat.CLIENT))
