"""Real programs on pseudo-terminals, for tests; the fixtures that start them are in `conftest`."""

import os
from collections.abc import Callable
from typing import Any

import pytest

pexpect = pytest.importorskip("pexpect", reason="pseudo-terminals are POSIX")

PROMPT = "Enter Input >"

Spawn = Callable[..., Any]


def on_a_terminal(*command: str, **env: str) -> Any:
    """Start a command on a pseudo-terminal of its own, by default without colours."""
    process = pexpect.spawn(
        command[0],
        list(command[1:]),
        encoding="utf-8",
        timeout=10,
        dimensions=(60, 100),
        env=os.environ | {"TERM": "xterm", "NO_COLOR": "1", "CHATGAME_EDITOR": "no"} | env,
    )
    process.delaybeforesend = None  # tests wait for the prompt instead
    process.ptyproc.delayafterclose = process.ptyproc.delayafterterminate = 0.01
    return process


def say(speaker: Any, line: str, listener: Any) -> None:
    """Type a line at a prompt, and wait for the partner's prompt."""
    speaker.sendline(line)
    listener.expect_exact(PROMPT)


def chat_of_the_assignment(client: Any, server: Any) -> list[tuple[Any, str, Any]]:
    """The assignment's chat up to the client's `/q`: speaker, line, listener."""
    return [
        (client, "Hello", server),
        (server, "How are you?", client),
        (client, "Good. You?", server),
        (server, "Good", client),
        (client, "Bye", server),
        (server, "Bye", client),
    ]


def ends(process: Any, status: int) -> str:
    """Check that the program ends in time with this exit status; returns what else it writes."""
    process.expect(pexpect.EOF)
    process.wait()
    assert (process.exitstatus, process.signalstatus) == (status, None)
    return str(process.before)
