"""A client whose server is lost dials again, after pauses that grow."""

import asyncio
import re
from pathlib import Path

from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.net.dial import FIRST_PAUSE, pauses
from chatgame.protocol.hello import hello_of
from chatgame.protocol.resume import Held
from tests.kit.simulated import Person, Place
from tests.kit.virtual import in_simulation
from tests.kit.wire import Wire


def test_server_that_hangs_up_again_and_again_is_dialled_less_and_less(tmp_path: Path) -> None:
    """It neither uses up the client's tokens nor fills its screen."""

    async def scenario() -> None:
        place, visits = Place(tmp_path), 0
        hello = hello_of(Held(Seat.SERVER), BUILT_IN, "1" * 32)

        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal visits
            visits += 1
            wire = Wire(reader, writer)
            await wire.hear()
            wire.say(hello)
            writer.close()

        listening = await asyncio.start_server(hang_up, "server", 1059)
        client = place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        await asyncio.sleep(600)
        assert 10 < visits < 60
        client.cancel()
        await asyncio.wait({client})
        listening.close()

    in_simulation(scenario())


def test_long_pauses_before_dialling_are_told(tmp_path: Path) -> None:
    """Also when the connections are made each time, and are lost again at once."""

    async def scenario() -> None:
        place = Place(tmp_path)
        hello = hello_of(Held(Seat.SERVER), BUILT_IN, "1" * 32)

        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            wire = Wire(reader, writer)
            await wire.hear()
            wire.say(hello)
            writer.close()

        listening = await asyncio.start_server(hang_up, "server", 1059)
        client = place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        await asyncio.sleep(300)
        told = place.told[Seat.CLIENT]
        assert any(re.match(r"Dialling again in [12]\d\.\d seconds", text) for text in told)
        client.cancel()
        await asyncio.wait({client})
        listening.close()

    in_simulation(scenario())


def test_first_attempts_of_many_clients_do_not_come_in_one_instant() -> None:
    first = [next(pauses()) for _ in range(100)]
    assert len(set(first)) == 100
    assert all(0 < pause <= FIRST_PAUSE for pause in first)
