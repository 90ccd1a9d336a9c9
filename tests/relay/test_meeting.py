"""Who meets whom: the relay's machine, without a socket or a clock."""

from itertools import pairwise

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chatgame.relay.limits import (
    ASK_INTERVAL,
    CHECK_TIME,
    DRAIN_TIME,
    LINE_TIME,
    MAX_FAILED_JOINS,
    MAX_HOSTS,
    MAX_JOINS,
    MAX_LEGS,
    MAX_LINE,
    MAX_NUMBERS,
    MAX_UNSPOKEN,
    NUMBER_TIME,
    READY_TIME,
    TURN_TIME,
)
from chatgame.relay.lines import At
from chatgame.relay.meeting import AT_ONCE, Claim, Seek
from tests.kit.relay import ANNA, BEN, EVE, PLACE, TICKET, Relay


@pytest.fixture
def relay() -> Relay:
    return Relay()


def networks(count: int) -> list[str]:
    return [f"10.0.{number // 256}.{number % 256}" for number in range(count)]


# Numbers


def test_host_gets_a_number_and_is_joined_with_the_one_who_knows_it(relay: Relay) -> None:
    host = relay.host()
    number = relay.number_of(host)
    joiner = relay.join(number)
    assert relay.hears(host) == ["ready?"]
    assert relay.hears(joiner) == []
    relay.say(host, "ready")
    assert relay.tables == [(host, joiner)]
    assert not relay.closed
    assert (relay.meeting.tables, relay.meeting.waiting) == (1, 0)


def test_nobody_waits_at_a_number_that_was_not_given_out(relay: Relay) -> None:
    host = relay.host()
    joiner = relay.join(relay.number_of(host) % 9 + 1)
    assert relay.hears(joiner) == ["nobody"]
    assert relay.closed == {joiner}


def test_host_is_joined_once(relay: Relay) -> None:
    host = relay.host()
    number = relay.number_of(host)
    first, second = relay.join(number), relay.join(number)
    assert relay.hears(second) == ["nobody"]
    relay.say(host, "ready")
    assert relay.tables == [(host, first)]
    assert relay.hears(relay.join(number)) == ["nobody"]


def test_short_numbers_are_given_out_first(relay: Relay) -> None:
    numbers = [relay.number_of(relay.host(network=network)) for network in networks(300)]
    assert len(set(numbers)) == 300
    assert all(number < 10 for number in numbers[:5])
    assert all(number < 1000 for number in numbers[:90])
    assert max(numbers) < 10_000


def test_numbers_are_not_in_order(relay: Relay) -> None:
    numbers = [relay.number_of(relay.host(network=network)) for network in networks(50)]
    assert numbers != sorted(numbers)


def test_host_gets_its_number_again_with_its_ticket(relay: Relay) -> None:
    """After the joiner had a wrong code, or the connection was lost."""
    host = relay.host()
    line = relay.hears(host)[0]
    _, number, ticket = line.split()
    stranger = relay.join(number)
    relay.say(host, "ready")
    relay.lose(stranger)
    again = relay.host(f"{number} {ticket}")
    assert relay.hears(again) == [line]
    relay.lose(again)
    relay.wait(NUMBER_TIME - 1)
    assert relay.hears(relay.host(f"{number} {ticket}")) == [line]


def test_another_ticket_gets_another_number(relay: Relay) -> None:
    """Also while the number is only kept."""
    host = relay.host()
    number = relay.number_of(host)
    assert relay.number_of(relay.host(f"{number} {TICKET}", EVE)) != number
    relay.lose(host)
    relay.wait(NUMBER_TIME - 1)
    assert relay.number_of(relay.host(f"{number} {TICKET}", EVE)) != number
    relay.wait(2)
    assert relay.number_of(relay.host(f"{number} {TICKET}", EVE)) == number


def test_relay_that_was_restarted_gives_a_host_its_number_again(relay: Relay) -> None:
    assert relay.hears(relay.host(f"7 {TICKET}")) == [f"number 7 {TICKET}"]
    assert relay.number_of(relay.host(f"7 {'0' * 32}", EVE)) != 7


def test_number_is_free_again_two_minutes_after_its_host_is_gone(relay: Relay) -> None:
    for network in networks(2000):
        relay.lose(relay.host(network=network))
    assert relay.number_of(relay.host()) > 99
    relay.wait(NUMBER_TIME + 15)
    assert relay.number_of(relay.host()) < 10


# Places


def test_two_meet_at_a_place(relay: Relay) -> None:
    host = relay.host(PLACE)
    assert relay.hears(host) == ["wait"]
    joiner = relay.join(PLACE)
    assert relay.hears(host) == ["ready?"]
    relay.say(host, "ready")
    assert relay.tables == [(host, joiner)]


def test_joiner_gets_the_newest_host(relay: Relay) -> None:
    """The older ones are of the same program, from before it was killed."""
    *_, newest = [relay.host(PLACE) for _ in range(3)]
    joiner = relay.join(PLACE)
    relay.say(newest, "ready")
    assert relay.tables == [(newest, joiner)]


def test_joiner_gets_the_next_host_where_the_newest_does_not_answer(relay: Relay) -> None:
    """The one that does not answer is closed."""
    alive, stopped = relay.host(PLACE), relay.host(PLACE)
    joiner = relay.join(PLACE)
    relay.wait(READY_TIME)
    assert relay.closed == {stopped}
    assert relay.hears(alive) == ["wait", "ready?"]
    relay.say(alive, "ready")
    assert relay.tables == [(alive, joiner)]


def test_joiner_gets_the_next_host_where_the_newest_is_lost_while_it_is_asked(relay: Relay) -> None:
    alive, dies = relay.host(PLACE), relay.host(PLACE)
    joiner = relay.join(PLACE)
    relay.lose(dies)
    relay.say(alive, "ready")
    assert relay.tables == [(alive, joiner)]


def test_nobody_is_there_when_no_host_answers(relay: Relay) -> None:
    hosts = {relay.host(PLACE) for _ in range(MAX_HOSTS)}
    joiner = relay.join(PLACE)
    relay.wait(MAX_HOSTS * READY_TIME)
    assert relay.hears(joiner) == ["nobody"]
    assert relay.closed == {*hosts, joiner}


def test_two_joiners_get_two_hosts(relay: Relay) -> None:
    old, new = relay.host(PLACE), relay.host(PLACE)
    first, second = relay.join(PLACE), relay.join(PLACE)
    relay.say(old, "ready")
    relay.say(new, "ready")
    assert set(relay.tables) == {(new, first), (old, second)}


def test_host_waits_on_when_its_joiner_is_lost(relay: Relay) -> None:
    """The answer to the question is then an answer to nobody."""
    host = relay.host(PLACE)
    relay.lose(relay.join(PLACE))
    relay.say(host, "ready")
    assert not relay.tables
    joiner = relay.join(PLACE)
    assert relay.hears(host) == ["wait", "ready?", "ready?"]
    relay.say(host, "ready")
    assert relay.tables == [(host, joiner)]


def test_host_that_has_been_asked_is_not_asked_twice(relay: Relay) -> None:
    host = relay.host(PLACE)
    relay.lose(relay.join(PLACE))
    relay.wait(READY_TIME / 2)
    joiner = relay.join(PLACE)
    assert relay.hears(host) == ["wait", "ready?"]
    relay.wait(READY_TIME - 0.25)
    relay.say(host, "ready")
    assert relay.tables == [(host, joiner)]


def test_fifth_host_takes_the_turn_of_the_newest(relay: Relay) -> None:
    hosts = [relay.host(PLACE) for _ in range(MAX_HOSTS)]
    assert not relay.closed
    relay.host(PLACE)
    assert relay.closed == {hosts[-1]}


def test_stranger_does_not_push_a_friend_out(relay: Relay) -> None:
    """However often it comes, and whether it was there first or not."""
    relay.host(PLACE, EVE)
    friend = relay.host(PLACE, ANNA)
    for _ in range(20):
        relay.host(PLACE, EVE)
    assert friend not in relay.closed
    assert relay.meeting.waiting == MAX_HOSTS


def test_friend_takes_the_turn_of_the_stranger_with_the_most_hosts(relay: Relay) -> None:
    eves = [relay.host(PLACE, EVE) for _ in range(MAX_HOSTS - 1)]
    ben = relay.host(PLACE, BEN)
    anna = relay.host(PLACE, ANNA)
    assert relay.closed == {eves[-1]}
    assert not {anna, ben} & relay.closed


@pytest.mark.parametrize("stranger", [EVE, ANNA])
def test_stranger_at_a_place_delays_the_friends_by_one_connection(relay: Relay, stranger: str) -> None:
    """It always comes back at once, and so is always the newest; also from the friend's own address."""
    friend = relay.host(PLACE, ANNA)
    eve = relay.host(PLACE, stranger)
    relay.join(PLACE)
    relay.say(eve, "ready")
    relay.lose(eve)
    relay.host(PLACE, stranger)
    joiner = relay.join(PLACE)
    relay.say(friend, "ready")
    assert relay.tables[-1] == (friend, joiner)


@pytest.mark.parametrize("stranger", [EVE, ANNA])
@pytest.mark.parametrize("answers", ["nothing", "hangs up", "wrongly"])
def test_stranger_at_a_place_that_does_not_answer_has_had_its_turn(relay: Relay, stranger: str, answers: str) -> None:
    """It always comes back at once, and so is always the newest; also from the friend's own address."""
    friend = relay.host(PLACE, ANNA)
    eves = [relay.host(PLACE, stranger) for _ in range(MAX_HOSTS - 1)]
    joiner = relay.join(PLACE)
    for _ in range(2 * MAX_HOSTS):
        if "ready?" in relay.hears(friend):
            relay.say(friend, "ready")
            break
        asked = next(eve for eve in eves if "ready?" in relay.hears(eve))
        if answers == "nothing":
            relay.wait(READY_TIME)
        elif answers == "hangs up":
            relay.lose(asked)
        else:
            relay.say(asked, "no")
        eves.append(relay.host(PLACE, stranger))
    assert relay.tables == [(friend, joiner)]


def test_a_minute_after_a_join_the_newest_comes_first_again(relay: Relay) -> None:
    old = relay.host(PLACE)
    eve = relay.host(PLACE, EVE)
    relay.join(PLACE)
    relay.say(eve, "ready")
    relay.wait(TURN_TIME)
    relay.say(old, "ready")
    new = relay.host(PLACE)
    joiner = relay.join(PLACE)
    relay.say(new, "ready")
    assert relay.tables[-1] == (new, joiner)


# Signs of life


def test_host_is_asked_every_minute_and_is_closed_when_it_does_not_answer(relay: Relay) -> None:
    host = relay.host(PLACE)
    for _ in range(3):
        relay.hears(host)
        relay.wait(ASK_INTERVAL)
        assert relay.hears(host) == ["ready?"]
        relay.wait(CHECK_TIME - 0.25)
        relay.say(host, "ready")
    relay.wait(ASK_INTERVAL + CHECK_TIME - 0.25)
    assert not relay.closed
    relay.wait(0.25)
    assert relay.closed == {host}


def test_host_that_was_asked_for_nobody_answers_a_joiner(relay: Relay) -> None:
    """It then has the time that a joiner waits."""
    host = relay.host(PLACE)
    relay.wait(ASK_INTERVAL)
    joiner = relay.join(PLACE)
    assert relay.hears(host) == ["wait", "ready?"]
    relay.wait(READY_TIME)
    assert relay.closed == {host, joiner}


def test_leg_that_says_nothing_is_closed(relay: Relay) -> None:
    leg = relay.connect()
    relay.send(leg, b"chatgame-relay 1 ho")
    relay.wait(LINE_TIME - 0.25)
    assert not relay.closed
    relay.wait(0.25)
    assert relay.closed == {leg}


def test_many_that_are_due_at_once_are_dealt_with_in_portions() -> None:
    """So a storm of legs does not delay the tables."""
    relay = Relay(capacity=10_000)
    for network in networks(AT_ONCE + 1):
        relay.host(PLACE[:-4] + f"{relay.meeting.legs:04x}", network)
    asked = [len(relay.meeting.tick(relay.now + ASK_INTERVAL)) for _ in range(3)]
    assert asked == [AT_ONCE, 1, 0]


# What is not a line


@pytest.mark.parametrize(
    "data",
    [
        b"ready\n",
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\n",
        b"chatgame-relay 1 host\r\n",
        b"chatgame-relay 1 host\n\n",
        b"chatgame-relay 1 join 7\nHello",
        b"x" * MAX_LINE,
    ],
)
def test_leg_that_does_not_keep_to_the_lines_is_closed_without_a_word(relay: Relay, data: bytes) -> None:
    leg = relay.connect()
    relay.send(leg, data)
    assert relay.hears(leg) == []
    assert relay.closed == {leg}


def test_line_may_come_in_pieces(relay: Relay) -> None:
    leg = relay.connect()
    for byte in b"chatgame-relay 1 host\n":
        relay.send(leg, bytes([byte]))
    relay.number_of(leg)


def test_line_ends_where_it_is_too_long(relay: Relay) -> None:
    leg = relay.connect()
    relay.send(leg, b"x" * (MAX_LINE - 1))
    assert not relay.closed
    relay.send(leg, b"x")
    assert relay.closed == {leg}


def test_host_that_speaks_out_of_turn_is_closed(relay: Relay) -> None:
    for data in (b"ready\n", b"\x16"):
        host = relay.host(PLACE)
        relay.send(host, data)
        assert host in relay.closed


def test_host_that_answers_with_anything_else_is_closed(relay: Relay) -> None:
    """Its joiner gets the next one."""
    for data in (b"READY\n", b"ready\n\x16", b"chatgame-relay 1 host\n", b"no\n"):
        friend = relay.host(PLACE)
        host = relay.host(PLACE, EVE)
        joiner = relay.join(PLACE)
        relay.send(host, data)
        assert host in relay.closed
        relay.say(friend, "ready")
        assert relay.tables[-1] == (friend, joiner)


def test_joiner_that_speaks_before_it_is_joined_is_closed(relay: Relay) -> None:
    """The host waits on."""
    host = relay.host(PLACE)
    joiner = relay.join(PLACE)
    relay.send(joiner, b"\x16\x03\x01")
    assert relay.closed == {joiner}
    relay.say(host, "ready")
    assert not relay.tables
    assert relay.meeting.waiting == 1


def test_another_version_is_told_ours(relay: Relay) -> None:
    leg = relay.connect()
    relay.say(leg, "chatgame-relay 2 dance")
    assert relay.hears(leg) == ["version 1"]
    assert relay.closed == {leg}


def test_leg_that_is_gone_is_ignored(relay: Relay) -> None:
    leg = relay.host()
    relay.lose(leg)
    relay.say(leg, "ready")
    relay.lose(leg)
    assert not relay.closed
    assert relay.meeting.legs == 0


# Tables


def test_table_ends_with_either_leg(relay: Relay) -> None:
    for end in (0, 1):
        table = relay.table(PLACE)
        relay.lose(table[end])
        assert table[1 - end] in relay.closed
    assert (relay.meeting.legs, relay.meeting.tables) == (0, 0)


# Limits: up to each, and one past it


def test_legs_of_one_address(relay: Relay) -> None:
    for _ in range(MAX_LEGS // 2):
        relay.table(PLACE, EVE, EVE)
        relay.wait(1)
    assert relay.hears(relay.host(network=EVE)) == ["busy 30"]
    assert relay.hears(relay.join(PLACE, EVE)) == ["busy 30"]
    relay.number_of(relay.host(network=ANNA))
    relay.lose(relay.tables[0][0])
    relay.number_of(relay.host(network=EVE))


def test_joins_a_minute(relay: Relay) -> None:
    for _ in range(MAX_JOINS):
        relay.lose(relay.table(PLACE, ANNA, EVE)[0])
    relay.wait(10)
    assert relay.hears(relay.join(PLACE, EVE)) == ["busy 50"]
    relay.table(PLACE, ANNA, BEN)
    relay.wait(50)
    relay.table(PLACE, ANNA, EVE)


def test_failed_joins_a_minute(relay: Relay) -> None:
    for number in range(1, MAX_FAILED_JOINS + 1):
        assert relay.hears(relay.join(number, EVE)) == ["nobody"]
    host = relay.host()
    number = relay.number_of(host)
    assert relay.hears(relay.join(number, EVE)) == ["busy 60"]
    joiner = relay.join(number, BEN)
    relay.say(host, "ready")
    assert relay.tables == [(host, joiner)]
    relay.wait(60)
    assert relay.hears(relay.join(number, EVE)) == ["nobody"]


@pytest.mark.parametrize("loop", ["", "{} " + TICKET])
def test_loop_that_burns_all_numbers_is_answered_with_busy(relay: Relay, loop: str) -> None:
    """Whether it asks for any numbers or for certain ones."""
    for number in range(1, MAX_NUMBERS + 1):
        host = relay.host(loop.format(number), EVE)
        relay.number_of(host)
        relay.lose(host)
    assert relay.hears(relay.host(loop.format(MAX_NUMBERS + 1), EVE)) == ["busy 60"]
    assert relay.hears(relay.host(PLACE, EVE)) == ["wait"]
    relay.number_of(relay.host(network=ANNA))
    relay.wait(60)
    relay.number_of(relay.host(loop.format(MAX_NUMBERS + 1), EVE))


def test_waiting_legs() -> None:
    """Half of what the relay can carry is left for tables."""
    relay = Relay(capacity=20)
    for network in networks(10):
        relay.number_of(relay.host(network=network))
    assert relay.hears(relay.host()) == ["busy 30"]
    assert relay.hears(relay.host(PLACE)) == ["busy 30"]
    assert relay.hears(relay.join(PLACE)) == ["nobody"]


def test_capacity() -> None:
    relay = Relay(capacity=10)
    for _ in range(5):
        relay.table(PLACE)
    full = [relay.meeting.full]
    silent = relay.connect()
    assert relay.hears(relay.join(PLACE)) == ["busy 30"]
    relay.lose(relay.tables[0][0])
    full.append(relay.meeting.full)
    assert full == [True, False]
    relay.say(silent, "chatgame-relay 1 join 7")
    assert relay.hears(silent) == ["nobody"]


def test_legs_of_one_address_before_their_line(relay: Relay) -> None:
    """The oldest gives way."""
    other = relay.connect(BEN)
    legs = [relay.connect(EVE) for _ in range(MAX_LEGS)]
    assert not relay.closed
    relay.connect(EVE)
    assert relay.closed == {legs[0]}
    relay.say(other, "chatgame-relay 1 host")
    relay.number_of(other)


def test_legs_before_their_line(relay: Relay) -> None:
    """The oldest gives way."""
    legs = [relay.connect(network) for network in networks(MAX_UNSPOKEN)]
    assert not relay.closed
    relay.connect(EVE)
    assert relay.closed == {legs[0]}


def test_nothing_is_kept_of_those_who_are_gone(relay: Relay) -> None:
    for network in networks(100):
        relay.lose(relay.host(network=network))
        relay.lose(relay.host(PLACE, network))
        relay.lose(relay.join(7, network))
        relay.lose(relay.connect(network))
    relay.wait(NUMBER_TIME + 1)
    kept = [value for value in vars(relay.meeting).values() if hasattr(value, "__len__")]
    assert {len(value) for value in kept if value is not relay.meeting.counts} == {0}


# Going down


def test_relay_that_goes_down_sends_away_all_that_wait_and_come(relay: Relay) -> None:
    late = relay.connect()
    host, other = relay.host(), relay.host(PLACE)
    joiner = relay.join(PLACE)
    relay.drain()
    assert relay.hears(host)[-1] == relay.hears(other)[-1] == relay.hears(joiner)[-1] == "closing"
    relay.say(late, "chatgame-relay 1 host")
    assert relay.hears(late) == ["closing"]
    assert relay.meeting.legs == 0


def test_relay_that_goes_down_cuts_its_tables_one_after_the_other(relay: Relay) -> None:
    """They are spread, so that they do not all dial the next relay in the same moment."""
    for network in networks(60):
        relay.table(PLACE, network, network)
    relay.lose(relay.tables[30][0])
    relay.drain()
    assert relay.meeting.tables == 59
    left = []
    for _ in range(int(DRAIN_TIME)):
        relay.wait(1)
        left.append(relay.meeting.tables)
    assert left[-1] == 0
    assert all(0 < before - after <= 3 for before, after in pairwise(left))


# A cluster


def test_host_waits_once_the_cluster_knows_of_it() -> None:
    relay = Relay(clustered=True)
    host = relay.host(PLACE)
    assert relay.hears(host) == []
    assert relay.asked == [Claim(host, PLACE, "")]
    relay.answer_claim()
    assert relay.hears(host) == ["wait"]


def test_number_that_another_node_has_given_out_is_not_given_out() -> None:
    relay = Relay(clustered=True)
    host = relay.host()
    numbers = []
    for _ in range(2):
        claim = relay.asked[0]
        numbers.append(claim.spot)
        relay.answer_claim(ours=False)
    relay.answer_claim()
    assert relay.number_of(host) not in numbers


def test_host_is_sent_away_when_no_number_is_free_in_the_cluster() -> None:
    relay = Relay(clustered=True)
    host = relay.host()
    while relay.asked:
        relay.answer_claim(ours=False)
    assert relay.hears(host) == ["busy 30"]


def test_joiner_is_sent_to_the_node_where_its_host_waits() -> None:
    relay = Relay(clustered=True)
    joiner = relay.join(7)
    assert relay.asked == [Seek(joiner, 7)]
    relay.answer_seek(At("relay2.example.org", 1060))
    assert relay.hears(joiner) == ["at relay2.example.org:1060"]
    assert relay.closed == {joiner}


def test_nobody_is_there_when_the_cluster_knows_of_no_host() -> None:
    relay = Relay(clustered=True)
    joiner = relay.join(7)
    relay.answer_seek(None)
    assert relay.hears(joiner) == ["nobody"]


def test_host_of_the_same_node_comes_first_and_needs_no_cluster() -> None:
    relay = Relay(clustered=True)
    host = relay.host(PLACE)
    relay.answer_claim()
    joiner = relay.join(PLACE)
    relay.say(host, "ready")
    assert relay.tables == [(host, joiner)]
    assert not relay.asked


def test_cluster_is_asked_when_the_host_of_the_same_node_is_dead() -> None:
    relay = Relay(clustered=True)
    relay.host(PLACE)
    relay.answer_claim()
    joiner = relay.join(PLACE)
    relay.wait(READY_TIME)
    relay.answer_seek(At("192.0.2.9", 1060))
    assert relay.hears(joiner) == ["at 192.0.2.9:1060"]


def test_cluster_is_told_again_of_a_host_that_still_waits() -> None:
    relay = Relay(clustered=True)
    host = relay.host(f"7 {TICKET}")
    relay.answer_claim()
    relay.wait(ASK_INTERVAL)
    relay.say(host, "ready")
    assert relay.asked == [Claim(host, 7, TICKET)]
    relay.answer_claim(ours=False)
    assert relay.hears(host) == [f"number 7 {TICKET}", "ready?"]


def test_number_is_not_forgotten_while_one_of_its_hosts_waits() -> None:
    """Another was lost before the cluster knew of it."""
    relay = Relay(clustered=True)
    first, second = relay.host(f"7 {TICKET}"), relay.host(f"7 {TICKET}")
    relay.lose(second)
    relay.answer_claim()
    relay.answer_claim()
    for _ in range(3):
        relay.wait(ASK_INTERVAL)
        relay.say(first, "ready")
    joiner = relay.join(7)
    relay.say(first, "ready")
    assert relay.tables == [(first, joiner)]


def test_answer_of_the_cluster_comes_too_late_for_a_leg_that_is_gone() -> None:
    relay = Relay(clustered=True)
    host, joiner = relay.host(), relay.join(99)
    relay.lose(host)
    relay.lose(joiner)
    relay.answer_claim()
    relay.answer_seek(At("192.0.2.9", 1060))
    assert relay.meeting.legs == 0
    relay.wait(NUMBER_TIME + 1)
    assert not relay.meeting._spots


# Whatever happens


class AnyOrder(RuleBasedStateMachine):
    """Legs come, speak and go in any order, and the relay keeps its books."""

    def __init__(self) -> None:
        super().__init__()
        self.relay = Relay(capacity=12, clustered=True)
        self.legs: list[int] = []

    @rule(network=st.sampled_from([ANNA, BEN, EVE]))
    def connect(self, network: str) -> None:
        self.legs.append(self.relay.connect(network))

    @rule(
        which=st.integers(0),
        line=st.sampled_from(
            [
                "ready",
                "chatgame-relay 1 host",
                f"chatgame-relay 1 host 7 {TICKET}",
                f"chatgame-relay 1 host {PLACE}",
                "chatgame-relay 1 join 7",
                f"chatgame-relay 1 join {PLACE}",
                "nonsense",
            ]
        ),
    )
    def say(self, which: int, line: str) -> None:
        if self.legs:
            self.relay.say(self.legs[which % len(self.legs)], line)

    @rule(which=st.integers(0))
    def lose(self, which: int) -> None:
        if self.legs:
            self.relay.lose(self.legs.pop(which % len(self.legs)))

    @rule(ours=st.booleans())
    def answer(self, ours: bool) -> None:
        if self.relay.asked:
            if isinstance(self.relay.asked[0], Claim):
                self.relay.answer_claim(ours=ours)
            else:
                self.relay.answer_seek(None if ours else At("192.0.2.9", 1060))

    @rule(seconds=st.sampled_from([0.25, 2, 20, 130]))
    def wait(self, seconds: float) -> None:
        self.relay.wait(seconds)

    @invariant()
    def books_agree(self) -> None:
        meeting = self.relay.meeting
        at_spots = [leg for hosts in meeting._spots.values() for leg in hosts.waiting]
        assert meeting.waiting == len(at_spots) <= len(meeting._legs)
        assert {leg.number for leg in at_spots} <= meeting._legs.keys()
        assert all(len(hosts.waiting) <= MAX_HOSTS for hosts in meeting._spots.values())
        joined = [leg for leg in meeting._legs.values() if leg.stage.name == "JOINED"]
        assert len(joined) == 2 * meeting.tables
        assert all(leg.other and leg.other.other is leg for leg in joined)
        assert sum(network.legs + len(network.unspoken) for network in meeting._networks.values()) == meeting.legs
        assert not meeting._legs.keys() & self.relay.closed

    def teardown(self) -> None:
        for leg in self.legs:
            self.relay.lose(leg)
        self.relay.asked.clear()
        self.relay.wait(NUMBER_TIME + 61)
        meeting = self.relay.meeting
        assert [len(meeting._legs), len(meeting._spots), len(meeting._networks)] == [0, 0, 0]


TestAnyOrder = AnyOrder.TestCase
