"""Two terminals talk and play with each other over one TCP connection, turn by turn."""

__version__ = "0.1.0"
