"""A person at a terminal or behind a pipe: what they type, and what they read."""
