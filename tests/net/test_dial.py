"""A client whose server is lost dials again, after pauses that grow."""

import asyncio
import re
from pathlib import Path

from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.net.dial import FIRST_PAUSE, pauses
from chatgame.protocol.hello import hello_of
from chatgame.protocol.messages import Hello
from chatgame.protocol.resume import Held
from tests.kit.logs import NONCE
from tests.kit.simulated import Person, Place
from tests.kit.virtual import in_simulation
from tests.kit.wire import Wire


class Visits:
    """A server that greets each client and hangs up at once.

    Attributes:
        count: how many have come.
    """

    def __init__(self) -> None:
        self.count = 0

    async def hang_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Greet a client, and hang up."""
        self.count += 1
        wire = Wire(reader, writer)
        hello = await wire.receive()
        assert isinstance(hello, Hello)
        wire.say(hello_of(Held(Seat.SERVER), BUILT_IN, hello.session, nonce=NONCE))
        writer.close()


async def dialled_for(place: Place, seconds: float) -> Visits:
    """Let a client dial for so long, and be hung up on each time."""
    visits = Visits()
    listening = await asyncio.start_server(visits.hang_up, "server", 1059)
    client = place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
    await asyncio.sleep(seconds)
    client.cancel()
    await asyncio.wait({client})
    listening.close()
    return visits


def test_server_that_hangs_up_again_and_again_is_dialled_less_and_less(tmp_path: Path) -> None:
    """It neither uses up the client's tokens nor fills its screen."""

    async def scenario() -> None:
        visits = await dialled_for(Place(tmp_path), 600)
        assert 10 < visits.count < 60

    in_simulation(scenario())


def test_long_pauses_before_dialling_are_told(tmp_path: Path) -> None:
    """They are told also when the connections are made each time and are lost again at once."""

    async def scenario() -> None:
        place = Place(tmp_path)
        await dialled_for(place, 300)
        notices = place.notices[Seat.CLIENT]
        assert any(re.match(r"Dialling again in [12]\d\.\d seconds", text) for text in notices)

    in_simulation(scenario())


def test_first_attempts_of_many_clients_do_not_come_in_one_instant() -> None:
    first = [next(pauses()) for _ in range(100)]
    assert len(set(first)) == 100
    assert all(0 < pause <= FIRST_PAUSE for pause in first)
