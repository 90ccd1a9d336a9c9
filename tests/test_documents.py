"""The documents keep what they promise: links lead somewhere, commands are understood, code runs."""

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from chatgame.arguments import read_arguments
from chatgame.core import sentences
from chatgame.core.errors import Refused
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.players.person.answers import IN_CHAT, IN_GAME
from chatgame.players.person.look import Look
from chatgame.players.person.narration import recalled
from chatgame.players.person.screen import shown
from chatgame.settings import DEFAULT, settings
from tests.kit.logs import EMPTY, SESSION, VERSIONS, steps_of
from tests.vectors import FOLDER
from tests.vectors.examples import DOCUMENT, document

PROJECT = Path(__file__).parent.parent
EXAMPLES = PROJECT / "examples"

TEXTS = {
    str(path.relative_to(PROJECT)): path.read_text(encoding="utf-8")
    for folder in (
        "",
        ".github",
        "chatgame",
        "chatgame/core",
        "chatgame/games",
        "chatgame/protocol",
        "chatgame/players/program",
        "chatgame/relay",
        "examples/relay",
        "tests/benchmarks",
    )
    for path in sorted((PROJECT / folder).glob("*.md"))
}
README, BUILT, GAMES, PROTOCOL = (
    TEXTS[f"{folder}README.md"] for folder in ("", "chatgame/", "chatgame/games/", "chatgame/protocol/")
)


def blocks(language: str) -> list[Any]:
    """The blocks of code in a language, each a parameter with the name of its document."""
    return [
        pytest.param(block, id=f"{name}: {block.splitlines()[0]}")
        for name, text in TEXTS.items()
        for block in re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


def headings(text: str) -> set[str]:
    """The fragments by which links name the headings of a document, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", TEXTS)
def test_links_inside_the_project_lead_somewhere(name: str) -> None:
    """They lead to files, pictures and headings."""
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[name]):
        if target.startswith("https://"):
            continue
        file, _, heading = target.partition("#")
        path = (PROJECT / name).parent / file if file else PROJECT / name
        assert path.exists(), target
        assert not heading or heading in headings(path.read_text(encoding="utf-8")), target


def test_readme_is_short() -> None:
    """Whatever else there is to say has a document of its own."""
    assert len(README.encode()) <= 10_000


@pytest.mark.parametrize("code", blocks("python"))
def test_code_runs(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So do the tests in it; what is shown of an example is what is there."""
    monkeypatch.syspath_prepend(str(EXAMPLES))
    names: dict[str, Any] = {"__name__": "document"}
    exec(code, names)  # noqa: S102  # our own documents
    for name, value in list(names.items()):
        if name.startswith("test_"):
            value()
    for example in EXAMPLES.glob("*.py"):
        defined = re.findall(r"^class (\w+)", code, re.MULTILINE)
        source = example.read_text(encoding="utf-8")
        if defined and f"class {defined[-1]}" in source:
            assert source.endswith(code)


def commands() -> list[Any]:
    """The commands of chatgame in all documents, in blocks and between the lines."""
    return [
        pytest.param(line, id=f"{name}: {line}")
        for name, text in TEXTS.items()
        for code in re.findall(r"(?s)^```(?:sh)?\n(.*?)^```$|`([^`\n]+)`", text, re.MULTILINE)
        for line in re.findall(r"(?<![\w./-])(?:\.venv/bin/)?chatgame ([a-z-][^|\n)]*)", code[0] or code[1])
    ]


@pytest.mark.parametrize("line", commands())
def test_commands_are_understood(line: str) -> None:
    """Their options, hosts and codes are, too."""
    words = shlex.split(line, comments=True)
    if len(words) == 1 and not words[0].startswith("-"):
        words.append("--help")  # it is only named
    if words[-1] in ("--help", "--version"):
        with pytest.raises(SystemExit) as end:
            read_arguments(words)
        assert end.value.code == 0
    else:
        assert read_arguments(words).command == words[0]


def test_extras_that_are_named_exist() -> None:
    """The extra `all` holds those that are for people who use chatgame."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert {name for text in TEXTS.values() for name in re.findall(r"\[(\w+)\]['\"]", text)} <= extras.keys()
    assert extras["all"] == ["chatgame[chess,edit,secure]"]


def test_setting_up_takes_one_command() -> None:
    """One ends in a conversation, and the other passes the tests, which `.ci/run` takes from here."""
    lines = [line for line in README.splitlines() if line.startswith("python3 ")]
    talk, test = lines
    assert talk.endswith(".venv/bin/chatgame solo")
    assert re.search(r" -m pytest( --numprocesses auto)?$", test)
    assert "grep -m 1 -E '^python3 .*pytest' README.md" in (PROJECT / ".ci/run").read_text(encoding="utf-8")


def test_server_at_a_relay_shows_what_the_readme_says() -> None:
    shows = (
        sentences.AT_RELAY.format(relay="relay.example.org"),
        sentences.CODE,
        sentences.CLIENT_COMMAND.format(address="--relay relay.example.org", code="7-guitar-island"),
    )
    assert "\n".join(["$ chatgame server --relay relay.example.org", *shows, "```"]) in README


def test_nothing_in_a_start_up_file_depends_on_a_folder() -> None:
    """A shell starts anywhere."""
    lines = re.findall(r"^(.*)# in ~/", README, re.MULTILINE)
    assert len(lines) == 3
    assert not any("/" in line for line in lines)


def test_every_command_at_the_prompt_is_in_the_readme() -> None:
    """It is there as in `/help`."""
    for command in {**IN_CHAT, **IN_GAME}:
        assert command.replace("GAME", "tictactoe") in README


@pytest.mark.parametrize("game", EMPTY.games)
def test_every_game_is_in_the_readme_and_in_the_protocol(game: str) -> None:
    """The README has its title, and the protocol all that a program in another language needs to know of it."""
    assert EMPTY.games[game].title in " ".join(README.split())
    assert {"options", "position", "start", "who acts", "end", "last position"} <= rules_of(game).keys()


def rules_of(game: str) -> dict[str, str]:
    """What the protocol says of a game, by the first words of each row."""
    _, heading, section = TEXTS["chatgame/protocol/GAMES.md"].partition(
        f"\n## `{game}`, version {EMPTY.games[game].version}\n"
    )
    assert heading
    return dict(re.findall(r"(?m)^\| (\w[\w ]*) \| (.*) \|$", section.partition("\n## ")[0]))


def test_whole_games_are_played_as_the_protocol_shows_them() -> None:
    """Turn by turn."""
    assert DOCUMENT.read_text("utf-8") == document(), "run python -m tests.vectors"


@pytest.mark.parametrize("game", [game for game in EMPTY.games if game != "rps"])
def test_moves_are_written_as_the_protocol_says(game: str) -> None:
    """By its regular expression: what the program takes matches it, and what does not match is refused."""
    written = re.match(r"`([^`]+)`", rules_of(game)["move"])
    assert written
    form = re.compile(written[1].replace("\\|", "|"), re.ASCII)
    for log in json.loads((FOLDER / "logs.json").read_text("ascii"))["vectors"]:
        table = EMPTY
        for seat, kind, text, *_ in log["turns"]:
            match = table.playing
            if kind == "move" and match and match.rules.name == game:
                move = match.cards.parted(text)[0]
                assert form.fullmatch(move)
                for other in (move.upper(), f" {move}", f"{move} ", f"0{move}", move + move, f"{move}\n", "", "?"):
                    if not form.fullmatch(other):
                        with pytest.raises(Refused):
                            match.after(Seat(seat), Kind.MOVE, other)
            _, table = table.write(Seat(seat), Kind(kind), text)


def test_settings_in_the_readme_can_be_used(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (tmp_path / "config.toml").write_text(text)
    found = settings(tmp_path / "config.toml", {})
    assert {name for name, (_, source) in found.items() if source != DEFAULT} == {
        "name",
        "boards",
        "bell",
        "timestamps",
        "relay",
    }


@pytest.mark.parametrize("metadata", [block for block in blocks("toml") if "[project" in str(block.values[0])])
def test_metadata_of_a_plugin_names_its_game(metadata: str) -> None:
    """And its module, which setuptools does not guess where the author's test lies beside it."""
    read = tomllib.loads(metadata)
    (points,) = read["project"]["entry-points"].values()
    ((name, place),) = points.items()
    module, _, rules = place.partition(":")
    assert read["tool"]["setuptools"]["py-modules"] == [module]
    source = (EXAMPLES / f"{module}.py").read_text(encoding="utf-8")
    assert f"class {rules}(Rules" in source
    assert f'name = "{name}"' in source


def test_digests_follow_from_the_words_of_the_protocol_alone() -> None:
    """A stranger's own few lines and the program both come to the digests in its table."""

    def hashed(*lines: str) -> str:
        return sha256("\n".join(lines).encode()).hexdigest()

    session = SESSION
    positions = ["", json.dumps(["123456789", "client"], separators=(",", ":"))]
    positions.append(positions[1].replace("5", "X"))
    chain, table = hashed("chatgame 1", session), Table.open(session, EMPTY.games, VERSIONS)
    rows = re.findall(r"(?m)^\| (\d) \| (client|server) \| (\w+) \| (\w+) \| `([0-9a-f]{64})` \|$", PROTOCOL)
    assert len(rows) == 3
    for (number, seat, kind, text, digest), position in zip(rows, positions, strict=True):
        chain = hashed(chain, number, seat, kind, position, "", text)
        turn, table = table.write(Seat(seat), Kind(kind), text)
        assert turn.digest == chain == digest


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="by a shell that has it")
def test_shell_can_check_the_first_digest_as_the_protocol_says() -> None:
    lines = re.findall(r"^    (before=.*\n    printf.*)$", PROTOCOL, re.MULTILINE)
    done = subprocess.run(["/bin/sh", "-c", lines[0]], capture_output=True, text=True, check=True)
    assert f"| 0 | client | say | Hello | `{done.stdout.split()[0]}` |" in PROTOCOL


def test_screen_after_a_killed_program_is_the_one_that_is_shown() -> None:
    log = steps_of("say Hello", "play tictactoe", "move 5", "move 1")
    assert f"```\n{''.join(shown(line, Look()) for line in recalled(log, Seat.SERVER))}```" in BUILT
