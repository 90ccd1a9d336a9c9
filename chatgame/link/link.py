"""The link to the partner: turns both ways, signs of life in between, and how it ends."""

import asyncio
from collections.abc import Mapping
from typing import NoReturn

from chatgame.core.errors import InvalidMessage, LinkLost, PartnerLeft, RemoteProtocolError
from chatgame.core.messages import Alive, Bye, Message, Reason, Turn
from chatgame.core.seats import Seat
from chatgame.link.streams import Connection

ALIVE_INTERVAL = 5.0
"""In seconds: how often each side says that it is still there."""

SILENCE_LIMIT = 15.0
"""In seconds: a partner who says nothing whole, or reads nothing, for so long is gone."""


class Link:
    """Carries the turns of one session to and from the partner.

    Attributes:
        seat: one's own.
        session: the session's identifier.
        theirs: the games that the partner has, each with the version of its rules.
        peer: the partner's address and port.
    """

    def __init__(self, connection: Connection, seat: Seat, session: str, theirs: Mapping[str, int]) -> None:
        self._connection = connection
        self.seat = seat
        self.session = session
        self.theirs = theirs
        self.peer = connection.peer

    async def receive(self) -> Turn:
        """The partner's next turn.

        Raises:
            RemoteProtocolError: something else came that may not.
            PartnerLeft: the partner said goodbye.
            LinkLost: the connection broke, fell silent, or the partner ended it with a complaint.
        """
        partner = self.seat.other
        while True:
            try:
                async with asyncio.timeout(SILENCE_LIMIT):
                    message = await self._connection.receive()
            except InvalidMessage as error:
                raise RemoteProtocolError(f"The {partner} broke the protocol: {error}.") from error
            except TimeoutError as error:
                raise LinkLost(f"The {partner} has been silent for {SILENCE_LIMIT:.0f} seconds.") from error
            except LinkLost as error:
                raise LinkLost(f"The connection to the {partner} was lost.") from error
            match message:
                case Turn(seat=seat) if seat is partner:
                    return message
                case Turn():
                    raise RemoteProtocolError(f"The {partner} wrote a turn in the {self.seat}'s name.")
                case Alive():
                    continue
                case Bye(reason=Reason.LEFT):
                    raise PartnerLeft(f"{partner.title} has requested shutdown. Shutting down!")
                case Bye(reason=reason, text=text):
                    raise LinkLost(f"The {partner} ended the session: {text or reason}")
                case _:
                    raise RemoteProtocolError(f"The {partner} broke the protocol: it said hello twice.")

    async def send(self, message: Message) -> None:
        """Send a turn, or anything else.

        Raises:
            LinkLost: the connection broke, or the partner reads nothing.
        """
        try:
            async with asyncio.timeout(SILENCE_LIMIT):
                await self._connection.send(message)
        except TimeoutError as error:
            raise LinkLost(f"The {self.seat.other} has read nothing for {SILENCE_LIMIT:.0f} seconds.") from error
        except LinkLost as error:
            raise LinkLost(f"The connection to the {self.seat.other} was lost.") from error

    async def keep_alive(self) -> NoReturn:
        """Say every few seconds that this side is still here.

        Raises:
            LinkLost: the connection broke, or the partner reads nothing.
        """
        while True:
            await asyncio.sleep(ALIVE_INTERVAL)
            await self.send(Alive())

    async def close(self, goodbye: Bye | None = None) -> None:
        """Say goodbye, if there is anything left to say, and close; never takes long or raises."""
        await self._connection.close(goodbye)
