"""A peer that breaks the protocol or the rules ends the session with one sentence that says who did what."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chatgame.core.limits import MAX_TEXT
from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.memory import memory_streams
from chatgame.players.script import Script
from chatgame.session.play import converse
from tests.kit.ends import Onlooker, Peer, converse_with_peer, link_to, sentence_of
from tests.kit.logs import NONCE, VERSIONS

Offence = Callable[[Peer], dict[str, Any] | bytes]


IN_CHAT: dict[str, tuple[Offence, str]] = {
    # the client's first turn
    "no JSON": (lambda _: b"\xffHello", "not a message"),
    "an unknown kind": (lambda p: p.turn("say", "x", kind="shout"), "not a message"),
    "an unknown field": (lambda p: p.turn("say", "x", colour="red"), "not a message"),
    "a missing field": (lambda _: {"type": "turn", "number": 0}, "not a message"),
    "a second hello": (
        lambda _: {"type": "hello", "protocol": "1.0", "seat": "client", "nonce": NONCE.hex(), "games": {}},
        "it began to greet again",
    ),
    "a text of 4097 bytes": (
        lambda p: p.turn("say", "x") | {"text": "é" * (MAX_TEXT // 2) + "x"},
        "has 4097 bytes",
    ),
    "an empty text": (lambda p: p.turn("say", "x", text=""), "A turn to say needs a text"),
    "a quit with words": (lambda p: p.turn("quit", text="bye"), "A turn to quit carries no text"),
    "half a character": (lambda p: p.turn("say", "x", text="\ud800"), "not a message"),
    "a number ahead": (lambda p: p.turn("say", "x", number=1), "Turn 1 came where turn 0 was due"),
    "a digest that differs": (lambda p: p.turn("say", "x", digest="0" * 64), "digest of turn 0 differs"),
    "the other's name": (lambda p: p.turn("say", "x", seat="server"), "in the server's name"),
    "a move in chat": (lambda p: p.turn("say", "x", kind="move"), "No game is on"),
    "a game nobody has": (lambda p: p.turn("play", "tictactoe", text="go"), 'no game "go"'),
    "a game with options it lacks": (lambda p: p.turn("play", "tictactoe", text="tictactoe 5"), "no options"),
}

IN_A_GAME: dict[str, tuple[Offence, str]] = {
    # the client has opened a game, and the server, X, has taken cell 5
    "a game in the game": (lambda p: p.turn("say", "x", kind="play", text="tictactoe"), "is on already"),
    "an occupied cell": (lambda p: p.turn("move", "1", text="5"), "Cell 5 is taken"),
    "an odd digit": (lambda p: p.turn("move", "1", text="٣"), "is not a cell"),
    "a cell with a sign": (lambda p: p.turn("move", "1", text="+1"), "is not a cell"),
    "a claimed win": (lambda p: p.turn("resign", digest="f" * 64), "digest of turn 2 differs"),
}


@pytest.mark.parametrize(("offence", "words"), IN_CHAT.values(), ids=IN_CHAT)
async def test_offence_in_chat_ends_the_session_by_name(offence: Offence, words: str) -> None:
    """The honest side says who did what, and tells the offender too."""
    peer, honest = await converse_with_peer(Seat.CLIENT, [])
    await ends_by_name(peer, honest, offence(peer), words)


@pytest.mark.parametrize(("offence", "words"), IN_A_GAME.values(), ids=IN_A_GAME)
async def test_offence_in_a_game_ends_the_session_by_name(offence: Offence, words: str) -> None:
    """Every move is checked by the rules on both sides."""
    peer, honest = await converse_with_peer(Seat.CLIENT, ["5"])
    peer.send(peer.turn("play", "tictactoe"))
    assert await peer.receive() == peer.turn("move", "5")
    await ends_by_name(peer, honest, offence(peer), words)


async def ends_by_name(
    peer: Peer, honest: "asyncio.Task[Table]", message: dict[str, Any] | bytes, words: str
) -> None:
    """What the peer sends ends the session, with a sentence that names the peer and what it did."""
    peer.send(message)
    assert (await peer.receive_goodbye())["reason"] == "refused"
    sentence = await sentence_of(honest)
    assert sentence.startswith("RemoteProtocolError: The client ")
    assert words in sentence


async def test_server_is_held_to_the_same_rules() -> None:
    """The checks are those of the table, so both seats meet them: here the server writes the client's first turn."""
    peer, honest = await converse_with_peer(Seat.SERVER, [])
    peer.send(peer.turn("say", "I first", seat="server"))
    await peer.receive_goodbye()
    assert await sentence_of(honest) == (
        "RemoteProtocolError: The server broke the rules: The server cannot write now: it is the client's turn."
    )


async def test_turn_out_of_turn_is_refused_in_the_middle_of_a_prompt() -> None:
    """Two turns in a row: the second is refused while the honest player thinks about the answer to the first."""
    peer, honest = await converse_with_peer(Seat.CLIENT, [])
    first, second = peer.turn("say", "one"), peer.turn("say", "two", seat="client")
    peer.send(first, second)
    await peer.receive_goodbye()
    assert "The client cannot write now: it is the server's turn" in await sentence_of(honest)


async def test_nothing_is_taken_after_the_end() -> None:
    """A turn behind `quit` is not read: the conversation is over and ends in peace."""
    peer, honest = await converse_with_peer(Seat.CLIENT, [])
    peer.send(peer.turn("quit"), b"garbage")
    peer.close()
    assert await sentence_of(honest) == ""
    assert honest.result().number == 1


async def test_partner_may_hang_up_as_soon_as_we_have_quit() -> None:
    """The conversation has ended in peace, even before our own screen has shown it."""
    honest, at_peer = memory_streams()
    peer = Peer(Seat.SERVER, at_peer)

    class Slow(Script):
        async def ask(self, table: Table) -> str:
            await asyncio.sleep(0.01)  # the link is being listened to by then
            return await super().ask(table)

        async def see(self, step: Step) -> None:
            assert (await peer.receive())["kind"] == "quit"
            peer.close()
            await asyncio.sleep(0.01)

    table = await converse(Slow(["/q"]), link_to(honest, Seat.CLIENT), BUILT_IN, InMemory(Seat.CLIENT))
    assert table.number == 1


async def test_turn_that_has_to_wait_is_judged_at_once() -> None:
    """A player who is slow to see keeps no wrong turn among those that are held."""
    honest, at_peer = memory_streams()
    peer, link = Peer(Seat.CLIENT, at_peer), link_to(honest, Seat.SERVER)
    peer.table = Table.open(link.session, BUILT_IN, VERSIONS)
    talking = asyncio.create_task(converse(Onlooker(["Hi"], stuck=[1]), link, BUILT_IN, InMemory(Seat.SERVER)))
    peer.send(peer.turn("say", "Hello"))
    assert (await peer.receive())["text"] == "Hi"
    peer.turn("say", "Hi")
    peer.send(peer.turn("say", "How are you?", digest="\x1b" * 64))
    async with asyncio.timeout(10):
        await peer.receive_goodbye()
    assert "The digest of turn 2 differs" in await sentence_of(talking)


async def test_leaving_while_the_session_ends_does_not_hide_why_it_ends() -> None:
    """A key may be pressed in the second that the closing takes."""
    peer, honest = await converse_with_peer(Seat.CLIENT, [])
    peer.send(b"garbage")
    assert (await peer.receive())["reason"] == "refused"
    honest.cancel()
    assert "The client broke the protocol" in await sentence_of(honest)
    peer.close()


async def test_play_after_a_game_is_over_is_refused() -> None:
    """A move after the last one finds no game."""
    peer, honest = await converse_with_peer(Seat.CLIENT, ["5", "1", "9", "so?"])
    peer.send(peer.turn("play", "tictactoe"))
    for ours, theirs in (("5", "2"), ("1", "3")):
        assert await peer.receive() == peer.turn("move", ours)
        peer.send(peer.turn("move", theirs))
    assert await peer.receive() == peer.turn("move", "9")
    assert await peer.receive() == peer.turn("say", "so?")
    peer.send(peer.turn("say", "x", kind="move", text="4"))
    await peer.receive_goodbye()
    assert "No game is on" in await sentence_of(honest)


async def test_complaint_of_the_partner_is_passed_on() -> None:
    """A partner that ends the session with a complaint is quoted, and it's no quiet end."""
    peer, honest = await converse_with_peer(Seat.CLIENT, [])
    peer.send({"type": "bye", "reason": "refused", "text": "you cheat", "since": "a later version"})
    peer.close()
    assert await sentence_of(honest) == "LinkLost: The client ended the session: you cheat"
