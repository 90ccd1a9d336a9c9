"""A conversation survives the line and the program: both real programs, their real journals, in virtual time."""

import asyncio
import re
import shutil
from collections.abc import Callable, Collection, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import detangle
import pytest
from msgspec.structs import replace

from chatgame.core.board import Board
from chatgame.core.errors import (
    Diverged,
    LinkLost,
    RemoteProtocolError,
    TurnedAway,
    Unreachable,
)
from chatgame.core.log import Entry, Step, steps
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.store import Store
from chatgame.net.dial import FIRST_PAUSE, pauses
from chatgame.players.person.narration import typed
from chatgame.program import Setting, join, serve
from chatgame.protocol.hello import hello_of
from chatgame.protocol.messages import Alive, Bye, Hello, Reason
from chatgame.protocol.resume import Held, token
from chatgame.session.interfaces import Player
from tests.kit.ends import Games
from tests.kit.journals import edit
from tests.kit.wire import Wire

CHAT = ["Hello", "Good. You?", "/q"], ["How are you?", "Good"]
GAMES = ["Hello", "1", "2", "Again?", "rock", "/q"], ["play tictactoe", "9", "/resign", "play rps", "paper"]


class Person:
    """Says lines one by one, each until it stands in the log, whatever becomes of the program; then thinks forever.

    Attributes:
        lines: what is left to say.
        recalled: what was shown again.
        partners: what the partner was called at each beginning.
        heard: answers for this person alone.
        seen: how many turns were shown.
        held_at: of these, the one that is looked at forever.
    """

    def __init__(self, seat: Seat, lines: Sequence[str]) -> None:
        self.seat = seat
        self.lines = list(lines)
        self.recalled: list[Step] = []
        self.partners: list[str] = []
        self.heard: list[str | Board] = []
        self.seen = 0
        self.held_at = 0
        self._more = asyncio.Event()

    async def ask(self, table: Table) -> str:
        """The next line."""
        while not self.lines:
            self._more.clear()
            await self._more.wait()
        return self.lines[0]

    def say(self, line: str) -> None:
        """Have one line more to say."""
        self.lines.append(line)
        self._more.set()

    async def see(self, step: Step) -> None:
        """A line that stands in the log is not said again."""
        self.seen += 1
        if self.seen == self.held_at:
            await asyncio.get_running_loop().create_future()
        if typed(step, self.seat) is not None:
            self.lines.pop(0)

    async def begin(self, table: Table, partner: str, steps: Sequence[Step]) -> None:
        """Nor is one that stood there already when the program died."""
        self.partners.append(partner)
        self.recalled = list(steps)
        if self.lines and self.lines[0] in (typed(step, self.seat) for step in steps):
            self.lines.pop(0)

    async def hear(self, text: str | Board) -> None:
        """Keep it."""
        self.heard.append(text)


def in_simulation(test: Coroutine[Any, Any, None]) -> None:
    """Run a test in virtual time, on a network that works."""

    async def main() -> None:
        await test

    detangle.run(main, check_leaks=True, net={"tcp_timeout": 1.0})


class Place:
    """Where both programs run: two disks, and what their people were told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: dict[Seat, list[str]] = {seat: [] for seat in Seat}

    def journal(self, seat: Seat) -> Path:
        """The file of a side's journal."""
        return self.folder / seat / "journal.db"

    def sit(
        self, seat: Seat, player: Player, host: str = "server", games: Games = BUILT_IN, **setting: Any
    ) -> "asyncio.Task[Table]":
        """Start the program of a side."""

        async def program() -> Table:
            with Store(self.journal(seat)) as store:
                where = Setting(
                    "server" if seat is Seat.SERVER else host, 1059, games, store, insecure=True, **setting
                )
                return await (serve if seat is Seat.SERVER else join)(player, where, told)

        def told(*texts: str) -> None:
            self.told[seat] += texts

        return detangle.spawn(program(), host=seat.value)

    async def kill(self, seat: Seat, program: "asyncio.Task[Table]") -> None:
        """Kill a program: what it has not made safe is lost."""
        kept = self.folder / "kept"
        shutil.copytree(self.folder / seat, kept, ignore=shutil.ignore_patterns("*-shm"))
        detangle.network().crash(seat.value)
        await asyncio.wait({program})
        shutil.rmtree(self.folder / seat)
        kept.rename(self.folder / seat)
        detangle.network().restart(seat.value)

    def log(self, seat: Seat, conversation: int = 1) -> list[Turn]:
        """What a side's journal holds."""
        with Store(self.journal(seat)) as store:
            return [entry.turn for entry, _ in store.log(conversation)]


async def both_sit(
    place: Place, lines: tuple[list[str], list[str]], **setting: Any
) -> "tuple[dict[Seat, Person], dict[Seat, asyncio.Task[Table]]]":
    """Two people, and their programs, the server's started first."""
    people = {seat: Person(seat, said) for seat, said in zip(Seat, lines, strict=True)}
    place.told[Seat.SERVER].clear()
    server = place.sit(Seat.SERVER, people[Seat.SERVER], **setting)
    await heard(place.told[Seat.SERVER], "listening")
    return people, {Seat.CLIENT: place.sit(Seat.CLIENT, people[Seat.CLIENT], **setting), Seat.SERVER: server}


async def until(so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not so():  # noqa: ASYNC110  # in virtual time
        await asyncio.sleep(0.01)


async def heard(told: Sequence[str], words: str) -> None:
    """Wait until somebody was told something."""
    await until(lambda: any(words in text for text in told))


class Line:
    """A line between the two that is cut before or after it has carried certain frames, counted both ways."""

    def __init__(self, before: Collection[int] = (), after: Collection[int] = ()) -> None:
        self.carried = 0
        self._before = before
        self._after = after

    def cut_before(self, frame: int) -> None:
        """Have the line cut before one more frame."""
        self._before = {*self._before, frame}

    async def listen(self) -> asyncio.Server:
        """Connect whoever comes with the server."""
        return await asyncio.start_server(self._connect, "wire", 1059)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("server", 1059)
        except OSError:
            writer.close()
            return
        pumps = {
            asyncio.create_task(pump) for pump in (self._carry(reader, far_writer), self._carry(far_reader, writer))
        }
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        await asyncio.wait(pumps)
        for end in (writer, far_writer):
            end.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        source, sink = Wire(reader, writer), Wire(reader, writer)
        try:
            while True:
                payload = await source.hear_payload()
                number = self.carried
                self.carried += 1
                if number in self._before:
                    return
                sink.say(payload)
                if number in self._after:
                    return
        except (LinkLost, OSError):
            return


async def talk(place: Place, lines: tuple[list[str], list[str]], wire: Line) -> tuple[list[Turn], list[Turn]]:
    """A whole conversation over a wire; both logs."""
    listening = await wire.listen()
    _, programs = await both_sit(place, lines, host="wire")
    await asyncio.gather(*programs.values())
    listening.close()
    return place.log(Seat.CLIENT), place.log(Seat.SERVER)


def said(log: Sequence[Turn]) -> list[tuple[Seat, Kind, str]]:
    """A log without what is random in it."""
    return [(turn.seat, turn.kind, "" if turn.kind in (Kind.COMMIT, Kind.REVEAL) else turn.text) for turn in log]


@pytest.mark.parametrize("lines", [CHAT, GAMES], ids=["chat", "games"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_line_that_is_cut_at_any_message_costs_nothing(
    tmp_path: Path, lines: tuple[list[str], list[str]], when: str
) -> None:
    """Before the first turn, at `play`, between commit and reveal, at `/q`: each turn stands once on both sides."""
    whole = Line()
    expected: list[tuple[Seat, Kind, str]] = []

    async def uncut() -> None:
        client, server = await talk(Place(tmp_path / "whole"), lines, whole)
        assert client == server
        expected.extend(said(client))

    async def cut(number: int) -> None:
        client, server = await talk(Place(tmp_path / f"{number}"), lines, Line(**{when: [number]}))
        assert client == server
        assert said(client) == expected

    in_simulation(uncut())
    assert whole.carried > len(expected)
    for number in range(2, whole.carried):  # behind the first greeting
        in_simulation(cut(number))


def test_line_that_is_cut_again_and_again_costs_nothing(tmp_path: Path) -> None:
    """Also while the two greet each other anew."""

    async def scenario() -> None:
        wire = Line(before=range(4, 30), after=[31, 33])
        client, server = await talk(Place(tmp_path), CHAT, wire)
        assert client == server
        assert [turn.text for turn in client] == ["Hello", "How are you?", "Good. You?", "Good", ""]

    in_simulation(scenario())


def test_both_are_told_that_the_line_is_lost_and_when_it_is_back(tmp_path: Path) -> None:
    """And how the client goes about it."""

    async def scenario() -> None:
        place = Place(tmp_path)
        await talk(place, CHAT, Line(before=[2, 3, 4]))
        assert place.told[Seat.SERVER][2:] == [
            "Waiting for message...",
            "The connection to the client was lost. Waiting for them to come back; Ctrl-C leaves.",
            "Connected again.",
        ]
        lost, *tries, again = place.told[Seat.CLIENT][1:]
        assert lost == "The connection to the server was lost. Dialling again; what you write is kept."
        assert tries
        assert all(text.startswith("Nobody answers. Dialling again in ") for text in tries)
        assert again == "Connected again."

    in_simulation(scenario())


def test_line_typed_while_the_connection_is_lost_is_sent_once(tmp_path: Path) -> None:
    """It is kept at once, and goes with the next connection."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi", "Here you are"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        detangle.network().disconnect(*Seat)
        await heard(place.told[Seat.CLIENT], "Dialling again; ")
        people[Seat.CLIENT].say("into the void")
        await until(lambda: len(place.log(Seat.CLIENT)) == 3)
        people[Seat.CLIENT].say("/q")
        detangle.network().reconnect(*Seat)
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", "into the void", "Here you are", ""]

    in_simulation(scenario())


SECRETS = (
    ["Hello", "e", "/resign", "Again?", "rock", "Bye"],
    ["play hangman", "tea", "play rps", "paper", "/q"],
)


@pytest.mark.parametrize("victim", Seat)
@pytest.mark.parametrize("turns", range(1, 15))
def test_killed_program_goes_on_where_it_was(tmp_path: Path, victim: Seat, turns: int) -> None:
    """After any turn of a conversation with secrets and hidden choices; the person is shown where it was."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, SECRETS)
        people[victim].held_at = turns
        await until(lambda: people[victim].seen >= turns)
        await place.kill(victim, programs[victim])
        programs[victim] = place.sit(victim, people[victim])
        await asyncio.gather(*programs.values())
        client, server = (place.log(seat) for seat in Seat)
        assert client == server
        assert [turn.text for turn in client if turn.kind is Kind.SAY] == ["Hello", "Again?", "Bye"]
        assert people[victim].recalled or (victim, turns) == (Seat.SERVER, 1)  # which came again

    in_simulation(scenario())


@pytest.mark.parametrize("victim", Seat)
def test_names_are_known_again_after_a_restart(tmp_path: Path, victim: Seat) -> None:
    """To who comes back; who stayed was told once."""

    async def scenario() -> None:
        place, names = Place(tmp_path), {Seat.CLIENT: "Anna", Seat.SERVER: "Ben"}
        people = {Seat.CLIENT: Person(Seat.CLIENT, ["Hello", "Bye"]), Seat.SERVER: Person(Seat.SERVER, ["Hi", "/q"])}
        programs = {Seat.SERVER: place.sit(Seat.SERVER, people[Seat.SERVER], name=names[Seat.SERVER])}
        await heard(place.told[Seat.SERVER], "listening")
        people[victim].held_at = 2
        programs[Seat.CLIENT] = place.sit(Seat.CLIENT, people[Seat.CLIENT], name=names[Seat.CLIENT])
        await until(lambda: people[victim].seen >= 2)
        await place.kill(victim, programs[victim])
        programs[victim] = place.sit(victim, people[victim], name=names[victim])
        await asyncio.gather(*programs.values())
        for seat in Seat:
            assert people[seat].partners == [names[seat.other]] * (2 if seat is victim else 1)
            with Store(place.journal(seat)) as store:
                assert [record.partner for record in store.history()] == [names[seat.other]]

    in_simulation(scenario())


class Stranger:
    """A program by hand that says to the server what it likes."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    @classmethod
    async def come(cls, **hello: Any) -> "Stranger":
        """Connect, and say hello as a client."""
        stranger = cls(Wire(*await asyncio.open_connection("server", 1059)))
        stranger.wire.say(replace(hello_of(Held(Seat.CLIENT), BUILT_IN), **hello))
        return stranger

    async def turned_away(self) -> str:
        """The reason of the goodbye, which is all that the server says."""
        goodbye = await self.wire.hear()
        assert isinstance(goodbye, Bye)
        self.wire.writer.close()
        return goodbye.reason


def spied(journal: Path) -> list[Any]:
    """What a thief finds in the journal of the client: the session, its last token, and the one before."""
    ((session, seed, spent),) = edit(journal, "SELECT session, seed, spent FROM conversations")
    assert isinstance(seed, bytes)
    assert isinstance(spent, int)
    return [session, *(token(seed, spent - back) for back in (1, 2))]


@pytest.mark.parametrize("connected", [True, False])
def test_seat_is_the_partners_and_nobody_elses(tmp_path: Path, connected: bool) -> None:
    """Tokens that are stale, of another session, guessed or none: refused, and the partner is not disturbed."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        session, last, first = spied(place.journal(Seat.CLIENT))
        if not connected:
            await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
            await heard(place.told[Seat.SERVER], "Waiting for them to come back")
        log = {"turns": 2, "digest": place.log(Seat.SERVER)[-1].digest}
        for hello, reason in (
            ({}, Reason.TAKEN),
            ({"token": "0" * 64}, Reason.TAKEN),
            ({"session": session} | log, Reason.UNKNOWN),
            ({"session": session, "token": last} | log, Reason.DIVERGED),
            ({"session": session, "token": first} | log, Reason.DIVERGED),
            ({"session": session, "token": token(b"another's seed" * 3, 5)} | log, Reason.UNKNOWN),
            ({"session": "f" * 32, "token": last} | log, Reason.UNKNOWN),
        ):
            assert await (await Stranger.come(**hello)).turned_away() == reason
        if connected:
            assert not any("lost" in text for texts in place.told.values() for text in texts)
            people[Seat.CLIENT].say("/q")
        else:
            programs[Seat.CLIENT] = place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["/q"]))
        await asyncio.gather(*programs.values())
        assert place.log(Seat.CLIENT) == place.log(Seat.SERVER)

    in_simulation(scenario())


@pytest.mark.parametrize("late", Seat)
def test_journal_that_was_rolled_back_is_named_and_never_merged(tmp_path: Path, late: Seat) -> None:
    """A side that lacks turns of its own has an old journal; both programs say so, and nothing is changed."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["How are you?"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        shutil.copytree(tmp_path / late, tmp_path / "old", ignore=shutil.ignore_patterns("*-shm"))
        people[Seat.CLIENT].say("Good")
        people[Seat.SERVER].say("Fine")
        await until(lambda: people[Seat.CLIENT].seen == 4)
        await place.kill(late, programs[late])
        shutil.rmtree(tmp_path / late)
        (tmp_path / "old").rename(tmp_path / late)
        programs[late] = place.sit(late, Person(late, []))
        with pytest.raises((Diverged, LinkLost), match=f"The {late}'s journal ends before turn [12] "):
            await programs[late.other]
        with pytest.raises((Diverged, LinkLost), match="was rolled back"):
            await programs[late]
        assert len(place.log(late)) < len(place.log(late.other))

    in_simulation(scenario())


@pytest.mark.parametrize("edited", Seat)
def test_journal_of_another_conversation_is_named_and_never_merged(tmp_path: Path, edited: Seat) -> None:
    """The same session, and another last word."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello", "Good"], ["How are you?", "Fine"]))
        await until(lambda: people[Seat.CLIENT].seen == 4)
        await place.kill(edited, programs[edited])
        with Store(place.journal(edited)) as store:
            log = place.log(edited)
            before = list(steps(Table.open(store.history()[0].session, {}, {}), map(Entry, log)))[-1].before
            other, _ = before.write(before.token or edited, Kind.SAY, "I never said so")
        statement = "UPDATE turns SET text = ?, digest = ? WHERE number = ?"
        edit(place.journal(edited), statement, other.text, other.digest, other.number)
        programs[edited] = place.sit(edited, Person(edited, []))
        for program in programs.values():
            with pytest.raises((Diverged, LinkLost), match="was edited or belongs to another conversation"):
                await program

    in_simulation(scenario())


@pytest.mark.parametrize("lost", Seat)
def test_partner_who_does_not_come_back_is_waited_for_so_long_and_no_longer(tmp_path: Path, lost: Seat) -> None:
    """The conversation is kept, so that it goes on when both start again."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]), patience=100)
        await until(lambda: people[Seat.CLIENT].seen == 2)
        await place.kill(lost, programs[lost])
        began = asyncio.get_running_loop().time()
        with pytest.raises(LinkLost, match=f"The {lost} has not come back for 100 seconds. The conversation is kept"):
            await programs[lost.other]
        assert asyncio.get_running_loop().time() - began == pytest.approx(100, abs=2)
        _, programs = await both_sit(place, (["/q"], []))
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())


def test_both_begin_afresh_if_they_want_to(tmp_path: Path) -> None:
    """One who does it alone is told that the other does not."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        with pytest.raises(TurnedAway, match="The table is taken"):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["/q"]), new=True)
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        _, programs = await both_sit(place, (["Once more", "/q"], ["Yes"]), new=True)
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER, 2)] == ["Once more", "Yes", ""]
        with Store(place.journal(Seat.SERVER)) as store:
            assert [record.ended is None for record in store.history()] == [False, False]

    in_simulation(scenario())


def test_client_of_a_conversation_that_the_server_has_given_up_is_told_what_to_do(tmp_path: Path) -> None:
    """Its own journal is not touched."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        server = place.sit(Seat.SERVER, Person(Seat.SERVER, []), new=True)
        with pytest.raises(TurnedAway, match=r"it has begun afresh.*use --new"):
            await programs[Seat.CLIENT]
        assert [turn.text for turn in place.log(Seat.CLIENT)] == ["Hello", "Hi"]
        server.cancel()
        await asyncio.wait({server})

    in_simulation(scenario())


@pytest.mark.parametrize("quitter", Seat)
def test_partner_who_was_away_learns_of_a_quit_when_they_come(tmp_path: Path, quitter: Seat) -> None:
    """Who has quit has gone by then; their program says so when it is started again."""

    async def scenario() -> None:
        place = Place(tmp_path)
        lines = ["Hello"], ["Hi"] if quitter is Seat.CLIENT else []
        people, programs = await both_sit(place, lines, name="Ann")
        await until(lambda: people[quitter].seen == (2 if quitter is Seat.CLIENT else 1))
        detangle.network().disconnect(*Seat)
        people[quitter].say("/q")
        await programs[quitter]
        await heard(place.told[quitter.other], "was lost")
        detangle.network().reconnect(*Seat)
        again = place.sit(quitter, Person(quitter, []))
        await programs[quitter.other]
        if quitter is Seat.CLIENT:
            with pytest.raises(Unreachable):  # nobody is there for another conversation
                await again
            assert place.told[Seat.CLIENT][-1] == "The server now knows that you have quit your last conversation."
        await asyncio.sleep(1)
        again.cancel()
        await asyncio.wait({again})
        assert place.log(Seat.CLIENT) == place.log(Seat.SERVER)
        assert place.log(quitter)[-1].kind is Kind.QUIT
        for seat in Seat:
            with Store(place.journal(seat)) as store:
                (record,) = store.history()
                assert record.ended
                assert record.name == record.partner == "Ann"  # also where the quit was told by a later program

    in_simulation(scenario())


@pytest.mark.parametrize(("signs", "visits"), [(0, range(18, 24)), (1, range(12, 24)), (8, range(2, 6))])
def test_coming_back_does_not_put_off_the_deadline_of_a_reveal(tmp_path: Path, signs: int, visits: range) -> None:
    """A program that will not reveal cannot escape by hanging up again and again, with signs of life or without."""

    async def scenario() -> None:
        place = Place(tmp_path)
        server = place.sit(Seat.SERVER, Person(Seat.SERVER, ["play rps", "rock"]))
        await heard(place.told[Seat.SERVER], "listening")
        held, session, table = Held(Seat.CLIENT), None, None
        mine = [(Kind.SAY, "Hello"), (Kind.COMMIT, "0" * 64)]
        for visit in range(40):
            peer = await Stranger.come(
                token=token(bytes(32), visit), session=session, turns=held.number, digest=held.digest
            )
            hello = await peer.wire.hear()
            assert isinstance(hello, Hello)
            session = hello.session or ""
            table = table or Table.open(session, BUILT_IN, hello.games)
            ends = asyncio.get_running_loop().time() + 8
            alive = [Alive()] * signs
            while asyncio.get_running_loop().time() < ends:
                if mine and table.token is Seat.CLIENT:
                    turn, table = table.write(Seat.CLIENT, *mine.pop(0))
                    peer.wire.say(turn)
                    held = held.after(turn)
                if alive:
                    peer.wire.say(alive.pop())
                with suppress(TimeoutError, LinkLost):
                    async with asyncio.timeout(1):
                        match await peer.wire.hear():
                            case Turn() as turn:
                                table, held = table.after(turn), held.after(turn)
                            case Bye(reason=reason):
                                assert reason == Reason.REFUSED
                                assert visit in visits
                                peer.wire.writer.close()
                                with pytest.raises(RemoteProtocolError, match="did not reveal"):
                                    await server
                                return
            peer.wire.abort()
        raise AssertionError("the deadline was put off")

    in_simulation(scenario())


def test_old_conversation_stays_until_the_new_one_has_begun(tmp_path: Path) -> None:
    """To ask for another in vain costs nothing."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        for seat in Seat:
            await place.kill(seat, programs[seat])
        with pytest.raises(Unreachable):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []), new=True)
        _, programs = await both_sit(place, (["/q"], []))
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())


def test_seat_in_which_nothing_was_said_is_free_when_the_server_starts_again(tmp_path: Path) -> None:
    """Whoever comes first has it, the old client or another."""

    async def scenario() -> None:
        place = Place(tmp_path)
        _, programs = await both_sit(place, ([], []))
        await heard(place.told[Seat.SERVER], "Connected by")
        for seat in Seat:
            await place.kill(seat, programs[seat])
        shutil.rmtree(tmp_path / Seat.CLIENT)  # another client
        _, programs = await both_sit(place, (["Hello", "/q"], ["Hi"]))
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())


def test_client_that_cannot_come_back_is_not_waited_for(tmp_path: Path) -> None:
    """It gave no token when it came. If it has said nothing yet, the seat is free at once."""

    async def scenario() -> None:
        place = Place(tmp_path)
        person = Person(Seat.SERVER, [])
        server = place.sit(Seat.SERVER, person)
        await heard(place.told[Seat.SERVER], "listening")
        for words in ([], ["Hello"]):
            stranger = await Stranger.come()
            hello = await stranger.wire.hear()
            assert isinstance(hello, Hello)
            for word in words:
                stranger.wire.say(Table.open(hello.session or "", {}, {}).write(Seat.CLIENT, Kind.SAY, word)[0])
                await until(lambda: person.seen == 1)
            stranger.wire.abort()
            if not words:
                await heard(place.told[Seat.SERVER], "Anyone can join again")
        with pytest.raises(LinkLost, match="The connection to the client was lost"):
            await server

    in_simulation(scenario())


def test_seat_of_a_client_that_is_lost_before_its_first_turn_is_free_after_a_while(tmp_path: Path) -> None:
    """Its first turn may be on the way, so it is waited for as long as a silent line is."""

    async def scenario() -> None:
        place = Place(tmp_path)
        _, programs = await both_sit(place, ([], ["Hi"]))
        await heard(place.told[Seat.SERVER], "Connected by")
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        shutil.rmtree(tmp_path / Seat.CLIENT)  # another client
        with pytest.raises(TurnedAway, match="The table is taken"):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        await heard(place.told[Seat.SERVER], "Anyone can join again")
        await place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["Hello", "/q"]))
        await programs[Seat.SERVER]
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())


def test_client_that_was_lost_before_its_first_turn_can_still_come_back_late(tmp_path: Path) -> None:
    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, ([], ["Hi"]))
        await heard(place.told[Seat.SERVER], "Connected by")
        detangle.network().disconnect(*Seat)
        await heard(place.told[Seat.SERVER], "Anyone can join again")
        detangle.network().reconnect(*Seat)
        people[Seat.CLIENT].say("Hello")
        people[Seat.CLIENT].say("/q")
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Hello", "Hi", ""]

    in_simulation(scenario())


def test_server_that_hangs_up_again_and_again_is_dialled_less_and_less(tmp_path: Path) -> None:
    """It neither uses up the client's tokens nor fills its screen."""

    async def scenario() -> None:
        place, visits = Place(tmp_path), 0
        hello = hello_of(Held(Seat.SERVER), BUILT_IN, "1" * 32)

        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal visits
            visits += 1
            wire = Wire(reader, writer)
            await wire.hear()
            wire.say(hello)
            writer.close()

        listening = await asyncio.start_server(hang_up, "server", 1059)
        client = place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        await asyncio.sleep(600)
        assert 10 < visits < 60
        client.cancel()
        await asyncio.wait({client})
        listening.close()

    in_simulation(scenario())


def test_quit_that_cannot_be_told_holds_up_nobody_who_begins_afresh(tmp_path: Path) -> None:
    """Without `--new` it is tried first, and the conversation that was quit is not mixed up with another."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        detangle.network().disconnect(*Seat)
        people[Seat.CLIENT].say("/q")
        await programs[Seat.CLIENT]
        for new in (False, True):
            with pytest.raises(Unreachable):
                await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []), new=new)
        detangle.network().reconnect(*Seat)
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        shutil.rmtree(tmp_path / Seat.SERVER)  # another server
        place.told[Seat.SERVER].clear()
        server = place.sit(Seat.SERVER, Person(Seat.SERVER, ["Yes"]))
        await heard(place.told[Seat.SERVER], "listening")
        client = place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["Once more", "/q"]), new=True)
        await asyncio.gather(client, server)
        assert [turn.text for turn in place.log(Seat.SERVER)] == ["Once more", "Yes", ""]

    in_simulation(scenario())


def test_old_copy_of_a_clients_journal_is_named_and_not_merged(tmp_path: Path) -> None:
    """Its next token was used before. Both people are told to begin afresh, which then works."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        shutil.copytree(tmp_path / Seat.CLIENT, tmp_path / "old", ignore=shutil.ignore_patterns("*-shm"))
        detangle.network().disconnect(*Seat)
        await heard(place.told[Seat.SERVER], "was lost")
        detangle.network().reconnect(*Seat)
        await heard(place.told[Seat.SERVER], "Connected again")  # with one more token
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        shutil.rmtree(tmp_path / Seat.CLIENT)
        (tmp_path / "old").rename(tmp_path / Seat.CLIENT)
        with pytest.raises(Diverged, match=r"journal is an old copy.*Both must begin afresh with --new"):
            await place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        assert "it came with an old copy of the client's journal" in place.told[Seat.SERVER][-1]
        await place.kill(Seat.SERVER, programs[Seat.SERVER])
        _, programs = await both_sit(place, (["Afresh", "/q"], ["Yes"]), new=True)
        await asyncio.gather(*programs.values())
        assert [turn.text for turn in place.log(Seat.SERVER, 2)] == ["Afresh", "Yes", ""]

    in_simulation(scenario())


@pytest.mark.parametrize("frames", [0, 1])
def test_client_whose_first_connection_after_a_restart_breaks_dials_again(tmp_path: Path, frames: int) -> None:
    """As at any other time: it is cut before the client's hello or before the server's answer."""

    async def scenario() -> None:
        place, line = Place(tmp_path), Line()
        listening = await line.listen()
        people, programs = await both_sit(place, (["Hello"], ["Hi"]), host="wire")
        await until(lambda: people[Seat.CLIENT].seen == 2)
        await place.kill(Seat.CLIENT, programs[Seat.CLIENT])
        await heard(place.told[Seat.SERVER], "was lost")
        line.cut_before(line.carried + frames)
        place.told[Seat.CLIENT].clear()
        client = place.sit(Seat.CLIENT, Person(Seat.CLIENT, ["/q"]), host="wire")
        await asyncio.gather(client, programs[Seat.SERVER])
        assert "broke before the server had answered. Dialling again" in place.told[Seat.CLIENT][0]
        assert place.log(Seat.CLIENT) == place.log(Seat.SERVER)
        listening.close()

    in_simulation(scenario())


@pytest.mark.parametrize("changed", Seat)
def test_partner_who_comes_back_with_other_games_is_told_why_that_cannot_be(tmp_path: Path, changed: Seat) -> None:
    """Both keep the conversation, and go on with it when both have started again."""

    async def scenario() -> None:
        place = Place(tmp_path)
        people, programs = await both_sit(place, (["Hello"], ["Hi"]))
        await until(lambda: people[Seat.CLIENT].seen == 2)
        await place.kill(changed, programs[changed])
        fewer = {name: rules for name, rules in BUILT_IN.items() if name != "pig"}
        again = place.sit(changed, Person(changed, []), games=fewer)
        with pytest.raises(LinkLost, match=f"The {changed} came back with other games. Both have to start again"):
            await programs[changed.other]
        with pytest.raises(LinkLost, match=f"The {changed.other} ended the session: You came back with other games"):
            await again
        _, programs = await both_sit(place, (["/q"], []))
        await asyncio.gather(*programs.values())
        assert place.log(Seat.CLIENT) == place.log(Seat.SERVER)

    in_simulation(scenario())


def test_long_pauses_before_dialling_are_told(tmp_path: Path) -> None:
    """Also when the connections are made each time, and are lost again at once."""

    async def scenario() -> None:
        place = Place(tmp_path)
        hello = hello_of(Held(Seat.SERVER), BUILT_IN, "1" * 32)

        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            wire = Wire(reader, writer)
            await wire.hear()
            wire.say(hello)
            writer.close()

        listening = await asyncio.start_server(hang_up, "server", 1059)
        client = place.sit(Seat.CLIENT, Person(Seat.CLIENT, []))
        await asyncio.sleep(300)
        told = place.told[Seat.CLIENT]
        assert any(re.match(r"Dialling again in [12]\d\.\d seconds", text) for text in told)
        client.cancel()
        await asyncio.wait({client})
        listening.close()

    in_simulation(scenario())


def test_first_attempts_of_many_clients_do_not_come_in_one_instant() -> None:
    first = [next(pauses()) for _ in range(100)]
    assert len(set(first)) == 100
    assert all(0 < pause <= FIRST_PAUSE for pause in first)
