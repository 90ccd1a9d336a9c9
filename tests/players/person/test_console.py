"""The console: which lines are taken, which are refused, and that nothing is lost; on streams in memory."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chatgame.core.errors import OutputLost, PlayerLeft, unwrapped
from chatgame.core.seats import Seat
from chatgame.core.sentences import BANNER, PROMPT
from chatgame.players.person.console import CUT_AT, Console
from chatgame.players.person.lines import LONGEST
from chatgame.players.person.look import Look
from tests.kit.ends import Screen
from tests.kit.logs import EMPTY, steps_of

(SAID,) = steps_of("say Hello")


class Desk:
    """A console, its keyboard and its screen."""

    def __init__(self, *, terminal: bool, look: Look | None = None) -> None:
        self.look = look or Look()
        self.keyboard = asyncio.StreamReader(limit=2**20)  # aioconsole's has none
        self.screen = Screen()
        self.console = Console(Seat.CLIENT, self.keyboard, self.screen, terminal=terminal, look=lambda: self.look)

    async def type(self, text: str | bytes) -> None:
        """Type, and let the console read it."""
        self.keyboard.feed_data(text if isinstance(text, bytes) else text.encode())
        await self.idle()

    async def idle(self) -> None:
        """Let the console do all that it can do now."""
        for _ in range(10):
            await asyncio.sleep(0)

    async def asked(self) -> "asyncio.Task[str]":
        """The console, asked for a line."""
        task = asyncio.create_task(self.console.ask(EMPTY))
        try:
            await self.idle()
        except asyncio.CancelledError:  # the input has ended meanwhile
            task.cancel()
            raise
        return task


@asynccontextmanager
async def desk(*, terminal: bool = True, look: Look | None = None) -> AsyncIterator[Desk]:
    """A desk whose console is reading."""
    with unwrapped():
        async with asyncio.TaskGroup() as tasks:
            place = Desk(terminal=terminal, look=look)
            reading = tasks.create_task(place.console.read())
            yield place
            reading.cancel()


async def test_banner_stands_before_the_first_prompt_only() -> None:
    """It has the words of the assignment, and one line more."""
    async with desk() as here:
        line = await here.asked()
        assert here.screen.text == "\n".join(BANNER) + "\n" + PROMPT
        await here.type("Hello\n")
        assert await line == "Hello"
        again = await here.asked()
        assert here.screen.text.endswith("\n" + PROMPT + PROMPT)  # the terminal's own echo stands between them
        again.cancel()


NOBODY = "Nobody has come yet. Ctrl-C leaves at any time."


async def test_line_typed_before_the_prompt_is_refused_at_once() -> None:
    """A terminal shows the refusal, and the line typed at the prompt is taken."""
    async with desk() as here:
        await here.type("too early\n")
        assert here.screen.text == f"Not your turn yet, so this was not sent: too early\n{NOBODY}\n"
        line = await here.asked()
        await here.type("in time\n")
        assert await line == "in time"


async def test_lines_pasted_together_are_one_turn() -> None:
    """The first is taken; the others were typed before the next prompt, and each is told."""
    async with desk() as here:
        line = await here.asked()
        await here.type("one\ntwo\nthree\n")
        assert await line == "one"
        await here.console.see(SAID)
        await here.idle()
        assert re.findall(r"not sent: (\w+)", here.screen.text) == ["two", "three"]


async def test_lines_pasted_behind_a_refused_one_are_not_sent_either() -> None:
    """They were typed before the prompt that opens again."""
    async with desk() as here:
        line = await here.asked()
        await here.type("/nonsense\nsecond\n")
        assert await line == "/nonsense"
        again = await here.asked()
        assert "not sent: second" in here.screen.text
        await here.type("third\n")
        assert await again == "third"


async def test_half_a_line_typed_before_the_prompt_is_completed_at_it() -> None:
    """What counts is when it is entered."""
    async with desk() as here:
        await here.type("half")
        line = await here.asked()
        await here.type(" whole\n")
        assert await line == "half whole"


async def test_lines_of_a_pipe_wait_for_their_turn_and_are_shown() -> None:
    """A pipe has no echo, so the console shows what it took."""
    taken = []
    with pytest.raises(PlayerLeft):
        async with desk(terminal=False) as here:
            await here.type("one\r\ntwo\nlast without end")
            here.keyboard.feed_eof()
            while True:
                taken.append(await (await here.asked()))
                assert here.screen.text.endswith(f"{PROMPT}{taken[-1]}\n")
    assert taken == ["one", "two", "last without end"]


async def test_line_that_a_terminal_may_have_cut_is_refused_whole() -> None:
    """The prompt stays open; one byte less passes, and from a pipe what is much longer does, but not any length."""
    async with desk() as here:
        line = await here.asked()
        await here.type("x" * CUT_AT + "\n")
        assert "was not sent. Send it in parts.\n" + PROMPT in here.screen.text
        await here.type("y" * (CUT_AT - 1) + "\n")
        assert await line == "y" * (CUT_AT - 1)
    async with desk(terminal=False) as here:
        line = await here.asked()
        await here.type("x" * LONGEST + "x\n")
        refusal = f"That line has more than {LONGEST} bytes, so it was not sent; 4096 go into one message."
        assert here.screen.text.endswith(f"{PROMPT}\n{refusal}\n{PROMPT}")
        await here.type("y" * LONGEST + "\n")
        assert await line == "y" * LONGEST


@pytest.mark.parametrize("terminal", [True, False])
async def test_bytes_that_are_not_utf8_are_refused(terminal: bool) -> None:
    """The prompt stays open for the next line."""
    async with desk(terminal=terminal) as here:
        line = await here.asked()
        await here.type(b"\xff\xfe\nfine\n")
        assert "not UTF-8 text, so it was not sent" in here.screen.text
        assert await line == "fine"


@pytest.mark.parametrize("terminal", [True, False])
async def test_end_of_input_at_the_prompt_leaves(terminal: bool) -> None:
    """Ctrl-D ends it, and so does the end of a pipe."""
    async with desk(terminal=terminal) as here:
        line = await here.asked()
        here.keyboard.feed_eof()
        with pytest.raises(PlayerLeft, match="The input ended"):
            await line


async def test_half_a_line_at_the_end_of_a_terminal_is_not_sent() -> None:
    """Ctrl-D twice behind some text leaves."""
    async with desk() as here:
        line = await here.asked()
        await here.type("half")
        here.keyboard.feed_eof()
        with pytest.raises(PlayerLeft):
            await line


@pytest.mark.parametrize("line", ["/q", "/say x", "/resign", "/rematch", "/nothing"])
async def test_command_typed_too_early_is_told_how_to_leave(line: str) -> None:
    """People who wait may want to go, before the partner is there and after."""
    async with desk() as here:
        for sentence in (NOBODY, "That works at the prompt, when it is your turn. Ctrl-C leaves at any time."):
            await here.type(f"{line}\n")
            assert here.screen.text.splitlines()[-1] == sentence
            await here.console.see(SAID)


class TestWaiting:
    """What is typed while the partner is asked, whose name may be known."""

    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What the clock shows."""
        shown = ["12:34"]
        monkeypatch.setattr("time.strftime", lambda _: shown[0])
        return shown

    @pytest.mark.parametrize(("partner", "who"), [("", "the server"), ("Ben", "Ben"), ("You", "the server")])
    async def test_line_typed_too_early_is_answered_with_whom_one_waits_for(
        self, clock: list[str], partner: str, who: str
    ) -> None:
        """The answer says since when, which is when the table came to this."""
        async with desk() as here:
            await here.console.begin(EMPTY, partner, [])
            await here.console.see(SAID)
            clock[0] = "12:56"
            before = here.screen.text
            await here.type("too early\n")
            await here.type(" \n")
            waiting = f"Waiting since 12:34: {who} writes next.\n"
            refusal = "Not your turn yet, so this was not sent: too early\n"
            assert here.screen.text.removeprefix(before) == refusal + waiting + waiting
            assert (f"Your partner is {who}.\n" in before) is (who == "Ben")

    async def test_long_line_is_quoted_by_its_beginning(self) -> None:
        async with desk() as here:
            await here.type("x" * 61 + "\n")
            assert f"not sent: {'x' * 60}...\n" in here.screen.text

    async def test_what_only_asks_is_answered(self) -> None:
        """The board and the moves are shown, and no turn is written."""
        (game,) = steps_of("play tictactoe")
        async with desk() as here:
            await here.console.begin(EMPTY, "", [])
            await here.console.see(game)
            before = here.screen.text
            for line in ("/board", "/moves", "/games", "/help"):
                await here.type(f"{line}\n")
            board, _, others = here.screen.text.removeprefix(before).partition("O: you\n")
            assert board.startswith(" 1 | 2 | 3\n")
            moves, games, *_, last = others.splitlines()
            assert moves == "It is not your move, so you have none to make now."
            assert games.startswith("tictactoe ")
            assert last == "Now: the server's move in tic-tac-toe: the number of a free cell."

    async def test_title_of_the_window_says_whose_turn_it_is(self) -> None:
        """A screen without titles misses nothing else."""
        async with desk(look=Look(colour=True, titled=True)) as here, desk() as bare:
            for place in (here, bare):
                await place.console.begin(EMPTY, "Ben", [])
                line = await place.asked()
                await place.console.see(SAID)
                line.cancel()
            titles = re.findall("\x1b]2;([^\x07]*)\x07", here.screen.text)
            assert titles == ["chatgame: your turn", "chatgame: waiting for Ben since 12:34"]
            assert re.sub(r"\x1b]2;[^\x07]*\x07|\x1b\[[\d;]+m", "", here.screen.text) == bare.screen.text


async def test_look_is_that_of_the_screen_at_the_moment() -> None:
    """A window may become narrower."""
    place = Desk(terminal=True)
    await place.console.hear("one two three")
    place.look = Look(width=8)
    await place.console.hear("one two three")
    assert place.screen.text == "one two three\none two\n  three\n"


async def test_banner_does_not_stand_between_a_question_and_the_prompt() -> None:
    """A first turn that opens a game is shown behind it."""
    here = Desk(terminal=True)
    server = Console(Seat.SERVER, here.keyboard, here.screen, terminal=True)
    await server.see(steps_of("play tictactoe")[0])
    assert here.screen.text.startswith(BANNER[0])
    assert here.screen.text.endswith("Your move: the number of a free cell.\n")


async def test_end_of_input_while_waiting_is_leaving_at_once() -> None:
    """It ends all that runs beside the reading."""
    with pytest.raises(PlayerLeft, match="The input ended"):
        async with desk() as here:
            here.keyboard.feed_eof()
            await asyncio.get_running_loop().create_future()


async def test_end_of_input_behind_a_line_waits_until_its_turn_is_written() -> None:
    """It cannot overtake the line."""
    with pytest.raises(PlayerLeft):
        async with desk(terminal=False) as here:
            line = await here.asked()
            await here.type("last words\n")
            here.keyboard.feed_eof()
            await here.idle()
            assert await line == "last words"  # and nothing has ended yet
            await here.console.see(SAID)
            await asyncio.get_running_loop().create_future()


async def test_terminal_that_goes_away_is_an_end_of_input() -> None:
    """A closed window makes reading fail."""
    with pytest.raises(PlayerLeft):
        async with desk() as here:
            here.keyboard.set_exception(OSError(5, "Input/output error"))
            await asyncio.get_running_loop().create_future()


async def test_screen_that_is_stopped_holds_up_nothing_before_the_next_question() -> None:
    """What programs write by themselves is seen in the meantime; only who is asked has to have seen it all."""
    async with desk() as here:
        here.screen.moving.clear()
        async with asyncio.timeout(10):
            await here.console.see(SAID)
        line = await here.asked()
        await here.type("typed blindly\n")
        assert not line.done()
        here.screen.moving.set()
        assert await line == "typed blindly"


async def test_nothing_is_complained_of_when_the_input_ends_and_one_leaves_while_the_screen_is_stopped() -> None:
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, complaint: complaints.append(complaint))
    async with desk() as here:
        here.screen.moving.clear()
        line = await here.asked()
        here.keyboard.feed_eof()
        await here.idle()
        line.cancel()
        await asyncio.wait({line})
        here.screen.moving.set()
        await here.idle()
    del line
    gc.collect()
    assert complaints == []


async def test_screen_that_goes_away_ends_the_conversation() -> None:
    """Nobody reads any more."""
    async with desk() as here:
        here.screen.closed = True
        with pytest.raises(OutputLost, match="The output was closed"):
            await here.console.hear("anybody there?")


async def test_words_in_the_middle_of_a_prompt_begin_on_a_line_of_their_own() -> None:
    """The prompt is left behind."""
    async with desk() as here:
        line = await here.asked()
        here.console.show("The connection was lost.")
        assert here.screen.text.endswith(f"{PROMPT}\nThe connection was lost.\n")
        line.cancel()


@pytest.mark.parametrize("hostile", ["two\nlines", "\x1b[2J", "a\rb", "\x9b", "\u202e", "\x1b]0;x\x07"])
async def test_text_of_the_partner_is_inert(hostile: str) -> None:
    """It moves no cursor, whatever they say."""
    here = Desk(terminal=True)
    server = Console(Seat.SERVER, here.keyboard, here.screen, terminal=True)
    await server.see(steps_of(f"say {hostile}")[0])
    assert here.screen.text.removesuffix("\n").isprintable()
