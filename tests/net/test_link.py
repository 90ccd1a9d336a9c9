"""The link: what a network can do to a stream."""

import asyncio

import pytest

from chatgame.core.errors import InvalidMessage, LinkLost, PartnerLeft
from chatgame.core.limits import SILENCE_LIMIT
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory, memory_streams
from chatgame.net.pump import Pump
from chatgame.net.transport import StreamTransport
from chatgame.protocol.frames import frame
from chatgame.protocol.messages import Alive, Bye, Hello, encode
from chatgame.session.play import converse
from tests.kit.ends import Peer, Thinker, greeted, link_to, sentence_of
from tests.kit.logs import EMPTY, NONCE, SESSION, VERSIONS
from tests.kit.virtual import in_virtual_time

SAID = [Table.open("s", {}, {}).write(Seat.CLIENT, *turn)[0] for turn in ((Kind.SAY, "Zoë 🎲"), (Kind.QUIT, ""))]
STREAM = b"".join(frame(encode(message)) for message in (SAID[0], Alive(), SAID[1]))


async def received(*segments: bytes) -> list[Turn]:
    """What a server's link makes of `segments` that come in one by one, until it finds the link lost."""
    honest, (_, writer) = memory_streams()
    link, turns = link_to(honest, Seat.SERVER), []

    async def feed() -> None:
        for segment in segments:
            writer.write(segment)
            await asyncio.sleep(0)
        writer.close()

    feeding = asyncio.create_task(feed())
    with pytest.raises(LinkLost, match="The connection to the client was lost"):
        while True:
            turns.append(await link.receive())
    await asyncio.gather(feeding, link.close())
    return turns


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, len(STREAM)])
async def test_messages_survive_any_segments(size: int) -> None:
    """They may come byte by byte, cut in the middle of a character, or all at once."""
    assert await received(*(STREAM[start : start + size] for start in range(0, len(STREAM), size))) == SAID


async def test_end_of_stream_at_every_byte_is_a_lost_link() -> None:
    """A stream that ends without a goodbye is lost, between two messages too; whole messages before it stand."""
    for end in range(len(STREAM)):
        turns = await received(STREAM[:end])
        assert turns == SAID[: len(turns)]


@pytest.mark.parametrize(
    "header", [b"\xff\xff\xff\xff", b"\x00\x00\x80\x01", b"\x00\x00\x00\x00", b"GET ", b"\x16\x03\x01\x02"]
)
async def test_frame_that_is_too_long_is_refused_unread(header: bytes) -> None:
    """Four bytes are enough to refuse 4 GiB, a browser or a TLS hello."""
    honest, (_, writer) = memory_streams()
    pump = Pump(StreamTransport(*honest), Seat.SERVER)
    writer.write(header)
    with pytest.raises(InvalidMessage, match=r"was announced|TLS came"):
        await pump.next_event()
    writer.close()
    await pump.close()


async def test_goodbye_is_the_last_word() -> None:
    """A goodbye out of turn is told as the partner's leaving."""
    client, server = linked_in_memory(BUILT_IN)
    closing = asyncio.create_task(client.close(Bye("left")))
    with pytest.raises(PartnerLeft, match="Client has requested shutdown"):
        await server.receive()
    await asyncio.gather(closing, server.close())


async def test_closing_reads_what_is_left_so_that_nothing_resets_the_goodbye() -> None:
    """A turn that crosses our goodbye is read and dropped."""
    client, server = linked_in_memory(BUILT_IN)
    await client.send(SAID[0])
    closing = asyncio.create_task(server.close(Bye("left")))
    with pytest.raises(PartnerLeft):
        await client.receive()
    await asyncio.gather(client.close(), closing)


def test_silent_partner_is_gone_after_the_limit() -> None:
    """A half-open connection is noticed; our own signs of life change nothing about it."""

    async def scenario() -> None:
        honest, peer = memory_streams()
        link = link_to(honest, Seat.SERVER)
        began = asyncio.get_running_loop().time()
        task = asyncio.create_task(converse(Thinker([]), link, BUILT_IN, InMemory(Seat.SERVER)))
        assert await sentence_of(task) == "LinkLost: The client has been silent for 15 seconds."
        assert asyncio.get_running_loop().time() - began == pytest.approx(SILENCE_LIMIT, abs=2.5)
        peer[1].close()

    in_virtual_time(scenario())


def test_half_a_message_is_not_a_sign_of_life() -> None:
    """One byte every second does not keep a connection."""

    async def scenario() -> None:
        honest, peer = memory_streams()
        link = link_to(honest, Seat.SERVER)

        async def drip() -> None:
            for byte in STREAM:
                peer[1].write(bytes([byte]))
                await asyncio.sleep(1)

        dripping = asyncio.create_task(drip())
        with pytest.raises(LinkLost, match="silent"):
            await link.receive()
        dripping.cancel()
        peer[1].close()
        await link.close()

    in_virtual_time(scenario())


def test_two_who_think_long_stay_connected() -> None:
    """Signs of life keep a link for as long as a person thinks."""

    async def scenario() -> None:
        client, server = linked_in_memory(BUILT_IN)
        tables = await asyncio.gather(
            converse(Thinker(["Hello", "/q"], pace=3600), client, BUILT_IN, InMemory(Seat.CLIENT)),
            converse(Thinker(["Hi"], pace=3600), server, BUILT_IN, InMemory(Seat.SERVER)),
        )
        assert [table.number for table in tables] == [3, 3]

    in_virtual_time(scenario())


def test_partner_who_reads_nothing_is_gone_after_the_limit() -> None:
    """Our own writing does not hang on a partner who never reads, nor does our leaving."""

    async def scenario() -> None:
        honest, peer = memory_streams()
        link = link_to(honest, Seat.CLIENT)
        began = asyncio.get_running_loop().time()
        transport = peer[1].transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        await link.send(SAID[0])
        assert asyncio.get_running_loop().time() - began == SILENCE_LIMIT
        with pytest.raises(LinkLost, match="The server has been silent for 15 seconds"):
            await link.receive()
        await link.close(Bye("left"))
        peer[1].close()

    in_virtual_time(scenario())


async def test_partner_who_dies_in_a_game_is_told_in_the_middle_of_a_prompt() -> None:
    """The line breaks while the honest player is asked."""
    honest, at_peer = memory_streams()
    peer = Peer(Seat.CLIENT, at_peer)
    peer.table = EMPTY
    player = Thinker([])
    link = link_to(honest, Seat.SERVER)
    task = asyncio.create_task(converse(player, link, BUILT_IN, InMemory(Seat.SERVER)))
    peer.send(peer.turn("play", "tictactoe"))
    await player.asked.wait()
    peer.close()
    assert await sentence_of(task) == "LinkLost: The connection to the client was lost."


async def test_late_bytes_of_a_connection_that_was_given_up_are_ignored() -> None:
    """The partner sends those turns again where both have agreed on what is held."""
    (old, at_old), (new, at_new) = memory_streams(), memory_streams()
    link = link_to(old, Seat.SERVER)
    receiving = asyncio.create_task(link.receive())
    await asyncio.sleep(0)
    link.resume(greeted(new, Seat.SERVER, Hello("1.0", Seat.CLIENT, NONCE.hex(), VERSIONS, SESSION)))
    at_old[1].write(frame(encode(SAID[0])))
    again = Turn(0, Seat.CLIENT, Kind.SAY, "agreed on", "0" * 64)
    at_new[1].write(frame(encode(again)))
    assert await receiving == again
    assert link.held.number == 1
    at_old[1].close()
    at_new[1].close()
    await link.close()
