"""Both ends of a connection without an event loop; bytes are carried whole or one by one."""

from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.protocol.connection import Connection, Event
from chatgame.protocol.frames import frame
from chatgame.protocol.hello import hello_of
from chatgame.protocol.messages import Hello, Message, encode
from chatgame.protocol.pairing import Invitation, Pairing
from chatgame.protocol.resume import Held
from tests.kit.logs import NONCE, SESSION

CLIENTS = hello_of(Held(Seat.CLIENT), BUILT_IN, SESSION, nonce=NONCE)
SERVERS = hello_of(Held(Seat.SERVER), BUILT_IN, SESSION, nonce=NONCE)


class Ends:
    """Both ends of one connection, at a time that the test sets.

    Attributes:
        now: the time, in seconds.
        events: the events at each seat's end.
    """

    def __init__(self, *, bytewise: bool = False) -> None:
        self.now = 100.0
        self.events: dict[Seat, list[Event]] = {seat: [] for seat in Seat}
        self.client, self.server = (Connection(seat, self.now) for seat in Seat)
        self._bytewise = bytewise

    def end(self, seat: Seat) -> Connection:
        """The end of a seat."""
        return self.client if seat is Seat.CLIENT else self.server

    def say(self, seat: Seat, *messages: Message) -> None:
        """Let a seat say messages, and carry all bytes that follow, both ways."""
        for message in messages:
            self.end(seat).say(message, self.now)
        self.carry()

    def carry(self) -> None:
        """Carry bytes until there are no more."""
        while any(self._carry_from(seat) for seat in Seat):
            pass

    def _carry_from(self, seat: Seat) -> bool:
        data = self.end(seat).data_to_send()
        self.receive(seat.other, data)
        return bool(data)

    def receive(self, seat: Seat, data: bytes) -> None:
        """Let a seat's end receive bytes, as its pump would."""
        end = self.end(seat)
        for piece in [data[at : at + 1] for at in range(len(data))] if self._bytewise else [data] * bool(data):
            end.receive(piece, self.now)
            while event := end.next_event():
                self.events[seat].append(event)

    def inject(self, seat: Seat, *messages: Message | bytes) -> None:
        """Let a seat's end receive messages that the other end has not said."""
        self.receive(seat, b"".join(frame(m if isinstance(m, bytes) else encode(m)) for m in messages))

    def greet(self, client: Hello = CLIENTS, server: Hello = SERVERS) -> "Ends":
        """Let both say hello."""
        self.say(Seat.CLIENT, client)
        self.say(Seat.SERVER, server)
        return self

    def pair(self, ours: str = "7-guitar-island", theirs: str = "7-guitar-island") -> None:
        """Let both pair, each with its code."""
        self.server.pair(pairing(Seat.SERVER, Invitation(theirs)), self.now)
        self.client.pair(pairing(Seat.CLIENT, Invitation(ours)), self.now)
        self.carry()


class Exchange:
    """A stand-in for SPAKE2: its messages are fixed, and its key is the code."""

    def __init__(self, seat: Seat, code: str) -> None:
        self.message = (b"A" if seat is Seat.CLIENT else b"B") * 33
        self._code = code

    def key(self, theirs: bytes) -> bytes | None:
        """The key, or None for what is not a message of the other side."""
        return self._code.encode() if theirs in (b"A" * 33, b"B" * 33) and theirs != self.message else None


def pairing(seat: Seat, invitation: Invitation, certificate: bytes = b"c" * 32) -> Pairing:
    """One side of a pairing, with the stand-in for SPAKE2."""
    return Pairing(seat, certificate, lambda code: Exchange(seat, code), invitation)
