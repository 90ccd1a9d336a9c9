"""Two programs meet at a relay, over real sockets and real TLS, and come back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from chatgame.core.errors import ChatgameError, TurnedAway, Unreachable
from chatgame.core.seats import Seat
from chatgame.journal.store import Store
from chatgame.net.addresses import Relay
from chatgame.relay.lines import At, Busy, FromRelay, Host, Join, Version, Word
from tests.kit.relays import WHOLE, Talk, TestRelay, Two, relay_running
from tests.kit.simulated import Person, until

CLIENT, SERVER = Seat


async def test_friends_meet_by_a_code_whose_words_the_relay_never_hears(relay: TestRelay, two: Two) -> None:
    """The relay gives the number; what passes through it later is unreadable."""
    talk = await Talk(two, relay).begin()
    code = await two.code()
    assert await talk.end() == WHOLE
    assert two.notices[SERVER][:3] == [
        f"Waiting at the relay {relay.relay}.",
        "Tell your friend the code, by telephone for example; it lets in one person, once. They type:",
        f"chatgame client --relay {relay.relay} {code}",
    ]
    assert code.startswith("7-")
    assert not any(word in relay.passed for word in (b"Hello", b"Hi there", *code.encode().split(b"-")[1:]))


async def test_number_is_given_up_with_the_first_turn_and_one_spare_leg_waits_at_the_place(
    relay: TestRelay, two: Two
) -> None:
    """So the partner can come back before this side has noticed the loss."""
    two.sit(SERVER, Person(SERVER, []), relay)
    client = Person(CLIENT, [])
    two.sit(CLIENT, client, relay, code=await two.code())
    await two.told(SERVER, "Connected over the relay.")
    await relay.hosts(2)
    assert (relay.waiting(int), len(relay.waiting(str))) == ([7], 1)
    client.say("Hello")
    async with asyncio.timeout(10):
        await until(lambda: not relay.waiting(int))
    assert len(relay.waiting(str)) == 1


@pytest.mark.parametrize("bytes_until", [500, 2000, 3000])
async def test_line_that_is_cut_in_the_greeting_costs_nothing(relay: TestRelay, two: Two, bytes_until: int) -> None:
    """Until the first turn the server waits at the number, too, with the same code or a used one."""
    server, client = Person(SERVER, ["Hi"]), Person(CLIENT, ["Hello"])
    relay.cut = bytes_until
    two.sit(SERVER, server, relay)
    code = await two.code()
    answered = asyncio.create_task(until(lambda: client.seen >= 2))
    async with asyncio.timeout(10):
        while not answered.done():
            program = two.sit(CLIENT, client, relay, code=code)
            await asyncio.wait({program, answered}, return_when=asyncio.FIRST_COMPLETED)
            relay.cut = None
            assert not program.done() or isinstance(program.exception(), Unreachable)
            two.forget_ended()


async def restart_relay(talk: Talk) -> None:
    await talk.relays[0].restart()


async def restart_server(talk: Talk) -> None:
    await talk.restart(SERVER)


async def restart_client(talk: Talk) -> None:
    await talk.restart(CLIENT)


async def restart_all(talk: Talk) -> None:
    await talk.relays[0].die()
    await talk.kill(*Seat)
    await talk.relays[0].start(port=talk.relays[0].relay.port)
    for seat in (CLIENT, SERVER):
        talk.start(seat)
        await asyncio.sleep(0.1)


@pytest.mark.parametrize("trouble", [restart_relay, restart_server, restart_client, restart_all])
async def test_conversation_goes_on_after(
    relay: TestRelay, two: Two, trouble: Callable[[Talk], Awaitable[None]]
) -> None:
    talk = await Talk(two, relay).begin()
    await trouble(talk)
    assert await talk.end() == WHOLE


async def test_conversation_goes_on_at_another_relay_of_the_list(two: Two) -> None:
    """The first one has died for good; a side that knows only the other has to name it."""
    async with relay_running() as first, relay_running() as second:
        talk = await Talk(two, first, second).begin()
        assert f"--relay {first.relay} --relay {second.relay} 7-" in two.notices[SERVER][2]
        await first.die()
        await talk.restart(CLIENT, second)
        assert await talk.end() == WHOLE
        await first.start()


async def test_client_that_comes_back_first_waits_for_its_friend(relay: TestRelay, two: Two) -> None:
    talk = await Talk(two, relay).begin()
    await talk.kill(*Seat)
    talk.start(CLIENT)
    await two.told(CLIENT, "Your friend is not at the relay yet.")
    talk.start(SERVER)
    assert await talk.end() == WHOLE


async def test_three_wrong_codes_cost_the_code_and_not_the_server(relay: TestRelay, two: Two) -> None:
    """It takes another number and other words, and the friend gets in with these."""
    server = two.sit(SERVER, Person(SERVER, ["Hi"]), relay)
    code = await two.code()
    for count in (1, 2, 3):
        guess = two.sit(CLIENT, Person(CLIENT, []), relay, code="7-zebra-zebra")
        with pytest.raises(TurnedAway, match="is not the code of the server at"):
            await guess
        await two.told(SERVER, f"({count} of 3)")
        two.forget_ended()
    await two.told(SERVER, "Three wrong codes were tried")
    other = await two.code(2)
    assert other.startswith("8-")
    assert other.partition("-")[2] != code.partition("-")[2]
    assert "Tell your friend the new one; they type:" in two.notices[SERVER][-2]
    client = two.sit(CLIENT, Person(CLIENT, ["Hello", "/q"]), relay, code=other)
    await asyncio.gather(server, client)


async def test_code_that_lets_nobody_in_is_named_with_its_number_and_relay(relay: TestRelay, two: Two) -> None:
    """On both sides: the relay's own address says nothing of who has tried it."""
    two.sit(SERVER, Person(SERVER, []), relay)
    code = await two.code()
    for tried, why in (
        ("7-zebra-zebra", f"7-zebra-zebra is not the code of the server at number 7 of the relay {relay.relay}. Ask"),
        ("9-zebra-zebra", f"Nobody waits at number 9 of the relay {relay.relay}. Check the code and --relay."),
    ):
        with pytest.raises(Unreachable, match=f"^{why}"):
            await two.sit(CLIENT, Person(CLIENT, []), relay, code=tried)
        two.forget_ended()
    assert two.notices[SERVER][-1] == f"A wrong code was tried over the relay {relay.relay} (1 of 3)."
    two.sit(CLIENT, Person(CLIENT, []), relay, code=code)
    await two.told(SERVER, "Connected over the relay.")
    used = (
        f"The server at number 7 of the relay {relay.relay} does not let in anybody with {code}: that code was used"
    )
    with pytest.raises(TurnedAway, match=f"^{used}"):
        await two.sit(CLIENT, Person(CLIENT, []), relay, code=code, new=True)


async def test_relay_that_gives_other_numbers_gives_no_more_guesses(relay: TestRelay, two: Two) -> None:
    """Otherwise a hostile one could guess for ever, without the pauses that follow three wrong codes."""
    two.sit(SERVER, Person(SERVER, []), relay)
    for count in (1, 2, 3):
        code = await two.code(count)
        relay.keeps_numbers = True
        with pytest.raises(TurnedAway, match="is not the code of the server at"):
            await two.sit(CLIENT, Person(CLIENT, []), relay, code=f"{code.partition('-')[0]}-zebra-zebra")
        await two.told(SERVER, f"({count} of 3)")
        two.forget_ended()
        await relay.hosts()
        relay.keeps_numbers = False
        relay.drop_hosts()
    await two.told(SERVER, "Three wrong codes were tried")


async def test_host_keeps_its_number_when_the_relay_is_started_again(relay: TestRelay, two: Two) -> None:
    """The code that was told is still right."""
    two.sit(SERVER, Person(SERVER, ["Hi"]), relay)
    code = await two.code()
    await relay.restart()
    await relay.hosts()
    await two.told(SERVER, "Waiting at the relay", 2)
    client = Person(CLIENT, ["Hello", "/q"])
    await two.sit(CLIENT, client, relay, code=code)
    assert [isinstance(first, Host) for first in relay.heard][:2] == [True, True]
    assert relay.heard[1] == Host(7, "0123456789abcdef" * 2)


async def test_host_takes_another_number_at_the_next_relay_and_says_so(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatgame.net.legs.TRIES", 1)
    async with relay_running() as first, relay_running() as second:
        second.number = 70
        two.sit(SERVER, Person(SERVER, ["Hi"]), first, second)
        await two.code()
        await first.die()
        code = await two.code(2)
        assert f"chatgame client --relay {second.relay} --relay {first.relay} 70-" in two.notices[SERVER][-1]
        await two.sit(CLIENT, Person(CLIENT, ["Hello", "/q"]), second, first, code=code)
        await first.start()


REFUSALS: list[tuple[FromRelay | bytes, str]] = [
    (Word.NOBODY, r"Nobody waits at number 7 of the relay localhost:\d+\. Check the code and --relay"),
    (Busy(30), r"no room at the relay localhost:\d+ now, or none for your address\. Try again in 30 seconds"),
    (Word.CLOSING, "which is closing. Try again later"),
    (Version(2), r"speaks another version \(2\)"),
    (b"HTTP/1.1 400 Bad Request\r\n", "is not a chatgame relay"),
    (b"x" * 200, "is not a chatgame relay"),
    (Word.WAIT, "is not a chatgame relay"),
    (Word.ASK, "is not a chatgame relay"),
    (b"", "hung up"),
    (b"joined\nHello, this is not TLS.", "does not speak TLS, so nothing was sent"),
    (b"joined\n", "hung up"),
    (At("192.0.2.1", 1), "is not a chatgame relay|No answer|cannot be reached|No relay is running"),
]


@pytest.mark.parametrize(("answer", "why"), REFUSALS, ids=[str(answer)[:30] for answer, _ in REFUSALS])
async def test_client_with_a_code_is_told_why_nobody_is_there(
    relay: TestRelay, two: Two, answer: FromRelay | bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the relay, and says what to do."""
    monkeypatch.setattr("chatgame.net.relayed.DIAL_TIME", 1.0)
    relay.answer = answer
    with pytest.raises(Unreachable, match=why):
        await two.sit(CLIENT, Person(CLIENT, []), relay, code="7-guitar-island")
    assert all(isinstance(first, Join) for first in relay.heard)


HOST_REFUSALS: list[tuple[FromRelay | bytes, str]] = [
    (Busy(30), r"no room at the relay localhost:\d+ now, or none for your address\. Try again in 30 seconds"),
    (Word.CLOSING, r"The relay localhost:\d+ is closing"),
    (Version(2), "speaks another version"),
    (Word.WAIT, "is not a chatgame relay"),
    (Word.JOINED, "is not a chatgame relay"),
    (b"SSH-2.0-OpenSSH_9.7\r\n", "is not a chatgame relay"),
]


@pytest.mark.parametrize(("answer", "why"), HOST_REFUSALS, ids=[str(answer)[:30] for answer, _ in HOST_REFUSALS])
async def test_server_that_no_relay_takes_at_first_ends_with_the_reason(
    relay: TestRelay, two: Two, answer: FromRelay | bytes, why: str
) -> None:
    relay.answer = answer
    with pytest.raises(Unreachable, match=why):
        await two.sit(SERVER, Person(SERVER, []), relay)


@pytest.mark.parametrize("seat", Seat)
@pytest.mark.parametrize(
    ("address", "why"),
    [
        (Relay("localhost", 1), "No relay is running at localhost on port 1"),
        (Relay("no.such.host.invalid"), 'There is no host by the name "no.such.host.invalid"'),
    ],
)
async def test_relay_that_is_not_there_is_named(two: Two, seat: Seat, address: Relay, why: str) -> None:
    code = {"code": "7-guitar-island"} if seat is CLIENT else {}
    with pytest.raises(Unreachable, match=why):
        await two.sit(seat, Person(seat, []), address, **code)


async def test_client_with_a_code_asks_only_the_relay_named_with_it(relay: TestRelay, two: Two) -> None:
    """The number belongs to somebody else at another."""
    async with relay_running() as other:
        other.number = 7
        two.sit(SERVER, Person(SERVER, []), other)
        await two.code()
        with pytest.raises(Unreachable, match="Nobody waits at"):
            await two.sit(CLIENT, Person(CLIENT, []), relay, other, code="7-guitar-island")
        assert [type(first) for first in other.heard] == [Host]


async def test_full_relay_is_passed_over(two: Two) -> None:
    """The next one of the list gives the number, and stands first in the command for the friend."""
    async with relay_running() as full, relay_running() as free:
        full.answer = Busy(30)
        two.sit(SERVER, Person(SERVER, []), full, free)
        code = await two.code()
        assert two.notices[SERVER] == [
            f"The relay {full.relay} is full; trying the next.",
            f"Waiting at the relay {free.relay}.",
            "Tell your friend the code, by telephone for example; it lets in one person, once. They type:",
            f"chatgame client --relay {free.relay} --relay {full.relay} {code}",
        ]


async def test_what_is_wrong_with_each_relay_of_a_list_is_told_once(two: Two) -> None:
    """The last one has no next; a program that has nothing to wait for ends then."""
    dead, wrong = Relay("localhost", 1), Relay("no.such.host.invalid")
    async with relay_running() as relay:
        talk = await Talk(two, relay).begin()
        await talk.kill(*Seat)
    two.forget_ended()
    two.notices[CLIENT].clear()
    with pytest.raises(Unreachable, match=f"None of the relays {dead}, {wrong} can be used"):
        await two.sit(CLIENT, Person(CLIENT, []), dead, wrong)
    assert two.notices[CLIENT] == [
        f"The relay {dead} does not answer; trying the next.",
        f"The relay {wrong} cannot be found.",
    ]


async def test_server_that_was_started_again_says_where_it_waits(relay: TestRelay, two: Two) -> None:
    talk = await Talk(two, relay).begin()
    await talk.restart(SERVER)
    await two.told(SERVER, "Waiting for the client of your unfinished conversation.")
    await two.told(SERVER, f"Waiting at the relay {relay.relay}.", 2)


@pytest.mark.parametrize("seat", Seat)
async def test_relay_that_takes_its_time_to_answer_is_told(
    relay: TestRelay, two: Two, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a person waits fifteen seconds without a word."""
    for module in ("dial", "relayed"):
        monkeypatch.setattr(f"chatgame.net.{module}.SLOW", 0.05)
    relay.silent = True
    code = {"code": "7-guitar-island"} if seat is CLIENT else {}
    two.sit(seat, Person(seat, []), relay, **code)
    where = f"number 7 of the relay {relay.relay}" if code else f"the relay {relay.relay}"
    await two.told(seat, f"No answer from {where} yet; Ctrl-C leaves.")


async def test_client_whose_relay_is_gone_is_told_so_and_not_that_its_friend_is(relay: TestRelay, two: Two) -> None:
    await Talk(two, relay).begin()
    await relay.die()
    await two.told(CLIENT, "No relay answers. Dialling again in")
    await relay.start(port=relay.relay.port)


async def test_new_code_that_no_relay_gives_a_number_for_at_once_does_not_end_the_server(
    relay: TestRelay, two: Two
) -> None:
    """The relay is full just when three wrong codes were tried."""
    server = two.sit(SERVER, Person(SERVER, []), relay)
    await two.code()
    for count in (1, 2, 3):
        guess = two.sit(CLIENT, Person(CLIENT, []), relay, code="7-zebra-zebra")
        await asyncio.wait({guess})
        await two.told(SERVER, f"({count} of 3)")
        two.forget_ended()
    relay.answer = Busy(1)
    await two.told(SERVER, "is full; asking again.")
    relay.answer = None
    await two.code(2)
    assert not server.done()


async def test_relay_that_closes_says_so(relay: TestRelay, two: Two) -> None:
    two.sit(SERVER, Person(SERVER, []), relay)
    await two.code()
    await relay.hosts()
    await relay.tell_hosts(Word.CLOSING)
    await two.told(SERVER, "is closing.")
    await two.told(SERVER, "Waiting at the relay", 2)


async def test_redirect_is_followed_twice_and_not_three_times(two: Two) -> None:
    async with relay_running() as one, relay_running() as other, relay_running() as last:
        one.answer, other.answer = At("127.0.0.1", other.relay.port), At("localhost", last.relay.port)
        server = two.sit(SERVER, Person(SERVER, ["Hi"]), last)
        code = await two.code()
        client = two.sit(CLIENT, Person(CLIENT, ["Hello", "/q"]), one, code=code)
        await asyncio.gather(server, client)
        last.answer = At("127.0.0.1", one.relay.port)
        two.forget_ended()
        with pytest.raises(Unreachable, match="sends on to one relay after another"):
            await two.sit(CLIENT, Person(CLIENT, []), one, code="9-guitar-island")


@pytest.mark.parametrize("speaks", [True, False])
async def test_stranger_at_the_place_is_told_nothing_and_passed_over(
    relay: TestRelay, two: Two, *, speaks: bool
) -> None:
    """Places are seen on the line, so anyone may wait there."""
    talk = await Talk(two, relay).begin()
    (place,) = relay.waiting(str)
    await talk.kill(*Seat)
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.relay.port)
    writer.write(f"chatgame-relay 1 host {place}\n".encode())
    assert await reader.readline() == b"wait\n"
    talk.start(CLIENT)
    assert await reader.readline() == b"ready?\n"
    writer.write(b"ready\n")
    assert await reader.readline() == b"joined\n"
    assert (await reader.read(1))[0] == 0x16  # TLS begins, and nothing else is said
    writer.write(b"Hello, I am your friend.") if speaks else writer.close()
    await two.told(CLIENT, "Somebody else answered for your friend, and was told nothing.")
    talk.start(SERVER)
    assert await talk.end() == WHOLE
    writer.close()


async def test_code_goes_on_with_its_own_conversation_and_begins_another_with_another_friend(
    relay: TestRelay, two: Two, tmp_path: Path
) -> None:
    """A killed client types the same command again; a code of somebody else is for somebody else."""
    talk = await Talk(two, relay).begin()
    code = await two.code()
    await talk.kill(CLIENT)
    other = Two(tmp_path / "other")
    server = other.sit(SERVER, Person(SERVER, ["Yes?"]), relay)
    client = two.sit(CLIENT, Person(CLIENT, ["Who is there?", "/q"]), relay, code=await other.code())
    await asyncio.gather(server, client)
    talk.programs[CLIENT] = two.sit(CLIENT, talk.people[CLIENT], relay, code=code)
    assert await talk.end() == WHOLE
    with Store(two.journal(CLIENT)) as store:
        assert [entry.turn.text for entry, _ in store.log(2)] == ["Who is there?", "Yes?", ""]


async def test_newest_of_several_goes_on_and_another_by_its_number(relay: TestRelay, two: Two) -> None:
    """A conversation with one friend does not end those with others."""
    first = await Talk(two, relay).begin()
    await first.kill(*Seat)
    server = two.sit(SERVER, Person(SERVER, ["Hi again"]), relay, new=True)
    client = two.sit(CLIENT, Person(CLIENT, ["Hello again"]), relay, code=await two.code(2))
    await two.told(CLIENT, "Connected over the relay.", 2)
    async with asyncio.timeout(10):
        await until(lambda: len(logged(two, SERVER, 2)) >= 2)
    first.programs = {SERVER: server, CLIENT: client}
    await first.kill(*Seat)
    for number in (None, 1):
        people = {CLIENT: Person(CLIENT, ["Back"]), SERVER: Person(SERVER, ["/q"])}
        programs = [two.sit(seat, people[seat], relay, conversation=number) for seat in Seat]
        async with asyncio.timeout(15):
            await asyncio.gather(*programs)
    newest = "Going on with conversation 2, the newest of 2 over relays that are not over. For another, see"
    assert [sum(text.startswith(newest) for text in two.notices[seat]) for seat in Seat] == [1, 1]
    assert logged(two, CLIENT, 1) == logged(two, SERVER, 1) == ["Hello", "Hi", "Back", ""]
    assert logged(two, CLIENT, 2) == logged(two, SERVER, 2) == ["Hello again", "Hi again", "Back", ""]


def logged(two: Two, seat: Seat, conversation: int) -> list[str]:
    """The texts of a conversation in a side's journal."""
    with Store(two.journal(seat)) as store:
        return [entry.turn.text for entry, _ in store.log(conversation)]


async def test_partner_who_was_away_learns_later_that_the_conversation_is_over(
    relay: TestRelay, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quit reaches them at the place, while this side already waits for somebody new."""
    monkeypatch.setattr("chatgame.session.session.FAREWELL_TIME", 0.1)
    talk = await Talk(two, relay).begin()
    talk.people[CLIENT].say("Bye")
    await talk.seen(3)
    await talk.kill(CLIENT)
    talk.people[SERVER].say("/q")
    await asyncio.wait({talk.programs[SERVER]})
    two.forget_ended()
    server = two.sit(SERVER, Person(SERVER, []), relay)
    await two.code(2)
    talk.start(CLIENT)
    with suppress(ChatgameError):
        await talk.programs[CLIENT]
    assert logged(two, CLIENT, 1) == logged(two, SERVER, 1) == ["Hello", "Hi", "Bye", ""]
    assert not server.done()


async def test_without_a_code_or_a_conversation_a_client_is_told_what_to_add(relay: TestRelay, two: Two) -> None:
    with pytest.raises(Unreachable, match=r"add the code .* chatgame client --relay localhost:\d+ 7-guitar-island"):
        await two.sit(CLIENT, Person(CLIENT, []), relay)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_relays_are_reached_over_both_versions_of_ip(two: Two, host: str) -> None:
    async with relay_running(host) as relay:
        server = two.sit(SERVER, Person(SERVER, ["Hi"]), relay)
        client = two.sit(CLIENT, Person(CLIENT, ["Hello", "/q"]), relay, code=await two.code())
        await asyncio.gather(server, client)
