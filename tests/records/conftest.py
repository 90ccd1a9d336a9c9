"""A user who has talked."""

import pytest

from chatgame.cli import journal_path
from tests.kit.records import Home


@pytest.fixture
def home() -> Home:
    """The state folder of whoever runs the tests, which is another one for each test."""
    return Home(journal_path().parent.parent)
