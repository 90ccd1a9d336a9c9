"""Both real programs over a loopback connection, each with a console on a pipe and a journal on disk."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.players.person.console import Console
from chatgame.program.client import join
from chatgame.program.server import serve
from chatgame.program.setting import Setting
from tests.kit.ends import Screen

NAMELESS = dict.fromkeys(Seat, "")


def journal_in(state: Path) -> Path:
    """The journal's file in a state folder."""
    return state / "chatgame" / "journal.db"


async def sit(seat: Seat, state: Path, lines: Sequence[str], name: str, port: "asyncio.Future[int]") -> str:
    """Run the program of a seat to its end; returns what its screen showed."""
    keyboard, screen = asyncio.StreamReader(), Screen()
    keyboard.feed_data("".join(f"{line}\n" for line in lines).encode())
    console = Console(seat, keyboard, screen, terminal=False, name=name)

    def notify(*texts: str) -> None:
        if seat is Seat.SERVER and not port.done():
            port.set_result(int(texts[0].rpartition(" ")[2]))

    reading = asyncio.create_task(console.read())
    with Store(journal_in(state)) as store:
        where = 0 if seat is Seat.SERVER else await port
        setting = Setting("localhost", where, BUILT_IN, store, name=name, chance=Random(1))  # which rolls no 1 in pig
        await (serve if seat is Seat.SERVER else join)(console, setting, notify)
    reading.cancel()
    return screen.text


async def talk(
    folder: Path, client: Sequence[str], server: Sequence[str], names: Mapping[Seat, str] = NAMELESS
) -> dict[Seat, str]:
    """Run a whole conversation, which one seat ends with `/q`; returns both screens.

    The state folder of each seat is the folder of its name in `folder`.
    """
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.timeout(10):
        screens = await asyncio.gather(
            *(
                sit(seat, folder / seat, lines, names.get(seat, ""), port)
                for seat, lines in zip(Seat, (client, server), strict=True)
            )
        )
    return dict(zip(Seat, screens, strict=True))
