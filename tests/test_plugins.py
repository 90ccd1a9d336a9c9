"""Plugins: games of other packages, found by their entry points; one that fails costs its own game alone."""

import sys
from pathlib import Path
from random import Random
from subprocess import run

import pytest

from chatgame.core.board import Board
from chatgame.core.errors import IllegalMove, Refused
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.games.hangman import Hangman, Position
from chatgame.players.bot.bot import Bot
from chatgame.players.bot.level import Level
from chatgame.players.bot.search import best_move
from chatgame.players.person.narration import narrate
from chatgame.plugins import installed_games
from chatgame.session.commands import read_chat
from tests.kit.ends import talk
from tests.kit.logs import GAMES, SESSION, VERSIONS, steps_of

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Install":
    """Installs a package that is one module and one entry point, for the time of a test."""
    monkeypatch.syspath_prepend(tmp_path)
    return Install(tmp_path)


class Install:
    """What `pip install` leaves behind: a module, and metadata with its entry points."""

    def __init__(self, site: Path) -> None:
        self._site = site

    def __call__(self, game: str, source: str, module: str, name: str = "Nim") -> None:
        """Put it there."""
        (self._site / f"{module}.py").write_text(source)
        metadata = self._site / f"{module}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(f"[chatgame.games]\n{game} = {module}:{name}\n")
        sys.modules.pop(module, None)


NIM = (EXAMPLES / "nim.py").read_text()


async def test_nim_is_a_game_once_it_is_installed(install: Install) -> None:
    """It is played over the network like any other, and searched by the bot."""
    install("nim", NIM, "nim_plugin")
    games, problems = installed_games()
    assert problems == []
    assert [*games] == [*GAMES, "nim"]
    client, server = await talk(["play nim", "1 3", "bye"], ["2 9", "2 4", "3 5", "I won", "/q"], games, games)
    assert client.log == server.log
    assert server.heard[0].startswith("Type a heap and how many stones to take from it, as in 3 5.")
    table = client.result
    assert isinstance(table, Table)
    assert table.match
    assert table.match.outcome == (Seat.SERVER, "the last stone is taken")
    position = games["nim"].start(Seat.CLIENT, "")._replace(heaps=(1, 2, 2))
    assert best_move(games["nim"], position, range(500), Random(1)) == "1 1"


def test_game_of_an_extra_is_absent_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said of it; with the package, that is loaded when somebody plays."""
    code = "import sys; from chatgame.plugins import *; print(*installed_games()[0], 'chess' in sys.modules)"
    shown = run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.endswith(" backgammon chess False\n")
    monkeypatch.setattr("chatgame.plugins.find_spec", lambda _: None)
    assert installed_games() == (BUILT_IN, [])


@pytest.mark.parametrize(
    ("game", "source", "words"),
    [
        ("boom", "import no_such_module", "ModuleNotFoundError"),
        ("boom", "Nim = 5", "TypeError"),
        ("boom", "raise SystemExit(3)", "SystemExit"),
        ("nim", NIM.replace('title = "nim"', "title = 5"), "its title must be a string"),
        ("boom", "Nim = object", "it is not a subclass of chatgame.core.rules.Rules"),
        ("boom", NIM, "its name must be that of its entry point"),
        ("nim", NIM.replace('    name = "nim"', ""), "its name must be that of its entry point"),
        ("nim", NIM.replace('title = "nim"', 'title = "nim"\n    version = 0'), "its version must be a whole number"),
        ("nim", NIM.replace('title = "nim"', 'title = "nim"\n    draws = "no"'), "its draws must be True or False"),
        ("tictactoe", NIM, "there is a game of that name already"),
    ],
)
def test_plugin_that_cannot_be_used_costs_its_own_game_and_one_line(
    install: Install, game: str, source: str, words: str
) -> None:
    """The others are there all the same."""
    install(game, source, "broken_plugin")
    games, problems = installed_games()
    assert games == GAMES
    assert len(problems) == 1
    assert problems[0].startswith(f"The game {game} cannot be played: ")
    assert words in problems[0]


async def test_plugin_that_raises_while_playing_costs_its_own_game(install: Install) -> None:
    """The player is told, resigns and chats on."""
    install("nim", NIM.replace("heap, taken = map(", "heap, taken = mop("), "crashing_plugin")
    games, _ = installed_games()
    client, server = await talk(["play nim", "never mind", "/q"], ["1 1", "/resign", "It crashed"], games, games)
    assert client.log == server.log
    assert server.heard == [
        "The rules of nim failed (NameError: name 'mop' is not defined). To end the game, type /resign."
    ]


async def test_plugin_that_raises_in_the_search_makes_the_bot_resign(install: Install) -> None:
    """The bot says why."""
    install("nim", NIM.replace("heap, taken = map(", "raise SystemExit; heap, taken = map("), "failing_plugin")
    table = Table.open(SESSION, installed_games()[0], {"nim": 1}).write(Seat.CLIENT, Kind.PLAY, "nim")[1]
    bot = Bot(Seat.SERVER, Level.EASY, Random(1))
    assert await bot.ask(table) == "/say I cannot play on: the rules of nim failed (SystemExit)."
    assert await bot.ask(table) == "/resign"


async def test_plugin_that_cannot_answer_gives_up_its_game() -> None:
    """What a program owes and its rules cannot give is a resignation, and the chat goes on."""

    class Mute(Hangman):
        def answer(self, position: Position, secret: str) -> str:
            raise LookupError("no answer")

    games = {"hangman": Mute()}
    client, server = await talk(["play hangman", "tea", "sorry"], ["what?", "/q"], games, games)
    assert client.log == server.log
    assert client.heard == ["The rules of hangman failed (LookupError: no answer)."]
    assert [kind for _, kind, _ in client.said][:4] == ["play", "commit", "resign", "reveal"]


@pytest.mark.parametrize(
    ("theirs", "words"),
    [
        ({}, "Your partner does not have the game nim."),
        ({"nim": 2}, "You have the game nim in version 1, and your partner in version 2."),
        ({"nim": 1, "go": 3}, "Your partner has the game go, and you do not."),
    ],
)
def test_game_that_the_partner_lacks_or_has_in_another_version_is_refused(
    install: Install, theirs: dict[str, int], words: str
) -> None:
    """The prompt refuses it in these words, and no peer can open it."""
    install("nim", NIM, "nim_plugin_again")
    games, _ = installed_games()
    table = Table.open(SESSION, games, VERSIONS | theirs)
    name = words.partition("the game ")[2].split()[0].strip(",.")
    with pytest.raises(Refused, match=words):
        read_chat(f"play {name}", table, Seat.CLIENT)
    with pytest.raises(Refused, match=words):
        table.write(Seat.CLIENT, Kind.PLAY, name)


def test_metadata_that_cannot_be_read_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken package, or a folder that cannot be looked into, keeps nobody from playing."""
    (tmp_path / "broken-1.0.dist-info" / "entry_points.txt").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, "n" * 5000, "nothing\0", str(tmp_path)])
    assert installed_games() == (GAMES, [])


async def test_plugin_that_refuses_to_show_its_board_is_told_in_its_place() -> None:
    """Whatever its rules raise costs the board and nothing else."""

    class Blind(Hangman):
        def board(self, position: Position, *args: object) -> Board:
            raise IllegalMove("This board is not for your eyes.")

    games = {"hangman": Blind()}
    steps = steps_of("play hangman", table=Table.open(SESSION, games, {"hangman": Blind.version}))
    assert "This board is not for your eyes." in narrate(steps[-1], Seat.CLIENT)
