"""Cheats at hidden choices, dice and secrets, over the real protocol: each is named on the honest side."""

import asyncio
from typing import Any

import pytest
from msgspec import convert

from chatgame.core.commitments import Opening, Place, commitment
from chatgame.core.limits import ALIVE_INTERVAL, LATE_TIME
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Turn
from tests.kit.ends import Peer, converse_with_peer, sentence_of
from tests.kit.logs import opening
from tests.kit.virtual import in_virtual_time


def commit(peer: Peer, shown: Opening, **elsewhere: Any) -> dict[str, Any]:
    """The peer's commitment, here or `elsewhere`."""
    match = peer.table.playing
    assert match
    place = Place(peer.table.session, match.number, match.ply, peer.seat)
    return peer.turn("commit", commitment(place._replace(**elsewhere), shown))


async def receive(peer: Peer) -> dict[str, Any]:
    """The honest side's next turn, which the peer's own table takes too."""
    while (message := await peer.receive())["type"] == "alive":
        pass
    peer.table = peer.table.after(convert(message, Turn))
    return message


async def rps_committed() -> "tuple[Peer, asyncio.Task[Table], dict[str, Any]]":
    """The peer has opened rock, paper, scissors, and the honest server, invited, has committed to rock."""
    peer, honest = await converse_with_peer(Seat.CLIENT, ["rock", "and now?"])
    peer.send(peer.turn("play", "rps"))
    return peer, honest, await receive(peer)


async def named(peer: Peer, honest: "asyncio.Task[Table]") -> str:
    """The sentence in which the honest side names the cheat, and which the cheat is told too."""
    goodbye = await peer.receive_goodbye()
    sentence = await sentence_of(honest)
    assert sentence == f"RemoteProtocolError: {goodbye['text']}"
    return sentence


async def test_commitment_that_is_copied_from_the_partner_is_named() -> None:
    """It would let the cheat reveal what the honest side reveals."""
    peer, honest, theirs = await rps_committed()
    peer.send(peer.turn("say", "x", kind="commit", text=theirs["text"]))
    assert "The client broke the rules: The commitment is a copy of the partner's." in await named(peer, honest)


async def test_reveal_before_both_have_committed_is_named() -> None:
    peer, honest, _ = await rps_committed()
    peer.send(peer.turn("say", "x", kind="reveal", text=str(opening("paper"))))
    assert "A turn to reveal came where one to commit was due" in await named(peer, honest)


@pytest.mark.parametrize(
    ("shown", "elsewhere"),
    [
        (opening("scissors"), {}),
        (opening("paper", 8), {}),
        (opening("paper"), {"match": 1}),
        (opening("paper"), {"ply": 1}),
        (opening("paper"), {"seat": Seat.SERVER}),
        (opening("paper"), {"session": "f" * 64}),
    ],
)
async def test_reveal_that_does_not_open_the_commitment_is_named(shown: Opening, elsewhere: dict[str, Any]) -> None:
    """It may show another value or salt, or have been made for another match, ply, seat or session."""
    peer, honest, _ = await rps_committed()
    peer.send(commit(peer, opening("paper"), **elsewhere))
    await receive(peer)
    peer.send(peer.turn("say", "x", kind="reveal", text=str(shown)))
    assert "The reveal does not open the commitment that was made" in await named(peer, honest)


async def test_second_reveal_is_refused() -> None:
    """One reveal is enough, and the match is over."""
    peer, honest, _ = await rps_committed()
    peer.send(commit(peer, opening("paper")))
    await receive(peer)
    peer.send(peer.turn("reveal", str(opening("paper"))))
    await receive(peer)
    peer.send(peer.turn("say", "x", kind="reveal", text=str(opening("paper"))))
    assert "No game is on" in await named(peer, honest)


async def test_dice_that_do_not_come_from_both_contributions_are_named() -> None:
    """The honest client has added to the number, and the cheat shows another than it was bound to."""
    peer, honest = await converse_with_peer(Seat.SERVER, ["play pig"])
    await receive(peer)
    peer.send(peer.turn("move", "roll"), commit(peer, opening("3")))
    await receive(peer)
    peer.send(peer.turn("say", "x", kind="reveal", text=str(opening("5"))))
    assert "The reveal does not open the commitment that was made" in await named(peer, honest)


@pytest.mark.parametrize(
    ("word", "answers", "words"),
    [
        ("tea", ["4"], 'a false answer, "4" for "3"'),
        ("tea", ["3", "none"], 'a false answer, "none" for "2"'),
        ("tee", ["3", "2"], 'a false answer, "2" for "2,3"'),
        ("t3a", ["3"], "a secret that the rules do not allow"),
    ],
)
async def test_lie_in_hangman_loses_the_game_and_the_chat_goes_on(word: str, answers: list[str], words: str) -> None:
    """The word is shown in the end, and every answer is held against it."""
    peer, honest = await converse_with_peer(Seat.CLIENT, ["e", "/resign", "You lied"])
    peer.send(peer.turn("play", "hangman"), commit(peer, opening(word)), peer.turn("answer", answers[0]))
    assert (await receive(peer))["kind"] == "move"
    peer.send(peer.turn("answer", answers[1] if len(answers) > 1 else "2"))
    assert (await receive(peer))["kind"] == "resign"
    peer.send(peer.turn("reveal", str(opening(word))))
    assert (await receive(peer))["text"] == "You lied"
    match = peer.table.match
    assert match
    assert match.outcome
    assert match.outcome.winner is Seat.SERVER
    assert match.outcome.reason.startswith("the client cheated: ")
    assert words in match.outcome.reason or len(answers) > 1
    peer.send(peer.turn("quit"))
    peer.close()
    assert await sentence_of(honest) == ""


async def keeps_alive(peer: Peer) -> None:
    """The peer is there, and does nothing more."""
    while True:
        peer.send({"type": "alive"})
        await asyncio.sleep(ALIVE_INTERVAL)


LATE = "The client's program did not reveal what it has to within 30 seconds and so has lost the game of"


def test_refusal_to_reveal_loses_after_the_deadline() -> None:
    """Remarks do not put it off; the session ends, and both sides name the cheat."""

    async def scenario() -> None:
        peer, honest, _ = await rps_committed()
        began = asyncio.get_running_loop().time()
        peer.send(commit(peer, opening("paper")))
        await receive(peer)
        alive = asyncio.create_task(keeps_alive(peer))
        for _ in range(6):
            await asyncio.sleep(4.8)
            peer.send(peer.turn("say", "wait"))
        goodbye = await peer.receive_goodbye()
        assert LATE_TIME <= asyncio.get_running_loop().time() - began <= LATE_TIME + ALIVE_INTERVAL
        alive.cancel()
        assert goodbye["reason"] == "refused"
        assert goodbye["text"].startswith(LATE)
        assert await sentence_of(honest) == f"RemoteProtocolError: {goodbye['text']}"

    in_virtual_time(scenario())


@pytest.mark.parametrize("pace", [0.0, 4.9, 7.3])
def test_program_has_the_whole_time_from_its_duty_on(pace: float) -> None:
    """The time begins with the duty, and not with the last sign of life."""

    async def scenario() -> None:
        peer, honest = await converse_with_peer(Seat.CLIENT, ["roll"], pace)
        alive = asyncio.create_task(keeps_alive(peer))
        peer.send(peer.turn("play", "pig"))
        while (await receive(peer))["kind"] != "commit":
            pass
        began = asyncio.get_running_loop().time()
        assert "did not contribute" in (await peer.receive_goodbye())["text"]
        assert LATE_TIME <= asyncio.get_running_loop().time() - began <= LATE_TIME + 2 * ALIVE_INTERVAL
        alive.cancel()
        assert "within 30 seconds" in await sentence_of(honest)

    in_virtual_time(scenario())


def test_person_is_waited_for_without_a_deadline() -> None:
    """Where a player is asked, programs are patient."""

    async def scenario() -> None:
        peer, honest = await converse_with_peer(Seat.CLIENT, ["play rps", "rock"])
        peer.send(peer.turn("say", "Hello"))
        await receive(peer)
        alive = asyncio.create_task(keeps_alive(peer))
        await asyncio.sleep(10 * LATE_TIME)
        alive.cancel()
        peer.send(peer.turn("quit"))
        peer.close()
        assert await sentence_of(honest) == ""

    in_virtual_time(scenario())
