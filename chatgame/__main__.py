"""`python -m chatgame`."""

import sys

from chatgame.cli import main

sys.exit(main())
