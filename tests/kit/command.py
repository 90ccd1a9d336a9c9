"""The command that starts the program."""

import sys

COMMAND = [sys.executable, "-m", "chatgame"]
