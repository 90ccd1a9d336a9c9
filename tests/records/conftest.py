"""A user who has talked."""

import pytest

from chatgame.folders import journal_path
from tests.kit.records import Home


@pytest.fixture
def home() -> Home:
    """The state folder, which is a different one for each test."""
    return Home(journal_path().parent.parent)
