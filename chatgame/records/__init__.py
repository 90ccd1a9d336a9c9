"""Past conversations: listed, played back, written out, and forgotten."""
