"""Where a user's files belong: the journal, and the configuration."""

import os
import sys
from pathlib import Path
from typing import Literal

from chatgame.core.errors import JournalFailed

XDG = {"state": ("XDG_STATE_HOME", "~/.local/state"), "config": ("XDG_CONFIG_HOME", "~/.config")}
"""The variable that sets each folder, and what it is otherwise (XDG Base Directory Specification 0.8)."""


def user_folder(kind: Literal["state", "config"]) -> Path | None:
    """Return the user's folder for chatgame's files of this kind; None without a home folder."""
    if sys.platform in ("win32", "darwin"):
        import platformdirs

        try:
            find = platformdirs.user_state_path if kind == "state" else platformdirs.user_config_path
            folder = find("chatgame", appauthor=False)
        except RuntimeError:  # pathlib raises it, too
            return None
    else:  # the same as platformdirs, which would take a twentieth of the start to load; a test compares the two
        variable, usual = XDG[kind]
        home = "~" if os.environ.get("HOME") == "" else os.path.expanduser("~")  # an empty one is none
        folder = Path(os.environ.get(variable, "").strip() or usual.replace("~", home)) / "chatgame"
    return folder if folder.is_absolute() else None


def journal_path() -> Path:
    """The journal's file, in the user's state folder.

    Raises:
        JournalFailed: the user has no state folder, for example because there is no home folder.
    """
    folder = user_folder("state")
    if not folder:
        raise JournalFailed(
            "The journal has no place: you have no home folder. Set HOME or XDG_STATE_HOME to a folder of yours, by "
            "its path from /."
        )
    return folder / "journal.db"


def settings_path() -> Path | None:
    """The file of the user's settings, in the user's configuration folder; None without a home folder."""
    folder = user_folder("config")
    return folder and folder / "config.toml"
