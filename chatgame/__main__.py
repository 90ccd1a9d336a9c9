"""`python -m chatgame`, and `chatgame`."""

import gc
import sys

gc.disable()  # nothing of what is imported is garbage: to look for some takes 5 ms of the start
from chatgame.cli import main  # noqa: E402  # hence here

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
