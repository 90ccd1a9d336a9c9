"""Relays in processes of their own, and programs on pseudo-terminals that meet there."""

import signal
from typing import Any

from tests.kit.terminals import PROMPT, Spawn, pexpect


class RelayProcess:
    """A relay in a process of its own."""

    def __init__(self, spawn: Spawn, port: str = "0") -> None:
        self._spawn = spawn
        self.process = spawn("relay", "--host", "127.0.0.1", "--port", port)
        self.process.expect(r"listening on port (\d+)")
        self.port = self.process.match.group(1)
        self.option = ("--relay", f"localhost:{self.port}")

    def kill(self) -> None:
        """Kill it."""
        self.process.kill(signal.SIGKILL)
        self.process.expect(pexpect.EOF)

    def restart(self) -> "RelayProcess":
        """Start it again, empty."""
        return RelayProcess(self._spawn, self.port)


def meet(spawn: Spawn, *relays: RelayProcess) -> tuple[Any, Any]:
    """A client and a server that have met by a code; the friend types what the server shows."""
    server = spawn("server", *(word for relay in relays for word in relay.option))
    server.expect_exact("Tell your friend the code")
    server.expect(r"chatgame (client[^\r]+)\r\n")
    client = spawn(*server.match.group(1).split())
    client.expect_exact(PROMPT)
    return client, server


def kill(*processes: Any) -> None:
    """Kill programs."""
    for process in processes:
        process.kill(signal.SIGKILL)
        process.expect(pexpect.EOF)
