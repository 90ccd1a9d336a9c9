"""How well the bots play, measured: `python -m tests.strength`."""
