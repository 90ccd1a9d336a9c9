"""What legs to a relay say, where the next one goes, and when: machines, tested without a loop or a socket."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatgame.core.errors import InvalidMessage
from chatgame.net.addresses import Numbered, Relay
from chatgame.net.legs import AT_ONCE, SETTLED, TRIES, Leg, Round, State, Stay, may_follow
from chatgame.relay.limits import JOIN_TIME, MAX_REDIRECTS, UNASKED_LIMIT
from chatgame.relay.lines import At, Busy, FromRelay, Given, Host, Join, Ready, Version, Word

PLACE, TICKET = "ab" * 32, "01" * 16
ONE, TWO = Relay("one"), Relay("two", 2000)
NUMBER = Given(7, TICKET)


def pauses() -> Iterator[float]:
    """Pauses of 1, 2, 3 and more seconds."""
    return map(float, count(1))


# One leg


def test_host_waits_answers_and_is_joined() -> None:
    leg = Leg(Host(), 0.0)
    assert leg.deadline == JOIN_TIME
    assert leg.receive(NUMBER, 1.0) is None
    assert (leg.state, leg.deadline) == (State.WAITING, 1.0 + UNASKED_LIMIT)
    for now in (60.0, 120.0):
        assert leg.receive(Word.ASK, now) == Ready()
        assert leg.deadline == now + UNASKED_LIMIT
    assert leg.receive(Word.JOINED, 121.0) is None
    assert leg.state is State.JOINED


@pytest.mark.parametrize("said", [Word.NOBODY, Word.CLOSING, At("two", 1), Busy(3), Version(2)])
def test_joiner_is_turned_away(said: FromRelay) -> None:
    leg = Leg(Join(7), 0.0)
    leg.receive(said, 1.0)
    assert leg.state is State.CLOSED


SAID: list[FromRelay] = [*Word, NUMBER, At("two", 1), Busy(3), Version(2)]


@pytest.mark.parametrize("first", [Host(), Host(7, TICKET), Host(PLACE), Join(7), Join(PLACE)])
@given(said=st.lists(st.sampled_from(SAID), max_size=6))
def test_whatever_a_relay_says_a_leg_speaks_only_when_it_is_asked(first: Host | Join, said: list[FromRelay]) -> None:
    """What may not come is refused; a host is joined only after it has answered."""
    leg, asked = Leg(first, 0.0), False
    try:
        for line in said:
            answer = leg.receive(line, 1.0)
            assert (answer == Ready()) is (line is Word.ASK)
            asked = asked or line is Word.ASK
    except InvalidMessage:
        return
    if leg.state is State.JOINED:
        assert said[-1] is Word.JOINED
        assert asked is isinstance(first, Host)


@pytest.mark.parametrize(
    ("first", "said"), [(Host(PLACE), NUMBER), (Host(), Word.WAIT), (Host(7, TICKET), Word.WAIT)]
)
def test_number_is_not_a_place(first: Host, said: FromRelay) -> None:
    with pytest.raises(InvalidMessage):
        Leg(first, 0.0).receive(said, 1.0)


# A host


def test_host_is_followed_by_a_spare_leg_at_once_and_waits_at_the_same_number() -> None:
    stay = Stay([ONE, TWO], None, pauses)
    assert (stay.relay, stay.pause, stay.line) == (ONE, 0.0, Host())
    assert stay.wait(NUMBER, 0.0)
    stay.end(Word.JOINED, 10.0)
    assert (stay.relay, stay.pause, stay.line) == (ONE, 0.0, Host(7, TICKET))
    assert not stay.wait(NUMBER, 11.0)


def test_relay_that_joins_a_host_again_and_again_is_dialled_less_and_less() -> None:
    stay, paused = Stay([ONE], PLACE, pauses), []
    for n in range(AT_ONCE + 3):
        stay.wait(Word.WAIT, float(n))
        stay.end(Word.JOINED, n + SETTLED / 2)
        paused.append(stay.pause)
    assert paused == [0.0] * AT_ONCE + [1.0, 2.0, 3.0]
    stay.wait(Word.WAIT, 100.0)
    stay.end(Word.JOINED, 100.0 + SETTLED)
    assert stay.pause == 0.0


def test_host_dials_the_relay_of_its_number_again_before_it_takes_another() -> None:
    """That one may be started again; the number is the friend's only way in."""
    stay = Stay([ONE, TWO], None, pauses)
    stay.wait(NUMBER, 0.0)
    for failures in range(1, TRIES + 1):
        stay.end(None, 5.0)
        assert (stay.relay, stay.line, stay.pause) == (ONE, Host(7, TICKET), float(failures))
    stay.end(None, 5.0)
    assert (stay.relay, stay.line) == (TWO, Host())
    assert stay.wait(NUMBER, 6.0)  # the same number at another relay is another code
    assert not stay.in_vain


def test_host_whose_program_was_killed_asks_for_its_number_again() -> None:
    """At the relay that gave it; what the journal has kept of another relay, or damaged, is passed over."""
    kept = Numbered(TWO, 7, TICKET)
    assert Numbered.of(str(kept), [ONE, TWO]) == kept
    assert not any(Numbered.of(text, [ONE]) for text in (str(kept), "", f"{ONE} seven {TICKET}"))
    stay = Stay([ONE, TWO], None, pauses, kept)
    assert (stay.relay, stay.line) == (TWO, Host(7, TICKET))
    assert stay.wait(NUMBER, 0.0)
    stay.end(Word.JOINED, 10.0)
    assert not stay.wait(NUMBER, 11.0)


def test_host_with_one_relay_dials_it_for_ever() -> None:
    stay = Stay([ONE], PLACE, pauses)
    for _ in range(3 * TRIES):
        stay.end(None, 0.0)
        assert (stay.relay, stay.line, stay.in_vain) == (ONE, Host(PLACE), False)


def test_host_that_no_relay_has_ever_given_a_number_is_in_vain() -> None:
    stay = Stay([ONE, TWO], None, pauses)
    stay.end(Busy(30), 0.0)
    assert (stay.relay, stay.in_vain) == (TWO, False)
    stay.end(None, 0.0)
    assert (stay.relay, stay.in_vain) == (ONE, True)


def test_full_relay_that_is_the_only_one_is_asked_again_when_it_says_so() -> None:
    stay = Stay([ONE], PLACE, pauses)
    stay.end(Busy(30), 0.0)
    assert stay.pause == 30.0


# A joiner


def test_joiner_asks_each_relay_once() -> None:
    way = Round([ONE, TWO], PLACE)
    assert way.line == Join(PLACE)
    for relay in (ONE, TWO):
        assert way.next() == relay
        way.end(Word.NOBODY)
    assert way.next() is None
    assert way.reasons == [Word.NOBODY] * 2


def test_joiner_follows_two_redirects_and_no_more() -> None:
    way = Round([ONE, TWO], 7)
    assert (way.next(), way.redirected) == (ONE, False)
    for n in range(MAX_REDIRECTS):
        way.end(At(f"node{n}", 99))
        assert (way.next(), way.redirected) == (Relay(f"node{n}", 99), True)
    way.end(At("node9", 99))
    assert (way.next(), way.redirected) == (TWO, False)
    (why,) = way.reasons
    assert why == f"The relay {ONE} sends on to one relay after another. Try again later, or check --relay."


@pytest.mark.parametrize(
    ("sender", "target", "may"),
    [
        ("8.8.8.8", "1.1.1.1", True),
        ("8.8.8.8", "127.0.0.1", False),
        ("8.8.8.8", "10.0.0.1", False),
        ("8.8.8.8", "169.254.169.254", False),
        ("8.8.8.8", "::1", False),
        ("8.8.8.8", "fe80::1%eth0", False),
        ("8.8.8.8", "::ffff:192.168.0.1", False),
        ("2606:4700::1", "fd00::1", False),
        ("2606:4700::1", "2606:4700::2", True),
        ("192.168.0.1", "127.0.0.1", True),
        ("::1", "10.0.0.1", True),
    ],
)
def test_redirect_into_a_private_network_is_followed_only_from_there(sender: str, target: str, may: bool) -> None:
    assert may_follow(sender, target) is may


@pytest.mark.parametrize(
    ("relay", "text"),
    [(ONE, "one"), (TWO, "two:2000"), (Relay("::1"), "::1"), (Relay("::1", 99), "[::1]:99")],
)
def test_relay_is_written_as_one_types_it(relay: Relay, text: str) -> None:
    assert str(relay) == text
