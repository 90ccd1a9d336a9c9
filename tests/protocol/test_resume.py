"""Resuming: what a side holds, what it sends to a partner who comes back, and the tokens that prove who it is."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import reduce
from hashlib import sha256

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chatgame.core.errors import Diverged, Refused, TurnedAway
from chatgame.core.limits import CHAIN
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.protocol.resume import Held, follows, token
from tests.kit.logs import SESSION, VERSIONS

CLIENT, SERVER = Seat.CLIENT, Seat.SERVER


def taken(acts: Iterable[str], session: str = SESSION) -> list[Turn]:
    """The turns that a table takes of acts as in "say hello", each by the seat that holds the token."""
    table, log = Table.open(session, BUILT_IN, VERSIONS), []
    for kind, _, text in (act.partition(" ") for act in acts):
        with suppress(Refused):
            turn, table = table.write(table.token or CLIENT, Kind(kind), text)
            log.append(turn)
    return log


HANGMAN = ["play hangman", f"commit {'0' * 64}", "answer 3", "move e", "answer 2"]
ACTS = [
    "say a",
    "say b",
    "play tictactoe",
    "say c",
    "say d",
    "say e",
    "move 5",
    "move 1",
    "say f",
    "resign",
    *HANGMAN,
]
LOG = taken(ACTS)
"""A log in which each seat writes several turns in a row, and with one of either seat at its end."""

acts = st.lists(st.sampled_from([*ACTS, *(f"move {cell}" for cell in "23789")]), min_size=10)
logs = acts.map(taken)


def known(seat: Seat, log: Sequence[Turn]) -> int:
    """How many turns of a log the partner of `seat` must have, since they wrote the last of them."""
    return max((turn.number + 1 for turn in log if turn.seat is not seat), default=0)


def pairs(log: Sequence[Turn]) -> list[tuple[Seat, int, int]]:
    """Who may hold how many turns of a log, while the partner, who lacks none of their own, holds how many."""
    ends = range(len(log) + 1)
    return [(seat, held, n) for seat in Seat for held in ends for n in range(known(seat, log[:held]), held + 1)]


def test_log_has_several_turns_of_either_seat_in_a_row() -> None:
    """The tests below count on this, and on nothing in it having been refused."""
    assert "".join(turn.seat[0] for turn in LOG) == "cscsssscssssscs"


# What a side holds


@pytest.mark.parametrize("seat", Seat)
def test_side_without_a_log_holds_nothing(seat: Seat) -> None:
    """It holds no turn, and so no digest."""
    held = Held(seat)
    assert Held.of(seat, []) == held
    assert (held.seat, held.number, held.unconfirmed, held.confirmed, held.digest) == (seat, 0, (), None, None)


@pytest.mark.parametrize(
    ("seat", "end", "confirmed"),
    [
        (CLIENT, 1, 0),
        (SERVER, 1, 1),
        (CLIENT, 2, 2),
        (SERVER, 2, 1),
        (SERVER, 6, 3),
        (CLIENT, 6, 6),
        (CLIENT, 8, 7),
        (SERVER, 13, 8),
        (CLIENT, 13, 13),
    ],
)
def test_own_turns_since_the_partners_last_are_unconfirmed(seat: Seat, end: int, confirmed: int) -> None:
    """The partner has all that they have answered; of the rest only its digest is held, however long the log is."""
    held = Held.of(seat, LOG[:end])
    assert held.number == end
    assert held.unconfirmed == tuple(LOG[confirmed:end])
    assert held.confirmed == (LOG[confirmed - 1].digest if confirmed else None)


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("end", range(1, len(LOG) + 1))
def test_digest_is_that_of_the_last_turn(seat: Seat, end: int) -> None:
    """Either seat may have written it."""
    assert Held.of(seat, LOG[:end]).digest == LOG[end - 1].digest


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("end", range(len(LOG)))
def test_each_turn_adds_to_what_is_held(seat: Seat, end: int) -> None:
    """A turn added is the same as a log with one turn more."""
    assert Held.of(seat, LOG[:end]).after(LOG[end]) == Held.of(seat, LOG[: end + 1])


@settings(deadline=None)
@given(logs, st.sampled_from(Seat))
def test_what_is_held_is_the_fold_of_the_log(log: list[Turn], seat: Seat) -> None:
    """A side that was there all the time and one that reads its journal say the same."""
    assert reduce(Held.after, log, Held(seat)) == Held.of(seat, log)


# What a partner lacks


@pytest.mark.parametrize(("seat", "held", "n"), pairs(LOG))
def test_partner_who_comes_back_is_sent_exactly_what_they_lack(seat: Seat, held: int, n: int) -> None:
    """They are sent nothing if they lack nothing, and send nothing if they hold no more."""
    ours, theirs = Held.of(seat, LOG[:held]), Held.of(seat.other, LOG[:n])
    assert ours.missing(theirs.number, theirs.digest) == tuple(LOG[n:held])
    assert theirs.missing(ours.number, ours.digest) == ()


@settings(deadline=None)
@given(logs)
def test_two_honest_sides_always_come_to_one_log(log: list[Turn]) -> None:
    """They do whatever was written, and wherever the connection broke."""
    for seat, held, n in pairs(log):
        ours, theirs = Held.of(seat, log[:held]), Held.of(seat.other, log[:n])
        sent = ours.missing(theirs.number, theirs.digest)
        assert theirs.missing(ours.number, ours.digest) == ()
        assert [*log[:n], *sent] == log[:held]
        assert reduce(Held.after, sent, theirs).digest == ours.digest


@pytest.mark.parametrize("held", range(len(LOG)))
@pytest.mark.parametrize("seat", Seat)
def test_partner_who_holds_more_is_sent_nothing(seat: Seat, held: int) -> None:
    """They are not doubted for a digest that is not known yet: what they send has to fit."""
    assert Held.of(seat, LOG[:held]).missing(held + 1, "0" * 64) == ()
    assert Held.of(seat, LOG[:held]).missing(held + 7, "0" * 64) == ()


# Logs that are not of one conversation


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize("held", range(len(LOG) + 1))
def test_partner_who_lacks_turns_of_their_own_was_rolled_back(held: int, seat: Seat) -> None:
    """They may hold nothing at all; their turns are not sent to them."""
    ours, partner = Held.of(seat, LOG[:held]), seat.other
    for n in range(known(seat, LOG[:held])):
        sentence = (
            f"^The {partner}'s journal ends before turn {n} .* some that the {partner} wrote.*rolled back.*--new"
        )
        with pytest.raises(Diverged, match=sentence):
            ours.missing(n, Held.of(partner, LOG[:n]).digest)


EDITED = [(n, taken([*ACTS[:n], "say other", *ACTS[n + 1 :]])) for n, act in enumerate(ACTS) if act[:3] == "say"]
"""The log with another remark at a place, and all turns behind it as if that had been said."""


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize(("place", "edited"), EDITED)
def test_partner_who_has_another_text_at_a_place_differs(place: int, edited: list[Turn], seat: Seat) -> None:
    """It may be their last turn, or lie before what we can still send; for them it is we who differ."""
    assert [n for n in range(len(LOG)) if edited[n].text != LOG[n].text] == [place]
    for end in range(place + 1, len(LOG) + 1):
        ours, theirs = Held.of(seat, LOG[:end]), Held.of(seat.other, edited[:end])
        sentence = f"journal differs from ours before turn {end}: .*edited.*another conversation.*--new"
        with pytest.raises(Diverged, match=f"^The {seat.other}'s {sentence}"):
            ours.missing(theirs.number, theirs.digest)
        with pytest.raises(Diverged, match=f"^The {seat}'s {sentence}"):
            theirs.missing(ours.number, ours.digest)


@pytest.mark.parametrize(("held", "n"), [(2, 1), (6, 3), (6, 4), (6, 5), (13, 8), (13, 10)])
def test_partner_who_holds_less_and_differs_is_sent_nothing(held: int, n: int) -> None:
    """The digest is that of the last turn that both have, not of ours."""
    ours = Held.of(SERVER, LOG[:held])
    for digest in ("0" * 64, None, LOG[n].digest, ours.digest):
        with pytest.raises(Diverged, match=r"^The client's journal differs from ours before turn"):
            ours.missing(n, digest)


def test_partner_who_holds_nothing_has_no_digest() -> None:
    """They are not believed if they state one."""
    for held in (Held(CLIENT), Held.of(CLIENT, LOG[:1])):
        assert held.missing(0, None) == held.unconfirmed
        with pytest.raises(Diverged, match=r"^The server's journal differs"):
            held.missing(0, "0" * 64)


@pytest.mark.parametrize("end", range(1, len(LOG) + 1))
def test_log_of_another_session_differs(end: int) -> None:
    """It does even if the same was said in it."""
    elsewhere = taken(ACTS, session="1" * 64)
    for seat in Seat:
        with pytest.raises(Diverged, match=f"^The {seat.other}'s journal differs"):
            Held.of(seat, LOG[:end]).missing(end, elsewhere[end - 1].digest)


@settings(deadline=None)
@given(acts, acts, acts, st.sampled_from(Seat))
def test_logs_that_part_are_never_merged(common: list[str], one: list[str], other: list[str], seat: Seat) -> None:
    """The side that holds more notices, or both do; no turn is sent that does not fit."""
    ours, theirs = taken([*common, "say x", *one]), taken([*common, "say y", *other])
    assume(ours[: len(theirs)] != theirs[: len(ours)])
    more, less = sorted((Held.of(seat, ours), Held.of(seat.other, theirs)), key=lambda held: -held.number)
    with pytest.raises(Diverged, match=f"^The {less.seat}'s journal"):
        more.missing(less.number, less.digest)
    if more.number == less.number:
        with pytest.raises(Diverged, match=f"^The {more.seat}'s journal"):
            less.missing(more.number, more.digest)


# Tokens

SEED, FOREIGN = bytes(32), b"1" * 32
SPENT = [0, 1, 2, 1000, CHAIN - 1, CHAIN]


def test_chain_begins_at_the_seed_and_is_handed_out_from_its_end() -> None:
    """No two tokens are equal, each is the SHA-256 of the next, and the first of them has nothing behind it."""
    links = [SEED]
    for _ in range(CHAIN):
        links.append(sha256(links[-1]).digest())
    tokens = [token(SEED, spent) for spent in range(CHAIN)]
    assert tokens == [link.hex() for link in reversed(links[1:])]
    assert len(set(tokens)) == CHAIN


@pytest.mark.parametrize("earlier", SPENT)
@pytest.mark.parametrize("later", SPENT)
def test_token_follows_all_that_were_spent_before_it(later: int, earlier: int) -> None:
    """Any number may be lost between them. No token follows itself or a later one."""
    assert follows(token(SEED, later), token(SEED, earlier)) is (later > earlier)


@settings(deadline=None)
@given(st.integers(0, CHAIN), st.integers(0, CHAIN))
def test_order_of_tokens_is_the_order_in_which_they_are_spent(one: int, other: int) -> None:
    assert follows(token(SEED, one), token(SEED, other)) is (one > other)


@pytest.mark.parametrize("earlier", SPENT)
@pytest.mark.parametrize("later", SPENT)
def test_token_of_another_chain_follows_none(later: int, earlier: int) -> None:
    """A client with another seed is another client."""
    assert not follows(token(FOREIGN, later), token(SEED, earlier))


def test_what_a_listener_can_make_of_a_token_does_not_follow_it() -> None:
    """Only earlier tokens come of it."""
    seen = token(SEED, 5)
    made = sha256(bytes.fromhex(seen)).hexdigest()
    assert made == token(SEED, 4)
    assert not follows(made, seen)


def test_chain_comes_to_an_end() -> None:
    """A client that has come back so often is told."""
    token(SEED, CHAIN)
    with pytest.raises(TurnedAway, match=f"After {CHAIN} lost connections"):
        token(SEED, CHAIN + 1)
