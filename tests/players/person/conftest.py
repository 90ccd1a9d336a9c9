"""Two programs on pseudo-terminals, as the people at them see them, with each kind of console."""

from typing import Any

import pytest


@pytest.fixture(params=["bare", "edited"])
def console(request: pytest.FixtureRequest) -> Any:
    """The kind of console that both people have."""
    from tests.kit.terminals import CONSOLES  # which is skipped where there are no terminals

    return CONSOLES[request.param]


@pytest.fixture
def terminal(spawn: Any, console: Any) -> Any:
    """Starts chatgame on a terminal with that console."""
    from tests.kit.terminals import Terminal

    return lambda *arguments, **options: Terminal(spawn(*arguments, **console.env | options))


@pytest.fixture
def server(terminal: Any) -> Any:
    """A server that listens; its port is in `process.port`."""
    here = terminal("server", "--port", "0")
    here.process.expect(r"Server listening on: localhost on port: (\d+)\r\n")
    here.process.port = here.process.match.group(1)
    return here


@pytest.fixture
def client(terminal: Any, server: Any) -> Any:
    """A client at its first prompt."""
    here = terminal("client", "--port", server.process.port)
    here.sees("Enter Input >")
    return here
