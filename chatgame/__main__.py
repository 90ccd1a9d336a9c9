"""`python -m chatgame`, and `chatgame`."""

import _signal  # type: ignore[import-not-found]  # it is built in, while `signal` takes 5 ms to import

if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # so that Ctrl-C shows no traceback of what follows

import gc
import sys

gc.disable()  # nothing of what is imported is garbage: to look for some takes 5 ms of the start
from chatgame.cli import main  # noqa: E402  # after `gc.disable`

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
