"""Admission: who gets the seat, decided from what is known and without a connection."""

import pytest

from chatgame.core.limits import PATIENCE, RETURN_INTERVAL, SILENCE_LIMIT
from chatgame.core.seats import Seat
from chatgame.protocol.admission import GOODBYES, Admission, Decision
from chatgame.protocol.messages import Hello, Reason
from chatgame.protocol.resume import token
from tests.kit.logs import NONCE, SESSION

OTHER = "2" * 64
FIRST, SECOND, THIRD = (token(b"seed" * 8, spent) for spent in range(3))
STRANGERS = token(b"else" * 8, 5)


def hello(session: str | None = None, token: str | None = None) -> Hello:
    """A client's hello."""
    return Hello("1.0", Seat.CLIENT, NONCE.hex(), {}, session, token=token)


def test_first_client_gets_the_seat() -> None:
    assert Admission().decide(hello(token=FIRST), welcome=True) is Decision.NEW


def test_client_without_the_code_does_not() -> None:
    assert Admission().decide(hello(token=FIRST), welcome=False) is Decision.TAKEN


@pytest.mark.parametrize("welcome", [True, False])
@pytest.mark.parametrize(
    ("who", "decision"),
    [
        (hello(SESSION, SECOND), Decision.BACK),
        (hello(SESSION, THIRD), Decision.BACK),  # the hello before was lost
        (hello(None, SECOND), Decision.NEW),  # it never heard the answer
        (hello(OTHER, SECOND), Decision.UNKNOWN),
        (hello(SESSION, FIRST), Decision.STALE),
        (hello(OTHER, FIRST), Decision.UNKNOWN),
        (hello(SESSION, STRANGERS), Decision.UNKNOWN),
        (hello(SESSION), Decision.UNKNOWN),
        (hello(None, FIRST), Decision.TAKEN),
        (hello(None, STRANGERS), Decision.TAKEN),
        (hello(), Decision.TAKEN),
    ],
)
def test_seat_that_is_taken_is_the_partners_alone(who: Hello, decision: Decision, welcome: bool) -> None:
    admission = Admission()
    admission.seat(SESSION, FIRST)
    assert admission.decide(who, welcome=welcome) is decision


def test_token_older_than_the_last_is_one_of_an_old_copy() -> None:
    admission = Admission()
    admission.seat(SESSION, THIRD)
    assert admission.decide(hello(SESSION, FIRST), welcome=True) is Decision.STALE


def test_seat_of_an_unfinished_session_waits_for_its_client_after_a_restart() -> None:
    admission = Admission(SESSION, FIRST, begun=True)
    assert admission.decide(hello(token=STRANGERS), welcome=True) is Decision.TAKEN
    assert admission.decide(hello(SESSION, SECOND), welcome=False) is Decision.BACK


def test_seat_of_a_session_without_a_turn_is_free_after_a_restart() -> None:
    admission = Admission(SESSION, FIRST)
    assert admission.decide(hello(token=STRANGERS), welcome=True) is Decision.NEW
    assert admission.decide(hello(SESSION, SECOND), welcome=False) is Decision.BACK


@pytest.mark.parametrize("welcome", [True, False])
def test_client_that_names_no_session_gets_none_that_has_begun(welcome: bool) -> None:
    admission = Admission(SESSION, FIRST, begun=True)
    assert admission.decide(hello(None, SECOND), welcome=welcome) is Decision.TAKEN


def test_client_of_a_closed_session_hears_the_farewell() -> None:
    admission = Admission(farewell=(SESSION, FIRST))
    assert admission.decide(hello(SESSION, SECOND), welcome=False) is Decision.FAREWELL
    assert admission.decide(hello(SESSION, FIRST), welcome=False) is Decision.UNKNOWN
    assert admission.decide(hello(OTHER, SECOND), welcome=False) is Decision.UNKNOWN


def test_lost_client_that_had_said_nothing_frees_the_seat() -> None:
    admission = Admission()
    admission.seat(SESSION, FIRST)
    assert admission.patience(PATIENCE) == SILENCE_LIMIT
    assert admission.vacate()
    assert admission.decide(hello(token=STRANGERS), welcome=True) is Decision.NEW
    assert admission.decide(hello(SESSION, SECOND), welcome=True) is Decision.BACK


@pytest.mark.parametrize(("begun", "by_code"), [(True, False), (False, True)])
def test_lost_client_that_has_spoken_or_had_the_code_keeps_the_seat(begun: bool, by_code: bool) -> None:
    admission = Admission(begun=begun)
    admission.seat(SESSION, FIRST, by_code=by_code)
    assert admission.patience(PATIENCE) == PATIENCE
    assert not admission.vacate()
    assert admission.decide(hello(token=STRANGERS), welcome=True) is Decision.TAKEN


def test_client_without_a_token_is_not_waited_for() -> None:
    admission = Admission()
    admission.seat(SESSION, None)
    assert admission.patience(PATIENCE) is None


def test_nobody_comes_back_more_often_than_agreed() -> None:
    admission = Admission()
    assert admission.pause(100.0) == 0
    assert admission.pause(100.25) == RETURN_INTERVAL - 0.25
    assert admission.pause(100.5) == 2 * RETURN_INTERVAL - 0.5  # behind the one that waits already
    assert admission.pause(200.0) == 0


def test_each_refusal_has_its_goodbye() -> None:
    assert {decision: bye.reason for decision, bye in GOODBYES.items()} == {
        Decision.STALE: Reason.DIVERGED,
        Decision.UNKNOWN: Reason.UNKNOWN,
        Decision.TAKEN: Reason.TAKEN,
    }
