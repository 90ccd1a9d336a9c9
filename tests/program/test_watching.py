"""Watching goes on through all that can happen to the two players' programs and to the watcher's."""

import asyncio
from pathlib import Path
from random import Random

import detangle
import pytest

from chatgame.core.errors import NotYet
from chatgame.core.seats import Seat
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.net.addresses import Relay
from chatgame.players.bot.bot import Bot
from chatgame.players.bot.level import Level
from chatgame.program.attendance import Attendance
from chatgame.program.watcher import watch
from chatgame.protocol.messages import Watchers
from chatgame.session.onlooker import Begun, Shown
from tests.kit.simulated import Person, Place, both_sit, informed, until
from tests.kit.virtual import in_simulation

CLIENT, SERVER = Seat

GAME = (["/watch", "play tictactoe", "5", "4", "/q"], ["/accept", "1", "2", "3", "Well played"])


class Curious:
    """Somebody who watches with the real program.

    Attributes:
        texts: of the turns that were shown.
        heard: the sentences about the connection.
        begun: how often watching has begun anew.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.heard: list[str] = []
        self.begun = 0

    def come(self) -> "asyncio.Task[None]":
        """Start the program."""
        program = watch("server", 1059, BUILT_IN, self._see, lambda *texts: self.heard.extend(texts), insecure=True)
        return detangle.spawn(program, host="watcher")

    def _see(self, what: Shown) -> None:
        if isinstance(what, Begun):
            self.begun += 1
            self.texts += [step.turn.text for step in what.steps]
        else:
            self.texts.append(what.turn.text)


async def come_as_soon_as_possible(place: Place, curious: Curious) -> "asyncio.Task[None]":
    """Watch when both have agreed."""
    await informed(place.notices[SERVER], "To watch, people type")
    watching = curious.come()
    await until(lambda: bool(curious.begun))
    return watching


def test_both_players_see_how_to_watch_and_who_comes_and_goes(tmp_path: Path) -> None:
    async def scenario() -> None:
        place, curious = Place(tmp_path), Curious()
        people, programs = await both_sit(place, (["/watch"], ["/accept"]))
        watching = await come_as_soon_as_possible(place, curious)
        for seat in Seat:
            await informed(place.notices[seat], "chatgame watch server")
            await informed(place.notices[seat], "Somebody came to watch; now 1.")
        watching.cancel()
        for seat in Seat:
            await informed(place.notices[seat], "Somebody does not watch any more; now 0.")
        people[CLIENT].say("/q")
        await asyncio.gather(*programs.values())

    in_simulation(scenario())


@pytest.mark.parametrize("victim", Seat)
@pytest.mark.parametrize("turns", range(3, 9))
def test_watching_goes_on_when_a_player_s_program_was_killed(tmp_path: Path, victim: Seat, turns: int) -> None:
    """After any turn: every turn is shown once, and the players see again how many watch."""

    async def scenario() -> None:
        place, curious = Place(tmp_path), Curious()
        people, programs = await both_sit(place, ([GAME[0][0]], GAME[1]))
        watching = await come_as_soon_as_possible(place, curious)
        people[victim].stuck_at = turns
        for line in GAME[0][1:]:
            people[CLIENT].say(line)
        await until(lambda: people[victim].seen >= turns)
        await place.kill(victim, programs[victim])
        place.notices[victim].clear()
        programs[victim] = place.sit(victim, people[victim])
        await asyncio.gather(*programs.values())
        await watching
        assert curious.begun == 1
        assert curious.texts == [turn.text for turn in place.log(SERVER)[2:]]
        first, *others = place.notices[victim]
        assert first.startswith(("Server listening on", "Connected to"))
        assert any("came to watch; now 1" in notice for notice in others)

    in_simulation(scenario())


def test_watching_goes_on_when_lines_drop(tmp_path: Path) -> None:
    """Those of a player, and of the watcher."""

    async def scenario() -> None:
        place, curious = Place(tmp_path), Curious()
        people, programs = await both_sit(place, (["/watch"], ["/accept", "a", "b"]))
        watching = await come_as_soon_as_possible(place, curious)
        for text, ends in (("one", (CLIENT, SERVER)), ("two", ("watcher", "server"))):
            detangle.network().disconnect(*ends)
            await asyncio.sleep(20)
            people[CLIENT].say(text)
            detangle.network().reconnect(*ends)
            await until(lambda: text in curious.texts)  # noqa: B023  # it is waited for at once
        people[CLIENT].say("/q")
        await asyncio.gather(*programs.values())
        await watching
        assert curious.texts == ["one", "a", "two", "b", ""]
        assert "Connected again." in curious.heard

    in_simulation(scenario())


def test_watching_goes_on_though_the_agreement_was_not_safe_yet(tmp_path: Path) -> None:
    """The server is killed before its own next turn; its partner then sends the agreement again."""

    async def scenario() -> None:
        place, curious = Place(tmp_path), Curious()
        people, programs = await both_sit(place, (["Hello", "/accept"], ["/watch"]))
        watching = await come_as_soon_as_possible(place, curious)
        await place.kill(SERVER, programs[SERVER])
        place.notices[SERVER].clear()
        programs[SERVER] = place.sit(SERVER, people[SERVER])
        await informed(place.notices[SERVER], "came to watch; now 1")
        people[SERVER].say("Hi")
        people[CLIENT].say("/q")
        await asyncio.gather(*programs.values())
        await watching
        assert curious.texts == ["Hi", ""]

    in_simulation(scenario())


def test_nobody_watches_who_was_not_let_in(tmp_path: Path) -> None:
    """Neither where it was declined, nor where it was ended."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello", "/decline"], ["/watch"]))
        for turns, lines in ((3, ["/watch", "/watch off"]), (7, ["/q"])):
            await until(lambda: people[CLIENT].seen == turns)  # noqa: B023  # it is waited for at once
            with pytest.raises(NotYet, match="Both players have to agree"):
                await Curious().come()
            for line in lines:
                people[CLIENT].say(line)
            for line in ("Well", "/accept"):
                people[SERVER].say(line)
        await asyncio.gather(*programs.values())

    in_simulation(scenario())


def test_bot_lets_its_partner_let_people_watch(tmp_path: Path) -> None:
    async def scenario() -> None:
        place, curious = Place(tmp_path), Curious()
        server = place.sit(SERVER, Bot(SERVER, Level.EASY, Random(1)))
        await informed(place.notices[SERVER], "listening")
        person = Person(CLIENT, ["/watch"])
        client = place.sit(CLIENT, person)
        watching = await come_as_soon_as_possible(place, curious)
        person.say("Hello")
        await until(lambda: len(curious.texts) == 2)
        person.say("/q")
        await asyncio.gather(server, client)
        await watching
        assert curious.texts[0] == "Hello"

    in_simulation(scenario())


def test_past_conversation_that_was_watched_is_shown_as_any_other(tmp_path: Path) -> None:
    async def scenario() -> None:
        place = Place(tmp_path)
        _, programs = await both_sit(place, (["/watch", "Hi", "/watch off", "/q"], ["/accept", "Well"]))
        await asyncio.gather(*programs.values())
        client, server = place.log(CLIENT), place.log(SERVER)
        assert client == server
        with Store(place.journal(CLIENT)) as store:
            assert [record.ended is not None for record in store.history()] == [True]

    in_simulation(scenario())


def test_both_players_read_once_that_the_code_is_burned_and_what_to_do() -> None:
    """Also where the client's program has just come back, and after another agreement."""
    notices: list[str] = []
    attendance = Attendance(lambda *texts: notices.extend(texts), lambda *_: None, address="host", coded=True)
    for watchers, times in (
        (Watchers(3, 1, burned=True), 1),
        (Watchers(3, 0, burned=True), 1),
        (Watchers(9, 0, "8-melon-canyon"), 1),
        (Watchers(9, 0, burned=True), 2),
    ):
        attendance.note(watchers)
        told = [notice for notice in notices if "that code is burned, and nobody new can come" in notice]
        assert len(told) == times
        assert told[-1].endswith("type /watch off and then, in chat, /watch.")


def test_no_command_is_shown_that_would_let_nobody_in() -> None:
    """When a code was burned, and somebody goes, there is none to type."""
    notices: list[str] = []
    attendance = Attendance(
        lambda *texts: notices.extend(texts), lambda *_: None, relays=[Relay("relay.example")], coded=True
    )
    attendance.note(Watchers(3, 2, "7-guitar-island", "relay.example"))
    attendance.note(Watchers(3, 1, "", "relay.example"))
    assert notices == [
        "To watch, people type:",
        "chatgame watch --relay relay.example 7-guitar-island",
        "Somebody came to watch; now 2.",
        "Somebody does not watch any more; now 1.",
    ]
