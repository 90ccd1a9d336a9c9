"""A watcher's connection: what its end can say, what a server takes from it, and which code opens for which role."""

from typing import Literal

import pytest

from chatgame.core.errors import InvalidMessage, PeerSilent, RemoteProtocolError, TurnedAway, Unreachable, WrongCode
from chatgame.core.limits import ALIVE_INTERVAL, MAX_GUESSES, MAX_NEWS, SAID_AT_ONCE, SILENCE_LIMIT
from chatgame.core.seats import Seat
from chatgame.protocol.connection import TRANSITIONS, Connection, Event, Paired, State
from chatgame.protocol.frames import frame
from chatgame.protocol.messages import (
    PROTOCOL,
    WATCHER,
    Alive,
    Bye,
    Foreign,
    Hello,
    Message,
    Pair,
    Reason,
    View,
    Watch,
    Watchers,
    decode,
    encode,
)
from chatgame.protocol.pairing import Invitation, Pairing, any_code, drawn
from tests.kit.logs import NONCE, SESSION, VERSIONS, log_of
from tests.kit.machines import Exchange

WATCH = Watch(PROTOCOL)
VIEW = View(SESSION, 0)
HELLO = Hello(PROTOCOL, Seat.CLIENT, NONCE.hex(), VERSIONS)
CODE, OTHER = "7-guitar-island", "8-guitar-island"
(TURN,) = log_of("say Hello")


class Ends:
    """A watcher's end and a server's."""

    def __init__(self) -> None:
        self.now = 100.0
        self.watcher, self.server = Connection(WATCHER, self.now), Connection(Seat.SERVER, self.now)

    def carry(self) -> list[Event]:
        """Carry bytes until there are no more; returns what has happened."""
        events: list[Event] = []
        while True:
            before = len(events)
            moved = False
            for here, there in ((self.watcher, self.server), (self.server, self.watcher)):
                if data := here.data_to_send():
                    moved = True
                    there.receive(data, self.now)
                    while event := there.next_event():
                        events.append(event)
            if not moved and len(events) == before:
                return events

    def say(self, end: Connection, *messages: Message) -> list[Event]:
        """Let one end say messages."""
        for message in messages:
            end.say(message, self.now)
        return self.carry()

    def inject(self, *messages: Message | bytes) -> Event | None:
        """Let the server's end receive what a watcher's program cannot say."""
        said = [message if isinstance(message, bytes) else encode(message) for message in messages]
        self.server.receive(b"".join(map(frame, said)), self.now)
        return self.server.next_event()

    def watched(self) -> "Ends":
        """Come as far as to watch."""
        self.say(self.watcher, WATCH)
        self.say(self.server, VIEW)
        return self


def pairing(seat: Seat, code: str | Invitation, role: str = WATCHER) -> Pairing:
    """One side of a pairing, with a stand-in for SPAKE2."""
    invitation = code if isinstance(code, Invitation) else Invitation(code)
    made: Literal[Seat.CLIENT, "watcher"] = WATCHER if role == WATCHER else Seat.CLIENT
    return Pairing(seat, b"c" * 32, lambda code: Exchange(seat, code), invitation, made)


def test_turns_go_one_way() -> None:
    ends = Ends().watched()
    assert ends.say(ends.server, *log_of("say a", "say b")) == log_of("say a", "say b")
    with pytest.raises(KeyError):
        ends.watcher.say(TURN, ends.now)


def test_table_names_nothing_from_a_watcher_that_is_a_turn_or_takes_a_seat() -> None:
    said = {kind for transitions in TRANSITIONS.values() for speaker, kind in transitions if speaker == WATCHER}
    assert said == {Pair, Watch, Alive, Bye}


@pytest.mark.parametrize(
    "message", [TURN, HELLO, VIEW, WATCH, Pair("0" * 64), Watchers(0, 1)], ids=lambda m: type(m).__name__
)
def test_server_takes_only_signs_of_life_and_a_goodbye(message: Message) -> None:
    ends = Ends().watched()
    with pytest.raises(RemoteProtocolError, match="it said what it must not say"):
        ends.inject(message)


def test_unknown_messages_are_passed_over() -> None:
    assert Ends().watched().inject(b'{"type":"applause"}') is None


def test_watcher_that_talks_too_much_is_dropped() -> None:
    ends = Ends().watched()
    with pytest.raises(RemoteProtocolError, match="more than it has to say"):
        ends.inject(*[b'{"type":"applause"}'] * (SAID_AT_ONCE // 20))


def test_signs_of_life_are_never_too_much() -> None:
    ends = Ends().watched()
    for _ in range(1000):
        ends.now += ALIVE_INTERVAL
        ends.watcher.tick(ends.now)
        ends.server.tick(ends.now)
        assert ends.carry() == []


@pytest.mark.parametrize("silent", ["watcher", "server"])
def test_silent_side_is_given_up(silent: str) -> None:
    ends = Ends().watched()
    other = ends.server if silent == "watcher" else ends.watcher
    ends.now += SILENCE_LIMIT
    other.tick(ends.now)
    with pytest.raises(PeerSilent):
        other.next_event()


@pytest.mark.parametrize("first", ["watcher", "server"])
def test_both_say_goodbye(first: str) -> None:
    ends = Ends().watched()
    one, other = (ends.watcher, ends.server) if first == "watcher" else (ends.server, ends.watcher)
    assert ends.say(one, Bye(Reason.LEFT)) == [Bye(Reason.LEFT)]
    ends.say(other, Bye(Reason.LEFT))
    assert one.finished
    assert other.finished


def test_turns_are_not_shown_to_somebody_who_has_left() -> None:
    ends = Ends().watched()
    ends.say(ends.watcher, Bye(Reason.LEFT))
    ends.server.show([frame(encode(TURN))])
    assert ends.server.data_to_send() == b""


@pytest.mark.parametrize(
    "message", [TURN, Alive(), Bye(Reason.LEFT), VIEW, Watchers(0, 1)], ids=lambda m: type(m).__name__
)
def test_nothing_else_opens_a_connection(message: Message) -> None:
    with pytest.raises(RemoteProtocolError):
        Ends().inject(message)


def open_ends() -> tuple[Connection, Connection]:
    """A client's end and a server's that have said hello to each other."""
    client, server = Connection(Seat.CLIENT, 0), Connection(Seat.SERVER, 0)
    for speaker, listener, hello in (
        (client, server, HELLO),
        (server, client, Hello(PROTOCOL, Seat.SERVER, NONCE.hex(), VERSIONS)),
    ):
        speaker.say(hello, 0)
        listener.receive(speaker.data_to_send(), 0)
        listener.next_event()
    return client, server


def test_server_tells_its_client_about_watchers_and_never_the_other_way() -> None:
    client, server = open_ends()
    server.say(Watchers(3, 2, CODE), 0)
    client.receive(server.data_to_send(), 0)
    assert client.next_event() == Watchers(3, 2, CODE)
    server.receive(frame(encode(Watchers(3, 2))), 0)
    with pytest.raises(RemoteProtocolError):
        server.next_event()


def test_server_that_tells_about_watchers_all_the_time_is_given_up() -> None:
    """Each change takes a line of the player's screen. A server may tell of 40 at once, and then of one a second."""
    client, server = open_ends()
    for count in range(2 * MAX_NEWS + 20):
        server.say(Watchers(3, count % 20), 0)
    client.receive(server.data_to_send(), 10)
    for _ in range(2 * MAX_NEWS + 20):
        assert isinstance(client.next_event(), Watchers)
    server.say(Watchers(3, 1), 0)
    client.receive(server.data_to_send(), 10)
    with pytest.raises(RemoteProtocolError, match="more often than it may"):
        client.next_event()


def test_watch_of_another_major_version_is_answered() -> None:
    ends = Ends()
    with pytest.raises(TurnedAway, match=r"protocol 2\.0 is not understood"):
        ends.inject(b'{"type":"watch","protocol":"2.0","session":7}')
    ends.watcher.say(WATCH, ends.now)
    ends.watcher.receive(ends.server.data_to_send(), ends.now)
    goodbye = ends.watcher.next_event()
    assert isinstance(goodbye, Bye)
    assert goodbye.reason == Reason.VERSION
    assert decode(b'{"type":"watch","protocol":"2.0"}') == Foreign("2.0", Watch)
    with pytest.raises(InvalidMessage):
        decode(b'{"type":"watch","protocol":"1.0","session":7}')


# Codes


def test_watcher_pairs_and_then_watches() -> None:
    ends = Ends()
    ends.server.pair(pairing(Seat.SERVER, CODE), ends.now)
    ends.server.pair(pairing(Seat.SERVER, OTHER, "client"), ends.now)
    ends.watcher.pair(pairing(Seat.CLIENT, CODE), ends.now)
    assert ends.carry() == [Paired(), Paired()]
    assert ends.say(ends.watcher, WATCH) == [WATCH]
    assert ends.server.watched


@pytest.mark.parametrize("wrong", [HELLO, TURN])
def test_watcher_that_has_paired_gets_no_seat(wrong: Message) -> None:
    ends = Ends()
    ends.server.pair(pairing(Seat.SERVER, CODE), ends.now)
    ends.watcher.pair(pairing(Seat.CLIENT, CODE), ends.now)
    ends.carry()
    with pytest.raises(RemoteProtocolError):
        ends.inject(wrong)


def test_client_that_has_paired_does_not_watch() -> None:
    client, server = Connection(Seat.CLIENT, 0), Connection(Seat.SERVER, 0)
    server.pair(pairing(Seat.SERVER, CODE, "client"), 0)
    client.pair(pairing(Seat.CLIENT, CODE, "client"), 0)
    for _ in range(2):
        server.receive(client.data_to_send(), 0)
        server.next_event()
        client.receive(server.data_to_send(), 0)
        client.next_event()
    assert server.state is State.PAIRED
    server.receive(frame(encode(WATCH)), 0)
    with pytest.raises(RemoteProtocolError):
        server.next_event()


@pytest.mark.parametrize("role", ["client", WATCHER])
def test_code_of_one_role_does_not_open_for_the_other(role: str) -> None:
    """Even if both were the same code, the proofs name the role."""
    other = "client" if role == WATCHER else WATCHER
    invitation = Invitation(CODE)
    for guess in range(1, MAX_GUESSES + 1):
        honest, liar = pairing(Seat.SERVER, invitation, role), pairing(Seat.CLIENT, CODE, other)
        element = honest.receive(liar.start())
        assert element
        proof = liar.receive(element)
        assert proof
        with pytest.raises(WrongCode):
            honest.receive(proof)
        assert invitation.guesses == guess
    assert invitation.burned


def test_guesses_at_the_code_for_watching_cost_no_guess_at_the_seat() -> None:
    seat, watch = Invitation(OTHER), Invitation(CODE)
    ends = Ends()
    ends.server.pair(pairing(Seat.SERVER, watch), ends.now)
    ends.server.pair(pairing(Seat.SERVER, seat, "client"), ends.now)
    ends.watcher.pair(pairing(Seat.CLIENT, OTHER), ends.now)
    with pytest.raises(WrongCode):
        ends.carry()
    assert (seat.guesses, watch.guesses) == (0, 1)


def test_nobody_pairs_where_nobody_may_watch() -> None:
    ends = Ends()
    ends.server.pair(pairing(Seat.SERVER, Invitation(None)), ends.now)
    ends.watcher.pair(pairing(Seat.CLIENT, CODE), ends.now)
    with pytest.raises(TurnedAway):
        ends.carry()
    ends.watcher.receive(ends.server.data_to_send(), ends.now)
    assert ends.watcher.next_event() == Bye(Reason.TAKEN)


def test_server_that_does_not_know_the_code_is_found_out() -> None:
    ends = Ends()
    ends.watcher.pair(pairing(Seat.CLIENT, CODE), ends.now)
    lying = Exchange(Seat.SERVER, OTHER)
    ends.watcher.receive(frame(encode(Pair(lying.message.hex()))) + frame(encode(Pair("0" * 64))), ends.now)
    with pytest.raises(Unreachable, match="does not know the code"):
        while ends.watcher.next_event():
            pass


def test_code_for_watching_is_that_of_one_agreement() -> None:
    """A server's program that starts again shows the same one."""
    codes = {any_code(drawn(secret, digest)) for secret in ("a", "b") for digest in ("0" * 64, "1" * 64)}
    assert len(codes) == 4
    assert any_code(drawn("a", "0" * 64)) == any_code(drawn("a", "0" * 64))
    assert any_code(lambda below: below - 1).startswith("99-")
