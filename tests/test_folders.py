"""The folders of a user's files."""

import sys

import platformdirs
import pytest

from chatgame.folders import user_folder


@pytest.mark.skipif(sys.platform == "win32", reason="no XDG")
@pytest.mark.parametrize("set_to", [None, "", "  ", "/elsewhere"])
def test_folders_are_those_of_platformdirs(monkeypatch: pytest.MonkeyPatch, set_to: str | None) -> None:
    for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        if set_to is None:
            monkeypatch.delenv(variable, raising=False)
        else:
            monkeypatch.setenv(variable, set_to)
    assert user_folder("state") == platformdirs.user_state_path("chatgame", appauthor=False)
    assert user_folder("config") == platformdirs.user_config_path("chatgame", appauthor=False)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="no XDG")
def test_folder_that_is_not_absolute_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "here")
    assert user_folder("state") is None
