"""Make the test vectors anew: `python -m tests.vectors`."""

from tests.vectors import write

write()
