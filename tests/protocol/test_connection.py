"""The connection: both ends of the protocol, byte by byte and against the clock, without a loop."""

from hashlib import sha256
from itertools import product

import pytest
from msgspec.structs import replace

from chatgame.core.errors import (
    Diverged,
    InvalidMessage,
    LinkLost,
    PeerSilent,
    RemoteProtocolError,
    TurnedAway,
    Unreachable,
    WrongCode,
)
from chatgame.core.limits import ALIVE_INTERVAL, ANSWER_TIME, CLOSING_TIME, HELLO_TIME, SILENCE_LIMIT
from chatgame.core.seats import Seat
from chatgame.core.turn import Turn
from chatgame.protocol.connection import TRANSITIONS, Connection, Paired, State
from chatgame.protocol.frames import frame
from chatgame.protocol.messages import Alive, Bye, Hello, Message, Pair, Reason, decode, encode
from chatgame.protocol.pairing import Invitation
from chatgame.protocol.resume import Held
from tests.kit.logs import NONCE, SESSION, log_of
from tests.kit.machines import CLIENTS, SERVERS, Ends, pairing

CLIENT, SERVER = Seat.CLIENT, Seat.SERVER
LEFT = Bye(Reason.LEFT)
HELLO, ANSWER = log_of("say Hello", "say Hi")


@pytest.fixture(params=[False, True], ids=["whole", "byte by byte"])
def ends(request: pytest.FixtureRequest) -> Ends:
    """Both ends, whose bytes come at once or one by one."""
    return Ends(bytewise=request.param)


def sent(end: Connection) -> list[Message]:
    """What an end wants to send now, as messages."""
    data, messages = end.data_to_send(), list[Message]()
    while data:
        size = int.from_bytes(data[:4])
        message = decode(data[4 : 4 + size])
        assert isinstance(message, Message)
        messages.append(message)
        data = data[4 + size :]
    return messages


def test_whole_conversation(ends: Ends) -> None:
    ends.greet()
    ends.say(CLIENT, HELLO)
    ends.say(SERVER, ANSWER)
    ends.say(CLIENT, LEFT)
    ends.say(SERVER, LEFT)
    assert ends.events == {CLIENT: [SERVERS, ANSWER, LEFT], SERVER: [CLIENTS, HELLO, LEFT]}
    assert ends.client.session == ends.server.session == SESSION
    assert ends.client.finished
    assert ends.server.finished


def test_two_who_know_the_code_pair_before_they_greet(ends: Ends) -> None:
    ends.pair()
    assert ends.events == {CLIENT: [Paired()], SERVER: [Paired()]}
    ends.greet()
    assert ends.client.state is ends.server.state is State.OPEN


def test_time_for_the_answer_counts_from_the_hello_however_long_the_pairing_took() -> None:
    ends = Ends()
    ends.pair()
    ends.now += HELLO_TIME / 2
    ends.client.say(CLIENTS, ends.now)
    assert ends.client.deadline == ends.now + ANSWER_TIME


def test_wrong_code_is_refused_and_counted() -> None:
    ends, invitation = Ends(), Invitation("7-guitar-island")
    ends.server.pair(pairing(SERVER, invitation), ends.now)
    ends.client.pair(pairing(CLIENT, Invitation("8-guitar-island")), ends.now)
    with pytest.raises(WrongCode):
        ends.carry()
    assert sent(ends.server) == [Bye(Reason.REFUSED, "wrong code")]
    assert ends.server.finished
    assert invitation.guesses == 1


def test_server_that_does_not_know_the_code_is_found_out() -> None:
    """It cannot make the proof, whatever it says."""
    ends = Ends()
    ends.client.pair(pairing(CLIENT, Invitation("7-guitar-island")), ends.now)
    ends.inject(CLIENT, Pair((b"B" * 33).hex()))
    with pytest.raises(Unreachable, match="does not know the code"):
        ends.inject(CLIENT, Pair("00" * 32))


def test_code_that_is_used_up_meanwhile_is_no_longer_good() -> None:
    """Many who pair at once have no more guesses than one after another."""
    ends, invitation = Ends(), Invitation("7-guitar-island")
    ends.server.pair(pairing(SERVER, invitation), ends.now)
    ends.client.pair(pairing(CLIENT, Invitation("7-guitar-island")), ends.now)
    first = ends.client.data_to_send()
    ends.receive(SERVER, first)
    ends.receive(CLIENT, ends.server.data_to_send())
    invitation.code = None
    with pytest.raises(TurnedAway, match="none is valid any more"):
        ends.carry()
    assert sent(ends.server) == [Bye(Reason.TAKEN)]


@pytest.mark.parametrize("seat", Seat)
def test_element_that_is_not_one_ends_the_pairing(seat: Seat) -> None:
    ends = Ends()
    ends.end(seat).pair(pairing(seat, Invitation("7-guitar-island")), ends.now)
    with pytest.raises((RemoteProtocolError, Unreachable)):
        ends.inject(seat, Pair("ff" * 33))


def test_nobody_pairs_where_no_code_is_expected() -> None:
    with pytest.raises(RemoteProtocolError, match="it did not say hello"):
        Ends().inject(SERVER, Pair("ff" * 33))


SAMPLES: list[Message] = [CLIENTS, SERVERS, HELLO, ANSWER, Alive(), Pair("ff" * 33), LEFT]


def reach(state: State) -> Ends:
    """Both ends in a state, by the shortest way."""
    ends = Ends()
    ways: dict[State, list[tuple[Seat, Message]]] = {
        State.START: [],
        State.GREETING: [(CLIENT, CLIENTS)],
        State.OPEN: [(CLIENT, CLIENTS), (SERVER, SERVERS)],
        State.CLIENT_LEFT: [(CLIENT, CLIENTS), (SERVER, SERVERS), (CLIENT, LEFT)],
        State.SERVER_LEFT: [(CLIENT, CLIENTS), (SERVER, SERVERS), (SERVER, LEFT)],
        State.CLOSED: [(CLIENT, CLIENTS), (SERVER, SERVERS), (CLIENT, LEFT), (SERVER, LEFT)],
    }
    for speaker, message in ways[state]:
        ends.say(speaker, message)
    assert ends.client.state is ends.server.state is state
    return ends


STATES = [State.START, State.GREETING, State.OPEN, State.CLIENT_LEFT, State.SERVER_LEFT, State.CLOSED]


@pytest.mark.parametrize(("state", "hearer", "message"), list(product(STATES, Seat, SAMPLES)))
def test_message_is_heard_where_the_table_names_it_and_nowhere_else(
    state: State, hearer: Seat, message: Message
) -> None:
    """Elsewhere it ends the connection by an error, or is passed over after a goodbye."""
    ends = reach(state)
    end = ends.end(hearer)
    named = TRANSITIONS[state].get((hearer.other, type(message)))
    mine = getattr(message, "seat", hearer.other) is hearer
    if state in (State.CLIENT_LEFT, State.SERVER_LEFT, State.CLOSED) and not named:
        ends.inject(hearer, message)
        assert end.state is state
    elif named and not mine and not isinstance(message, Pair):
        ends.inject(hearer, message)
        assert end.state is named
    else:
        with pytest.raises(RemoteProtocolError):
            ends.inject(hearer, message)


@pytest.mark.parametrize(
    ("steps", "hearer", "due"),
    [
        (0, SERVER, "say hello"),
        (0, CLIENT, "answer to the code"),
        (1, SERVER, "pair"),
        (2, CLIENT, "answer to the code"),
        (3, SERVER, "say hello"),
        (4, CLIENT, "say hello"),
    ],
)
def test_error_names_what_was_due_at_each_step_of_pairing_and_greeting(steps: int, hearer: Seat, due: str) -> None:
    ends = Ends()
    ends.server.pair(pairing(SERVER, Invitation("7-guitar-island")), ends.now)
    ends.client.pair(pairing(CLIENT, Invitation("7-guitar-island")), ends.now)
    for step in range(steps):
        seat = CLIENT if step % 2 else SERVER
        ends.receive(seat, ends.end(seat.other).data_to_send())
    assert ends.events[hearer] == [Paired()] * (steps >= 3)
    if steps == 4:
        ends.client.say(CLIENTS, ends.now)
    with pytest.raises(RemoteProtocolError, match=f"^it did not {due}$"):
        ends.inject(hearer, Alive())


@pytest.mark.parametrize("seat", Seat)
def test_turn_in_the_hearers_own_name_is_refused(seat: Seat) -> None:
    turn = HELLO if seat is CLIENT else ANSWER
    with pytest.raises(RemoteProtocolError, match=f"The {seat.other} wrote a turn in the {seat}'s name"):
        reach(State.OPEN).inject(seat, turn)


def test_bytes_that_are_not_a_message_end_the_connection_for_good() -> None:
    ends = reach(State.OPEN)
    with pytest.raises(InvalidMessage):
        ends.inject(SERVER, HELLO, b"garbage", b'{"type":"alive"}')
    assert ends.events[SERVER] == [CLIENTS, HELLO]
    with pytest.raises(InvalidMessage):
        ends.inject(SERVER, Alive())
    assert ends.server.over


@pytest.mark.parametrize("state", STATES[:-1])
def test_stream_that_ends_without_a_goodbye_of_both_is_lost(state: State) -> None:
    ends = reach(state)
    ends.client.receive(b"", ends.now)
    with pytest.raises(LinkLost):
        ends.client.next_event()


def test_end_of_the_stream_comes_after_what_came_before_it() -> None:
    ends = reach(State.OPEN)
    ends.server.say(ANSWER, ends.now)
    ends.client.receive(ends.server.data_to_send(), ends.now)
    ends.client.receive(b"", ends.now)
    assert ends.client.next_event() == ANSWER
    with pytest.raises(LinkLost):
        ends.client.next_event()


def test_nothing_comes_after_both_have_said_goodbye() -> None:
    ends = reach(State.CLOSED)
    assert ends.client.over
    assert ends.client.deadline is None
    ends.client.receive(b"", ends.now)
    assert ends.client.next_event() is None


def test_goodbyes_may_cross(ends: Ends) -> None:
    ends.greet()
    ends.client.say(LEFT, ends.now)
    ends.server.say(Bye("diverged"), ends.now)
    ends.carry()
    assert ends.client.finished
    assert ends.server.finished


def test_turn_that_crosses_a_goodbye_is_passed_over() -> None:
    ends = reach(State.OPEN)
    ends.server.say(LEFT, ends.now)
    ends.client.say(HELLO, ends.now)
    ends.carry()
    assert ends.events[SERVER] == [CLIENTS]


def test_nothing_is_said_after_ones_own_goodbye() -> None:
    ends = reach(State.OPEN)
    ends.say(CLIENT, LEFT, HELLO, Alive(), LEFT)
    assert ends.events[SERVER] == [CLIENTS, LEFT]


def with_protocol(hello: Hello, protocol: str) -> Hello:
    """A hello of another version."""
    other: Hello = replace(hello, protocol=protocol)
    return other


def test_newer_minor_version_makes_no_difference(ends: Ends) -> None:
    ends.greet(with_protocol(CLIENTS, "1.7"), with_protocol(SERVERS, "1.9"))
    assert ends.client.state is ends.server.state is State.OPEN


def test_client_of_another_major_version_is_told_which_is_spoken() -> None:
    ends = Ends()
    with pytest.raises(TurnedAway):
        ends.inject(SERVER, with_protocol(CLIENTS, "2.0"))
    assert sent(ends.server) == [Bye(Reason.VERSION, "protocol 2.0 is not understood here, but 1.0")]


def test_server_of_another_major_version_is_named() -> None:
    with pytest.raises(TurnedAway, match=r"The server speaks protocol 2\.0, and this program 1\.0"):
        reach(State.GREETING).inject(CLIENT, with_protocol(SERVERS, "2.0"))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("2" * 64, SESSION), ("2" * 64, None), (None, SESSION)],
)
def test_server_has_to_name_the_session_that_it_was_asked_for(ours: str | None, theirs: str | None) -> None:
    ends = Ends()
    ends.say(CLIENT, Hello("1.0", CLIENT, NONCE.hex(), {}, ours))
    with pytest.raises(RemoteProtocolError, match="answered for another session"):
        ends.inject(CLIENT, Hello("1.0", SERVER, NONCE.hex(), {}, theirs))


def test_two_hellos_open_a_session_that_both_ends_compute_from_their_bytes(ends: Ends) -> None:
    client, server = replace(CLIENTS, session=None), replace(SERVERS, session=None, nonce="ab" * 32)
    ends.greet(client, server)
    assert ends.client.session == ends.server.session == sha256(encode(client) + encode(server)).hexdigest()


def test_session_follows_from_the_bytes_that_came_however_they_are_written() -> None:
    """A program in another language writes the same JSON with other blanks."""
    ends = Ends()
    ours, theirs = replace(CLIENTS, session=None), encode(replace(SERVERS, session=None)).replace(b":", b" : ")
    ends.say(CLIENT, ours)
    ends.client.receive(frame(theirs), 0.0)
    ends.client.next_event()
    assert ends.client.session == sha256(encode(ours) + theirs).hexdigest()


def test_server_knows_the_session_before_it_answers() -> None:
    ends, answer = Ends(), replace(SERVERS, session=None)
    ends.say(CLIENT, replace(CLIENTS, session=None))
    session = ends.server.session_with(answer)
    ends.say(SERVER, answer)
    assert ends.server.session == session


@pytest.mark.parametrize("field", ["nonce", "name"])
@pytest.mark.parametrize("seat", Seat)
def test_whatever_is_said_in_the_greeting_makes_another_session(seat: Seat, field: str) -> None:
    hellos = {Seat.CLIENT: replace(CLIENTS, session=None), Seat.SERVER: replace(SERVERS, session=None)}
    sessions = set()
    for value in ("ab", "cd"):
        hello = {seat: replace(hellos[seat], **{field: value * 32 if field == "nonce" else value})}
        sessions.add(Ends().greet(*(hellos | hello).values()).client.session)
    assert len(sessions) == 2


# What later versions may say


UNKNOWN = b'{"type":"wave","protocol":"9.9","hands":[2,{"both":true}]}'


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("state", STATES)
def test_message_of_an_unknown_type_is_passed_over_in_every_state(state: State, seat: Seat) -> None:
    ends = reach(state)
    before = ends.end(seat).state
    ends.inject(seat, UNKNOWN)
    assert ends.end(seat).state is before is state
    assert ends.end(seat).data_to_send() == b""


def test_hello_of_a_later_major_version_is_answered_whatever_else_is_in_it() -> None:
    ends = Ends()
    with pytest.raises(TurnedAway):
        ends.inject(SERVER, b'{"protocol":"2.0","seat":["any"],"type":"hello"}')
    assert sent(ends.server) == [Bye(Reason.VERSION, "protocol 2.0 is not understood here, but 1.0")]


# Coming back


def test_each_side_sends_what_the_other_lacks(ends: Ends) -> None:
    """Here the client has got the answer, and the server has not got the client's next turn."""
    log = log_of("say Hello", "say Hi", "say Good")
    client, server = Held.of(CLIENT, log), Held.of(SERVER, log[:2])
    ends.greet(
        Hello("1.0", CLIENT, NONCE.hex(), {}, SESSION, client.number, client.digest),
        Hello("1.0", SERVER, NONCE.hex(), {}, SESSION, server.number, server.digest),
    )
    ends.server.resume(server, ends.now)
    ends.client.resume(client, ends.now)
    ends.carry()
    assert ends.events[SERVER][1:] == log[2:]
    assert ends.events[CLIENT][1:] == []


def test_log_of_another_conversation_is_never_merged() -> None:
    ends = Ends().greet(Hello("1.0", CLIENT, NONCE.hex(), {}, SESSION, 1, "0" * 64))
    with pytest.raises(Diverged):
        ends.server.resume(Held.of(SERVER, log_of("say Hello")), ends.now)
    assert ends.server.data_to_send() == b""


# Time


@pytest.mark.parametrize(("state", "limit"), [(State.START, HELLO_TIME), (State.GREETING, ANSWER_TIME)])
def test_greeting_has_to_be_over_in_time(state: State, limit: float) -> None:
    ends = reach(state)
    deadline = ends.client.deadline
    assert deadline == ends.now + limit
    ends.client.tick(deadline - 0.001)
    assert ends.client.next_event() is None
    ends.client.tick(deadline)
    assert ends.client.deadline is None
    with pytest.raises(PeerSilent):
        ends.client.next_event()


def test_server_that_has_heard_a_hello_may_think_about_it() -> None:
    ends = reach(State.GREETING)
    assert ends.server.deadline is None
    ends.server.tick(ends.now + 1000)
    ends.say(SERVER, SERVERS)
    assert ends.client.state is State.OPEN


def test_each_side_says_now_and_then_that_it_is_alive(ends: Ends) -> None:
    """So two who think for an hour stay connected."""
    ends.greet()
    for _ in range(720):
        deadlines = [end.deadline for end in (ends.client, ends.server)]
        assert deadlines == [ends.now + ALIVE_INTERVAL] * 2
        ends.now += ALIVE_INTERVAL
        for end in (ends.client, ends.server):
            end.tick(ends.now)
        ends.carry()
    assert ends.events == {CLIENT: [SERVERS], SERVER: [CLIENTS]}
    assert ends.client.proven == ends.server.proven == 3600


def test_silent_partner_is_given_up_after_the_limit() -> None:
    """Half a message is not a sign of life."""
    ends = reach(State.OPEN)
    began = ends.now
    while ends.now < began + SILENCE_LIMIT:
        assert ends.client.next_event() is None
        ends.now += ALIVE_INTERVAL
        ends.client.receive(b"\0", ends.now)
        ends.client.tick(ends.now)
    with pytest.raises(PeerSilent):
        ends.client.next_event()
    assert ends.client.proven == 0


def test_no_sign_of_life_is_added_to_bytes_that_wait() -> None:
    ends = reach(State.OPEN)
    ends.client.tick(ends.now + ALIVE_INTERVAL, stalled=True)
    assert ends.client.data_to_send() == b""


@pytest.mark.parametrize("seat", Seat)
def test_goodbye_is_not_waited_for_longer_than_agreed(seat: Seat) -> None:
    """Either end may be the one that leaves."""
    ends = reach(State.CLIENT_LEFT)
    assert ends.end(seat).deadline == ends.now + CLOSING_TIME
    ends.end(seat).tick(ends.now + CLOSING_TIME)
    with pytest.raises(PeerSilent):
        ends.end(seat).next_event()
    ends.end(seat).tick(ends.now + 1000)  # nothing more is due


def test_every_message_of_the_log_passes(ends: Ends) -> None:
    ends.greet()
    log = log_of(*(f"say {number}" for number in range(20)))
    for turn in log:
        ends.say(turn.seat, turn)
    assert [event for event in ends.events[SERVER] if isinstance(event, Turn)] == log[::2]
    assert [event for event in ends.events[CLIENT] if isinstance(event, Turn)] == log[1::2]
