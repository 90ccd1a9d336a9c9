"""Whatever a program does, it costs its own seat one clear line, and nothing else.

Each is a real process. Time limits are short only where a program lets them pass.
"""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from chatgame.core.commitments import Opening
from chatgame.core.errors import ChatgameError, JournalFailed, PartnerLeft, ProgramFailed
from chatgame.core.limits import MAX_PAYLOAD
from chatgame.core.table import Table
from chatgame.core.turn import Turn
from chatgame.journal.journal import InMemory
from chatgame.players.person.inert import inert
from chatgame.players.program.command import read_command
from chatgame.players.program.exchange import TRIES
from chatgame.players.program.process import GRACE, MAX_UNREAD, QUOTED, running
from chatgame.players.program.program import program_at_seat
from tests.kit.programs import PLAYS, meet, python

PASSED = 0.3
"""Seconds of a limit that a test lets pass."""


async def test_program_plays_and_chats() -> None:
    met = await meet(PLAYS, "Hello", "play tictactoe", "3", "5", "7", "/q")
    assert met.said == ["say Well", "move 1", "move 2", "move 4", "say Well"]
    assert met.notices == []
    assert isinstance(met.result, Table)


async def test_it_can_leave_and_end_at_once() -> None:
    """What it has written is read to the end."""
    met = await meet("answer(next(asks()), '/q')", "Hello")
    assert met.said == ["quit"]
    assert isinstance(met.result, Table)


# It ends


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("next(asks()); sys.exit(3)", "has ended with status 3."),
        ("sys.exit(0)", "has ended with status 0."),
        (
            "sys.exit('Traceback:\\n  no \\x1b[2J\\u202e move\\n')",
            r"has ended with status 1. Its standard error ends: Traceback: / no \x1b[2J\u202e move",
        ),
        ("answer(next(asks()), 'Hello'); sys.exit(4)", "has ended with status 4."),
        ("os.close(1); [None for _ in sys.stdin]", "has closed its output."),
        pytest.param(
            "os.kill(os.getpid(), signal.SIGSEGV)",
            "was ended by SIGSEGV.",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX"),
        ),
    ],
)
async def test_program_that_ends_leaves_with_a_sentence(code: str, complaint: str) -> None:
    """The partner is told that it has left, wherever it was."""
    met = await meet(code, "play tictactoe", "5", "Hello")
    assert isinstance(met.result, ProgramFailed)
    assert str(met.result).endswith(complaint)
    assert str(met.result).isprintable()


async def test_program_that_ends_while_it_is_not_asked_leaves_at_once() -> None:
    """It does not wait for its next turn."""

    async def wait_for(event: asyncio.Event) -> None:
        await event.wait()

    async with asyncio.timeout(10):
        with pytest.raises(ProgramFailed, match="has ended with status 7"):
            async with program_at_seat(python("sys.exit(7)"), 5, print):
                await wait_for(asyncio.Event())


# It does not answer


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("for ask in asks(): pass", id="ignores all"),
        pytest.param("for ask in asks(): print('unflushed')", id="does not flush"),
        pytest.param("time.sleep(60)", id="never reads"),
        pytest.param("os.close(0); time.sleep(60)", id="closes its input"),
        pytest.param("while True: pass", id="is busy"),
        pytest.param("while True: write('yes' * 10000)", id="writes a line without end"),
    ],
)
async def test_program_that_does_not_answer_resigns_the_game_and_leaves_in_chat(code: str) -> None:
    met = await meet(code, "play tictactoe", "Hello", limit=PASSED)
    assert met.said == ["resign"]
    (notice,) = met.notices
    assert notice.startswith("A program had to resign its game: ")
    for complaint in (notice, str(met.result)):
        assert f" did not answer within {PASSED} seconds" in complaint
        assert ("has written nothing so far (is its output flushed?)." in complaint) is ("write(" not in code)
    assert isinstance(met.result, ProgramFailed)


async def test_answer_that_comes_late_is_passed_over() -> None:
    """The next one in time counts."""
    code = "late, chat = [next(asks()), next(asks())]; answer(late, '5'); answer(chat, 'Sorry')\n" + PLAYS
    met = await meet(code, "play tictactoe", "Too slow?", "/q", limit=PASSED * 2)
    assert met.said == ["resign", "say Sorry", "say Well"][: len(met.said)]
    assert "say Sorry" in met.said


async def test_program_that_never_reads_holds_up_nothing() -> None:
    """What waits for it is bounded."""
    async with running(python("time.sleep(60)")) as process:
        line = b"x" * 2**16 + b"\n"
        with pytest.raises(ProgramFailed, match="does not read what it is told"):
            for _ in range(2 * MAX_UNREAD // len(line)):
                process.write(line)


# It talks nonsense


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("for ask in asks(): write('Hello?\\n')", "is not JSON."),
        ("while True: write('yes\\n' * 10000)", "is not JSON."),
        ("while True: write('yes' * 20000 + '\\n')", f"The line has more than {MAX_PAYLOAD} bytes"),
        ("while True: sys.stdout.buffer.write(b'\\xff\\x00' * 5000 + b'\\n')", "is not JSON."),
        ("for ask in asks(): write('[' * 20000 + '\\n')", "is not "),
        ("for ask in asks(): write('{}\\n')", "missing required field `id`"),
        ("for ask in asks(): answer(ask, 5)", "Expected `str`, got `int`"),
        ("for ask in asks(): answer(ask | {'id': 10**9}, '5')", "There is no ask with the id 1000000000"),
        ("for ask in asks(): answer(ask, 'rubbish')", '"rubbish" is not a cell'),
        ("for ask in asks(): answer(ask, '/board')", "Only a console answers /board"),
        ("for ask in asks(): answer(ask, '\\ud800')", "is not JSON."),
        ("for ask in asks(): answer(ask, '')", "An empty line is not sent."),
    ],
)
async def test_program_that_talks_nonsense_resigns_after_five_lines(code: str, why: str) -> None:
    met = await meet(code, "play tictactoe")
    assert met.said[0] == "resign"
    (notice,) = met.notices
    assert f" wrote {TRIES} lines in a row that were refused (the last: " in notice
    assert why.rstrip(".") in notice
    assert notice.isprintable()


async def test_program_that_talks_nonsense_in_chat_leaves() -> None:
    met = await meet("for ask in asks(): write('Hello?\\n')", "Hello")
    assert isinstance(met.result, ProgramFailed)
    assert "wrote 5 lines in a row that were refused" in str(met.result)


class Full(InMemory):
    """A journal on a full disk."""

    async def keep(self, turn: Turn, opening: Opening | None = None) -> None:
        raise JournalFailed("The journal is full.")


async def test_program_whose_resignation_cannot_be_kept_leaves() -> None:
    """Instead of resigning again and again."""
    met = await meet("for ask in asks(): answer(ask, '1')", "play tictactoe", theirs=Full)
    assert met.said == []
    assert len(met.notices) == 1
    assert isinstance(met.result, ProgramFailed)
    assert "The journal is full. So this was not sent" in str(met.result)


async def test_good_line_gives_all_tries_back() -> None:
    """It is told why a line was refused, and how many more may be."""
    code = """
for ask in asks():
    if ask["kind"] == "say":
        answer(ask, " ".join(told))
    elif ask["tries"] > 2:
        told = [*globals().get("told", []), str(ask["tries"]), ask["refused"][:13]]
        answer(ask, "0")
    else:
        answer(ask, ask["choices"][0])
"""
    met = await meet(code, "play tictactoe", "3", "5", "7", "/q")
    assert met.said[:3] == ["move 1", "move 2", "move 4"]
    assert met.said[3].count('5  4 "0" is not a  3 "0" is not a') == 3


# It writes to standard error


async def test_standard_error_is_drained_and_quoted_inert() -> None:
    """A megabyte of it stops nothing; the end is quoted when the program fails."""
    code = "sys.stderr.write('\\x1b]2;title\\x07\\x9b2J red ' * 60000 + '\\n\\nThe end\\n'); sys.stderr.flush()\n"
    met = await meet(code + PLAYS, "Hello", "/q")
    assert met.said == ["say Well"]
    met = await meet(code + "next(asks()); sys.exit(1)", "Hello")
    complaint = str(met.result)
    assert complaint.endswith(" red / The end")
    assert complaint == inert(complaint)
    assert len(complaint.partition(" standard error ends: ")[2]) == QUOTED + len("...")


# It does not end


def is_there(number: int) -> bool:
    try:
        os.kill(number, 0)
        return "\nState:\tZ" not in Path(f"/proc/{number}/status").read_text()
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks for processes as Linux lists them")
@pytest.mark.parametrize("leave", ["/q", "leave"])
async def test_program_and_what_it_has_started_end_with_the_conversation(leave: str, tmp_path: Path) -> None:
    """Also if it ignores the end of its input, and what it has started holds its streams."""
    numbers = tmp_path / "numbers"
    code = f"""
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(numbers)!r}, "w").write(f"{{os.getpid()}} {{child.pid}}")
{PLAYS}
time.sleep(60)
"""
    began = time.monotonic()
    met = await meet(code, "Hello", *(["/q"] if leave == "/q" else []))
    assert isinstance(met.result, Table if leave == "/q" else PartnerLeft)
    assert time.monotonic() - began < GRACE + 5
    deadline = time.monotonic() + 5
    while any(map(is_there, map(int, numbers.read_text().split()))):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX")
async def test_program_whose_child_holds_its_output_has_ended_all_the_same() -> None:
    code = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); sys.exit(5)"
    met = await meet(code, "Hello")
    assert isinstance(met.result, ProgramFailed)
    assert "has ended with status 5" in str(met.result)


async def test_cancelling_ends_it() -> None:
    """As Ctrl-C does."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(PASSED), running(python("time.sleep(60)")):
            await asyncio.sleep(60)


@pytest.mark.parametrize("steps", range(8))
async def test_cancelling_while_it_starts_ends_it(steps: int) -> None:
    """At any moment."""

    async def run() -> None:
        async with running(python("time.sleep(60)")):
            await asyncio.sleep(60)

    task = asyncio.create_task(run())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(10):
            await task


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
async def test_handler_of_a_hangup_is_put_back() -> None:
    before = signal.getsignal(signal.SIGHUP)
    async with running(python("")), running(python("")):
        assert signal.getsignal(signal.SIGHUP) is not before
    assert signal.getsignal(signal.SIGHUP) is before


# It cannot be started


async def test_program_that_cannot_be_started_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("print()\n")
    (tmp_path / "broken").write_text("\x00\x01")
    (tmp_path / "broken").chmod(0o700)
    (tmp_path / "my player").write_text("")
    for command, why in (
        ("no-such-program", 'There is no program "no-such-program" here. Check its spelling'),
        (f"{tmp_path}/no\x1b[2J", r"/no\x1b[2J"),
        (str(tmp_path), "is a folder, not a program."),
        (f"{tmp_path}/my player", "Put quotation marks around it that are part of the command."),
        (f"{tmp_path}/script", "is not executable. Put what runs it in front of it, as in: python3 "),
        (f"{tmp_path}/broken", "cannot be started (Exec format error)"),
    ):
        with pytest.raises(ChatgameError) as error:
            async with running(read_command(command)):
                pass
        assert why in str(error.value)
        assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("node bot.mjs", ("node", "bot.mjs")),
        ("'my bot' --name \"a b\" c\\ d #1 x;y", ("my bot", "--name", "a b", "c d", "#1", "x;y")),
        ("~/bot a~ ''", (str(Path("~/bot").expanduser()), "a~", "")),
    ],
)
def test_command_is_quoted_as_in_a_shell(text: str, words: tuple[str, ...]) -> None:
    assert read_command(text).words == words
