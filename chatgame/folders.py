"""Where a user's files belong: the journal, and the configuration."""

import os
import sys
from pathlib import Path
from typing import Literal

XDG = {"state": ("XDG_STATE_HOME", "~/.local/state"), "config": ("XDG_CONFIG_HOME", "~/.config")}
"""The variable that sets each folder, and what it is otherwise (XDG Base Directory Specification 0.8)."""


def user_folder(kind: Literal["state", "config"]) -> Path | None:
    """Return the user's folder for chatgame's files of this kind; None if there is none, as without a home folder."""
    if sys.platform in ("win32", "darwin"):
        import platformdirs

        try:
            find = platformdirs.user_state_path if kind == "state" else platformdirs.user_config_path
            folder = find("chatgame", appauthor=False)
        except RuntimeError:  # pathlib raises it, too
            return None
    else:  # as platformdirs does, which takes a twentieth of the start to load; a test compares the two
        variable, usual = XDG[kind]
        home = "~" if os.environ.get("HOME") == "" else os.path.expanduser("~")  # an empty one is none
        folder = Path(os.environ.get(variable, "").strip() or usual.replace("~", home)) / "chatgame"
    return folder if folder.is_absolute() else None
