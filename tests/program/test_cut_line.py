"""A line that is cut costs nothing: each turn stands once in both journals."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import detangle
import pytest

from chatgame.core.errors import (
    LinkLost,
    RemoteProtocolError,
)
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.protocol.messages import Alive, Bye, Reason
from chatgame.protocol.resume import Held, token
from tests.kit.simulated import CHAT, Line, Person, Place, Stranger, both_sit, informed, talk, until
from tests.kit.virtual import in_simulation

GAMES = ["Hello", "1", "2", "Again?", "rock", "/q"], ["play tictactoe", "9", "/resign", "play rps", "paper"]


def said(log: Sequence[Turn]) -> list[tuple[Seat, Kind, str]]:
    """A log without what is random in it."""
    return [(turn.seat, turn.kind, "" if turn.kind in (Kind.COMMIT, Kind.REVEAL) else turn.text) for turn in log]


@pytest.mark.parametrize("lines", [CHAT, GAMES], ids=["chat", "games"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_line_that_is_cut_at_any_message_costs_nothing(
    tmp_path: Path, lines: tuple[list[str], list[str]], when: str
) -> None:
    """Each turn stands once on both sides, wherever the line is cut."""
    whole = Line()
    expected: list[tuple[Seat, Kind, str]] = []

    async def uncut() -> None:
        client, server = await talk(Place(tmp_path / "whole"), lines, whole)
        assert client == server
        expected.extend(said(client))

    async def cut(number: int) -> None:
        client, server = await talk(Place(tmp_path / f"{number}"), lines, Line(**{when: [number]}))
        assert client == server
        assert said(client) == expected

    in_simulation(uncut())
    assert whole.carried > len(expected)
    for number in range(2, whole.carried):  # behind the first greeting
        in_simulation(cut(number))


def test_line_that_is_cut_again_and_again_costs_nothing(tmp_path: Path) -> None:
    """It may be cut while the two greet each other anew."""

    async def scenario() -> None:
        wire = Line(before=range(4, 30), after=[31, 33])
        client, server = await talk(Place(tmp_path), CHAT, wire)
        assert client == server
        assert [turn.text for turn in client] == ["Hello", "How are you?", "Good. You?", "Good", ""]

    in_simulation(scenario())


def test_both_are_told_that_the_line_is_lost_and_when_it_is_back(tmp_path: Path) -> None:
    """The client is told how it goes about it."""

    async def scenario() -> None:
        place = Place(tmp_path)
        await talk(place, CHAT, Line(before=[2, 3, 4]))
        assert place.notices[Seat.SERVER][2:] == [
            "Waiting for message...",
            "The connection to the client was lost. Waiting for them to come back; Ctrl-C leaves.",
            "Connected again.",
        ]
        lost, *tries, again = place.notices[Seat.CLIENT][1:]
        assert lost == "The connection to the server was lost. Dialling again; what you write is kept."
        assert tries
        assert all(text.startswith("Nobody answers. Dialling again in ") for text in tries)
        assert again == "Connected again."

    in_simulation(scenario())


def test_line_typed_while_the_connection_is_lost_is_sent_once(tmp_path: Path) -> None:
    """It is kept at once, and goes with the next connection."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi", "Here you are"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        detangle.network().disconnect(*Seat)
        await informed(place.notices[Seat.CLIENT], "Dialling again; ")
        people[Seat.CLIENT].say("into the void")
        await until(lambda: len(place.log(Seat.CLIENT)) == 3)
        people[Seat.CLIENT].say("/q")
        detangle.network().reconnect(*Seat)
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", "into the void", "Here you are", ""]

    in_simulation(scenario())


@pytest.mark.parametrize("frames", [0, 1])
def test_client_whose_first_connection_after_a_restart_breaks_dials_again(tmp_path: Path, frames: int) -> None:
    """The connection may break before the client's hello or before the server's answer."""

    async def scenario() -> None:
        place, line = Place(tmp_path), Line()
        listening = await line.listen()
        people, programs = await both_sit(place, (["Hello"], ["Hi"]), host="wire")
        await until(lambda: people[Seat.CLIENT].seen == 2)
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        await informed(place.notices[Seat.SERVER], "was lost")
        line.cut_before(line.carried + frames)
        place.notices[Seat.CLIENT].clear()
        client = place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["/q"]), host="wire")
        await asyncio.gather(client, programs[Seat.SERVER])
        assert "broke before the server had answered. Dialling again" in place.notices[Seat.CLIENT][0]
        assert place.log(Seat.CLIENT) == place.log(Seat.SERVER)
        listening.close()

    in_simulation(scenario())


@pytest.mark.parametrize(("signs", "visits"), [(0, range(18, 24)), (1, range(12, 24)), (8, range(2, 6))])
def test_coming_back_does_not_put_off_the_deadline_of_a_reveal(tmp_path: Path, signs: int, visits: range) -> None:
    """A program that will not reveal cannot escape by hanging up again and again, with signs of life or without."""

    async def scenario() -> None:
        place = Place(tmp_path)
        server = place.sit(Seat.SERVER, Person(Seat.SERVER, ["play rps", "rock"]))
        await informed(place.notices[Seat.SERVER], "listening")
        held, session, table = Held(Seat.CLIENT), None, None
        mine = [(Kind.SAY, "Hello"), (Kind.COMMIT, "0" * 64)]
        for visit in range(40):
            peer = await Stranger.come(
                token=token(bytes(32), visit), session=session, turns=held.number, digest=held.digest
            )
            hello, session = await peer.answered()
            table = table or Table.open(session, BUILT_IN, hello.games)
            ends = asyncio.get_running_loop().time() + 8
            alive = [Alive()] * signs
            while asyncio.get_running_loop().time() < ends:
                if mine and table.token is Seat.CLIENT:
                    turn, table = table.write(Seat.CLIENT, *mine.pop(0))
                    peer.wire.say(turn)
                    held = held.after(turn)
                if alive:
                    peer.wire.say(alive.pop())
                with suppress(TimeoutError, LinkLost):
                    async with asyncio.timeout(1):
                        match await peer.wire.receive():
                            case Turn() as turn:
                                table, held = table.after(turn), held.after(turn)
                            case Bye(reason=reason):
                                assert reason == Reason.REFUSED
                                assert visit in visits
                                peer.wire.writer.close()
                                with pytest.raises(RemoteProtocolError, match="did not reveal"):
                                    await server
                                return
            peer.wire.abort()
        raise AssertionError("the deadline was put off")

    in_simulation(scenario())
