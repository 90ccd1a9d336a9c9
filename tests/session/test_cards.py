"""Games with cards between two sessions, without a loop: short steps, resuming anywhere, and cheats."""

from functools import partial

import pytest
from msgspec.structs import replace

from chatgame.core.curve import face, key_of, multiplied
from chatgame.core.deck import written
from chatgame.core.errors import LinkLost, PartnerLeft, RemoteProtocolError
from chatgame.core.limits import LATE_TIME
from chatgame.core.match import Match
from chatgame.core.perspective import Perspective
from chatgame.core.seats import Seat
from chatgame.core.sentences import FALSE_CARDS
from chatgame.core.turn import Kind
from chatgame.session.session import (
    PART,
    State,
)
from tests.kit.rooms import Computer, Room

CLIENT, SERVER = Seat


@pytest.mark.parametrize("seed", range(3))
def test_two_sessions_play_to_the_end(seed: int) -> None:
    """No event takes more multiplications than a part, so the loop is never busy for long."""
    client, server = Room(seed).plays().computers.values()
    assert client.session.table == server.session.table
    outcome = client.match.outcome
    assert outcome
    assert "cheated" not in outcome.reason
    assert client.said == server.said == []
    assert 0 < max(client.most, server.most) <= PART


def test_game_goes_on_wherever_a_program_dies() -> None:
    """Also between two parts of a shuffle or an audit: what is computed once more comes to the same."""
    room = Room().works()
    for number in range(2000):
        if not any(computer.session.table.playing for computer in room.computers.values()):
            break
        dies = room.computers[[*Seat][number % 2]]
        dies.sent.clear()
        dies.asked = False
        dies.begin()
        other = room.computers[dies.seat.other]
        for entry in dies.log[len(other.log) :]:  # as the protocol sends what the other side lacks
            if other.session.state is not State.CHECKING:
                other.run(lambda: other.session.turn(entry.turn))  # noqa: B023  # it is called at once
        for entry in other.log[len(dies.log) :]:
            dies.run(lambda: dies.session.turn(entry.turn))  # noqa: B023  # it is called at once
        for seat, computer in room.computers.items():
            if computer.asked and computer.session.table.playing:
                room.types(seat, computer.line() if computer.session.table.number < 14 else "/resign")
        for _ in range(number % 5):
            room.step()
    client, server = room.works().computers.values()
    assert client.session.table == server.session.table
    assert client.match.outcome
    assert client.match.outcome.reason.endswith(" resigned")


def test_opening_a_journal_computes_nothing_again() -> None:
    """What was audited once is not audited again, as the digests say what came of it; a hand is seen when shown."""
    room = Room().plays()
    for computer in room.computers.values():
        multiplied.cache_clear()
        table = computer.session.table
        computer.begin()
        assert computer.session.table == table
        assert multiplied.cache_info().misses == 0


def auditing() -> tuple[Computer, Computer]:
    """The client and the server, which has got the last reveal, and has begun to check it."""
    room = Room().works()
    client, server = room.computers.values()
    room.types(SERVER, "/resign")
    while server.session.state is not State.CHECKING:
        room.step()
    return client, server


@pytest.mark.parametrize("error", [LinkLost("Lost."), PartnerLeft("They left.")])
def test_partner_who_is_lost_during_an_audit_has_played_to_the_end(error: LinkLost | PartnerLeft) -> None:
    """The turn that is checked counts; then the session ends as it would have otherwise."""
    client, server = auditing()
    server.run(lambda: server.session.lost(error))
    assert server.state() is State.CHECKING
    while server.state() is not State.OVER:
        server.tick()
    assert server.failure is error
    assert server.log[-1].turn == client.log[-1].turn
    assert server.match.outcome == client.match.outcome


def test_turn_that_comes_during_an_audit_is_out_of_turn() -> None:
    """The seat that has got the last reveal is the one that writes next."""
    client, server = auditing()
    turn = replace(client.log[-1].turn, number=client.session.table.number, kind=Kind.SAY)
    server.run(lambda: server.session.turn(turn))
    assert isinstance(server.failure, RemoteProtocolError)
    assert "came where turn" in str(server.failure)


def test_typing_error_makes_nobody_a_cheat() -> None:
    """What the hand does not allow is refused with a sentence, and the token stays."""
    room = Room().works()
    server = room.computers[SERVER]
    position = server.match.position
    fits = next(f"{rank}{position.suit}" for rank in "A23456789" if f"{rank}{position.suit}" not in server.hand())
    room.types(SERVER, fits)
    assert "You do not hold the" in server.said[-1]
    room.types(SERVER, "draw")
    room.works()
    fitting = [
        choice
        for choice in Perspective(server.match, SERVER, server.session._secret).board().choices
        if choice.text != "pass"
    ]
    if fitting:
        room.types(SERVER, "pass")
        assert server.said[-1].startswith("You hold the ")
        assert server.said[-1].endswith(", so you cannot pass.")
    assert server.asked


# Cheats: what one's own key shows ends the session at once; the rest loses the game.


def blinded(seat: Seat, match: Match, kind: Kind, nth: int = 0) -> bytes | None:
    """A point that belongs to nothing, where the program has to write such a turn for the nth time."""
    shares = [share for share in match.cards.deck.shares if share.seat is seat] if match.cards.decks else []
    if match.duty and match.duty.kind is kind and len(shares) >= nth:
        return multiplied(key_of(b"\7" * 32), face("nothing"))
    return None


def test_share_that_unlocks_nothing_ends_the_session() -> None:
    """The owner of the card names who has given it."""

    def cheat(seat: Seat, match: Match) -> str | None:
        point = blinded(seat, match, Kind.SHARE)
        return (
            written([*match.cards.deck.to_share(7)[:6], point]) if point and match.position.step == "deal" else None
        )

    room = Room(cheat=cheat).works()
    client = room.computers[CLIENT]
    assert isinstance(client.failure, RemoteProtocolError)
    assert str(client.failure) == "The server broke the rules: The share does not unlock a card of the deck."


def test_false_share_of_a_card_to_be_shown_loses_the_game() -> None:
    """The honest program cannot show the card then; it ends the game, and the audit says whose doing that was."""

    def cheat(seat: Seat, match: Match) -> str | None:
        point = blinded(seat, match, Kind.SHARE, 7)
        return written([point]) if point and not match.cards.deck.pending else None

    room = Room(cheat=cheat).works()
    client, server = room.computers.values()
    assert client.said == [FALSE_CARDS]
    assert client.match.outcome == server.match.outcome
    assert client.match.outcome
    assert client.match.outcome.winner is CLIENT
    assert "the server cheated: a false share of the card at place 14" in client.match.outcome.reason


def test_share_that_is_withheld_loses_the_game() -> None:
    """Cards make no difference to the time that a program has."""
    room = Room()
    client, server = room.computers.values()
    while server.match.cards.left == 0:
        room.step()
    assert client.match.duty
    assert (client.match.duty.seat, client.match.duty.kind) == (CLIENT, Kind.SHARE)
    for now in (0.0, LATE_TIME - 1, LATE_TIME):
        assert server.failure is None
        server.run(partial(server.session.tick, now, now, now))
    assert "The client's program did not share what it has to within 30 seconds" in str(server.failure)


def test_stacked_deck_loses_the_game() -> None:
    def cheat(_: Seat, match: Match) -> str | None:
        if match.duty and match.duty.kind is Kind.SHUFFLE:
            return written(sorted(multiplied(key_of(b"\7" * 32), point) for point in match.cards.deck.to_lock))
        return None

    room = Room(cheat=cheat, cheats=CLIENT).works()
    server = room.computers[SERVER]
    assert isinstance(server.failure, RemoteProtocolError)
    assert "does not unlock a card of the deck" in str(server.failure)


def test_passing_with_a_card_that_fits_loses_the_game() -> None:
    """Nobody can see it before the hands are open."""
    room = Room().works()
    client, server = room.computers.values()
    room.types(SERVER, "draw")
    room.works()
    hand = server.hand()
    server.asked = False
    server.write(Kind.MOVE, "pass")
    room.carry()
    room.works()
    fits = [card for card in hand if card[0] == "8" or card[-1] == server.match.position.suit]
    room.types(CLIENT, "/resign")
    room.works()
    assert client.match.outcome == server.match.outcome
    outcome = client.match.outcome
    assert outcome
    assert (outcome.winner is CLIENT) is bool(fits)
    assert fits, "the test needs a hand with a card that fits"
    assert outcome.reason.startswith("the server cheated: a move that the hand does not allow, pass (You hold the ")


def test_nothing_that_leaves_a_program_before_the_end_shows_a_hidden_card() -> None:
    """The partner's log, without one's own seeds, has the faces of cards that were laid or shown alone."""
    room = Room()
    client, server = room.works().computers.values()
    known = {face(card) for _, card in client.match.cards.deck.open}
    points = {share.opened for share in client.match.cards.deck.shares}
    assert not ({face(card) for card in client.match.cards.deck.cards} - known) & points
    for turn in (entry.turn for entry in client.log if entry.turn.kind is not Kind.PLAY):
        assert not any(f" {card} " in f" {turn.text} " for card in (*client.hand(), *server.hand()))
    board = Perspective(client.match, CLIENT, client.session._secret).board()
    assert not any(card in str(board) for card in server.hand())
