"""The README keeps what it promises."""

import json
import re
from hashlib import sha256
from pathlib import Path

from chatgame.core.log import Step
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.core.turn import Kind
from chatgame.games import BUILT_IN
from chatgame.players.person.look import Look
from chatgame.players.person.narration import recalled
from chatgame.players.person.screen import shown
from chatgame.session.commands import IN_CHAT, IN_GAME
from tests.kit.ends import VERSIONS

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_it() -> None:
    """As it is in `/help`."""
    for command in {**IN_CHAT, **IN_GAME}:
        assert command.replace("GAME", "tictactoe").replace("TEXT", "text") in README.replace("TEXT", "text")


def test_game_that_it_shows_is_the_one_in_the_examples() -> None:
    """Which the tests of plugins install and play."""
    nim = (Path(__file__).parent.parent / "examples" / "nim.py").read_text(encoding="utf-8")
    assert nim[nim.index("from typing") :] in README


def test_every_game_and_its_version_is_in_it() -> None:
    """With what to type, and with its position for strangers."""
    for name, rules in BUILT_IN.items():
        assert f"| `play {name}`" in README
        assert f"| `{name}` | {rules.version} |" in README


def test_links_inside_the_project_lead_somewhere() -> None:
    """Files and pictures."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (Path(__file__).parent.parent / target).exists(), target


def test_digests_follow_from_its_words_alone() -> None:
    """A stranger's own few lines, and the program, both come to the digests in its table."""

    def hashed(*lines: str) -> str:
        return sha256("\n".join(lines).encode()).hexdigest()

    session = "0" * 32
    positions = ["", json.dumps(["123456789", "client"], separators=(",", ":"))]
    positions.append(positions[1].replace("5", "X"))
    chain, table = hashed("chatgame 1", session), Table.open(session, BUILT_IN, VERSIONS)
    rows = re.findall(r"^\| (\d) \| (client|server) \| (\w+) \| (\w+) \| `([0-9a-f]{64})` \|$", README, re.MULTILINE)
    assert len(rows) == 3
    for (number, seat, kind, text, digest), position in zip(rows, positions, strict=True):
        chain = hashed(chain, number, seat, kind, position, text)
        turn, table = table.write(Seat(seat), Kind(kind), text)
        assert turn.digest == chain == digest


def test_what_is_shown_after_a_killed_program_is_what_the_readme_shows() -> None:
    """Word for word."""
    table, log = Table.open("0" * 32, BUILT_IN, VERSIONS), []
    for seat, kind, text in (
        (Seat.CLIENT, Kind.SAY, "Hello"),
        (Seat.SERVER, Kind.PLAY, "tictactoe"),
        (Seat.CLIENT, Kind.MOVE, "5"),
        (Seat.SERVER, Kind.MOVE, "1"),
    ):
        turn, after = table.write(seat, kind, text)
        log.append(Step.to(table, turn, after, None, None))
        table = after
    assert "```\n" + "".join(shown(line, Look()) for line in recalled(log, Seat.SERVER)) + "```" in README
