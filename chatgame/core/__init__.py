"""The pure core: what a turn is, who may write it and what it means. No I/O, clock, randomness or screen."""
