"""The players, who sit at the seats: a person at a console, a bot or a script."""
