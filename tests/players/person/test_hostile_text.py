"""What a partner sends shows on the terminal and does nothing to it, whichever way it comes."""

import asyncio
import re
from collections.abc import Sequence

import pytest
from hypothesis import given

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.seats import Seat
from tests.kit.attacks import ATTACKS, texts_sent
from tests.kit.ends import Peer
from tests.kit.fuzzed import fuzzed
from tests.kit.harmless import see_that_it_is_harmless
from tests.kit.hostile import Act, answer, chats, conversation, remarks
from tests.kit.logs import SESSION

CLIENT, SERVER = Seat


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_attacks_would_be_seen(attack: str) -> None:
    """The checks of this file find each attack in what is not made inert, but those that are ordinary text."""
    if attack in (ATTACKS["printf"], ATTACKS["wide"]):
        see_that_it_is_harmless(attack)
    else:
        with pytest.raises(AssertionError):
            see_that_it_is_harmless(attack)


async def proposes(peer: Peer, text: str) -> None:
    """As the options of a game, which refuses them and may quote them."""
    peer.send(peer.turn("say", "x", kind="play", text=f"rps {text}"))


async def names_a_game(peer: Peer, text: str) -> None:
    """As the name of a game that there is not."""
    peer.send(peer.turn("say", "x", kind="play", text=text))


async def moves(peer: Peer, text: str) -> None:
    """As an illegal move, which the complaint quotes."""
    peer.send(peer.turn("play", "tictactoe"))
    await answer(peer)
    peer.send(peer.turn("resign") | {"kind": "move", "text": text})


async def reveals(peer: Peer, text: str) -> None:
    """In place of the word of hangman, which is shown when the game is over."""
    peer.send(peer.turn("play", "hangman"))
    opening = Opening(b"s" * 32, text)
    peer.send(peer.turn("commit", commitment(Place(SESSION, 0, 0, CLIENT), opening)), peer.turn("answer", "5"))
    await answer(peer)
    peer.send(peer.turn("reveal", str(opening)))


async def answers(peer: Peer, text: str) -> None:
    """In place of an answer."""
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
    with asyncio.Runner() as runner:
        for attack in ATTACKS.values():
            see_route(runner, route, attack)


@pytest.mark.parametrize("route", ROUTES)
def test_any_text_does_nothing_by_any_route(route: str) -> None:
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
    """These tests see something."""
    with asyncio.Runner() as runner:
        screen = see_route(runner, route, "good\rbad")
    assert re.search(quoted if "|" in quoted else re.escape(quoted.replace("<CR>", r"\r")), screen), screen
