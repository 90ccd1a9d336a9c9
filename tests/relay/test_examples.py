"""The files with which a person hosts a relay start what they say."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from chatgame.arguments import read_arguments
from chatgame.net.addresses import DEFAULT_RELAY_PORT
from chatgame.relay.limits import ASK_INTERVAL, DRAIN_TIME, KNOWN_TIME, MAX_CAPACITY
from chatgame.relay.program import capacity_with

FOLDER = Path(__file__).parent.parent.parent / "examples" / "relay"
SERVICE, CONTAINER, PAGE = (
    (FOLDER / name).read_text("utf-8") for name in ("chatgame-relay.service", "Containerfile", "README.md")
)

JUDGE = shutil.which("systemd-analyze") or ""


def test_service_and_container_start_a_relay() -> None:
    started = re.findall(r"(?m)^ExecStart=(.*)$", SERVICE)[0].split()
    entry = json.loads(re.findall(r"(?m)^ENTRYPOINT (.*)$", CONTAINER)[0])
    for program, *arguments in (started, entry):
        assert program == "/opt/chatgame/bin/chatgame"
        options = read_arguments(arguments)
        assert (options.command, options.port, options.status) == ("relay", DEFAULT_RELAY_PORT, 9060)
    assert f"EXPOSE {DEFAULT_RELAY_PORT}\n" in CONTAINER


def test_commands_of_the_page_are_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each that starts a relay or meets at one."""
    commands = re.findall(r"(?m)^ *(?:ExecStart=)?(?:/opt/chatgame/bin/)?chatgame (.+)$", PAGE)
    assert len(commands) == 5
    for command in commands:
        if "--nodes" in command:
            monkeypatch.setenv("CHATGAME_ENGINE", re.findall(r"(?m)^CHATGAME_ENGINE=(.+)$", PAGE)[0])
        assert read_arguments(command.split()).command in ("relay", "server")
        monkeypatch.delenv("CHATGAME_ENGINE", raising=False)


def test_container_is_built_of_what_is_there() -> None:
    copied = [line.split()[1:-1] for line in re.findall(r"(?m)^COPY (?!--from).*$", CONTAINER)]
    assert all((FOLDER.parent.parent / name).exists() for names in copied for name in names)


def test_service_and_container_have_time_to_let_go_of_their_conversations() -> None:
    assert int(re.findall(r"(?m)^TimeoutStopSec=(\d+)$", SERVICE)[0]) > DRAIN_TIME
    assert int(re.findall(r"--stop-timeout (\d+)", PAGE)[0]) > DRAIN_TIME


def test_neither_runs_as_root() -> None:
    assert "\nDynamicUser=yes\n" in SERVICE
    assert re.search(r"(?m)^USER (?!0|root)\d+:\d+$", CONTAINER)


@pytest.mark.skipif(not JUDGE, reason="systemd checks it, where there is systemd")
def test_service_is_hardened_as_systemd_judges() -> None:
    done = subprocess.run(
        [JUDGE, "security", "--offline=true", "--threshold=20", FOLDER / "chatgame-relay.service"],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd is too old to judge a file")
    assert done.returncode == 0, done.stdout[-200:]


def test_arithmetic_of_the_page_follows_from_the_limits() -> None:
    assert f"{MAX_CAPACITY:,} connections, which are {MAX_CAPACITY // 3 // 1000},000 conversations" in " ".join(
        PAGE.split()
    )
    assert f"it carries {capacity_with(1024) // 3} conversations" in PAGE
    assert f"so {3_000_000 // MAX_CAPACITY} nodes" in PAGE
    assert f"every {ASK_INTERVAL:.0f} seconds, which are {round(1e6 / ASK_INTERVAL, -3):,.0f} commands" in " ".join(
        PAGE.split()
    )
    assert KNOWN_TIME == 3 * 60
