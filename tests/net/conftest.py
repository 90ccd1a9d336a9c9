"""Fixtures for tests of programs that meet at a relay."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.relays import TestRelay, Two, relay_running


@pytest.fixture
async def relay() -> AsyncIterator[TestRelay]:
    """A relay on this computer."""
    async with relay_running() as running:
        yield running


@pytest.fixture
async def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Two]:
    """Two programs that dial again after short pauses, tell of each, and are stopped in the end."""
    monkeypatch.setattr("chatgame.net.dial.FIRST_PAUSE", 0.05)
    monkeypatch.setattr("chatgame.net.dial.NOTICED", 0.0)
    programs = Two(tmp_path)
    yield programs
    await programs.stop()
