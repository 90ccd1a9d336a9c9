"""A player sits at a seat: a person at the console, or a program."""
