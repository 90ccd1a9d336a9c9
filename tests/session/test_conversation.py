"""Two programs talk and play; both ends are honest and in one test."""

import asyncio

import pytest

from chatgame.core.commitments import Opening
from chatgame.core.errors import JournalFailed, LinkLost, PartnerLeft, PlayerLeft
from chatgame.core.rules import Outcome
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind, Turn
from chatgame.games import BUILT_IN
from chatgame.journal.journal import InMemory
from chatgame.net.memory import linked_in_memory, memory_streams
from chatgame.players.script import Script
from chatgame.session.play import converse
from tests.kit.ends import Onlooker, Peer, Thinker, link_to, sentence_of, talk
from tests.kit.virtual import in_virtual_time


def spoken(script: str) -> tuple[list[str], list[str]]:
    """The lines of each seat in a script that is written line by line as "seat: line"."""
    lines = [line.strip().partition(": ") for line in script.strip().splitlines()]
    return [line for seat, _, line in lines if seat == "client"], [
        line for seat, _, line in lines if seat == "server"
    ]


async def test_seats_alternate_client_first_until_one_quits() -> None:
    """Both logs are the same, and both tables are closed."""
    client, server = await talk(["Hello", "Good. You?", "/q"], ["How are you?", "Good"])
    assert client.said == [
        ("client", "say", "Hello"),
        ("server", "say", "How are you?"),
        ("client", "say", "Good. You?"),
        ("server", "say", "Good"),
        ("client", "quit", ""),
    ]
    assert client.log == server.log
    assert client.result == server.result
    assert isinstance(client.result, Table)
    assert client.result.token is None


@pytest.mark.parametrize("quitter", Seat)
async def test_either_seat_can_quit_on_its_turn(quitter: Seat) -> None:
    """`/q` is a turn, and both programs end with a closed table."""
    client, server = await talk(["/q"] if quitter is Seat.CLIENT else ["Hello"], ["/q"])
    assert client.said[-1] == server.said[-1] == (quitter, "quit", "")
    assert isinstance(client.result, Table)
    assert isinstance(server.result, Table)


@pytest.mark.parametrize("inviter", Seat)
async def test_game_is_a_parenthesis_in_the_chat(inviter: Seat) -> None:
    """Either seat opens a game; the invited one is X and moves first, and writes first when the game is over."""
    invited = inviter.other
    opening = "client: Hello\n" if inviter is Seat.SERVER else "client: Hello\n server: Hello\n"
    client, server = await talk(
        *spoken(f"""{opening}
            {inviter}: play tictactoe
            {invited}: 1
            {inviter}: 5
            {invited}: 2
            {inviter}: 4
            {invited}: 3
            {invited}: I won
            {inviter}: /q
        """)
    )
    assert client.log == server.log
    assert client.said[-3:] == [(invited, "move", "3"), (invited, "say", "I won"), (inviter, "quit", "")]
    assert isinstance(client.result, Table)
    assert client.result.match
    assert client.result.match.outcome == Outcome(invited, "three in a row")


async def test_second_and_third_game_work() -> None:
    """Either seat may invite to any number of games, with chat between them; the last here is a draw."""
    client, server = await talk(
        *spoken("""
            client: play tictactoe
            server: 1
            client: 4
            server: 2
            client: 5
            server: 3
            server: play tictactoe
            client: 1
            server: 4
            client: 2
            server: 5
            client: 3
            client: again?
            server: play tictactoe
            client: 5
            server: 1
            client: 2
            server: 8
            client: 4
            server: 6
            client: 3
            server: 7
            client: 9
            client: /q
        """)
    )
    assert client.log == server.log
    assert [kind for _, kind, _ in client.said].count("play") == 3
    assert isinstance(server.result, Table)
    assert server.result.match
    assert server.result.match.outcome == Outcome(None, "the board is full")


async def test_refused_lines_keep_the_turn_and_reach_nobody() -> None:
    """Each is answered to the player who typed it; the partner gets only what was meant for them."""
    client, server = await talk(
        ["", "   ", "/quit", "/board", "play chess", "x" * 4097, "Hello", "/q"],
        ["/resign now", "//resign", "/q"],
    )
    assert server.said == [("client", "say", "Hello"), ("server", "say", "/resign"), ("client", "quit", "")]
    assert len(client.heard) == 6
    assert "4097" in client.heard[-1]
    assert "4096" in client.heard[-1]


async def test_remark_during_a_game_keeps_the_token() -> None:
    """`/say` in a game is not a move; in chat it is a message like any other."""
    client, server = await talk(["/say play tictactoe", "play tictactoe", "/q"], ["/say ok", "/say hm", "9"])
    assert client.log == server.log
    assert server.said[:5] == [
        ("client", "say", "play tictactoe"),
        ("server", "say", "ok"),
        ("client", "play", "tictactoe"),
        ("server", "say", "hm"),
        ("server", "move", "9"),
    ]


async def test_resigning_ends_the_game_not_the_chat() -> None:
    """The player who gives up has lost, and the invited seat writes next."""
    client, server = await talk(["play tictactoe", "so?", "/q"], ["/resign", "I give up"])
    assert client.log == server.log
    assert [turn[:2] for turn in client.said] == [
        ("client", "play"),
        ("server", "resign"),
        ("server", "say"),
        ("client", "say"),
    ]


async def test_draw_is_agreed_to() -> None:
    """After one that was declined; the game is over then, and the invited seat writes next."""
    client, server = await talk(
        *spoken("""
            client: play tictactoe
            server: 5
            client: /draw
            server: 1
            server: /say not yet
            server: no
            client: /draw
            client: 1
            server: /draw
            client: /accept
            server: well played
            client: /q
        """)
    )
    assert client.log == server.log
    assert client.said[2:-2] == [
        ("client", "offer", "draw"),
        ("server", "say", "not yet"),
        ("server", "respond", "decline"),
        ("client", "move", "1"),
        ("server", "offer", "draw"),
        ("client", "respond", "accept"),
    ]
    assert server.heard == [
        '"1" does not answer the offer. Type accept or decline. To say something, type /say TEXT.'
    ]
    assert client.heard == ["There was an offer at this move already. After the move, there can be another."]
    assert isinstance(client.result, Table)
    assert client.result.match
    assert client.result.match.outcome == Outcome(None, "both agreed")


async def test_moves_are_taken_back() -> None:
    """One's own last one, with the partner's answer to it."""
    client, server = await talk(
        *spoken("""
            client: play tictactoe
            server: /undo
            server: 5
            client: 1
            server: /undo
            client: yes
            server: 1
            client: 5
            server: /q
        """)
    )
    assert client.log == server.log
    assert server.heard == [
        "You have no move to take back: there was none yet, or something was hidden or rolled since."
    ]
    assert isinstance(client.result, Table)
    assert client.result.match
    assert client.result.match.notation == '["X234O6789","server"]'


@pytest.mark.parametrize("game", ["rps", "hangman", "battleship", "pig"])
@pytest.mark.parametrize(
    ("line", "why"), [("/draw", "There are no draws in"), ("/undo", "You have no move to take back")]
)
async def test_nothing_is_offered_in_games_of_hidden_choices_and_dice(game: str, line: str, why: str) -> None:
    """It is said why, and it stays one's turn."""
    first = Seat.CLIENT if game == "hangman" else Seat.SERVER
    lines = {first: [line, "/q"], first.other: []}
    client, server = await talk([f"play {game}", *lines[Seat.CLIENT]], lines[Seat.SERVER])
    (heard,) = (client if first is Seat.CLIENT else server).heard
    assert heard.startswith(why)
    assert client.said[-1] == (first, "quit", "")


async def test_turn_is_kept_before_it_is_sent() -> None:
    """A program that was killed would not know what it has said."""

    class Slow(InMemory):
        writing, written = asyncio.Event(), asyncio.Event()

        async def keep(self, turn: Turn, opening: Opening | None = None) -> None:
            self.writing.set()
            await self.written.wait()
            await super().keep(turn, opening)

    at_client, at_peer = memory_streams()
    peer, journal = Peer(Seat.SERVER, at_peer), Slow(Seat.CLIENT)
    talking = asyncio.create_task(converse(Script(["Hello"]), link_to(at_client, Seat.CLIENT), BUILT_IN, journal))
    await journal.writing.wait()
    hearing = asyncio.create_task(peer.receive())
    for _ in range(100):
        await asyncio.sleep(0)
    assert not hearing.done()
    journal.written.set()
    assert (await hearing)["text"] == "Hello"
    assert len(journal.log) == 1
    peer.close()
    await sentence_of(talking)


class Full(InMemory):
    """A journal that fails so many times, or always, to keep turns of one kind."""

    def __init__(self, seat: Seat, kind: Kind, times: int = 10**6) -> None:
        super().__init__(seat)
        self._kind = kind
        self._times = times

    async def keep(self, turn: Turn, opening: Opening | None = None) -> None:
        """Keep a turn, or fail."""
        if turn.kind is self._kind and self._times:
            self._times -= 1
            raise JournalFailed("The disk is full.")
        await super().keep(turn, opening)


async def revealed(journal: InMemory) -> None:
    """Wait until a reveal is in a log, and has been shown to both players."""
    while journal.log[-1:] == [] or journal.log[-1].kind is not Kind.REVEAL:  # noqa: ASYNC110  # in virtual time
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.01)


def test_owed_turn_is_tried_again_until_the_journal_takes_it() -> None:
    """Both players know what is going on, and nobody has lost anything."""

    async def scenario() -> None:
        client, server = linked_in_memory(BUILT_IN)
        waiting, roller = Thinker(["play pig"]), Thinker(["roll"])
        journal = InMemory(Seat.CLIENT)
        talking = [
            asyncio.create_task(converse(waiting, client, BUILT_IN, journal)),
            asyncio.create_task(converse(roller, server, BUILT_IN, Full(Seat.SERVER, Kind.REVEAL, times=12))),
        ]
        await revealed(journal)
        assert roller.heard == [
            "The disk is full. Your program has to reveal in the game, and tries again for 24 seconds.",
            "The journal can be written again, and the game goes on.",
        ]
        assert waiting.heard == [
            "The server's program is late with what it has to reveal; after 30 seconds it loses the game."
        ]
        for task in talking:
            task.cancel()
        await asyncio.wait(talking)

    in_virtual_time(scenario())


def test_program_whose_journal_takes_nothing_ends_in_time_and_says_that_all_is_kept() -> None:
    """The partner who waits need not take it for one that will not reveal; what came before was seen."""

    async def scenario() -> None:
        client, server = linked_in_memory(BUILT_IN)
        player = Onlooker(["roll"])
        waiting = asyncio.create_task(converse(Thinker(["play pig"]), client, BUILT_IN, InMemory(Seat.CLIENT)))
        with pytest.raises(JournalFailed, match=r"^The disk is full\. The conversation is kept: the same command "):
            await converse(player, server, BUILT_IN, Full(Seat.SERVER, Kind.REVEAL))
        assert player.seen[-1] == ("client", "contribute")
        with pytest.raises(LinkLost, match="The server's reveal in the game of pig is still due"):
            await waiting

    in_virtual_time(scenario())


async def test_player_who_leaves_with_a_reveal_due_is_named_on_both_sides() -> None:
    """Here the journal does not take the reveal, and the player does not want to wait."""
    trying = asyncio.Event()

    class Leaver(Thinker):
        async def hear(self, text: str) -> None:
            await super().hear(text)
            trying.set()

    client, server = linked_in_memory(BUILT_IN)
    leaver = Leaver(["roll"])
    partner = asyncio.create_task(converse(Thinker(["play pig"]), client, BUILT_IN, InMemory(Seat.CLIENT)))
    leaving = asyncio.create_task(converse(leaver, server, BUILT_IN, Full(Seat.SERVER, Kind.REVEAL)))
    await trying.wait()
    leaving.cancel()
    await asyncio.wait({leaving})
    assert leaver.heard[-1] == "You left with a reveal due in the game of pig."
    assert await sentence_of(partner) == (
        "PartnerLeft: Server has requested shutdown. Shutting down! "
        "The server left with a reveal due in the game of pig."
    )


@pytest.mark.parametrize("at", range(1, 5))
async def test_player_who_does_not_look_holds_up_no_turn_that_the_program_owes(at: int) -> None:
    """Whichever turn they look at forever, the partner gets the number that both have drawn."""
    client, server = linked_in_memory(BUILT_IN)
    journal = InMemory(Seat.CLIENT)
    talking = [
        asyncio.create_task(converse(Thinker(["play pig"]), client, BUILT_IN, journal)),
        asyncio.create_task(converse(Onlooker(["roll"], stuck=[at]), server, BUILT_IN, InMemory(Seat.SERVER))),
    ]
    async with asyncio.timeout(10):
        await revealed(journal)
    for task in talking:
        task.cancel()
    await asyncio.wait(talking)


async def test_turn_that_cannot_be_kept_is_not_sent_and_stays_ones_own() -> None:
    """The person is told of the full disk, and can try again."""
    client, server = linked_in_memory(BUILT_IN)
    player, journal = Script(["first", "again", "/q"]), Full(Seat.CLIENT, Kind.SAY, times=1)
    await asyncio.gather(
        converse(player, client, BUILT_IN, journal),
        converse(Script(["Hi"]), server, BUILT_IN, InMemory(Seat.SERVER)),
    )
    assert [turn.text for turn in journal.log] == ["again", "Hi", ""]
    assert player.heard == ["The disk is full. So this was not sent; it is still your turn."]


@pytest.mark.parametrize("lines", [[], ["Hello"], ["play pig"]], ids=["asked", "waiting", "in a game"])
async def test_program_that_is_interrupted_leaves_no_task_behind(lines: list[str]) -> None:
    """Its player may be asked or wait."""
    at_client, at_peer = memory_streams()
    peer = Peer(Seat.SERVER, at_peer)
    before = asyncio.all_tasks()
    talking = asyncio.create_task(
        converse(Thinker(lines), link_to(at_client, Seat.CLIENT), BUILT_IN, InMemory(Seat.CLIENT))
    )
    for _ in range(10):
        await asyncio.sleep(0)
    talking.cancel()
    assert (await peer.receive_goodbye())["reason"] == "left"
    with pytest.raises(asyncio.CancelledError):
        await talking
    assert asyncio.all_tasks() == before


async def test_end_of_input_says_goodbye() -> None:
    """A player who has no more to say leaves out of turn, and the partner learns it at once."""
    client, server = await talk(["Hello"], ["Hi"])
    assert isinstance(client.result, PlayerLeft)
    assert isinstance(server.result, PartnerLeft)
    assert str(server.result) == "Client has requested shutdown. Shutting down!"
    assert client.log == server.log


async def test_game_that_only_one_side_has_is_refused_at_the_prompt() -> None:
    """What the partner lacks is not among the games that there are."""
    client, server = await talk(["play tictactoe", "a pity", "/q"], [], server_games={})
    assert len(client.heard) == 1
    assert server.said == [("client", "say", "a pity")]


@pytest.mark.parametrize("size", [1, 4096])
async def test_text_arrives_unchanged_up_to_4096_bytes(size: int) -> None:
    """Case, inner spaces and every byte stay."""
    text = ("A  b\tÜ 🎲 " * 400).encode()[:size].decode(errors="ignore").ljust(1, "x")
    text += "x" * (size - len(text.encode()))
    _, server = await talk([text, "/q"], ["/q"])
    assert server.said[0] == ("client", "say", text)
