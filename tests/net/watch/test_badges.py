"""Coming back to watch: by one's own badge, whatever has become of the code, and by no other."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from chatgame.core.errors import TurnedAway
from chatgame.core.limits import MAX_GUESSES, MAX_WATCHERS
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.net.memory import memory_streams
from chatgame.net.tls import new_certificate, server_tls
from chatgame.net.transport import StreamTransport, Transport
from chatgame.net.watch.dial import Met, Watching
from chatgame.protocol.badges import OWNER_SIZE, Badges
from chatgame.protocol.messages import PROTOCOL, Bye, Hello, Reason, Start, View, Watch
from chatgame.protocol.pairing import Invitation
from chatgame.session.onlooker import Onlooker
from tests.kit.house import WATCH, House, Onlooking, goodbye_of, house, until_count
from tests.kit.logs import NONCE, VERSIONS, steps_of
from tests.kit.virtual import in_virtual_time
from tests.kit.wire import Wire

CERTIFICATE, ANOTHER = new_certificate(), new_certificate()


def badged(badge: str) -> Watch:
    """What somebody says who shows this badge."""
    return Watch(PROTOCOL, badge=badge)


async def burn(open_house: House) -> None:
    """Guess at the code until it is burned."""
    for _ in range(MAX_GUESSES):
        with pytest.raises(TurnedAway, match="not the code for watching"):
            await Onlooking(open_house.door.listener.port, "99-zebra-acid").watching.watch()
    assert open_house.told[-1].burned


def lose_all(open_house: House) -> None:
    """Break every line."""
    for pump in [*open_house.audience._cursors]:
        pump.transport.abort()


async def test_watcher_comes_back_after_strangers_have_burned_the_code() -> None:
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        people = [Onlooking(open_house.door.listener.port, open_house.told[-1].code) for _ in range(2)]
        watching = [asyncio.create_task(person.watching.watch()) for person in people]
        await until_count(open_house, 2)
        await burn(open_house)
        lose_all(open_house)
        await until_count(open_house, 0)
        open_house.write("say a")
        await until_count(open_house, 2)
        open_house.write("say b", "quit")
        await asyncio.gather(*watching)
        assert [person.texts for person in people] == [["a", "b", ""]] * 2


async def test_badge_is_good_when_the_server_has_started_again() -> None:
    """Its journal has the secret and the log, and no badge."""
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as before:
        badge = before.badge()
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as after:
        _, view = await after.come(badged(badge))
        assert view.badge == badge
        assert after.audience.badges
        assert view.place == after.audience.badges.place


async def test_watcher_takes_its_old_place_before_the_server_has_noticed_the_loss() -> None:
    """Nobody has come or gone; so a full house has room for it, too."""
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        badges = [open_house.badge() for _ in range(MAX_WATCHERS)]
        for badge in badges:
            await open_house.come(badged(badge))
        full = await goodbye_of(await open_house.knock(badged(open_house.badge())))
        assert full.reason == Reason.TAKEN
        wire, _ = await open_house.come(badged(badges[0]))
        assert open_house.count == MAX_WATCHERS
        assert [told.count for told in open_house.told][-2:] == [MAX_WATCHERS, MAX_WATCHERS]
        open_house.write("watch off")
        await wire.receive()
        assert await goodbye_of(wire) == Bye(Reason.UNWATCHED)


FALSE: dict[str, Callable[[House], str]] = {
    "made up": lambda _: "f" * 64,
    "of another watcher": lambda inside: "f" * 2 * OWNER_SIZE + inside.badge()[2 * OWNER_SIZE :],
    "of another session": lambda _: Badges(CERTIFICATE, steps_of("say a")[0].after.digest).new(b"a" * OWNER_SIZE),
    "of another server": lambda inside: Badges(ANOTHER, inside.audience.agreement).new(b"a" * OWNER_SIZE),
    "the place": lambda inside: Badges(CERTIFICATE, inside.audience.agreement).place,
}


@pytest.mark.parametrize("false", FALSE)
async def test_false_badge_lets_nobody_in(false: str) -> None:
    """Nor does it push anybody out."""
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        await open_house.come(badged(open_house.badge()))
        stranger = await open_house.knock(badged(FALSE[false](open_house)))
        assert await goodbye_of(stranger) == Bye(Reason.UNKNOWN)
        assert open_house.count == 1


async def test_badge_is_worth_nothing_after_watching_was_ended() -> None:
    """Neither then, nor under another agreement."""
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        badge = open_house.badge()
        await open_house.come(badged(badge))
        for turns, reason in ((["watch off"], Reason.UNWATCHED), (["watch ask", "watch accept"], Reason.UNKNOWN)):
            open_house.write(*turns)
            assert await goodbye_of(await open_house.knock(badged(badge))) == Bye(reason)
        assert open_house.count == 0


async def test_watcher_that_was_away_when_watching_began_anew_is_told_what_to_do() -> None:
    """It does not ask again and again."""
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        person = Onlooking(open_house.door.listener.port, open_house.told[-1].code)
        watching = asyncio.create_task(person.watching.watch())
        await until_count(open_house, 1)
        lose_all(open_house)
        await until_count(open_house, 0)
        open_house.write("watch off", "watch ask", "watch accept")
        with pytest.raises(TurnedAway, match="has begun anew by another code"):
            await watching


async def test_badge_takes_no_seat() -> None:
    """A client that shows one in place of a token is turned away, with a session and without."""
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        for session in (None, open_house.table.session):
            hello = Hello(PROTOCOL, Seat.CLIENT, NONCE.hex(), VERSIONS, session, token=open_house.badge())
            goodbye = await goodbye_of(await open_house.knock(hello))
            assert goodbye.reason in (Reason.TAKEN, Reason.UNKNOWN)
        assert not open_house.door.partner.done()


async def test_nobody_is_let_in_by_a_code_or_a_badge_that_was_not_shown() -> None:
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        assert await goodbye_of(await open_house.knock(WATCH)) == Bye(Reason.UNKNOWN)


async def test_watcher_shows_its_badge_to_no_other_server() -> None:
    """One with another certificate at the same address hears nothing."""
    async with house(secret=CERTIFICATE, invitation=Invitation(None)) as open_house:
        person = Onlooking(open_house.door.listener.port, open_house.told[-1].code)
        watching = asyncio.create_task(person.watching.watch())
        await until_count(open_house, 1)
        listener = open_house.door.listener
        listener.tls = server_tls(ANOTHER)  # type: ignore[attr-defined]  # it is TCP
        lose_all(open_house)
        await until_count(open_house, 0)
        await open_house.until(lambda: any("Dropped a connection" in text for text in open_house.notices))
        assert open_house.count == 0
        listener.tls = server_tls(CERTIFICATE)  # type: ignore[attr-defined]  # it is TCP
        await until_count(open_house, 1)
        open_house.write("quit")
        await watching


async def count_of_dials(seconds: float) -> int:
    """How often a watcher dials a server in a time that lets it in and stops showing at once, each time."""
    dialled = 0

    class Dialler:
        """Dials that server."""

        where, options = "the server", "nothing"

        async def dial(self) -> Transport:
            nonlocal dialled
            dialled += 1
            ours, theirs = memory_streams()
            server = Wire(*theirs)
            server.say(View("a" * 64, 0, start=Start(0, Seat.CLIENT, "a" * 64, 0, (0, 0, 0))))
            server.say(Bye(Reason.BEHIND, "Too slow."))
            server.writer.close()
            return StreamTransport(*ours)

    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await Watching(Dialler(), Met(), Onlooker(BUILT_IN), bool, bool, 300).watch()
    return dialled


def test_watcher_that_is_let_in_and_dismissed_again_and_again_comes_less_and_less_often() -> None:
    assert 5 < in_virtual_time(count_of_dials(300)) < 25
