"""The program, as its user types it."""

import sys

COMMAND = [sys.executable, "-m", "chatgame"]
