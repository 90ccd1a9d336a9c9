"""A journal of its own for each test."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatgame.journal.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is to be; its folder is not there yet."""
    return tmp_path / "state" / "chatgame" / "journal.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An empty journal."""
    with Store(path) as store:
        yield store


@pytest.fixture
def ordinary() -> Iterator[Path]:
    """A folder of an ordinary user, who runs the test, since nothing is forbidden to root."""
    if sys.platform == "win32":
        pytest.skip("permissions are others there")
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as folder:
        if root:
            os.chown(folder, 65534, -1)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            Path(folder).chmod(0o700)
            if root:
                os.seteuid(0)
